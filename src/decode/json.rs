//! JSON: one value, with its numbers as they were written and its members in their order.

use serde_json::Value;

/// Reads bytes that are one JSON object or array and nothing else. A bare number or word is text to a person.
pub(super) fn parse(data: &[u8]) -> Option<Value> {
    let first = data.iter().find(|byte| !byte.is_ascii_whitespace())?;
    matches!(first, b'{' | b'[')
        .then(|| serde_json::from_slice(data).ok())
        .flatten()
}

/// The value on many lines, two spaces a level.
pub fn pretty(value: &Value) -> String {
    // A value that was parsed can always be written.
    serde_json::to_string_pretty(value).unwrap_or_default()
}
