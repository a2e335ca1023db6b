//! How many calls are under way at once. What comes of them is told in [`crate::tail::scenarios`].

use super::*;
use crate::tail::sim::plan;

#[test]
fn never_more_calls_under_way_than_allowed() {
    let shard = |number: usize| Shard {
        id: format!("s{number:03}").as_str().into(),
        parent: None,
        adjacent_parent: None,
        hash_range: None,
        first: None,
        last: None,
    };
    let shards: Vec<Shard> = (0..100).map(shard).collect();
    let plan = Plan {
        in_flight: 4,
        ..plan(Position::TrimHorizon)
    };
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan, &shards);
    let asked: Vec<_> = std::iter::from_fn(|| tail.poll(now)).collect();
    assert_eq!(asked.len(), 4);
    tail.hear(now, &shards[0].id, Heard::Iterator("0".into()));
    assert!(matches!(tail.poll(now), Some(Ask::Iterator(shard, _)) if shard.as_str() == "s004"));
    assert_eq!(
        tail.counters(),
        Counters {
            calls: 5,
            ..Counters::default()
        }
    );
}
