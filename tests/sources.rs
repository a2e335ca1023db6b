//! The sources over real HTTP.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod sources {
    mod environment;
    mod transport;
}
