//! Event times and how long a record lives after its own.
//!
//! Must not: read the clock.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// The two forms in which a feature group writes its event times (page `CreateFeatureGroup`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Form {
    /// `2026-03-02T09:14:00Z` or `2026-03-02T09:14:00.000Z`, in a String.
    Iso,
    /// Seconds since 1970, in a Fractional.
    Unix,
}

impl Form {
    /// The time of a text in this form.
    pub(in crate::demo) fn parse(self, text: &str) -> Option<Timestamp> {
        match self {
            Self::Iso => {
                let has_known_length = matches!(text.len(), 20 | 24);
                let text = text
                    .strip_suffix('Z')
                    .filter(|_| has_known_length && text.as_bytes()[10] == b'T')?;
                format!("{text}Z").parse().ok()
            }
            Self::Unix => {
                let seconds = text.parse::<f64>().ok()?;
                let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
                Timestamp::from_duration(since).ok()
            }
        }
    }

    /// What a text in this form has to look like.
    pub(in crate::demo) fn description(self) -> &'static str {
        match self {
            Self::Iso => {
                "an ISO-8601 string in the format yyyy-MM-dd'T'HH:mm:ssZ or yyyy-MM-dd'T'HH:mm:ss.SSSZ"
            }
            Self::Unix => "a Unix timestamp in seconds",
        }
    }
}

/// A `TtlDuration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Ttl {
    unit: Unit,
    value: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
}

const UNITS: [(&str, Unit, i64); 5] = [
    ("Seconds", Unit::Seconds, 1),
    ("Minutes", Unit::Minutes, 60),
    ("Hours", Unit::Hours, 3600),
    ("Days", Unit::Days, 86_400),
    ("Weeks", Unit::Weeks, 604_800),
];

impl Ttl {
    /// Reads the member `TtlDuration`, where it is given.
    pub(in crate::demo) fn read(fields: &Fields<'_>) -> Result<Option<Self>, Fault> {
        let Some(duration) = fields.structure("TtlDuration")? else {
            return Ok(None);
        };
        let name = duration.choice("Unit", &UNITS.map(|(name, ..)| name))?;
        let name = name.ok_or_else(|| duration.missing("Unit"))?;
        let value = duration.required_integer("Value", 1..=i64::from(i32::MAX))?;
        let unit = UNITS.iter().find(|(known, ..)| *known == name);
        Ok(unit.map(|(_, unit, _)| Self { unit: *unit, value }))
    }

    /// When a record of an event time expires.
    pub(in crate::demo) fn after(self, event_time: Timestamp) -> Timestamp {
        let (_, _, seconds) = UNITS[self.unit as usize];
        let duration = SignedDuration::from_secs(seconds.saturating_mul(self.value));
        event_time.checked_add(duration).unwrap_or(Timestamp::MAX)
    }

    /// The member as the service describes it.
    pub(in crate::demo) fn describe(self) -> Value {
        json!({"Unit": UNITS[self.unit as usize].0, "Value": self.value})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_others_refused() {
        let time: Timestamp = "2026-03-02T09:14:00Z".parse().unwrap();
        assert_eq!(Form::Iso.parse("2026-03-02T09:14:00Z"), Some(time));
        assert_eq!(Form::Iso.parse("2026-03-02T09:14:00.000Z"), Some(time));
        assert_eq!(Form::Unix.parse("1772442840"), Some(time));
        assert_eq!(Form::Unix.parse("1772442840.0"), Some(time));
        for text in [
            "2026-03-02",
            "2026-03-02 09:14:00Z",
            "2026-03-02T09:14:00+00",
            "1772442840",
            "é026-03-02T09:14:00Z",
        ] {
            assert_eq!(Form::Iso.parse(text), None, "{text}");
        }
        assert_eq!(Form::Unix.parse("2026-03-02T09:14:00Z"), None);
        assert_eq!(Form::Unix.parse("1e300"), None);
    }

    #[test]
    fn a_life_is_counted_from_the_event_time() {
        let input = json!({"TtlDuration": {"Unit": "Weeks", "Value": 2}});
        let ttl = Ttl::read(&Fields::within(&input, "ValidationError"))
            .unwrap()
            .unwrap();
        let time: Timestamp = "2026-03-02T09:14:00Z".parse().unwrap();
        assert_eq!(ttl.after(time).to_string(), "2026-03-16T09:14:00Z");
        assert_eq!(ttl.describe(), input["TtlDuration"]);
    }
}
