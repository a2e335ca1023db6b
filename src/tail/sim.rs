//! A whole stream on a virtual clock, for tests: shards that open, fill, close and split at their times, a network that is slow
//! and fails, a service that counts what it is asked. It knows the answers, so it can tell what a tail did wrong.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use super::{Ask, Heard, Plan, StreamTail, TailEvent};
use crate::clock::Now;
use crate::resource::{
    Batch, Body, ChildShard, IteratorToken, Position, Record, SequenceNumber, Shard, ShardId, Timestamp,
};
use crate::source::{ErrorKind, ReadLimits, SourceError};

/// What Kinesis allows; for all tests of the tail.
pub(super) const LIMITS: ReadLimits = ReadLimits {
    calls_per_second: 5,
    bytes_per_second: Some(2 << 20),
    seeks_time: true,
    retention: None,
    pushed: false,
};

/// How long an iterator is good for.
const ITERATOR_LIFE: Duration = Duration::from_mins(5);

/// When every story begins, on the wall.
const NOON: i64 = 1_795_000_000_000;

/// A shard and all that will ever be in it.
#[derive(Clone, Debug)]
pub(super) struct SimShard {
    pub(super) parents: Vec<usize>,
    /// Milliseconds from the beginning of the story; may be before it.
    pub(super) opens: i64,
    pub(super) closes: Option<i64>,
    /// The times of its records, in order.
    pub(super) records: Vec<i64>,
}

/// What the network and the service do.
#[derive(Clone, Debug)]
pub(super) struct Weather {
    pub(super) seed: u64,
    /// Calls in a hundred that fail.
    pub(super) faults: u64,
    /// The longest that an answer takes.
    pub(super) slowest: Duration,
    /// Records in one answer.
    pub(super) page: usize,
    /// Bytes of a record.
    pub(super) record_size: usize,
    /// Whether `ChildShards` come with the end of a shard.
    pub(super) names_children: bool,
    /// Whether the service tells how far behind a reader is.
    pub(super) tells_lag: bool,
    /// Shards that a list no longer holds: trimmed.
    pub(super) trimmed: Vec<usize>,
    /// A time at which the machine sleeps, and for how long: nothing is asked and nothing answered.
    pub(super) sleep: Option<(i64, Duration)>,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            seed: 1,
            faults: 0,
            slowest: Duration::from_millis(30),
            page: 100,
            record_size: 100,
            names_children: true,
            tells_lag: true,
            trimmed: Vec::new(),
            sleep: None,
        }
    }
}

/// What a tail did.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// The records of each shard, as they were shown: their places in the shard.
    pub(super) shown: BTreeMap<usize, Vec<usize>>,
    /// Shards in the order in which they were opened and closed.
    pub(super) order: Vec<(usize, Turn)>,
    /// When calls were made to read each shard, in milliseconds, and what each brought in bytes.
    pub(super) reads: BTreeMap<usize, Vec<(i64, usize)>>,
    pub(super) most_in_flight: usize,
    pub(super) ended: bool,
    pub(super) gaps: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Opened,
    Closed,
}

pub(super) struct Sim {
    shards: Vec<SimShard>,
    weather: Weather,
    random: u64,
}

pub(super) fn shard_id(place: usize) -> ShardId {
    ShardId::from(format!("shardId-{place:012}").as_str())
}

fn place_of(shard: &ShardId) -> usize {
    shard.as_str().rsplit('-').next().unwrap().parse().unwrap()
}

fn now_at(millis: i64) -> Now {
    let wall = Timestamp::from_millisecond(NOON + millis).unwrap();
    Now {
        mono: Duration::from_millis(u64::try_from(millis).unwrap()),
        wall,
    }
}

impl Sim {
    pub(super) fn new(shards: Vec<SimShard>, weather: Weather) -> Self {
        let random = weather.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self {
            shards,
            weather,
            random,
        }
    }

    /// Tails from the beginning of the story to a time, or to the stream's end.
    pub(super) fn run(mut self, from: Position, until: i64, in_flight: usize, parents_first: bool) -> Story {
        let plan = Plan {
            from,
            only: Vec::new(),
            parents_first,
            retention: None,
            limits: LIMITS,
            in_flight,
        };
        let (mut tail, events) = StreamTail::new(now_at(0), plan, &self.list(0));
        let mut story = Story::default();
        story.tell(events);
        let mut answers: BinaryHeap<Reverse<(i64, u64)>> = BinaryHeap::new();
        let mut waiting: BTreeMap<u64, (ShardId, Heard)> = BTreeMap::new();
        let (mut clock, mut number) = (0, 0);
        while clock < until && !story.ended {
            while let Some(ask) = tail.poll(now_at(clock)) {
                let due = clock
                    + i64::try_from(self.draw(u64::try_from(self.weather.slowest.as_millis()).unwrap() + 1))
                        .unwrap();
                let (shard, heard) = self.answer(&ask, clock, due, &mut story);
                number += 1;
                answers.push(Reverse((due, number)));
                waiting.insert(number, (shard, heard));
            }
            story.most_in_flight = story.most_in_flight.max(waiting.len());
            let wake = tail
                .wake_at()
                .map(|at| i64::try_from(at.as_millis()).unwrap() + 1);
            let answer = answers.peek().map(|Reverse((due, _))| *due);
            let next = [wake, answer].into_iter().flatten().min();
            let next = next.expect("a tail that neither waits nor sleeps is stuck");
            clock = self.sleep_through(clock, next.max(clock));
            while let Some(Reverse((due, _))) = answers.peek() {
                if *due > clock {
                    break;
                }
                let Some(Reverse((_, number))) = answers.pop() else {
                    break;
                };
                let (shard, heard) = waiting.remove(&number).unwrap();
                story.tell(tail.hear(now_at(clock), &shard, heard));
            }
        }
        story
    }

    fn sleep_through(&self, before: i64, after: i64) -> i64 {
        match self.weather.sleep {
            Some((at, span)) if before < at && after >= at => {
                after + i64::try_from(span.as_millis()).unwrap()
            }
            _ => after,
        }
    }

    fn answer(&mut self, ask: &Ask, clock: i64, due: i64, story: &mut Story) -> (ShardId, Heard) {
        let shard = match ask {
            Ask::Iterator(shard, _) | Ask::Read(shard, _) | Ask::Children(shard) => shard.clone(),
        };
        let fails = self.draw(100) < self.weather.faults;
        // A fault strikes before the service has done anything, or after; for a read both come to the same.
        let heard = match ask {
            _ if fails => Heard::Failed(self.fault(ask)),
            Ask::Iterator(_, position) => Heard::Iterator(self.iterator(&shard, position, due)),
            Ask::Children(_) => Heard::Shards(self.list(due)),
            Ask::Read(_, token) => self.read(&shard, token, due),
        };
        if let Ask::Read(..) = ask {
            let bytes = match &heard {
                Heard::Batch(batch) => batch.records.iter().map(Record::size).sum(),
                _ => 0,
            };
            story
                .reads
                .entry(place_of(&shard))
                .or_default()
                .push((clock, bytes));
        }
        (shard, heard)
    }

    fn fault(&mut self, ask: &Ask) -> SourceError {
        let kinds = [
            ErrorKind::Throttled,
            ErrorKind::Transport,
            ErrorKind::Other,
            ErrorKind::Expired,
        ];
        let kinds = if matches!(ask, Ask::Read(..)) {
            &kinds[..]
        } else {
            &kinds[..3]
        };
        let kind = kinds[usize::try_from(self.draw(kinds.len() as u64)).unwrap()];
        SourceError::new(kind, "GetRecords", "sim", "fault", "")
    }

    /// An iterator is the place of the next record, and the time at which it was given.
    fn iterator(&self, shard: &ShardId, position: &Position, clock: i64) -> IteratorToken {
        let it = &self.shards[place_of(shard)];
        let after = |sequence: &SequenceNumber| sequence.as_str().parse::<usize>().unwrap() + 1;
        let next = match position {
            Position::TrimHorizon => 0,
            Position::Latest => it.records.partition_point(|time| *time <= clock),
            Position::AtTimestamp(time) => it.records.partition_point(|at| NOON + at < time.as_millisecond()),
            Position::AtSequence(sequence) => after(sequence) - 1,
            Position::AfterSequence(sequence) => after(sequence),
        };
        format!("{next} {clock}").as_str().into()
    }

    fn read(&self, shard: &ShardId, token: &IteratorToken, clock: i64) -> Heard {
        let place = place_of(shard);
        let it = &self.shards[place];
        let (from, given) = token.as_str().split_once(' ').unwrap();
        let (from, given): (usize, i64) = (from.parse().unwrap(), given.parse().unwrap());
        if u128::try_from(clock - given).unwrap() > ITERATOR_LIFE.as_millis() {
            return Heard::Failed(SourceError::new(
                ErrorKind::Expired,
                "GetRecords",
                "sim",
                "expired",
                "",
            ));
        }
        let arrived = it.records.partition_point(|time| *time <= clock);
        let to = arrived.min(from + self.weather.page);
        let ended = to == it.records.len() && it.closes.is_some_and(|closes| closes <= clock);
        let behind = if to < arrived { clock - it.records[to] } else { 0 };
        Heard::Batch(Batch {
            records: (from..to).map(|number| self.record(place, number)).collect(),
            next: (!ended).then(|| format!("{to} {clock}").as_str().into()),
            reached: None,
            behind: self
                .weather
                .tells_lag
                .then(|| Duration::from_millis(u64::try_from(behind).unwrap())),
            children: if ended && self.weather.names_children {
                self.children(place, clock)
            } else {
                Vec::new()
            },
        })
    }

    fn record(&self, shard: usize, number: usize) -> Record {
        Record {
            shard: shard_id(shard),
            sequence: number.to_string().into(),
            arrived: Timestamp::from_millisecond(NOON + self.shards[shard].records[number]).ok(),
            body: Body::blob("k", vec![0; self.weather.record_size]),
        }
    }

    fn children(&self, parent: usize, clock: i64) -> Vec<ChildShard> {
        let child = |(place, it): (usize, &SimShard)| ChildShard {
            id: shard_id(place),
            parents: it.parents.iter().copied().map(shard_id).collect(),
            hash_range: None,
        };
        let ours = |(_, it): &(usize, &SimShard)| it.parents.contains(&parent) && it.opens <= clock;
        self.shards.iter().enumerate().filter(ours).map(child).collect()
    }

    fn list(&self, clock: i64) -> Vec<Shard> {
        let there =
            |(place, it): &(usize, &SimShard)| it.opens <= clock && !self.weather.trimmed.contains(place);
        let shard = |(place, it): (usize, &SimShard)| Shard {
            id: shard_id(place),
            parent: it.parents.first().copied().map(shard_id),
            adjacent_parent: it.parents.get(1).copied().map(shard_id),
            hash_range: None,
            first: None,
            last: it.closes.filter(|closes| *closes <= clock).map(|_| "9".into()),
        };
        self.shards.iter().enumerate().filter(there).map(shard).collect()
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % below.max(1)
    }
}

impl Story {
    fn tell(&mut self, events: Vec<TailEvent>) {
        for event in events {
            match event {
                TailEvent::Opened(shard) => self.order.push((place_of(&shard), Turn::Opened)),
                TailEvent::Closed(shard) => self.order.push((place_of(&shard), Turn::Closed)),
                TailEvent::Read { shard, records, .. } => {
                    let numbers = records
                        .iter()
                        .map(|it| it.sequence.as_str().parse::<usize>().unwrap());
                    self.shown.entry(place_of(&shard)).or_default().extend(numbers);
                }
                TailEvent::Gap(_) => self.gaps += 1,
                TailEvent::Ended => self.ended = true,
                TailEvent::GaveUp(shard, error) => panic!("gave up {shard}: {error}"),
                TailEvent::Range(..) | TailEvent::Trouble(..) | TailEvent::CaughtUp => {}
            }
        }
    }

    /// The place in the order of a shard's turn, which must have come once.
    pub(super) fn turn(&self, shard: usize, turn: Turn) -> usize {
        let places: Vec<_> = self
            .order
            .iter()
            .enumerate()
            .filter(|(_, it)| **it == (shard, turn))
            .map(|(n, _)| n)
            .collect();
        assert_eq!(places.len(), 1, "shard {shard} {turn:?} in {:?}", self.order);
        places[0]
    }
}

#[cfg(test)]
mod tests;
