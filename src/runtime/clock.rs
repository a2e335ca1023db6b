//! The clock, read here and nowhere else.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::clock::Now;

/// The system's clocks, counted from when the program started.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// A reading.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn now(&self) -> Now {
        Now {
            mono: self.start.elapsed(),
            wall: Timestamp::now(),
        }
    }

    /// Waits until a time of the monotonic clock; for ever without one.
    pub async fn until(&self, at: Option<Duration>) {
        match at {
            Some(at) => tokio::time::sleep_until((self.start + at).into()).await,
            None => std::future::pending().await,
        }
    }
}
