//! Puts numbered records at a steady rate.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::ledger::Ledger;
use crate::endpoint::{client, put, runtime};
use crate::shell::in_background;

/// Records at once, and how often: 400 a second.
const BATCH: u32 = 80;
const EVERY: Duration = Duration::from_millis(200);

/// A steady putting, and what the service has taken so far.
pub(crate) struct Putting {
    going: Arc<AtomicBool>,
    /// Held while a batch is put.
    stored: Arc<Mutex<Ledger>>,
}

impl Putting {
    pub(crate) fn start(url: &str, stream: &'static str) -> Self {
        let going = Arc::new(AtomicBool::new(true));
        let stored = Arc::new(Mutex::new(Ledger::default()));
        let (goes_on, kept, url) = (Arc::clone(&going), Arc::clone(&stored), url.to_owned());
        in_background(move || {
            let runtime = runtime();
            let client = client(&url);
            let mut first = 0;
            loop {
                let mut kept = kept.lock().unwrap();
                if !goes_on.load(Ordering::Relaxed) {
                    return;
                }
                runtime.block_on(put(
                    &client,
                    stream,
                    first..first + BATCH,
                    payload,
                    |number, shard, sequence| {
                        kept.note(shard, number, sequence);
                    },
                ));
                drop(kept);
                first += BATCH;
                crate::process::pause(EVERY);
            }
        });
        Self { going, stored }
    }

    pub(crate) fn count(&self) -> usize {
        self.stored.lock().unwrap().count()
    }

    /// Puts nothing more; gives all that is stored.
    pub(crate) fn stop(self) -> Ledger {
        self.going.store(false, Ordering::Relaxed);
        std::mem::take(&mut *self.stored.lock().unwrap())
    }
}

/// A number, and as much besides as an order has.
fn payload(number: u32) -> Vec<u8> {
    let rest = "x".repeat(400);
    format!("{{\"n\":{number},\"rest\":\"{rest}\"}}").into_bytes()
}
