//! Credential processes: run without a terminal and for a bounded time.
//!
//! The SDK's provider hands down the terminal's input. A program that asks there for a code would take the keys of this one and
//! wait unseen. So it gets no input, and a session of its own, in which there is no terminal to open; a process of this program
//! begins that session before it becomes the shell, because this program cannot do it for another.
//!
//! Must not: tell anything of what such a program wrote to stdout, nor the log of what it wrote to stderr.

use std::env;
use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{ExitCode, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_async::time::{SystemTimeSource, TimeSource as _};
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process_group, setsid};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::secrets;

/// The first argument of the process that becomes the shell; the second is the command.
pub const WORD: &str = "__credential_process";
/// How long a program may take: as long as a person may need in a browser.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long is listened for more once a program has ended.
const GRACE: Duration = Duration::from_millis(300);
/// Bytes that a program may write to stdout. Credentials have a few thousand.
const DOCUMENT: u64 = 64 * 1024;
/// Bytes of what a program says on stderr that are kept.
const BEGINNING: u64 = 8 * 1024;

static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();

/// From now on credential processes are begun by processes of this executable, which calls [`serve`] where its first argument
/// is [`WORD`]. Where this is not said they share the terminal's session.
pub fn run_processes_apart(executable: PathBuf) {
    let _ = EXECUTABLE.set(executable);
}

/// Becomes the shell that runs the command, in a session without a terminal.
pub fn serve() -> ExitCode {
    let command = env::args_os().nth(2).unwrap_or_default();
    // It fails only for a process that leads a group already, and then it has no terminal either.
    let _ = setsid();
    let error = std::process::Command::new("sh").arg("-c").arg(command).exec();
    let _ = writeln!(io::stderr(), "sh cannot be run: {error}");
    ExitCode::FAILURE
}

/// Runs a command and reads the credentials that it writes.
pub(super) async fn run(command: &str) -> Result<Credentials, CredentialsError> {
    let output = output_of(command, PATIENCE).await?;
    if !output.status.success() {
        return Err(ended(&output).into());
    }
    read(&output.stdout, SystemTimeSource::new().now()).map_err(|why| failed(&why))
}

async fn output_of(command: &str, patience: Duration) -> Result<Output, CredentialsError> {
    let mut shell = shell(command);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = shell
        .spawn()
        .map_err(|error| failed(&format!("it cannot be run: {error}")))?;
    let mut group = Group(child.id());
    let output = tokio::time::timeout(patience, heard(&mut child)).await;
    let Ok(heard) = output else {
        return Err(failed(&format!(
            "it had not ended after {} s; nothing it asks for can be typed here",
            patience.as_secs()
        )));
    };
    let heard = heard.map_err(|error| failed(&error.to_string()))?;
    if heard.is_all {
        group.0 = None;
    }
    Ok(heard.output)
}

/// What a program said until it ended.
struct Heard {
    output: Output,
    /// Whether nobody can say more: a process that it left behind may still hold what it wrote to.
    is_all: bool,
}

/// Listens until the program itself has ended, and then no longer than it takes to read what is there.
async fn heard(child: &mut Child) -> io::Result<Heard> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let pipes = (child.stdout.take(), child.stderr.take());
    let is_all;
    let status = {
        let listening = async {
            tokio::try_join!(
                read_document(pipes.0, &mut stdout),
                read_beginning(pipes.1, &mut stderr)
            )
        };
        tokio::pin!(listening);
        tokio::select! {
            said = &mut listening => {
                said?;
                is_all = true;
                child.wait().await?
            }
            status = child.wait() => {
                let rest = tokio::time::timeout(GRACE, listening).await;
                is_all = rest.is_ok();
                rest.unwrap_or(Ok(((), ())))?;
                status?
            }
        }
    };
    let output = Output {
        status,
        stdout,
        stderr,
    };
    Ok(Heard { output, is_all })
}

async fn read_document(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(from) = from else { return Ok(()) };
    from.take(DOCUMENT + 1).read_to_end(into).await?;
    if into.len() as u64 > DOCUMENT {
        let words = format!(
            "it was ended: it wrote more than {} KiB to stdout",
            DOCUMENT / 1024
        );
        return Err(io::Error::other(words));
    }
    Ok(())
}

/// A program may tell much of what it does, of which the beginning is kept.
async fn read_beginning(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    (&mut from).take(BEGINNING).read_to_end(into).await?;
    tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(())
}

/// What becomes the shell that runs a command.
fn shell(command: &str) -> Command {
    if let Some(executable) = EXECUTABLE.get() {
        let mut shell = Command::new(executable);
        shell.args([WORD, command]);
        return shell;
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).process_group(0);
    shell
}

/// What the program began is ended with it when nobody waits any more.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.0.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(leader) = leader {
            // It may have ended by itself just now.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

fn failed(why: &str) -> CredentialsError {
    CredentialsError::provider_error(why.to_owned())
}

/// How a program ended that gave nothing, and what it said about that: for the screen, not for the log.
#[derive(Debug)]
pub(super) struct Ended {
    how: String,
    /// The first line, with what may be secret masked; empty where it said nothing.
    pub(super) said: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.how)
    }
}

impl Error for Ended {}

impl From<Ended> for CredentialsError {
    fn from(ended: Ended) -> Self {
        Self::provider_error(ended)
    }
}

fn ended(output: &Output) -> Ended {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let line = secrets::masked(line.trim());
    let status = output.status;
    Ended {
        how: if line.is_empty() {
            format!("{status}, and it said nothing")
        } else {
            status.to_string()
        },
        said: line,
    }
}

/// The document that the SDK reference guide describes under "Process credential provider". The names are told apart as the
/// SDK does, without regard to capitals.
fn read(text: &[u8], now: SystemTime) -> Result<Credentials, String> {
    // What it holds is never repeated, also where it is no JSON.
    let members: Map<String, Value> =
        serde_json::from_slice(text).map_err(|_| "what it wrote to stdout is no JSON object".to_owned())?;
    let member = |name: &str| {
        let found = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    };
    let text = |name: &str| member(name).and_then(Value::as_str).map(str::to_owned);
    let needed = |name: &str| text(name).ok_or_else(|| format!("what it wrote has no {name}"));
    if member("Version").and_then(Value::as_u64) != Some(1) {
        return Err("what it wrote has no `\"Version\": 1`".to_owned());
    }
    let end = match member("Expiration") {
        None | Some(Value::Null) => None,
        Some(end) => Some(end_of(end, now)?),
    };
    let mut credentials = Credentials::builder()
        .access_key_id(needed("AccessKeyId")?)
        .secret_access_key(needed("SecretAccessKey")?)
        .provider_name("CredentialProcess");
    credentials.set_session_token(text("SessionToken"));
    credentials.set_expiry(end);
    credentials.set_account_id(text("AccountId").map(Into::into));
    Ok(credentials.build())
}

/// When they end. A program that hands out what has ended already keeps it somewhere.
fn end_of(value: &Value, now: SystemTime) -> Result<SystemTime, String> {
    let end = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let end = end.ok_or_else(|| "its Expiration is no time such as 2026-01-31T09:14:00Z".to_owned())?;
    if SystemTime::from(end) <= now {
        return Err("the credentials that it gave had expired already".to_owned());
    }
    Ok(end.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> SystemTime {
        SystemTime::from("2026-03-02T09:14:00Z".parse::<Timestamp>().unwrap())
    }

    #[test]
    fn a_document_is_read_without_regard_to_capitals() {
        let text = br#"{"Version":1,"accessKeyId":"A","SECRETACCESSKEY":"s","SessionToken":"t",
            "Expiration":"2026-03-02T10:14:00+00:00"}"#;
        let read = read(text, now()).unwrap();
        assert_eq!((read.access_key_id(), read.session_token()), ("A", Some("t")));
        assert_eq!(read.expiry(), Some(now() + Duration::from_hours(1)));
    }

    #[test]
    fn what_is_wrong_with_a_document_is_told_and_nothing_of_it() {
        for (text, why) in [
            ("s3cret", "what it wrote to stdout is no JSON object"),
            (
                r#"{"AccessKeyId":"s3cret"}"#,
                "what it wrote has no `\"Version\": 1`",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"s3cret"}"#,
                "what it wrote has no SecretAccessKey",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s3cret","Expiration":"2026-03-02T09:14:00Z"}"#,
                "the credentials that it gave had expired already",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"s3cret"}"#,
                "its Expiration is no time such as 2026-01-31T09:14:00Z",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":1772442840}"#,
                "its Expiration is no time such as 2026-01-31T09:14:00Z",
            ),
        ] {
            assert_eq!(read(text.as_bytes(), now()).unwrap_err(), why);
        }
    }

    async fn failure(command: &str, patience: Duration) -> String {
        match output_of(command, patience).await {
            Ok(output) => {
                let ended = ended(&output);
                format!("{ended}: {}", ended.said)
            }
            Err(CredentialsError::ProviderError(error)) => format!("{error:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_failure_is_told_with_the_first_line_that_it_said() {
        let told = failure("echo; echo 'no\tsession' >&2; echo more >&2; exit 3", PATIENCE).await;
        assert_eq!(told, "exit status: 3: no␉session");
        let told = failure("exit 4", PATIENCE).await;
        assert_eq!(told, "exit status: 4, and it said nothing: ");
    }

    #[tokio::test]
    async fn there_is_nothing_to_read_from() {
        let told = failure("read line || { echo nothing to read >&2; exit 5; }", PATIENCE).await;
        assert_eq!(told, "exit status: 5: nothing to read");
    }

    #[tokio::test]
    async fn one_that_does_not_end_is_ended() {
        let told = failure("sleep 600", Duration::from_millis(50)).await;
        assert!(told.contains("it had not ended after 0 s"), "{told}");
    }

    #[tokio::test]
    async fn one_that_writes_without_end_is_ended() {
        let told = failure("exec cat /dev/zero", PATIENCE).await;
        assert!(told.contains("it wrote more than 64 KiB to stdout"), "{told}");
    }

    #[tokio::test]
    async fn of_much_that_is_said_on_the_way_the_beginning_is_kept() {
        let output = output_of("head -c 1000000 /dev/zero >&2; echo fine", PATIENCE).await;
        let output = output.unwrap();
        assert_eq!(
            (output.stdout.as_slice(), output.stderr.len()),
            (&b"fine\n"[..], 8192)
        );
    }

    #[tokio::test]
    async fn a_child_that_is_left_behind_is_not_waited_for() {
        let command = "sleep 600 & echo $!";
        let output = output_of(command, PATIENCE).await.unwrap();
        assert!(output.status.success());
        let child = String::from_utf8(output.stdout).unwrap();
        let child = Pid::from_raw(child.trim().parse().unwrap()).unwrap();
        // It is being ended, and gone as soon as whoever inherited it has looked.
        let stat = format!("/proc/{}/stat", child.as_raw_nonzero());
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::task::yield_now().await;
        }
    }
}
