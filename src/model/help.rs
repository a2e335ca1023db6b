//! The help: the keys that count where it was asked for, with the commands' names.
//!
//! Must not: know how it is drawn.

use tui_input::Input;

use super::{Model, other_words};
use crate::keymap::Context;

/// The help, while it is open.
#[derive(Debug, Default)]
pub struct Help {
    /// How far it is scrolled.
    pub scroll: usize,
    /// The words that a line must hold to be shown.
    pub input: Input,
    /// Whether they are being typed.
    pub is_typing: bool,
    /// What is wrong with them: nothing ever is.
    pub error: Option<String>,
}

/// A line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// What stands over a group of keys.
    Heading(&'static str),
    /// Keys, the command that does the same, and what that is.
    Keys {
        /// The keys, any of them.
        keys: String,
        /// The command's name.
        command: String,
        /// What it does.
        help: String,
    },
}

impl Help {
    /// What there is to read: the keys of the place that it was asked for at, innermost first, and the other words for commands.
    pub fn lines(&self, model: &Model) -> Vec<HelpLine> {
        let wanted = self.input.value().trim().to_lowercase();
        let mut lines = Vec::new();
        let groups = contexts(model)
            .into_iter()
            .map(|it| (it.title(), rows(model, it)));
        for (title, rows) in groups.chain([("Other words after :", words())]) {
            let rows: Vec<_> = rows.into_iter().filter(|row| row.holds(&wanted)).collect();
            if !rows.is_empty() {
                lines.push(HelpLine::Heading(title));
                lines.extend(rows);
            }
        }
        lines
    }
}

impl HelpLine {
    fn holds(&self, wanted: &str) -> bool {
        match self {
            Self::Heading(title) => title.to_lowercase().contains(wanted),
            Self::Keys { keys, command, help } => [keys, command, help]
                .iter()
                .any(|it| it.to_lowercase().contains(wanted)),
        }
    }
}

/// Where keys count where the help was asked for, and where the same work goes on a step later.
fn contexts(model: &Model) -> Vec<Context> {
    let mut contexts = model.contexts_below().to_vec();
    let later: &[Context] = if model.editor.is_some() {
        &[Context::Editor, Context::Review, Context::Merge, Context::Prompt]
    } else if model.tail.is_some() {
        &[Context::Tail, Context::Inspector]
    } else {
        &[]
    };
    contexts.retain(|it| *it != Context::Global);
    contexts.extend(later.iter().filter(|it| !model.contexts_below().contains(it)));
    contexts.push(Context::Global);
    contexts
}

fn rows(model: &Model, context: Context) -> Vec<HelpLine> {
    let rows = model
        .keymap
        .in_context(context)
        .filter(|row| !row.chords.is_empty());
    rows.map(|row| {
        let keys: Vec<_> = row.chords.iter().map(ToString::to_string).collect();
        HelpLine::Keys {
            keys: keys.join(" "),
            command: row.action.name(),
            help: row.help.clone(),
        }
    })
    .collect()
}

fn words() -> Vec<HelpLine> {
    other_words()
        .map(|(word, action)| HelpLine::Keys {
            keys: format!(":{word}"),
            command: action.name(),
            help: String::new(),
        })
        .collect()
}
