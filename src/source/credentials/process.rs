//! Credential processes: run without a terminal and for a bounded time.
//!
//! The SDK's provider hands down the terminal's input. A program that asks there for a code would take the keys of this one and
//! wait unseen. So it gets no input, and a session of its own, in which there is no terminal to open; a process of this program
//! begins that session before it becomes the shell, because this program cannot do it for another.
//!
//! Must not: tell anything of what such a program wrote to stdout.

use std::env;
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
use tokio::process::Command;

use crate::sanitize;

/// The first argument of the process that becomes the shell; the second is the command.
pub const WORD: &str = "__credential_process";
/// How long a program may take: as long as a person may need in a browser.
const PATIENCE: Duration = Duration::from_mins(1);

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
        return Err(failed(&ended(&output)));
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
    let child = shell
        .spawn()
        .map_err(|error| failed(&format!("it cannot be run: {error}")))?;
    let mut group = Group(child.id());
    let output = tokio::time::timeout(patience, child.wait_with_output()).await;
    let Ok(output) = output else {
        return Err(failed(&format!(
            "it had not ended after {} s; nothing it asks for can be typed here",
            patience.as_secs()
        )));
    };
    group.0 = None;
    output.map_err(|error| failed(&error.to_string()))
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

/// How it ended, and the first line of what it said about that.
fn ended(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let line = sanitize::line(line.trim());
    let status = output.status;
    if line.is_empty() {
        format!("{status}, and it said nothing")
    } else {
        format!("{status}: {line}")
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
    let end = match text("Expiration") {
        None => None,
        Some(end) => Some(end_of(&end, now)?),
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
fn end_of(text: &str, now: SystemTime) -> Result<SystemTime, String> {
    let shown = sanitize::line(text);
    let end: Timestamp = text
        .parse()
        .map_err(|_| format!("its Expiration {shown} is no time"))?;
    let end = SystemTime::from(end);
    if end <= now {
        return Err(format!("the credentials that it gave had expired at {shown}"));
    }
    Ok(end)
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
                "the credentials that it gave had expired at 2026-03-02T09:14:00Z",
            ),
        ] {
            assert_eq!(read(text.as_bytes(), now()).unwrap_err(), why);
        }
    }

    async fn failure(command: &str, patience: Duration) -> String {
        match output_of(command, patience).await {
            Ok(output) => ended(&output),
            Err(CredentialsError::ProviderError(error)) => format!("{error:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_failure_is_told_with_the_first_line_that_it_said() {
        let told = failure("echo; echo 'no\tsession' >&2; echo more >&2; exit 3", PATIENCE).await;
        assert_eq!(told, "exit status: 3: no␉session");
        let told = failure("exit 4", PATIENCE).await;
        assert_eq!(told, "exit status: 4, and it said nothing");
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
}
