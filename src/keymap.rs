//! Which key does what where. One table, `assets/keymap.toml`, gives the lookup, the footer, the help and the README.
//!
//! Must not: carry out anything.

mod changes;
mod chord;

use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as NameError, StrDeserializer};
use thiserror::Error;

pub use changes::{Changes, Misfit, Word};
pub use chord::{Chord, ChordError};

use crate::message::Action;
use crate::names::kebab;

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
    /// The line of commands.
    Palette,
    /// The choice of a profile and a region.
    Session,
    /// The help.
    Help,
    /// Everywhere, unless an inner context takes the key.
    Global,
}

impl Context {
    /// All of them, in the order in which the help shows them.
    pub const ALL: [Self; 22] = [
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
        Self::Palette,
        Self::Session,
        Self::Help,
        Self::Global,
    ];

    /// Its name in the config.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }

    /// The context of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Where keys count as well that this context does not take.
    fn outer(self) -> Option<Self> {
        match self {
            Self::Prediction => Some(Self::Browse),
            Self::Inspector => Some(Self::Tail),
            Self::SeekShards => Some(Self::Seek),
            _ => None,
        }
    }

    /// Whether characters are text here.
    fn is_typing(self) -> bool {
        matches!(self, Self::Prompt | Self::Seek | Self::Palette | Self::Session)
    }

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
            Self::Palette => "Commands",
            Self::Session => "Profile and region",
            Self::Help => "Help",
            Self::Global => "Everywhere",
        }
    }
}

/// What is before the first braces of a text, in them and after them.
fn placeholder(text: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

impl Action {
    /// Its name in the keymap.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }

    /// The action of a name.
    pub fn named(name: &str) -> Option<Self> {
        let name: StrDeserializer<'_, NameError> = name.into_deserializer();
        Self::deserialize(name).ok()
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
#[derive(Clone, Debug, Default, Deserialize)]
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

    /// What a key does, looked up from the innermost context outwards. The way out is the same everywhere.
    pub fn action(&self, contexts: &[Context], chord: Chord) -> Option<Action> {
        if chord == Chord::WAY_OUT {
            return Some(Action::QuitNow);
        }
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

    /// What a text calls the key that does something in a context or everywhere: its name, or the action's where no key does it.
    pub fn key(&self, context: Context, action: Action) -> String {
        let contexts = [Some(context), context.outer(), Some(Context::Global)].into_iter();
        let mut rows = contexts.flatten().flat_map(|it| self.in_context(it));
        let chord = rows
            .find(|it| it.action == action)
            .and_then(|it| it.chords.first());
        chord.map_or_else(|| action.name(), ToString::to_string)
    }

    /// A text of the program's own that has `{action}` where it means the key which does that in a context or everywhere.
    pub fn tell(&self, context: Context, text: &'static str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = placeholder(rest) {
            out.push_str(before);
            let action = Action::named(name);
            debug_assert!(action.is_some(), "{name} is no action: {text}");
            out.push_str(&action.map_or_else(|| name.to_owned(), |it| self.key(context, it)));
            rest = after;
        }
        out + rest
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

    /// The rows that no file has changed are these, too: each action stands once in a context.
    fn row_mut(&mut self, context: Context, action: Action) -> Option<&mut Binding> {
        let mut rows = self.bindings.iter_mut();
        rows.find(|it| (it.context, it.action) == (context, action))
    }

    /// The table as Markdown, for the README.
    pub fn markdown(&self) -> String {
        let mut out = String::from("| where | keys | what |\n|---|---|---|\n");
        for context in Context::ALL {
            for binding in self.in_context(context).filter(|it| !it.chords.is_empty()) {
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
    fn names_are_read_and_written_alike_and_stand_once_in_a_context() {
        let keymap = Keymap::embedded().unwrap();
        let mut seen = std::collections::HashSet::new();
        for binding in &keymap.bindings {
            let (context, action) = (binding.context, binding.action);
            assert_eq!(Action::named(&action.name()), Some(action));
            assert_eq!(Context::named(&context.name()), Some(context));
            assert!(seen.insert((context, action)), "{context:?} {action:?}");
        }
        assert_eq!(Action::named("no-such"), None);
    }

    #[test]
    fn a_text_names_the_key_or_else_the_action() {
        let mut keymap = Keymap::embedded().unwrap();
        assert_eq!(keymap.key(Context::Tail, Action::Export), "w");
        assert_eq!(keymap.key(Context::Tail, Action::Back), "esc");
        keymap
            .row_mut(Context::Tail, Action::Export)
            .unwrap()
            .chords
            .clear();
        assert_eq!(keymap.key(Context::Tail, Action::Export), "export");
        assert_eq!(
            keymap.tell(Context::Tail, "{copy} copies, {export} writes, {back} goes back"),
            "y copies, export writes, esc goes back"
        );
    }

    #[test]
    fn the_way_out_is_open_in_every_context() {
        let keymap = Keymap::embedded().unwrap();
        for context in Context::ALL {
            assert_eq!(keymap.action(&[context], chord("ctrl-c")), Some(Action::QuitNow));
        }
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
