//! Batch predictions.
//!
//! The embedded service makes predictions only from models that it holds, and an empty one holds none: its place is taken by
//! canned answers in the shapes of the API reference, `DescribeBatchPredictions` and `GetBatchPrediction`.

use std::time::Duration;

use kinescope::resource::{Detail, PredictionStatus, Section};
use kinescope::source::{ErrorKind, Session, Source};
use serde_json::json;

use super::canned::Canned;
use super::endpoint::Story;

fn source(endpoint: &Canned) -> Source {
    Session::demo(&endpoint.url()).sources()[Section::Predictions.index()].clone()
}

#[tokio::test]
async fn predictions_are_asked_for_newest_first_page_after_page() {
    let endpoint = Canned::open().await;
    let catalog = source(&endpoint).catalog;
    let answers = [
        json!({
            "Results": [
                { "BatchPredictionId": "bp-2", "Name": "evening", "Status": "INPROGRESS" },
                { "BatchPredictionId": "bp-1", "Status": "COMPLETED", "TotalRecordCount": 7 }
            ],
            "NextToken": "more"
        }),
        json!({ "Results": [] }),
    ];
    let calls = async {
        let first = catalog.list(None).await.unwrap();
        let second = catalog.list(first.next.clone()).await.unwrap();
        (first, second)
    };
    let (requests, (first, second)) = tokio::join!(endpoint.answer(&answers), calls);
    assert_eq!(requests[0], json!({ "SortOrder": "dsc", "Limit": 100 }));
    assert_eq!(
        requests[1],
        json!({ "SortOrder": "dsc", "Limit": 100, "NextToken": "more" })
    );
    let [evening, nameless] = &first.items[..] else {
        panic!("two entries: {first:?}");
    };
    assert_eq!(
        (evening.name.as_str(), evening.status.as_deref()),
        ("evening", Some("INPROGRESS"))
    );
    assert_eq!(
        (nameless.name.as_str(), nameless.note.as_str()),
        ("bp-1", "completed")
    );
    assert_eq!((second.items.len(), second.next), (0, None));
}

#[tokio::test]
async fn a_prediction_is_described_with_every_field_that_it_has() {
    let endpoint = Canned::open().await;
    let catalog = source(&endpoint).catalog;
    let answers = [json!({
        "BatchPredictionId": "bp-1",
        "MLModelId": "ml-1",
        "BatchPredictionDataSourceId": "ds-1",
        "InputDataLocationS3": "s3://bucket/in.csv",
        "CreatedByIamUser": "arn:aws:iam::111122223333:user/me",
        "CreatedAt": 1_760_000_000.25,
        "LastUpdatedAt": 1_760_000_040,
        "Name": "evening",
        "Status": "COMPLETED",
        "OutputUri": "s3://bucket/out/",
        "LogUri": "s3://bucket/log",
        "Message": "done",
        "ComputeTime": 1500,
        "FinishedAt": 1_760_000_030,
        "StartedAt": 1_760_000_010,
        "TotalRecordCount": 0,
        "InvalidRecordCount": 0
    })];
    let (_, detail) = tokio::join!(endpoint.answer(&answers), catalog.describe("bp-1".into()));
    let Detail::Prediction(it) = detail.unwrap() else {
        panic!("a batch prediction is one");
    };
    assert_eq!(it.status, PredictionStatus::Completed);
    assert_eq!(it.created.unwrap().to_string(), "2025-10-09T08:53:20.25Z");
    let seconds = [it.started, it.finished, it.updated].map(|at| at.unwrap().as_second() - 1_760_000_000);
    assert_eq!(seconds, [10, 30, 40]);
    assert_eq!(it.compute_time, Some(Duration::from_millis(1500)));
    assert_eq!((it.total, it.invalid), (Some(0), Some(0)));
    let texts = [
        it.name,
        it.model_id,
        it.data_source_id,
        it.input,
        it.output,
        it.log,
        it.message,
    ];
    let expected = [
        "evening",
        "ml-1",
        "ds-1",
        "s3://bucket/in.csv",
        "s3://bucket/out/",
        "s3://bucket/log",
        "done",
    ];
    assert_eq!(texts, expected.map(|text| Some(text.to_owned())));
    assert_eq!(
        it.created_by.as_deref(),
        Some("arn:aws:iam::111122223333:user/me")
    );
}

#[tokio::test]
async fn a_pending_prediction_lacks_what_it_has_not_yet() {
    let endpoint = Canned::open().await;
    let catalog = source(&endpoint).catalog;
    let answers = [json!({ "BatchPredictionId": "bp-1", "Status": "PENDING" })];
    let (_, detail) = tokio::join!(endpoint.answer(&answers), catalog.describe("bp-1".into()));
    let Detail::Prediction(it) = detail.unwrap() else {
        panic!("a batch prediction is one");
    };
    assert_eq!(it.status, PredictionStatus::Pending);
    assert_eq!((it.started, it.finished, it.compute_time), (None, None, None));
    assert_eq!((it.total, it.invalid, it.message), (None, None, None));
}

#[tokio::test]
async fn an_unknown_prediction_is_not_found() {
    let story = Story::begin();
    let catalog = story.source(Section::Predictions).catalog;
    let error = catalog.describe("nowhere".into()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::NotFound, "ResourceNotFoundException")
    );
}
