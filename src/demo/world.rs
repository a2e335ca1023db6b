//! All services of one endpoint.
//!
//! Must not: know how calls arrive.

use std::sync::Arc;

use super::kinesis::Kinesis;
use super::protocol::Service;

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
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) kinesis: Arc<Kinesis>,
}

impl World {
    /// The service that carries out the calls of an API, if it is there.
    pub(super) fn service(&self, api: Api) -> Option<&dyn Service> {
        match api {
            Api::Kinesis => Some(&*self.kinesis),
            Api::DynamoDb
            | Api::DynamoDbStreams
            | Api::FeatureStore
            | Api::MachineLearning
            | Api::SageMaker => None,
        }
    }
}
