//! What registries of schemas have producers put before a value, so that its schema can be found.

use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::cursor::Cursor;
use super::tree::{Fault, Room};

/// Which schema a value was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum SchemaId {
    /// The fingerprint of an Avro schema, in Avro's single-object encoding.
    Fingerprint(u64),
    /// The id in a registry of Confluent, or of one that does as it does.
    Confluent(u32),
    /// The version id in a Glue Schema Registry.
    Glue(u128),
}

/// Avro, "Single-object encoding": the marker, and the fingerprint with its lowest byte first.
const SINGLE_OBJECT: [u8; 2] = [0xc3, 0x01];
/// Confluent, "Wire format": the magic byte, and the id with its highest byte first.
const CONFLUENT: u8 = 0;
/// Glue Schema Registry, `AWSSchemaRegistryConstants` of its serializers: the version of the header, how it is compressed, and the
/// id.
const GLUE: u8 = 3;
const GLUE_PLAIN: u8 = 0;
const GLUE_ZLIB: u8 = 5;

impl SchemaId {
    /// The header that bytes may begin with, and what is behind it. Whether it is one, only its id can tell.
    pub(super) fn of(data: &[u8]) -> Option<(Self, Body<'_>)> {
        let mut cursor = Cursor::new(data);
        let mut packed = false;
        let id = match cursor.byte().ok()? {
            CONFLUENT => Self::Confluent(u32::from_be_bytes(cursor.array().ok()?)),
            GLUE => {
                packed = match cursor.byte().ok()? {
                    GLUE_PLAIN => false,
                    GLUE_ZLIB => true,
                    _ => return None,
                };
                Self::Glue(u128::from_be_bytes(cursor.array().ok()?))
            }
            first if [first, cursor.peek()?] == SINGLE_OBJECT => {
                cursor.byte().ok()?;
                Self::Fingerprint(u64::from_le_bytes(cursor.array().ok()?))
            }
            _ => return None,
        };
        let bytes = cursor.rest();
        Some((id, Body { bytes, packed }))
    }

    /// Whether such a header is hardly ever there by chance: Glue's ids are random UUIDs and say so.
    pub(super) fn is_telling(self) -> bool {
        match self {
            Self::Fingerprint(_) => true,
            Self::Confluent(_) => false,
            Self::Glue(id) => (id >> 76) & 0xf == 4,
        }
    }

    /// How to have its schema known.
    pub(super) fn unknown(self) -> Fault {
        let place = match self {
            Self::Fingerprint(_) => "add its file to `avro` in [schemas] of the config".to_owned(),
            Self::Confluent(id) => format!("add `{id} = \"FILE.avsc\"` to [schemas.confluent] in the config"),
            Self::Glue(_) => format!("add `\"{self}\" = \"FILE.avsc\"` to [schemas.glue] in the config"),
        };
        Fault::new(format!("schema {self} is not known; {place}"))
    }
}

impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint(fingerprint) => write!(f, "with fingerprint {fingerprint:016x}"),
            Self::Confluent(id) => id.fmt(f),
            Self::Glue(id) => {
                let digits = format!("{id:032x}");
                let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
                f.write_str(&parts.join("-"))
            }
        }
    }
}

/// What is behind a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Body<'a> {
    bytes: &'a [u8],
    packed: bool,
}

impl<'a> Body<'a> {
    /// The value's bytes; where they are packed, as many as there is room for.
    pub(super) fn open(self, room: &Room) -> Result<Cow<'a, [u8]>, Fault> {
        if !self.packed {
            return Ok(Cow::Borrowed(self.bytes));
        }
        let mut bytes = Vec::new();
        let mut inside = ZlibDecoder::new(self.bytes).take(room.source() as u64);
        let broken = |error| Fault::new(format!("its zlib is broken: {error}"));
        inside.read_to_end(&mut bytes).map_err(broken)?;
        Ok(Cow::Owned(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_taken_off() {
        let (id, body) = SchemaId::of(b"\x00\x00\x00\x00\x11abc").unwrap();
        assert_eq!(id, SchemaId::Confluent(17));
        assert_eq!(&*body.open(&Room::whole()).unwrap(), b"abc");
        let (id, _) = SchemaId::of(b"\xc3\x01\x8a\x8f\x25\xcc\xe7\x24\xdd\x63").unwrap();
        assert_eq!(id, SchemaId::Fingerprint(0x63dd_24e7_cc25_8f8a));
        let glue = b"\x03\x05\xb7\xb4\xa7\xf0\x9c\x96\x4e\x4a\xa6\x87\xfb\x5d\xe9\xef\x0c\x63no zlib";
        let (id, body) = SchemaId::of(glue).unwrap();
        assert_eq!(id.to_string(), "b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63");
        assert!(id.is_telling());
        assert!(
            body.open(&Room::whole())
                .unwrap_err()
                .to_string()
                .starts_with("its zlib is broken")
        );
        for data in [
            &b""[..],
            b"\x00\x00\x00",
            b"\x03\x01",
            b"\xc3\x02",
            b"\xc3",
            b"{}",
        ] {
            assert_eq!(SchemaId::of(data), None);
        }
    }

    #[test]
    fn an_unknown_id_says_what_to_do() {
        assert_eq!(
            SchemaId::Confluent(17).unknown().to_string(),
            "schema 17 is not known; add `17 = \"FILE.avsc\"` to [schemas.confluent] in the config"
        );
    }
}
