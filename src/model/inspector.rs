//! One record, read closely.

use std::sync::Arc;

use bytes::Bytes;

use super::Remote;
use crate::decode::{Value, decode, hex_line, hex_lines, pretty};
use crate::resource::{Body, Change, Record};
use crate::sanitize;

/// A record decoded into lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// How it was read, such as `kpl › gzip › json`.
    pub path: String,
    /// Its size in bytes, where it has one.
    pub size: Option<usize>,
    /// What it says, sanitized.
    pub lines: Vec<String>,
}

/// The pane that shows it.
#[derive(Clone, Debug)]
pub struct Inspector {
    /// The number of the record in the ring.
    pub number: u64,
    /// The record, which may fall off the ring while it is read.
    pub record: Arc<Record>,
    /// Its meaning.
    pub document: Remote<Document>,
    /// Whether its bytes are shown instead.
    pub hex: bool,
    /// The first line on the screen.
    pub scroll: usize,
}

impl Inspector {
    /// A pane on a record that has still to be decoded.
    pub fn new(number: u64, record: Arc<Record>) -> Self {
        Self {
            number,
            record,
            document: Remote::Idle,
            hex: false,
            scroll: 0,
        }
    }

    /// The record's bytes, where it is made of bytes.
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.record.body {
            Body::Blob { data, .. } => Some(data),
            Body::Change(_) => None,
        }
    }

    /// How many lines there are to scroll through.
    pub fn lines(&self) -> usize {
        match (self.hex, self.bytes()) {
            (true, Some(data)) => hex_lines(data.len()),
            _ => self.document.value().map_or(0, |document| document.lines.len()),
        }
    }
}

impl Document {
    /// Reads a record closely. May take a while for a large one, so it is done beside the screen.
    pub fn of(record: &Record) -> Self {
        let mut lines = Vec::new();
        let (path, size) = match &record.body {
            Body::Blob { data, .. } => (push_blob(&mut lines, data), Some(data.len())),
            Body::Change(change) => {
                push_change(&mut lines, change);
                (
                    change.event.as_str().to_owned(),
                    change.size.and_then(|size| usize::try_from(size).ok()),
                )
            }
        };
        push_place(&mut lines, record);
        Self {
            path: sanitize::line(&path).into_owned(),
            size,
            lines,
        }
    }
}

/// Where the record stands; below what it says, because the row in the list tells the most of it.
fn push_place(lines: &mut Vec<String>, record: &Record) {
    lines.push(String::new());
    if let Body::Blob { partition_key, .. } = &record.body {
        lines.push(fact("partition key", partition_key));
    }
    lines.push(fact("shard", record.shard.as_str()));
    lines.push(fact("sequence", record.sequence.as_str()));
    if let Some(time) = record.arrived {
        lines.push(fact("arrived", &time.to_string()));
    }
}

fn fact(label: &str, value: &str) -> String {
    format!("{label:<14} {}", sanitize::line(value))
}

/// The payload's lines; tells how it was read.
fn push_blob(lines: &mut Vec<String>, data: &[u8]) -> String {
    let decoded = decode(data);
    match &decoded.value {
        Value::Json(value) => push_block(lines, &pretty(value)),
        Value::Text(text) => push_block(lines, text),
        Value::Bytes => lines.extend((0..hex_lines(data.len())).map(|line| hex_line(data, line))),
    }
    decoded.path(" › ")
}

fn push_change(lines: &mut Vec<String>, change: &Change) {
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
            push_block(lines, &format!("{label}: {}", pretty(&value)));
        }
    }
}

fn push_block(lines: &mut Vec<String>, text: &str) {
    lines.extend(text.lines().map(|line| sanitize::line(line).into_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(data: &'static [u8]) -> Record {
        Record {
            shard: "shardId-000000000002".into(),
            sequence: "4965".into(),
            arrived: Some("2026-03-02T14:02:11.204Z".parse().unwrap()),
            body: Body::Blob {
                partition_key: "cust-0031".into(),
                data: Bytes::from_static(data),
            },
        }
    }

    #[test]
    fn json_is_spread_over_lines() {
        let document = Document::of(&record(b"{\"total\":212.40}"));
        assert_eq!(document.path, "json");
        assert_eq!(document.size, Some(16));
        assert_eq!(
            document.lines,
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
        let document = Document::of(&record(b"a\x1b]52;c;aGk=\x07\nb"));
        assert!(
            document
                .lines
                .iter()
                .all(|line| !line.chars().any(char::is_control))
        );
        assert_eq!(document.lines[..2], ["a␛]52;c;aGk=␇", "b"]);
    }

    #[test]
    fn bytes_are_dumped() {
        let document = Document::of(&record(&[0, 1, 2, 255]));
        assert_eq!(document.path, "hex");
        assert!(document.lines[0].starts_with("00000000  00 01 02 ff"));
    }
}
