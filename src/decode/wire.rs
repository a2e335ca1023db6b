//! The wire format of Protocol Buffers: fields with a number and a wire type, whatever they mean.
//!
//! Without a schema a field says neither its name nor what its bytes are for. So each is shown with what it can be: an object with
//! its number as `field`, and its value under the name of its wire type, beside the other readings that make sense:
//!
//! | wire type | members |
//! |---|---|
//! | varint | `varint`; `signed` where the highest bit is set; `zigzag` where it differs |
//! | 64 bits | `fixed64`; `signed` likewise; `double` where it is a number of a usual size |
//! | 32 bits | `fixed32`; `signed` likewise; `float` likewise |
//! | bytes of a length | one of `text` (on one line), `message` (fields again), `text` (on several lines), `bytes` (Base64) |
//! | group | `group`: fields again |

use serde_json::{Map, Value as Json};

use super::cursor::{Cursor, zigzag};
use super::text;
use super::tree::{Fault, Room, double, float};

/// How deep bytes are tried as messages of messages: each level reads them once more.
const DEEPEST_TRIAL: u8 = 12;

/// How many values a field is shown with.
const MEMBERS: usize = 4;

/// A field's value, as far as the wire tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    GroupStart,
    GroupEnd,
    Fixed32(u32),
}

/// The next field: its number and value. A group's fields follow behind it.
pub(super) fn field<'a>(cursor: &mut Cursor<'a>) -> Result<(u32, Wire<'a>), Fault> {
    let tag = cursor.varint()?;
    let number = u32::try_from(tag >> 3)
        .ok()
        .filter(|number| (1..1 << 29).contains(number));
    let number = number.ok_or_else(|| Fault::new("a field has a number that none can have"))?;
    let wire = match tag & 7 {
        0 => Wire::Varint(cursor.varint()?),
        1 => Wire::Fixed64(u64::from_le_bytes(cursor.array()?)),
        2 => {
            let length = cursor.varint()?;
            Wire::Bytes(cursor.take(length)?)
        }
        3 => Wire::GroupStart,
        4 => Wire::GroupEnd,
        5 => Wire::Fixed32(u32::from_le_bytes(cursor.array()?)),
        _ => return Err(Fault::new("a field has an unknown wire type")),
    };
    Ok((number, wire))
}

/// Whether there is one more field, before the end of the bytes or of the group with this number.
pub(super) fn next<'a>(
    cursor: &mut Cursor<'a>,
    group: Option<u32>,
) -> Result<Option<(u32, Wire<'a>)>, Fault> {
    if cursor.is_empty() && group.is_none() {
        return Ok(None);
    }
    match field(cursor)? {
        (number, Wire::GroupEnd) if group == Some(number) => Ok(None),
        (_, Wire::GroupEnd) => Err(Fault::new("a group ends that did not begin")),
        found => Ok(Some(found)),
    }
}

/// Reads bytes that are fields.
pub(super) fn read(data: &[u8], room: &mut Room) -> Result<Json, Fault> {
    fields(&mut Cursor::new(data), None, DEEPEST_TRIAL, room)
}

fn fields(cursor: &mut Cursor<'_>, group: Option<u32>, trials: u8, room: &mut Room) -> Result<Json, Fault> {
    room.enter()?;
    let mut entries = Vec::new();
    while let Some((number, wire)) = next(cursor, group)? {
        if !room.admits() {
            break;
        }
        entries.push(entry_within(number, wire, cursor, trials, room)?);
    }
    room.leave();
    Ok(Json::Array(entries))
}

/// A field as the table has it. The cursor stands behind it, which for a group is at the group's first field.
pub(super) fn entry(
    number: u32,
    wire: Wire<'_>,
    cursor: &mut Cursor<'_>,
    room: &mut Room,
) -> Result<Json, Fault> {
    entry_within(number, wire, cursor, DEEPEST_TRIAL, room)
}

fn entry_within(
    number: u32,
    wire: Wire<'_>,
    cursor: &mut Cursor<'_>,
    trials: u8,
    room: &mut Room,
) -> Result<Json, Fault> {
    // Beside the field itself.
    (0..MEMBERS).all(|_| room.admits());
    let mut members = Map::new();
    let mut add = |name: &str, value: Json| members.insert(name.to_owned(), value);
    add("field", Json::from(number));
    match wire {
        Wire::Varint(value) => {
            add("varint", Json::from(value));
            signed(value.cast_signed()).map(|value| add("signed", value));
            let zigzag = zigzag(value);
            (value != 0).then(|| add("zigzag", Json::from(zigzag)));
        }
        Wire::Fixed64(value) => {
            add("fixed64", Json::from(value));
            signed(value.cast_signed()).map(|value| add("signed", value));
            let number = f64::from_bits(value);
            is_usual(number).then(|| add("double", double(number)));
        }
        Wire::Fixed32(value) => {
            add("fixed32", Json::from(value));
            signed(value.cast_signed().into()).map(|value| add("signed", value));
            let number = f32::from_bits(value);
            is_usual(number.into()).then(|| add("float", float(number)));
        }
        Wire::Bytes(bytes) => {
            let (name, value) = meaning(bytes, trials, room);
            add(name, value);
        }
        Wire::GroupStart => {
            let value = fields(cursor, Some(number), trials, room)?;
            add("group", value);
        }
        Wire::GroupEnd => return Err(Fault::new("a group ends that did not begin")),
    }
    Ok(Json::Object(members))
}

fn signed(value: i64) -> Option<Json> {
    (value < 0).then(|| Json::from(value))
}

/// Whether bits that may be a number are likely to be one: most integers would be tiny.
fn is_usual(value: f64) -> bool {
    value != 0.0 && (1e-9..1e15).contains(&value.abs())
}

fn meaning(bytes: &[u8], trials: u8, room: &mut Room) -> (&'static str, Json) {
    let head = room.head(bytes);
    let text = text::read_head(head, head.len() == bytes.len());
    let is_line = text.is_some_and(|text| !text.contains(char::is_control));
    if is_line && let Ok(line) = room.utf8(bytes) {
        return ("text", line);
    }
    if trials > 0 {
        let mut tried = room.clone();
        if let Ok(message) = fields(&mut Cursor::new(bytes), None, trials - 1, &mut tried) {
            *room = tried;
            return ("message", message);
        }
    }
    match text.map(|_| room.utf8(bytes)) {
        Some(Ok(text)) => ("text", text),
        _ => ("bytes", room.bytes(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(data: &[u8]) -> Result<String, String> {
        read(data, &mut Room::whole())
            .map(|value| value.to_string())
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn each_wire_type_is_shown_with_what_it_can_be() {
        for (data, expected) in [
            (&b"\x08\x96\x01"[..], r#"[{"field":1,"varint":150,"zigzag":75}]"#),
            (b"\x08\x00", r#"[{"field":1,"varint":0}]"#),
            (
                b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                r#"[{"field":1,"varint":18446744073709551615,"signed":-1,"zigzag":-9223372036854775808}]"#,
            ),
            (
                b"\x15\0\0\x80\x3f",
                r#"[{"field":2,"fixed32":1065353216,"float":1.0}]"#,
            ),
            (b"\x15\x07\0\0\0", r#"[{"field":2,"fixed32":7}]"#),
            (
                b"\x19\0\0\0\0\0\0\xf0\xbf",
                r#"[{"field":3,"fixed64":13830554455654793216,"signed":-4616189618054758400,"double":-1.0}]"#,
            ),
            (b"\x22\x02hi", r#"[{"field":4,"text":"hi"}]"#),
            (
                b"\x22\x04\x0a\x02hi",
                r#"[{"field":4,"message":[{"field":1,"text":"hi"}]}]"#,
            ),
            (b"\x22\x03a\nb", r#"[{"field":4,"text":"a\nb"}]"#),
            (b"\x22\x02\xff\xfe", r#"[{"field":4,"bytes":"//4="}]"#),
            (
                b"\x2b\x08\x01\x2c",
                r#"[{"field":5,"group":[{"field":1,"varint":1,"zigzag":-1}]}]"#,
            ),
            (b"", "[]"),
        ] {
            assert_eq!(json(data).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (data, why) in [
            (&b"\x00"[..], "a field has a number that none can have"),
            (b"\x0f", "a field has an unknown wire type"),
            (b"\x0c", "a group ends that did not begin"),
            (b"\x0b\x14", "a group ends that did not begin"),
            (b"\x0b", "it ends early"),
            (b"\x0a\x05abc", "it ends early"),
            (&[0x0b; 1000], "it is nested deeper than 100 levels"),
        ] {
            assert_eq!(json(data).unwrap_err(), why);
        }
    }
}
