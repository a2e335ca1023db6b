//! A change of a DynamoDB table that came through Kinesis: the record of DynamoDB Streams, as JSON.
//!
//! "Using Kinesis Data Streams to capture changes to DynamoDB", Amazon DynamoDB developer guide.

use memchr::memmem::Finder;
use serde_json::Value as Json;

use super::json::Mark;
use super::layer::Head;
use super::{Value, json};
use crate::resource::{Change, Event, Timestamp, item_from_json};

/// What `eventSource` is of every such record.
pub(super) static MARK: Mark = Mark::new(|| Finder::new("\"aws:dynamodb\""));
/// A member that comes before the images, where the source comes after them.
static EARLY_MARK: Mark = Mark::new(|| Finder::new("\"dynamodb\""));

/// Milliseconds since 1970 are more in any year that has the service, seconds are fewer for a thousand years to come.
const LEAST_MILLIS: i64 = 100_000_000_000;

/// A change of an item, of which table, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct TableChange {
    /// The table.
    pub table: String,
    /// When the item was changed, as exactly as the record has it.
    pub time: Option<Timestamp>,
    /// What was done to it.
    pub change: Change,
}

pub(super) fn value(data: &[u8]) -> Option<Value> {
    if !MARK.is_in(data) {
        return None;
    }
    let json = json::parse(data)?;
    let change = Box::new(TableChange::of(&json)?);
    Some(Value::Change { change, json })
}

/// What was done, in which table, to which item.
pub(super) fn line(head: Head<'_>, columns: usize) -> Option<String> {
    let mark = if head.whole { &MARK } else { &EARLY_MARK };
    if !mark.is_in(head.bytes) {
        return None;
    }
    let TableChange { table, change, .. } = TableChange::of(&json::beginning(head)?)?;
    let event = change.event.as_str();
    let ttl = if change.is_ttl() { " by TTL" } else { "" };
    Some(format!("{event}{ttl} [{table}] {}", change.preview(columns)))
}

impl TableChange {
    fn of(json: &Json) -> Option<Self> {
        let record = json.get("dynamodb")?;
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        let image = |name: &str| record.get(name).and_then(item_from_json);
        // Where the end is missing, so is the source.
        if text("eventSource").is_some_and(|source| source != "aws:dynamodb") {
            return None;
        }
        Some(Self {
            table: text("tableName").unwrap_or_default().to_owned(),
            time: time(record),
            change: Change {
                event: Event::from(text("eventName")?),
                keys: image("Keys")?,
                old: image("OldImage"),
                new: image("NewImage"),
                identity: json.get("userIdentity").and_then(identity),
                size: record.get("SizeBytes").and_then(Json::as_u64),
            },
        })
    }
}

fn time(record: &Json) -> Option<Timestamp> {
    let time = record.get("ApproximateCreationDateTime")?.as_i64()?;
    let precision = record.get("ApproximateCreationDateTimePrecision");
    match precision.and_then(Json::as_str) {
        Some("MICROSECOND") => Timestamp::from_microsecond(time).ok(),
        // What passes the record of DynamoDB Streams on as it is leaves it in seconds.
        _ if time < LEAST_MILLIS => Timestamp::from_second(time).ok(),
        _ => Timestamp::from_millisecond(time).ok(),
    }
}

fn identity(json: &Json) -> Option<(String, String)> {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    Some((text("type")?, text("principalId")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str, time: &str) -> Option<TableChange> {
        let record = format!(
            r#"{{"eventSource":"{source}","eventName":"INSERT","dynamodb":{{"Keys":{{}},
                "ApproximateCreationDateTime":{time},"SizeBytes":3}},"also":"aws:dynamodb"}}"#
        );
        match value(record.as_bytes())? {
            Value::Change { change, .. } => Some(*change),
            _ => None,
        }
    }

    #[test]
    fn a_time_is_read_in_the_unit_that_it_has() {
        for (time, read_as) in [
            ("1772460131204", Some("2026-03-02T14:02:11.204Z")),
            ("1772460131", Some("2026-03-02T14:02:11Z")),
            ("\"soon\"", None),
        ] {
            let change = read("aws:dynamodb", time).unwrap();
            assert_eq!(change.time, read_as.map(|time| time.parse().unwrap()));
        }
    }

    #[test]
    fn the_record_of_another_source_is_no_change() {
        assert_eq!(read("aws:kinesis", "1"), None);
    }
}
