//! The embedded endpoint: the four services' own wire protocols on loopback.

pub mod dynamodb;
pub mod dynamodb_streams;
pub mod fields;
pub mod protocol;
