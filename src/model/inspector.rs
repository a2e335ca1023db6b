//! One record, read closely.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Remote;
use crate::decode::{Value, decode, hex_line, hex_lines, hex_width, pretty};
use crate::resource::{Body, Change, Record};
use crate::sanitize;

/// A record decoded into lines of a given width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// How it was read, such as `kpl › gzip › json`.
    pub path: String,
    /// Its size in bytes, where it has one.
    pub size: Option<usize>,
    /// What it says, sanitized; `None` where only a dump of its bytes can be shown.
    pub lines: Option<Vec<String>>,
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
        let unread = self
            .document
            .value()
            .is_some_and(|document| document.lines.is_none());
        match &self.record.body {
            Body::Blob { data, .. } if self.hex || unread => Some(data),
            _ => None,
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
            None if number < content => document.and_then(|it| it.lines.as_ref()?.get(number)),
            _ => document.and_then(|it| it.place.get(number - content)),
        };
        line.map_or("", String::as_str).into()
    }

    fn content_lines(&self) -> usize {
        let lines = || {
            self.document
                .value()
                .and_then(|it| it.lines.as_ref())
                .map_or(0, Vec::len)
        };
        self.dump()
            .map_or_else(lines, |data| hex_lines(data.len(), hex_width(self.columns)))
    }
}

impl Document {
    /// Reads a record closely, for lines of so many columns. May take a while for a large one, so it is done beside the screen.
    pub fn of(record: &Record, columns: usize) -> Self {
        let (path, size, lines) = match &record.body {
            Body::Blob { data, .. } => {
                let decoded = decode(data);
                (decoded.path(" › "), Some(data.len()), blob(&decoded.value))
            }
            Body::Change(it) => {
                let size = it.size.and_then(|size| usize::try_from(size).ok());
                (it.event.as_str().to_owned(), size, Some(change(it)))
            }
        };
        let fold = |lines: Vec<String>| lines.iter().flat_map(|line| fold(line, columns)).collect();
        Self {
            path: sanitize::line(&path).into_owned(),
            size,
            lines: lines.map(fold),
            place: fold(place(record)),
        }
    }
}

/// Where the record stands; below what it says, because the row in the list tells the most of it.
fn place(record: &Record) -> Vec<String> {
    let mut lines = vec![String::new()];
    if let Body::Blob { partition_key, .. } = &record.body {
        lines.push(fact("partition key", partition_key));
    }
    lines.push(fact("shard", record.shard.as_str()));
    lines.push(fact("sequence", record.sequence.as_str()));
    if let Some(time) = record.arrived {
        lines.push(fact("arrived", &time.to_string()));
    }
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

fn blob(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Json(value) => Some(block(&pretty(value))),
        Value::Text(text) => Some(block(text)),
        Value::Bytes(_) => None,
    }
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
}
