//! The shop's DynamoDB tables: carts, sessions, stock, customers and an audit trail, as they change.
//!
//! Must not: write items that a client of the service could not write.

use std::sync::Arc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::pace::Pace;
use super::{customer, product};
use crate::demo::dynamodb::DynamoDb;
use crate::demo::protocol::{Call, Reply, Service as _};

/// One table and what happens in it.
struct Feed {
    table: &'static str,
    /// The key's attributes; all are strings.
    key: &'static [&'static str],
    view: &'static str,
    ttl_attribute: Option<&'static str>,
    /// Changes in a thousand seconds.
    rate: i64,
    change: fn(&mut Source, Timestamp) -> Change,
}

/// What happens to an item.
enum Change {
    Put(Value),
    /// Sets some attributes of the item of a key.
    Set(Value, Value),
    Delete(Value),
}

const FEEDS: [Feed; 5] = [
    Feed {
        table: "carts",
        key: &["cart_id"],
        view: "NEW_AND_OLD_IMAGES",
        ttl_attribute: Some("expires_at"),
        rate: 4000,
        change: Source::cart,
    },
    Feed {
        table: "sessions",
        key: &["session_id"],
        view: "NEW_AND_OLD_IMAGES",
        ttl_attribute: Some("expires_at"),
        rate: 700,
        change: Source::session,
    },
    Feed {
        table: "inventory",
        key: &["sku", "warehouse"],
        view: "NEW_IMAGE",
        ttl_attribute: None,
        rate: 1000,
        change: Source::stock,
    },
    Feed {
        table: "customers",
        key: &["customer_id"],
        view: "OLD_IMAGE",
        ttl_attribute: None,
        rate: 300,
        change: Source::customer,
    },
    Feed {
        table: "audit",
        key: &["actor", "at"],
        view: "KEYS_ONLY",
        ttl_attribute: None,
        rate: 500,
        change: Source::audit,
    },
];

/// When the tables were made.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 40);
/// How far back the tables are stocked: far enough for shards that have closed, and for some that are gone.
const STOCKED: SignedDuration = SignedDuration::from_hours(26);
/// In steps of so much, and towards the end of so much.
const STEP: SignedDuration = SignedDuration::from_mins(20);
const LAST_STEP: SignedDuration = SignedDuration::from_secs(15);
const LAST: SignedDuration = SignedDuration::from_mins(10);
/// When the carts became too many for one shard.
const SPLIT: SignedDuration = SignedDuration::from_hours(3);

/// The tables, kept changing.
#[derive(Debug)]
pub(super) struct Tables {
    service: Arc<DynamoDb>,
    source: Source,
    pace: Pace<{ FEEDS.len() }>,
}

impl Tables {
    /// Makes the tables and stocks them.
    pub(super) fn open(service: Arc<DynamoDb>, rng: Rng, now: Timestamp) -> Self {
        let mut tables = Self {
            service,
            source: Source { rng, serial: 0 },
            pace: Pace::new(now),
        };
        for feed in &FEEDS {
            tables.create(feed, now - AGE);
        }
        // All tables together: the service does not go back in time.
        let mut at = now - STOCKED;
        let mut is_split = false;
        while at < now {
            if !is_split && at >= now - SPLIT {
                tables.service.rotate_shards("carts", 2, at);
                is_split = true;
            }
            for feed in &FEEDS {
                tables.change(feed, at);
            }
            at += if at < now - LAST { STEP } else { LAST_STEP };
        }
        tables.service.tick(now);
        tables
    }

    /// Makes the changes since the last tick.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.service.tick(now);
        let due = self.pace.due(FEEDS.each_ref().map(|feed| feed.rate), now);
        for (feed, count) in FEEDS.iter().zip(due) {
            for _ in 0..count {
                self.change(feed, now);
            }
        }
    }

    fn create(&self, feed: &Feed, at: Timestamp) {
        let roles = feed.key.iter().zip(["HASH", "RANGE"]);
        let schema: Value = roles
            .map(|(name, role)| json!({"AttributeName": name, "KeyType": role}))
            .collect();
        let names = feed.key.iter();
        let definitions: Value = names
            .map(|name| json!({"AttributeName": name, "AttributeType": "S"}))
            .collect();
        let declaration = json!({
            "TableName": feed.table,
            "KeySchema": schema,
            "AttributeDefinitions": definitions,
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": feed.view},
        });
        self.call("CreateTable", &declaration, at);
        if let Some(attribute) = feed.ttl_attribute {
            let specification = json!({"Enabled": true, "AttributeName": attribute});
            let input = json!({"TableName": feed.table, "TimeToLiveSpecification": specification});
            self.call("UpdateTimeToLive", &input, at);
        }
    }

    fn change(&mut self, feed: &Feed, at: Timestamp) {
        let table = feed.table;
        match (feed.change)(&mut self.source, at) {
            Change::Put(item) => self.call("PutItem", &json!({"TableName": table, "Item": item}), at),
            Change::Delete(key) => self.call("DeleteItem", &json!({"TableName": table, "Key": key}), at),
            Change::Set(key, attributes) => self.set(table, key, &attributes, at),
        }
    }

    fn set(&self, table: &str, key: Value, attributes: &Value, at: Timestamp) {
        let current = self.get(table, &key, at);
        let mut item = current.unwrap_or(key);
        if let (Some(item), Some(attributes)) = (item.as_object_mut(), attributes.as_object()) {
            item.extend(attributes.clone());
        }
        self.call("PutItem", &json!({"TableName": table, "Item": item}), at);
    }

    fn get(&self, table: &str, key: &Value, at: Timestamp) -> Option<Value> {
        let input = json!({"TableName": table, "Key": key});
        let answer = self.service.call(&inner("GetItem", &input, at)).ok()?;
        match answer {
            Reply::Json(mut members) => members.get_mut("Item").map(Value::take),
            Reply::Text(_) => None,
        }
    }

    fn call(&self, operation: &str, input: &Value, at: Timestamp) {
        let answer = self.service.call(&inner(operation, input, at));
        debug_assert!(answer.is_ok(), "{operation} {input}: {answer:?}");
    }
}

fn inner<'a>(operation: &'a str, input: &'a Value, now: Timestamp) -> Call<'a> {
    Call {
        operation,
        input,
        region: "",
        now,
    }
}

/// Where the items' contents come from.
#[derive(Debug)]
struct Source {
    rng: Rng,
    /// Changes so far.
    serial: u64,
}

impl Source {
    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.rng.usize(..choices.len())]
    }

    /// A cart is filled, changed, paid; or left alone until it expires.
    fn cart(&mut self, at: Timestamp) -> Change {
        let key = json!({"cart_id": {"S": format!("cart-{:04}", self.rng.u32(1..=160))}});
        let changed = json!({"S": format!("{at:.3}")});
        match self.rng.u8(..10) {
            0 => Change::Delete(key),
            1 => Change::Set(key, json!({"status": {"S": "paid"}, "updated_at": changed})),
            2 => {
                let coupon = self.pick(&["AUTUMN10", "WELCOME5", "FREESHIP"]);
                Change::Set(key, json!({"coupons": {"SS": [coupon]}, "updated_at": changed}))
            }
            _ => {
                let (lines, total) = self.lines();
                let expires = at.as_second() + self.rng.i64(60..1800);
                Change::Set(
                    key,
                    json!({
                        "customer_id": {"S": customer(&mut self.rng)},
                        "status": {"S": "open"},
                        "lines": {"L": lines},
                        "total": {"N": money(total)},
                        "currency": {"S": self.pick(&["EUR", "EUR", "GBP", "USD"])},
                        "gift": {"BOOL": self.rng.u8(..8) == 0},
                        "updated_at": changed,
                        "expires_at": {"N": expires.to_string()},
                    }),
                )
            }
        }
    }

    fn lines(&mut self) -> (Vec<Value>, u32) {
        let mut total = 0;
        let count = self.rng.u32(1..=3);
        let mut line = || {
            let (sku, price) = product(&mut self.rng);
            let quantity = self.rng.u32(1..=4);
            total += quantity * price;
            let members = json!({
                "sku": {"S": sku},
                "quantity": {"N": quantity.to_string()},
                "price": {"N": money(price)},
            });
            json!({"M": members})
        };
        let lines = (0..count).map(|_| line()).collect();
        (lines, total)
    }

    /// A visit begins, and ends when nothing has happened for a while.
    fn session(&mut self, at: Timestamp) -> Change {
        let expires = at.as_second() + self.rng.i64(20..180);
        let device = json!({
            "kind": {"S": self.pick(&["desktop", "phone", "tablet"])},
            "agent": {"S": self.pick(&["Firefox/131", "Chrome/130", "Safari/18"])},
            "touch": {"BOOL": self.rng.bool()},
        });
        let customer = match self.rng.u8(..3) {
            0 => json!({"NULL": true}),
            _ => json!({"S": customer(&mut self.rng)}),
        };
        Change::Put(json!({
            "session_id": {"S": format!("ses-{:08x}", self.rng.u32(..))},
            "customer_id": customer,
            "started_at": {"S": format!("{at:.3}")},
            "device": {"M": device},
            "pages": {"NS": self.numbers()},
            "expires_at": {"N": expires.to_string()},
        }))
    }

    /// Up to five different numbers.
    fn numbers(&mut self) -> Vec<String> {
        let first = self.rng.u32(100..900);
        (0..self.rng.u32(1..=5))
            .map(|step| (first + step * 7).to_string())
            .collect()
    }

    /// Stock is sold, counted and delivered.
    fn stock(&mut self, at: Timestamp) -> Change {
        let (sku, price) = product(&mut self.rng);
        let key = json!({
            "sku": {"S": sku},
            "warehouse": {"S": self.pick(&["ams-1", "dub-2", "ber-1"])},
        });
        let on_hand = self.rng.u32(..400);
        Change::Set(
            key,
            json!({
                "on_hand": {"N": on_hand.to_string()},
                "reserved": {"N": self.rng.u32(..20).to_string()},
                "price": {"N": money(price)},
                "low": {"BOOL": on_hand < 25},
                "counted_at": {"N": at.as_second().to_string()},
            }),
        )
    }

    /// A customer moves, buys, or asks to be forgotten.
    fn customer(&mut self, at: Timestamp) -> Change {
        let id = customer(&mut self.rng);
        let key = json!({"customer_id": {"S": id}});
        if self.rng.u8(..20) == 0 {
            return Change::Delete(key);
        }
        let (city, country) = CITIES[self.rng.usize(..CITIES.len())];
        let address = json!({
            "city": {"S": city},
            "country": {"S": country},
            "postcode": {"S": self.rng.u32(10_000..99_999).to_string()},
        });
        let orders: Vec<Value> = (0..self.rng.u32(1..4))
            .map(|_| json!({"S": format!("ord-{:06}", self.rng.u32(40_000..48_000))}))
            .collect();
        Change::Set(
            key,
            json!({
                "email": {"S": format!("{id}@example.com")},
                "tier": {"S": self.pick(&["bronze", "silver", "gold"])},
                "address": {"M": address},
                "recent_orders": {"L": orders},
                "interests": {"SS": INTERESTS[self.rng.usize(..INTERESTS.len())]},
                // The ledger's running number has all the digits that DynamoDB can keep.
                "ledger": {"N": self.digits(38)},
                "fingerprint": {"B": FINGERPRINTS[self.rng.usize(..FINGERPRINTS.len())]},
                "seen_at": {"N": format!("{}.{:03}", at.as_second(), at.subsec_millisecond())},
            }),
        )
    }

    /// A number of so many digits, none of them a leading or trailing zero.
    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(self.rng.u8(b'1'..=b'9'))).collect()
    }

    /// Somebody did something.
    fn audit(&mut self, at: Timestamp) -> Change {
        self.serial += 1;
        Change::Put(json!({
            "actor": {"S": self.pick(&["checkout", "backoffice", "importer", "maria", "tom"])},
            "at": {"S": format!("{at:.3}#{:06}", self.serial)},
            "action": {"S": self.pick(&["price.changed", "order.refunded", "user.login", "stock.corrected"])},
            "detail": {"M": {"ip": {"S": format!("10.0.{}.{}", self.rng.u8(..8), self.rng.u8(1..))}}},
        }))
    }
}

const CITIES: [(&str, &str); 6] = [
    ("Amsterdam", "NL"),
    ("Dublin", "IE"),
    ("Berlin", "DE"),
    ("Zürich", "CH"),
    ("København", "DK"),
    ("Łódź", "PL"),
];

const INTERESTS: [&[&str]; 4] = [
    &["coffee", "tea"],
    &["brewing", "grinders", "scales"],
    &["gifts"],
    &["decaf", "oat milk"],
];

const FINGERPRINTS: [&str; 3] = ["q83vEjRWeJA=", "3q2+7wAB/w==", "yv66vg=="];

/// Cents as a decimal number.
fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ask::{ask, at};
    use crate::demo::dynamodb_streams::DynamoDbStreams;

    struct Stocked {
        tables: Tables,
        streams: DynamoDbStreams,
    }

    fn open(seed: u64) -> Stocked {
        let service = Arc::new(DynamoDb::new());
        Stocked {
            streams: DynamoDbStreams::new(Arc::clone(&service)),
            tables: Tables::open(service, Rng::with_seed(seed), at(0)),
        }
    }

    impl Stocked {
        fn shards(&self, table: &str) -> (Value, Vec<Value>) {
            let listed = ask(&self.streams, "ListStreams", &json!({"TableName": table}), at(0)).unwrap();
            let arn = listed["Streams"][0]["StreamArn"].clone();
            let described = ask(&self.streams, "DescribeStream", &json!({"StreamArn": arn}), at(0)).unwrap();
            (
                arn,
                described["StreamDescription"]["Shards"]
                    .as_array()
                    .unwrap()
                    .clone(),
            )
        }

        fn records(&self, table: &str) -> Vec<Value> {
            let (arn, shards) = self.shards(table);
            let read = |shard: &Value| {
                let start = json!({
                    "StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON",
                });
                let iterator = ask(&self.streams, "GetShardIterator", &start, at(0)).unwrap();
                let answer = ask(&self.streams, "GetRecords", &iterator, at(0)).unwrap();
                answer["Records"].as_array().unwrap().clone()
            };
            shards.iter().flat_map(read).collect()
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_changes() {
        assert_eq!(open(1).records("carts"), open(1).records("carts"));
        assert_ne!(open(1).records("carts"), open(2).records("carts"));
    }

    #[test]
    fn every_table_has_changes_and_closed_shards() {
        let stocked = open(3);
        for feed in &FEEDS {
            let (_, shards) = stocked.shards(feed.table);
            let is_closed = |shard: &&Value| shard["SequenceNumberRange"]["EndingSequenceNumber"].is_string();
            assert!(shards.iter().filter(is_closed).count() >= 4, "{}", feed.table);
            assert!(
                shards
                    .iter()
                    .filter(|shard| shard["ParentShardId"].is_string())
                    .count()
                    >= 4
            );
            assert!(stocked.records(feed.table).len() > 40, "{}", feed.table);
        }
        let open_carts = stocked.shards("carts").1.into_iter().rev();
        let parents: Vec<_> = open_carts
            .take(2)
            .map(|shard| shard["ParentShardId"].clone())
            .collect();
        assert_eq!(parents[0], parents[1]);
    }

    #[test]
    fn sessions_are_deleted_by_their_time_to_live() {
        let stocked = open(4);
        let removed = |record: &&Value| record["userIdentity"]["PrincipalId"] == "dynamodb.amazonaws.com";
        assert!(stocked.records("sessions").iter().filter(removed).count() > 20);
    }

    #[test]
    fn ticks_make_changes_at_their_rates() {
        let mut stocked = open(5);
        for second in 1..=20 {
            stocked.tables.tick(at(second));
        }
        let created = |record: &Value| record["dynamodb"]["ApproximateCreationDateTime"].as_i64();
        let is_new = |record: &&Value| created(record) > Some(at(0).as_second());
        assert_eq!(stocked.records("audit").iter().filter(is_new).count(), 10);
    }
}
