//! The aggregation format of the Kinesis Producer Library: many user records in one record of a stream.
//!
//! <https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md>: a magic number, a message of Protocol
//! Buffers with two tables of keys and the records, which point into them, and the MD5 of the message.
//!
//! Must not: lose a record. What cannot be taken apart stays whole.

use std::iter;
use std::sync::Arc;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::json;

use super::cursor::Cursor;
use super::wire::{self, Wire};
use super::{Broken, Format, Value, text};
use crate::resource::{Aggregate, Body, Record};

const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];
const MD5_LEN: usize = 16;
/// How many bytes the user records of one record take in memory at most, next to their payloads. The library makes aggregates
/// of 1 MiB at most (`AggregationMaxSize`), and no number of user records in one comes to so much.
const LARGEST_APART: usize = 64 << 20;
const PER_RECORD: usize = size_of::<Record>() + size_of::<Aggregate>();

/// A message that is none, or none of an aggregate.
struct Malformed;

/// What is in an aggregate.
struct Aggregated<'a> {
    keys: Vec<&'a str>,
    hash_keys: Vec<&'a str>,
    records: Vec<UserRecord<'a>>,
}

/// A user record: its keys are places in the tables.
struct UserRecord<'a> {
    key: usize,
    hash_key: Option<usize>,
    data: &'a [u8],
}

/// The user records that came in a record, in their order; any other record as it is. An aggregate that is broken stays one
/// record, and decoding it tells why.
pub fn user_records(record: Record) -> impl Iterator<Item = Record> {
    let apart = take_apart(&record);
    let whole = apart.is_none().then_some(record);
    whole.into_iter().chain(apart.into_iter().flatten())
}

fn take_apart(record: &Record) -> Option<Vec<Record>> {
    let Body::Blob {
        data,
        aggregate: None,
        ..
    } = &record.body
    else {
        return None;
    };
    if !begins(data) {
        return None;
    }
    let read = read(data).ok()?;
    let keys: Vec<Arc<str>> = read.keys.iter().map(|key| Arc::from(*key)).collect();
    let apart = iter::zip(0.., &read.records).map(|(subsequence, user)| {
        let hash_key = user.hash_key.map(|place| read.hash_keys[place].into());
        Record {
            body: Body::Blob {
                partition_key: Arc::clone(&keys[user.key]),
                data: data.slice_ref(user.data),
                aggregate: Some(Box::new(Aggregate {
                    subsequence,
                    explicit_hash_key: hash_key,
                    whole: Bytes::clone(data),
                })),
            },
            ..shell(record)
        }
    });
    Some(apart.collect())
}

/// Where and when a record came, with nothing in it.
fn shell(record: &Record) -> Record {
    Record {
        shard: record.shard.clone(),
        sequence: record.sequence.clone(),
        arrived: record.arrived,
        body: Body::blob("", Bytes::new()),
    }
}

/// Whether bytes begin like an aggregate.
pub(super) fn begins(data: &[u8]) -> bool {
    data.starts_with(&MAGIC)
}

/// An aggregate that is no record of a stream, but lies within other layers.
pub(super) fn value(data: &[u8]) -> Option<Value> {
    let read = read(data).ok()?;
    let records = read.records.iter().map(|user| {
        json!({
            "partition_key": read.keys[user.key],
            "explicit_hash_key": user.hash_key.map(|place| read.hash_keys[place]),
            "data": text::read(user.data).map_or_else(|| BASE64.encode(user.data), str::to_owned),
        })
    });
    Some(Value::Json(records.collect()))
}

/// Why bytes that begin like an aggregate are none.
pub(super) fn fault(data: &[u8]) -> Option<Broken> {
    begins(data).then(|| read(data).err()).flatten()
}

fn read(data: &[u8]) -> Result<Aggregated<'_>, Broken> {
    let broken = |why| Broken::new(Format::Kpl, why);
    let (message, md5) = data
        .strip_prefix(&MAGIC)
        .and_then(|rest| rest.split_at_checked(rest.len().checked_sub(MD5_LEN)?))
        .ok_or_else(|| broken("it is too short"))?;
    if Md5::digest(message).as_slice() != md5 {
        return Err(broken("its MD5 does not match"));
    }
    let read = Aggregated::read(message).map_err(|Malformed| broken("its message cannot be read"))?;
    read.verify().map_err(broken)?;
    Ok(read)
}

impl<'a> Aggregated<'a> {
    fn read(message: &'a [u8]) -> Result<Self, Malformed> {
        let mut read = Self {
            keys: Vec::new(),
            hash_keys: Vec::new(),
            records: Vec::new(),
        };
        for field in fields(message) {
            match field? {
                (1, value) => read.keys.push(key(value)?),
                (2, value) => read.hash_keys.push(key(value)?),
                (3, value) => read.records.push(UserRecord::read(bytes(value)?)?),
                _ => {}
            }
        }
        Ok(read)
    }

    /// Whether every record's keys are there, and all of them can be held.
    fn verify(&self) -> Result<(), &'static str> {
        if self.records.is_empty() {
            return Err("no record is in it");
        }
        let mut weight = 0;
        for user in &self.records {
            let hash_key = user.hash_key.map(|place| self.hash_keys.get(place));
            if self.keys.get(user.key).is_none() || hash_key == Some(None) {
                return Err("a record's key is not in its tables");
            }
            weight += PER_RECORD + hash_key.flatten().map_or(0, |key| key.len());
        }
        if weight > LARGEST_APART {
            return Err("there are more records in it than can be held");
        }
        Ok(())
    }
}

impl<'a> UserRecord<'a> {
    fn read(message: &'a [u8]) -> Result<Self, Malformed> {
        let (mut index, mut hash_key, mut data) = (None, None, None);
        for field in fields(message) {
            match field? {
                (1, value) => index = Some(place(value)?),
                (2, value) => hash_key = Some(place(value)?),
                (3, value) => data = Some(bytes(value)?),
                // 4 are tags, which the libraries write nowhere.
                _ => {}
            }
        }
        Ok(Self {
            key: index.ok_or(Malformed)?,
            hash_key,
            data: data.ok_or(Malformed)?,
        })
    }
}

/// The fields of a message with their numbers.
fn fields(message: &[u8]) -> impl Iterator<Item = Result<(u32, Wire<'_>), Malformed>> {
    let mut cursor = Cursor::new(message);
    iter::from_fn(move || wire::next(&mut cursor, None).map_err(|_| Malformed).transpose())
}

fn key(value: Wire<'_>) -> Result<&str, Malformed> {
    std::str::from_utf8(bytes(value)?).map_err(|_| Malformed)
}

fn bytes(value: Wire<'_>) -> Result<&[u8], Malformed> {
    match value {
        Wire::Bytes(bytes) => Ok(bytes),
        _ => Err(Malformed),
    }
}

fn place(value: Wire<'_>) -> Result<usize, Malformed> {
    match value {
        Wire::Varint(place) => usize::try_from(place).map_err(|_| Malformed),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// An aggregate of this message.
    fn sealed(message: &[u8]) -> Vec<u8> {
        [&MAGIC[..], message, &Md5::digest(message)].concat()
    }

    fn record(data: Vec<u8>) -> Record {
        Record {
            shard: "shardId-000000000000".into(),
            sequence: "4965".into(),
            arrived: None,
            body: Body::blob("a", data),
        }
    }

    /// What becomes of a record: key, payload and place in its aggregate.
    fn apart(data: Vec<u8>) -> Vec<(String, Vec<u8>, Option<u64>)> {
        let users = user_records(record(data)).map(|record| match record.body {
            Body::Blob {
                partition_key,
                data,
                aggregate,
            } => (
                partition_key.to_string(),
                data.to_vec(),
                aggregate.map(|it| it.subsequence),
            ),
            Body::Change(_) => panic!("a change out of a blob"),
        });
        users.collect()
    }

    const TWO: &[u8] =
        b"\x0a\x01x\x0a\x01y\x12\x017\x1a\x08\x08\x00\x10\x00\x1a\x02hi\x1a\x06\x08\x01\x1a\x02ho";

    #[test]
    fn an_aggregate_becomes_its_user_records_without_a_copy() {
        let data = sealed(TWO);
        assert_eq!(
            apart(data.clone()),
            [
                ("x".to_owned(), b"hi".to_vec(), Some(0)),
                ("y".to_owned(), b"ho".to_vec(), Some(1)),
            ]
        );
        let data = Bytes::from(data);
        let mut whole = record(Vec::new());
        whole.body = Body::blob("a", data.clone());
        let first = user_records(whole).next().unwrap();
        let Body::Blob {
            data: part,
            aggregate: Some(aggregate),
            ..
        } = first.body
        else {
            panic!("no user record")
        };
        assert!(data.as_ptr_range().contains(&part.as_ptr()));
        assert_eq!(aggregate.explicit_hash_key.as_deref(), Some("7"));
        assert_eq!(aggregate.whole, data);
    }

    #[test]
    fn what_is_broken_stays_one_record_and_says_why() {
        let mut forged = sealed(TWO);
        *forged.last_mut().unwrap() ^= 1;
        let cases = [
            (forged, "its MD5 does not match"),
            (MAGIC.to_vec(), "it is too short"),
            (sealed(b""), "no record is in it"),
            (sealed(b"\x0a\x05x"), "its message cannot be read"),
            (sealed(b"\x0a\x01x\x1a\x02\x08\x00"), "its message cannot be read"),
            (
                sealed(b"\x0a\x01x\x1a\x04\x08\x01\x1a\x00"),
                "a record's key is not in its tables",
            ),
            (
                sealed(b"\x0a\x01x\x1a\x06\x08\x00\x10\x00\x1a\x00"),
                "a record's key is not in its tables",
            ),
            (
                sealed(&[b"\x0a\x01x".to_vec(), b"\x1a\x04\x08\x00\x1a\x00".repeat(1 << 19)].concat()),
                "there are more records in it than can be held",
            ),
        ];
        for (data, why) in cases {
            assert_eq!(read(&data).err().unwrap().why, why);
            assert_eq!(apart(data.clone()), [("a".to_owned(), data, None)]);
        }
    }

    #[test]
    fn other_records_and_user_records_pass_as_they_are() {
        assert_eq!(apart(b"{}".to_vec()), [("a".to_owned(), b"{}".to_vec(), None)]);
        let nested: Vec<_> = user_records(record(sealed(TWO))).flat_map(user_records).collect();
        assert_eq!(nested.len(), 2);
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_is_not_lost(
            flips in vec((0..TWO.len(), any::<u8>()), 0..4),
            more in vec(any::<u8>(), 0..12),
        ) {
            let mut message = TWO.to_vec();
            for (at, with) in flips {
                message[at] ^= with;
            }
            message.extend(more);
            prop_assert!(!apart(sealed(&message)).is_empty());
        }
    }
}
