//! `SubscribeToShard`: the records of a shard, pushed to a registered consumer for five minutes.
//!
//! Must not: wait, or know how events are framed; it is asked what is new.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::consumers::{by_arn, no_consumer};
use super::read::{self, Start};
use super::shard::Shard;
use super::stream::Stream;
use super::{Account, check_dry_run, fields, lock, no_shard, no_stream, shard_place};
use crate::demo::protocol::{ACCOUNT, Call, Events, Fault, News};

/// How long a subscription lasts (API reference, `SubscribeToShard`).
const LIFE: SignedDuration = SignedDuration::from_secs(300);
/// How long the consumer is left without news of an idle shard.
const HEARTBEAT: SignedDuration = SignedDuration::from_secs(5);
/// Records and bytes in one event. The service does not tell its own bounds.
const EVENT_RECORDS: usize = 1000;
const EVENT_BYTES: u64 = 1024 * 1024;
/// What a consumer gets of a shard in a second (API reference, `RegisterStreamConsumer`).
const BYTES_PER_SECOND: u64 = 2 * 1024 * 1024;

/// A consumer's place in a shard.
#[derive(Debug)]
pub(super) struct Subscription {
    account: Arc<Mutex<Account>>,
    stream: String,
    /// When stream and consumer were made, so that later ones of the same name are not taken for them.
    made: (Timestamp, Timestamp),
    consumer: String,
    shard: u32,
    /// Tells this subscription from the next one of the same consumer to the same shard.
    ticket: u64,
    /// The index of the record to send next.
    index: u64,
    began: Timestamp,
    last_event: Option<Timestamp>,
    /// Until when what was sent uses up the throughput.
    paid_back: Timestamp,
    is_over: bool,
}

impl Subscription {
    /// Checks a `SubscribeToShard` and begins the subscription.
    pub(super) fn begin(account: &Arc<Mutex<Account>>, call: &Call<'_>) -> Result<Self, Fault> {
        let fields = fields(call);
        let position = fields
            .structure("StartingPosition")?
            .ok_or_else(|| fields.missing("StartingPosition"))?;
        let start = Start::read(call, position, ["Type", "SequenceNumber"])?;
        let mut locked = lock(account);
        locked.settle(call.now);
        let (stream, consumer) = by_arn(&mut locked, fields, "ConsumerARN")?;
        if !stream.is_usable() {
            return Err(no_stream(&stream.name));
        }
        let name = stream.name.clone();
        let place = shard_place(fields, "ShardId", &name)?;
        let shard = stream.shard(place, call.now);
        let shard = shard.ok_or_else(|| no_shard(&name, &Shard::id_of(place)))?;
        let index = start.index(shard, &name, call.now)?;
        check_dry_run(fields)?;
        let made = stream.created;
        let ticket = take_over(stream, &consumer, place, call.now)?;
        Ok(Self {
            account: Arc::clone(account),
            made: (made, stream.consumers[&consumer].created),
            stream: name,
            consumer,
            shard: place,
            ticket,
            index,
            began: call.now,
            last_event: None,
            paid_back: call.now,
            is_over: false,
        })
    }

    /// The next event, if there is one yet, and whether it is the last.
    fn event(&mut self, stream: &mut Stream, now: Timestamp) -> Result<Option<(String, bool)>, Fault> {
        let id = Shard::id_of(self.shard);
        let no_shard = no_shard(&self.stream, &id);
        let shard = stream.shard(self.shard, now).ok_or(no_shard)?;
        let first = shard.from(self.index).next().map_or(0, |record| record.size);
        let range = shard.page(self.index, EVENT_RECORDS, EVENT_BYTES.max(first));
        let is_end = shard.is_ended_at(range.end);
        let is_quiet = self
            .last_event
            .is_some_and(|last| now.duration_since(last) < HEARTBEAT);
        if range.is_empty() && is_quiet && !is_end {
            return Ok(None);
        }
        let (mut text, bytes) = read::records(shard, &range);
        let reached = shard.reached(range.end, now);
        let mut rest = json!({"MillisBehindLatest": read::behind(shard, range.end, now)});
        if is_end {
            let children: Vec<Value> = stream.children(self.shard).map(Shard::describe_child).collect();
            rest["ChildShards"] = children.into();
        } else {
            // Where nothing follows there is nothing to continue from, and the service sends none.
            rest["ContinuationSequenceNumber"] = reached.to_string().into();
        }
        read::close(&mut text, &rest);
        self.index = range.end;
        self.last_event = Some(now);
        let owed = bytes.saturating_mul(1000) / BYTES_PER_SECOND;
        self.paid_back = now + SignedDuration::from_millis(owed.cast_signed());
        Ok(Some((text, is_end)))
    }

    fn check<'a>(&self, account: &'a mut Account) -> Result<&'a mut Stream, Fault> {
        let stream = account.named(&self.stream)?;
        if stream.created != self.made.0 || !stream.is_usable() {
            return Err(no_stream(&self.stream));
        }
        let consumer = stream.consumers.get(&self.consumer);
        let consumer = consumer.filter(|it| it.created == self.made.1 && !it.is_leaving());
        let consumer = consumer.ok_or_else(|| no_consumer(&self.consumer, &self.stream))?;
        if !consumer.holds(self.shard, self.ticket) {
            return Err(in_use(
                "Another subscription of this consumer took over the shard.",
            ));
        }
        Ok(stream)
    }
}

impl Events for Subscription {
    fn next(&mut self, now: Timestamp) -> News {
        if self.is_over || now.duration_since(self.began) >= LIFE {
            return News::End(None);
        }
        let account = Arc::clone(&self.account);
        let mut account = lock(&account);
        account.settle(now);
        let event = match self.check(&mut account) {
            Ok(_) if now < self.paid_back => Ok(None),
            Ok(stream) => self.event(stream, now),
            Err(fault) => Err(fault),
        };
        match event {
            Ok(None) => News::Nothing,
            Ok(Some((members, is_last))) => {
                self.is_over = is_last;
                News::Event("SubscribeToShardEvent", members)
            }
            Err(fault) => News::End(Some(fault)),
        }
    }
}

/// The ticket of a new subscription, unless the last one is too young.
fn take_over(stream: &mut Stream, consumer: &str, shard: u32, now: Timestamp) -> Result<u64, Fault> {
    let missing = no_consumer(consumer, &stream.name);
    let consumer = stream.consumers.get_mut(consumer).ok_or(missing)?;
    match consumer.status(now) {
        "ACTIVE" if consumer.may_subscribe(shard, now) => Ok(consumer.subscribe(shard, now)),
        "ACTIVE" => Err(in_use(&format!(
            "Another active subscription exists for this consumer: {ACCOUNT}:{}:{}:{}",
            stream.name,
            Shard::id_of(shard),
            consumer.name
        ))),
        status => Err(in_use(&format!(
            "Consumer {} of stream {} is not ACTIVE, instead in state {status}",
            consumer.name, stream.name
        ))),
    }
}

fn in_use(message: &str) -> Fault {
    Fault::new("ResourceInUseException", message)
}
