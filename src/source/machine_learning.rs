//! Amazon Machine Learning: lists batch predictions, those that pass a comparison too, describes one, and tells of the ML model
//! and the data source behind it.

mod behind;

use std::error::Error;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_machinelearning::Client;
use aws_sdk_machinelearning::operation::get_batch_prediction::GetBatchPredictionOutput;
use aws_sdk_machinelearning::types::{self as sdk, BatchPredictionFilterVariable, EntityStatus};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::FutureExt as _;

use super::classify::classify;
use super::{Catalog, ErrorKind, Provenance, Query, Reply, SourceError, endpoint, time};
use crate::resource::{
    Ancestor, Ancestry, BatchPrediction, Detail, Entry, Holds, ListQuery, Operator, Page, PageToken,
    PredictionStatus, ResourceId, Run, SortOrder, Variable,
};

/// Where the service is: "Amazon Machine Learning endpoints and quotas" of the AWS General Reference.
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// As many as the API reference of `DescribeBatchPredictions` allows.
const PAGE_SIZE: i32 = 100;

/// What `DescribeBatchPredictions` can compare, by the API reference's list of `FilterVariable`.
const VARIABLES: &[Variable] = &[
    variable("Status", "status", Holds::OneOf(&STATUSES)),
    variable("Name", "name", Holds::Text),
    variable("CreatedAt", "created", Holds::Time),
    variable("LastUpdatedAt", "updated", Holds::Time),
    variable("MLModelId", "model", Holds::Text),
    variable("DataSourceId", "source", Holds::Text),
    variable("DataURI", "uri", Holds::Text),
    variable("IAMUser", "user", Holds::Text),
];

/// The values of the API reference's type `EntityStatus`.
const STATUSES: [&str; 5] = ["PENDING", "INPROGRESS", "COMPLETED", "FAILED", "DELETED"];

const fn variable(name: &'static str, word: &'static str, holds: Holds) -> Variable {
    Variable { name, word, holds }
}

/// The service, as one account and region sees it.
pub(super) struct MachineLearning {
    client: Client,
    /// A region that has no such service.
    elsewhere: Option<String>,
}

impl MachineLearning {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        let region = sdk.region().map_or("", AsRef::as_ref);
        let reachable = REGIONS.contains(&region) || endpoint::overridden(sdk, "Machine Learning").is_some();
        Self {
            client: Client::new(sdk),
            elsewhere: (!reachable).then(|| region.to_owned()),
        }
    }

    /// Without this, the call would fail for a host name that does not exist.
    fn check_region(&self, operation: &'static str, id: &str) -> Result<(), SourceError> {
        let Some(region) = &self.elsewhere else {
            return Ok(());
        };
        let message = format!(
            "Amazon Machine Learning has no endpoint in {region}; start with --region {}",
            REGIONS.join(" or --region ")
        );
        Err(SourceError::new(
            ErrorKind::NotFound,
            operation,
            id,
            "not in this region",
            &message,
        ))
    }

    async fn list(&self, query: ListQuery, from: Option<PageToken>) -> Result<Page<Entry>, SourceError> {
        const OPERATION: &str = "DescribeBatchPredictions";
        self.check_region(OPERATION, "")?;
        let mut call = self
            .client
            .describe_batch_predictions()
            .sort_order(match query.order {
                SortOrder::Ascending => sdk::SortOrder::Asc,
                SortOrder::Descending => sdk::SortOrder::Dsc,
            })
            .limit(PAGE_SIZE)
            .set_next_token(from.map(|token| token.to_string()));
        if let Some(condition) = query.condition {
            let variable = BatchPredictionFilterVariable::from(condition.variable.name);
            let value = condition.operand.as_sent();
            call = call.filter_variable(variable);
            call = match condition.operator {
                Operator::Eq => call.eq(value),
                Operator::Ne => call.ne(value),
                Operator::Gt => call.gt(value),
                Operator::Ge => call.ge(value),
                Operator::Lt => call.lt(value),
                Operator::Le => call.le(value),
                Operator::Prefix => call.prefix(value),
            };
        }
        let answer = call.send().await;
        let answer = answer.map_err(|error| failed(OPERATION, "", &error))?;
        Ok(Page {
            items: answer
                .results
                .unwrap_or_default()
                .into_iter()
                .filter_map(entry)
                .collect(),
            next: answer.next_token.map(PageToken::from),
        })
    }

    async fn describe(&self, id: &str) -> Result<Detail, SourceError> {
        const OPERATION: &str = "GetBatchPrediction";
        self.check_region(OPERATION, id)?;
        let answer = self
            .client
            .get_batch_prediction()
            .batch_prediction_id(id)
            .send()
            .await
            .map_err(|error| failed(OPERATION, id, &error))?;
        Ok(Detail::Prediction(prediction(id, answer)))
    }
}

impl Catalog for MachineLearning {
    fn list(&self, from: Option<PageToken>) -> Reply<'_, Page<Entry>> {
        self.list(ListQuery::default(), from).boxed()
    }

    fn describe(&self, id: ResourceId) -> Reply<'_, Detail> {
        async move { self.describe(id.as_str()).await }.boxed()
    }

    fn find(&self, spec: &str) -> Option<Reply<'_, ResourceId>> {
        (!spec.contains(':')).then(|| futures::future::ready(Ok(ResourceId::from(spec))).boxed())
    }
}

impl Query for MachineLearning {
    fn variables(&self) -> &'static [Variable] {
        VARIABLES
    }

    fn query(&self, query: ListQuery, from: Option<PageToken>) -> Reply<'_, Page<Entry>> {
        self.list(query, from).boxed()
    }
}

impl Provenance for MachineLearning {
    fn trace(&self, ancestor: Ancestor) -> Reply<'_, Ancestry> {
        async move {
            match &ancestor {
                Ancestor::Model(id) => self.model(id.as_str()).await,
                Ancestor::DataSource(id) => self.data_source(id.as_str()).await,
            }
        }
        .boxed()
    }
}

/// A failed call. The service takes no new customers, which a refusal alone does not tell ("What is Amazon Machine Learning?" of
/// the Developer Guide).
fn failed<E>(operation: &'static str, id: &str, error: &SdkError<E, HttpResponse>) -> SourceError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    const CLOSED: &str = "Amazon Machine Learning takes no new customers, so an account that never used it is refused whatever \
                          its permissions are";
    let failed = classify(operation, id, error);
    if failed.kind != ErrorKind::Denied {
        return failed;
    }
    let words = failed.message.trim_end_matches('.');
    let message = if words.is_empty() {
        CLOSED.to_owned()
    } else {
        format!("{words} ({CLOSED})")
    };
    SourceError { message, ..failed }
}

fn entry(prediction: sdk::BatchPrediction) -> Option<Entry> {
    let id = prediction.batch_prediction_id?;
    let status = prediction.status.map(|status| status.as_str().to_owned());
    Some(Entry {
        name: prediction
            .name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| id.clone()),
        run: Some(Run {
            total: prediction.total_record_count.and_then(count),
            invalid: prediction.invalid_record_count.and_then(count),
        }),
        complete: true,
        note: status.as_deref().unwrap_or_default().to_lowercase(),
        status,
        created: prediction.created_at.and_then(time::from_sdk),
        id: id.into(),
    })
}

/// What is absent stays absent: which fields there are tells how far the prediction is.
fn prediction(id: &str, answer: GetBatchPredictionOutput) -> BatchPrediction {
    BatchPrediction {
        id: answer.batch_prediction_id.unwrap_or_else(|| id.to_owned()),
        name: answer.name,
        status: status(answer.status.as_ref()),
        model_id: answer.ml_model_id,
        data_source_id: answer.batch_prediction_data_source_id,
        input: answer.input_data_location_s3,
        output: answer.output_uri,
        log: answer.log_uri,
        created_by: answer.created_by_iam_user,
        created: answer.created_at.and_then(time::from_sdk),
        updated: answer.last_updated_at.and_then(time::from_sdk),
        started: answer.started_at.and_then(time::from_sdk),
        finished: answer.finished_at.and_then(time::from_sdk),
        message: answer.message,
        compute_time: answer.compute_time.and_then(count).map(Duration::from_millis),
        total: answer.total_record_count.and_then(count),
        invalid: answer.invalid_record_count.and_then(count),
    }
}

fn count(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}

fn status(status: Option<&EntityStatus>) -> PredictionStatus {
    match status {
        Some(EntityStatus::Pending) => PredictionStatus::Pending,
        Some(EntityStatus::Inprogress) => PredictionStatus::InProgress,
        Some(EntityStatus::Failed) => PredictionStatus::Failed,
        Some(EntityStatus::Completed) => PredictionStatus::Completed,
        Some(EntityStatus::Deleted) => PredictionStatus::Deleted,
        other => PredictionStatus::Other(other.map_or("", EntityStatus::as_str).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Operand;
    use aws_types::region::Region;

    #[test]
    fn what_a_pending_prediction_has_not_is_absent_rather_than_zero() {
        let answer = GetBatchPredictionOutput::builder()
            .status(EntityStatus::Pending)
            .build();
        let it = prediction("bp-1", answer);
        assert_eq!(it.id, "bp-1");
        assert_eq!(it.status, PredictionStatus::Pending);
        assert_eq!((it.compute_time, it.total, it.started), (None, None, None));
    }

    #[test]
    fn a_time_is_compared_in_seconds_since_1970() {
        let written = |text: &str| Operand::Time(text.parse().unwrap(), text.to_owned()).as_sent();
        assert_eq!(written("2026-11-20T12:00:00Z"), "1795176000");
        assert_eq!(written("2026-11-20T12:00:00.25Z"), "1795176000.250");
        assert_eq!(written("1969-12-31T23:59:59.5Z"), "-0.500");
    }

    #[tokio::test]
    async fn a_region_without_the_service_is_told_before_any_request() {
        let sdk = SdkConfig::builder()
            .region(Region::new("eu-central-1"))
            .behavior_version(crate::source::session::behavior())
            .http_client(crate::source::http::direct_client())
            .build();
        let error = MachineLearning::new(&sdk)
            .list(ListQuery::default(), None)
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert_eq!(
            error.message,
            "Amazon Machine Learning has no endpoint in eu-central-1; start with --region us-east-1 or --region eu-west-1"
        );
    }
}
