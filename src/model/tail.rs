//! A live tail as the person sees it: the records, the shards, and what part of it is on the screen.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::{Focus, Inspector, Panel, Remote, ShardMeter, ShardState, Ticket, Wait};
use crate::message::TailRequest;
use crate::resource::{Record, ShardId, hash_key};
use crate::source::SourceError;
use crate::tail::{Counters, HotKeys, Merge, Rate, Ring, Row, TailEvent};

/// Keys that are counted at once: any with more than one record in so many is among them. It bounds their memory to about 1 MiB.
const HOT_KEYS: usize = 256;

/// A live tail.
#[derive(Debug)]
pub struct TailPane {
    /// The ticket of its news.
    pub ticket: Ticket,
    /// What is read.
    pub request: TailRequest,
    /// What the person knows the stream as.
    pub name: String,
    /// Whether it has begun; loading while the shards are listed.
    pub phase: Remote<()>,
    /// Whether the consumer that it is to read through is still being registered.
    pub registering: bool,
    /// Shards that are listed so far, before it begins.
    pub listed: usize,
    /// Records that wait for earlier ones from other shards.
    pub merge: Merge,
    /// The records.
    pub ring: Ring,
    /// The shards that are read, or were.
    pub shards: BTreeMap<ShardId, ShardMeter>,
    /// Records a second.
    pub records: Rate,
    /// Bytes a second.
    pub bytes: Rate,
    /// Calls a second.
    pub calls: Rate,
    /// Calls so far.
    pub counters: Counters,
    /// Whether every shard is drained.
    pub ended: bool,
    /// The last failure, and the shard that it befell.
    pub trouble: Option<(ShardId, SourceError)>,
    /// Whether the newest record is kept in view.
    pub follow: bool,
    /// The number of the selected record.
    pub cursor: u64,
    /// The number of the first record on the screen.
    pub top: u64,
    /// What stands below or beside the records.
    pub panel: Option<Panel>,
    /// Which pane has the keys.
    pub focus: Focus,
    /// The keys that come most.
    pub hot: HotKeys,
    /// Shards of which records were dropped before they could be read.
    pub gaps: Vec<ShardId>,
}

impl TailPane {
    /// A tail that was just asked for.
    pub fn new(wait: Wait, request: TailRequest, name: String, ring_bytes: usize) -> Self {
        Self {
            ticket: wait.ticket,
            request,
            name,
            phase: Remote::Loading(wait),
            registering: false,
            listed: 0,
            merge: Merge::default(),
            ring: Ring::new(ring_bytes),
            shards: BTreeMap::new(),
            records: Rate::default(),
            bytes: Rate::default(),
            calls: Rate::default(),
            counters: Counters::default(),
            ended: false,
            trouble: None,
            follow: true,
            cursor: 0,
            top: 0,
            panel: None,
            focus: Focus::List,
            hot: HotKeys::new(HOT_KEYS),
            gaps: Vec::new(),
        }
    }

    /// Takes in what happened.
    pub fn take(&mut self, now: Duration, event: TailEvent) {
        match event {
            TailEvent::Range(shard, range) => self.meter(shard).range = Some(range),
            TailEvent::Opened(shard) => {
                self.meter(shard).opened(now);
                // A child that is begun means that the look for it has worked.
                self.trouble = self.trouble.take().filter(|(shard, _)| !self.is_closed(shard));
            }
            TailEvent::Closed(shard) => {
                self.forget_trouble(&shard);
                self.meter(shard).state = ShardState::Closed;
            }
            TailEvent::Read { shard, records, lag } => {
                let count = records.len() as u64;
                let bytes: usize = records.iter().map(Record::size).sum();
                self.records.add(now, count);
                self.bytes.add(now, bytes as u64);
                self.meter(shard.clone()).read(now, count, bytes as u64, lag);
                for record in &records {
                    self.hot.offer(now, &record.key());
                }
                self.merge.offer(now, records.into_iter().map(Row::from));
                self.forget_trouble(&shard);
            }
            TailEvent::Trouble(shard, error) => {
                self.meter(shard.clone()).failed(now, &error);
                self.trouble = Some((shard, error));
            }
            TailEvent::GaveUp(shard, error) => {
                self.meter(shard.clone()).state = ShardState::GivenUp;
                self.trouble = Some((shard, error));
            }
            TailEvent::Gap(shard) => {
                self.merge.offer(now, [Row::Gap(shard.clone())]);
                self.gaps.push(shard);
            }
            TailEvent::CaughtUp => {}
            TailEvent::Ended => self.ended = true,
        }
    }

    /// Adds to the list what has waited long enough. While following, the newest record is selected; while not, nothing moves.
    pub fn release(&mut self, now: Duration, fit: usize) {
        for row in self.merge.release(now) {
            self.ring.push(row);
        }
        if self.follow {
            self.cursor = self.ring.numbers().end.saturating_sub(1);
        }
        self.show_cursor(fit);
    }

    /// Selects a record. Going up stops following, reaching the last one does not start it.
    pub fn select(&mut self, number: u64, fit: usize) {
        let last = self.ring.numbers().end.saturating_sub(1);
        self.follow = self.follow && number >= last;
        self.cursor = number;
        self.show_cursor(fit);
    }

    /// The numbers of the records on the screen, of which `fit` do.
    pub fn visible(&self, fit: usize) -> Range<u64> {
        let end = (self.top + fit as u64).min(self.ring.numbers().end);
        self.top.min(end)..end
    }

    /// The open shard that takes a partition key, where the service tells, and it is read.
    pub fn shard_of(&self, partition_key: &str) -> Option<&ShardId> {
        let key = hash_key(partition_key);
        let takes = |meter: &ShardMeter| meter.range.is_some_and(|range| range.holds(key));
        self.open_shards()
            .find(|(_, meter)| takes(meter))
            .map(|(id, _)| id)
    }

    /// How far the shard that is farthest behind is.
    pub fn behind(&self) -> Option<Duration> {
        self.open_shards().filter_map(|(_, meter)| meter.lag.behind).max()
    }

    /// The shards that are still read.
    pub fn open_shards(&self) -> impl Iterator<Item = (&ShardId, &ShardMeter)> {
        self.shards.iter().filter(|(_, it)| it.is_open())
    }

    /// How many shards are still read, and how many records a second they have together.
    pub fn flow(&self, now: Duration) -> (u64, u64) {
        self.open_shards().fold((0, 0), |(count, rate), (_, meter)| {
            (count + 1, rate + meter.records.per_second(now))
        })
    }

    /// The pane that shows one record closely, where it is open.
    pub fn inspector(&self) -> Option<&Inspector> {
        match &self.panel {
            Some(Panel::Record(inspector)) => Some(inspector),
            _ => None,
        }
    }

    /// The same, to change it.
    pub fn inspector_mut(&mut self) -> Option<&mut Inspector> {
        match &mut self.panel {
            Some(Panel::Record(inspector)) => Some(inspector),
            _ => None,
        }
    }

    /// The selected record.
    pub fn record(&self) -> Option<&Arc<Record>> {
        self.ring.get(self.cursor)?.record()
    }

    /// Whether it has not begun yet.
    pub fn is_waiting(&self) -> bool {
        self.phase.wait().is_some()
    }

    /// When something in it changes by itself: records are due, or the rates at the next beat. `None` once it has ended.
    pub fn wake_at(&self, next_beat: Duration) -> Option<Duration> {
        let goes_on = !self.ended && !matches!(self.phase, Remote::Failed(_));
        [self.merge.due(), goes_on.then_some(next_beat)]
            .into_iter()
            .flatten()
            .min()
    }

    fn meter(&mut self, shard: ShardId) -> &mut ShardMeter {
        self.shards.entry(shard).or_default()
    }

    fn is_closed(&self, shard: &ShardId) -> bool {
        self.shards
            .get(shard)
            .is_some_and(|meter| meter.state == ShardState::Closed)
    }

    /// A failure is told until its shard works again, or nothing more is asked of it.
    fn forget_trouble(&mut self, shard: &ShardId) {
        self.trouble = self.trouble.take().filter(|(troubled, _)| troubled != shard);
    }

    /// Keeps the cursor among the records that are held, and the list so that it shows and no line is left empty.
    fn show_cursor(&mut self, fit: usize) {
        let held = self.ring.numbers();
        let fit = (fit as u64).max(1);
        self.cursor = self
            .cursor
            .clamp(held.start, held.end.saturating_sub(1).max(held.start));
        let highest = (self.cursor + 1).saturating_sub(fit).max(held.start);
        let lowest = held.end.saturating_sub(fit).max(held.start);
        self.top = self
            .top
            .clamp(highest, self.cursor.max(highest))
            .min(lowest.max(highest));
    }
}
