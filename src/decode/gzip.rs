//! gzip (RFC 1952): one member, or several after each other.

use std::io;

use flate2::bufread::MultiGzDecoder;

use super::Format;
use super::layer::{Head, Inside, Layer, Source};

/// Flags that the RFC keeps for later: they must be zero.
const RESERVED: u8 = 0xe0;
const DEFLATE: u8 = 8;

pub(super) const LAYER: Layer = Layer {
    format: Format::Gzip,
    begins,
    open,
};

fn begins(head: Head<'_>) -> bool {
    matches!(head.bytes, [0x1f, 0x8b, DEFLATE, flags, ..] if flags & RESERVED == 0)
}

#[expect(clippy::unnecessary_wraps, reason = "other layers can fail here")]
fn open(source: Source<'_>) -> io::Result<Inside<'_>> {
    Ok(Box::new(MultiGzDecoder::new(source)))
}
