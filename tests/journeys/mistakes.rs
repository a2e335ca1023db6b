//! What goes wrong is told in one line, with what to do about it, and leaves the terminal alone.

use std::net::TcpListener;

use kinescope::sanitize;

use super::start;
use crate::pty::Launch;
use crate::shell::{ACCOUNT, Served, command, finish};

/// What sets the clipboard, clears the screen and turns text around; and as it may be shown.
const EVIL: &str = "evil\x1b]52;c;aGk=\x07\u{9b}2J\u{202e}";
const EVIL_SHOWN: &str = "evil␛]52;c;aGk=␇‹9B›2J‹202E›";

/// Runs a command that fails; gives its one line on stderr. Nothing in it is for a terminal to obey.
fn complaint(args: &[&str], env: &[(&str, &str)], code: i32) -> String {
    let child = command(args).envs(env.iter().copied()).spawn().unwrap();
    let output = finish(child);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(output.stdout.is_empty(), "{args:?} wrote to stdout");
    let line = stderr.strip_suffix('\n').unwrap();
    assert_eq!(sanitize::line(line), line);
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
fn an_endpoint_or_a_region_of_the_environment_that_is_none() {
    let endpoint = [&ACCOUNT[..], &[("AWS_ENDPOINT_URL", "localhost:4566")]].concat();
    let line = complaint(&["tail", "orders"], &endpoint, 2);
    assert!(
        line.contains("localhost:4566 is not the URL of an endpoint"),
        "{line}"
    );
    let region = [&ACCOUNT[..2], &[("AWS_REGION", "Ireland!")]].concat();
    let line = complaint(&["tail", "orders"], &region, 2);
    assert!(line.contains("Ireland! is the name of no region"), "{line}");
}

#[test]
fn certificates_that_cannot_be_had() {
    for (file, why) in [
        ("/nowhere/ca.pem", "No such file"),
        ("/dev/null", "no certificate in PEM"),
    ] {
        let bundle = [&ACCOUNT[..], &[("AWS_CA_BUNDLE", file)]].concat();
        let line = complaint(&["tail", "orders"], &bundle, 1);
        assert!(line.contains("AWS_CA_BUNDLE") && line.contains(why), "{line}");
    }
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
fn an_unknown_consumer() {
    let served = Served::start();
    let tail = [
        "tail",
        "orders",
        "--consumer",
        "nosuch",
        "--endpoint-url",
        served.url(),
    ];
    let line = complaint(&tail, &ACCOUNT, 1);
    assert!(line.contains("Consumer nosuch of stream orders"), "{line}");
    assert!(
        line.contains("the stream's consumers are fulfilment (ACTIVE)"),
        "{line}"
    );
}

#[test]
fn a_consumer_of_a_table() {
    let line = complaint(&["tail", "table:carts", "--consumer", "billing"], &ACCOUNT, 2);
    assert!(
        line.contains("'table:carts' has no registered consumers") && line.contains("leave out --consumer"),
        "{line}"
    );
}

#[test]
fn a_name_full_of_escape_sequences() {
    let line = complaint(&["tail", EVIL], &ACCOUNT, 2);
    assert!(line.contains("names no stream"), "{line}");
    assert!(line.contains(EVIL_SHOWN), "{line}");
}

#[test]
fn escape_sequences_that_the_services_are_asked_about() {
    let served = Served::start();
    for stream in [
        format!("table:{EVIL}"),
        format!("arn:aws:kinesis:us-east-1:111122223333:stream/{EVIL}"),
        format!("arn:aws:dynamodb:us-east-1:111122223333:table/{EVIL}/stream/2026"),
    ] {
        let line = complaint(&["tail", &stream, "--endpoint-url", served.url()], &ACCOUNT, 1);
        assert!(line.contains(EVIL_SHOWN), "{line}");
    }
}

#[test]
fn escape_sequences_among_the_arguments() {
    for args in [
        &["demo", "--serve", EVIL][..],
        &[EVIL],
        &["tail", "orders", "--limit", EVIL],
    ] {
        let output = finish(command(args).spawn().unwrap());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("error: "), "{stderr}");
        assert_eq!(sanitize::block(&stderr), stderr);
    }
}

#[test]
fn help_is_no_mistake() {
    for (args, word) in [(["--help"], "Usage: kinescope"), (["--version"], "kinescope ")] {
        let output = finish(command(&args).spawn().unwrap());
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8(output.stdout).unwrap().contains(word));
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn an_endpoint_that_is_no_url() {
    for args in [&["tail", "orders"][..], &[]] {
        let line = complaint(&[args, &["--endpoint-url", "nonsense"]].concat(), &ACCOUNT, 2);
        assert!(line.contains("nonsense is not the URL of an endpoint"), "{line}");
    }
}

#[test]
fn an_address_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = complaint(&["demo", "--serve", &address], &[], 1);
    assert!(line.contains(&format!("cannot listen on {address}: ")), "{line}");
    assert!(line.contains("any free port"), "{line}");
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
fn a_way_of_reading_that_is_none() {
    let refused = |word: &str| complaint(&["tail", "orders", "--decode", word], &ACCOUNT, 2);
    let line = refused("xml");
    assert!(
        line.contains("'xml' is no format; use one of kpl, gzip"),
        "{line}"
    );
    assert!(line.contains("avro:FILE.avsc"), "{line}");
    assert!(refused(EVIL).contains(EVIL_SHOWN));
    let line = refused("avro:/nonexistent.avsc");
    assert!(
        line.contains("/nonexistent.avsc: it cannot be read: No such file"),
        "{line}"
    );
    let line = refused("protobuf:shop.binpb");
    assert!(line.contains("protobuf:DESCRIPTORS#package.Message"), "{line}");
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

#[test]
fn a_log_that_cannot_be_written_is_told_once() {
    let served = Served::start();
    let args = [
        "get",
        "customers",
        "cust-0001",
        "--log-file",
        "/dev/full",
        "--endpoint-url",
        served.url(),
    ];
    let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert_eq!(
        stderr.matches("the log file cannot be written").count(),
        1,
        "{stderr}"
    );

    let mut program = start(Launch::new(&["demo", "--log-file", "/dev/full"]));
    program.wait_for("the log file cannot be written");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn usage_that_is_wrong_is_told_with_everything_masked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[redact]\nalways = true\npatterns = ['geheim[0-9]+']\n").unwrap();
    let name = file.to_str().unwrap();
    let joined = format!("--config={name}");
    for args in [
        &["--config", name, "tail", "orders", "--limit", "geheim42"][..],
        &["tail", "orders", "--limit", "geheim42", &joined],
    ] {
        let output = finish(command(args).spawn().unwrap());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr.contains("••••••••") && !stderr.contains("geheim42"),
            "{stderr}"
        );
    }
}
