//! Records of feature groups: what is read, what is asked for, what is to be written.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::{ResourceId, Timestamp};
use crate::sanitize;
use crate::source::SourceError;

/// A record of a feature group, as `GetRecord` gives it: only the features that it has, in the service's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureRecord {
    /// The values by feature.
    pub values: Features,
    /// When the record will vanish from the online store, in ISO-8601, where it has a time to live.
    pub expires: Option<String>,
}

/// Values by the names of their features, each name once, in an order that is kept.
pub type Features = Vec<(String, FeatureValue)>;

/// The value of one feature. All are texts on the wire, whatever the feature's type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeatureValue {
    /// One value.
    One(String),
    /// The values of a list, a set or a vector.
    Many(Vec<String>),
}

impl FeatureRecord {
    /// What the record has for a feature.
    pub fn value(&self, feature: &str) -> Option<&FeatureValue> {
        let found = self.values.iter().find(|(name, _)| name == feature);
        found.map(|(_, value)| value)
    }

    /// When it will vanish, as a point in time.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires.as_ref()?.parse().ok()
    }

    /// The record as a JSON object on one line, as the command line's contract has it, safe for a terminal.
    pub fn json_line(&self, group: &ResourceId, identifier: &str) -> String {
        let values = self
            .values
            .iter()
            .map(|(name, value)| (name.clone(), value.to_json()));
        let line = json!({
            "group": group.as_str(),
            "identifier": identifier,
            "expires_at": self.expires,
            "record": values.collect::<Map<_, _>>(),
        });
        sanitize::json(&line.to_string()).into_owned()
    }
}

impl FeatureValue {
    /// A text, or a list of texts.
    pub fn to_json(&self) -> Json {
        match self {
            Self::One(text) => text.as_str().into(),
            Self::Many(texts) => texts.as_slice().into(),
        }
    }
}

/// A value as a person reads it; the text may hold anything.
impl fmt::Display for FeatureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(text) if text.is_empty() => f.write_str("\"\""),
            Self::One(text) => f.write_str(text),
            Self::Many(texts) => write!(f, "[{}]", texts.join(", ")),
        }
    }
}

/// Records of one group, to be read in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedRecords {
    /// The group.
    pub group: ResourceId,
    /// The identifiers of the records.
    pub identifiers: Vec<String>,
    /// Only these features; all where it is empty.
    pub features: Vec<String>,
}

/// What one call for a batch of records gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatheredRecords {
    /// The records that are there, with the group and the identifier of each. One that is not there is left out.
    pub records: Vec<(ResourceId, String, FeatureRecord)>,
    /// Those that could not be read, with the group, the identifier and the reason of each.
    pub faults: Vec<(ResourceId, String, SourceError)>,
    /// Those that the service left for another call.
    pub unprocessed: Vec<WantedRecords>,
}

/// A write of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordWrite {
    /// The group.
    pub group: ResourceId,
    /// The record's identifier.
    pub identifier: String,
    /// What is done to it.
    pub change: RecordChange,
    /// The stores that it is done in; all that the group has where it is empty.
    pub stores: Vec<TargetStore>,
}

/// What a write does to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordChange {
    /// `PutRecord`: the record is these features and no others.
    Put {
        /// All features, the identifier and the event time among them.
        features: Features,
        /// The life of the record after its event time; the group's own where there is none.
        ttl: Option<TtlDuration>,
    },
    /// `UpdateRecord`: these features are as given, and the others stay as they are.
    Update {
        /// The features that change, at most 100.
        features: Features,
        /// The life of the record after its event time; as it was where there is none.
        ttl: Option<TtlDuration>,
    },
    /// `DeleteRecord`.
    Delete {
        /// When, in the form of the group's event times.
        event_time: String,
        /// Whether a trace of it stays.
        mode: DeletionMode,
    },
}

impl RecordChange {
    /// The call that makes it.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Put { .. } => "PutRecord",
            Self::Update { .. } => "UpdateRecord",
            Self::Delete { .. } => "DeleteRecord",
        }
    }
}

/// A store of a feature group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TargetStore {
    /// The one that `GetRecord` reads.
    Online,
    /// The one in S3.
    Offline,
}

impl TargetStore {
    /// The service's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "OnlineStore",
            Self::Offline => "OfflineStore",
        }
    }
}

/// How a record is deleted from the online store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionMode {
    /// Its features go, its identifier and event time stay, and `ListRecords` can show it.
    Soft,
    /// All of it goes.
    Hard,
}

/// A time to live, as the service counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TtlDuration {
    /// How many of the unit, at least 1.
    pub value: i32,
    /// The unit.
    pub unit: TtlUnit,
}

impl fmt::Display for TtlDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit.as_str())
    }
}

impl TtlDuration {
    /// How long it is.
    pub fn seconds(self) -> i64 {
        i64::from(self.value) * self.unit.seconds()
    }
}

/// A unit of a time to live (page `TtlDuration`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the service's own words")]
pub enum TtlUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl TtlUnit {
    /// All of them, from the shortest.
    pub const ALL: [Self; 5] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    /// The service's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "Seconds",
            Self::Minutes => "Minutes",
            Self::Hours => "Hours",
            Self::Days => "Days",
            Self::Weeks => "Weeks",
        }
    }

    /// How long one is.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 86_400,
            Self::Weeks => 7 * 86_400,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_keeps_order_and_text_and_acts_on_no_terminal() {
        let record = FeatureRecord {
            values: vec![
                (
                    "z".to_owned(),
                    FeatureValue::One("1.50\u{1b}[2J\u{202e}".to_owned()),
                ),
                (
                    "a".to_owned(),
                    FeatureValue::Many(vec!["x".to_owned(), String::new()]),
                ),
            ],
            expires: None,
        };
        assert_eq!(
            record.json_line(&"customers".into(), "c\"1"),
            concat!(
                r#"{"group":"customers","identifier":"c\"1","expires_at":null,"#,
                r#""record":{"z":"1.50\u001b[2J\u202e","a":["x",""]}}"#
            )
        );
    }
}
