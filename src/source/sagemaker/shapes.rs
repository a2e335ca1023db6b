//! The answers of SageMaker's control plane, as far as feature groups need them, and their conversion.
//!
//! Must not: insist on more than the names; endpoints leave things out.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::resource::{
    Entry, Feature, FeatureGroup, OfflineStore, OnlineStore, Page, PageToken, ResourceId, Timestamp,
    TtlDuration, TtlUnit,
};
use crate::source::time::without_noise;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    feature_group_summaries: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    feature_group_name: String,
    feature_group_status: Option<String>,
    offline_store_status: Option<Status>,
    creation_time: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    status: String,
    blocked_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    feature_group_name: String,
    #[serde(default)]
    feature_group_arn: String,
    #[serde(default)]
    record_identifier_feature_name: String,
    #[serde(default)]
    event_time_feature_name: String,
    #[serde(default)]
    feature_definitions: Vec<Definition>,
    creation_time: Option<f64>,
    last_modified_time: Option<f64>,
    online_store_config: Option<OnlineConfig>,
    offline_store_config: Option<OfflineConfig>,
    throughput_config: Option<Capacity>,
    role_arn: Option<String>,
    feature_group_status: Option<String>,
    offline_store_status: Option<Status>,
    failure_reason: Option<String>,
    description: Option<String>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    feature_name: String,
    #[serde(default)]
    feature_type: String,
    collection_type: Option<String>,
    collection_config: Option<CollectionConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CollectionConfig {
    vector_config: Option<VectorConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VectorConfig {
    dimension: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OnlineConfig {
    security_config: Option<SecurityConfig>,
    enable_online_store: Option<bool>,
    ttl_duration: Option<Ttl>,
    storage_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityConfig {
    kms_key_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ttl {
    unit: Option<String>,
    value: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfflineConfig {
    s3_storage_config: Option<S3Config>,
    data_catalog_config: Option<DataCatalog>,
    table_format: Option<String>,
}

#[derive(Deserialize)]
struct S3Config {
    #[serde(rename = "S3Uri")]
    uri: String,
    #[serde(rename = "ResolvedOutputS3Uri")]
    resolved: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataCatalog {
    table_name: String,
    database: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Capacity {
    throughput_mode: String,
    provisioned_read_capacity_units: Option<u64>,
    provisioned_write_capacity_units: Option<u64>,
}

/// The answer of `ListFeatureGroups`; `None` where it is none.
pub(super) fn page(answer: Value) -> Option<Page<Entry>> {
    let listing: Listing = serde_json::from_value(answer).ok()?;
    Some(Page {
        items: listing.feature_group_summaries.into_iter().map(entry).collect(),
        next: token(listing.next_token).map(PageToken::from),
    })
}

/// The answer of `DescribeFeatureGroup`, and where its features go on; `None` where it is none.
pub(super) fn group(answer: Value) -> Option<(FeatureGroup, Option<String>)> {
    let it: Group = serde_json::from_value(answer).ok()?;
    let group = FeatureGroup {
        name: it.feature_group_name,
        arn: it.feature_group_arn,
        status: it.feature_group_status.unwrap_or_default(),
        failure: it.failure_reason,
        description: it.description,
        created: it.creation_time.and_then(time),
        modified: it.last_modified_time.and_then(time),
        identifier: it.record_identifier_feature_name,
        event_time: it.event_time_feature_name,
        features: it.feature_definitions.into_iter().map(feature).collect(),
        online: it.online_store_config.and_then(online),
        offline: it
            .offline_store_config
            .map(|config| offline(config, it.offline_store_status)),
        throughput: it.throughput_config.map(throughput),
        role: it.role_arn,
    };
    Some((group, token(it.next_token)))
}

fn entry(summary: Summary) -> Entry {
    let offline = summary.offline_store_status;
    Entry {
        run: None,
        complete: false,
        id: ResourceId::from(summary.feature_group_name.as_str()),
        name: summary.feature_group_name,
        status: summary.feature_group_status,
        created: summary.creation_time.and_then(time),
        note: offline
            .map(|it| format!("offline {}", it.status.to_lowercase()))
            .unwrap_or_default(),
    }
}

/// `DescribeFeatureGroup` must give a token, so an empty one means that there is no more.
fn token(token: Option<String>) -> Option<String> {
    token.filter(|token| !token.is_empty())
}

/// awsJson1.1 writes a time as seconds since 1970 with a fraction.
fn time(seconds: f64) -> Option<Timestamp> {
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    without_noise(Timestamp::from_duration(since).ok()?)
}

fn feature(definition: Definition) -> Feature {
    let vector = definition
        .collection_config
        .and_then(|config| config.vector_config);
    Feature {
        name: definition.feature_name,
        kind: definition.feature_type,
        collection: definition.collection_type,
        dimension: vector.map(|vector| vector.dimension),
    }
}

fn online(config: OnlineConfig) -> Option<OnlineStore> {
    let enabled = config.enable_online_store.unwrap_or_default();
    enabled.then(|| OnlineStore {
        storage: config.storage_type,
        ttl: config.ttl_duration.as_ref().and_then(ttl),
        key_id: config.security_config.and_then(|config| config.kms_key_id),
    })
}

/// Neither member is required (page `TtlDuration`), and one without the other says nothing.
fn ttl(ttl: &Ttl) -> Option<TtlDuration> {
    let unit = TtlUnit::ALL
        .into_iter()
        .find(|unit| ttl.unit.as_deref() == Some(unit.as_str()))?;
    let value = ttl.value?;
    Some(TtlDuration { value, unit })
}

fn offline(config: OfflineConfig, status: Option<Status>) -> OfflineStore {
    let (status, blocked) = match status {
        Some(it) => (Some(it.status), it.blocked_reason),
        None => (None, None),
    };
    OfflineStore {
        uri: config
            .s3_storage_config
            .map(|s3| s3.resolved.unwrap_or(s3.uri))
            .unwrap_or_default(),
        format: config.table_format,
        status,
        blocked,
        table: config
            .data_catalog_config
            .map(|catalog| format!("{}.{}", catalog.database, catalog.table_name)),
    }
}

fn throughput(config: Capacity) -> String {
    match (
        config.provisioned_read_capacity_units,
        config.provisioned_write_capacity_units,
    ) {
        (Some(read), Some(write)) => {
            format!("{}, {read} read and {write} write units", config.throughput_mode)
        }
        _ => config.throughput_mode,
    }
}
