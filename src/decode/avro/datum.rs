//! Values of Avro, as a schema has them, as JSON; what JSON has no form for becomes what `tree` says.
//!
//! Beyond that: a value of a union stands for itself, unless its JSON could be that of another branch as well; then it is
//! `{"name of its type": value}`, as in Avro's own JSON. Dates and times are RFC 3339, as far as they go; a duration is its
//! months, days and milliseconds. What a logical type cannot say, because it is out of range, stays the number that it is.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value as Json, json};

use super::schema::{Kind, Logical, Schema, Type, TypeId};
use crate::decode::cursor::Cursor;
use crate::decode::decimal;
use crate::decode::hex::hex;
use crate::decode::tree::{Fault, Room, double, float, moment, number, object};

const SECONDS_A_DAY: i64 = 86_400;
const NANOSECONDS: i64 = 1_000_000_000;

/// Reads bytes that are one value of this schema.
pub(in crate::decode) fn read(schema: &Schema, data: &[u8], room: &mut Room) -> Result<Json, Fault> {
    let mut reader = Reader {
        schema,
        cursor: Cursor::new(data),
        room,
    };
    let value = reader.value(schema.root())?;
    if reader.room.is_full() || reader.cursor.is_empty() {
        Ok(value)
    } else {
        Err(Fault::left_over())
    }
}

struct Reader<'a, 'r> {
    schema: &'a Schema,
    cursor: Cursor<'a>,
    room: &'r mut Room,
}

impl<'a> Reader<'a, '_> {
    fn value(&mut self, id: TypeId) -> Result<Json, Fault> {
        let it = self.schema.get(id);
        match &it.kind {
            Kind::Null => Ok(Json::Null),
            Kind::Boolean => self.boolean(),
            Kind::Int => {
                let value = self.cursor.zigzag()?;
                let value = i32::try_from(value).map_err(|_| Fault::new("an int has more than 32 bits"))?;
                Ok(integer(value.into(), it.logical))
            }
            Kind::Long => Ok(integer(self.cursor.zigzag()?, it.logical)),
            Kind::Float => Ok(float(f32::from_le_bytes(self.cursor.array()?))),
            Kind::Double => Ok(double(f64::from_le_bytes(self.cursor.array()?))),
            Kind::Bytes => {
                let bytes = self.counted()?;
                Ok(self.bytes(bytes, it.logical))
            }
            Kind::String => {
                let bytes = self.counted()?;
                self.room.utf8(bytes)
            }
            Kind::Fixed(size) => {
                let bytes = self.cursor.take(*size)?;
                Ok(self.bytes(bytes, it.logical))
            }
            Kind::Enum(symbols) => self.symbol(symbols),
            Kind::Record(fields) => self.nested(|reader| reader.record(fields)),
            Kind::Array(items) => self.nested(|reader| reader.array(*items)),
            Kind::Map(values) => self.nested(|reader| reader.map(*values)),
            Kind::Union(branches) => self.nested(|reader| reader.union(branches)),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Json, Fault>) -> Result<Json, Fault> {
        self.room.enter()?;
        let value = read(self)?;
        self.room.leave();
        Ok(value)
    }

    fn boolean(&mut self) -> Result<Json, Fault> {
        match self.cursor.byte()? {
            byte @ 0..=1 => Ok(Json::Bool(byte == 1)),
            _ => Err(Fault::new("a boolean is neither 0 nor 1")),
        }
    }

    /// Bytes behind their count.
    fn counted(&mut self) -> Result<&'a [u8], Fault> {
        let count = self.cursor.zigzag()?;
        let count = u64::try_from(count).map_err(|_| Fault::new("a length is below zero"))?;
        self.cursor.take(count)
    }

    fn bytes(&mut self, bytes: &[u8], logical: Option<Logical>) -> Json {
        let said = match logical {
            Some(Logical::Decimal { scale }) => {
                decimal::signed(bytes).map(|digits| number(self.room.text(&decimal::scaled(&digits, scale))))
            }
            Some(Logical::Uuid) => bytes.try_into().ok().map(|bytes| Json::from(uuid(bytes))),
            Some(Logical::Duration) => bytes.try_into().ok().map(duration),
            _ => None,
        };
        said.unwrap_or_else(|| self.room.bytes(bytes))
    }

    fn symbol(&mut self, symbols: &[String]) -> Result<Json, Fault> {
        let symbol = pick(symbols, self.cursor.zigzag()?);
        let symbol = symbol.ok_or_else(|| Fault::new("an enum has no symbol of this number"))?;
        Ok(Json::from(self.room.text(symbol)))
    }

    fn record(&mut self, fields: &[(String, TypeId)]) -> Result<Json, Fault> {
        let mut members = Map::new();
        for (name, id) in fields {
            if !self.room.admits() {
                break;
            }
            self.room.text(name);
            let value = self.value(*id).map_err(|fault| fault.within(name))?;
            members.insert(name.clone(), value);
        }
        Ok(Json::Object(members))
    }

    fn array(&mut self, items: TypeId) -> Result<Json, Fault> {
        let mut values = Vec::new();
        self.blocks(|reader| {
            values.push(reader.value(items)?);
            Ok(())
        })?;
        Ok(Json::Array(values))
    }

    fn map(&mut self, values: TypeId) -> Result<Json, Fault> {
        let mut entries = Vec::new();
        self.blocks(|reader| {
            let key = reader.counted()?;
            let key = reader.room.utf8(key)?;
            entries.push((key, reader.value(values)?));
            Ok(())
        })?;
        Ok(object(entries))
    }

    /// Items come in blocks behind their count; below zero it is followed by the size of the block. A count of zero ends them.
    fn blocks(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        loop {
            let count = self.cursor.zigzag()?;
            if count < 0 {
                self.cursor.zigzag()?;
            }
            if count == 0 {
                return Ok(());
            }
            for _ in 0..count.unsigned_abs() {
                if !self.room.admits() {
                    return Ok(());
                }
                item(self)?;
            }
        }
    }

    fn union(&mut self, branches: &[TypeId]) -> Result<Json, Fault> {
        let branch = pick(branches, self.cursor.zigzag()?);
        let branch = *branch.ok_or_else(|| Fault::new("a union has no branch of this number"))?;
        let value = self.value(branch)?;
        let it = self.schema.get(branch);
        let looks = Look::of(it);
        let others = branches.iter().filter(|other| **other != branch);
        if others
            .map(|other| Look::of(self.schema.get(*other)))
            .all(|other| other != looks)
        {
            return Ok(value);
        }
        let name = it.name.as_deref().unwrap_or(it.kind.word());
        Ok(Json::Object(Map::from_iter([(name.to_owned(), value)])))
    }
}

/// What a value looks like in JSON.
#[derive(PartialEq, Eq)]
enum Look {
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

impl Look {
    fn of(it: &Type) -> Self {
        match (&it.kind, it.logical) {
            (Kind::Null, _) => Self::Null,
            (Kind::Boolean, _) => Self::Boolean,
            (_, Some(Logical::Duration)) | (Kind::Record(_) | Kind::Map(_), _) => Self::Object,
            (_, Some(Logical::Decimal { .. }))
            | (Kind::Int | Kind::Long | Kind::Float | Kind::Double, None) => Self::Number,
            (Kind::Array(_), _) => Self::Array,
            _ => Self::Text,
        }
    }
}

fn pick<T>(list: &[T], number: i64) -> Option<&T> {
    list.get(usize::try_from(number).ok()?)
}

fn integer(value: i64, logical: Option<Logical>) -> Json {
    logical
        .and_then(|logical| time(value, logical))
        .unwrap_or_else(|| Json::from(value))
}

/// The time that a number stands for, if it is in range.
fn time(value: i64, logical: Logical) -> Option<Json> {
    match logical {
        Logical::Date => {
            civil(value.checked_mul(SECONDS_A_DAY)?, 1).map(|time| Json::from(time.date().to_string()))
        }
        Logical::Time { per_second } if (0..SECONDS_A_DAY * per_second).contains(&value) => {
            civil(value, per_second).map(|time| Json::from(time.time().to_string()))
        }
        Logical::Timestamp {
            per_second,
            local: true,
        } => civil(value, per_second).map(|time| Json::from(time.to_string())),
        Logical::Timestamp {
            per_second,
            local: false,
        } => {
            let (seconds, nanoseconds) = split(value, per_second);
            moment(seconds, nanoseconds)
        }
        _ => None,
    }
}

/// A time since 1970 that is of no time zone.
fn civil(value: i64, per_second: i64) -> Option<DateTime> {
    let (seconds, nanoseconds) = split(value, per_second);
    let time = Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()?;
    Some(Offset::UTC.to_datetime(time)).filter(|time| time.year() >= 0)
}

/// Whole seconds, and the nanoseconds after them.
fn split(value: i64, per_second: i64) -> (i64, i64) {
    (
        value.div_euclid(per_second),
        value.rem_euclid(per_second) * (NANOSECONDS / per_second),
    )
}

/// Months, days and milliseconds.
fn duration(bytes: [u8; 12]) -> Json {
    let [months, days, milliseconds] = [0, 4, 8].map(|at| {
        let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        u32::from_le_bytes(word)
    });
    json!({ "months": months, "days": days, "milliseconds": milliseconds })
}

fn uuid(bytes: [u8; 16]) -> String {
    let digits = hex(&bytes);
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|part| &digits[part])
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(schema: &str, data: &[u8]) -> Result<String, String> {
        let schema = Schema::parse(schema).unwrap();
        let value = read(&schema, data, &mut Room::whole());
        value
            .map(|value| value.to_string())
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn values_of_unions_are_named_where_they_would_be_mistaken() {
        let said = value(r#"["null","string"]"#, b"\x02\x02a");
        assert_eq!(said.unwrap(), "\"a\"");
        assert_eq!(
            value(r#"["bytes","string"]"#, b"\x02\x02a").unwrap(),
            r#"{"string":"a"}"#
        );
        let decimal = r#"["null",{"type":"bytes","logicalType":"decimal","precision":4,"scale":2},"string"]"#;
        assert_eq!(value(decimal, b"\x02\x04\xff\x85").unwrap(), "-1.23");
        assert_eq!(
            value(r#"["int","string"]"#, b"\x04").unwrap_err(),
            "a union has no branch of this number"
        );
    }

    #[test]
    fn times_that_are_out_of_range_stay_numbers() {
        let of = |logical: &str, base: &str| format!(r#"{{"type":"{base}","logicalType":"{logical}"}}"#);
        assert_eq!(value(&of("date", "int"), b"\x01").unwrap(), "\"1969-12-31\"");
        assert_eq!(
            value(&of("date", "int"), b"\xfe\xff\xff\xff\x0f").unwrap(),
            "2147483647"
        );
        assert_eq!(
            value(&of("time-millis", "int"), b"\x02").unwrap(),
            "\"00:00:00.001\""
        );
        assert_eq!(value(&of("time-millis", "int"), b"\x01").unwrap(), "-1");
        assert_eq!(
            value(&of("timestamp-millis", "long"), b"\x01").unwrap(),
            "\"1969-12-31T23:59:59.999Z\""
        );
        assert_eq!(
            value(&of("local-timestamp-micros", "long"), b"\x02").unwrap(),
            "\"1970-01-01T00:00:00.000001\""
        );
        // A logical type of another base does not count.
        assert_eq!(value(&of("date", "string"), b"\x02a").unwrap(), "\"a\"");
    }

    #[test]
    fn nothing_goes_on_for_ever() {
        let nulls = r#"{"type":"array","items":"null"}"#;
        let mut room = Room::whole();
        let schema = Schema::parse(nulls).unwrap();
        let many = read(&schema, b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", &mut room).unwrap();
        assert!(room.is_full() && many.as_array().unwrap().len() <= 1 << 19);
        let endless =
            r#"{"type":"record","name":"a","fields":[{"name":"b","type":"a"},{"name":"c","type":"a"}]}"#;
        assert!(
            value(endless, b"")
                .unwrap_err()
                .ends_with("it is nested deeper than 100 levels")
        );
    }

    #[test]
    fn a_fault_names_the_field() {
        let schema = r#"{"type":"record","name":"order","fields":[{"name":"id","type":"long"},
            {"name":"ship","type":{"type":"record","name":"ship","fields":[{"name":"to","type":"string"}]}}]}"#;
        assert_eq!(
            value(schema, b"\x02\x08ab").unwrap_err(),
            "ship.to: it ends early"
        );
        assert_eq!(
            value(schema, b"\x02\x02a\x00").unwrap_err(),
            "bytes are left over behind it"
        );
    }
}
