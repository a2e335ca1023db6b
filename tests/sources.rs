//! The sources over real HTTP.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod sources {
    mod canned;
    mod editing;
    mod endpoint;
    mod environment;
    mod fan_out;
    mod features;
    mod kinesis;
    mod predictions;
    mod pressure;
    mod tables;
    mod transport;
}

#[path = "support/wire.rs"]
mod wire;
