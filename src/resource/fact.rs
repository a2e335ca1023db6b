//! What there is to read about a resource, apart from how it is drawn.

use std::time::Duration;

use super::Timestamp;

/// One line of a detail pane: a label of ours and a value of the service's.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it is, in a word or two.
    pub label: &'static str,
    /// What the service said.
    pub value: FactValue,
}

/// A value with its unit, so that the view can write it and align it.
#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    /// Words of the service; not yet sanitized.
    Text(String),
    /// Words of the service on what is wrong; not yet sanitized.
    Trouble(String),
    /// A plain number.
    Count(u64),
    /// A point in time.
    Time(Timestamp),
    /// A span of time.
    Span(Duration),
    /// A yes or a no.
    Flag(bool),
    /// The service did not give it; the reason, where the state of the resource explains it.
    Absent(&'static str),
}

impl Fact {
    /// A fact that the service always gives.
    pub fn new(label: &'static str, value: impl Into<FactValue>) -> Self {
        Self {
            label,
            value: value.into(),
        }
    }

    /// What is wrong, in the service's words.
    pub fn trouble(label: &'static str, words: &str) -> Self {
        Self {
            label,
            value: FactValue::Trouble(words.to_owned()),
        }
    }

    /// A fact that may be missing; `why` is shown in its place.
    pub fn maybe(label: &'static str, value: Option<impl Into<FactValue>>, why: &'static str) -> Self {
        Self {
            label,
            value: value.map_or(FactValue::Absent(why), Into::into),
        }
    }
}

impl From<String> for FactValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<u64> for FactValue {
    fn from(value: u64) -> Self {
        Self::Count(value)
    }
}

impl From<Timestamp> for FactValue {
    fn from(value: Timestamp) -> Self {
        Self::Time(value)
    }
}

impl From<Duration> for FactValue {
    fn from(value: Duration) -> Self {
        Self::Span(value)
    }
}

impl From<bool> for FactValue {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}
