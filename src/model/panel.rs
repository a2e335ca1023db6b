//! What stands below or beside the records of a tail.

use super::{Inspector, ShardOrder};

/// One of them at a time.
#[derive(Clone, Debug)]
pub enum Panel {
    /// The selected record, read closely.
    Record(Box<Inspector>),
    /// Every shard with its flow.
    Shards(ShardTable),
    /// The partition keys that have the most records.
    Keys(KeyTable),
}

/// Every shard with its flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShardTable {
    /// In what order.
    pub order: ShardOrder,
    /// The first shard on the screen.
    pub top: usize,
}

/// The partition keys that have the most records.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyTable {
    /// The first key on the screen.
    pub top: usize,
}

impl KeyTable {
    /// How many keys it shows at most.
    pub const MOST: usize = 50;
}
