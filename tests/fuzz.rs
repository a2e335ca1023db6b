//! Whatever comes from outside does no harm: payloads, settings, keys, filters and requests that nobody would make, most of them made
//! from good ones by what may happen to bytes.
//!
//! How many there are `PROPTEST_CASES` says; each test prints what it tried. To try very many, in an optimized build:
//!
//! ```sh
//! PROPTEST_CASES=1000000 cargo test --profile optimized --test fuzz -- --nocapture
//! ```
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "support/mishap.rs"]
mod mishap;

mod fuzz {
    mod corpus;
    mod decode;
    mod endpoint;
    mod filters;
    mod judge;
    mod keys;
    mod sanitize;
    mod settings;
    mod stage;
    mod trial;
    mod twist;
}
