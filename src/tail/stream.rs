//! All shards of a stream: which to read, in what order of lineage, and how many at a time.
//!
//! A child is begun when every parent that is part of this tail is drained, and once, however many parents name it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use super::event::{Ask, Counters, Heard, Plan, TailEvent};
use super::pace;
use super::queue::Queue;
use super::shard::{Input, Output, ShardTail};
use crate::clock::Now;
use crate::resource::{HashRange, Position, Shard, ShardId};
use crate::source::{ErrorKind, SourceError};

/// How long to wait before a drained shard's children are looked for once more, where none were found. A service closes a
/// shard a moment before it shows its children.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// The same where there are no credentials to look with: somebody has to log in first.
const LOOK_WITH_CREDENTIALS: Duration = Duration::from_secs(30);
/// What to do about a stream that has been deleted and created while it was read.
const MADE_ANEW: &str = "the stream was made anew meanwhile; tail it again";
/// How often the children of a drained shard are looked for; a deleted or disabled stream has none.
const LOOKS: u32 = 3;

/// The tail of a stream, without the calls.
#[derive(Debug)]
pub struct StreamTail {
    plan: Plan,
    slots: BTreeMap<ShardId, Slot>,
    /// The parents of every shard that was ever heard of.
    lineage: BTreeMap<ShardId, BTreeSet<ShardId>>,
    /// The hash keys of shards that have still to be begun, where they are known.
    ranges: BTreeMap<ShardId, HashRange>,
    /// Children that wait for the parents in their set.
    expected: BTreeMap<ShardId, BTreeSet<ShardId>>,
    queue: Queue,
    asleep: BinaryHeap<Reverse<(Duration, ShardId)>>,
    /// How many slots are not done, and how many of these have not reached their tip.
    unfinished: usize,
    lagging: usize,
    was_caught_up: bool,
    throttled: u64,
    /// Shards whose last call failed for want of credentials.
    without_credentials: BTreeSet<ShardId>,
    /// Shards that the service did not find any more, and what it said, until it is known what follows them.
    missing: BTreeMap<ShardId, SourceError>,
    /// What waking brought to light; told with the next answer.
    untold: Vec<TailEvent>,
}

#[derive(Debug)]
struct Slot {
    stage: Stage,
    caught_up: bool,
}

impl Slot {
    fn is_unfinished(&self) -> bool {
        !matches!(self.stage, Stage::Done)
    }

    /// A shard whose children are still looked for is not at the tip: they may hold records.
    fn is_lagging(&self) -> bool {
        match self.stage {
            Stage::Tailing(_) => !self.caught_up,
            Stage::Looking(_) => true,
            Stage::Done => false,
        }
    }
}

#[derive(Debug)]
enum Stage {
    Tailing(Box<ShardTail>),
    /// Drained; its children are being looked for, and how often they were.
    Looking(u32),
    Done,
}

impl StreamTail {
    /// A tail over the shards that the stream has now.
    pub fn new(now: Now, plan: Plan, shards: &[Shard]) -> (Self, Vec<TailEvent>) {
        let mut tail = Self {
            queue: Queue::new(plan.in_flight, first_read(&plan)),
            plan,
            slots: BTreeMap::new(),
            lineage: shards
                .iter()
                .map(|shard| (shard.id.clone(), shard.parents().cloned().collect()))
                .collect(),
            ranges: BTreeMap::new(),
            expected: BTreeMap::new(),
            missing: BTreeMap::new(),
            asleep: BinaryHeap::new(),
            unfinished: 0,
            lagging: 0,
            was_caught_up: false,
            throttled: 0,
            without_credentials: BTreeSet::new(),
            untold: Vec::new(),
        };
        tail.learn_ranges(shards);
        let mut events = Vec::new();
        for shard in tail.first_shards(shards) {
            let from = tail.plan.from.clone();
            tail.open(now, &shard, from, &mut events);
        }
        tail.conclude(&mut events);
        (tail, events)
    }

    /// The next call to make now, if there is one and it is allowed.
    pub fn poll(&mut self, now: Now) -> Option<Ask> {
        self.wake_sleepers(now);
        self.queue.next()
    }

    /// When to poll again even if nothing is heard, on the monotonic clock.
    pub fn wake_at(&self) -> Option<Duration> {
        self.asleep.peek().map(|Reverse((at, _))| *at)
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        Counters {
            calls: self.queue.made,
            throttled: self.throttled,
        }
    }

    /// How many calls, waits and sleeps it keeps.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.queue.len() + self.asleep.len()
    }

    /// How much it keeps of shards beside which there are, what became of them and whose children they are: what is needed of
    /// those that are read, or about to be.
    #[cfg(test)]
    pub(super) fn known(&self) -> usize {
        let waiting =
            self.ranges.len() + self.expected.len() + self.missing.len() + self.without_credentials.len();
        waiting + self.untold.len() + self.queue.known()
    }

    /// Changes whether parents are drained before their children are begun. Children that waited for theirs may begin now; what
    /// has begun goes on.
    pub fn put_parents_first(&mut self, now: Now, parents_first: bool) -> Vec<TailEvent> {
        self.plan.parents_first = parents_first;
        let mut events = Vec::new();
        self.open_children(now, &mut events);
        self.conclude(&mut events);
        events
    }

    /// Credentials may be had again: whoever waits for them tries now.
    pub fn try_credentials(&mut self, now: Now) {
        let asleep = std::mem::take(&mut self.asleep);
        let waits = |shard: &ShardId| self.without_credentials.contains(shard);
        self.asleep = asleep
            .into_iter()
            .map(|Reverse((at, shard))| {
                let at = if waits(&shard) { at.min(now.mono) } else { at };
                Reverse((at, shard))
            })
            .collect();
    }

    /// Takes in the answer to a call that was made for a shard.
    pub fn hear(&mut self, now: Now, shard: &ShardId, heard: Heard) -> Vec<TailEvent> {
        self.queue.answered(shard);
        if matches!(&heard, Heard::Failed(error) if error.kind == ErrorKind::Throttled) {
            self.throttled += 1;
        }
        if matches!(&heard, Heard::Failed(error) if error.kind == ErrorKind::Credentials) {
            self.without_credentials.insert(shard.clone());
        } else {
            self.without_credentials.remove(shard);
        }
        let mut events = std::mem::take(&mut self.untold);
        match heard {
            Heard::Shards(shards) => self.children_listed(now, shard, &shards, &mut events),
            Heard::Failed(error) if self.is_looking(shard) => {
                self.look_failed(now, shard, error, &mut events);
            }
            Heard::Iterator(token) => self.step(now, shard, Input::Iterator(token), &mut events),
            Heard::Batch(batch) => {
                self.queue.brought(shard, batch.bytes());
                self.step(now, shard, Input::Batch(batch), &mut events);
            }
            Heard::Failed(error) => self.step(now, shard, Input::Failed(error), &mut events),
        }
        self.conclude(&mut events);
        events
    }

    /// From now on: the open shards. From the past: those whose parents are gone or were not asked for; the rest follow.
    fn first_shards(&mut self, shards: &[Shard]) -> Vec<ShardId> {
        let read: BTreeSet<&ShardId> = shards
            .iter()
            .map(|shard| &shard.id)
            .filter(|id| self.plan.includes(id))
            .collect();
        let from_now_on = self.plan.from == Position::Latest;
        let waits = |shard: &Shard| {
            !from_now_on && self.plan.parents_first && shard.parents().any(|parent| read.contains(parent))
        };
        let mut first = Vec::new();
        for shard in shards.iter().filter(|shard| read.contains(&shard.id)) {
            let past = from_now_on && self.plan.only.is_empty() && !shard.is_open();
            if waits(shard) {
                let parents = shard
                    .parents()
                    .filter(|parent| read.contains(parent))
                    .cloned()
                    .collect();
                self.expected.insert(shard.id.clone(), parents);
            } else if !past {
                first.push(shard.id.clone());
            }
        }
        first
    }

    fn open(&mut self, now: Now, shard: &ShardId, from: Position, events: &mut Vec<TailEvent>) {
        let seed = shard
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let tail = ShardTail::new(from, self.plan.limits, self.plan.retention, seed);
        let slot = Slot {
            stage: Stage::Tailing(Box::new(tail)),
            caught_up: false,
        };
        self.unfinished += 1;
        self.lagging += 1;
        self.slots.insert(shard.clone(), slot);
        if let Some(range) = self.ranges.remove(shard) {
            events.push(TailEvent::Range(shard.clone(), range));
        }
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
            Output::FetchIterator(position) => self.queue.call(Ask::Iterator(shard.clone(), position)),
            Output::Read(token, most) if self.plan.limits.pushed => {
                self.queue
                    .wait(shard.clone(), Ask::Read(shard.clone(), token, most));
            }
            Output::Read(token, most) => self.queue.call(Ask::Read(shard.clone(), token, most)),
            Output::Sleep(span) => self.asleep.push(Reverse((now.mono + span, shard.clone()))),
            Output::Emit(records, lag) => {
                // Once is enough: on a busy stream all shards are never at their tips in the same moment.
                self.change(shard, |slot| slot.caught_up |= lag.caught_up);
                events.push(TailEvent::Read {
                    shard: shard.clone(),
                    records,
                    lag,
                });
            }
            Output::Gap => events.push(TailEvent::Gap(shard.clone())),
            Output::Trouble(error) => {
                if error.kind == ErrorKind::NotFound {
                    self.missing.insert(shard.clone(), error.clone());
                }
                events.push(TailEvent::Trouble(shard.clone(), error));
            }
            Output::Follow(children) => {
                for child in children {
                    self.ranges
                        .extend(child.hash_range.map(|range| (child.id.clone(), range)));
                    self.lineage.entry(child.id).or_default().extend(child.parents);
                }
            }
            Output::GiveUp(error) => events.push(TailEvent::GaveUp(shard.clone(), error)),
            Output::End => events.push(TailEvent::Closed(shard.clone())),
            Output::Done => self.drained(now, shard, events),
        }
    }

    /// Nothing more is read from a shard, whatever the reason: its children are next.
    fn drained(&mut self, now: Now, shard: &ShardId, events: &mut Vec<TailEvent>) {
        self.queue.forget(shard);
        self.expect_children(shard);
        if !self.plan.only.is_empty() || self.knows_children(shard) {
            self.finish(now, shard, events);
        } else {
            self.set_stage(shard, Stage::Looking(0));
            self.queue.call(Ask::Children(shard.clone()));
        }
    }

    fn finish(&mut self, now: Now, shard: &ShardId, events: &mut Vec<TailEvent>) {
        self.missing.remove(shard);
        self.set_stage(shard, Stage::Done);
        self.open_children(now, events);
    }

    /// Whether the children are named, and so are all shards that they come from. A merge names a second parent, of which this
    /// tail may not have heard; only a list of the shards tells whether it has still to be read.
    fn knows_children(&self, shard: &ShardId) -> bool {
        let mut children = self
            .lineage
            .values()
            .filter(|parents| parents.contains(shard))
            .peekable();
        children.peek().is_some()
            && children.all(|parents| parents.iter().all(|parent| self.lineage.contains_key(parent)))
    }

    fn learn_ranges(&mut self, shards: &[Shard]) {
        let unread = shards.iter().filter(|shard| !self.slots.contains_key(&shard.id));
        let known = unread.filter_map(|shard| Some((shard.id.clone(), shard.hash_range?)));
        self.ranges.extend(known);
    }

    /// A list of the shards is here. What it does not hold is trimmed, and comes from nowhere.
    fn children_listed(&mut self, now: Now, parent: &ShardId, shards: &[Shard], events: &mut Vec<TailEvent>) {
        if let Some(error) = self.denied_and_listed(parent, shards) {
            events.push(TailEvent::GaveUp(parent.clone(), error));
            return self.finish(now, parent, events);
        }
        self.learn_ranges(shards);
        for shard in shards {
            self.lineage
                .entry(shard.id.clone())
                .or_default()
                .extend(shard.parents().cloned());
        }
        let parents: Vec<_> = self.lineage.values().flatten().cloned().collect();
        for gone in parents {
            self.lineage.entry(gone).or_default();
        }
        self.expect_children(parent);
        if self.knows_children(parent) {
            self.finish(now, parent, events);
        } else {
            self.look_again(now, parent, events);
        }
    }

    /// What the service says of a shard that it does not find and yet lists as open. A trimmed one is not listed, and a closed one
    /// is no longer open: this is another stream of the same name, which nobody asked for.
    fn denied_and_listed(&mut self, shard: &ShardId, listed: &[Shard]) -> Option<SourceError> {
        let error = self.missing.remove(shard)?;
        let is_open = listed.iter().any(|it| it.id == *shard && it.is_open());
        is_open.then(|| error.with_remedy(Some(MADE_ANEW)))
    }

    /// The look for a shard's children failed: what may pass is tried until it works, the rest ends the look.
    fn look_failed(&mut self, now: Now, shard: &ShardId, error: SourceError, events: &mut Vec<TailEvent>) {
        if error.is_final() {
            events.push(TailEvent::GaveUp(shard.clone(), error));
            self.finish(now, shard, events);
        } else {
            let wait = match error.kind {
                ErrorKind::Credentials => LOOK_WITH_CREDENTIALS,
                _ => LOOK_AGAIN,
            };
            events.push(TailEvent::Trouble(shard.clone(), error));
            self.asleep.push(Reverse((now.mono + wait, shard.clone())));
        }
    }

    fn look_again(&mut self, now: Now, shard: &ShardId, events: &mut Vec<TailEvent>) {
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
            self.finish(now, shard, events);
        }
    }

    /// The children that are known of a shard will be read.
    fn expect_children(&mut self, shard: &ShardId) {
        let children = self.lineage.iter().filter(|(_, parents)| parents.contains(shard));
        let unread =
            children.filter(|(child, _)| !self.slots.contains_key(child) && self.plan.includes(child));
        let expected: Vec<_> = unread
            .map(|(child, parents)| (child.clone(), parents.clone()))
            .collect();
        self.expected.extend(expected);
    }

    /// Opens every expected child none of whose parents is still being read, or will be.
    fn open_children(&mut self, now: Now, events: &mut Vec<TailEvent>) {
        let free: Vec<ShardId> = self
            .expected
            .iter()
            .filter(|(_, parents)| !self.plan.parents_first || parents.iter().all(|it| self.is_done(it)))
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
                self.queue.call(Ask::Children(shard));
            } else {
                let mut events = std::mem::take(&mut self.untold);
                self.step(now, &shard, Input::Woke, &mut events);
                self.untold = events;
            }
        }
    }

    /// Kept by counting: a stream may have ten thousand shards, and this is asked after every read.
    fn conclude(&mut self, events: &mut Vec<TailEvent>) {
        let caught_up = self.lagging == 0;
        if self.unfinished == 0 {
            events.push(TailEvent::Ended);
        } else if caught_up && !self.was_caught_up {
            events.push(TailEvent::CaughtUp);
        }
        self.was_caught_up = caught_up;
    }

    fn set_stage(&mut self, shard: &ShardId, stage: Stage) {
        self.change(shard, |slot| slot.stage = stage);
    }

    /// Changes a slot and keeps count.
    fn change(&mut self, shard: &ShardId, change: impl FnOnce(&mut Slot)) {
        let Some(slot) = self.slots.get_mut(shard) else {
            return;
        };
        let before = (slot.is_unfinished(), slot.is_lagging());
        change(slot);
        let after = (slot.is_unfinished(), slot.is_lagging());
        self.unfinished = self.unfinished + usize::from(after.0) - usize::from(before.0);
        self.lagging = self.lagging + usize::from(after.1) - usize::from(before.1);
    }

    fn is_looking(&self, shard: &ShardId) -> bool {
        self.slots
            .get(shard)
            .is_some_and(|slot| matches!(slot.stage, Stage::Looking(_)))
    }

    /// Whether nothing more will be read from it: it is drained, or neither it nor an ancestor is part of this tail.
    fn is_done(&self, shard: &ShardId) -> bool {
        // A history of splits and merges has far more ways through it than shards: each is looked at once.
        let (mut left, mut seen) = (vec![shard], BTreeSet::new());
        while let Some(shard) = left.pop() {
            match self.slots.get(shard) {
                Some(slot) if matches!(slot.stage, Stage::Done) => {}
                Some(_) => return false,
                None if self.expected.contains_key(shard) => return false,
                None if seen.insert(shard) => left.extend(self.lineage.get(shard).into_iter().flatten()),
                None => {}
            }
        }
        true
    }
}

/// What the first read of a shard may bring, in bytes: from now on hardly anything.
fn first_read(plan: &Plan) -> u64 {
    match plan.from {
        Position::Latest => 0,
        _ => pace::room(plan.limits).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests;
