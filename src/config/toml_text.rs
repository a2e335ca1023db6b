//! TOML written out: values that mean what they meant, and act on nothing.
//!
//! Must not: know any setting.

use std::fmt::Write as _;

use toml::de::{DeTable, DeValue};
use unicode_width::UnicodeWidthChar;

use crate::redact::process as redaction;
use crate::sanitize;

/// A value on one line. `text` may change each text that it holds.
pub(super) fn literal(value: &DeValue<'_>, text: &dyn Fn(&str) -> String) -> String {
    match value {
        DeValue::String(it) => quoted(&text(it)),
        DeValue::Integer(it) => it.to_string(),
        DeValue::Float(it) => it.to_string(),
        DeValue::Boolean(it) => it.to_string(),
        DeValue::Datetime(it) => it.to_string(),
        DeValue::Array(it) => {
            let parts: Vec<_> = it.iter().map(|it| literal(it.get_ref(), text)).collect();
            format!("[{}]", parts.join(", "))
        }
        DeValue::Table(it) => inline(it, text),
    }
}

fn inline(table: &DeTable<'_>, text: &dyn Fn(&str) -> String) -> String {
    let part = |(name, value): (
        &toml::Spanned<toml::de::DeString<'_>>,
        &toml::Spanned<DeValue<'_>>,
    )| { format!("{} = {}", key(name.get_ref()), literal(value.get_ref(), text)) };
    let parts: Vec<_> = table.iter().map(part).collect();
    if parts.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", parts.join(", "))
    }
}

/// A name before `=` or between dots. One that is masked when it is shown needs quotes: the mask is no letter.
pub(super) fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let shown = redaction::mask(name);
    if !shown.is_empty() && shown.chars().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A text in quotes. What a terminal could act on, or a reader be fooled by, is written as its number.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut bytes = [0; 4];
    for c in text.chars() {
        let shown = c.encode_utf8(&mut bytes);
        // Writing to a String cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '\n' => write!(out, "\\n"),
            _ if c.width().unwrap_or(0) > 0 && sanitize::line(shown) == *shown => write!(out, "{c}"),
            _ => write!(out, "\\U{:08X}", u32::from(c)),
        };
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_quoted_text_means_itself_and_passes_the_gate(text in proptest::prelude::any::<String>()) {
            let quoted = quoted(&text);
            proptest::prop_assert_eq!(&sanitize::line(&quoted), &quoted);
            let line = format!("{} = {quoted}", key(&text));
            let table = DeTable::parse(&line).unwrap();
            let (name, value) = table.get_ref().iter().next().unwrap();
            proptest::prop_assert_eq!(name.get_ref(), &text);
            proptest::prop_assert_eq!(value.get_ref().as_str(), Some(text.as_str()));
        }
    }
}
