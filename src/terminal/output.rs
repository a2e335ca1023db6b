//! The way to the terminal: everything that is written to it goes through here, and into the recording where there is one.
//!
//! The recording is static because a panic hook, which gives the terminal back, owns nothing.
//!
//! Must not: hold anything back; what was written has reached the terminal. Nor write to a terminal that was given back, or wait
//! for the recording: whoever panics may be holding it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use super::recording::Recording;

/// What is asked for each write.
static RECORDS: AtomicBool = AtomicBool::new(false);
static RECORDING: Mutex<Option<Recording>> = Mutex::new(None);

/// Stdout, recorded. What comes when the terminal is not ours is swallowed.
pub(super) struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Held while it is looked at, so that the terminal is not given back in between.
        let mut out = io::stdout().lock();
        if !super::is_ours() {
            return Ok(bytes.len());
        }
        let written = out.write(bytes)?;
        with_recording(|recording| recording.write(&bytes[..written]));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if super::is_ours() { out.flush() } else { Ok(()) }
    }
}

/// Writes the last of it, to a terminal that is not ours any more.
pub(super) fn write_last(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    with_recording(|recording| recording.write(bytes));
    out.flush()
}

/// Writes what is not for a recording.
pub(super) fn write_unrecorded(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if !super::is_ours() {
        return Ok(());
    }
    out.write_all(bytes)?;
    out.flush()
}

/// Records from now on.
pub(super) fn record(recording: Recording) {
    if let Some(mut place) = recording_place() {
        *place = Some(recording);
        RECORDS.store(true, Ordering::SeqCst);
    }
}

/// Whether there is a recording.
pub(super) fn is_recording() -> bool {
    RECORDS.load(Ordering::SeqCst)
}

/// Does something with the recording, where there is one and nobody else is at it.
pub(super) fn with_recording<T>(act: impl FnOnce(&mut Recording) -> T) -> Option<T> {
    if !is_recording() {
        return None;
    }
    recording_place()?.as_mut().map(act)
}

/// Ends the recording.
pub(super) fn finish() {
    let recording = recording_place().and_then(|mut place| place.take());
    RECORDS.store(false, Ordering::SeqCst);
    if let Some(recording) = recording {
        recording.finish();
    }
}

/// Not waited for: the loop is alone with it but for a panic, which may have come while it was held.
fn recording_place() -> Option<MutexGuard<'static, Option<Recording>>> {
    match RECORDING.try_lock() {
        Ok(place) => Some(place),
        Err(TryLockError::Poisoned(place)) => Some(place.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_that_somebody_is_at_holds_nobody_up() {
        let held = RECORDING.lock().unwrap();
        RECORDS.store(true, Ordering::SeqCst);
        assert_eq!(with_recording(|_| ()), None);
        finish();
        assert!(!is_recording());
        drop(held);
    }

    #[test]
    fn a_terminal_that_is_not_ours_is_not_written_to() {
        assert!(!super::super::is_ours());
        assert_eq!(Output.write(b"\x1b[2J").unwrap(), 4);
        Output.flush().unwrap();
        write_unrecorded(b"\x1b[2J").unwrap();
    }
}
