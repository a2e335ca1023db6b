//! A registered consumer: its life, and which of its subscriptions to a shard is the one that counts.
//!
//! Must not: know how calls name it or what they answer.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// How long a consumer is being registered or deregistered. The service takes some seconds.
const CHANGE_TAKES: SignedDuration = SignedDuration::from_millis(500);
/// How long a subscription cannot be taken over by the next (API reference, `SubscribeToShard`).
const HELD: SignedDuration = SignedDuration::from_secs(5);

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
    /// The last subscription to each shard.
    subscriptions: BTreeMap<u32, Subscribed>,
}

#[derive(Clone, Copy, Debug)]
struct Subscribed {
    at: Timestamp,
    ticket: u64,
}

impl Consumer {
    /// A consumer that is being registered.
    pub(super) fn new(name: &str, tags: Map<String, Value>, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            created,
            tags,
            gone: None,
            subscriptions: BTreeMap::new(),
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

    /// Whether it is being deregistered.
    pub(super) fn is_leaving(&self) -> bool {
        self.gone.is_some()
    }

    /// Whether nothing of it is left.
    pub(super) fn is_gone(&self, now: Timestamp) -> bool {
        self.gone.is_some_and(|gone| gone <= now)
    }

    /// Whether a shard may be subscribed to: not so soon after the last time.
    pub(super) fn may_subscribe(&self, shard: u32, now: Timestamp) -> bool {
        self.subscriptions
            .get(&shard)
            .is_none_or(|last| now >= last.at + HELD)
    }

    /// Begins a subscription, which ends the one before. Gives its ticket.
    pub(super) fn subscribe(&mut self, shard: u32, now: Timestamp) -> u64 {
        let ticket = self.subscriptions.get(&shard).map_or(0, |last| last.ticket + 1);
        self.subscriptions.insert(shard, Subscribed { at: now, ticket });
        ticket
    }

    /// Whether a subscription is still the last to its shard.
    pub(super) fn holds(&self, shard: u32, ticket: u64) -> bool {
        self.subscriptions
            .get(&shard)
            .is_some_and(|last| last.ticket == ticket)
    }
}
