//! kinescope: a terminal explorer for Kinesis, DynamoDB Streams, SageMaker Feature Store and Amazon ML batch predictions.

pub mod clock;
pub mod decode;
pub mod demo;
pub mod keymap;
pub mod message;
pub mod model;
pub mod resource;
pub mod sanitize;
pub mod source;
pub mod tail;
pub mod update;
pub mod view;
