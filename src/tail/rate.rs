//! How much a second, over the last few seconds.

use std::collections::VecDeque;
use std::time::Duration;

/// How many seconds are kept, which is also the width of a sparkline.
const SECONDS: usize = 10;
/// How many whole seconds the shown rate is averaged over.
const AVERAGED: usize = 3;

/// Counts by the second, newest last.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    /// The second that the last count is for.
    second: u64,
    counts: VecDeque<u64>,
}

impl Rate {
    /// Adds an amount at a time of the monotonic clock.
    pub fn add(&mut self, now: Duration, amount: u64) {
        self.turn_to(now);
        if let Some(last) = self.counts.back_mut() {
            *last += amount;
        }
    }

    /// The amount a second, averaged over the last whole seconds; over the running one at the very start.
    pub fn per_second(&self, now: Duration) -> u64 {
        let gone = usize::try_from(now.as_secs().saturating_sub(self.second)).unwrap_or(usize::MAX);
        let whole = self.counts.iter().rev().skip(usize::from(gone == 0));
        let window = AVERAGED.saturating_sub(gone.saturating_sub(1));
        let seen: Vec<u64> = whole.take(window).copied().collect();
        match (seen.len(), self.counts.back()) {
            (0, Some(running)) if gone == 0 => *running,
            (0, _) => 0,
            (count, _) => {
                let divisor = if gone == 0 {
                    count
                } else {
                    AVERAGED.min(count + gone - 1)
                };
                seen.iter().sum::<u64>() / divisor as u64
            }
        }
    }

    /// The counts of the last whole seconds, oldest first; the running one would always look like a fall.
    pub fn history(&self, now: Duration) -> impl Iterator<Item = u64> + '_ {
        let gone = usize::try_from(now.as_secs().saturating_sub(self.second))
            .unwrap_or(SECONDS)
            .min(SECONDS);
        let whole = self.counts.len().saturating_sub(usize::from(gone == 0));
        let silent = std::iter::repeat_n(0, gone.saturating_sub(1));
        self.counts.iter().copied().take(whole).chain(silent)
    }

    /// The widest [`Rate::history`].
    pub const fn width() -> usize {
        SECONDS
    }

    fn turn_to(&mut self, now: Duration) {
        let second = now.as_secs();
        if self.counts.is_empty() {
            self.second = second;
            self.counts.push_back(0);
        }
        let missed = second.saturating_sub(self.second).min(SECONDS as u64);
        for _ in 0..missed {
            self.counts.push_back(0);
            if self.counts.len() > SECONDS {
                self.counts.pop_front();
            }
        }
        self.second = self.second.max(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_steady_flow_is_told_as_it_is() {
        let mut rate = Rate::default();
        for tenth in 0..50 {
            rate.add(at(tenth * 100), 7);
        }
        assert_eq!(rate.per_second(at(4999)), 70);
    }

    #[test]
    fn a_flow_that_stops_is_forgotten() {
        let mut rate = Rate::default();
        rate.add(at(0), 90);
        assert_eq!(rate.per_second(at(100)), 90);
        assert!(rate.per_second(at(2500)) <= 45);
        assert_eq!(rate.per_second(at(60_000)), 0);
    }

    #[test]
    fn history_is_bounded() {
        let mut rate = Rate::default();
        for second in 0..100 {
            rate.add(at(second * 1000), 1);
        }
        assert_eq!(rate.history(at(99_500)).count(), Rate::width() - 1);
        assert_eq!(rate.history(at(102_500)).last(), Some(0));
    }
}
