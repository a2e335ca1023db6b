//! What a shard allows its readers: five calls and 2 MiB a second (API reference, `GetRecords`).
//!
//! Must not: read the clock.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

const CALLS_PER_SECOND: usize = 5;
const BYTES_PER_SECOND: u64 = 2 * 1024 * 1024;
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The reads of one shard that still count.
#[derive(Debug, Default)]
pub(super) struct ReadBudget {
    reads: VecDeque<Read>,
}

#[derive(Debug)]
struct Read {
    at: Timestamp,
    bytes: u64,
}

impl Read {
    /// A read counts for a second, and one of more than a second's bytes until they are paid back: 10 MiB for 5 s.
    fn counts_until(&self) -> Timestamp {
        let owed = self.bytes.saturating_mul(1000) / BYTES_PER_SECOND;
        self.at + SignedDuration::from_millis(owed.cast_signed()).max(SECOND)
    }
}

impl ReadBudget {
    /// Whether another read may be done now.
    pub(super) fn allows(&mut self, now: Timestamp) -> bool {
        self.reads.retain(|read| now < read.counts_until());
        let bytes: u64 = self.reads.iter().map(|read| read.bytes).sum();
        self.reads.len() < CALLS_PER_SECOND && bytes < BYTES_PER_SECOND
    }

    /// Counts a read that was done.
    pub(super) fn spend(&mut self, now: Timestamp, bytes: u64) {
        self.reads.push_back(Read { at: now, bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_760_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn the_sixth_call_of_a_second_is_refused() {
        let mut budget = ReadBudget::default();
        for call in 0..5 {
            assert!(budget.allows(at(call)), "call {call}");
            budget.spend(at(call), 0);
        }
        assert!(!budget.allows(at(999)));
        assert!(budget.allows(at(1000)));
    }

    #[test]
    fn two_mebibytes_fill_a_second() {
        let mut budget = ReadBudget::default();
        budget.spend(at(0), BYTES_PER_SECOND - 1);
        assert!(budget.allows(at(10)));
        budget.spend(at(10), 1);
        assert!(!budget.allows(at(20)));
        assert!(budget.allows(at(1000)));
    }

    #[test]
    fn ten_mebibytes_are_paid_back_in_five_seconds() {
        let mut budget = ReadBudget::default();
        budget.spend(at(0), 5 * BYTES_PER_SECOND);
        assert!(!budget.allows(at(4999)));
        assert!(budget.allows(at(5000)));
    }
}
