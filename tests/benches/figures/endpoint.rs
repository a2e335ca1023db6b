//! A stream on embedded services in a process of their own, filled or being filled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, StreamStatus};
use aws_sdk_kinesis::{Client, Config};
use futures::future::join_all;
use tokio::runtime::{Builder, Runtime};

use crate::shell::{Served, in_background};

/// Records that one `PutRecords` takes at most (`PutRecords`, API reference).
const BATCH: u32 = 500;
/// Between two looks at what becomes, or two tries.
const A_WHILE: Duration = Duration::from_millis(50);

/// A served endpoint with one stream of ours.
pub(crate) struct Endpoint {
    served: Served,
    runtime: Runtime,
}

/// What a record is made of.
pub(crate) type Payload = fn(u32) -> Vec<u8>;

/// One thread that waits for answers.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A bare client.
pub(crate) fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("demo", "demo", None, None, "bench"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    Client::from_conf(config.build())
}

impl Endpoint {
    /// With a new stream of so many shards.
    pub(crate) fn with_stream(name: &str, shards: i32) -> Self {
        Self::of(Served::start(), name, shards)
    }

    /// The same at an endpoint that is served already, and may have a bad day.
    pub(crate) fn of(served: Served, name: &str, shards: i32) -> Self {
        let endpoint = Self {
            served,
            runtime: runtime(),
        };
        let client = client(endpoint.url());
        endpoint.runtime.block_on(async {
            let create = client.create_stream().stream_name(name).shard_count(shards);
            create.send().await.unwrap();
            loop {
                let described = client.describe_stream_summary().stream_name(name).send().await;
                let summary = described.ok().and_then(|it| it.stream_description_summary);
                if summary.is_some_and(|it| it.stream_status == StreamStatus::Active) {
                    return;
                }
                tokio::time::sleep(A_WHILE).await;
            }
        });
        endpoint
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        self.served.url()
    }

    /// Puts so many records.
    pub(crate) fn fill(&self, stream: &str, records: u32, payload: Payload) {
        let client = client(self.url());
        self.runtime.block_on(async {
            for first in (0..records).step_by(BATCH as usize * 4) {
                let ends = (first..records.min(first + BATCH * 4)).step_by(BATCH as usize);
                join_all(ends.map(|first| {
                    put(
                        &client,
                        stream,
                        first..records.min(first + BATCH),
                        payload,
                        |_, _, _| (),
                    )
                }))
                .await;
            }
        });
    }

    /// Puts records as fast as the service takes them until the answer is dropped.
    pub(crate) fn keep_filling(&self, stream: &'static str, payload: Payload) -> Filling {
        let going = Arc::new(AtomicBool::new(true));
        let (url, goes_on) = (self.url().to_owned(), Arc::clone(&going));
        in_background(move || {
            runtime().block_on(async {
                let client = client(&url);
                let mut first = 0_u32;
                while goes_on.load(Ordering::Relaxed) {
                    put(&client, stream, first..first + BATCH, payload, |_, _, _| ()).await;
                    first = first.wrapping_add(BATCH) % 1_000_000_000;
                }
            });
        });
        Filling { going }
    }
}

/// Ends the filling when it is dropped.
pub(crate) struct Filling {
    going: Arc<AtomicBool>,
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.going.store(false, Ordering::Relaxed);
    }
}

/// Puts these records; what the service does not take is put again after a while. Tells of each that it took: number, shard,
/// sequence number, in the order of each shard.
pub(crate) async fn put(
    client: &Client,
    stream: &str,
    numbers: std::ops::Range<u32>,
    payload: Payload,
    mut taken: impl FnMut(u32, String, String),
) {
    let entry = |number: u32| {
        let entry = PutRecordsRequestEntry::builder()
            .partition_key(format!("key-{number}"))
            .data(Blob::new(payload(number)));
        entry.build().unwrap()
    };
    let mut left: Vec<_> = numbers.collect();
    while !left.is_empty() {
        let request = client
            .put_records()
            .stream_name(stream)
            .set_records(Some(left.iter().copied().map(entry).collect()));
        // An endpoint that is ended under a filling takes nothing more.
        let Ok(answer) = request.send().await else {
            return;
        };
        let asked = std::mem::take(&mut left);
        for (number, result) in asked.into_iter().zip(answer.records) {
            match result.shard_id.zip(result.sequence_number) {
                Some((shard, sequence)) => taken(number, shard, sequence),
                None => left.push(number),
            }
        }
        if !left.is_empty() {
            tokio::time::sleep(A_WHILE).await;
        }
    }
}
