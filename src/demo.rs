//! The embedded endpoint: the four services' own wire protocols on loopback.

pub mod fields;
pub mod kinesis;
pub mod protocol;
