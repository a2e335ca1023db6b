//! Where in a shard the reader stands: what a new iterator has to begin at so that nothing is lost and nothing doubled.

use std::time::Duration;

use crate::resource::{Position, Record, SequenceNumber, Timestamp};

/// How far this machine's clock may be from the service's. Where a place is remembered by time, so much more is read again.
const SKEW: Duration = Duration::from_secs(30);

/// A place in a shard.
#[derive(Clone, Debug)]
pub(super) struct Place {
    from: Position,
    seeks_time: bool,
    retention: Option<Duration>,
    /// The last record that was read, or how far beyond it the shard is known to hold none.
    last: Option<SequenceNumber>,
    /// When the first iterator was given.
    begun: Option<Timestamp>,
    /// When `LATEST` was first given, and up to when the shard is known to have brought nothing since.
    latest: Option<(Timestamp, Timestamp)>,
    /// The time up to which the shard was read.
    seen: Option<Timestamp>,
    /// Whether it was told that records were dropped since the last that was read.
    gap_told: bool,
    /// Records from before this time are passed over.
    skip_before: Option<Timestamp>,
}

impl Place {
    /// The place at which a tail begins.
    pub(super) fn new(from: Position, seeks_time: bool, retention: Option<Duration>) -> Self {
        let skip_before = match from {
            Position::AtTimestamp(time) if !seeks_time => Some(time),
            _ => None,
        };
        Self {
            from,
            seeks_time,
            retention,
            last: None,
            begun: None,
            latest: None,
            seen: None,
            gap_told: false,
            skip_before,
        }
    }

    /// The position to ask an iterator for.
    pub(super) fn resume(&mut self, now: Timestamp) -> Position {
        if let Some(last) = &self.last {
            return Position::AfterSequence(last.clone());
        }
        match (&self.from, self.latest) {
            // `LATEST` means "from now on" only the first time: a second one would skip what came in between.
            (Position::Latest, Some((start, empty_until))) => {
                self.at_time(start.max(earlier(empty_until, SKEW)).min(now))
            }
            (Position::AtTimestamp(time), _) => self.at_time(*time),
            (from, _) => from.clone(),
        }
    }

    /// An iterator was given that was asked for at a time.
    pub(super) fn begun(&mut self, asked: Timestamp) {
        self.begun.get_or_insert(asked);
        if self.from == Position::Latest && self.latest.is_none() {
            self.latest = Some((asked, asked));
        }
    }

    /// Whether the last of these arrived after the reading began: then all that was there before has been read.
    pub(super) fn is_past_beginning(&self, records: &[Record]) -> bool {
        let arrived = records.last().and_then(|record| record.arrived);
        arrived
            .zip(self.begun)
            .is_some_and(|(arrived, begun)| earlier(arrived, SKEW) > begun)
    }

    /// Takes in what was read, asked for at a time, and how far that reaches where the service tells; gives back what is to be
    /// shown, and how many records were passed over.
    pub(super) fn take(
        &mut self,
        asked: Timestamp,
        mut records: Vec<Record>,
        behind: Option<Duration>,
        reached: Option<SequenceNumber>,
    ) -> (Vec<Record>, usize) {
        self.seen = Some(earlier(asked, behind.unwrap_or_default()));
        self.gap_told = false;
        match records.last() {
            Some(last) => self.last = Some(last.sequence.clone()),
            None => self.latest = self.latest.map(|(start, _)| (start, asked)),
        }
        self.last = self.last.take().max(reached);
        let before = records.len();
        if let Some(time) = self.skip_before {
            records.retain(|record| record.arrived.is_none_or(|arrived| arrived >= time));
        }
        let skipped = before - records.len();
        if skipped == 0 && before > 0 {
            // Past it: clocks that go back a little later on are no reason to hide a record.
            self.skip_before = None;
        }
        (records, skipped)
    }

    /// What was to be read next is no longer kept: it goes on with the oldest that is. Tells whether that is news.
    pub(super) fn trimmed(&mut self) -> bool {
        self.from = Position::TrimHorizon;
        self.last = None;
        self.latest = None;
        !std::mem::replace(&mut self.gap_told, true)
    }

    /// Whether the service has dropped records since the shard was last seen. Kinesis does not say so: an iterator after a
    /// record that is gone begins at the oldest that is kept.
    pub(super) fn lost_sight(&mut self, now: Timestamp) -> bool {
        let kept_since = self.retention.map(|span| earlier(now, span));
        let lost = self.last.is_some() && self.seen.zip(kept_since).is_some_and(|(seen, kept)| seen < kept);
        if lost {
            self.seen = Some(now);
            self.gap_told = true;
        }
        lost
    }

    /// The position of a time; where the service cannot seek one, its beginning, from which records are passed over.
    fn at_time(&mut self, time: Timestamp) -> Position {
        if self.seeks_time {
            return Position::AtTimestamp(time);
        }
        // Times of changes are rounded down to the second (`GetRecords` of DynamoDB Streams, API reference).
        let second = Timestamp::from_second(time.as_second()).unwrap_or(time);
        self.skip_before = Some(second);
        Position::TrimHorizon
    }
}

fn earlier(time: Timestamp, span: Duration) -> Timestamp {
    time.checked_sub(span).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Body;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn record(seconds: i64) -> Record {
        Record {
            shard: "a".into(),
            sequence: seconds.to_string().into(),
            arrived: Some(at(seconds)),
            body: Body::blob("k", bytes::Bytes::new()),
        }
    }

    #[test]
    fn latest_is_remembered_as_the_time_up_to_which_nothing_came() {
        let mut place = Place::new(Position::Latest, true, None);
        assert_eq!(place.resume(at(0)), Position::Latest);
        place.begun(at(0));
        place.take(at(10), Vec::new(), None, None);
        assert_eq!(place.resume(at(700)), Position::AtTimestamp(at(0)));
        place.take(at(100), Vec::new(), None, None);
        place.begun(at(110));
        assert_eq!(place.resume(at(700)), Position::AtTimestamp(at(70)));
    }

    #[test]
    fn a_service_that_cannot_seek_is_read_from_its_beginning_up_to_the_time() {
        let mut place = Place::new(Position::AtTimestamp(at(5)), false, None);
        assert_eq!(place.resume(at(10)), Position::TrimHorizon);
        let (shown, skipped) = place.take(at(10), vec![record(1), record(4), record(5)], None, None);
        assert_eq!((shown.len(), skipped), (1, 2));
        let (shown, skipped) = place.take(at(10), vec![record(6)], None, None);
        assert_eq!((shown.len(), skipped), (1, 0));
        let (shown, _) = place.take(at(10), vec![record(2)], None, None);
        assert_eq!(shown.len(), 1, "a clock that goes back hides nothing");
    }

    #[test]
    fn latest_of_a_service_that_cannot_seek_passes_over_what_was_there_before() {
        let mut place = Place::new(Position::Latest, false, None);
        place.begun(at(100));
        assert_eq!(place.resume(at(1000)), Position::TrimHorizon);
        let (shown, skipped) = place.take(at(1000), vec![record(99), record(100)], None, None);
        assert_eq!((shown.len(), skipped), (1, 1));
    }

    #[test]
    fn the_last_record_goes_before_everything() {
        let mut place = Place::new(Position::Latest, true, None);
        place.begun(at(0));
        place.take(at(1), vec![record(1)], None, None);
        assert_eq!(place.resume(at(2)), Position::AfterSequence("1".into()));
        place.trimmed();
        assert_eq!(place.resume(at(3)), Position::TrimHorizon);
    }

    #[test]
    fn what_was_reached_without_a_record_is_gone_on_from() {
        let mut place = Place::new(Position::Latest, true, None);
        place.begun(at(0));
        place.take(at(1), Vec::new(), None, Some("7".into()));
        assert_eq!(place.resume(at(2)), Position::AfterSequence("7".into()));
        place.take(at(3), vec![record(8)], None, Some("9".into()));
        assert_eq!(place.resume(at(4)), Position::AfterSequence("9".into()));
    }

    #[test]
    fn a_sleep_longer_than_records_are_kept_is_a_gap_and_told_once() {
        let mut place = Place::new(Position::TrimHorizon, true, Some(Duration::from_hours(24)));
        place.take(at(0), vec![record(0)], Some(Duration::from_hours(1)), None);
        assert!(!place.lost_sight(at(22 * 3600)));
        assert!(place.lost_sight(at(24 * 3600)));
        assert!(!place.lost_sight(at(24 * 3600)));
    }
}
