//! A change of a DynamoDB table that came through Kinesis: the record of DynamoDB Streams, as JSON.
//!
//! "Using Kinesis Data Streams to capture changes to DynamoDB", Amazon DynamoDB developer guide.

use serde_json::Value as Json;

use super::layer::Head;
use super::{Value, json};
use crate::resource::{Change, Event, Timestamp, item_from_json};

/// What `eventSource` is of every such record.
pub(super) const MARK: &str = "\"aws:dynamodb\"";
/// A member that comes before the images, where the source comes after them.
const EARLY_MARK: &str = "\"dynamodb\"";

/// A change of an item, of which table, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct TableChange {
    /// The table.
    pub table: String,
    /// When the item was changed: the milliseconds or microseconds that the record has.
    pub time: Option<Timestamp>,
    /// What was done to it.
    pub change: Change,
}

pub(super) fn value(data: &[u8]) -> Option<Value> {
    if !json::mentions(data, MARK) {
        return None;
    }
    let json = json::parse(data)?;
    let source = json.get("eventSource").and_then(Json::as_str);
    source.filter(|source| *source == "aws:dynamodb")?;
    let change = Box::new(TableChange::of(&json)?);
    Some(Value::Change { change, json })
}

/// What was done, in which table, to which item.
pub(super) fn line(head: Head<'_>, columns: usize) -> Option<String> {
    let mark = if head.whole { MARK } else { EARLY_MARK };
    if !json::mentions(head.bytes, mark) {
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
        _ => Timestamp::from_millisecond(time).ok(),
    }
}

fn identity(json: &Json) -> Option<(String, String)> {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    Some((text("type")?, text("principalId")?))
}
