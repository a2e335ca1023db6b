//! What a tail takes in memory that goes on for long: five million records of all sizes through the pane of the screen, its
//! merge and its ring, as they come from eight shards. In a process of its own, which holds nothing else.

use std::process::Command;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use kinescope::message::TailRequest;
use kinescope::model::{TailPane, Tickets, Wait};
use kinescope::resource::{Body, Record, Section, ShardId};
use kinescope::tail::{Lag, TailEvent};
use nix::unistd::Pid;

use super::process::resident;
use super::table::Row;

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
/// Says to this program's own copy that it is to be the process.
const ALONE: &str = "KINESCOPE_BENCH_RING";

/// Whether this process is the one that only fills a ring.
pub(crate) fn is_alone() -> bool {
    std::env::var(ALONE).is_ok()
}

/// How far the resident memory goes from its median.
pub(crate) fn measure() -> Vec<Row> {
    let myself = std::env::current_exe().unwrap();
    let output = Command::new(myself).env(ALONE, "1").output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let samples = String::from_utf8(output.stdout).unwrap();
    let mut samples: Vec<f64> = samples.split_whitespace().map(|it| it.parse().unwrap()).collect();
    samples.sort_unstable_by(f64::total_cmp);
    let median = samples[samples.len() / 2];
    let most = samples[samples.len() - 1];
    let row = Row::ratio(
        "RSS at the most, 5,000,000 records through a ring of 64 MiB",
        (most, "MiB"),
        (median, "MiB", "at the median since it was full"),
    );
    vec![row.at_most(1.1)]
}

/// Sends the records through, and prints the resident memory from when the ring is full.
pub(crate) fn run() {
    let mut source = Source::new();
    let mut pane = pane(RING);
    let (mut now, mut put) = (Duration::ZERO, 0);
    while put < RECORDS {
        now += BETWEEN_READS / u32::try_from(SHARDS).unwrap();
        let batch = source.batch(usize::try_from(RECORDS - put).unwrap_or(BATCH));
        let before = put / SAMPLE_EVERY;
        put += batch.len() as u64;
        take(&mut pane, now, batch);
        pane.release(now, LINES);
        if put / SAMPLE_EVERY > before && pane.ring.dropped() > 0 {
            println!("{}", resident(Pid::this()));
        }
    }
    pane.release(now + Duration::from_secs(1), LINES);
    assert_eq!(
        pane.ring.numbers().end,
        RECORDS,
        "every record went through the ring"
    );
    assert!(pane.ring.bytes() <= RING);
}

/// A tail of which nothing has come yet.
pub(crate) fn pane(ring: usize) -> TailPane {
    let wait = Wait {
        ticket: Tickets::default().issue(),
        since: Duration::ZERO,
    };
    let request = TailRequest::all_of(Section::Streams, "orders".into());
    TailPane::new(wait, request, "orders".to_owned(), ring)
}

/// A read of the shard that these records are of.
pub(crate) fn take(pane: &mut TailPane, now: Duration, records: Vec<Record>) {
    let shard = records[0].shard.clone();
    let lag = Lag::default();
    pane.take(now, TailEvent::Read { shard, records, lag });
}

/// Where the records come from.
pub(crate) struct Source {
    rng: Rng,
    shards: Vec<ShardId>,
    turn: usize,
    number: u64,
    /// Bytes of payloads so far.
    pub(crate) bytes: u64,
}

impl Source {
    /// The same every time.
    pub(crate) fn new() -> Self {
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
    pub(crate) fn batch(&mut self, most: usize) -> Vec<Record> {
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
