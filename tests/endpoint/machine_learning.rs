//! Amazon Machine Learning through Amazon's own client.

use std::collections::HashSet;

use aws_sdk_machinelearning::Client;
use aws_sdk_machinelearning::error::ProvideErrorMetadata as _;
use aws_sdk_machinelearning::operation::get_batch_prediction::GetBatchPredictionOutput;
use aws_sdk_machinelearning::types::{BatchPredictionFilterVariable, EntityStatus, SortOrder};

use super::stage::Stage;

/// A stocked endpoint: only there are models and data sources.
fn begin() -> (Stage, Client) {
    let stage = Stage::stocked();
    let client = client!(aws_sdk_machinelearning, stage);
    (stage, client)
}

async fn create(client: &Client, output: &str) -> Result<(), Option<String>> {
    let create = client
        .create_batch_prediction()
        .batch_prediction_id("bp-test")
        .ml_model_id("ml-churn");
    let create = create
        .batch_prediction_data_source_id("ds-churn-batch")
        .output_uri(output);
    let answer = create.send().await;
    answer
        .map(|_| ())
        .map_err(|error| error.code().map(str::to_owned))
}

async fn get(client: &Client) -> GetBatchPredictionOutput {
    client
        .get_batch_prediction()
        .batch_prediction_id("bp-test")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_prediction_runs_its_course() {
    let (stage, client) = begin();
    create(&client, "s3://shop-predictions/test/").await.unwrap();
    let pending = get(&client).await;
    assert_eq!(
        (pending.status(), pending.started_at()),
        (Some(&EntityStatus::Pending), None)
    );
    stage.wait(10);
    let running = get(&client).await;
    assert_eq!(
        (running.status(), running.finished_at()),
        (Some(&EntityStatus::Inprogress), None)
    );
    assert!(running.started_at().is_some());
    stage.wait(60);
    let done = get(&client).await;
    assert_eq!(done.status(), Some(&EntityStatus::Completed));
    assert!(done.finished_at().is_some() && done.compute_time().is_some());
    client
        .delete_batch_prediction()
        .batch_prediction_id("bp-test")
        .send()
        .await
        .unwrap();
    assert_eq!(get(&client).await.status(), Some(&EntityStatus::Deleted));
}

#[tokio::test]
async fn the_same_request_again_is_no_error_and_another_is() {
    let (_stage, client) = begin();
    create(&client, "s3://shop-predictions/test/").await.unwrap();
    create(&client, "s3://shop-predictions/test/").await.unwrap();
    let code = create(&client, "s3://elsewhere/").await.unwrap_err();
    assert_eq!(code.as_deref(), Some("IdempotentParameterMismatchException"));
}

#[tokio::test]
async fn predictions_are_filtered_sorted_and_paged_to_the_end() {
    let (_stage, client) = begin();
    let describe = client
        .describe_batch_predictions()
        .filter_variable(BatchPredictionFilterVariable::Status)
        .eq("COMPLETED")
        .sort_order(SortOrder::Dsc)
        .limit(5);
    let mut pages = describe.into_paginator().items().send();
    let mut ids = Vec::new();
    while let Some(prediction) = pages.next().await {
        let prediction = prediction.unwrap();
        assert_eq!(prediction.status(), Some(&EntityStatus::Completed));
        ids.push(prediction.batch_prediction_id().unwrap().to_owned());
    }
    let unique: HashSet<&String> = ids.iter().collect();
    assert!(ids.len() > 10 && unique.len() == ids.len(), "{ids:?}");
}

#[tokio::test]
async fn a_prediction_leads_to_its_model_and_data_source() {
    let (_stage, client) = begin();
    let described = client.describe_batch_predictions().limit(1).send().await.unwrap();
    let prediction = &described.results()[0];
    let model = client
        .get_ml_model()
        .ml_model_id(prediction.ml_model_id().unwrap())
        .send()
        .await
        .unwrap();
    assert!(model.ml_model_type().is_some());
    let source = client
        .get_data_source()
        .data_source_id(prediction.batch_prediction_data_source_id().unwrap());
    let source = source.verbose(true).send().await.unwrap();
    assert!(
        source
            .data_source_schema()
            .unwrap()
            .contains("targetAttributeName")
    );
    let absent = client
        .get_ml_model()
        .ml_model_id("absent")
        .send()
        .await
        .unwrap_err();
    assert_eq!(absent.code(), Some("ResourceNotFoundException"));
}
