//! How figures grow: with the records that a tail holds, and with the shards that it reads. Both should be flat for each of them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kinescope::clock::Now;
use kinescope::resource::{Batch, Body, HashRange, Position, Record, Section, Shard};
use kinescope::source::Session;
use kinescope::tail::{Ask, Heard, Plan, StreamTail};

use super::ring::{pane, take};
use super::table::Row;

const RECORDS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const SHARDS: [u32; 5] = [1, 10, 100, 1_000, 10_000];
/// Records of one read.
const BATCH: u32 = 500;
/// Reads that are made in all, whatever the number of shards.
const READS: u32 = 40_000;
const LINES: usize = 40;

/// The cost of each record and of each read.
pub(crate) fn measure() -> Vec<Row> {
    let records = RECORDS.map(|count| (count, per_record(count)));
    let shards = SHARDS.map(|count| (count, per_read(count)));
    let of_records = rows("a record into a tail that holds", "records", &records);
    of_records
        .into_iter()
        .chain(rows("a read scheduled among", "shards", &shards))
        .collect()
}

/// Each against the first.
fn rows(what: &str, of: &str, costs: &[(u32, Duration)]) -> Vec<Row> {
    let ns = |cost: Duration| cost.as_secs_f64() * 1e9;
    let first = (ns(costs[0].1), "ns", "of the first of these");
    let row = |(count, cost): &(u32, Duration)| {
        Row::ratio(format!("{what} {count} {of}"), (ns(*cost), "ns"), first)
    };
    costs.iter().map(row).collect()
}

/// What the last reads cost, of a ring that has grown to hold so many records.
fn per_record(count: u32) -> Duration {
    let mut pane = pane(2 << 30);
    let mut now = Duration::ZERO;
    for first in (0..count).step_by(BATCH as usize) {
        now += Duration::from_millis(300);
        take(&mut pane, now, batch(first));
        pane.release(now, LINES);
    }
    let mut spent = Duration::ZERO;
    let rounds = 40;
    for first in (0..rounds).map(|round| count + round * BATCH) {
        let records = batch(first);
        now += Duration::from_millis(300);
        let begun = clock();
        take(&mut pane, now, records);
        pane.release(now, LINES);
        spent += begun.elapsed();
    }
    spent / (rounds * BATCH)
}

fn batch(first: u32) -> Vec<Record> {
    (first..first + BATCH).map(record).collect()
}

fn record(number: u32) -> Record {
    Record {
        shard: "shardId-000000000000".into(),
        sequence: format!("{number:056}").as_str().into(),
        arrived: Timestamp::from_millisecond(1_760_000_000_000 + i64::from(number)).ok(),
        body: Body::blob(format!("customer-{}", number % 1000), vec![b'x'; 100]),
    }
}

/// What a read costs the scheduler, of all shards of a stream, on a virtual clock.
fn per_read(shards: u32) -> Duration {
    let all: Vec<_> = (0..shards).map(|place| shard(place, shards)).collect();
    let mut now = Now::start(Timestamp::from_millisecond(1_760_000_000_000).unwrap());
    let (mut tail, _) = StreamTail::new(now, plan(), &all);
    let (mut reads, mut spent) = (0, Duration::ZERO);
    let mut asked = VecDeque::new();
    while reads < READS {
        let begun = clock();
        while let Some(ask) = tail.poll(now) {
            asked.push_back(ask);
        }
        spent += begun.elapsed();
        let Some(ask) = asked.pop_front() else {
            now = now.after(
                tail.wake_at()
                    .unwrap()
                    .saturating_sub(now.mono)
                    .max(Duration::from_micros(1)),
            );
            continue;
        };
        let (shard, heard) = answer(ask);
        reads += u32::from(matches!(heard, Heard::Batch(_)));
        let begun = clock();
        drop(tail.hear(now, &shard, heard));
        spent += begun.elapsed();
    }
    spent / READS
}

fn plan() -> Plan {
    let services = Session::demo("http://127.0.0.1:1").sources();
    Plan {
        from: Position::TrimHorizon,
        only: Vec::new(),
        parents_first: true,
        retention: None,
        limits: services[Section::Streams.index()].tail.as_ref().unwrap().limits(),
        in_flight: 32,
    }
}

fn shard(place: u32, of: u32) -> Shard {
    let each = u128::MAX / u128::from(of);
    let start = u128::from(place) * each;
    Shard {
        id: format!("shardId-{place:012}").into(),
        parent: None,
        adjacent_parent: None,
        hash_range: Some(HashRange {
            start,
            end: start + (each - 1),
        }),
        first: Some("1".into()),
        last: None,
    }
}

fn answer(ask: Ask) -> (kinescope::resource::ShardId, Heard) {
    match ask {
        Ask::Iterator(shard, _) => (shard, Heard::Iterator("iterator".into())),
        Ask::Read(shard, ..) => {
            let batch = Batch {
                records: Vec::new(),
                next: Some("iterator".into()),
                reached: None,
                behind: Some(Duration::ZERO),
                children: Vec::new(),
            };
            (shard, Heard::Batch(batch))
        }
        Ask::Children(shard) => (shard, Heard::Shards(Vec::new())),
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn clock() -> Instant {
    Instant::now()
}
