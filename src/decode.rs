//! What bytes mean: layers are taken off until something is left that a person can read.
//!
//! One file a format, each a few pure functions: total over every input, bounded in what they look at and in what they put
//! out. A [`Decoder`] is how the bytes of one stream are read, by their content or as a person chose.
//!
//! Must not: print; what comes out of here has not passed [`crate::sanitize`] unless it says so.

mod avro;
mod cbor;
mod cursor;
mod decimal;
mod decoder;
mod format;
mod header;
mod hex;
mod json;
mod layer;
mod msgpack;
mod protobuf;
mod recognised;
mod schemas;
mod text;
mod tree;
mod wire;

use std::borrow::Cow;
use std::fmt;

pub use decoder::{ChoiceError, Decoder};
pub use format::{Format, UnknownFormat};
pub use hex::{hex, hex_line, hex_lines, hex_width};
pub use json::{json_on_one_line, pretty};
pub use schemas::{Definition, SchemaFileError, Schemas};
use serde_json::Value as Json;
use tree::Room;

use crate::sanitize;

/// Bytes that a one-line preview looks at for each character that it may show: the longest character of UTF-8.
const BYTES_PER_CHARACTER: usize = 4;
/// How many layers are taken off at most.
pub const DEPTH: usize = 8;
/// How many bytes come out of a layer at most.
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
    /// A layer holds more than is taken out of it; what is shown is its beginning.
    TooLarge(Format),
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
            Self::TooLarge(format) => {
                write!(
                    f,
                    "{format} holds more than {} MiB: this is its beginning",
                    LARGEST >> 20
                )
            }
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
}

/// Reads bytes by their content: layers are taken off, and what is left is JSON, else text, else CBOR or MessagePack where it
/// surely is, else bytes.
pub fn decode(data: &[u8]) -> Decoded {
    Decoder::automatic().decode(data)
}

/// Takes off the layers that can be told by their content; no more than `most` bytes come out of each.
fn unwrap<'a>(data: &'a [u8], most: usize, path: &mut Vec<Format>, notes: &mut Vec<Note>) -> Cow<'a, [u8]> {
    let mut inner = Cow::Borrowed(data);
    while let Some(layer) = layer::told_by(&inner) {
        if path.len() >= DEPTH {
            notes.push(Note::TooDeep);
            break;
        }
        match layer.open(&inner, most) {
            Ok(opened) => {
                path.push(layer.format);
                if opened.truncated {
                    notes.push(Note::TooLarge(layer.format));
                }
                inner = Cow::Owned(opened.bytes);
            }
            Err(broken) => {
                notes.push(Note::Broken(broken));
                break;
            }
        }
    }
    inner
}

fn meaning(data: Cow<'_, [u8]>) -> (Format, Value) {
    if let Some(value) = json::parse(&data) {
        return (Format::Json, Value::Json(value));
    }
    if let Some(text) = text::read(&data) {
        return (Format::Text, Value::Text(text.to_owned()));
    }
    // Of what there is no room for, the bytes tell more than a beginning would. Chosen, its beginning is shown.
    match recognised::read(&data, &Room::whole()) {
        Some((format, value, room)) if !room.is_full() => (format, Value::Json(value)),
        _ => (Format::Hex, Value::Bytes(data.into_owned())),
    }
}

/// The beginning of what bytes say on one line of so many columns at most, sanitized. Looks at no more bytes than can show.
pub fn preview(data: &[u8], columns: usize) -> String {
    let most = columns.saturating_mul(BYTES_PER_CHARACTER);
    let head = &data[..data.len().min(most)];
    match text::read_head(head, head.len() == data.len()) {
        Some(text) => sanitize::line(&text::on_one_line(text)).into_owned(),
        None => recognised::preview(data, columns)
            .unwrap_or_else(|| hex::spaced(&data[..data.len().min(columns / 2)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_is_told_by_its_content() {
        assert_eq!(decode(b"{\"a\": 1}").path, [Format::Json]);
        assert_eq!(decode(b"GET /cart 200").path, [Format::Text]);
        assert_eq!(decode(b"\x00\x01\xff").path, [Format::Hex]);
        assert_eq!(decode(b"").path, [Format::Text]);
        assert_eq!(decode(b"{\"a\": ").path, [Format::Text]);
    }

    #[test]
    fn a_number_keeps_all_its_digits() {
        let Value::Json(value) = decode(b"{\"n\":1234567890.12345678901234567890}").value else {
            panic!()
        };
        assert_eq!(value.to_string(), "{\"n\":1234567890.12345678901234567890}");
    }

    #[test]
    fn a_preview_is_one_safe_line() {
        assert_eq!(preview(b"{\n  \"a\": 1\n}", 40), "{ \"a\": 1 }");
        assert_eq!(preview(b"\x1b[2Jhi", 40), "␛[2Jhi");
        assert_eq!(preview("日本語".as_bytes(), 1), "日");
        assert_eq!(preview(&[0, 1, 0xff, b'A'], 40), "00 01 ff 41");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_and_preview(data in proptest::collection::vec(any::<u8>(), 0..300), columns in 0usize..100) {
            decode(&data);
            let line = preview(&data, columns);
            prop_assert!(!line.chars().any(char::is_control));
        }

        #[test]
        fn any_text_is_read_as_itself(text in "[a-zA-Zäöü日 ]{1,40}") {
            prop_assert_eq!(decode(text.as_bytes()).value, Value::Text(text));
        }
    }
}
