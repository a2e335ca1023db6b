//! Screens while what others must not see is masked. A program of its own, because masking holds for the whole process.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here fails the test"
)]

mod screen {
    #[expect(dead_code, reason = "the screens' own tests use the rest of it")]
    mod desk;
    mod fixtures;
    mod redaction;
}
