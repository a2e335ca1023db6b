//! Stories of whole streams: a service of a few lines answers on a virtual clock.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::resource::{Batch, Body, ChildShard, IteratorToken, Record, SequenceNumber};
use crate::source::ReadLimits;
use crate::source::SourceError;
use crate::tail::sim::LIMITS;

/// A stream whose shards hold so many records each.
#[derive(Default)]
struct Service {
    shards: Vec<Shard>,
    records: BTreeMap<ShardId, usize>,
    names_children: bool,
}

impl Service {
    fn with(mut self, id: &str, parents: &[&str], open: bool, records: usize) -> Self {
        self.shards.push(Shard {
            id: id.into(),
            parent: parents.first().map(|id| ShardId::from(*id)),
            adjacent_parent: parents.get(1).map(|id| ShardId::from(*id)),
            hash_range: None,
            first: Some("1".into()),
            last: (!open).then(|| "9".into()),
        });
        self.records.insert(id.into(), records);
        self
    }

    fn naming_children(mut self) -> Self {
        self.names_children = true;
        self
    }

    fn answer(&self, ask: &Ask) -> (ShardId, Heard) {
        match ask {
            Ask::Iterator(shard, position) => {
                let next = match position {
                    Position::AfterSequence(sequence) => sequence.as_str().to_owned(),
                    Position::Latest => self.records[shard].to_string(),
                    _ => "0".to_owned(),
                };
                (shard.clone(), Heard::Iterator(next.as_str().into()))
            }
            Ask::Read(shard, token) => (shard.clone(), Heard::Batch(self.read(shard, token))),
            Ask::Children(shard) => (shard.clone(), Heard::Shards(self.shards.clone())),
        }
    }

    /// Two records a read.
    fn read(&self, shard: &ShardId, token: &IteratorToken) -> Batch {
        let from: usize = token.as_str().parse().unwrap();
        let all = self.records[shard];
        let to = (from + 2).min(all);
        let open = self.shards.iter().any(|it| it.id == *shard && it.is_open());
        let ended = to == all && !open;
        Batch {
            records: (from..to).map(|n| record(shard, n + 1)).collect(),
            next: (!ended).then(|| to.to_string().as_str().into()),
            reached: None,
            behind: Some(Duration::from_secs(u64::from(to < all))),
            children: if ended && self.names_children {
                self.children(shard)
            } else {
                Vec::new()
            },
        }
    }

    fn children(&self, parent: &ShardId) -> Vec<ChildShard> {
        let of = |it: &&Shard| it.parents().any(|p| p == parent);
        self.shards
            .iter()
            .filter(of)
            .map(|it| ChildShard {
                id: it.id.clone(),
                parents: it.parents().cloned().collect(),
                hash_range: None,
            })
            .collect()
    }
}

fn record(shard: &ShardId, n: usize) -> Record {
    Record {
        shard: shard.clone(),
        sequence: SequenceNumber::from(n.to_string()),
        arrived: None,
        body: Body::blob("k", bytes::Bytes::new()),
    }
}

fn plan(from: Position) -> Plan {
    Plan {
        from,
        only: Vec::new(),
        parents_first: true,
        retention: None,
        limits: LIMITS,
        in_flight: 4,
    }
}

/// Runs until caught up or ended, and tells the story: `+a` opened, `a1` record 1 of a, `-a` closed.
fn story(service: &Service, plan: Plan, fail: impl Fn(usize, &Ask) -> Option<SourceError>) -> Vec<String> {
    let mut now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, mut events) = StreamTail::new(now, plan, &service.shards);
    let mut told = Vec::new();
    for turn in 0..10_000 {
        let end = events
            .iter()
            .any(|e| matches!(e, TailEvent::CaughtUp | TailEvent::Ended));
        told.extend(events.drain(..).flat_map(tell));
        if end {
            return told;
        }
        if let Some(ask) = tail.poll(now) {
            let (shard, mut heard) = service.answer(&ask);
            if let Some(error) = fail(turn, &ask) {
                heard = Heard::Failed(error);
            }
            events = tail.hear(now, &shard, heard);
        } else {
            let at = tail
                .wake_at()
                .expect("a tail that neither asks nor sleeps is stuck");
            now = now.after(at.saturating_sub(now.mono));
        }
    }
    panic!("the story has no end: {told:?}");
}

fn tell(event: TailEvent) -> Vec<String> {
    match event {
        TailEvent::Opened(shard) => vec![format!("+{shard}")],
        TailEvent::Closed(shard) => vec![format!("-{shard}")],
        TailEvent::Read { shard, records, .. } => {
            records.iter().map(|r| format!("{shard}{}", r.sequence)).collect()
        }
        TailEvent::GaveUp(shard, _) => vec![format!("!{shard}")],
        TailEvent::Gap(shard) => vec![format!("?{shard}")],
        TailEvent::Range(..) | TailEvent::Trouble(..) | TailEvent::CaughtUp | TailEvent::Ended => Vec::new(),
    }
}

fn place(story: &[String], what: &str) -> usize {
    let places: Vec<_> = story
        .iter()
        .enumerate()
        .filter(|(_, it)| *it == what)
        .map(|(n, _)| n)
        .collect();
    assert_eq!(places.len(), 1, "{what} must happen once in {story:?}");
    places[0]
}

#[test]
fn from_the_past_parents_are_drained_before_children() {
    for names_children in [true, false] {
        let mut service = Service::default()
            .with("a", &[], false, 3)
            .with("b", &["a"], true, 2)
            .with("c", &["a"], true, 1);
        service.names_children = names_children;
        let told = story(&service, plan(Position::TrimHorizon), |_, _| None);
        assert!(place(&told, "a3") < place(&told, "-a"));
        assert!(place(&told, "-a") < place(&told, "+b"));
        assert!(place(&told, "-a") < place(&told, "+c"));
        assert!(place(&told, "b2") > 0 && place(&told, "c1") > 0);
    }
}

#[test]
fn the_child_of_a_merge_starts_once_when_both_parents_are_drained() {
    let service = Service::default()
        .with("a", &[], false, 1)
        .with("b", &[], false, 9)
        .with("c", &["a", "b"], true, 1)
        .naming_children();
    let told = story(&service, plan(Position::TrimHorizon), |_, _| None);
    assert!(place(&told, "+c") > place(&told, "-a").max(place(&told, "-b")));
}

#[test]
fn a_merge_waits_for_a_parent_that_is_itself_not_begun() {
    let service = Service::default()
        .with("a", &[], false, 1)
        .with("r", &[], false, 9)
        .with("b", &["r"], false, 1)
        .with("c", &["a", "b"], true, 1)
        .naming_children();
    let told = story(&service, plan(Position::TrimHorizon), |_, _| None);
    assert!(place(&told, "+c") > place(&told, "-b"));
}

#[test]
fn from_now_on_only_open_shards_are_read() {
    let service = Service::default()
        .with("a", &[], false, 3)
        .with("b", &["a"], true, 2)
        .with("c", &["gone"], true, 1);
    assert_eq!(story(&service, plan(Position::Latest), |_, _| None), ["+b", "+c"]);
}

#[test]
fn only_the_named_shards_are_read() {
    let service = Service::default()
        .with("a", &[], false, 3)
        .with("b", &["a"], true, 2);
    let plan = Plan {
        only: vec!["a".into()],
        ..plan(Position::TrimHorizon)
    };
    assert_eq!(story(&service, plan, |_, _| None), ["+a", "a1", "a2", "a3", "-a"]);
}

#[test]
fn failures_lose_and_double_nothing() {
    let kinds = [
        ErrorKind::Throttled,
        ErrorKind::Expired,
        ErrorKind::Transport,
        ErrorKind::Other,
        ErrorKind::InUse,
    ];
    let service = Service::default()
        .with("a", &[], false, 7)
        .with("b", &["a"], true, 6)
        .with("c", &["a"], true, 5)
        .naming_children();
    for salt in 0..100 {
        let pushed = salt % 2 == 1;
        let plan = Plan {
            limits: ReadLimits { pushed, ..LIMITS },
            ..plan(Position::TrimHorizon)
        };
        // Where a failed read costs an iterator, every third turn would be the same read for ever.
        let every = if pushed { 4 } else { 3 };
        let told = story(&service, plan, |turn, ask| {
            let n = turn * 7 + salt;
            let fails = n.is_multiple_of(every) && !matches!(ask, Ask::Children(_));
            fails.then(|| SourceError::new(kinds[n % kinds.len()], "GetRecords", "s", "c", "m"))
        });
        for (shard, count) in &service.records {
            let seen: Vec<_> = told
                .iter()
                .filter(|it| it.starts_with(shard.as_str()))
                .map(String::as_str)
                .collect();
            let want: Vec<_> = (1..=*count).map(|n| format!("{shard}{n}")).collect();
            assert_eq!(seen, want);
        }
    }
}

#[test]
fn never_more_calls_under_way_than_allowed() {
    let mut service = Service::default();
    for n in 0..100 {
        service = service.with(&format!("s{n:03}"), &[], true, 1);
    }
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan(Position::TrimHorizon), &service.shards);
    let asked: Vec<_> = std::iter::from_fn(|| tail.poll(now)).collect();
    assert_eq!(asked.len(), 4);
    let (shard, heard) = service.answer(&asked[0]);
    tail.hear(now, &shard, heard);
    assert!(matches!(tail.poll(now), Some(Ask::Iterator(shard, _)) if shard.as_str() == "s004"));
    assert_eq!(
        tail.counters(),
        Counters {
            calls: 5,
            ..Counters::default()
        }
    );
}

#[test]
fn a_drained_shard_without_children_ends_the_tail_after_a_few_looks() {
    let service = Service::default().with("a", &[], false, 1);
    assert_eq!(
        story(&service, plan(Position::TrimHorizon), |_, _| None),
        ["+a", "a1", "-a"]
    );
}

fn failure(kind: ErrorKind) -> SourceError {
    SourceError::new(kind, "GetRecords", "s", "c", "m")
}

#[test]
fn a_refused_shard_is_given_up_and_those_after_it_are_read() {
    let service = Service::default()
        .with("a", &[], false, 1)
        .with("b", &["a"], true, 1);
    let story = story(&service, plan(Position::TrimHorizon), |_, ask| match ask {
        Ask::Iterator(shard, _) if shard.as_str() == "a" => Some(failure(ErrorKind::Denied)),
        _ => None,
    });
    assert_eq!(story, ["+a", "!a", "+b", "b1"]);
}

#[test]
fn a_shard_that_was_trimmed_as_a_whole_is_a_gap_and_those_after_it_are_read() {
    let service = Service::default()
        .with("a", &[], false, 1)
        .with("b", &["a"], true, 1);
    let story = story(&service, plan(Position::TrimHorizon), |_, ask| match ask {
        Ask::Iterator(shard, _) if shard.as_str() == "a" => Some(failure(ErrorKind::NotFound)),
        _ => None,
    });
    assert_eq!(story, ["+a", "?a", "+b", "b1"]);
}

#[test]
fn a_look_for_children_that_fails_is_repeated_until_it_works() {
    // The children are not known from the beginning: the shard was open then, and its end names none.
    let mut service = Service::default()
        .with("a", &[], false, 1)
        .with("b", &["a"], true, 1);
    let listed = std::mem::take(&mut service.shards);
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan(Position::TrimHorizon), &listed[..1]);
    service.shards = listed;
    let mut now = now;
    let mut failures = 0;
    let mut told = Vec::new();
    while told.len() < 4 {
        match tail.poll(now) {
            Some(ask) => {
                let (shard, mut heard) = service.answer(&ask);
                if matches!(ask, Ask::Children(_)) && failures < 10 {
                    failures += 1;
                    heard = Heard::Failed(failure(ErrorKind::Throttled));
                }
                told.extend(tail.hear(now, &shard, heard).into_iter().flat_map(tell));
            }
            None => now = now.after(Duration::from_secs(1)),
        }
    }
    assert_eq!(told, ["a1", "-a", "+b", "b1"]);
}

#[test]
fn the_child_of_a_merge_is_read_though_a_parent_was_given_up_last() {
    let service = Service::default()
        .with("a", &[], false, 1)
        .with("b", &[], false, 9)
        .with("c", &["a", "b"], true, 1)
        .naming_children();
    let told = story(&service, plan(Position::TrimHorizon), |turn, ask| match ask {
        Ask::Read(shard, _) if shard.as_str() == "b" && turn > 10 => Some(failure(ErrorKind::Denied)),
        _ => None,
    });
    assert!(place(&told, "!b") > place(&told, "-a"));
    assert!(place(&told, "c1") > place(&told, "+c"));
}

#[test]
fn of_named_shards_parents_are_read_first_too() {
    let service = Service::default()
        .with("a", &[], false, 3)
        .with("b", &["a"], false, 1)
        .with("c", &["b"], true, 1);
    let plan = Plan {
        only: vec!["b".into(), "a".into()],
        ..plan(Position::TrimHorizon)
    };
    assert_eq!(
        story(&service, plan, |_, _| None),
        ["+a", "a1", "a2", "a3", "-a", "+b", "b1", "-b"]
    );
}

#[test]
fn a_wait_for_pushed_records_holds_up_no_other_shard() {
    let service = ["a", "b", "c"]
        .iter()
        .fold(Service::default(), |service, id| service.with(id, &[], true, 2));
    let plan = Plan {
        limits: ReadLimits {
            pushed: true,
            ..LIMITS
        },
        in_flight: 1,
        ..plan(Position::TrimHorizon)
    };
    let now = Now::start("2026-03-02T09:14:00Z".parse().unwrap());
    let (mut tail, _) = StreamTail::new(now, plan, &service.shards);
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let subscribe = tail.poll(now).unwrap();
        assert!(matches!(subscribe, Ask::Iterator(..)));
        assert_eq!(tail.poll(now), None, "calls are bounded");
        let (shard, heard) = service.answer(&subscribe);
        tail.hear(now, &shard, heard);
        let read = tail.poll(now).unwrap();
        assert!(matches!(read, Ask::Read(..)));
        waiting.push(read);
    }
    assert_eq!(tail.counters().calls, 3);
    for read in waiting {
        let (shard, heard) = service.answer(&read);
        tail.hear(now, &shard, heard);
        assert!(
            matches!(tail.poll(now), Some(Ask::Read(..))),
            "the next read follows at once"
        );
    }
}
