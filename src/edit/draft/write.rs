//! What of a draft goes to the service.

use std::fmt;

use jiff::Timestamp;

use super::{Change, Draft};
use crate::resource::{DeletionMode, FeatureValue, Features, RecordChange, RecordWrite, TtlDuration};
use crate::sanitize;

/// Features in one `UpdateRecord` (page `UpdateRecord`).
const UPDATED_FEATURES: usize = 100;

/// How a draft is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// `PutRecord`: the whole record.
    Put,
    /// `UpdateRecord`: only what changed.
    Update,
    /// `DeleteRecord`, whatever the draft says.
    Delete(DeletionMode),
}

/// Why `UpdateRecord` cannot make the changes, and `PutRecord` must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoUpdate {
    /// There is no record yet.
    NewRecord,
    /// The group's online store does not offer it.
    Store(String),
    /// Features are removed.
    Removes(Vec<String>),
    /// So many features change, the event time among them.
    TooMany(usize),
    /// The life of the record is taken away.
    EndsTtl,
    /// Nothing changes.
    Unchanged,
}

impl fmt::Display for NoUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewRecord => f.write_str("UpdateRecord needs a record that is there, and this one is new"),
            Self::Store(storage) => write!(
                f,
                "UpdateRecord needs an online store of the type Standard_V2 or InMemory, and this is {}",
                sanitize::line(storage)
            ),
            Self::Removes(features) => {
                let names = features.join(", ");
                write!(
                    f,
                    "UpdateRecord cannot remove features: {}",
                    sanitize::line(&names)
                )
            }
            Self::TooMany(count) => write!(
                f,
                "UpdateRecord takes {UPDATED_FEATURES} features, the event time among them, and these are {count}"
            ),
            Self::EndsTtl => f.write_str("UpdateRecord cannot take away a time to live"),
            Self::Unchanged => f.write_str("nothing is changed"),
        }
    }
}

impl Draft {
    /// Every feature of the record, with the event time of a write at this time: what `PutRecord` takes.
    pub fn features_to_put(&self, now: Timestamp) -> Features {
        let event_time = FeatureValue::One(self.event_time_at(now));
        let name = self.schema.event_time();
        let mut features: Features = self
            .features()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        match features.iter_mut().find(|(feature, _)| feature == name) {
            Some((_, value)) => *value = event_time,
            None => features.push((name.to_owned(), event_time)),
        }
        features
    }

    /// The features that change, and the event time of a write at this time: what `UpdateRecord` takes, where it can.
    pub fn updates(&self, now: Timestamp) -> Result<Features, NoUpdate> {
        if self.base.is_none() {
            return Err(NoUpdate::NewRecord);
        }
        if !self.schema.can_update() {
            let storage = self.schema.storage().unwrap_or("no online store");
            return Err(NoUpdate::Store(storage.to_owned()));
        }
        let event_time = self.schema.event_time();
        let mut changes = self.changes();
        changes.retain(|change| change.feature != event_time);
        let removed = changes.iter().filter(|change| change.after.is_none());
        let removed: Vec<_> = removed.map(|change| change.feature.to_owned()).collect();
        if !removed.is_empty() {
            return Err(NoUpdate::Removes(removed));
        }
        if self.has_own_ttl() && self.update_ttl().is_none() {
            return Err(NoUpdate::EndsTtl);
        }
        if changes.is_empty() && !self.event_time_by_hand && !self.has_own_ttl() {
            return Err(NoUpdate::Unchanged);
        }
        if changes.len() + 1 > UPDATED_FEATURES {
            return Err(NoUpdate::TooMany(changes.len() + 1));
        }
        let mut features: Features = changes.into_iter().filter_map(changed).collect();
        features.push((event_time.to_owned(), FeatureValue::One(self.event_time_at(now))));
        Ok(features)
    }

    /// The write of an intent at this time.
    pub fn write(&self, intent: Intent, now: Timestamp) -> Result<RecordWrite, NoUpdate> {
        let change = match intent {
            Intent::Put => RecordChange::Put {
                features: self.features_to_put(now),
                ttl: self.ttl,
            },
            Intent::Update => RecordChange::Update {
                features: self.updates(now)?,
                ttl: self.update_ttl(),
            },
            Intent::Delete(mode) => RecordChange::Delete {
                event_time: self.event_time_at(now),
                mode,
            },
        };
        Ok(RecordWrite {
            group: self.schema.group().clone(),
            identifier: self.identifier.clone(),
            change,
            stores: self.stores.clone(),
        })
    }

    /// An update without a life leaves the one that the record has (page `UpdateRecord`), so the group's is given by name.
    fn update_ttl(&self) -> Option<TtlDuration> {
        self.ttl.or(self.schema.ttl()).filter(|_| self.has_own_ttl())
    }
}

fn changed(change: Change<'_>) -> Option<(String, FeatureValue)> {
    Some((change.feature.to_owned(), change.after?.clone()))
}
