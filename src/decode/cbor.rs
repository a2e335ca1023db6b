//! CBOR (RFC 8949) as JSON; what JSON has no form for becomes what `tree` says.
//!
//! Beyond that: bignums and decimal fractions (tags 2, 3, 4) are numbers, times (tags 0, 1) are texts, and the tag that only says
//! that this is CBOR (55799) is left out.

use serde_json::Value as Json;

use super::cursor::Cursor;
use super::tree::{Fault, Room, double, float, labelled, moment, number, object, utf8};
use super::{decimal, recognised::KeyRule};

/// What CBOR may begin with to say that it is CBOR (RFC 8949, 3.4.6).
pub(super) const SELF_DESCRIBED: [u8; 3] = [0xd9, 0xd9, 0xf7];

const BREAK: u8 = 0xff;

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

/// What stands before each value: one of eight kinds, and an argument, which is a length, a count or the value itself. There is
/// none where an end is marked instead.
#[derive(Clone, Copy)]
struct Head {
    kind: u8,
    argument: Option<u64>,
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

impl Reader<'_, '_> {
    fn value(&mut self) -> Result<Json, Fault> {
        let read = self.whole_value();
        self.room.as_far(read)
    }

    fn whole_value(&mut self) -> Result<Json, Fault> {
        let first = self.cursor.byte()?;
        if first >> 5 > TAG {
            return self.simple(first & 0x1f);
        }
        let head = self.head(first)?;
        match (head.kind, head.argument) {
            (UNSIGNED, Some(value)) => Ok(Json::from(value)),
            (NEGATIVE, Some(value)) => Ok(number(&(-1 - i128::from(value)).to_string())),
            (BYTES, _) => self.bytes(head),
            (TEXT, _) => self.text(head),
            (ARRAY, count) => self.nested(|reader| reader.array(count)),
            (MAP, count) => self.nested(|reader| reader.map(count)),
            (_, Some(tag)) => self.nested(|reader| reader.tagged(tag)),
            (_, None) => Err(Fault::new("a number or a tag has no argument")),
        }
    }

    fn head(&mut self, first: u8) -> Result<Head, Fault> {
        let argument = match first & 0x1f {
            small @ 0..24 => Some(u64::from(small)),
            24 => Some(self.cursor.byte()?.into()),
            25 => Some(u16::from_be_bytes(self.cursor.array()?).into()),
            26 => Some(u32::from_be_bytes(self.cursor.array()?).into()),
            27 => Some(u64::from_be_bytes(self.cursor.array()?)),
            31 => None,
            _ => return Err(Fault::new("a value has a reserved head")),
        };
        Ok(Head {
            kind: first >> 5,
            argument,
        })
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Json, Fault>) -> Result<Json, Fault> {
        self.room.enter()?;
        let keys = self.keys;
        let value = read(self)?;
        self.keys = keys;
        self.room.leave();
        Ok(value)
    }

    fn bytes(&mut self, head: Head) -> Result<Json, Fault> {
        let mut joined = Vec::new();
        self.chunks(head, |chunk| {
            joined.extend_from_slice(chunk);
            Ok(())
        })?;
        Ok(self.room.bytes(&joined))
    }

    fn text(&mut self, head: Head) -> Result<Json, Fault> {
        if let Some(length) = head.argument {
            let bytes = self.cursor.take(length)?;
            return self.room.utf8(bytes);
        }
        let mut joined = String::new();
        self.chunks(head, |chunk| {
            joined.push_str(utf8(chunk)?);
            Ok(())
        })?;
        Ok(Json::from(self.room.text(&joined)))
    }

    /// The parts of a text or of bytes: one of a known length, or several up to a mark.
    fn chunks(&mut self, head: Head, mut take: impl FnMut(&[u8]) -> Result<(), Fault>) -> Result<(), Fault> {
        if let Some(length) = head.argument {
            return take(self.cursor.take(length)?);
        }
        while !self.at_end(None, 0)? {
            let first = self.cursor.byte()?;
            match self.head(first)? {
                Head {
                    kind,
                    argument: Some(length),
                } if kind == head.kind => take(self.cursor.take(length)?)?,
                _ => return Err(Fault::new("a text in parts has a part that is none")),
            }
        }
        Ok(())
    }

    fn array(&mut self, count: Option<u64>) -> Result<Json, Fault> {
        self.keys = self.keys.in_array();
        let mut items = Vec::new();
        while !self.at_end(count, items.len())? {
            items.push(self.value()?);
        }
        Ok(Json::Array(items))
    }

    fn map(&mut self, count: Option<u64>) -> Result<Json, Fault> {
        let rule = std::mem::replace(&mut self.keys, KeyRule::Any);
        let mut entries = Vec::new();
        while !self.at_end(count, entries.len())? {
            let is_text = self.cursor.peek().is_some_and(|first| first >> 5 == TEXT);
            let key = self.value()?;
            rule.admits(is_text.then_some(&key), self.room)?;
            entries.push((key, self.value()?));
        }
        Ok(object(entries))
    }

    /// Whether that was the last one, or the last that there is room for.
    fn at_end(&mut self, count: Option<u64>, done: usize) -> Result<bool, Fault> {
        let was_last = match count {
            Some(count) => done as u64 == count,
            None => self.cursor.peek() == Some(BREAK),
        };
        if was_last && count.is_none() {
            self.cursor.byte()?;
        }
        Ok(was_last || !self.room.goes_on(self.cursor.is_empty()))
    }

    fn tagged(&mut self, tag: u64) -> Result<Json, Fault> {
        let kind = self.cursor.peek().map(|first| first >> 5);
        match (tag, kind) {
            (55799, _) => self.value(),
            (2 | 3, Some(BYTES)) => self.bignum(tag),
            _ => {
                let value = self.value()?;
                let meant = match (tag, kind) {
                    (0, Some(TEXT)) => time(&value),
                    (1, _) => epoch(&value),
                    (4, Some(ARRAY)) => decimal_fraction(&value),
                    _ => None,
                };
                Ok(meant.unwrap_or_else(|| labelled("tag", tag, value)))
            }
        }
    }

    fn bignum(&mut self, tag: u64) -> Result<Json, Fault> {
        let first = self.cursor.byte()?;
        let head = self.head(first)?;
        let mut joined = Vec::new();
        self.chunks(head, |chunk| {
            joined.extend_from_slice(chunk);
            Ok(())
        })?;
        let digits = if tag == 2 {
            decimal::unsigned(&joined)
        } else {
            decimal::below_zero(&joined)
        };
        match digits {
            Some(digits) => Ok(number(self.room.text(&digits))),
            None => Ok(labelled("tag", tag, self.room.bytes(&joined))),
        }
    }

    fn simple(&mut self, kind: u8) -> Result<Json, Fault> {
        match kind {
            20 | 21 => Ok(Json::Bool(kind == 21)),
            22 => Ok(Json::Null),
            24 => Ok(simple(self.cursor.byte()?)),
            25 => Ok(float(half(u16::from_be_bytes(self.cursor.array()?)))),
            26 => Ok(float(f32::from_be_bytes(self.cursor.array()?))),
            27 => Ok(double(f64::from_be_bytes(self.cursor.array()?))),
            31 => Err(Fault::new("an end is marked where nothing began")),
            28..=30 => Err(Fault::new("a value has a reserved head")),
            other => Ok(simple(other)),
        }
    }
}

fn simple(value: u8) -> Json {
    Json::Object([("simple".to_owned(), Json::from(value))].into_iter().collect())
}

/// A number of sixteen bits: one of sign, five of exponent, ten of fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f32::from(bits & 0x3ff);
    let value = match i32::from(bits >> 10 & 0x1f) {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (fraction + 1024.0) * 2_f32.powi(exponent - 25),
    };
    sign * value
}

/// A text that says a time stays as it is.
fn time(text: &Json) -> Option<Json> {
    let time: Result<jiff::Timestamp, _> = text.as_str()?.parse();
    time.ok().map(|_| text.clone())
}

/// Seconds since 1970. A fraction has come through a double, which tells microseconds and no less.
fn epoch(number: &Json) -> Option<Json> {
    if let Some(seconds) = number.as_i64() {
        return moment(seconds, 0);
    }
    let seconds = number.as_f64().filter(|seconds| seconds.abs() < 1e12)?;
    #[expect(clippy::cast_possible_truncation, reason = "it is small enough")]
    let microseconds = (seconds * 1e6).round() as i64;
    moment(
        microseconds.div_euclid(1_000_000),
        microseconds.rem_euclid(1_000_000) * 1000,
    )
}

/// An exponent of ten, and an integer.
fn decimal_fraction(pair: &Json) -> Option<Json> {
    let [exponent, Json::Number(integer)] = pair.as_array()?.as_slice() else {
        return None;
    };
    let integer = integer.to_string();
    let is_integer = integer.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let scale = exponent.as_i64()?.checked_neg()?;
    is_integer.then(|| number(&decimal::scaled(&integer, scale)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(data: &[u8]) -> Result<String, String> {
        read(data, &mut Room::whole(), KeyRule::Any)
            .map(|value| value.to_string())
            .map_err(|fault| fault.to_string())
    }

    /// The examples of RFC 8949, appendix A, that JSON has no form for or that are easily got wrong.
    #[test]
    fn the_examples_of_the_reference_are_read() {
        for (data, expected) in [
            (
                &b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
                "18446744073709551615",
            ),
            (b"\xc2\x49\x01\0\0\0\0\0\0\0\0", "18446744073709551616"),
            (b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", "-18446744073709551616"),
            (b"\xc3\x49\x01\0\0\0\0\0\0\0\0", "-18446744073709551617"),
            (b"\xf9\x80\x00", "-0.0"),
            (b"\xf9\x3c\x00", "1.0"),
            (b"\xf9\x7b\xff", "65504.0"),
            (b"\xfa\x7f\x7f\xff\xff", "3.4028235e+38"),
            (b"\xf9\x00\x01", "5.9604645e-8"),
            (b"\xf9\x04\x00", "6.1035156e-5"),
            (b"\xf9\x7c\x00", "\"Infinity\""),
            (b"\xfb\x7f\xf8\0\0\0\0\0\0", "\"NaN\""),
            (b"\xf7", "{\"simple\":23}"),
            (b"\xf8\xff", "{\"simple\":255}"),
            (b"\xc0\x742013-03-21T20:04:00Z", "\"2013-03-21T20:04:00Z\""),
            (b"\xc1\x1a\x51\x4b\x67\xb0", "\"2013-03-21T20:04:00Z\""),
            (
                b"\xc1\xfb\x41\xd4\x52\xd9\xec\x20\0\0",
                "\"2013-03-21T20:04:00.5Z\"",
            ),
            (b"\xd7\x44\x01\x02\x03\x04", "{\"tag\":23,\"value\":\"AQIDBA==\"}"),
            (b"\xc4\x82\x21\x19\x6a\xb3", "273.15"),
            (b"\xa2\x01\x02\x03\x04", "{\"1\":2,\"3\":4}"),
            (b"\x5f\x42\x01\x02\x43\x03\x04\x05\xff", "\"AQIDBAU=\""),
            (b"\x7f\x65strea\x64ming\xff", "\"streaming\""),
            (b"\x9f\x01\x82\x02\x03\x9f\x04\x05\xff\xff", "[1,[2,3],[4,5]]"),
            (b"\xbf\x63Fun\xf5\x63Amt\x21\xff", "{\"Fun\":true,\"Amt\":-2}"),
            (b"\xd9\xd9\xf7\x83\x01\x02\x03", "[1,2,3]"),
        ] {
            assert_eq!(json(data).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_cbor_is_told() {
        for (data, why) in [
            (&b"\x83\x01\x02"[..], "it ends early"),
            (b"\x01\x02", "bytes are left over behind it"),
            (b"\x62\xff\xfe", "a text in it is no UTF-8"),
            (b"\x5f\x61a\xff", "a text in parts has a part that is none"),
            (b"\xff", "an end is marked where nothing began"),
            (b"\x1c", "a value has a reserved head"),
            (b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "it ends early"),
            (&[0x81; 5000], "it is nested deeper than 100 levels"),
            (&[0xc6; 5000], "it is nested deeper than 100 levels"),
        ] {
            assert_eq!(json(data).unwrap_err(), why);
        }
    }

    #[test]
    fn a_tag_that_does_not_fit_its_value_stays_visible() {
        assert_eq!(json(b"\xc0\x61x").unwrap(), r#"{"tag":0,"value":"x"}"#);
        assert_eq!(
            json(b"\xc1\x3b\xff\xff\xff\xff\xff\xff\xff\xff").unwrap(),
            r#"{"tag":1,"value":-18446744073709551616}"#
        );
        assert_eq!(
            json(b"\xc4\x82\x01\xf4").unwrap(),
            r#"{"tag":4,"value":[1,false]}"#
        );
    }
}
