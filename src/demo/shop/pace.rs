//! How much business is due after some time.
//!
//! Must not: make up for a pause; a laptop that slept has not been selling.

use jiff::{SignedDuration, Timestamp};

/// The most that one tick makes up for.
const LONGEST_TICK: SignedDuration = SignedDuration::from_secs(2);

/// The time since the last tick, and what is still owed of each of several kinds of business.
#[derive(Debug)]
pub(super) struct Pace<const KINDS: usize> {
    last: Timestamp,
    /// In millionths.
    owed: [i64; KINDS],
}

impl<const KINDS: usize> Pace<KINDS> {
    /// Nothing is owed yet.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            last: now,
            owed: [0; KINDS],
        }
    }

    /// How many pieces of each kind are due by now. `rates` are in thousandths of a piece a second.
    pub(super) fn due(&mut self, rates: [i64; KINDS], now: Timestamp) -> [i64; KINDS] {
        let elapsed = now
            .duration_since(self.last)
            .clamp(SignedDuration::ZERO, LONGEST_TICK);
        self.last = now;
        let milliseconds = i64::try_from(elapsed.as_millis()).unwrap_or_default();
        std::array::from_fn(|kind| {
            let owed = self.owed[kind] + rates[kind] * milliseconds;
            self.owed[kind] = owed % 1_000_000;
            owed / 1_000_000
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ask::at;

    #[test]
    fn fractions_are_carried_over_and_pauses_are_not_made_up_for() {
        let mut pace = Pace::new(at(0));
        assert_eq!(pace.due([1500, 400], at(1)), [1, 0]);
        assert_eq!(pace.due([1500, 400], at(3)), [3, 1]);
        assert_eq!(pace.due([1500, 400], at(3600)), [3, 1]);
        assert_eq!(pace.due([1500, 400], at(0)), [0, 0]);
    }
}
