//! Which key does what where. One table, `assets/keymap.toml`, gives the lookup, the footer, the help and the README.
//!
//! Must not: carry out anything.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use thiserror::Error;

use crate::message::Action;

const EMBEDDED: &str = include_str!("../assets/keymap.toml");

/// Where a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// A section's list and what is beside it.
    Browse,
    /// The same where resources run their course.
    Prediction,
    /// A live tail.
    Tail,
    /// The inspector of a live tail, while it has the focus.
    Inspector,
    /// The records of a feature group.
    Records,
    /// Marked records that are gathered.
    Batch,
    /// The list of what is marked.
    Marks,
    /// A record that is edited.
    Editor,
    /// The look at a record before it is written.
    Review,
    /// The choice between what somebody else wrote and one's own.
    Merge,
    /// The question what shall become of changes that are not stored.
    Leave,
    /// Drafts that were left behind.
    Drafts,
    /// A line of text that is being typed.
    Prompt,
    /// The menu of a stream's consumers.
    Consumers,
    /// A question to say yes or no to.
    Confirm,
    /// The choice of what to copy.
    Copy,
    /// The picker of a place to tail from.
    Seek,
    /// Its shards.
    SeekShards,
    /// The help.
    Help,
    /// Everywhere, unless an inner context takes the key.
    Global,
}

impl Context {
    /// All of them, in the order in which the help shows them.
    pub const ALL: [Self; 20] = [
        Self::Browse,
        Self::Prediction,
        Self::Tail,
        Self::Inspector,
        Self::Records,
        Self::Batch,
        Self::Marks,
        Self::Editor,
        Self::Review,
        Self::Merge,
        Self::Leave,
        Self::Drafts,
        Self::Prompt,
        Self::Consumers,
        Self::Confirm,
        Self::Copy,
        Self::Seek,
        Self::SeekShards,
        Self::Help,
        Self::Global,
    ];

    /// The heading over its keys.
    pub fn title(self) -> &'static str {
        match self {
            Self::Browse => "Lists",
            Self::Prediction => "Predictions",
            Self::Tail => "Live tail",
            Self::Inspector => "Inspector",
            Self::Records => "Records",
            Self::Batch => "Marked records",
            Self::Marks => "Marks",
            Self::Editor => "Record editor",
            Self::Review => "Review",
            Self::Merge => "Merge",
            Self::Leave => "Leaving",
            Self::Drafts => "Drafts",
            Self::Prompt => "Typing",
            Self::Consumers => "Consumers",
            Self::Confirm => "Confirming",
            Self::Copy => "Copying",
            Self::Seek => "Tail from",
            Self::SeekShards => "Shards of it",
            Self::Help => "Help",
            Self::Global => "Everywhere",
        }
    }
}

/// A key with the modifiers held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that names no key.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("'{0}' names no key")]
pub struct ChordError(String);

/// Keys with a name of their own.
const NAMED: [(&str, KeyCode); 14] = [
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
];

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
        let (modifiers, key) = match text.split_once('-') {
            Some(("ctrl", key)) if !key.is_empty() => (KeyModifiers::CONTROL, key),
            Some(("alt", key)) if !key.is_empty() => (KeyModifiers::ALT, key),
            _ => (KeyModifiers::NONE, text),
        };
        let named = NAMED.iter().find(|(name, _)| *name == key).map(|(_, code)| *code);
        let mut characters = key.chars();
        let code = match (named, characters.next(), characters.next()) {
            (Some(code), ..) => code,
            (None, Some(character), None) => KeyCode::Char(character),
            _ => return Err(ChordError(text.to_owned())),
        };
        Ok(Self { code, modifiers })
    }
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
            (None, other) => write!(f, "{other}"),
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Where it counts.
    pub context: Context,
    /// The keys, any of them.
    pub chords: Vec<Chord>,
    /// What it does.
    pub action: Action,
    /// A word for the footer.
    pub hint: Option<String>,
    /// A line for the help.
    pub help: String,
}

/// The whole table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keymap {
    #[serde(rename = "key")]
    bindings: Vec<Binding>,
}

/// A table that cannot be used.
#[derive(Debug, Error)]
pub enum KeymapError {
    /// It is no TOML of the right form.
    #[error("the keymap cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// One key does two things in one place.
    #[error("the keymap gives '{0}' two meanings in one context")]
    Duplicate(Chord),
}

impl Keymap {
    /// The keys that come with the program.
    pub fn embedded() -> Result<Self, KeymapError> {
        let keymap: Self = toml::from_str(EMBEDDED)?;
        keymap.without_duplicates()
    }

    /// What a key does, looked up from the innermost context outwards.
    pub fn action(&self, contexts: &[Context], chord: Chord) -> Option<Action> {
        contexts.iter().find_map(|context| {
            self.in_context(*context)
                .find(|binding| binding.chords.contains(&chord))
                .map(|it| it.action)
        })
    }

    /// The rows of a context.
    pub fn in_context(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings
            .iter()
            .filter(move |binding| binding.context == context)
    }

    /// The first key and the hint of every row that has one, innermost context first; a key that an inner context takes is not
    /// told again.
    pub fn hints<'a>(&'a self, contexts: &'a [Context]) -> impl Iterator<Item = (&'a Binding, &'a str)> {
        contexts.iter().enumerate().flat_map(move |(depth, context)| {
            let inner = &contexts[..depth];
            self.in_context(*context)
                .filter(move |it| {
                    it.chords
                        .first()
                        .is_some_and(|key| self.action(inner, *key).is_none())
                })
                .filter_map(|it| Some((it, it.hint.as_deref()?)))
        })
    }

    /// The table as Markdown, for the README.
    pub fn markdown(&self) -> String {
        let mut out = String::from("| where | keys | what |\n|---|---|---|\n");
        for context in Context::ALL {
            for binding in self.in_context(context) {
                let keys: Vec<_> = binding.chords.iter().map(|chord| format!("`{chord}`")).collect();
                let row = format!(
                    "| {} | {} | {} |\n",
                    context.title(),
                    keys.join(" "),
                    binding.help
                );
                out.push_str(&row);
            }
        }
        out
    }

    fn without_duplicates(self) -> Result<Self, KeymapError> {
        let mut seen = std::collections::HashSet::new();
        for binding in &self.bindings {
            for chord in &binding.chords {
                if !seen.insert((binding.context, *chord)) {
                    return Err(KeymapError::Duplicate(*chord));
                }
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn the_embedded_keymap_is_sound() {
        let keymap = Keymap::embedded().unwrap();
        assert_eq!(
            keymap.action(&[Context::Browse, Context::Global], chord("t")),
            Some(Action::Tail)
        );
        assert_eq!(
            keymap.action(&[Context::Tail, Context::Global], chord("ctrl-c")),
            Some(Action::QuitNow)
        );
        assert_eq!(keymap.action(&[Context::Prompt], chord("t")), None);
    }

    #[test]
    fn chords_are_read_and_written_alike() {
        for text in [
            "t", "T", "ctrl-s", "space", "pgdn", "/", "?", "-", "alt-x", "ctrl--",
        ] {
            assert_eq!(chord(text).to_string(), text);
        }
        assert_eq!("hyper-x".parse::<Chord>(), Err(ChordError("hyper-x".to_owned())));
    }

    #[test]
    fn shift_is_in_the_character() {
        let key = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from(key), chord("G"));
    }

    #[test]
    fn two_meanings_in_one_context_are_refused() {
        let text = r#"
            [[key]]
            context = "tail"
            chords = ["x"]
            action = "quit"
            help = ""
            [[key]]
            context = "tail"
            chords = ["y", "x"]
            action = "help"
            help = ""
        "#;
        let keymap: Keymap = toml::from_str(text).unwrap();
        assert!(matches!(keymap.without_duplicates(), Err(KeymapError::Duplicate(it)) if it == chord("x")));
    }

    #[test]
    fn a_hint_is_not_told_twice_for_one_key() {
        let keymap = Keymap::embedded().unwrap();
        let keys: Vec<_> = keymap
            .hints(&[Context::Tail, Context::Global])
            .filter_map(|(binding, _)| binding.chords.first())
            .collect();
        let unique: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len());
    }
}
