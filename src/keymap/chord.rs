//! A key with the modifiers held down, and how people write it.
//!
//! Must not: know what any key does.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use thiserror::Error;

use crate::sanitize;

/// A key with the modifiers held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that names no key that a terminal can tell.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ChordError {
    /// No key is called so.
    #[error("'{0}' names no key; keys are called x, X, ctrl-x, alt-x, enter, space, f5, pgdn …")]
    Unknown(String),
    /// Terminals send the same for another key.
    #[error("a terminal sends the same for {0} as for {1}; name that one")]
    Same(&'static str, &'static str),
}

/// Keys with a name of their own.
const NAMED: [(&str, KeyCode); 16] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
];

/// Other words for keys.
const ALIASES: [(&str, &str); 7] = [
    ("return", "enter"),
    ("escape", "esc"),
    ("shift-tab", "backtab"),
    ("pageup", "pgup"),
    ("pagedown", "pgdn"),
    ("del", "delete"),
    ("ins", "insert"),
];

/// Chords that have been one byte with another key since ASCII.
const SAME: [(&str, char, &str); 3] = [
    ("ctrl-i", 'i', "tab"),
    ("ctrl-m", 'm', "enter"),
    ("ctrl-[", '[', "esc"),
];

/// The last function key.
const LAST_FUNCTION: u8 = 12;

impl Chord {
    /// Quits now, whatever else keys do.
    pub const WAY_OUT: Self = Self {
        code: KeyCode::Char('c'),
        modifiers: KeyModifiers::CONTROL,
    };

    /// Whether it is a character that can be typed.
    pub(super) fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }
}

impl From<KeyEvent> for Chord {
    /// Shift is already in the character, so it is left out.
    fn from(key: KeyEvent) -> Self {
        Self {
            code: key.code,
            modifiers: key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT),
        }
    }
}

impl From<Chord> for KeyEvent {
    fn from(chord: Chord) -> Self {
        Self::new(chord.code, chord.modifiers)
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let (mut modifiers, mut key) = (KeyModifiers::NONE, text);
        while let Some((modifier, rest)) = without_modifier(key) {
            modifiers |= modifier;
            key = rest;
        }
        let code = code(key).ok_or_else(|| ChordError::Unknown(text.to_owned()))?;
        let code = match code {
            // A terminal sends no capital with it.
            KeyCode::Char(letter) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(letter.to_ascii_lowercase())
            }
            other => other,
        };
        let chord = Self { code, modifiers };
        let same = SAME.iter().find(|(_, letter, _)| {
            chord.code == KeyCode::Char(*letter) && modifiers == KeyModifiers::CONTROL
        });
        same.map_or(Ok(chord), |(chord, _, key)| Err(ChordError::Same(chord, key)))
    }
}

/// A modifier before a key, with any capitals; `-` alone is a key.
fn without_modifier(text: &str) -> Option<(KeyModifiers, &str)> {
    let (word, key) = text.split_once('-').filter(|(_, key)| !key.is_empty())?;
    match word.to_ascii_lowercase().as_str() {
        "ctrl" | "control" => Some((KeyModifiers::CONTROL, key)),
        "alt" => Some((KeyModifiers::ALT, key)),
        _ => None,
    }
}

/// Whether a character stands on a screen as it is: a key that cannot be told could not be found again.
fn is_shown(character: char) -> bool {
    let text = character.encode_utf8(&mut [0; 4]).to_owned();
    sanitize::line(&text) == text
}

fn code(key: &str) -> Option<KeyCode> {
    let mut characters = key.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return is_shown(character).then_some(KeyCode::Char(character));
    }
    let word = key.to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
    let word = alias.map_or(word.as_str(), |(_, name)| *name);
    let named = NAMED
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, code)| *code);
    named.or_else(|| {
        let number: u8 = word.strip_prefix('f')?.parse().ok()?;
        (1..=LAST_FUNCTION)
            .contains(&number)
            .then_some(KeyCode::F(number))
    })
}

impl TryFrom<String> for Chord {
    type Error = ChordError;

    fn try_from(text: String) -> Result<Self, ChordError> {
        text.parse()
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("alt-")?;
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(character)) => write!(f, "{character}"),
            (None, KeyCode::F(number)) => write!(f, "f{number}"),
            (None, other) => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn chords_are_read_and_written_alike() {
        let texts = [
            "t",
            "T",
            "ctrl-s",
            "space",
            "pgdn",
            "/",
            "?",
            "-",
            "alt-x",
            "ctrl--",
            "ctrl-alt-x",
            "f1",
            "f12",
            "ctrl-f5",
            "delete",
            "insert",
            "é",
        ];
        for text in texts {
            assert_eq!(chord(text).to_string(), text);
        }
    }

    #[test]
    fn people_write_keys_in_several_ways() {
        for (text, expected) in [
            ("Ctrl-S", "ctrl-s"),
            ("control-s", "ctrl-s"),
            ("Enter", "enter"),
            ("Escape", "esc"),
            ("shift-tab", "backtab"),
            ("PageDown", "pgdn"),
            ("F5", "f5"),
            ("Del", "delete"),
        ] {
            assert_eq!(chord(text), chord(expected), "{text}");
        }
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for text in [
            "hyper-x",
            "",
            "f0",
            "f13",
            "ctrl-",
            "\u{1b}",
            "xy",
            "shift-x",
            "ctrl-\u{feff}",
            "\u{202e}",
        ] {
            assert_eq!(text.parse::<Chord>(), Err(ChordError::Unknown(text.to_owned())));
        }
        assert_eq!(
            "ctrl-i".parse::<Chord>().unwrap_err().to_string(),
            "a terminal sends the same for ctrl-i as for tab; name that one"
        );
    }

    #[test]
    fn shift_is_in_the_character() {
        let key = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from(key), chord("G"));
    }
}
