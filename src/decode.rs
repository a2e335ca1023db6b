//! What bytes mean: layers are taken off until something is left that a person can read.
//!
//! One file a format, each a few pure functions: total over every input, bounded in what they look at and in what they put
//! out.
//!
//! Must not: print; what comes out of here has not passed [`crate::sanitize`] unless it says so.

mod avro;
mod base64;
mod cbor;
mod cloudwatch;
mod cursor;
mod decimal;
mod decoder;
mod dynamodb;
mod format;
mod gzip;
mod head;
mod header;
mod hex;
mod json;
mod kpl;
mod layer;
mod lz4;
mod msgpack;
mod protobuf;
mod recognised;
mod schemas;
mod snappy;
mod text;
mod tree;
mod twice;
mod wire;
mod zlib;
mod zstd;

use std::borrow::Cow;
use std::fmt;

pub use cloudwatch::{LogEvent, Logs};
pub use decoder::{ChoiceError, Decoder};
pub use dynamodb::TableChange;
pub use format::{Format, UnknownFormat};
pub use hex::{hex, hex_line, hex_lines, hex_width};
pub use json::{json_on_one_line, pretty};
pub use kpl::user_records;
use layer::{End, Head, Layer, Opened};
pub use schemas::{Definition, SchemaFileError, Schemas};
use serde_json::Value as Json;

use crate::redact::process as redaction;
use crate::resource::Aggregate;
use crate::sanitize;

/// Bytes that a one-line preview looks at for each character that it may show: the longest character of UTF-8.
const BYTES_PER_CHARACTER: usize = 4;
/// Bytes that it looks at where what matters stands further back.
const SUMMARY: usize = 4 << 10;
/// How many layers are taken off at most.
pub const DEPTH: usize = 8;
/// How many bytes come out of all layers together at most.
pub const LARGEST: usize = 16 << 20;

/// Bytes read as what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The layers that were taken off, outermost first, and last the format of what was inside.
    pub path: Vec<Format>,
    /// What was inside.
    pub value: Value,
    /// What did not go as it should, for the person to see.
    pub notes: Vec<Note>,
}

/// What was inside.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A JSON value, numbers as they were written. What JSON has no form for is text: bytes in Base64, `NaN` as a word.
    Json(Json),
    /// Events of a log, and the JSON that they came as.
    Logs {
        /// The events.
        logs: Logs,
        /// All of it.
        json: Json,
    },
    /// A change of an item of a table, and the JSON that it came as.
    Change {
        /// The change.
        change: Box<TableChange>,
        /// All of it.
        json: Json,
    },
    /// Text.
    Text(String),
    /// Bytes of which no more is known: what the last layer gave.
    Bytes(Vec<u8>),
}

/// Why something was not read as far as it might be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// There are more layers than are taken off.
    TooDeep,
    /// With this layer more would come out than is taken out of all; what is shown is its beginning.
    TooLarge(Format),
    /// A layer cannot be read to its end; what is shown came out before.
    BrokenOff(Broken),
    /// Members that objects of the JSON have twice; may hold words from outside. Of each the last is in the value.
    Twice(Vec<String>),
    /// Bytes that begin like this format, or were said to be of it, are not.
    Broken(Broken),
}

/// Bytes that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What they should be.
    pub format: Format,
    /// What is wrong with them; may hold words from outside.
    pub why: String,
}

impl Broken {
    /// Bytes that are not of this format, and why.
    pub(crate) fn new(format: Format, why: impl fmt::Display) -> Self {
        Self {
            format,
            why: why.to_string(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no {}: {}", self.format, self.why)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => write!(f, "more than {DEPTH} layers: the rest is left as it is"),
            Self::TooLarge(format) => write!(
                f,
                "{format} goes on: no more than {} MiB are taken out of all layers",
                LARGEST >> 20
            ),
            Self::BrokenOff(Broken { format, why }) => write!(f, "{format} breaks off: {why}"),
            Self::Twice(names) => write!(
                f,
                "a key is there twice: {}; the last one is shown, x shows the bytes",
                names.join(", ")
            ),
            Self::Broken(broken) => broken.fmt(f),
        }
    }
}

impl Decoded {
    /// The layers in one word, such as `gzip>json`.
    pub fn path(&self, separator: &str) -> String {
        let names: Vec<_> = self.path.iter().map(|format| format.name()).collect();
        names.join(separator)
    }

    /// The same for the payload of a user record, whose outermost layer is the aggregate that it came in.
    #[must_use]
    pub fn out_of(mut self, aggregate: Option<&Aggregate>) -> Self {
        if aggregate.is_some() {
            self.path.insert(0, Format::Kpl);
        }
        self
    }
}

impl Value {
    /// It as JSON, if that is what it is.
    pub fn json(&self) -> Option<&Json> {
        match self {
            Self::Json(json) | Self::Logs { json, .. } | Self::Change { json, .. } => Some(json),
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }
}

/// Reads bytes that mean something.
type Reader = fn(&[u8]) -> Option<Value>;

/// What bytes can mean, in the order in which it is tried; hex takes whatever is left.
const MEANINGS: [(Format, Reader); 8] = [
    (Format::Kpl, kpl::value),
    (Format::CloudwatchLogs, cloudwatch::value),
    (Format::Dynamodb, dynamodb::value),
    (Format::Json, json::value),
    (Format::Ndjson, json::values),
    (Format::Text, text::value),
    (Format::Cbor, recognised::cbor),
    (Format::Msgpack, recognised::msgpack),
];

/// Reads bytes by their content: layers are taken off, and what is left is JSON, else text, else CBOR or MessagePack where it
/// surely is, else bytes.
pub fn decode(data: &[u8]) -> Decoded {
    Decoder::automatic().decode(data)
}

/// Takes off the layers that can be told by their content; no more than `most` bytes come out of all together.
fn unwrap<'a>(data: &'a [u8], most: usize, path: &mut Vec<Format>, notes: &mut Vec<Note>) -> Cow<'a, [u8]> {
    let mut inner = Cow::Borrowed(data);
    let mut left = most;
    while let Some(layer) = layer::told_by(Head::all(&inner)) {
        if path.len() >= DEPTH {
            notes.push(Note::TooDeep);
            break;
        }
        let Some(bytes) = take_off(layer, &inner, left, path, notes) else {
            break;
        };
        left -= bytes.len();
        inner = Cow::Owned(bytes);
    }
    notes.extend(kpl::fault(&inner).map(Note::Broken));
    inner
}

/// Takes off this layer, if anything comes out of it.
fn take_off(
    layer: &Layer,
    data: &[u8],
    most: usize,
    path: &mut Vec<Format>,
    notes: &mut Vec<Note>,
) -> Option<Vec<u8>> {
    let format = layer.format;
    let Opened { bytes, end } = layer.unpack(data, most);
    let nothing = bytes.is_empty() && !matches!(end, End::Whole);
    notes.extend(match end {
        End::Whole => None,
        End::More => Some(Note::TooLarge(format)),
        End::Broken(why) if nothing => Some(Note::Broken(Broken::new(format, why))),
        End::Broken(why) => Some(Note::BrokenOff(Broken::new(format, why))),
    });
    if nothing {
        return None;
    }
    path.push(format);
    Some(bytes)
}

fn meaning(data: &[u8]) -> (Format, Value) {
    MEANINGS
        .iter()
        .find_map(|(format, read)| Some((*format, read(data)?)))
        .unwrap_or_else(|| (Format::Hex, Value::Bytes(data.to_vec())))
}

/// Whether these bytes may be JSON of which more is known than that.
fn is_special_json(data: &[u8]) -> bool {
    [&cloudwatch::MARK, &dynamodb::MARK]
        .iter()
        .any(|mark| mark.is_in(data))
}

/// The beginning of what bytes say on one line of so many columns at most, sanitized. Goes through layers, and takes no more
/// out of them than can show.
pub fn preview(data: &[u8], columns: usize) -> String {
    let most = columns.saturating_mul(BYTES_PER_CHARACTER).max(SUMMARY);
    let beginning = head::beginning(data, most);
    let head = beginning.head();
    match summary(head, columns) {
        Some(summary) => {
            let shown = redaction::beginning(&summary, columns);
            sanitize::line(&shown).into_owned()
        }
        None => text_or_hex(head, data, columns),
    }
}

/// Whether bytes are text as they stand, with no layer around it.
fn is_plain_text(data: &[u8]) -> bool {
    layer::told_by(Head::all(data)).is_none() && text::read(data).is_some()
}

/// What matters of JSON that is more than a value.
fn summary(head: Head<'_>, columns: usize) -> Option<String> {
    cloudwatch::line(head)
        .or_else(|| dynamodb::line(head, columns))
        .or_else(|| json::line(head))
}

/// The beginning of what is inside of all layers, where `whole` is what they are around.
fn text_or_hex(head: Head<'_>, whole: &[u8], columns: usize) -> String {
    let most = columns.saturating_mul(BYTES_PER_CHARACTER);
    let bytes = &head.bytes[..head.bytes.len().min(most)];
    match text::read_head(bytes, head.whole && bytes.len() == head.bytes.len()) {
        Some(text) => sanitize::line(&text::on_one_line(text)).into_owned(),
        None => recognised::preview(Head::all(whole), columns)
            // What is there as a whole was read as that.
            .or_else(|| recognised::preview(head, columns).filter(|_| !whole.starts_with(head.bytes)))
            .unwrap_or_else(|| hex::spaced_beginning(bytes, columns / 2)),
    }
}

#[cfg(test)]
mod tests;
