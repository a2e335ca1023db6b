//! Layers that lie around what is meant: compression, and bytes written as text.
//!
//! A layer is read, not unpacked: whoever looks at it takes as much out of it as is needed, so that a line of a list costs the
//! same for a record of 100 bytes and for one that would fill the memory.

use std::io::{self, BufRead, ErrorKind, Read};

use super::{Format, base64, gzip, lz4, snappy, zlib, zstd};

/// Where the bytes of a layer come from.
pub(super) type Source<'a> = Box<dyn BufRead + 'a>;
/// What is inside of it.
pub(super) type Inside<'a> = Box<dyn Read + 'a>;

/// A kind of layer.
pub(super) struct Layer {
    /// Its name.
    pub(super) format: Format,
    /// Whether bytes begin like it; sure enough that what then does not open is told as broken.
    pub(super) begins: fn(Head<'_>) -> bool,
    /// Opens it. What is read from it comes out as it is asked for, at most a block of the format ahead.
    pub(super) open: for<'a> fn(Source<'a>) -> io::Result<Inside<'a>>,
}

/// The beginning of some bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    /// Whether these are all.
    pub(super) whole: bool,
}

/// What came out of a layer.
pub(super) struct Opened {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// What they end with.
    pub(super) end: End,
}

/// Why no more comes out of a layer.
pub(super) enum End {
    /// That was all.
    Whole,
    /// There is more than was asked for.
    More,
    /// The rest cannot be read, and why.
    Broken(String),
}

/// All of them, in the order in which they are tried: those with the surest marks first.
const LAYERS: [Layer; 6] = [
    gzip::LAYER,
    zstd::LAYER,
    lz4::LAYER,
    snappy::LAYER,
    zlib::LAYER,
    base64::LAYER,
];

/// The layer that these bytes begin with.
pub(super) fn told_by(head: Head<'_>) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| (layer.begins)(head))
}

/// The layer of this name.
pub(super) fn named(format: Format) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.format == format)
}

impl Layer {
    /// Takes out no more than so many bytes.
    pub(super) fn unpack(&self, data: &[u8], most: usize) -> Opened {
        let mut bytes = Vec::new();
        let read = (self.open)(Box::new(data)).and_then(|inside| {
            // One more tells whether there is more.
            inside.take(most as u64 + 1).read_to_end(&mut bytes)
        });
        let end = match read {
            _ if bytes.len() > most => End::More,
            Ok(_) => End::Whole,
            Err(error) => End::Broken(why(&error)),
        };
        bytes.truncate(most);
        Opened { bytes, end }
    }
}

impl<'a> Head<'a> {
    /// All the bytes that there are.
    pub(super) fn all(bytes: &'a [u8]) -> Self {
        Self { bytes, whole: true }
    }
}

/// Bytes that contradict their format.
pub(super) fn invalid(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => error.to_string(),
    }
}
