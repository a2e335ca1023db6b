//! Reads shards through a registered consumer: `SubscribeToShard`, an answer that goes on for up to five minutes.
//!
//! An iterator is a subscription here. It is over before the service ends it, and whoever reads begins the next one after what
//! was reached; so is one that broke off. Nothing is read from a connection while nobody waits for a read.
//!
//! Must not: subscribe again by itself.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::StalledStreamProtectionConfig;
use aws_sdk_kinesis::primitives::event_stream::EventReceiver;
use aws_sdk_kinesis::types::error::SubscribeToShardEventStreamError as EventError;
use aws_sdk_kinesis::types::{
    StartingPosition, SubscribeToShardEvent as Pushed, SubscribeToShardEventStream as Event,
};
use futures::FutureExt as _;
use tokio::time::{Sleep, sleep, timeout};

use super::{Kinesis, child, iterator_type, record, time};
use crate::resource::{
    Batch, Consumer, IteratorToken, Page, PageToken, Position, ResourceId, SequenceNumber, Shard, ShardId,
};
use crate::source::classify::{classify, classify_event};
use crate::source::{ErrorKind, ReadLimits, Reply, SourceError, Tail};

const OPERATION: &str = "SubscribeToShard";

/// From the API reference of `SubscribeToShard`: a consumer has its throughput for itself, and is given what there is.
const LIMITS: ReadLimits = ReadLimits {
    calls_per_second: 1,
    bytes_per_second: None,
    records_per_read: None,
    seeks_time: true,
    retention: None,
    pushed: true,
};

/// How long a subscription is used. The service ends it after five minutes (API reference, `SubscribeToShard`).
const LIFE: Duration = Duration::from_secs(270);
/// How long a connection may be silent. An idle shard is told of every few seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// The shards of a stream as one consumer is given them.
pub(super) struct FanOut {
    kinesis: Kinesis,
    client: Client,
    consumer: Consumer,
    life: Duration,
    subscriptions: Mutex<HashMap<IteratorToken, Subscription>>,
    begun: AtomicU64,
}

/// An answer that goes on.
struct Subscription {
    events: EventReceiver<Event, EventError>,
    over: Pin<Box<Sleep>>,
}

impl FanOut {
    pub(super) fn new(kinesis: Kinesis, consumer: Consumer) -> Self {
        // A shard on which nothing happens is no stalled stream; `SILENCE` tells one.
        let config = kinesis.tail.config().to_builder();
        let config = config.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        Self {
            client: Client::from_conf(config.build()),
            kinesis,
            consumer,
            life: LIFE,
            subscriptions: Mutex::default(),
            begun: AtomicU64::new(0),
        }
    }

    async fn subscribe(
        &self,
        stream: &str,
        shard: &ShardId,
        position: Position,
    ) -> Result<IteratorToken, SourceError> {
        let request = self
            .client
            .subscribe_to_shard()
            .consumer_arn(self.consumer.arn.as_str())
            .shard_id(shard.as_str())
            .set_starting_position(starting_position(position));
        let answer = timeout(SILENCE, request.send()).await;
        let answer = answer
            .map_err(|_| silent(stream))?
            .map_err(|error| classify(OPERATION, stream, &error));
        let events = match answer {
            Ok(answer) => answer.event_stream,
            Err(error) => return Err(self.explain(stream, error).await),
        };
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let token = IteratorToken::from(format!("{shard}#{number}").as_str());
        let subscription = Subscription {
            events,
            over: Box::pin(sleep(self.life)),
        };
        self.held().insert(token.clone(), subscription);
        Ok(token)
    }

    async fn next(&self, stream: &str, shard: &ShardId, token: IteratorToken) -> Result<Batch, SourceError> {
        let mut subscription = self.held().remove(&token).ok_or_else(|| over(stream))?;
        match subscription.next(stream).await {
            Ok(pushed) => {
                let batch = batch(shard, pushed, &token);
                if batch.next.is_some() {
                    self.held().insert(token, subscription);
                }
                Ok(batch)
            }
            Err(error) => Err(self.explain(stream, error).await),
        }
    }

    /// A consumer that another reader uses can be had later; one that is not registered any more cannot, which the service
    /// says in the same word as of a shard that is gone.
    async fn explain(&self, stream: &str, error: SourceError) -> SourceError {
        let kind = match error.kind {
            ErrorKind::Conflict => ErrorKind::InUse,
            ErrorKind::NotFound if self.is_gone(stream).await => ErrorKind::Invalid,
            kind => kind,
        };
        SourceError { kind, ..error }
    }

    async fn is_gone(&self, stream: &str) -> bool {
        let described = self.kinesis.describe_consumer(stream, self.consumer.arn.as_str());
        match described.await {
            Ok(consumer) => !consumer.is_active(),
            Err(error) => error.kind == ErrorKind::NotFound,
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IteratorToken, Subscription>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// What is pushed next.
    async fn next(&mut self, stream: &str) -> Result<Pushed, SourceError> {
        loop {
            let event = tokio::select! {
                biased;
                () = &mut self.over => return Err(over(stream)),
                event = timeout(SILENCE, self.events.recv()) => event.map_err(|_| silent(stream))?,
            };
            match event.map_err(|error| classify_event(OPERATION, stream, &error))? {
                Some(Event::SubscribeToShardEvent(pushed)) => return Ok(pushed),
                // Events that this program does not know are not about records.
                Some(_) => {}
                None => return Err(over(stream)),
            }
        }
    }
}

impl Tail for FanOut {
    fn shards(&self, stream: ResourceId, from: Option<PageToken>) -> Reply<'_, Page<Shard>> {
        Tail::shards(&self.kinesis, stream, from)
    }

    fn iterator(&self, stream: ResourceId, shard: ShardId, position: Position) -> Reply<'_, IteratorToken> {
        async move { self.subscribe(stream.as_str(), &shard, position).await }.boxed()
    }

    fn read(
        &self,
        stream: ResourceId,
        shard: ShardId,
        from: IteratorToken,
        _: Option<u32>,
    ) -> Reply<'_, Batch> {
        async move { self.next(stream.as_str(), &shard, from).await }.boxed()
    }

    fn limits(&self) -> ReadLimits {
        LIMITS
    }
}

fn starting_position(position: Position) -> Option<StartingPosition> {
    let kind = iterator_type(&position);
    let (sequence, at) = match position {
        Position::Latest | Position::TrimHorizon => (None, None),
        Position::AtTimestamp(at) => (None, Some(time::to_sdk(at))),
        Position::AtSequence(sequence) | Position::AfterSequence(sequence) => {
            (Some(sequence.as_str().to_owned()), None)
        }
    };
    let builder = StartingPosition::builder()
        .set_sequence_number(sequence)
        .set_timestamp(at);
    builder.r#type(kind).build().ok()
}

/// The end of a closed shard has children, and nothing to continue from.
fn batch(shard: &ShardId, pushed: Pushed, token: &IteratorToken) -> Batch {
    let children = pushed.child_shards.unwrap_or_default();
    let is_end = pushed.continuation_sequence_number.is_empty() || !children.is_empty();
    let behind = u64::try_from(pushed.millis_behind_latest).ok();
    Batch {
        records: pushed.records.into_iter().map(|it| record(shard, it)).collect(),
        next: (!is_end).then(|| token.clone()),
        reached: (!is_end).then(|| SequenceNumber::from(pushed.continuation_sequence_number)),
        behind: behind.map(Duration::from_millis),
        children: children.into_iter().map(child).collect(),
    }
}

/// A subscription that is not there, or has been used for long enough.
fn over(stream: &str) -> SourceError {
    SourceError::new(
        ErrorKind::Expired,
        OPERATION,
        stream,
        "over",
        "the subscription is over",
    )
}

fn silent(stream: &str) -> SourceError {
    let message = format!("nothing came for {} s", SILENCE.as_secs());
    SourceError::new(ErrorKind::Transport, OPERATION, stream, "timed out", &message)
}
