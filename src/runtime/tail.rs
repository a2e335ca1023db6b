//! The driver of a tail: makes the calls that [`StreamTail`] wants and tells it what came of them.
//!
//! One task reads all shards of a stream. What it brings goes into a bounded channel; while that is full nothing more is read.
//!
//! Must not: decide what to read next, or how soon.

mod consumer;

use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{mpsc, watch};

use super::clock::Clock;
use crate::message::{TailReply, Through};
use crate::resource::{Position, ResourceId, Shard, ShardId};
use crate::source::{ErrorKind, Source, SourceError, Tail};
use crate::tail::{Ask, Heard, Plan, StreamTail};

/// Calls of one tail under way at once.
const IN_FLIGHT: usize = 32;

/// A stream to read.
#[derive(Clone, Debug)]
pub struct Order {
    /// The stream.
    pub stream: ResourceId,
    /// Where to begin.
    pub from: Position,
    /// Only these shards; all where it is empty.
    pub only: Vec<ShardId>,
    /// What may change while the stream is read.
    pub wishes: watch::Receiver<Wishes>,
    /// How long credentials may fail while the stream is read; without an end where a person can do something about it.
    pub patience: Option<Duration>,
    /// How long the stream keeps records, where that is known.
    pub retention: Option<Duration>,
    /// Through which registered consumer; by polling where there is none.
    pub through: Option<Through>,
}

/// What may change while a stream is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Whether parents are drained before their children are begun.
    pub parents_first: bool,
    /// How often it was asked that whoever waits for credentials tries again.
    pub tries: u64,
}

impl Wishes {
    /// Nothing but the order.
    pub fn ordered(parents_first: bool) -> Self {
        Self {
            parents_first,
            tries: 0,
        }
    }
}

/// Reads a stream until it ends or nobody listens.
pub async fn drive(source: Source, order: Order, clock: Clock, news: mpsc::Sender<TailReply>) {
    let reader = match consumer::reader(&source, &order, clock, &news).await {
        Ok(reader) => reader,
        Err(error) => {
            let _ = news.send(TailReply::Failed(error)).await;
            return;
        }
    };
    let begun = match begin(reader.as_ref(), order.clone(), clock, &news).await {
        Ok(begun) => begun,
        Err(error) => {
            let _ = news.send(TailReply::Failed(error)).await;
            return;
        }
    };
    // Whoever listens no longer stops the reading at the next send.
    let _ = read_on(reader.as_ref(), order, begun, clock, &news).await;
}

type Begun = (StreamTail, Vec<crate::tail::TailEvent>);
type Unheard = mpsc::error::SendError<TailReply>;

async fn begin(
    reader: &dyn Tail,
    order: Order,
    clock: Clock,
    news: &mpsc::Sender<TailReply>,
) -> Result<Begun, SourceError> {
    let shards = list_shards(reader, &order.stream, Some(news)).await?;
    tracing::info!(stream = %order.stream, from = ?order.from, shards = shards.len(), "tailing");
    let only = match (&order.from, order.only.is_empty()) {
        (Position::AtSequence(_), true) => shards_holding(&order, &shards)?,
        _ => known_shards(&order, &shards)?,
    };
    let plan = Plan {
        from: order.from,
        only,
        parents_first: order.wishes.borrow().parents_first,
        retention: order.retention,
        limits: reader.limits(),
        in_flight: IN_FLIGHT,
    };
    Ok(StreamTail::new(clock.now(), plan, &shards))
}

async fn read_on(
    reader: &dyn Tail,
    Order {
        stream,
        mut wishes,
        patience,
        ..
    }: Order,
    (mut tail, events): Begun,
    clock: Clock,
    news: &mpsc::Sender<TailReply>,
) -> Result<(), Unheard> {
    news.send(TailReply::Begun).await?;
    news.send(TailReply::Events(events, tail.counters())).await?;
    let mut calls = FuturesUnordered::new();
    let mut known = *wishes.borrow_and_update();
    let mut failing = Failing::default();
    loop {
        while let Some(ask) = tail.poll(clock.now()) {
            calls.push(perform(reader, &stream, ask));
        }
        if calls.is_empty() && tail.wake_at().is_none() {
            return Ok(());
        }
        tokio::select! {
            Some((shard, heard)) = calls.next() => {
                log(&stream, &shard, &heard);
                if let Some(error) = failing.beyond(patience, clock.now().mono, &heard) {
                    return news.send(TailReply::Failed(error)).await;
                }
                let events = tail.hear(clock.now(), &shard, heard);
                news.send(TailReply::Events(events, tail.counters())).await?;
            }
            () = clock.until(tail.wake_at()) => {}
            Ok(()) = wishes.changed() => {
                let wished = *wishes.borrow_and_update();
                if wished.tries != known.tries {
                    tail.try_credentials(clock.now());
                }
                if wished.parents_first != known.parents_first {
                    let events = tail.put_parents_first(clock.now(), wished.parents_first);
                    news.send(TailReply::Events(events, tail.counters())).await?;
                }
                known = wished;
            }
            () = news.closed() => return Ok(()),
        }
    }
}

/// Since when credentials have failed.
#[derive(Debug, Default)]
struct Failing(Option<Duration>);

impl Failing {
    /// The failure, where they have failed for longer than that. Any answer that is not of this kind means that they work.
    fn beyond(&mut self, patience: Option<Duration>, now: Duration, heard: &Heard) -> Option<SourceError> {
        match heard {
            Heard::Failed(error) if error.kind == ErrorKind::Credentials => {
                let since = *self.0.get_or_insert(now);
                let is_over = patience.is_some_and(|patience| now.saturating_sub(since) >= patience);
                is_over.then(|| error.clone())
            }
            _ => {
                self.0 = None;
                None
            }
        }
    }
}

fn perform<'a>(reader: &'a dyn Tail, stream: &'a ResourceId, ask: Ask) -> BoxFuture<'a, (ShardId, Heard)> {
    Box::pin(async move {
        match ask {
            Ask::Iterator(shard, position) => {
                let iterator = reader.iterator(stream.clone(), shard.clone(), position).await;
                (shard, iterator.map_or_else(Heard::Failed, Heard::Iterator))
            }
            Ask::Read(shard, token, most) => {
                let batch = reader.read(stream.clone(), shard.clone(), token, most).await;
                (shard, batch.map_or_else(Heard::Failed, Heard::Batch))
            }
            Ask::Children(shard) => {
                let shards = children(reader, stream, &shard).await;
                (shard, shards.map_or_else(Heard::Failed, Heard::Shards))
            }
        }
    })
}

/// Failures and turning points go to the log; reads that work are too many.
fn log(stream: &ResourceId, shard: &ShardId, heard: &Heard) {
    match heard {
        Heard::Failed(error) => tracing::info!(%stream, %shard, error = error.logged(), "failed"),
        Heard::Iterator(_) => tracing::info!(%stream, %shard, "got an iterator"),
        Heard::Batch(batch) if batch.next.is_none() => tracing::info!(%stream, %shard, "read to its end"),
        Heard::Shards(shards) => {
            tracing::info!(%stream, %shard, shards = shards.len(), "looked for children");
        }
        Heard::Batch(_) => {}
    }
}

/// The children of a shard; all shards where the endpoint does not say just which these are.
async fn children(
    reader: &dyn Tail,
    stream: &ResourceId,
    parent: &ShardId,
) -> Result<Vec<Shard>, SourceError> {
    match reader.children(stream.clone(), parent.clone()).await {
        Ok(children) if !children.is_empty() => Ok(children),
        Err(error) if !error.is_final() => Err(error),
        _ => list_shards(reader, stream, None).await,
    }
}

/// All pages of a stream's shards; how many there are so far is told on the way.
async fn list_shards(
    reader: &dyn Tail,
    stream: &ResourceId,
    news: Option<&mpsc::Sender<TailReply>>,
) -> Result<Vec<Shard>, SourceError> {
    let mut shards = Vec::new();
    let mut from = None;
    loop {
        let page = reader.shards(stream.clone(), from).await?;
        shards.extend(page.items);
        from = page.next;
        if from.is_none() {
            return Ok(shards);
        }
        if let Some(news) = news {
            let _ = news.send(TailReply::Listing(shards.len())).await;
        }
    }
}

/// A sequence number belongs to one shard; which one follows from the shards' ranges.
fn shards_holding(order: &Order, shards: &[Shard]) -> Result<Vec<ShardId>, SourceError> {
    let Position::AtSequence(number) = &order.from else {
        return Ok(Vec::new());
    };
    let holds = |shard: &&Shard| {
        shard.first.as_ref().is_some_and(|first| first <= number)
            && shard.last.as_ref().is_none_or(|last| number <= last)
    };
    let holding: Vec<ShardId> = shards
        .iter()
        .filter(holds)
        .map(|shard| shard.id.clone())
        .collect();
    match &holding[..] {
        [_] => Ok(holding),
        [] => Err(wrong(
            order,
            &format!("no shard holds the sequence number {number}"),
        )),
        _ => Err(wrong(
            order,
            "several shards may hold the sequence number; name one with --shard",
        )),
    }
}

fn known_shards(order: &Order, shards: &[Shard]) -> Result<Vec<ShardId>, SourceError> {
    let known = |id: &ShardId| shards.iter().any(|shard| shard.id == *id);
    match order.only.iter().find(|id| !known(id)) {
        Some(id) => Err(wrong(
            order,
            &format!("the stream has no shard {id}; {}", choice(shards)),
        )),
        None => Ok(order.only.clone()),
    }
}

/// The shards that there are, as many as a line takes.
fn choice(shards: &[Shard]) -> String {
    const NAMED: usize = 4;
    // The youngest stand last, and closed ones are rarely meant.
    let (more, named) = shards.split_at(shards.len().saturating_sub(NAMED));
    let named: Vec<_> = named.iter().map(|shard| shard.id.as_str()).collect();
    match (named.len(), more.len()) {
        (0, _) => "it has none".to_owned(),
        (_, 0) => format!("its shards are {}", named.join(", ")),
        (_, more) => format!("its shards are {} and {more} more", named.join(", ")),
    }
}

fn wrong(order: &Order, message: &str) -> SourceError {
    SourceError::new(
        ErrorKind::Invalid,
        "tail",
        order.stream.as_str(),
        "NoSuchShard",
        message,
    )
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::future::ready;

    use super::*;
    use crate::resource::{Batch, IteratorToken, Page, PageToken};
    use crate::source::{ReadLimits, Reply, facts};

    /// A stream of two shards that answers as it is told when it is asked for children.
    struct Told(Result<Vec<Shard>, ErrorKind>);

    impl Tail for Told {
        fn shards(&self, _: ResourceId, _: Option<PageToken>) -> Reply<'_, Page<Shard>> {
            let (items, next) = (vec![shard("a"), shard("b")], None);
            ready(Ok(Page { items, next })).boxed()
        }

        fn children(&self, _: ResourceId, _: ShardId) -> Reply<'_, Vec<Shard>> {
            let failed = |kind| SourceError::new(kind, "DescribeStream", "orders", "code", "");
            ready(self.0.clone().map_err(failed)).boxed()
        }

        fn iterator(&self, _: ResourceId, _: ShardId, _: Position) -> Reply<'_, IteratorToken> {
            std::future::pending().boxed()
        }

        fn read(&self, _: ResourceId, _: ShardId, _: IteratorToken, _: Option<u32>) -> Reply<'_, Batch> {
            std::future::pending().boxed()
        }

        fn limits(&self) -> ReadLimits {
            facts::DYNAMODB_STREAMS
        }
    }

    fn shard(id: &str) -> Shard {
        Shard {
            id: id.into(),
            parent: None,
            adjacent_parent: None,
            hash_range: None,
            first: None,
            last: None,
        }
    }

    async fn looked_for(told: Result<Vec<Shard>, ErrorKind>) -> Result<usize, ErrorKind> {
        let shards = children(&Told(told), &"orders".into(), &"a".into()).await;
        shards.map(|it| it.len()).map_err(|error| error.kind)
    }

    #[tokio::test]
    async fn children_are_looked_for_among_all_shards_only_where_they_are_not_told() {
        assert_eq!(looked_for(Ok(vec![shard("b")])).await, Ok(1));
        assert_eq!(looked_for(Ok(Vec::new())).await, Ok(2));
        assert_eq!(looked_for(Err(ErrorKind::Invalid)).await, Ok(2));
        assert_eq!(
            looked_for(Err(ErrorKind::Throttled)).await,
            Err(ErrorKind::Throttled)
        );
    }

    #[test]
    fn credentials_that_fail_for_too_long_end_it_and_any_answer_begins_anew() {
        let failed = |kind| Heard::Failed(SourceError::new(kind, "GetRecords", "orders", "code", ""));
        let (missing, throttled) = (failed(ErrorKind::Credentials), failed(ErrorKind::Throttled));
        let minutes = |count| Duration::from_mins(count);
        let mut failing = Failing::default();
        let mut is_over = |at, heard: &Heard| failing.beyond(Some(minutes(10)), minutes(at), heard).is_some();
        assert!(!is_over(0, &missing) && !is_over(9, &missing));
        assert!(!is_over(9, &throttled) && !is_over(10, &missing) && !is_over(19, &missing));
        assert!(is_over(20, &missing));
        assert!(failing.beyond(None, minutes(99), &missing).is_none());
    }

    #[test]
    fn a_shard_that_is_not_there_is_answered_with_those_that_are() {
        let shards: Vec<Shard> = ["s0", "s1", "s2", "s3", "s4", "s5"].map(shard).to_vec();
        let order = Order {
            stream: "orders".into(),
            from: Position::Latest,
            only: vec!["5".into()],
            wishes: watch::channel(Wishes::ordered(true)).1,
            patience: None,
            retention: None,
            through: None,
        };
        let told = |shards: &[Shard]| known_shards(&order, shards).unwrap_err().message;
        assert_eq!(
            told(&shards),
            "the stream has no shard 5; its shards are s2, s3, s4, s5 and 2 more"
        );
        assert!(told(&shards[..2]).ends_with("its shards are s0, s1"));
        assert!(told(&[]).ends_with("it has none"));
    }
}
