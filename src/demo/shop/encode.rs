//! Payloads in the forms in which such data really comes: log lines as CloudWatch Logs delivers them, readings as MessagePack.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::json;

/// Lines of one log stream as a subscription delivers them: JSON in gzip (CloudWatch Logs user guide, "Real-time processing
/// of log data with subscriptions").
pub(super) fn log_events(group: &str, stream: &str, at: Timestamp, lines: &[String]) -> Vec<u8> {
    let time = at.as_millisecond();
    let event = |(number, line): (usize, &String)| {
        // Ids are numbers of 56 digits of which the first tell the time.
        json!({"id": format!("{time:020}{number:036}"), "timestamp": time, "message": line})
    };
    let events: Vec<_> = lines.iter().enumerate().map(event).collect();
    let delivery = json!({
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": ["to-kinesis"],
        "logEvents": events,
    });
    gzip(delivery.to_string().as_bytes())
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to a Vec cannot fail.
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// A map in MessagePack.
#[derive(Debug, Default)]
pub(super) struct Msgpack {
    members: u8,
    bytes: Vec<u8>,
}

impl Msgpack {
    /// Adds a text.
    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.member(name, &text(value))
    }

    /// Adds a number.
    pub(super) fn float(self, name: &str, value: f64) -> Self {
        let bytes = [&[0xcb][..], &value.to_be_bytes()].concat();
        self.member(name, &bytes)
    }

    /// Adds a whole number.
    pub(super) fn whole(self, name: &str, value: u32) -> Self {
        let bytes = [&[0xce][..], &value.to_be_bytes()].concat();
        self.member(name, &bytes)
    }

    /// Adds a time to the second, as its extension type -1 has it.
    pub(super) fn time(self, name: &str, at: Timestamp) -> Self {
        let seconds = u32::try_from(at.as_second()).unwrap_or_default();
        let bytes = [&[0xd6, 0xff][..], &seconds.to_be_bytes()].concat();
        self.member(name, &bytes)
    }

    /// The bytes of it all, of at most fifteen members.
    pub(super) fn finish(self) -> Vec<u8> {
        [&[0x80 | self.members][..], &self.bytes].concat()
    }

    fn member(mut self, name: &str, value: &[u8]) -> Self {
        self.members += 1;
        self.bytes.extend(text(name));
        self.bytes.extend(value);
        self
    }
}

/// A text of at most 31 bytes.
fn text(value: &str) -> Vec<u8> {
    let length = u8::try_from(value.len().min(31)).unwrap_or_default();
    [&[0xa0 | length][..], &value.as_bytes()[..usize::from(length)]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Value, decode};

    #[test]
    fn log_events_are_read_as_such() {
        let at = "2026-03-02T14:02:11.204Z".parse().unwrap();
        let data = log_events(
            "/shop/checkout",
            "checkout-1",
            at,
            &["one".to_owned(), "two".to_owned()],
        );
        let decoded = decode(&data);
        assert_eq!(decoded.path(">"), "gzip>cloudwatch-logs");
        let Value::Logs { logs, .. } = decoded.value else {
            panic!("no logs");
        };
        let messages: Vec<_> = logs.events.iter().map(|event| event.message.as_str()).collect();
        assert_eq!(messages, ["one", "two"]);
        assert_eq!(logs.events[0].time, Some(at));
    }

    #[test]
    fn a_map_is_read_as_it_was_written() {
        let at = "2026-03-02T14:02:11Z".parse().unwrap();
        let map = Msgpack::default()
            .text("kind", "roaster")
            .float("celsius", 21.5)
            .whole("n", 7)
            .time("at", at);
        let decoded = decode(&map.finish());
        assert_eq!(decoded.path(">"), "msgpack");
        let json = decoded.value.json().unwrap();
        assert_eq!(
            *json,
            serde_json::json!({"kind": "roaster", "celsius": 21.5, "n": 7, "at": "2026-03-02T14:02:11Z"})
        );
    }
}
