//! The Feature Store runtime through Amazon's own client; its groups are made by SageMaker.

use aws_sdk_sagemakerfeaturestoreruntime::Client;
use aws_sdk_sagemakerfeaturestoreruntime::error::ProvideErrorMetadata as _;
use aws_sdk_sagemakerfeaturestoreruntime::types::{
    BatchGetRecordIdentifier, DeletionMode, ExpirationTimeResponse, FeatureValue, TargetStore, TtlDuration,
    TtlDurationUnit,
};
use serde_json::json;

use super::stage::Stage;

const EARLY: &str = "2025-10-09T08:00:00Z";
const LATE: &str = "2025-10-09T08:30:00Z";

/// A feature group that is ready, and a client of the runtime.
struct Customers {
    stage: Stage,
    client: Client,
}

impl Customers {
    async fn begin() -> Self {
        let stage = Stage::empty();
        let declaration = json!({
            "FeatureGroupName": "customers",
            "RecordIdentifierFeatureName": "id",
            "EventTimeFeatureName": "at",
            "FeatureDefinitions": [
                {"FeatureName": "id", "FeatureType": "String"},
                {"FeatureName": "at", "FeatureType": "String"},
                {"FeatureName": "visits", "FeatureType": "Integral"},
            ],
            "OnlineStoreConfig": {"EnableOnlineStore": true, "StorageType": "Standard_V2"},
        });
        stage.call("SageMaker.CreateFeatureGroup", &declaration).await;
        stage.wait(10);
        Self {
            client: client!(aws_sdk_sagemakerfeaturestoreruntime, stage),
            stage,
        }
    }

    async fn put(&self, id: &str, at: &str, visits: &str) {
        let put = self.client.put_record().feature_group_name("customers");
        let record = vec![value("id", id), value("at", at), value("visits", visits)];
        put.set_record(Some(record)).send().await.unwrap();
    }

    async fn visits(&self, id: &str) -> Option<String> {
        let get = self.client.get_record().feature_group_name("customers");
        let answer = get
            .record_identifier_value_as_string(id)
            .feature_names("visits")
            .send()
            .await
            .unwrap();
        answer.record().first()?.value_as_string().map(str::to_owned)
    }
}

fn value(name: &str, text: &str) -> FeatureValue {
    FeatureValue::builder()
        .feature_name(name)
        .value_as_string(text)
        .build()
}

#[tokio::test]
async fn a_record_makes_the_round_trip_and_an_older_one_does_not() {
    let customers = Customers::begin().await;
    let strange = "ä/b c&d=e?f#g+h%20";
    customers.put(strange, LATE, "2").await;
    customers.put(strange, EARLY, "1").await;
    assert_eq!(customers.visits(strange).await.as_deref(), Some("2"));
    assert_eq!(customers.visits("nobody").await, None);
}

#[tokio::test]
async fn a_record_expires() {
    let customers = Customers::begin().await;
    let ttl = TtlDuration::builder()
        .unit(TtlDurationUnit::Hours)
        .value(1)
        .build();
    let put = customers
        .client
        .put_record()
        .feature_group_name("customers")
        .ttl_duration(ttl);
    put.record(value("id", "c1"))
        .record(value("at", LATE))
        .record(value("visits", "1"))
        .send()
        .await
        .unwrap();
    let get = customers.client.get_record().feature_group_name("customers");
    let get = get.record_identifier_value_as_string("c1");
    let answer = get
        .expiration_time_response(ExpirationTimeResponse::Enabled)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.expires_at(), Some("2025-10-09T09:30:00Z"));
    customers.stage.wait(3600);
    assert_eq!(customers.visits("c1").await, None);
}

#[tokio::test]
async fn faults_arrive_as_the_clients_own_errors() {
    let customers = Customers::begin().await;
    customers.put("c1", LATE, "1").await;
    let absent = customers.client.get_record().feature_group_name("absent");
    let absent = absent
        .record_identifier_value_as_string("c1")
        .send()
        .await
        .unwrap_err();
    assert!(absent.as_service_error().unwrap().is_resource_not_found());
    let update = |at: &str| {
        let update = customers.client.update_record().feature_group_name("customers");
        update
            .record_identifier_value_as_string("c1")
            .features(value("at", at))
            .send()
    };
    assert!(update(LATE).await.is_ok());
    let conflict = update(EARLY).await.unwrap_err();
    assert!(conflict.as_service_error().unwrap().is_conflict_exception());
    let put = customers
        .client
        .put_record()
        .feature_group_name("customers")
        .record(value("visits", "many"));
    let invalid = put.send().await.unwrap_err();
    assert_eq!(invalid.code(), Some("ValidationError"));
    assert!(invalid.message().unwrap().contains("visits"));
}

#[tokio::test]
async fn records_are_listed_read_in_batches_and_deleted() {
    let customers = Customers::begin().await;
    for id in ["a", "b", "c"] {
        customers.put(id, EARLY, "1").await;
    }
    let list = customers
        .client
        .list_records()
        .feature_group_name("customers")
        .max_results(2);
    let page = list.send().await.unwrap();
    assert_eq!(page.record_identifiers(), ["a", "b"]);
    assert!(page.next_token().is_some());
    let delete = customers.client.delete_record().feature_group_name("customers");
    let delete = delete.record_identifier_value_as_string("a").event_time(LATE);
    let delete = delete
        .target_stores(TargetStore::OnlineStore)
        .deletion_mode(DeletionMode::HardDelete);
    delete.send().await.unwrap();
    let identifier = BatchGetRecordIdentifier::builder().feature_group_name("customers");
    let identifier = identifier
        .record_identifiers_value_as_string("a")
        .record_identifiers_value_as_string("b")
        .build();
    let answer = customers
        .client
        .batch_get_record()
        .identifiers(identifier)
        .send()
        .await
        .unwrap();
    let found: Vec<_> = answer
        .records()
        .iter()
        .map(|it| it.record_identifier_value_as_string())
        .collect();
    assert_eq!(found, [Some("b")]);
}

#[tokio::test]
async fn the_shop_has_customers() {
    let stage = Stage::stocked();
    let client = client!(aws_sdk_sagemakerfeaturestoreruntime, stage);
    let get = client.get_record().feature_group_name("customers");
    let answer = get
        .record_identifier_value_as_string("cust-0400")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.record().len(), 40);
}
