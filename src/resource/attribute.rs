//! DynamoDB attribute values with their exact types. A number stays the text that it was sent as: up to 38 digits, which
//! no float holds.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde_json::{Map, Number, Value, json};

/// An item, or a part of one: attributes by name. Sorted, because the service gives them in no order.
pub type Item = BTreeMap<String, Attribute>;

/// One attribute value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A string.
    S(String),
    /// A number, as its decimal text.
    N(String),
    /// Binary.
    B(Bytes),
    /// A set of strings.
    Ss(Vec<String>),
    /// A set of numbers, as their decimal texts.
    Ns(Vec<String>),
    /// A set of binaries.
    Bs(Vec<Bytes>),
    /// A map.
    M(Item),
    /// A list.
    L(Vec<Attribute>),
    /// The null type.
    Null,
    /// A boolean.
    Bool(bool),
    /// A type that this program does not know yet.
    Unknown,
}

impl Attribute {
    /// The value in DynamoDB JSON: one member, whose name is the type.
    pub fn to_json(&self) -> Value {
        match self {
            Self::S(text) => json!({ "S": text }),
            Self::N(digits) => json!({ "N": digits }),
            Self::B(bytes) => json!({ "B": BASE64.encode(bytes) }),
            Self::Ss(texts) => json!({ "SS": texts }),
            Self::Ns(numbers) => json!({ "NS": numbers }),
            Self::Bs(blobs) => {
                json!({ "BS": blobs.iter().map(|b| BASE64.encode(b)).collect::<Vec<_>>() })
            }
            Self::M(item) => json!({ "M": item_to_json(item) }),
            Self::L(list) => {
                json!({ "L": list.iter().map(Self::to_json).collect::<Vec<_>>() })
            }
            Self::Null => json!({ "NULL": true }),
            Self::Bool(flag) => json!({ "BOOL": flag }),
            Self::Unknown => json!({ "UNKNOWN": true }),
        }
    }

    /// The value in the JSON that a person would write: numbers with all their digits, sets as arrays, binary in base64.
    pub fn to_plain_json(&self) -> Value {
        match self {
            Self::S(text) => json!(text),
            Self::N(digits) => plain_number(digits),
            Self::B(bytes) => json!(BASE64.encode(bytes)),
            Self::Ss(texts) => json!(texts),
            Self::Ns(numbers) => numbers.iter().map(|it| plain_number(it)).collect(),
            Self::Bs(blobs) => blobs.iter().map(|it| json!(BASE64.encode(it))).collect(),
            Self::M(item) => item_to_plain_json(item),
            Self::L(list) => list.iter().map(Self::to_plain_json).collect(),
            Self::Null => Value::Null,
            Self::Bool(flag) => json!(flag),
            Self::Unknown => json!("(a type that is not known)"),
        }
    }

    /// How many bytes it takes in memory, roughly; the ring counts with it.
    pub fn weight(&self) -> usize {
        let inside: usize = match self {
            Self::S(text) | Self::N(text) => text.len(),
            Self::B(bytes) => bytes.len(),
            Self::Ss(texts) | Self::Ns(texts) => texts.iter().map(|t| t.len() + 24).sum(),
            Self::Bs(blobs) => blobs.iter().map(|b| b.len() + 32).sum(),
            Self::M(item) => item_weight(item),
            Self::L(list) => list.iter().map(Self::weight).sum(),
            Self::Null | Self::Bool(_) | Self::Unknown => 0,
        };
        inside + size_of::<Self>()
    }
}

/// The item in the JSON that a person would write.
pub fn item_to_plain_json(item: &Item) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), value.to_plain_json()))
        .collect::<Map<_, _>>()
        .into()
}

/// A number with all its digits; what is no JSON number stays text.
fn plain_number(digits: &str) -> Value {
    serde_json::from_str::<Number>(digits).map_or_else(|_| json!(digits), Value::Number)
}

/// The item in DynamoDB JSON.
pub(super) fn item_to_json(item: &Item) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), value.to_json()))
        .collect::<Map<_, _>>()
        .into()
}

/// How many bytes the item takes in memory, roughly.
pub(super) fn item_weight(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + size_of::<String>() + value.weight())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_all_its_digits() {
        let digits = "12345678901234567890123456789012345678";
        let item = Item::from([("n".to_owned(), Attribute::N(digits.to_owned()))]);
        assert_eq!(
            item_to_plain_json(&item).to_string(),
            format!(r#"{{"n":{digits}}}"#)
        );
        assert_eq!(
            item_to_json(&item).to_string(),
            format!(r#"{{"n":{{"N":"{digits}"}}}}"#)
        );
    }
}
