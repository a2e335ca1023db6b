//! Tails through registered consumers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kinescope::message::{TailReply, Through};
use kinescope::resource::{Body, Consumer, Position, Record, Section, ShardId};
use kinescope::runtime::Clock;
use kinescope::runtime::tail::{Order, Wishes, drive};
use kinescope::source::{ErrorKind, Session, SourceError, Tail};
use kinescope::tail::TailEvent;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::canned::Canned;
use super::endpoint::Story;

const STREAM: &str = "arn:aws:kinesis:us-east-1:111122223333:stream/orders";
const SHARD: &str = "shardId-000000000000";
/// How long anything may take.
const DEADLINE: Duration = Duration::from_mins(1);

/// A stream `orders` with a consumer `billing`, ready to be read.
struct Orders {
    story: Story,
    put: usize,
}

impl Orders {
    async fn with_shards(count: u32) -> Self {
        Self::at(Story::begin(), count).await
    }

    async fn at(story: Story, shards: u32) -> Self {
        let orders = Self { story, put: 0 };
        let create = json!({ "StreamName": "orders", "ShardCount": shards });
        orders.call("CreateStream", create).await;
        orders.story.wait(1);
        orders.register("billing").await;
        orders.story.wait(1);
        orders
    }

    async fn call(&self, operation: &str, input: Value) -> Value {
        let target = format!("Kinesis_20131202.{operation}");
        self.story.call(&target, &input).await
    }

    async fn register(&self, name: &str) {
        let input = json!({ "StreamARN": STREAM, "ConsumerName": name });
        self.call("RegisterStreamConsumer", input).await;
    }

    /// Puts records that carry their number, one after another over all shards.
    async fn put(&mut self, count: usize) {
        for number in self.put..self.put + count {
            let data = base64(&number.to_string());
            let input = json!({ "StreamName": "orders", "PartitionKey": number.to_string(), "Data": data });
            self.call("PutRecord", input).await;
        }
        self.put += count;
    }

    async fn consumer(&self) -> Consumer {
        let consumers = self.story.source(Section::Streams).consumers.unwrap();
        consumers
            .describe("orders".into(), "billing".to_owned())
            .await
            .unwrap()
    }

    async fn reader(&self) -> Arc<dyn Tail> {
        let consumers = self.story.source(Section::Streams).consumers.unwrap();
        consumers.reader(&self.consumer().await)
    }

    fn tail(&self, from: Position, consumer: &str) -> Tailing {
        let order = Order {
            stream: "orders".into(),
            from,
            only: Vec::new(),
            wishes: watch::channel(Wishes::ordered(true)).1,
            patience: None,
            retention: None,
            through: Some(Through {
                consumer: consumer.to_owned(),
                patient: false,
            }),
        };
        let (news, heard) = mpsc::channel(2);
        let driving = drive(self.story.source(Section::Streams), order, Clock::start(), news);
        spawn(driving);
        Tailing {
            heard,
            events: Vec::new(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it ends when nobody listens")]
fn spawn(driving: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(driving);
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

/// A tail under way and what it has told.
struct Tailing {
    heard: mpsc::Receiver<TailReply>,
    events: Vec<TailEvent>,
}

impl Tailing {
    /// Listens until something is so.
    async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let listen = async {
            while !is_so(self) {
                match self.heard.recv().await.unwrap() {
                    TailReply::Events(events, _) => self.events.extend(events),
                    TailReply::Failed(error) => panic!("{error}"),
                    _ => {}
                }
            }
        };
        let heard = tokio::time::timeout(DEADLINE, listen).await;
        assert!(heard.is_ok(), "no {what} in {:?}", self.events);
    }

    /// Listens until so many shards were read, if only to hear that they are empty.
    async fn until_reading(&mut self, shards: usize) {
        let is_read = |tailing: &Self| {
            let read = tailing.events.iter().filter_map(|event| match event {
                TailEvent::Read { shard, .. } => Some(shard),
                _ => None,
            });
            read.collect::<std::collections::BTreeSet<_>>().len() >= shards
        };
        self.until("first reads", is_read).await;
    }

    async fn until_records(&mut self, count: usize) {
        self.until("more records", |tailing| tailing.records().count() >= count)
            .await;
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.events.iter().flat_map(|event| match event {
            TailEvent::Read { records, .. } => &records[..],
            _ => &[],
        })
    }

    fn troubles(&self, kind: ErrorKind) -> usize {
        let is_it = |event: &&TailEvent| matches!(event, TailEvent::Trouble(_, error) if error.kind == kind);
        self.events.iter().filter(is_it).count()
    }

    fn place(&self, event: &TailEvent) -> usize {
        let places: Vec<_> = (0..self.events.len())
            .filter(|place| self.events[*place] == *event)
            .collect();
        assert_eq!(places.len(), 1, "{event:?} in {:?}", self.events);
        places[0]
    }

    /// Every record so far came once, and in its shard's order.
    fn assert_each_once(&self, count: usize) {
        let mut numbers: Vec<usize> = self.records().map(number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..count).collect::<Vec<_>>());
        let mut shards: BTreeMap<&ShardId, Vec<_>> = BTreeMap::new();
        for record in self.records() {
            shards.entry(&record.shard).or_default().push(&record.sequence);
        }
        assert!(shards.values().all(|sequences| sequences.is_sorted()));
    }
}

fn number(record: &Record) -> usize {
    let Body::Blob { data, .. } = &record.body else {
        panic!("a record of a stream is a blob");
    };
    std::str::from_utf8(data).unwrap().parse().unwrap()
}

fn shard(number: u32) -> ShardId {
    ShardId::from(format!("shardId-{number:012}").as_str())
}

#[tokio::test]
async fn records_are_pushed_across_a_split_and_a_merge_each_once_and_parents_first() {
    let mut orders = Orders::with_shards(1).await;
    let mut tailing = orders.tail(Position::Latest, "billing");
    tailing.until_reading(1).await;
    orders.put(8).await;
    let split = json!({ "StreamName": "orders", "ShardToSplit": SHARD, "NewStartingHashKey": (1_u128 << 127).to_string() });
    orders.call("SplitShard", split).await;
    orders.put(8).await;
    orders.story.wait(1);
    orders.put(16).await;
    let merge = json!({
        "StreamName": "orders",
        "ShardToMerge": "shardId-000000000001",
        "AdjacentShardToMerge": "shardId-000000000002",
    });
    orders.call("MergeShards", merge).await;
    orders.story.wait(1);
    orders.put(8).await;
    tailing.until_records(40).await;
    tailing.assert_each_once(40);
    for (parent, child) in [(0, 1), (0, 2), (1, 3), (2, 3)] {
        let closed = tailing.place(&TailEvent::Closed(shard(parent)));
        assert!(closed < tailing.place(&TailEvent::Opened(shard(child))));
    }
    assert_eq!(
        tailing
            .records()
            .filter(|record| record.shard == shard(3))
            .count(),
        8
    );
}

#[tokio::test]
async fn a_subscription_that_the_service_ends_is_followed_by_the_next_and_nothing_is_told() {
    let mut orders = Orders::with_shards(2).await;
    let mut tailing = orders.tail(Position::Latest, "billing");
    tailing.until_reading(2).await;
    for round in 1..=3 {
        orders.put(4).await;
        orders.story.wait(300);
        orders.put(4).await;
        tailing.until_records(8 * round).await;
    }
    tailing.assert_each_once(24);
    for kind in [ErrorKind::Expired, ErrorKind::InUse, ErrorKind::Transport] {
        assert_eq!(tailing.troubles(kind), 0, "{kind:?}");
    }
}

#[tokio::test]
async fn a_subscription_is_left_before_the_service_ends_it() {
    let orders = Orders::with_shards(1).await;
    let reader = orders.reader().await;
    let iterator = reader.iterator("orders".into(), SHARD.into(), Position::TrimHorizon);
    let iterator = iterator.await.unwrap();
    let read = || reader.read("orders".into(), SHARD.into(), iterator.clone(), None);
    let batch = read().await.unwrap();
    assert!(batch.records.is_empty() && batch.reached.is_some());
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(270)).await;
    let error = read().await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Expired, "over"));
}

#[tokio::test]
async fn a_consumer_that_another_reader_takes_over_is_told_and_taken_back() {
    let mut orders = Orders::with_shards(1).await;
    let mut tailing = orders.tail(Position::Latest, "billing");
    tailing.until_reading(1).await;
    orders.put(3).await;
    tailing.until_records(3).await;
    orders.story.wait(5);
    let other = orders.reader().await;
    let taken = other.iterator("orders".into(), SHARD.into(), Position::Latest);
    taken.await.unwrap();
    tailing
        .until("word of the other reader", |it| it.troubles(ErrorKind::InUse) > 0)
        .await;
    let told = |event: &TailEvent| matches!(event, TailEvent::Trouble(_, error) if error.message.contains("took over the shard"));
    assert!(tailing.events.iter().any(told), "{:?}", tailing.events);
    orders.put(3).await;
    orders.story.wait(5);
    tailing.until_records(6).await;
    tailing.assert_each_once(6);
}

#[tokio::test]
async fn on_a_bad_day_each_record_is_pushed_once_all_the_same() {
    let mut orders = Orders::at(Story::faulty(7), 12).await;
    let mut tailing = orders.tail(Position::TrimHorizon, "billing");
    // Until connections have broken off in the middle of an answer, however often it takes.
    // Meanwhile the shards become more, and fewer again.
    let mut counts = [18, 9].into_iter();
    while tailing.troubles(ErrorKind::Transport) < 3 || orders.put < 200 {
        orders.put(20).await;
        if let Some(count) = counts.next() {
            let scale = json!({
                "StreamName": "orders", "TargetShardCount": count, "ScalingType": "UNIFORM_SCALING",
            });
            orders.call("UpdateShardCount", scale).await;
        }
        tailing.until_records(orders.put).await;
    }
    tailing.assert_each_once(orders.put);
    let closed = |event: &&TailEvent| matches!(event, TailEvent::Closed(_));
    assert!(tailing.events.iter().filter(closed).count() >= 12);
}

/// Why a tail could not begin.
async fn failure(orders: &Orders, consumer: &str) -> SourceError {
    let mut tailing = orders.tail(Position::Latest, consumer);
    match tailing.heard.recv().await {
        Some(TailReply::Failed(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_consumer_that_cannot_read_is_refused_with_those_that_there_are() {
    let orders = Orders::with_shards(1).await;
    let unknown = failure(&orders, "nosuch").await;
    assert_eq!(unknown.kind, ErrorKind::NotFound);
    assert!(
        unknown.to_string().contains("nosuch") && unknown.message.ends_with("consumers are billing (ACTIVE)"),
        "{unknown}"
    );
    orders.register("audit").await;
    let creating = failure(&orders, "audit").await;
    assert_eq!(
        (creating.kind, creating.code.as_str()),
        (ErrorKind::InUse, "CREATING")
    );
    let other = failure(&orders, &format!("{STREAM}-2/consumer/billing:1")).await;
    assert_eq!(other.code, "NoSuchConsumer");
}

#[tokio::test]
async fn a_consumer_is_found_by_its_arn_and_listed_with_the_others() {
    let orders = Orders::with_shards(1).await;
    orders.register("audit").await;
    let consumers = orders.story.source(Section::Streams).consumers.unwrap();
    let page = consumers.list("orders".into(), None).await.unwrap();
    let told: Vec<_> = page
        .items
        .iter()
        .map(|it| (it.name.as_str(), it.status.as_str()))
        .collect();
    assert_eq!(told, [("audit", "CREATING"), ("billing", "ACTIVE")]);
    let billing = orders.consumer().await;
    let by_arn = consumers.describe(STREAM.into(), billing.arn.as_str().to_owned());
    assert_eq!(by_arn.await.unwrap(), billing);
    assert!(billing.created.is_some());
}

#[tokio::test]
async fn consumers_come_page_after_page() {
    let canned = Canned::open().await;
    let consumers = Session::demo(&canned.url()).sources()[0]
        .consumers
        .clone()
        .unwrap();
    let consumer = |name: &str| {
        json!({
            "ConsumerName": name,
            "ConsumerARN": format!("{STREAM}/consumer/{name}:1"),
            "ConsumerStatus": "ACTIVE",
            "ConsumerCreationTimestamp": 1,
        })
    };
    let pages = [
        json!({ "Consumers": [consumer("audit")], "NextToken": "more" }),
        json!({ "Consumers": [consumer("billing")] }),
    ];
    let list = async {
        let first = consumers.list(STREAM.into(), None).await.unwrap();
        let second = consumers.list(STREAM.into(), first.next).await.unwrap();
        assert_eq!(second.next, None);
        [first.items, second.items].concat()
    };
    let (bodies, listed) = tokio::join!(canned.answer(&pages), list);
    assert!(listed.iter().map(|it| it.name.as_str()).eq(["audit", "billing"]));
    assert_eq!(bodies[0], json!({ "StreamARN": STREAM }));
    assert_eq!(bodies[1], json!({ "StreamARN": STREAM, "NextToken": "more" }));
}

#[tokio::test]
async fn a_consumer_that_is_deregistered_meanwhile_ends_the_tail_with_a_reason() {
    let orders = Orders::with_shards(1).await;
    let mut tailing = orders.tail(Position::Latest, "billing");
    tailing.until_reading(1).await;
    let consumers = orders.story.source(Section::Streams).consumers.unwrap();
    consumers.deregister(orders.consumer().await.arn).await.unwrap();
    orders.story.wait(1);
    let gave_up = |it: &Tailing| {
        let gave_up = |event: &TailEvent| matches!(event, TailEvent::GaveUp(_, error) if error.message.contains("billing"));
        it.events.iter().any(gave_up)
    };
    tailing.until("end", gave_up).await;
}

#[tokio::test]
async fn a_consumer_is_registered_once_and_can_be_used_when_it_is_ready() {
    let orders = Orders::with_shards(1).await;
    let consumers = orders.story.source(Section::Streams).consumers.unwrap();
    let register = || consumers.register("orders".into(), "audit".to_owned());
    assert!(register().await.unwrap().is_coming());
    assert_eq!(register().await.unwrap_err().code, "ResourceInUseException");
    orders.story.wait(1);
    let audit = consumers
        .describe("orders".into(), "audit".to_owned())
        .await
        .unwrap();
    assert!(audit.is_active());
}
