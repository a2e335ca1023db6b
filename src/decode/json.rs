//! JSON: one value or several, with their numbers as they were written and their members in their order.

mod plain;

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memchr3;
use memchr::memmem::Finder;
use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value as Json};

use super::Value;
use super::layer::Head;

/// The largest JSON that is made a tree of. A tree takes some thirty times the room of its text; what is larger is read as text.
pub(super) const LARGEST_TREE: usize = 2 << 20;
/// How deep values may lie in each other: what the parser allows.
const DEEPEST: usize = 128;
/// The longest that a character of a string is written as: two escapes, of the halves of a surrogate pair.
const LONGEST_CHARACTER: usize = 12;
/// Some producers begin with it, though JSON has none.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads bytes that are one JSON object or array and nothing else. A bare number or word is text to a person.
pub(super) fn value(data: &[u8]) -> Option<Value> {
    parse(data).map(Value::Json)
}

/// Reads several objects or arrays, on lines of their own or one right after the other, as Firehose writes them.
pub(super) fn values(data: &[u8]) -> Option<Value> {
    let all: Vec<Json> = Deserializer::from_slice(tree_text(data)?)
        .into_iter()
        .collect::<Result<_, _>>()
        .ok()?;
    let several = all.len() > 1 && all.iter().all(is_structured);
    several.then_some(Value::Json(Json::Array(all)))
}

/// The tree of one JSON object or array.
pub(super) fn parse(data: &[u8]) -> Option<Json> {
    serde_json::from_slice(tree_text(data)?).ok()
}

/// Whether the bytes are surely JSON, as far as they go.
pub(super) fn begins(head: Head<'_>) -> bool {
    if head.whole {
        return parse(head.bytes).is_some() || values(head.bytes).is_some();
    }
    match beginning(head) {
        Some(Json::Object(members)) => !members.is_empty(),
        Some(Json::Array(elements)) => !elements.is_empty(),
        _ => false,
    }
}

/// The first value of JSON that may be cut off anywhere: what is whole of it, and the beginning of the string that is not.
pub(super) fn beginning(head: Head<'_>) -> Option<Json> {
    if head.whole {
        return parse(head.bytes);
    }
    let text = tree_text(head.bytes)?;
    let cut = Cut::of(text)?;
    cut.within_string(text).or_else(|| cut.closed(text))
}

/// A member's name or a word in quotes, ready to be looked for in payload after payload.
pub(super) struct Mark(LazyLock<Finder<'static>>);

impl Mark {
    pub(super) const fn new(find: fn() -> Finder<'static>) -> Self {
        Self(LazyLock::new(find))
    }

    /// Whether bytes hold it: much quicker than reading them.
    pub(super) fn is_in(&self, data: &[u8]) -> bool {
        self.0.find(data).is_some()
    }
}

/// Several values on one line, and how many there are; a head that is not whole has more.
pub(super) fn line(head: Head<'_>) -> Option<String> {
    let text = tree_text(head.bytes)?;
    let mut values = Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    let mut count = values.by_ref().map_while(Result::ok).count();
    let rest = &text[values.byte_offset()..];
    let goes_on = !head.whole && looks_like_json(rest);
    if !goes_on && !rest.trim_ascii().is_empty() {
        return None;
    }
    count += usize::from(goes_on);
    let more = if head.whole { "" } else { "+" };
    let text = String::from_utf8_lossy(text);
    (count > 1).then(|| format!("{count}{more} values · {}", super::text::on_one_line(text.trim())))
}

/// The same bytes as text on one line, if they are JSON and no more is known of them than that. What stands on one line
/// already is not taken apart.
pub fn json_on_one_line(data: &[u8]) -> Option<Cow<'_, str>> {
    if !looks_like_json(data) || super::is_special_json(data) {
        return None;
    }
    if !plain::is_plain_line(data) {
        if memchr3(b'\n', b'\r', b'\t', data).is_some() {
            return parse(data).map(|value| Cow::Owned(value.to_string()));
        }
        serde_json::from_slice::<IgnoredAny>(data).ok()?;
    }
    std::str::from_utf8(data).ok().map(Cow::Borrowed)
}

/// The value on many lines, two spaces a level.
pub fn pretty(value: &Json) -> String {
    // A value that was parsed can always be written.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn tree_text(data: &[u8]) -> Option<&[u8]> {
    let text = data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(data);
    (text.len() <= LARGEST_TREE && looks_like_json(text)).then_some(text)
}

pub(super) fn looks_like_json(data: &[u8]) -> bool {
    let first = data.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn is_structured(value: &Json) -> bool {
    value.is_object() || value.is_array()
}

/// Where JSON that ends too early can be ended.
#[derive(Default)]
struct Cut {
    /// How many bytes are whole values.
    whole: usize,
    /// What closes them, outermost first.
    closers: Vec<u8>,
    /// What would close what is open at the very end, where that is a string that is a value.
    in_string: Option<Vec<u8>>,
}

impl Cut {
    /// Looks at brackets, commas and quotes only; the parser finds whatever else is wrong.
    fn of(text: &[u8]) -> Option<Self> {
        let mut cut = Self::default();
        let mut open = Vec::new();
        let (mut quoted, mut escaped, mut is_value) = (false, false, true);
        for (n, byte) in text.iter().enumerate() {
            if quoted {
                quoted = escaped || *byte != b'"';
                escaped = !escaped && *byte == b'\\';
                continue;
            }
            match byte {
                b'"' => quoted = true,
                b':' => is_value = true,
                b'{' | b'[' => {
                    open.push(if *byte == b'{' { b'}' } else { b']' });
                    is_value = *byte == b'[';
                    cut.note(n + 1, &open);
                }
                b'}' | b']' => {
                    open.pop().filter(|closer| closer == byte)?;
                    cut.note(n + 1, &open);
                }
                b',' => {
                    is_value = open.last() == Some(&b']');
                    cut.note(n, &open);
                }
                _ => {}
            }
            if open.is_empty() && cut.whole > 0 || open.len() > DEEPEST {
                return Some(cut);
            }
        }
        cut.in_string = (quoted && is_value).then_some(open);
        Some(cut)
    }

    fn note(&mut self, whole: usize, open: &[u8]) {
        self.whole = whole;
        self.closers.clear();
        self.closers.extend_from_slice(open);
    }

    /// What there is of a string that is cut off, maybe within a character.
    fn within_string(&self, text: &[u8]) -> Option<Json> {
        let open = self.in_string.as_ref()?;
        (0..=LONGEST_CHARACTER).find_map(|less| {
            let text = &text[..text.len().checked_sub(less)?];
            parse_closed(text, b"\"", open)
        })
    }

    fn closed(&self, text: &[u8]) -> Option<Json> {
        parse_closed(&text[..self.whole], b"", &self.closers)
    }
}

fn parse_closed(text: &[u8], quote: &[u8], open: &[u8]) -> Option<Json> {
    let closers: Vec<u8> = open.iter().rev().copied().collect();
    serde_json::from_slice(&[text, quote, &closers].concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut_off(text: &str) -> Option<String> {
        let head = Head {
            bytes: text.as_bytes(),
            whole: false,
        };
        beginning(head).map(|value| value.to_string())
    }

    #[test]
    fn json_that_is_cut_off_is_read_as_far_as_it_goes() {
        for (text, read) in [
            (r#"{"a":1,"b":[1,2"#, r#"{"a":1,"b":[1]}"#),
            (r#"{"a":1,"b":"hel"#, r#"{"a":1,"b":"hel"}"#),
            (r#"{"a":1,"b":"hel\"#, r#"{"a":1,"b":"hel"}"#),
            (r#"{"a":1,"b":"hel\ud83d\ude"#, r#"{"a":1,"b":"hel"}"#),
            (r#"{"a":1,"be"#, r#"{"a":1}"#),
            (r#"{"a":1}{"b":2"#, r#"{"a":1}"#),
            (r#"{"a":{"b":{"c":tr"#, r#"{"a":{"b":{}}}"#),
        ] {
            assert_eq!(cut_off(text).as_deref(), Some(read), "{text}");
        }
        assert_eq!(cut_off("{]"), None);
        assert_eq!(cut_off("{abc, d"), None);
    }

    #[test]
    fn values_after_each_other_are_counted_on_a_line() {
        let all = |text: &str| line(Head::all(text.as_bytes()));
        assert_eq!(
            all("{\"a\":1}\n{\"a\":2}\n").as_deref(),
            Some("2 values · {\"a\":1} {\"a\":2}")
        );
        assert_eq!(
            all("{\"a\":1}{\"a\":2}").as_deref(),
            Some("2 values · {\"a\":1}{\"a\":2}")
        );
        assert_eq!(all("{\"a\":1}"), None);
        assert_eq!(all("{\"a\":1} and so on"), None);
        let head = Head {
            bytes: b"[1]\n[2]\n[3",
            whole: false,
        };
        assert_eq!(line(head).as_deref(), Some("3+ values · [1] [2] [3"));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(parse(b"\xef\xbb\xbf{\"a\":1}").unwrap()["a"], 1);
    }

    proptest! {
        #[test]
        fn json_may_be_cut_off_anywhere(at in 1usize..62) {
            let text = r#"{"n":12.50,"text":"ä\u00e4\"\\","list":[true,null,{"x":[]}],"z":0}"#;
            let bytes = &text.as_bytes()[..at];
            let head = Head { bytes, whole: false };
            prop_assert!(beginning(head).is_some());
        }
    }
}
