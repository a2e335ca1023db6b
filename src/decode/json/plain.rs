//! JSON that needs nothing done to it: one object or array on one line, all of it printable ASCII.
//!
//! It is by far the most of what streams carry, and is passed on as it is. So it is only looked through once, eight bytes at a time
//! within strings, and nothing is made of it.
//!
//! Must not: say yes to what the parser would refuse. What it does not know it leaves to the parser.

use crate::printable::unprintable_or;

/// How deep values may lie in each other: what the parser allows.
const DEEPEST: u32 = 127;
/// Whether bytes are such JSON.
pub(super) fn is_plain_line(data: &[u8]) -> bool {
    Rest(data).document().is_some()
}

/// Which objects and arrays are open: a bit for each, the innermost lowest.
#[derive(Default)]
struct Open {
    objects: u128,
    depth: u32,
}

impl Open {
    fn push(&mut self, object: bool) -> Option<()> {
        self.depth += 1;
        self.objects = self.objects << 1 | u128::from(object);
        (self.depth <= DEEPEST).then_some(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
        self.objects >>= 1;
    }

    /// Whether the innermost is an object; `None` where nothing is open.
    fn is_object(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.objects & 1 == 1)
    }
}

/// What has still to be looked at. Each step goes over what it knows, and gives `None` at anything else.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn document(&mut self) -> Option<()> {
        let mut open = Open::default();
        loop {
            if self.value(&mut open)? {
                continue;
            }
            while let Some(object) = open.is_object() {
                match (self.token()?, object) {
                    (b',', true) => {
                        self.name()?;
                        break;
                    }
                    (b',', false) => break,
                    (b'}', true) | (b']', false) => open.pop(),
                    _ => return None,
                }
            }
            if open.is_object().is_none() {
                self.blanks();
                return self.0.is_empty().then_some(());
            }
        }
    }

    /// Goes over a value, or into one; tells whether another value must come next. Only objects and arrays stand alone.
    fn value(&mut self, open: &mut Open) -> Option<bool> {
        let first = self.token()?;
        match first {
            b'{' => {
                open.push(true)?;
                if self.ends(b'}') {
                    open.pop();
                    return Some(false);
                }
                self.name()?;
                return Some(true);
            }
            b'[' => {
                open.push(false)?;
                let empty = self.ends(b']');
                if empty {
                    open.pop();
                }
                return Some(!empty);
            }
            _ => open.is_object()?,
        };
        match first {
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number(first)?,
            b't' => self.word(b"rue")?,
            b'f' => self.word(b"alse")?,
            b'n' => self.word(b"ull")?,
            _ => return None,
        }
        Some(false)
    }

    /// The name of a member and its colon.
    fn name(&mut self) -> Option<()> {
        (self.token()? == b'"').then_some(())?;
        self.string()?;
        (self.token()? == b':').then_some(())
    }

    /// The rest of a string, to its closing quote.
    fn string(&mut self) -> Option<()> {
        loop {
            self.skip_ordinary();
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                b' '..=b'~' => {}
                _ => return None,
            }
        }
    }

    /// Goes over bytes of a string that mean themselves, eight at a time.
    fn skip_ordinary(&mut self) {
        while let Some((eight, rest)) = self.0.split_first_chunk() {
            if let Some(place) = unprintable_or(*eight, *b"\"\\") {
                self.0 = &self.0[place..];
                return;
            }
            self.0 = rest;
        }
    }

    /// The rest of an escape. Halves of a pair are left to the parser.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let (digits, rest) = self.0.split_first_chunk::<4>()?;
                self.0 = rest;
                let half = matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
                (!half && digits.iter().all(u8::is_ascii_hexdigit)).then_some(())
            }
            _ => None,
        }
    }

    /// The rest of a number.
    fn number(&mut self, first: u8) -> Option<()> {
        let first = if first == b'-' { self.next()? } else { first };
        match first {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return None,
        }
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        Some(())
    }

    /// One digit at least.
    fn digits(&mut self) -> Option<()> {
        self.next()?.is_ascii_digit().then_some(())?;
        self.skip_digits();
        Some(())
    }

    fn skip_digits(&mut self) {
        while let [b'0'..=b'9', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    /// Goes over the blanks and this byte, if it is the next.
    fn ends(&mut self, byte: u8) -> bool {
        self.blanks();
        self.takes(byte)
    }

    fn takes(&mut self, byte: u8) -> bool {
        let Some(rest) = self.0.strip_prefix(&[byte]) else {
            return false;
        };
        self.0 = rest;
        true
    }

    /// The next byte that is no blank.
    fn token(&mut self) -> Option<u8> {
        self.blanks();
        self.next()
    }

    fn blanks(&mut self) {
        while let [b' ', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_streams_carry_is_known() {
        for text in [
            "{}",
            "[]",
            " [ ] ",
            r#"{"a":1}"#,
            r#"{"order_id": "ord-048211", "total": -211.50e+3, "paid": true, "items": [{"sku": "tea"}, null, 0.5, []]}"#,
            r#"["a \"b\" \\ \u00e9 \n"]"#,
        ] {
            assert!(is_plain_line(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_left_to_the_parser() {
        for text in [
            "",
            "1",
            "\"a\"",
            "true",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "[01]",
            "[1.]",
            "[-]",
            "[1e]",
            "[tru]",
            "[\"\\x\"]",
            "[\"\\u12\"]",
            "[\"\\ud83d\\ude00\"]",
            "[\"é\"]",
            "[\"\x7f\"]",
            "[1]\n",
            "[1] 2",
            "[}",
            "[\"a",
        ] {
            assert!(!is_plain_line(text.as_bytes()), "{text}");
        }
        let deep = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        assert!(is_plain_line(deep(127).as_bytes()) && !is_plain_line(deep(128).as_bytes()));
    }

    /// Values of all kinds, within each other.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ -~]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map("[ -~]{0,20}", inner, 0..6).prop_map(|it| json!(it)),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_plainly_is_plain(value in value()) {
            let text = Value::Array(vec![value]).to_string();
            prop_assert!(is_plain_line(text.as_bytes()), "{text}");
        }

        #[test]
        fn what_is_said_to_be_json_is(value in value(), at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
            let mut bytes = Value::Array(vec![value]).to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if cut {
                bytes.truncate(at);
            }
            if is_plain_line(&bytes) {
                prop_assert!(serde_json::from_slice::<IgnoredAny>(&bytes).is_ok());
                prop_assert!(bytes.iter().all(|it| (b' '..=b'~').contains(it)));
            }
        }
    }
}
