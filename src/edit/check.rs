//! Whether values are what the service takes, told to the person before the service would.
//!
//! Limits are from the pages "Quotas, naming rules and data types", `TtlDuration`, `FeatureValue` and `CreateFeatureGroup`.
//! Must not: change a value, or judge one of a type that is not known here.

use std::collections::HashSet;
use std::fmt;

use super::event_time::EventTime;
use super::schema::{FeatureSchema, FeatureType, Schema, Shape};
use crate::resource::{FeatureValue, Features, TtlDuration, TtlUnit};
use crate::sanitize;

/// Bytes of a record and of a value.
pub const BYTES: usize = 350 * 1024;
/// Bytes of a record identifier.
const IDENTIFIER_BYTES: usize = 2 * 1024;
/// Features of a record.
const FEATURES: usize = 2500;
/// Elements of a list (member `ValueAsStringList` of `FeatureValue`).
const ELEMENTS: usize = 358_400;

/// What is wrong with a feature, in words for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The feature; empty where it is the record as a whole.
    pub feature: String,
    /// What is wrong, and what is right.
    pub why: String,
}

impl Mistake {
    pub(super) fn new(feature: &str, why: impl Into<String>) -> Self {
        Self {
            feature: feature.to_owned(),
            why: why.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.feature.as_str() {
            "" => f.write_str(&sanitize::line(&self.why)),
            feature => write!(f, "{}: {}", sanitize::line(feature), sanitize::line(&self.why)),
        }
    }
}

/// One text that a person types: the value of a feature, or one element of a list, a set or a vector.
pub fn text(schema: &Schema, feature: &str, text: &str) -> Result<(), Mistake> {
    let rules = known(schema, feature)?;
    let wrong = |why: String| Err(Mistake::new(feature, why));
    if text.len() > BYTES {
        return wrong(too_large("a value", text.len()));
    }
    if feature == schema.identifier() {
        identifier(schema, text)?;
    }
    if feature == schema.event_time() && EventTime::parse_strictly(schema.form(), text).is_none() {
        return wrong(format!(
            "an event time of this group is {}",
            schema.form().words()
        ));
    }
    of_type(rules.kind, text).or_else(wrong)
}

/// The whole value of a feature.
pub fn value(schema: &Schema, feature: &str, value: &FeatureValue) -> Result<(), Mistake> {
    let rules = known(schema, feature)?;
    let wrong = |why: String| Err(Mistake::new(feature, why));
    match (rules.shape, value) {
        (Shape::One | Shape::Other, FeatureValue::One(one)) => text(schema, feature, one),
        (Shape::One, FeatureValue::Many(_)) => wrong("takes one value and not a list".to_owned()),
        (_, FeatureValue::One(_)) => wrong(format!("takes a list: it is a {}", rules.words())),
        (_, FeatureValue::Many(elements)) => elements_of(schema, rules, elements),
    }
}

/// A record's identifier, which also names the record in calls.
pub fn identifier(schema: &Schema, text: &str) -> Result<(), Mistake> {
    let wrong = |why: String| Err(Mistake::new(schema.identifier(), why));
    if text.is_empty() {
        return wrong("the identifier of a record must not be empty".to_owned());
    }
    if text.len() > IDENTIFIER_BYTES {
        return wrong(format!(
            "{} bytes are too many: an identifier has at most {IDENTIFIER_BYTES}",
            text.len()
        ));
    }
    let kind = schema.feature(schema.identifier()).map(|rules| rules.kind);
    of_type(kind.unwrap_or(FeatureType::Other), text).or_else(wrong)
}

/// A record as a whole: what it must have, and how large it may be. Names count with their values, which is the stricter
/// reading of a page that says no more than "350 KB".
pub fn record(schema: &Schema, features: &Features) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for needed in [schema.identifier(), schema.event_time()] {
        if !features.iter().any(|(name, _)| name == needed) {
            mistakes.push(Mistake::new(needed, "every record of this group has it"));
        }
    }
    if features.len() > FEATURES {
        let why = format!(
            "{} features are too many: a record has at most {FEATURES}",
            features.len()
        );
        mistakes.push(Mistake::new("", why));
    }
    let bytes = features
        .iter()
        .map(|(name, value)| name.len() + size(value))
        .sum();
    if bytes > BYTES {
        mistakes.push(Mistake::new(
            "",
            too_large("a record with the names of its features", bytes),
        ));
    }
    mistakes
}

/// A time to live as a person types it, such as `30 Days`, `30 days` or `30d`; nothing is the group's own.
pub fn ttl(text: &str) -> Result<Option<TtlDuration>, Mistake> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let why = "a time to live is a number of Seconds, Minutes, Hours, Days or Weeks, such as 30 Days";
        Mistake::new("", why)
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, word) = text.split_at(digits);
    let unit = unit(word.trim()).ok_or_else(wrong)?;
    match number.parse::<i32>() {
        Ok(value @ 1..) => Ok(Some(TtlDuration { value, unit })),
        _ if number.is_empty() => Err(wrong()),
        _ => Err(Mistake::new(
            "",
            format!("a time to live is between 1 and {}", i32::MAX),
        )),
    }
}

/// How many bytes a value takes.
pub fn size(value: &FeatureValue) -> usize {
    match value {
        FeatureValue::One(text) => text.len(),
        FeatureValue::Many(texts) => texts.iter().map(String::len).sum(),
    }
}

fn unit(word: &str) -> Option<TtlUnit> {
    let is_meant = |unit: &TtlUnit| {
        let head = unit.as_str().get(..word.len());
        head.is_some_and(|head| !word.is_empty() && head.eq_ignore_ascii_case(word))
    };
    TtlUnit::ALL.into_iter().find(is_meant)
}

fn known<'a>(schema: &'a Schema, feature: &str) -> Result<&'a FeatureSchema, Mistake> {
    schema.feature(feature).ok_or_else(|| {
        let group = schema.group();
        let why = match nearest(schema, feature) {
            Some(near) => format!("{group} has no such feature; did you mean {near}?"),
            None => format!("{group} has no such feature"),
        };
        Mistake::new(feature, why)
    })
}

fn elements_of(schema: &Schema, rules: &FeatureSchema, elements: &[String]) -> Result<(), Mistake> {
    let wrong = |why: String| Err(Mistake::new(&rules.name, why));
    if elements.len() > ELEMENTS {
        return wrong(format!(
            "{} elements are too many: a list has at most {ELEMENTS}",
            elements.len()
        ));
    }
    let bytes = elements.iter().map(String::len).sum();
    if bytes > BYTES {
        return wrong(too_large("a value", bytes));
    }
    for (place, element) in elements.iter().enumerate() {
        text(schema, &rules.name, element).map_err(|mistake| {
            Mistake::new(&rules.name, format!("element {}: {}", place + 1, mistake.why))
        })?;
    }
    match rules.shape {
        Shape::Vector(Some(dimension)) if elements.len() as u64 != dimension => wrong(format!(
            "has {} elements, and the vector's dimension is {dimension}",
            elements.len()
        )),
        Shape::Set => distinct(elements).or_else(wrong),
        _ => Ok(()),
    }
}

fn distinct(elements: &[String]) -> Result<(), String> {
    let mut seen = HashSet::new();
    let twice = elements.iter().position(|element| !seen.insert(element));
    twice.map_or(Ok(()), |place| {
        Err(format!("element {} stands in the set before", place + 1))
    })
}

fn of_type(kind: FeatureType, text: &str) -> Result<(), String> {
    match kind {
        FeatureType::Integral => integral(text),
        FeatureType::Fractional => fractional(text),
        FeatureType::String | FeatureType::Other => Ok(()),
    }
}

/// Digits with a minus sign or without: what every reader of a 64-bit number takes.
fn integral(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !are_digits(digits) {
        return Err("an Integral is digits with or without a minus sign, such as -42".to_owned());
    }
    match text.parse::<i64>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("an Integral is between {} and {}", i64::MIN, i64::MAX)),
    }
}

/// Digits on both sides of a point, a sign and an exponent: what every reader of a double takes.
fn fractional(text: &str) -> Result<(), String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if ![whole, fraction, exponent].into_iter().all(are_digits) {
        return Err("a Fractional is a decimal number such as -1.5 or 6.02e23".to_owned());
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(()),
        _ => Err(format!(
            "a Fractional is between {:e} and {:e}",
            f64::MIN,
            f64::MAX
        )),
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn too_large(what: &str, bytes: usize) -> String {
    format!("{bytes} bytes are too many: {what} has at most {BYTES}")
}

/// The feature whose name is the most like a word, if one is like it at all.
fn nearest<'a>(schema: &'a Schema, word: &str) -> Option<&'a str> {
    let far = word.chars().count() / 3;
    let names = schema.features().iter().map(|feature| feature.name.as_str());
    let near = names.map(|name| (edits(name, word), name)).min()?;
    Some(near.1).filter(|_| near.0 <= far)
}

/// How many characters of one text must be put in, left out or changed to get the other, capitals aside.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<_> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, of_a) in a.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut before = std::mem::replace(&mut row[0], line + 1);
        for (place, of_b) in b.iter().enumerate() {
            let changed = before + usize::from(of_a != *of_b);
            before = row[place + 1];
            row[place + 1] = changed.min(before + 1).min(row[place] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
