//! The second wall: what was drawn is looked through once more, row by row, for what came together from pieces or past the gate.
//!
//! Must not: be relied on. What is wrapped or cut before it was masked may not be known here any more.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr as _;

use crate::redact::{Redaction, process};

/// Masks what is to be masked on the screen.
pub(super) fn cover(buffer: &mut Buffer) {
    process::with(|redaction| cover_rows(redaction, buffer));
}

fn cover_rows(redaction: &Redaction, buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width.max(1));
    let mut sign = [0; 4];
    let sign = &*redaction.sign().encode_utf8(&mut sign);
    let (mut text, mut starts) = (String::new(), Vec::new());
    for row in buffer.content.chunks_mut(width) {
        text.clear();
        starts.clear();
        let mut covered = 0;
        for cell in row.iter() {
            starts.push(text.len());
            // The cells behind a wide character show nothing of their own.
            if covered == 0 {
                text.push_str(cell.symbol());
                covered = cell.symbol().width();
            }
            covered = covered.saturating_sub(1);
        }
        for range in redaction.ranges(&text) {
            let first = starts
                .partition_point(|start| *start <= range.start)
                .saturating_sub(1);
            let end = starts.partition_point(|start| *start < range.end);
            row[first..end].iter_mut().for_each(|cell| {
                cell.set_symbol(sign);
            });
        }
    }
}
