//! LZ4 in its frame format (<https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>): one frame, or several after each other.
//!
//! A block may hold 4 MiB, and the decoders that there are give out none of it before they have read it all. A line of a list
//! shows a hundred bytes, so this one gives out every sequence as it comes.

use std::hash::Hasher as _;
use std::io::{self, BufRead as _, ErrorKind, Read};

use twox_hash::XxHash32;

use super::Format;
use super::layer::{Head, Inside, Layer, Source, invalid};

const MAGIC: [u8; 4] = 0x184d_2204_u32.to_le_bytes();
/// Frames that are to be passed over differ in their first four bits.
const SKIPPABLE: u32 = 0x184d_2a50;
/// Set in a block's size where it is stored as it is.
const STORED: u32 = 1 << 31;
/// How far back a match may reach, and one more.
const WINDOW: usize = 1 << 16;
const SHORTEST_MATCH: usize = 4;

pub(super) const LAYER: Layer = Layer {
    format: Format::Lz4,
    begins,
    open,
};

fn begins(head: Head<'_>) -> bool {
    head.bytes
        .strip_prefix(&MAGIC)
        .and_then(<[u8]>::first)
        .is_some_and(|flags| flags >> 6 == 1)
}

#[expect(clippy::unnecessary_wraps, reason = "other layers can fail here")]
fn open(source: Source<'_>) -> io::Result<Inside<'_>> {
    Ok(Box::new(Frames {
        source,
        next: Next::Frame,
        header: Header::default(),
        block: Block::default(),
        window: vec![0; WINDOW].into_boxed_slice(),
        written: 0,
        content: XxHash32::with_seed(0),
    }))
}

/// What a frame says of itself.
#[derive(Clone, Copy, Default)]
struct Header {
    independent: bool,
    block_checksums: bool,
    content_checksum: bool,
    largest_block: usize,
}

/// A block that is being read.
struct Block {
    /// How many of its bytes are still to be read.
    left: usize,
    /// Where it begins in what the frame gives out.
    start: usize,
    checksum: XxHash32,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            left: 0,
            start: 0,
            checksum: XxHash32::with_seed(0),
        }
    }
}

/// What comes next.
#[derive(Clone, Copy)]
enum Next {
    Frame,
    Block,
    Sequence,
    /// Bytes as they are; after them a match, of which the low bits of the token tell the length.
    Literals {
        left: usize,
        token: u8,
    },
    Match {
        left: usize,
        offset: usize,
    },
}

struct Frames<'a> {
    source: Source<'a>,
    next: Next,
    header: Header,
    block: Block,
    window: Box<[u8]>,
    /// How many bytes the frame has given out.
    written: usize,
    content: XxHash32,
}

impl Read for Frames<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !buf.is_empty() {
            let read = match self.next {
                Next::Frame if self.source.fill_buf()?.is_empty() => break,
                Next::Frame => self.frame().map(|()| 0)?,
                Next::Block => self.block().map(|()| 0)?,
                Next::Sequence => self.sequence().map(|()| 0)?,
                Next::Literals { left, token } => self.literals(buf, left, token)?,
                Next::Match { left, offset } => self.matched(buf, left, offset),
            };
            if read > 0 {
                return Ok(read);
            }
        }
        Ok(0)
    }
}

impl Frames<'_> {
    fn frame(&mut self) -> io::Result<()> {
        let magic: [u8; 4] = exactly(&mut self.source)?;
        if magic == MAGIC {
            self.header = Header::read(&mut self.source)?;
            self.written = 0;
            self.content = XxHash32::with_seed(0);
            self.next = Next::Block;
            return Ok(());
        }
        if u32::from_le_bytes(magic) & !0xf != SKIPPABLE {
            return Err(invalid("what follows the frame is no other"));
        }
        let size = u64::from(u32::from_le_bytes(exactly(&mut self.source)?));
        let skipped = io::copy(&mut (&mut self.source).take(size), &mut io::sink())?;
        if skipped < size {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    fn block(&mut self) -> io::Result<()> {
        let size = u32::from_le_bytes(exactly(&mut self.source)?);
        if size == 0 {
            if self.header.content_checksum {
                check(&mut self.source, &self.content)?;
            }
            self.next = Next::Frame;
            return Ok(());
        }
        let left = (size & !STORED) as usize;
        if left > self.header.largest_block {
            return Err(invalid("a block is larger than its frame allows"));
        }
        self.block = Block {
            left,
            start: self.written,
            checksum: XxHash32::with_seed(0),
        };
        self.next = if size & STORED == 0 {
            Next::Sequence
        } else {
            Next::Literals { left, token: 0 }
        };
        Ok(())
    }

    /// The end of a block is where its bytes end.
    fn end_block(&mut self) -> io::Result<()> {
        if self.header.block_checksums {
            check(&mut self.source, &self.block.checksum)?;
        }
        self.next = Next::Block;
        Ok(())
    }

    fn sequence(&mut self) -> io::Result<()> {
        if self.block.left == 0 {
            return self.end_block();
        }
        let token = self.byte()?;
        let left = self.length(token >> 4)?;
        if left > self.block.left {
            return Err(invalid("a block ends within its literals"));
        }
        self.next = Next::Literals { left, token };
        Ok(())
    }

    fn literals(&mut self, buf: &mut [u8], left: usize, token: u8) -> io::Result<usize> {
        if left > 0 {
            let some = buf.len().min(left);
            let read = self.source.read(&mut buf[..some])?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.took(&buf[..read]);
            self.gave(&buf[..read]);
            self.next = Next::Literals {
                left: left - read,
                token,
            };
            return Ok(read);
        }
        if self.block.left == 0 {
            return self.end_block().map(|()| 0);
        }
        self.begin_match(token).map(|()| 0)
    }

    fn begin_match(&mut self, token: u8) -> io::Result<()> {
        let offset = usize::from(u16::from_le_bytes([self.byte()?, self.byte()?]));
        let from = if self.header.independent {
            self.block.start
        } else {
            0
        };
        if offset == 0 || offset > self.written - from {
            return Err(invalid("a match reaches back to before the beginning"));
        }
        let left = self.length(token & 0x0f)? + SHORTEST_MATCH;
        self.next = Next::Match { left, offset };
        Ok(())
    }

    fn matched(&mut self, buf: &mut [u8], left: usize, offset: usize) -> usize {
        let some = buf.len().min(left);
        for (n, byte) in buf[..some].iter_mut().enumerate() {
            let at = self.written + n;
            *byte = self.window[(at - offset) % WINDOW];
            self.window[at % WINDOW] = *byte;
        }
        self.written += some;
        self.content.write(&buf[..some]);
        self.next = match left - some {
            0 => Next::Sequence,
            left => Next::Match { left, offset },
        };
        some
    }

    /// A length whose first four bits stand in a token; while they are all set, more is to be added.
    fn length(&mut self, bits: u8) -> io::Result<usize> {
        let mut length = usize::from(bits);
        let mut more = bits == 15;
        while more {
            let byte = self.byte()?;
            length += usize::from(byte);
            more = byte == u8::MAX;
        }
        Ok(length)
    }

    fn byte(&mut self) -> io::Result<u8> {
        if self.block.left == 0 {
            return Err(invalid("a block ends within a sequence"));
        }
        let byte = exactly::<1>(&mut self.source)?;
        self.took(&byte);
        Ok(byte[0])
    }

    fn took(&mut self, bytes: &[u8]) {
        self.block.left -= bytes.len();
        if self.header.block_checksums {
            self.block.checksum.write(bytes);
        }
    }

    fn gave(&mut self, bytes: &[u8]) {
        for (n, byte) in bytes.iter().enumerate() {
            self.window[(self.written + n) % WINDOW] = *byte;
        }
        self.written += bytes.len();
        self.content.write(bytes);
    }
}

impl Header {
    fn read(source: &mut Source<'_>) -> io::Result<Self> {
        let [flags, sizes] = exactly(source)?;
        if flags >> 6 != 1 {
            return Err(invalid("its version is not known"));
        }
        if flags & 1 != 0 {
            return Err(invalid("it needs a dictionary"));
        }
        let mut sum = XxHash32::with_seed(0);
        sum.write(&[flags, sizes]);
        if flags & 0x08 != 0 {
            sum.write(&exactly::<8>(source)?);
        }
        let [checksum] = exactly(source)?;
        if sum.finish_32().to_le_bytes()[1] != checksum {
            return Err(invalid("its header does not match its checksum"));
        }
        let largest_block = match sizes >> 4 & 7 {
            4 => 64 << 10,
            5 => 256 << 10,
            6 => 1 << 20,
            7 => 4 << 20,
            _ => return Err(invalid("the size of its blocks is not known")),
        };
        Ok(Self {
            independent: flags & 0x20 != 0,
            block_checksums: flags & 0x10 != 0,
            content_checksum: flags & 0x04 != 0,
            largest_block,
        })
    }
}

fn exactly<const N: usize>(source: &mut Source<'_>) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn check(source: &mut Source<'_>, sum: &XxHash32) -> io::Result<()> {
    if exactly(source)? == sum.finish_32().to_le_bytes() {
        Ok(())
    } else {
        Err(invalid("its bytes do not match their checksum"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::layer::End;

    const LINKED: &[u8] = include_bytes!("../../tests/fixtures/decode/lz4-linked.bin");
    const LONG: &[u8] = include_bytes!("../../tests/fixtures/decode/long.txt");

    fn unpack(data: &[u8]) -> (Vec<u8>, Option<String>) {
        let opened = LAYER.unpack(data, 1 << 20);
        let why = match opened.end {
            End::Broken(why) => Some(why),
            End::Whole | End::More => None,
        };
        (opened.bytes, why)
    }

    /// A frame without checksums, of independent blocks of 64 KiB, that holds these bytes.
    fn frame(blocks: &[u8]) -> Vec<u8> {
        let mut sum = XxHash32::with_seed(0);
        sum.write(&[0x60, 0x40]);
        let header = [0x60, 0x40, sum.finish_32().to_le_bytes()[1]];
        [&MAGIC[..], &header, blocks].concat()
    }

    #[test]
    fn frames_that_are_to_be_passed_over_are() {
        let skippable = b"\x5f\x2a\x4d\x18\x03\0\0\0abc";
        let (bytes, why) = unpack(&[LINKED, skippable, LINKED].concat());
        assert_eq!((bytes, why), (LONG.repeat(2), None));
    }

    #[test]
    fn what_contradicts_a_frame_is_told_after_what_came_out() {
        let mut forged = LINKED.to_vec();
        *forged.last_mut().unwrap() ^= 1;
        let cases = [
            (forged, "its bytes do not match their checksum"),
            ([LINKED, b"more"].concat(), "what follows the frame is no other"),
            (LINKED[..LINKED.len() - 6].to_vec(), "it ends too early"),
        ];
        for (data, why) in cases {
            assert_eq!(unpack(&data), (LONG.to_vec(), Some(why.to_owned())));
        }
    }

    #[test]
    fn what_contradicts_a_block_is_told() {
        for (block, why) in [
            (&b"\x03\0\0\0\x10a\x02"[..], "a block ends within a sequence"),
            (
                b"\x04\0\0\0\x10a\x02\0",
                "a match reaches back to before the beginning",
            ),
            (
                b"\x04\0\0\0\x10a\0\0",
                "a match reaches back to before the beginning",
            ),
            (b"\x02\0\0\0\x20a", "a block ends within its literals"),
            (b"\x01\0\x01\0", "a block is larger than its frame allows"),
            // A match must not reach into the block before.
            (
                b"\x01\0\0\x80a\x03\0\0\0\0\x01\0\0\0\0\0",
                "a match reaches back to before the beginning",
            ),
        ] {
            assert_eq!(unpack(&frame(block)).1.as_deref(), Some(why), "{block:x?}");
        }
        let (bytes, why) = unpack(&frame(b"\x05\0\0\0\x1fa\x01\0\0\0\0\0\0"));
        assert_eq!((bytes, why), (b"a".repeat(20), None));
    }

    #[test]
    fn a_header_must_match_its_checksum() {
        let mut data = frame(b"\0\0\0\0");
        data[6] ^= 1;
        let why = "its header does not match its checksum".to_owned();
        assert_eq!(unpack(&data), (Vec::new(), Some(why)));
    }
}
