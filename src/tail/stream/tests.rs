//! How many calls are under way at once, and a stream of a long history. What comes of them is told in [`crate::tail::scenarios`].

use super::*;
use crate::resource::Batch;
use crate::tail::sim::plan;

fn shard(number: usize, parents: &[usize]) -> Shard {
    let id = |number: usize| format!("s{number:03}").as_str().into();
    Shard {
        id: id(number),
        parent: parents.first().copied().map(id),
        adjacent_parent: parents.get(1).copied().map(id),
        hash_range: None,
        first: None,
        last: None,
    }
}

#[test]
fn never_more_calls_under_way_than_allowed() {
    let shards: Vec<Shard> = (0..100).map(|number| shard(number, &[])).collect();
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

/// A stream that is scaled up and down again every day: a split of one shard, a merge of its halves, and so on.
#[test]
fn a_long_history_of_splits_and_merges_is_looked_through_once() {
    const DAYS: usize = 60;
    let mut shards = vec![shard(0, &[])];
    for day in 0..DAYS {
        let whole = 3 * day;
        shards.push(shard(whole + 1, &[whole]));
        shards.push(shard(whole + 2, &[whole]));
        shards.push(shard(whole + 3, &[whole + 1, whole + 2]));
    }
    let (half, last) = (shards[3 * DAYS - 1].id.clone(), shards[3 * DAYS].id.clone());
    let plan = Plan {
        only: vec![half.clone(), last.clone()],
        ..plan(Position::TrimHorizon)
    };
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan, &shards);
    let end = Batch {
        records: Vec::new(),
        next: None,
        reached: None,
        behind: None,
        children: Vec::new(),
    };
    assert!(matches!(tail.poll(now), Some(Ask::Iterator(..))));
    tail.hear(now, &half, Heard::Iterator("0".into()));
    assert!(matches!(tail.poll(now), Some(Ask::Read(..))));
    let events = tail.hear(now, &half, Heard::Batch(end));
    assert!(events.contains(&TailEvent::Opened(last)), "{events:?}");
}

#[test]
fn who_waits_for_credentials_tries_at_once_when_told_to_and_nobody_else_does() {
    let shards: Vec<Shard> = (0..2).map(|number| shard(number, &[])).collect();
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan(Position::TrimHorizon), &shards);
    while tail.poll(now).is_some() {}
    let failed = |kind| Heard::Failed(SourceError::new(kind, "GetShardIterator", "orders", "code", ""));
    tail.hear(now, &shards[0].id, failed(ErrorKind::Credentials));
    tail.hear(now, &shards[1].id, failed(ErrorKind::Transport));
    assert_eq!(tail.poll(now), None);
    tail.try_credentials(now);
    assert!(matches!(tail.poll(now), Some(Ask::Iterator(shard, _)) if shard == shards[0].id));
    assert_eq!(tail.poll(now), None);
}

#[test]
fn a_shard_that_is_not_found_and_listed_as_open_is_given_up() {
    let shards = [shard(0, &[])];
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan(Position::TrimHorizon), &shards);
    assert!(matches!(tail.poll(now), Some(Ask::Iterator(..))));
    let error = SourceError::new(ErrorKind::NotFound, "GetShardIterator", "orders", "code", "");
    tail.hear(now, &shards[0].id, Heard::Failed(error));
    assert!(matches!(tail.poll(now), Some(Ask::Children(_))));
    let events = tail.hear(now, &shards[0].id, Heard::Shards(shards.to_vec()));
    let told =
        |event: &TailEvent| matches!(event, TailEvent::GaveUp(_, error) if error.advice() == MADE_ANEW);
    assert!(events.iter().any(told), "{events:?}");
    assert_eq!(events.last(), Some(&TailEvent::Ended));
}
