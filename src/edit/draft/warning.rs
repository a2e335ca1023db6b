//! What a person should know before a draft is written, though nothing stands in the way.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::Draft;
use crate::edit::event_time::EventTime;
use crate::resource::TargetStore;
use crate::sanitize;

/// Clocks differ; a record is called early only if it is so by more than this.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// Something about a write that may not be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The event time is not newer than the stored one: the online store will not change (page `PutRecord`). Whether the
    /// group has an offline store that keeps it as history.
    NotNewer {
        /// Whether anything keeps it.
        kept: bool,
    },
    /// The event time is ahead of the clock: until then, writes with the time of day are older.
    Ahead(Timestamp),
    /// The record is past its life at once.
    Expired(Timestamp),
    /// The record had no end and gets one from its group.
    BeginsToExpire(Timestamp),
    /// These features will be gone.
    Removes(Vec<String>),
    /// The group no longer has these features of the record, and the service will not take them.
    Unknown(Vec<String>),
    /// Only one of the group's two stores is written.
    OnlyOne(TargetStore),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &[String]| sanitize::line(&names.join(", ")).into_owned();
        match self {
            Self::NotNewer { kept: true } => f.write_str(
                "the event time is not newer than the stored one: this goes to the offline store only, as history",
            ),
            Self::NotNewer { kept: false } => {
                f.write_str("the event time is not newer than the stored one: this will change nothing")
            }
            Self::Ahead(at) => write!(
                f,
                "the event time is ahead of this clock: until {at:.0}, writes with the time of day change nothing"
            ),
            Self::Expired(at) => write!(f, "the record's life ends at {at:.0}, which is past"),
            Self::BeginsToExpire(at) => {
                write!(f, "the record has no end so far, and its group gives it one: {at:.0}")
            }
            Self::Removes(features) => write!(f, "these features will be gone: {}", names(features)),
            Self::Unknown(features) => write!(
                f,
                "the group no longer has these features, and the service may refuse them: {}",
                names(features)
            ),
            Self::OnlyOne(TargetStore::Online) => {
                f.write_str("only the online store is written: the offline store will not know of it")
            }
            Self::OnlyOne(TargetStore::Offline) => {
                f.write_str("only the offline store is written: reading the record will not show it")
            }
        }
    }
}

impl Draft {
    /// What to know before it is written at this time.
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        let mut warnings = self.warnings_of_time(now);
        let changes = self.changes();
        let removed = changes.iter().filter(|change| change.after.is_none());
        let removed: Vec<_> = removed.map(|change| change.feature.to_owned()).collect();
        let names = self.features().map(|(name, _)| name.to_owned());
        let unknown: Vec<_> = names.filter(|name| self.schema.feature(name).is_none()).collect();
        warnings
            .extend(Some(Warning::Removes(removed)).filter(|_| changes.iter().any(|it| it.after.is_none())));
        if !unknown.is_empty() {
            warnings.push(Warning::Unknown(unknown));
        }
        if let ([only], 2..) = (self.stores.as_slice(), self.schema.stores().len()) {
            warnings.push(Warning::OnlyOne(*only));
        }
        warnings
    }

    /// Whether a write at this time leaves the online store as it is, its event time being no newer.
    pub fn is_historic(&self, now: Timestamp) -> bool {
        let written = EventTime::parse(self.schema.form(), &self.event_time_at(now));
        match (written, self.stored_event_time()) {
            (Some(written), Some(stored)) => !written.is_newer_than(stored),
            _ => false,
        }
    }

    fn warnings_of_time(&self, now: Timestamp) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.is_historic(now) {
            let kept = self.writes_to(TargetStore::Offline);
            warnings.push(Warning::NotNewer { kept });
        }
        let written = EventTime::parse(self.schema.form(), &self.event_time_at(now));
        if let Some(time) = written.filter(|time| time.at().duration_since(now) > CLOCKS_DIFFER) {
            warnings.push(Warning::Ahead(time.at()));
        }
        let had_no_end = self.base.as_ref().is_some_and(|base| base.expires.is_none());
        match self.expires_at(now) {
            Some(at) if at <= now => warnings.push(Warning::Expired(at)),
            Some(at) if had_no_end && self.ttl.is_none() => warnings.push(Warning::BeginsToExpire(at)),
            _ => {}
        }
        warnings
    }

    /// Whether a store is among those that are written.
    pub fn writes_to(&self, store: TargetStore) -> bool {
        let chosen = self.stores.is_empty() || self.stores.contains(&store);
        chosen && self.schema.stores().contains(&store)
    }
}
