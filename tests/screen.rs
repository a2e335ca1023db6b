//! The program without a terminal and without a network: messages in, effects and screens out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here fails the test"
)]

mod screen {
    mod behaviour;
    mod consumers;
    mod desk;
    mod editor;
    mod filter;
    mod fixtures;
    mod gallery;
    mod inspector;
    mod palette;
    mod predictions;
    mod records;
    mod scale;
    mod session;
    mod sizes;
    mod snapshots;
    mod tail;
}
