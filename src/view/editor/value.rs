//! Values of features as they are shown: no more of them than fits, and nothing that acts.

use super::super::format;
use crate::resource::FeatureValue;
use crate::sanitize;

/// What is there where a record has no value.
pub(super) const ABSENT: &str = "absent";

/// A value in so many columns. What is absent, an empty text and an empty list differ.
pub(super) fn shown(value: Option<&FeatureValue>, columns: usize) -> String {
    let text = match value {
        None => ABSENT.to_owned(),
        Some(FeatureValue::One(text)) if text.is_empty() => "\"\"".to_owned(),
        Some(FeatureValue::One(text)) => beginning(text, columns).to_owned(),
        Some(FeatureValue::Many(texts)) => list(texts, columns),
    };
    format::fit(&sanitize::line(&text), columns)
}

/// As much of a list as fits, as JSON.
fn list(texts: &[String], columns: usize) -> String {
    let mut text = "[".to_owned();
    for (place, element) in texts.iter().enumerate() {
        if text.len() > columns * 4 {
            return text;
        }
        if place > 0 {
            text.push_str(", ");
        }
        let element = serde_json::Value::from(beginning(element, columns));
        text.push_str(&element.to_string());
    }
    text.push(']');
    text
}

/// The first characters, one more than there are columns, so that it is seen that there are more. A character may have no
/// column of its own, so there are some to spare.
fn beginning(text: &str, columns: usize) -> &str {
    let end = text.char_indices().nth(columns * 4 + 8);
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(texts: &[&str]) -> FeatureValue {
        FeatureValue::Many(texts.iter().map(|&text| text.to_owned()).collect())
    }

    #[test]
    fn absent_and_the_two_kinds_of_empty_differ() {
        assert_eq!(shown(None, 20), "absent");
        assert_eq!(shown(Some(&FeatureValue::One(String::new())), 20), "\"\"");
        assert_eq!(shown(Some(&many(&[])), 20), "[]");
        assert_eq!(shown(Some(&many(&[""])), 20), "[\"\"]");
    }

    #[test]
    fn a_long_value_is_cut_and_a_hostile_one_defused() {
        assert_eq!(shown(Some(&FeatureValue::One("x".repeat(100_000))), 5), "xxxx…");
        assert_eq!(shown(Some(&many(&["abc", "def"])), 8), "[\"abc\",…");
        let hostile = FeatureValue::One("\u{1b}[2J".to_owned());
        assert_eq!(shown(Some(&hostile), 20), "␛[2J");
    }
}
