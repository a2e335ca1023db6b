//! The shop's feature groups: one of each kind of store, one that failed and one that is not ready yet.
//!
//! Must not: hold values that their definitions do not allow.

use std::sync::Arc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::pace::Pace;
use super::{PRODUCTS, customer};
use crate::demo::feature_store::FeatureStore;
use crate::demo::feature_store::group::Fate;
use crate::demo::feature_store::record::Content;
use crate::demo::protocol::{Call, Service as _};
use crate::demo::sagemaker::SageMaker;

/// What a feature holds.
enum Kind {
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
use Kind::{Amount, Choice, Count, Day, Identifier, IsoTime, Prices, Ratio, Tags, UnixTime, Vector, Wide};

type Feature = (&'static str, Kind);

/// A feature group.
struct Group {
    name: &'static str,
    description: &'static str,
    features: &'static [Feature],
    /// `StorageType`, and `TtlDuration` as unit and value.
    online: Option<(&'static str, Option<(&'static str, i64)>)>,
    offline: bool,
    age: SignedDuration,
    /// Records put in a thousand seconds.
    rate: i64,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

const GROUPS: [Group; 6] = [
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

/// How long the last group is still being created.
const CREATION: SignedDuration = SignedDuration::from_mins(9);

const CUSTOMERS: u32 = 400;
const SESSIONS: u32 = 60;
const SCORES: u32 = 100;

const CUSTOMER: [Feature; 40] = [
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

/// The feature groups, kept fresh.
#[derive(Debug)]
pub(super) struct Features {
    service: Arc<FeatureStore>,
    rng: Rng,
    pace: Pace<{ GROUPS.len() }>,
}

impl Features {
    /// Makes the groups and stocks them.
    pub(super) fn open(service: Arc<FeatureStore>, rng: Rng, now: Timestamp) -> Self {
        let control = SageMaker::new(Arc::clone(&service));
        for group in &GROUPS {
            let input = declaration(group);
            let answer = control.call(&Call {
                operation: "CreateFeatureGroup",
                input: &input,
                region: "",
                now: now - group.age,
            });
            debug_assert!(answer.is_ok(), "{}: {answer:?}", group.name);
        }
        let reason = "The execution role ARN arn:aws:iam::111122223333:role/FeatureStore is invalid: \
                      it is not allowed to perform s3:PutObject on s3://shop-features";
        service.destine("legacy-churn", Fate::Failed(reason.to_owned()));
        service.destine("recommendations", Fate::ReadyAt(now + CREATION));
        let mut features = Self {
            service,
            rng,
            pace: Pace::new(now),
        };
        features.stock(now);
        features
    }

    /// Puts the records that came since the last tick.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.service.tick(now);
        let due = self.pace.due(GROUPS.each_ref().map(|group| group.rate), now);
        for (group, count) in GROUPS.iter().zip(due) {
            for _ in 0..count {
                let identifier = self.identifier(group);
                self.put(group, &identifier, now, now);
            }
        }
    }

    fn stock(&mut self, now: Timestamp) {
        let [customers, products, sessions, scores, ..] = &GROUPS;
        for number in 1..=CUSTOMERS {
            let age = SignedDuration::from_secs(self.rng.i64(60..20 * DAY.as_secs()));
            self.put(customers, &format!("cust-{number:04}"), now - age, now);
        }
        for (sku, _) in PRODUCTS {
            let age = SignedDuration::from_secs(self.rng.i64(60..DAY.as_secs()));
            self.put(products, sku, now - age, now);
        }
        for (group, count, seconds) in [(sessions, SESSIONS, 40 * 60), (scores, SCORES, 8 * 3600)] {
            for _ in 0..count {
                let age = SignedDuration::from_millis(self.rng.i64(1000..seconds * 1000));
                let identifier = self.identifier(group);
                self.put(group, &identifier, now - age, now);
            }
        }
    }

    fn identifier(&mut self, group: &Group) -> String {
        match group.name {
            "customers" => customer(&mut self.rng),
            "products" => PRODUCTS[self.rng.usize(..PRODUCTS.len())].0.to_owned(),
            "sessions" => format!("ses-{:08x}", self.rng.u32(..)),
            _ => format!("ord-{:06}", self.rng.u32(40_000..48_000)),
        }
    }

    fn put(&mut self, group: &Group, identifier: &str, event_time: Timestamp, now: Timestamp) {
        let values = group
            .features
            .iter()
            .map(|(name, kind)| (*name, content(kind, identifier, event_time, &mut self.rng)))
            .collect();
        let answer = self.service.put(group.name, values, None, now);
        debug_assert!(answer.is_ok(), "{}: {answer:?}", group.name);
    }
}

fn content(kind: &Kind, identifier: &str, event_time: Timestamp, rng: &mut Rng) -> Content {
    let text = match kind {
        Identifier => identifier.to_owned(),
        IsoTime => event_time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        UnixTime => format!(
            "{}.{:03}",
            event_time.as_second(),
            event_time.subsec_millisecond()
        ),
        Count(bound) => rng.i64(0..*bound).to_string(),
        Amount(bound) => amount(rng.u32(0..*bound)),
        Ratio => rng.f64().to_string(),
        Choice(words) => words[rng.usize(..words.len())].to_owned(),
        Day => format!("202{}-{:02}-{:02}", rng.u8(3..6), rng.u8(1..=12), rng.u8(1..=28)),
        Wide => rng.i64(1 << 53..).to_string(),
        Tags(words) => {
            let first = rng.usize(..words.len());
            return Content::Many(words[first..].iter().map(|&word| word.to_owned()).collect());
        }
        Prices => return Content::Many((0..rng.u32(2..6)).map(|_| amount(rng.u32(400..8000))).collect()),
        Vector(dimension) => {
            return Content::Many(
                (0..*dimension)
                    .map(|_| format!("{:.6}", rng.f64() * 2.0 - 1.0))
                    .collect(),
            );
        }
    };
    Content::One(text)
}

fn amount(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn declaration(group: &Group) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ask::{ask, at};

    fn open(seed: u64) -> (Arc<FeatureStore>, Features) {
        let service = Arc::new(FeatureStore::new());
        let features = Features::open(Arc::clone(&service), Rng::with_seed(seed), at(0));
        (service, features)
    }

    fn get(service: &FeatureStore, group: &str, identifier: &str, seconds: i64) -> Value {
        let input = json!({
            "FeatureGroupName": group,
            "RecordIdentifierValueAsString": identifier,
            "ExpirationTimeResponse": "Enabled",
        });
        ask(service, "GetRecord", &input, at(seconds)).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_records() {
        let record = |seed| get(&open(seed).0, "customers", "cust-0001", 0);
        assert_eq!(record(1), record(1));
        assert_ne!(record(1), record(2));
    }

    #[test]
    fn every_customer_has_a_record_that_expires() {
        let (service, _) = open(1);
        for number in 1..=CUSTOMERS {
            let found = get(&service, "customers", &format!("cust-{number:04}"), 0);
            assert_eq!(found["Record"].as_array().map(Vec::len), Some(CUSTOMER.len()));
            assert!(found["ExpiresAt"].is_string());
        }
        assert!(service.offline("customers").len() >= CUSTOMERS as usize);
        assert!(service.offline("fraud-scores").len() >= SCORES as usize);
    }

    #[test]
    fn counts_are_not_negative() {
        let (service, _) = open(1);
        let found = get(&service, "customers", "cust-0001", 0);
        let counts = found["Record"].as_array().unwrap().iter();
        let visits = counts.filter(|it| it["FeatureName"] == "visits_30d");
        let visits: Vec<i64> = visits
            .map(|it| it["ValueAsString"].as_str().unwrap().parse().unwrap())
            .collect();
        assert!(matches!(visits[..], [0..110]), "{visits:?}");
    }

    #[test]
    fn groups_are_in_every_state_that_a_person_meets() {
        let control = SageMaker::new(open(1).0);
        let status = |name: &str| {
            let described = ask(
                &control,
                "DescribeFeatureGroup",
                &json!({"FeatureGroupName": name}),
                at(0),
            );
            described.unwrap()["FeatureGroupStatus"].clone()
        };
        let expected = [
            "Created",
            "Created",
            "Created",
            "Created",
            "CreateFailed",
            "Creating",
        ];
        assert_eq!(GROUPS.map(|group| status(group.name)), expected);
    }

    #[test]
    fn ticks_renew_records() {
        let (service, mut features) = open(1);
        let before = service.offline("customers").len();
        for second in 1..=20 {
            features.tick(at(second));
        }
        assert_eq!(service.offline("customers").len(), before + 10);
    }
}
