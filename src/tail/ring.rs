//! What has been read, as much as fits: a queue bounded by bytes that lets go of the oldest and counts them.

use std::collections::VecDeque;
use std::ops::Range;

use super::Row;

/// The rows of a tail. Each has a number of its own that never changes, so that a selection stays on its row while others come
/// and go.
#[derive(Debug)]
pub struct Ring {
    rows: VecDeque<Row>,
    /// The number of the oldest row still held, which is also how many fell off.
    first: u64,
    bytes: usize,
    capacity: usize,
}

impl Ring {
    /// An empty ring for so many bytes.
    pub fn new(capacity: usize) -> Self {
        Self {
            rows: VecDeque::new(),
            first: 0,
            bytes: 0,
            capacity,
        }
    }

    /// Adds the newest row; the oldest fall off until all fits. A single row larger than the ring is kept alone.
    pub fn push(&mut self, row: Row) {
        self.bytes += row.weight();
        self.rows.push_back(row);
        while self.bytes > self.capacity && self.rows.len() > 1 {
            if let Some(oldest) = self.rows.pop_front() {
                self.bytes -= oldest.weight();
                self.first += 1;
            }
        }
    }

    /// The numbers of the rows that are held.
    pub fn numbers(&self) -> Range<u64> {
        self.first..self.first + self.rows.len() as u64
    }

    /// A row by its number, unless it fell off or has not come yet.
    pub fn get(&self, number: u64) -> Option<&Row> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.rows.get(place)
    }

    /// How many rows are held.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many fell off.
    pub fn dropped(&self) -> u64 {
        self.first
    }

    /// How many bytes the held rows take, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Body, Record};
    use proptest::prelude::*;

    fn record(size: usize) -> Row {
        Row::from(Record {
            shard: "shardId-000000000000".into(),
            sequence: "1".into(),
            arrived: None,
            body: Body::Blob {
                partition_key: "k".into(),
                data: vec![0; size].into(),
            },
        })
    }

    #[test]
    fn the_oldest_fall_off_and_numbers_stay() {
        let weight = record(100).weight();
        let mut ring = Ring::new(3 * weight);
        for _ in 0..5 {
            ring.push(record(100));
        }
        assert_eq!(ring.numbers(), 2..5);
        assert_eq!((ring.len(), ring.dropped()), (3, 2));
        assert!(ring.get(1).is_none() && ring.get(2).is_some() && ring.get(5).is_none());
    }

    #[test]
    fn one_record_larger_than_the_ring_is_kept() {
        let mut ring = Ring::new(10);
        ring.push(record(1000));
        assert_eq!(ring.len(), 1);
    }

    proptest! {
        #[test]
        fn never_over_its_bytes(sizes in proptest::collection::vec(0usize..5000, 1..200)) {
            let mut ring = Ring::new(20_000);
            for size in &sizes {
                ring.push(record(*size));
                prop_assert!(ring.bytes() <= 20_000);
            }
            prop_assert_eq!(ring.dropped() + ring.len() as u64, sizes.len() as u64);
        }
    }
}
