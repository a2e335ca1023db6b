//! What is known of one shard of a live tail.

use std::cmp::Reverse;
use std::time::Duration;

use crate::resource::{HashRange, ShardId};
use crate::source::{ErrorKind, SourceError};
use crate::tail::{Lag, Rate};

/// A shard that was not read for so long, though it is open, is called stuck. Even an idle one is read once a second.
const STUCK: Duration = Duration::from_secs(10);
/// A shard with this many times the average rate of the open ones is called hot.
const HOT: u64 = 2;

/// What is known of one shard.
#[derive(Clone, Debug, Default)]
pub struct ShardMeter {
    /// Records a second.
    pub records: Rate,
    /// Bytes a second.
    pub bytes: Rate,
    /// Calls a second.
    pub calls: Rate,
    /// Records so far.
    pub total: u64,
    /// Records that were passed over on the way to a time.
    pub skipped: u64,
    /// Calls that were throttled.
    pub throttled: u64,
    /// How it was with the last read.
    pub lag: Lag,
    /// The hash keys that it takes, where the service tells.
    pub range: Option<HashRange>,
    /// When it was opened or last read, on the monotonic clock.
    pub heard: Duration,
    /// How it is.
    pub state: ShardState,
}

/// How a shard is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShardState {
    /// It is read.
    #[default]
    Open,
    /// A call failed; it is tried again.
    Troubled,
    /// It is drained.
    Closed,
    /// It cannot be read.
    GivenUp,
}

/// What meets the eye in a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardSign {
    /// It is read as it should be.
    Fine,
    /// It has far more than its share of the records.
    Hot,
    /// The last call failed.
    Troubled,
    /// It was not read for a while.
    Stuck,
    /// It is drained.
    Closed,
    /// It cannot be read.
    GivenUp,
}

impl ShardMeter {
    /// It is being read from now on.
    pub(super) fn opened(&mut self, now: Duration) {
        self.state = ShardState::Open;
        self.heard = now;
    }

    /// A read worked.
    pub(super) fn read(&mut self, now: Duration, records: u64, bytes: u64, lag: Lag) {
        self.records.add(now, records);
        self.bytes.add(now, bytes);
        self.calls.add(now, 1);
        self.total += records;
        self.skipped += lag.skipped as u64;
        self.lag = lag;
        self.heard = now;
        self.state = ShardState::Open;
    }

    /// A call failed. What befalls a shard that is no longer read is the look for its children.
    pub(super) fn failed(&mut self, now: Duration, error: &SourceError) {
        self.calls.add(now, 1);
        self.throttled += u64::from(error.kind == ErrorKind::Throttled);
        if self.is_open() {
            self.state = ShardState::Troubled;
        }
    }

    /// Whether it is still read.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ShardState::Open | ShardState::Troubled)
    }

    /// Whether it is on its way to a time that the service cannot seek.
    pub fn is_seeking(&self) -> bool {
        self.is_open() && self.lag.skipped > 0
    }

    /// What meets the eye, where the open shards have so many records a second on average.
    pub fn sign(&self, now: Duration, average: u64) -> ShardSign {
        match self.state {
            ShardState::Closed => ShardSign::Closed,
            ShardState::GivenUp => ShardSign::GivenUp,
            _ if now.saturating_sub(self.heard) >= STUCK => ShardSign::Stuck,
            ShardState::Troubled => ShardSign::Troubled,
            ShardState::Open if self.records.per_second(now) > (HOT * average).max(1) => ShardSign::Hot,
            ShardState::Open => ShardSign::Fine,
        }
    }
}

/// In what order the shards stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShardOrder {
    /// By their ids.
    #[default]
    Id,
    /// The busiest first.
    Rate,
    /// The farthest behind first.
    Behind,
}

impl ShardOrder {
    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Id => Self::Rate,
            Self::Rate => Self::Behind,
            Self::Behind => Self::Id,
        }
    }

    /// What the person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "by id",
            Self::Rate => "busiest first",
            Self::Behind => "farthest behind first",
        }
    }

    /// Puts shards, which come by their ids, in this order: those that are still read first.
    pub fn sort(self, shards: &mut [(&ShardId, &ShardMeter)], now: Duration) {
        match self {
            Self::Id => {}
            Self::Rate => shards.sort_by_cached_key(|(_, meter)| Reverse(meter.records.per_second(now))),
            Self::Behind => shards.sort_by_key(|(_, meter)| Reverse(meter.lag.behind)),
        }
        shards.sort_by_key(|(_, meter)| !meter.is_open());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(meter: &mut ShardMeter, second: u64, records: u64) {
        meter.read(Duration::from_secs(second), records, 0, Lag::default());
    }

    #[test]
    fn a_shard_with_far_more_than_its_share_is_hot() {
        let (mut busy, mut quiet) = (ShardMeter::default(), ShardMeter::default());
        for second in 0..5 {
            read(&mut busy, second, 90);
            read(&mut quiet, second, 10);
        }
        let now = Duration::from_millis(4900);
        assert_eq!(busy.sign(now, 40), ShardSign::Hot);
        assert_eq!(busy.sign(now, 50), ShardSign::Fine);
        assert_eq!(quiet.sign(now, 40), ShardSign::Fine);
    }

    #[test]
    fn a_shard_that_is_not_read_is_stuck_whether_it_fails_or_hangs() {
        let mut meter = ShardMeter::default();
        meter.opened(Duration::from_secs(1));
        assert_eq!(meter.sign(Duration::from_secs(10), 0), ShardSign::Fine);
        assert_eq!(meter.sign(Duration::from_secs(11), 0), ShardSign::Stuck);
        let throttled = SourceError::new(ErrorKind::Throttled, "GetRecords", "orders", "code", "");
        meter.failed(Duration::from_secs(12), &throttled);
        assert_eq!(meter.sign(Duration::from_secs(12), 0), ShardSign::Stuck);
        assert_eq!(meter.throttled, 1);
        read(&mut meter, 13, 0);
        assert_eq!(meter.sign(Duration::from_secs(13), 0), ShardSign::Fine);
    }

    #[test]
    fn the_look_for_children_does_not_open_a_shard_again() {
        let throttled = SourceError::new(ErrorKind::Throttled, "ListShards", "orders", "code", "");
        for state in [ShardState::Closed, ShardState::GivenUp] {
            let mut meter = ShardMeter {
                state,
                ..ShardMeter::default()
            };
            meter.failed(Duration::ZERO, &throttled);
            assert_eq!(meter.state, state);
        }
    }

    #[test]
    fn closed_shards_stand_last_in_every_order() {
        let (mut a, mut b) = (ShardMeter::default(), ShardMeter::default());
        read(&mut a, 0, 100);
        a.state = ShardState::Closed;
        read(&mut b, 0, 1);
        let ids = [ShardId::from("a"), ShardId::from("b")];
        for order in [ShardOrder::Id, ShardOrder::Rate, ShardOrder::Behind] {
            let mut shards = vec![(&ids[0], &a), (&ids[1], &b)];
            order.sort(&mut shards, Duration::ZERO);
            assert_eq!(shards[0].0, &ids[1], "{order:?}");
        }
    }
}
