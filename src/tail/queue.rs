//! The calls that are due, and how many are under way.
//!
//! Reads of pushed records only wait until there are some: they are not counted, and none holds up another.

use std::collections::{BTreeSet, VecDeque};

use super::event::Ask;
use crate::resource::ShardId;

/// Calls, in the order in which they became due.
#[derive(Debug)]
pub(super) struct Queue {
    /// How many may be under way at once.
    bound: usize,
    under_way: usize,
    calls: VecDeque<Ask>,
    waits: VecDeque<Ask>,
    /// The shards whose waits are due or under way.
    awaited: BTreeSet<ShardId>,
    /// How many calls were made.
    pub(super) made: u64,
}

impl Queue {
    /// No calls, of which `bound` may be under way at once.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            bound,
            under_way: 0,
            calls: VecDeque::new(),
            waits: VecDeque::new(),
            awaited: BTreeSet::new(),
            made: 0,
        }
    }

    /// A call is due.
    pub(super) fn call(&mut self, ask: Ask) {
        self.calls.push_back(ask);
    }

    /// A wait for records that are pushed is due.
    pub(super) fn wait(&mut self, shard: ShardId, ask: Ask) {
        self.awaited.insert(shard);
        self.waits.push_back(ask);
    }

    /// The next one to make, if one is due and allowed.
    pub(super) fn next(&mut self) -> Option<Ask> {
        if let Some(wait) = self.waits.pop_front() {
            return Some(wait);
        }
        if self.under_way >= self.bound {
            return None;
        }
        let call = self.calls.pop_front()?;
        self.under_way += 1;
        self.made += 1;
        Some(call)
    }

    /// What was made for a shard is answered.
    pub(super) fn answered(&mut self, shard: &ShardId) {
        if !self.awaited.remove(shard) {
            self.under_way = self.under_way.saturating_sub(1);
        }
    }
}
