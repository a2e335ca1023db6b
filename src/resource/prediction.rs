//! Batch predictions of Amazon Machine Learning.

use std::time::Duration;

use super::{Fact, Timestamp};

/// A batch prediction, as `GetBatchPrediction` tells of it. Which fields there are depends on its status.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchPrediction {
    /// Its id.
    pub id: String,
    /// What its maker called it.
    pub name: Option<String>,
    /// How far it is.
    pub status: PredictionStatus,
    /// The model that predicts.
    pub model_id: Option<String>,
    /// The data source that it reads.
    pub data_source_id: Option<String>,
    /// Where the input lies in S3.
    pub input: Option<String>,
    /// Where the results go in S3.
    pub output: Option<String>,
    /// The log of its making.
    pub log: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last edited.
    pub updated: Option<Timestamp>,
    /// When it went in progress.
    pub started: Option<Timestamp>,
    /// When it was marked completed or failed.
    pub finished: Option<Timestamp>,
    /// The service's latest word on it.
    pub message: Option<String>,
    /// CPU time, normalised; only when completed.
    pub compute_time: Option<Duration>,
    /// Records seen.
    pub total: Option<u64>,
    /// Records among them that could not be used.
    pub invalid: Option<u64>,
}

/// How far a batch prediction is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PredictionStatus {
    /// Asked for.
    Pending,
    /// Running.
    InProgress,
    /// Did not run to its end.
    Failed,
    /// Done.
    Completed,
    /// Marked as deleted.
    Deleted,
    /// A word that the reference does not list.
    Other(String),
}

impl PredictionStatus {
    /// The service's own word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "INPROGRESS",
            Self::Failed => "FAILED",
            Self::Completed => "COMPLETED",
            Self::Deleted => "DELETED",
            Self::Other(word) => word,
        }
    }
}

impl BatchPrediction {
    pub(super) fn note(&self) -> String {
        self.status.as_str().to_lowercase()
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        const NOT_YET: &str = "not given yet";
        let pending = self.status == PredictionStatus::Pending;
        let ended = !matches!(
            self.status,
            PredictionStatus::Pending | PredictionStatus::InProgress
        );
        let started = if pending { "not while PENDING" } else { NOT_YET };
        vec![
            Fact::new("status", self.status.as_str()),
            Fact::maybe(
                "message",
                self.message.as_deref(),
                if ended { "none" } else { NOT_YET },
            ),
            Fact::maybe("created", self.created, NOT_YET),
            Fact::maybe("started", self.started, started),
            Fact::maybe("finished", self.finished, "only when COMPLETED or FAILED"),
            Fact::maybe("last updated", self.updated, NOT_YET),
            Fact::maybe("compute time", self.compute_time, "only when COMPLETED"),
            Fact::maybe("records seen", self.total, NOT_YET),
            Fact::maybe("records invalid", self.invalid, NOT_YET),
            Fact::maybe("input", self.input.as_deref(), NOT_YET),
            Fact::maybe("output", self.output.as_deref(), NOT_YET),
            Fact::maybe("log", self.log.as_deref(), NOT_YET),
            Fact::maybe("model", self.model_id.as_deref(), NOT_YET),
            Fact::maybe("data source", self.data_source_id.as_deref(), NOT_YET),
            Fact::maybe("created by", self.created_by.as_deref(), NOT_YET),
            Fact::maybe("name", self.name.as_deref(), NOT_YET),
            Fact::new("id", self.id.as_str()),
        ]
    }
}
