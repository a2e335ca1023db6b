//! Text: UTF-8 without the control characters that only binary has.

use super::Value;

/// Reads bytes that are text.
pub(super) fn value(data: &[u8]) -> Option<Value> {
    read(data).map(|text| Value::Text(text.to_owned()))
}

/// The text that bytes are, if they are text.
pub(super) fn read(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok().filter(|text| is_text(text))
}

/// The same for the beginning of some bytes, which may end in the middle of a character unless it is `whole`.
pub(super) fn read_head(head: &[u8], whole: bool) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
    .filter(|text| is_text(text))
}

/// The text with every run of white space that holds a line end turned into one space.
pub(super) fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find(['\n', '\r']) {
        out.push_str(rest[..end].trim_end());
        rest = rest[end..].trim_start();
        if !out.is_empty() && !rest.is_empty() {
            out.push(' ');
        }
    }
    out.push_str(rest);
    out
}

/// White space and escape sequences occur in logs; the other controls of C0 mean that it only happens to be UTF-8.
fn is_text(text: &str) -> bool {
    !text
        .bytes()
        .any(|byte| matches!(byte, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_are_no_text() {
        assert_eq!(read(&[0, 0, 1, 2]), None);
        assert_eq!(read(b"a\tb\x1b[0m\r\n"), Some("a\tb\x1b[0m\r\n"));
    }

    #[test]
    fn a_head_may_end_within_a_character() {
        let text = "aé".as_bytes();
        assert_eq!(read_head(&text[..2], false), Some("a"));
        assert_eq!(read_head(&text[..2], true), None);
    }

    #[test]
    fn lines_become_one() {
        assert_eq!(on_one_line("\n a \n\n  b\r\n"), "a b");
        assert_eq!(on_one_line("a  b"), "a  b");
    }
}
