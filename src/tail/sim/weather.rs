//! What a stream holds, and what the network and the service do.

use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;

use crate::source::SourceError;
use crate::tail::Ask;

/// A shard and all that will ever be in it. Times are milliseconds from the beginning of the story, and may be before it.
#[derive(Clone, Debug, Default)]
pub(in crate::tail) struct SimShard {
    pub(in crate::tail) parents: Vec<usize>,
    pub(in crate::tail) opens: i64,
    pub(in crate::tail) closes: Option<i64>,
    /// From when on the service does not know it any more.
    pub(in crate::tail) gone: Option<i64>,
    /// The times of its records, in order.
    pub(in crate::tail) records: Vec<i64>,
}

/// What the network and the service do.
#[derive(Clone, Debug)]
pub(in crate::tail) struct Weather {
    pub(in crate::tail) seed: u64,
    /// Calls in a hundred that fail.
    pub(in crate::tail) faults: u64,
    /// What befalls single calls.
    pub(in crate::tail) incidents: Vec<Incident>,
    /// The longest that an answer takes.
    pub(in crate::tail) slowest: Duration,
    /// Records in one answer.
    pub(in crate::tail) page: usize,
    /// Bytes of a record.
    pub(in crate::tail) record_size: usize,
    /// Whether `ChildShards` come with the end of a shard.
    pub(in crate::tail) names_children: bool,
    /// Whether the service tells how far behind a reader is.
    pub(in crate::tail) tells_lag: bool,
    /// How long records are kept; for ever where it is `None`.
    pub(in crate::tail) retention: Option<Duration>,
    /// Whether the service refuses to read what is no longer kept; else it begins at the oldest record that is.
    pub(in crate::tail) tells_trimmed: bool,
    /// A time at which the machine sleeps, and for how long: nothing is asked and nothing answered.
    pub(in crate::tail) sleep: Option<(i64, Duration)>,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            seed: 1,
            faults: 0,
            incidents: Vec::new(),
            slowest: Duration::from_millis(30),
            page: 100,
            record_size: 100,
            names_children: true,
            tells_lag: true,
            retention: None,
            tells_trimmed: false,
            sleep: None,
        }
    }
}

/// Something that befalls the calls of one kind for one shard, counted from the first.
#[derive(Clone, Debug)]
pub(in crate::tail) struct Incident {
    pub(in crate::tail) shard: usize,
    pub(in crate::tail) call: Call,
    pub(in crate::tail) numbers: Range<usize>,
    /// How long the answer takes.
    pub(in crate::tail) takes: Duration,
    /// The failure, unless the answer is only slow.
    pub(in crate::tail) error: Option<SourceError>,
}

/// The kinds of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::tail) enum Call {
    Iterator,
    Read,
    List,
}

impl Call {
    pub(super) fn of(ask: &Ask) -> Self {
        match ask {
            Ask::Iterator(..) => Self::Iterator,
            Ask::Read(..) => Self::Read,
            Ask::Children(_) => Self::List,
        }
    }
}
