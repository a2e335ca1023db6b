//! Words for a shell: whatever is in a text, the shell hands on exactly that and does nothing.
//!
//! Made for bash, zsh and ksh, also where the line is pasted: no byte of it acts on the terminal or on the line editor.
//!
//! Must not: run anything.

use std::fmt::Write as _;

use thiserror::Error;

use crate::sanitize;

/// A text that cannot be an argument.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unquotable {
    /// It holds a zero byte, which ends an argument.
    #[error("there is a zero byte in it, which no command line can hold")]
    Nul,
    /// It is longer than the system takes.
    #[error("it would be a command of {0} bytes, which is too long")]
    TooLong(usize),
}

/// A text as one word of a shell.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    if text.contains('\0') {
        return Err(Unquotable::Nul);
    }
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    if text.chars().all(is_printable) {
        return Ok(format!("'{}'", text.replace('\'', r"'\''")));
    }
    Ok(escaped(text))
}

/// Whether no shell finds anything in it.
fn is_plain(text: &str) -> bool {
    // zsh takes `=name` for the path of a program.
    !text.is_empty()
        && !text.starts_with('=')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.,:/@%+=".contains(c))
}

/// Whether it stands for itself in single quotes. An exclamation mark does not: on a line that is typed or pasted bash looks for
/// its history first, and inside of double quotes single ones do not keep it from that.
fn is_printable(character: char) -> bool {
    match character {
        '!' => false,
        ' '..='~' => true,
        other => {
            let mut room = [0; 4];
            let text = &*other.encode_utf8(&mut room);
            sanitize::line(text) == text
        }
    }
}

/// The text in `$'…'`, where every byte that could act on something is written as its number.
fn escaped(text: &str) -> String {
    let mut word = String::from("$'");
    for character in text.chars() {
        match character {
            '\'' | '\\' => word.extend(['\\', character]),
            '\n' => word.push_str("\\n"),
            character if is_printable(character) => word.push(character),
            character => {
                let mut room = [0; 4];
                for byte in character.encode_utf8(&mut room).bytes() {
                    // Three octal digits end by themselves, whatever comes after them; to a String nothing fails.
                    let _ = write!(word, "\\{byte:03o}");
                }
            }
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_one_word_each() {
        for (text, word) in [
            ("orders", "orders"),
            (
                "arn:aws:kinesis:us-east-1:1:stream/orders",
                "arn:aws:kinesis:us-east-1:1:stream/orders",
            ),
            ("", "''"),
            ("two words", "'two words'"),
            ("$(reboot) `reboot` $HOME", "'$(reboot) `reboot` $HOME'"),
            ("it's", r"'it'\''s'"),
            ("~root", "'~root'"),
            ("=ls", "'=ls'"),
            ("größe", "'größe'"),
            ("a\nb\tc\x1b[2J", r"$'a\nb\011c\033[2J'"),
            ("don't!", r"$'don\'t\041'"),
            ("a\u{202e}b\\", r"$'a\342\200\256b\\'"),
        ] {
            assert_eq!(quote(text).unwrap(), word);
        }
    }

    /// What a shell makes of a word of this form.
    fn read(word: &str) -> Vec<u8> {
        if let Some(inner) = word.strip_prefix("$'").and_then(|it| it.strip_suffix('\'')) {
            let mut bytes = inner.bytes();
            let mut text = Vec::new();
            while let Some(byte) = bytes.next() {
                match (byte, (byte == b'\\').then(|| bytes.next().unwrap())) {
                    (_, Some(b'n')) => text.push(b'\n'),
                    (_, Some(digit @ b'0'..=b'7')) => {
                        let rest = [bytes.next().unwrap(), bytes.next().unwrap()];
                        text.push(rest.iter().fold(digit - b'0', |sum, it| sum * 8 + (it - b'0')));
                    }
                    (_, Some(other)) => text.push(other),
                    (byte, None) => text.push(byte),
                }
            }
            return text;
        }
        word.replace(r"'\''", "\u{1}")
            .replace('\'', "")
            .replace('\u{1}', "'")
            .into_bytes()
    }

    proptest! {
        #[test]
        fn a_word_is_the_text_and_acts_on_nothing(text in "[^\0\u{1}]{0,40}") {
            let word = quote(&text).unwrap();
            prop_assert_eq!(read(&word), text.as_bytes());
            prop_assert_eq!(sanitize::line(&word), word.as_str());
            prop_assert!(!word.contains('!'));
        }
    }
}
