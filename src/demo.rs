//! The embedded endpoint: the four services' own wire protocols on loopback.

#[cfg(test)]
mod ask;
pub mod dynamodb;
pub mod dynamodb_streams;
pub mod feature_store;
pub mod fields;
pub mod machine_learning;
pub mod protocol;
pub mod sagemaker;
