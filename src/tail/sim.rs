//! A whole stream on a virtual clock, for tests: shards that open, fill, close and split at their times, a network that is slow
//! and fails, a service that counts what it is asked. It knows the answers, so it can tell what a tail did wrong.

mod story;
mod weather;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use super::{Ask, Heard, Plan, StreamTail};
use crate::clock::Now;
use crate::resource::{
    Batch, Body, ChildShard, HashRange, IteratorToken, Position, Record, SequenceNumber, Shard, ShardId,
    Timestamp,
};
use crate::source::{ErrorKind, ReadLimits, SourceError, facts};

pub(super) use story::{Story, Turn};
pub(super) use weather::{Call, Incident, SimShard, Weather};

/// What Kinesis allows; for all tests of the tail.
pub(super) const LIMITS: ReadLimits = facts::KINESIS;

/// How long an iterator is good for.
const ITERATOR_LIFE: Duration = Duration::from_mins(5);

/// Hash keys make no difference to a story, only whether there are any.
const RANGE: HashRange = HashRange { start: 0, end: 1 };

/// When every story begins, on the wall.
const NOON: i64 = 1_795_000_000_000;

/// The service.
pub(super) struct Sim {
    shards: Vec<SimShard>,
    weather: Weather,
    random: u64,
    /// Calls so far.
    calls: BTreeMap<(usize, Call), usize>,
}

pub(super) fn shard_id(place: usize) -> ShardId {
    ShardId::from(format!("shardId-{place:012}").as_str())
}

fn place_of(shard: &ShardId) -> usize {
    shard.as_str().rsplit('-').next().unwrap().parse().unwrap()
}

/// A time of the story on the wall.
pub(super) fn wall(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(NOON + millis).unwrap()
}

/// A time on the wall in the story.
pub(super) fn millis_of(wall: Timestamp) -> i64 {
    wall.as_millisecond() - NOON
}

fn now_at(millis: i64) -> Now {
    Now {
        mono: Duration::from_millis(u64::try_from(millis).unwrap()),
        wall: wall(millis),
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap()
}

/// All shards of a Kinesis stream, parents first, eight calls at a time.
pub(super) fn plan(from: Position) -> Plan {
    Plan {
        from,
        only: Vec::new(),
        parents_first: true,
        retention: None,
        limits: LIMITS,
        in_flight: 8,
    }
}

impl Sim {
    pub(super) fn new(shards: Vec<SimShard>, weather: Weather) -> Self {
        let random = weather.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self {
            shards,
            weather,
            random,
            calls: BTreeMap::new(),
        }
    }

    /// Tails from the beginning of the story to a time, or to the stream's end.
    pub(super) fn run(&mut self, plan: Plan, until: i64) -> Story {
        let (mut tail, events) = StreamTail::new(now_at(0), plan, &self.list(0));
        let mut story = Story::default();
        story.tell(events);
        let mut answers: BinaryHeap<Reverse<(i64, u64)>> = BinaryHeap::new();
        let mut waiting: BTreeMap<u64, (ShardId, Heard)> = BTreeMap::new();
        let (mut clock, mut number) = (0, 0);
        while clock < until && !story.ended {
            while let Some(ask) = tail.poll(now_at(clock)) {
                let (shard, heard, due) = self.answer(&ask, clock, &mut story);
                number += 1;
                answers.push(Reverse((due, number)));
                waiting.insert(number, (shard, heard));
            }
            story.most_in_flight = story.most_in_flight.max(waiting.len());
            story.weigh(clock, tail.kept(), tail.known());
            let wake = tail.wake_at().map(|at| millis(at) + 1);
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

    /// Incidents that never came about, or not as often as they should have.
    pub(super) fn missed(&self) -> impl Iterator<Item = &Incident> {
        self.weather.incidents.iter().filter(|incident| {
            let made = self.calls.get(&(incident.shard, incident.call));
            made.is_none_or(|made| *made < incident.numbers.end)
        })
    }

    fn sleep_through(&self, before: i64, after: i64) -> i64 {
        match self.weather.sleep {
            Some((at, span)) if before < at && after >= at => after + millis(span),
            _ => after,
        }
    }

    /// The answer to a call, and when it comes.
    fn answer(&mut self, ask: &Ask, clock: i64, story: &mut Story) -> (ShardId, Heard, i64) {
        let (Ask::Iterator(shard, _) | Ask::Read(shard, ..) | Ask::Children(shard)) = ask;
        let incident = self.incident(place_of(shard), Call::of(ask));
        let slowest = u64::try_from(self.weather.slowest.as_millis()).unwrap();
        let due = clock
            + match &incident {
                Some(incident) if !incident.takes.is_zero() => millis(incident.takes),
                _ => i64::try_from(self.draw(slowest + 1)).unwrap(),
            };
        let fails = self.draw(100) < self.weather.faults;
        // A fault strikes before the service has done anything, or after; for a read both come to the same.
        let heard = match (incident.and_then(|it| it.error), ask) {
            (Some(error), _) => Heard::Failed(error),
            _ if fails => Heard::Failed(self.fault(ask)),
            (None, Ask::Iterator(_, position)) => self
                .iterator(shard, position, due)
                .map_or_else(Heard::Failed, Heard::Iterator),
            (None, Ask::Children(_)) => Heard::Shards(self.list(due)),
            (None, Ask::Read(_, token, most)) => self
                .read(shard, token, *most, due)
                .map_or_else(Heard::Failed, Heard::Batch),
        };
        story.note(ask, clock, &heard);
        (shard.clone(), heard, due)
    }

    /// Counts a call; what befalls it, if anything does.
    fn incident(&mut self, shard: usize, call: Call) -> Option<Incident> {
        let made = self.calls.entry((shard, call)).or_default();
        *made += 1;
        let befalls =
            |it: &&Incident| (it.shard, it.call) == (shard, call) && it.numbers.contains(&(*made - 1));
        self.weather.incidents.iter().find(befalls).cloned()
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
        failure(kinds[usize::try_from(self.draw(kinds.len() as u64)).unwrap()])
    }

    /// An iterator is the place of the next record, and the time at which it was given.
    fn iterator(
        &self,
        shard: &ShardId,
        position: &Position,
        clock: i64,
    ) -> Result<IteratorToken, SourceError> {
        let place = place_of(shard);
        self.check_known(place, clock)?;
        let it = &self.shards[place];
        let after = |sequence: &SequenceNumber| sequence.as_str().parse::<usize>().unwrap() + 1;
        let next = match position {
            Position::TrimHorizon => self.kept_from(place, clock),
            Position::Latest => it.records.partition_point(|time| *time <= clock),
            Position::AtTimestamp(time) => it.records.partition_point(|at| *at < millis_of(*time)),
            Position::AtSequence(sequence) => after(sequence) - 1,
            Position::AfterSequence(sequence) => after(sequence),
        };
        let next = self.check_kept(place, next, clock)?;
        Ok(format!("{next} {clock}").as_str().into())
    }

    fn read(
        &self,
        shard: &ShardId,
        token: &IteratorToken,
        most: Option<u32>,
        clock: i64,
    ) -> Result<Batch, SourceError> {
        let place = place_of(shard);
        self.check_known(place, clock)?;
        let it = &self.shards[place];
        let (from, given) = token.as_str().split_once(' ').unwrap();
        let (from, given): (usize, i64) = (from.parse().unwrap(), given.parse().unwrap());
        if clock - given > millis(ITERATOR_LIFE) {
            return Err(failure(ErrorKind::Expired));
        }
        let from = self.check_kept(place, from, clock)?;
        let arrived = it.records.partition_point(|time| *time <= clock);
        let page = most.map_or(self.weather.page, |most| self.weather.page.min(most as usize));
        let to = arrived.min(from + page);
        let ended = to == it.records.len() && it.closes.is_some_and(|closes| closes <= clock);
        let behind = if to < arrived { clock - it.records[to] } else { 0 };
        Ok(Batch {
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

    fn check_known(&self, place: usize, clock: i64) -> Result<(), SourceError> {
        if self.is_gone(place, clock) {
            return Err(failure(ErrorKind::NotFound));
        }
        Ok(())
    }

    fn is_gone(&self, place: usize, clock: i64) -> bool {
        self.shards[place].gone.is_some_and(|gone| gone <= clock)
    }

    /// The first record that can be had from a place on.
    fn check_kept(&self, place: usize, from: usize, clock: i64) -> Result<usize, SourceError> {
        let kept = self.kept_from(place, clock);
        if from < kept && self.weather.tells_trimmed {
            return Err(failure(ErrorKind::Trimmed));
        }
        Ok(from.max(kept))
    }

    fn kept_from(&self, place: usize, clock: i64) -> usize {
        let horizon = self.weather.retention.map(|span| clock - millis(span));
        horizon.map_or(0, |horizon| {
            self.shards[place].records.partition_point(|at| *at < horizon)
        })
    }

    fn record(&self, shard: usize, number: usize) -> Record {
        Record {
            shard: shard_id(shard),
            sequence: number.to_string().into(),
            arrived: Some(wall(self.shards[shard].records[number])),
            body: Body::blob("k", vec![0; self.weather.record_size]),
        }
    }

    fn children(&self, parent: usize, clock: i64) -> Vec<ChildShard> {
        let child = |(place, it): (usize, &SimShard)| ChildShard {
            id: shard_id(place),
            parents: it.parents.iter().copied().map(shard_id).collect(),
            hash_range: Some(RANGE),
        };
        let ours = |(_, it): &(usize, &SimShard)| it.parents.contains(&parent) && it.opens <= clock;
        self.shards.iter().enumerate().filter(ours).map(child).collect()
    }

    fn list(&self, clock: i64) -> Vec<Shard> {
        let there = |(place, it): &(usize, &SimShard)| it.opens <= clock && !self.is_gone(*place, clock);
        let shard = |(place, it): (usize, &SimShard)| Shard {
            id: shard_id(place),
            parent: it.parents.first().copied().map(shard_id),
            adjacent_parent: it.parents.get(1).copied().map(shard_id),
            hash_range: Some(RANGE),
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

fn failure(kind: ErrorKind) -> SourceError {
    SourceError::new(kind, "GetRecords", "sim", "fault", "")
}

#[cfg(test)]
mod hour;
#[cfg(test)]
mod tests;
