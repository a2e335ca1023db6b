//! A line of a tail's list: a record, or the place where some are missing.

use std::sync::Arc;

use crate::resource::{Record, ShardId, Timestamp};

/// What stands in one line.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A record, held once and shared.
    Record(Arc<Record>),
    /// The service dropped records of this shard before they could be read.
    Gap(ShardId),
}

impl Row {
    /// The record, where it is one.
    pub fn record(&self) -> Option<&Arc<Record>> {
        match self {
            Self::Record(record) => Some(record),
            Self::Gap(_) => None,
        }
    }

    /// The shard that it belongs to.
    pub fn shard(&self) -> &ShardId {
        match self {
            Self::Record(record) => &record.shard,
            Self::Gap(shard) => shard,
        }
    }

    /// When it arrived. What has no time goes first: it cannot be said to be later than anything else.
    pub(super) fn arrival(&self) -> Timestamp {
        self.record()
            .and_then(|record| record.arrived)
            .unwrap_or(Timestamp::MIN)
    }

    /// How many bytes it takes in memory, roughly.
    pub fn weight(&self) -> usize {
        match self {
            Self::Record(record) => size_of::<Self>() + record.weight(),
            Self::Gap(shard) => size_of::<Self>() + shard.as_str().len(),
        }
    }
}

impl From<Record> for Row {
    fn from(record: Record) -> Self {
        Self::Record(Arc::new(record))
    }
}
