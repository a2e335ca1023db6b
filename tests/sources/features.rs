//! Feature groups and their records.

use kinescope::resource::{Detail, FeatureValue, Section};
use kinescope::source::ErrorKind;
use serde_json::json;

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
