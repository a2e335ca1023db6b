//! What a subscription of CloudWatch Logs delivers: JSON, in gzip, with some events of one log stream.
//!
//! "Log group-level subscription filters", Amazon CloudWatch Logs user guide.

use memchr::memmem::Finder;
use serde_json::Value as Json;

use super::json::Mark;
use super::layer::Head;
use super::{Value, json, text};
use crate::resource::Timestamp;

/// The member that only such a delivery has.
pub(super) static MARK: Mark = Mark::new(|| Finder::new("\"messageType\""));

/// Some events of a log stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// The log group; empty in a control message.
    pub group: String,
    /// The log stream; empty in a control message.
    pub stream: String,
    /// Whether the service only tries whether the stream can be reached.
    pub control: bool,
    /// The events, in the order of the delivery.
    pub events: Vec<LogEvent>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// When it happened, to the millisecond.
    pub time: Option<Timestamp>,
    /// What was logged, maybe on several lines.
    pub message: String,
}

pub(super) fn value(data: &[u8]) -> Option<Value> {
    if !MARK.is_in(data) {
        return None;
    }
    let json = json::parse(data)?;
    let logs = Logs::of(&json)?;
    Some(Value::Logs { logs, json })
}

/// Where the events come from, how many they are, and the first.
pub(super) fn line(head: Head<'_>) -> Option<String> {
    if !MARK.is_in(head.bytes) {
        return None;
    }
    let logs = Logs::of(&json::beginning(head)?)?;
    let first = logs.events.first().map_or("", |event| &event.message);
    let first = text::on_one_line(first);
    if logs.control {
        return Some(format!("[CloudWatch Logs] control message · {first}"));
    }
    let count = logs.events.len();
    let more = if head.whole { "" } else { "+" };
    let noun = if count == 1 && head.whole {
        "log event"
    } else {
        "log events"
    };
    Some(format!("[{}] {count}{more} {noun} · {first}", logs.group))
}

impl Logs {
    fn of(json: &Json) -> Option<Self> {
        let control = match json.get("messageType")?.as_str()? {
            "DATA_MESSAGE" => false,
            "CONTROL_MESSAGE" => true,
            _ => return None,
        };
        let text = |name: &str| {
            json.get(name)
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Some(Self {
            group: text("logGroup"),
            stream: text("logStream"),
            control,
            events: json
                .get("logEvents")?
                .as_array()?
                .iter()
                .map(LogEvent::of)
                .collect(),
        })
    }
}

impl LogEvent {
    fn of(json: &Json) -> Self {
        let millis = json.get("timestamp").and_then(Json::as_i64);
        Self {
            time: millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
            message: json
                .get("message")
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned(),
        }
    }
}
