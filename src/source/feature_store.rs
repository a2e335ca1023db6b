//! SageMaker Feature Store: lists and describes feature groups, hands out records of the online store.

use aws_config::SdkConfig;
use aws_sdk_sagemakerfeaturestoreruntime::Client;
use aws_sdk_sagemakerfeaturestoreruntime::operation::get_record::GetRecordOutput;
use aws_sdk_sagemakerfeaturestoreruntime::types::{self as sdk, ExpirationTimeResponse};
use futures::FutureExt as _;

use super::classify::classify;
use super::sagemaker::SageMaker;
use super::{Catalog, Edit, Reply, SourceError};
use crate::resource::{Detail, Entry, FeatureRecord, FeatureValue, Page, PageToken, ResourceId};

/// The service, as one account and region sees it.
pub(super) struct FeatureStore {
    control: SageMaker,
    runtime: Client,
}

impl FeatureStore {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        Self {
            control: SageMaker::new(sdk),
            runtime: Client::new(sdk),
        }
    }

    async fn get(&self, group: &str, identifier: String) -> Result<Option<FeatureRecord>, SourceError> {
        let on = format!("{group}/{identifier}");
        let answer = self
            .runtime
            .get_record()
            .feature_group_name(group)
            .record_identifier_value_as_string(identifier)
            .expiration_time_response(ExpirationTimeResponse::Enabled)
            .send()
            .await
            .map_err(|error| classify("GetRecord", &on, &error))?;
        Ok(record(answer))
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
}

/// A record that is not there, or was deleted softly, is an answer without features.
fn record(answer: GetRecordOutput) -> Option<FeatureRecord> {
    let features = answer.record.filter(|features| !features.is_empty())?;
    Some(FeatureRecord {
        values: features.into_iter().filter_map(value).collect(),
        expires: answer.expires_at,
    })
}

fn value(feature: sdk::FeatureValue) -> Option<(String, FeatureValue)> {
    let value = match (feature.value_as_string_list, feature.value_as_string) {
        (Some(many), None) => FeatureValue::Many(many),
        (_, one) => FeatureValue::One(one?),
    };
    Some((feature.feature_name?, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ErrorKind;

    #[test]
    fn a_record_that_is_not_there_is_none() {
        assert_eq!(record(GetRecordOutput::builder().build()), None);
        assert_eq!(
            record(GetRecordOutput::builder().set_record(Some(vec![])).build()),
            None
        );
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
        let answer = GetRecordOutput::builder()
            .record(feature("z").value_as_string("1").build())
            .record(feature("a").value_as_string_list("x").build())
            .expires_at("2026-12-01T00:00:00Z")
            .build();
        let record = record(answer).unwrap();
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
