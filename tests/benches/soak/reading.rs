//! The two programs that read: one in the shell, one on a screen.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::ledger::Ledger;
use crate::pty::{Launch, Program};
use crate::shell::{ACCOUNT, BINARY, command, in_background, pid_of};

/// What the explorer keeps, in MiB: little, so that it is full before the first minute is over.
const RING: u32 = 8;

/// A tail as a script runs it, and what it has written so far.
pub(crate) struct Tail {
    child: Child,
    seen: Arc<Mutex<Ledger>>,
    stderr: NamedTempFile,
}

impl Tail {
    pub(crate) fn start(url: &str, stream: &str) -> Self {
        let stderr = NamedTempFile::new().unwrap();
        let args = [
            "tail",
            stream,
            "--from",
            "trim-horizon",
            "--output",
            "jsonl",
            "--endpoint-url",
            url,
        ];
        let mut command = command(&args);
        command.envs(ACCOUNT).stderr(File::create(stderr.path()).unwrap());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let seen = Arc::new(Mutex::new(Ledger::default()));
        let noted = Arc::clone(&seen);
        in_background(move || {
            for line in lines.map_while(Result::ok) {
                let line: Value = serde_json::from_str(&line).unwrap();
                let text = |name: &str| line[name].as_str().unwrap().to_owned();
                let number = u32::try_from(line["data"]["n"].as_u64().unwrap()).unwrap();
                noted
                    .lock()
                    .unwrap()
                    .note(text("shard"), number, text("sequence"));
            }
        });
        Self { child, seen, stderr }
    }

    pub(crate) fn pid(&self) -> Pid {
        pid_of(self.child.id())
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().count()
    }

    /// Ends it; gives what it wrote, and how many lines of trouble.
    pub(crate) fn end(&mut self, signal: Signal) -> (Ledger, usize) {
        kill(self.pid(), signal).unwrap();
        let status = self.child.wait().unwrap();
        let troubles = std::fs::read_to_string(self.stderr.path()).unwrap();
        assert_eq!(status.code(), Some(130), "{troubles}");
        (
            std::mem::take(&mut *self.seen.lock().unwrap()),
            troubles.lines().count(),
        )
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // What has ended already need not be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The explorer with the stream's tail on its screen.
pub(crate) struct Explorer {
    program: Program,
    _config: NamedTempFile,
}

impl Explorer {
    pub(crate) fn start(url: &str, stream: &str) -> Self {
        let config = NamedTempFile::new().unwrap();
        std::fs::write(config.path(), format!("ring_mib = {RING}\n")).unwrap();
        let args = ["--endpoint-url", url, "--config", config.path().to_str().unwrap()];
        let launch = Launch::new(&args).size(120, 40);
        let launch = ACCOUNT
            .iter()
            .fold(launch, |launch, (name, value)| launch.env(name, value));
        let mut program = launch.start(Path::new(BINARY));
        program.wait_for(stream);
        program.keys(&format!("/{stream}\r"));
        program.keys("t");
        program.wait_for("live tail");
        Self {
            program,
            _config: config,
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        self.program.pid
    }

    /// Leaves it as a person does.
    pub(crate) fn leave(&mut self) {
        self.program.keys("q");
        assert_eq!(self.program.exit_code(), 0);
        self.program.assert_terminal_is_given_back();
    }
}
