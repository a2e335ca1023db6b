//! Zstandard (RFC 8878): one frame, or several after each other.

use std::io;

use super::Format;
use super::layer::{Head, Inside, Layer, Source};

pub(super) const LAYER: Layer = Layer {
    format: Format::Zstd,
    begins,
    open,
};

fn begins(head: Head<'_>) -> bool {
    head.bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

fn open(source: Source<'_>) -> io::Result<Inside<'_>> {
    Ok(Box::new(::zstd::stream::read::Decoder::with_buffer(source)?))
}
