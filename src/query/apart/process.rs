//! The process that runs a program for another: bounded in memory and stack by the system, in time by a thread that watches.
//!
//! Must not: write anything to stdout but its answers.

use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{FAILS, LATER, PASSES, TOO_LONG};
use crate::query::jq::Program;

/// Memory of the process, in bytes, its code among it.
const MEMORY: u64 = 1 << 30;
/// How often is looked whether it gets on.
const TICK: Duration = Duration::from_millis(100);
/// Ticks that a program may take for one input: one second.
const TICKS_AN_INPUT: u32 = 10;
/// Ticks after which the rest of a batch is left for the next.
const TICKS_A_BATCH: u32 = 20;

/// Runs the program that stdin begins with on what follows there, until stdin ends.
pub fn serve() -> ExitCode {
    limit(Resource::As, MEMORY);
    // A program that fails is nothing to examine.
    limit(Resource::Core, 0);
    match answer_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where the system does not let it, whatever limit it has holds.
fn limit(resource: Resource, most: u64) {
    let maximum = getrlimit(resource).maximum;
    let current = Some(maximum.map_or(most, |maximum| maximum.min(most)));
    let _ = setrlimit(resource, Rlimit { current, maximum });
}

fn answer_all() -> io::Result<()> {
    let mut asked = BufReader::with_capacity(64 << 10, io::stdin().lock());
    // Not buffered: the last input that is answered tells which one ended the process.
    let mut answers = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut bytes = Vec::new();
    read_frame(&mut asked, &mut bytes)?;
    let code = std::str::from_utf8(&bytes).map_err(io::Error::other)?;
    let program = Program::parse(code).map_err(io::Error::other)?;
    let watch = Watch::begin()?;
    while let Ok(inputs) = read_length(&mut asked) {
        watch.begin_batch();
        for place in 0..inputs {
            read_frame(&mut asked, &mut bytes)?;
            let answer = match place > 0 && watch.is_late() {
                true => LATER,
                false if watch.over(|| program.passes(&bytes)) => PASSES,
                false => FAILS,
            };
            answers.write_all(&[answer])?;
        }
        watch.end_batch();
    }
    Ok(())
}

fn read_length(asked: &mut impl Read) -> io::Result<u32> {
    let mut length = [0; 4];
    asked.read_exact(&mut length)?;
    Ok(u32::from_le_bytes(length))
}

fn read_frame(asked: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    let length = read_length(asked)?;
    bytes.clear();
    asked.take(u64::from(length)).read_to_end(bytes)?;
    Ok(())
}

/// What is being done, for the thread that watches.
struct Watch {
    progress: Arc<Progress>,
    watcher: thread::Thread,
}

#[derive(Default)]
struct Progress {
    /// Goes on by one when an input is begun and when it is done: odd while one is looked at.
    turn: AtomicU64,
    /// The batch; none while it is 0.
    batch: AtomicU64,
    batches: AtomicU64,
    late: AtomicBool,
}

impl Watch {
    fn begin() -> io::Result<Self> {
        let progress = Arc::new(Progress::default());
        let watched = Arc::clone(&progress);
        let thread = thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watched.watch())?;
        Ok(Self {
            progress,
            watcher: thread.thread().clone(),
        })
    }

    fn begin_batch(&self) {
        let number = self.progress.batches.fetch_add(1, Ordering::Relaxed) + 1;
        self.progress.late.store(false, Ordering::Relaxed);
        self.progress.batch.store(number, Ordering::Relaxed);
        self.watcher.unpark();
    }

    fn end_batch(&self) {
        self.progress.batch.store(0, Ordering::Relaxed);
    }

    fn is_late(&self) -> bool {
        self.progress.late.load(Ordering::Relaxed)
    }

    fn over<T>(&self, look: impl FnOnce() -> T) -> T {
        self.progress.turn.fetch_add(1, Ordering::Relaxed);
        let seen = look();
        self.progress.turn.fetch_add(1, Ordering::Relaxed);
        seen
    }
}

impl Progress {
    /// Ends the process when one input takes too long. Sleeps while nothing is asked.
    fn watch(&self) {
        let (mut turn, mut on_input) = (0, 0);
        let (mut batch, mut on_batch) = (0, 0);
        loop {
            match self.batch.load(Ordering::Relaxed) {
                0 => thread::park(),
                _ => thread::park_timeout(TICK),
            }
            on_input = ticks(&mut turn, self.turn.load(Ordering::Relaxed), on_input);
            on_batch = ticks(&mut batch, self.batch.load(Ordering::Relaxed), on_batch);
            if turn % 2 == 1 && on_input >= TICKS_AN_INPUT {
                let _ = writeln!(io::stderr(), "{TOO_LONG}");
                std::process::exit(1);
            }
            if batch != 0 && on_batch == TICKS_A_BATCH {
                self.late.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// For how many ticks it has been the same.
fn ticks(last: &mut u64, now: u64, before: u32) -> u32 {
    if std::mem::replace(last, now) == now {
        before + 1
    } else {
        0
    }
}
