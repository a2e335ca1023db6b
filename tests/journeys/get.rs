//! Records of feature groups on stdout, as scripts use it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, Output, Stdio};

use kinescope::sanitize;
use nix::sys::signal::{Signal, kill};
use serde_json::Value;

use crate::shell::{ACCOUNT, Served, command, finish, pid_of};

const ARN: &str = "arn:aws:sagemaker:us-east-1:111122223333:feature-group/customers";

/// `kinescope get` with these arguments at an endpoint; what it reads on stdin is still to be written.
fn begin(url: &str, get: &[&str]) -> Child {
    let args = [&["get"], get, &["--endpoint-url", url]].concat();
    command(&args)
        .envs(ACCOUNT)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap()
}

fn get(served: &Served, args: &[&str]) -> Output {
    let mut child = begin(served.url(), args);
    drop(child.stdin.take());
    finish(child)
}

fn lines(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn identifiers(output: &Output) -> Vec<String> {
    let name = |line: &Value| line["identifier"].as_str().unwrap().to_owned();
    lines(output).iter().map(name).collect()
}

#[test]
fn records_come_as_json_lines_in_the_order_in_which_they_are_asked_for() {
    let served = Served::start();
    for group in ["customers", ARN] {
        let output = get(&served, &[group, "cust-0003", "cust-0001", "--output", "json"]);
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
        assert_eq!(identifiers(&output), ["cust-0003", "cust-0001"]);
        let line = &lines(&output)[0];
        let members: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["group", "identifier", "expires_at", "record"]);
        assert_eq!(line["group"], group);
        assert!(line["expires_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(line["record"]["customer_id"], "cust-0003");
        assert_eq!(line["record"].as_object().unwrap().len(), 40);
    }
}

#[test]
fn lists_are_lists_and_what_does_not_expire_says_null() {
    let served = Served::start();
    let output = get(&served, &["products", "sku-earl-grey", "--output", "json"]);
    let line = &lines(&output)[0];
    assert_eq!(line["expires_at"], Value::Null);
    assert_eq!(line["record"]["embedding"].as_array().map(Vec::len), Some(16));
}

#[test]
fn chosen_features_come_alone() {
    let served = Served::start();
    let chosen = ["--feature", "tier", "--feature", "city", "--output", "json"];
    let output = get(&served, &[&["customers", "cust-0001"], &chosen[..]].concat());
    let line = &lines(&output)[0];
    let record = line["record"].as_object().unwrap();
    let mut names: Vec<_> = record.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["city", "tier"]);
}

#[test]
fn a_table_is_aligned() {
    let served = Served::start();
    let output = get(
        &served,
        &["customers", "cust-0001", "cust-0002", "--feature", "tier"],
    );
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows[0], "IDENTIFIER  FEATURE    VALUE");
    assert!(rows[1].starts_with("cust-0001   tier       "), "{text}");
    assert!(rows[2].starts_with("cust-0001   (expires)  20"), "{text}");
    assert_eq!(rows.len(), 5);
}

#[test]
fn more_than_one_call_takes_come_from_stdin() {
    let served = Served::start();
    let wanted: Vec<_> = (1..=250).map(|number| format!("cust-{number:04}")).collect();
    let mut child = begin(served.url(), &["customers", "-", "--output", "json"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(wanted.join("\n").as_bytes()).unwrap();
    drop(stdin);
    let output = finish(child);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(identifiers(&output), wanted);
}

#[test]
fn what_is_not_there_is_told_after_what_is() {
    let served = Served::start();
    let ids = ["nobody", "cust-0001", "no\u{1b}[2Jone", "cust-0002"];
    let output = get(
        &served,
        &[&["customers"], &ids[..], &["--output", "json"]].concat(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(identifiers(&output), ["cust-0001", "cust-0002"]);
    let told = String::from_utf8(output.stderr).unwrap();
    let told: Vec<_> = told.lines().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for (line, name) in told.iter().zip(["customers/nobody", "customers/no␛[2Jone"]) {
        assert!(line.starts_with("kinescope: BatchGetRecord on "), "{line}");
        assert!(
            line.contains(name) && line.contains("check the identifier"),
            "{line}"
        );
        assert_eq!(sanitize::line(line), *line);
    }
}

#[test]
fn a_call_that_fails_is_told_once() {
    let served = Served::start();
    let output = get(&served, &["customers", "a", "b", "--feature", "colour"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.contains("BatchGetRecord on customers failed") && told.contains("colour"),
        "{told}"
    );
}

#[test]
fn a_group_that_is_not_there_is_told() {
    let served = Served::start();
    let output = get(&served, &["nowhere", "a"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("nowhere/a") && told.contains("check the name and the region"),
        "{told}"
    );
}

#[test]
fn wrong_usage_is_told_apart() {
    let served = Served::start();
    for args in [
        &["customers"][..],
        &["customers", ""],
        &["customers", "a", "--output", "yaml"],
        &["arn:aws:kinesis:us-east-1:111122223333:stream/orders", "a"],
        &["table:carts", "a"],
    ] {
        let output = get(&served, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn an_interrupt_ends_it_while_it_waits_for_an_answer() {
    // Nobody ever answers here.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let waits = begin(&url, &["customers", "a"]);
    drop(silent.accept().unwrap());
    let connection = silent.accept().unwrap();
    kill(pid_of(waits.id()), Signal::SIGINT).unwrap();
    assert_eq!(finish(waits).status.code(), Some(130));
    drop(connection);
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    let served = Served::start();
    let mut child = begin(served.url(), &["customers", "cust-0001", "-", "--output", "json"]);
    drop(child.stdout.take());
    let output = finish(child);
    assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
    let many: Vec<_> = (0..100).map(|number| format!("cust-{number:04}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let args = [&["customers"], &many[1..], &["--output", "json"]].concat();
    let mut child = begin(served.url(), &args);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("cust-0001"));
    assert_eq!(finish(child).status.code(), Some(0));
}
