//! One record, read closely.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Remote;
use crate::decode::{Logs, Note, TableChange, Value, decode, hex_line, hex_lines, hex_width, pretty};
use crate::resource::{Aggregate, Body, Change, Record};
use crate::sanitize;

/// A record decoded into lines of a given width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// How it was read, such as `kpl › gzip › json`.
    pub path: String,
    /// Its size in bytes, where it has one.
    pub size: Option<usize>,
    /// What it says, sanitized; nothing where only a dump of its bytes can be shown.
    pub lines: Vec<String>,
    /// The bytes of which only a dump can be shown: what the last layer gave.
    pub unread: Option<Bytes>,
    /// Where it stands, sanitized.
    pub place: Vec<String>,
}

/// The pane that shows it.
#[derive(Clone, Debug)]
pub struct Inspector {
    /// The number of the record in the ring.
    pub number: u64,
    /// The record, which may fall off the ring while it is read.
    pub record: Arc<Record>,
    /// How wide its lines are.
    pub columns: usize,
    /// Its meaning.
    pub document: Remote<Document>,
    /// Whether its bytes are shown instead.
    pub hex: bool,
    /// The first line on the screen.
    pub scroll: usize,
}

impl Inspector {
    /// A pane on a record that has still to be decoded.
    pub fn new(number: u64, record: Arc<Record>, columns: usize) -> Self {
        Self {
            number,
            record,
            columns,
            document: Remote::Idle,
            hex: false,
            scroll: 0,
        }
    }

    /// The bytes to dump, where they are what is shown.
    pub fn dump(&self) -> Option<&Bytes> {
        match &self.record.body {
            Body::Blob { data, .. } if self.hex => Some(data),
            Body::Blob { .. } => self.document.value()?.unread.as_ref(),
            Body::Change(_) => None,
        }
    }

    /// How many lines there are to scroll through.
    pub fn lines(&self) -> usize {
        self.content_lines() + self.document.value().map_or(0, |document| document.place.len())
    }

    /// One of them. A dump is written only where it is read.
    pub fn line(&self, number: usize) -> Cow<'_, str> {
        let content = self.content_lines();
        let document = self.document.value();
        let line = match self.dump() {
            Some(data) if number < content => {
                return hex_line(data, number, hex_width(self.columns)).into();
            }
            None if number < content => document.and_then(|it| it.lines.get(number)),
            _ => document.and_then(|it| it.place.get(number - content)),
        };
        line.map_or("", String::as_str).into()
    }

    fn content_lines(&self) -> usize {
        let lines = || self.document.value().map_or(0, |it| it.lines.len());
        self.dump()
            .map_or_else(lines, |data| hex_lines(data.len(), hex_width(self.columns)))
    }
}

impl Document {
    /// Reads a record closely, for lines of so many columns. May take a while for a large one, so it is done beside the screen.
    pub fn of(record: &Record, columns: usize) -> Self {
        let fold = |lines: Vec<String>| lines.iter().flat_map(|line| fold(line, columns)).collect();
        match &record.body {
            Body::Blob { data, aggregate, .. } => {
                let decoded = decode(data).out_of(aggregate.as_deref());
                let (notes, place) = (notes(&decoded.notes), place(record));
                Self {
                    path: sanitize::line(&decoded.path(" › ")).into_owned(),
                    size: Some(data.len()),
                    lines: fold(blob(&decoded.value)),
                    place: fold([notes, place].concat()),
                    unread: match decoded.value {
                        Value::Bytes(bytes) => Some(bytes.into()),
                        _ => None,
                    },
                }
            }
            Body::Change(it) => Self {
                path: sanitize::line(it.event.as_str()).into_owned(),
                size: it.size.and_then(|size| usize::try_from(size).ok()),
                lines: fold(change(it)),
                unread: None,
                place: fold(place(record)),
            },
        }
    }
}

/// What kept it from being read any further.
fn notes(notes: &[Note]) -> Vec<String> {
    let lines = notes
        .iter()
        .map(|note| sanitize::line(&note.to_string()).into_owned());
    let before = (!notes.is_empty()).then(String::new);
    before.into_iter().chain(lines).collect()
}

/// Where the record stands; below what it says, because the row in the list tells the most of it.
fn place(record: &Record) -> Vec<String> {
    let mut lines = vec![String::new()];
    if let Body::Blob { partition_key, .. } = &record.body {
        lines.push(fact("partition key", partition_key));
    }
    lines.push(fact("shard", record.shard.as_str()));
    lines.push(fact("sequence", record.sequence.as_str()));
    if let Body::Blob {
        aggregate: Some(aggregate),
        ..
    } = &record.body
    {
        lines.extend(aggregate_facts(aggregate));
    }
    if let Some(time) = record.arrived {
        lines.push(fact("arrived", &time.to_string()));
    }
    lines
}

fn aggregate_facts(aggregate: &Aggregate) -> Vec<String> {
    let mut lines = vec![fact("subsequence", &aggregate.subsequence.to_string())];
    lines.extend(
        aggregate
            .explicit_hash_key
            .as_ref()
            .map(|key| fact("hash key", key)),
    );
    lines
}

/// A line in as many as it takes.
fn fold(line: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for cluster in line.graphemes(true) {
        if used > 0 && used + cluster.width() > columns {
            lines.push(String::new());
            used = 0;
        }
        used += cluster.width();
        if let Some(last) = lines.last_mut() {
            last.push_str(cluster);
        }
    }
    lines
}

fn fact(label: &str, value: &str) -> String {
    format!("{label:<14} {}", sanitize::line(value))
}

fn blob(value: &Value) -> Vec<String> {
    match value {
        Value::Json(value) => block(&pretty(value)),
        Value::Logs { logs, .. } => log(logs),
        Value::Change { change, .. } => table_change(change),
        Value::Text(text) => block(text),
        Value::Bytes(_) => Vec::new(),
    }
}

fn log(logs: &Logs) -> Vec<String> {
    let mut lines = vec![fact("log group", &logs.group), fact("log stream", &logs.stream)];
    if logs.control {
        lines.push("a control message: the service tries whether the stream can be reached".to_owned());
    }
    lines.push(String::new());
    for event in &logs.events {
        let time = event.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        lines.extend(block(&format!("{time}  {}", event.message)));
    }
    lines
}

fn table_change(it: &TableChange) -> Vec<String> {
    let event = it.change.event.as_str();
    let mut lines = vec![fact("event", event), fact("table", &it.table)];
    lines.extend(it.time.map(|time| fact("changed", &time.to_string())));
    lines.extend(change(&it.change));
    lines
}

fn change(change: &Change) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((kind, who)) = &change.identity {
        let ttl = if change.is_ttl() {
            " (its time to live had run out)"
        } else {
            ""
        };
        lines.push(fact("by", &format!("{kind} {who}{ttl}")));
    }
    for (label, value) in change.to_json() {
        if value.is_null() {
            lines.push(format!("{label}: none in this record"));
        } else {
            lines.extend(block(&format!("{label}: {}", pretty(&value))));
        }
    }
    lines
}

fn block(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| sanitize::line(line).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(data: &'static [u8]) -> Record {
        Record {
            shard: "shardId-000000000002".into(),
            sequence: "4965".into(),
            arrived: Some("2026-03-02T14:02:11.204Z".parse().unwrap()),
            body: Body::blob("cust-0031", Bytes::from_static(data)),
        }
    }

    fn inspect(record: Record, columns: usize) -> Inspector {
        let document = Document::of(&record, columns);
        let mut inspector = Inspector::new(0, Arc::new(record), columns);
        inspector.document = Remote::Ready(document);
        inspector
    }

    fn lines(inspector: &Inspector) -> Vec<String> {
        (0..inspector.lines())
            .map(|line| inspector.line(line).into_owned())
            .collect()
    }

    #[test]
    fn json_is_spread_over_lines() {
        let inspector = inspect(record(b"{\"total\":212.40}"), 80);
        let document = inspector.document.value().unwrap();
        assert_eq!((document.path.as_str(), document.size), ("json", Some(16)));
        assert_eq!(
            lines(&inspector),
            [
                "{",
                "  \"total\": 212.40",
                "}",
                "",
                "partition key  cust-0031",
                "shard          shardId-000000000002",
                "sequence       4965",
                "arrived        2026-03-02T14:02:11.204Z",
            ]
        );
    }

    #[test]
    fn hostile_text_is_defused() {
        let inspector = inspect(record(b"a\x1b]52;c;aGk=\x07\nb"), 80);
        assert_eq!(lines(&inspector)[..2], ["a␛]52;c;aGk=␇", "b"]);
        for hostile in [
            &br#"{"messageType":"DATA_MESSAGE","logGroup":"\u001b[2J","logEvents":[{"message":"\u009b2J\u202e"}]}"#[..],
            br#"{"eventSource":"aws:dynamodb","eventName":"\u001b[2J","tableName":"\u202e","dynamodb":{"Keys":{"\u009b":{"N":"\u001b"}}}}"#,
        ] {
            let inspector = inspect(record(hostile), 200);
            assert_ne!(inspector.document.value().unwrap().path, "json");
            for line in lines(&inspector) {
                assert_eq!(sanitize::line(&line), line);
            }
        }
    }

    #[test]
    fn long_lines_are_folded() {
        let inspector = inspect(record("日本語 abc".as_bytes()), 5);
        assert_eq!(lines(&inspector)[..3], ["日本", "語 ab", "c"]);
    }

    #[test]
    fn bytes_are_dumped_as_wide_as_fits() {
        let inspector = inspect(record(&[0, 1, 2, 255]), 80);
        assert_eq!(inspector.document.value().unwrap().path, "hex");
        assert!(lines(&inspector)[0].starts_with("00000000  00 01 02 ff"));
        let mut inspector = inspect(record(b"0123456789abcdef"), 50);
        inspector.hex = true;
        assert_eq!(
            lines(&inspector)[1],
            "00000008  38 39 61 62  63 64 65 66  89abcdef"
        );
    }

    #[test]
    fn events_of_a_log_are_lines_with_their_times() {
        let logs = include_bytes!("../../tests/fixtures/decode/cloudwatch-logs.bin");
        let inspector = inspect(record(logs), 100);
        assert_eq!(inspector.document.value().unwrap().path, "gzip › cloudwatch-logs");
        assert_eq!(
            lines(&inspector)[..7],
            [
                "log group      /aws/lambda/checkout",
                "log stream     2026/03/02/[$LATEST]5f2f7a",
                "",
                "2026-03-02T14:02:11.204Z  START RequestId: 8f507cfc Version: $LATEST",
                "2026-03-02T14:02:11.21Z  Traceback:",
                "  File \"app.py\", line 3",
                "",
            ]
        );
    }

    #[test]
    fn a_change_that_came_through_kinesis_is_shown_like_one_of_a_table() {
        let change = include_bytes!("../../tests/fixtures/decode/dynamodb-ttl.bin");
        let shown = lines(&inspect(record(change), 100)).join("\n");
        for line in [
            "event          REMOVE",
            "table          carts",
            "changed        2026-03-02T14:02:11.204567Z",
            "by             Service dynamodb.amazonaws.com (its time to live had run out)",
            "\"N\": \"12345678901234567890123456789012345678\"",
            "new: none in this record",
        ] {
            assert!(shown.contains(line), "{line} is not in\n{shown}");
        }
    }

    #[test]
    fn what_did_not_open_is_told_below() {
        let forged = include_bytes!("../../tests/fixtures/decode/kpl-forged.bin");
        let shown = lines(&inspect(record(forged), 100));
        assert!(shown[0].starts_with("00000000  f3 89 9a c2"));
        assert!(shown.contains(&"no kpl: its MD5 does not match".to_owned()));
    }

    #[test]
    fn a_dump_is_of_what_is_inside_unless_hex_is_asked_for() {
        let stored = include_bytes!("../../tests/fixtures/decode/lz4-stored.bin");
        let mut inspector = inspect(record(stored), 100);
        assert!(inspector.line(0).starts_with("00000000  00 01 02 03"));
        inspector.hex = true;
        assert!(inspector.line(0).starts_with("00000000  04 22 4d 18"));
    }
}
