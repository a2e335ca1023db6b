//! The one gate between outside bytes and anything printed.
//!
//! Payloads, names, messages and paths come from others. A terminal obeys escape sequences, bidirectional overrides turn
//! text around, zero-width marks hide things. What passes through here cannot do any of it, and a reader still sees that
//! something was there: control characters become their pictures (`␛`), other unsafe ones their number (`‹202E›`).
//!
//! It is also where what others must not see is masked ([`crate::redact`]), before anything is cut or wrapped: a part of an account
//! would not be known for one. Only [`json()`] leaves that to who calls it, because what it gives is read back as well.
//!
//! Must not: decide what text means, or be skipped because text "is surely clean".

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use unicode_width::UnicodeWidthChar;

use crate::printable::is_printable;
use crate::redact::process as redaction;

/// Marks that may sit on one character; more would grow into the lines around it.
const MARKS_PER_CHARACTER: usize = 4;

/// Text for one line: every control character is made visible, line ends and tabs too.
pub fn line(text: &str) -> Cow<'_, str> {
    masked(text, |_| false)
}

/// Text for several lines: as [`line()`], but line feeds stay.
pub fn block(text: &str) -> Cow<'_, str> {
    masked(text, |c| c == '\n')
}

/// Bytes that are meant to be text: what is no UTF-8 becomes `�`, the rest goes through [`line()`].
pub fn bytes(bytes: &[u8]) -> String {
    line(&String::from_utf8_lossy(bytes)).into_owned()
}

/// JSON text in which everything unsafe is written as a `\u` escape, so that it means the same and acts on nothing.
///
/// The text must be JSON already, on one line: unsafe characters can then stand only inside its strings.
pub fn json(text: &str) -> Cow<'_, str> {
    if is_printable(text.as_bytes()) || !text.chars().any(is_unsafe_in_json) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut units = [0; 2];
    for c in text.chars() {
        if is_unsafe_in_json(c) {
            for unit in c.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn masked(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    match redaction::mask(text) {
        Cow::Borrowed(text) => gate(text, keep),
        Cow::Owned(text) => Cow::Owned(gate(&text, keep).into_owned()),
    }
}

fn gate(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_printable(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut marks = 0;
    for c in text.chars() {
        if keep(c) || !is_unsafe(c) {
            marks = if is_mark(c) { marks + 1 } else { 0 };
            if marks <= MARKS_PER_CHARACTER {
                out.push(c);
            }
        } else {
            marks = 0;
            push_symbol(&mut out, c);
        }
    }
    Cow::Owned(out)
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.width() == Some(0)
}

fn is_unsafe_in_json(c: char) -> bool {
    is_unsafe(c) && c != '\n'
}

/// What a terminal could act on, or a reader be fooled by.
const UNSAFE: [RangeInclusive<char>; 18] = [
    // C0; DEL and C1.
    '\0'..='\u{1f}',
    '\u{7f}'..='\u{9f}',
    // Soft hyphen, Arabic letter mark, Mongolian vowel separator, Hangul fillers.
    '\u{ad}'..='\u{ad}',
    '\u{61c}'..='\u{61c}',
    '\u{180e}'..='\u{180e}',
    '\u{115f}'..='\u{1160}',
    '\u{3164}'..='\u{3164}',
    '\u{ffa0}'..='\u{ffa0}',
    // Zero-width characters and marks of direction.
    '\u{200b}'..='\u{200f}',
    // Separators of lines; bidirectional embeddings, overrides and isolates.
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    // Byte order mark, interlinear annotations, non-characters.
    '\u{feff}'..='\u{feff}',
    '\u{fff0}'..='\u{fffb}',
    '\u{fffe}'..='\u{ffff}',
    // Variation selectors change the width that terminals give to the character before.
    '\u{fe00}'..='\u{fe0f}',
    // Tags and the supplementary variation selectors.
    '\u{e0000}'..='\u{e0fff}',
    // Egyptian and musical format controls.
    '\u{13430}'..='\u{1345f}',
    '\u{1d173}'..='\u{1d17a}',
];

fn is_unsafe(c: char) -> bool {
    !(' '..='~').contains(&c) && UNSAFE.iter().any(|range| range.contains(&c))
}

fn push_symbol(out: &mut String, c: char) {
    match c {
        '\0'..='\u{1f}' => {
            out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        '\u{7f}' => out.push('\u{2421}'),
        // They only choose between two looks of one character: nothing is hidden by leaving them out.
        '\u{fe00}'..='\u{fe0f}' => {}
        _ => {
            let _ = write!(out, "‹{:02X}›", u32::from(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(line("orders-2026 {\"a\":1}"), Cow::Borrowed(_)));
        assert_eq!(line("Grüße, 東京"), "Grüße, 東京");
    }

    #[test]
    fn escapes_become_pictures() {
        assert_eq!(line("\u{1b}]52;c;aGk=\u{7}"), "␛]52;c;aGk=␇");
        assert_eq!(line("a\tb\r\n"), "a␉b␍␊");
        assert_eq!(line("\u{9b}2J\u{7f}"), "‹9B›2J␡");
        assert_eq!(block("a\nb\u{1b}"), "a\nb␛");
    }

    #[test]
    fn overrides_and_hidden_marks_are_named() {
        assert_eq!(line("pay\u{202e}cod"), "pay‹202E›cod");
        assert_eq!(line("a\u{200b}b"), "a‹200B›b");
    }

    #[test]
    fn towers_of_marks_are_cut() {
        let tower = format!("e{}x", "\u{301}".repeat(50));
        assert_eq!(line(&tower).chars().count(), 1 + MARKS_PER_CHARACTER + 1);
    }

    #[test]
    fn json_keeps_its_meaning() {
        let hostile = "{\"a\":\"\u{9b}31m\u{202e}\u{7f}\u{e0001}\"}";
        let safe = json(hostile);
        assert!(!safe.chars().any(is_unsafe));
        let before: serde_json::Value = serde_json::from_str(hostile).unwrap();
        let after: serde_json::Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(before, after);
    }

    proptest! {
        #[test]
        fn nothing_unsafe_comes_through(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(is_unsafe));
            prop_assert!(!block(&text).chars().any(|c| is_unsafe(c) && c != '\n'));
        }

        #[test]
        fn any_bytes_become_safe_text(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!bytes(&raw).chars().any(is_unsafe));
        }
    }
}
