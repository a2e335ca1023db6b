//! The value of a feature as a line to be typed: one value as it is, many as a JSON array.
//!
//! Must not: change a value that is only looked at; what is written here is read back as it was.

use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::edit::{FeatureSchema, Mistake, Shape};
use crate::resource::FeatureValue;

/// What a line begins with for a value; nothing for an absent one.
pub fn value_text(value: Option<&FeatureValue>) -> String {
    match value {
        Some(FeatureValue::One(text)) => text.clone(),
        Some(FeatureValue::Many(texts)) => Json::from(texts.clone()).to_string(),
        None => String::new(),
    }
}

/// The value that a line says for a feature. Numbers of a list may stand without quotes, and keep every digit.
pub fn parse_value(rules: Option<&FeatureSchema>, name: &str, text: &str) -> Result<FeatureValue, Mistake> {
    let is_many = match rules.map(|rules| rules.shape) {
        Some(Shape::One) | None => false,
        Some(Shape::Other) => text.trim_start().starts_with('['),
        Some(Shape::List | Shape::Set | Shape::Vector(_)) => true,
    };
    if !is_many {
        return Ok(FeatureValue::One(text.to_owned()));
    }
    let wrong = |why: String| Mistake {
        feature: name.to_owned(),
        why,
    };
    let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| {
        wrong("a list is written as a JSON array, such as [\"a\", \"b\"] or [0.1, 2]".to_owned())
    })?;
    // A number as it was written: a parsed one has another exponent.
    let element = |(place, element): (usize, &RawValue)| match element.get().as_bytes() {
        [b'"', ..] => serde_json::from_str(element.get()).map_err(|error| wrong(error.to_string())),
        [b'-' | b'0'..=b'9', ..] => Ok(element.get().to_owned()),
        _ => Err(wrong(format!(
            "element {} is neither a text nor a number",
            place + 1
        ))),
    };
    let texts: Result<_, _> = elements.into_iter().enumerate().map(element).collect();
    texts.map(FeatureValue::Many)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::FeatureType;

    fn rules(shape: Shape) -> FeatureSchema {
        FeatureSchema {
            name: "f".to_owned(),
            kind: FeatureType::Fractional,
            shape,
        }
    }

    fn many(texts: &[&str]) -> FeatureValue {
        FeatureValue::Many(texts.iter().map(|&text| text.to_owned()).collect())
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        for value in [
            many(&[]),
            many(&["", "a\"b\\", "\u{1b}[2J\n", "0.10"]),
            FeatureValue::One("[\"no list\"]".to_owned()),
            FeatureValue::One(" \u{7}".to_owned()),
        ] {
            let shape = match value {
                FeatureValue::One(_) => Shape::One,
                FeatureValue::Many(_) => Shape::List,
            };
            let text = value_text(Some(&value));
            assert_eq!(parse_value(Some(&rules(shape)), "f", &text), Ok(value));
        }
    }

    #[test]
    fn numbers_without_quotes_keep_their_digits() {
        let text = "[0.10, 1e308, -0, 9223372036854775807]";
        assert_eq!(
            parse_value(Some(&rules(Shape::Vector(Some(4)))), "f", text),
            Ok(many(&["0.10", "1e308", "-0", "9223372036854775807"]))
        );
    }

    #[test]
    fn what_is_no_list_is_told() {
        let why = |text: &str| {
            parse_value(Some(&rules(Shape::Set)), "f", text)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            why("a, b"),
            "f: a list is written as a JSON array, such as [\"a\", \"b\"] or [0.1, 2]"
        );
        assert_eq!(why("[1, null]"), "f: element 2 is neither a text nor a number");
    }
}
