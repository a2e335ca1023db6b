//! Time as it is passed in. The core never reads a clock: [`crate::runtime`] does and hands the reading on, and a test
//! hands on whatever it likes.

use std::time::Duration;

use jiff::Timestamp;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since the program started; never goes back.
    pub mono: Duration,
    /// The time of day, which may jump.
    pub wall: Timestamp,
}

impl Now {
    /// The start of a virtual clock: the given time of day, no time gone by.
    pub fn start(wall: Timestamp) -> Self {
        Self {
            mono: Duration::ZERO,
            wall,
        }
    }

    /// The reading after some time.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self {
            mono: self.mono + span,
            wall: self.wall + span,
        }
    }
}
