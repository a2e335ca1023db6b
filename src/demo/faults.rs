//! The plan of an endpoint that has bad days: which of its requests go wrong, and how.
//!
//! It depends on nothing but the seed, the number of the request among those of its kind and its operation, so that the same
//! requests in the same order meet the same trouble. Calls that write are left alone: what a test puts is there, once.
//!
//! Must not: answer, wait or change anything itself.

use std::time::Duration;

use fastrand::Rng;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is one too many.
    Throttled,
    /// Its iterator is said to be too old.
    Expired,
    /// The service fails.
    Failed,
    /// The service is not there.
    Unavailable,
    /// The connection is closed without an answer.
    Dropped,
    /// The connection is closed after so many bytes of the answer's body.
    CutShort(usize),
    /// The answer takes its time.
    Slow(Duration),
    /// A shard of the stream that is read is split or merged meanwhile; which one, the number says, and whether it is even that
    /// it is split.
    Resharded(u64),
}

/// What can go wrong, without how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Throttled,
    Expired,
    Failed,
    Unavailable,
    Dropped,
    CutShort,
    Slow,
}

/// How many of a thousand requests meet what.
type Chances = [(Kind, u16)];

const OF_RECORDS: &Chances = &[
    (Kind::Throttled, 25),
    (Kind::Expired, 10),
    (Kind::Failed, 12),
    (Kind::Unavailable, 10),
    (Kind::Dropped, 10),
    (Kind::CutShort, 10),
    (Kind::Slow, 13),
];
const OF_SUBSCRIPTIONS: &Chances = &[
    (Kind::Throttled, 25),
    (Kind::Failed, 15),
    (Kind::Unavailable, 10),
    (Kind::Dropped, 15),
    (Kind::CutShort, 20),
    (Kind::Slow, 15),
];
const OF_OTHER_READS: &Chances = &[
    (Kind::Throttled, 12),
    (Kind::Failed, 8),
    (Kind::Unavailable, 5),
    (Kind::Dropped, 5),
    (Kind::CutShort, 5),
    (Kind::Slow, 5),
];

/// The operation that reads records, whose requests are counted apart.
pub(super) const READ_RECORDS: &str = "GetRecords";
/// Every so many reads of records begin a split or a merge, by turns: not by chance, so that whoever reads for some seconds
/// meets both.
const RESHARD_EVERY: u64 = 40;
/// How the other operations begin that only read.
const READS: [&str; 5] = ["BatchGet", "Describe", "Get", "List", "Search"];
/// The slowest and the fastest of the slow answers, in milliseconds.
const SLOW: std::ops::RangeInclusive<u64> = 50..=800;
/// The most of a body that comes through when it is cut short, in bytes.
const CUT: usize = 4096;
/// Records in one answer of an endpoint that has bad days: as from a service under load, fewer than were asked for.
pub(super) const RECORDS: i64 = 500;

/// The plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Faults {
    seed: u64,
}

impl Faults {
    /// The plan of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// What goes wrong with the `number`-th request, a call of `operation`. Mostly nothing. Reads of records have numbers of
    /// their own.
    pub(super) fn of(self, number: u64, operation: &str) -> Option<Trouble> {
        let mut rng = Rng::with_seed(self.seed.rotate_left(32) ^ number);
        if operation == READ_RECORDS && number % RESHARD_EVERY == RESHARD_EVERY - 1 {
            let merges = number / RESHARD_EVERY % 2;
            return Some(Trouble::Resharded(rng.u64(..) & !1 | merges));
        }
        let mut dice = rng.u16(..1000);
        for (kind, chance) in chances(operation) {
            match dice.checked_sub(*chance) {
                Some(rest) => dice = rest,
                None => return Some(trouble(*kind, &mut rng)),
            }
        }
        None
    }
}

fn chances(operation: &str) -> &'static Chances {
    match operation {
        READ_RECORDS => OF_RECORDS,
        "SubscribeToShard" => OF_SUBSCRIPTIONS,
        _ if READS.iter().any(|read| operation.starts_with(read)) => OF_OTHER_READS,
        _ => &[],
    }
}

fn trouble(kind: Kind, rng: &mut Rng) -> Trouble {
    match kind {
        Kind::Throttled => Trouble::Throttled,
        Kind::Expired => Trouble::Expired,
        Kind::Failed => Trouble::Failed,
        Kind::Unavailable => Trouble::Unavailable,
        Kind::Dropped => Trouble::Dropped,
        Kind::CutShort => Trouble::CutShort(rng.usize(1..=CUT)),
        Kind::Slow => Trouble::Slow(Duration::from_millis(rng.u64(SLOW))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::mem::{Discriminant, discriminant};

    const MANY: u64 = 20_000;

    fn plan(seed: u64, operation: &str) -> Vec<Option<Trouble>> {
        (0..MANY)
            .map(|number| Faults::new(seed).of(number, operation))
            .collect()
    }

    /// How many of a thousand meet each kind.
    fn rates(operation: &str) -> HashMap<Discriminant<Trouble>, u64> {
        let mut counts: HashMap<_, u64> = HashMap::new();
        for trouble in plan(7, operation).into_iter().flatten() {
            *counts.entry(discriminant(&trouble)).or_default() += 1;
        }
        counts
            .into_iter()
            .map(|(kind, count)| (kind, count * 1000 / MANY))
            .collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_trouble() {
        assert_eq!(plan(1, "GetRecords"), plan(1, "GetRecords"));
        assert_ne!(plan(1, "GetRecords"), plan(2, "GetRecords"));
    }

    #[test]
    fn a_tenth_of_the_reads_of_records_meets_trouble_of_every_kind() {
        let rates = rates("GetRecords");
        assert_eq!(rates.len(), 8);
        assert!((85..=115).contains(&rates.values().sum::<u64>()), "{rates:?}");
        assert!(rates.values().all(|rate| (7..=30).contains(rate)), "{rates:?}");
    }

    #[test]
    fn splits_and_merges_come_by_turns_and_for_certain() {
        for seed in 0..4 {
            let first = plan(seed, READ_RECORDS).into_iter().take(400);
            let merges: Vec<bool> = first
                .filter_map(|trouble| match trouble {
                    Some(Trouble::Resharded(dice)) => Some(dice % 2 == 1),
                    _ => None,
                })
                .collect();
            assert_eq!(merges.len(), 10);
            assert!(merges.windows(2).all(|pair| pair[0] != pair[1]), "{merges:?}");
        }
    }

    #[test]
    fn other_reads_meet_less_and_never_an_old_iterator_or_a_new_shard() {
        for operation in [
            "GetShardIterator",
            "ListShards",
            "DescribeStream",
            "BatchGetRecord",
        ] {
            let rates = rates(operation);
            assert_eq!(rates.len(), 6, "{operation}");
            assert!((30..=50).contains(&rates.values().sum::<u64>()), "{rates:?}");
        }
    }

    #[test]
    fn writes_are_left_alone() {
        for operation in [
            "PutRecord",
            "PutRecords",
            "CreateStream",
            "BatchWriteItem",
            "TransactWriteItems",
            "UpdateShardCount",
            "DeleteStream",
            "RegisterStreamConsumer",
        ] {
            assert!(plan(7, operation).iter().all(Option::is_none), "{operation}");
        }
    }

    #[test]
    fn slow_answers_take_less_than_a_second() {
        let all = plan(7, "GetRecords");
        let slow = all.iter().flatten().filter_map(|trouble| match trouble {
            Trouble::Slow(pause) => Some(pause.as_millis()),
            _ => None,
        });
        assert!(slow.clone().all(|pause| (50..=800).contains(&pause)));
        assert!(slow.clone().max() > slow.min());
    }
}
