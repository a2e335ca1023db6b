//! Base64 (RFC 4648), standard or safe for URLs, with padding or without.
//!
//! Many words are Base64 by chance. It is only told where all there is could be nothing else: what comes out of it is itself of
//! a format that is known by its content.

use std::io::{self, Read};

use ::base64::alphabet::STANDARD;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ::base64::read::DecoderReader;

use super::Format;
use super::layer::{self, Head, Inside, Layer, Source};
use super::{json, kpl};

/// Less cannot hold enough to be told by its content.
const SHORTEST: usize = 16;
/// How many characters are looked at to know what is inside.
const SAMPLE: usize = 4096;

static ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) const LAYER: Layer = Layer {
    format: Format::Base64,
    begins,
    open,
};

fn begins(head: Head<'_>) -> bool {
    let text = head.bytes.trim_ascii();
    let digits = if head.whole { without_padding(text) } else { text };
    let possible = digits.len() >= SHORTEST && (!head.whole || digits.len() % 4 != 1);
    possible && digits.iter().copied().all(is_digit) && is_known_inside(digits, head.whole)
}

fn without_padding(text: &[u8]) -> &[u8] {
    let once = text.strip_suffix(b"=").unwrap_or(text);
    once.strip_suffix(b"=").unwrap_or(once)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn is_known_inside(digits: &[u8], whole: bool) -> bool {
    let all = whole && digits.len() <= SAMPLE;
    let sample = if all {
        digits
    } else {
        // Four characters are three bytes: what is left over of them cannot be read alone.
        &digits[..digits.len().min(SAMPLE) / 4 * 4]
    };
    let mut bytes = Vec::new();
    let read = open(Box::new(sample)).and_then(|mut inside| inside.read_to_end(&mut bytes));
    read.is_ok()
        && is_known(Head {
            bytes: &bytes,
            whole: all,
        })
}

/// Whether the bytes are of a format that is told by its content, and surely so.
fn is_known(head: Head<'_>) -> bool {
    json::begins(head) || kpl::begins(head.bytes) || layer::told_by(head).is_some()
}

#[expect(clippy::unnecessary_wraps, reason = "other layers can fail here")]
fn open(source: Source<'_>) -> io::Result<Inside<'_>> {
    Ok(Box::new(DecoderReader::new(Standard(source), &ANY_PADDING)))
}

/// The same in the standard alphabet, without white space.
struct Standard<'a>(Source<'a>);

impl Read for Standard<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buf)?;
            let mut kept = 0;
            for n in 0..read {
                let byte = buf[n];
                if !byte.is_ascii_whitespace() {
                    buf[kept] = standard(byte);
                    kept += 1;
                }
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

fn standard(digit: u8) -> u8 {
    match digit {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}
