//! A feature group and its records, for the tests of the editor.

use std::sync::Arc;

use super::schema::Schema;
use crate::clock::Now;
use crate::resource::{
    Feature, FeatureGroup, FeatureRecord, FeatureValue, OfflineStore, OnlineStore, TtlDuration, TtlUnit,
};
use crate::source::{ErrorKind, SourceError};

/// When the tests play.
pub(super) fn noon() -> Now {
    Now::start("2026-11-20T12:00:00Z".parse().unwrap())
}

/// The group `customers`.
pub(super) fn group() -> FeatureGroup {
    let feature = |name: &str, kind: &str, collection: Option<&str>, dimension| Feature {
        name: name.to_owned(),
        kind: kind.to_owned(),
        collection: collection.map(str::to_owned),
        dimension,
    };
    FeatureGroup {
        name: "customers".to_owned(),
        identifier: "customer_id".to_owned(),
        event_time: "event_time".to_owned(),
        features: vec![
            feature("customer_id", "String", None, None),
            feature("event_time", "String", None, None),
            feature("visits", "Integral", None, None),
            feature("score", "Fractional", None, None),
            feature("name", "String", None, None),
            feature("history", "Integral", Some("List"), None),
            feature("tags", "String", Some("Set"), None),
            feature("embedding", "Fractional", Some("Vector"), Some(3)),
        ],
        online: Some(OnlineStore {
            storage: Some("InMemory".to_owned()),
            ttl: Some(TtlDuration {
                value: 30,
                unit: TtlUnit::Days,
            }),
            key_id: None,
        }),
        offline: Some(OfflineStore::default()),
        ..FeatureGroup::default()
    }
}

/// Its rules.
pub(super) fn customers() -> Arc<Schema> {
    Arc::new(Schema::of(&group()))
}

/// The rules of the same group in a store that takes no updates.
pub(super) fn standard() -> Arc<Schema> {
    let mut group = group();
    if let Some(online) = &mut group.online {
        online.storage = None;
    }
    Arc::new(Schema::of(&group))
}

/// One value.
pub(super) fn one(text: &str) -> FeatureValue {
    FeatureValue::One(text.to_owned())
}

/// Several values.
pub(super) fn many(texts: &[&str]) -> FeatureValue {
    FeatureValue::Many(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// A record of `customers`, an hour old, that lives as long as its group says.
pub(super) fn record() -> FeatureRecord {
    FeatureRecord {
        values: vec![
            ("visits".to_owned(), one("7")),
            ("customer_id".to_owned(), one("c-1")),
            ("event_time".to_owned(), one("2026-11-20T11:00:00Z")),
            ("name".to_owned(), one("Ada\u{1b}")),
            ("tags".to_owned(), many(&["b", "a"])),
        ],
        expires: Some("2026-12-20T11:00:00Z".to_owned()),
    }
}

/// The same with another value.
pub(super) fn record_with(feature: &str, value: FeatureValue) -> FeatureRecord {
    let mut record = record();
    match record.values.iter_mut().find(|(name, _)| name == feature) {
        Some((_, old)) => *old = value,
        None => record.values.push((feature.to_owned(), value)),
    }
    record
}

/// A failed call.
pub(super) fn failure(kind: ErrorKind, code: &str) -> SourceError {
    SourceError::new(kind, "PutRecord", "customers/c-1", code, "why")
}
