//! Which keys a tail sees most, over the last half to whole minute, in bounded memory.
//!
//! Two windows of thirty seconds follow each other; each holds a Space-Saving sketch (Metwally, Agrawal, El Abbadi: "Efficient
//! Computation of Frequent and Top-k Elements in Data Streams", 2005) of so many keys. A key that has more than one record in
//! `capacity` is always among them. Where there are more keys than that, a count may be too high, and it is told by how much.
//!
//! Must not: know what a key means, read a clock.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// How long a window is. What is shown is of the running one and of the one before.
const WINDOW_SECONDS: u64 = 30;
/// The most of a key that is kept, in bytes: every partition key of Kinesis, which has 256 characters (API reference,
/// `PutRecord`).
const KEPT: usize = 1024;

/// Counts keys while it is told of them.
#[derive(Debug)]
pub struct HotKeys {
    capacity: usize,
    running: Window,
    before: Window,
    /// Tells long keys apart.
    hasher: RandomState,
}

/// A key, and how often it came in the last half to whole minute.
#[derive(Clone, Debug, PartialEq)]
pub struct HotKey {
    /// The key; one longer than any partition key is cut, and told apart by a number at its end.
    pub key: Arc<str>,
    /// It came so often, or less.
    pub count: u64,
    /// It came so often, or more.
    pub at_least: u64,
    /// `count` as a part of all that came, from 0 to 1.
    pub share: f64,
}

impl HotKeys {
    /// Room for so many keys a window, one at least. It takes at most about 2.2 KiB a key.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            running: Window::default(),
            before: Window::default(),
            hasher: RandomState::new(),
        }
    }

    /// A record with this key came. Time is the monotonic clock's and does not go back.
    pub fn offer(&mut self, now: Duration, key: &str) {
        let number = number_of(now);
        if self.running.number != number {
            std::mem::swap(&mut self.running, &mut self.before);
            self.running.begin(number);
        }
        let key = self.kept(key);
        self.running.offer(now, &key, self.capacity);
    }

    /// The key itself, unless it is too long.
    fn kept<'a>(&self, key: &'a str) -> Cow<'a, str> {
        if key.len() <= KEPT {
            return Cow::Borrowed(key);
        }
        let number = self.hasher.hash_one(key);
        let head = &key[..key.floor_char_boundary(KEPT - 20)];
        Cow::Owned(format!("{head}…{number:016x}"))
    }

    /// How many records came in the time that is shown.
    pub fn total(&self, now: Duration) -> u64 {
        self.live(now).map(|window| window.total).sum()
    }

    /// The time that is shown: less than a minute at the beginning, none where no record came in it.
    pub fn span(&self, now: Duration) -> Option<Duration> {
        let first = self.live(now).map(|window| window.first).min()?;
        Some(now.saturating_sub(first))
    }

    /// The keys that came most, so many of them, most first.
    pub fn top(&self, now: Duration, most: usize) -> Vec<HotKey> {
        let total = self.total(now);
        let windows: Vec<&Window> = self.live(now).collect();
        let mut keys: Vec<HotKey> = Vec::new();
        for (place, window) in windows.iter().enumerate() {
            let earlier = &windows[..place];
            let new = window
                .slots
                .iter()
                .filter(|slot| earlier.iter().all(|it| !it.slot_of.contains_key(&slot.key)));
            keys.extend(new.map(|slot| hot_key(&windows, &slot.key, total)));
        }
        keys.sort_unstable_by(|a, b| (b.count, b.at_least, &a.key).cmp(&(a.count, a.at_least, &b.key)));
        keys.truncate(most);
        keys
    }

    /// The windows that are shown.
    fn live(&self, now: Duration) -> impl Iterator<Item = &Window> {
        let number = number_of(now);
        [&self.running, &self.before]
            .into_iter()
            .filter(move |window| window.total > 0 && window.number + 1 >= number)
    }
}

fn number_of(now: Duration) -> u64 {
    now.as_secs() / WINDOW_SECONDS
}

fn hot_key(windows: &[&Window], key: &Arc<str>, total: u64) -> HotKey {
    let (mut count, mut at_least) = (0, 0);
    for window in windows {
        let (most, least) = window.bounds(key);
        count += most;
        at_least += least;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share is looked at, not counted with"
    )]
    let share = count as f64 / total.max(1) as f64;
    HotKey {
        key: Arc::clone(key),
        count,
        at_least,
        share,
    }
}

/// One window's sketch.
#[derive(Debug, Default)]
struct Window {
    /// Which one since the clock began.
    number: u64,
    /// When its first record came.
    first: Duration,
    total: u64,
    slots: Vec<Slot>,
    slot_of: HashMap<Arc<str>, usize>,
    /// Whether a slot was ever taken over.
    crowded: bool,
    /// Slots, highest count first.
    ranking: Vec<usize>,
}

/// A key that is counted.
#[derive(Debug)]
struct Slot {
    key: Arc<str>,
    count: u64,
    /// How much of the count may be of keys that had the slot before.
    taken_over: u64,
    /// The place in the ranking.
    rank: usize,
}

impl Window {
    /// Begins anew; its room is used again.
    fn begin(&mut self, number: u64) {
        self.number = number;
        self.total = 0;
        self.crowded = false;
        self.slots.clear();
        self.slot_of.clear();
        self.ranking.clear();
    }

    fn offer(&mut self, now: Duration, key: &str, capacity: usize) {
        if self.total == 0 {
            self.first = now;
        }
        self.total += 1;
        let slot = match self.slot_of.get(key) {
            Some(slot) => *slot,
            None if self.slots.len() < capacity => self.add(key),
            None => self.take_over(key),
        };
        self.count_up(slot);
    }

    fn add(&mut self, key: &str) -> usize {
        let (slot, key) = (self.slots.len(), Arc::<str>::from(key));
        self.slot_of.insert(Arc::clone(&key), slot);
        self.slots.push(Slot {
            key,
            count: 0,
            taken_over: 0,
            rank: self.ranking.len(),
        });
        self.ranking.push(slot);
        slot
    }

    /// The key that came least gives its slot to a new one, which may have come as often without being seen.
    fn take_over(&mut self, key: &str) -> usize {
        let (slot, key) = (self.ranking[self.ranking.len() - 1], Arc::<str>::from(key));
        self.crowded = true;
        let old = &mut self.slots[slot];
        self.slot_of.remove(&old.key);
        self.slot_of.insert(Arc::clone(&key), slot);
        old.key = key;
        old.taken_over = old.count;
        slot
    }

    /// One more. The slot changes places with the first of those that had the same count, and so the ranking stays sorted.
    fn count_up(&mut self, slot: usize) {
        let Slot { count, rank, .. } = self.slots[slot];
        let first = self.ranking[..rank].partition_point(|it| self.slots[*it].count > count);
        let other = self.ranking[first];
        self.ranking.swap(first, rank);
        self.slots[other].rank = rank;
        self.slots[slot].rank = first;
        self.slots[slot].count += 1;
    }

    /// How often a key came at most, and at least.
    fn bounds(&self, key: &str) -> (u64, u64) {
        match self.slot_of.get(key).map(|slot| &self.slots[*slot]) {
            Some(slot) => (slot.count, slot.count - slot.taken_over),
            // It may have had one as long as that lasted.
            None if self.crowded => (self.least(), 0),
            None => (0, 0),
        }
    }

    fn least(&self) -> u64 {
        self.ranking.last().map_or(0, |slot| self.slots[*slot].count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn names(keys: &[HotKey]) -> Vec<(&str, u64)> {
        keys.iter().map(|it| (&*it.key, it.count)).collect()
    }

    #[test]
    fn the_keys_that_came_most_come_first_with_their_share() {
        let mut keys = HotKeys::new(8);
        for key in ["a", "b", "a", "c", "a", "b", "a", "d"] {
            keys.offer(at(3), key);
        }
        let top = keys.top(at(4), 2);
        assert_eq!(names(&top), [("a", 4), ("b", 2)]);
        assert_eq!((top[0].at_least, top[0].share), (4, 0.5));
        assert_eq!((keys.total(at(4)), keys.span(at(5))), (8, Some(at(2))));
    }

    #[test]
    fn what_came_more_than_a_minute_ago_no_longer_counts() {
        let mut keys = HotKeys::new(8);
        keys.offer(at(10), "old");
        keys.offer(at(40), "new");
        assert_eq!(names(&keys.top(at(59), 9)), [("new", 1), ("old", 1)]);
        assert_eq!(names(&keys.top(at(60), 9)), [("new", 1)]);
        assert!(keys.top(at(90), 9).is_empty());
        keys.offer(at(1000), "newest");
        assert_eq!(names(&keys.top(at(1000), 9)), [("newest", 1)]);
    }

    #[test]
    fn a_million_keys_take_no_more_room_than_the_capacity() {
        let mut keys = HotKeys::new(64);
        let long = "k".repeat(2000);
        for number in 0..1_000_000_u64 {
            let key = if number % 1000 == 0 { &long } else { "" };
            keys.offer(at(number / 20_000), &format!("{key}{number}"));
        }
        for window in [&keys.running, &keys.before] {
            assert_eq!(
                (window.slots.len(), window.ranking.len(), window.slot_of.len()),
                (64, 64, 64)
            );
            assert!(window.slot_of.capacity() < 256);
            assert!(window.slots.iter().all(|slot| slot.key.len() <= KEPT));
        }
    }

    #[test]
    fn keys_that_differ_only_far_out_are_told_apart_over_both_windows() {
        let mut keys = HotKeys::new(8);
        let long = "é".repeat(1000);
        for (seconds, end) in [(29, "x"), (29, "y"), (31, "x")] {
            keys.offer(at(seconds), &format!("{long}{end}"));
        }
        assert_eq!(
            keys.top(at(31), 9).iter().map(|it| it.count).collect::<Vec<_>>(),
            [2, 1]
        );
    }

    proptest! {
        #[test]
        fn bounds_hold_and_no_hot_key_is_missed(
            capacity in 1_usize..12,
            came in proptest::collection::vec((0_u64..4, 0_u32..900), 0..600),
        ) {
            let mut keys = HotKeys::new(capacity);
            let (mut now, mut truth) = (0, Vec::new());
            for (pause, key) in came {
                now += u64::from(pause == 3);
                // Few keys come often, many seldom.
                let key = key.isqrt().to_string();
                keys.offer(at(now), &key);
                truth.push((now / WINDOW_SECONDS, key));
            }
            let live = now / WINDOW_SECONDS;
            truth.retain(|(window, _)| window + 1 >= live);
            let mut counts: HashMap<&str, u64> = HashMap::new();
            for (_, key) in &truth {
                *counts.entry(key).or_default() += 1;
            }
            let top = keys.top(at(now), usize::MAX);
            prop_assert_eq!(keys.total(at(now)), truth.len() as u64);
            for it in &top {
                let count = counts.get(&*it.key).copied().unwrap_or_default();
                prop_assert!(it.at_least <= count && count <= it.count, "{:?} came {}", it, count);
            }
            for (key, count) in counts {
                let hot = count * capacity as u64 > truth.len() as u64;
                prop_assert!(!hot || top.iter().any(|it| &*it.key == key), "{} is missing", key);
            }
            prop_assert!(top.is_sorted_by(|a, b| a.count >= b.count));
        }
    }
}
