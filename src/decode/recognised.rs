//! CBOR and MessagePack told by their content alone.
//!
//! Almost any bytes are the beginning of some value in both. They are taken for it only where all of them are exactly one map, or
//! one array of maps, with names for keys; or, for CBOR, where they say so themselves. Maps begin with other bytes in the two
//! (CBOR `a0`–`bf`, MessagePack `80`–`8f`, `de`, `df`), but a short array of CBOR begins like a map of MessagePack: what can be
//! read as both is taken for neither.

use serde_json::Value as Json;

use super::layer::Head;
use super::tree::{Fault, Room, on_one_line};
use super::{Format, Value, cbor, msgpack};

/// How much of a line has to be read before it can tell the two from each other.
const TELLING: usize = 16;

/// What the keys of the next value must be, if it is a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyRule {
    /// Anything.
    Any,
    /// Names.
    Names,
    /// Names; in the maps of an array as well, if it is one.
    NamesHereOrInArray,
}

impl KeyRule {
    /// The rule for what is in an array.
    pub(super) fn in_array(self) -> Self {
        match self {
            Self::NamesHereOrInArray => Self::Names,
            _ => Self::Any,
        }
    }

    /// Takes a key, which is none if it is no text. For a beginning of one there was no room.
    pub(super) fn admits(self, text: Option<&Json>, room: &Room) -> Result<(), Fault> {
        let is_name = |key: &str| !key.contains(char::is_control) && (!key.is_empty() || room.is_full());
        if self == Self::Any || text.and_then(Json::as_str).is_some_and(is_name) {
            Ok(())
        } else {
            Err(Fault::new("a key is no name"))
        }
    }
}

/// Reads bytes that surely are of one of the two.
pub(super) fn read(data: &[u8], room: &Room) -> Option<(Format, Json, Room)> {
    if let Some(inside) = data.strip_prefix(&cbor::SELF_DESCRIBED) {
        let mut room = room.clone();
        let value = cbor::read(inside, &mut room, KeyRule::Any).ok()?;
        return Some((Format::Cbor, value, room));
    }
    let as_cbor = matches!(data.first()?, 0x80..=0xbf)
        .then(|| told(data, room, cbor::read))
        .flatten();
    let as_msgpack = matches!(data.first()?, 0x80..=0x9f | 0xdc..=0xdf)
        .then(|| told(data, room, msgpack::read))
        .flatten();
    match (as_cbor, as_msgpack) {
        (Some((value, room)), None) => Some((Format::Cbor, value, room)),
        (None, Some((value, room))) => Some((Format::Msgpack, value, room)),
        _ => None,
    }
}

/// The value of bytes that surely are CBOR. Of what there is no room for, the bytes tell more than a beginning would.
pub(super) fn cbor(data: &[u8]) -> Option<Value> {
    value(data, Format::Cbor)
}

/// The same for MessagePack.
pub(super) fn msgpack(data: &[u8]) -> Option<Value> {
    value(data, Format::Msgpack)
}

fn value(data: &[u8], wanted: Format) -> Option<Value> {
    let (format, value, room) = read(data, &Room::whole())?;
    (format == wanted && !room.is_full()).then_some(Value::Json(value))
}

/// The beginning of what such bytes say, on one line.
pub(super) fn preview(head: Head<'_>, columns: usize) -> Option<String> {
    let room = Room::line(columns.max(TELLING)).of_a_beginning(!head.whole);
    let (_, value, _) = read(head.bytes, &room)?;
    Some(on_one_line(&value, columns))
}

type Reader = fn(&[u8], &mut Room, KeyRule) -> Result<Json, Fault>;

fn told(data: &[u8], room: &Room, read: Reader) -> Option<(Json, Room)> {
    let mut room = room.clone();
    let value = read(data, &mut room, KeyRule::NamesHereOrInArray).ok()?;
    let is_map = |value: &Json| value.as_object().is_some_and(|map| !map.is_empty());
    let is_maps = |items: &Vec<Json>| !items.is_empty() && items.iter().all(is_map);
    let sure = is_map(&value) || value.as_array().is_some_and(is_maps);
    (sure || room.is_full()).then_some((value, room))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_as(data: &[u8]) -> Option<Format> {
        read(data, &Room::whole()).map(|(format, ..)| format)
    }

    #[test]
    fn maps_with_names_are_told() {
        assert_eq!(told_as(b"\xa1\x61a\x01"), Some(Format::Cbor));
        assert_eq!(told_as(b"\xbf\x61a\x01\xff"), Some(Format::Cbor));
        assert_eq!(told_as(b"\x81\xa1\x61a\x01"), Some(Format::Cbor));
        assert_eq!(told_as(b"\xd9\xd9\xf7\x01"), Some(Format::Cbor));
        assert_eq!(told_as(b"\x81\xa1a\x01"), Some(Format::Msgpack));
        assert_eq!(told_as(b"\x92\x81\xa1a\x01\x81\xa1b\x02"), Some(Format::Msgpack));
        assert_eq!(told_as(b"\xde\x00\x01\xa1a\x01"), Some(Format::Msgpack));
    }

    #[test]
    fn what_is_not_sure_is_not_told() {
        for data in [
            // Nothing; an empty map; more behind it; less; keys that are no names; an array of something else.
            &b""[..],
            b"\xa0",
            b"\x80",
            b"\xa1\x61a\x01\x00",
            b"\xa2\x61a\x01",
            b"\xa1\x01\x01",
            b"\xa1\x60\x01",
            b"\x81\xa1\x07\x01",
            b"\x92\x01\x02",
            b"\x82\x01\x02",
        ] {
            assert_eq!(told_as(data), None, "{data:x?}");
        }
    }

    #[test]
    fn what_can_be_both_is_neither() {
        // An array of one map with one key in CBOR; in MessagePack, a map from `a` … to a text.
        let both = b"\x81\xa1\x61\xa1a";
        assert!(told(both, &Room::whole(), msgpack::read).is_some());
        assert_eq!(
            told(both, &Room::whole(), cbor::read).is_some(),
            told_as(both).is_none()
        );
    }
}
