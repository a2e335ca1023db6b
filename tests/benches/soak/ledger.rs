//! Which records a stream holds, by shards and in their order: what was put, and what was read.

use std::collections::{BTreeMap, HashSet};

/// Records of each shard, by their numbers and sequence numbers, in order.
#[derive(Default)]
pub(crate) struct Ledger {
    shards: BTreeMap<String, Vec<(u32, String)>>,
    count: usize,
}

/// What is wrong with what was read.
pub(crate) struct Verdict {
    pub(crate) lost: usize,
    pub(crate) too_many: usize,
    pub(crate) out_of_order: usize,
}

impl Ledger {
    pub(crate) fn note(&mut self, shard: String, number: u32, sequence: String) {
        self.shards.entry(shard).or_default().push((number, sequence));
        self.count += 1;
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn shards(&self) -> usize {
        self.shards.len()
    }

    /// What was read against what was put.
    pub(crate) fn held_against(&self, put: &Self) -> Verdict {
        let (mine, theirs) = (self.all(), put.all());
        let in_order = |(shard, records): (&String, &Vec<_>)| self.shards.get(shard) == Some(records);
        Verdict {
            lost: theirs.difference(&mine).count(),
            // Those that are there twice stand once in the set.
            too_many: self.count - mine.intersection(&theirs).count(),
            out_of_order: put.shards.iter().filter(|it| !in_order(*it)).count(),
        }
    }

    fn all(&self) -> HashSet<(&str, &(u32, String))> {
        let of_shard = |(shard, records)| std::iter::repeat(String::as_str(shard)).zip::<&Vec<_>>(records);
        self.shards.iter().flat_map(of_shard).collect()
    }
}
