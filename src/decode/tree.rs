//! JSON made of what the binary formats hold, and how much of it.
//!
//! These formats know things that JSON has no form for. They all become the same, whichever format they come from:
//!
//! | what | in JSON |
//! |---|---|
//! | bytes | text, in Base64 |
//! | an integer of any size, a decimal | a number with all its digits |
//! | not a number, the infinities | the words `NaN`, `Infinity`, `-Infinity` |
//! | a moment | text: RFC 3339, in UTC |
//! | a key that is a number, `true`, `false`, `null` | that as text: `{"1": …}` |
//! | a map in which two keys are the same text, or a key is a map or an array | an array of `[key, value]`, in their order |
//! | a tag of CBOR, an extension of MessagePack that has no row here | `{"tag": 1, "value": …}`, `{"ext": 1, "value": …}` |
//! | the simple values of CBOR but `false`, `true`, `null` | `{"simple": 23}`, which is `undefined` |
//!
//! A [`Room`] bounds what is put out and how deep it is nested. A reader asks it before each value, and what is read when it is
//! full is a beginning; so a preview is the same reading in a small room.
//!
//! Must not: trust a length.

use std::collections::HashSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::LARGEST;
use crate::redact::process as redaction;
use crate::sanitize;

/// How deep values may be nested. JSON parsers allow about as much.
const DEEPEST: usize = 100;
/// What a value of a tree counts besides its text. In memory it is some times more; the room holds half a million of them.
const WEIGHT: usize = 32;

/// What is taken out of a layer at least: what a line shows may be far behind what it does not.
const SOURCE: usize = 64 << 10;

/// Why bytes are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The fields in which it is, outermost first.
    place: Vec<String>,
    why: String,
}

impl Fault {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            place: Vec::new(),
            why: why.into(),
        }
    }

    pub(super) fn ends_early() -> Self {
        Self::new("it ends early")
    }

    pub(super) fn left_over() -> Self {
        Self::new("bytes are left over behind it")
    }

    fn no_utf8() -> Self {
        Self::new("a text in it is no UTF-8")
    }

    /// The same, in this field.
    pub(super) fn within(mut self, field: &str) -> Self {
        self.place.insert(0, field.to_owned());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place.join("."))?;
        }
        f.write_str(&self.why)
    }
}

/// How much may still be put out.
#[derive(Clone, Debug)]
pub(super) struct Room {
    left: usize,
    weight: usize,
    levels: usize,
    full: bool,
    cut: bool,
}

impl Room {
    /// For a whole value.
    pub(super) fn whole() -> Self {
        Self::new(LARGEST, WEIGHT)
    }

    /// For what a line of so many characters shows.
    pub(super) fn line(columns: usize) -> Self {
        Self::new(columns.saturating_mul(super::BYTES_PER_CHARACTER), 1)
    }

    fn new(left: usize, weight: usize) -> Self {
        Self {
            left,
            weight,
            levels: DEEPEST,
            full: false,
            cut: false,
        }
    }

    /// For bytes of which only the beginning is there.
    pub(super) fn of_a_beginning(self, cut: bool) -> Self {
        Self { cut, ..self }
    }

    /// Whether only a beginning is there to be read.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// What was read of a value. Where the bytes end early because only their beginning is there, it is full from then on.
    pub(super) fn as_far(&mut self, read: Result<Json, Fault>) -> Result<Json, Fault> {
        match read {
            Err(fault) if self.cut && fault == Fault::ends_early() => {
                self.full = true;
                Ok(Json::from("…"))
            }
            read => read,
        }
    }

    /// The same before a value.
    pub(super) fn goes_on(&mut self, at_end: bool) -> bool {
        self.full |= self.cut && at_end;
        self.admits()
    }

    /// Whether there was more than fits: what was read is a beginning.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Makes room for one more value. Tells whether there is any.
    pub(super) fn admits(&mut self) -> bool {
        self.spend(self.weight);
        !self.full
    }

    /// Goes one level deeper.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        let deeper = self.levels.checked_sub(1);
        self.levels =
            deeper.ok_or_else(|| Fault::new(format!("it is nested deeper than {DEEPEST} levels")))?;
        Ok(())
    }

    /// Comes back from there.
    pub(super) fn leave(&mut self) {
        self.levels += 1;
    }

    /// As much of a text as there is room for.
    pub(super) fn text<'a>(&mut self, text: &'a str) -> &'a str {
        let end = text.floor_char_boundary(self.left);
        self.spend(text.len());
        &text[..end]
    }

    /// As much of some bytes as there is room for, as text.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Json {
        // Whole groups of three, so that a beginning is valid as well.
        let most = self.left / 4 * 3;
        self.spend(bytes.len().div_ceil(3) * 4);
        Json::String(BASE64.encode(&bytes[..bytes.len().min(most)]))
    }

    /// As much of UTF-8 as there is room for. What is behind that is not looked at.
    pub(super) fn utf8(&mut self, bytes: &[u8]) -> Result<Json, Fault> {
        let head = self.head(bytes);
        let text = match std::str::from_utf8(head) {
            Ok(text) => text,
            // The end may be in the middle of a character.
            Err(error) if head.len() < bytes.len() && error.error_len().is_none() => {
                utf8(&head[..error.valid_up_to()])?
            }
            Err(_) => return Err(Fault::no_utf8()),
        };
        self.spend(bytes.len());
        Ok(Json::from(text))
    }

    /// As many bytes as can be of use.
    pub(super) fn head<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[..bytes.len().min(self.left)]
    }

    /// How many bytes to take out of a layer for it.
    pub(super) fn source(&self) -> usize {
        self.left.clamp(SOURCE, LARGEST)
    }

    fn spend(&mut self, cost: usize) {
        self.full |= cost > self.left;
        self.left = self.left.saturating_sub(cost);
    }
}

/// The text that bytes are said to be.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::no_utf8())
}

/// The number with exactly these digits.
pub(super) fn number(text: &str) -> Json {
    text.parse().map_or_else(|_| Json::from(text), Json::Number)
}

/// A double, in as few digits as tell it from others.
pub(super) fn double(value: f64) -> Json {
    if value.is_finite() {
        return number(&format!("{value:?}"));
    }
    Json::from(match value {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    })
}

/// A float, which takes fewer digits than the same number as a double.
pub(super) fn float(value: f32) -> Json {
    if value.is_finite() {
        number(&format!("{value:?}"))
    } else {
        double(f64::from(value))
    }
}

/// A moment, if it is within the years that RFC 3339 can write.
pub(super) fn moment(seconds: i64, nanoseconds: i64) -> Option<Json> {
    let within = i32::try_from(nanoseconds).ok()?;
    let time = Timestamp::new(seconds, within).ok()?;
    (time >= FIRST).then(|| Json::from(time.to_string()))
}

/// Before the year 0, RFC 3339 ends.
const FIRST: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// A map, whose keys may be anything.
pub(super) fn object(entries: Vec<(Json, Json)>) -> Json {
    let mut taken = HashSet::with_capacity(entries.len());
    let names = entries
        .iter()
        .map(|(key, _)| name(key).filter(|name| taken.insert(name.clone())));
    match names.collect::<Option<Vec<_>>>() {
        Some(names) => Json::Object(
            names
                .into_iter()
                .zip(entries.into_iter().map(|(_, value)| value))
                .collect(),
        ),
        None => entries
            .into_iter()
            .map(|(key, value)| Json::Array(vec![key, value]))
            .collect(),
    }
}

/// A key as the name of a member. One that is nested has none: as text it would grow with each level that it is in, because
/// what escapes its quotes is escaped again.
fn name(key: &Json) -> Option<String> {
    match key {
        Json::String(text) => Some(text.clone()),
        Json::Array(_) | Json::Object(_) => None,
        plain => Some(plain.to_string()),
    }
}

/// A value under its label, beside a number that says what it is.
pub(super) fn labelled(label: &str, number: impl Into<Json>, value: Json) -> Json {
    let members = [(label.to_owned(), number.into()), ("value".to_owned(), value)];
    Json::Object(Map::from_iter(members))
}

/// The beginning of a value on one line of so many characters, sanitized.
pub(super) fn on_one_line(value: &Json, columns: usize) -> String {
    sanitize::line(&redaction::beginning(&value.to_string(), columns)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_cannot_say_is_a_word() {
        assert_eq!(double(f64::NAN), Json::from("NaN"));
        assert_eq!(float(f32::NEG_INFINITY), Json::from("-Infinity"));
        assert_eq!(float(0.1).to_string(), "0.1");
        assert_eq!(double(1e300).to_string(), "1e+300");
        assert_eq!(double(-0.0).to_string(), "-0.0");
    }

    #[test]
    fn moments_end_where_years_have_four_digits() {
        assert_eq!(moment(-62_167_219_200, 0), Some("0000-01-01T00:00:00Z".into()));
        assert_eq!(moment(-62_167_219_201, 0), None);
        assert_eq!(moment(i64::MAX, 0), None);
        assert_eq!(moment(0, 1_500_000), Some("1970-01-01T00:00:00.0015Z".into()));
    }

    #[test]
    fn a_key_that_comes_twice_is_shown_twice() {
        let one = || (Json::from(1), Json::from("a"));
        assert_eq!(object(vec![one()]).to_string(), r#"{"1":"a"}"#);
        let same = (Json::from("1"), Json::from("b"));
        assert_eq!(object(vec![one(), same]).to_string(), r#"[[1,"a"],["1","b"]]"#);
        let nested = (Json::from(vec![1]), Json::from("b"));
        assert_eq!(object(vec![one(), nested]).to_string(), r#"[[1,"a"],[[1],"b"]]"#);
    }

    #[test]
    fn keys_within_keys_take_no_more_than_they_are_long() {
        let mut deep = Json::from("\"");
        for _ in 0..DEEPEST {
            deep = object(vec![(deep, Json::from(1))]);
        }
        assert!(deep.to_string().len() < 10 * DEEPEST);
    }

    #[test]
    fn a_small_room_holds_beginnings() {
        let mut room = Room::line(2);
        assert_eq!(room.text("日本語"), "日本");
        assert!(room.is_full());
        let mut room = Room::line(2);
        assert_eq!(room.bytes(&[0; 10]), "AAAAAAAA");
        assert!(room.is_full());
        let mut room = Room::line(2);
        assert_eq!(room.bytes(&[0; 6]), "AAAAAAAA");
        assert!(!room.is_full() && !room.admits());
        let mut room = Room::line(1);
        assert_eq!(room.utf8("日本".as_bytes()).unwrap(), "日");
        assert!(Room::line(1).utf8(b"ab\xff").is_err());
    }

    #[test]
    fn a_fault_names_its_place() {
        let fault = Fault::ends_early().within("total").within("order");
        assert_eq!(fault.to_string(), "order.total: it ends early");
    }
}
