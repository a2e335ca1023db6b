//! Feature groups and their records.

use std::sync::Arc;

use kinescope::resource::{
    DeletionMode, Detail, FeatureValue, Page, RecordChange, RecordWrite, Section, WantedRecords,
};
use kinescope::source::{Edit, ErrorKind, Session};
use serde_json::{Value, json};

use super::canned::Canned;
use super::endpoint::Story;

async fn create(story: &Story, name: &str) {
    let input = json!({
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [
            { "FeatureName": "id", "FeatureType": "String" },
            { "FeatureName": "at", "FeatureType": "String" },
            { "FeatureName": "visits", "FeatureType": "Integral" }
        ],
        "OnlineStoreConfig": {
            "EnableOnlineStore": true,
            "TtlDuration": { "Unit": "Days", "Value": 30 }
        }
    });
    story.call("SageMaker.CreateFeatureGroup", &input).await;
}

async fn put(story: &Story, id: &str) {
    let value = |name: &str, text: &str| json!({ "FeatureName": name, "ValueAsString": text });
    let record = json!({
        "Record": [value("id", id), value("at", "2025-10-09T08:00:00Z"), value("visits", "7")]
    });
    story
        .send(
            "PUT",
            "/FeatureGroup/customers",
            "content-type: application/json",
            &record,
        )
        .await;
}

#[tokio::test]
async fn groups_are_listed_by_name_page_after_page() {
    let story = Story::begin();
    for number in (0..101).rev() {
        create(&story, &format!("group-{number:03}")).await;
    }
    story.wait(60);
    let catalog = story.source(Section::Features).catalog;
    let first = catalog.list(None).await.unwrap();
    let second = catalog.list(first.next).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (100, 1));
    assert_eq!(second.next, None);
    assert_eq!(
        (first.items[0].name.as_str(), second.items[0].name.as_str()),
        ("group-000", "group-100")
    );
    assert_eq!(first.items[0].status.as_deref(), Some("Created"));
}

#[tokio::test]
async fn a_group_is_described() {
    let story = Story::begin();
    create(&story, "customers").await;
    let catalog = story.source(Section::Features).catalog;
    let Detail::FeatureGroup(group) = catalog.describe("customers".into()).await.unwrap() else {
        panic!("a feature group is one");
    };
    assert_eq!(
        (group.name.as_str(), group.status.as_str()),
        ("customers", "Creating")
    );
    assert_eq!(
        (group.identifier.as_str(), group.event_time.as_str()),
        ("id", "at")
    );
    assert_eq!(group.features[2].kind, "Integral");
    assert_eq!(group.online.unwrap().ttl.unwrap().to_string(), "30 Days");
    assert_eq!(group.offline, None);
}

#[tokio::test]
async fn a_record_is_handed_out_with_the_time_at_which_it_vanishes() {
    let story = Story::begin();
    create(&story, "customers").await;
    story.wait(60);
    put(&story, "c/1 ä").await;
    let edit = story.source(Section::Features).edit.unwrap();
    let record = edit
        .get("customers".into(), "c/1 ä".to_owned())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        record.values[2],
        ("visits".to_owned(), FeatureValue::One("7".to_owned()))
    );
    assert!(record.expires.unwrap().starts_with("2025-11-08T08:00:00"));
    let nobody = edit.get("customers".into(), "nobody".to_owned()).await.unwrap();
    assert_eq!(nobody, None);
}

#[tokio::test]
async fn an_unknown_group_is_not_found() {
    let story = Story::begin();
    let source = story.source(Section::Features);
    let edit = source.edit.unwrap();
    for error in [
        source.catalog.describe("nowhere".into()).await.unwrap_err(),
        edit.get("nowhere".into(), "1".to_owned()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
        assert_eq!(error.code, "ResourceNotFound");
    }
}

/// A group with records of these identifiers, and who hands them out.
async fn stocked(story: &Story, identifiers: &[&str]) -> Arc<dyn Edit> {
    create(story, "customers").await;
    story.wait(60);
    for identifier in identifiers {
        put(story, identifier).await;
    }
    story.source(Section::Features).edit.unwrap()
}

fn wanted(group: &str, identifiers: &[&str]) -> WantedRecords {
    WantedRecords {
        group: group.into(),
        identifiers: identifiers.iter().map(ToString::to_string).collect(),
        features: Vec::new(),
    }
}

async fn delete_softly(edit: &Arc<dyn Edit>, identifier: &str) {
    let write = RecordWrite {
        group: "customers".into(),
        identifier: identifier.to_owned(),
        change: RecordChange::Delete {
            event_time: "2025-10-09T08:30:00Z".to_owned(),
            mode: DeletionMode::Soft,
        },
        stores: Vec::new(),
    };
    edit.write(write).await.unwrap();
}

#[tokio::test]
async fn identifiers_are_listed_page_after_page() {
    let story = Story::begin();
    let names: Vec<_> = (0..101).map(|number| format!("c-{number:03}")).collect();
    let edit = stocked(&story, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let list = async |from| edit.identifiers("customers".into(), false, from).await.unwrap();
    let first: Page<String> = list(None).await;
    let second: Page<String> = list(first.next.clone()).await;
    assert_eq!((first.items.len(), second.items.len()), (100, 1));
    assert_eq!(second.next, None);
    let mut all = [first.items, second.items].concat();
    all.sort();
    assert_eq!(all, names);
}

#[tokio::test]
async fn softly_deleted_records_are_listed_where_they_are_wanted_and_have_no_record() {
    let story = Story::begin();
    let edit = stocked(&story, &["a", "b"]).await;
    delete_softly(&edit, "a").await;
    for (with_deleted, listed) in [(false, &["b"][..]), (true, &["a", "b"])] {
        let page = edit.identifiers("customers".into(), with_deleted, None).await;
        assert_eq!(page.unwrap().items, listed);
    }
    assert_eq!(edit.get("customers".into(), "a".to_owned()).await.unwrap(), None);
}

#[tokio::test]
async fn an_endpoint_that_does_not_list_records_says_so() {
    let canned = Canned::open().await;
    let edit = Session::demo(&canned.url()).sources()[2].edit.clone().unwrap();
    let unknown = [json!({"__type": "UnknownOperationException", "message": "ListRecords"})];
    let (listed, _) = tokio::join!(
        edit.identifiers("customers".into(), false, None),
        canned.answer_with(404, &unknown)
    );
    assert_eq!(listed.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn records_are_gathered_from_several_groups_and_a_group_that_is_not_there_is_told_of_each() {
    let story = Story::begin();
    let edit = stocked(&story, &["a", "b"]).await;
    let mut some = wanted("customers", &["a", "nobody", "b"]);
    some.features = vec!["visits".to_owned()];
    let gathered = edit
        .gather(vec![some, wanted("nowhere", &["x", "y"])])
        .await
        .unwrap();
    let here: Vec<_> = gathered
        .records
        .iter()
        .map(|(group, identifier, record)| (group.as_str(), identifier.as_str(), &record.values[..]))
        .collect();
    let visits = [("visits".to_owned(), FeatureValue::One("7".to_owned()))];
    assert_eq!(
        here,
        [("customers", "a", &visits[..]), ("customers", "b", &visits[..])]
    );
    assert!(gathered.records[0].2.expires_at().is_some());
    let faults: Vec<_> = gathered
        .faults
        .iter()
        .map(|(group, identifier, error)| {
            (
                group.as_str(),
                identifier.as_str(),
                error.kind,
                error.resource.as_str(),
            )
        })
        .collect();
    assert_eq!(
        faults,
        [
            ("nowhere", "x", ErrorKind::NotFound, "nowhere/x"),
            ("nowhere", "y", ErrorKind::NotFound, "nowhere/y"),
        ]
    );
}

#[tokio::test]
async fn a_feature_that_no_group_has_is_refused() {
    let story = Story::begin();
    let edit = stocked(&story, &["a"]).await;
    let mut some = wanted("customers", &["a"]);
    some.features = vec!["colour".to_owned()];
    let error = edit.gather(vec![some]).await.unwrap_err();
    assert_eq!(
        (error.kind, error.operation),
        (ErrorKind::Invalid, "BatchGetRecord")
    );
}

#[tokio::test]
async fn what_the_service_leaves_is_in_the_answer() {
    let canned = Canned::open().await;
    let edit = Session::demo(&canned.url()).sources()[2].edit.clone().unwrap();
    let left = json!({
        "FeatureGroupName": "customers",
        "RecordIdentifiersValueAsString": ["b"],
        "FeatureNames": ["visits"],
    });
    let answer = [json!({"Records": [], "Errors": [], "UnprocessedIdentifiers": [left]})];
    let mut some = wanted("customers", &["a", "b"]);
    some.features = vec!["visits".to_owned()];
    let (gathered, asked) = tokio::join!(edit.gather(vec![some.clone()]), canned.answer(&answer));
    some.identifiers = vec!["b".to_owned()];
    assert_eq!(gathered.unwrap().unprocessed, [some]);
    let expected: Value = json!({
        "Identifiers": [{
            "FeatureGroupName": "customers",
            "RecordIdentifiersValueAsString": ["a", "b"],
            "FeatureNames": ["visits"],
        }],
        "ExpirationTimeResponse": "Enabled",
    });
    assert_eq!(asked, [expected]);
}
