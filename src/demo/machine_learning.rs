//! The embedded Amazon Machine Learning: batch predictions that run their course, and the models and data sources they use.
//!
//! Must not: predict anything.

pub(super) mod entity;
mod listing;
pub(super) mod status;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::fields::Fields;
use super::protocol::{ACCOUNT, Answer, Call, Fault, Service};
use entity::{BatchPrediction, DataSource, Model, log_uri};
use listing::{INVALID, Listed, describe, invalid};
use status::{Course, Outcome};

/// The course of a batch prediction that a client creates.
const WAITS: SignedDuration = SignedDuration::from_secs(4);
const RUNS: SignedDuration = SignedDuration::from_secs(16);

/// The batch predictions of the account, the same in every region.
#[derive(Debug, Default)]
pub struct MachineLearning {
    state: Mutex<State>,
}

/// The entities by id.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) predictions: BTreeMap<String, BatchPrediction>,
    pub(super) models: BTreeMap<String, Model>,
    pub(super) data_sources: BTreeMap<String, DataSource>,
}

type Operation = fn(&mut State, &Call<'_>) -> Answer;

const OPERATIONS: [(&str, Operation); 9] = [
    ("CreateBatchPrediction", create_batch_prediction),
    ("GetBatchPrediction", get_batch_prediction),
    ("DescribeBatchPredictions", describe_batch_predictions),
    ("UpdateBatchPrediction", update_batch_prediction),
    ("DeleteBatchPrediction", delete_batch_prediction),
    ("GetMLModel", get_ml_model),
    ("DescribeMLModels", describe_ml_models),
    ("GetDataSource", get_data_source),
    ("DescribeDataSources", describe_data_sources),
];

impl MachineLearning {
    /// An account without models.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for MachineLearning {
    fn call(&self, call: &Call<'_>) -> Answer {
        let known = OPERATIONS.iter().find(|(name, _)| *name == call.operation);
        let (_, operation) = known.ok_or_else(|| Fault::unknown_operation(call.operation))?;
        operation(&mut self.state(), call)
    }
}

/// The ARN of a user of the account.
pub(super) fn user_arn(user: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{user}")
}

fn create_batch_prediction(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, INVALID);
    let id = entity_id(&fields, "BatchPredictionId")?;
    let name = name(&fields, "BatchPredictionName")?;
    let model = entity_id(&fields, "MLModelId")?;
    let data_source = entity_id(&fields, "BatchPredictionDataSourceId")?;
    let output = output(&fields)?;
    if !state.models.contains_key(model) {
        return Err(invalid(&format!("MLModel {model} does not exist")));
    }
    let Some(source) = state.data_sources.get(data_source) else {
        return Err(invalid(&format!("DataSource {data_source} does not exist")));
    };
    let created = BatchPrediction {
        id: id.to_owned(),
        name: name.map(str::to_owned),
        model: model.to_owned(),
        data_source: data_source.to_owned(),
        input: source.location.clone(),
        output: output.to_owned(),
        user: user_arn("developer"),
        course: Course {
            created: call.now,
            waits: WAITS,
            runs: RUNS,
            outcome: Outcome::Completed {
                total: source.bytes / 200,
                invalid: source.bytes / 40_000,
            },
        },
        edited: None,
        deleted: None,
    };
    match state.predictions.get(id) {
        Some(there) if !is_same_request(there, &created) => {
            let message = format!("A BatchPrediction with the id {id} and other parameters exists already");
            return Err(Fault::new("IdempotentParameterMismatchException", message));
        }
        Some(_) => {}
        None => {
            state.predictions.insert(id.to_owned(), created);
        }
    }
    Ok(json!({"BatchPredictionId": id}).into())
}

/// Creating the same again is not an error (page `CreateBatchPrediction`).
fn is_same_request(there: &BatchPrediction, asked: &BatchPrediction) -> bool {
    let request = |it: &BatchPrediction| [&it.model, &it.data_source, &it.output].map(String::clone);
    request(there) == request(asked) && there.name == asked.name
}

fn get_batch_prediction(state: &mut State, call: &Call<'_>) -> Answer {
    let prediction = prediction(state, call)?;
    let mut answer = prediction.to_json(call.now);
    answer["LogUri"] = json!(log_uri("bp", &prediction.id));
    Ok(answer.into())
}

fn describe_batch_predictions(state: &mut State, call: &Call<'_>) -> Answer {
    describe(state.predictions.values(), &Fields::of(call, INVALID), call.now)
}

fn update_batch_prediction(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, INVALID);
    fields.required_text("BatchPredictionName")?;
    let name = name(&fields, "BatchPredictionName")?;
    let prediction = prediction(state, call)?;
    prediction.name = name.map(str::to_owned);
    prediction.edited = Some(call.now);
    Ok(json!({"BatchPredictionId": prediction.id}).into())
}

fn delete_batch_prediction(state: &mut State, call: &Call<'_>) -> Answer {
    let prediction = prediction(state, call)?;
    prediction.deleted.get_or_insert(call.now);
    Ok(json!({"BatchPredictionId": prediction.id}).into())
}

fn get_ml_model(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, INVALID);
    let id = entity_id(&fields, "MLModelId")?;
    let verbose = fields.boolean("Verbose")?.unwrap_or(false);
    let model = state.models.get(id).ok_or_else(|| not_found("MLModel", id))?;
    let mut answer = model.to_json(call.now);
    if let Some(members) = answer.as_object_mut() {
        // GetMLModel tells it by TrainingParameters alone.
        members.shift_remove("Algorithm");
    }
    answer["LogUri"] = json!(log_uri("ml", id));
    if verbose {
        answer["Recipe"] = json!("{\"groups\":{},\"assignments\":{},\"outputs\":[\"ALL_INPUTS\"]}");
        if let Some(source) = state.data_sources.get(&model.data_source) {
            answer["Schema"] = json!(source.schema());
        }
    }
    Ok(answer.into())
}

fn describe_ml_models(state: &mut State, call: &Call<'_>) -> Answer {
    describe(state.models.values(), &Fields::of(call, INVALID), call.now)
}

fn get_data_source(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, INVALID);
    let id = entity_id(&fields, "DataSourceId")?;
    let verbose = fields.boolean("Verbose")?.unwrap_or(false);
    let source = state
        .data_sources
        .get(id)
        .ok_or_else(|| not_found("DataSource", id))?;
    let mut answer: Value = source.to_json(call.now);
    answer["LogUri"] = json!(log_uri("ds", id));
    if verbose {
        answer["DataSourceSchema"] = json!(source.schema());
    }
    Ok(answer.into())
}

fn describe_data_sources(state: &mut State, call: &Call<'_>) -> Answer {
    describe(state.data_sources.values(), &Fields::of(call, INVALID), call.now)
}

fn prediction<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut BatchPrediction, Fault> {
    let fields = Fields::of(call, INVALID);
    let id = entity_id(&fields, "BatchPredictionId")?;
    state
        .predictions
        .get_mut(id)
        .ok_or_else(|| not_found("BatchPrediction", id))
}

fn entity_id<'a>(fields: &Fields<'a>, member: &str) -> Result<&'a str, Fault> {
    let id = fields.required_text(member)?;
    let is_known = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !(1..=64).contains(&id.len()) || !id.chars().all(is_known) {
        let constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]{1,64}";
        return Err(fields.violated(member, id, constraint));
    }
    Ok(id)
}

fn name<'a>(fields: &Fields<'a>, member: &str) -> Result<Option<&'a str>, Fault> {
    match fields.text(member)? {
        Some(name) if name.chars().count() > 1024 || (!name.is_empty() && name.trim().is_empty()) => {
            let constraint =
                "Member must satisfy regular expression pattern: .*\\S.*|^$ and have at most 1024 characters";
            Err(fields.violated(member, name, constraint))
        }
        name => Ok(name),
    }
}

/// An S3 location whose key has none of the parts that the page `CreateBatchPrediction` rules out.
fn output<'a>(fields: &Fields<'a>) -> Result<&'a str, Fault> {
    let uri = fields.required_text("OutputUri")?;
    let rest = uri
        .strip_prefix("s3://")
        .filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let Some(rest) = rest.filter(|_| uri.len() <= 2048) else {
        let constraint = "Member must satisfy regular expression pattern: s3://([^/]+)(/.*)?";
        return Err(fields.violated("OutputUri", uri, constraint));
    };
    let key = rest.find('/').map_or("", |slash| &rest[slash..]);
    for part in [":", "//", "/./", "/../"] {
        if key.contains(part) {
            return Err(invalid(&format!(
                "The key of the OutputUri must not contain '{part}'"
            )));
        }
    }
    Ok(uri)
}

fn not_found(kind: &str, id: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("No {kind} with id {id} exists"),
    )
}

#[cfg(test)]
mod tests;
