//! The way to the terminal: everything that is written to it goes through here, and into the recording where there is one.
//!
//! The recording is static because a panic hook, which gives the terminal back, owns nothing.
//!
//! Must not: hold anything back; what was written has reached the terminal.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::recording::Recording;

/// What is asked for each write.
static RECORDS: AtomicBool = AtomicBool::new(false);
static RECORDING: Mutex<Option<Recording>> = Mutex::new(None);

/// Stdout, recorded.
pub(super) struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::stdout().write(bytes)?;
        with_recording(|recording| recording.write(&bytes[..written]));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Records from now on.
pub(super) fn record(recording: Recording) {
    *lock() = Some(recording);
    RECORDS.store(true, Ordering::SeqCst);
}

/// Whether there is a recording.
pub(super) fn is_recording() -> bool {
    RECORDS.load(Ordering::SeqCst)
}

/// Does something with the recording, where there is one.
pub(super) fn with_recording<T>(act: impl FnOnce(&mut Recording) -> T) -> Option<T> {
    if !is_recording() {
        return None;
    }
    lock().as_mut().map(act)
}

/// Ends the recording.
pub(super) fn finish() {
    let recording = lock().take();
    RECORDS.store(false, Ordering::SeqCst);
    if let Some(recording) = recording {
        recording.finish();
    }
}

fn lock() -> MutexGuard<'static, Option<Recording>> {
    RECORDING.lock().unwrap_or_else(PoisonError::into_inner)
}
