//! Several shards shown as one list: by time of arrival within a short window, and within a shard in the shard's order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::Row;
use crate::resource::{ShardId, Timestamp};

/// How long a row waits for earlier ones from other shards: a little longer than a busy shard is left alone between two
/// reads.
const WINDOW: Duration = Duration::from_millis(300);
/// How many bytes may wait. A backlog brings more than that within the window, and none of it is in the ring's bound yet.
const WAITING: usize = 1 << 20;

/// Rows on their way to the list.
#[derive(Debug, Default)]
pub struct Merge {
    waiting: BTreeMap<ShardId, VecDeque<(Duration, Row)>>,
    /// The first row of each shard that has any, by arrival and by when it came: a stream may have a thousand shards.
    by_arrival: BTreeSet<(Timestamp, ShardId)>,
    by_wait: BTreeSet<(Duration, ShardId)>,
    /// What the rows that wait take.
    bytes: usize,
}

impl Merge {
    /// Takes in rows of one shard at a time of the monotonic clock.
    pub fn offer(&mut self, now: Duration, rows: impl IntoIterator<Item = Row>) {
        let mut rows = rows.into_iter().peekable();
        let Some(shard) = rows.peek().map(|row| row.shard().clone()) else {
            return;
        };
        let queue = self.waiting.entry(shard.clone()).or_default();
        let was_empty = queue.is_empty();
        for row in rows {
            self.bytes += row.weight();
            queue.push_back((now, row));
        }
        if was_empty {
            self.line_up(&shard);
        }
    }

    /// Hands out what has waited long enough and what arrived before it, and the earliest of what is too much to wait.
    pub fn release(&mut self, now: Duration) -> Vec<Row> {
        let mut out = Vec::new();
        while self.bytes > WAITING || self.due().is_some_and(|due| due <= now) {
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

    fn take_from(&mut self, shard: &ShardId) -> Option<Row> {
        let (since, row) = self.waiting.get_mut(shard)?.pop_front()?;
        self.by_wait.remove(&(since, shard.clone()));
        self.bytes -= row.weight();
        Some(row)
    }

    /// Lets a shard's first row take its place among the others'.
    fn line_up(&mut self, shard: &ShardId) {
        match self.waiting.get(shard).and_then(|queue| queue.front()) {
            Some((since, row)) => {
                self.by_arrival.insert((row.arrival(), shard.clone()));
                self.by_wait.insert((*since, shard.clone()));
            }
            None => {
                self.waiting.remove(shard);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::resource::{Body, Record};

    fn record(shard: &str, sequence: u32, millis: i64) -> Row {
        Row::from(Record {
            shard: shard.into(),
            sequence: sequence.to_string().into(),
            arrived: Some(Timestamp::from_millisecond(millis).unwrap()),
            body: Body::blob("k", bytes::Bytes::new()),
        })
    }

    fn order(rows: &[Row]) -> Vec<(&str, &str)> {
        rows.iter()
            .map(|row| {
                (
                    row.shard().as_str(),
                    row.record().map_or("gap", |record| record.sequence.as_str()),
                )
            })
            .collect()
    }

    #[test]
    fn what_is_too_much_to_wait_comes_out_by_its_arrival() {
        let heavy = |shard: &str, millis| {
            let Row::Record(record) = record(shard, 1, millis) else {
                unreachable!()
            };
            let mut record = Arc::unwrap_or_clone(record);
            record.body = Body::blob("k", vec![0; WAITING / 2]);
            Row::from(record)
        };
        let mut merge = Merge::default();
        merge.offer(Duration::ZERO, [heavy("b", 20)]);
        assert!(merge.release(Duration::ZERO).is_empty());
        merge.offer(Duration::ZERO, [heavy("a", 10)]);
        assert_eq!(order(&merge.release(Duration::ZERO)), [("a", "1")]);
        assert_eq!(order(&merge.release(WINDOW)), [("b", "1")]);
    }

    #[test]
    fn a_gap_stays_between_the_records_that_it_parts() {
        let mut merge = Merge::default();
        merge.offer(Duration::ZERO, [record("a", 1, 10)]);
        merge.offer(Duration::ZERO, [Row::Gap("a".into())]);
        merge.offer(Duration::ZERO, [record("a", 2, 30)]);
        merge.offer(Duration::ZERO, [record("b", 1, 20)]);
        assert_eq!(
            order(&merge.release(WINDOW)),
            [("a", "1"), ("a", "gap"), ("b", "1"), ("a", "2")]
        );
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
