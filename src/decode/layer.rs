//! Layers that lie around what is meant: compression, and bytes written as text.

use super::{Broken, Format};

/// A kind of layer.
pub(super) struct Layer {
    /// Its name.
    pub(super) format: Format,
    /// Whether bytes begin like it; sure enough that what then does not open is told as broken.
    pub(super) begins: fn(&[u8]) -> bool,
    /// Opens it: gives no more than so many bytes of what is inside, and works no longer than that takes.
    pub(super) open: fn(&[u8], usize) -> Result<Opened, Broken>,
}

/// What was inside of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether there are more than were asked for.
    pub(super) truncated: bool,
}

/// All of them, in the order in which they are tried.
const LAYERS: [Layer; 0] = [];

/// The layer that these bytes begin with.
pub(super) fn told_by(data: &[u8]) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| (layer.begins)(data))
}

/// The layer of this name.
pub(super) fn named(format: Format) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.format == format)
}

impl Layer {
    /// Opens it.
    pub(super) fn open(&self, data: &[u8], most: usize) -> Result<Opened, Broken> {
        (self.open)(data, most)
    }
}
