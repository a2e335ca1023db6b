//! The embedded endpoint, as clients that nobody here wrote see it: over HTTP.

#[expect(clippy::unwrap_used, reason = "a call that fails fails its test")]
mod endpoint {
    #[macro_use]
    mod stage;
    mod dynamodb;
    mod faults;
    mod feature_store;
    mod kinesis;
    mod machine_learning;
}

#[expect(clippy::unwrap_used, reason = "a call that fails fails its test")]
#[path = "support/wire.rs"]
mod wire;
