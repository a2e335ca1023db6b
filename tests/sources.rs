//! The sources over real HTTP.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod sources {
    mod endpoint;
    mod environment;
    mod kinesis;
    mod transport;
}
