//! A record as JSON text with comments, for an editor of one's own, and back.
//!
//! ```text
//! {
//!   // String, the identifier
//!   "customer_id": "c-1",
//!   // Integral
//!   "visits": 7,
//!   // "tags": [], // Set of String, absent
//! }
//! ```
//!
//! Must not: lose anything. A text that cannot be read is left to the person, with the reason written into it.

mod reader;

use std::fmt;

use super::check::Mistake;
use super::draft::Draft;
use super::schema::{FeatureSchema, FeatureType, Schema};
use crate::resource::{FeatureValue, Features};
use crate::sanitize;

/// How a line begins that tells what was wrong with the text.
const TOLD: &str = "//! ";

/// Where a text is wrong, and what is expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = sanitize::line(&self.why);
        write!(f, "line {}, column {}: {why}", self.line, self.column)
    }
}

/// The text of a draft: its features in their order, each with its type, and those that it does not have as comments that can
/// be uncommented.
pub fn write(draft: &Draft) -> String {
    let schema = draft.schema();
    let group = sanitize::line(schema.group().as_str());
    let identifier = sanitize::line(draft.identifier());
    let mut lines = vec![
        format!("// Record {identifier} of {group}. Nothing is written before you have reviewed it."),
        "// A feature that is taken out is removed from the record. Numbers may stand in quotes or without."
            .to_owned(),
        "{".to_owned(),
    ];
    for (name, value) in draft.features() {
        lines.push(format!("  // {}", words(schema, name)));
        let is_number = schema
            .feature(name)
            .is_some_and(|feature| is_number(feature.kind));
        lines.push(format!("  {}: {},", quoted(name), value_text(value, is_number)));
    }
    for feature in draft.absent() {
        let (name, words) = (quoted(&feature.name), feature.words());
        lines.push(format!(
            "  // {name}: {}, // {words}, absent",
            empty_text(feature)
        ));
    }
    lines.push("}\n".to_owned());
    lines.join("\n")
}

/// The features of a text, in its order. What they may be is for [`Draft::replace`] to say.
pub fn read(text: &str) -> Result<Features, DocumentError> {
    reader::read(text)
}

/// The text with the reason why it could not be read as a comment at its top, in place of an earlier one. The line that is
/// told is the one of the new text.
pub fn with_error(text: &str, error: &DocumentError) -> String {
    let (told, rest) = split_told(text);
    let error = DocumentError {
        line: (error.line + 1).saturating_sub(told),
        ..error.clone()
    };
    format!("{TOLD}{error}\n{rest}")
}

/// The text with what is wrong with its features as comments at its top, in place of earlier ones. Each tells the line of its
/// feature in the new text, where the feature stands in it.
pub fn with_mistakes(text: &str, mistakes: &[Mistake]) -> String {
    let (_, rest) = split_told(text);
    let lines = reader::lines(rest);
    let told = mistakes.iter().map(|mistake| match lines.get(&mistake.feature) {
        Some(line) => format!("{TOLD}line {}: {mistake}\n", line + mistakes.len()),
        None => format!("{TOLD}{mistake}\n"),
    });
    told.collect::<String>() + rest
}

/// The text without what was told at its top.
pub fn untold(text: &str) -> &str {
    split_told(text).1
}

/// How many lines at the top tell of mistakes, and what comes after them.
fn split_told(text: &str) -> (usize, &str) {
    let mut rest = text;
    let mut told = 0;
    while rest.starts_with(TOLD) {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        told += 1;
    }
    (told, rest)
}

fn words(schema: &Schema, feature: &str) -> String {
    let kind = match schema.feature(feature) {
        Some(feature) => feature.words(),
        None => "not in the group any more".to_owned(),
    };
    let role = if feature == schema.identifier() {
        ", the identifier: it cannot be changed"
    } else if feature == schema.event_time() {
        ", the event time: it moves forward unless you set it"
    } else {
        ""
    };
    kind + role
}

/// What stands for an absent feature, to begin with.
fn empty_text(feature: &FeatureSchema) -> &'static str {
    match (feature.is_one(), is_number(feature.kind)) {
        (false, _) => "[]",
        (true, true) => "0",
        (true, false) => "\"\"",
    }
}

fn is_number(kind: FeatureType) -> bool {
    matches!(kind, FeatureType::Integral | FeatureType::Fractional)
}

fn value_text(value: &FeatureValue, is_number: bool) -> String {
    let element = |text: &String| {
        if is_number && reader::is_json_number(text) {
            text.clone()
        } else {
            quoted(text)
        }
    };
    match value {
        FeatureValue::One(text) => element(text),
        FeatureValue::Many(texts) => {
            let elements: Vec<_> = texts.iter().map(element).collect();
            format!("[{}]", elements.join(", "))
        }
    }
}

/// A JSON string in which nothing acts on a terminal, and which means the same.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    sanitize::json(&json).into_owned()
}

#[cfg(test)]
mod tests;
