//! What lies over the panes. They are a stack: the top one gets the keys.

use super::{ConsumerChange, ConsumerMenu, CopyMenu, Help, MarkList, Palette, Prompt, Seek, SessionMenu};
use crate::resource::{ResourceId, Section};

/// Something that lies over the panes.
#[derive(Debug)]
pub enum Overlay {
    /// The keys that count where the help was asked for.
    Help(Help),
    /// A line of commands.
    Palette(Palette),
    /// A line of text.
    Prompt(Prompt),
    /// The consumers of a stream.
    Consumers(Box<ConsumerMenu>),
    /// A change of them, to say yes or no to.
    Confirm(ConsumerChange),
    /// The choice of a profile and a region.
    Session(Box<SessionMenu>),
    /// The records that are marked.
    Marks(MarkList),
    /// What to copy.
    Copy(CopyMenu),
    /// A place to tail from.
    Seek(Box<Seek>),
    /// What shall become of changes that are not stored.
    Leave(Then),
    /// Drafts that were left behind.
    Drafts {
        /// The selected row.
        cursor: usize,
        /// Whether it is to be discarded, and the person is asked again.
        sure: bool,
    },
}

/// What comes after the editor is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// What was there before it.
    Close,
    /// A section.
    Show(Section),
    /// The session that is chosen in the menu below.
    Switch,
    /// The end of the program.
    Quit,
}

/// What a typed line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The identifiers of records.
    LookUp {
        /// The feature group.
        group: ResourceId,
    },
    /// What to call a new consumer of a stream.
    NameConsumer {
        /// What the person knows the stream as.
        name: String,
    },
    /// The identifier of a record to be made.
    NewRecord {
        /// The feature group.
        group: ResourceId,
    },
    /// The identifier of a copy of the record that is edited.
    CloneRecord,
    /// The time to live of the record that is edited.
    TimeToLive,
    /// Text to find among the features of the record that is edited.
    SearchFeatures,
    /// A partition key, of which the shard is wanted.
    ShardOf,
    /// How to read payloads.
    Decoder,
    /// What of a tail to show.
    Filter,
    /// A file to write records to.
    Export {
        /// How many there are.
        records: usize,
    },
    /// JSON paths to show as columns.
    Columns,
    /// What to search for in a tail.
    SearchTail,
    /// Text to find in the list.
    Search,
    /// What of the list to show.
    FilterList,
    /// What of the list to ask the service for.
    QueryList,
    /// Text to find in the identifiers of records.
    SearchIdentifiers,
    /// The features of which the values are wanted.
    Features,
    /// Text to find in the record that the inspector shows.
    SearchRecord,
}
