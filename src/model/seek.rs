//! The picker of a place to tail from: a line that takes any position, places to choose from, and the shards to read.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use tui_input::Input;

use crate::resource::{ResourceId, ShardId, Timestamp};

/// What the picker knows.
#[derive(Debug)]
pub struct Seek {
    /// The stream.
    pub stream: ResourceId,
    /// What the person knows it as.
    pub name: String,
    /// The position as text.
    pub input: Input,
    /// Places to choose from.
    pub places: Vec<Place>,
    /// The shards that are known, in the order of their ids.
    pub shards: Vec<(ShardId, bool)>,
    /// Those to read; all where it is empty.
    pub only: BTreeSet<ShardId>,
    /// Whether parents are drained before their children are begun.
    pub parents_first: bool,
    /// The row that is selected.
    pub cursor: usize,
    /// What is wrong with the line.
    pub error: Option<String>,
}

/// A place to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it puts into the line.
    pub text: String,
    /// What it means.
    pub help: &'static str,
    /// The one shard that it is in.
    pub shard: Option<ShardId>,
    /// Whether it is there to be changed: what is typed then goes on from it, and does not replace it.
    pub begins: bool,
}

/// A row of the picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekRow {
    /// A place, by its number.
    Place(usize),
    /// Whether parents go before their children.
    Order,
    /// All shards.
    AllShards,
    /// A shard, by its number.
    Shard(usize),
}

impl Place {
    fn new(text: impl Into<String>, help: &'static str) -> Self {
        Self {
            text: text.into(),
            help,
            shard: None,
            begins: false,
        }
    }

    fn beginning(text: impl Into<String>, help: &'static str) -> Self {
        Self {
            begins: true,
            ..Self::new(text, help)
        }
    }
}

/// The places that every stream has; a time of day is filled in to be changed.
pub fn places(now: Timestamp, zone: &TimeZone) -> Vec<Place> {
    let today = now.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    vec![
        Place::new("latest", "from now on"),
        Place::new("trim-horizon", "the oldest record that is kept"),
        Place::new("-15m", "a quarter of an hour ago; also -90s, -2h30m, -1d"),
        Place::beginning(today, "a time of this clock; RFC 3339, or 14:02 of today"),
        Place::beginning("seq:", "a sequence number of one shard"),
    ]
}

impl Seek {
    /// A picker with its first place chosen.
    pub fn new(stream: ResourceId, name: String, places: Vec<Place>, shards: Vec<(ShardId, bool)>) -> Self {
        let mut seek = Self {
            stream,
            name,
            input: Input::default(),
            places,
            shards,
            only: BTreeSet::new(),
            parents_first: true,
            cursor: 0,
            error: None,
        };
        seek.select(0);
        seek
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        let shards = if self.shards.is_empty() {
            0
        } else {
            self.shards.len() + 1
        };
        self.places.len() + 1 + shards
    }

    /// What stands in a row.
    pub fn row(&self, number: usize) -> SeekRow {
        let places = self.places.len();
        match number {
            number if number < places => SeekRow::Place(number),
            number if number == places => SeekRow::Order,
            number if number == places + 1 => SeekRow::AllShards,
            number => SeekRow::Shard(number - places - 2),
        }
    }

    /// The row that is selected.
    pub fn selected(&self) -> SeekRow {
        self.row(self.cursor)
    }

    /// Whether the keys go into the line.
    pub fn is_typing(&self) -> bool {
        matches!(self.selected(), SeekRow::Place(_))
    }

    /// Selects a row. A place goes into the line.
    pub fn select(&mut self, number: usize) {
        if let Some(shard) = self.place().and_then(|place| place.shard.clone()) {
            self.only.remove(&shard);
        }
        self.cursor = number.min(self.row_count() - 1);
        if let Some(place) = self.place().cloned() {
            self.input = Input::new(place.text);
            self.only.extend(place.shard);
        }
        self.error = None;
    }

    /// The place that is selected.
    fn place(&self) -> Option<&Place> {
        match self.selected() {
            SeekRow::Place(number) => self.places.get(number),
            _ => None,
        }
    }

    /// Something is about to be typed: a chosen place gives way to it, unless it is there to be changed.
    pub fn make_way(&mut self) {
        let gives_way = |place: &Place| !place.begins && place.text == self.input.value();
        if self.place().is_some_and(gives_way) {
            self.input.reset();
        }
    }

    /// The first row of the other group: places, or what is read of them.
    pub fn other_group(&self) -> usize {
        if self.is_typing() { self.places.len() } else { 0 }
    }

    /// Takes a shard or leaves it, or turns the order over.
    pub fn toggle(&mut self) {
        match self.selected() {
            SeekRow::Place(_) => {}
            SeekRow::Order => self.parents_first = !self.parents_first,
            SeekRow::AllShards => self.only.clear(),
            SeekRow::Shard(number) => {
                let shard = self.shards[number].0.clone();
                if !self.only.remove(&shard) {
                    self.only.insert(shard);
                }
            }
        }
    }

    /// Whether a shard is read.
    pub fn takes(&self, shard: &ShardId) -> bool {
        self.only.is_empty() || self.only.contains(shard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seek() -> Seek {
        let now: Timestamp = "2026-03-02T09:14:31Z".parse().unwrap();
        let shards = ["000", "001"].map(|id| (ShardId::from(id), true)).to_vec();
        Seek::new(
            "orders".into(),
            "orders".into(),
            places(now, &TimeZone::UTC),
            shards,
        )
    }

    #[test]
    fn a_place_goes_into_the_line() {
        let mut seek = seek();
        assert_eq!(seek.input.value(), "latest");
        seek.select(3);
        assert_eq!(seek.input.value(), "2026-03-02 09:14");
        seek.select(usize::MAX);
        assert_eq!(seek.selected(), SeekRow::Shard(1));
        assert_eq!(seek.input.value(), "2026-03-02 09:14", "a shard leaves it alone");
    }

    #[test]
    fn what_is_typed_takes_the_place_of_what_was_chosen() {
        let mut seek = seek();
        seek.make_way();
        assert_eq!(seek.input.value(), "");
        seek.select(4);
        seek.make_way();
        assert_eq!(seek.input.value(), "seq:");
    }

    #[test]
    fn shards_are_taken_and_left() {
        let mut seek = seek();
        assert!(seek.takes(&"000".into()) && seek.takes(&"001".into()));
        seek.select(7);
        seek.toggle();
        assert!(seek.takes(&"000".into()) && !seek.takes(&"001".into()));
        seek.toggle();
        assert!(seek.takes(&"001".into()), "none chosen means all");
        seek.select(6);
        seek.toggle();
        assert!(seek.only.is_empty());
    }

    #[test]
    fn a_stream_without_shards_has_no_rows_for_them() {
        let seek = Seek::new("orders".into(), "orders".into(), seek().places, Vec::new());
        assert_eq!(seek.row(seek.row_count() - 1), SeekRow::Order);
    }
}
