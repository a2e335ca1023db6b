//! A walk through everything while what others must not see is masked: none of it reaches the terminal in any byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::pty::{Launch, Program};
use crate::shell::{Served, call, command, finish};

use super::start;

/// The account of the demo, and who calls there.
const SECRETS: [&str; 4] = ["111122223333", "shopkeeper", "robin", "AROADEMO"];
const DIGITS: &str = "111122223333";

/// Fails where a secret, or six digits of the account, was written; in a copy too.
fn assert_nothing_is_told(program: &Program) {
    let raw = program.raw_output();
    let text = String::from_utf8_lossy(&raw);
    let copies = text.split("\x1b]52;c;").skip(1).map(|rest| {
        let copy = rest.split('\x07').next().unwrap();
        String::from_utf8(BASE64.decode(copy).unwrap()).unwrap()
    });
    let copies: Vec<_> = copies.collect();
    for text in std::iter::once(&*text).chain(copies.iter().map(String::as_str)) {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} was told");
        }
        for piece in 0..=DIGITS.len() - 6 {
            let piece = &DIGITS[piece..piece + 6];
            assert!(!text.contains(piece), "{piece} was told");
        }
    }
}

#[test]
fn a_walk_through_the_four_sections_tells_nothing() {
    let config = tempfile::tempdir().unwrap();
    let file = config.path().join("c.toml");
    std::fs::write(&file, "title = true\n[redact]\npatterns = ['Winter\\w+']\n").unwrap();
    let launch = Launch::new(&["demo", "--redact", "--config", file.to_str().unwrap()]);
    let mut program = start(launch.env("SSH_TTY", "/dev/pts/9").size(160, 40));
    program.wait_for("clickstream");
    program.wait_for("arn:aws:kinesis:us-east-1:••••••••••••:stream/");
    for (keys, shown) in [
        ("/app-logs\r", "001 open"),
        ("Ttrim-horizon\r", "log event"),
        (" \r", "log group"),
        ("x", "00000000"),
        ("y", "clipboard"),
        ("2", "inventory"),
        ("/carts\r", "••••••••••••:table/carts"),
        ("Ttrim-horizon\r", "MODIFY"),
        (" \r", "arrived"),
        ("3", "fraud-scores"),
        ("/customers\r", "••••••••••••:feature-group/customers"),
        ("icust-0001\r", "expires"),
        ("e", "as stored"),
        ("jjj\r\x15arn:aws:iam::111122223333:user/robin\r", "1 unsaved"),
        ("\x13", "Read again: unchanged"),
    ] {
        program.keys(keys);
        program.wait_for(shown);
    }
    program.keys("\x03");
    assert_eq!(program.exit_code(), 130);
    assert_nothing_is_told(&program);
}

#[test]
fn commands_mask_what_they_write() {
    let served = Served::start();
    let url = served.url().to_owned();
    let put = |data: &str, key: &str| {
        let body = serde_json::json!({
            "StreamName": "orders", "PartitionKey": key, "Data": BASE64.encode(data)
        });
        call(&url, "Kinesis_20131202.PutRecord", &body.to_string());
    };
    put(
        "{\"owner\":111122223333,\"by\":\"arn:aws:iam::111122223333:user/robin\",\"plant\":1}",
        "k-111122223333",
    );
    put("\u{0}\u{1}\u{fffd}111122223333 plant", "k");
    let run = |args: &[&str]| {
        let mut command = command(args);
        for (name, value) in crate::shell::ACCOUNT {
            command.env(name, value);
        }
        command.args(["--endpoint-url", &url, "--redact"]);
        finish(command.spawn().unwrap())
    };
    for output in ["text", "jsonl"] {
        let args = [
            "tail",
            "orders",
            "--from",
            "trim-horizon",
            "--until-caught-up",
            "--output",
            output,
        ];
        let done = run(&args);
        assert_eq!(done.status.code(), Some(0));
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(text.contains("plant") && text.contains("••••••••••••"));
        assert!(!text.contains("robin") && !text.contains("1111222"), "{output}");
        if output == "jsonl" {
            for line in text.lines() {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["data_base64"], serde_json::Value::Null);
            }
        }
    }
    let raw = run(&["tail", "orders", "--output", "raw"]);
    assert_eq!(raw.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&raw.stderr).contains("--redact cannot mask"));
    let wrong = run(&["tail", "arn:aws:kinesis:us-east-1:111122223333:stream/none"]);
    assert_eq!(wrong.status.code(), Some(1));
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(
        told.contains("••••••••••••") && !told.contains("111122"),
        "{told}"
    );
    let misused = run(&["tail", "111122223333", "--bogus"]);
    assert_eq!(misused.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&misused.stderr).contains("111122"));
    for output in ["table", "json"] {
        let got = run(&["get", "customers", "cust-0001", "--output", output]);
        assert_eq!(got.status.code(), Some(0));
        assert!(!String::from_utf8_lossy(&got.stdout).contains("111122"));
    }
}

#[test]
fn a_mistake_on_the_screen_tells_nothing() {
    let served = Served::start();
    let args = ["--redact", "--endpoint-url", served.url()];
    let launch = crate::shell::ACCOUNT
        .iter()
        .fold(Launch::new(&args), |launch, (name, value)| {
            launch.env(name, value)
        });
    let mut program = start(launch.size(120, 30));
    program.wait_for("clickstream");
    served.end(nix::sys::signal::Signal::SIGTERM);
    program.keys("r");
    program.wait_for("ListStreams");
    program.keys("\x03");
    assert_eq!(program.exit_code(), 130);
    assert_nothing_is_told(&program);
}
