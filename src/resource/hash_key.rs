//! Where a partition key's records go: its hash key, and the open shard that takes it.

use md5::{Digest as _, Md5};

use super::Shard;

/// The hash key of a partition key: its MD5 as a 128-bit number (API reference, `PutRecord`).
pub fn hash_key(partition_key: &str) -> u128 {
    u128::from_be_bytes(Md5::digest(partition_key).into())
}

/// The open shard that takes a partition key's records now. What was put with an `ExplicitHashKey` may lie elsewhere: a
/// record does not tell. `None` where the shard is not among these, or where the service tells no ranges.
pub fn shard_of<'a>(partition_key: &str, shards: &'a [Shard]) -> Option<&'a Shard> {
    let key = hash_key(partition_key);
    shards
        .iter()
        .filter(|shard| shard.is_open())
        .find(|shard| shard.hash_range.is_some_and(|range| range.holds(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::HashRange;

    fn shard(id: &str, range: Option<(u128, u128)>, last: Option<&str>) -> Shard {
        Shard {
            id: id.into(),
            parent: None,
            adjacent_parent: None,
            hash_range: range.map(|(start, end)| HashRange { start, end }),
            first: None,
            last: last.map(Into::into),
        }
    }

    #[test]
    fn a_partition_key_is_hashed_by_md5() {
        // As `md5sum` has it of one letter, and of a text that is not ASCII.
        assert_eq!(hash_key("a"), 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661);
        assert_eq!(hash_key("ключ"), 0xc365_7b66_c60a_3072_92aa_e11f_07b0_4ae7);
    }

    #[test]
    fn a_key_belongs_to_the_open_shard_whose_range_holds_it() {
        let key = hash_key("a");
        let shards = [
            shard("untold", None, None),
            shard("parent", Some((0, u128::MAX)), Some("9")),
            shard("below", Some((0, key - 1)), None),
            shard("here", Some((key, key)), None),
            shard("above", Some((key + 1, u128::MAX)), None),
        ];
        assert_eq!(shard_of("a", &shards).unwrap().id, "here".into());
        assert_eq!(shard_of("a", &shards[..3]), None);
    }
}
