//! Marked records that are gathered: each with what became of it, or side by side.

use std::ops::Range;
use std::time::Duration;

use super::{Comparison, Focus, Wait, shown_from};
use crate::gather::{Fate, Gathering, Place};

/// The records that were marked, gathered.
#[derive(Debug)]
pub struct BatchPane {
    /// The records on their way.
    pub gathering: Gathering,
    /// The features that are wanted; all where there are none.
    pub features: Vec<String>,
    /// The call that is under way.
    pub call: Option<Wait>,
    /// When the service is asked again, on the monotonic clock.
    pub wakes_at: Option<Duration>,
    /// Which of the two ways to look at them.
    pub view: BatchView,
    /// The records side by side.
    pub comparison: Comparison,
    /// Whether only features that differ are shown.
    pub only_differences: bool,
    /// How many of the other records are out of sight between the first one and those beside it.
    pub column: usize,
    /// The selected row: a record, or a feature of the comparison.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// Which pane has the keys.
    pub focus: Focus,
    /// How far the record is scrolled.
    pub scroll: usize,
}

/// A way to look at gathered records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchView {
    /// One a line, with the selected one beside them.
    List,
    /// Side by side, feature by feature.
    Comparison,
}

impl BatchPane {
    /// Records that are about to be gathered.
    pub fn new(gathering: Gathering, features: Vec<String>, view: BatchView) -> Self {
        Self {
            gathering,
            features,
            call: None,
            wakes_at: None,
            view,
            comparison: Comparison::default(),
            only_differences: false,
            column: 0,
            cursor: 0,
            top: 0,
            focus: Focus::List,
            scroll: 0,
        }
    }

    /// The selected record of the list.
    pub fn selected(&self) -> Option<&Place> {
        self.gathering.places().get(self.cursor)
    }

    /// The records that are here, each as a line of JSON.
    pub fn lines(&self) -> Vec<String> {
        self.gathering.places().iter().filter_map(json_line).collect()
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        match self.view {
            BatchView::List => self.gathering.places().len(),
            BatchView::Comparison => self.comparison.shown(self.only_differences).count(),
        }
    }

    /// The rows on the screen, of which `fit` do.
    pub fn visible(&self, fit: usize) -> Range<usize> {
        let end = (self.top + fit).min(self.count());
        self.top.min(end)..end
    }

    /// Turns to the other way to look at them.
    pub fn turn(&mut self) {
        self.view = match self.view {
            BatchView::List => BatchView::Comparison,
            BatchView::Comparison => BatchView::List,
        };
        (self.cursor, self.top, self.scroll, self.focus) = (0, 0, 0, Focus::List);
    }

    /// Keeps the cursor among the rows, and the list so that it shows.
    pub fn show_cursor(&mut self, fit: usize) {
        let count = self.count();
        self.cursor = self.cursor.min(count.saturating_sub(1));
        // The first record is always in sight.
        let others = self.comparison.columns.len().saturating_sub(1);
        self.column = self.column.min(others.saturating_sub(1));
        if fit > 0 {
            self.top = shown_from(self.top, self.cursor, count, fit);
        }
    }

    /// Lines that the headings of the comparison take: the records, and their groups where there are several.
    pub fn heading_rows(&self) -> usize {
        1 + usize::from(self.comparison.spans_groups())
    }

    /// Whether it waits for anything.
    pub fn is_waiting(&self) -> bool {
        self.call.is_some()
    }
}

/// A record as a line of JSON, if it is here.
pub fn json_line(place: &Place) -> Option<String> {
    match &place.fate {
        Fate::Here(record) => Some(record.json_line(&place.group, &place.identifier)),
        _ => None,
    }
}
