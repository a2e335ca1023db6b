//! Amazon Machine Learning: lists batch predictions and describes one.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_machinelearning::Client;
use aws_sdk_machinelearning::operation::get_batch_prediction::GetBatchPredictionOutput;
use aws_sdk_machinelearning::types::{self as sdk, EntityStatus, SortOrder};
use futures::FutureExt as _;

use super::classify::classify;
use super::{Catalog, ErrorKind, Reply, SourceError, endpoint, time};
use crate::resource::{BatchPrediction, Detail, Entry, Page, PageToken, PredictionStatus, ResourceId};

/// Where the service is: "Amazon Machine Learning endpoints and quotas" of the AWS General Reference.
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// As many as the API reference of `DescribeBatchPredictions` allows.
const PAGE_SIZE: i32 = 100;

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
            "Amazon Machine Learning has no endpoint in {region}; use {}",
            REGIONS.join(" or ")
        );
        Err(SourceError::new(
            ErrorKind::NotFound,
            operation,
            id,
            "not in this region",
            &message,
        ))
    }

    async fn list(&self, from: Option<PageToken>) -> Result<Page<Entry>, SourceError> {
        const OPERATION: &str = "DescribeBatchPredictions";
        self.check_region(OPERATION, "")?;
        let answer = self
            .client
            .describe_batch_predictions()
            .sort_order(SortOrder::Dsc)
            .limit(PAGE_SIZE)
            .set_next_token(from.map(|token| token.to_string()))
            .send()
            .await
            .map_err(|error| classify(OPERATION, "", &error))?;
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
            .map_err(|error| classify(OPERATION, id, &error))?;
        Ok(Detail::Prediction(prediction(id, answer)))
    }
}

impl Catalog for MachineLearning {
    fn list(&self, from: Option<PageToken>) -> Reply<'_, Page<Entry>> {
        self.list(from).boxed()
    }

    fn describe(&self, id: ResourceId) -> Reply<'_, Detail> {
        async move { self.describe(id.as_str()).await }.boxed()
    }

    fn find(&self, spec: &str) -> Option<Reply<'_, ResourceId>> {
        (!spec.contains(':')).then(|| futures::future::ready(Ok(ResourceId::from(spec))).boxed())
    }
}

fn entry(prediction: sdk::BatchPrediction) -> Option<Entry> {
    let id = prediction.batch_prediction_id?;
    let status = prediction.status.map(|status| status.as_str().to_owned());
    Some(Entry {
        name: prediction
            .name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| id.clone()),
        complete: true,
        note: status.as_deref().unwrap_or_default().to_lowercase(),
        status,
        created: prediction.created_at.and_then(time::from_sdk),
        id: id.into(),
    })
}

/// What is absent stays absent: which fields there are tells how far the prediction is.
fn prediction(id: &str, answer: GetBatchPredictionOutput) -> BatchPrediction {
    let count = |number: i64| u64::try_from(number).ok();
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

    #[tokio::test]
    async fn a_region_without_the_service_is_told_before_any_request() {
        let sdk = SdkConfig::builder()
            .region(Region::new("eu-central-1"))
            .behavior_version(crate::source::session::behavior())
            .http_client(crate::source::http::direct_client())
            .build();
        let error = MachineLearning::new(&sdk).list(None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert_eq!(
            error.message,
            "Amazon Machine Learning has no endpoint in eu-central-1; use us-east-1 or eu-west-1"
        );
    }
}
