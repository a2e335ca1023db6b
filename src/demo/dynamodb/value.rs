//! Items and attribute values in DynamoDB's own JSON: checked, brought into one form, and measured.
//!
//! Must not: know tables or their keys.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::number;
use crate::demo::protocol::Fault;

/// An item, or its key: attribute values by attribute name. Equal whatever the order of the attributes.
pub(in crate::demo) type Item = Map<String, Value>;

/// What DynamoDB calls a request that breaks a constraint.
pub(in crate::demo) const VALIDATION: &str = "ValidationException";

/// How deep lists and maps may nest (page "Service, account, and table quotas").
const NESTING: usize = 32;

/// The attributes of a request's member, each checked and in its one form.
pub(in crate::demo) fn item(members: &Value) -> Result<Item, Fault> {
    let attributes = members
        .as_object()
        .ok_or_else(|| Fault::new("SerializationException", "Expected a map of attribute values"))?;
    attributes_of(attributes, 0)
}

/// One attribute value, checked and in its one form.
pub(in crate::demo) fn value(given: &Value) -> Result<Value, Fault> {
    normalized(given, 0)
}

/// The type and the content of a value that went through [`value`].
pub(in crate::demo) fn parts(value: &Value) -> (&str, &Value) {
    value
        .as_object()
        .and_then(|members| members.iter().next())
        .map_or(("NULL", &Value::Null), |(kind, content)| (kind.as_str(), content))
}

/// What an item counts for in limits and in `SizeBytes`, in bytes (page "DynamoDB item sizes and formats").
pub(in crate::demo) fn item_size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size(value)).sum()
}

/// What one value counts for, in bytes.
pub(in crate::demo) fn size(value: &Value) -> usize {
    let (kind, content) = parts(value);
    match (kind, content) {
        ("N", Value::String(number)) => number_size(number),
        ("B", Value::String(encoded)) => encoded.len() / 4 * 3,
        (_, Value::String(text)) => text.len(),
        ("L", Value::Array(elements)) => 3 + elements.iter().map(|it| 1 + size(it)).sum::<usize>(),
        ("M", Value::Object(members)) => {
            3 + members
                .iter()
                .map(|(name, it)| 1 + name.len() + size(it))
                .sum::<usize>()
        }
        ("NS", Value::Array(numbers)) => numbers.iter().filter_map(Value::as_str).map(number_size).sum(),
        (_, Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(str::len).sum(),
        _ => 1,
    }
}

fn number_size(number: &str) -> usize {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits.div_ceil(2) + 1 + usize::from(number.starts_with('-'))
}

fn attributes_of(given: &Item, depth: usize) -> Result<Item, Fault> {
    given
        .iter()
        .map(|(name, value)| Ok((name.clone(), normalized(value, depth)?)))
        .collect()
}

fn normalized(given: &Value, depth: usize) -> Result<Value, Fault> {
    if depth > NESTING {
        return Err(invalid(
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
        ));
    }
    let (kind, content) = only_member(given)?;
    let content = match (kind, content) {
        ("S", Value::String(_)) | ("BOOL", Value::Bool(_)) | ("NULL", Value::Bool(true)) => content.clone(),
        ("NULL", Value::Bool(false)) => {
            return Err(parameters(
                "Null attribute value types must have the value of true",
            ));
        }
        ("N", Value::String(text)) => number::normalized(text)?.into(),
        ("B", Value::String(text)) => binary(text)?.into(),
        ("SS", Value::Array(elements)) => set("string", elements, |text| Ok(text.to_owned()))?,
        ("NS", Value::Array(elements)) => set("number", elements, number::normalized)?,
        ("BS", Value::Array(elements)) => set("binary", elements, binary)?,
        ("L", Value::Array(elements)) => elements
            .iter()
            .map(|element| normalized(element, depth + 1))
            .collect::<Result<_, _>>()?,
        ("M", Value::Object(members)) => attributes_of(members, depth + 1)?.into(),
        _ => {
            let message = format!("Unexpected value type in payload: {kind}");
            return Err(Fault::new("SerializationException", message));
        }
    };
    Ok(json!({ kind: content }))
}

fn only_member(given: &Value) -> Result<(&str, &Value), Fault> {
    let mut members = given
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, content)| !content.is_null());
    let Some((kind, content)) = members.next() else {
        return Err(invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ));
    };
    if members.next().is_some() {
        return Err(invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        ));
    }
    Ok((kind, content))
}

/// A set in ascending order, so that equal sets are equal values.
fn set(
    kind: &str,
    elements: &[Value],
    convert: impl Fn(&str) -> Result<String, Fault>,
) -> Result<Value, Fault> {
    if elements.is_empty() {
        return Err(parameters(&format!("An {kind} set  may not be empty")));
    }
    let texts: Vec<String> = elements
        .iter()
        .map(|element| {
            let text = element
                .as_str()
                .ok_or_else(|| Fault::new("SerializationException", "The elements of a set are strings"))?;
            convert(text)
        })
        .collect::<Result<_, _>>()?;
    let unique: HashSet<&String> = texts.iter().collect();
    if unique.len() < texts.len() {
        return Err(parameters(&format!(
            "Input collection [{}] contains duplicates.",
            texts.join(", ")
        )));
    }
    let mut texts = texts;
    texts.sort_unstable();
    Ok(texts.into())
}

fn binary(encoded: &str) -> Result<String, Fault> {
    BASE64
        .decode(encoded)
        .map(|bytes| BASE64.encode(bytes))
        .map_err(|_| Fault::new("SerializationException", "Base64 encoded value is not valid"))
}

/// A violated constraint on the values of a request.
pub(in crate::demo) fn parameters(detail: &str) -> Fault {
    invalid(&format!("One or more parameter values were invalid: {detail}"))
}

/// A request that does not make sense.
pub(in crate::demo) fn invalid(message: &str) -> Fault {
    Fault::new(VALIDATION, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_one_form_at_every_depth() {
        let given = json!({"M": {"n": {"N": "1.0"}, "l": {"L": [{"NS": ["2", "1.50"]}]}}});
        let kept = json!({"M": {"n": {"N": "1"}, "l": {"L": [{"NS": ["1.5", "2"]}]}}});
        assert_eq!(value(&given), Ok(kept));
    }

    #[test]
    fn items_are_equal_whatever_the_order_of_attributes_and_sets() {
        let one = item(&json!({"a": {"SS": ["x", "y"]}, "b": {"N": "10"}})).unwrap();
        let other = item(&json!({"b": {"N": "1e1"}, "a": {"SS": ["y", "x"]}})).unwrap();
        assert_eq!(one, other);
    }

    #[test]
    fn malformed_values_are_refused_in_the_services_words() {
        for (given, words) in [
            (json!({}), "Supplied AttributeValue is empty"),
            (json!({"S": "a", "N": "1"}), "more than one datatypes"),
            (json!({"SS": []}), "An string set  may not be empty"),
            (
                json!({"NS": ["1", "1.0"]}),
                "Input collection [1, 1] contains duplicates.",
            ),
            (json!({"NULL": false}), "must have the value of true"),
            (json!({"N": "ten"}), "cannot be converted to a numeric value: ten"),
        ] {
            let fault = value(&given).unwrap_err();
            assert_eq!(fault.code, "ValidationException");
            assert!(fault.message.contains(words), "{}", fault.message);
        }
        assert_eq!(
            value(&json!({"N": 1})).unwrap_err().code,
            "SerializationException"
        );
        assert_eq!(
            value(&json!({"B": "%"})).unwrap_err().code,
            "SerializationException"
        );
    }

    #[test]
    fn nesting_is_bounded() {
        let nest = |levels| (0..levels).fold(json!({"S": "core"}), |inner, _| json!({"L": [inner]}));
        assert!(value(&nest(NESTING)).is_ok());
        assert!(value(&nest(NESTING + 1)).is_err());
    }

    #[test]
    fn sizes_count_names_and_values() {
        let counted = item(&json!({"id": {"S": "abc"}, "n": {"N": "-1234"}, "ok": {"BOOL": true}})).unwrap();
        assert_eq!(item_size(&counted), (2 + 3) + (1 + 4) + (2 + 1));
    }
}
