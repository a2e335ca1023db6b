//! The records of a feature group: their identifiers, and the record that is selected.

use std::collections::HashSet;
use std::ops::Range;
use std::time::Duration;

use super::{Focus, Paged, Remote, Ticket, cancel_listing};
use crate::resource::{FeatureRecord, ResourceId};

/// How many identifiers before the end of the list the next page is asked for.
const LOOK_AHEAD: usize = 20;

/// The record that is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// Its identifier.
    pub identifier: String,
    /// The record; `None` where there is none.
    pub record: Remote<Option<FeatureRecord>>,
}

/// The records of a group.
#[derive(Debug)]
pub struct RecordsPane {
    /// The group.
    pub group: ResourceId,
    /// What the person knows it as.
    pub name: String,
    /// Identifiers that were typed, the last ones first.
    pub typed: Vec<String>,
    /// Identifiers as the service lists them, page by page.
    pub listed: Remote<Paged<String>>,
    /// Whether records that were deleted softly are listed too.
    pub with_deleted: bool,
    /// Identifiers that have no record.
    pub absent: HashSet<String>,
    /// The selected row.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// Which pane has the keys.
    pub focus: Focus,
    /// How far the record is scrolled.
    pub scroll: usize,
    /// When the cursor will have rested long enough to ask for the record, on the monotonic clock.
    pub settles_at: Option<Duration>,
    /// The record that was asked for last.
    pub lookup: Option<Lookup>,
    /// What is searched for.
    pub search: Option<String>,
}

impl RecordsPane {
    /// A group of which no record is known yet.
    pub fn new(group: ResourceId, name: String) -> Self {
        Self {
            group,
            name,
            typed: Vec::new(),
            listed: Remote::Idle,
            with_deleted: false,
            absent: HashSet::new(),
            cursor: 0,
            top: 0,
            focus: Focus::List,
            scroll: 0,
            settles_at: None,
            lookup: None,
            search: None,
        }
    }

    /// The identifiers that are here: those that were typed, then those that are listed.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.typed.iter().chain(self.listed()).map(String::as_str)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.typed.len() + self.listed().len()
    }

    /// The identifier in a row.
    pub fn row(&self, row: usize) -> Option<&str> {
        let listed = || self.listed().get(row - self.typed.len());
        self.typed.get(row).or_else(listed).map(String::as_str)
    }

    /// The selected identifier.
    pub fn selected(&self) -> Option<&str> {
        self.row(self.cursor)
    }

    /// The selected record, where it is here.
    pub fn record(&self) -> Option<&FeatureRecord> {
        self.selected_lookup()?.record.value()?.as_ref()
    }

    /// The selected record as a line of JSON.
    pub fn line(&self) -> Option<String> {
        Some(self.record()?.json_line(&self.group, self.selected()?))
    }

    /// What is known of the selected record.
    pub fn selected_lookup(&self) -> Option<&Lookup> {
        let identifier = self.selected()?;
        self.lookup.as_ref().filter(|it| it.identifier == identifier)
    }

    /// The rows on the screen, of which `fit` do.
    pub fn visible(&self, fit: usize) -> Range<usize> {
        let end = (self.top + fit).min(self.count());
        self.top.min(end)..end
    }

    /// Puts identifiers that were typed before the others, unless they are here, and selects the first of them.
    pub fn add_typed(&mut self, identifiers: Vec<String>) {
        let first = identifiers.first().cloned();
        let new: Vec<_> = identifiers
            .into_iter()
            .filter(|new| !self.identifiers().any(|known| known == new))
            .collect();
        self.typed.splice(0..0, new);
        if let Some(first) = first {
            self.select(&first);
        }
    }

    /// A record may have changed, or have been made: it is selected, and asked for again.
    pub fn look_again(&mut self, identifier: &str) {
        self.absent.remove(identifier);
        self.lookup
            .take_if(|it| it.identifier == identifier && it.record.wait().is_none());
        self.add_typed(vec![identifier.to_owned()]);
    }

    /// Moves the cursor to an identifier, if it is here.
    pub fn select(&mut self, identifier: &str) {
        let place = self.identifiers().position(|it| it == identifier);
        self.cursor = place.unwrap_or(self.cursor);
    }

    /// Moves the cursor to a row that is here.
    pub fn move_to(&mut self, row: usize) {
        let before = self.cursor;
        self.cursor = row.min(self.count().saturating_sub(1));
        if self.cursor != before {
            self.scroll = 0;
        }
    }

    /// Keeps the cursor among the rows, and the list so that it shows and no line is left empty that could hold a row.
    pub fn show_cursor(&mut self, fit: usize) {
        self.cursor = self.cursor.min(self.count().saturating_sub(1));
        if fit > 0 {
            self.top = shown_from(self.top, self.cursor, self.count(), fit);
        }
    }

    /// Whether a page should be asked for: the first one, or the next one where the cursor is near the end.
    pub fn wants_page(&self, fit: usize) -> bool {
        self.listed.is_idle() || self.cursor.max(self.top + fit) + LOOK_AHEAD >= self.count()
    }

    /// Whether it waits for anything.
    pub fn is_waiting(&self) -> bool {
        let lookup = self.lookup.as_ref().and_then(|it| it.record.wait());
        self.listed.is_listing() || lookup.is_some()
    }

    /// Waits for nothing any more; tells which tickets are free.
    pub fn cancel_all(&mut self) -> Vec<Ticket> {
        let lookup = self.lookup.as_mut().and_then(|it| it.record.cancel());
        cancel_listing(&mut self.listed)
            .into_iter()
            .chain(lookup)
            .collect()
    }

    fn listed(&self) -> &[String] {
        self.listed.value().map_or(&[], |paged| &paged.items)
    }
}

/// The first row on the screen, so that the cursor shows and no line is left empty that could hold a row.
pub fn shown_from(top: usize, cursor: usize, count: usize, fit: usize) -> usize {
    top.clamp((cursor + 1).saturating_sub(fit), cursor)
        .min(count.saturating_sub(fit))
}
