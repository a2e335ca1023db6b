//! An hour of a stream of eight shards under faults: a split or a merge every half a minute, and a machine that sleeps for a while
//! in the middle of it.

use std::time::Duration;

use super::*;

const HOUR: i64 = 3_600_000;
/// Between two changes of the shards.
const SEASON: i64 = 30_000;
/// Between two records of a shard.
const EVERY: i64 = 500;
/// After so many minutes nothing is new any more.
const FIRST: i64 = 10;
/// How long what came last may take to be read.
const LATE: i64 = 600_000;

/// A split and a merge by turns, so that there are eight or nine open shards all the time.
fn history() -> Vec<SimShard> {
    let shard = |parents, opens| SimShard {
        parents,
        opens,
        ..SimShard::default()
    };
    let mut shards: Vec<_> = (0..8).map(|_| shard(Vec::new(), 0)).collect();
    let mut open: Vec<usize> = (0..8).collect();
    for (turn, time) in (SEASON..HOUR)
        .step_by(usize::try_from(SEASON).unwrap())
        .enumerate()
    {
        let parents: Vec<_> = open.drain(..=(turn % 2)).collect();
        for parent in &parents {
            shards[*parent].closes = Some(time);
        }
        for _ in parents.len()..3 {
            open.push(shards.len());
            shards.push(shard(parents.clone(), time));
        }
    }
    for shard in &mut shards {
        let ends = shard.closes.unwrap_or(HOUR);
        shard.records = (shard.opens..ends)
            .step_by(usize::try_from(EVERY).unwrap())
            .collect();
    }
    shards
}

fn live(seed: u64) -> (Vec<SimShard>, Story) {
    let shards = history();
    let weather = Weather {
        seed,
        faults: 12,
        slowest: Duration::from_millis(800),
        page: 50,
        names_children: seed.is_multiple_of(2),
        sleep: Some((HOUR / 2, Duration::from_mins(7))),
        ..Weather::default()
    };
    let story = Sim::new(shards.clone(), weather).run(plan(Position::TrimHorizon), HOUR + LATE);
    (shards, story)
}

#[test]
fn in_an_hour_of_faults_every_record_comes_once_and_in_order_and_what_is_kept_does_not_grow() {
    for seed in [1, 2] {
        let (shards, story) = live(seed);
        assert!(shards.len() > 180, "{} shards", shards.len());
        for (place, shard) in shards.iter().enumerate() {
            let all: Vec<usize> = (0..shard.records.len()).collect();
            assert_eq!(story.shown[&place], all, "shard {place} with the weather {seed}");
        }
        assert_eq!(story.over_budget(LIMITS), None);
        let most =
            |minutes: std::ops::Range<i64>| story.kept.range(minutes).map(|(_, kept)| *kept).max().unwrap();
        let (first, later) = (most(0..FIRST), most(FIRST..i64::MAX));
        // Asleep it misses fourteen changes, whose shards all come up at once.
        assert!(
            later <= first + 2 * 14,
            "{first} things kept in the first minutes and {later} later"
        );
        let last = story.kept.last_key_value().unwrap().1;
        assert!(
            *last <= first,
            "{first} things kept in the first minutes and {last} at the end"
        );
    }
}
