//! What a record costs `kinescope tail`, against the least that can be done with Amazon's client: a loop over `GetRecords` that
//! writes the payloads. Both read the same backlog from the same embedded endpoint, by turns, in processes of their own, so
//! that the endpoint's work and the machine's mood are in neither figure.

use std::io::{BufWriter, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::ShardIteratorType;

use super::endpoint::{Endpoint, client, runtime};
use super::process::of_children;
use super::table::Row;
use crate::shell::{ACCOUNT, BINARY};

const STREAM: &str = "backlog";
const SHARDS: i32 = 8;
const RECORDS: u32 = 100_000;
const ROUNDS: u32 = 3;
/// Under five reads a second, as the service allows.
const BETWEEN_READS: Duration = Duration::from_millis(210);
/// Says to this program's own copy that it is to be the loop, and where the endpoint is.
const BARE: &str = "KINESCOPE_BENCH_BARE";

/// Whether this process is the bare loop.
pub(crate) fn is_bare_loop() -> bool {
    std::env::var(BARE).is_ok()
}

/// Reads the whole stream and writes its payloads.
pub(crate) fn bare_loop() {
    runtime().block_on(read_all(&client(&std::env::var(BARE).unwrap())));
}

/// Processor time and time by the clock, of a run.
#[derive(Clone, Copy, Default)]
struct Cost {
    processor: Duration,
    clock: Duration,
}

impl Cost {
    /// The lesser of two runs.
    fn or(self, other: Option<Self>) -> Self {
        let other = other.unwrap_or(self);
        Self {
            processor: self.processor.min(other.processor),
            clock: self.clock.min(other.clock),
        }
    }

    fn micros(self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / f64::from(RECORDS)
    }
}

/// Payloads as they are, and as lines of JSON.
pub(crate) fn measure() -> Vec<Row> {
    let endpoint = Endpoint::with_stream(STREAM, SHARDS);
    endpoint.fill(STREAM, RECORDS, order);
    let (mut bare, mut raw, mut jsonl) = (None, None, None);
    for _ in 0..ROUNDS {
        bare = Some(run(Command::new(std::env::current_exe().unwrap()).env(BARE, endpoint.url())).or(bare));
        raw = Some(run(&mut tail(endpoint.url(), "raw")).or(raw));
        jsonl = Some(run(&mut tail(endpoint.url(), "jsonl")).or(jsonl));
    }
    let (bare, raw, jsonl) = (bare.unwrap(), raw.unwrap(), jsonl.unwrap());
    let beside = (bare.micros(), "µs", "of a bare SDK loop");
    let seconds = |cost: Cost| cost.clock.as_secs_f64();
    vec![
        Row::ratio("processor time a record, `raw`", (raw.micros(), "µs"), beside).at_most(1.10),
        Row::ratio(
            "processor time a record, `jsonl`, 1 KiB of JSON",
            (jsonl.micros(), "µs"),
            beside,
        )
        .at_most(1.5),
        Row::ratio(
            "100,000 records of 8 shards, `raw`, by the clock",
            (seconds(raw), "s"),
            (seconds(bare), "s", "of a loop, a shard after another"),
        ),
    ]
}

fn tail(url: &str, output: &str) -> Command {
    let mut command = Command::new(BINARY);
    command.args([
        "tail",
        STREAM,
        "--from",
        "trim-horizon",
        "--until-caught-up",
        "--output",
        output,
    ]);
    command.args(["--endpoint-url", url]);
    command
}

/// What a program takes from its start to its end. It must write every payload.
fn run(command: &mut Command) -> Cost {
    let (before, begun) = (of_children(), now());
    let mut child = command.envs(ACCOUNT).stdout(Stdio::piped()).spawn().unwrap();
    let written = std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(written > u64::from(RECORDS) * 1000, "{written} bytes are not all");
    Cost {
        processor: of_children().saturating_sub(before),
        clock: begun.elapsed(),
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// An order of a shop, filled up to 1 KiB with its items.
pub(crate) fn order(number: u32) -> Vec<u8> {
    let item = |n: u32| serde_json::json!({"sku": format!("sku-{n:04}"), "quantity": n, "price": f64::from(n) + 0.5});
    let items: Vec<_> = (1..=21).map(item).collect();
    let order = serde_json::json!({
        "order_id": format!("ord-{number:06}"), "customer_id": format!("cust-{:04}", number % 10_000),
        "total": 211.5, "items": items,
    });
    order.to_string().into_bytes()
}

/// The least that can be done: shard after shard, as fast as the service lets one.
async fn read_all(client: &Client) {
    let mut out = BufWriter::with_capacity(128 << 10, std::io::stdout());
    let shards = client
        .list_shards()
        .stream_name(STREAM)
        .send()
        .await
        .unwrap()
        .shards;
    for shard in shards.unwrap() {
        let iterator = client
            .get_shard_iterator()
            .stream_name(STREAM)
            .shard_id(shard.shard_id);
        let iterator = iterator
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await;
        let mut next = iterator.unwrap().shard_iterator;
        loop {
            // Throttled reads are repeated, and what was read is paid back, or the service refuses the next.
            let Ok(page) = client.get_records().set_shard_iterator(next.clone()).send().await else {
                tokio::time::sleep(BETWEEN_READS).await;
                continue;
            };
            for record in &page.records {
                out.write_all(record.data.as_ref()).unwrap();
                out.write_all(b"\n").unwrap();
            }
            if page.millis_behind_latest == Some(0) {
                break;
            }
            next = page.next_shard_iterator;
            tokio::time::sleep(BETWEEN_READS).await;
        }
    }
    out.flush().unwrap();
}
