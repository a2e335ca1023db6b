//! One write of a record, from the look before it to the look after it, as a state machine without I/O.
//!
//! ```text
//! Started → Read → the same as was reviewed? → Write → Read → Ended
//!                  no: Ended(Differs), nothing written
//! ```
//!
//! What it cannot see, since `PutRecord` has no condition: two writers who both look before either writes, of whom the first has
//! looked back before the second wrote. Of the 70 orders that the steps of two writers can have, these are 6.
//!
//! Must not: write over what the person has not seen, where it can be seen; try again what may have been written; or call a
//! write done or failed that is not known to be.

mod ending;

use std::time::Duration;

use fastrand::Rng;

pub use ending::{Ending, Taken};

use super::check::Mistake;
use super::compare::{same_features, same_value};
use super::draft::{Draft, Intent, NoUpdate};
use super::event_time::EventTime;
use crate::clock::Now;
use crate::resource::{FeatureRecord, FeatureValue, RecordChange, RecordWrite, TargetStore};
use crate::source::{ErrorKind, SourceError};

/// How often a read that does not show the write yet, or fails, is made again.
const READS_AGAIN: u8 = 3;
/// The wait between two of these reads.
const BETWEEN_READS: Duration = Duration::from_millis(200);
/// How often a throttled write is made again.
const WRITES_AGAIN: u8 = 3;
/// The longest wait before the first of them; each further one may be twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);

/// A write under way. It keeps the draft whatever happens.
#[derive(Clone, Debug)]
pub struct Saving {
    draft: Draft,
    intent: Intent,
    state: State,
    /// What was sent last, and whether the online store is to show it.
    sent: Option<(RecordWrite, Shown)>,
    /// Why it is not known whether the write was made.
    unknown: Option<SourceError>,
    writes_left: u8,
    reads_left: u8,
    rng: Rng,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// It shall begin.
    Started,
    /// What [`Output::Read`] gave.
    Read(Result<Option<FeatureRecord>, SourceError>),
    /// What [`Output::Write`] gave.
    Written(Result<(), SourceError>),
    /// The time of [`Output::Sleep`] is over.
    Woke,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Read the record.
    Read,
    /// Make this write, once.
    Write(RecordWrite),
    /// Wait so long.
    Sleep(Duration),
    /// It is over.
    Ended(Ending),
    /// The input was none that is waited for.
    Ignored,
}

/// Why a write cannot even begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The record is not one that the service takes.
    Mistakes(Vec<Mistake>),
    /// `UpdateRecord` cannot make these changes.
    NoUpdate(NoUpdate),
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Begun,
    /// Is the stored record still the one that was reviewed?
    Rereading,
    Writing,
    /// Before the whole is tried again.
    BackingOff,
    /// What does the store say after the write?
    ReadingBack,
    BetweenReads,
    /// The write was refused because of what is stored now: what is it?
    LookingUp(SourceError),
    Ended,
}

/// Whether the online store is to show a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Yes,
    No(Unshown),
}

/// Why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unshown {
    Elsewhere,
    Historic,
    Expired,
}

impl Saving {
    /// A write of a draft that the person has reviewed; `seed` sets its waits apart from those of others.
    pub fn begin(draft: Draft, intent: Intent, now: Now, seed: u64) -> Result<Self, Refused> {
        if intent == Intent::Put {
            let mistakes = draft.mistakes(now.wall);
            if !mistakes.is_empty() {
                return Err(Refused::Mistakes(mistakes));
            }
        }
        draft.write(intent, now.wall).map_err(Refused::NoUpdate)?;
        Ok(Self {
            draft,
            intent,
            state: State::Begun,
            sent: None,
            unknown: None,
            writes_left: WRITES_AGAIN,
            reads_left: READS_AGAIN,
            rng: Rng::with_seed(seed),
        })
    }

    /// The draft.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The draft, to be edited on.
    pub fn into_draft(self) -> Draft {
        self.draft
    }

    /// How it is written.
    pub fn intent(&self) -> Intent {
        self.intent
    }

    /// What was sent last, if anything was.
    pub fn sent(&self) -> Option<&RecordWrite> {
        self.sent.as_ref().map(|(write, _)| write)
    }

    /// Looks again after an [`Ending`] that does not say what became of the write.
    pub fn settle(&mut self) -> Output {
        if self.state != State::Ended || self.sent.is_none() || !self.can_read() {
            return Output::Ignored;
        }
        self.read_back()
    }

    /// Whether the write was answered, or will not be, and what became of it is looked for.
    pub fn is_looking(&self) -> bool {
        matches!(self.state, State::ReadingBack | State::BetweenReads)
    }

    /// Looks no longer what became of the write.
    pub fn leave_off(&mut self) -> Output {
        if !self.is_looking() {
            return Output::Ignored;
        }
        self.reads_left = 0;
        self.state = State::ReadingBack;
        let on = self.draft.identifier();
        let error = SourceError::new(
            ErrorKind::Other,
            "GetRecord",
            on,
            "left off",
            "it was not waited for",
        );
        self.unread(error)
    }

    /// Takes in what happened and says what is to be done.
    pub fn step(&mut self, now: Now, input: Input) -> Output {
        match (self.state.clone(), input) {
            (State::Begun, Input::Started) | (State::BackingOff, Input::Woke) => self.reread(now),
            (State::Rereading, Input::Read(Ok(theirs))) if self.is_base(theirs.as_ref()) => self.write(now),
            (State::Rereading, Input::Read(Ok(theirs))) => self.end(Ending::Differs { theirs }),
            (State::Rereading, Input::Read(Err(error))) => self.end(Ending::Failed { error }),
            (State::Writing, Input::Written(Ok(()))) => self.taken(),
            (State::Writing, Input::Written(Err(error))) => self.failed(error),
            (State::ReadingBack, Input::Read(Ok(stored))) => self.judge(stored),
            (State::ReadingBack, Input::Read(Err(error))) => self.unread(error),
            (State::BetweenReads, Input::Woke) => {
                self.state = State::ReadingBack;
                Output::Read
            }
            (State::LookingUp(error), Input::Read(read)) => self.looked_up(error, read),
            _ => Output::Ignored,
        }
    }

    fn reread(&mut self, now: Now) -> Output {
        if !self.can_read() {
            return self.write(now);
        }
        self.state = State::Rereading;
        Output::Read
    }

    fn write(&mut self, now: Now) -> Output {
        match self.draft.write(self.intent, now.wall) {
            Ok(write) => {
                self.sent = Some((write.clone(), self.shown(now)));
                self.state = State::Writing;
                Output::Write(write)
            }
            Err(why) => {
                let on = self.draft.identifier();
                let error = SourceError::new(
                    ErrorKind::Invalid,
                    "UpdateRecord",
                    on,
                    "not sent",
                    &why.to_string(),
                );
                self.end(Ending::Failed { error })
            }
        }
    }

    fn taken(&mut self) -> Output {
        if self.can_read() && !self.is_unshown(Unshown::Elsewhere) {
            return self.read_back();
        }
        self.end(Ending::Taken(Taken::Elsewhere))
    }

    fn failed(&mut self, error: SourceError) -> Output {
        match error.kind {
            ErrorKind::Throttled if self.writes_left > 0 => {
                let longest = FIRST_BACKOFF * 2_u32.pow(u32::from(WRITES_AGAIN - self.writes_left));
                self.writes_left -= 1;
                self.state = State::BackingOff;
                Output::Sleep(longest.mul_f64(0.5 + self.rng.f64() / 2.0))
            }
            ErrorKind::Conflict | ErrorKind::NotFound if self.intent == Intent::Update => {
                self.state = State::LookingUp(error);
                Output::Read
            }
            _ if is_definite(&error) => self.end(Ending::Failed { error }),
            _ if self.can_read() => {
                self.unknown = Some(error);
                self.read_back()
            }
            _ => self.end(Ending::Unknown { error, reading: None }),
        }
    }

    fn read_back(&mut self) -> Output {
        self.reads_left = READS_AGAIN;
        self.state = State::ReadingBack;
        Output::Read
    }

    fn read_again(&mut self) -> Output {
        self.reads_left -= 1;
        self.state = State::BetweenReads;
        Output::Sleep(BETWEEN_READS)
    }

    fn judge(&mut self, stored: Option<FeatureRecord>) -> Output {
        let is_base = self.is_base(stored.as_ref());
        let unshown = match self.sent {
            Some((_, Shown::No(why))) => Some(why),
            _ => None,
        };
        let ending = match (unshown, self.unknown.clone()) {
            (None, _) if self.is_mine(stored.as_ref()) => Ending::Stored { record: stored },
            (None, _) if is_base && self.reads_left > 0 => return self.read_again(),
            (None, error) if is_base => Ending::NotStored { error },
            // What the online store holds says nothing of a write that it would not show.
            (Some(_), Some(error)) => Ending::Unknown { error, reading: None },
            (Some(Unshown::Expired), None) if is_base || stored.is_none() => Ending::Taken(Taken::Expired),
            (Some(Unshown::Elsewhere), None) => Ending::Taken(Taken::Elsewhere),
            (Some(_), None) if is_base => Ending::Taken(Taken::Historic),
            (None, Some(_)) => Ending::Differs { theirs: stored },
            (_, None) => Ending::StoredDifferently { stored },
        };
        self.end(ending)
    }

    fn unread(&mut self, error: SourceError) -> Output {
        if self.reads_left > 0 && !error.is_final() {
            return self.read_again();
        }
        let ending = match self.unknown.clone() {
            Some(unknown) => Ending::Unknown {
                error: unknown,
                reading: Some(error),
            },
            None => Ending::Taken(Taken::Unread(error)),
        };
        self.end(ending)
    }

    /// Why an update was refused is told by what is stored; where that is as it was, the error speaks for itself.
    fn looked_up(&mut self, error: SourceError, read: Result<Option<FeatureRecord>, SourceError>) -> Output {
        match read {
            Ok(theirs) if !self.is_base(theirs.as_ref()) => self.end(Ending::Differs { theirs }),
            _ => self.end(Ending::Failed { error }),
        }
    }

    fn end(&mut self, ending: Ending) -> Output {
        self.state = State::Ended;
        Output::Ended(ending)
    }

    /// Only the online store can be read.
    fn can_read(&self) -> bool {
        self.draft.schema().stores().contains(&TargetStore::Online)
    }

    fn shown(&self, now: Now) -> Shown {
        let expires = self.draft.expires_at(now.wall);
        if !self.draft.writes_to(TargetStore::Online) {
            Shown::No(Unshown::Elsewhere)
        } else if self.draft.is_historic(now.wall) && self.intent != Intent::Update {
            Shown::No(Unshown::Historic)
        } else if self.intent == Intent::Put && expires.is_some_and(|at| at <= now.wall) {
            Shown::No(Unshown::Expired)
        } else {
            Shown::Yes
        }
    }

    fn is_unshown(&self, why: Unshown) -> bool {
        matches!(&self.sent, Some((_, Shown::No(it))) if *it == why)
    }

    fn is_base(&self, stored: Option<&FeatureRecord>) -> bool {
        self.draft.is_based_on(stored)
    }

    /// Whether the store holds what was sent.
    fn is_mine(&self, stored: Option<&FeatureRecord>) -> bool {
        let schema = self.draft.schema();
        match (self.sent().map(|write| &write.change), stored) {
            (Some(RecordChange::Put { features, .. }), Some(stored)) => {
                same_features(schema, features, &stored.values)
            }
            (Some(RecordChange::Update { features, .. }), Some(stored)) => {
                let mut sent = features.iter();
                sent.all(|(name, value)| self.is_updated(name, value, stored.value(name)))
            }
            (Some(RecordChange::Delete { .. }), None) => true,
            _ => false,
        }
    }

    fn is_updated(&self, feature: &str, sent: &FeatureValue, stored: Option<&FeatureValue>) -> bool {
        let schema = self.draft.schema();
        if feature == schema.event_time() {
            return self.is_not_older(sent, stored);
        }
        same_value(schema, feature, Some(sent), stored)
    }

    /// Somebody else's later update of other features moves the event time on and leaves ours.
    fn is_not_older(&self, sent: &FeatureValue, stored: Option<&FeatureValue>) -> bool {
        let time = |value: &FeatureValue| match value {
            FeatureValue::One(text) => EventTime::parse(self.draft.schema().form(), text),
            FeatureValue::Many(_) => None,
        };
        match (time(sent), stored.and_then(time)) {
            (Some(sent), Some(stored)) => !sent.is_newer_than(stored),
            _ => false,
        }
    }
}

/// Whether nothing was written, for sure: the service, or whoever stands before it, refused the request.
fn is_definite(error: &SourceError) -> bool {
    let refused = matches!(
        error.kind,
        ErrorKind::Throttled
            | ErrorKind::Denied
            | ErrorKind::Invalid
            | ErrorKind::Credentials
            | ErrorKind::Conflict
            | ErrorKind::NotFound
    );
    // A request that took too long to arrive is refused by its status as a wrong one is, and may have arrived all the same.
    let is_late = matches!(
        error.code.as_str(),
        "HTTP 408" | "RequestTimeout" | "RequestTimeoutException"
    );
    refused && !is_late
}

#[cfg(test)]
mod tests;
