//! Which feature groups the shop has, and what their features hold.
//!
//! Must not: make values.

use jiff::SignedDuration;
use serde_json::{Value, json};

use Kind::{Amount, Choice, Count, Day, Identifier, IsoTime, Prices, Ratio, Tags, UnixTime, Vector, Wide};

/// What a feature holds.
pub(super) enum Kind {
    /// The record's identifier.
    Identifier,
    /// The event time as ISO-8601, and as Unix seconds.
    IsoTime,
    UnixTime,
    /// A whole number below a bound.
    Count(i64),
    /// A number below a bound, with two decimals.
    Amount(u32),
    /// A number from 0 to 1 with all the digits of a double.
    Ratio,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A day of the last years.
    Day,
    /// A whole number that no double holds.
    Wide,
    /// A set of words, a list of prices, a vector.
    Tags(&'static [&'static str]),
    Prices,
    Vector(usize),
}

pub(super) type Feature = (&'static str, Kind);

/// A feature group.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) features: &'static [Feature],
    /// `StorageType`, and `TtlDuration` as unit and value.
    pub(super) online: Option<(&'static str, Option<(&'static str, i64)>)>,
    pub(super) offline: bool,
    pub(super) age: SignedDuration,
    /// Records put in a thousand seconds.
    pub(super) rate: i64,
}

pub(super) const GROUPS: [Group; 6] = [
    Group {
        name: "customers",
        description: "Profile, behaviour and scores of each customer",
        features: &CUSTOMER,
        online: Some(("Standard_V2", Some(("Days", 30)))),
        offline: true,
        age: SignedDuration::from_hours(24 * 210),
        rate: 500,
    },
    Group {
        name: "products",
        description: "Catalogue features and embeddings for recommendations",
        features: &PRODUCT,
        online: Some(("InMemory", None)),
        offline: false,
        age: SignedDuration::from_hours(24 * 95),
        rate: 200,
    },
    Group {
        name: "sessions",
        description: "Running visits, for the bot check",
        features: &SESSION,
        online: Some(("Standard", Some(("Minutes", 45)))),
        offline: false,
        age: SignedDuration::from_hours(24 * 30),
        rate: 400,
    },
    Group {
        name: "fraud-scores",
        description: "Scores of past orders, for training",
        features: &FRAUD,
        online: None,
        offline: true,
        age: SignedDuration::from_hours(24 * 160),
        rate: 300,
    },
    Group {
        name: "legacy-churn",
        description: "Replaced by customers",
        features: &CHURN,
        online: Some(("Standard", None)),
        offline: true,
        age: SignedDuration::from_hours(24 * 400),
        rate: 0,
    },
    Group {
        name: "recommendations",
        description: "Neighbours of each product",
        features: &NEIGHBOURS,
        online: Some(("InMemory", None)),
        offline: false,
        age: SignedDuration::from_mins(3),
        rate: 0,
    },
];

pub(super) const CUSTOMER: [Feature; 40] = [
    ("customer_id", Identifier),
    ("event_time", IsoTime),
    ("country", Choice(&["NL", "IE", "DE", "CH", "DK", "PL"])),
    (
        "city",
        Choice(&["Amsterdam", "Dublin", "Berlin", "Zürich", "København", "Łódź"]),
    ),
    ("language", Choice(&["nl", "en", "de", "da", "pl"])),
    ("tier", Choice(&["bronze", "silver", "gold"])),
    ("signup_channel", Choice(&["web", "app", "store", "referral"])),
    ("preferred_device", Choice(&["desktop", "phone", "tablet"])),
    (
        "favourite_category",
        Choice(&["coffee", "tea", "equipment", "milk"]),
    ),
    ("newsletter", Choice(&["true", "false"])),
    ("signup_date", Day),
    ("last_order_date", Day),
    ("last_login_date", Day),
    ("account_number", Wide),
    ("orders_7d", Count(4)),
    ("orders_30d", Count(12)),
    ("orders_365d", Count(90)),
    ("items_30d", Count(40)),
    ("returns_365d", Count(6)),
    ("visits_7d", Count(30)),
    ("visits_30d", Count(110)),
    ("searches_30d", Count(80)),
    ("carts_abandoned_30d", Count(9)),
    ("support_tickets_365d", Count(5)),
    ("emails_opened_30d", Count(20)),
    ("reviews_total", Count(25)),
    ("loyalty_points", Count(20_000)),
    ("days_since_last_order", Count(365)),
    ("spend_30d", Amount(40_000)),
    ("spend_365d", Amount(300_000)),
    ("avg_order_value", Amount(9_000)),
    ("max_order_value", Amount(40_000)),
    ("discount_used_365d", Amount(12_000)),
    ("return_rate", Ratio),
    ("discount_share", Ratio),
    ("mobile_share", Ratio),
    ("email_open_rate", Ratio),
    ("churn_score", Ratio),
    ("upsell_score", Ratio),
    ("fraud_score", Ratio),
];

const PRODUCT: [Feature; 12] = [
    ("sku", Identifier),
    ("event_time", IsoTime),
    ("category", Choice(&["coffee", "tea", "equipment", "milk"])),
    ("price", Amount(8_000)),
    ("views_24h", Count(900)),
    ("sold_24h", Count(120)),
    ("in_stock", Count(600)),
    ("rating", Amount(500)),
    ("conversion", Ratio),
    (
        "tags",
        Tags(&["organic", "fairtrade", "new", "bestseller", "vegan", "gift"]),
    ),
    ("price_history", Prices),
    ("embedding", Vector(16)),
];

const SESSION: [Feature; 8] = [
    ("session_id", Identifier),
    ("event_time", UnixTime),
    (
        "customer_id",
        Choice(&["cust-0001", "cust-0017", "cust-0112", "anonymous"]),
    ),
    (
        "agent",
        Choice(&["Firefox/131", "Chrome/130", "Safari/18", "curl/8.9"]),
    ),
    ("pages", Count(40)),
    ("seconds", Count(1800)),
    ("cart_value", Amount(15_000)),
    ("bot_score", Ratio),
];

const FRAUD: [Feature; 6] = [
    ("order_id", Identifier),
    ("event_time", UnixTime),
    ("amount", Amount(60_000)),
    ("score", Ratio),
    ("velocity_1h", Count(9)),
    (
        "verdict",
        Choice(&["accept", "accept", "accept", "review", "reject"]),
    ),
];

const CHURN: [Feature; 3] = [
    ("customer_id", Identifier),
    ("event_time", IsoTime),
    ("churn", Ratio),
];

const NEIGHBOURS: [Feature; 3] = [
    ("sku", Identifier),
    ("event_time", UnixTime),
    (
        "neighbours",
        Tags(&["sku-espresso-1kg", "sku-matcha-tin", "sku-earl-grey"]),
    ),
];

/// The `CreateFeatureGroup` of a group.
pub(super) fn declaration(group: &Group) -> Value {
    let named = |wanted: fn(&Kind) -> bool| {
        group
            .features
            .iter()
            .find(|(_, kind)| wanted(kind))
            .map(|(name, _)| *name)
    };
    let definitions: Vec<Value> = group.features.iter().map(definition).collect();
    let mut declared = json!({
        "FeatureGroupName": group.name,
        "Description": group.description,
        "RecordIdentifierFeatureName": named(|kind| matches!(kind, Identifier)),
        "EventTimeFeatureName": named(|kind| matches!(kind, IsoTime | UnixTime)),
        "FeatureDefinitions": definitions,
        "RoleArn": "arn:aws:iam::111122223333:role/FeatureStore",
    });
    if let Some((storage, ttl)) = group.online {
        declared["OnlineStoreConfig"] = json!({"EnableOnlineStore": true, "StorageType": storage});
        if let Some((unit, value)) = ttl {
            declared["OnlineStoreConfig"]["TtlDuration"] = json!({"Unit": unit, "Value": value});
        }
    }
    if group.offline {
        declared["OfflineStoreConfig"] = json!({
            "S3StorageConfig": {"S3Uri": "s3://shop-features"},
            "TableFormat": "Iceberg",
        });
    }
    declared
}

fn definition((name, kind): &Feature) -> Value {
    let feature_type = match kind {
        Count(_) | Wide => "Integral",
        UnixTime | Amount(_) | Ratio | Prices | Vector(_) => "Fractional",
        Identifier | IsoTime | Choice(_) | Day | Tags(_) => "String",
    };
    let mut definition = json!({"FeatureName": name, "FeatureType": feature_type});
    let collection = match kind {
        Tags(_) => "Set",
        Prices => "List",
        Vector(_) => "Vector",
        _ => return definition,
    };
    definition["CollectionType"] = json!(collection);
    if let Vector(dimension) = kind {
        definition["CollectionConfig"] = json!({"VectorConfig": {"Dimension": dimension}});
    }
    definition
}
