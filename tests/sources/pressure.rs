//! What is pushed waits for whoever listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kinescope::resource::{
    Batch, Body, IteratorToken, Page, PageToken, Position, Record, ResourceId, Section, Shard, ShardId,
};
use kinescope::runtime::Clock;
use kinescope::runtime::tail::{Order, Wishes, drive};
use kinescope::source::{ReadLimits, Reply, Tail};
use tokio::sync::{mpsc, watch};

use super::endpoint::Story;

const SHARD: &str = "shardId-000000000000";

/// A shard that always has another record to push.
#[derive(Default)]
struct Flood {
    reads: AtomicUsize,
}

impl Tail for Flood {
    fn shards(&self, _: ResourceId, _: Option<PageToken>) -> Reply<'_, Page<Shard>> {
        let shard = Shard {
            id: SHARD.into(),
            parent: None,
            adjacent_parent: None,
            hash_range: None,
            first: None,
            last: None,
        };
        let page = Page {
            items: vec![shard],
            next: None,
        };
        Box::pin(async { Ok(page) })
    }

    fn iterator(&self, _: ResourceId, _: ShardId, _: Position) -> Reply<'_, IteratorToken> {
        Box::pin(async { Ok("flood".into()) })
    }

    fn read(&self, _: ResourceId, shard: ShardId, token: IteratorToken, _: Option<u32>) -> Reply<'_, Batch> {
        let number = self.reads.fetch_add(1, Ordering::Relaxed);
        let record = Record {
            shard,
            sequence: number.to_string().into(),
            arrived: None,
            body: Body::blob("k", "0"),
        };
        let batch = Batch {
            records: vec![record],
            next: Some(token),
            reached: None,
            behind: Some(Duration::ZERO),
            children: Vec::new(),
        };
        Box::pin(async { Ok(batch) })
    }

    fn limits(&self) -> ReadLimits {
        ReadLimits {
            calls_per_second: 1,
            bytes_per_second: None,
            records_per_read: None,
            seeks_time: true,
            retention: None,
            pushed: true,
        }
    }
}

#[tokio::test]
async fn while_nobody_listens_nothing_more_is_read_of_what_is_pushed() {
    let story = Story::begin();
    let flood = Arc::new(Flood::default());
    let mut source = story.source(Section::Streams);
    source.tail = Some(flood.clone());
    let order = Order {
        stream: "orders".into(),
        from: Position::Latest,
        only: Vec::new(),
        wishes: watch::channel(Wishes::ordered(true)).1,
        patience: None,
        retention: None,
        through: None,
    };
    let (news, mut heard) = mpsc::channel(1);
    let mut driving = Box::pin(drive(source, order, Clock::start(), news));
    let reads = || flood.reads.load(Ordering::Relaxed);
    for _ in 0..20 {
        while heard.try_recv().is_ok() {
            assert!(futures::poll!(&mut driving).is_pending());
        }
        let before = reads();
        for _ in 0..20 {
            assert!(futures::poll!(&mut driving).is_pending());
        }
        assert!(
            reads() <= before + 2,
            "{} reads were made unheard",
            reads() - before
        );
    }
    assert!(reads() > 2, "what is heard is followed by more");
}
