//! A choice of what to copy of the thing that is looked at.

use crate::resource::Location;

/// The menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyMenu {
    /// What can be copied, and what is not there to be.
    pub items: Vec<Location>,
    /// The selected one.
    pub cursor: usize,
}

impl CopyMenu {
    /// A menu with the first that is there selected.
    pub fn new(items: Vec<Location>) -> Self {
        let cursor = items.iter().position(|it| it.uri.is_ok()).unwrap_or(0);
        Self { items, cursor }
    }

    /// The next one, or the one before.
    pub fn choose(&mut self, forwards: bool) {
        let last = self.items.len().saturating_sub(1);
        self.cursor = if forwards {
            (self.cursor + 1).min(last)
        } else {
            self.cursor.saturating_sub(1)
        };
    }

    /// The selected one.
    pub fn selected(&self) -> Option<&Location> {
        self.items.get(self.cursor)
    }
}
