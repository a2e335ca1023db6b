//! One record, read closely: the pane and where one is in it.
//!
//! Must not: decode; a [`Document`] is made beside the screen.

mod change;
mod document;
mod search;
mod tree;
mod value;
mod write;

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

pub use document::Document;
pub use search::{Mark, Search};
pub use tree::{Kind, Line, Node, Sign, Tree};
pub use write::{GAP, INDENT};

use super::Remote;
use crate::decode::{hex_line, hex_lines, hex_width};
use crate::resource::{Body, Record};

/// From so many columns on, bytes and meaning stand side by side.
const BESIDE: usize = 76;
/// From so many columns on, the bytes have the wider dump there.
const WIDE: usize = 130;
/// Columns of the dump where it stands beside the meaning: eight bytes a line, or sixteen.
const DUMPS: [usize; 2] = [44, 78];
/// Columns between the two.
pub const BETWEEN: usize = 3;

/// How a record is looked at: what its document depends on besides the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// How wide its lines are.
    pub columns: usize,
    /// DynamoDB's values with their types, as its JSON writes them.
    pub typed: bool,
    /// Binary attributes as their bytes instead of what these mean.
    pub hex: bool,
}

impl Sight {
    /// The same without types, as the elements of a set have none of their own.
    fn plain(self) -> Self {
        Self { typed: false, ..self }
    }
}

/// What of a record is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// What it says.
    #[default]
    Meaning,
    /// Its own bytes, beside what they say.
    Bytes,
    /// The bytes of the aggregate that it came in.
    Whole,
}

/// The pane that shows it.
#[derive(Clone, Debug)]
pub struct Inspector {
    /// The number of the record in the ring.
    pub number: u64,
    /// The record, which may fall off the ring while it is read.
    pub record: Arc<Record>,
    /// How it is to be looked at, but for the columns.
    pub sight: Sight,
    /// Which record its document is of, or will be, and how looked at.
    pub asked: Option<(u64, Sight)>,
    /// Which record its document is of.
    shown: Option<u64>,
    /// Its meaning.
    pub document: Remote<Document>,
    /// What of it is shown.
    pub reading: Reading,
    /// The first line on the screen.
    pub scroll: usize,
    /// The line of the document that has the cursor.
    pub cursor: usize,
    /// What was looked for in it.
    pub search: Option<Search>,
}

impl Inspector {
    /// A pane on a record that has still to be decoded.
    pub fn new(number: u64, record: Arc<Record>) -> Self {
        Self {
            number,
            record,
            sight: Sight::default(),
            asked: None,
            shown: None,
            document: Remote::Idle,
            reading: Reading::Meaning,
            scroll: 0,
            cursor: 0,
            search: None,
        }
    }

    /// How the record is to be looked at in a pane of so many columns.
    pub fn sight_in(&self, columns: usize) -> Sight {
        let columns = match self.dump_beside(columns) {
            Some(dump) => columns - dump - BETWEEN,
            None => columns,
        };
        Sight {
            columns,
            ..self.sight
        }
    }

    /// Shows the bytes instead of the meaning, then those of the aggregate, then the meaning again. A change has no bytes of
    /// its own: its binary attributes turn to their bytes and back.
    pub fn turn_to_bytes(&mut self) {
        self.reading = match (&self.record.body, self.reading) {
            (Body::Change(_), _) => {
                self.sight.hex = !self.sight.hex;
                return;
            }
            (_, Reading::Meaning) => Reading::Bytes,
            (
                Body::Blob {
                    aggregate: Some(_), ..
                },
                Reading::Bytes,
            ) => Reading::Whole,
            _ => Reading::Meaning,
        };
        self.scroll = 0;
    }

    /// A record is looked at, in the same way as the one before.
    pub fn turn_to(&mut self, number: u64, record: Arc<Record>, sight: Sight) {
        if self.number != number {
            self.scroll = 0;
            self.cursor = 0;
            self.search.iter_mut().for_each(Search::restart);
        }
        self.number = number;
        self.record = record;
        self.asked = Some((number, sight));
    }

    /// The document is here. Where it is of the same record as the one before, it stays folded as it was.
    pub fn take(&mut self, mut document: Document) {
        let before = self.tree().filter(|_| self.shown == Some(self.number));
        let ordinal = before.map(|tree| tree.ordinal(self.cursor));
        if let Some(before) = before {
            document.tree.fold_like(before);
        }
        if let Some(search) = &mut self.search {
            search.run(&mut document.tree);
        }
        self.cursor = ordinal.map_or(0, |ordinal| document.tree.place_of_ordinal(ordinal));
        self.shown = Some(self.number);
        self.document = Remote::Ready(document);
    }

    /// The lines of what it says.
    pub fn tree(&self) -> Option<&Tree> {
        self.document.value().map(|document| &document.tree)
    }

    /// Whether its lines can be gone through one by one: not while a dump is shown.
    pub fn has_cursor(&self) -> bool {
        self.dump().is_none() && self.tree().is_some()
    }

    /// The bytes to dump, where they are what is shown.
    pub fn dump(&self) -> Option<&Bytes> {
        let unread = || self.document.value()?.unread.as_ref();
        match (&self.record.body, self.reading) {
            (Body::Change(_), _) => None,
            (Body::Blob { .. }, Reading::Meaning) => unread(),
            (
                Body::Blob {
                    aggregate: Some(it), ..
                },
                Reading::Whole,
            ) => Some(&it.whole),
            (Body::Blob { data, .. }, _) => Some(data),
        }
    }

    /// Columns of the dump where it stands beside the meaning.
    pub fn dump_beside(&self, columns: usize) -> Option<usize> {
        let asked = self.reading != Reading::Meaning && self.dump().is_some();
        (asked && columns >= BESIDE).then(|| DUMPS[usize::from(columns >= WIDE)])
    }

    /// How many lines there are to scroll through in a pane of so many columns.
    pub fn lines(&self, columns: usize) -> usize {
        let tree = self.tree().map_or(0, Tree::lines);
        let dump = self.dump_lines(columns);
        match self.dump_beside(columns) {
            Some(_) => tree.max(dump),
            None => tree + dump,
        }
    }

    /// A line of the dump, written only where it is read.
    pub fn dump_line(&self, number: usize, columns: usize) -> Option<Cow<'_, str>> {
        let number = number.checked_sub(self.notes_first())?;
        let width = self.dump_width(columns);
        let data = self.dump()?;
        (number < hex_lines(data.len(), width)).then(|| hex_line(data, number, width).into())
    }

    /// The line of the document that stands on a line of the pane.
    pub fn place(&self, number: usize, columns: usize) -> Option<usize> {
        match self.dump_beside(columns) {
            Some(_) => Some(number),
            None if number < self.notes_first() => Some(number),
            None => number
                .checked_sub(self.dump_lines(columns))
                .filter(|place| *place >= self.notes_first()),
        }
    }

    /// The lines that say why there are no more than bytes: a person who has to go past all of those does not see them.
    fn notes_first(&self) -> usize {
        let first = self.reading == Reading::Meaning && self.dump().is_some();
        self.tree().filter(|_| first).map_or(0, Tree::notes)
    }

    fn dump_lines(&self, columns: usize) -> usize {
        self.dump()
            .map_or(0, |data| hex_lines(data.len(), self.dump_width(columns)))
    }

    fn dump_width(&self, columns: usize) -> usize {
        hex_width(self.dump_beside(columns).unwrap_or(columns))
    }
}

#[cfg(test)]
mod tests;
