//! All feature groups, and the offline store that they share.
//!
//! Must not: read requests.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::group::{Fate, Group};
use super::record::Record;

/// Rows that the offline store keeps. An endpoint that runs for days stays small.
const OFFLINE_ROWS: usize = 20_000;

/// A row of the offline store (page "Feature Store offline store data format").
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) struct OfflineRow {
    pub(in crate::demo) group: String,
    pub(in crate::demo) identifier: String,
    pub(in crate::demo) event_time: Timestamp,
    pub(in crate::demo) record: Record,
    pub(in crate::demo) is_deleted: bool,
    pub(in crate::demo) write_time: Timestamp,
}

/// The feature groups of the account.
#[derive(Debug)]
pub(in crate::demo) struct State {
    pub(in crate::demo) groups: BTreeMap<String, Group>,
    pub(in crate::demo) offline: VecDeque<OfflineRow>,
}

impl State {
    /// An account without groups.
    pub(in crate::demo) fn new() -> Self {
        Self {
            groups: BTreeMap::new(),
            offline: VecDeque::new(),
        }
    }

    /// Brings everything to a time: expired records and deleted groups go.
    pub(in crate::demo) fn advance(&mut self, now: Timestamp) {
        self.groups.retain(|_, group| !group.is_gone(now));
        for group in self.groups.values_mut() {
            group.expire(now);
        }
    }

    /// Appends to the offline store.
    pub(in crate::demo) fn append(&mut self, row: OfflineRow) {
        if self.offline.len() >= OFFLINE_ROWS {
            self.offline.pop_front();
        }
        self.offline.push_back(row);
    }

    /// Decides how the creation of a group ends.
    pub(in crate::demo) fn destine(&mut self, group: &str, fate: Fate) {
        if let Some(group) = self.groups.get_mut(group) {
            group.fate = fate;
        }
    }
}
