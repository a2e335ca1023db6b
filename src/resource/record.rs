//! Records, as they come out of a shard.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::attribute::{item_preview, item_to_json, item_weight};
use super::{HashRange, Item, SequenceNumber, ShardId, Timestamp};

/// One record of a shard: its place, its time, and what it carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The shard that it came from.
    pub shard: ShardId,
    /// Its place in the shard.
    pub sequence: SequenceNumber,
    /// When the service took it: to the millisecond for Kinesis, to the second for DynamoDB Streams.
    pub arrived: Option<Timestamp>,
    /// What it carries.
    pub body: Body,
}

impl Record {
    /// What it is about: its partition key, or the primary key of the item that was changed, on one line.
    pub fn key(&self) -> Cow<'_, str> {
        match &self.body {
            Body::Blob { partition_key, .. } => Cow::Borrowed(partition_key),
            Body::Change(change) => Cow::Owned(item_preview(&change.keys, usize::MAX)),
        }
    }

    /// How many bytes the service counts for it.
    pub fn size(&self) -> usize {
        match &self.body {
            Body::Blob {
                partition_key, data, ..
            } => partition_key.len() + data.len(),
            Body::Change(change) => change
                .size
                .and_then(|size| usize::try_from(size).ok())
                .unwrap_or_else(|| change.weight()),
        }
    }

    /// How many bytes it takes in memory, roughly; the ring counts with it.
    pub fn weight(&self) -> usize {
        let inside = match &self.body {
            Body::Blob {
                partition_key,
                data,
                aggregate,
            } => partition_key.len() + data.len() + aggregate.as_ref().map_or(0, |it| it.weight()),
            Body::Change(change) => change.weight(),
        };
        size_of::<Self>() + self.sequence.as_str().len() + inside
    }
}

/// What a record carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Bytes that mean whatever the producer wanted (Kinesis).
    Blob {
        /// Chooses the shard.
        partition_key: Arc<str>,
        /// The payload, held once and shared by all who look at it.
        data: Bytes,
        /// The aggregate that it came in, if it did.
        aggregate: Option<Box<Aggregate>>,
    },
    /// A change of an item (DynamoDB Streams).
    Change(Box<Change>),
}

impl Body {
    /// Bytes that were put under a partition key.
    pub fn blob(partition_key: impl Into<Arc<str>>, data: impl Into<Bytes>) -> Self {
        Self::Blob {
            partition_key: partition_key.into(),
            data: data.into(),
            aggregate: None,
        }
    }
}

/// What the Kinesis Producer Library put into one record together with others, and how to tell it from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Its place among them, from 0.
    pub subsequence: u64,
    /// The hash key that chose its shard instead of the partition key, in decimal.
    pub explicit_hash_key: Option<Box<str>>,
    /// The whole record as Kinesis has it, shared by all that came in it.
    pub whole: Bytes,
}

impl Aggregate {
    /// Without the whole: the payloads of those that came in it are most of that.
    fn weight(&self) -> usize {
        size_of::<Self>() + self.explicit_hash_key.as_ref().map_or(0, |key| key.len())
    }
}

/// A change of one item of a table. Which images there are depends on the stream's view type.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was done.
    pub event: Event,
    /// The item's primary key.
    pub keys: Item,
    /// The item before.
    pub old: Option<Item>,
    /// The item after.
    pub new: Option<Item>,
    /// Who did it, where the service says: a TTL delete is `Service` and `dynamodb.amazonaws.com`.
    pub identity: Option<(String, String)>,
    /// The size that the service counts for it.
    pub size: Option<u64>,
}

impl Change {
    /// Whether the item was deleted because its time to live had run out.
    pub fn is_ttl(&self) -> bool {
        self.identity
            .as_ref()
            .is_some_and(|(kind, who)| kind == "Service" && who == "dynamodb.amazonaws.com")
    }

    /// The keys and both images in DynamoDB JSON; an image that the view type leaves out is `null`.
    pub fn to_json(&self) -> [(&'static str, Value); 3] {
        let image = |item: &Option<Item>| item.as_ref().map_or(Value::Null, item_to_json);
        [
            ("keys", item_to_json(&self.keys)),
            ("old", image(&self.old)),
            ("new", image(&self.new)),
        ]
    }

    /// The beginning of its keys and of the newest image, each of so many bytes or a little more.
    pub fn preview(&self, limit: usize) -> String {
        let keys = item_preview(&self.keys, limit);
        match self.new.as_ref().or(self.old.as_ref()) {
            Some(image) => format!("{keys}  {}", item_preview(image, limit)),
            None => keys,
        }
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
            + item_weight(&self.keys)
            + self.old.as_ref().map_or(0, item_weight)
            + self.new.as_ref().map_or(0, item_weight)
    }
}

/// What was done to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was added.
    Insert,
    /// It was changed.
    Modify,
    /// It was deleted.
    Remove,
    /// A word that some endpoint uses and the reference does not list.
    Other(String),
}

impl Event {
    /// The service's own word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Insert => "INSERT",
            Self::Modify => "MODIFY",
            Self::Remove => "REMOVE",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Event {
    fn from(word: &str) -> Self {
        match word {
            "INSERT" => Self::Insert,
            "MODIFY" => Self::Modify,
            "REMOVE" => Self::Remove,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A place in a shard, good for a few minutes; opaque.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IteratorToken(Box<str>);

impl IteratorToken {
    /// The text to send back.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<Box<str>>> From<T> for IteratorToken {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

/// Iterators are long and say nothing, so they are not spelled out.
impl std::fmt::Debug for IteratorToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "iterator({} bytes)", self.0.len())
    }
}

/// What one `GetRecords` brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The records, in order; often none.
    pub records: Vec<Record>,
    /// Where to go on; `None` at the end of a closed shard.
    pub next: Option<IteratorToken>,
    /// How far it was read, also where nothing was in it; only where the service tells (`SubscribeToShard`).
    pub reached: Option<SequenceNumber>,
    /// How far the reader is behind the tip, where the service tells (Kinesis).
    pub behind: Option<Duration>,
    /// The shards that follow, at the end of a closed shard; some endpoints leave it empty.
    pub children: Vec<ChildShard>,
}

impl Batch {
    /// The bytes of all records.
    pub fn bytes(&self) -> u64 {
        self.records.iter().map(|record| record.size() as u64).sum()
    }
}

/// A shard that follows the one that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildShard {
    /// Its id.
    pub id: ShardId,
    /// All its parents: two after a merge.
    pub parents: Vec<ShardId>,
    /// The hash keys that it takes.
    pub hash_range: Option<HashRange>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Attribute;

    fn record(body: Body) -> Record {
        Record {
            shard: "a".into(),
            sequence: "1".into(),
            arrived: None,
            body,
        }
    }

    #[test]
    fn a_record_s_key_is_its_partition_key_or_that_of_its_item() {
        let blob = Body::blob("cust-1", Bytes::new());
        assert_eq!(record(blob).key(), "cust-1");
        let keys = [
            ("cart", Attribute::S("c-7".into())),
            ("line", Attribute::N("2".into())),
        ];
        let change = Change {
            event: Event::Insert,
            keys: keys
                .map(|(name, value)| (name.into(), value))
                .into_iter()
                .collect(),
            old: None,
            new: None,
            identity: None,
            size: None,
        };
        assert_eq!(
            record(Body::Change(Box::new(change))).key(),
            r#"{"cart":"c-7","line":2}"#
        );
    }
}
