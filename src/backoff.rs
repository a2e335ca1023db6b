//! How long to wait after a failure that may pass.

use std::time::Duration;

/// The first wait; each further one is drawn between this and three times the last.
pub const FIRST: Duration = Duration::from_millis(250);
/// The longest wait.
pub const LONGEST: Duration = Duration::from_secs(10);

/// Waits that grow with each failure, by decorrelated jitter, so that many who failed together do not come back together.
#[derive(Clone, Debug)]
pub struct Backoff {
    last: Duration,
    jitter: u64,
}

impl Backoff {
    /// No failure yet; `seed` sets the jitter apart from that of others.
    pub fn new(seed: u64) -> Self {
        Self {
            last: Duration::ZERO,
            jitter: seed | 1,
        }
    }

    /// The wait after a failure.
    pub fn after_failure(&mut self) -> Duration {
        let ceiling = (self.last * 3).max(FIRST * 2);
        let spread = ceiling.saturating_sub(FIRST);
        self.last = (FIRST + spread.mul_f64(self.draw())).min(LONGEST);
        self.last
    }

    /// Something worked: the next failure is the first again.
    pub fn forget(&mut self) {
        self.last = Duration::ZERO;
    }

    /// A number in 0..1 from a xorshift generator: jitter needs to differ, not to be unguessable.
    fn draw(&mut self) -> f64 {
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 7;
        self.jitter ^= self.jitter << 17;
        let bits = u32::try_from(self.jitter >> 32).unwrap_or(0);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_within_bounds_and_a_success_forgets_them() {
        let mut backoff = Backoff::new(7);
        for _ in 0..50 {
            let wait = backoff.after_failure();
            assert!(wait >= FIRST && wait <= LONGEST);
        }
        backoff.forget();
        assert!(backoff.after_failure() <= FIRST * 2);
    }
}
