//! What no weather may change: every record once and in order, parents first, never over budget, and every shard its turn.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// When a story is told: some time after its last record, for the worst weather takes long.
fn end(shards: &[SimShard]) -> i64 {
    let last = shards.iter().filter_map(|shard| shard.records.last()).max();
    last.copied().unwrap_or(0).max(0) + 1_500_000
}

/// A stream's history: roots, then splits and merges of whatever is open, with records in between.
fn topology() -> impl Strategy<Value = Vec<SimShard>> {
    let step = (0usize..100, any::<bool>(), 0i64..40_000, 0usize..60, 0usize..60);
    (1usize..4, prop::collection::vec(step, 0..8)).prop_map(|(roots, steps)| history(roots, &steps))
}

fn history(roots: usize, steps: &[(usize, bool, i64, usize, usize)]) -> Vec<SimShard> {
    let mut shards: Vec<SimShard> = (0..roots).map(|_| shard(Vec::new(), -60_000)).collect();
    let mut open: Vec<usize> = (0..roots).collect();
    let mut clock = -60_000;
    for (pick, merge, span, left, right) in steps {
        let close_at = clock + span + 1;
        let first = open.remove(pick % open.len());
        fill(&mut shards[first], *left, close_at);
        if *merge && !open.is_empty() {
            let second = open.remove(pick % open.len());
            fill(&mut shards[second], *right, close_at);
            open.push(shards.len());
            shards.push(shard(vec![first, second], close_at));
        } else {
            for _ in 0..2 {
                open.push(shards.len());
                shards.push(shard(vec![first], close_at));
            }
        }
        clock = close_at;
    }
    for place in open {
        fill_open(&mut shards[place], clock + 30_000);
    }
    shards
}

fn shard(parents: Vec<usize>, opens: i64) -> SimShard {
    SimShard {
        parents,
        opens,
        ..SimShard::default()
    }
}

fn fill(shard: &mut SimShard, count: usize, closes: i64) {
    let (from, span) = (shard.opens, closes - shard.opens);
    shard.records = (0..count)
        .map(|n| from + span * i64::try_from(n).unwrap() / 60)
        .collect();
    shard.closes = Some(closes);
}

fn fill_open(shard: &mut SimShard, until: i64) {
    let (from, span) = (shard.opens, (until - shard.opens).max(1));
    shard.records = (0..40).map(|n| from + span * n / 40).collect();
}

fn weather() -> impl Strategy<Value = Weather> {
    let slow = 1u64..1500;
    (
        any::<u64>(),
        0u64..45,
        slow,
        1usize..50,
        any::<bool>(),
        any::<bool>(),
        1usize..40_000,
    )
        .prop_map(
            |(seed, faults, slowest, page, names_children, tells_lag, record_size)| Weather {
                seed,
                faults,
                slowest: Duration::from_millis(slowest),
                page,
                record_size,
                names_children,
                tells_lag,
                ..Weather::default()
            },
        )
}

fn check_once_and_in_order(shards: &[SimShard], story: &Story, missing: &[usize]) {
    check_conduct(story, LIMITS);
    for (place, shard) in shards
        .iter()
        .enumerate()
        .filter(|(place, _)| !missing.contains(place))
    {
        let all: Vec<usize> = (0..shard.records.len()).collect();
        let shown = story.shown.get(&place).cloned().unwrap_or_default();
        assert_eq!(shown, all, "shard {place} of {shards:?}");
    }
}

/// Never over budget, and nothing given up: no weather here is a reason to.
fn check_conduct(story: &Story, limits: ReadLimits) {
    assert_eq!(story.over_budget(limits), None);
    let given_up = story.turns.iter().find(|(_, turn)| *turn == Turn::GaveUp);
    assert_eq!(given_up, None);
}

fn check_parents_first(shards: &[SimShard], story: &Story) {
    for (place, shard) in shards.iter().enumerate() {
        for parent in &shard.parents {
            assert!(story.turn(*parent, Turn::Closed) < story.turn(place, Turn::Opened));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn from_the_past_every_record_is_shown_once_and_parents_first(
        shards in topology(), weather in weather(), in_flight in 1usize..20,
    ) {
        let plan = Plan { in_flight, ..plan(Position::TrimHorizon) };
        let story = Sim::new(shards.clone(), weather).run(plan, end(&shards));
        check_once_and_in_order(&shards, &story, &[]);
        check_parents_first(&shards, &story);
        prop_assert!(story.most_in_flight <= in_flight);
    }

    #[test]
    fn from_now_on_what_comes_is_shown_once(shards in topology(), weather in weather()) {
        // Without faults and delay before the first iterators, "now" is the same for the tail and for this check.
        let weather = Weather { faults: 0, slowest: Duration::ZERO, ..weather };
        let story = Sim::new(shards.clone(), weather).run(plan(Position::Latest), end(&shards));
        check_conduct(&story, LIMITS);
        for (place, shard) in shards.iter().enumerate() {
            let from = shard.records.partition_point(|time| *time <= 0);
            let was_open = shard.closes.is_none_or(|closes| closes > 0);
            let expected: Vec<usize> = if was_open { (from..shard.records.len()).collect() } else { Vec::new() };
            prop_assert_eq!(story.shown.get(&place).cloned().unwrap_or_default(), expected);
        }
    }

    #[test]
    fn from_a_time_on_what_came_since_is_shown_once(
        shards in topology(), weather in weather(), second in -60i64..1, seeks_time in any::<bool>(),
    ) {
        let since = second * 1000;
        let limits = if seeks_time { facts::KINESIS } else { facts::DYNAMODB_STREAMS };
        let plan = Plan { limits, ..plan(Position::AtTimestamp(wall(since))) };
        let story = Sim::new(shards.clone(), weather).run(plan, end(&shards));
        check_conduct(&story, limits);
        check_parents_first(&shards, &story);
        for (place, shard) in shards.iter().enumerate() {
            let from = shard.records.partition_point(|time| *time < since);
            let expected: Vec<usize> = (from..shard.records.len()).collect();
            prop_assert_eq!(story.shown.get(&place).cloned().unwrap_or_default(), expected);
        }
    }

    #[test]
    fn from_now_on_a_machine_that_slept_loses_nothing(
        shards in topology(), weather in weather(), at in 1i64..60_000,
    ) {
        let slowest = weather.slowest.as_millis().try_into().unwrap();
        let weather = Weather { faults: 0, sleep: Some((at, Duration::from_mins(10))), ..weather };
        let story = Sim::new(shards.clone(), weather).run(plan(Position::Latest), end(&shards));
        check_conduct(&story, LIMITS);
        for (place, shard) in shards.iter().enumerate().filter(|(_, it)| it.closes.is_none_or(|at| at > 0)) {
            // "Now" is when the first iterator is asked for, that millisecond included, or an answer later.
            let shown = story.shown.get(&place).cloned().unwrap_or_default();
            let from = shown.first().copied().unwrap_or(shard.records.len());
            let (past, due) = (shard.records.partition_point(|it| *it < 0), shard.records.partition_point(|it| *it <= slowest));
            prop_assert!((past..=due).contains(&from), "shard {place} begins at {from}, not in {past}..={due}");
            prop_assert_eq!(shown, (from..shard.records.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_machine_that_slept_loses_nothing(shards in topology(), weather in weather(), at in 1i64..60_000) {
        let weather = Weather { sleep: Some((at, Duration::from_mins(10))), ..weather };
        let story = Sim::new(shards.clone(), weather).run(plan(Position::TrimHorizon), end(&shards));
        check_once_and_in_order(&shards, &story, &[]);
        check_parents_first(&shards, &story);
    }

    #[test]
    fn without_parents_first_every_record_is_still_shown_once(shards in topology(), weather in weather()) {
        let plan = Plan { parents_first: false, ..plan(Position::TrimHorizon) };
        let story = Sim::new(shards.clone(), weather).run(plan, end(&shards));
        check_once_and_in_order(&shards, &story, &[]);
    }

    #[test]
    fn trimmed_roots_are_not_waited_for(shards in topology(), weather in weather()) {
        let closed_roots: Vec<usize> = (0..shards.len())
            .filter(|place| shards[*place].parents.is_empty() && shards[*place].closes.is_some_and(|it| it < -1))
            .take(1)
            .collect();
        let mut shards = shards;
        for root in &closed_roots {
            shards[*root].gone = Some(i64::MIN);
        }
        let story = Sim::new(shards.clone(), weather).run(plan(Position::TrimHorizon), end(&shards));
        check_once_and_in_order(&shards, &story, &closed_roots);
    }
}

/// More of them where the environment asks for it; the default keeps the tests quick.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(48)
}

#[test]
fn latest_on_a_quiet_shard_survives_a_long_sleep() {
    let quiet = SimShard {
        records: vec![-5000, 400_000, 900_000],
        ..shard(Vec::new(), -60_000)
    };
    let weather = Weather {
        sleep: Some((100_000, Duration::from_mins(10))),
        ..Weather::default()
    };
    let story = Sim::new(vec![quiet], weather).run(plan(Position::Latest), 2_000_000);
    assert_eq!(story.shown[&0], [1, 2]);
}

#[test]
fn ten_thousand_shards_are_read_fairly_and_within_bounds() {
    let shards: Vec<SimShard> = (0..10_000)
        .map(|place| SimShard {
            records: (0..20).map(|n| n * 1000 + place % 1000).collect(),
            ..shard(Vec::new(), -1)
        })
        .collect();
    let plan = Plan {
        in_flight: 400,
        ..plan(Position::TrimHorizon)
    };
    let story = Sim::new(shards.clone(), Weather::default()).run(plan, 30_000);
    assert!(story.most_in_flight <= 400);
    let reads: Vec<usize> = (0..shards.len())
        .map(|place| story.reads.get(&place).map_or(0, Vec::len))
        .collect();
    let (least, most) = (reads.iter().min().unwrap(), reads.iter().max().unwrap());
    assert!(
        *least * 10 >= *most * 8,
        "between {least} and {most} reads a shard is not fair"
    );
    check_once_and_in_order(&shards, &story, &[]);
}
