//! What goes into a [`super::StreamTail`] and what comes out.

use std::time::Duration;

use super::shard::Lag;
use crate::resource::{Batch, HashRange, IteratorToken, Position, Record, Shard, ShardId};
use crate::source::{ReadLimits, SourceError};

/// What to read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to begin.
    pub from: Position,
    /// Only these shards, without their children; all where it is empty.
    pub only: Vec<ShardId>,
    /// Whether parents are drained before their children are begun.
    pub parents_first: bool,
    /// How long the stream keeps records, where that is known.
    pub retention: Option<Duration>,
    /// What the service allows.
    pub limits: ReadLimits,
    /// How many calls may be under way at once; waits for records that are pushed are none.
    pub in_flight: usize,
}

impl Plan {
    /// Whether a shard is to be read at all.
    pub(super) fn includes(&self, shard: &ShardId) -> bool {
        self.only.is_empty() || self.only.contains(shard)
    }
}

/// A call to make.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// An iterator of a shard at a position.
    Iterator(ShardId, Position),
    /// The records of a shard from an iterator on, at most so many where a number is given.
    Read(ShardId, IteratorToken, Option<u32>),
    /// The children of this shard, or all shards of the stream to find them among.
    Children(ShardId),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// To [`Ask::Iterator`].
    Iterator(IteratorToken),
    /// To [`Ask::Read`].
    Batch(Batch),
    /// To [`Ask::Children`].
    Shards(Vec<Shard>),
    /// To any of them.
    Failed(SourceError),
}

/// What a person should see of it.
#[derive(Clone, Debug, PartialEq)]
pub enum TailEvent {
    /// A shard takes the partition keys whose hash keys lie in this range.
    Range(ShardId, HashRange),
    /// A shard is being read.
    Opened(ShardId),
    /// A read of a shard and what it brought, in order; maybe nothing.
    Read {
        /// The shard.
        shard: ShardId,
        /// The records.
        records: Vec<Record>,
        /// How far it is from the tip.
        lag: Lag,
    },
    /// Records of a shard were dropped by the service before they could be read.
    Gap(ShardId),
    /// A call failed and is tried again.
    Trouble(ShardId, SourceError),
    /// A shard is drained, or gone.
    Closed(ShardId),
    /// A shard cannot be read any further.
    GaveUp(ShardId, SourceError),
    /// Every shard that is read has reached its tip, not necessarily in the same moment.
    CaughtUp,
    /// Every shard is drained and none follows.
    Ended,
}

/// What was done since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls made.
    pub calls: u64,
    /// Calls that were throttled.
    pub throttled: u64,
}
