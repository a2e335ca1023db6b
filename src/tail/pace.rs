//! How soon a shard may be read again: under the service's budget, slower when nothing comes, later after a failure.

use std::time::Duration;

use crate::backoff::Backoff;
use crate::source::ReadLimits;

/// How long a shard that brings nothing is left alone at most.
const LONGEST_IDLE: Duration = Duration::from_secs(1);
/// The least wait for what somebody else has: a consumer may subscribe to a shard once a second (API reference,
/// `SubscribeToShard`).
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// How much longer credentials that fail are left alone than what passes by itself: up to a minute.
const AS_LONG: u32 = 6;

/// A read is to bring what the budget of bytes allows in so long. The service gives up to five times as much at once, and
/// then nothing for five seconds: that would only be later on the screen, and take room for all of it.
const SPAN: Duration = Duration::from_millis(300);
/// How many records are asked for while it is not known how large they are.
const FIRST_READ: u32 = 1000;

/// How many bytes a read is to bring, where the service counts them.
pub(super) fn room(limits: ReadLimits) -> Option<u64> {
    Some(limits.bytes_per_second? * u64::from(SPAN.subsec_millis()) / 1000)
}

/// The pacing of one shard.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    limits: ReadLimits,
    /// Bytes of a record, as the last ones were.
    record_bytes: Option<u64>,
    idle: Duration,
    backoff: Backoff,
}

impl Pace {
    /// Pacing within `limits`; `seed` sets the jitter apart from that of other shards.
    pub(super) fn new(limits: ReadLimits, seed: u64) -> Self {
        Self {
            limits,
            record_bytes: None,
            idle: Duration::ZERO,
            backoff: Backoff::new(seed),
        }
    }

    /// How many records the next read is to bring at most, where it can be told so.
    pub(super) fn most(&self) -> Option<u32> {
        let all = self.limits.records_per_read?;
        let room = room(self.limits)?;
        let fit = |bytes: u64| u32::try_from(room / bytes.max(1)).unwrap_or(u32::MAX);
        Some(self.record_bytes.map_or(FIRST_READ, fit).clamp(1, all))
    }

    /// The wait after a read that brought so many records and bytes; `behind` says whether more is waiting to be read.
    pub(super) fn after_read(&mut self, records: u64, bytes: u64, behind: bool) -> Duration {
        self.forget_failures();
        self.record_bytes = bytes.checked_div(records).or(self.record_bytes);
        let shortest = self.shortest();
        if bytes > 0 || behind {
            self.idle = shortest;
        } else {
            self.idle = (self.idle * 3 / 2).clamp(shortest, LONGEST_IDLE);
        }
        self.idle.max(self.paid_back(bytes))
    }

    /// The wait after a failure that may pass.
    pub(super) fn after_failure(&mut self) -> Duration {
        self.backoff.after_failure()
    }

    /// Something worked: the next failure is the first again.
    pub(super) fn forget_failures(&mut self) {
        self.backoff.forget();
    }

    /// The wait until what somebody else has is asked for again.
    pub(super) fn until_free(&mut self) -> Duration {
        self.after_failure().max(LEAST_PATIENCE)
    }

    /// The wait until credentials are tried again: somebody has to log in first.
    pub(super) fn until_renewed(&mut self) -> Duration {
        self.after_failure() * AS_LONG
    }

    /// The wait before the next subscription once one is over: none, unless that one brought nothing at all.
    pub(super) fn before_renewal(&mut self, brought: bool) -> Duration {
        if brought {
            Duration::ZERO
        } else {
            self.after_failure()
        }
    }

    /// The least time between two reads: a twentieth over the service's own, which counts all readers of the shard.
    fn shortest(&self) -> Duration {
        Duration::from_secs(1) * 21 / 20 / self.limits.calls_per_second.max(1)
    }

    /// How long a read of so many bytes uses up the shard's budget of bytes.
    fn paid_back(&self, bytes: u64) -> Duration {
        match self.limits.bytes_per_second {
            Some(budget) if budget > 0 => Duration::from_micros(bytes.saturating_mul(1_000_000) / budget),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backoff;
    use crate::tail::sim::LIMITS;

    fn pace() -> Pace {
        Pace::new(LIMITS, 7)
    }

    #[test]
    fn a_busy_shard_is_read_under_five_times_a_second() {
        let mut pace = pace();
        for _ in 0..10 {
            let wait = pace.after_read(1, 1000, false);
            assert!(wait > Duration::from_millis(200) && wait < Duration::from_millis(220));
        }
    }

    #[test]
    fn an_idle_shard_is_read_ever_more_rarely_down_to_once_a_second() {
        let mut pace = pace();
        let waits: Vec<_> = (0..10).map(|_| pace.after_read(0, 0, false)).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits.last(), Some(&LONGEST_IDLE));
        assert!(pace.after_read(1, 1, false) < Duration::from_millis(220));
    }

    #[test]
    fn a_large_read_is_paid_back() {
        assert_eq!(pace().after_read(10, 10 << 20, true), Duration::from_secs(5));
    }

    #[test]
    fn a_read_asks_for_what_a_moment_allows() {
        let mut pace = pace();
        assert_eq!(pace.most(), Some(FIRST_READ));
        for (records, bytes, most) in [
            (10, 10 << 10, 614),
            (0, 0, 614),
            (1000, 1000, 10_000),
            (2, 20 << 20, 1),
        ] {
            pace.after_read(records, bytes, true);
            assert_eq!(pace.most(), Some(most));
        }
    }

    #[test]
    fn failures_back_off_within_bounds_and_a_success_forgets_them() {
        let mut pace = pace();
        for _ in 0..50 {
            let wait = pace.after_failure();
            assert!(wait >= backoff::FIRST && wait <= backoff::LONGEST);
        }
        pace.after_read(0, 0, false);
        assert!(pace.after_failure() <= backoff::FIRST * 2);
    }
}
