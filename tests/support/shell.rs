//! The program without a terminal, as scripts run it, and its endpoint as other clients see it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The program that is tested.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_kinescope");
/// Credentials that open nothing, and a region.
pub(crate) const ACCOUNT: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_REGION", "us-east-1"),
];
/// How long a command may take.
const DEADLINE: Duration = Duration::from_secs(90);

/// The program as a command in an environment that holds nothing of ours, and where no instance tells of itself.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(Path::new(BINARY));
    command
        .args(args)
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Waits for a command's end and what it wrote.
pub(crate) fn finish(child: Child) -> Output {
    let pid = child.id();
    let (sender, receiver) = mpsc::channel();
    in_background(move || sender.send(child.wait_with_output()).unwrap());
    receiver.recv_timeout(DEADLINE).map_or_else(
        |_| {
            kill(pid_of(pid), Signal::SIGKILL).unwrap();
            panic!("the command has not ended after {DEADLINE:?}")
        },
        Result::unwrap,
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "waiting for a process blocks; the test keeps its deadline"
)]
pub(crate) fn in_background(work: impl FnOnce() + Send + 'static) {
    std::thread::spawn(work);
}

/// A child's number, as signals want it.
pub(crate) fn pid_of(id: u32) -> Pid {
    Pid::from_raw(i32::try_from(id).unwrap())
}

/// A running `kinescope demo --serve`; dropping it ends it.
pub(crate) struct Served {
    child: Option<Child>,
    _stdout: BufReader<ChildStdout>,
    /// The first line that it printed.
    pub(crate) greeting: String,
}

impl Served {
    /// Starts it, and waits until it says where it listens.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(more: &[&str]) -> Self {
        let mut child = command(&[&["demo", "--serve"], more].concat()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        stdout.read_line(&mut greeting).unwrap();
        Self {
            child: Some(child),
            _stdout: stdout,
            greeting,
        }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        self.greeting.trim_end().rsplit(' ').next().unwrap()
    }

    /// Sends it a signal, and waits for its end.
    pub(crate) fn end(mut self, signal: Signal) -> Output {
        let child = self.child.take().unwrap();
        kill(pid_of(child.id()), signal).unwrap();
        finish(child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // What has ended already need not be ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Calls a service at an endpoint, in JSON over plain HTTP; gives the whole answer.
pub(crate) fn call(url: &str, target: &str, body: &str) -> String {
    let headers = format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.1\r\n");
    request(url, "POST /", &headers, body)
}

/// Makes a request without any client library; gives the whole answer.
pub(crate) fn request(url: &str, line: &str, headers: &str, body: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(DEADLINE)).unwrap();
    let length = body.len();
    write!(
        connection,
        "{line} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}
