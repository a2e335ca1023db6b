//! What a tail did, as it is told afterwards.

use std::collections::BTreeMap;

use super::{place_of, shard_id};
use crate::resource::{Position, Record};
use crate::source::ReadLimits;
use crate::tail::{Ask, Heard, TailEvent};

/// What a tail did.
#[derive(Debug, Default)]
pub(in crate::tail) struct Story {
    /// The records of each shard, as they were shown: their places in the shard.
    pub(in crate::tail) shown: BTreeMap<usize, Vec<usize>>,
    /// What became of the shards, in order.
    pub(in crate::tail) turns: Vec<(usize, Turn)>,
    /// When calls were made to read each shard, in milliseconds, and what each brought in bytes.
    pub(in crate::tail) reads: BTreeMap<usize, Vec<(i64, usize)>>,
    /// The positions of each shard for which iterators were asked.
    pub(in crate::tail) asked: BTreeMap<usize, Vec<Position>>,
    pub(in crate::tail) most_in_flight: usize,
    /// The most calls, waits and sleeps that the tail kept at once.
    pub(in crate::tail) most_kept: usize,
    /// The most that it kept in each minute of the story, what it knew of shards counted as well.
    pub(in crate::tail) kept: BTreeMap<i64, usize>,
    pub(in crate::tail) ended: bool,
}

/// A turning point of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tail) enum Turn {
    Opened,
    Closed,
    Gap,
    GaveUp,
}

impl Story {
    pub(super) fn tell(&mut self, events: Vec<TailEvent>) {
        for event in events {
            match event {
                TailEvent::Opened(shard) => self.turns.push((place_of(&shard), Turn::Opened)),
                TailEvent::Closed(shard) => self.turns.push((place_of(&shard), Turn::Closed)),
                TailEvent::Gap(shard) => self.turns.push((place_of(&shard), Turn::Gap)),
                TailEvent::GaveUp(shard, _) => self.turns.push((place_of(&shard), Turn::GaveUp)),
                TailEvent::Read { shard, records, .. } => {
                    let numbers = records
                        .iter()
                        .map(|it| it.sequence.as_str().parse::<usize>().unwrap());
                    self.shown.entry(place_of(&shard)).or_default().extend(numbers);
                }
                TailEvent::Ended => self.ended = true,
                TailEvent::Range(..) | TailEvent::Trouble(..) | TailEvent::CaughtUp => {}
            }
        }
    }

    /// Keeps what was asked at a time, and how much it brought.
    pub(super) fn note(&mut self, ask: &Ask, clock: i64, heard: &Heard) {
        match ask {
            Ask::Iterator(shard, position) => {
                let asked = self.asked.entry(place_of(shard)).or_default();
                asked.push(position.clone());
            }
            Ask::Read(shard, ..) => {
                let bytes = match heard {
                    Heard::Batch(batch) => batch.records.iter().map(Record::size).sum(),
                    _ => 0,
                };
                let reads = self.reads.entry(place_of(shard)).or_default();
                reads.push((clock, bytes));
            }
            Ask::Children(_) => {}
        }
    }

    /// Keeps how much the tail keeps: things to do, and things known of shards.
    pub(super) fn weigh(&mut self, clock: i64, to_do: usize, known: usize) {
        self.most_kept = self.most_kept.max(to_do);
        let most = self.kept.entry(clock / 60_000).or_default();
        *most = to_do.saturating_add(known).max(*most);
    }

    /// The place in the order of a shard's turn, which must have come once.
    pub(in crate::tail) fn turn(&self, shard: usize, turn: Turn) -> usize {
        let places: Vec<_> = (0..self.turns.len())
            .filter(|n| self.turns[*n] == (shard, turn))
            .collect();
        assert_eq!(
            places.len(),
            1,
            "{} {turn:?} in {:?}",
            shard_id(shard),
            self.turns
        );
        places[0]
    }

    /// Where it was over budget: more reads in a second than are allowed, or a read before the last one's bytes were paid back.
    pub(in crate::tail) fn over_budget(&self, limits: ReadLimits) -> Option<String> {
        let calls = usize::try_from(limits.calls_per_second).unwrap();
        let paid_back = |bytes: usize| {
            let owed = |budget: u64| i64::try_from(bytes as u64 * 1000 / budget).unwrap();
            limits.bytes_per_second.map_or(0, owed)
        };
        self.reads.iter().find_map(|(shard, reads)| {
            let many = reads.windows(calls + 1).find(|it| it[calls].0 - it[0].0 < 1000);
            let early = reads.windows(2).find(|it| it[1].0 - it[0].0 < paid_back(it[0].1));
            many.or(early).map(|reads| format!("shard {shard}: {reads:?}"))
        })
    }
}
