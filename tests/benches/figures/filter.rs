//! A filter over a full ring, against the expression alone on the same bytes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use kinescope::decode::Decoder;
use kinescope::model::{Sieve, TailPane, Tickets, Wait};
use kinescope::query::{self, Filter};
use kinescope::resource::{Body, Record};
use kinescope::tail::Row as RingRow;
use regex::bytes::Regex;

use super::cpu::order;
use super::ring::{pane, take};
use super::table::Row;
use crate::shell::BINARY;

/// As the program has it unless it is configured.
const RING: usize = 64 << 20;
const EXPRESSION: &str = "sku-0021.*ord-0[0-4]|cust-99";
const PROGRAM: &str = ".total > 100";
const ROUNDS: u32 = 3;

/// An expression and a jq program.
pub(crate) fn measure() -> Vec<Row> {
    query::run_programs_apart(PathBuf::from(BINARY));
    let pane = full();
    let records = pane.ring.len();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(u32::try_from(records).unwrap());
    let bare = each(least(|| bare(&pane)));
    let expression = each(least(|| sift(&pane, Filter::matching(EXPRESSION).unwrap())));
    let program = each(least(|| sift(&pane, Filter::program(PROGRAM).unwrap())));
    let beside = (bare, "µs", "of the expression alone");
    vec![
        Row::ratio(
            format!("an expression over {records} records of 1 KiB, each"),
            (expression, "µs"),
            beside,
        ),
        Row::ratio("a jq program over them, each", (program, "µs"), beside),
    ]
}

fn full() -> TailPane {
    let mut pane = pane(RING);
    let mut now = Duration::ZERO;
    let mut number = 0;
    while pane.ring.dropped() == 0 {
        let batch = (number..number + 1000).map(record).collect();
        number += 1000;
        now += Duration::from_secs(1);
        take(&mut pane, now, batch);
        pane.release(now, 40);
    }
    pane
}

fn record(number: u32) -> Record {
    Record {
        shard: "shardId-000000000000".into(),
        sequence: format!("{number:056}").as_str().into(),
        arrived: Timestamp::from_millisecond(1_760_000_000_000 + i64::from(number)).ok(),
        body: Body::blob(format!("customer-{number}"), Bytes::from(order(number))),
    }
}

fn sift(pane: &TailPane, filter: Filter) {
    let mut sieve = Sieve::of_filter(Arc::new(filter), Decoder::automatic());
    let mut tickets = Tickets::default();
    while sieve.is_due(&pane.ring) {
        let wait = Wait {
            ticket: tickets.issue(),
            since: Duration::ZERO,
        };
        let found = sieve.begin(&pane.ring, wait).run();
        sieve.take(found);
    }
    assert!(sieve.stopped().is_none());
}

fn bare(pane: &TailPane) {
    let expression = Regex::new(EXPRESSION).unwrap();
    let rows = pane.ring.numbers().filter_map(|number| pane.ring.get(number));
    let passes = |row: &RingRow| match row.record().map(|record| &record.body) {
        Some(Body::Blob { data, .. }) => expression.is_match(data),
        _ => false,
    };
    assert!(rows.filter(|row| passes(row)).count() > 0);
}

/// The least time of some runs.
#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn least(run: impl Fn()) -> Duration {
    let time = |_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap()
}
