//! A record as JSON text with comments, for an editor of one's own, and back.
//!
//! Must not: lose anything. A text that cannot be read is left to the person, with the reason written into it.

use std::fmt;

use super::draft::Draft;
use crate::resource::Features;

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
        write!(f, "line {}, column {}: {}", self.line, self.column, self.why)
    }
}

/// The text of a draft: one feature a line, absent ones as comments that can be uncommented.
pub fn write(_draft: &Draft) -> String {
    String::new()
}

/// The features of a text, in its order. What they may be is for [`Draft::replace`] to say.
pub fn read(_text: &str) -> Result<Features, DocumentError> {
    Ok(Vec::new())
}

/// The text with the reason why it could not be read as a comment at its top, in place of an earlier one.
pub fn with_error(text: &str, _why: &str) -> String {
    text.to_owned()
}
