//! DynamoDB attribute values with their exact types. A number stays the text that it was sent as: up to 38 digits, which
//! no float holds.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde_json::{Map, Number, Value, json};

use crate::redact::process as redaction;

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

    /// The value that DynamoDB JSON means.
    fn from_json(json: &Value) -> Self {
        let member = json.as_object().filter(|members| members.len() == 1);
        member
            .and_then(|members| members.iter().next())
            .and_then(|(kind, value)| Self::of_kind(kind, value))
            .unwrap_or(Self::Unknown)
    }

    fn of_kind(kind: &str, value: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let bytes = |value: &Value| BASE64.decode(value.as_str()?).ok().map(Bytes::from);
        Some(match kind {
            "S" => Self::S(text(value)?),
            "N" => Self::N(text(value)?),
            "B" => Self::B(bytes(value)?),
            "SS" => Self::Ss(all(value, text)?),
            "NS" => Self::Ns(all(value, text)?),
            "BS" => Self::Bs(all(value, bytes)?),
            "M" => Self::M(item_from_json(value)?),
            "L" => Self::L(all(value, |element| Some(Self::from_json(element)))?),
            "NULL" => Self::Null,
            "BOOL" => Self::Bool(value.as_bool()?),
            _ => return None,
        })
    }

    /// The value in the JSON that a person would write: numbers with all their digits, sets as arrays, binary in base64.
    fn to_plain_json(&self) -> Value {
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

    /// The beginning of the value in the JSON that a person would write, of so many bytes or a little more.
    pub fn preview(&self, limit: usize) -> String {
        let mut out = String::new();
        self.push_preview(&mut out, limit);
        out
    }

    fn push_preview(&self, out: &mut String, limit: usize) {
        let head = |text: &str| redaction::beginning(text, limit).into_owned();
        match self {
            Self::S(text) => out.push_str(&json!(head(text)).to_string()),
            Self::B(bytes) => out.push_str(&BASE64.encode(&bytes[..bytes.len().min(limit)])),
            Self::M(item) => out.push_str(&item_preview(item, limit.saturating_sub(out.len()))),
            Self::L(list) => {
                out.push('[');
                for (n, value) in list.iter().enumerate().take_while(|(n, _)| *n < limit) {
                    if out.len() > limit {
                        break;
                    }
                    out.push_str(if n == 0 { "" } else { "," });
                    value.push_preview(out, limit);
                }
                out.push(']');
            }
            Self::Ss(texts) | Self::Ns(texts) => {
                let some: Vec<String> = texts.iter().take(limit).map(|text| head(text)).collect();
                out.push_str(&json!(some).to_string());
            }
            Self::N(_) | Self::Bs(_) | Self::Null | Self::Bool(_) | Self::Unknown => {
                out.push_str(&self.to_plain_json().to_string());
            }
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
fn item_to_plain_json(item: &Item) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), value.to_plain_json()))
        .collect::<Map<_, _>>()
        .into()
}

/// The beginning of an item as the JSON that a person would write, of so many bytes or a little more. An item may be 400 KB, and
/// a row of a list shows a hundred characters of it.
pub fn item_preview(item: &Item, limit: usize) -> String {
    let mut out = String::from("{");
    for (n, (name, value)) in item.iter().enumerate() {
        if out.len() > limit {
            break;
        }
        out.push_str(if n == 0 { "\"" } else { ",\"" });
        out.push_str(name);
        out.push_str("\":");
        value.push_preview(&mut out, limit);
    }
    out.push('}');
    out
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

/// The item that DynamoDB JSON means; a value of a type that is not known stays unknown.
pub fn item_from_json(json: &Value) -> Option<Item> {
    let members = json.as_object()?.iter();
    Some(
        members
            .map(|(name, value)| (name.clone(), Attribute::from_json(value)))
            .collect(),
    )
}

fn all<T>(array: &Value, one: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    array.as_array()?.iter().map(one).collect()
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
    fn a_preview_is_the_beginning_of_the_item() {
        let item = Item::from([
            ("id".to_owned(), Attribute::S("c-7".to_owned())),
            (
                "lines".to_owned(),
                Attribute::L(vec![Attribute::N("1.50".to_owned()), Attribute::Bool(true)]),
            ),
            ("text".to_owned(), Attribute::S("x".repeat(400_000))),
        ]);
        let preview = item_preview(&item, 60);
        assert!(preview.starts_with(r#"{"id":"c-7","lines":[1.50,true],"text":"xxx"#));
        assert!(preview.len() < 200);
    }

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
