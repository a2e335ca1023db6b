//! What goes wrong is told in one line, with what to do about it, and leaves the terminal alone.

use std::net::TcpListener;

use super::start;
use crate::pty::Launch;
use crate::shell::{ACCOUNT, Served, command, finish};

/// Runs a command that fails; gives its one line on stderr. Nothing in it is for a terminal to obey.
fn complaint(args: &[&str], env: &[(&str, &str)], code: i32) -> String {
    let child = command(args).envs(env.iter().copied()).spawn().unwrap();
    let output = finish(child);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(output.stdout.is_empty(), "{args:?} wrote to stdout");
    let line = stderr.strip_suffix('\n').unwrap();
    assert!(!line.chars().any(char::is_control), "{stderr:?}");
    assert!(line.starts_with("kinescope: "), "{line}");
    line.to_owned()
}

#[test]
fn an_unknown_profile() {
    for args in [
        &["--profile", "nobody"][..],
        &["tail", "orders", "--profile", "nobody"],
    ] {
        let line = complaint(args, &[], 1);
        assert!(line.contains("there is no profile nobody"), "{line}");
        assert!(line.contains("aws configure"), "{line}");
    }
}

#[test]
fn no_region() {
    let line = complaint(&["tail", "orders"], &ACCOUNT[..2], 1);
    assert!(
        line.contains("no region is set") && line.contains("--region"),
        "{line}"
    );
}

#[test]
fn no_credentials() {
    let line = complaint(&["tail", "orders"], &ACCOUNT[2..], 1);
    assert!(
        line.contains("ListShards on orders") && line.contains("no credentials"),
        "{line}"
    );
    assert!(line.contains("AWS_PROFILE"), "{line}");
}

#[test]
fn a_refused_connection() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let line = complaint(&["tail", "orders", "--endpoint-url", &url], &ACCOUNT, 1);
    assert!(
        line.contains("connection refused") && line.contains("--endpoint-url"),
        "{line}"
    );
}

#[test]
fn an_unknown_stream() {
    let served = Served::start();
    let line = complaint(&["tail", "nosuch", "--endpoint-url", served.url()], &ACCOUNT, 1);
    assert!(
        line.contains("ResourceNotFoundException: Stream nosuch"),
        "{line}"
    );
    assert!(line.contains("check the name and the region"), "{line}");
}

#[test]
fn a_name_full_of_escape_sequences() {
    let served = Served::start();
    let name = "evil\x1b]52;c;aGk=\x07\u{9b}2J\u{202e}";
    for stream in [name.to_owned(), format!("table:{name}")] {
        complaint(&["tail", &stream, "--endpoint-url", served.url()], &ACCOUNT, 1);
    }
}

#[test]
fn a_position_that_is_none() {
    let line = complaint(&["tail", "orders", "--from", "yesterday"], &ACCOUNT, 2);
    assert!(
        line.contains("'yesterday'") && line.contains("trim-horizon"),
        "{line}"
    );
}

#[test]
fn an_unknown_flag() {
    let output = finish(command(&["--bogus"]).spawn().unwrap());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("unexpected argument '--bogus'")
    );
}

#[test]
fn a_screen_without_a_terminal() {
    for args in [&["demo"][..], &["--endpoint-url", "http://127.0.0.1:1"]] {
        let line = complaint(args, &ACCOUNT, 1);
        assert!(
            line.contains("needs a terminal") && line.contains("kinescope tail"),
            "{line}"
        );
    }
}

#[test]
fn a_settings_file_that_is_not_there() {
    let line = complaint(&["demo", "--config", "/nonexistent/kinescope.toml"], &[], 1);
    assert!(line.contains("/nonexistent/kinescope.toml"), "{line}");
}

#[test]
fn a_mistake_leaves_the_terminal_untouched() {
    let program = start(Launch::new(&["--profile", "nobody"]));
    assert_eq!(program.exit_code(), 1);
    program.wait_for("there is no profile nobody");
    assert!(!program.raw_output().contains(&0x1b));
    program.assert_terminal_is_given_back();
}

#[test]
fn a_dumb_terminal_gets_no_screen() {
    let program = start(Launch::new(&["demo"]).env("TERM", "dumb"));
    assert_eq!(program.exit_code(), 1);
    program.wait_for("TERM=dumb");
    assert!(!program.raw_output().contains(&0x1b));
}
