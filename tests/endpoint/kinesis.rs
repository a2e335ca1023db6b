//! The Kinesis service through Amazon's own client.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::error::ProvideErrorMetadata as _;
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::primitives::event_stream::EventReceiver;
use aws_sdk_kinesis::types::error::SubscribeToShardEventStreamError;
use aws_sdk_kinesis::types::{
    ChildShard, ScalingType, ShardIteratorType, StartingPosition, StreamStatus, SubscribeToShardEvent,
    SubscribeToShardEventStream,
};
use aws_smithy_http_client::Builder;
use aws_smithy_types::retry::RetryConfig;
use jiff::Timestamp;
use kinescope::demo::{Clock, Endpoint, Options};

/// An endpoint with nothing in it, a client of it, and the hand on its clock.
struct Story {
    _endpoint: Endpoint,
    client: Client,
    seconds: Arc<AtomicI64>,
}

impl Story {
    fn begin() -> Self {
        let seconds = Arc::new(AtomicI64::new(1_760_000_000));
        let hand = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(hand.load(Ordering::Relaxed)).unwrap());
        let endpoint = Endpoint::start(Options::empty(clock)).unwrap();
        let client = client(&endpoint.url());
        Self {
            _endpoint: endpoint,
            client,
            seconds,
        }
    }

    fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn create(&self, stream: &str, shards: i32) {
        self.client
            .create_stream()
            .stream_name(stream)
            .shard_count(shards)
            .send()
            .await
            .unwrap();
        self.wait(1);
    }

    async fn horizon(&self, shard: &str) -> String {
        let start = self
            .client
            .get_shard_iterator()
            .stream_name("orders")
            .shard_id(shard);
        let answer = start
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await
            .unwrap();
        answer.shard_iterator.unwrap()
    }

    async fn read(&self, iterator: &str) -> GetRecordsOutput {
        self.client
            .get_records()
            .shard_iterator(iterator)
            .send()
            .await
            .unwrap()
    }
}

fn client(url: &str) -> Client {
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .credentials_provider(Credentials::new("AKIDEMO", "secret", None, None, "test"))
        .region(Region::new("eu-west-1"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
}

#[tokio::test]
async fn a_record_makes_the_round_trip() {
    let story = Story::begin();
    story.create("orders", 1).await;
    let put = story
        .client
        .put_record()
        .stream_name("orders")
        .partition_key("cust-0001");
    let put = put.data(Blob::new([0, 1, 0xff])).send().await.unwrap();
    let iterator = story.horizon(put.shard_id()).await;
    let answer = story.read(&iterator).await;
    let record = &answer.records()[0];
    assert_eq!(record.data().as_ref(), [0, 1, 0xff]);
    assert_eq!(record.partition_key(), Some("cust-0001"));
    assert_eq!(record.sequence_number(), put.sequence_number());
    assert_eq!(
        record.approximate_arrival_timestamp().unwrap().secs(),
        1_760_000_001
    );
    assert_eq!(answer.millis_behind_latest(), Some(0));
}

#[tokio::test]
async fn a_split_ends_a_shard_and_leads_to_its_children() {
    let story = Story::begin();
    story.create("orders", 1).await;
    let iterator = story.horizon("shardId-000000000000").await;
    let split = story
        .client
        .split_shard()
        .stream_name("orders")
        .shard_to_split("shardId-000000000000");
    split
        .new_starting_hash_key((1_u128 << 127).to_string())
        .send()
        .await
        .unwrap();
    assert!(story.read(&iterator).await.next_shard_iterator().is_some());
    story.wait(1);
    let end = story.read(&iterator).await;
    assert_eq!(end.next_shard_iterator(), None);
    let children: Vec<_> = end.child_shards().iter().map(ChildShard::shard_id).collect();
    assert_eq!(children, ["shardId-000000000001", "shardId-000000000002"]);
}

#[tokio::test]
async fn faults_arrive_with_their_codes_and_a_request_id() {
    use aws_sdk_kinesis::operation::RequestId as _;
    let story = Story::begin();
    let error = story
        .client
        .list_shards()
        .stream_name("nothing")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    assert_eq!(
        error.message(),
        Some("Stream nothing under account 111122223333 not found.")
    );
    assert_eq!(error.request_id().map(str::len), Some(36));

    story.create("orders", 1).await;
    let iterator = story.horizon("shardId-000000000000").await;
    for _ in 0..5 {
        story.read(&iterator).await;
    }
    let error = story
        .client
        .get_records()
        .shard_iterator(&iterator)
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .into_service_error()
            .is_provisioned_throughput_exceeded_exception()
    );
    story.wait(301);
    let error = story
        .client
        .get_records()
        .shard_iterator(&iterator)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_expired_iterator_exception());
}

#[tokio::test]
async fn a_stream_is_described_with_the_callers_region() {
    let story = Story::begin();
    story.create("orders", 3).await;
    let answer = story
        .client
        .describe_stream_summary()
        .stream_name("orders")
        .send()
        .await
        .unwrap();
    let summary = answer.stream_description_summary().unwrap();
    assert_eq!(
        summary.stream_arn(),
        "arn:aws:kinesis:eu-west-1:111122223333:stream/orders"
    );
    assert_eq!(summary.stream_status(), &StreamStatus::Active);
    assert_eq!(summary.open_shard_count(), 3);
}

#[tokio::test]
async fn records_are_pushed_to_a_subscriber_until_its_shard_ends() {
    let story = Story::begin();
    story.create("orders", 1).await;
    let arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";
    let register = story.client.register_stream_consumer().stream_arn(arn);
    let registered = register.consumer_name("billing").send().await.unwrap();
    story.wait(1);
    let arn = registered.consumer().unwrap().consumer_arn();
    let start = StartingPosition::builder().r#type(ShardIteratorType::Latest);
    let subscribe = || {
        let call = story.client.subscribe_to_shard().consumer_arn(arn);
        call.shard_id("shardId-000000000000")
            .starting_position(start.clone().build().unwrap())
    };
    let mut events = subscribe().send().await.unwrap().event_stream;
    let error = subscribe().send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_in_use_exception());
    assert_eq!(next(&mut events).await.unwrap().records().len(), 0);

    let put = story.client.put_record().stream_name("orders").partition_key("a");
    let put = put.data(Blob::new([0, 0xff])).send().await.unwrap();
    let event = next(&mut events).await.unwrap();
    assert_eq!(event.records()[0].data().as_ref(), [0, 0xff]);
    assert_eq!(event.continuation_sequence_number(), put.sequence_number());

    let scale = story.client.update_shard_count().stream_name("orders");
    let scale = scale
        .target_shard_count(2)
        .scaling_type(ScalingType::UniformScaling);
    scale.send().await.unwrap();
    story.wait(1);
    let last = next(&mut events).await.unwrap();
    assert_eq!(last.child_shards().len(), 2);
    assert!(next(&mut events).await.is_none());
}

/// The next event of a subscription; `None` once it has ended.
async fn next(
    events: &mut EventReceiver<SubscribeToShardEventStream, SubscribeToShardEventStreamError>,
) -> Option<SubscribeToShardEvent> {
    let event = events.recv().await.unwrap()?;
    Some(event.as_subscribe_to_shard_event().unwrap().clone())
}

#[tokio::test]
async fn the_demo_is_full_of_streams_and_stops_when_told() {
    let endpoint = Endpoint::start(Options::demo(1)).unwrap();
    let client = client(&endpoint.url());
    let answer = client.list_streams().send().await.unwrap();
    assert_eq!(
        answer.stream_names(),
        ["app-logs", "clickstream", "dms-cdc", "orders", "telemetry"]
    );
    endpoint.shutdown();
    assert!(client.list_streams().send().await.is_err());
}
