//! The calls that are due, how many are under way, and how much they may bring.
//!
//! Reads of pushed records only wait until there are some: they are not counted, and none holds up another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::event::Ask;
use crate::resource::ShardId;

/// What reads that are under way may bring together, in bytes. An answer takes over twice of what it brings while it is taken
/// apart, and none of that is in the ring yet.
const BYTES_UNDER_WAY: u64 = 2 << 20;

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
    /// What the first read of a shard may bring, in bytes, at most.
    first_read: u64,
    /// What reads bring lately, and so may the first read of a shard.
    usual: u64,
    /// What the last read of each shard brought, and so may the next.
    brought: BTreeMap<ShardId, u64>,
    /// What the read of each shard that is under way may bring.
    may_bring: BTreeMap<ShardId, u64>,
    bytes_under_way: u64,
    /// How many calls were made.
    pub(super) made: u64,
}

impl Queue {
    /// No calls, of which `bound` may be under way at once; the first read of a shard may bring so many bytes.
    pub(super) fn new(bound: usize, first_read: u64) -> Self {
        Self {
            bound,
            under_way: 0,
            calls: VecDeque::new(),
            waits: VecDeque::new(),
            awaited: BTreeSet::new(),
            first_read,
            usual: first_read,
            brought: BTreeMap::new(),
            may_bring: BTreeMap::new(),
            bytes_under_way: 0,
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
        self.make_room_for_next()?;
        let call = self.calls.pop_front()?;
        self.under_way += 1;
        self.made += 1;
        Some(call)
    }

    /// Counts what the next call may bring, if there is room for it. Alone each has room.
    fn make_room_for_next(&mut self) -> Option<()> {
        let Ask::Read(shard, ..) = self.calls.front()? else {
            return Some(());
        };
        let bytes = self.brought.get(shard).copied().unwrap_or(self.usual);
        if self.bytes_under_way > 0 && self.bytes_under_way + bytes > BYTES_UNDER_WAY {
            return None;
        }
        self.bytes_under_way += bytes;
        self.may_bring.insert(shard.clone(), bytes);
        Some(())
    }

    /// A read of a shard brought so many bytes.
    pub(super) fn brought(&mut self, shard: &ShardId, bytes: u64) {
        self.brought.insert(shard.clone(), bytes);
        self.usual = (self.usual - self.usual / 8 + bytes / 8).min(self.first_read);
    }

    /// A shard is not read any more.
    pub(super) fn forget(&mut self, shard: &ShardId) {
        self.brought.remove(shard);
    }

    /// What was made for a shard is answered.
    pub(super) fn answered(&mut self, shard: &ShardId) {
        self.bytes_under_way -= self.may_bring.remove(shard).unwrap_or(0);
        if !self.awaited.remove(shard) {
            self.under_way = self.under_way.saturating_sub(1);
        }
    }

    /// How many are due.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.calls.len() + self.waits.len()
    }

    /// How much is known of shards.
    #[cfg(test)]
    pub(super) fn known(&self) -> usize {
        self.awaited.len() + self.brought.len() + self.may_bring.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shard: &str) -> Ask {
        Ask::Read(shard.into(), "token".into(), None)
    }

    fn queue(first_read: u64) -> Queue {
        let mut queue = Queue::new(32, first_read);
        for number in 0..10 {
            queue.call(read(&format!("shard-{number}")));
        }
        queue
    }

    fn make_all(queue: &mut Queue) -> usize {
        std::iter::from_fn(|| queue.next()).count()
    }

    #[test]
    fn reads_that_may_bring_much_wait_for_each_other() {
        let mut queue = queue(BYTES_UNDER_WAY / 4);
        assert_eq!(make_all(&mut queue), 4);
        queue.answered(&"shard-2".into());
        assert_eq!(make_all(&mut queue), 1);
    }

    #[test]
    fn reads_that_bring_little_do_not() {
        assert_eq!(make_all(&mut queue(0)), 10);
    }

    #[test]
    fn where_others_bring_nothing_the_first_read_of_a_shard_is_not_held_up() {
        let mut queue = queue(BYTES_UNDER_WAY);
        assert_eq!(make_all(&mut queue), 1);
        for _ in 0..40 {
            queue.brought(&"another".into(), 0);
        }
        queue.answered(&"shard-0".into());
        assert_eq!(make_all(&mut queue), 9);
    }

    #[test]
    fn a_read_may_bring_what_the_last_one_did_and_alone_whatever_it_likes() {
        let mut queue = queue(0);
        queue.brought(&"shard-0".into(), 10 * BYTES_UNDER_WAY);
        queue.brought(&"shard-1".into(), 1);
        assert_eq!(make_all(&mut queue), 1);
        queue.answered(&"shard-0".into());
        assert_eq!(make_all(&mut queue), 9);
    }
}
