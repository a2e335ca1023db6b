//! Streams.

use std::sync::Arc;
use std::time::Duration;

use kinescope::resource::{
    Batch, Body, Detail, Entry, PageToken, Position, ResourceId, Section, SequenceNumber, Shard, shard_of,
};
use kinescope::source::{ErrorKind, SourceError, Tail};
use serde_json::json;

use super::endpoint::{BEGIN, Story};

const SHARD: &str = "shardId-000000000000";
const ARN: &str = "arn:aws:kinesis:us-east-1:111122223333:stream/orders";

/// A stream `orders`, ready to be read.
struct Orders {
    story: Story,
    tail: Arc<dyn Tail>,
}

impl Orders {
    async fn with_shards(count: u32) -> Self {
        let story = Story::begin();
        create(&story, "orders", count).await;
        let tail = story.source(Section::Streams).tail.unwrap();
        Self { story, tail }
    }

    async fn put(&self, data: &str) -> SequenceNumber {
        let input = json!({ "StreamName": "orders", "PartitionKey": "k", "Data": data });
        let answer = self.story.call("Kinesis_20131202.PutRecord", &input).await;
        answer["SequenceNumber"].as_str().unwrap().into()
    }

    /// Splits the first shard in the middle.
    async fn split(&self) {
        let input = json!({
            "StreamName": "orders",
            "ShardToSplit": SHARD,
            "NewStartingHashKey": "170141183460469231731687303715884105728"
        });
        self.story.call("Kinesis_20131202.SplitShard", &input).await;
        self.story.wait(1);
    }

    async fn read(&self, position: Position) -> Result<Batch, SourceError> {
        let stream = ResourceId::from("orders");
        let iterator = self.tail.iterator(stream.clone(), SHARD.into(), position).await?;
        self.tail.read(stream, SHARD.into(), iterator, None).await
    }

    /// The payloads from a position on.
    async fn payloads(&self, position: Position) -> Vec<Vec<u8>> {
        // A shard may be read five times a second.
        self.story.wait(1);
        let batch = self.read(position).await.unwrap();
        batch
            .records
            .into_iter()
            .map(|record| payload(record.body))
            .collect()
    }
}

fn payload(body: Body) -> Vec<u8> {
    let Body::Blob { data, .. } = body else {
        panic!("a record of a stream is a blob");
    };
    data.to_vec()
}

async fn create(story: &Story, name: &str, shards: u32) {
    let input = json!({ "StreamName": name, "ShardCount": shards });
    story.call("Kinesis_20131202.CreateStream", &input).await;
    story.wait(1);
}

/// All entries, and how many pages they came on.
async fn all_entries(story: &Story) -> (Vec<Entry>, usize) {
    let catalog = story.source(Section::Streams).catalog;
    let (mut entries, mut pages, mut from) = (Vec::new(), 0, None::<PageToken>);
    loop {
        let page = catalog.list(from).await.unwrap();
        entries.extend(page.items);
        pages += 1;
        from = page.next;
        if from.is_none() {
            return (entries, pages);
        }
    }
}

#[tokio::test]
async fn streams_are_listed_page_after_page() {
    let story = Story::begin();
    for number in 0..101 {
        create(&story, &format!("stream-{number:03}"), 1).await;
    }
    let (entries, pages) = all_entries(&story).await;
    assert_eq!((entries.len(), pages), (101, 2));
    assert_eq!(entries[100].name, "stream-100");
    assert_eq!(entries[0].status.as_deref(), Some("ACTIVE"));
    assert_eq!(entries[0].note, "provisioned");
}

#[tokio::test]
async fn a_stream_is_described_by_its_name_and_by_its_arn() {
    let orders = Orders::with_shards(3).await;
    let catalog = orders.story.source(Section::Streams).catalog;
    let by_name = catalog.describe("orders".into()).await.unwrap();
    assert_eq!(catalog.describe(ARN.into()).await.unwrap(), by_name);
    let Detail::Stream(stream) = by_name else {
        panic!("a stream is a stream");
    };
    assert_eq!((stream.name.as_str(), stream.arn.as_str()), ("orders", ARN));
    assert_eq!(stream.open_shards, Some(3));
    assert_eq!(stream.retention, Some(Duration::from_hours(24)));
    assert_eq!(stream.created.unwrap().as_second(), BEGIN);
}

#[tokio::test]
async fn shards_tell_the_hash_keys_that_they_take() {
    let orders = Orders::with_shards(2).await;
    let page = orders.tail.shards(ARN.into(), None).await.unwrap();
    let ranges: Vec<_> = page.items.iter().filter_map(|shard| shard.hash_range).collect();
    assert_eq!((ranges[0].start, ranges[1].end), (0, u128::MAX));
    assert_eq!(ranges[0].end + 1, ranges[1].start);
    assert!(page.items.iter().all(Shard::is_open));
}

#[tokio::test]
async fn shards_come_page_after_page_by_a_token_that_expires() {
    let orders = Orders::with_shards(1001).await;
    let page = |from| orders.tail.shards("orders".into(), from);
    let first = page(None).await.unwrap();
    let second = page(first.next.clone()).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (1000, 1));
    assert_eq!(second.next, None);
    orders.story.wait(301);
    let error = page(first.next).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Expired, "ExpiredNextTokenException")
    );
}

#[tokio::test]
async fn a_shard_is_read_from_every_position() {
    let orders = Orders::with_shards(1).await;
    let (a, b) = (b"a".to_vec(), b"b".to_vec());
    let first = orders.put("YQ==").await;
    orders.story.wait(10);
    orders.put("Yg==").await;
    let between = jiff::Timestamp::from_second(BEGIN + 5).unwrap();
    assert_eq!(
        orders.payloads(Position::TrimHorizon).await,
        [a.clone(), b.clone()]
    );
    assert_eq!(
        orders.payloads(Position::AtSequence(first.clone())).await,
        [a, b.clone()]
    );
    assert_eq!(
        orders.payloads(Position::AfterSequence(first)).await,
        std::slice::from_ref(&b)
    );
    assert_eq!(orders.payloads(Position::AtTimestamp(between)).await, [b]);
    assert!(orders.payloads(Position::Latest).await.is_empty());
}

#[tokio::test]
async fn the_end_of_a_shard_tells_its_children() {
    let orders = Orders::with_shards(1).await;
    orders.split().await;
    let batch = orders.read(Position::TrimHorizon).await.unwrap();
    assert_eq!(batch.next, None);
    let children: Vec<_> = batch.children.iter().map(|child| child.id.as_str()).collect();
    assert_eq!(children, ["shardId-000000000001", "shardId-000000000002"]);
    assert_eq!(batch.children[0].parents, [SHARD.into()]);
    let shards = orders.tail.shards("orders".into(), None).await.unwrap().items;
    assert_eq!(shards[1].parent, Some(SHARD.into()));
    assert!(!shards[0].is_open());
}

#[tokio::test]
async fn a_partition_key_goes_where_its_hash_key_says() {
    let orders = Orders::with_shards(1).await;
    orders.split().await;
    let shards = orders.tail.shards("orders".into(), None).await.unwrap().items;
    for number in 0..100 {
        let key = format!("customer-{number}");
        let input = json!({ "StreamName": "orders", "PartitionKey": key, "Data": "YQ==" });
        let answer = orders.story.call("Kinesis_20131202.PutRecord", &input).await;
        let shard = shard_of(&key, &shards).unwrap();
        assert_eq!(answer["ShardId"], shard.id.as_str(), "{key}");
    }
}

#[tokio::test]
async fn an_unknown_stream_is_not_found_by_any_call() {
    let story = Story::begin();
    let source = story.source(Section::Streams);
    let tail = source.tail.unwrap();
    let errors = [
        source.catalog.describe("nowhere".into()).await.unwrap_err(),
        tail.shards("nowhere".into(), None).await.unwrap_err(),
        tail.iterator("nowhere".into(), SHARD.into(), Position::Latest)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
        assert_eq!(
            (error.code.as_str(), error.resource.as_str()),
            ("ResourceNotFoundException", "nowhere")
        );
        assert!(error.request_id.is_some());
    }
}

#[tokio::test]
async fn reads_are_not_tried_again_when_there_are_too_many() {
    let orders = Orders::with_shards(1).await;
    for _ in 0..5 {
        orders.read(Position::TrimHorizon).await.unwrap();
    }
    let error = orders.read(Position::TrimHorizon).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert_eq!(error.code, "ProvisionedThroughputExceededException");
}

#[tokio::test]
async fn an_old_iterator_has_expired() {
    let orders = Orders::with_shards(1).await;
    let stream = ResourceId::from("orders");
    let iterator = orders
        .tail
        .iterator(stream.clone(), SHARD.into(), Position::TrimHorizon)
        .await
        .unwrap();
    orders.story.wait(301);
    let error = orders
        .tail
        .read(stream, SHARD.into(), iterator, None)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Expired, "ExpiredIteratorException")
    );
}
