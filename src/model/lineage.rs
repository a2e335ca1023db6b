//! Shards as a tree: children under the shard that they were split from or merged into.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr as _;

use crate::resource::{Shard, ShardId};

/// Levels of the tree that are told apart; deeper ones stand in the last.
const LEVELS: usize = 6;

/// The shards of a stream in the order of their tree, and what else takes a look at each of them. Made when the shards have
/// changed, so that a frame needs to look only at those that it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// The lines of the tree.
    pub branches: Vec<Branch>,
    /// How many of the shards are open.
    pub open: usize,
    /// Columns that the longest short id takes with what leads to it.
    pub columns: usize,
}

impl Lineage {
    /// The tree of these shards.
    pub fn of(shards: &[Shard]) -> Self {
        let branches = lineage(shards);
        let columns = |branch: &Branch| branch.columns() + shards[branch.shard].id.short().width();
        Self {
            open: shards.iter().filter(|shard| shard.is_open()).count(),
            columns: branches.iter().map(columns).max().unwrap_or(0),
            branches,
        }
    }
}

/// One line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The place of the shard in the list that the tree was made from.
    pub shard: usize,
    /// For each ancestor with siblings and the shard itself, of so many levels at most: whether it is the last of them. Empty
    /// at a root.
    pub last: Vec<bool>,
    /// Whether it is its parent's only child, and so stands in its column.
    pub goes_on: bool,
}

impl Branch {
    /// Columns of the lines that lead to the shard: a margin, and two a level.
    pub fn columns(&self) -> usize {
        1 + 2 * (self.last.len() + usize::from(self.goes_on))
    }
}

/// The shards in the order of a tree: roots by id, and under each its children. A shard with two parents stands under the
/// first one that is there.
fn lineage(shards: &[Shard]) -> Vec<Branch> {
    let known: BTreeSet<&ShardId> = shards.iter().map(|shard| &shard.id).collect();
    let mut children: BTreeMap<Option<&ShardId>, Vec<usize>> = BTreeMap::new();
    for (place, shard) in shards.iter().enumerate() {
        let parent = shard.parents().find(|parent| known.contains(parent));
        children.entry(parent).or_default().push(place);
    }
    for siblings in children.values_mut() {
        siblings.sort_by(|a, b| shards[*a].id.cmp(&shards[*b].id));
    }
    let mut branches = Vec::with_capacity(shards.len());
    let mut stack: Vec<Branch> = Vec::new();
    push_children(&mut stack, children.get(&None), None);
    // A stack and not recursion: a chain of ten thousand rotations is a tree as deep.
    while let Some(branch) = stack.pop() {
        let below = children.get(&Some(&shards[branch.shard].id));
        push_children(&mut stack, below, Some(&branch));
        branches.push(branch);
    }
    branches
}

/// Puts siblings on the stack so that the first one comes off first. An only child stays in its parent's column, so that a shard
/// that was rotated again and again does not wander off to the right.
fn push_children(stack: &mut Vec<Branch>, siblings: Option<&Vec<usize>>, parent: Option<&Branch>) {
    let Some(siblings) = siblings else { return };
    for (n, place) in siblings.iter().enumerate().rev() {
        let goes_on = parent.is_some() && siblings.len() == 1;
        let mut last = parent.map_or_else(Vec::new, |parent| parent.last.clone());
        if parent.is_some() && !goes_on {
            last.push(n + 1 == siblings.len());
            last.drain(..last.len().saturating_sub(LEVELS));
        }
        stack.push(Branch {
            shard: *place,
            last,
            goes_on,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(id: &str, parents: &[&str]) -> Shard {
        Shard {
            id: id.into(),
            parent: parents.first().map(|id| ShardId::from(*id)),
            adjacent_parent: parents.get(1).map(|id| ShardId::from(*id)),
            hash_range: None,
            first: None,
            last: None,
        }
    }

    fn drawn(shards: &[Shard]) -> Vec<String> {
        lineage(shards)
            .iter()
            .map(|it| format!("{}{}", "  ".repeat(it.last.len()), shards[it.shard].id))
            .collect()
    }

    #[test]
    fn children_stand_under_their_parent() {
        let shards = [
            shard("c", &["a"]),
            shard("a", &[]),
            shard("d", &["b"]),
            shard("b", &[]),
            shard("e", &["a"]),
        ];
        assert_eq!(drawn(&shards), ["a", "  c", "  e", "b", "d"]);
        assert_eq!(lineage(&shards)[2].last, [true]);
        assert!(lineage(&shards)[4].goes_on);
    }

    #[test]
    fn a_merged_shard_stands_once_and_an_orphan_is_a_root() {
        let shards = [
            shard("a", &[]),
            shard("b", &[]),
            shard("c", &["a", "b"]),
            shard("d", &["gone"]),
        ];
        assert_eq!(drawn(&shards), ["a", "c", "b", "d"]);
    }

    #[test]
    fn a_chain_of_rotations_stays_in_its_column() {
        let shards = [
            shard("a", &[]),
            shard("b", &["a"]),
            shard("c", &["b"]),
            shard("d", &["c"]),
        ];
        assert_eq!(drawn(&shards), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_tree_is_no_wider_than_its_levels_however_deep_it_is() {
        let mut shards = vec![shard("0", &[])];
        for depth in 0..5000 {
            let parent = depth.to_string();
            shards.push(shard(&format!("{parent}x"), &[&parent]));
            shards.push(shard(&(depth + 1).to_string(), &[&parent]));
        }
        let tree = Lineage::of(&shards);
        assert_eq!(tree.branches.len(), 10_001);
        assert!(tree.branches.iter().all(|it| it.last.len() <= LEVELS));
        assert_eq!((tree.open, tree.columns), (10_001, 13 + "4999x".len()));
    }

    #[test]
    fn a_circle_is_no_reason_to_hang() {
        assert!(lineage(&[shard("a", &["b"]), shard("b", &["a"])]).is_empty());
    }
}
