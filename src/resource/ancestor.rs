//! What a resource was made from: the ML model and the data source behind a batch prediction.

use std::fmt;

use super::{Fact, ResourceId};

/// Something that a resource was made from, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ancestor {
    /// The ML model that predicts.
    Model(ResourceId),
    /// The data source that is read, or that a model was trained with.
    DataSource(ResourceId),
}

impl Ancestor {
    /// What it is called, in the singular.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Model(_) => "ML model",
            Self::DataSource(_) => "data source",
        }
    }

    /// Its id.
    pub fn id(&self) -> &ResourceId {
        match self {
            Self::Model(id) | Self::DataSource(id) => id,
        }
    }
}

impl fmt::Display for Ancestor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.noun(), self.id())
    }
}

/// All that is known of an ancestor.
#[derive(Clone, Debug, PartialEq)]
pub struct Ancestry {
    /// Everything there is to read, most telling first.
    pub facts: Vec<Fact>,
    /// What it was itself made from.
    pub behind: Vec<Ancestor>,
    /// Where something of it lies: what that is, and the URI.
    pub locations: Vec<Location>,
}

/// Where something of a resource lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What lies there, in a word.
    pub label: &'static str,
    /// The URI, or why there is none.
    pub uri: Result<String, &'static str>,
}
