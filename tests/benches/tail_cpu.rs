//! What a record costs `kinescope tail --output raw`, against the least that can be done with Amazon's client: a loop over
//! `GetRecords` that writes the payloads. Both read the same backlog from the same embedded endpoint, by turns, in processes of
//! their own, so that the endpoint's work and the machine's mood are in neither figure.
//!
//! `cargo bench --bench tail_cpu` prints the processor time a record for both, and their ratio.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and ends where it cannot go on"
)]

use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, ShardIteratorType};
use aws_sdk_kinesis::{Client, Config};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

const STREAM: &str = "backlog";
const SHARDS: i32 = 8;
const RECORDS: u32 = 100_000;
const BYTES: u32 = 1024;
const ROUNDS: u32 = 3;
/// Under five reads a second, as the service allows.
const BETWEEN_READS: Duration = Duration::from_millis(210);
/// Says to this program's own copy that it is to be the loop, and where the endpoint is.
const BARE: &str = "KINESCOPE_BENCH_BARE";

fn main() {
    if let Ok(url) = std::env::var(BARE) {
        return runtime().block_on(bare_loop(&url));
    }
    let (mut endpoint, url) = serve();
    runtime().block_on(fill(&url));
    let (mut ours, mut bare) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        bare += processor_time(Command::new(std::env::current_exe().unwrap()).env(BARE, &url));
        ours += processor_time(Command::new(kinescope()).args([
            "tail",
            STREAM,
            "--from",
            "trim-horizon",
            "--until-caught-up",
            "--output",
            "raw",
            "--endpoint-url",
            &url,
        ]));
    }
    endpoint.kill().unwrap();
    endpoint.wait().unwrap();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(RECORDS * ROUNDS);
    println!("bare loop   {:.2} µs of processor time a record", each(bare));
    println!("kinescope   {:.2} µs of processor time a record", each(ours));
    println!("ratio       {:.2}", each(ours) / each(bare));
}

fn kinescope() -> &'static str {
    env!("CARGO_BIN_EXE_kinescope")
}

fn serve() -> (Child, String) {
    let mut child = Command::new(kinescope())
        .args(["demo", "--serve"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
    (child, url)
}

/// The processor time of a program from its start to its end. It must write every payload.
fn processor_time(command: &mut Command) -> Duration {
    let before = children();
    let mut child = command
        .env("AWS_ACCESS_KEY_ID", "demo")
        .env("AWS_SECRET_ACCESS_KEY", "demo")
        .env("AWS_REGION", "us-east-1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let written = std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(written, u64::from(RECORDS * (BYTES + 1)));
    children().saturating_sub(before)
}

fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("demo", "demo", None, None, "bench"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    Client::from_conf(config.build())
}

async fn fill(url: &str) {
    let client = client(url);
    client
        .create_stream()
        .stream_name(STREAM)
        .shard_count(SHARDS)
        .send()
        .await
        .unwrap();
    while client
        .describe_stream_summary()
        .stream_name(STREAM)
        .send()
        .await
        .unwrap()
        .stream_description_summary
        .unwrap()
        .stream_status
        .as_str()
        != "ACTIVE"
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let payload = vec![b'x'; BYTES as usize];
    for batch in 0..RECORDS / 500 {
        let entries = (0..500).map(|n| {
            let key = format!("key-{}", batch * 500 + n);
            let entry = PutRecordsRequestEntry::builder()
                .partition_key(key)
                .data(Blob::new(payload.clone()));
            entry.build().unwrap()
        });
        let put = client
            .put_records()
            .stream_name(STREAM)
            .set_records(Some(entries.collect()));
        assert_eq!(put.send().await.unwrap().failed_record_count, Some(0));
    }
}

/// The least that can be done: shard after shard, as fast as the service lets one.
async fn bare_loop(url: &str) {
    let client = client(url);
    let mut out = BufWriter::with_capacity(128 << 10, std::io::stdout());
    for shard in client
        .list_shards()
        .stream_name(STREAM)
        .send()
        .await
        .unwrap()
        .shards
        .unwrap()
    {
        let iterator = client
            .get_shard_iterator()
            .stream_name(STREAM)
            .shard_id(shard.shard_id);
        let iterator = iterator
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await
            .unwrap();
        let mut next = iterator.shard_iterator;
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
