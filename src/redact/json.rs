//! JSON with everything masked that is to be, and JSON still.

use serde_json::{Map, Value};

use super::Redaction;

impl Redaction {
    /// The value masked: names of members too. A number that is masked becomes a text.
    pub fn mask_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask(&text).into_owned()),
            Value::Number(number) => {
                let text = number.to_string();
                if self.ranges(&text).is_empty() {
                    Value::Number(number)
                } else {
                    Value::String(self.mask(&text).into_owned())
                }
            }
            Value::Array(elements) => elements.into_iter().map(|it| self.mask_json(it)).collect(),
            Value::Object(members) => {
                let masked = members
                    .into_iter()
                    .map(|(name, value)| (self.mask(&name).into_owned(), self.mask_json(value)));
                Value::Object(masked.collect::<Map<_, _>>())
            }
            plain => plain,
        }
    }
}
