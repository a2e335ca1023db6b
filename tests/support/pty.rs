//! The program in a terminal of its own: keys go in, a screen comes out.
//!
//! Nothing here sleeps. A thread reads what the program writes, another learns what becomes of its process, and both wake
//! whoever waits.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long anything may take before the test fails. Generous, because the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(90);

/// What a frame ends with: the cursor stays hidden.
const END_OF_FRAME: &[u8] = b"\x1b[?25l";

/// How to run the program.
pub(crate) struct Launch {
    args: Vec<String>,
    env: Vec<(String, String)>,
    columns: u16,
    rows: u16,
}

impl Launch {
    /// With these arguments, in 100 columns and 30 rows, and in an environment that holds nothing of ours.
    pub(crate) fn new(args: &[&str]) -> Self {
        Self {
            args: args.iter().map(ToString::to_string).collect(),
            env: Vec::new(),
            columns: 100,
            rows: 30,
        }
    }

    /// With a variable more.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// In a terminal of this size.
    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        (self.columns, self.rows) = (columns, rows);
        self
    }

    /// Starts it.
    pub(crate) fn start(self, binary: &Path) -> Program {
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(binary);
        command.env_clear();
        command.cwd(home.path());
        command.env("HOME", home.path());
        command.env("XDG_CONFIG_HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        command.env("RUST_BACKTRACE", "0");
        command.args(&self.args);
        for (name, value) in &self.env {
            command.env(name, value);
        }
        let pair = native_pty_system()
            .openpty(pty_size(self.columns, self.rows))
            .unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        // Once the program has let go of its side too, reading ends.
        drop(pair.slave);
        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap());
        let watch = Arc::new(Watch::new(self.columns, self.rows));
        watch.read_from(pair.master.try_clone_reader().unwrap());
        watch.follow_process(pid);
        Program {
            keyboard: pair.master.take_writer().unwrap(),
            terminal: pair.master,
            pid,
            watch,
            _home: home,
        }
    }
}

/// A size as the terminal wants it.
pub(crate) fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Rows and columns of the picture of a terminal: vt100 can wrap a line only where there are two of each.
pub(crate) fn picture_size(columns: u16, rows: u16) -> (u16, u16) {
    (rows.max(2), columns.max(2))
}

/// What is known of the program from outside.
pub(crate) struct Known {
    pub(crate) parser: vt100::Parser,
    pub(crate) raw: Vec<u8>,
    pub(crate) life: Life,
    /// Whether all that it wrote has been read.
    read_all: bool,
}

impl Known {
    fn has_ended(&self) -> bool {
        matches!(self.life, Life::Ended(_) | Life::Killed(_))
    }

    fn is_over(&self) -> bool {
        self.read_all && self.has_ended()
    }
}

/// What becomes of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Running,
    Stopped,
    Ended(i32),
    Killed(Signal),
}

/// What is known, and the bell that rings when it changes.
pub(crate) struct Watch {
    known: Mutex<Known>,
    changed: Condvar,
}

impl Watch {
    fn new(columns: u16, rows: u16) -> Self {
        let (rows, columns) = picture_size(columns, rows);
        let known = Known {
            parser: vt100::Parser::new(rows, columns, 0),
            raw: Vec::new(),
            life: Life::Running,
            read_all: false,
        };
        Self {
            known: Mutex::new(known),
            changed: Condvar::new(),
        }
    }

    /// What is known, to look at or to change.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    fn learn(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known());
        self.changed.notify_all();
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "reading from a terminal blocks; the test goes on"
    )]
    fn read_from(self: &Arc<Self>, mut output: Box<dyn Read + Send>) {
        let watch = Arc::clone(self);
        std::thread::spawn(move || {
            let mut buffer = [0; 8 << 10];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                watch.learn(|known| {
                    known.raw.extend_from_slice(&buffer[..count]);
                    known.parser.process(&buffer[..count]);
                });
            }
            watch.learn(|known| known.read_all = true);
        });
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "waiting for a process blocks; the test goes on"
    )]
    fn follow_process(self: &Arc<Self>, pid: Pid) {
        let watch = Arc::clone(self);
        std::thread::spawn(move || {
            let changes = WaitPidFlag::WUNTRACED | WaitPidFlag::WCONTINUED;
            loop {
                let life = match waitpid(pid, Some(changes)) {
                    Ok(WaitStatus::Stopped(..)) => Life::Stopped,
                    Ok(WaitStatus::Exited(_, code)) => Life::Ended(code),
                    Ok(WaitStatus::Signaled(_, signal, _)) => Life::Killed(signal),
                    Ok(_) => Life::Running,
                    Err(_) => return,
                };
                watch.learn(|known| known.life = life);
            }
        });
    }

    /// Waits for something; a test that waits in vain fails with the screen, and at once where nothing more can come.
    pub(crate) fn wait(&self, what: &str, is_so: impl Fn(&Known) -> bool) -> MutexGuard<'_, Known> {
        let (known, _) = self
            .changed
            .wait_timeout_while(self.known(), DEADLINE, |known| !is_so(known) && !known.is_over())
            .unwrap();
        if !is_so(&known) {
            let (screen, life) = (known.parser.screen().contents(), known.life);
            // Whoever cleans up must be able to look at it too.
            drop(known);
            panic!("waited in vain for {what}; the program: {life:?}, the screen:\n{screen}");
        }
        known
    }
}

/// The program, running in a terminal. Dropping it ends it.
pub(crate) struct Program {
    pub(crate) terminal: Box<dyn MasterPty + Send>,
    pub(crate) pid: Pid,
    pub(crate) watch: Arc<Watch>,
    keyboard: Box<dyn Write + Send>,
    _home: TempDir,
}

impl Program {
    /// Presses keys, as the bytes that a terminal sends for them.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits until the text is somewhere on the screen.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen is as it should be.
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        drop(self.watch.wait(what, |known| is_so(known.parser.screen())));
    }

    /// The screen as it is now, between two frames.
    pub(crate) fn screen(&self) -> vt100::Screen {
        let whole = |known: &Known| known.life != Life::Running || known.raw.ends_with(END_OF_FRAME);
        self.watch
            .wait("the end of a frame", whole)
            .parser
            .screen()
            .clone()
    }

    /// Waits for the end of the program, and of what it wrote.
    pub(crate) fn exit_code(&self) -> i32 {
        match self.watch.wait("the program's end", Known::is_over).life {
            Life::Ended(code) => code,
            life => panic!("the program did not exit: {life:?}"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.watch.known().has_ended() {
            // It may end by itself just now.
            let _ = kill(self.pid, Signal::SIGKILL);
        }
    }
}
