//! Kinesis Data Streams: streams, shards, records, and the limits of those who read them.
//!
//! The same streams are found in every region, under that region's ARN. Limits of calls to a whole account are not kept; a
//! shard's reading limits are.
//!
//! Must not: know HTTP.

mod budget;
mod consumer;
mod consumers;
mod control;
mod describe;
mod list_shards;
mod put;
mod read;
mod scaling;
mod sequence;
mod shard;
mod stream;
mod subscribe;
mod token;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Map;

use self::consumer::Consumer;
use self::shard::{Data, Shard};
pub(super) use self::stream::Mode;
use self::stream::{Change, Stream};
use self::subscribe::Subscription;
use self::token::ShardIterator;
use super::fields::Fields;
use super::protocol::{ACCOUNT, Answer, Call, Events, Fault, Service};
use crate::resource::hash_key;

type Operation = fn(&mut Account, &Call<'_>) -> Answer;

const OPERATIONS: [(&str, Operation); 22] = [
    ("CreateStream", control::create_stream),
    ("DecreaseStreamRetentionPeriod", control::decrease_retention),
    ("DeleteStream", control::delete_stream),
    ("DeregisterStreamConsumer", consumers::deregister),
    ("DescribeLimits", describe::limits),
    ("DescribeStream", describe::stream),
    ("DescribeStreamConsumer", consumers::describe_consumer),
    ("DescribeStreamSummary", describe::stream_summary),
    ("GetRecords", read::get_records),
    ("GetShardIterator", read::get_shard_iterator),
    ("IncreaseStreamRetentionPeriod", control::increase_retention),
    ("ListShards", list_shards::list_shards),
    ("ListStreamConsumers", consumers::list_consumers),
    ("ListStreams", describe::list_streams),
    ("ListTagsForResource", describe::tags_for_resource),
    ("ListTagsForStream", describe::tags_for_stream),
    ("MergeShards", control::merge_shards),
    ("PutRecord", put::put_record),
    ("PutRecords", put::put_records),
    ("RegisterStreamConsumer", consumers::register),
    ("SplitShard", control::split_shard),
    ("UpdateShardCount", scaling::update_shard_count),
];

/// Bytes that a shard of a stream fed from within keeps: some hours of a quiet one, five minutes of the busiest.
const SHARD_CAPACITY: usize = 8 * 1024 * 1024;

/// Open shards of a stream that is resharded by chance.
const MOST_SHARDS: usize = 64;

/// The service.
#[derive(Debug, Default)]
pub struct Kinesis {
    account: Arc<Mutex<Account>>,
}

impl Service for Kinesis {
    fn call(&self, call: &Call<'_>) -> Answer {
        let (_, operation) = OPERATIONS
            .iter()
            .find(|(name, _)| *name == call.operation)
            .ok_or_else(|| Fault::unknown_operation(call.operation))?;
        let mut account = self.account();
        account.settle(call.now);
        operation(&mut account, call)
    }

    fn follow(&self, call: &Call<'_>) -> Option<Result<Box<dyn Events>, Fault>> {
        let begin = || Ok(Box::new(Subscription::begin(&self.account, call)?) as Box<dyn Events>);
        (call.operation == "SubscribeToShard").then(begin)
    }
}

/// The way in for those who fill the streams from within: no status to wait for, no limits.
impl Kinesis {
    /// Makes a stream at some time in the past, ready for use. It never grows beyond [`SHARD_CAPACITY`] a shard, for it
    /// may be fed for days.
    pub(super) fn create(&self, name: &str, mode: Mode, shards: u32, created: Timestamp) {
        let mut stream = Stream::new(name, mode, created);
        stream.shard_capacity = SHARD_CAPACITY;
        stream.apply(Change::Create(shards), created);
        self.account().streams.insert(name.to_owned(), stream);
    }

    /// Registers a consumer at some time in the past.
    pub(super) fn register(&self, stream: &str, consumer: &str, registered: Timestamp) {
        if let Some(stream) = self.account().streams.get_mut(stream) {
            let name = consumer.to_owned();
            let consumer = Consumer::new(consumer, Map::new(), registered);
            stream.consumers.insert(name, consumer);
        }
    }

    /// Splits a shard in the middle.
    pub(super) fn split(&self, stream: &str, place: u32, at: Timestamp) {
        if let Some(stream) = self.account().streams.get_mut(stream)
            && let Some(middle) = stream
                .shard(place, at)
                .map(|shard| shard.range.start.midpoint(shard.range.end))
        {
            stream.apply(Change::Split(place, middle + 1), at);
        }
    }

    /// Begins to split or merge a shard of the stream that an iterator reads, unless it is changing already. A split where
    /// there is one shard, a merge where there are [`MOST_SHARDS`]; otherwise it is the dice that choose.
    pub(super) fn reshard(&self, iterator: &str, dice: u64, now: Timestamp) {
        let Some(iterator) = token::open::<ShardIterator>(iterator) else {
            return;
        };
        let mut account = self.account();
        account.settle(now);
        if let Some(stream) = account.streams.get_mut(&iterator.stream)
            && stream.status() == "ACTIVE"
            && let Some(change) = stream.any_change(dice, MOST_SHARDS)
        {
            stream.begin(change, now);
        }
    }

    /// Appends a record.
    pub(super) fn put(&self, stream: &str, partition_key: &str, data: &[u8], at: Timestamp) {
        if let Some(stream) = self.account().streams.get_mut(stream) {
            stream.put(partition_key, hash_key(partition_key), Data::Raw(data), at);
        }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        lock(&self.account)
    }
}

fn lock(account: &Mutex<Account>) -> MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All streams, by name.
#[derive(Debug, Default)]
struct Account {
    streams: BTreeMap<String, Stream>,
}

impl Account {
    fn settle(&mut self, now: Timestamp) {
        self.streams.retain(|_, stream| stream.settle(now));
    }

    /// The stream that a call names by `StreamName`, `StreamARN` or both.
    fn stream(&mut self, fields: Fields<'_>) -> Result<&mut Stream, Fault> {
        let name = stream_name(fields)?;
        self.named(name)
    }

    fn named(&mut self, name: &str) -> Result<&mut Stream, Fault> {
        self.streams.get_mut(name).ok_or_else(|| no_stream(name))
    }

    /// The same where it must be ready to be read and written.
    fn usable(&mut self, fields: Fields<'_>) -> Result<&mut Stream, Fault> {
        let stream = self.stream(fields)?;
        if stream.is_usable() {
            Ok(stream)
        } else {
            Err(no_stream(&stream.name))
        }
    }
}

/// The members of a call.
fn fields<'a>(call: &Call<'a>) -> Fields<'a> {
    Fields::of(call, "ValidationException")
}

/// The name in `StreamName`, `StreamARN` or both.
fn stream_name(fields: Fields<'_>) -> Result<&str, Fault> {
    let name = fields
        .text("StreamName")?
        .map(|name| checked_name(fields, "StreamName", name))
        .transpose()?;
    let by_arn = fields
        .text("StreamARN")?
        .map(|arn| name_in_arn(fields, "StreamARN", arn))
        .transpose()?;
    match (name, by_arn) {
        (Some(name), Some(other)) if name != other => Err(invalid(format!(
            "StreamARN names stream {other}, and StreamName names {name}."
        ))),
        (Some(name), _) | (None, Some(name)) => Ok(name),
        (None, None) => Err(invalid("Either StreamName or StreamARN must be given.")),
    }
}

fn checked_name<'a>(fields: Fields<'_>, member: &str, name: &'a str) -> Result<&'a str, Fault> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || !name.chars().all(is_legal) {
        let constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
        return Err(fields.violated(member, name, constraint));
    }
    if name.len() > 128 {
        return Err(fields.violated(member, name, "Member must have length less than or equal to 128"));
    }
    Ok(name)
}

/// The name in an ARN of the form `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`.
fn name_in_arn<'a>(fields: Fields<'_>, member: &str, arn: &'a str) -> Result<&'a str, Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let (account, name) = match parts[..] {
        ["arn", partition, "kinesis", _, account, resource] if partition.starts_with("aws") => (
            account,
            resource.strip_prefix("stream/").filter(|name| !name.is_empty()),
        ),
        _ => ("", None),
    };
    match name {
        None => {
            let pattern = r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+";
            let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
            Err(fields.violated(member, arn, &constraint))
        }
        Some(name) if account != ACCOUNT => Err(Fault::new(
            "ResourceNotFoundException",
            format!("Stream {name} under account {account} not found."),
        )),
        Some(name) => Ok(name),
    }
}

fn arn(stream: &str, region: &str) -> String {
    format!("arn:aws:kinesis:{region}:{ACCOUNT}:stream/{stream}")
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("InvalidArgumentException", message)
}

fn no_stream(name: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Stream {name} under account {ACCOUNT} not found."),
    )
}

fn no_shard(stream: &str, id: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Could not find shard {id} in stream {stream} under account {ACCOUNT}."),
    )
}

/// Decimal digits of a hash key and of a sequence number, at most.
const HASH_KEY_DIGITS: usize = 39;
const SEQUENCE_DIGITS: usize = 129;

/// A member that is a decimal number too large for JSON's numbers, and so a text.
fn decimal<'a>(fields: Fields<'a>, member: &str, digits: usize) -> Result<Option<&'a str>, Fault> {
    let text = fields.text(member)?;
    let is_decimal = |text: &str| {
        (1..=digits).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'))
    };
    match text {
        Some(other) if !is_decimal(other) => {
            let pattern = format!(r"0|([1-9]\d{{0,{}}})", digits - 1);
            let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
            Err(fields.violated(member, other, &constraint))
        }
        _ => Ok(text),
    }
}

/// Ends a call that was only to be checked, once all of it was found right.
fn check_dry_run(fields: Fields<'_>) -> Result<(), Fault> {
    if fields.boolean("DryRun")? == Some(true) {
        let message = "The request was rejected because the DryRun parameter was specified.";
        return Err(Fault::new("DryRunOperationException", message));
    }
    Ok(())
}

/// The place of the shard that a member names.
fn shard_place(fields: Fields<'_>, member: &str, stream: &str) -> Result<u32, Fault> {
    let id = fields.required_text(member)?;
    Shard::place_of(id).ok_or_else(|| no_shard(stream, id))
}

#[cfg(test)]
mod tests;
