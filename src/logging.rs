//! The log that `--log-file` asks for: which calls were made and how they ended, and what was written. Never payloads, never
//! credentials.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use thiserror::Error;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::edit::audit;
use crate::sanitize;

/// A log that cannot be written.
#[derive(Debug, Error)]
#[error("the log file {} cannot be written: {why}; check --log-file", sanitize::line(&file.display().to_string()))]
pub struct LogError {
    file: PathBuf,
    why: io::Error,
}

/// Starts it, appending to the file; without one nothing is logged.
pub fn start(file: Option<&Path>) -> Result<(), LogError> {
    let Some(file) = file else { return Ok(()) };
    let opened = File::options().create(true).append(true).open(file);
    let log = opened.map_err(|why| LogError {
        file: file.to_owned(),
        why,
    })?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(Gate(log)));
    tracing_subscriber::registry().with(lines).with(ours()).init();
    Ok(())
}

/// The SDK's own events can hold bodies, so only ours are written.
fn ours() -> Targets {
    Targets::new()
        .with_target("kinescope", LevelFilter::INFO)
        .with_target(audit::TARGET, LevelFilter::INFO)
}

/// Names and messages in the log come from outside, and a log is read on a terminal.
struct Gate<W>(W);

impl<W: Write> Write for Gate<W> {
    /// The subscriber writes an event as a whole, with its line end.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = sanitize::bytes(event.strip_suffix(b"\n").unwrap_or(event));
        writeln!(self.0, "{text}")?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn calls_and_writes_are_logged_and_what_libraries_say_is_not() {
        assert!(ours().would_enable("kinescope::source", &Level::INFO));
        assert!(ours().would_enable(audit::TARGET, &Level::INFO));
        for target in ["aws_smithy_runtime", "hyper"] {
            assert!(!ours().would_enable(target, &Level::ERROR));
        }
    }

    #[test]
    fn an_event_stays_on_its_line_and_acts_on_no_terminal() {
        let mut log = Vec::new();
        let event = b"session profile=a\nINFO forged \x1b[2J\n";
        Gate(&mut log).write_all(event).unwrap();
        assert_eq!(
            String::from_utf8(log).unwrap(),
            "session profile=a␊INFO forged ␛[2J\n"
        );
    }
}
