//! A record that is being edited on the screen: where the cursor stands in its draft, and how far the writing of it is.
//!
//! What a draft is and how it is written is [`crate::edit`]'s. Must not: change a draft, or lose one.

mod form;
mod merging;
mod review;
mod value;

use std::time::Duration;

pub use form::{Form, FormRow, Sign as FormSign, ValueLine};
pub use merging::Merging;
pub use review::{Checked, Review};
pub use value::{parse_value, value_text};

use super::{Remote, Ticket, Wait};
use crate::edit::{Draft, Ending, Kept, Origin, Output, Saving};
use crate::resource::{FeatureRecord, ResourceId, Section};

/// A record in the editor.
#[derive(Debug)]
pub struct Editor {
    /// Whose group it is.
    pub section: Section,
    /// The feature group.
    pub group: ResourceId,
    /// The record's identifier.
    pub identifier: String,
    /// The record as it is stored, while it is asked for to be opened or read anew.
    pub stored: Remote<Option<FeatureRecord>>,
    /// What it is opened for.
    pub purpose: Opening,
    /// Where the record lives, as it was known then.
    pub origin: Origin,
    /// What is edited, once the schema and the record are here.
    pub desk: Option<Desk>,
}

/// What a record is opened for.
#[derive(Debug)]
pub enum Opening {
    /// To be edited as it is stored.
    Stored,
    /// To be made anew; one that is there is shown instead.
    New,
    /// To be made anew from a copy of another.
    Clone(Box<Draft>),
    /// To go on with a draft that was kept.
    Kept(Box<Kept>),
}

/// A draft on the desk.
#[derive(Debug)]
pub struct Desk {
    /// The draft as a form.
    pub form: Form,
    /// How far it is on its way to the store.
    pub stage: Stage,
    /// What became of the last write, until something is changed.
    pub ended: Option<WriteEnded>,
    /// What was stored before the last write that was made.
    pub before: Option<Before>,
    /// A text from the person's own editor that could not be taken, to be corrected.
    pub outside: Option<String>,
}

/// What a draft is on its way to.
#[derive(Debug)]
pub enum Stage {
    /// Nowhere: it is edited.
    Editing,
    /// Looked at before it is written.
    Reviewing(Review),
    /// Written.
    Saving(Box<Writing>),
    /// Put beside what somebody else wrote.
    Merging(Box<Merging>),
}

/// A write under way.
#[derive(Debug)]
pub struct Writing {
    /// How far it is.
    pub saving: Saving,
    /// What it waits for.
    pub pause: Pause,
}

/// What a write under way waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// An answer.
    Answer(Wait),
    /// A time of the monotonic clock.
    Until(Duration),
}

/// How the last write ended.
#[derive(Debug)]
pub struct WriteEnded {
    /// How.
    pub ending: Ending,
    /// The write, where looking again may tell more.
    pub saving: Option<Box<Saving>>,
}

/// What a write can be taken back to.
#[derive(Clone, Debug)]
pub struct Before {
    /// What was stored, if anything was.
    pub record: Option<FeatureRecord>,
    /// The event time of the write, where that was a deletion: the store keeps it, and a put must be newer.
    pub deleted_at: Option<String>,
}

impl Editor {
    /// An editor that knows nothing of the record yet.
    pub fn new(
        section: Section,
        group: ResourceId,
        identifier: String,
        purpose: Opening,
        origin: Origin,
    ) -> Self {
        Self {
            section,
            group,
            identifier,
            stored: Remote::Idle,
            purpose,
            origin,
            desk: None,
        }
    }

    /// Whether it waits for an answer with this ticket.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        let desk = self.desk.as_ref().and_then(Desk::wait);
        let waits = [self.stored.wait(), desk];
        waits.iter().flatten().any(|wait| wait.ticket == ticket)
    }

    /// What it waits for.
    pub fn wait(&self) -> Option<Wait> {
        let desk = self.desk.as_ref().and_then(Desk::wait);
        self.stored.wait().or(desk)
    }

    /// Whether there are changes that are not stored.
    pub fn is_dirty(&self) -> bool {
        self.desk
            .as_ref()
            .is_some_and(|desk| desk.form.draft().is_dirty())
    }

    /// How many lines there may be to say below the form: what went wrong takes more of them than what a feature is.
    pub fn note_lines(&self) -> u16 {
        let desk = self.desk.as_ref();
        let went_wrong = |desk: &Desk| {
            let ended = desk.ended.as_ref().is_some_and(|it| !it.ending.is_done());
            desk.form.line.is_none() && ended
        };
        if desk.is_some_and(went_wrong) { 6 } else { 2 }
    }

    /// Whether there is a text of the person's own editor that could not be taken.
    pub fn has_text(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.outside.is_some())
    }

    /// Whether a write is under way, which is never cancelled.
    pub fn is_writing(&self) -> bool {
        matches!(self.desk.as_ref().map(|desk| &desk.stage), Some(Stage::Saving(_)))
    }

    /// When it goes on by itself, on the monotonic clock.
    pub fn wake_at(&self) -> Option<Duration> {
        match &self.desk.as_ref()?.stage {
            Stage::Saving(writing) => match writing.pause {
                Pause::Until(at) => Some(at),
                Pause::Answer(_) => None,
            },
            _ => None,
        }
    }
}

impl Desk {
    /// A desk with this draft on it.
    pub fn of(draft: Draft) -> Self {
        Self {
            form: Form::of(draft),
            stage: Stage::Editing,
            ended: None,
            before: None,
            outside: None,
        }
    }

    /// What it waits for.
    fn wait(&self) -> Option<Wait> {
        match &self.stage {
            Stage::Reviewing(review) => review.checked.wait(),
            Stage::Saving(writing) => match writing.pause {
                Pause::Answer(wait) => Some(wait),
                Pause::Until(_) => None,
            },
            Stage::Editing | Stage::Merging(_) => None,
        }
    }
}

impl WriteEnded {
    /// An end, with the write that may be looked into again.
    pub fn of(ending: Ending, saving: Saving) -> Self {
        let saving = ending.can_settle().then(|| Box::new(saving));
        Self { ending, saving }
    }

    /// Looks again, where that may tell more.
    pub fn settle(&mut self) -> Option<(Saving, Output)> {
        let output = self.saving.as_mut()?.settle();
        if output == Output::Ignored {
            return None;
        }
        Some((*self.saving.take()?, output))
    }
}
