//! kinescope: a terminal explorer for Kinesis, DynamoDB Streams, SageMaker Feature Store and Amazon ML batch predictions.

pub mod clock;
pub mod demo;
pub mod resource;
pub mod sanitize;
pub mod source;
pub mod tail;
