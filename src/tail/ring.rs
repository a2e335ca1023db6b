//! What has been read, as much as fits: a queue bounded by bytes that lets go of the oldest and counts them.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use crate::resource::Record;

/// The records of a tail. Each has a number of its own that never changes, so that a selection stays on its record while
/// others come and go. Records are held once and shared.
#[derive(Debug)]
pub struct Ring {
    records: VecDeque<Arc<Record>>,
    /// The number of the oldest record still held, which is also how many fell off.
    first: u64,
    bytes: usize,
    capacity: usize,
}

impl Ring {
    /// An empty ring for so many bytes.
    pub fn new(capacity: usize) -> Self {
        Self {
            records: VecDeque::new(),
            first: 0,
            bytes: 0,
            capacity,
        }
    }

    /// Adds the newest record; the oldest fall off until all fits. A single record larger than the ring is kept alone.
    pub fn push(&mut self, record: Arc<Record>) {
        self.bytes += record.weight();
        self.records.push_back(record);
        while self.bytes > self.capacity && self.records.len() > 1 {
            if let Some(oldest) = self.records.pop_front() {
                self.bytes -= oldest.weight();
                self.first += 1;
            }
        }
    }

    /// The numbers of the records that are held.
    pub fn numbers(&self) -> Range<u64> {
        self.first..self.first + self.records.len() as u64
    }

    /// A record by its number, unless it fell off or has not come yet.
    pub fn get(&self, number: u64) -> Option<&Arc<Record>> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.records.get(place)
    }

    /// How many records are held.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many fell off.
    pub fn dropped(&self) -> u64 {
        self.first
    }

    /// How many bytes the held records take, roughly.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Body;
    use proptest::prelude::*;

    fn record(size: usize) -> Arc<Record> {
        Arc::new(Record {
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
