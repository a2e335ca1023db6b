//! How far each shard was read, for whoever goes on from there.

use std::collections::BTreeMap;
use std::fmt;

use crate::resource::{Record, SequenceNumber, ShardId};
use crate::sanitize;

/// Shards that are named.
const NAMED: usize = 4;

/// The last record of each shard.
#[derive(Debug, Default)]
pub(super) struct Reached(BTreeMap<ShardId, SequenceNumber>);

impl Reached {
    /// Records of a shard are written.
    pub(super) fn note(&mut self, shard: ShardId, records: &[Record]) {
        if let Some(last) = records.last() {
            self.0.insert(shard, last.sequence.clone());
        }
    }

    /// Whether none was.
    pub(super) fn is_nowhere(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.0.iter().take(NAMED).map(|(shard, sequence)| {
            let (shard, sequence) = (sanitize::line(shard.as_str()), sanitize::line(sequence.as_str()));
            format!("{shard} seq:{sequence}")
        });
        let more = self.0.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("so on in {more} more"));
        f.write_str(&named.chain(more).collect::<Vec<_>>().join(", "))
    }
}
