//! Batch predictions of Amazon Machine Learning.

use std::time::Duration;

use super::{Ancestor, Fact, Location, ResourceId, Timestamp};

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
    /// Whether it comes to an end by itself and has not yet.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }

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

/// How far something is that runs its course.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Records seen.
    pub total: Option<u64>,
    /// Records among them that could not be used.
    pub invalid: Option<u64>,
}

impl Run {
    /// The part of the records that could not be used, from 0 to 1; `None` where none were seen.
    #[expect(clippy::cast_precision_loss, reason = "a ratio, shown with two decimals")]
    pub fn invalid_ratio(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some(self.invalid? as f64 / total as f64)
    }
}

/// A point in the course of a batch prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// What happened then.
    pub label: &'static str,
    /// When, or why the service does not tell.
    pub at: Result<Timestamp, &'static str>,
    /// What it does or did from then on.
    pub then: Option<Stretch>,
}

/// What a batch prediction does between two points of its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What: while it does, and once it did.
    pub words: [&'static str; 2],
    /// Since when.
    pub from: Timestamp,
    /// Until when, unless it still does.
    pub until: Option<Timestamp>,
}

impl Stretch {
    /// How long, at this time. The service's clock may be ahead of ours.
    pub fn length(&self, now: Timestamp) -> Duration {
        let length = self.until.unwrap_or(now).duration_since(self.from);
        Duration::try_from(length).unwrap_or_default()
    }

    /// What it does or did.
    pub fn word(&self) -> &'static str {
        self.words[usize::from(self.until.is_some())]
    }
}

impl BatchPrediction {
    pub(super) fn note(&self) -> String {
        self.status.as_str().to_lowercase()
    }

    /// Its figures.
    pub fn run(&self) -> Run {
        Run {
            total: self.total,
            invalid: self.invalid,
        }
    }

    /// What it is called; its id where it has no name.
    pub fn called(&self) -> &str {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        name.unwrap_or(&self.id)
    }

    pub(super) fn behind(&self) -> Vec<Ancestor> {
        let id = |id: &Option<String>| id.as_deref().map(ResourceId::from);
        let model = id(&self.model_id).map(Ancestor::Model);
        let source = id(&self.data_source_id).map(Ancestor::DataSource);
        model.into_iter().chain(source).collect()
    }

    pub(super) fn locations(&self) -> Vec<Location> {
        let absent = self.absent();
        let location = |label, uri: &Option<String>| Location {
            label,
            uri: uri.clone().ok_or(absent),
        };
        vec![
            location("input", &self.input),
            location("output", &self.output),
            location("log", &self.log),
        ]
    }

    /// Created, started, finished: each with its time, or with the reason why the service does not give it (page
    /// `GetBatchPrediction`).
    pub fn milestones(&self) -> [Milestone; 3] {
        // Of one that has ended, but not when is told, nobody knows how long it took.
        let stretch = |words, from: Option<Timestamp>, until: Option<Timestamp>| {
            let is_known = until.is_some() || self.status.is_under_way();
            from.filter(|_| is_known)
                .map(|from| Stretch { words, from, until })
        };
        let queued = stretch(
            ["queued for", "queued"],
            self.created,
            self.started.or(self.finished),
        );
        let ran = stretch(["running for", "ran"], self.started, self.finished);
        let started = match self.status {
            PredictionStatus::Pending => "not while PENDING",
            _ => self.absent(),
        };
        let finished = match self.status {
            PredictionStatus::Pending | PredictionStatus::InProgress => "not until COMPLETED/FAILED",
            PredictionStatus::Deleted => "not once DELETED",
            _ => self.absent(),
        };
        let milestone = |label, at: Option<Timestamp>, why, then| Milestone {
            label,
            at: at.ok_or(why),
            then,
        };
        [
            milestone("created", self.created, self.absent(), queued),
            milestone("started", self.started, started, ran),
            milestone("finished", self.finished, finished, None),
        ]
    }

    /// Why something is missing of which no state says that it must be there.
    fn absent(&self) -> &'static str {
        if self.status.is_under_way() {
            "not given yet"
        } else {
            "not given"
        }
    }

    /// Why its records are not counted.
    pub fn uncounted(&self) -> &'static str {
        match self.status {
            PredictionStatus::Pending => "not while PENDING",
            _ => self.absent(),
        }
    }

    /// What there is to read beside its course and its figures, which are drawn.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let absent = self.absent();
        let compute = match self.status {
            PredictionStatus::Pending | PredictionStatus::InProgress => "not until COMPLETED",
            PredictionStatus::Completed => absent,
            _ => "only when COMPLETED",
        };
        let message = match (&self.status, self.message.as_deref()) {
            (PredictionStatus::Failed, Some(message)) => Fact::trouble("message", message),
            (_, message) => Fact::maybe("message", message, absent),
        };
        vec![
            message,
            Fact::maybe("compute time", self.compute_time, compute),
            Fact::maybe("input", self.input.as_deref(), absent),
            Fact::maybe("output", self.output.as_deref(), absent),
            Fact::maybe("log", self.log.as_deref(), absent),
            Fact::maybe("ML model", self.model_id.as_deref(), absent),
            Fact::maybe("data source", self.data_source_id.as_deref(), absent),
            Fact::maybe("last updated", self.updated, absent),
            Fact::maybe("created by", self.created_by.as_deref(), absent),
            Fact::maybe("name", self.name.as_deref(), absent),
            Fact::new("id", self.id.as_str()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::FactValue::Absent;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn prediction(status: PredictionStatus) -> BatchPrediction {
        BatchPrediction {
            id: "bp-1".to_owned(),
            name: None,
            status,
            model_id: Some("ml-1".to_owned()),
            data_source_id: None,
            input: Some("s3://in/".to_owned()),
            output: None,
            log: None,
            created_by: None,
            created: Some(at("2026-11-20T12:00:00Z")),
            updated: None,
            started: None,
            finished: None,
            message: None,
            compute_time: None,
            total: None,
            invalid: None,
        }
    }

    #[test]
    fn a_pending_prediction_is_queued_until_now_and_says_what_it_lacks() {
        let it = prediction(PredictionStatus::Pending);
        let [created, started, finished] = it.milestones();
        let queued = created.then.unwrap();
        assert_eq!(queued.word(), "queued for");
        assert_eq!(queued.length(at("2026-11-20T12:00:41Z")), Duration::from_secs(41));
        assert_eq!(queued.length(at("2026-11-20T11:59:00Z")), Duration::ZERO);
        assert_eq!(started.at, Err("not while PENDING"));
        assert_eq!(finished.at, Err("not until COMPLETED/FAILED"));
        assert_eq!(it.uncounted(), "not while PENDING");
    }

    #[test]
    fn an_ended_prediction_has_run_and_no_longer_does() {
        let it = BatchPrediction {
            started: Some(at("2026-11-20T12:00:41Z")),
            finished: Some(at("2026-11-20T12:03:41Z")),
            ..prediction(PredictionStatus::Completed)
        };
        let [created, started, _] = it.milestones();
        let later = at("2026-11-21T00:00:00Z");
        let told = |stretch: Option<Stretch>| stretch.map(|it| (it.word(), it.length(later).as_secs()));
        assert_eq!(told(created.then), Some(("queued", 41)));
        assert_eq!(told(started.then), Some(("ran", 180)));
    }

    #[test]
    fn a_prediction_that_failed_before_it_started_was_queued_until_then() {
        let it = BatchPrediction {
            finished: Some(at("2026-11-20T12:00:09Z")),
            ..prediction(PredictionStatus::Failed)
        };
        let [created, started, _] = it.milestones();
        assert_eq!(created.then.unwrap().until, it.finished);
        assert_eq!((started.at, started.then), (Err("not given"), None));
    }

    #[test]
    fn how_long_a_deleted_prediction_ran_is_not_guessed_from_its_deletion() {
        let it = BatchPrediction {
            started: Some(at("2026-11-20T12:00:41Z")),
            updated: Some(at("2026-11-20T18:00:00Z")),
            ..prediction(PredictionStatus::Deleted)
        };
        let [created, started, finished] = it.milestones();
        assert!(created.then.is_some());
        assert_eq!((started.then, finished.at), (None, Err("not once DELETED")));
    }

    #[test]
    fn a_ratio_needs_records() {
        let ratio = |total, invalid| Run { total, invalid }.invalid_ratio();
        assert_eq!(ratio(Some(200), Some(1)), Some(0.005));
        assert_eq!(ratio(Some(0), Some(0)), None);
        assert_eq!(ratio(None, None), None);
    }

    #[test]
    fn compute_time_says_when_it_is_given() {
        let why = |status| {
            let facts = prediction(status).facts();
            let fact = facts.into_iter().find(|fact| fact.label == "compute time");
            fact.unwrap().value
        };
        assert_eq!(why(PredictionStatus::InProgress), Absent("not until COMPLETED"));
        assert_eq!(why(PredictionStatus::Failed), Absent("only when COMPLETED"));
    }

    #[test]
    fn what_is_behind_a_prediction_is_what_it_names() {
        let it = prediction(PredictionStatus::Completed);
        assert_eq!(it.behind(), [Ancestor::Model("ml-1".into())]);
        let uris: Vec<_> = it.locations().into_iter().map(|it| it.uri).collect();
        assert_eq!(
            uris,
            [Ok("s3://in/".to_owned()), Err("not given"), Err("not given")]
        );
    }
}
