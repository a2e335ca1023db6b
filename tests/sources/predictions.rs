//! Batch predictions.
//!
//! The embedded service makes predictions only from models that it holds, and an empty one holds none: its place is taken by
//! canned answers in the shapes of the API reference, `DescribeBatchPredictions` and `GetBatchPrediction`. What is behind a
//! prediction, and what a filter lets pass, is seen in a stocked one.

use std::time::Duration;

use jiff::tz::TimeZone;
use kinescope::query::parse_condition;
use kinescope::resource::{
    Ancestor, Detail, Entry, FactValue, ListQuery, PredictionStatus, Section, SortOrder, Timestamp,
};
use kinescope::source::{ErrorKind, Session, Source};
use serde_json::{Value, json};

use super::canned::{Canned, Reply};
use super::endpoint::{BEGIN, Story};

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

fn query(source: &Source, text: &str, order: SortOrder) -> ListQuery {
    let variables = source.query.as_ref().unwrap().variables();
    let now = Timestamp::from_second(BEGIN).unwrap();
    let condition = parse_condition(text, variables, now, &TimeZone::UTC).unwrap();
    ListQuery {
        condition: Some(condition),
        order,
    }
}

/// What a stocked endpoint lists for a filter, page after page.
async fn listed(source: &Source, text: &str, order: SortOrder) -> Vec<Entry> {
    let service = source.query.as_ref().unwrap();
    let query = query(source, text, order);
    let (mut entries, mut from) = (Vec::new(), None);
    loop {
        let page = service.query(query.clone(), from).await.unwrap();
        entries.extend(page.items);
        from = page.next;
        if from.is_none() {
            return entries;
        }
    }
}

#[tokio::test]
async fn each_comparison_is_sent_in_the_services_own_words() {
    let endpoint = Canned::open().await;
    let source = source(&endpoint);
    let service = source.query.as_ref().unwrap();
    for (text, variable, operator, value) in [
        ("created >= -1h", "CreatedAt", "GE", "1759996400"),
        (
            "updated < 2025-10-09T08:53:20.5Z",
            "LastUpdatedAt",
            "LT",
            "1760000000.500",
        ),
        ("status = failed", "Status", "EQ", "FAILED"),
        ("status != COMPLETED", "Status", "NE", "COMPLETED"),
        ("name ^= churn", "Name", "Prefix", "churn"),
        (
            "user = arn:aws:iam::1:user/a",
            "IAMUser",
            "EQ",
            "arn:aws:iam::1:user/a",
        ),
        ("model > ml-1", "MLModelId", "GT", "ml-1"),
        ("source <= ds-9", "DataSourceId", "LE", "ds-9"),
        ("uri ^= s3://in/", "DataURI", "Prefix", "s3://in/"),
    ] {
        let ask = service.query(query(&source, text, SortOrder::Ascending), None);
        let answers = [json!({ "Results": [] })];
        let (bodies, answer) = tokio::join!(endpoint.answer(&answers), ask);
        answer.unwrap();
        let mut expected = json!({ "FilterVariable": variable, "SortOrder": "asc", "Limit": 100 });
        expected[operator] = Value::from(value);
        assert_eq!(bodies, [expected], "{text}");
    }
}

#[tokio::test]
async fn the_embedded_service_lists_what_passes_in_the_order_that_is_asked_for() {
    let story = Story::stocked();
    let source = story.source(Section::Predictions);
    let failed = listed(&source, "status = FAILED", SortOrder::Descending).await;
    assert!(!failed.is_empty());
    assert!(failed.iter().all(|it| it.status.as_deref() == Some("FAILED")));
    let all = source.catalog.list(None).await.unwrap().items;
    let rest = listed(&source, "status != FAILED", SortOrder::Descending).await;
    assert_eq!(failed.len() + rest.len(), all.len());
    let recent = listed(&source, "created >= -1d", SortOrder::Ascending).await;
    let times: Vec<_> = recent.iter().map(|it| it.created.unwrap()).collect();
    assert!(times.is_sorted() && times[0].as_second() >= BEGIN - 86_400);
    let churn = listed(&source, "model = ml-churn", SortOrder::Ascending).await;
    assert!(!churn.is_empty() && churn.iter().all(|it| it.id.as_str().starts_with("bp-churn")));
    let named = listed(&source, "name ^= 2025-10-0", SortOrder::Ascending).await;
    assert!(named.iter().map(|it| &it.name).is_sorted());
    assert!(!named.is_empty() && named.len() < all.len() + 1);
}

#[tokio::test]
async fn rows_tell_how_many_records_were_seen() {
    let story = Story::stocked();
    let source = story.source(Section::Predictions);
    let done = listed(&source, "status = COMPLETED", SortOrder::Descending).await;
    assert!(done.iter().all(|it| it.run.unwrap().invalid_ratio().is_some()));
    let pending = listed(&source, "status = PENDING", SortOrder::Descending).await;
    assert!(!pending.is_empty() && pending.iter().all(|it| it.run.unwrap().total.is_none()));
    assert!(pending.iter().all(Entry::is_under_way));
}

#[tokio::test]
async fn a_prediction_leads_to_its_model_and_that_to_what_it_was_trained_with() {
    let story = Story::stocked();
    let source = story.source(Section::Predictions);
    let provenance = source.provenance.as_ref().unwrap();
    let newest = source.catalog.list(None).await.unwrap().items.remove(0);
    let detail = source.catalog.describe(newest.id).await.unwrap();
    let [Ancestor::Model(model), Ancestor::DataSource(data)] = &detail.behind()[..] else {
        panic!("a model and a data source: {detail:?}");
    };
    let found = provenance.trace(Ancestor::Model(model.clone())).await.unwrap();
    let [Ancestor::DataSource(training)] = &found.behind[..] else {
        panic!("what it was trained with: {found:?}");
    };
    assert_ne!(training, data);
    for (id, size) in [(training, true), (data, true)] {
        let found = provenance.trace(Ancestor::DataSource(id.clone())).await.unwrap();
        let is_size = |value: &FactValue| matches!(value, FactValue::Count(bytes) if *bytes > 0);
        let sized = found
            .facts
            .iter()
            .any(|fact| fact.label == "size in bytes" && is_size(&fact.value));
        assert_eq!(sized, size);
        assert!(
            found.locations[0]
                .uri
                .as_ref()
                .unwrap()
                .starts_with("s3://shop-ml/")
        );
        assert!(found.behind.is_empty());
    }
}

#[tokio::test]
async fn an_ancestor_that_is_gone_is_not_found() {
    let story = Story::stocked();
    let source = story.source(Section::Predictions);
    let provenance = source.provenance.as_ref().unwrap();
    for (ancestor, operation) in [
        (Ancestor::Model("absent".into()), "GetMLModel"),
        (Ancestor::DataSource("absent".into()), "GetDataSource"),
    ] {
        let error = provenance.trace(ancestor).await.unwrap_err();
        assert_eq!(
            (error.kind, error.operation, error.resource.as_str()),
            (ErrorKind::NotFound, operation, "absent")
        );
    }
}

#[tokio::test]
async fn an_account_that_is_refused_is_told_that_the_service_is_closed_to_new_customers() {
    let endpoint = Canned::open().await;
    let catalog = source(&endpoint).catalog;
    let replies = [Reply::Error(400, "AccessDeniedException")];
    let (_, listed) = tokio::join!(endpoint.reply(&replies), catalog.list(None));
    let error = listed.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert!(error.message.contains("takes no new customers"), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("ask for permission to call DescribeBatchPredictions")
    );
}

#[tokio::test]
async fn what_the_service_refuses_as_wrong_is_known_as_that() {
    let endpoint = Canned::open().await;
    let source = source(&endpoint);
    for code in [
        "InvalidInputException",
        "InvalidTagException",
        "TagLimitExceededException",
    ] {
        let replies = [Reply::Error(400, code)];
        let (_, listed) = tokio::join!(endpoint.reply(&replies), source.catalog.list(None));
        assert_eq!(listed.unwrap_err().kind, ErrorKind::Invalid, "{code}");
    }
}
