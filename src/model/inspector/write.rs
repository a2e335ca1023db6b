//! Writes a [`Tree`], line by line. The one gate through which text comes into it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::tree::{Kind, Node, Sign, Span, Tree};
use crate::sanitize;

/// Columns of a level.
pub const INDENT: usize = 2;
/// Columns of a sign, and of the marker of what folds.
const MARK: usize = 2;
/// Columns between a name and its value.
pub const GAP: usize = 2;
/// Columns that a value has at least, wherever it stands.
const NARROWEST: usize = 8;
/// From so many lines on a string inside a structure is folded at first.
const LONG_STRING: usize = 6;
/// A document of more nodes is folded at first but for the outermost two levels.
const LARGE: usize = 400;

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place<'a> {
    pub(super) depth: u16,
    pub(super) name: &'a str,
    /// Columns of the names beside it.
    pub(super) pad: u16,
    pub(super) sign: Option<Sign>,
}

impl<'a> Place<'a> {
    /// The same for something inside it.
    pub(super) fn inside(self, name: &'a str, pad: u16) -> Self {
        Self {
            depth: self.depth + 1,
            name,
            pad,
            ..self
        }
    }

    /// The same with a sign.
    pub(super) fn signed(self, sign: Sign) -> Self {
        Self {
            sign: Some(sign),
            ..self
        }
    }
}

/// A tree that is being written for a screen of so many columns.
#[derive(Debug)]
pub(super) struct Writer {
    columns: usize,
    text: String,
    nodes: Vec<Node>,
}

impl Writer {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            columns,
            text: String::new(),
            nodes: Vec::new(),
        }
    }

    /// How many columns a value has at a place.
    pub(super) fn room(&self, place: &Place<'_>) -> usize {
        self.room_from(column(place, Kind::Word))
    }

    fn room_from(&self, column: u16) -> usize {
        self.columns.saturating_sub(usize::from(column)).max(NARROWEST)
    }

    /// Columns that names are given when they stand below each other: those of the longest, but never more than half of all.
    pub(super) fn pad<'a>(&self, names: impl Iterator<Item = &'a str>) -> u16 {
        let longest = names.map(UnicodeWidthStr::width).max().unwrap_or(0);
        u16::try_from(longest.min(self.columns / 2)).unwrap_or(u16::MAX)
    }

    /// Writes something that has no inside, on as many lines as it takes.
    pub(super) fn leaf(&mut self, place: &Place<'_>, kind: Kind, text: &str) {
        let room = self.room_from(column(place, kind));
        let number = self.open(place, kind, text);
        let node = &self.nodes[number];
        let (whole, start) = (node.text.clone(), node.text.start);
        let words = &self.text[usize(&whole)];
        let pieces = match kind {
            Kind::Note => wrap_words(words, room),
            _ => wrap(words, room),
        };
        if let Some(first) = pieces.first().filter(|_| pieces.len() > 1) {
            self.nodes[number].head = start + first.end;
        }
        for piece in pieces.iter().skip(1) {
            let end = self.count() + 1;
            let text = start + piece.start..start + piece.end;
            self.nodes.push(Node {
                kind: Kind::Piece,
                name: whole.end..whole.end,
                head: text.end,
                text,
                end,
                ..self.nodes[number].clone()
            });
        }
        self.close(number);
    }

    /// Begins something that has an inside.
    pub(super) fn open(&mut self, place: &Place<'_>, kind: Kind, text: &str) -> usize {
        let name = self.push(place.name);
        let text = self.push(text);
        let number = self.nodes.len();
        self.nodes.push(Node {
            depth: place.depth,
            kind,
            sign: place.sign,
            column: column(place, kind),
            name,
            head: text.end,
            text,
            end: self.count() + 1,
        });
        number
    }

    /// Its inside ends here.
    pub(super) fn close(&mut self, number: usize) {
        self.nodes[number].end = self.count();
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.leaf(&Place::default(), Kind::Blank, "");
    }

    /// The document, folded so that a large one can be overlooked.
    pub(super) fn finish(self) -> Tree {
        let large = self.nodes.len() > LARGE;
        let folded = (0..self.nodes.len()).map(|number| self.is_folded_at_first(number, large));
        let folded = folded.collect();
        Tree::new(self.text, self.nodes, folded)
    }

    fn is_folded_at_first(&self, number: usize, large: bool) -> bool {
        let node = &self.nodes[number];
        let lines = node.end as usize - number;
        match node.kind {
            Kind::String => lines > LONG_STRING,
            Kind::Group => true,
            Kind::Object | Kind::Array | Kind::Set | Kind::Bytes => large && node.depth > 0 && lines > 1,
            _ => false,
        }
    }

    fn push(&mut self, text: &str) -> Span {
        let start = length(self.text.len());
        self.text.push_str(&sanitize::line(text));
        start..length(self.text.len())
    }

    fn count(&self) -> u32 {
        length(self.nodes.len())
    }
}

/// Where a text begins: behind the sign, the levels, the marker, the name.
fn column(place: &Place<'_>, kind: Kind) -> u16 {
    let sign = if place.sign.is_some() { MARK } else { 0 };
    let marks = if kind.is_plain() {
        0
    } else {
        sign + usize::from(place.depth) * INDENT + MARK
    };
    let name = if place.pad > 0 {
        usize::from(place.pad) + GAP
    } else {
        0
    };
    u16::try_from(marks + name).unwrap_or(u16::MAX)
}

/// No record comes near 4 GiB: layers give 16 MiB at most.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn usize(span: &Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Where a text is broken so that each part takes so many columns at most. A part ends where a line ended.
fn wrap(text: &str, room: usize) -> Vec<Span> {
    if text.is_ascii() {
        return (0..length(text.len()))
            .step_by(room)
            .map(|start| start..(start + length(room)).min(length(text.len())))
            .collect();
    }
    let mut parts = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, cluster) in text.grapheme_indices(true) {
        let ended = text[..at].ends_with('␊');
        if at > start && (used + cluster.width() > room || ended) {
            parts.push(length(start)..length(at));
            (start, used) = (at, 0);
        }
        used += cluster.width();
    }
    parts.push(length(start)..length(text.len()));
    parts
}

/// The same between words, where they are not longer than a line.
fn wrap_words(text: &str, room: usize) -> Vec<Span> {
    let mut parts: Vec<Span> = Vec::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let width = word.trim_end().width();
        if width > room {
            return wrap(text, room);
        }
        let start = parts.last().map_or(0, |part| part.end);
        let end = start + length(word.len());
        if let Some(part) = parts.last_mut().filter(|_| used + width <= room) {
            part.end = end;
        } else {
            parts.push(start..end);
            used = 0;
        }
        used += word.width();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, room: usize) -> Vec<&str> {
        let parts = wrap(text, room);
        parts.iter().map(|part| &text[usize(part)]).collect()
    }

    #[test]
    fn a_text_is_broken_by_columns_and_where_its_lines_end() {
        assert_eq!(parts("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(parts("日本語 abc", 5), ["日本", "語 ab", "c"]);
        assert_eq!(parts("a␊bc␊", 5), ["a␊", "bc␊"]);
        assert_eq!(parts("", 5), Vec::<&str>::new());
    }

    #[test]
    fn words_of_ours_are_broken_between_words() {
        let text = "keys only: the rest";
        let parts = wrap_words(text, 10);
        let parts: Vec<_> = parts.iter().map(|part| &text[usize(part)]).collect();
        assert_eq!(parts, ["keys only: ", "the rest"]);
    }
}
