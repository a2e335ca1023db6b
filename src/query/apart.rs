//! Programs in a process of their own: one that calls itself without an end, never ends or takes all memory ends that
//! process and not this one.
//!
//! The process is told the program, and then inputs in batches; it answers each input with a byte as soon as it knows, so
//! that it is known which input it ended with. Must not: read a clock; the process watches itself.

mod process;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, Read as _, Write};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::FilterError;
use super::jq::Program;
use crate::sanitize;

pub use process::serve;

/// The only argument of such a process.
pub const WORD: &str = "__jq";

/// Inputs that are asked about at once. All their answers fit into a pipe, so that neither side waits for the other to read.
const BATCH: usize = 4096;
/// A program that was stopped on so many inputs in a row is not run any more.
const STOPS: u32 = 3;

const PASSES: u8 = b'+';
const FAILS: u8 = b'-';
/// The batch took so long that this one was not looked at.
const LATER: u8 = b'~';

/// What such a process says when it ends itself.
const TOO_LONG: &str = "too long";
/// What is on its last lines, and what that means.
const REASONS: [(&str, &str); 4] = [
    (TOO_LONG, "it took longer than 1 s"),
    ("overflowed its stack", "it calls itself too deep"),
    ("memory allocation of", "it took more than 1 GiB of memory"),
    ("capacity overflow", "it took more than 1 GiB of memory"),
];

static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();

/// From now on programs run in processes of this executable, which calls [`serve`] where its only argument is [`WORD`]. Where
/// this is not said they run in this process, without bounds.
pub fn run_programs_apart(executable: PathBuf) {
    let _ = EXECUTABLE.set(executable);
}

/// A program that was stopped, which says nothing of whether the records pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// On how many records it was stopped, or not run any more.
    pub records: u64,
    /// Why it was.
    pub why: String,
    /// Whether it is not run any more.
    pub given_up: bool,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = if self.records == 1 { "record" } else { "records" };
        let end = if self.given_up {
            " and is not run any more"
        } else {
            ""
        };
        let (count, why) = (self.records, &self.why);
        write!(f, "the jq program was stopped on {count} {records}{end}: {why}")
    }
}

/// What a program said of inputs.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Whether each passes; those at the end that were not looked at are missing.
    pub(super) passed: Vec<bool>,
    pub(super) stopped: Option<Stopped>,
}

/// A program, and the process that runs it.
#[derive(Debug)]
pub(super) struct Guarded {
    code: String,
    program: Program,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    process: Option<Process>,
    /// On how many inputs in a row it was stopped.
    stops: u32,
    /// Why it was stopped last.
    why: String,
}

impl Guarded {
    /// Reads a program; a mistake is told with its place in `code`.
    pub(super) fn parse(code: &str) -> Result<Self, FilterError> {
        Ok(Self {
            code: code.to_owned(),
            program: Program::parse(code)?,
            state: Mutex::default(),
        })
    }

    /// Asks about so many inputs, each the text of a JSON value, up to one on which it is stopped. At least the first is looked
    /// at.
    pub(super) fn judge<'a>(&self, inputs: usize, input: impl Fn(usize) -> Cow<'a, [u8]>) -> Judged {
        let Some(executable) = EXECUTABLE.get() else {
            return Judged {
                passed: (0..inputs).map(|n| self.program.passes(&input(n))).collect(),
                stopped: None,
            };
        };
        let mut state = self.state();
        let mut judged = Judged::default();
        while judged.passed.len() < inputs && state.stops < STOPS {
            let begun = judged.passed.len();
            let asked = (inputs - begun).min(BATCH);
            let Some(answers) = state.ask(executable, &self.code, asked, |n| input(begun + n)) else {
                break;
            };
            let looked_at = answers.iter().take_while(|answer| **answer != LATER);
            judged.passed.extend(looked_at.map(|answer| *answer == PASSES));
            if answers.len() < asked {
                judged.stop(&state.why);
                break;
            }
            if answers.contains(&LATER) {
                break;
            }
        }
        if state.stops >= STOPS {
            judged.give_up(inputs, &state.why);
        }
        judged
    }

    /// Nothing is left half done by a thread that panics.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Answers of the process that runs already, or of a new one: fewer than it was asked for where it has ended, and none at
    /// all where it cannot be started.
    fn ask<'a>(
        &mut self,
        executable: &Path,
        code: &str,
        inputs: usize,
        input: impl Fn(usize) -> Cow<'a, [u8]>,
    ) -> Option<Vec<u8>> {
        let running = self.process.take();
        let started = running.map_or_else(|| Process::start(executable, code), Ok);
        let mut process = match started {
            Ok(process) => process,
            Err(error) => {
                self.stops = STOPS;
                self.why = format!("its process cannot be started: {error}");
                return None;
            }
        };
        let answers = process.ask(inputs, input);
        if answers.len() < inputs {
            self.stops = if answers.is_empty() { self.stops + 1 } else { 1 };
            self.why = process.end();
        } else {
            self.stops = 0;
            self.process = Some(process);
        }
        Some(answers)
    }
}

impl Judged {
    /// The next input got no answer.
    fn stop(&mut self, why: &str) {
        self.leave_out(self.passed.len() + 1, why, false);
    }

    /// None of the rest is asked about.
    fn give_up(&mut self, inputs: usize, why: &str) {
        self.leave_out(inputs, why, true);
    }

    /// Those up to this one do not pass, because it is not known whether they do.
    fn leave_out(&mut self, inputs: usize, why: &str, given_up: bool) {
        let before = self.stopped.take().map_or(0, |stopped| stopped.records);
        let left_out = inputs.saturating_sub(self.passed.len());
        self.passed.resize(inputs, false);
        self.stopped = (before + left_out as u64 > 0).then(|| Stopped {
            records: before + left_out as u64,
            why: why.to_owned(),
            given_up,
        });
    }
}

/// A process that runs one program.
#[derive(Debug)]
struct Process {
    child: Child,
    asks: BufWriter<ChildStdin>,
}

impl Process {
    fn start(executable: &Path, code: &str) -> io::Result<Self> {
        let mut child = Command::new(executable)
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // What is typed at the terminal is meant for this process.
            .process_group(0)
            .spawn()?;
        let asks = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut asks = BufWriter::with_capacity(64 << 10, asks);
        frame(&mut asks, code.as_bytes())?;
        Ok(Self { child, asks })
    }

    /// Its answers: fewer than it was asked for where it has ended.
    fn ask<'a>(&mut self, inputs: usize, input: impl Fn(usize) -> Cow<'a, [u8]>) -> Vec<u8> {
        // One that has ended takes no more, but what it answered before is still there.
        let _ = self.tell(inputs, input);
        let mut answers = Vec::with_capacity(inputs);
        if let Some(told) = &mut self.child.stdout {
            let _ = told.take(inputs as u64).read_to_end(&mut answers);
        }
        answers
    }

    fn tell<'a>(&mut self, inputs: usize, input: impl Fn(usize) -> Cow<'a, [u8]>) -> io::Result<()> {
        self.asks.write_all(&length(inputs)?)?;
        for number in 0..inputs {
            frame(&mut self.asks, &input(number))?;
        }
        self.asks.flush()
    }

    /// Why it ended.
    fn end(mut self) -> String {
        let mut said = String::new();
        if let Some(stderr) = &mut self.child.stderr {
            let _ = stderr.read_to_string(&mut said);
        }
        let known = REASONS.iter().find(|(words, _)| said.contains(words));
        match (known, self.child.wait()) {
            (Some((_, why)), _) => (*why).to_owned(),
            (None, Ok(status)) => format!("its process ended, {status}"),
            (None, Err(error)) => sanitize::line(&error.to_string()).into_owned(),
        }
    }
}

impl Drop for Process {
    /// Nobody waits for its answers any more.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn frame(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&length(bytes.len())?)?;
    out.write_all(bytes)
}

fn length(length: usize) -> io::Result<[u8; 4]> {
    let length = u32::try_from(length).map_err(io::Error::other)?;
    Ok(length.to_le_bytes())
}
