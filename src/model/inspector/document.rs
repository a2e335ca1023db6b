//! A record read closely: what it says, and what is known of it besides.

use bytes::Bytes;

use super::Sight;
use super::change::{holds_bytes, write_change};
use super::tree::{Kind, Tree};
use super::value::write_meaning;
use super::write::{Place, Writer};
use crate::decode::{Decoded, Decoder, Logs, TableChange, Value};
use crate::resource::{Aggregate, Body, Record, hash_key};
use crate::sanitize;

/// The label of the time, which is told in the zone of whoever looks.
const ARRIVED: &str = "arrived";

/// A record as lines for a screen of a given width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// How it was read, such as `kpl › gzip › json`, sanitized; empty for a change.
    pub path: String,
    /// Its size in bytes, where it has one.
    pub size: Option<usize>,
    /// How large it is without its layers, where it had any.
    pub inside: Option<String>,
    /// What was inside its layers, where no more is known of it than that it is bytes.
    pub unread: Option<Bytes>,
    /// Whether it is a change with something binary in it.
    pub holds_bytes: bool,
    /// Its lines.
    pub tree: Tree,
}

impl Document {
    /// Reads a record closely, by its content.
    pub fn of(record: &Record, sight: Sight) -> Self {
        Self::read(record, sight, &Decoder::automatic())
    }

    /// Reads a record closely. May take a while for a large one, so it is done beside the screen.
    pub fn read(record: &Record, sight: Sight, decoder: &Decoder) -> Self {
        let mut writer = Writer::new(sight.columns);
        let mut document = match &record.body {
            Body::Blob { data, aggregate, .. } => {
                let decoder = decoder.inside(aggregate.as_deref());
                let decoded = decoder.examine(data).out_of(aggregate.as_deref());
                blob(&mut writer, sight, data, decoded)
            }
            Body::Change(change) => {
                write_change(&mut writer, sight, change);
                Self {
                    size: change.size.and_then(|size| usize::try_from(size).ok()),
                    holds_bytes: holds_bytes(change),
                    ..Self::default()
                }
            }
        };
        writer.blank();
        write_facts(&mut writer, record, &document);
        document.tree = writer.finish();
        document
    }
}

fn blob(writer: &mut Writer, sight: Sight, data: &Bytes, decoded: Decoded) -> Document {
    for note in &decoded.notes {
        writer.leaf(&Place::default(), Kind::Note, &format!("! {note}"));
    }
    match &decoded.value {
        Value::Logs { logs, .. } => write_logs(writer, logs),
        Value::Change { change, .. } => write_table_change(writer, sight, change),
        value => write_meaning(writer, &Place::default(), value),
    }
    let layers = decoded.path.len() > 1;
    Document {
        path: sanitize::line(&decoded.path(" › ")).into_owned(),
        size: Some(data.len()),
        inside: layers.then(|| inside(&decoded)),
        unread: match decoded.value {
            Value::Bytes(bytes) => Some(if layers { bytes.into() } else { data.clone() }),
            _ => None,
        },
        ..Document::default()
    }
}

/// The events of a log, each with its time.
fn write_logs(writer: &mut Writer, logs: &Logs) {
    write_facts_of(
        writer,
        &[
            ("log group", logs.group.clone()),
            ("log stream", logs.stream.clone()),
        ],
    );
    if logs.control {
        let words = "a control message: the service tries whether the stream can be reached";
        writer.leaf(&Place::default(), Kind::Note, words);
    }
    writer.blank();
    for event in &logs.events {
        let time = event.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let mut lines = event.message.lines();
        let first = format!("{time}  {}", lines.next().unwrap_or_default());
        writer.leaf(&Place::default(), Kind::Text, &first);
        for line in lines {
            writer.leaf(&Place::default(), Kind::Text, line);
        }
    }
}

/// A change that came through Kinesis, which names its table and its time.
fn write_table_change(writer: &mut Writer, sight: Sight, it: &TableChange) {
    let mut facts = vec![
        ("event", it.change.event.as_str().to_owned()),
        ("table", it.table.clone()),
    ];
    facts.extend(it.time.map(|time| ("changed", time.to_string())));
    write_facts_of(writer, &facts);
    writer.blank();
    write_change(writer, sight, &it.change);
}

fn write_facts_of(writer: &mut Writer, facts: &[(&str, String)]) {
    let pad = writer.pad(facts.iter().map(|(label, _)| *label));
    for (name, value) in facts {
        let place = Place {
            name,
            pad,
            ..Place::default()
        };
        writer.leaf(&place, Kind::Fact, value);
    }
}

/// How large it is without its layers.
fn inside(decoded: &Decoded) -> String {
    match &decoded.value {
        Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => {
            format!("{} as JSON", size(json.to_string().len()))
        }
        Value::Text(text) => size(text.len()),
        Value::Bytes(bytes) => size(bytes.len()),
    }
}

/// A size to the byte.
fn size(bytes: usize) -> String {
    format!("{bytes} bytes")
}

/// Where the record stands, and how it came there; below what it says, because the row in the list tells the most of it.
fn write_facts(writer: &mut Writer, record: &Record, document: &Document) {
    let mut facts = Vec::new();
    if let Body::Blob {
        partition_key,
        aggregate,
        ..
    } = &record.body
    {
        facts.push(("partition key", partition_key.to_string()));
        facts.push(("hash key", hash_key(partition_key).to_string()));
        facts.extend(aggregate.iter().flat_map(|it| facts_of_aggregate(it)));
    }
    facts.push(("shard", record.shard.as_str().to_owned()));
    facts.push(("sequence", record.sequence.as_str().to_owned()));
    facts.extend(document.size.map(|bytes| ("size", size(bytes))));
    facts.extend(document.inside.clone().map(|inside| ("unfolds to", inside)));
    facts.extend(record.arrived.map(|time| (ARRIVED, time.to_string())));
    let pad = writer.pad(facts.iter().map(|(label, _)| *label));
    for (name, value) in &facts {
        let kind = if *name == ARRIVED {
            Kind::Arrival
        } else {
            Kind::Fact
        };
        let place = Place {
            name,
            pad,
            ..Place::default()
        };
        writer.leaf(&place, kind, value);
    }
}

fn facts_of_aggregate(aggregate: &Aggregate) -> Vec<(&'static str, String)> {
    let whole = size(aggregate.whole.len());
    let explicit = aggregate.explicit_hash_key.as_deref();
    let explicit = explicit.map(|key| ("explicit hash key", key.to_owned()));
    let place = format!("{} in an aggregate of {whole}", aggregate.subsequence);
    explicit.into_iter().chain([("subsequence", place)]).collect()
}
