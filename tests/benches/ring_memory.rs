//! What a tail takes in memory that goes on for long: five million records of all sizes through the pane of the screen, its
//! merge and its ring, as they come from eight shards.
//!
//! `cargo bench --bench ring_memory` prints the resident memory from when the ring is full, and fails where it is more than a
//! tenth from its median at any time.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and ends where it cannot go on"
)]

use std::process::ExitCode;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use kinescope::message::TailRequest;
use kinescope::model::{TailPane, Tickets, Wait};
use kinescope::resource::{Body, Record, Section, ShardId};
use kinescope::tail::{Lag, TailEvent};

const RECORDS: u64 = 5_000_000;
const SAMPLE_EVERY: u64 = 250_000;
const SHARDS: usize = 8;
/// Records in one answer, at most.
const BATCH: usize = 1000;
/// As the program has it unless it is configured.
const RING: usize = 64 << 20;
/// Between two reads of a shard; the shards take turns.
const BETWEEN_READS: Duration = Duration::from_millis(210);
const LINES: usize = 40;
/// How far from the median is still flat.
const TOLERANCE: f64 = 0.1;

fn main() -> ExitCode {
    let mut source = Source::new();
    let mut pane = pane();
    let mut samples = Vec::new();
    let (mut now, mut put) = (Duration::ZERO, 0);
    while put < RECORDS {
        now += BETWEEN_READS / u32::try_from(SHARDS).unwrap();
        let batch = source.batch(usize::try_from(RECORDS - put).unwrap_or(BATCH));
        let before = put / SAMPLE_EVERY;
        put += batch.len() as u64;
        pane.take(
            now,
            TailEvent::Read {
                shard: batch[0].shard.clone(),
                records: batch,
                lag: Lag::default(),
            },
        );
        pane.release(now, LINES);
        if put / SAMPLE_EVERY > before && pane.ring.dropped() > 0 {
            samples.push(resident_kib());
        }
    }
    pane.release(now + Duration::from_secs(1), LINES);
    assert_eq!(
        pane.ring.numbers().end,
        RECORDS,
        "every record went through the ring"
    );
    assert!(pane.ring.bytes() <= RING);
    println!(
        "{RECORDS} records of {} MiB through a ring of {} MiB, which holds {} of them",
        source.bytes >> 20,
        RING >> 20,
        pane.ring.len()
    );
    judge(samples)
}

fn judge(mut samples: Vec<u32>) -> ExitCode {
    let in_order: Vec<_> = samples.iter().map(|kib| kib / 1024).collect();
    println!("resident MiB every {SAMPLE_EVERY} records: {in_order:?}");
    samples.sort_unstable();
    let mib = |kib: u32| f64::from(kib) / 1024.0;
    let (least, median, most) = (
        mib(samples[0]),
        mib(samples[samples.len() / 2]),
        mib(samples[samples.len() - 1]),
    );
    println!("least {least:.1} MiB, median {median:.1} MiB, most {most:.1} MiB");
    let (below, above) = (1.0 - least / median, most / median - 1.0);
    println!(
        "{:.1} % below and {:.1} % above the median",
        below * 100.0,
        above * 100.0
    );
    if below.max(above) > TOLERANCE {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn pane() -> TailPane {
    let wait = Wait {
        ticket: Tickets::default().issue(),
        since: Duration::ZERO,
    };
    let request = TailRequest::all_of(Section::Streams, "orders".into());
    TailPane::new(wait, request, "orders".to_owned(), RING)
}

/// `VmRSS`, as the manual page of `/proc/PID/status` has it.
fn resident_kib() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}

/// Where the records come from.
struct Source {
    rng: Rng,
    shards: Vec<ShardId>,
    turn: usize,
    number: u64,
    bytes: u64,
}

impl Source {
    fn new() -> Self {
        let shard = |place| ShardId::from(format!("shardId-{place:012}").as_str());
        Self {
            rng: Rng::with_seed(7),
            shards: (0..SHARDS).map(shard).collect(),
            turn: 0,
            number: 0,
            bytes: 0,
        }
    }

    /// What one read of the next shard brings.
    fn batch(&mut self, most: usize) -> Vec<Record> {
        self.turn = (self.turn + 1) % SHARDS;
        let count = self.rng.usize(1..=BATCH).min(most);
        (0..count).map(|_| self.record()).collect()
    }

    fn record(&mut self) -> Record {
        self.number += 1;
        let data = vec![b'x'; self.size()];
        self.bytes += data.len() as u64;
        Record {
            shard: self.shards[self.turn].clone(),
            sequence: format!("{:056}", self.number).as_str().into(),
            arrived: Timestamp::from_millisecond(1_760_000_000_000 + self.number.cast_signed()).ok(),
            body: Body::blob(format!("customer-{}", self.rng.u32(..)), data),
        }
    }

    /// Mostly small; some large; now and then as large as a record of Kinesis usually may be.
    fn size(&mut self) -> usize {
        match self.rng.u32(..10_000) {
            0 => self.rng.usize(256 << 10..=1 << 20),
            1..100 => self.rng.usize(4 << 10..32 << 10),
            _ => self.rng.usize(20..2000),
        }
    }
}
