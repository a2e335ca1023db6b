//! JSON: one value, with its numbers as they were written and its members in their order.

use serde::de::IgnoredAny;
use serde_json::Value;

/// The largest JSON that is made a tree of. A tree takes some thirty times the room of its text; what is larger is read as text.
pub(super) const LARGEST_TREE: usize = 2 << 20;

/// Reads bytes that are one JSON object or array and nothing else. A bare number or word is text to a person.
pub(super) fn parse(data: &[u8]) -> Option<Value> {
    let small = data.len() <= LARGEST_TREE;
    (small && looks_like_json(data))
        .then(|| serde_json::from_slice(data).ok())
        .flatten()
}

/// The same bytes as text on one line, if they are JSON. What stands on one line already is not taken apart.
pub fn json_on_one_line(data: &[u8]) -> Option<String> {
    if !looks_like_json(data) {
        return None;
    }
    if data.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'\t')) {
        return parse(data).map(|value| value.to_string());
    }
    serde_json::from_slice::<IgnoredAny>(data).ok()?;
    std::str::from_utf8(data).ok().map(str::to_owned)
}

/// The value on many lines, two spaces a level.
pub fn pretty(value: &Value) -> String {
    // A value that was parsed can always be written.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn looks_like_json(data: &[u8]) -> bool {
    let first = data.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}
