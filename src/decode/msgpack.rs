//! MessagePack as JSON; what JSON has no form for becomes what `tree` says.
//!
//! Beyond that: the extension for times (-1) is text, and a text that is no UTF-8 is taken for bytes, because older writers had
//! one kind for both.

use serde_json::Value as Json;

use super::cursor::Cursor;
use super::recognised::KeyRule;
use super::tree::{Fault, Room, double, float, labelled, moment, object};

/// The extension that is a time, as the format's specification has it.
const TIMESTAMP: i8 = -1;

/// Reads bytes that are one value.
pub(super) fn read(data: &[u8], room: &mut Room, keys: KeyRule) -> Result<Json, Fault> {
    let mut reader = Reader {
        cursor: Cursor::cut(data, room.is_cut()),
        room,
        keys,
    };
    let value = reader.value()?;
    if reader.room.is_full() || reader.cursor.is_empty() {
        Ok(value)
    } else {
        Err(Fault::left_over())
    }
}

struct Reader<'a, 'r> {
    cursor: Cursor<'a>,
    room: &'r mut Room,
    keys: KeyRule,
}

impl Reader<'_, '_> {
    fn value(&mut self) -> Result<Json, Fault> {
        let read = self.whole_value();
        self.room.as_far(read)
    }

    fn whole_value(&mut self) -> Result<Json, Fault> {
        let first = self.cursor.byte()?;
        match first {
            0x00..=0x7f => Ok(Json::from(first)),
            0xe0..=0xff => Ok(Json::from(first.cast_signed())),
            0xc0 => Ok(Json::Null),
            0xc2 | 0xc3 => Ok(Json::Bool(first == 0xc3)),
            0xca => Ok(float(f32::from_be_bytes(self.cursor.array()?))),
            0xcb => Ok(double(f64::from_be_bytes(self.cursor.array()?))),
            0xcc..=0xcf => self.unsigned(first - 0xcc).map(Json::from),
            0xd0..=0xd3 => self.signed(first - 0xd0).map(Json::from),
            0x80..=0x8f => self.map((first & 0x0f).into()),
            0xde | 0xdf => self.unsigned(first - 0xdd).and_then(|count| self.map(count)),
            0x90..=0x9f => self.array((first & 0x0f).into()),
            0xdc | 0xdd => self.unsigned(first - 0xdb).and_then(|count| self.array(count)),
            0xa0..=0xbf => self.text((first & 0x1f).into()),
            0xd9..=0xdb => self.unsigned(first - 0xd9).and_then(|length| self.text(length)),
            0xc4..=0xc6 => self.unsigned(first - 0xc4).and_then(|length| self.bytes(length)),
            0xc7..=0xc9 => self
                .unsigned(first - 0xc7)
                .and_then(|length| self.extension(length)),
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4)),
            0xc1 => Err(Fault::new("a value begins with the byte that is never used")),
        }
    }

    /// An integer of 1, 2, 4 or 8 bytes: two to the power of `width`.
    fn unsigned(&mut self, width: u8) -> Result<u64, Fault> {
        Ok(match width {
            0 => self.cursor.byte()?.into(),
            1 => u16::from_be_bytes(self.cursor.array()?).into(),
            2 => u32::from_be_bytes(self.cursor.array()?).into(),
            _ => u64::from_be_bytes(self.cursor.array()?),
        })
    }

    fn signed(&mut self, width: u8) -> Result<i64, Fault> {
        let unused = 64 - (8 << width);
        let value = self.unsigned(width)?;
        Ok((value << unused).cast_signed() >> unused)
    }

    fn text(&mut self, length: u64) -> Result<Json, Fault> {
        let bytes = self.cursor.take(length)?;
        self.room.utf8(bytes).or_else(|_| Ok(self.room.bytes(bytes)))
    }

    fn bytes(&mut self, length: u64) -> Result<Json, Fault> {
        let bytes = self.cursor.take(length)?;
        Ok(self.room.bytes(bytes))
    }

    fn extension(&mut self, length: u64) -> Result<Json, Fault> {
        let kind = self.cursor.byte()?.cast_signed();
        let bytes = self.cursor.take(length)?;
        let time = (kind == TIMESTAMP).then(|| timestamp(bytes)).flatten();
        Ok(time.unwrap_or_else(|| labelled("ext", kind, self.room.bytes(bytes))))
    }

    fn array(&mut self, count: u64) -> Result<Json, Fault> {
        self.room.enter()?;
        let outer = self.keys;
        self.keys = outer.in_array();
        let mut items = Vec::new();
        for _ in 0..count {
            if !self.room.goes_on(self.cursor.is_empty()) {
                break;
            }
            items.push(self.value()?);
        }
        self.keys = outer;
        self.room.leave();
        Ok(Json::Array(items))
    }

    fn map(&mut self, count: u64) -> Result<Json, Fault> {
        self.room.enter()?;
        let rule = std::mem::replace(&mut self.keys, KeyRule::Any);
        let mut entries = Vec::new();
        for _ in 0..count {
            if !self.room.goes_on(self.cursor.is_empty()) {
                break;
            }
            let is_text = self
                .cursor
                .peek()
                .is_some_and(|first| matches!(first, 0xa0..=0xbf | 0xd9..=0xdb));
            let key = self.value()?;
            rule.admits(is_text.then_some(&key), self.room)?;
            entries.push((key, self.value()?));
        }
        self.keys = rule;
        self.room.leave();
        Ok(object(entries))
    }
}

/// Seconds since 1970 in 32 bits; nanoseconds in 30 bits and seconds in 34; or nanoseconds in 32 and seconds in 64.
fn timestamp(bytes: &[u8]) -> Option<Json> {
    let mut cursor = Cursor::new(bytes);
    let (seconds, nanoseconds) = match bytes.len() {
        4 => (u32::from_be_bytes(cursor.array().ok()?).into(), 0),
        8 => {
            let both = u64::from_be_bytes(cursor.array().ok()?);
            ((both & 0x3_ffff_ffff).cast_signed(), both >> 34)
        }
        12 => {
            let nanoseconds = u32::from_be_bytes(cursor.array().ok()?);
            (i64::from_be_bytes(cursor.array().ok()?), nanoseconds.into())
        }
        _ => return None,
    };
    moment(
        seconds,
        i64::try_from(nanoseconds)
            .ok()
            .filter(|nanoseconds| *nanoseconds < 1_000_000_000)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(data: &[u8]) -> Result<String, String> {
        read(data, &mut Room::whole(), KeyRule::Any)
            .map(|value| value.to_string())
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn every_kind_is_read() {
        for (data, expected) in [
            (
                &b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"[..],
                "18446744073709551615",
            ),
            (b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808"),
            (b"\xd0\x80", "-128"),
            (b"\xd1\xff\xfe", "-2"),
            (b"\xd2\xff\xff\xff\xfd", "-3"),
            (b"\xe0", "-32"),
            (b"\xca\x3d\xcc\xcc\xcd", "0.1"),
            (b"\xcb\x7f\xf0\0\0\0\0\0\0", "\"Infinity\""),
            (b"\x92\xc3\xc0", "[true,null]"),
            (b"\xdc\x00\x01\xdd\x00\x00\x00\x00", "[[]]"),
            (b"\xde\x00\x01\xa1a\xdf\x00\x00\x00\x00", "{\"a\":{}}"),
            (b"\xd9\x01a", "\"a\""),
            (b"\xa2\xff\xfe", "\"//4=\""),
            (b"\xc4\x02\x01\x02", "\"AQI=\""),
            (b"\x82\x01\x02\xc0\x03", "{\"1\":2,\"null\":3}"),
            (b"\xd6\xff\x51\x4b\x67\xb0", "\"2013-03-21T20:04:00Z\""),
            (
                b"\xd7\xff\x77\x35\x94\x00\x51\x4b\x67\xb0",
                "\"2013-03-21T20:04:00.5Z\"",
            ),
            (
                b"\xc7\x0c\xff\0\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xff",
                "\"1969-12-31T23:59:59.000000001Z\"",
            ),
            (b"\xd5\x05\x01\x02", "{\"ext\":5,\"value\":\"AQI=\"}"),
            (b"\xd4\xff\x01", "{\"ext\":-1,\"value\":\"AQ==\"}"),
        ] {
            assert_eq!(json(data).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_message_pack_is_told() {
        for (data, why) in [
            (&b"\x93\x01\x02"[..], "it ends early"),
            (b"\xc1", "a value begins with the byte that is never used"),
            (b"hello", "bytes are left over behind it"),
            (b"\xdf\xff\xff\xff\xff", "it ends early"),
            (&[0x91; 5000], "it is nested deeper than 100 levels"),
        ] {
            assert_eq!(json(data).unwrap_err(), why);
        }
    }
}
