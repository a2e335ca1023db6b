//! Descriptor sets: what messages and enums there are. They are messages themselves (`google/protobuf/descriptor.proto`), and
//! the numbers of fields here are those of that file.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use crate::decode::cursor::Cursor;
use crate::decode::tree::{Fault, utf8};
use crate::decode::wire::{Wire, next};

/// How deep types may be declared within each other.
const DEEPEST: usize = 32;
/// How many messages an error lists.
const LISTED: usize = 12;

/// The messages and enums of a descriptor set.
#[derive(Debug, Default)]
pub(in crate::decode) struct Descriptors {
    messages: Vec<Message>,
    enums: Vec<BTreeMap<i32, String>>,
    /// The messages at the top of each file.
    files: Vec<Vec<MessageId>>,
    named: HashMap<String, TypeRef>,
}

/// A message's place among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct MessageId(usize);

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    /// Its name with its package, such as `shop.Order`.
    pub(super) name: String,
    pub(super) fields: BTreeMap<u32, Field>,
    /// Whether it only stands for an entry of a map.
    pub(super) is_entry: bool,
    nested: Vec<MessageId>,
    file: usize,
}

/// A field of a message.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its name in JSON.
    pub(super) name: String,
    pub(super) kind: FieldKind,
    pub(super) repeated: bool,
}

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Double,
    Float,
    Int64,
    Uint64,
    Int32,
    Fixed64,
    Fixed32,
    Bool,
    String,
    Message(MessageId),
    Bytes,
    Uint32,
    /// The place of its enum among the others.
    Enum(usize),
    Sfixed32,
    Sfixed64,
    Sint32,
    Sint64,
}

/// A file that is no descriptor set, or not the one that was meant.
#[derive(Debug, Error)]
pub(in crate::decode) enum DescriptorError {
    #[error("it is no descriptor set; write one with `protoc --include_imports --descriptor_set_out=FILE`")]
    NoDescriptors,
    #[error("it does not hold '{0}', which a field is of; write it with `protoc --include_imports`")]
    Missing(String),
    #[error("it has no message '{name}'; it has {}", listed(.known))]
    NoMessage { name: String, known: Vec<String> },
}

#[derive(Clone, Copy, Debug)]
enum TypeRef {
    Message(MessageId),
    Enum(usize),
}

/// A field whose type is not looked up yet, and the message that it is of where it is declared elsewhere.
struct Declared {
    number: u32,
    name: String,
    json_name: String,
    kind: u64,
    type_name: String,
    extendee: String,
    repeated: bool,
}

impl Descriptors {
    /// Reads a file of descriptors.
    pub(in crate::decode) fn parse(data: &[u8]) -> Result<Self, DescriptorError> {
        let mut reader = Reader::default();
        let broken = |_| DescriptorError::NoDescriptors;
        each_field(data, |number, wire| match (number, wire) {
            (1, Wire::Bytes(file)) => reader.file(file),
            _ => Ok(()),
        })
        .map_err(broken)?;
        if reader.set.messages.is_empty() && reader.set.enums.is_empty() {
            return Err(DescriptorError::NoDescriptors);
        }
        reader.resolve()
    }

    /// The message of this name.
    pub(in crate::decode) fn find(&self, name: &str) -> Result<MessageId, DescriptorError> {
        self.message_named(name).ok_or_else(|| {
            let named = self.messages.iter().filter(|message| !message.is_entry);
            let mut known: Vec<_> = named.map(|message| message.name.clone()).collect();
            known.sort_by_key(|name| (name.starts_with("google.protobuf."), name.clone()));
            DescriptorError::NoMessage {
                name: name.to_owned(),
                known,
            }
        })
    }

    pub(super) fn message_named(&self, name: &str) -> Option<MessageId> {
        match self.named.get(name) {
            Some(TypeRef::Message(id)) => Some(*id),
            _ => None,
        }
    }

    /// The message at these places, each within the one before, in the file of another.
    pub(super) fn at(&self, path: &[usize], beside: MessageId) -> Option<MessageId> {
        let mut among = &self.files[self.get(beside).file];
        let mut found = None;
        for place in path {
            let id = *among.get(*place)?;
            among = &self.get(id).nested;
            found = Some(id);
        }
        found
    }

    pub(super) fn get(&self, id: MessageId) -> &Message {
        &self.messages[id.0]
    }

    /// The name that an enum gives to a number.
    pub(super) fn symbol(&self, of: usize, number: i32) -> Option<&str> {
        self.enums[of].get(&number).map(String::as_str)
    }
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let text = names[..names.len() - more].join(", ");
    if more > 0 {
        format!("{text} and {more} more")
    } else {
        text
    }
}

#[derive(Default)]
struct Reader {
    set: Descriptors,
    fields: Vec<(MessageId, Declared)>,
    extensions: Vec<(String, Declared)>,
}

fn each_field<'a>(
    data: &'a [u8],
    mut take: impl FnMut(u32, Wire<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut cursor = Cursor::new(data);
    while let Some((number, wire)) = next(&mut cursor, None)? {
        take(number, wire)?;
    }
    Ok(())
}

/// The text in the last field with this number.
fn text(data: &[u8], wanted: u32) -> Result<String, Fault> {
    let mut found = "";
    each_field(data, |number, wire| {
        if let (true, Wire::Bytes(bytes)) = (number == wanted, wire) {
            found = utf8(bytes)?;
        }
        Ok(())
    })?;
    Ok(found.to_owned())
}

fn joined(scope: &str, name: &str) -> String {
    if scope.is_empty() {
        name.to_owned()
    } else {
        format!("{scope}.{name}")
    }
}

impl Reader {
    fn file(&mut self, data: &[u8]) -> Result<(), Fault> {
        let package = text(data, 2)?;
        self.set.files.push(Vec::new());
        let file = self.set.files.len() - 1;
        each_field(data, |number, wire| {
            let Wire::Bytes(inside) = wire else { return Ok(()) };
            match number {
                4 => {
                    let id = self.message(inside, &package, file, 0)?;
                    self.set.files[file].push(id);
                    Ok(())
                }
                5 => self.symbols(inside, &package),
                7 => self.extension(inside, &package),
                _ => Ok(()),
            }
        })
    }

    fn message(&mut self, data: &[u8], scope: &str, file: usize, depth: usize) -> Result<MessageId, Fault> {
        if depth == DEEPEST {
            return Err(Fault::new("types are declared too deep within each other"));
        }
        let name = joined(scope, &text(data, 1)?);
        let id = MessageId(self.set.messages.len());
        self.set.named.insert(name.clone(), TypeRef::Message(id));
        self.set.messages.push(Message {
            name: name.clone(),
            fields: BTreeMap::new(),
            is_entry: false,
            nested: Vec::new(),
            file,
        });
        each_field(data, |number, wire| {
            let Wire::Bytes(inside) = wire else { return Ok(()) };
            match number {
                2 => {
                    let field = declared(inside)?;
                    self.fields.push((id, field));
                    Ok(())
                }
                3 => {
                    let nested = self.message(inside, &name, file, depth + 1)?;
                    self.set.messages[id.0].nested.push(nested);
                    Ok(())
                }
                4 => self.symbols(inside, &name),
                6 => self.extension(inside, &name),
                // Its option `map_entry`.
                7 => each_field(inside, |number, wire| {
                    self.set.messages[id.0].is_entry |= (number, wire) == (7, Wire::Varint(1));
                    Ok(())
                }),
                _ => Ok(()),
            }
        })?;
        Ok(id)
    }

    fn symbols(&mut self, data: &[u8], scope: &str) -> Result<(), Fault> {
        let mut symbols = BTreeMap::new();
        each_field(data, |number, wire| {
            if let (2, Wire::Bytes(symbol)) = (number, wire) {
                // Of several names for a number the first counts, as for `protoc`.
                symbols
                    .entry(int32(integer(symbol, 2)?))
                    .or_insert(text(symbol, 1)?);
            }
            Ok(())
        })?;
        let name = joined(scope, &text(data, 1)?);
        self.set.named.insert(name, TypeRef::Enum(self.set.enums.len()));
        self.set.enums.push(symbols);
        Ok(())
    }

    fn extension(&mut self, data: &[u8], scope: &str) -> Result<(), Fault> {
        let field = declared(data)?;
        self.extensions.push((joined(scope, &field.name), field));
        Ok(())
    }

    /// Looks up the types of fields, which may be declared after them.
    fn resolve(mut self) -> Result<Descriptors, DescriptorError> {
        for (id, declared) in std::mem::take(&mut self.fields) {
            let field = self.field(&declared, declared.json_name.clone())?;
            self.set.messages[id.0].fields.insert(declared.number, field);
        }
        for (name, declared) in std::mem::take(&mut self.extensions) {
            // What extends a message that is not here is of no use, and does no harm.
            if let Some(id) = self.set.message_named(&declared.extendee) {
                let field = self.field(&declared, format!("[{name}]"))?;
                self.set.messages[id.0].fields.insert(declared.number, field);
            }
        }
        Ok(self.set)
    }

    fn field(&self, declared: &Declared, name: String) -> Result<Field, DescriptorError> {
        let named = || self.set.named.get(&declared.type_name).copied();
        let kind = match declared.kind {
            10 | 11 | 14 => match named() {
                Some(TypeRef::Message(id)) => FieldKind::Message(id),
                Some(TypeRef::Enum(id)) => FieldKind::Enum(id),
                None => return Err(DescriptorError::Missing(declared.type_name.clone())),
            },
            number => scalar(number).ok_or(DescriptorError::NoDescriptors)?,
        };
        Ok(Field {
            name,
            kind,
            repeated: declared.repeated,
        })
    }
}

/// `FieldDescriptorProto.Type`, but for groups, messages and enums.
fn scalar(number: u64) -> Option<FieldKind> {
    const KINDS: [(u64, FieldKind); 15] = [
        (1, FieldKind::Double),
        (2, FieldKind::Float),
        (3, FieldKind::Int64),
        (4, FieldKind::Uint64),
        (5, FieldKind::Int32),
        (6, FieldKind::Fixed64),
        (7, FieldKind::Fixed32),
        (8, FieldKind::Bool),
        (9, FieldKind::String),
        (12, FieldKind::Bytes),
        (13, FieldKind::Uint32),
        (15, FieldKind::Sfixed32),
        (16, FieldKind::Sfixed64),
        (17, FieldKind::Sint32),
        (18, FieldKind::Sint64),
    ];
    KINDS
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, kind)| *kind)
}

/// `FieldDescriptorProto`.
fn declared(data: &[u8]) -> Result<Declared, Fault> {
    const REPEATED: u64 = 3;
    let name = text(data, 1)?;
    let json_name = Some(text(data, 10)?).filter(|name| !name.is_empty());
    let number = u32::try_from(integer(data, 3)?).map_err(|_| Fault::new("a field has no number"))?;
    let absolute = |name: String| name.trim_start_matches('.').to_owned();
    Ok(Declared {
        number,
        json_name: json_name.unwrap_or_else(|| camel_case(&name)),
        name,
        kind: integer(data, 5)?,
        type_name: absolute(text(data, 6)?),
        extendee: absolute(text(data, 2)?),
        repeated: integer(data, 4)? == REPEATED,
    })
}

fn integer(data: &[u8], wanted: u32) -> Result<u64, Fault> {
    let mut found = 0;
    each_field(data, |number, wire| {
        if let (true, Wire::Varint(value)) = (number == wanted, wire) {
            found = value;
        }
        Ok(())
    })?;
    Ok(found)
}

/// The integer of 32 bits that a varint holds: the lower ones count.
#[expect(clippy::cast_possible_truncation, reason = "the format asks for it")]
pub(super) fn int32(value: u64) -> i32 {
    value as i32
}

/// The name in JSON where none is said: an underscore makes the next letter large and goes.
pub(super) fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut large = false;
    for c in name.chars() {
        match c {
            '_' => large = true,
            c if std::mem::take(&mut large) => out.push(c.to_ascii_uppercase()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &[u8] = include_bytes!("../../../tests/fixtures/schemas/shop.binpb");

    fn error(result: Result<impl std::fmt::Debug, DescriptorError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn messages_are_found_by_their_names() {
        let shop = Descriptors::parse(SHOP).unwrap();
        let order = shop.get(shop.find("shop.Order").unwrap());
        assert_eq!(order.fields[&1].name, "orderId");
        assert!(order.fields[&16].repeated);
        let FieldKind::Message(entry) = order.fields[&19].kind else {
            panic!()
        };
        assert!(shop.get(entry).is_entry);
        assert_eq!(
            error(shop.find("Order")),
            concat!(
                "it has no message 'Order'; it has old.Thing, old.Thing.Part, shop.Line, shop.Order, shop.Order.Nested, ",
                "google.protobuf.Any, google.protobuf.BoolValue, google.protobuf.BytesValue, google.protobuf.DoubleValue, ",
                "google.protobuf.Duration, google.protobuf.FieldMask, google.protobuf.FloatValue and 9 more"
            )
        );
    }

    #[test]
    fn what_is_no_descriptor_set_is_told() {
        for data in [
            &b""[..],
            b"syntax = \"proto3\";",
            &SHOP[..SHOP.len() - 1],
            b"\x0a\x02\x22\x05",
        ] {
            assert!(
                error(Descriptors::parse(data)).starts_with("it is no descriptor set"),
                "{data:?}"
            );
        }
        // A file of a message whose only field is of a type that is not there.
        let file = b"\x0a\x16\x22\x14\x0a\x01M\x12\x0f\x0a\x01f\x18\x01\x28\x0b\x32\x06.a.Not";
        assert!(error(Descriptors::parse(file)).starts_with("it does not hold 'a.Not'"));
    }

    #[test]
    fn names_in_json_are_in_camel_case() {
        assert_eq!(camel_case("order_id"), "orderId");
        assert_eq!(camel_case("_a__b_1"), "AB1");
    }
}
