//! Text as JSON has it, where characters may stand as escapes: digits of an account, or the slash of an ARN.
//!
//! Must not: read more than that. Escapes in what is no JSON are taken for some, which masks rather more.

use std::ops::Range;

/// Characters of an escape such as `\u0031`.
const LENGTH: usize = 6;

/// A text without its escapes.
pub(super) struct Unescaped {
    /// The text.
    pub(super) text: String,
    /// Where each of its bytes comes from.
    origins: Vec<Range<usize>>,
}

impl Unescaped {
    /// `None` where nothing is escaped.
    pub(super) fn of(text: &str) -> Option<Self> {
        if !text.contains("\\u") && !text.contains("\\/") {
            return None;
        }
        let mut out = Self {
            text: String::with_capacity(text.len()),
            origins: Vec::with_capacity(text.len()),
        };
        let mut at = 0;
        while let Some(plain) = text[at..].chars().next() {
            let (character, length) = escape(&text[at..]).unwrap_or((plain, plain.len_utf8()));
            out.text.push(character);
            out.origins.resize(out.text.len(), at..at + length);
            at += length;
        }
        Some(out)
    }

    /// What of the text as it was a part of it is.
    pub(super) fn origin(&self, part: &Range<usize>) -> Range<usize> {
        match self.origins.get(part.clone()) {
            Some([first, .., last]) => first.start..last.end,
            Some([only]) => only.clone(),
            _ => 0..0,
        }
    }
}

/// The character that a text begins with as an escape, and how long that is. Half of a pair is none.
fn escape(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\\/") {
        return Some(('/', 2));
    }
    let digits = text.strip_prefix("\\u")?.get(..LENGTH - 2)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(number)?, LENGTH))
}
