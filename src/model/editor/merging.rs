//! Three records beside each other, of which a person chooses.

use crate::edit::{Merge, Row, Side, Who};

/// A merge on the screen. Of the features only those are shown that somebody changed, and that are undecided.
#[derive(Debug)]
pub struct Merging {
    merge: Merge,
    shown: Vec<usize>,
    /// The selected row.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// Why it has come to this.
    pub why: String,
}

impl Merging {
    /// A merge, with the cursor on the first feature that nobody has decided.
    pub fn of(merge: Merge, why: String) -> Self {
        let is_shown = |row: &Row| row.who != Who::Same || row.choice.is_none();
        let rows = merge.rows().iter().enumerate();
        let shown = rows.filter(|(_, row)| is_shown(row)).map(|(place, _)| place);
        let mut merging = Self {
            shown: shown.collect(),
            merge,
            cursor: 0,
            top: 0,
            why,
        };
        merging.cursor = merging.undecided_from(0).unwrap_or(0);
        merging
    }

    /// The merge.
    pub fn merge(&self) -> &Merge {
        &self.merge
    }

    /// The rows that are shown.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.shown.iter().map(|place| &self.merge.rows()[*place])
    }

    /// Chooses a side for the selected feature, and goes to the next one that nobody has decided.
    pub fn choose(&mut self, side: Side) {
        let Some(row) = self.shown.get(self.cursor) else {
            return;
        };
        let feature = self.merge.rows()[*row].feature.clone();
        self.merge.choose(&feature, side);
        self.cursor = self.undecided_from(self.cursor).unwrap_or(self.cursor);
    }

    /// Chooses a side for everything that differs.
    pub fn choose_all(&mut self, side: Side) {
        for row in self.rows().map(|row| row.feature.clone()).collect::<Vec<_>>() {
            self.merge.choose(&row, side);
        }
    }

    /// Moves the cursor to a row, and the rows so that it shows; so many fit.
    pub fn move_to(&mut self, row: usize, fit: usize) {
        self.cursor = row.min(self.shown.len().saturating_sub(1));
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(fit.max(1)), self.cursor);
    }

    /// The next undecided row from one on, going around.
    fn undecided_from(&self, from: usize) -> Option<usize> {
        let count = self.shown.len();
        let is_open = |row: &usize| self.merge.rows()[self.shown[*row]].choice.is_none();
        (from..count).chain(0..from.min(count)).find(is_open)
    }
}
