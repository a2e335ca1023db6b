//! The rows of a tail that pass a filter, found little by little beside the screen.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Ticket, Wait};
use crate::decode::Decoder;
use crate::query::{Filter, Stopped};
use crate::tail::{Ring, Row};

/// Rows that are looked at in one go. It is what a person waits for at most after a key that ends the search.
const ROWS: u64 = 4096;

/// What passes a filter, of the rows that were looked at so far.
#[derive(Debug)]
pub struct Sieve {
    /// The filter.
    pub filter: Arc<Filter>,
    /// Whether gaps pass.
    gaps: bool,
    decoder: Decoder,
    passed: VecDeque<u64>,
    stopped: Option<Stopped>,
    /// The number of the first row that was not looked at yet.
    next: u64,
    wait: Option<Wait>,
}

/// Rows to look at.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The filter.
    pub filter: Arc<Filter>,
    /// How payloads are read.
    pub decoder: Decoder,
    /// The number of the first of them.
    pub first: u64,
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether gaps pass.
    pub gaps: bool,
}

/// What came of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The numbers of the rows that passed.
    pub passed: Vec<u64>,
    /// The number of the row after the last that was looked at.
    pub next: u64,
    /// Whether the program of the filter had to be stopped.
    pub stopped: Option<Stopped>,
}

impl Scan {
    /// Looks at them, or at as many of the first as there is time for.
    pub fn run(&self) -> Found {
        let records: Vec<_> = self
            .rows
            .iter()
            .filter_map(Row::record)
            .map(Arc::as_ref)
            .collect();
        let sifted = self.filter.sift(&records, &self.decoder);
        let mut answers = sifted.passed.into_iter();
        let mut found = Found {
            passed: Vec::new(),
            next: self.first,
            stopped: sifted.stopped,
        };
        for row in &self.rows {
            let passes = match row {
                Row::Record(_) => answers.next(),
                Row::Gap(_) => Some(self.gaps),
            };
            match passes {
                Some(true) => found.passed.push(found.next),
                Some(false) => {}
                None => break,
            }
            found.next += 1;
        }
        found
    }
}

impl Sieve {
    /// A filter of which no row was looked at yet. A gap passes it: something is missing, whatever is looked for.
    pub fn of_filter(filter: Arc<Filter>, decoder: Decoder) -> Self {
        Self::new(filter, decoder, true)
    }

    /// A search of which no row was looked at yet. A gap holds none of the words that are looked for.
    pub fn of_search(filter: Arc<Filter>, decoder: Decoder) -> Self {
        Self::new(filter, decoder, false)
    }

    /// The same with payloads that are read in another way.
    #[must_use]
    pub fn reading(&self, decoder: Decoder) -> Self {
        Self::new(Arc::clone(&self.filter), decoder, self.gaps)
    }

    fn new(filter: Arc<Filter>, decoder: Decoder, gaps: bool) -> Self {
        Self {
            filter,
            gaps,
            decoder,
            passed: VecDeque::new(),
            stopped: None,
            next: 0,
            wait: None,
        }
    }

    /// Whether there are rows to look at, and none are being looked at.
    pub fn is_due(&self, ring: &Ring) -> bool {
        self.wait.is_none() && self.next < ring.numbers().end
    }

    /// The rows to look at next; their answer is waited for.
    pub fn begin(&mut self, ring: &Ring, wait: Wait) -> Scan {
        self.wait = Some(wait);
        let held = ring.numbers();
        let first = self.next.max(held.start);
        let rows = (first..held.end.min(first + ROWS)).filter_map(|number| ring.get(number).cloned());
        Scan {
            filter: self.filter.clone(),
            decoder: self.decoder.clone(),
            first,
            rows: rows.collect(),
            gaps: self.gaps,
        }
    }

    /// Rows were looked at.
    pub fn take(&mut self, found: Found) {
        self.wait = None;
        self.next = found.next;
        self.passed.extend(found.passed);
        if let Some(mut stopped) = found.stopped {
            stopped.records += self.stopped.take().map_or(0, |before| before.records);
            self.stopped = Some(stopped);
        }
    }

    /// Whether its program had to be stopped, on how many records so far, and why.
    pub fn stopped(&self) -> Option<&Stopped> {
        self.stopped.as_ref()
    }

    /// Rows before this one fell off.
    pub fn forget_before(&mut self, first: u64) {
        let gone = self.passed.partition_point(|number| *number < first);
        self.passed.drain(..gone);
    }

    /// What is waited for.
    pub fn ticket(&self) -> Option<Ticket> {
        self.wait.map(|wait| wait.ticket)
    }

    /// The numbers of the rows that passed and are still held.
    pub fn passed(&self) -> &VecDeque<u64> {
        &self.passed
    }

    /// Whether this row was looked at.
    pub fn has_seen(&self, number: u64) -> bool {
        number < self.next
    }

    /// Rows that were not looked at yet.
    pub fn unseen(&self, ring: &Ring) -> u64 {
        let held = ring.numbers();
        held.end - self.next.clamp(held.start, held.end)
    }

    /// How much of what is held was looked at, in hundredths.
    pub fn progress(&self, ring: &Ring) -> u64 {
        let held = ring.numbers();
        let seen = self.next.clamp(held.start, held.end) - held.start;
        (seen * 100).checked_div(held.end - held.start).unwrap_or(100)
    }

    /// The next that passed after a row, or the one before it, of those that are `shown`. Going on from the last begins anew.
    pub fn nearest(&self, number: u64, forwards: bool, shown: impl Fn(&u64) -> bool) -> Option<u64> {
        let all = || self.passed.iter();
        let found = if forwards {
            let after = self.passed.partition_point(|it| *it <= number);
            self.passed.range(after..).chain(all()).find(|it| shown(it))
        } else {
            let earlier = self.passed.partition_point(|it| *it < number);
            self.passed
                .range(..earlier)
                .rev()
                .chain(all().rev())
                .find(|it| shown(it))
        };
        found.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tickets;
    use crate::resource::{Body, Record};
    use std::time::Duration;

    fn ring(records: u64) -> Ring {
        let mut ring = Ring::new(64 << 20);
        for number in 0..records {
            ring.push(Row::from(Record {
                shard: "s".into(),
                sequence: number.to_string().as_str().into(),
                arrived: None,
                body: Body::blob("k", format!("n{}", number % 10)),
            }));
        }
        ring
    }

    fn scan(sieve: &mut Sieve, ring: &Ring) -> u64 {
        let wait = Wait {
            ticket: Tickets::default().issue(),
            since: Duration::ZERO,
        };
        let scan = sieve.begin(ring, wait);
        assert!(!sieve.is_due(ring));
        sieve.take(scan.run());
        scan.rows.len() as u64
    }

    #[test]
    fn rows_are_looked_at_a_part_at_a_time_and_each_once() {
        let ring = ring(10_000);
        let mut sieve = Sieve::of_filter(Arc::new(Filter::parse("n7").unwrap()), Decoder::automatic());
        let mut parts = Vec::new();
        while sieve.is_due(&ring) {
            parts.push(scan(&mut sieve, &ring));
        }
        assert_eq!(parts, [4096, 4096, 1808]);
        assert_eq!((sieve.progress(&ring), sieve.unseen(&ring)), (100, 0));
        assert!(sieve.passed().iter().copied().eq((7..10_000).step_by(10)));
    }

    #[test]
    fn what_fell_off_is_forgotten_and_what_comes_is_looked_at() {
        let ring = ring(100);
        let mut sieve = Sieve::of_filter(Arc::new(Filter::parse("n7").unwrap()), Decoder::automatic());
        scan(&mut sieve, &ring);
        sieve.forget_before(50);
        assert_eq!(sieve.passed().front(), Some(&57));
        let next = |number| sieve.nearest(number, true, |_| true);
        let previous = |number| sieve.nearest(number, false, |_| true);
        assert_eq!((next(57), next(97)), (Some(67), Some(57)));
        assert_eq!((previous(57), previous(60)), (Some(97), Some(57)));
        assert_eq!(sieve.nearest(57, true, |number| *number > 80), Some(87));
    }
}
