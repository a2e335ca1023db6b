//! What reading a payload costs beyond the parsing itself, on the same bytes: the chain that finds out what they are, against
//! the libraries that it ends up with, told beforehand. By turns, and the least of many rounds, because the machine has moods.
//!
//! `cargo bench --bench decode` prints the time a payload for both and their ratio, and fails where JSON of 1 KiB costs over 15 % more.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, reads the clock, and ends where it cannot go on"
)]

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kinescope::decode::{decode, preview};
use serde_json::Value;

const ROUNDS: u32 = 60;
/// How long a round takes, about.
const ROUND: Duration = Duration::from_millis(10);
/// What JSON of 1 KiB may cost more than its parser alone.
const ALLOWED: f64 = 1.15;
/// Columns of a row's preview on a wide screen.
const COLUMNS: usize = 120;

/// A payload, and the least that can be done with it.
struct Case {
    name: &'static str,
    data: Vec<u8>,
    bare: fn(&[u8]),
}

fn main() -> ExitCode {
    let json = order();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&json).unwrap();
    let cases = [
        Case {
            name: "json, 1 KiB",
            data: json.clone(),
            bare: parse,
        },
        Case {
            name: "gzip of it",
            data: gzip.finish().unwrap(),
            bare: |data| {
                let mut inside = Vec::new();
                GzDecoder::new(data).read_to_end(&mut inside).unwrap();
                parse(&inside);
            },
        },
        Case {
            name: "text, 1 KiB",
            data: b"2026-11-20T12:00:00Z INFO checkout paid ord-048211 ".repeat(21),
            bare: |data| drop(black_box(std::str::from_utf8(data).unwrap().to_owned())),
        },
    ];
    println!(
        "{:<12} {:>10} {:>10} {:>6} {:>10}",
        "", "parser", "chain", "ratio", "preview"
    );
    let ratios: Vec<f64> = cases.iter().map(measure).collect();
    if ratios[0] > ALLOWED {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn measure(case: &Case) -> f64 {
    let (mut bare, mut chain, mut row) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        bare = bare.min(each(|| (case.bare)(black_box(&case.data))));
        chain = chain.min(each(|| drop(black_box(decode(black_box(&case.data))))));
        row = row.min(each(|| drop(black_box(preview(black_box(&case.data), COLUMNS)))));
    }
    let ratio = chain.as_secs_f64() / bare.as_secs_f64();
    println!(
        "{:<12} {:>7} ns {:>7} ns {ratio:>6.2} {:>7} ns",
        case.name,
        bare.as_nanos(),
        chain.as_nanos(),
        row.as_nanos()
    );
    ratio
}

/// The time that one call takes, over a round of them.
fn each(call: impl Fn()) -> Duration {
    let begun = Instant::now();
    let mut calls = 0;
    while begun.elapsed() < ROUND {
        for _ in 0..16 {
            call();
        }
        calls += 16;
    }
    begun.elapsed() / calls
}

fn parse(data: &[u8]) {
    drop(black_box(serde_json::from_slice::<Value>(data).unwrap()));
}

/// An order of a shop, filled up to 1 KiB with its items.
fn order() -> Vec<u8> {
    let item = |n: u32| serde_json::json!({"sku": format!("sku-{n:04}"), "quantity": n, "price": f64::from(n) + 0.5});
    let items: Vec<_> = (1..=21).map(item).collect();
    let order = serde_json::json!({"order_id": "ord-048211", "customer_id": "cust-0007", "total": 211.5, "items": items});
    let data = order.to_string().into_bytes();
    assert!((1000..1200).contains(&data.len()), "{}", data.len());
    data
}
