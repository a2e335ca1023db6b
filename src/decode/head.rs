//! The beginning of what bytes say, under their layers, at the cost of that beginning.
//!
//! Layers are read through each other, so that what is asked of the innermost is all that is asked of those around it. Some
//! formats may go on for ever without giving anything out, so all reading counts against one budget.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::DEPTH;
use super::layer::{Head, Source, told_by};

/// How many bytes are read of all layers together. A block of Zstandard or Snappy, which give out nothing before they have
/// one, may come to 128 KiB.
const BUDGET: usize = 256 << 10;
/// How much is read of a layer at once.
const BUFFER: usize = 4 << 10;

/// The beginning of the innermost bytes.
pub(super) struct Beginning<'a> {
    bytes: Cow<'a, [u8]>,
    whole: bool,
    /// How many bytes were read of all layers.
    #[cfg(test)]
    pub(super) read: usize,
}

impl Beginning<'_> {
    pub(super) fn head(&self) -> Head<'_> {
        Head {
            bytes: &self.bytes,
            whole: self.whole,
        }
    }
}

/// Goes through the layers to so many bytes of what is inside, or to where it goes no further.
pub(super) fn beginning(data: &[u8], most: usize) -> Beginning<'_> {
    let left = Cell::new(BUDGET);
    let mut bytes = Cow::Borrowed(&data[..data.len().min(most)]);
    let mut whole = bytes.len() == data.len();
    let mut rest: Source<'_> = Box::new(Metered {
        source: data,
        left: &left,
    });
    for _ in 0..DEPTH {
        let Some(layer) = told_by(Head { bytes: &bytes, whole }) else {
            break;
        };
        let Ok(inside) = (layer.open)(rest) else { break };
        let mut inside = Metered {
            source: BufReader::with_capacity(BUFFER, inside),
            left: &left,
        };
        let mut inner = Vec::new();
        let read = (&mut inside).take(most as u64).read_to_end(&mut inner);
        if read.is_err() && inner.is_empty() {
            break;
        }
        whole = read.is_ok() && inner.len() < most && left.get() > 0;
        rest = Box::new(Cursor::new(inner.clone()).chain(inside));
        bytes = Cow::Owned(inner);
    }
    Beginning {
        bytes,
        whole,
        #[cfg(test)]
        read: BUDGET - left.get(),
    }
}

/// Counts what is read, and ends when it was enough.
struct Metered<'a, S> {
    source: S,
    left: &'a Cell<usize>,
}

impl<S: BufRead> Read for Metered<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<S: BufRead> BufRead for Metered<'_, S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.left.get();
        if left == 0 {
            return Ok(&[]);
        }
        let there = self.source.fill_buf()?;
        Ok(&there[..there.len().min(left)])
    }

    fn consume(&mut self, amount: usize) {
        self.left.set(self.left.get().saturating_sub(amount));
        self.source.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// What a line of a list asks for.
    const LINE: usize = 4 << 10;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(data).unwrap();
        out.finish().unwrap()
    }

    fn zstd(data: &[u8]) -> Vec<u8> {
        ::zstd::bulk::compress(data, 1).unwrap()
    }

    #[test]
    fn of_a_bomb_only_the_beginning_is_unpacked() {
        let flat = vec![b'a'; 64 << 20];
        let flat = zstd(&flat);
        for (bomb, most) in [
            (gzip(&vec![b'a'; 1 << 20]), 8 << 10),
            // A block of Zstandard is 128 KiB.
            (flat.clone(), 140 << 10),
            (zstd(&flat), 140 << 10),
            (gzip(&zstd(&gzip(&flat))), 140 << 10),
        ] {
            let beginning = beginning(&bomb, LINE);
            assert_eq!((beginning.bytes.len(), beginning.whole), (LINE, false));
            assert!(beginning.bytes.iter().all(|byte| *byte == b'a'));
            assert!(beginning.read < most, "{} bytes were read", beginning.read);
        }
    }

    #[test]
    fn a_layer_that_gives_out_nothing_is_left() {
        // A frame that is to be passed over, again and again.
        let nothing = [zstd(b""), b"\x50\x2a\x4d\x18\0\0\0\0".repeat(1 << 20)].concat();
        for endless in [nothing.clone(), zstd(&nothing)] {
            let beginning = beginning(&endless, LINE);
            assert!(!beginning.whole);
            assert!(beginning.read <= BUDGET);
        }
    }

    #[test]
    fn no_more_layers_are_opened_than_are_taken_off() {
        let deep = (0..=DEPTH).fold(b"inside".to_vec(), |data, _| gzip(&data));
        assert_eq!(beginning(&deep, LINE).bytes[..2], [0x1f, 0x8b]);
        let deep = (0..DEPTH).fold(b"inside".to_vec(), |data, _| gzip(&data));
        let inside = beginning(&deep, LINE);
        assert_eq!((&*inside.bytes, inside.whole), (&b"inside"[..], true));
    }
}
