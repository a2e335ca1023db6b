//! How one role looks: colours, and what is there without them.

use std::fmt;

use ratatui::style::{Modifier, Style};
use serde::Deserialize;

use super::Colour;
use crate::names::kebab;

/// How a role looks. What is not said is as below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Face {
    /// The colour of its characters.
    pub fg: Option<Colour>,
    /// The colour behind them.
    pub bg: Option<Colour>,
    /// What sets it off without colour.
    pub modifiers: Option<Vec<Emphasis>>,
}

/// What sets characters off without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "terminals have no other words for them")]
pub enum Emphasis {
    Bold,
    Dim,
    Italic,
    Underlined,
    Reversed,
}

impl Face {
    /// The same where another one says more.
    pub(super) fn under(&self, other: &Self) -> Self {
        Self {
            fg: other.fg.or(self.fg),
            bg: other.bg.or(self.bg),
            modifiers: other.modifiers.clone().or_else(|| self.modifiers.clone()),
        }
    }

    pub(super) fn style(&self, has_true_colour: bool) -> Style {
        let modifiers = self.modifiers.iter().flatten();
        Style {
            fg: self.fg.map(|it| it.resolve(has_true_colour)),
            bg: self.bg.map(|it| it.resolve(has_true_colour)),
            ..Style::new()
        }
        .add_modifier(modifiers.fold(Modifier::empty(), |all, one| all | one.modifier()))
    }
}

impl Emphasis {
    fn modifier(self) -> Modifier {
        match self {
            Self::Bold => Modifier::BOLD,
            Self::Dim => Modifier::DIM,
            Self::Italic => Modifier::ITALIC,
            Self::Underlined => Modifier::UNDERLINED,
            Self::Reversed => Modifier::REVERSED,
        }
    }
}

impl fmt::Display for Face {
    /// As an inline table of TOML.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colour = |name: &str, it: Option<Colour>| it.map(|it| format!("{name} = \"{it}\""));
        let modifiers = self.modifiers.as_ref().map(|all| {
            let names: Vec<_> = all
                .iter()
                .map(|it| format!("\"{}\"", kebab(&format!("{it:?}"))))
                .collect();
            format!("modifiers = [{}]", names.join(", "))
        });
        let parts: Vec<_> = [colour("fg", self.fg), colour("bg", self.bg), modifiers]
            .into_iter()
            .flatten()
            .collect();
        match parts.join(", ") {
            parts if parts.is_empty() => f.write_str("{}"),
            parts => write!(f, "{{ {parts} }}"),
        }
    }
}
