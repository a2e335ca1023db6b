//! The task that keeps drafts on the disk: one job after another, so that the last one counts.
//!
//! Must not: hold up the loop, whatever the disk does; or be left behind with a job undone when the program ends.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::drafts::{Drafts, DraftsError};
use crate::edit::{Kept, LeftBehind};
use crate::message::Message;

/// How long the end of the program waits for a disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something to do with a draft.
pub(super) enum Job {
    /// Keep it.
    Keep(Box<Kept>),
    /// Drop it.
    Drop(Box<Kept>),
    /// Keep it, and then drop what another program left of it.
    TakeOver(Box<Kept>, Box<LeftBehind>),
    /// Drop one that another program left.
    DropLeft(Box<LeftBehind>),
}

/// The task.
pub(super) struct Keeper {
    /// Unbounded, because a job is made by a person's key and must not be lost.
    jobs: mpsc::UnboundedSender<Job>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Begins with a look for what other programs left.
    pub(super) fn start(mut drafts: Drafts, messages: mpsc::Sender<Message>) -> Self {
        let (jobs, mut asked) = mpsc::unbounded_channel();
        let task = spawn_blocking(move || {
            match drafts.left_behind() {
                Ok(left) if left.is_empty() => {}
                Ok(left) => tell(&messages, Message::DraftsFound(left)),
                Err(error) => tell(&messages, failure(&error)),
            }
            let mut failed = false;
            while let Some(job) = asked.blocking_recv() {
                match perform(&mut drafts, job) {
                    Ok(()) if std::mem::take(&mut failed) => tell(&messages, Message::DraftsKept),
                    Ok(()) => {}
                    Err(error) => {
                        failed = true;
                        tell(&messages, failure(&error));
                    }
                }
            }
        });
        Self { jobs, task }
    }

    /// Has a job done after those before it.
    pub(super) fn ask(&self, job: Job) {
        // A task that has ended has panicked, and the program with it.
        let _ = self.jobs.send(job);
    }

    /// Waits until all is done.
    pub(super) async fn finish(self) {
        drop(self.jobs);
        if tokio::time::timeout(PATIENCE, self.task).await.is_err() {
            tracing::warn!("the disk was not waited for any longer: a draft may not be kept");
        }
    }
}

fn perform(drafts: &mut Drafts, job: Job) -> Result<(), DraftsError> {
    match job {
        Job::Keep(kept) => drafts.keep(&kept),
        Job::Drop(kept) => drafts.drop_kept(&kept),
        Job::TakeOver(kept, left) => drafts.keep(&kept).and_then(|()| drafts.drop_left(&left)),
        Job::DropLeft(left) => drafts.drop_left(&left),
    }
}

fn failure(error: &DraftsError) -> Message {
    tracing::warn!(%error, "drafts");
    Message::DraftFailed(error.to_string())
}

/// A loop that has ended hears nothing more, and the jobs are done all the same.
fn tell(messages: &mpsc::Sender<Message>, message: Message) {
    let _ = messages.blocking_send(message);
}
