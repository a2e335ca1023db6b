//! A stream: its shards, and the changes to it that take a moment.
//!
//! Must not: know how calls name it or what they answer.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::consumer::Consumer;
use super::scaling;
use super::sequence::Sequence;
use super::shard::{Data, Shard, unix_seconds};
use crate::resource::HashRange;

/// How long a stream is being created, updated or deleted. The service takes some seconds.
const CHANGE_TAKES: SignedDuration = SignedDuration::from_millis(500);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A stream's capacity mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Mode {
    /// The service chooses the number of shards.
    OnDemand,
    /// The owner does.
    Provisioned,
}

impl Mode {
    /// The service's word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "ON_DEMAND",
            Self::Provisioned => "PROVISIONED",
        }
    }
}

/// A change that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// The stream comes to be, with so many shards.
    Create(u32),
    /// A shard is split in two, the second of which begins at a hash key.
    Split(u32, u128),
    /// Two adjacent shards become one.
    Merge(u32, u32),
    /// The stream gets so many equal shards.
    Scale(u32),
    /// The stream goes away.
    Delete,
}

/// A data stream.
#[derive(Debug)]
pub(super) struct Stream {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its capacity mode.
    pub mode: Mode,
    /// How long records are kept, in hours.
    pub retention_hours: i64,
    /// The largest record that it takes, in KiB.
    pub max_record_kib: i64,
    /// The throughput that it was made ready for, in MiB/s, if it was.
    pub warm_throughput: Option<i64>,
    /// The most that a shard keeps, in bytes of text, whatever the retention.
    pub shard_capacity: usize,
    /// The tags that it was made with.
    pub tags: Map<String, Value>,
    /// The consumers registered with it, by name.
    pub consumers: BTreeMap<String, Consumer>,
    /// When it was scaled lately.
    pub scalings: Vec<Timestamp>,
    shards: Vec<Shard>,
    pending: Option<(Timestamp, Change)>,
}

impl Stream {
    /// A stream without shards yet: it is [`Change::Create`] that makes them.
    pub(super) fn new(name: &str, mode: Mode, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            created,
            mode,
            // Developer Guide, "Quotas and limits": a day unless changed.
            retention_hours: 24,
            max_record_kib: 1024,
            warm_throughput: None,
            shard_capacity: usize::MAX,
            tags: Map::new(),
            consumers: BTreeMap::new(),
            scalings: Vec::new(),
            shards: Vec::new(),
            pending: None,
        }
    }

    /// The service's word for what it is doing.
    pub(super) fn status(&self) -> &'static str {
        match self.pending {
            None => "ACTIVE",
            Some((_, Change::Create(_))) => "CREATING",
            Some((_, Change::Split(..) | Change::Merge(..) | Change::Scale(_))) => "UPDATING",
            Some((_, Change::Delete)) => "DELETING",
        }
    }

    /// Whether it can be read and written.
    pub(super) fn is_usable(&self) -> bool {
        !matches!(self.pending, Some((_, Change::Create(_) | Change::Delete)))
    }

    /// Begins a change, which is done a moment later.
    pub(super) fn begin(&mut self, change: Change, now: Timestamp) {
        self.pending = Some((now + CHANGE_TAKES, change));
    }

    /// Does the change that is due, if any. False once the stream is gone.
    pub(super) fn settle(&mut self, now: Timestamp) -> bool {
        self.consumers.retain(|_, consumer| !consumer.is_gone(now));
        match self.pending {
            Some((due, change)) if due <= now => {
                self.pending = None;
                self.apply(change, due)
            }
            _ => true,
        }
    }

    /// Does a change at once. False if the stream is gone by it.
    pub(super) fn apply(&mut self, change: Change, at: Timestamp) -> bool {
        match change {
            Change::Create(count) => self.open_first(count),
            Change::Split(place, key) => self.split(place, key, at),
            Change::Merge(one, other) => self.merge(one, other, at),
            Change::Scale(count) => self.scale(count, at),
            Change::Delete => return false,
        }
        true
    }

    fn open_first(&mut self, count: u32) {
        let made = unix_seconds(self.created);
        for (place, range) in (0..).zip(scaling::equal_ranges(count)) {
            self.shards
                .push(Shard::new(place, Vec::new(), range, self.created, made));
        }
    }

    /// Cuts the open shards where the new ones begin, and joins what lies between. What is cut and joined lives for no time.
    fn scale(&mut self, count: u32, at: Timestamp) {
        let starts: Vec<u128> = scaling::starts(count).collect();
        let mut pieces = self.cut_at(&starts, at).into_iter();
        let Some(mut whole) = pieces.next() else { return };
        for piece in pieces {
            if starts
                .binary_search(&self.shards[piece as usize].range.start)
                .is_ok()
            {
                whole = piece;
            } else {
                self.merge(whole, piece, at);
                whole = self.newest();
            }
        }
    }

    /// Splits the open shards at every one of the sorted starts. Gives what is open then, in the order of its hash keys.
    fn cut_at(&mut self, starts: &[u128], at: Timestamp) -> Vec<u32> {
        let open = self.shards.iter().filter(|shard| shard.is_open());
        let mut open: Vec<(u32, HashRange)> = open.map(|shard| (shard.place, shard.range)).collect();
        open.sort_by_key(|(_, range)| range.start);
        let mut pieces = Vec::new();
        for (mut place, range) in open {
            let first = starts.partition_point(|start| *start <= range.start);
            for start in starts[first..].iter().take_while(|start| **start <= range.end) {
                self.split(place, *start, at);
                place = self.newest();
                pieces.push(place - 1);
            }
            pieces.push(place);
        }
        pieces
    }

    /// A split or a merge as the dice fall, so that there are from one to `most` open shards.
    pub(super) fn any_change(&self, dice: u64, most: usize) -> Option<Change> {
        let mut open: Vec<&Shard> = self.shards.iter().filter(|shard| shard.is_open()).collect();
        open.sort_by_key(|shard| shard.range.start);
        let splits = open.len() < 2 || open.len() < most && dice.is_multiple_of(2);
        let choices = open.len() - usize::from(!splits);
        let place = usize::try_from(dice / 2)
            .unwrap_or_default()
            .checked_rem(choices)?;
        if !splits {
            return Some(Change::Merge(open[place].place, open[place + 1].place));
        }
        let HashRange { start, end } = open[place].range;
        let middle = start.midpoint(end);
        (start < middle).then_some(Change::Split(open[place].place, middle))
    }

    fn newest(&self) -> u32 {
        self.shards.last().map_or(0, |shard| shard.place)
    }

    fn split(&mut self, place: u32, key: u128, at: Timestamp) {
        let HashRange { start, end } = self.shards[place as usize].range;
        self.replace(
            &[place],
            &[HashRange { start, end: key - 1 }, HashRange { start: key, end }],
            at,
        );
    }

    fn merge(&mut self, one: u32, other: u32, at: Timestamp) {
        let (a, b) = (self.shards[one as usize].range, self.shards[other as usize].range);
        let range = HashRange {
            start: a.start.min(b.start),
            end: a.end.max(b.end),
        };
        self.replace(&[one, other], &[range], at);
    }

    fn replace(&mut self, parents: &[u32], ranges: &[HashRange], at: Timestamp) {
        let mut made = unix_seconds(at);
        for parent in parents {
            let parent = &mut self.shards[*parent as usize];
            parent.close(at);
            made = made.max(parent.first.shard_made);
        }
        // Above every number of the parents, even if they are of the same second.
        made += 1;
        for range in ranges {
            let place = u32::try_from(self.shards.len()).unwrap_or(u32::MAX);
            self.shards
                .push(Shard::new(place, parents.to_vec(), *range, at, made));
        }
    }

    /// The shards that still hold or take records, oldest first.
    pub(super) fn shards(&self, now: Timestamp) -> impl Iterator<Item = &Shard> {
        let horizon = self.horizon(now);
        self.shards
            .iter()
            .filter(move |shard| shard.is_open_since(horizon))
    }

    /// One of the shards that still hold or take records, with the old records dropped.
    pub(super) fn shard(&mut self, place: u32, now: Timestamp) -> Option<&mut Shard> {
        let horizon = self.horizon(now);
        let shard = self.shards.get_mut(place as usize)?;
        shard.trim(horizon, self.shard_capacity);
        shard.is_open_since(horizon).then_some(shard)
    }

    /// The shards that came from a shard.
    pub(super) fn children(&self, parent: u32) -> impl Iterator<Item = &Shard> {
        self.shards
            .iter()
            .filter(move |shard| shard.parents.contains(&parent))
    }

    /// How many shards take records.
    pub(super) fn open_shards(&self) -> usize {
        self.shards.iter().filter(|shard| shard.is_open()).count()
    }

    /// The oldest time of which something is kept.
    pub(super) fn horizon(&self, now: Timestamp) -> Timestamp {
        let retention = HOUR * i32::try_from(self.retention_hours).unwrap_or(i32::MAX);
        now.checked_sub(retention)
            .map_or(self.created, |horizon| horizon.max(self.created))
    }

    /// Appends a record to the open shard that takes the hash key.
    pub(super) fn put(
        &mut self,
        partition_key: &str,
        hash_key: u128,
        data: Data<'_>,
        now: Timestamp,
    ) -> Option<(String, Sequence)> {
        let horizon = self.horizon(now);
        let shard = self
            .shards
            .iter_mut()
            .find(|shard| shard.is_open() && shard.range.holds(hash_key))?;
        shard.trim(horizon, self.shard_capacity);
        Some((shard.id(), shard.push(partition_key, data, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_760_000_000).unwrap()
    }

    fn stream(shards: u32) -> Stream {
        let mut stream = Stream::new("orders", Mode::Provisioned, now());
        stream.apply(Change::Create(shards), now());
        stream
    }

    #[test]
    fn the_shards_of_a_new_stream_cover_every_hash_key() {
        let stream = stream(3);
        let ranges: Vec<_> = stream.shards(now()).map(|shard| shard.range).collect();
        assert_eq!(ranges[0].start, 0);
        assert_eq!(ranges[0].end + 1, ranges[1].start);
        assert_eq!(ranges[1].end + 1, ranges[2].start);
        assert_eq!(ranges[2].end, u128::MAX);
    }

    #[test]
    fn children_are_numbered_above_their_parents_even_within_one_second() {
        let mut stream = stream(1);
        stream.apply(Change::Split(0, 100), now());
        stream.apply(Change::Split(2, 1000), now());
        let shards: Vec<_> = stream.shards(now()).collect();
        assert!(shards[0].closed.unwrap().last < shards[2].first);
        assert!(shards[2].closed.unwrap().last < shards[3].first);
        assert!(shards[3].is_open());
    }

    #[test]
    fn scaling_leaves_equal_shards_whatever_was_there() {
        let mut stream = stream(3);
        stream.apply(Change::Split(1, 1 << 127), now());
        for count in [8, 5, 3, 1, 2] {
            stream.apply(Change::Scale(count), now());
            let mut open: Vec<_> = stream.shards.iter().filter(|shard| shard.is_open()).collect();
            open.sort_by_key(|shard| shard.range.start);
            let ranges: Vec<_> = open.iter().map(|shard| shard.range).collect();
            assert_eq!(ranges, scaling::equal_ranges(count));
        }
        let children = stream.shards.iter().filter(|shard| !shard.parents.is_empty());
        for shard in children {
            for parent in &shard.parents {
                let parent = &stream.shards[*parent as usize];
                assert!(parent.closed.unwrap().last < shard.first, "{shard:?}");
            }
        }
    }

    #[test]
    fn chance_never_leaves_a_stream_without_shards_or_with_too_many() {
        let mut stream = stream(1);
        let mut rng = fastrand::Rng::with_seed(7);
        let mut most = 0;
        for _ in 0..2000 {
            let change = stream.any_change(rng.u64(..), 6).unwrap();
            stream.apply(change, now());
            assert!((1..=6).contains(&stream.open_shards()));
            most = most.max(stream.open_shards());
        }
        assert_eq!(most, 6);
    }

    #[test]
    fn a_closed_shard_is_forgotten_after_the_retention() {
        let mut stream = stream(2);
        stream.apply(Change::Merge(0, 1), now());
        let later = now() + SignedDuration::from_hours(24);
        assert_eq!(stream.shards(later).count(), 3);
        assert_eq!(stream.shards(later + SignedDuration::from_millis(1)).count(), 1);
    }
}
