//! Members that a JSON object has twice. A tree has room for the last one only, so the person is told.
//!
//! It is a second reading of the text, only done for a record that is looked at closely.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How many names are told at most.
const MOST: usize = 5;

/// The names of members that come again in their object, each once, in the order of the text; as many as are told.
pub(super) fn names(data: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = data.trim_ascii_start();
    // One value after the other, until they end or are none.
    while !rest.is_empty() && names.len() < MOST {
        let mut reader = serde_json::Deserializer::from_slice(rest);
        if Within(&mut names).deserialize(&mut reader).is_err() {
            break;
        }
        let read = reader.into_iter::<IgnoredAny>().byte_offset();
        rest = rest[read..].trim_ascii_start();
    }
    names
}

/// Looks at a value and whatever is in it.
struct Within<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value_seed(Within(&mut *self.0))?;
            if seen.contains(&name) {
                if self.0.len() < MOST && !self.0.contains(&name) {
                    self.0.push(name);
                }
            } else {
                seen.insert(name);
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Within(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        names(text.as_bytes())
    }

    #[test]
    fn a_member_that_comes_again_is_told_once_wherever_it_is() {
        assert_eq!(
            told(r#"{"a":1,"b":[{"c":1.5,"c":2}],"a":{"a":3},"a":4}"#),
            ["c", "a"]
        );
        assert_eq!(told(r#"{"é":1,"\u00e9":2}"#), ["é"], "as they are read");
        assert_eq!(told("{\"a\":1}\n{\"b\":1,\"b\":2}{\"c\":1,\"c\":2}"), ["b", "c"]);
    }

    #[test]
    fn the_same_member_of_other_objects_is_nothing_to_tell() {
        let text = r#"{"a":1e400,"b":{"a":-0.10,"b":[{"a":null},{"a":true}]},"c":"a"}"#;
        assert!(told(&format!("{text}{text}")).is_empty());
        assert!(told("{\"a\":1,").is_empty() && told("").is_empty());
    }
}
