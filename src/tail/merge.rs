//! Several shards shown as one list: by time of arrival within a short window, and within a shard in the shard's order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::resource::{Record, ShardId, Timestamp};

/// How long a record waits for earlier ones from other shards: a little longer than a busy shard is left alone between two
/// reads.
const WINDOW: Duration = Duration::from_millis(300);

/// Records on their way to the list.
#[derive(Debug, Default)]
pub struct Merge {
    waiting: BTreeMap<ShardId, VecDeque<(Duration, Record)>>,
    /// The first record of each shard that has any, by arrival and by when it came: a stream may have a thousand shards.
    by_arrival: BTreeSet<(Timestamp, ShardId)>,
    by_wait: BTreeSet<(Duration, ShardId)>,
}

impl Merge {
    /// Takes in records of one shard at a time of the monotonic clock.
    pub fn offer(&mut self, now: Duration, records: Vec<Record>) {
        let Some(shard) = records.first().map(|record| record.shard.clone()) else {
            return;
        };
        let queue = self.waiting.entry(shard.clone()).or_default();
        let was_empty = queue.is_empty();
        queue.extend(records.into_iter().map(|record| (now, record)));
        if was_empty {
            self.line_up(&shard);
        }
    }

    /// Hands out what has waited long enough, and what arrived before it.
    pub fn release(&mut self, now: Duration) -> Vec<Record> {
        let mut out = Vec::new();
        while self.due().is_some_and(|due| due <= now) {
            let Some((_, shard)) = self.by_arrival.pop_first() else {
                break;
            };
            out.extend(self.take_from(&shard));
            self.line_up(&shard);
        }
        out
    }

    /// When something will be ready, on the monotonic clock.
    pub fn due(&self) -> Option<Duration> {
        self.by_wait.first().map(|(since, _)| *since + WINDOW)
    }

    fn take_from(&mut self, shard: &ShardId) -> Option<Record> {
        let (since, record) = self.waiting.get_mut(shard)?.pop_front()?;
        self.by_wait.remove(&(since, shard.clone()));
        Some(record)
    }

    /// Lets a shard's first record take its place among the others'.
    fn line_up(&mut self, shard: &ShardId) {
        match self.waiting.get(shard).and_then(|queue| queue.front()) {
            Some((since, record)) => {
                self.by_arrival.insert((arrival(record), shard.clone()));
                self.by_wait.insert((*since, shard.clone()));
            }
            None => {
                self.waiting.remove(shard);
            }
        }
    }
}

/// A record without a time goes first: it cannot be said to be later than any other.
fn arrival(record: &Record) -> Timestamp {
    record.arrived.unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Body;

    fn record(shard: &str, sequence: u32, millis: i64) -> Record {
        Record {
            shard: shard.into(),
            sequence: sequence.to_string().into(),
            arrived: Some(Timestamp::from_millisecond(millis).unwrap()),
            body: Body::Blob {
                partition_key: "k".into(),
                data: bytes::Bytes::new(),
            },
        }
    }

    fn order(records: &[Record]) -> Vec<(&str, &str)> {
        records
            .iter()
            .map(|r| (r.shard.as_str(), r.sequence.as_str()))
            .collect()
    }

    #[test]
    fn shards_are_interleaved_by_arrival() {
        let mut merge = Merge::default();
        merge.offer(Duration::ZERO, vec![record("a", 1, 10), record("a", 2, 30)]);
        merge.offer(Duration::from_millis(50), vec![record("b", 1, 20)]);
        assert!(merge.release(Duration::from_millis(100)).is_empty());
        assert_eq!(
            order(&merge.release(WINDOW)),
            [("a", "1"), ("b", "1"), ("a", "2")]
        );
        assert_eq!(merge.due(), None);
    }

    #[test]
    fn a_shard_keeps_its_order_even_where_its_clock_goes_back() {
        let mut merge = Merge::default();
        merge.offer(Duration::ZERO, vec![record("a", 1, 50), record("a", 2, 10)]);
        assert_eq!(
            order(&merge.release(Duration::from_secs(1))),
            [("a", "1"), ("a", "2")]
        );
    }

    #[test]
    fn nothing_waits_longer_than_the_window() {
        let mut merge = Merge::default();
        merge.offer(Duration::ZERO, vec![record("a", 1, 99)]);
        merge.offer(Duration::from_millis(290), vec![record("b", 1, 1)]);
        assert_eq!(merge.due(), Some(WINDOW));
        assert_eq!(order(&merge.release(WINDOW)), [("b", "1"), ("a", "1")]);
    }
}
