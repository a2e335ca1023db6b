//! The shop's batch predictions: those of the last days, and a new one every couple of minutes.
//!
//! Must not: keep more of them than a person would page through.

use std::sync::Arc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::demo::machine_learning::entity::{BatchPrediction, DataSource, Model};
use crate::demo::machine_learning::status::{Course, Outcome};
use crate::demo::machine_learning::{MachineLearning, user_arn};

/// What the models learn: id, name, type, threshold, schema and target.
struct Task {
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    threshold: Option<f64>,
    attributes: &'static [(&'static str, &'static str)],
    target: &'static str,
}

const TASKS: [Task; 4] = [
    Task {
        id: "churn",
        name: "Churn within 60 days",
        kind: "BINARY",
        threshold: Some(0.42),
        attributes: &[
            ("customer_id", "CATEGORICAL"),
            ("orders_365d", "NUMERIC"),
            ("days_since_last_order", "NUMERIC"),
            ("churned", "BINARY"),
        ],
        target: "churned",
    },
    Task {
        id: "spend",
        name: "Spend in the next 30 days",
        kind: "REGRESSION",
        threshold: None,
        attributes: &[
            ("customer_id", "CATEGORICAL"),
            ("spend_365d", "NUMERIC"),
            ("spend_next", "NUMERIC"),
        ],
        target: "spend_next",
    },
    Task {
        id: "category",
        name: "Next category",
        kind: "MULTICLASS",
        threshold: None,
        attributes: &[
            ("customer_id", "CATEGORICAL"),
            ("last_search", "TEXT"),
            ("category", "CATEGORICAL"),
        ],
        target: "category",
    },
    Task {
        id: "returns",
        name: "Order will be returned",
        kind: "BINARY",
        threshold: Some(0.5),
        attributes: &[
            ("order_id", "CATEGORICAL"),
            ("total", "NUMERIC"),
            ("returned", "BINARY"),
        ],
        target: "returned",
    },
];

const FAILURES: [&str; 4] = [
    "Amazon ML cannot access the output location: Access Denied (s3://shop-predictions)",
    "The schema of the DataSource does not match the schema of the MLModel: attribute last_search is missing",
    "More than 10000 invalid records were found; see the log for the first of them",
    "The data file is empty",
];

const USERS: [&str; 3] = ["ana", "maria", "tom"];

/// How many predictions of the past there are, and how far back they go.
const PAST: i64 = 38;
const REACH: SignedDuration = SignedDuration::from_hours(24 * 6);
/// How often a new one starts.
const EVERY: SignedDuration = SignedDuration::from_secs(110);
/// How many are kept.
const KEPT: usize = 120;

/// The batch predictions, kept coming.
#[derive(Debug)]
pub(super) struct Predictions {
    service: Arc<MachineLearning>,
    rng: Rng,
    started: u32,
    next: Timestamp,
}

impl Predictions {
    /// Makes models, data sources and the predictions of the last days.
    pub(super) fn open(service: Arc<MachineLearning>, rng: Rng, now: Timestamp) -> Self {
        let mut predictions = Self {
            service,
            rng,
            started: 0,
            next: now + EVERY,
        };
        for task in &TASKS {
            predictions.prepare(task, now);
        }
        for number in 0..PAST {
            let back = SignedDuration::from_secs(REACH.as_secs() * (PAST - number) / PAST);
            let minutes = SignedDuration::from_mins(predictions.rng.i64(3..40));
            predictions.start(now - back + minutes);
        }
        // What is under way when somebody comes to look.
        for seconds in [100, 45, 4] {
            predictions.start(now - SignedDuration::from_secs(seconds));
        }
        predictions
    }

    /// Starts the next prediction when it is time.
    pub(super) fn tick(&mut self, now: Timestamp) {
        if now >= self.next {
            self.next = now + EVERY;
            self.start(now);
            self.forget();
        }
    }

    fn prepare(&mut self, task: &Task, now: Timestamp) {
        let created = now - SignedDuration::from_hours(24 * self.rng.i64(20..90));
        let mut state = self.service.state();
        for (purpose, files) in [("training", 4), ("batch", 12)] {
            let source = DataSource {
                id: format!("ds-{}-{purpose}", task.id),
                name: format!("{} ({purpose})", task.name),
                location: format!("s3://shop-ml/{}/{purpose}/", task.id),
                user: user_arn(USERS[self.rng.usize(..USERS.len())]),
                created,
                bytes: self.rng.i64(4_000_000..90_000_000),
                files,
                attributes: task.attributes,
                target: task.target,
            };
            state.data_sources.insert(source.id.clone(), source);
        }
        let model = Model {
            id: format!("ml-{}", task.id),
            name: task.name.to_owned(),
            kind: task.kind,
            data_source: format!("ds-{}-training", task.id),
            input: format!("s3://shop-ml/{}/training/", task.id),
            user: user_arn(USERS[self.rng.usize(..USERS.len())]),
            created: created + SignedDuration::from_hours(1),
            bytes: self.rng.i64(200_000..9_000_000),
            threshold: task.threshold,
        };
        state.models.insert(model.id.clone(), model);
    }

    fn start(&mut self, created: Timestamp) {
        self.started += 1;
        let task = &TASKS[self.rng.usize(..TASKS.len())];
        let day = created.strftime("%Y-%m-%d");
        let total = self.rng.i64(20_000..450_000);
        let outcome = match self.rng.u8(..8) {
            0 => Outcome::Failed {
                message: FAILURES[self.rng.usize(..FAILURES.len())].to_owned(),
            },
            _ => Outcome::Completed {
                total,
                invalid: self.rng.i64(0..total / 500),
            },
        };
        let prediction = BatchPrediction {
            id: format!("bp-{}-{:04}", task.id, self.started),
            name: Some(format!("{day} {}", task.name)),
            model: format!("ml-{}", task.id),
            data_source: format!("ds-{}-batch", task.id),
            input: format!("s3://shop-ml/{}/batch/", task.id),
            output: format!("s3://shop-predictions/{}/{day}/", task.id),
            user: user_arn(USERS[self.rng.usize(..USERS.len())]),
            course: Course {
                created,
                waits: SignedDuration::from_secs(self.rng.i64(12..40)),
                runs: SignedDuration::from_secs(self.rng.i64(90..220)),
                outcome,
            },
            edited: None,
            deleted: (self.started % 13 == 7).then(|| created + SignedDuration::from_mins(30)),
        };
        self.service
            .state()
            .predictions
            .insert(prediction.id.clone(), prediction);
    }

    fn forget(&self) {
        let mut state = self.service.state();
        while state.predictions.len() > KEPT {
            let oldest = state.predictions.values().min_by_key(|it| it.course.created);
            let Some(id) = oldest.map(|it| it.id.clone()) else {
                return;
            };
            state.predictions.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ask::{ask, at};
    use serde_json::{Value, json};

    fn open(seed: u64) -> (Arc<MachineLearning>, Predictions) {
        let service = Arc::new(MachineLearning::new());
        let predictions = Predictions::open(Arc::clone(&service), Rng::with_seed(seed), at(0));
        (service, predictions)
    }

    fn results(service: &MachineLearning, seconds: i64) -> Vec<Value> {
        let answer = ask(service, "DescribeBatchPredictions", &json!({}), at(seconds)).unwrap();
        answer["Results"].as_array().unwrap().clone()
    }

    #[test]
    fn every_state_is_there() {
        let (service, _) = open(7);
        let shown = results(&service, 0);
        for status in ["PENDING", "INPROGRESS", "COMPLETED", "FAILED", "DELETED"] {
            assert!(shown.iter().any(|it| it["Status"] == status), "{status}");
        }
        assert_eq!(shown.len(), 41);
        let counts = shown.iter().filter_map(|it| it["InvalidRecordCount"].as_i64());
        assert!(counts.min() >= Some(0));
    }

    #[test]
    fn the_same_seed_gives_the_same_predictions() {
        assert_eq!(results(&open(1).0, 0), results(&open(1).0, 0));
        assert_ne!(results(&open(1).0, 0), results(&open(2).0, 0));
    }

    #[test]
    fn a_new_one_starts_every_couple_of_minutes_and_old_ones_go() {
        let (service, mut predictions) = open(1);
        predictions.tick(at(60));
        assert_eq!(results(&service, 60).len(), 41);
        predictions.tick(at(120));
        assert_eq!(results(&service, 120).len(), 42);
        for minute in 3..400 {
            predictions.tick(at(minute * 120));
        }
        assert_eq!(service.state().predictions.len(), KEPT);
    }

    #[test]
    fn each_prediction_has_its_model_and_data_source() {
        let (service, _) = open(3);
        let state = service.state();
        for prediction in state.predictions.values() {
            assert!(state.models.contains_key(&prediction.model));
            assert!(state.data_sources.contains_key(&prediction.data_source));
        }
    }
}
