//! Streams and their shards, of Kinesis and of DynamoDB tables.

use std::time::Duration;

use super::{Fact, SequenceNumber, ShardId, Timestamp};

/// A Kinesis data stream, as `DescribeStreamSummary` tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its name, unique in the account and region.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `CREATING`, `DELETING`, `ACTIVE` or `UPDATING`.
    pub status: String,
    /// `PROVISIONED` or `ON_DEMAND`.
    pub mode: Option<String>,
    /// How long records are kept.
    pub retention: Option<Duration>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Shards that take records.
    pub open_shards: Option<u64>,
    /// Registered consumers with enhanced fan-out.
    pub consumers: Option<u64>,
    /// `NONE` or `KMS`.
    pub encryption: Option<String>,
    /// The key of the encryption.
    pub key_id: Option<String>,
    /// Shard-level metrics that are switched on.
    pub shard_metrics: Vec<String>,
    /// The largest record that it takes, in KiB, where it is not the 1 MiB of old.
    pub max_record_kib: Option<u64>,
}

impl Stream {
    pub(super) fn note(&self) -> String {
        let mode = match self.mode.as_deref() {
            Some("ON_DEMAND") => "on-demand",
            Some("PROVISIONED") => "provis.",
            Some(other) => other,
            None => "",
        };
        match self.open_shards {
            Some(count) => format!("{count} {mode}").trim_end().to_owned(),
            None => mode.to_owned(),
        }
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        const NOT_TOLD: &str = "not told by this endpoint";
        let mut facts = vec![
            Fact::new("status", self.status.as_str()),
            Fact::maybe("capacity mode", self.mode.as_deref(), NOT_TOLD),
            Fact::maybe("open shards", self.open_shards, NOT_TOLD),
            Fact::maybe("retention", self.retention, NOT_TOLD),
            Fact::maybe("created", self.created, NOT_TOLD),
            Fact::maybe("consumers", self.consumers, NOT_TOLD),
            Fact::maybe("encryption", self.encryption.as_deref(), NOT_TOLD),
        ];
        if let Some(key) = &self.key_id {
            facts.push(Fact::new("key", key.as_str()));
        }
        if let Some(kib) = self.max_record_kib {
            facts.push(Fact::new("largest record", format!("{kib} KiB")));
        }
        if !self.shard_metrics.is_empty() {
            facts.push(Fact::new("shard metrics", self.shard_metrics.join(", ")));
        }
        facts.push(Fact::new("arn", self.arn.as_str()));
        facts
    }
}

/// One stream of a DynamoDB table, as `DescribeStream` tells of it. A table whose stream was switched off and on again has
/// two of them for a day.
#[derive(Clone, Debug, PartialEq)]
pub struct TableStream {
    /// The table's name.
    pub table: String,
    /// The stream's ARN.
    pub arn: String,
    /// The time it was switched on, as the label in the ARN.
    pub label: String,
    /// `ENABLING`, `ENABLED`, `DISABLING` or `DISABLED`.
    pub status: String,
    /// `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`.
    pub view_type: Option<String>,
    /// When the stream was switched on.
    pub created: Option<Timestamp>,
    /// The table's key.
    pub keys: Vec<KeyElement>,
}

/// One attribute of a table's primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyElement {
    /// The attribute's name.
    pub name: String,
    /// `HASH` or `RANGE`.
    pub role: String,
}

impl TableStream {
    pub(super) fn note(&self) -> String {
        match self.view_type.as_deref() {
            Some("NEW_AND_OLD_IMAGES") => "new+old".to_owned(),
            Some("NEW_IMAGE") => "new".to_owned(),
            Some("OLD_IMAGE") => "old".to_owned(),
            Some("KEYS_ONLY") => "keys".to_owned(),
            Some(other) => other.to_owned(),
            None => String::new(),
        }
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        const NOT_TOLD: &str = "not told by this endpoint";
        let keys = self
            .keys
            .iter()
            .map(|key| format!("{} ({})", key.name, key.role))
            .collect::<Vec<_>>()
            .join(", ");
        vec![
            Fact::new("status", self.status.as_str()),
            Fact::new("table", self.table.as_str()),
            Fact::maybe("view type", self.view_type.as_deref(), NOT_TOLD),
            Fact::new("key", keys),
            Fact::maybe("switched on", self.created, NOT_TOLD),
            Fact::new("label", self.label.as_str()),
            Fact::new("arn", self.arn.as_str()),
        ]
    }
}

/// A part of a stream whose records are in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Shard {
    /// Its id.
    pub id: ShardId,
    /// The shard that it was split from, or one of the two that were merged into it. May be trimmed already.
    pub parent: Option<ShardId>,
    /// The other one of two that were merged into it.
    pub adjacent_parent: Option<ShardId>,
    /// The hash keys that it takes; DynamoDB Streams does not tell.
    pub hash_range: Option<HashRange>,
    /// Its first sequence number.
    pub first: Option<SequenceNumber>,
    /// Its last sequence number, once it is closed.
    pub last: Option<SequenceNumber>,
}

impl Shard {
    /// Whether it still takes records.
    pub fn is_open(&self) -> bool {
        self.last.is_none()
    }

    /// Its parents: none, one after a split, two after a merge.
    pub fn parents(&self) -> impl Iterator<Item = &ShardId> {
        self.parent.iter().chain(self.adjacent_parent.iter())
    }
}

/// A range of hash keys, both ends included. A partition key's hash key is its MD5 as a 128-bit number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashRange {
    /// The first key.
    pub start: u128,
    /// The last key.
    pub end: u128,
}

impl HashRange {
    /// Whether a hash key lies in it.
    pub fn holds(self, key: u128) -> bool {
        (self.start..=self.end).contains(&key)
    }
}

/// Where in a shard to begin, as `GetShardIterator` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Only what comes from now on.
    Latest,
    /// The oldest record that is still kept.
    TrimHorizon,
    /// The first record that arrived at this time or later. DynamoDB Streams has no such iterator.
    AtTimestamp(Timestamp),
    /// This very record first.
    AtSequence(SequenceNumber),
    /// The record that follows this one.
    AfterSequence(SequenceNumber),
}
