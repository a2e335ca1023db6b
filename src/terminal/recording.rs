//! A recording of what goes to the terminal, as an asciicast v2 (docs.asciinema.org, "asciicast v2"): a header, then an event a line.
//!
//! What is written is handed to a thread of the recording's own, which a slow disk may hold up as long as it likes. Lines go to
//! the file whole, so that a process that is killed leaves one that can be played up to there.
//!
//! Must not: delay a frame, or end the program. Where the file cannot be written any more the recording ends, and says so.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;

use crate::model::Size;
use crate::{redact, sanitize};

/// Events that may wait to be written; each is a frame at most.
const CHANNEL: usize = 256;
/// Bytes that are put together before they are written.
const TOGETHER: usize = 256 << 10;
/// How long the end of the program waits for a disk.
const PATIENCE: Duration = Duration::from_secs(2);
/// Seconds that a player shows of a time in which nothing happens.
const IDLE: f64 = 5.0;

/// Why there can be no recording.
#[derive(Debug, Error)]
pub enum RecordError {
    /// There is something at its place already.
    #[error("{} is there already and is not written over; give --record another name", sanitize::line(&.0.display().to_string()))]
    Exists(PathBuf),
    /// The file cannot be made.
    #[error("{} cannot be written: {why}; check --record", sanitize::line(&file.display().to_string()))]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// Why.
        why: io::Error,
    },
}

/// What is said at the beginning.
#[derive(Clone, Debug)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// The terminal's size.
    pub size: Size,
    /// What the recording is called.
    pub title: String,
}

/// The first line.
#[derive(Serialize)]
struct Header {
    version: u8,
    width: u16,
    height: u16,
    timestamp: i64,
    idle_time_limit: f64,
    title: String,
    env: Environment,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Environment {
    term: String,
    shell: String,
}

/// What happened, and when since the beginning.
enum Event {
    Output(Vec<u8>),
    Resized(Size),
    Marked(String),
}

/// A recording that goes on. Dropping it ends it without waiting.
pub(super) struct Recording {
    events: Option<SyncSender<(Duration, Event)>>,
    ended: Receiver<()>,
    clock: Box<dyn Fn() -> Duration + Send>,
    begun: Duration,
    /// Time in which the terminal was somebody else's.
    left_out: Duration,
    paused: Option<Duration>,
    size: Size,
    trouble: Arc<Mutex<Option<String>>>,
}

/// Makes the file, which only its owner may read.
pub(super) fn create(file: &Path) -> Result<File, RecordError> {
    let made = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    made.map_err(|why| match why.kind() {
        io::ErrorKind::AlreadyExists => RecordError::Exists(file.to_owned()),
        _ => RecordError::Unwritable {
            file: file.to_owned(),
            why,
        },
    })
}

impl Recording {
    /// Begins.
    pub(super) fn begin(
        file: File,
        opening: &Opening,
        clock: impl Fn() -> Duration + Send + 'static,
    ) -> io::Result<Self> {
        let (events, heard) = sync_channel(CHANNEL);
        let (tell_end, ended) = sync_channel(1);
        let trouble = Arc::new(Mutex::new(None));
        let header = header(opening);
        let told = Arc::clone(&trouble);
        let write = move || {
            if let Err(why) = write_all(file, header, &heard) {
                tell(&told, &format!("the recording has ended: {why}"));
            }
            // Nobody may be waiting.
            let _ = tell_end.try_send(());
        };
        std::thread::Builder::new()
            .name("recording".to_owned())
            .spawn(write)?;
        Ok(Self {
            begun: clock(),
            events: Some(events),
            ended,
            clock: Box::new(clock),
            left_out: Duration::ZERO,
            paused: None,
            size: opening.size,
            trouble,
        })
    }

    /// Takes in what went to the terminal.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.send(Event::Output(bytes.to_vec()));
        }
    }

    /// Takes in the size that the terminal has now.
    pub(super) fn resize(&mut self, size: Size) {
        if self.size != size {
            self.size = size;
            self.send(Event::Resized(size));
        }
    }

    /// Marks this moment, so that a player can jump to it.
    pub(super) fn mark(&mut self, label: &str) {
        self.send(Event::Marked(label.to_owned()));
    }

    /// The terminal is somebody else's from now on, and time stands still.
    pub(super) fn pause(&mut self) {
        self.paused = Some((self.clock)());
    }

    /// The terminal is ours again.
    pub(super) fn resume(&mut self) {
        if let Some(since) = self.paused.take() {
            self.left_out += (self.clock)().saturating_sub(since);
        }
    }

    /// Why it has ended before the program did; told once.
    pub(super) fn take_trouble(&self) -> Option<String> {
        lock(&self.trouble).take()
    }

    /// Ends it, and waits a moment for the disk.
    pub(super) fn finish(mut self) {
        self.events = None;
        // A disk that hangs does not keep the program.
        let _ = self.ended.recv_timeout(PATIENCE);
    }

    fn send(&mut self, event: Event) {
        let now = self.paused.unwrap_or_else(|| (self.clock)());
        let at = now.saturating_sub(self.begun + self.left_out);
        let Some(events) = &self.events else { return };
        match events.try_send((at, event)) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => {
                tell(&self.trouble, "the recording has ended: its disk is too slow");
            }
            // The thread has told why.
            Err(TrySendError::Disconnected(_)) => {}
        }
        self.events = None;
    }
}

fn lock<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell(trouble: &Mutex<Option<String>>, why: &str) {
    lock(trouble).get_or_insert_with(|| sanitize::line(why).into_owned());
}

fn header(opening: &Opening) -> String {
    let variable = |name: &str| {
        let value = std::env::var(name).unwrap_or_default();
        redact::process::mask(&value).into_owned()
    };
    let header = Header {
        version: 2,
        width: opening.size.width,
        height: opening.size.height,
        timestamp: opening.at.as_second(),
        idle_time_limit: IDLE,
        title: sanitize::line(&opening.title).into_owned(),
        env: Environment {
            term: variable("TERM"),
            shell: variable("SHELL"),
        },
    };
    // Numbers and texts can always be written.
    serde_json::to_string(&header).unwrap_or_default() + "\n"
}

/// Writes until there is no more to come. What is waiting goes out together; a file that is full is cut after its last whole
/// line.
fn write_all(mut file: File, header: String, heard: &Receiver<(Duration, Event)>) -> io::Result<()> {
    let mut lines = Lines {
        text: header,
        rest: Vec::new(),
    };
    let mut whole = 0;
    loop {
        while lines.text.len() < TOGETHER
            && let Ok((at, event)) = heard.try_recv()
        {
            lines.push(at, event);
        }
        if let Err(why) = file.write_all(lines.text.as_bytes()) {
            // It is what it was before, if even that works.
            let _ = file.set_len(whole);
            return Err(why);
        }
        whole += lines.text.len() as u64;
        lines.text.clear();
        match heard.recv() {
            Ok((at, event)) => lines.push(at, event),
            Err(_) => return Ok(()),
        }
    }
}

/// Events as lines. A character that is cut by the end of an output waits for its rest.
struct Lines {
    text: String,
    rest: Vec<u8>,
}

impl Lines {
    fn push(&mut self, at: Duration, event: Event) {
        match event {
            Event::Output(bytes) => {
                let text = self.whole_characters(bytes);
                if !text.is_empty() {
                    self.line(at, "o", &text);
                }
            }
            Event::Resized(size) => self.line(at, "r", &format!("{}x{}", size.width, size.height)),
            Event::Marked(label) => self.line(at, "m", &sanitize::line(&label)),
        }
    }

    fn line(&mut self, at: Duration, code: &str, data: &str) {
        use std::fmt::Write as _;
        let (seconds, micros) = (at.as_secs(), at.subsec_micros());
        let data = serde_json::Value::from(data);
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "[{seconds}.{micros:06}, \"{code}\", {data}]");
    }

    /// What is no UTF-8 at all becomes `�`, which is what a terminal shows for it.
    fn whole_characters(&mut self, bytes: Vec<u8>) -> String {
        let mut all = std::mem::take(&mut self.rest);
        all.extend(bytes);
        let cut = cut_off(&all);
        self.rest = all.split_off(all.len() - cut);
        String::from_utf8_lossy(&all).into_owned()
    }
}

/// How many bytes at the end are the beginning of a character that is not all there.
fn cut_off(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last().map(|chunk| chunk.invalid());
    let Some(invalid) = last.filter(|invalid| !invalid.is_empty()) else {
        return 0;
    };
    match std::str::from_utf8(invalid) {
        Err(error) if error.error_len().is_none() => invalid.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening() -> Opening {
        Opening {
            at: "2026-03-02T14:02:11Z".parse().unwrap(),
            size: Size {
                width: 80,
                height: 24,
            },
            title: "kinescope \u{1b} 123".to_owned(),
        }
    }

    fn recorded(act: impl FnOnce(&mut Recording, &Arc<Mutex<Duration>>)) -> Vec<serde_json::Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cast");
        let time = Arc::new(Mutex::new(Duration::from_secs(100)));
        let told = Arc::clone(&time);
        let clock = move || *told.lock().unwrap();
        let mut recording = Recording::begin(create(&path).unwrap(), &opening(), clock).unwrap();
        act(&mut recording, &time);
        recording.finish();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with('\n'));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn what_was_written_is_told_with_its_time() {
        let lines = recorded(|recording, time| {
            recording.write(b"\x1b[2Jone");
            *time.lock().unwrap() += Duration::from_micros(1_500_001);
            recording.resize(opening().size);
            recording.resize(Size {
                width: 100,
                height: 30,
            });
            recording.mark("two");
        });
        assert_eq!(lines[0]["version"], 2);
        assert_eq!(
            (&lines[0]["width"], &lines[0]["height"]),
            (&80.into(), &24.into())
        );
        assert_eq!(lines[0]["timestamp"], 1_772_460_131);
        assert_eq!(lines[0]["title"], "kinescope ␛ 123");
        assert!(lines[0]["env"]["TERM"].is_string() && lines[0]["env"]["SHELL"].is_string());
        let events: Vec<_> = lines[1..].iter().map(ToString::to_string).collect();
        assert_eq!(
            events,
            [
                r#"[0.000000,"o","\u001b[2Jone"]"#,
                r#"[1.500001,"r","100x30"]"#,
                r#"[1.500001,"m","two"]"#
            ]
        );
    }

    #[test]
    fn a_character_is_never_cut_in_two() {
        let text = "a東b😀c\u{301}";
        let lines = recorded(|recording, _| text.bytes().for_each(|byte| recording.write(&[byte])));
        let told: Vec<_> = lines[1..].iter().map(|line| line[2].as_str().unwrap()).collect();
        assert!(told.iter().all(|part| !part.contains('\u{fffd}')));
        assert_eq!(told.concat(), text);
    }

    #[test]
    fn what_is_no_character_delays_nothing() {
        let lines = recorded(|recording, _| {
            recording.write(b"a\xff");
            recording.write(b"b");
        });
        assert_eq!((&lines[1][2], &lines[2][2]), (&"a\u{fffd}".into(), &"b".into()));
    }

    #[test]
    fn time_stands_still_while_the_terminal_is_lent() {
        let lines = recorded(|recording, time| {
            *time.lock().unwrap() += Duration::from_secs(1);
            recording.pause();
            recording.write(b"leaving");
            *time.lock().unwrap() += Duration::from_mins(10);
            recording.write(b"back");
            recording.resume();
            *time.lock().unwrap() += Duration::from_secs(1);
            recording.write(b"on");
        });
        let times: Vec<_> = lines[1..].iter().map(|line| line[0].to_string()).collect();
        assert_eq!(times, ["1.000000", "1.000000", "2.000000"]);
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cast");
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(create(&path), Err(RecordError::Exists(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        let nowhere = folder.path().join("no/a.cast");
        assert!(matches!(create(&nowhere), Err(RecordError::Unwritable { .. })));
    }

    #[test]
    fn a_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cast");
        let mode = create(&path).unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_disk_that_is_full_ends_the_recording_and_is_told_once() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut recording = Recording::begin(full, &opening(), || Duration::ZERO).unwrap();
        recording.ended.recv().unwrap();
        recording.write(b"x");
        let told = recording.take_trouble().unwrap();
        assert!(
            told.starts_with("the recording has ended: No space left"),
            "{told}"
        );
        recording.write(b"y");
        assert_eq!(recording.take_trouble(), None);
    }
}
