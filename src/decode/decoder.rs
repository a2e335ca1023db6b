//! How the bytes of one stream are read: by their content, or as a person chose.
//!
//! Must not: fail. What is not what it was chosen to be is read by its content, and a note says why.

mod row;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use thiserror::Error;

use super::header::{Body, SchemaId};
use super::protobuf::{self, MessageType};
use super::recognised::KeyRule;
use super::schemas::{Kind, Schemas};
use super::tree::{Fault, Room, utf8};
use super::{
    Broken, Decoded, Definition, Format, LARGEST, Note, SchemaFileError, UnknownFormat, Value, avro, cbor,
    json, kpl, layer, meaning, msgpack, take_off, twice, unwrap, wire,
};
use crate::resource::Aggregate;
use crate::{home, sanitize};

/// Why bytes are not what is told by its content.
const NOT_LIKE_IT: &str = "it does not look like it";

/// How the bytes of one stream are read. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    schemas: Arc<Schemas>,
    definition: Option<Definition>,
    choice: Option<Format>,
}

/// A word that chooses no way of reading.
#[derive(Debug, Error)]
pub enum ChoiceError {
    /// It is no format's name.
    #[error("{0}, avro:FILE.avsc, protobuf:DESCRIPTORS#package.Message")]
    Unknown(#[from] UnknownFormat),
    /// It names no message.
    #[error("'{}' names no message; use protobuf:DESCRIPTORS#package.Message", sanitize::line(.0))]
    NoMessage(String),
    /// The file of its schema is of no use.
    #[error("the schema is of no use: {0}")]
    File(#[from] SchemaFileError),
}

impl Decoder {
    /// Reads by content alone.
    pub fn automatic() -> Self {
        Self::default()
    }

    /// Reads as this format. Avro then needs a header that names a known schema; Protobuf shows fields by their numbers.
    pub fn with(format: Format) -> Self {
        Self::default().choosing(Some(format))
    }

    /// Reads values of this definition.
    pub fn of(definition: Definition) -> Self {
        Self {
            choice: Some(definition.format()),
            definition: Some(definition),
            ..Self::default()
        }
    }

    /// The same, and what ids of schemas mean.
    #[must_use]
    pub fn knowing(self, schemas: Arc<Schemas>) -> Self {
        Self { schemas, ..self }
    }

    /// The same stream read as another format, or by content. What is known of its schemas stays known.
    #[must_use]
    pub fn choosing(&self, choice: Option<Format>) -> Self {
        Self {
            choice,
            ..self.clone()
        }
    }

    /// Whether a word names a file, which then is read to choose by it.
    pub fn names_file(word: &str) -> bool {
        matches!(word.split_once(':'), Some(("avro" | "protobuf", _)))
    }

    /// The same stream read as this word says: the name of a format, `avro:FILE`, or `protobuf:DESCRIPTORS#MESSAGE`.
    pub fn choosing_by_word(&self, word: &str) -> Result<Self, ChoiceError> {
        let definition = match word.split_once(':') {
            Some(("avro", file)) => Definition::avro(&home::expand(Path::new(file)))?,
            Some(("protobuf", place)) => {
                let named = place.split_once('#').filter(|(_, message)| !message.is_empty());
                let (file, message) = named.ok_or_else(|| ChoiceError::NoMessage(word.to_owned()))?;
                Definition::protobuf(&home::expand(Path::new(file)), message)?
            }
            _ => return Ok(self.choosing(Some(word.parse()?))),
        };
        Ok(Self::of(definition).knowing(Arc::clone(&self.schemas)))
    }

    /// The format that was chosen; `None` where the content decides.
    pub fn choice(&self) -> Option<Format> {
        self.choice
    }

    /// The same for the payload of a user record, whose aggregate was taken apart before.
    pub fn inside(&self, aggregate: Option<&Aggregate>) -> Cow<'_, Self> {
        if aggregate.is_some() && self.choice == Some(Format::Kpl) {
            Cow::Owned(self.choosing(None))
        } else {
            Cow::Borrowed(self)
        }
    }

    /// Why bytes were not read as was chosen, or not by the schema that they name.
    pub fn misread<'a>(&self, decoded: &'a Decoded) -> Option<&'a Broken> {
        decoded.notes.iter().find_map(|note| match note {
            Note::Broken(broken) => Some(broken).filter(|it| self.expects(it.format)),
            _ => None,
        })
    }

    fn expects(&self, format: Format) -> bool {
        let by_schema = matches!(format, Format::Avro | Format::Protobuf);
        self.choice == Some(format) || by_schema && !self.schemas.is_empty()
    }

    /// Reads bytes.
    pub fn decode(&self, data: &[u8]) -> Decoded {
        self.decode_and(data, LARGEST, |_, _| None)
    }

    /// The same where no more bytes than these have to be looked at, in layers or not.
    pub fn decode_within(&self, data: &[u8], most: usize) -> Option<Decoded> {
        let decoded = (data.len() <= most).then(|| self.decode_and(data, most, |_, _| None))?;
        let is_cut = decoded.notes.iter().any(|note| matches!(note, Note::TooLarge(_)));
        (!is_cut).then_some(decoded)
    }

    /// The same with a second look at what the value cannot tell.
    pub fn examine(&self, data: &[u8]) -> Decoded {
        self.decode_and(data, LARGEST, |format, inner| {
            let names = if is_json(format) {
                twice::names(inner)
            } else {
                Vec::new()
            };
            (!names.is_empty()).then_some(Note::Twice(names))
        })
    }

    fn decode_and(&self, data: &[u8], most: usize, look: fn(Format, &[u8]) -> Option<Note>) -> Decoded {
        let (mut path, mut notes) = (Vec::new(), Vec::new());
        let inner = self.open(data, most, &mut path, &mut notes);
        let mut room = Room::whole();
        let (format, value) = match self.read(&inner, &mut room) {
            Ok(Some(read)) => read,
            Ok(None) => meaning(&inner),
            Err(broken) => {
                notes.push(Note::Broken(broken));
                room = Room::whole();
                meaning(&inner)
            }
        };
        notes.extend(look(format, &inner));
        if room.is_full() {
            notes.push(Note::TooLarge(format));
        }
        path.push(format);
        Decoded { path, value, notes }
    }

    /// What a search looks at: the bytes themselves where they are text, and else the text of what they mean.
    pub fn searchable<'a>(&self, data: &'a [u8]) -> Cow<'a, [u8]> {
        if self.choice.is_none() && super::is_plain_text(data) {
            return Cow::Borrowed(data);
        }
        match self.decode(data).value {
            Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => {
                Cow::Owned(json.to_string().into_bytes())
            }
            Value::Text(text) => Cow::Owned(text.into_bytes()),
            Value::Bytes(bytes) => Cow::Owned(bytes),
        }
    }

    /// Takes off the layer that was chosen, and those that are told by their content.
    fn open<'a>(
        &self,
        data: &'a [u8],
        most: usize,
        path: &mut Vec<Format>,
        notes: &mut Vec<Note>,
    ) -> Cow<'a, [u8]> {
        let Some(layer) = self.choice.and_then(layer::named) else {
            let inner = unwrap(data, most, path, notes);
            if self.choice == Some(Format::Kpl) && !kpl::begins(&inner) {
                notes.push(Note::Broken(Broken::new(
                    Format::Kpl,
                    "it does not begin like an aggregate",
                )));
            }
            return inner;
        };
        match take_off(layer, data, most, path, notes) {
            Some(bytes) => Cow::Owned(unwrap(&bytes, most - bytes.len(), path, notes).into_owned()),
            None => unwrap(data, most, path, notes),
        }
    }

    /// Reads what is inside of all layers, unless its content says all about it.
    fn read(&self, data: &[u8], room: &mut Room) -> Result<Option<(Format, Value)>, Broken> {
        match self.choice {
            Some(format) if !is_layer(format) => {
                let value = self.read_as(format, data, room);
                let value = value.map_err(|fault| Broken::new(format, fault))?;
                Ok(Some((format, value)))
            }
            _ => self.by_header(data, room),
        }
    }

    fn read_as(&self, format: Format, data: &[u8], room: &mut Room) -> Result<Value, Fault> {
        match format {
            Format::Avro => self.avro(data, room).map(Value::Json),
            Format::Protobuf => self.protobuf(data, room).map(Value::Json),
            Format::Cbor => cbor::read(data, room, KeyRule::Any).map(Value::Json),
            Format::Msgpack => msgpack::read(data, room, KeyRule::Any).map(Value::Json),
            Format::Json => one_json(data).map(Value::Json),
            Format::Text => utf8(data).map(|text| Value::Text(text.to_owned())),
            Format::Latin1 => Ok(Value::Text(latin1(data))),
            Format::Hex => Ok(Value::Bytes(data.to_vec())),
            // What is told by its content has to be told by it.
            other => match meaning(data) {
                (format, value) if format == other => Ok(value),
                _ => Err(Fault::new(NOT_LIKE_IT)),
            },
        }
    }

    /// Reads a value that has the id of its schema in front. What hardly is there by chance is told where it is of no use.
    fn by_header(&self, data: &[u8], room: &mut Room) -> Result<Option<(Format, Value)>, Broken> {
        let Some((id, body)) = SchemaId::of(data) else {
            return Ok(None);
        };
        match self.schemas.find(id) {
            Some(definition) => {
                let format = definition.format();
                let value = behind_header(definition, id, body, room);
                let value = value.map_err(|fault| Broken::new(format, fault))?;
                Ok(Some((format, Value::Json(value))))
            }
            None if id.is_telling() => Err(Broken::new(Format::Avro, id.unknown())),
            None => Ok(None),
        }
    }

    /// By the schema that a header names, else by the stream's own: as it is, or behind a header of which no schema is known.
    fn avro(&self, data: &[u8], room: &mut Room) -> Result<Json, Fault> {
        let header = SchemaId::of(data);
        let own = match &self.definition {
            Some(Definition(Kind::Avro(schema))) => Some(schema),
            _ => None,
        };
        if let Some((id, body)) = header
            && let Some(Definition(Kind::Avro(schema))) = self.schemas.find(id)
        {
            let read = attempt(room, |room| avro::read(schema, &body.open(room)?, room));
            if read.is_ok() || own.is_none() {
                return read;
            }
        }
        let Some(schema) = own else {
            return Err(header.map_or_else(no_header, |(id, _)| id.unknown()));
        };
        let plain = attempt(room, |room| avro::read(schema, data, room));
        plain.or_else(|fault| {
            let (_, body) = header.ok_or_else(|| fault.clone())?;
            attempt(room, |room| avro::read(schema, &body.open(room)?, room)).map_err(|_| fault)
        })
    }

    /// No message begins with the bytes that the headers of registries begin with: there is no field 0.
    fn protobuf(&self, data: &[u8], room: &mut Room) -> Result<Json, Fault> {
        let own = self.definition.as_ref();
        let header = SchemaId::of(data).filter(|(id, _)| !matches!(id, SchemaId::Fingerprint(_)));
        match header {
            Some((id, body)) => match self.schemas.find(id).or(own) {
                Some(definition @ Definition(Kind::Protobuf(_))) => behind_header(definition, id, body, room),
                _ => wire::read(without_place(id, &body.open(room)?)?, room),
            },
            None => match own {
                Some(Definition(Kind::Protobuf(it))) => protobuf::read(it, data, room),
                _ => wire::read(data, room),
            },
        }
    }
}

impl Definition {
    /// The format that it is of.
    pub fn format(&self) -> Format {
        match self.0 {
            Kind::Avro(_) => Format::Avro,
            Kind::Protobuf(_) => Format::Protobuf,
        }
    }
}

/// Formats that are taken off before anything is read. An aggregate has been taken apart before its records come here.
fn is_layer(format: Format) -> bool {
    use Format as F;
    matches!(
        format,
        F::Kpl | F::Gzip | F::Zlib | F::Zstd | F::Snappy | F::Lz4 | F::Base64
    )
}

/// Formats whose value is read from JSON text.
fn is_json(format: Format) -> bool {
    use Format as F;
    matches!(format, F::Json | F::Ndjson | F::CloudwatchLogs | F::Dynamodb)
}

/// Reads in a room that is as before if it fails.
fn attempt<T>(room: &mut Room, read: impl FnOnce(&mut Room) -> Result<T, Fault>) -> Result<T, Fault> {
    let mut tried = room.clone();
    let value = read(&mut tried)?;
    *room = tried;
    Ok(value)
}

fn behind_header(
    definition: &Definition,
    id: SchemaId,
    body: Body<'_>,
    room: &mut Room,
) -> Result<Json, Fault> {
    let bytes = body.open(room)?;
    match (&definition.0, id) {
        (Kind::Avro(schema), _) => avro::read(schema, &bytes, room),
        (Kind::Protobuf(it), SchemaId::Confluent(_)) => {
            let (it, bytes): (MessageType, _) = it.behind_path(&bytes)?;
            protobuf::read(&it, bytes, room)
        }
        (Kind::Protobuf(it), _) => protobuf::read(it, without_place(id, &bytes)?, room),
    }
}

/// What is behind the place of a message among those of its file.
fn without_place(id: SchemaId, bytes: &[u8]) -> Result<&[u8], Fault> {
    match id {
        SchemaId::Confluent(_) => protobuf::without_path(bytes),
        _ => protobuf::without_index(bytes),
    }
}

fn no_header() -> Fault {
    Fault::new(
        "it has no header that names its schema; choose avro:FILE.avsc, or name a `schema` in the config",
    )
}

/// Any value, not only objects and arrays as where the content decides.
fn one_json(data: &[u8]) -> Result<Json, Fault> {
    if data.len() > json::LARGEST_TREE {
        return Err(Fault::new("it is too large to be taken apart"));
    }
    serde_json::from_slice(data).map_err(|error| Fault::new(error.to_string()))
}

fn latin1(data: &[u8]) -> String {
    data.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}"#;

    fn order() -> Definition {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), ORDER).unwrap();
        Definition::avro(file.path()).unwrap()
    }

    fn reason(decoded: &Decoded) -> String {
        decoded.notes.iter().map(Note::to_string).collect()
    }

    #[test]
    fn a_row_that_is_not_what_was_chosen_says_why() {
        for (format, data, why) in [
            (Format::Json, &b"\xa1\x61a\x01"[..], "expected value"),
            (Format::Json, b"{\"a\":1}{\"a\":2}", "trailing characters"),
            (Format::Json, &[b'x'; 9000], "expected value"),
            (Format::Text, b"caf\xe9", "no UTF-8"),
        ] {
            let (_, broken) = Decoder::with(format).preview_or_why(data, 40);
            let broken = broken.unwrap();
            assert!(broken.why.contains(why), "{broken}");
            assert!(
                Decoder::with(format)
                    .decode(data)
                    .notes
                    .contains(&Note::Broken(broken))
            );
        }
        for (format, data) in [
            (Format::Json, format!(" {{\"a\":\"{}\"}}", "x".repeat(9000))),
            (Format::Text, "é".repeat(9000)),
            (Format::Text, "a\0b".to_owned()),
        ] {
            let (_, broken) = Decoder::with(format).preview_or_why(data.as_bytes(), 41);
            assert_eq!(broken, None);
        }
    }

    #[test]
    fn a_beginning_is_not_called_broken() {
        let noise: String = (0..200_000_u32)
            .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26))
            .collect();
        let mut cbor = b"\xa1\x61a\x7a".to_vec();
        cbor.extend(200_000_u32.to_be_bytes());
        cbor.extend(noise.as_bytes());
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &cbor).unwrap();
        let packed = packed.finish().unwrap();
        let decoder = Decoder::with(Format::Cbor);
        assert_eq!(decoder.decode(&packed).notes, []);
        assert_eq!(decoder.preview_or_why(&packed, 80).1, None);
    }

    #[test]
    fn a_choice_that_does_not_fit_is_told_and_the_content_is_read() {
        let decoder = Decoder::with(Format::Msgpack);
        let decoded = decoder.decode(b"{\"a\": 1}");
        assert_eq!(decoded.path, [Format::Json]);
        assert_eq!(reason(&decoded), "no msgpack: bytes are left over behind it");
        let (line, broken) = decoder.preview_or_why(b"{\"a\": 1}", 40);
        assert_eq!(line, "{\"a\": 1}");
        assert_eq!(
            broken.unwrap().to_string(),
            "no msgpack: bytes are left over behind it"
        );
        // The next one is not affected.
        assert_eq!(decoder.decode(b"\x07").path, [Format::Msgpack]);
    }

    #[test]
    fn text_formats_are_read_as_chosen() {
        let value = |format, data: &[u8]| Decoder::with(format).decode(data).value;
        assert_eq!(value(Format::Latin1, b"caf\xe9"), Value::Text("café".to_owned()));
        assert_eq!(value(Format::Hex, b"text"), Value::Bytes(b"text".to_vec()));
        assert_eq!(
            value(Format::Text, b"{\"a\":1}"),
            Value::Text("{\"a\":1}".to_owned())
        );
        assert_eq!(value(Format::Text, b"\x00"), Value::Text("\0".to_owned()));
        assert_eq!(
            value(Format::Json, b"1.50"),
            Value::Json(serde_json::from_str("1.50").unwrap())
        );
        assert_eq!(Decoder::with(Format::Hex).preview(b"text", 40), "74 65 78 74");
        assert_eq!(
            Decoder::with(Format::Latin1).preview(b"caf\xe9\x9b", 40),
            "café‹9B›"
        );
    }

    #[test]
    fn avro_without_a_schema_says_what_it_needs() {
        let of = |data: &[u8]| reason(&Decoder::with(Format::Avro).decode(data));
        assert!(of(b"\x02").contains("choose avro:FILE.avsc"), "{}", of(b"\x02"));
        assert!(of(b"\0\0\0\0\x11\x02").contains("`17 = \"FILE.avsc\"` to [schemas.confluent]"));
    }

    #[test]
    fn a_header_that_is_hardly_chance_is_told_without_a_choice() {
        let decoded = Decoder::automatic().decode(b"\xc3\x01\0\0\0\0\0\0\0\x01\x02");
        assert_eq!(decoded.path, [Format::Hex]);
        assert!(reason(&decoded).contains("fingerprint 0100000000000000 is not known"));
        assert!(Decoder::automatic().decode(b"\0\0\0\0\x11\x02").notes.is_empty());
    }

    #[test]
    fn a_known_id_is_read_without_a_choice() {
        let mut schemas = Schemas::default();
        schemas.add_confluent(17, order());
        let decoder = Decoder::automatic().knowing(Arc::new(schemas));
        let decoded = decoder.decode(b"\0\0\0\0\x11\x02");
        assert_eq!(
            (decoded.path.as_slice(), &decoded.value),
            (&[Format::Avro][..], &Value::Json(serde_json::json!({"id": 1})))
        );
        assert_eq!(decoder.preview(b"\0\0\0\0\x11\x02", 40), "{\"id\":1}");
        assert_eq!(decoder.decode(b"\0\0\0\0\x12\x02").path, [Format::Hex]);
        assert_eq!(decoder.preview(b"plain", 40), "plain");
    }

    #[test]
    fn another_choice_and_back_keeps_the_schema() {
        let decoder = Decoder::of(order());
        assert_eq!(
            decoder.choosing(Some(Format::Hex)).decode(b"\x02").path,
            [Format::Hex]
        );
        let back = decoder.choosing(None).choosing(Some(Format::Avro));
        assert_eq!(
            back.decode(b"\x02").value,
            Value::Json(serde_json::json!({"id": 1}))
        );
    }

    #[test]
    fn words_choose() {
        let automatic = Decoder::automatic();
        assert_eq!(
            automatic.choosing_by_word("cbor").unwrap().choice(),
            Some(Format::Cbor)
        );
        let wrong = |word: &str| automatic.choosing_by_word(word).unwrap_err().to_string();
        assert!(wrong("xml").ends_with("hex, avro:FILE.avsc, protobuf:DESCRIPTORS#package.Message"));
        assert!(wrong("protobuf:shop.binpb").starts_with("'protobuf:shop.binpb' names no message"));
        assert!(wrong("avro:/nonexistent.avsc").contains("/nonexistent.avsc: it cannot be read"));
    }

    #[test]
    fn more_than_there_is_room_for_is_a_beginning() {
        let mut data = vec![0xdd, 0, 0x20, 0, 0];
        data.resize(data.len() + (2 << 20), 0);
        let decoded = Decoder::with(Format::Msgpack).decode(&data);
        assert_eq!(decoded.notes, [Note::TooLarge(Format::Msgpack)]);
        let Value::Json(Json::Array(items)) = decoded.value else {
            panic!()
        };
        assert!(items.len() >= 500_000 && items.iter().all(|item| *item == 0));
        assert!(
            Decoder::with(Format::Msgpack)
                .preview(&data, 40)
                .starts_with("[0,0,0")
        );
    }
}
