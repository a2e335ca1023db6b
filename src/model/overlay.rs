//! What lies over the panes. They are a stack: the top one gets the keys.

use tui_input::Input;

use super::{ConsumerChange, ConsumerMenu, Seek};
use crate::resource::ResourceId;

/// Something that lies over the panes.
#[derive(Debug)]
pub enum Overlay {
    /// The keys that count where the help was asked for.
    Help {
        /// How far it is scrolled.
        scroll: usize,
    },
    /// A line of text.
    Prompt(Prompt),
    /// The consumers of a stream.
    Consumers(Box<ConsumerMenu>),
    /// A change of them, to say yes or no to.
    Confirm(ConsumerChange),
    /// A place to tail from.
    Seek(Box<Seek>),
}

/// A line of text that is being typed.
#[derive(Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What was typed.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a typed line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The identifier of a record.
    LookUp {
        /// The feature group.
        group: ResourceId,
    },
    /// What to call a new consumer of a stream.
    NameConsumer {
        /// What the person knows the stream as.
        name: String,
    },
    /// A partition key, of which the shard is wanted.
    ShardOf,
    /// Text to find in the list.
    Search,
    /// Text to find in the record that the inspector shows.
    SearchRecord,
}

impl Prompt {
    /// An empty line.
    pub fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            input: Input::default(),
            error: None,
        }
    }
}
