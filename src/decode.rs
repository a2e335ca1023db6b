//! What bytes mean. Pure functions, total over every input, bounded in what they look at.
//!
//! Must not: print; what comes out of here has not passed [`crate::sanitize`] unless it says so.

mod hex;
mod json;
mod text;

pub use hex::{hex, hex_line, hex_lines, hex_width};
pub use json::{json_on_one_line, pretty};
use serde_json::Value as Json;

use crate::sanitize;

/// Bytes that a one-line preview looks at for each character that it may show: the longest character of UTF-8.
const BYTES_PER_CHARACTER: usize = 4;

/// Bytes read as what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The layers that were taken off, outermost first.
    pub path: Vec<&'static str>,
    /// What was inside.
    pub value: Value,
}

/// What was inside.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A JSON value, numbers as they were written.
    Json(Json),
    /// Text.
    Text(String),
    /// Bytes of which no more is known.
    Bytes,
}

impl Decoded {
    /// The layers in one word, such as `gzip>json`.
    pub fn path(&self, separator: &str) -> String {
        self.path.join(separator)
    }
}

/// Reads bytes as JSON, else as UTF-8 text, else as bytes.
pub fn decode(data: &[u8]) -> Decoded {
    let known = |layer, value| Decoded {
        path: vec![layer],
        value,
    };
    if let Some(value) = json::parse(data) {
        return known("json", Value::Json(value));
    }
    match text::read(data) {
        Some(text) => known("text", Value::Text(text.to_owned())),
        None => known("hex", Value::Bytes),
    }
}

/// The beginning of what bytes say on one line of so many columns at most, sanitized. Looks at no more bytes than can show.
pub fn preview(data: &[u8], columns: usize) -> String {
    let head = &data[..data.len().min(columns.saturating_mul(BYTES_PER_CHARACTER))];
    match text::read_head(head, head.len() == data.len()) {
        Some(text) => sanitize::line(&text::on_one_line(text)).into_owned(),
        None => hex::spaced(&data[..data.len().min(columns / 2)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_is_told_by_its_content() {
        assert_eq!(decode(b"{\"a\": 1}").path, ["json"]);
        assert_eq!(decode(b"GET /cart 200").path, ["text"]);
        assert_eq!(decode(b"\x00\x01\xff").path, ["hex"]);
        assert_eq!(decode(b"").path, ["text"]);
        assert_eq!(decode(b"{\"a\": ").path, ["text"]);
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
