//! What of a section's list is shown, and in what order.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::Remote;
use crate::resource::{Detail, Entry, ResourceId, Run, Timestamp};

/// An order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// The service's own.
    #[default]
    Given,
    /// By name.
    Name,
    /// By status, and in one status by name.
    Status,
    /// The newest first; what does not tell when it was made comes last.
    Newest,
}

impl ListOrder {
    /// The order that comes after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Given => Self::Name,
            Self::Name => Self::Status,
            Self::Status => Self::Newest,
            Self::Newest => Self::Given,
        }
    }

    /// What the list is sorted by, where it is not as the service gave it.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Given => None,
            Self::Name => Some("name"),
            Self::Status => Some("status"),
            Self::Newest => Some("newest"),
        }
    }
}

/// What a row says beside its name: what was described counts more than what the list told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWords {
    /// The status in the service's own word; empty where it is not known.
    pub status: String,
    /// A few words more.
    pub note: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// How far it is, where it is something that runs its course.
    pub run: Option<Run>,
}

impl RowWords {
    /// What is known of a row.
    pub fn of(entry: &Entry, details: &HashMap<ResourceId, Remote<Detail>>) -> Self {
        let known = details.get(&entry.id).and_then(Remote::value);
        let status = known.map_or(entry.status.as_deref().unwrap_or_default(), Detail::status);
        Self {
            status: status.to_owned(),
            note: known.map_or_else(|| entry.note.clone(), Detail::note),
            created: known.and_then(Detail::created).or(entry.created),
            run: known.and_then(Detail::run).or(entry.run),
        }
    }
}

/// What of a list is shown, and in what order.
#[derive(Debug, Default)]
pub struct Listing {
    /// Only rows with this somewhere in their name, status or note.
    pub filter: Option<String>,
    /// In what order.
    pub order: ListOrder,
    /// The places of the rows that are shown; all as they are where there is none.
    shown: Option<Vec<usize>>,
}

impl Listing {
    /// Chooses and sorts the rows anew.
    pub fn arrange(&mut self, rows: &[Entry], details: &HashMap<ResourceId, Remote<Detail>>) {
        self.shown = (self.filter.is_some() || self.order != ListOrder::Given).then(|| {
            let words = rows.iter().map(|entry| RowWords::of(entry, details));
            let mut rows: Vec<_> = rows.iter().zip(words).enumerate().collect();
            if let Some(wanted) = self.filter.as_deref().map(str::to_lowercase) {
                rows.retain(|(_, (entry, words))| {
                    let texts = [&entry.name, &words.status, &words.note];
                    texts.iter().any(|text| text.to_lowercase().contains(&wanted))
                });
            }
            match self.order {
                ListOrder::Given => {}
                ListOrder::Name => rows.sort_by_key(|(_, (entry, _))| entry.name.to_lowercase()),
                ListOrder::Status => rows.sort_by_key(|(_, (entry, words))| {
                    (words.status.to_lowercase(), entry.name.to_lowercase())
                }),
                ListOrder::Newest => rows.sort_by_key(|(_, (_, words))| Reverse(words.created)),
            }
            rows.into_iter().map(|(place, _)| place).collect()
        });
    }

    /// How many of so many rows are shown.
    pub fn count(&self, rows: usize) -> usize {
        self.shown.as_ref().map_or(rows, Vec::len)
    }

    /// The place of a shown row among all.
    pub fn place(&self, row: usize) -> Option<usize> {
        match &self.shown {
            Some(shown) => shown.get(row).copied(),
            None => Some(row),
        }
    }
}
