//! Roles, not colours: the panes say what a thing is, a table says how that looks.
//!
//! Every role differs by more than colour, or stands beside words or signs that say the same.

mod colour;
mod face;
mod table;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};
use serde::Deserialize;

pub use colour::Colour;
pub use face::{Emphasis, Face};
pub use table::{Theme, ThemeName};

use crate::names::kebab;

/// What a piece of the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// What a value is called.
    Name,
    /// Text in quotes.
    String,
    /// `true`, `false`, `null`.
    Word,
    /// A value that came.
    Added,
    /// A value that went; red is only for failure.
    Removed,
    /// A value that is another one now.
    Changed,
    /// What was searched for.
    Match,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Text,
        Self::Dim,
        Self::Accent,
        Self::Heading,
        Self::Frame,
        Self::Focus,
        Self::Selected,
        Self::Failed,
        Self::Warning,
        Self::Good,
        Self::ReadOnly,
        Self::Name,
        Self::String,
        Self::Word,
        Self::Added,
        Self::Removed,
        Self::Changed,
        Self::Match,
    ];

    /// Its name in a theme.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }
}

/// How everything looks, chosen once at the start.
#[derive(Clone, Debug)]
pub struct Look {
    /// Only ASCII characters.
    pub ascii: bool,
    styles: [Style; Role::ALL.len()],
}

impl Look {
    /// A theme, on a terminal that shows any colour by its red, green and blue, or only those of its palette.
    pub fn new(ascii: bool, theme: &Theme, has_true_colour: bool) -> Self {
        Self {
            ascii,
            styles: Role::ALL.map(|role| theme.face(role).style(has_true_colour)),
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// What nobody gave a colour gets that of text.
    pub(super) fn ground(&self, buffer: &mut Buffer) {
        let Style { fg, bg, .. } = self.style(Role::Text);
        for cell in &mut buffer.content {
            if cell.fg == Color::Reset {
                cell.fg = fg.unwrap_or_default();
            }
            if cell.bg == Color::Reset {
                cell.bg = bg.unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stand_in_the_order_of_their_numbers() {
        for (number, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, number);
        }
    }
}
