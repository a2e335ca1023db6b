//! Snappy in its framing format. Without the frame nothing tells it from other bytes.

use std::io;

use snap::read::FrameDecoder;

use super::Format;
use super::layer::{Head, Inside, Layer, Source};

pub(super) const LAYER: Layer = Layer {
    format: Format::Snappy,
    begins,
    open,
};

fn begins(head: Head<'_>) -> bool {
    head.bytes.starts_with(b"\xff\x06\x00\x00sNaPpY")
}

#[expect(clippy::unnecessary_wraps, reason = "other layers can fail here")]
fn open(source: Source<'_>) -> io::Result<Inside<'_>> {
    Ok(Box::new(FrameDecoder::new(source)))
}
