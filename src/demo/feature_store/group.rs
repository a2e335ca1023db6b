//! A feature group: its definition, its life, and its online store.
//!
//! Must not: read requests.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::definition::Definition;
use super::event_time::Ttl;
use super::record::Record;

/// How long a group takes to be deleted.
const DELETION: SignedDuration = SignedDuration::from_secs(5);

/// A feature group.
#[derive(Debug)]
pub(in crate::demo) struct Group {
    pub(in crate::demo) definition: Definition,
    pub(in crate::demo) created: Timestamp,
    pub(in crate::demo) fate: Fate,
    deleted: Option<Timestamp>,
    records: BTreeMap<String, OnlineRecord>,
    /// Records that can expire, so that looking for expired ones costs nothing where there is no such record.
    expiring: HashSet<String>,
}

/// How the creation of a group ends.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) enum Fate {
    /// It is usable from a time on.
    ReadyAt(Timestamp),
    /// It never is, for a reason.
    Failed(String),
}

/// A record in the online store.
#[derive(Clone, Debug)]
pub(in crate::demo) struct OnlineRecord {
    pub(in crate::demo) record: Record,
    pub(in crate::demo) event_time: Timestamp,
    pub(in crate::demo) ttl: Option<Ttl>,
    /// Soft-deleted: out of sight, but its event time still counts.
    pub(in crate::demo) deleted: bool,
}

impl OnlineRecord {
    /// When the record goes by itself.
    pub(in crate::demo) fn expires_at(&self) -> Option<Timestamp> {
        self.ttl.map(|ttl| ttl.after(self.event_time))
    }
}

impl Group {
    /// A group without records.
    pub(in crate::demo) fn new(definition: Definition, created: Timestamp, fate: Fate) -> Self {
        Self {
            definition,
            created,
            fate,
            deleted: None,
            records: BTreeMap::new(),
            expiring: HashSet::new(),
        }
    }

    /// `FeatureGroupStatus`.
    pub(in crate::demo) fn status(&self, now: Timestamp) -> &'static str {
        match &self.fate {
            _ if self.deleted.is_some() => "Deleting",
            Fate::Failed(_) => "CreateFailed",
            Fate::ReadyAt(time) if *time > now => "Creating",
            Fate::ReadyAt(_) => "Created",
        }
    }

    /// The status of the offline store, where there is one and the group did not fail.
    pub(in crate::demo) fn offline_status(&self) -> Option<&'static str> {
        let is_usable = matches!(self.fate, Fate::ReadyAt(_));
        self.definition
            .offline
            .as_ref()
            .filter(|_| is_usable)
            .map(|_| "Active")
    }

    /// Begins the deletion.
    pub(in crate::demo) fn delete(&mut self, now: Timestamp) {
        self.deleted.get_or_insert(now);
        self.records.clear();
    }

    /// Whether the deletion has ended.
    pub(in crate::demo) fn is_gone(&self, now: Timestamp) -> bool {
        self.deleted
            .is_some_and(|since| now.duration_since(since) >= DELETION)
    }

    /// A record that can be seen.
    pub(in crate::demo) fn get(&self, identifier: &str) -> Option<&OnlineRecord> {
        self.records.get(identifier).filter(|record| !record.deleted)
    }

    /// A record, soft-deleted or not.
    pub(in crate::demo) fn get_any(&self, identifier: &str) -> Option<&OnlineRecord> {
        self.records.get(identifier)
    }

    /// Writes a record over what was there.
    pub(in crate::demo) fn replace(&mut self, identifier: &str, record: OnlineRecord) {
        if record.ttl.is_some() {
            self.expiring.insert(identifier.to_owned());
        }
        self.records.insert(identifier.to_owned(), record);
    }

    /// Takes a record away altogether.
    pub(in crate::demo) fn remove(&mut self, identifier: &str) {
        self.records.remove(identifier);
    }

    /// The identifiers after one, in order.
    pub(in crate::demo) fn identifiers(
        &self,
        after: &str,
        with_deleted: bool,
    ) -> impl Iterator<Item = &String> {
        let rest = self
            .records
            .range::<str, _>((std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded));
        rest.filter(move |(_, record)| with_deleted || !record.deleted)
            .map(|(identifier, _)| identifier)
    }

    /// How many bytes the online store holds.
    pub(in crate::demo) fn size(&self) -> usize {
        self.records.values().map(|record| record.record.size()).sum()
    }

    /// Takes away the records that have expired.
    pub(in crate::demo) fn expire(&mut self, now: Timestamp) {
        let records = &mut self.records;
        self.expiring.retain(|identifier| {
            let expires = records.get(identifier).and_then(OnlineRecord::expires_at);
            let is_due = expires.is_some_and(|expires| expires <= now);
            if is_due {
                records.remove(identifier);
            }
            expires.is_some() && !is_due
        });
    }
}
