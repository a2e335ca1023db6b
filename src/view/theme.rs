//! Roles, not colours: the panes say what a thing is, this file says how that looks.
//!
//! Every role differs by more than colour, or stands beside words or signs that say the same.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Data.
    Text,
    /// Labels, and what is there only to be found when looked for.
    Dim,
    /// The program's name, keys, and what marks a place.
    Accent,
    /// A title.
    Heading,
    /// A quiet frame.
    Frame,
    /// The frame with the focus.
    Focus,
    /// What was searched for.
    Match,
    /// The selected row.
    Selected,
    /// Something failed.
    Failed,
    /// Something needs attention.
    Warning,
    /// Something is as it should be.
    Good,
    /// Writes are refused.
    ReadOnly,
}

/// How everything looks, chosen once at the start.
#[derive(Clone, Debug)]
pub struct Look {
    /// Only ASCII characters.
    pub ascii: bool,
    /// Colours.
    pub colour: bool,
}

impl Look {
    /// The style of a role. Sixteen colours that every terminal has, in the shades that its owner chose.
    pub fn style(&self, role: Role) -> Style {
        let (colour, modifier) = match role {
            Role::Text => (Color::Reset, Modifier::empty()),
            Role::Dim | Role::Frame => (Color::DarkGray, Modifier::empty()),
            Role::Accent | Role::Focus => (Color::Cyan, Modifier::empty()),
            Role::Heading => (Color::Reset, Modifier::BOLD),
            Role::Match => (Color::Reset, Modifier::BOLD.union(Modifier::UNDERLINED)),
            Role::Selected => (Color::Reset, Modifier::REVERSED),
            Role::Failed => (Color::Red, Modifier::BOLD),
            Role::Warning => (Color::Yellow, Modifier::empty()),
            Role::Good => (Color::Green, Modifier::empty()),
            Role::ReadOnly => (Color::Yellow, Modifier::BOLD),
        };
        let style = Style::new().add_modifier(modifier);
        match (self.colour, role) {
            (true, _) => style.fg(colour),
            (false, Role::Focus) => style.add_modifier(Modifier::BOLD),
            (false, _) => style,
        }
    }
}
