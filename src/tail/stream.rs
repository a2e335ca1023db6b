//! All shards of a stream: which to read, in what order of lineage, and how many at a time.
//!
//! A child is begun when every parent that is part of this tail is drained, and once, however many parents name it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::time::Duration;

use super::shard::{Input, Lag, Output, ShardTail};
use crate::clock::Now;
use crate::resource::{Batch, IteratorToken, Position, Record, Shard, ShardId};
use crate::source::{ErrorKind, ReadLimits, SourceError};

/// How long to wait before a drained shard's children are looked for once more, where none were found. A service closes a
/// shard a moment before it shows its children.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often the children of a drained shard are looked for; a deleted or disabled stream has none.
const LOOKS: u32 = 3;

/// What to read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to begin.
    pub from: Position,
    /// Only these shards, without their children; all where it is empty.
    pub only: Vec<ShardId>,
    /// What the service allows.
    pub limits: ReadLimits,
    /// How many calls may be under way at once.
    pub in_flight: usize,
}

/// A call to make.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// An iterator of a shard at a position.
    Iterator(ShardId, Position),
    /// The records of a shard from an iterator on.
    Read(ShardId, IteratorToken),
    /// All shards of the stream, to find the children of this one.
    Children(ShardId),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// To [`Ask::Iterator`].
    Iterator(IteratorToken),
    /// To [`Ask::Read`].
    Batch(Batch),
    /// To [`Ask::Children`].
    Shards(Vec<Shard>),
    /// To any of them.
    Failed(SourceError),
}

/// What a person should see of it.
#[derive(Clone, Debug, PartialEq)]
pub enum TailEvent {
    /// A shard is being read.
    Opened(ShardId),
    /// A read of a shard and what it brought, in order; maybe nothing.
    Read {
        /// The shard.
        shard: ShardId,
        /// The records.
        records: Vec<Record>,
        /// How far it is from the tip.
        lag: Lag,
    },
    /// A call failed and is tried again.
    Trouble(ShardId, SourceError),
    /// A shard is drained.
    Closed(ShardId),
    /// A shard cannot be read any further.
    GaveUp(ShardId, SourceError),
    /// Every shard has reached its tip.
    CaughtUp,
    /// Every shard is drained and none follows.
    Ended,
}

/// The tail of a stream, without the calls.
#[derive(Debug)]
pub struct StreamTail {
    plan: Plan,
    slots: BTreeMap<ShardId, Slot>,
    /// The parents of every shard that was ever heard of.
    lineage: BTreeMap<ShardId, BTreeSet<ShardId>>,
    /// Children that wait for the parents in their set.
    expected: BTreeMap<ShardId, BTreeSet<ShardId>>,
    ready: VecDeque<Ask>,
    asleep: BinaryHeap<Reverse<(Duration, ShardId)>>,
    in_flight: usize,
    was_caught_up: bool,
    counters: Counters,
}

/// What was done since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls made.
    pub calls: u64,
    /// Calls that were throttled.
    pub throttled: u64,
}

#[derive(Debug)]
struct Slot {
    stage: Stage,
    caught_up: bool,
}

#[derive(Debug)]
enum Stage {
    Tailing(ShardTail),
    /// Drained; its children are being looked for, and how often they were.
    Looking(u32),
    Done,
}

impl StreamTail {
    /// A tail over the shards that the stream has now.
    pub fn new(now: Now, plan: Plan, shards: &[Shard]) -> (Self, Vec<TailEvent>) {
        let mut tail = Self {
            plan,
            slots: BTreeMap::new(),
            lineage: shards
                .iter()
                .map(|shard| (shard.id.clone(), shard.parents().cloned().collect()))
                .collect(),
            expected: BTreeMap::new(),
            ready: VecDeque::new(),
            asleep: BinaryHeap::new(),
            in_flight: 0,
            was_caught_up: false,
            counters: Counters::default(),
        };
        let mut events = Vec::new();
        for shard in tail.first_shards(shards) {
            tail.open(now, &shard, tail.plan.from.clone(), &mut events);
        }
        tail.conclude(&mut events);
        (tail, events)
    }

    /// The next call to make now, if there is one and it is allowed.
    pub fn poll(&mut self, now: Now) -> Option<Ask> {
        self.wake_sleepers(now);
        if self.in_flight >= self.plan.in_flight {
            return None;
        }
        let ask = self.ready.pop_front()?;
        self.in_flight += 1;
        self.counters.calls += 1;
        Some(ask)
    }

    /// When to poll again even if nothing is heard, on the monotonic clock.
    pub fn wake_at(&self) -> Option<Duration> {
        self.asleep.peek().map(|Reverse((at, _))| *at)
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Takes in the answer to a call that was made for a shard.
    pub fn hear(&mut self, now: Now, shard: &ShardId, heard: Heard) -> Vec<TailEvent> {
        self.in_flight = self.in_flight.saturating_sub(1);
        if matches!(&heard, Heard::Failed(error) if error.kind == ErrorKind::Throttled) {
            self.counters.throttled += 1;
        }
        let mut events = Vec::new();
        match heard {
            Heard::Shards(shards) => self.children_listed(now, shard, &shards, &mut events),
            Heard::Failed(error) if self.is_looking(shard) => {
                events.push(TailEvent::Trouble(shard.clone(), error));
                self.look_again(now, shard);
            }
            Heard::Iterator(token) => self.step(now, shard, Input::Iterator(token), &mut events),
            Heard::Batch(batch) => self.step(now, shard, Input::Batch(batch), &mut events),
            Heard::Failed(error) => self.step(now, shard, Input::Failed(error), &mut events),
        }
        self.conclude(&mut events);
        events
    }

    /// From now on: the open shards. From the past: those whose parents are gone or were not asked for, and the rest follow.
    fn first_shards(&self, shards: &[Shard]) -> Vec<ShardId> {
        let known: BTreeSet<&ShardId> = shards.iter().map(|shard| &shard.id).collect();
        let wanted = |shard: &&Shard| match (&self.plan.only[..], &self.plan.from) {
            ([], Position::Latest) => shard.is_open(),
            ([], _) => shard.parents().all(|parent| !known.contains(parent)),
            (only, _) => only.contains(&shard.id),
        };
        shards
            .iter()
            .filter(wanted)
            .map(|shard| shard.id.clone())
            .collect()
    }

    fn open(&mut self, now: Now, shard: &ShardId, from: Position, events: &mut Vec<TailEvent>) {
        let seed = shard
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let tail = ShardTail::new(from, self.plan.limits, seed);
        self.slots.insert(
            shard.clone(),
            Slot {
                stage: Stage::Tailing(tail),
                caught_up: false,
            },
        );
        events.push(TailEvent::Opened(shard.clone()));
        self.step(now, shard, Input::Started, events);
    }

    fn step(&mut self, now: Now, shard: &ShardId, input: Input, events: &mut Vec<TailEvent>) {
        let Some(Slot {
            stage: Stage::Tailing(tail),
            ..
        }) = self.slots.get_mut(shard)
        else {
            return;
        };
        for output in tail.step(now, input) {
            self.carry_out(now, shard, output, events);
        }
    }

    fn carry_out(&mut self, now: Now, shard: &ShardId, output: Output, events: &mut Vec<TailEvent>) {
        match output {
            Output::FetchIterator(position) => self.ready.push_back(Ask::Iterator(shard.clone(), position)),
            Output::Read(token) => self.ready.push_back(Ask::Read(shard.clone(), token)),
            Output::Sleep(span) => self.asleep.push(Reverse((now.mono + span, shard.clone()))),
            Output::Emit(records, lag) => {
                if let Some(slot) = self.slots.get_mut(shard) {
                    slot.caught_up = lag.caught_up;
                }
                events.push(TailEvent::Read {
                    shard: shard.clone(),
                    records,
                    lag,
                });
            }
            Output::Trouble(error) => events.push(TailEvent::Trouble(shard.clone(), error)),
            Output::Follow(children) => {
                for child in children {
                    self.expect(child.id, child.parents);
                }
            }
            Output::GiveUp(error) => {
                self.set_stage(shard, Stage::Done);
                events.push(TailEvent::GaveUp(shard.clone(), error));
            }
            Output::Done => self.drained(now, shard, events),
        }
    }

    fn drained(&mut self, now: Now, shard: &ShardId, events: &mut Vec<TailEvent>) {
        if self.is_done(shard) {
            return;
        }
        events.push(TailEvent::Closed(shard.clone()));
        let named = self.expected.values().any(|parents| parents.contains(shard))
            || self.slots.keys().any(|it| {
                self.lineage
                    .get(it)
                    .is_some_and(|parents| parents.contains(shard))
            });
        if named || !self.plan.only.is_empty() {
            self.set_stage(shard, Stage::Done);
            self.open_children(now, events);
        } else {
            self.set_stage(shard, Stage::Looking(0));
            self.ready.push_back(Ask::Children(shard.clone()));
        }
    }

    fn children_listed(&mut self, now: Now, parent: &ShardId, shards: &[Shard], events: &mut Vec<TailEvent>) {
        let mut found = false;
        for child in shards
            .iter()
            .filter(|shard| shard.parents().any(|it| it == parent))
        {
            found = true;
            if !self.slots.contains_key(&child.id) {
                self.expected
                    .entry(child.id.clone())
                    .or_default()
                    .extend(child.parents().cloned());
            }
        }
        if found {
            self.set_stage(parent, Stage::Done);
            self.open_children(now, events);
        } else {
            self.look_again(now, parent);
        }
    }

    fn look_again(&mut self, now: Now, shard: &ShardId) {
        let Some(Slot {
            stage: Stage::Looking(looks),
            ..
        }) = self.slots.get_mut(shard)
        else {
            return;
        };
        *looks += 1;
        if *looks < LOOKS {
            self.asleep.push(Reverse((now.mono + LOOK_AGAIN, shard.clone())));
        } else {
            self.set_stage(shard, Stage::Done);
        }
    }

    fn expect(&mut self, child: ShardId, parents: Vec<ShardId>) {
        if !self.slots.contains_key(&child) {
            self.lineage
                .entry(child.clone())
                .or_default()
                .extend(parents.iter().cloned());
            self.expected.entry(child).or_default().extend(parents);
        }
    }

    /// Opens every expected child none of whose parents is still being read, or will be.
    fn open_children(&mut self, now: Now, events: &mut Vec<TailEvent>) {
        let free: Vec<ShardId> = self
            .expected
            .iter()
            .filter(|(_, parents)| parents.iter().all(|parent| self.is_done(parent)))
            .map(|(child, _)| child.clone())
            .collect();
        let from = match &self.plan.from {
            // A child may have begun long before the time that was asked for.
            Position::AtTimestamp(time) => Position::AtTimestamp(*time),
            _ => Position::TrimHorizon,
        };
        for child in free {
            self.expected.remove(&child);
            self.open(now, &child, from.clone(), events);
        }
    }

    fn wake_sleepers(&mut self, now: Now) {
        while self.wake_at().is_some_and(|at| at <= now.mono) {
            let Some(Reverse((_, shard))) = self.asleep.pop() else {
                return;
            };
            if self.is_looking(&shard) {
                self.ready.push_back(Ask::Children(shard));
            } else {
                // Waking only leads to a call: there is nothing to tell.
                self.step(now, &shard, Input::Woke, &mut Vec::new());
            }
        }
    }

    fn conclude(&mut self, events: &mut Vec<TailEvent>) {
        let all_done = self.slots.values().all(|slot| matches!(slot.stage, Stage::Done));
        if all_done {
            events.push(TailEvent::Ended);
            return;
        }
        let caught_up = self.slots.values().all(|slot| match slot.stage {
            Stage::Tailing(_) => slot.caught_up,
            Stage::Looking(_) => false,
            Stage::Done => true,
        });
        if caught_up && !self.was_caught_up {
            events.push(TailEvent::CaughtUp);
        }
        self.was_caught_up = caught_up;
    }

    fn set_stage(&mut self, shard: &ShardId, stage: Stage) {
        if let Some(slot) = self.slots.get_mut(shard) {
            slot.stage = stage;
        }
    }

    fn is_looking(&self, shard: &ShardId) -> bool {
        self.slots
            .get(shard)
            .is_some_and(|slot| matches!(slot.stage, Stage::Looking(_)))
    }

    /// Whether nothing more will be read from it: it is drained, or neither it nor an ancestor is part of this tail.
    fn is_done(&self, shard: &ShardId) -> bool {
        match self.slots.get(shard) {
            Some(slot) => matches!(slot.stage, Stage::Done),
            None if self.expected.contains_key(shard) => false,
            None => self
                .lineage
                .get(shard)
                .is_none_or(|parents| parents.iter().all(|it| self.is_done(it))),
        }
    }
}

#[cfg(test)]
mod tests;
