//! The shop's feature groups: one of each kind of store, one that failed and one that is not ready yet.
//!
//! Must not: hold values that their definitions do not allow.

mod groups;

use std::sync::Arc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use self::groups::{GROUPS, Group, Kind, declaration};
use super::pace::Pace;
use super::{PRODUCTS, customer};
use crate::demo::feature_store::FeatureStore;
use crate::demo::feature_store::group::Fate;
use crate::demo::feature_store::record::Content;
use crate::demo::protocol::{Call, Service as _};
use crate::demo::sagemaker::SageMaker;

/// How long the last group is still being created.
const CREATION: SignedDuration = SignedDuration::from_mins(9);

const CUSTOMERS: u32 = 400;
const SESSIONS: u32 = 60;
const SCORES: u32 = 100;

const DAY: SignedDuration = SignedDuration::from_hours(24);

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
        Kind::Identifier => identifier.to_owned(),
        Kind::IsoTime => event_time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        Kind::UnixTime => format!(
            "{}.{:03}",
            event_time.as_second(),
            event_time.subsec_millisecond()
        ),
        Kind::Count(bound) => rng.i64(0..*bound).to_string(),
        Kind::Amount(bound) => amount(rng.u32(0..*bound)),
        Kind::Ratio => rng.f64().to_string(),
        Kind::Choice(words) => words[rng.usize(..words.len())].to_owned(),
        Kind::Day => format!("202{}-{:02}-{:02}", rng.u8(3..6), rng.u8(1..=12), rng.u8(1..=28)),
        Kind::Wide => rng.i64(1 << 53..).to_string(),
        Kind::Tags(words) => {
            let first = rng.usize(..words.len());
            return Content::Many(words[first..].iter().map(|&word| word.to_owned()).collect());
        }
        Kind::Prices => {
            return Content::Many((0..rng.u32(2..6)).map(|_| amount(rng.u32(400..8000))).collect());
        }
        Kind::Vector(dimension) => {
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

#[cfg(test)]
mod tests {
    use super::groups::CUSTOMER;
    use super::*;
    use crate::demo::ask::{ask, at};
    use serde_json::{Value, json};

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
