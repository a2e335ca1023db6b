//! The formats by their names, as the breadcrumb, `--decode` and the config call them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A layer that can be taken off bytes, or a meaning that they can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// An aggregate of the Kinesis Producer Library.
    Kpl,
    /// gzip (RFC 1952).
    Gzip,
    /// zlib (RFC 1950).
    Zlib,
    /// Zstandard (RFC 8878).
    Zstd,
    /// Snappy, in its framing format.
    Snappy,
    /// LZ4, in its frame format.
    Lz4,
    /// Base64 (RFC 4648).
    Base64,
    /// One JSON value.
    Json,
    /// Several JSON values, on lines of their own or one right after the other.
    Ndjson,
    /// What a subscription of CloudWatch Logs delivers.
    CloudwatchLogs,
    /// A change of a DynamoDB table, delivered through Kinesis.
    Dynamodb,
    /// Avro.
    Avro,
    /// Protocol Buffers.
    Protobuf,
    /// CBOR (RFC 8949).
    Cbor,
    /// MessagePack.
    Msgpack,
    /// UTF-8.
    Text,
    /// ISO 8859-1: any bytes are text in it, so it is only used where it is asked for.
    Latin1,
    /// Bytes.
    Hex,
}

/// A text that names no format.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("'{name}' is no format; use one of {}", names().collect::<Vec<_>>().join(", "))]
pub struct UnknownFormat {
    name: String,
}

const NAMES: [(Format, &str); 18] = [
    (Format::Kpl, "kpl"),
    (Format::Gzip, "gzip"),
    (Format::Zlib, "zlib"),
    (Format::Zstd, "zstd"),
    (Format::Snappy, "snappy"),
    (Format::Lz4, "lz4"),
    (Format::Base64, "base64"),
    (Format::Json, "json"),
    (Format::Ndjson, "ndjson"),
    (Format::CloudwatchLogs, "cloudwatch-logs"),
    (Format::Dynamodb, "dynamodb"),
    (Format::Avro, "avro"),
    (Format::Protobuf, "protobuf"),
    (Format::Cbor, "cbor"),
    (Format::Msgpack, "msgpack"),
    (Format::Text, "text"),
    (Format::Latin1, "latin1"),
    (Format::Hex, "hex"),
];

fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(_, name)| *name)
}

impl Format {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(format, _)| *format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(format, _)| *format == self)
            .map_or("", |(_, name)| name)
    }
}

impl Format {
    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Kpl => "an aggregate of the Kinesis Producer Library",
            Self::Gzip | Self::Zlib | Self::Zstd | Self::Snappy | Self::Lz4 => "compressed",
            Self::Base64 => "bytes written as text",
            Self::Json => "one value",
            Self::Ndjson => "several JSON values",
            Self::CloudwatchLogs => "log events of a subscription",
            Self::Dynamodb => "a change of a table, delivered through Kinesis",
            Self::Avro => "with a header, or the schema of a rule",
            Self::Protobuf => "the message of a rule, or fields by their numbers",
            Self::Cbor | Self::Msgpack => "binary JSON",
            Self::Text => "UTF-8",
            Self::Latin1 => "ISO 8859-1",
            Self::Hex => "bytes",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(format, _)| *format)
            .ok_or_else(|| UnknownFormat {
                name: crate::sanitize::line(text).into_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_by_its_name() {
        for format in Format::all() {
            assert_eq!(format.name().parse(), Ok(format));
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        assert!(
            error.starts_with("'xml' is no format; use one of kpl, gzip"),
            "{error}"
        );
    }
}
