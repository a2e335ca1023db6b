//! What becomes of a batch prediction: PENDING, INPROGRESS, then COMPLETED or FAILED, by the clock alone.
//!
//! Must not: know what is predicted.

use jiff::{SignedDuration, Timestamp};

/// The life of a batch prediction, decided when it is created.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Course {
    pub(in crate::demo) created: Timestamp,
    /// How long it waits, and how long it then runs.
    pub(in crate::demo) waits: SignedDuration,
    pub(in crate::demo) runs: SignedDuration,
    pub(in crate::demo) outcome: Outcome,
}

/// How a batch prediction ends.
#[derive(Clone, Debug)]
pub(in crate::demo) enum Outcome {
    /// With predictions.
    Completed {
        /// Records seen, and how many of them were no use.
        total: i64,
        invalid: i64,
    },
    /// Without, for a reason.
    Failed {
        /// What the service says.
        message: String,
    },
}

/// Where a batch prediction stands at some time.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) struct Standing {
    /// PENDING, INPROGRESS, COMPLETED or FAILED.
    pub(in crate::demo) status: &'static str,
    pub(in crate::demo) started: Option<Timestamp>,
    pub(in crate::demo) finished: Option<Timestamp>,
    /// Records seen so far, and how many of them were no use; none before the start.
    pub(in crate::demo) counts: Option<(i64, i64)>,
    /// CPU milliseconds of a completed prediction.
    pub(in crate::demo) compute: Option<i64>,
    pub(in crate::demo) message: Option<String>,
}

impl Course {
    /// Where the prediction stands at a time. `StartedAt` is not there while it is PENDING, `FinishedAt` only once it is
    /// COMPLETED or FAILED, `ComputeTime` only once it is COMPLETED (page `GetBatchPrediction`).
    pub(in crate::demo) fn standing(&self, now: Timestamp) -> Standing {
        let started = self.created + self.waits;
        let finished = started + self.runs;
        let waiting = Standing {
            status: "PENDING",
            started: None,
            finished: None,
            counts: None,
            compute: None,
            message: None,
        };
        if now < started {
            return waiting;
        }
        if now < finished {
            return Standing {
                status: "INPROGRESS",
                started: Some(started),
                counts: self.counts_after(now.duration_since(started)),
                ..waiting
            };
        }
        let ended = Standing {
            started: Some(started),
            finished: Some(finished),
            ..waiting
        };
        match &self.outcome {
            Outcome::Completed { total, invalid } => Standing {
                status: "COMPLETED",
                counts: Some((*total, *invalid)),
                compute: Some(self.compute(*total)),
                ..ended
            },
            Outcome::Failed { message } => Standing {
                status: "FAILED",
                message: Some(message.clone()),
                ..ended
            },
        }
    }

    /// When the prediction last changed by itself.
    pub(in crate::demo) fn changed(&self, now: Timestamp) -> Timestamp {
        let standing = self.standing(now);
        standing.finished.or(standing.started).unwrap_or(self.created)
    }

    /// Records are seen at an even pace.
    fn counts_after(&self, elapsed: SignedDuration) -> Option<(i64, i64)> {
        let Outcome::Completed { total, invalid } = &self.outcome else {
            return None;
        };
        let (done, all) = (elapsed.as_millis(), self.runs.as_millis().max(1));
        let part = |count: i64| i64::try_from(i128::from(count) * done / all).unwrap_or(count);
        Some((part(*total), part(*invalid)))
    }

    /// About as long as it ran on a few cores, and a little for each record.
    fn compute(&self, total: i64) -> i64 {
        i64::try_from(self.runs.as_millis() * 3)
            .unwrap_or(i64::MAX)
            .saturating_add(total / 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ask::at;

    fn course(outcome: Outcome) -> Course {
        Course {
            created: at(0),
            waits: SignedDuration::from_secs(10),
            runs: SignedDuration::from_secs(100),
            outcome,
        }
    }

    #[test]
    fn members_appear_only_in_the_states_that_have_them() {
        let course = course(Outcome::Completed {
            total: 1000,
            invalid: 10,
        });
        let waiting = course.standing(at(9));
        assert_eq!(
            (waiting.status, waiting.started, waiting.counts),
            ("PENDING", None, None)
        );
        let running = course.standing(at(60));
        assert_eq!((running.status, running.started), ("INPROGRESS", Some(at(10))));
        assert_eq!(
            (running.finished, running.compute, running.counts),
            (None, None, Some((500, 5)))
        );
        let done = course.standing(at(110));
        assert_eq!((done.status, done.finished), ("COMPLETED", Some(at(110))));
        assert_eq!((done.counts, done.compute.is_some()), (Some((1000, 10)), true));
    }

    #[test]
    fn a_failure_has_a_message_and_no_compute_time() {
        let course = course(Outcome::Failed {
            message: "no access".to_owned(),
        });
        let failed = course.standing(at(200));
        assert_eq!((failed.status, failed.finished), ("FAILED", Some(at(110))));
        assert_eq!(
            (failed.message.as_deref(), failed.compute),
            (Some("no access"), None)
        );
    }
}
