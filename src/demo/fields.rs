//! Reads the members of a call's input, and faults as the services do where one is missing, of another type or out of range.
//!
//! Must not: know any one operation.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};

use super::protocol::{Call, Fault};

/// The members of one structure of the input.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    members: &'a Value,
    /// The code that the service gives to violated constraints.
    code: &'static str,
}

impl<'a> Fields<'a> {
    /// The members of a call. `code` is what the service calls a violated constraint: `ValidationException` for most.
    pub fn of(call: &Call<'a>, code: &'static str) -> Self {
        Self::within(call.input, code)
    }

    /// The members of a structure further down.
    pub fn within(members: &'a Value, code: &'static str) -> Self {
        Self { members, code }
    }

    /// The member as it came; one that is null counts as missing.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.read(name, Value::as_str)
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &str) -> Result<&'a str, Fault> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A text that is one of `allowed`.
    pub fn choice(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Fault> {
        let text = self.text(name)?;
        match text {
            Some(other) if !allowed.contains(&other) => {
                let set = allowed.join(", ");
                Err(self.violated(
                    name,
                    other,
                    &format!("Member must satisfy enum value set: [{set}]"),
                ))
            }
            _ => Ok(text),
        }
    }

    /// A whole number within a range.
    pub fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Fault> {
        let number = self.read(name, Value::as_i64)?;
        let constraint = match number {
            Some(n) if n < *range.start() => {
                format!(
                    "Member must have value greater than or equal to {}",
                    range.start()
                )
            }
            Some(n) if n > *range.end() => {
                format!("Member must have value less than or equal to {}", range.end())
            }
            _ => return Ok(number),
        };
        Err(self.violated(name, &number.unwrap_or_default().to_string(), &constraint))
    }

    /// A whole number within a range, that must be there.
    pub fn required_integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<i64, Fault> {
        self.integer(name, range)?.ok_or_else(|| self.missing(name))
    }

    /// True or false.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Fault> {
        self.read(name, Value::as_bool)
    }

    /// A time, which the JSON protocols send as seconds since 1970 with a fraction.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        self.read(name, |value| {
            let since = SignedDuration::try_from_secs_f64(value.as_f64()?).ok()?;
            // A double holds such a time to the microsecond only.
            Timestamp::from_duration(since)
                .ok()?
                .round(Unit::Microsecond)
                .ok()
        })
    }

    /// A list.
    pub fn list(&self, name: &str) -> Result<Option<&'a [Value]>, Fault> {
        self.read(name, |value| value.as_array().map(Vec::as_slice))
    }

    /// A list that must be there.
    pub fn required_list(&self, name: &str) -> Result<&'a [Value], Fault> {
        self.list(name)?.ok_or_else(|| self.missing(name))
    }

    /// A structure's members.
    pub fn structure(&self, name: &str) -> Result<Option<Fields<'a>>, Fault> {
        let members = self.read(name, |value| value.is_object().then_some(value))?;
        Ok(members.map(|members| Self::within(members, self.code)))
    }

    /// The fault for a member that is not there.
    pub fn missing(&self, name: &str) -> Fault {
        let constraint = "Member must not be null";
        self.fault(&format!(
            "Value null at '{}' failed to satisfy constraint: {constraint}",
            at(name)
        ))
    }

    /// The fault for a member whose value breaks a constraint of the API reference.
    pub fn violated(&self, name: &str, value: &str, constraint: &str) -> Fault {
        self.fault(&format!(
            "Value '{value}' at '{}' failed to satisfy constraint: {constraint}",
            at(name)
        ))
    }

    fn fault(&self, detail: &str) -> Fault {
        Fault::new(self.code, format!("1 validation error detected: {detail}"))
    }

    fn read<T>(&self, name: &str, convert: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, Fault> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => convert(value)
                .map(Some)
                .ok_or_else(|| Fault::new("SerializationException", format!("{name} has the wrong type"))),
        }
    }
}

/// A time as the JSON protocols send it: seconds since 1970 with milliseconds.
pub fn seconds(time: Timestamp) -> Value {
    let milliseconds = SignedDuration::from_millis(time.as_millisecond());
    json!(milliseconds.as_secs_f64())
}

/// How the services name a member in messages: in lower camel case.
fn at(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(members: &Value) -> Fields<'_> {
        Fields::within(members, "ValidationException")
    }

    #[test]
    fn a_missing_member_is_named_as_the_services_name_it() {
        let fault = fields(&json!({"StreamName": null}))
            .required_text("StreamName")
            .unwrap_err();
        assert_eq!(
            fault.message,
            "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: \
             Member must not be null"
        );
    }

    #[test]
    fn a_number_is_held_to_its_range() {
        let input = json!({"Limit": 10_001});
        let fault = fields(&input).integer("Limit", 1..=10_000).unwrap_err();
        assert!(
            fault
                .message
                .ends_with("Member must have value less than or equal to 10000")
        );
        assert_eq!(fields(&input).integer("Limit", 1..=10_001), Ok(Some(10_001)));
    }

    #[test]
    fn another_type_is_a_serialization_fault() {
        let input = json!({"Limit": "ten"});
        let fault = fields(&input).integer("Limit", 1..=10).unwrap_err();
        assert_eq!(fault.code, "SerializationException");
    }

    #[test]
    fn times_keep_their_milliseconds_both_ways() {
        let time = Timestamp::from_millisecond(1_760_000_000_123).unwrap();
        let input = json!({"At": seconds(time)});
        assert_eq!(input.to_string(), r#"{"At":1760000000.123}"#);
        let read = fields(&input).time("At").unwrap().unwrap();
        assert_eq!(read.as_millisecond(), time.as_millisecond());
    }
}
