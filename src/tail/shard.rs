//! One shard as a state machine: what to ask next, given what was answered.
//!
//! It emits every record once: after any failure it goes on with the same iterator, or with a new one right after the last
//! record that it emitted. Children are followed only when the shard is drained.
//!
//! Where records are pushed an iterator is a subscription: reads follow each other without a pause, and a read that failed has
//! ended it, so that the next one begins right after what was reached.

use std::time::Duration;

use super::pace::Pace;
use super::place::Place;
use crate::clock::Now;
use crate::resource::{Batch, ChildShard, IteratorToken, Position, Record, Timestamp};
use crate::source::{ErrorKind, ReadLimits, SourceError};

/// Reads without a record after which a shard counts as caught up where the service does not say how far behind it is.
/// DynamoDB Streams may answer with empty pages before it comes to records (`GetRecords`, API reference).
const EMPTY_READS_AT_TIP: u32 = 3;

/// What a [`ShardTail`] is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Begin.
    Started,
    /// The iterator that was asked for.
    Iterator(IteratorToken),
    /// The records that were asked for.
    Batch(Batch),
    /// What was asked for could not be had.
    Failed(SourceError),
    /// The sleep is over.
    Woke,
}

/// What a [`ShardTail`] wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Ask for an iterator.
    FetchIterator(Position),
    /// Read from this iterator, at most so many records where a number is given.
    Read(IteratorToken, Option<u32>),
    /// Do nothing for so long, then say [`Input::Woke`].
    Sleep(Duration),
    /// Show these; maybe none, to tell the lag.
    Emit(Vec<Record>, Lag),
    /// Between what was shown and what comes next, records were dropped by the service before they could be read.
    Gap,
    /// A call failed and will be tried again.
    Trouble(SourceError),
    /// The shard was read to its end, or is gone.
    End,
    /// These come after it.
    Follow(Vec<ChildShard>),
    /// The shard cannot be read any further.
    GiveUp(SourceError),
    /// Nothing more will come.
    Done,
}

/// How far the reader is from the tip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// The time between the last record that was read and the tip, where the service tells.
    pub behind: Option<Duration>,
    /// Whether the tip was reached.
    pub caught_up: bool,
    /// Records that were read only to get past them, on the way to a time that the service cannot seek.
    pub skipped: usize,
    /// When the last record that was read, or passed over, arrived.
    pub reached: Option<Timestamp>,
}

/// The state machine of one shard.
#[derive(Clone, Debug)]
pub struct ShardTail {
    state: State,
    place: Place,
    /// When the call under way was asked for. The machine may have slept since, and its answer tells nothing of that time.
    asked: Timestamp,
    empty_reads: u32,
    pace: Pace,
    pushed: bool,
    /// Whether the last iterator has given anything, if only that there is nothing.
    brought: bool,
}

#[derive(Clone, Debug)]
enum State {
    New,
    FetchingIterator,
    Reading(IteratorToken),
    /// Asleep; then read from here, or fetch an iterator where there is none.
    Asleep(Option<IteratorToken>),
    Done,
}

impl ShardTail {
    /// A tail that begins at `from`; `seed` sets its jitter apart.
    pub fn new(from: Position, limits: ReadLimits, retention: Option<Duration>, seed: u64) -> Self {
        Self {
            state: State::New,
            asked: Timestamp::MIN,
            place: Place::new(from, limits.seeks_time, retention.or(limits.retention)),
            empty_reads: 0,
            pace: Pace::new(limits, seed),
            pushed: limits.pushed,
            brought: false,
        }
    }

    /// Takes in what happened and says what to do, in order.
    pub fn step(&mut self, now: Now, input: Input) -> Vec<Output> {
        match (std::mem::replace(&mut self.state, State::Done), input) {
            (State::New, Input::Started) | (State::Asleep(None), Input::Woke) => self.fetch_iterator(now),
            (State::FetchingIterator, Input::Iterator(token)) => {
                self.place.begun(self.asked);
                self.brought = false;
                vec![self.read(now, token)]
            }
            (State::Asleep(Some(token)), Input::Woke) => vec![self.read(now, token)],
            (State::Reading(_), Input::Batch(batch)) => self.take(now, batch),
            (State::Reading(token), Input::Failed(error)) => self.fail(now, Some(token), error),
            (State::FetchingIterator, Input::Failed(error)) => self.fail(now, None, error),
            // Not an answer to what was asked: a late echo, which changes nothing.
            (state, _) => {
                self.state = state;
                Vec::new()
            }
        }
    }

    fn fetch_iterator(&mut self, now: Now) -> Vec<Output> {
        self.state = State::FetchingIterator;
        self.asked = now.wall;
        let fetch = Output::FetchIterator(self.place.resume(now.wall));
        if self.place.lost_sight(now.wall) {
            vec![Output::Gap, fetch]
        } else {
            vec![fetch]
        }
    }

    fn read(&mut self, now: Now, token: IteratorToken) -> Output {
        self.asked = now.wall;
        self.state = State::Reading(token.clone());
        Output::Read(token, self.pace.most())
    }

    fn take(&mut self, now: Now, batch: Batch) -> Vec<Output> {
        self.brought = true;
        let count = batch.records.len() as u64;
        let bytes = batch.bytes();
        self.empty_reads = if batch.records.is_empty() {
            self.empty_reads + 1
        } else {
            0
        };
        let at_tip = match batch.behind {
            _ if batch.next.is_none() => true,
            Some(behind) => behind.is_zero(),
            None => self.empty_reads >= EMPTY_READS_AT_TIP || self.place.is_past_beginning(&batch.records),
        };
        let reached = batch.records.last().and_then(|record| record.arrived);
        let (records, skipped) = self
            .place
            .take(self.asked, batch.records, batch.behind, batch.reached);
        let emit = Output::Emit(
            records,
            Lag {
                behind: batch.behind,
                caught_up: at_tip,
                skipped,
                reached,
            },
        );
        let Some(next) = batch.next else {
            return vec![emit, Output::End, Output::Follow(batch.children), Output::Done];
        };
        if self.pushed {
            self.pace.forget_failures();
            return vec![emit, self.read(now, next)];
        }
        self.state = State::Asleep(Some(next));
        let wait = self.pace.after_read(count, bytes, !at_tip);
        vec![emit, Output::Sleep(wait)]
    }

    fn fail(&mut self, now: Now, token: Option<IteratorToken>, error: SourceError) -> Vec<Output> {
        let mut outputs = Vec::new();
        let keep = match error.kind {
            ErrorKind::Expired if self.pushed => return self.renew(now),
            ErrorKind::Expired => None,
            ErrorKind::Trimmed => {
                if self.place.trimmed() {
                    outputs.push(Output::Gap);
                }
                None
            }
            // Credentials may be renewed outside while this waits.
            ErrorKind::Throttled
            | ErrorKind::Transport
            | ErrorKind::Other
            | ErrorKind::Credentials
            | ErrorKind::InUse => token.filter(|_| !self.pushed),
            // A shard that was listed and is gone was trimmed as a whole. What follows it may still be there.
            ErrorKind::NotFound => {
                return vec![Output::Gap, Output::Trouble(error), Output::End, Output::Done];
            }
            ErrorKind::Invalid if token.is_none() && self.place.may_be_ahead(now.wall) => None,
            ErrorKind::Denied | ErrorKind::Conflict | ErrorKind::Invalid => {
                return vec![Output::GiveUp(error), Output::Done];
            }
        };
        self.state = State::Asleep(keep);
        let wait = match error.kind {
            ErrorKind::InUse => self.pace.until_free(),
            ErrorKind::Credentials => self.pace.until_renewed(),
            _ => self.pace.after_failure(),
        };
        outputs.extend([Output::Trouble(error), Output::Sleep(wait)]);
        outputs
    }

    /// A subscription lasts a while and is followed by the next one, which is nothing to tell.
    fn renew(&mut self, now: Now) -> Vec<Output> {
        let wait = self.pace.before_renewal(self.brought);
        if wait.is_zero() {
            return self.fetch_iterator(now);
        }
        self.state = State::Asleep(None);
        vec![Output::Sleep(wait)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Body, SequenceNumber, ShardId};
    use crate::tail::sim::LIMITS;

    fn now() -> Now {
        Now::start("2026-03-02T09:14:00Z".parse().unwrap())
    }

    fn record(sequence: &str) -> Record {
        Record {
            shard: ShardId::from("shardId-000000000000"),
            sequence: SequenceNumber::from(sequence),
            arrived: None,
            body: Body::blob("k", bytes::Bytes::from_static(b"{}")),
        }
    }

    fn batch(sequences: &[&str], next: Option<&str>) -> Input {
        Input::Batch(Batch {
            records: sequences.iter().map(|s| record(s)).collect(),
            next: next.map(IteratorToken::from),
            reached: None,
            behind: Some(Duration::ZERO),
            children: Vec::new(),
        })
    }

    fn failure(kind: ErrorKind) -> Input {
        Input::Failed(SourceError::new(kind, "GetRecords", "orders", "code", ""))
    }

    fn reading(from: Position) -> ShardTail {
        let mut tail = ShardTail::new(from, LIMITS, None, 1);
        tail.step(now(), Input::Started);
        tail.step(now(), Input::Iterator("i1".into()));
        tail
    }

    #[test]
    fn reads_on_from_each_batch_to_the_next() {
        let mut tail = ShardTail::new(Position::TrimHorizon, LIMITS, None, 1);
        assert_eq!(
            tail.step(now(), Input::Started),
            [Output::FetchIterator(Position::TrimHorizon)]
        );
        assert_eq!(
            tail.step(now(), Input::Iterator("i1".into())),
            [Output::Read("i1".into(), Some(1000))]
        );
        let outputs = tail.step(now(), batch(&["1", "2"], Some("i2")));
        assert!(matches!(&outputs[..], [Output::Emit(records, _), Output::Sleep(_)] if records.len() == 2));
        assert!(
            matches!(&tail.step(now(), Input::Woke)[..], [Output::Read(token, _)] if token.as_str() == "i2")
        );
    }

    #[test]
    fn an_expired_iterator_resumes_after_the_last_record() {
        let mut tail = reading(Position::TrimHorizon);
        tail.step(now(), batch(&["7"], Some("i2")));
        tail.step(now(), Input::Woke);
        assert!(matches!(
            &tail.step(now(), failure(ErrorKind::Expired))[..],
            [Output::Trouble(_), Output::Sleep(_)]
        ));
        assert_eq!(
            tail.step(now(), Input::Woke),
            [Output::FetchIterator(Position::AfterSequence("7".into()))]
        );
    }

    #[test]
    fn latest_that_expires_unread_is_anchored_in_time() {
        let mut tail = reading(Position::Latest);
        tail.step(now(), batch(&[], Some("i2")));
        let later = now().after(Duration::from_mins(10));
        tail.step(later, Input::Woke);
        tail.step(later, failure(ErrorKind::Expired));
        assert_eq!(
            tail.step(later, Input::Woke),
            [Output::FetchIterator(Position::AtTimestamp(now().wall))]
        );
    }

    #[test]
    fn a_throttle_reads_again_from_the_same_iterator() {
        for kind in [
            ErrorKind::Throttled,
            ErrorKind::Transport,
            ErrorKind::Other,
            ErrorKind::Credentials,
        ] {
            let mut tail = reading(Position::TrimHorizon);
            tail.step(now(), failure(kind));
            assert_eq!(
                tail.step(now(), Input::Woke),
                [Output::Read("i1".into(), Some(1000))],
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_refusal_ends_the_shard() {
        let mut tail = reading(Position::TrimHorizon);
        assert!(matches!(
            &tail.step(now(), failure(ErrorKind::Denied))[..],
            [Output::GiveUp(_), Output::Done]
        ));
    }

    #[test]
    fn a_drained_shard_names_its_children() {
        let mut tail = reading(Position::TrimHorizon);
        let outputs = tail.step(now(), batch(&["1"], None));
        assert!(matches!(
            &outputs[..],
            [
                Output::Emit(_, Lag { caught_up: true, .. }),
                Output::End,
                Output::Follow(_),
                Output::Done
            ]
        ));
    }

    #[test]
    fn a_late_echo_changes_nothing() {
        let mut tail = reading(Position::TrimHorizon);
        assert!(tail.step(now(), Input::Woke).is_empty());
        assert!(matches!(
            &tail.step(now(), batch(&["1"], Some("i2")))[..],
            [Output::Emit(..), Output::Sleep(_)]
        ));
    }

    fn subscribed(from: Position) -> ShardTail {
        let limits = ReadLimits {
            pushed: true,
            ..LIMITS
        };
        let mut tail = ShardTail::new(from, limits, None, 1);
        tail.step(now(), Input::Started);
        tail.step(now(), Input::Iterator("s1".into()));
        tail
    }

    /// An event without records, as an idle shard has them.
    fn heartbeat(reached: &str) -> Input {
        Input::Batch(Batch {
            records: Vec::new(),
            next: Some("s1".into()),
            reached: Some(reached.into()),
            behind: Some(Duration::ZERO),
            children: Vec::new(),
        })
    }

    #[test]
    fn pushed_records_follow_each_other_without_a_pause() {
        let mut tail = subscribed(Position::TrimHorizon);
        assert!(matches!(
            &tail.step(now(), batch(&["1"], Some("s1")))[..],
            [Output::Emit(..), Output::Read(token, _)] if token.as_str() == "s1"
        ));
    }

    #[test]
    fn a_subscription_that_is_over_is_followed_by_the_next_at_once_and_untold() {
        let mut tail = subscribed(Position::Latest);
        tail.step(now(), heartbeat("41"));
        assert_eq!(
            tail.step(now(), failure(ErrorKind::Expired)),
            [Output::FetchIterator(Position::AfterSequence("41".into()))]
        );
    }

    #[test]
    fn a_subscription_that_is_over_before_it_brought_anything_is_no_reason_to_hurry() {
        let mut tail = subscribed(Position::Latest);
        let later = now().after(Duration::from_mins(1));
        let outputs = tail.step(later, failure(ErrorKind::Expired));
        assert!(matches!(&outputs[..], [Output::Sleep(wait)] if !wait.is_zero()));
        assert_eq!(
            tail.step(later, Input::Woke),
            [Output::FetchIterator(Position::AtTimestamp(now().wall))]
        );
    }

    #[test]
    fn a_broken_subscription_is_told_and_resumed_after_what_it_reached() {
        for kind in [ErrorKind::Transport, ErrorKind::Other, ErrorKind::Throttled] {
            let mut tail = subscribed(Position::TrimHorizon);
            tail.step(now(), batch(&["7"], Some("s1")));
            let outputs = tail.step(now(), failure(kind));
            assert!(
                matches!(&outputs[..], [Output::Trouble(_), Output::Sleep(_)]),
                "{kind:?}"
            );
            assert_eq!(
                tail.step(now(), Input::Woke),
                [Output::FetchIterator(Position::AfterSequence("7".into()))]
            );
        }
    }

    #[test]
    fn what_another_reader_has_is_waited_for_as_long_as_it_takes() {
        let mut tail = subscribed(Position::TrimHorizon);
        for _ in 0..50 {
            let outputs = tail.step(now(), failure(ErrorKind::InUse));
            assert!(matches!(
                &outputs[..],
                [Output::Trouble(_), Output::Sleep(wait)] if *wait >= Duration::from_secs(1)
            ));
            assert_eq!(
                tail.step(now(), Input::Woke),
                [Output::FetchIterator(Position::TrimHorizon)]
            );
        }
    }

    #[test]
    fn without_a_measure_three_empty_reads_mean_caught_up() {
        let mut tail = reading(Position::TrimHorizon);
        let empty = || {
            Input::Batch(Batch {
                records: Vec::new(),
                next: Some("i".into()),
                reached: None,
                behind: None,
                children: Vec::new(),
            })
        };
        let mut seen = Vec::new();
        for _ in 0..3 {
            if let Output::Emit(_, lag) = &tail.step(now(), empty())[0] {
                seen.push(lag.caught_up);
            }
            tail.step(now(), Input::Woke);
        }
        assert_eq!(seen, [false, false, true]);
    }
}
