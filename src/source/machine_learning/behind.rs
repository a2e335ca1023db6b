//! The ML model and the data source behind a batch prediction, as facts.

use std::collections::HashMap;

use aws_sdk_machinelearning::operation::get_data_source::GetDataSourceOutput;
use aws_sdk_machinelearning::operation::get_ml_model::GetMlModelOutput;
use aws_sdk_machinelearning::types::{EntityStatus, RealtimeEndpointStatus};
use aws_smithy_types::DateTime;

use super::{Duration, MachineLearning, SourceError, count, failed, time};
use crate::resource::{Ancestor, Ancestry, Fact, Location, ResourceId};

/// Said of what no state of an entity requires.
const ABSENT: &str = "not given";
const NOT_PENDING: &str = "not while PENDING";
const ENDED: &str = "not until COMPLETED/FAILED";

impl MachineLearning {
    pub(super) async fn model(&self, id: &str) -> Result<Ancestry, SourceError> {
        const OPERATION: &str = "GetMLModel";
        self.check_region(OPERATION, id)?;
        let answer = self.client.get_ml_model().ml_model_id(id).send().await;
        Ok(model(answer.map_err(|error| failed(OPERATION, id, &error))?))
    }

    pub(super) async fn data_source(&self, id: &str) -> Result<Ancestry, SourceError> {
        const OPERATION: &str = "GetDataSource";
        self.check_region(OPERATION, id)?;
        let answer = self.client.get_data_source().data_source_id(id).send().await;
        Ok(data_source(
            answer.map_err(|error| failed(OPERATION, id, &error))?,
        ))
    }
}

fn model(it: GetMlModelOutput) -> Ancestry {
    let trained_with = it.training_data_source_id.clone();
    let mut facts = vec![
        Fact::maybe("name", it.name, ABSENT),
        Fact::maybe("type", it.ml_model_type.map(|it| it.as_str().to_owned()), ABSENT),
    ];
    facts.extend(state(it.status.as_ref(), it.message));
    facts.extend([
        // Only such a model has one (page `GetMLModel`).
        Fact::maybe(
            "threshold",
            it.score_threshold.map(|it| it.to_string()),
            "only if BINARY",
        ),
        Fact::maybe("size in bytes", it.size_in_bytes.and_then(count), ABSENT),
        Fact::maybe("trained with", it.training_data_source_id, ABSENT),
        Fact::maybe("training data", it.input_data_location_s3.clone(), ABSENT),
        Fact::maybe("endpoint", it.endpoint_info.map(endpoint), ABSENT),
    ]);
    facts.extend(parameters(it.training_parameters.unwrap_or_default()));
    facts.extend(course(
        [it.created_at, it.started_at, it.finished_at],
        it.compute_time,
    ));
    let updated = it.last_updated_at;
    facts.extend(trail(
        updated,
        it.created_by_iam_user,
        it.log_uri.clone(),
        it.ml_model_id,
    ));
    let behind = trained_with.map(|id| Ancestor::DataSource(ResourceId::from(id)));
    Ancestry {
        facts,
        behind: behind.into_iter().collect(),
        locations: locations("training data", it.input_data_location_s3, it.log_uri),
    }
}

fn data_source(it: GetDataSourceOutput) -> Ancestry {
    let mut facts = vec![Fact::maybe("name", it.name, ABSENT)];
    facts.extend(state(it.status.as_ref(), it.message));
    facts.extend([
        Fact::maybe("data", it.data_location_s3.clone(), ABSENT),
        Fact::maybe("size in bytes", it.data_size_in_bytes.and_then(count), ABSENT),
        Fact::maybe("files", it.number_of_files.and_then(count), ABSENT),
        Fact::maybe("rearrangement", it.data_rearrangement, "none"),
        Fact::new("statistics", it.compute_statistics),
    ]);
    if let Some(database) = it.rds_metadata.and_then(|it| it.database) {
        let name = format!("{} of {}", database.database_name, database.instance_identifier);
        facts.push(Fact::new("from RDS", name));
    }
    if let Some(database) = it.redshift_metadata.and_then(|it| it.redshift_database) {
        let name = format!("{} of {}", database.database_name, database.cluster_identifier);
        facts.push(Fact::new("from Redshift", name));
    }
    facts.extend(it.role_arn.map(|role| Fact::new("role", role)));
    facts.extend(course(
        [it.created_at, it.started_at, it.finished_at],
        it.compute_time,
    ));
    let updated = it.last_updated_at;
    facts.extend(trail(
        updated,
        it.created_by_iam_user,
        it.log_uri.clone(),
        it.data_source_id,
    ));
    Ancestry {
        facts,
        behind: Vec::new(),
        locations: locations("data", it.data_location_s3, it.log_uri),
    }
}

/// When it was changed last, who made it, and how to find out more.
fn trail(
    updated: Option<DateTime>,
    made_by: Option<String>,
    log: Option<String>,
    id: Option<String>,
) -> [Fact; 4] {
    [
        Fact::maybe("last updated", updated.and_then(time::from_sdk), ABSENT),
        Fact::maybe("created by", made_by, ABSENT),
        Fact::maybe("log", log, ABSENT),
        Fact::maybe("id", id, ABSENT),
    ]
}

fn state(status: Option<&EntityStatus>, message: Option<String>) -> [Fact; 2] {
    let message = match (status, message) {
        (Some(EntityStatus::Failed), Some(words)) => Fact::trouble("message", &words),
        (_, message) => Fact::maybe("message", message, ABSENT),
    };
    let status = status.map(|it| it.as_str().to_owned());
    [Fact::maybe("status", status, ABSENT), message]
}

/// Created, started, finished, and how long was computed.
fn course(times: [Option<DateTime>; 3], compute_time: Option<i64>) -> [Fact; 4] {
    let [created, started, finished] = times.map(|at| at.and_then(time::from_sdk));
    let compute_time = compute_time.and_then(count).map(Duration::from_millis);
    [
        Fact::maybe("created", created, ABSENT),
        Fact::maybe("started", started, NOT_PENDING),
        Fact::maybe("finished", finished, ENDED),
        Fact::maybe("compute time", compute_time, "only when COMPLETED"),
    ]
}

fn locations(data: &'static str, uri: Option<String>, log: Option<String>) -> Vec<Location> {
    let location = |label, uri: Option<String>| Location {
        label,
        uri: uri.ok_or(ABSENT),
    };
    vec![location(data, uri), location("log", log)]
}

/// A line each, in the order of their names, since a map has none.
fn parameters(parameters: HashMap<String, String>) -> Vec<Fact> {
    let mut all: Vec<_> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    all.sort();
    let labels = std::iter::once("parameters").chain(std::iter::repeat(""));
    let mut facts: Vec<_> = labels
        .zip(all)
        .map(|(label, text)| Fact::new(label, text))
        .collect();
    if facts.is_empty() {
        facts.push(Fact::maybe("parameters", None::<String>, ABSENT));
    }
    facts
}

fn endpoint(info: aws_sdk_machinelearning::types::RealtimeEndpointInfo) -> String {
    let status = info.endpoint_status.as_ref();
    match info.endpoint_url.filter(|url| !url.is_empty()) {
        Some(url) => format!("{} {url}", status.map_or("", RealtimeEndpointStatus::as_str)),
        None => status.map_or("", RealtimeEndpointStatus::as_str).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::FactValue;

    fn fact(ancestry: &Ancestry, label: &str) -> FactValue {
        let fact = ancestry.facts.iter().find(|fact| fact.label == label);
        fact.unwrap_or_else(|| panic!("{label} is a fact")).value.clone()
    }

    #[test]
    fn a_model_leads_to_what_it_was_trained_with() {
        let it = model(
            GetMlModelOutput::builder()
                .training_data_source_id("ds-7")
                .training_parameters("sgd.maxPasses", "10")
                .training_parameters("algorithm", "sgd")
                .build(),
        );
        assert_eq!(it.behind, [Ancestor::DataSource("ds-7".into())]);
        let text = |text: &str| FactValue::Text(text.to_owned());
        assert_eq!(fact(&it, "parameters"), text("algorithm=sgd"));
        assert_eq!(fact(&it, ""), text("sgd.maxPasses=10"));
        assert_eq!(fact(&it, "threshold"), FactValue::Absent("only if BINARY"));
    }

    #[test]
    fn a_failed_data_source_says_why() {
        let it = data_source(
            GetDataSourceOutput::builder()
                .status(EntityStatus::Failed)
                .message("no such bucket")
                .build(),
        );
        assert_eq!(
            fact(&it, "message"),
            FactValue::Trouble("no such bucket".to_owned())
        );
        assert_eq!(it.locations[0].uri, Err(ABSENT));
    }
}
