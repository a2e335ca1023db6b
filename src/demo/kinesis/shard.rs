//! A shard: its place among the hash keys, its lineage and its records.
//!
//! Must not: know the stream that it belongs to, or any call.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::budget::ReadBudget;
use super::sequence::Sequence;
use crate::demo::fields::seconds;
use crate::resource::HashRange;

/// A record, already written as `GetRecords` gives it: it is read far more often than put.
#[derive(Debug)]
pub(super) struct Record {
    /// When it came.
    pub arrived: Timestamp,
    /// What it counts against the limits: data and partition key, in bytes.
    pub size: u64,
    /// Its JSON object.
    pub json: Box<str>,
}

/// The end of a shard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    /// When it was split or merged.
    pub at: Timestamp,
    /// Its last sequence number.
    pub last: Sequence,
}

/// A part of a stream whose records are in order.
#[derive(Debug)]
pub(super) struct Shard {
    /// Its place in the stream.
    pub place: u32,
    /// The shards that it came from: none, one after a split, two after a merge.
    pub parents: Vec<u32>,
    /// The hash keys that it takes.
    pub range: HashRange,
    /// When it began to take records.
    pub opened: Timestamp,
    /// Its first sequence number.
    pub first: Sequence,
    /// Its end, once it is closed.
    pub closed: Option<Closed>,
    /// What its readers may still do.
    pub budget: ReadBudget,
    records: VecDeque<Record>,
    /// Bytes of the records' text.
    held: usize,
    /// The index of the next record.
    next: u64,
}

impl Shard {
    /// A new, open shard; `made` is the time in its sequence numbers, in seconds since 1970.
    pub(super) fn new(place: u32, parents: Vec<u32>, range: HashRange, opened: Timestamp, made: u64) -> Self {
        Self {
            place,
            parents,
            range,
            opened,
            first: Sequence {
                shard_made: made,
                index: 0,
                time: made,
                shard: place,
            },
            closed: None,
            budget: ReadBudget::default(),
            records: VecDeque::new(),
            held: 0,
            next: 1,
        }
    }

    /// The id of the shard at a place.
    pub(super) fn id_of(place: u32) -> String {
        format!("shardId-{place:012}")
    }

    /// The place that an id names.
    pub(super) fn place_of(id: &str) -> Option<u32> {
        id.strip_prefix("shardId-")?.parse().ok()
    }

    /// Its id.
    pub(super) fn id(&self) -> String {
        Self::id_of(self.place)
    }

    /// Whether it still takes records.
    pub(super) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Whether it took records at some moment from `from` on.
    pub(super) fn is_open_since(&self, from: Timestamp) -> bool {
        self.closed.is_none_or(|closed| closed.at >= from)
    }

    /// Takes no more records.
    pub(super) fn close(&mut self, at: Timestamp) {
        let last = Sequence {
            index: Sequence::LAST_INDEX,
            time: unix_seconds(at),
            ..self.first
        };
        self.closed = Some(Closed { at, last });
    }

    /// Appends a record. One that comes with an earlier time than the last is given the last one's, so that times rise.
    pub(super) fn push(&mut self, partition_key: &str, data: Data<'_>, at: Timestamp) -> Sequence {
        let at = self.records.back().map_or(at, |last| last.arrived.max(at));
        let sequence = self.sequence(self.next, at);
        self.next += 1;
        let json = write_record(sequence, at, data, partition_key);
        self.held += json.len();
        let size = data.len() + partition_key.len() as u64;
        self.records.push_back(Record {
            arrived: at,
            size,
            json,
        });
        sequence
    }

    /// Drops the records that came before the horizon, and the oldest ones beyond a number of bytes.
    pub(super) fn trim(&mut self, horizon: Timestamp, capacity: usize) {
        while let Some(oldest) = self.records.front()
            && (oldest.arrived < horizon || self.held > capacity)
        {
            self.held -= oldest.json.len();
            self.records.pop_front();
        }
    }

    /// The index that the next record will have.
    pub(super) fn tip(&self) -> u64 {
        self.next
    }

    /// The index of the first record that came at a time or later.
    pub(super) fn index_at(&self, time: Timestamp) -> u64 {
        let before = self.records.partition_point(|record| record.arrived < time);
        self.oldest() + before as u64
    }

    /// The indexes of the records to give from `index` on: at most `count` of them and `bytes` in all.
    pub(super) fn page(&self, index: u64, count: usize, bytes: u64) -> Range<u64> {
        let start = index.max(self.oldest());
        let mut room = bytes;
        let fitting = self
            .from(start)
            .take(count)
            .take_while(|record| {
                let fits = record.size <= room;
                room = room.saturating_sub(record.size);
                fits
            })
            .count();
        start..start + fitting as u64
    }

    /// The records from an index on that are still kept.
    pub(super) fn from(&self, index: u64) -> impl Iterator<Item = &Record> {
        let skipped = index.saturating_sub(self.oldest());
        let skipped = usize::try_from(skipped)
            .unwrap_or(usize::MAX)
            .min(self.records.len());
        self.records.range(skipped..)
    }

    /// Whether it is closed, and all before an index is all that it has.
    pub(super) fn is_ended_at(&self, index: u64) -> bool {
        !self.is_open() && index >= self.next
    }

    /// The number of the last record before an index; where it is not kept, one of that place all the same.
    pub(super) fn reached(&self, index: u64, now: Timestamp) -> Sequence {
        let last = index.saturating_sub(1);
        let kept = self
            .from(last)
            .next()
            .filter(|_| (self.oldest()..self.next).contains(&last));
        self.sequence(last, kept.map_or(now, |record| record.arrived))
    }

    fn sequence(&self, index: u64, at: Timestamp) -> Sequence {
        Sequence {
            index,
            time: unix_seconds(at).max(self.first.time),
            ..self.first
        }
    }

    fn oldest(&self) -> u64 {
        self.next - self.records.len() as u64
    }

    /// How `ListShards` and `DescribeStream` tell of it.
    pub(super) fn describe(&self) -> Value {
        let mut shard = json!({
            "ShardId": self.id(),
            "HashKeyRange": range(self.range),
            "SequenceNumberRange": {"StartingSequenceNumber": self.first.to_string()},
        });
        for (member, parent) in ["ParentShardId", "AdjacentParentShardId"]
            .iter()
            .zip(&self.parents)
        {
            shard[*member] = Self::id_of(*parent).into();
        }
        if let Some(closed) = self.closed {
            shard["SequenceNumberRange"]["EndingSequenceNumber"] = closed.last.to_string().into();
        }
        shard
    }

    /// How `GetRecords` tells of it as a child.
    pub(super) fn describe_child(&self) -> Value {
        let parents: Vec<String> = self.parents.iter().copied().map(Self::id_of).collect();
        json!({"ShardId": self.id(), "ParentShards": parents, "HashKeyRange": range(self.range)})
    }
}

/// A record's payload, as it comes from the wire or from within.
#[derive(Clone, Copy, Debug)]
pub(super) enum Data<'a> {
    /// As bytes.
    Raw(&'a [u8]),
    /// As valid base64 of so many bytes.
    Encoded(&'a str, u64),
}

impl Data<'_> {
    fn len(self) -> u64 {
        match self {
            Self::Raw(bytes) => bytes.len() as u64,
            Self::Encoded(_, len) => len,
        }
    }
}

fn write_record(sequence: Sequence, at: Timestamp, data: Data<'_>, partition_key: &str) -> Box<str> {
    let mut json =
        String::with_capacity(200 + partition_key.len() + usize::try_from(data.len() * 4 / 3).unwrap_or(0));
    // Writing to a String cannot fail.
    let _ = write!(
        json,
        r#"{{"SequenceNumber":"{sequence}","ApproximateArrivalTimestamp":{},"Data":""#,
        seconds(at)
    );
    match data {
        Data::Raw(bytes) => STANDARD.encode_string(bytes, &mut json),
        Data::Encoded(text, _) => json.push_str(text),
    }
    let _ = write!(json, r#"","PartitionKey":{}}}"#, Value::from(partition_key));
    json.into_boxed_str()
}

fn range(range: HashRange) -> Value {
    json!({"StartingHashKey": range.start.to_string(), "EndingHashKey": range.end.to_string()})
}

/// Seconds since 1970, as sequence numbers carry them.
pub(super) fn unix_seconds(time: Timestamp) -> u64 {
    time.as_second().max(0).unsigned_abs()
}
