//! A registered consumer and its life.
//!
//! Must not: know how calls name it or what they answer.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// How long a consumer is being registered or deregistered. The service takes some seconds.
const CHANGE_TAKES: SignedDuration = SignedDuration::from_millis(500);

/// A reader with a throughput of its own.
#[derive(Debug)]
pub(super) struct Consumer {
    /// Its name.
    pub name: String,
    /// When it was registered.
    pub created: Timestamp,
    /// The tags that it was registered with.
    pub tags: Map<String, Value>,
    /// When it will be gone.
    gone: Option<Timestamp>,
}

impl Consumer {
    /// A consumer that is being registered.
    pub(super) fn new(name: &str, tags: Map<String, Value>, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            created,
            tags,
            gone: None,
        }
    }

    /// The service's word for what it is doing.
    pub(super) fn status(&self, now: Timestamp) -> &'static str {
        if self.gone.is_some() {
            "DELETING"
        } else if now < self.created + CHANGE_TAKES {
            "CREATING"
        } else {
            "ACTIVE"
        }
    }

    /// Begins to go.
    pub(super) fn leave(&mut self, now: Timestamp) {
        self.gone.get_or_insert(now + CHANGE_TAKES);
    }

    /// Whether nothing of it is left.
    pub(super) fn is_gone(&self, now: Timestamp) -> bool {
        self.gone.is_some_and(|gone| gone <= now)
    }
}
