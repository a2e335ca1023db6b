//! A record as a person changes it: what was read, what it is to be, and nothing of how it gets there.
//!
//! A feature that is absent, one that is an empty text and one that is an empty list are three different things.
//! Must not: change a value that the person did not change, not by a byte.

mod time;
mod warning;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use time::own_ttl;
pub use warning::Warning;
pub use write::{Intent, NoUpdate};

use super::check::{self, Mistake};
use super::compare::same_record;
use super::schema::{FeatureSchema, Schema};
use crate::resource::{FeatureRecord, FeatureValue, Features, TargetStore, TtlDuration};

/// A record that is being changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    schema: Arc<Schema>,
    identifier: String,
    /// What the person saw before the first change.
    base: Option<FeatureRecord>,
    /// The features of the base at their places, none where one was removed, and then those that were added.
    slots: Vec<(String, Option<FeatureValue>)>,
    stores: Vec<TargetStore>,
    ttl: Option<TtlDuration>,
    event_time_by_hand: bool,
}

/// What becomes of one feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Its name.
    pub feature: &'a str,
    /// What it was; none where the record did not have it.
    pub before: Option<&'a FeatureValue>,
    /// What it will be; none where the record will not have it.
    pub after: Option<&'a FeatureValue>,
}

impl Draft {
    /// The record as it was read; a new one with nothing but its identifier where there is none.
    pub fn of(schema: Arc<Schema>, identifier: &str, base: Option<FeatureRecord>) -> Self {
        let values = base.iter().flat_map(|base| base.values.iter().cloned());
        let slots = values.map(|(name, value)| (name, Some(value))).collect();
        let mut draft = Self {
            ttl: own_ttl(&schema, base.as_ref()),
            schema,
            identifier: identifier.to_owned(),
            base,
            slots,
            stores: Vec::new(),
            event_time_by_hand: false,
        };
        if draft.value(draft.schema.identifier()).is_none() {
            let name = draft.schema.identifier().to_owned();
            draft.place(&name, FeatureValue::One(identifier.to_owned()));
        }
        draft
    }

    /// Takes back a write: the record as it was before it, to be put over what is stored now. `None` where there was no
    /// record before, so that taking it back is a deletion.
    pub fn undoing(
        schema: Arc<Schema>,
        identifier: &str,
        before: Option<&FeatureRecord>,
        stored: Option<FeatureRecord>,
    ) -> Option<Self> {
        let before = before?;
        let ttl = own_ttl(&schema, Some(before));
        let mut draft = Self::of(schema, identifier, stored);
        draft.take_over(&before.values);
        draft.ttl = ttl;
        Some(draft)
    }

    /// The same with an event time that moves forward from this one.
    #[must_use]
    pub fn newer_than(mut self, event_time: String) -> Self {
        let name = self.schema.event_time().to_owned();
        self.place(&name, FeatureValue::One(event_time));
        self
    }

    /// A new record with the features of this one.
    pub fn cloned_as(&self, identifier: &str) -> Result<Self, Mistake> {
        check::identifier(&self.schema, identifier)?;
        let mut draft = Self::of(self.schema.clone(), identifier, None);
        draft.slots.clear();
        for (name, value) in self.features() {
            let value = if name == self.schema.identifier() {
                FeatureValue::One(identifier.to_owned())
            } else {
                value.clone()
            };
            draft.slots.push((name.to_owned(), Some(value)));
        }
        draft.ttl = self.ttl;
        draft.stores.clone_from(&self.stores);
        Ok(draft)
    }

    /// The same features over another base: what is stored now. The event time follows the one that is stored.
    #[must_use]
    pub fn rebased(&self, stored: Option<FeatureRecord>, features: &Features) -> Self {
        let mut draft = Self::of(self.schema.clone(), &self.identifier, stored);
        draft.take_over(features);
        draft.stores.clone_from(&self.stores);
        if self.has_own_ttl() {
            draft.ttl = self.ttl;
        }
        draft
    }

    /// A draft that was kept. Its values are taken as they are: the rules may have changed since.
    pub(super) fn restored(
        schema: Arc<Schema>,
        identifier: &str,
        base: Option<FeatureRecord>,
        features: &Features,
        event_time_by_hand: bool,
        stores: &[TargetStore],
        ttl: Option<TtlDuration>,
    ) -> Self {
        let mut draft = Self::of(schema, identifier, base);
        draft.take(features);
        draft.event_time_by_hand = event_time_by_hand;
        draft.stores = stores.to_vec();
        draft.ttl = ttl;
        draft
    }

    /// The rules of its group.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Its identifier, which never changes.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// Whether the store still holds what was read.
    pub fn is_based_on(&self, stored: Option<&FeatureRecord>) -> bool {
        same_record(&self.schema, self.base(), stored)
    }

    /// What was read; `None` for a new record.
    pub fn base(&self) -> Option<&FeatureRecord> {
        self.base.as_ref()
    }

    /// What a feature will be.
    pub fn value(&self, feature: &str) -> Option<&FeatureValue> {
        let slot = self.slots.iter().find(|(name, _)| name == feature);
        slot.and_then(|(_, value)| value.as_ref())
    }

    /// The features that the record will have, in order: those that were read, then those that were added. The event time
    /// is the stored one unless it was set by hand; see [`Self::event_time_at`].
    pub fn features(&self) -> impl Iterator<Item = (&str, &FeatureValue)> {
        let slots = self.slots.iter();
        slots.filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?)))
    }

    /// The features of the group that the record will not have.
    pub fn absent(&self) -> impl Iterator<Item = &FeatureSchema> {
        let present: HashMap<_, _> = self.features().collect();
        let all = self.schema.features().iter();
        all.filter(move |feature| !present.contains_key(feature.name.as_str()))
    }

    /// Gives a feature a value, whether it had one or not. What is wrong is refused and changes nothing.
    pub fn set(&mut self, feature: &str, value: FeatureValue) -> Result<(), Mistake> {
        if self.value(feature) == Some(&value) && feature != self.schema.event_time() {
            return Ok(());
        }
        self.may_set(feature, &value)?;
        self.event_time_by_hand |= feature == self.schema.event_time();
        self.place(feature, value);
        Ok(())
    }

    /// Takes a feature out of the record.
    pub fn remove(&mut self, feature: &str) -> Result<(), Mistake> {
        self.may_remove(feature)?;
        self.empty(feature);
        Ok(())
    }

    /// Makes a feature what it was in the base, which may be absent.
    pub fn put_back(&mut self, feature: &str) {
        let before = self.base.as_ref().and_then(|base| base.value(feature).cloned());
        self.event_time_by_hand &= feature != self.schema.event_time();
        match before {
            Some(value) => self.place(feature, value),
            None if feature == self.schema.identifier() => {}
            None => self.empty(feature),
        }
    }

    /// Gives up every change.
    pub fn clear(&mut self) {
        *self = Self::of(self.schema.clone(), &self.identifier, self.base.take());
    }

    /// Makes the record exactly these features, as they come from a text that a person edited. If any is wrong, nothing
    /// changes.
    pub fn replace(&mut self, features: &Features) -> Result<(), Vec<Mistake>> {
        let old: HashMap<_, _> = self.features().collect();
        let new: HashMap<_, _> = features
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        let event_time = self.schema.event_time();
        let is_changed = |(name, value): &(&str, &FeatureValue)| old.get(name) != Some(value);
        let changed = features.iter().map(|(name, value)| (name.as_str(), value));
        let wrong = changed
            .filter(is_changed)
            .filter_map(|(name, value)| self.may_set(name, value).err());
        let gone = old.keys().filter(|name| !new.contains_key(*name));
        let missing = gone.filter_map(|name| self.may_remove(name).err());
        let mistakes: Vec<_> = wrong.chain(missing).collect();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let by_hand = new.get(event_time) != old.get(event_time);
        self.event_time_by_hand |= by_hand;
        self.take(features);
        Ok(())
    }

    /// The stores that are written; all that the group has where it is empty.
    pub fn stores(&self) -> &[TargetStore] {
        &self.stores
    }

    /// Chooses the stores that are written; all of the group where none is named.
    pub fn set_stores(&mut self, stores: &[TargetStore]) -> Result<(), Mistake> {
        let missing = stores.iter().find(|store| !self.schema.stores().contains(store));
        if let Some(store) = missing {
            let why = format!("{} has no {}", self.schema.group(), store.as_str());
            return Err(Mistake::new("", why));
        }
        self.stores = stores.to_vec();
        self.stores.dedup();
        Ok(())
    }

    /// The life that the write gives to the record; the group's own where there is none. A record that was read with a life
    /// of its own keeps it, since a put without one would take it away (page `PutRecord`).
    pub fn ttl(&self) -> Option<TtlDuration> {
        self.ttl
    }

    /// Chooses the life of the record; see [`check::ttl`] for what a person types.
    pub fn set_ttl(&mut self, ttl: Option<TtlDuration>) {
        self.ttl = ttl;
    }

    /// Whether the person set the event time; otherwise it moves forward when the record is written.
    pub fn is_event_time_by_hand(&self) -> bool {
        self.event_time_by_hand
    }

    /// What differs from the base, in the order of [`Self::features`]. The event time is among it only where it was set by
    /// hand.
    pub fn changes(&self) -> Vec<Change<'_>> {
        let base = self.base.as_ref().map_or(&[][..], |base| &base.values);
        let slots = self.slots.iter().enumerate();
        let changes = slots.map(|(place, (name, after))| Change {
            feature: name,
            before: base.get(place).map(|(_, value)| value),
            after: after.as_ref(),
        });
        changes.filter(|change| change.before != change.after).collect()
    }

    /// Whether there is anything to write or to lose.
    pub fn is_dirty(&self) -> bool {
        let is_new = self.base.is_none();
        let mut changes = self.changes().into_iter();
        let changed = changes.any(|change| !is_new || change.feature != self.schema.identifier());
        changed || self.has_own_ttl() || !self.stores.is_empty()
    }

    /// What stands in the way of writing the record as a whole; each single value was checked when it was set.
    pub fn mistakes(&self, now: Timestamp) -> Vec<Mistake> {
        let mut mistakes = check::identifier(&self.schema, &self.identifier)
            .err()
            .into_iter()
            .collect::<Vec<_>>();
        mistakes.extend(check::record(&self.schema, &self.features_to_put(now)));
        mistakes
    }

    fn may_set(&self, feature: &str, value: &FeatureValue) -> Result<(), Mistake> {
        check::value(&self.schema, feature, value)?;
        let is_ours = |text: &String| *text == self.identifier;
        match value {
            FeatureValue::One(text) if feature == self.schema.identifier() && !is_ours(text) => {
                let why = "the identifier of a record cannot be changed; clone the record instead";
                Err(Mistake::new(feature, why))
            }
            _ => Ok(()),
        }
    }

    fn may_remove(&self, feature: &str) -> Result<(), Mistake> {
        if feature == self.schema.identifier() || feature == self.schema.event_time() {
            return Err(Mistake::new(feature, "every record of this group has it"));
        }
        Ok(())
    }

    fn place(&mut self, feature: &str, value: FeatureValue) {
        match self.slots.iter_mut().find(|(name, _)| name == feature) {
            Some((_, slot)) => *slot = Some(value),
            None => self.slots.push((feature.to_owned(), Some(value))),
        }
    }

    fn empty(&mut self, feature: &str) {
        let read = self.base.as_ref().map_or(0, |base| base.values.len());
        let Some(place) = self.slots.iter().position(|(name, _)| name == feature) else {
            return;
        };
        if place < read {
            self.slots[place].1 = None;
        } else {
            self.slots.remove(place);
        }
    }

    /// Takes over the features of another record, but not its event time, which would be an older one.
    fn take_over(&mut self, features: &Features) {
        let event_time = self.value(self.schema.event_time()).cloned();
        self.take(features);
        if let Some(event_time) = event_time {
            let name = self.schema.event_time().to_owned();
            self.place(&name, event_time);
        }
    }

    fn take(&mut self, features: &Features) {
        let mut new: HashMap<&str, &FeatureValue> = features
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        for (name, slot) in &mut self.slots {
            *slot = new.remove(name.as_str()).cloned();
        }
        let read = self.base.as_ref().map_or(0, |base| base.values.len());
        let mut place = 0;
        self.slots.retain(|(_, slot)| {
            place += 1;
            place <= read || slot.is_some()
        });
        let added = features
            .iter()
            .filter(|(name, _)| new.contains_key(name.as_str()));
        self.slots
            .extend(added.map(|(name, value)| (name.clone(), Some(value.clone()))));
    }
}

#[cfg(test)]
mod tests;
