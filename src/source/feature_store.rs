//! SageMaker Feature Store: lists and describes feature groups, hands out records of the online store and writes them.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_sagemakerfeaturestoreruntime::operation::batch_get_record::BatchGetRecordOutput;
use aws_sdk_sagemakerfeaturestoreruntime::types::{self as sdk, ExpirationTimeResponse};
use aws_sdk_sagemakerfeaturestoreruntime::{Client, config};
use futures::FutureExt as _;

use super::classify::{classify, kind_of};
use super::sagemaker::SageMaker;
use super::{Catalog, Edit, ErrorKind, Reply, SourceError};
use crate::resource::{
    DeletionMode, Detail, Entry, FeatureRecord, FeatureValue, Features, GatheredRecords, Page, PageToken,
    RecordChange, RecordWrite, ResourceId, TargetStore, TtlDuration, TtlUnit, WantedRecords,
};

/// The service, as one account and region sees it.
pub(super) struct FeatureStore {
    control: SageMaker,
    runtime: Client,
    /// Writes are tried once: one that was not answered may have been made.
    writer: Client,
}

impl FeatureStore {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        let once = config::Builder::from(sdk).retry_config(RetryConfig::disabled());
        Self {
            control: SageMaker::new(sdk),
            runtime: Client::new(sdk),
            writer: Client::from_conf(once.build()),
        }
    }

    async fn get(&self, group: &str, identifier: String) -> Result<Option<FeatureRecord>, SourceError> {
        let on = record_name(group, &identifier);
        let answer = self
            .runtime
            .get_record()
            .feature_group_name(group)
            .record_identifier_value_as_string(identifier)
            .expiration_time_response(ExpirationTimeResponse::Enabled)
            .send()
            .await
            .map_err(|error| classify("GetRecord", &on, &error))?;
        Ok(record(answer.record, answer.expires_at))
    }

    async fn identifiers(
        &self,
        group: &str,
        with_deleted: bool,
        from: Option<PageToken>,
    ) -> Result<Page<String>, SourceError> {
        let answer = self
            .runtime
            .list_records()
            .feature_group_name(group)
            .include_soft_deleted_records(with_deleted)
            .set_next_token(from.map(|token| token.to_string()))
            .send()
            .await
            .map_err(|error| classify("ListRecords", group, &error))?;
        Ok(Page {
            items: answer.record_identifiers.unwrap_or_default(),
            next: answer.next_token.map(PageToken::from),
        })
    }

    async fn gather(&self, wanted: Vec<WantedRecords>) -> Result<GatheredRecords, SourceError> {
        let groups: Vec<_> = wanted.iter().map(|wanted| wanted.group.as_str()).collect();
        let on = groups.join(", ");
        let answer = self
            .runtime
            .batch_get_record()
            .set_identifiers(Some(wanted.into_iter().map(sdk_wanted).collect()))
            .expiration_time_response(ExpirationTimeResponse::Enabled)
            .send()
            .await
            .map_err(|error| classify("BatchGetRecord", &on, &error))?;
        Ok(gathered(answer))
    }

    async fn write(&self, write: RecordWrite) -> Result<(), SourceError> {
        let on = record_name(write.group.as_str(), &write.identifier);
        let (group, stores) = (write.group.as_str(), stores(&write.stores));
        match write.change {
            RecordChange::Put { features, ttl } => {
                let call = self.writer.put_record().feature_group_name(group);
                let call = call
                    .set_record(Some(sdk_values(features)))
                    .set_target_stores(stores);
                let answer = call.set_ttl_duration(ttl.map(sdk_ttl)).send().await;
                answer
                    .map(drop)
                    .map_err(|error| classify("PutRecord", &on, &error))
            }
            RecordChange::Update { features, ttl } => {
                let call = self.writer.update_record().feature_group_name(group);
                let call = call.record_identifier_value_as_string(write.identifier);
                let call = call
                    .set_features(Some(sdk_values(features)))
                    .set_target_stores(stores);
                let answer = call.set_ttl_duration(ttl.map(sdk_ttl)).send().await;
                answer
                    .map(drop)
                    .map_err(|error| classify("UpdateRecord", &on, &error))
            }
            RecordChange::Delete { event_time, mode } => {
                let call = self.writer.delete_record().feature_group_name(group);
                let call = call.record_identifier_value_as_string(write.identifier);
                let call = call
                    .event_time(event_time)
                    .deletion_mode(sdk_mode(mode))
                    .set_target_stores(stores);
                let answer = call.send().await;
                answer
                    .map(drop)
                    .map_err(|error| classify("DeleteRecord", &on, &error))
            }
        }
    }
}

impl Catalog for FeatureStore {
    fn list(&self, from: Option<PageToken>) -> Reply<'_, Page<Entry>> {
        self.control.list(from).boxed()
    }

    fn describe(&self, id: ResourceId) -> Reply<'_, Detail> {
        async move { Ok(Detail::FeatureGroup(self.control.describe(id.as_str()).await?)) }.boxed()
    }

    fn find(&self, spec: &str) -> Option<Reply<'_, ResourceId>> {
        let ours = !spec.contains(':') || (spec.starts_with("arn:") && spec.contains(":feature-group/"));
        ours.then(|| futures::future::ready(Ok(ResourceId::from(spec))).boxed())
    }
}

impl Edit for FeatureStore {
    fn get(&self, group: ResourceId, identifier: String) -> Reply<'_, Option<FeatureRecord>> {
        async move { self.get(group.as_str(), identifier).await }.boxed()
    }

    fn identifiers(
        &self,
        group: ResourceId,
        with_deleted: bool,
        from: Option<PageToken>,
    ) -> Reply<'_, Page<String>> {
        async move { self.identifiers(group.as_str(), with_deleted, from).await }.boxed()
    }

    fn gather(&self, wanted: Vec<WantedRecords>) -> Reply<'_, GatheredRecords> {
        self.gather(wanted).boxed()
    }

    fn write(&self, write: RecordWrite) -> Reply<'_, ()> {
        self.write(write).boxed()
    }
}

fn record_name(group: &str, identifier: &str) -> String {
    format!("{group}/{identifier}")
}

/// A record that is not there, or was deleted softly, is an answer without features.
fn record(features: Option<Vec<sdk::FeatureValue>>, expires: Option<String>) -> Option<FeatureRecord> {
    let features = features.filter(|features| !features.is_empty())?;
    Some(FeatureRecord {
        values: features.into_iter().filter_map(value).collect(),
        expires,
    })
}

fn value(feature: sdk::FeatureValue) -> Option<(String, FeatureValue)> {
    let value = match (feature.value_as_string_list, feature.value_as_string) {
        (Some(many), None) => FeatureValue::Many(many),
        (_, one) => FeatureValue::One(one?),
    };
    Some((feature.feature_name?, value))
}

fn gathered(answer: BatchGetRecordOutput) -> GatheredRecords {
    let records = answer
        .records
        .unwrap_or_default()
        .into_iter()
        .filter_map(|detail| {
            let record = record(detail.record, detail.expires_at)?;
            let group = ResourceId::from(detail.feature_group_name?);
            Some((group, detail.record_identifier_value_as_string?, record))
        });
    let faults = answer.errors.unwrap_or_default().into_iter();
    let unprocessed = answer.unprocessed_identifiers.unwrap_or_default().into_iter();
    GatheredRecords {
        records: records.collect(),
        faults: faults.map(fault).collect(),
        unprocessed: unprocessed.map(wanted).collect(),
    }
}

/// Why one record of a batch could not be read, in the same words as if it had been asked for alone.
fn fault(error: sdk::BatchGetRecordError) -> (ResourceId, String, SourceError) {
    let group = ResourceId::from(error.feature_group_name.unwrap_or_default());
    let identifier = error.record_identifier_value_as_string.unwrap_or_default();
    let code = error.error_code.unwrap_or_default();
    let reason = SourceError::new(
        kind_of(&code).unwrap_or(ErrorKind::Other),
        "BatchGetRecord",
        &record_name(group.as_str(), &identifier),
        &code,
        &error.error_message.unwrap_or_default(),
    );
    (group, identifier, reason)
}

fn wanted(left: sdk::BatchGetRecordIdentifier) -> WantedRecords {
    WantedRecords {
        group: ResourceId::from(left.feature_group_name.unwrap_or_default()),
        identifiers: left.record_identifiers_value_as_string.unwrap_or_default(),
        features: left.feature_names.unwrap_or_default(),
    }
}

fn sdk_wanted(wanted: WantedRecords) -> sdk::BatchGetRecordIdentifier {
    sdk::BatchGetRecordIdentifier::builder()
        .feature_group_name(wanted.group.as_str())
        .set_record_identifiers_value_as_string(Some(wanted.identifiers))
        .set_feature_names(Some(wanted.features).filter(|features| !features.is_empty()))
        .build()
}

fn sdk_values(features: Features) -> Vec<sdk::FeatureValue> {
    let values = features.into_iter().map(|(name, value)| {
        let feature = sdk::FeatureValue::builder().feature_name(name);
        match value {
            FeatureValue::One(text) => feature.value_as_string(text),
            FeatureValue::Many(texts) => feature.set_value_as_string_list(Some(texts)),
        }
        .build()
    });
    values.collect()
}

fn stores(stores: &[TargetStore]) -> Option<Vec<sdk::TargetStore>> {
    let named = stores.iter().map(|store| match store {
        TargetStore::Online => sdk::TargetStore::OnlineStore,
        TargetStore::Offline => sdk::TargetStore::OfflineStore,
    });
    Some(named.collect()).filter(|stores: &Vec<_>| !stores.is_empty())
}

fn sdk_ttl(ttl: TtlDuration) -> sdk::TtlDuration {
    let unit = match ttl.unit {
        TtlUnit::Seconds => sdk::TtlDurationUnit::Seconds,
        TtlUnit::Minutes => sdk::TtlDurationUnit::Minutes,
        TtlUnit::Hours => sdk::TtlDurationUnit::Hours,
        TtlUnit::Days => sdk::TtlDurationUnit::Days,
        TtlUnit::Weeks => sdk::TtlDurationUnit::Weeks,
    };
    sdk::TtlDuration::builder().unit(unit).value(ttl.value).build()
}

fn sdk_mode(mode: DeletionMode) -> sdk::DeletionMode {
    match mode {
        DeletionMode::Soft => sdk::DeletionMode::SoftDelete,
        DeletionMode::Hard => sdk::DeletionMode::HardDelete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_not_there_is_none() {
        assert_eq!(record(None, None), None);
        assert_eq!(record(Some(vec![]), None), None);
    }

    #[tokio::test]
    async fn a_record_without_an_identifier_is_not_asked_for() {
        let features = &crate::source::Session::demo("http://127.0.0.1:1").sources()[2];
        let edit = features.edit.as_ref().unwrap();
        let error = edit.get("customers".into(), String::new()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.code.as_str()),
            (ErrorKind::Invalid, "not sent"),
            "{error}"
        );
    }

    #[test]
    fn a_record_keeps_the_order_of_its_features_and_tells_lists_from_single_values() {
        let feature = |name: &str| sdk::FeatureValue::builder().feature_name(name);
        let features = vec![
            feature("z").value_as_string("1").build(),
            feature("a").value_as_string_list("x").build(),
        ];
        let record = record(Some(features), Some("2026-12-01T00:00:00Z".to_owned())).unwrap();
        assert_eq!(
            record.values,
            [
                ("z".to_owned(), FeatureValue::One("1".to_owned())),
                ("a".to_owned(), FeatureValue::Many(vec!["x".to_owned()])),
            ]
        );
        assert_eq!(record.expires.as_deref(), Some("2026-12-01T00:00:00Z"));
    }
}
