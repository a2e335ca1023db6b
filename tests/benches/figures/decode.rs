//! What reading a payload costs beyond the parsing itself, on the same bytes: the chain that finds out what they are, against
//! the libraries that it ends up with, told beforehand. By turns, and the least of many rounds.

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kinescope::decode::{decode, preview};
use serde_json::Value;

use super::cpu::order;
use super::table::Row;

const ROUNDS: u32 = 60;
/// How long a round takes, about.
const ROUND: Duration = Duration::from_millis(10);
/// Columns of a row's preview on a wide screen.
const COLUMNS: usize = 120;

/// A payload, and the least that can be done with it.
struct Case {
    name: &'static str,
    data: Vec<u8>,
    bare: fn(&[u8]),
    at_most: Option<f64>,
}

/// Each payload decoded, and as the preview of a row.
pub(crate) fn measure() -> Vec<Row> {
    let json = order(48_211);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&json).unwrap();
    let cases = [
        Case {
            name: "JSON of 1 KiB",
            data: json,
            bare: parse,
            at_most: Some(1.15),
        },
        Case {
            name: "gzip of it",
            data: gzip.finish().unwrap(),
            bare: |data| {
                let mut inside = Vec::new();
                GzDecoder::new(data).read_to_end(&mut inside).unwrap();
                parse(&inside);
            },
            at_most: None,
        },
        Case {
            name: "text of 1 KiB",
            data: b"2026-11-20T12:00:00Z INFO checkout paid ord-048211 ".repeat(21),
            bare: |data| drop(black_box(std::str::from_utf8(data).unwrap().to_owned())),
            at_most: None,
        },
    ];
    cases.iter().flat_map(rows).collect()
}

fn rows(case: &Case) -> [Row; 2] {
    let (mut bare, mut chain, mut row) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        bare = bare.min(each(|| (case.bare)(black_box(&case.data))));
        chain = chain.min(each(|| drop(black_box(decode(black_box(&case.data))))));
        row = row.min(each(|| drop(black_box(preview(black_box(&case.data), COLUMNS)))));
    }
    let ns = |time: Duration| time.as_secs_f64() * 1e9;
    let parser = (ns(bare), "ns", "of its parsers alone");
    let decoded = Row::ratio(format!("decode {}", case.name), (ns(chain), "ns"), parser);
    let decoded = match case.at_most {
        Some(limit) => decoded.at_most(limit),
        None => decoded,
    };
    [
        decoded,
        Row::ratio(
            format!("preview of a row, {}", case.name),
            (ns(row), "ns"),
            parser,
        ),
    ]
}

/// The time that one call takes, over a round of them.
#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
pub(crate) fn each(mut call: impl FnMut()) -> Duration {
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
