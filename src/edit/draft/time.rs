//! The event time that a draft is written with, and the life that it gives to the record.

use jiff::Timestamp;

use super::Draft;
use crate::edit::event_time::EventTime;
use crate::edit::schema::Schema;
use crate::resource::{FeatureRecord, FeatureValue, TtlDuration, TtlUnit};

impl Draft {
    /// The event time that a write at this time carries.
    pub fn event_time_at(&self, now: Timestamp) -> String {
        let text = match self.value(self.schema.event_time()) {
            Some(FeatureValue::One(text)) => text.as_str(),
            _ => "",
        };
        if self.event_time_by_hand {
            return text.to_owned();
        }
        let known = EventTime::parse(self.schema.form(), text);
        let moved = known.and_then(|known| known.moved_forward(now));
        moved
            .unwrap_or_else(|| EventTime::first(self.schema.form(), now))
            .to_string()
    }

    /// When the record vanishes if it is written at this time; `None` where it stays.
    pub fn expires_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ttl = self.ttl.or(self.schema.ttl())?;
        EventTime::parse(self.schema.form(), &self.event_time_at(now))?.expires(ttl)
    }

    /// Whether the person gave it another life than it was read with.
    pub(super) fn has_own_ttl(&self) -> bool {
        self.ttl != own_ttl(&self.schema, self.base.as_ref())
    }

    /// The event time of the base, where it has one that can be read.
    pub(super) fn stored_event_time(&self) -> Option<EventTime> {
        match self.base.as_ref()?.value(self.schema.event_time())? {
            FeatureValue::One(text) => EventTime::parse(self.schema.form(), text),
            FeatureValue::Many(_) => None,
        }
    }
}

/// The life that a record was given for itself: the time between its event time and its end, where that is not what the group
/// says.
pub(super) fn own_ttl(schema: &Schema, record: Option<&FeatureRecord>) -> Option<TtlDuration> {
    let record = record?;
    let expires: Timestamp = record.expires.as_ref()?.parse().ok()?;
    let FeatureValue::One(text) = record.value(schema.event_time())? else {
        return None;
    };
    let began = EventTime::parse(schema.form(), text)?.at();
    // The end may be told with a shorter fraction of a second than the beginning has, so that a part of a second is missing.
    let nanos = expires.as_nanosecond() - began.as_nanosecond();
    let seconds = i64::try_from(-(-nanos).div_euclid(1_000_000_000)).ok()?;
    if seconds < 1 || schema.ttl().is_some_and(|ttl| ttl.seconds() == seconds) {
        return None;
    }
    let units = TtlUnit::ALL.into_iter().rev();
    units
        .filter(|unit| seconds % unit.seconds() == 0)
        .find_map(|unit| {
            let value = i32::try_from(seconds / unit.seconds()).ok()?;
            Some(TtlDuration { value, unit })
        })
}
