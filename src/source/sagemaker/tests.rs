//! What goes over the wire, seen by an HTTP client that answers from a list.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_types::region::Region;
use jiff::Timestamp;

use super::*;
use crate::resource::{TtlDuration, TtlUnit};
use crate::source::ErrorKind;

/// A request as it would have been sent.
#[derive(Debug)]
struct Sent {
    method: String,
    uri: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

/// Gives its answers one after another and keeps the requests.
#[derive(Clone, Debug, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter();
        self.sent.lock().unwrap().push(Sent {
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: serde_json::from_slice(request.body().bytes().unwrap()).unwrap(),
        });
        let (status, body) = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("an answer is left");
        let status = StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

impl HttpClient for Script {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn scripted(answers: &[(u16, Value)]) -> (SageMaker, Script) {
    let script = Script::default();
    let given = answers.iter().map(|(status, body)| (*status, body.to_string()));
    script.answers.lock().unwrap().extend(given);
    let credentials = Credentials::new("AKID", "secret", Some("session".to_owned()), None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(session::behavior())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::lazy().build())
        .retry_config(RetryConfig::standard())
        .timeout_config(TimeoutConfig::disabled())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .http_client(script.clone())
        .build();
    (SageMaker::new(&sdk), script)
}

fn error(code: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.sagemaker#{code}"), "Message": "why" })
}

fn no_groups() -> Value {
    json!({ "FeatureGroupSummaries": [] })
}

#[tokio::test]
async fn a_call_is_a_signed_post_to_the_control_plane() {
    let (service, script) = scripted(&[(200, no_groups())]);
    service.list(Some(PageToken::from("more"))).await.unwrap();
    let sent = &script.sent.lock().unwrap()[0];
    assert_eq!(
        (sent.method.as_str(), sent.uri.as_str()),
        ("POST", "https://api.sagemaker.eu-west-1.amazonaws.com/")
    );
    let header = |name: &str| sent.headers.get(name).map_or("", String::as_str);
    assert_eq!(header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(header("x-amz-target"), "SageMaker.ListFeatureGroups");
    assert_eq!(header("x-amz-security-token"), "session");
    assert!(
        header("user-agent").starts_with("aws-sdk-rust/"),
        "{}",
        header("user-agent")
    );
    assert!(
        header("x-amz-user-agent").contains("api/sagemaker/"),
        "{}",
        header("x-amz-user-agent")
    );
    assert_eq!(header("amz-sdk-request"), "attempt=1; max=3");
    assert!(!header("amz-sdk-invocation-id").is_empty());
    let signature = header("authorization");
    assert!(
        signature.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"),
        "{signature}"
    );
    assert!(
        signature.contains("/eu-west-1/sagemaker/aws4_request"),
        "{signature}"
    );
    for signed in [
        "content-type",
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-target",
    ] {
        assert!(signature.contains(signed), "{signed} in {signature}");
    }
    assert_eq!(
        sent.body,
        json!({ "MaxResults": 100, "SortBy": "Name", "SortOrder": "Ascending", "NextToken": "more" })
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_and_a_service_that_is_unavailable_are_tried_again() {
    let (service, script) = scripted(&[
        (400, error("ThrottlingException")),
        (503, json!({})),
        (200, no_groups()),
    ]);
    assert!(service.list(None).await.unwrap().items.is_empty());
    let sent = script.sent.lock().unwrap();
    let attempts: Vec<_> = sent
        .iter()
        .map(|it| it.headers["amz-sdk-request"].as_str())
        .collect();
    assert_eq!(attempts.len(), 3);
    assert!(attempts[2].starts_with("attempt=3"), "{attempts:?}");
}

#[tokio::test(start_paused = true)]
async fn three_attempts_are_all() {
    let throttled = || (400, error("ThrottlingException"));
    let (service, script) = scripted(&[throttled(), throttled(), throttled()]);
    assert_eq!(service.list(None).await.unwrap_err().kind, ErrorKind::Throttled);
    assert_eq!(script.sent.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_denied_call_is_not_tried_again() {
    let (service, script) = scripted(&[(400, error("AccessDeniedException"))]);
    let error = service.describe("customers").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!(
        (
            error.code.as_str(),
            error.message.as_str(),
            error.resource.as_str()
        ),
        ("AccessDeniedException", "why", "customers")
    );
    assert_eq!(script.sent.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_may_not_be_combined_is_told_before_any_request() {
    let sdk = SdkConfig::builder()
        .behavior_version(session::behavior())
        .region(Region::new("us-east-1"))
        .use_fips(true)
        .endpoint_url("http://127.0.0.1:1")
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "A", "s", None, None, "test",
        )))
        .sleep_impl(TokioSleep::new())
        .http_client(Script::default())
        .build();
    let error = SageMaker::new(&sdk).list(None).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Invalid, "not sent"),
        "{error}"
    );
    assert!(error.message.contains("FIPS"), "{}", error.message);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_an_error_and_not_an_empty_list() {
    let (service, _) = scripted(&[(200, json!("a string"))]);
    assert_eq!(service.list(None).await.unwrap_err().code, "incomplete answer");
}

#[tokio::test]
async fn a_page_of_groups_tells_their_status_and_where_the_next_begins() {
    let (service, _) = scripted(&[(
        200,
        json!({
            "FeatureGroupSummaries": [{
                "FeatureGroupName": "customers",
                "FeatureGroupArn": "arn:aws:sagemaker:eu-west-1:111122223333:feature-group/customers",
                "CreationTime": 1_795_201_411.508,
                "FeatureGroupStatus": "Created",
                "OfflineStoreStatus": { "Status": "Blocked", "BlockedReason": "no access to the bucket" }
            }],
            "NextToken": "more"
        }),
    )]);
    let page = service.list(None).await.unwrap();
    assert_eq!(page.items[0].status.as_deref(), Some("Created"));
    assert_eq!(page.items[0].note, "offline blocked");
    assert_eq!(page.next, Some(PageToken::from("more")));
}

fn described(features: &[&str], next: &str) -> (u16, Value) {
    let definitions = features.iter().map(|name| {
        json!({
            "FeatureName": name,
            "FeatureType": "Fractional",
            "CollectionType": "Vector",
            "CollectionConfig": { "VectorConfig": { "Dimension": 8 } }
        })
    });
    let description = json!({
        "FeatureGroupName": "customers",
        "FeatureGroupArn": "arn:aws:sagemaker:eu-west-1:111122223333:feature-group/customers",
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "ts",
        "FeatureDefinitions": definitions.collect::<Vec<_>>(),
        "CreationTime": 1_795_201_411.508,
        "OnlineStoreConfig": {
            "EnableOnlineStore": true,
            "TtlDuration": { "Unit": "Days", "Value": 30 }
        },
        "OfflineStoreConfig": { "S3StorageConfig": {
            "S3Uri": "s3://bucket/prefix",
            "ResolvedOutputS3Uri": "s3://bucket/prefix/111122223333/data"
        } },
        "ThroughputConfig": {
            "ThroughputMode": "Provisioned",
            "ProvisionedReadCapacityUnits": 5,
            "ProvisionedWriteCapacityUnits": 7
        },
        "FeatureGroupStatus": "Created",
        "NextToken": next
    });
    (200, description)
}

#[tokio::test]
async fn a_group_is_described_with_the_features_of_all_pages() {
    let (service, script) = scripted(&[described(&["id", "ts"], "more"), described(&["embedding"], "")]);
    let group = service.describe("customers").await.unwrap();
    let names: Vec<_> = group
        .features
        .iter()
        .map(|feature| feature.name.as_str())
        .collect();
    assert_eq!(names, ["id", "ts", "embedding"]);
    assert_eq!(
        script.sent.lock().unwrap()[1].body,
        json!({ "FeatureGroupName": "customers", "NextToken": "more" })
    );
}

#[tokio::test]
async fn a_description_is_converted_field_by_field() {
    let (service, _) = scripted(&[described(&["embedding"], "")]);
    let group = service.describe("customers").await.unwrap();
    assert_eq!(
        group.created,
        Some("2026-11-20T19:03:31.508Z".parse::<Timestamp>().unwrap())
    );
    assert_eq!((group.modified, group.failure), (None, None));
    assert_eq!(group.features[0].dimension, Some(8));
    let online = group.online.unwrap();
    let thirty_days = TtlDuration {
        value: 30,
        unit: TtlUnit::Days,
    };
    assert_eq!((online.storage, online.ttl), (None, Some(thirty_days)));
    assert_eq!(group.offline.unwrap().uri, "s3://bucket/prefix/111122223333/data");
    assert_eq!(
        group.throughput.as_deref(),
        Some("Provisioned, 5 read and 7 write units")
    );
}
