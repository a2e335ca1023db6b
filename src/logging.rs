//! The log that `--log-file` asks for: which calls were made and how they ended, and what was written. Never payloads, never
//! credentials.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use thiserror::Error;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::edit::audit;
use crate::sanitize;

/// How large the file becomes, in bytes.
const LARGEST: u64 = 8 << 20;

/// Where the log is. Static, because a panic hook owns nothing.
static PLACE: OnceLock<PathBuf> = OnceLock::new();
/// Why it could not be written, until that is told. Whoever logs cannot be told, so that somebody asks here.
static TROUBLE: Mutex<Trouble> = Mutex::new(Trouble::Never);

/// Whether the log could be written so far.
#[derive(Debug)]
enum Trouble {
    Never,
    Untold(String),
    Told,
}

impl Trouble {
    /// Notes why; the first reason is the one that is told.
    fn note(&mut self, why: &io::Error) {
        if matches!(self, Self::Never) {
            *self = Self::Untold(format!("the log file cannot be written: {why}"));
        }
    }

    fn take(&mut self) -> Option<String> {
        match std::mem::replace(self, Self::Told) {
            Self::Untold(why) => Some(why),
            before => {
                *self = before;
                None
            }
        }
    }
}

/// Why the log could not be written; told once.
pub fn take_trouble() -> Option<String> {
    TROUBLE.lock().unwrap_or_else(PoisonError::into_inner).take()
}

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
    let log = Rotating::open(file, LARGEST).map_err(|why| LogError {
        file: file.to_owned(),
        why,
    })?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(Gate(log)))
        // Nobody but this module may write to the terminal; what cannot be written is told at the end.
        .log_internal_errors(false);
    tracing_subscriber::registry().with(lines).with(ours()).init();
    // It is started once.
    let _ = PLACE.set(file.to_owned());
    Ok(())
}

/// The file that is written to, where one is.
pub fn place() -> Option<&'static Path> {
    PLACE.get().map(PathBuf::as_path)
}

/// Writes lines of a panic to the log, past the writer of all others: that may be just what has panicked.
pub fn append(lines: &str) {
    let Some(file) = place() else { return };
    #[expect(clippy::disallowed_methods, reason = "nothing passes the time to a panic")]
    let time = jiff::Timestamp::now();
    if let Ok(mut log) = File::options().append(true).open(file) {
        for line in lines.lines() {
            // The terminal has the report as well.
            let _ = writeln!(log, "{time} ERROR kinescope: {}", sanitize::line(line));
        }
    }
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
        let mut line = sanitize::bytes(event.strip_suffix(b"\n").unwrap_or(event));
        line.push('\n');
        if let Err(why) = self.0.write_all(line.as_bytes()) {
            TROUBLE.lock().unwrap_or_else(PoisonError::into_inner).note(&why);
            return Err(why);
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A file that gives way to a new one before it grows too large; the last one stays beside it, with `.1` to its name. Only
/// its owner may read it: it holds names of records.
struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
    largest: u64,
}

impl Rotating {
    fn open(path: &Path, largest: u64) -> io::Result<Self> {
        let file = File::options().create(true).append(true).mode(0o600).open(path)?;
        Ok(Self {
            path: path.to_owned(),
            size: file.metadata()?.len(),
            file,
            largest,
        })
    }

    /// What is no plain file, such as a terminal or a pipe, cannot be put aside.
    fn turn_over(&mut self) -> io::Result<()> {
        if self.file.metadata()?.is_file() {
            let mut aside = self.path.clone().into_os_string();
            aside.push(".1");
            std::fs::rename(&self.path, aside)?;
            *self = Self::open(&self.path, self.largest)?;
        }
        Ok(())
    }
}

impl Write for Rotating {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_full = self.size > 0 && self.size + bytes.len() as u64 > self.largest;
        if is_full && self.turn_over().is_err() {
            // A file that cannot be put aside goes on, and is tried again when as much has been added.
            self.size = 0;
        }
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
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

    #[test]
    fn a_log_that_is_full_is_put_aside_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        let mut log = Gate(Rotating::open(&path, 10).unwrap());
        for event in ["one\n", "two\n", "three\n"] {
            log.write_all(event.as_bytes()).unwrap();
        }
        assert_eq!(
            (read("log.1"), read("log")),
            ("one\ntwo\n".to_owned(), "three\n".to_owned())
        );
        // A later program goes on where this one stopped.
        let mut log = Gate(Rotating::open(&path, 10).unwrap());
        log.write_all(b"four\n").unwrap();
        assert_eq!(
            (read("log.1"), read("log")),
            ("three\n".to_owned(), "four\n".to_owned())
        );
    }

    #[test]
    fn a_log_that_cannot_be_put_aside_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        // No file can take the name of a folder that holds something.
        std::fs::create_dir_all(folder.path().join("log.1/in the way")).unwrap();
        let mut log = Gate(Rotating::open(&path, 10).unwrap());
        for event in ["one\n", "two\n", "three\n"] {
            log.write_all(event.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
    }

    #[test]
    fn a_log_that_cannot_be_written_is_told_once() {
        let mut trouble = Trouble::Never;
        assert_eq!(trouble.take(), None);
        trouble.note(&io::Error::other("first"));
        trouble.note(&io::Error::other("second"));
        assert_eq!(
            trouble.take().as_deref(),
            Some("the log file cannot be written: first")
        );
        trouble.note(&io::Error::other("third"));
        assert_eq!(trouble.take(), None);
    }
}
