//! The domain, in AWS's own words: streams, shards, records, feature groups, batch predictions.
//!
//! Plain data that every layer may use. It knows neither the SDK (that stops in [`crate::source`]) nor the screen
//! (that is [`crate::view`]). What a person should see of a resource is said once, as [`Fact`]s.

mod ancestor;
mod attribute;
mod caller;
mod consumer;
mod diff;
mod fact;
mod feature_group;
mod feature_record;
mod hash_key;
mod list_query;
mod prediction;
mod record;
mod stream;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use ancestor::{Ancestor, Ancestry, Location};
pub use attribute::{Attribute, Item, item_from_json, item_preview};
pub use caller::Caller;
pub use consumer::{CONSUMER_NAME_RULE, Consumer, is_consumer_name};
pub use diff::{Diff, change_summary, diff, diff_items, key_words};
pub use fact::{Fact, FactValue};
pub use feature_group::{Feature, FeatureGroup, OfflineStore, OnlineStore};
pub use feature_record::{
    DeletionMode, FeatureRecord, FeatureValue, Features, GatheredRecords, RecordChange, RecordWrite,
    TargetStore, TtlDuration, TtlUnit, WantedRecords,
};
pub use hash_key::{hash_key, shard_of};
pub use jiff::Timestamp;
pub use list_query::{Condition, Holds, ListQuery, Operand, Operator, SortOrder, Variable};
pub use prediction::{BatchPrediction, Milestone, PredictionStatus, Run, Stretch};
pub use record::{Aggregate, Batch, Body, Change, ChildShard, Event, IteratorToken, Record};
pub use stream::{HashRange, KeyElement, Position, Shard, Stream, TableStream};

/// A cheap-to-clone text with a meaning of its own, so that a shard id is never passed where a stream is asked for.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text as the service gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<Arc<str>>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

text_id! {
    /// What a resource is called in calls to its service: a stream's name, a stream's ARN, a group's name, an id.
    ResourceId
}
text_id! {
    /// A shard's id, such as `shardId-000000000002`.
    ShardId
}
impl ShardId {
    /// The part that tells it from others: `002` of `shardId-000000000002`, the last part of a longer one.
    pub fn short(&self) -> &str {
        let tail = self.as_str().rsplit('-').next().unwrap_or_default();
        let digits = tail.trim_start_matches('0').len().max(3);
        if tail.bytes().all(|byte| byte.is_ascii_digit()) && digits < tail.len() {
            &tail[tail.len() - digits..]
        } else {
            tail
        }
    }
}

text_id! {
    /// The ARN of a registered consumer: its stream's, its name, and when it was registered.
    ConsumerArn
}
text_id! {
    /// Where the next page of a listing begins; opaque, and short-lived for some services.
    PageToken
}

/// A record's place in its shard: a decimal number, too wide for any integer of the machine.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SequenceNumber(Box<str>);

impl SequenceNumber {
    /// The decimal digits as the service gave them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<Box<str>>> From<T> for SequenceNumber {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Compared as numbers: the longer one, leading zeros aside, is the greater.
impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (a, b) = (self.0.trim_start_matches('0'), other.0.trim_start_matches('0'));
        a.len()
            .cmp(&b.len())
            .then_with(|| a.cmp(b))
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The sections of the program, in the order of their keys `1` to `4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// Kinesis Data Streams.
    Streams,
    /// DynamoDB Streams.
    Tables,
    /// SageMaker Feature Store.
    Features,
    /// Amazon Machine Learning batch predictions.
    Predictions,
}

impl Section {
    /// All of them, in order.
    pub const ALL: [Section; 4] = [Self::Streams, Self::Tables, Self::Features, Self::Predictions];

    /// What its tab says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Streams => "Streams",
            Self::Tables => "Tables",
            Self::Features => "Features",
            Self::Predictions => "Predictions",
        }
    }

    /// What one resource of the section is called, in the singular.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Streams => "stream",
            Self::Tables => "table stream",
            Self::Features => "feature group",
            Self::Predictions => "batch prediction",
        }
    }

    /// The place in [`Section::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What the page holds, in the service's order.
    pub items: Vec<T>,
    /// Where the next page begins, unless this was the last.
    pub next: Option<PageToken>,
}

/// One row of a section's list, as much as the list call alone tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What to ask [`crate::source::Catalog::describe`] for.
    pub id: ResourceId,
    /// What the person reads.
    pub name: String,
    /// The status in the service's own word, where the list call gives it.
    pub status: Option<String>,
    /// A few words beside the name, such as `on-demand`; empty where the list call tells nothing more.
    pub note: String,
    /// When it was made, where the list call gives it.
    pub created: Option<Timestamp>,
    /// How far it is, where it is something that runs its course and the list call tells.
    pub run: Option<Run>,
    /// Whether the list call told all that a row shows. Where it did not, the resource is described while its row is on the screen.
    pub complete: bool,
}

impl Entry {
    /// Whether it comes to an end by itself and had not yet when it was listed.
    pub fn is_under_way(&self) -> bool {
        let words = [PredictionStatus::Pending, PredictionStatus::InProgress];
        let status = self.status.as_deref().filter(|_| self.run.is_some());
        status.is_some_and(|status| words.iter().any(|it| it.as_str() == status))
    }
}

/// All that is known of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// A Kinesis data stream.
    Stream(Stream),
    /// A stream of a DynamoDB table.
    Table(TableStream),
    /// A feature group.
    FeatureGroup(FeatureGroup),
    /// A batch prediction.
    Prediction(BatchPrediction),
}

impl Detail {
    /// The status in the service's own word.
    pub fn status(&self) -> &str {
        match self {
            Self::Stream(it) => &it.status,
            Self::Table(it) => &it.status,
            Self::FeatureGroup(it) => &it.status,
            Self::Prediction(it) => it.status.as_str(),
        }
    }

    /// When it was made, where the service tells.
    pub fn created(&self) -> Option<Timestamp> {
        match self {
            Self::Stream(it) => it.created,
            Self::Table(it) => it.created,
            Self::FeatureGroup(it) => it.created,
            Self::Prediction(it) => it.created,
        }
    }

    /// How far it is, where it is something that runs its course.
    pub fn run(&self) -> Option<Run> {
        match self {
            Self::Prediction(it) => Some(it.run()),
            _ => None,
        }
    }

    /// Whether it comes to an end by itself and has not yet.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Prediction(it) if it.status.is_under_way())
    }

    /// What it was made from, where that can be asked for.
    pub fn behind(&self) -> Vec<Ancestor> {
        match self {
            Self::Prediction(it) => it.behind(),
            _ => Vec::new(),
        }
    }

    /// Where its input, its output and its log lie.
    pub fn locations(&self) -> Vec<Location> {
        match self {
            Self::Prediction(it) => it.locations(),
            _ => Vec::new(),
        }
    }

    /// How long a stream keeps its records, where it is the stream's own setting and the service tells.
    pub fn retention(&self) -> Option<Duration> {
        match self {
            Self::Stream(it) => it.retention,
            _ => None,
        }
    }

    /// A few words for the list row.
    pub fn note(&self) -> String {
        match self {
            Self::Stream(it) => it.note(),
            Self::Table(it) => it.note(),
            Self::FeatureGroup(it) => it.note(),
            Self::Prediction(it) => it.note(),
        }
    }

    /// Everything there is to read, most telling first.
    pub fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Stream(it) => it.facts(),
            Self::Table(it) => it.facts(),
            Self::FeatureGroup(it) => it.facts(),
            Self::Prediction(it) => it.facts(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_shard_id_keeps_what_differs() {
        assert_eq!(ShardId::from("shardId-000000000002").short(), "002");
        assert_eq!(ShardId::from("shardId-000000012345").short(), "12345");
        assert_eq!(
            ShardId::from("shardId-00000001780000000000-0a1b2c3d").short(),
            "0a1b2c3d"
        );
        assert_eq!(ShardId::from("").short(), "");
    }

    #[test]
    fn sequence_numbers_compare_as_numbers() {
        let number = SequenceNumber::from;
        assert!(number("9") < number("10"));
        assert!(number("0010") > number("9"));
        assert!(
            number("49546986683135544286507457936321625675700192471156785154")
                < number("49546986683135544286507457936321625675700192471156785155")
        );
    }
}
