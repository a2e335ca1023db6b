//! Messages as JSON, by the JSON mapping of proto3; what JSON has no form for becomes what `tree` says.
//!
//! Where this departs from that mapping, it is because nothing may be hidden: integers of 64 bits are numbers and no texts, for
//! numbers keep all their digits here; a field that is not on the wire is not shown with a default; and what the descriptors do not
//! know, or know to be something else, stands under `@unknown` as `wire` shows it.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::descriptors::{Descriptors, Field, FieldKind, MessageId, int32};
use super::well_known;
use crate::decode::cursor::{Cursor, zigzag};
use crate::decode::tree::{Fault, Room, double, float};
use crate::decode::wire::{self, Wire, next};

/// Under what name stands what is not known.
pub(super) const UNKNOWN: &str = "@unknown";
/// How deep the path to a message may be: types are not declared deeper within each other.
const LONGEST_PATH: u64 = 32;

/// A message of some descriptors.
#[derive(Clone, Debug)]
pub(in crate::decode) struct MessageType {
    descriptors: Arc<Descriptors>,
    id: MessageId,
}

impl MessageType {
    /// The message of these descriptors that has this place.
    pub(in crate::decode) fn new(descriptors: Arc<Descriptors>, id: MessageId) -> Self {
        Self { descriptors, id }
    }

    /// The message that a value behind a header of Confluent is of, and where the value begins: in front of it is the path to the
    /// message in its file, counted from 0 on each level, behind the path's length. A length of 0 means the file's first message.
    pub(in crate::decode) fn behind_path<'a>(&self, data: &'a [u8]) -> Result<(Self, &'a [u8]), Fault> {
        let mut cursor = Cursor::new(data);
        let path = path(&mut cursor)?;
        let id = self.descriptors.at(&path, self.id);
        let id = id.ok_or_else(|| Fault::new("its header names a message that is not in the descriptors"))?;
        Ok((Self::new(Arc::clone(&self.descriptors), id), cursor.rest()))
    }
}

/// What is behind a header of Confluent's and its path.
pub(in crate::decode) fn without_path(data: &[u8]) -> Result<&[u8], Fault> {
    let mut cursor = Cursor::new(data);
    path(&mut cursor)?;
    Ok(cursor.rest())
}

/// What is behind a header of Glue's and the one number that says which message of its file it is; the message is said otherwise.
pub(in crate::decode) fn without_index(data: &[u8]) -> Result<&[u8], Fault> {
    let mut cursor = Cursor::new(data);
    cursor.varint()?;
    Ok(cursor.rest())
}

fn path(cursor: &mut Cursor<'_>) -> Result<Vec<usize>, Fault> {
    let wrong = || Fault::new("its header has no path to a message");
    let length = u64::try_from(cursor.zigzag()?).map_err(|_| wrong())?;
    match length {
        0 => Ok(vec![0]),
        1..=LONGEST_PATH => (0..length)
            .map(|_| usize::try_from(cursor.zigzag()?).map_err(|_| wrong()))
            .collect(),
        _ => Err(wrong()),
    }
}

/// Reads bytes that are such a message.
pub(in crate::decode) fn read(it: &MessageType, data: &[u8], room: &mut Room) -> Result<Json, Fault> {
    let descriptors = &it.descriptors;
    Reader { descriptors, room }.message(&mut Cursor::new(data), it.id, None)
}

pub(super) struct Reader<'a, 'r> {
    pub(super) descriptors: &'a Descriptors,
    pub(super) room: &'r mut Room,
}

impl Reader<'_, '_> {
    /// A message up to the end of the bytes, or of the group with this number.
    pub(super) fn message(
        &mut self,
        cursor: &mut Cursor<'_>,
        id: MessageId,
        group: Option<u32>,
    ) -> Result<Json, Fault> {
        self.room.enter()?;
        let message = self.descriptors.get(id);
        let mut members = Map::new();
        let mut unknown = Vec::new();
        while let Some((number, wire)) = next(cursor, group)? {
            if !self.room.admits() {
                break;
            }
            let taken = match message.fields.get(&number) {
                Some(field) => self
                    .field(field, number, wire, cursor, &mut members)
                    .map_err(|fault| fault.within(&field.name))?,
                None => false,
            };
            if !taken {
                unknown.push(wire::entry(number, wire, cursor, self.room)?);
            }
        }
        if !unknown.is_empty() {
            members.insert(UNKNOWN.to_owned(), Json::Array(unknown));
        }
        self.room.leave();
        well_known::read(self, &message.name, members)
    }

    /// Takes a field's value in. Tells whether it can be one; if not, nothing was read.
    fn field(
        &mut self,
        field: &Field,
        number: u32,
        wire: Wire<'_>,
        cursor: &mut Cursor<'_>,
        members: &mut Map<String, Json>,
    ) -> Result<bool, Fault> {
        if let (Wire::Bytes(packed), true, Some(wanted)) = (wire, field.repeated, packable(field.kind)) {
            return Ok(self.packed(field, wanted, packed, members));
        }
        let value = match (field.kind, wire) {
            (FieldKind::Message(id), Wire::Bytes(bytes)) => {
                Some(self.message(&mut Cursor::new(bytes), id, None)?)
            }
            (FieldKind::Message(id), Wire::GroupStart) => Some(self.message(cursor, id, Some(number))?),
            (kind, wire) => self.scalar(kind, wire),
        };
        let Some(value) = value else { return Ok(false) };
        self.room.text(&field.name);
        self.add(field, value, members);
        Ok(true)
    }

    /// Numbers right after one another. They count only if all of them can be read.
    fn packed(
        &mut self,
        field: &Field,
        like: Wire<'_>,
        packed: &[u8],
        members: &mut Map<String, Json>,
    ) -> bool {
        let mut cursor = Cursor::new(packed);
        let mut values = Vec::new();
        while !cursor.is_empty() && self.room.admits() {
            let wire = match like {
                Wire::Fixed64(_) => cursor.array().map(u64::from_le_bytes).map(Wire::Fixed64),
                Wire::Fixed32(_) => cursor.array().map(u32::from_le_bytes).map(Wire::Fixed32),
                _ => cursor.varint().map(Wire::Varint),
            };
            let Ok(wire) = wire else { return false };
            values.extend(self.scalar(field.kind, wire));
        }
        for value in values {
            self.add(field, value, members);
        }
        true
    }

    fn scalar(&mut self, kind: FieldKind, wire: Wire<'_>) -> Option<Json> {
        match wire {
            Wire::Varint(value) => varint(kind, value, self.descriptors),
            Wire::Fixed64(bits) => fixed64(kind, bits),
            Wire::Fixed32(bits) => fixed32(kind, bits),
            Wire::Bytes(bytes) if kind == FieldKind::Bytes => Some(self.room.bytes(bytes)),
            Wire::Bytes(bytes) if kind == FieldKind::String => self.room.utf8(bytes).ok(),
            _ => None,
        }
    }

    fn add(&self, field: &Field, value: Json, members: &mut Map<String, Json>) {
        if let FieldKind::Message(id) = field.kind
            && self.descriptors.get(id).is_entry
            && let Json::Object(entry) = value
        {
            let (key, value) = self.entry(id, entry);
            let map = members
                .entry(field.name.as_str())
                .or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(map) = map {
                map.insert(key, value);
            }
        } else if field.repeated {
            let list = members
                .entry(field.name.as_str())
                .or_insert_with(|| Json::Array(Vec::new()));
            if let Json::Array(list) = list {
                list.push(value);
            }
        } else {
            merge(members, &field.name, value);
        }
    }

    /// Key and value of an entry of a map. What is not on the wire is what its type has for nothing.
    fn entry(&self, id: MessageId, mut entry: Map<String, Json>) -> (String, Json) {
        let fields = &self.descriptors.get(id).fields;
        let [key, value] = [1, 2].map(|number| {
            let field = fields.get(&number)?;
            Some(
                entry
                    .remove(&field.name)
                    .unwrap_or_else(|| self.nothing(field.kind)),
            )
        });
        let name = match key.unwrap_or_default() {
            Json::String(text) => text,
            other => other.to_string(),
        };
        (name, value.unwrap_or_default())
    }

    /// What a type has for nothing.
    fn nothing(&self, kind: FieldKind) -> Json {
        match kind {
            FieldKind::String | FieldKind::Bytes => Json::from(""),
            FieldKind::Bool => Json::Bool(false),
            FieldKind::Message(_) => Json::Object(Map::new()),
            FieldKind::Enum(of) => Json::from(self.descriptors.symbol(of, 0).unwrap_or_default()),
            _ => Json::from(0),
        }
    }
}

/// A field that must not be repeated and is: the later value counts, but messages are merged, as the format asks.
fn merge(members: &mut Map<String, Json>, name: &str, value: Json) {
    match (members.get_mut(name), value) {
        (Some(Json::Object(earlier)), Json::Object(later)) => {
            for (name, value) in later {
                merge(earlier, &name, value);
            }
        }
        (Some(Json::Array(earlier)), Json::Array(later)) => earlier.extend(later),
        (_, value) => {
            members.insert(name.to_owned(), value);
        }
    }
}

/// How numbers of this kind are written one after another.
fn packable(kind: FieldKind) -> Option<Wire<'static>> {
    use FieldKind as Kind;
    match kind {
        Kind::String | Kind::Bytes | Kind::Message(_) => None,
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Some(Wire::Fixed64(0)),
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Some(Wire::Fixed32(0)),
        _ => Some(Wire::Varint(0)),
    }
}

fn varint(kind: FieldKind, value: u64, descriptors: &Descriptors) -> Option<Json> {
    Some(match kind {
        FieldKind::Int64 => Json::from(value.cast_signed()),
        FieldKind::Uint64 => Json::from(value),
        FieldKind::Int32 => Json::from(int32(value)),
        FieldKind::Uint32 => Json::from(int32(value).cast_unsigned()),
        FieldKind::Sint32 => Json::from(int32(zigzag(int32(value).cast_unsigned().into()).cast_unsigned())),
        FieldKind::Sint64 => Json::from(zigzag(value)),
        FieldKind::Bool => Json::Bool(value != 0),
        FieldKind::Enum(of) => {
            let number = int32(value);
            descriptors
                .symbol(of, number)
                .map_or_else(|| Json::from(number), Json::from)
        }
        _ => return None,
    })
}

fn fixed64(kind: FieldKind, bits: u64) -> Option<Json> {
    match kind {
        FieldKind::Double => Some(double(f64::from_bits(bits))),
        FieldKind::Fixed64 => Some(Json::from(bits)),
        FieldKind::Sfixed64 => Some(Json::from(bits.cast_signed())),
        _ => None,
    }
}

fn fixed32(kind: FieldKind, bits: u32) -> Option<Json> {
    match kind {
        FieldKind::Float => Some(float(f32::from_bits(bits))),
        FieldKind::Fixed32 => Some(Json::from(bits)),
        FieldKind::Sfixed32 => Some(Json::from(bits.cast_signed())),
        _ => None,
    }
}
