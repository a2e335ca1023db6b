//! The stream of a table: its change records, in shards that close and hand on to children, kept for 24 hours.
//!
//! Must not: know tables, or how a request or an iterator is written.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::value::{Item, item_size};

/// How long a change can be read (page "Change data capture for DynamoDB Streams").
pub(in crate::demo) const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// How long a shard takes changes before it closes; the service rolls its shards over every few hours.
const SHARD_LIFE: SignedDuration = SignedDuration::from_hours(4);

/// Changes kept by one stream. The oldest beyond it go early: an endpoint that runs for days stays small.
const RECORDS_KEPT: usize = 20_000;

/// What a stream copies of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum ViewType {
    /// The key alone.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// Both.
    NewAndOldImages,
}

impl ViewType {
    /// The names of the API reference.
    pub(in crate::demo) const NAMES: [&'static str; 4] =
        ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"];

    const ALL: [Self; 4] = [
        Self::KeysOnly,
        Self::NewImage,
        Self::OldImage,
        Self::NewAndOldImages,
    ];

    /// The one of a name.
    pub(in crate::demo) fn named(name: &str) -> Option<Self> {
        let index = Self::NAMES.iter().position(|known| *known == name)?;
        Some(Self::ALL[index])
    }

    /// Its name.
    pub(in crate::demo) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    fn has_old(self) -> bool {
        matches!(self, Self::OldImage | Self::NewAndOldImages)
    }

    fn has_new(self) -> bool {
        matches!(self, Self::NewImage | Self::NewAndOldImages)
    }
}

/// A change of one item, before it becomes a record.
#[derive(Debug)]
pub(in crate::demo) struct Change {
    /// The item's key.
    pub(in crate::demo) key: Item,
    /// The item before, where there was one.
    pub(in crate::demo) old: Option<Arc<Item>>,
    /// The item after, where there is one.
    pub(in crate::demo) new: Option<Arc<Item>>,
    /// Whether the Time to Live process made it.
    pub(in crate::demo) by_ttl: bool,
}

/// A record of a stream.
#[derive(Debug)]
pub(in crate::demo) struct ChangeRecord {
    pub(in crate::demo) sequence: u128,
    pub(in crate::demo) at: Timestamp,
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub(in crate::demo) event: &'static str,
    pub(in crate::demo) change: Change,
    pub(in crate::demo) size: usize,
}

/// A shard: the changes of some of the keys, for some hours.
#[derive(Debug)]
pub(in crate::demo) struct Shard {
    pub(in crate::demo) parent: Option<String>,
    pub(in crate::demo) starting: u128,
    /// The end of a closed shard.
    pub(in crate::demo) ending: Option<u128>,
    hashes: RangeInclusive<u64>,
    opened: Timestamp,
    closed: Timestamp,
    trimmed_through: u128,
    records: VecDeque<ChangeRecord>,
}

impl Shard {
    /// The oldest place that can still be read.
    pub(in crate::demo) fn horizon(&self) -> u128 {
        self.records
            .front()
            .map_or(self.trimmed_through + 1, |oldest| oldest.sequence)
    }

    /// Whether the changes at a place are gone already.
    pub(in crate::demo) fn is_trimmed(&self, place: u128) -> bool {
        place <= self.trimmed_through
    }

    /// The records from a place on.
    pub(in crate::demo) fn from(&self, place: u128) -> impl Iterator<Item = &ChangeRecord> {
        let start = self.records.partition_point(|record| record.sequence < place);
        self.records.range(start..)
    }

    /// The place of the first change at or after a time.
    pub(in crate::demo) fn place_at(&self, time: Timestamp) -> Option<u128> {
        let index = self.records.partition_point(|record| record.at < time);
        self.records.get(index).map(|record| record.sequence)
    }
}

/// The stream of a table.
#[derive(Debug)]
pub(in crate::demo) struct ChangeLog {
    pub(in crate::demo) view: ViewType,
    /// `KeySchema` of the table, which the stream may outlive.
    pub(in crate::demo) key_schema: Value,
    pub(in crate::demo) created: Timestamp,
    /// Since when the stream takes no more changes.
    pub(in crate::demo) disabled: Option<Timestamp>,
    pub(in crate::demo) shards: BTreeMap<String, Shard>,
    last: u128,
    kept: usize,
}

impl ChangeLog {
    /// A stream with one open shard.
    pub(in crate::demo) fn new(view: ViewType, key_schema: Value, now: Timestamp) -> Self {
        let mut log = Self {
            view,
            key_schema,
            created: now,
            disabled: None,
            shards: BTreeMap::new(),
            last: 0,
            kept: 0,
        };
        log.open_shard(None, 0..=u64::MAX, now);
        log
    }

    /// Appends a change to the open shard of its key.
    pub(in crate::demo) fn append(&mut self, mut change: Change, hash: u64, now: Timestamp) {
        let event = match (&change.old, &change.new) {
            (None, _) => "INSERT",
            (Some(_), Some(_)) => "MODIFY",
            (Some(_), None) => "REMOVE",
        };
        change.old = change.old.filter(|_| self.view.has_old());
        change.new = change.new.filter(|_| self.view.has_new());
        let images = [&change.old, &change.new];
        let size = item_size(&change.key)
            + images
                .into_iter()
                .flatten()
                .map(|image| item_size(image))
                .sum::<usize>();
        let sequence = self.next_sequence(now);
        let record = ChangeRecord {
            sequence,
            at: now,
            event,
            change,
            size,
        };
        let open = self
            .shards
            .values_mut()
            .find(|it| it.ending.is_none() && it.hashes.contains(&hash));
        if let Some(shard) = open {
            shard.records.push_back(record);
            self.kept += 1;
        }
        self.bound();
    }

    /// The place after everything that is in the stream.
    pub(in crate::demo) fn latest(&self) -> u128 {
        self.last + 1
    }

    /// Rolls over shards that have lived long enough, and trims what is too old.
    pub(in crate::demo) fn advance(&mut self, now: Timestamp) {
        let due = |shard: &Shard| shard.ending.is_none() && now.duration_since(shard.opened) >= SHARD_LIFE;
        for id in self.ids(due) {
            self.roll_over(&id, 1, now);
        }
        self.trim(now);
    }

    /// Closes every open shard and opens its children: one each, or two that share its keys.
    pub(in crate::demo) fn rotate(&mut self, children: u64, now: Timestamp) {
        for id in self.ids(|shard| shard.ending.is_none()) {
            self.roll_over(&id, children, now);
        }
    }

    /// Closes the stream for good.
    pub(in crate::demo) fn disable(&mut self, now: Timestamp) {
        self.disabled.get_or_insert(now);
        for id in self.ids(|shard| shard.ending.is_none()) {
            self.close(&id, now);
        }
    }

    /// Whether nothing of a disabled stream is left.
    pub(in crate::demo) fn is_gone(&self) -> bool {
        self.disabled.is_some() && self.shards.is_empty()
    }

    fn ids(&self, wanted: impl Fn(&Shard) -> bool) -> Vec<String> {
        let shards = self.shards.iter().filter(|(_, shard)| wanted(shard));
        shards.map(|(id, _)| id.clone()).collect()
    }

    fn roll_over(&mut self, id: &str, children: u64, now: Timestamp) {
        let Some(hashes) = self.close(id, now) else { return };
        let (first, last) = hashes.into_inner();
        let middle = first + (last - first) / 2;
        if children > 1 && middle < last {
            self.open_shard(Some(id), first..=middle, now);
            self.open_shard(Some(id), middle + 1..=last, now);
        } else {
            self.open_shard(Some(id), first..=last, now);
        }
    }

    fn close(&mut self, id: &str, now: Timestamp) -> Option<RangeInclusive<u64>> {
        let ending = self.next_sequence(now);
        let shard = self.shards.get_mut(id)?;
        shard.ending = Some(ending);
        shard.closed = now;
        Some(shard.hashes.clone())
    }

    fn open_shard(&mut self, parent: Option<&str>, hashes: RangeInclusive<u64>, now: Timestamp) {
        let starting = self.next_sequence(now);
        let id = shard_id(starting);
        let shard = Shard {
            parent: parent.map(str::to_owned),
            starting,
            ending: None,
            hashes,
            opened: now,
            closed: now,
            trimmed_through: starting - 1,
            records: VecDeque::new(),
        };
        self.shards.insert(id, shard);
    }

    /// Numbers grow with time, and never stand still.
    fn next_sequence(&mut self, now: Timestamp) -> u128 {
        let milliseconds = u128::try_from(now.as_millisecond()).unwrap_or(0);
        let by_time = milliseconds * SEQUENCES_A_MILLISECOND;
        self.last = by_time.max(self.last + 1 + u128::from(mix(self.last) % 1000));
        self.last
    }

    fn trim(&mut self, now: Timestamp) {
        let too_old = |at: Timestamp| now.duration_since(at) > RETENTION;
        for shard in self.shards.values_mut() {
            while shard.records.front().is_some_and(|record| too_old(record.at)) {
                drop_oldest(shard);
                self.kept -= 1;
            }
        }
        let gone =
            |shard: &Shard| shard.ending.is_some() && too_old(shard.closed) && shard.records.is_empty();
        self.shards.retain(|_, shard| !gone(shard));
    }

    fn bound(&mut self) {
        while self.kept > RECORDS_KEPT {
            let oldest = self.shards.values_mut().filter(|shard| !shard.records.is_empty());
            if let Some(shard) = oldest.min_by_key(|shard| shard.horizon()) {
                drop_oldest(shard);
            }
            self.kept -= 1;
        }
    }
}

/// Puts 25 digits into a sequence number of today, well within the 21 to 40 of the API reference.
const SEQUENCES_A_MILLISECOND: u128 = 1_000_000_000_000;

fn drop_oldest(shard: &mut Shard) {
    if let Some(oldest) = shard.records.pop_front() {
        shard.trimmed_through = oldest.sequence;
    }
}

/// Ids sort by the time at which the shards were opened.
fn shard_id(starting: u128) -> String {
    let milliseconds = starting / SEQUENCES_A_MILLISECOND;
    format!("shardId-{milliseconds:020}-{:08x}", mix(starting) >> 32)
}

/// The place of a partition key among the shards (FNV-1a, then [`mix`]).
pub(in crate::demo) fn hash(key: &str) -> u64 {
    let folded = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(u128::from(folded))
}

/// Spreads a number over all bits, the same every time (the last step of `SplitMix64`).
pub(in crate::demo) fn mix(number: u128) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "both halves are folded into one")]
    let folded = number as u64 ^ (number >> 64) as u64;
    let mut bits = folded.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + hours * 3600).unwrap()
    }

    fn insert(log: &mut ChangeLog, id: u64, now: Timestamp) {
        let item: Item = json!({"id": {"N": id.to_string()}}).as_object().unwrap().clone();
        let change = Change {
            key: item.clone(),
            old: None,
            new: Some(Arc::new(item)),
            by_ttl: false,
        };
        log.append(change, mix(u128::from(id)), now);
    }

    fn sequences(log: &ChangeLog) -> Vec<u128> {
        let records = log.shards.values().flat_map(|shard| shard.from(0));
        records.map(|record| record.sequence).collect()
    }

    #[test]
    fn sequence_numbers_grow_even_when_the_clock_stands_or_steps_back() {
        let mut log = ChangeLog::new(ViewType::NewImage, json!([]), at(0));
        for hours in [0, 0, 1, 0, 1] {
            insert(&mut log, 1, at(hours));
        }
        let sequences = sequences(&log);
        assert!(sequences.is_sorted_by(|a, b| a < b));
        assert!(
            sequences
                .iter()
                .all(|it| (21..=40).contains(&it.to_string().len()))
        );
    }

    #[test]
    fn a_shard_hands_on_to_its_child_after_some_hours() {
        let mut log = ChangeLog::new(ViewType::NewImage, json!([]), at(0));
        insert(&mut log, 1, at(0));
        log.advance(at(4));
        insert(&mut log, 2, at(4));
        let shards: Vec<_> = log.shards.iter().collect();
        let [(parent_id, parent), (_, child)] = shards[..] else {
            panic!("{shards:?}")
        };
        assert_eq!(child.parent.as_ref(), Some(parent_id));
        assert!(parent.ending.unwrap() < child.starting);
        assert_eq!((parent.from(0).count(), child.from(0).count()), (1, 1));
        assert_eq!(child.ending, None);
    }

    #[test]
    fn a_split_shares_the_keys_between_two_children() {
        let mut log = ChangeLog::new(ViewType::KeysOnly, json!([]), at(0));
        log.rotate(2, at(1));
        for id in 0..100 {
            insert(&mut log, id, at(1));
        }
        let open: Vec<_> = log
            .shards
            .values()
            .filter(|shard| shard.ending.is_none())
            .collect();
        assert_eq!(open.len(), 2);
        assert!(open.iter().all(|shard| shard.from(0).count() > 20));
    }

    #[test]
    fn changes_go_after_a_day_and_closed_shards_with_them() {
        let mut log = ChangeLog::new(ViewType::KeysOnly, json!([]), at(0));
        insert(&mut log, 1, at(0));
        log.rotate(1, at(1));
        insert(&mut log, 2, at(1));
        log.trim(at(24));
        assert_eq!((log.shards.len(), sequences(&log).len()), (2, 2));
        log.trim(at(25));
        assert_eq!((log.shards.len(), sequences(&log).len()), (2, 1));
        let first = log.shards.values().next().unwrap();
        assert!(first.is_trimmed(first.starting));
        log.trim(at(26));
        assert_eq!((log.shards.len(), sequences(&log).len()), (1, 0));
    }

    #[test]
    fn a_stream_keeps_a_bounded_number_of_changes() {
        let mut log = ChangeLog::new(ViewType::KeysOnly, json!([]), at(0));
        for id in 0..RECORDS_KEPT as u64 + 10 {
            insert(&mut log, id, at(0));
        }
        assert_eq!(sequences(&log).len(), RECORDS_KEPT);
    }

    #[test]
    fn a_disabled_stream_is_gone_once_its_changes_are() {
        let mut log = ChangeLog::new(ViewType::KeysOnly, json!([]), at(0));
        insert(&mut log, 1, at(0));
        log.disable(at(1));
        log.advance(at(20));
        assert!(!log.is_gone());
        log.advance(at(26));
        assert!(log.is_gone());
    }
}
