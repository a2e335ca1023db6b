//! zlib (RFC 1950). Its two bytes of header come up by chance, so that it is only told by what is no text and inflates.

use std::io::{self, Read as _};

use flate2::bufread::ZlibDecoder;

use super::Format;
use super::layer::{Head, Inside, Layer, Source};

const DEFLATE: u8 = 8;
/// The largest window, 32 KiB, as the header writes it.
const LARGEST_WINDOW: u8 = 7;
/// Set where a dictionary is needed that is not in the data.
const DICTIONARY: u8 = 0x20;
/// Other bytes do not inflate to so many before they contradict the format.
const SURE: u64 = 512;

pub(super) const LAYER: Layer = Layer {
    format: Format::Zlib,
    begins,
    open,
};

fn begins(head: Head<'_>) -> bool {
    has_header(head.bytes) && !is_text(head.bytes) && inflates(head.bytes)
}

fn has_header(data: &[u8]) -> bool {
    matches!(data, [method, flags, ..] if method & 0x0f == DEFLATE
        && method >> 4 <= LARGEST_WINDOW
        && flags & DICTIONARY == 0
        && u16::from_be_bytes([*method, *flags]) % 31 == 0)
}

/// A few words can happen to inflate to a long row of zeros; what was deflated is hardly ever text.
fn is_text(data: &[u8]) -> bool {
    let is_written = |text: &str| !text.contains(|c: char| c.is_control() && !c.is_whitespace());
    match std::str::from_utf8(data) {
        Ok(text) => is_written(text),
        // A head may end within a character.
        Err(error) => error.error_len().is_none() && is_text(&data[..error.valid_up_to()]),
    }
}

/// Whether it does so for long enough, or to its end and its checksum.
fn inflates(data: &[u8]) -> bool {
    let mut out = Vec::new();
    ZlibDecoder::new(data).take(SURE).read_to_end(&mut out).is_ok()
}

#[expect(clippy::unnecessary_wraps, reason = "other layers can fail here")]
fn open(source: Source<'_>) -> io::Result<Inside<'_>> {
    Ok(Box::new(ZlibDecoder::new(source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_has_the_header_by_chance_is_no_zlib() {
        let inflates = "HKöäaDpbaüüb日ü ".as_bytes();
        for text in [
            b"x^2 + y^2 = z^2",
            &b"HK stock exchange"[..],
            b"x\x9c",
            b"x^",
            inflates,
        ] {
            assert!(has_header(text));
            assert!(!begins(Head::all(text)), "{text:?}");
        }
    }
}
