//! The messages of `google.protobuf` that the JSON mapping of proto3 writes in a form of their own.
//!
//! A value that this form cannot say, such as a time out of range, stays the message that it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json};

use super::descriptors::camel_case;
use super::message::{Reader, UNKNOWN};
use crate::decode::cursor::Cursor;
use crate::decode::tree::{Fault, moment};

type Members = Map<String, Json>;
type Form = (&'static str, fn(&Members) -> Option<Json>);

/// What a message becomes; `None` leaves it as it is.
const FORMS: [Form; 15] = [
    ("Timestamp", timestamp),
    ("Duration", duration),
    ("FieldMask", field_mask),
    ("Struct", |members| member(members, "fields", Members::new())),
    ("ListValue", |members| {
        member(members, "values", Vec::<Json>::new())
    }),
    ("Value", any_value),
    ("BoolValue", |members| member(members, "value", false)),
    ("StringValue", |members| member(members, "value", "")),
    ("BytesValue", |members| member(members, "value", "")),
    ("DoubleValue", |members| member(members, "value", 0)),
    ("FloatValue", |members| member(members, "value", 0)),
    ("Int32Value", |members| member(members, "value", 0)),
    ("Int64Value", |members| member(members, "value", 0)),
    ("UInt32Value", |members| member(members, "value", 0)),
    ("UInt64Value", |members| member(members, "value", 0)),
];

/// A message that was read, in the form that JSON has for it.
pub(super) fn read(reader: &mut Reader<'_, '_>, name: &str, members: Members) -> Result<Json, Fault> {
    let Some(name) = name
        .strip_prefix("google.protobuf.")
        .filter(|_| !members.contains_key(UNKNOWN))
    else {
        return Ok(Json::Object(members));
    };
    if name == "Any" {
        return any(reader, members);
    }
    let form = FORMS.iter().find(|(known, _)| *known == name);
    Ok(form
        .and_then(|(_, form)| form(&members))
        .unwrap_or(Json::Object(members)))
}

fn integer(members: &Members, name: &str) -> Option<i64> {
    members.get(name).map_or(Some(0), Json::as_i64)
}

fn timestamp(members: &Members) -> Option<Json> {
    let nanoseconds = integer(members, "nanos")?;
    let within = (0..1_000_000_000).contains(&nanoseconds);
    within
        .then(|| moment(integer(members, "seconds")?, nanoseconds))
        .flatten()
}

/// Seconds with as many digits behind the point as there are, and an `s`.
fn duration(members: &Members) -> Option<Json> {
    let (seconds, nanoseconds) = (integer(members, "seconds")?, integer(members, "nanos")?);
    let agree = seconds.signum() * nanoseconds.signum() >= 0;
    if !agree || nanoseconds.unsigned_abs() >= 1_000_000_000 {
        return None;
    }
    let sign = if seconds < 0 || nanoseconds < 0 { "-" } else { "" };
    let fraction = format!(".{:09}", nanoseconds.unsigned_abs());
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    Some(Json::from(format!("{sign}{}{fraction}s", seconds.unsigned_abs())))
}

fn field_mask(members: &Members) -> Option<Json> {
    let none = Vec::new();
    let paths = members.get("paths").map_or(Some(&none), Json::as_array)?;
    let paths: Vec<_> = paths.iter().filter_map(Json::as_str).map(camel_case).collect();
    Some(Json::from(paths.join(",")))
}

/// The one field that a `Value` has; `NullValue` has only one name.
fn any_value(members: &Members) -> Option<Json> {
    let (name, value) = members.iter().next().filter(|_| members.len() == 1)?;
    Some(if name == "nullValue" {
        Json::Null
    } else {
        value.clone()
    })
}

/// The only member, or what stands for it where it is not on the wire.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands in the table of forms, of which some can fail"
)]
fn member(members: &Members, name: &str, nothing: impl Into<Json>) -> Option<Json> {
    Some(members.get(name).cloned().unwrap_or_else(|| nothing.into()))
}

/// A message of a type that only its URL tells. If the descriptors have it, its fields stand beside the URL.
fn any(reader: &mut Reader<'_, '_>, members: Members) -> Result<Json, Fault> {
    let url = members.get("typeUrl").and_then(Json::as_str).unwrap_or_default();
    let found = reader
        .descriptors
        .message_named(url.rsplit('/').next().unwrap_or_default());
    let bytes = members.get("value").and_then(Json::as_str).unwrap_or_default();
    let (Some(id), Ok(bytes), false) = (found, BASE64.decode(bytes), reader.room.is_full()) else {
        return Ok(Json::Object(members));
    };
    reader.room.enter()?;
    let value = reader.message(&mut Cursor::new(&bytes), id, None)?;
    reader.room.leave();
    let mut all = Members::from_iter([("@type".to_owned(), Json::from(url))]);
    match value {
        Json::Object(fields) => all.extend(fields),
        form => {
            all.insert("value".to_owned(), form);
        }
    }
    Ok(Json::Object(all))
}
