//! The tail on stdout, as scripts use it.

use std::io::{BufRead as _, BufReader};

use serde_json::Value;

use crate::shell::{ACCOUNT, Served, command, finish};

/// What a line has, in this order.
const MEMBERS: [&str; 9] = [
    "stream",
    "shard",
    "sequence",
    "subsequence",
    "partition_key",
    "arrived",
    "decoder",
    "data",
    "data_base64",
];

#[test]
fn records_come_as_json_lines_until_the_limit() {
    let served = Served::start();
    let tail = [
        "tail",
        "orders",
        "--from",
        "trim-horizon",
        "--limit",
        "3",
        "--output",
        "jsonl",
    ];
    let args = [&tail[..], &["--endpoint-url", served.url()]].concat();
    let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let members: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, MEMBERS);
        assert_eq!(line["stream"], "orders");
        assert_eq!(line["decoder"], "json");
        assert!(line["data"]["order_id"].is_string(), "{line}");
    }
}

#[test]
fn everything_up_to_the_tip_ends_by_itself() {
    let served = Served::start();
    let tail = [
        "tail",
        "dms-cdc",
        "--from",
        "trim-horizon",
        "--until-caught-up",
        "--output",
        "raw",
    ];
    let args = [&tail[..], &["--endpoint-url", served.url()]].concat();
    let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.split(|byte| *byte == b'\n').count() > 120);
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let served = Served::start();
    let tail = [
        "tail",
        "orders",
        "--from",
        "trim-horizon",
        "--endpoint-url",
        served.url(),
    ];
    let mut child = command(&tail).envs(ACCOUNT).spawn().unwrap();
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    assert!(line.contains("order_id"), "{line}");
    drop(reader);
    let output = finish(child);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
