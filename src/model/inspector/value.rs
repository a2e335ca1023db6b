//! Values as lines: JSON, text, and DynamoDB's attributes with their exact types.

use serde_json::Value as Json;

use super::Sight;
use super::tree::{Kind, Sign};
use super::write::{Place, Writer};
use crate::decode::{self, Value, decode, hex_line, hex_lines, hex_width};
use crate::redact::process as redaction;
use crate::resource::{Attribute, Item};

/// What bytes mean; nothing where nothing is known of them.
pub(super) fn write_meaning(writer: &mut Writer, place: &Place<'_>, value: &Value) {
    match value {
        Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => {
            write_json(writer, place, json);
        }
        Value::Text(text) if place.depth == 0 => write_text(writer, text),
        Value::Text(text) => write_string(writer, place, text),
        Value::Bytes(_) => {}
    }
}

fn write_text(writer: &mut Writer, text: &str) {
    for line in text.lines() {
        writer.leaf(&Place::default(), Kind::Text, line);
    }
    if text.is_empty() {
        writer.leaf(&Place::default(), Kind::Note, "(empty)");
    }
}

fn write_json(writer: &mut Writer, place: &Place<'_>, value: &Json) {
    match value {
        Json::Object(members) => {
            let at = writer.open(place, Kind::Object, &format!("{{{}}}", count(members.len())));
            let pad = writer.pad(members.keys().map(String::as_str));
            for (name, value) in members {
                write_json(writer, &place.inside(name, pad), value);
            }
            writer.close(at);
        }
        Json::Array(values) => {
            let at = writer.open(place, Kind::Array, &format!("[{}]", count(values.len())));
            write_indexed(values, |name, pad, value| {
                write_json(writer, &place.inside(name, pad), value);
            });
            writer.close(at);
        }
        Json::String(text) => write_string(writer, place, text),
        Json::Number(number) => writer.leaf(place, Kind::Number, number.as_str()),
        Json::Bool(_) | Json::Null => writer.leaf(place, Kind::Word, &value.to_string()),
    }
}

/// How many there are; nothing where there are none, so that what is empty looks it.
fn count(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        count.to_string()
    }
}

/// Each value with its index as its name.
pub(super) fn write_indexed<T>(values: &[T], mut write: impl FnMut(&str, u16, &T)) {
    let digits = values.len().saturating_sub(1).to_string().len();
    let pad = u16::try_from(digits).unwrap_or(0);
    for (n, value) in values.iter().enumerate() {
        write(&format!("{n:>digits$}"), pad, value);
    }
}

fn write_string(writer: &mut Writer, place: &Place<'_>, text: &str) {
    writer.leaf(place, Kind::String, &format!("\"{text}\""));
}

/// The attributes of an item, all with the sign of its place.
pub(super) fn write_item(writer: &mut Writer, place: &Place<'_>, sight: Sight, item: &Item) {
    let pad = writer.pad(item.keys().map(String::as_str));
    for (name, value) in item {
        let place = Place { name, pad, ..*place };
        write_attribute(writer, &place, sight, value);
    }
}

/// An attribute's value, plain or typed.
pub(super) fn write_attribute(writer: &mut Writer, place: &Place<'_>, sight: Sight, value: &Attribute) {
    match value {
        Attribute::M(item) => {
            let at = writer.open(place, Kind::Object, &measure(sight, "M", "{}", item.len()));
            write_item(writer, &place.inside("", 0), sight, item);
            writer.close(at);
        }
        Attribute::L(list) => {
            let at = writer.open(place, Kind::Array, &measure(sight, "L", "[]", list.len()));
            write_indexed(list, |name, pad, value| {
                write_attribute(writer, &place.inside(name, pad), sight, value);
            });
            writer.close(at);
        }
        Attribute::Ss(texts) => write_set(writer, place, sight, "SS", texts, |it| Attribute::S(it.clone())),
        Attribute::Ns(texts) => write_set(writer, place, sight, "NS", texts, |it| Attribute::N(it.clone())),
        Attribute::Bs(blobs) => write_set(writer, place, sight, "BS", blobs, |it| Attribute::B(it.clone())),
        Attribute::B(bytes) if sight.hex || !sight.typed => write_bytes(writer, place, sight, bytes),
        value => {
            let (kind, text) = scalar(sight, value);
            writer.leaf(place, kind, &text);
        }
    }
}

/// A value without an inside, on one line.
pub(super) fn scalar(sight: Sight, value: &Attribute) -> (Kind, String) {
    let kind = match value {
        Attribute::S(_) => Kind::String,
        Attribute::N(_) => Kind::Number,
        Attribute::B(_) => Kind::Bytes,
        _ => Kind::Word,
    };
    let text = match value {
        Attribute::Unknown => "(a type that is not known)".to_owned(),
        value if sight.typed => value.to_json().to_string(),
        Attribute::S(text) => format!("\"{text}\""),
        Attribute::N(digits) => digits.clone(),
        Attribute::B(bytes) => format!("0x{}", decode::hex(&redaction::mask_bytes(bytes))),
        Attribute::Bool(flag) => flag.to_string(),
        _ => "null".to_owned(),
    };
    (kind, text)
}

/// How many there are inside, in the brackets of the type.
fn measure(sight: Sight, name: &str, brackets: &str, len: usize) -> String {
    let (open, close) = brackets.split_at(1);
    let inside = format!("{open}{}{close}", count(len));
    if sight.typed {
        format!("{{\"{name}\":{inside}}}")
    } else {
        inside
    }
}

fn write_set<T>(
    writer: &mut Writer,
    place: &Place<'_>,
    sight: Sight,
    name: &str,
    elements: &[T],
    value: impl Fn(&T) -> Attribute,
) {
    if sight.typed {
        let at = writer.open(place, Kind::Set, &measure(sight, name, "[]", elements.len()));
        write_elements(writer, place, sight.plain(), elements.iter().map(value));
        writer.close(at);
        return;
    }
    let line = set_line(sight, elements.iter().map(&value), writer.room(place));
    let text = line.unwrap_or_else(|| format!("set {{{}}}", count(elements.len())));
    let at = writer.open(place, Kind::Set, &text);
    if !text.starts_with('{') {
        write_elements(writer, place, sight, elements.iter().map(value));
    }
    writer.close(at);
}

fn write_elements(
    writer: &mut Writer,
    place: &Place<'_>,
    sight: Sight,
    elements: impl Iterator<Item = Attribute>,
) {
    for element in elements {
        write_attribute(writer, &place.inside("", 0), sight, &element);
    }
}

/// A set on one line, where it is short enough for it.
pub(super) fn set_line(
    sight: Sight,
    elements: impl Iterator<Item = Attribute>,
    room: usize,
) -> Option<String> {
    let mut line = String::from("{");
    for element in elements {
        line.push_str(if line.len() > 1 { ", " } else { "" });
        line.push_str(&scalar(sight, &element).1);
        if line.len() >= room {
            return None;
        }
    }
    line.push('}');
    Some(line)
}

/// Bytes inside an item: what they say, or a dump of them.
fn write_bytes(writer: &mut Writer, place: &Place<'_>, sight: Sight, bytes: &[u8]) {
    let decoded = decode(bytes);
    let unread = matches!(decoded.value, Value::Bytes(_));
    let path = decoded.path(" › ");
    if unread && !sight.hex && bytes.len() * 2 + 2 <= writer.room(place) {
        return writer.leaf(
            place,
            Kind::Bytes,
            &format!("0x{}", decode::hex(&redaction::mask_bytes(bytes))),
        );
    }
    let at = writer.open(place, Kind::Bytes, &format!("{} bytes · {path}", bytes.len()));
    let inside = place.inside("", 0);
    if sight.hex || unread {
        let width = hex_width(writer.room(&inside));
        for line in 0..hex_lines(bytes.len(), width) {
            writer.leaf(&inside, Kind::Bytes, &hex_line(bytes, line, width));
        }
    } else {
        write_meaning(writer, &inside, &decoded.value);
    }
    writer.close(at);
}

/// So many attributes or elements that did not change; they are inside.
pub(super) fn write_unchanged(
    writer: &mut Writer,
    place: &Place<'_>,
    what: &str,
    number: usize,
    write: impl FnOnce(&mut Writer, &Place<'_>),
) {
    if number == 0 {
        return;
    }
    let plural = if number == 1 { "" } else { "s" };
    let place = Place {
        name: "",
        pad: 0,
        ..place.signed(Sign::Same)
    };
    let at = writer.open(&place, Kind::Group, &format!("{number} {what}{plural} unchanged"));
    write(writer, &place.inside("", 0));
    writer.close(at);
}
