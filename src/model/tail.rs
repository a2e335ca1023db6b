//! A live tail as the person sees it: the records, the shards, and what part of it is on the screen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{
    Focus, Found, Inspector, Panel, Remote, Scan, ShardMeter, ShardState, Shown, Sieve, Ticket, Wait,
};
use crate::decode::{Decoder, user_records};
use crate::message::TailRequest;
use crate::query::Path;
use crate::resource::{Record, ShardId, hash_key};
use crate::source::{ErrorKind, SourceError};
use crate::tail::{Counters, HotKeys, Merge, Rate, Ring, Row, TailEvent};

/// Keys that are counted at once: any with more than one record in so many is among them. It bounds their memory to about 1 MiB.
const HOT_KEYS: usize = 256;

/// A live tail.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself")]
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
    /// How payloads are read.
    pub decoder: Decoder,
    /// The file of a schema that is being read, to read payloads by it.
    pub choosing: Option<Wait>,
    /// What is shown of the rows, where that is not all.
    pub filter: Option<Sieve>,
    /// Parts of the records to show as columns; the records whole where there are none.
    pub columns: Vec<Path>,
    /// What the rows of the last frame said.
    pub shown: Shown,
    /// What was searched for.
    pub search: Option<Sieve>,
    /// Whether the search goes to its first match as soon as that is found.
    pub search_jumps: bool,
    /// The rows on the screen while it is paused: what falls off the ring stays there to be read.
    kept: Vec<(u64, Row)>,
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
            decoder: Decoder::automatic(),
            choosing: None,
            filter: None,
            columns: Vec::new(),
            shown: Shown::default(),
            search: None,
            search_jumps: false,
            kept: Vec::new(),
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
                // The service counts an aggregate as one record of that size; a person looks for what came in it.
                let bytes: usize = records.iter().map(Record::size).sum();
                let records: Vec<_> = records.into_iter().flat_map(user_records).collect();
                let count = records.len() as u64;
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
                // The status line counts throttles, and a shard that gets nowhere is called stuck.
                if !error.is_routine() {
                    self.trouble = Some((shard, error));
                }
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

    /// Adds to the list what has waited long enough. While following, the newest row is selected; while not, nothing moves.
    pub fn release(&mut self, now: Duration, fit: usize) {
        for row in self.merge.release(now) {
            self.ring.push(row);
        }
        let first = self.ring.numbers().start;
        for sieve in [&mut self.filter, &mut self.search].into_iter().flatten() {
            sieve.forget_before(first);
        }
        self.show(fit);
    }

    /// Selects a row. Going up stops following, reaching the last one does not start it.
    pub fn select(&mut self, number: u64, fit: usize) {
        self.follow = self.follow && number >= self.last();
        self.cursor = number;
        self.show(fit);
    }

    /// Selects the row that stands so many lines below the selected one, or above.
    pub fn step(&mut self, lines: i64, fit: usize) {
        let place = self.place(self.cursor);
        let distance = usize::try_from(lines.unsigned_abs()).unwrap_or(usize::MAX);
        let place = if lines < 0 {
            place.saturating_sub(distance)
        } else {
            place.saturating_add(distance).min(self.count().saturating_sub(1))
        };
        self.select(self.number(place).unwrap_or(self.cursor), fit);
    }

    /// Whether a row is shown.
    pub fn shows(&self, number: u64) -> bool {
        self.number(self.place(number)) == Some(number)
    }

    /// The rows that a filter or a search has not looked at yet; `ask` gives what their answers are waited for with.
    pub fn begin_scans(&mut self, mut ask: impl FnMut() -> Wait) -> Vec<(Ticket, Scan)> {
        let ring = &self.ring;
        let sieves = [&mut self.filter, &mut self.search].into_iter().flatten();
        let due = sieves.filter(|sieve| sieve.is_due(ring));
        due.map(|sieve| {
            let wait = ask();
            (wait.ticket, sieve.begin(ring, wait))
        })
        .collect()
    }

    /// Rows were looked at, for whichever of the two waits for it.
    pub fn take_found(&mut self, ticket: Ticket, found: Found) {
        let mut sieves = [&mut self.filter, &mut self.search].into_iter().flatten();
        if let Some(sieve) = sieves.find(|sieve| sieve.ticket() == Some(ticket)) {
            sieve.take(found);
        }
    }

    /// How many rows there are to be shown.
    pub fn count(&self) -> usize {
        let held = self.filter.as_ref();
        self.fallen() + held.map_or(self.ring.len(), |sieve| sieve.passed().len())
    }

    /// How many rows on the screen are not held by the ring any more.
    fn fallen(&self) -> usize {
        let start = self.ring.numbers().start;
        self.kept.partition_point(|(number, _)| *number < start)
    }

    /// What stands in a row, held by the ring or still on the screen.
    pub fn row(&self, number: u64) -> Option<&Row> {
        let kept = || self.kept.iter().find(|(it, _)| *it == number).map(|(_, row)| row);
        self.ring.get(number).or_else(kept)
    }

    /// What is shown is chosen anew: nothing that fell off belongs to it.
    pub fn forget_fallen(&mut self) {
        self.kept.clear();
    }

    /// The numbers of the rows on the screen, of which `fit` do.
    pub fn visible(&self, fit: usize) -> impl Iterator<Item = u64> + '_ {
        let top = self.place(self.top);
        (top..top.saturating_add(fit)).map_while(|place| self.number(place))
    }

    /// How many rows stand below the selected one.
    pub fn newer(&self) -> usize {
        self.count().saturating_sub(self.place(self.cursor) + 1)
    }

    /// The number of the last row to be shown.
    pub fn last(&self) -> u64 {
        let shown = self.count().checked_sub(1).and_then(|place| self.number(place));
        shown.unwrap_or(self.ring.numbers().start)
    }

    /// The number of the row at a place among those that are shown.
    fn number(&self, place: usize) -> Option<u64> {
        let fallen = self.fallen();
        let Some(place) = place.checked_sub(fallen) else {
            return self.kept.get(place).map(|(number, _)| *number);
        };
        match &self.filter {
            Some(sieve) => sieve.passed().get(place).copied(),
            None => Some(self.ring.numbers().start + place as u64).filter(|it| *it < self.ring.numbers().end),
        }
    }

    /// The place of a row among those that are shown, or of the next one that is.
    fn place(&self, number: u64) -> usize {
        let (fallen, start) = (self.fallen(), self.ring.numbers().start);
        if number < start {
            return self.kept[..fallen].partition_point(|(it, _)| *it < number);
        }
        let place = match &self.filter {
            Some(sieve) => sieve.passed().partition_point(|it| *it < number),
            None => usize::try_from(number - start).unwrap_or(usize::MAX),
        };
        fallen.saturating_add(place)
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

    /// How many of the list's rows are taken by the headings of columns.
    pub fn heading_rows(&self) -> u16 {
        u16::from(!self.columns.is_empty())
    }

    /// The selected record.
    pub fn record(&self) -> Option<&Arc<Record>> {
        self.row(self.cursor)
            .filter(|_| self.shows(self.cursor))?
            .record()
    }

    /// Whether a shard waits for credentials.
    pub fn waits_for_credentials(&self) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|(_, error)| error.kind == ErrorKind::Credentials)
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

    /// Keeps the cursor among the rows that are shown, and the list so that it shows and no line is left empty.
    pub fn show(&mut self, fit: usize) {
        if self.follow {
            self.cursor = self.last();
        }
        let (count, fit) = (self.count(), fit.max(1));
        let cursor = self.place(self.cursor).min(count.saturating_sub(1));
        let highest = (cursor + 1).saturating_sub(fit);
        let lowest = count.saturating_sub(fit).max(highest);
        let top = self
            .place(self.top)
            .clamp(highest, cursor.max(highest))
            .min(lowest);
        let start = self.ring.numbers().start;
        let unseen = |sieve: &Sieve| !sieve.has_seen(self.cursor);
        // A filter that has yet to come to where the person is, or that lets nothing pass, leaves the place as it is.
        if count > 0 && !self.filter.as_ref().is_some_and(unseen) {
            self.cursor = self.number(cursor).unwrap_or(start);
        }
        if self.fallen() == 0 {
            self.cursor = self.cursor.max(start);
        }
        self.top = self.number(top).unwrap_or(start);
        self.keep(fit);
    }

    /// Keeps what is on the screen, and with what fell off also its neighbours, until the list has gone on from there.
    fn keep(&mut self, fit: usize) {
        if self.follow {
            self.kept.clear();
            return;
        }
        let fallen = if self.top < self.ring.numbers().start {
            self.fallen()
        } else {
            0
        };
        let last = self.kept[..fallen].last().map(|(number, _)| *number);
        let shown = |number| Some((number, self.row(number)?.clone()));
        let new = self
            .visible(fit)
            .filter(|number| last.is_none_or(|last| *number > last));
        let new: Vec<_> = new.filter_map(shown).collect();
        self.kept.truncate(fallen);
        self.kept.extend(new);
    }
}
