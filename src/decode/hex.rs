//! Bytes as a hex dump, made line by line, so that of 10 MiB only what shows is written.

use std::fmt::Write as _;

use crate::redact::process as redaction;

/// How many bytes a line of a dump has where it may be so wide: 16, or as many as fit of 8 and 4.
pub fn hex_width(columns: usize) -> usize {
    match columns {
        0..=43 => 4,
        44..=77 => 8,
        _ => 16,
    }
}

/// How many lines a dump has.
pub fn hex_lines(len: usize, width: usize) -> usize {
    len.div_ceil(width.max(1))
}

/// A line of a dump: offset, bytes, and what of them is printable ASCII. What is masked is so in both.
pub fn hex_line(data: &[u8], line: usize, width: usize) -> String {
    let start = (line * width).min(data.len());
    let bytes = redaction::mask_part(data, start..data.len().min(start + width));
    let (left, right) = bytes.split_at(bytes.len().min(width / 2));
    let halves = format!("{}  {}", spaced(left), spaced(right));
    let text: String = bytes.iter().map(|byte| printable(*byte)).collect();
    format!("{start:08x}  {halves:<columns$}  {text}", columns = width * 3)
}

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    joined(bytes, "")
}

/// So many bytes at most in hex, with spaces between them; masked, as a line is.
pub(super) fn spaced_beginning(bytes: &[u8], most: usize) -> String {
    spaced(&redaction::mask_part(bytes, 0..bytes.len().min(most)))
}

fn spaced(bytes: &[u8]) -> String {
    joined(bytes, " ")
}

fn joined(bytes: &[u8], separator: &str) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for (n, byte) in bytes.iter().enumerate() {
        let before = if n == 0 { "" } else { separator };
        // Writing to a String cannot fail.
        let _ = write!(out, "{before}{byte:02x}");
    }
    out
}

fn printable(byte: u8) -> char {
    match byte {
        b' '..=b'~' => char::from(byte),
        _ => '.',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_laid_out_in_halves() {
        let data: Vec<u8> = (0x3a..0x4c).collect();
        assert_eq!(
            hex_line(&data, 0, 16),
            "00000000  3a 3b 3c 3d 3e 3f 40 41  42 43 44 45 46 47 48 49  :;<=>?@ABCDEFGHI"
        );
        assert_eq!(
            hex_line(&data, 1, 16),
            "00000010  4a 4b                                             JK"
        );
        assert_eq!(hex_line(&data, 2, 8), "00000010  4a 4b                     JK");
        assert_eq!(
            (
                hex_lines(data.len(), 16),
                hex_lines(data.len(), 8),
                hex_lines(0, 16)
            ),
            (2, 3, 0)
        );
    }

    #[test]
    fn a_dump_fits_its_columns() {
        for columns in [44, 63, 78, 200] {
            assert!(hex_line(&[0; 64], 0, hex_width(columns)).len() <= columns);
        }
    }
}
