//! All services of one endpoint.
//!
//! Must not: know how calls arrive.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::dynamodb::DynamoDb;
use super::dynamodb_streams::DynamoDbStreams;
use super::feature_store::FeatureStore;
use super::kinesis::Kinesis;
use super::machine_learning::MachineLearning;
use super::protocol::Service;
use super::sagemaker::SageMaker;

/// The services by what they are called on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    DynamoDb,
    DynamoDbStreams,
    FeatureStore,
    Kinesis,
    MachineLearning,
    SageMaker,
}

/// The services. They are shared with the shop that fills them.
#[derive(Debug)]
pub(super) struct World {
    pub(super) dynamodb: Arc<DynamoDb>,
    dynamodb_streams: DynamoDbStreams,
    pub(super) feature_store: Arc<FeatureStore>,
    pub(super) kinesis: Arc<Kinesis>,
    pub(super) machine_learning: Arc<MachineLearning>,
    pub(super) sagemaker: SageMaker,
}

impl World {
    /// The service that carries out the calls of an API.
    pub(super) fn service(&self, api: Api) -> &dyn Service {
        match api {
            Api::DynamoDb => &*self.dynamodb,
            Api::DynamoDbStreams => &self.dynamodb_streams,
            Api::FeatureStore => &*self.feature_store,
            Api::Kinesis => &*self.kinesis,
            Api::MachineLearning => &*self.machine_learning,
            Api::SageMaker => &self.sagemaker,
        }
    }

    /// Splits or merges a shard of the stream that an input of `GetRecords` reads.
    pub(super) fn reshard(&self, api: Api, input: &Value, dice: u64, now: Timestamp) {
        let iterator = input["ShardIterator"].as_str().unwrap_or_default();
        match api {
            Api::Kinesis => self.kinesis.reshard(iterator, dice, now),
            Api::DynamoDbStreams => self.dynamodb_streams.reshard(iterator, dice, now),
            _ => {}
        }
    }
}

impl Default for World {
    fn default() -> Self {
        let dynamodb = Arc::new(DynamoDb::new());
        let feature_store = Arc::new(FeatureStore::new());
        Self {
            dynamodb_streams: DynamoDbStreams::new(Arc::clone(&dynamodb)),
            dynamodb,
            sagemaker: SageMaker::new(Arc::clone(&feature_store)),
            feature_store,
            kinesis: Arc::default(),
            machine_learning: Arc::default(),
        }
    }
}
