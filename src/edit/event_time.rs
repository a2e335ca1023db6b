//! Event times: the two forms in which groups write them, and how one is moved forward.
//!
//! Must not: read the clock.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::resource::TtlDuration;

/// Fraction digits of a new record's event time.
const DIGITS: u8 = 3;
/// What a double can tell apart of today's seconds: a microsecond, and not much less.
const UNIX_DIGITS: u8 = 6;
const NANOS: i128 = 1_000_000_000;

/// How a group writes its event times (page `CreateFeatureGroup`, `EventTimeFeatureName`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `2026-03-02T09:14:00Z` or `2026-03-02T09:14:00.000Z`, in a String.
    Iso,
    /// Seconds since 1970 with or without a fraction, in a Fractional.
    Unix,
}

/// An event time, which knows how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTime {
    at: Timestamp,
    form: Form,
    /// How many digits its fraction has.
    digits: u8,
}

impl Form {
    /// What a text in this form looks like.
    pub fn words(self) -> &'static str {
        match self {
            Self::Iso => "a time in UTC such as 2026-03-02T09:14:00Z or 2026-03-02T09:14:00.000Z",
            Self::Unix => "seconds since 1970 such as 1772442840 or 1772442840.125",
        }
    }
}

impl EventTime {
    /// Reads what a store holds, in whatever writing of the form. `None` where it is no event time.
    pub fn parse(form: Form, text: &str) -> Option<Self> {
        let (at, digits) = match form {
            Form::Iso => iso(text)?,
            Form::Unix => unix(text).or_else(|| unusual_unix(text))?,
        };
        Some(Self { at, form, digits })
    }

    /// Reads what a person writes: only what the service's pages show. A fraction has 3 digits or 9 in the ISO form (pages
    /// `CreateFeatureGroup` and "Quotas, naming rules and data types") and at most 6 in seconds, as a double has no more.
    pub fn parse_strictly(form: Form, text: &str) -> Option<Self> {
        let time = Self::parse(form, text).filter(|time| time.to_string() == text)?;
        let allowed = match form {
            Form::Iso => matches!(time.digits, 0 | 3 | 9),
            Form::Unix => time.digits <= UNIX_DIGITS,
        };
        allowed.then_some(time)
    }

    /// The event time of a new record.
    pub fn first(form: Form, now: Timestamp) -> Self {
        Self {
            at: truncated(now, DIGITS).unwrap_or(now),
            form,
            digits: DIGITS,
        }
    }

    /// The time itself.
    pub fn at(self) -> Timestamp {
        self.at
    }

    /// Whether a record of this time replaces one of the other in the online store (page `PutRecord`).
    pub fn is_newer_than(self, other: Self) -> bool {
        self.at > other.at
    }

    /// A later one, written the same way: now, or the next that can be written where now is not later. `None` at the end of
    /// time.
    pub fn moved_forward(self, now: Timestamp) -> Option<Self> {
        let digits = match self.form {
            Form::Iso => self.digits,
            Form::Unix => self.digits.min(UNIX_DIGITS),
        };
        let now = truncated(now, digits)?;
        let at = if now > self.at {
            now
        } else {
            let step = SignedDuration::from_nanos(i64::try_from(step(digits)).ok()?);
            truncated(self.at, digits)?.checked_add(step).ok()?
        };
        Some(Self { at, digits, ..self })
    }

    /// When a record of this time vanishes: `EventTime` + `TtlDuration` (page `PutRecord`).
    pub fn expires(self, ttl: TtlDuration) -> Option<Timestamp> {
        self.at.checked_add(SignedDuration::from_secs(ttl.seconds())).ok()
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            Form::Iso => {
                write!(f, "{}", self.at.strftime("%Y-%m-%dT%H:%M:%S"))?;
                write_fraction(f, self.at.as_nanosecond().rem_euclid(NANOS), self.digits)?;
                f.write_str("Z")
            }
            Form::Unix => {
                let nanos = self.at.as_nanosecond();
                let sign = if nanos < 0 { "-" } else { "" };
                write!(f, "{sign}{}", nanos.abs() / NANOS)?;
                write_fraction(f, nanos.abs() % NANOS, self.digits)
            }
        }
    }
}

fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: i128, digits: u8) -> fmt::Result {
    if digits == 0 {
        return Ok(());
    }
    let width = usize::from(digits);
    write!(f, ".{:0width$}", nanos / step(digits))
}

/// The least difference between two times of so many fraction digits, in nanoseconds.
fn step(digits: u8) -> i128 {
    10_i128.pow(u32::from(9 - digits.min(9)))
}

fn truncated(at: Timestamp, digits: u8) -> Option<Timestamp> {
    let step = step(digits);
    Timestamp::from_nanosecond(at.as_nanosecond().div_euclid(step) * step).ok()
}

/// `dddd-dd-ddTdd:dd:ddZ`, with up to nine digits of a fraction.
fn iso(text: &str) -> Option<(Timestamp, u8)> {
    const PATTERN: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let (head, rest) = text.split_at_checked(PATTERN.len())?;
    let fits = |(byte, pattern): (u8, &u8)| match pattern {
        b'd' => byte.is_ascii_digit(),
        literal => byte == *literal,
    };
    if !head.bytes().zip(PATTERN).all(fits) {
        return None;
    }
    let digits = match rest.strip_suffix('Z')? {
        "" => 0,
        fraction => fraction_digits(fraction.strip_prefix('.')?)?,
    };
    Some((text.parse().ok()?, digits))
}

/// `-ddd.ddd`: read as the decimal number it is, since a double would not give back its digits.
fn unix(text: &str) -> Option<(Timestamp, u8)> {
    let (sign, plain) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = if plain.contains('.') {
        fraction_digits(fraction)?
    } else {
        0
    };
    let is_whole = !whole.is_empty() && whole.len() <= 12 && whole.bytes().all(|b| b.is_ascii_digit());
    let seconds: i128 = whole.parse().ok().filter(|_| is_whole)?;
    let parts: i128 = fraction.parse().unwrap_or_default();
    let nanos = sign * (seconds * NANOS + parts * step(digits));
    Some((Timestamp::from_nanosecond(nanos).ok()?, digits))
}

/// Any other writing of a double, such as `1.77244284E9`.
fn unusual_unix(text: &str) -> Option<(Timestamp, u8)> {
    let since = SignedDuration::try_from_secs_f64(text.parse().ok()?).ok()?;
    let at = Timestamp::from_duration(since).ok()?;
    Some((at, DIGITS))
}

fn fraction_digits(fraction: &str) -> Option<u8> {
    let are_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    u8::try_from(fraction.len())
        .ok()
        .filter(|len| are_digits && *len <= 9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::TtlUnit;
    use proptest::prelude::*;

    fn moved(form: Form, stored: &str, now: &str) -> String {
        let stored = EventTime::parse(form, stored).unwrap();
        let moved = stored.moved_forward(now.parse().unwrap()).unwrap();
        assert!(moved.is_newer_than(stored));
        moved.to_string()
    }

    #[test]
    fn what_a_person_may_write_is_what_the_pages_show() {
        for (form, text) in [
            (Form::Iso, "2026-03-02T09:14:00Z"),
            (Form::Iso, "2026-03-02T09:14:00.000Z"),
            (Form::Iso, "2026-03-02T09:14:00.123456789Z"),
            (Form::Iso, "0000-01-01T00:00:00Z"),
            (Form::Unix, "1772442840"),
            (Form::Unix, "1772442840.125"),
            (Form::Unix, "1772442840.123456"),
            (Form::Unix, "-1.5"),
            (Form::Unix, "0"),
        ] {
            let time = EventTime::parse_strictly(form, text).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some(text));
        }
        for (form, text) in [
            (Form::Iso, "2026-03-02"),
            (Form::Iso, "2026-03-02 09:14:00Z"),
            (Form::Iso, "2026-03-02T09:14:00"),
            (Form::Iso, "2026-03-02T09:14:00+00:00"),
            (Form::Iso, "2026-03-02T09:14:00.0Z"),
            (Form::Iso, "2026-03-02T09:14:00.Z"),
            (Form::Iso, "2026-03-02t09:14:00z"),
            (Form::Iso, "2026-02-30T09:14:00Z"),
            (Form::Iso, "2026-03-02T23:59:60Z"),
            (Form::Iso, "é026-03-02T09:14:00Z"),
            (Form::Iso, " 2026-03-02T09:14:00Z"),
            (Form::Iso, "1772442840"),
            (Form::Iso, ""),
            (Form::Unix, "2026-03-02T09:14:00Z"),
            (Form::Unix, "1772442840."),
            (Form::Unix, ".5"),
            (Form::Unix, "1772442840.1234567"),
            (Form::Unix, "+1772442840"),
            (Form::Unix, "01772442840"),
            (Form::Unix, "1.7E9"),
            (Form::Unix, "1772442840000000"),
            (Form::Unix, "NaN"),
            (Form::Unix, "-0"),
            (Form::Unix, ""),
        ] {
            assert_eq!(EventTime::parse_strictly(form, text), None, "{text}");
        }
    }

    #[test]
    fn what_a_store_holds_is_read_in_any_writing() {
        let at = |form, text| EventTime::parse(form, text).unwrap().at().to_string();
        assert_eq!(at(Form::Unix, "1.77244284E9"), "2026-03-02T09:14:00Z");
        assert_eq!(
            at(Form::Unix, "1772442840.123456789"),
            "2026-03-02T09:14:00.123456789Z"
        );
        assert_eq!(at(Form::Iso, "2026-03-02T09:14:00.1Z"), "2026-03-02T09:14:00.1Z");
    }

    #[test]
    fn a_time_moves_to_now_in_the_writing_that_it_has() {
        let now = "2026-03-02T09:14:07.987654321Z";
        for (form, stored, expected) in [
            (Form::Iso, "2026-03-02T09:14:00Z", "2026-03-02T09:14:07Z"),
            (Form::Iso, "2026-03-02T09:14:00.000Z", "2026-03-02T09:14:07.987Z"),
            (
                Form::Iso,
                "2026-03-02T09:14:00.000000000Z",
                "2026-03-02T09:14:07.987654321Z",
            ),
            (Form::Unix, "1772442840", "1772442847"),
            (Form::Unix, "1772442840.5", "1772442847.9"),
            (Form::Unix, "1772442840.000", "1772442847.987"),
            (Form::Unix, "1772442840.123456789", "1772442847.987654"),
            (Form::Unix, "1.77244284E9", "1772442847.987"),
        ] {
            assert_eq!(moved(form, stored, now), expected);
        }
    }

    #[test]
    fn where_the_clock_is_behind_it_moves_by_the_least_that_can_be_written() {
        let now = "2026-03-02T09:14:07Z";
        for (form, stored, expected) in [
            (Form::Iso, "2026-03-02T09:14:07Z", "2026-03-02T09:14:08Z"),
            (Form::Iso, "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"),
            (Form::Unix, "1772442847", "1772442848"),
            (Form::Unix, "1772442847.9", "1772442848.0"),
            (Form::Unix, "1772442847.123456789", "1772442847.123457"),
        ] {
            assert_eq!(moved(form, stored, now), expected);
        }
        let last = EventTime::parse(Form::Iso, "9999-12-30T22:00:00Z").unwrap();
        assert_eq!(last.moved_forward(Timestamp::MAX), None);
    }

    #[test]
    fn a_record_expires_its_life_after_its_event_time() {
        let time = EventTime::parse(Form::Iso, "2026-03-02T09:14:00Z").unwrap();
        let ttl = |value, unit| TtlDuration { value, unit };
        let expires = |ttl| time.expires(ttl).map(|at| at.to_string());
        assert_eq!(
            expires(ttl(2, TtlUnit::Weeks)).as_deref(),
            Some("2026-03-16T09:14:00Z")
        );
        assert_eq!(expires(ttl(i32::MAX, TtlUnit::Weeks)), None);
    }

    proptest! {
        #[test]
        fn whatever_is_stored_the_next_is_newer_and_is_read_back_as_itself(
            seconds in -1_000_000_000_i64..4_000_000_000, nanos in 0..1_000_000_000_i32,
            now in 0..4_000_000_000_i64, digits in 0..=9_u8, iso: bool,
        ) {
            let form = if iso { Form::Iso } else { Form::Unix };
            let at = Timestamp::new(seconds, if seconds < 0 { -nanos } else { nanos }).unwrap();
            let stored = EventTime { at: truncated(at, digits).unwrap(), form, digits };
            prop_assert_eq!(EventTime::parse(form, &stored.to_string()), Some(stored));
            let moved = stored.moved_forward(Timestamp::from_second(now).unwrap()).unwrap();
            prop_assert!(moved.is_newer_than(stored));
            prop_assert_eq!(EventTime::parse(form, &moved.to_string()), Some(moved));
        }
    }
}
