//! The tail on stdout, as scripts use it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;

use kinescope::demo::Endpoint;
use nix::sys::signal::{Signal, kill};
use serde_json::Value;

use super::hostile::endpoint_with;
use crate::shell::{ACCOUNT, Served, command, finish, pid_of};

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

/// The JSON lines that a tail of the served shop writes before it ends well, with nothing to tell.
fn lines_of(served: &Served, tail: &[&str]) -> Vec<Value> {
    let args = [tail, &["--endpoint-url", served.url()]].concat();
    let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

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
    let lines = lines_of(&served, &tail);
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
fn only_what_passes_is_written_and_counted() {
    let served = Served::start();
    let filters = ["--grep", "\"currency\": ?\"EUR\"", "--jq", ".total > 100"];
    let tail = [
        "tail",
        "orders",
        "--from",
        "trim-horizon",
        "--limit",
        "5",
        "--output",
        "jsonl",
    ];
    let lines = lines_of(&served, &[&tail[..], &filters].concat());
    assert_eq!(lines.len(), 5);
    for line in &lines {
        assert!(line["data"]["total"].as_f64().unwrap() > 100.0, "{line}");
        assert_eq!(line["data"]["currency"], "EUR");
    }
}

#[test]
fn a_program_that_goes_too_deep_is_told_and_ends_nothing_but_itself() {
    const TOLD: &str = "kinescope: the program of --jq was stopped on a record: it calls itself too deep; \
                        such records are left out\n";
    const GIVEN_UP: &str = "kinescope: the program of --jq was stopped again and again: it calls itself too deep; \
                            use one that ends and keeps little\n";
    let served = Served::start();
    let all = ["tail", "orders", "--from", "trim-horizon", "--limit"];
    let first = &lines_of(&served, &[&all[..], &["1", "--output", "jsonl"]].concat())[0];
    let (shard, id) = (first["shard"].as_str().unwrap(), &first["data"]["order_id"]);
    let tail = |program: &str| {
        let filters = [
            "3",
            "--shard",
            shard,
            "--jq",
            program,
            "--endpoint-url",
            served.url(),
        ];
        let args = [&all[..], &filters].concat();
        let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
        let lines = output.stdout.lines().count();
        (
            output.status.code(),
            lines,
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(tail("def f: 1 + f; f"), (Some(1), 0, format!("{TOLD}{GIVEN_UP}")));
    let on_the_first = format!("def f: 1 + f; if .order_id == {id} then f else true end");
    assert_eq!(tail(&on_the_first), (Some(0), 3, TOLD.to_owned()));
}

#[test]
fn the_words_of_a_filter_on_the_screen_mean_the_same_to_grep() {
    let served = Served::start();
    let tail = [
        "tail",
        "orders",
        "--from",
        "trim-horizon",
        "--output",
        "jsonl",
        "--limit",
    ];
    let first = lines_of(&served, &[&tail[..], &["1"]].concat());
    let (shard, key) = (&first[0]["shard"], &first[0]["partition_key"]);
    let filter = format!("shard:{} key={key} order_id", shard.as_str().unwrap());
    let lines = lines_of(&served, &[&tail[..], &["2", "--grep", &filter]].concat());
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!((&line["shard"], &line["partition_key"]), (shard, key));
    }
}

#[test]
fn a_filter_that_is_wrong_is_wrong_usage() {
    for (flag, filter, words) in [
        ("--jq", ".total >", "a term is expected here, at character 9"),
        ("--grep", "a(b", "unclosed group, at character 2"),
        ("--grep", "key:", "a value is missing behind key:, at character 5"),
    ] {
        let output = finish(
            command(&["tail", "orders", flag, filter])
                .envs(ACCOUNT)
                .spawn()
                .unwrap(),
        );
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn records_are_pushed_through_a_registered_consumer() {
    let served = Served::start();
    let tail = [
        "tail",
        "orders",
        "--consumer",
        "fulfilment",
        "--from",
        "trim-horizon",
        "--until-caught-up",
        "--output",
        "raw",
    ];
    let args = [&tail[..], &["--endpoint-url", served.url()]].concat();
    let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""));
    assert!(output.stdout.split(|byte| *byte == b'\n').count() > 1200);
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
    assert_quiet_end(child);
}

#[test]
fn a_reader_that_goes_ends_it_even_when_nothing_comes() {
    let endpoint = endpoint_with(&[b"the only one"]);
    let mut child = tail_of(&endpoint, &[]);
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "the only one\n");
    drop(reader);
    assert_quiet_end(child);
}

#[test]
fn a_reader_that_has_gone_before_the_last_record_is_no_failure() {
    let endpoint = endpoint_with(&[b"one", b"two"]);
    for end in [&["--limit", "2"][..], &["--until-caught-up"]] {
        let mut child = tail_of(&endpoint, end);
        drop(child.stdout.take());
        assert_quiet_end(child);
    }
}

#[test]
fn a_pipe_that_nobody_empties_holds_up_no_signal() {
    // More than any pipe takes.
    let record = vec![b'x'; 1_000_000];
    let endpoint = endpoint_with(&[&record]);
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut child = tail_of(&endpoint, &[]);
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        kill(pid_of(child.id()), signal).unwrap();
        assert_eq!(finish(child).status.code(), Some(130), "{signal}");
    }
}

/// A tail of all there is in the one stream of an endpoint.
fn tail_of(endpoint: &Endpoint, more: &[&str]) -> Child {
    let url = endpoint.url();
    let tail = ["tail", "hostile", "--from", "trim-horizon", "--output", "raw"];
    let args = [&tail[..], &["--endpoint-url", &url], more].concat();
    command(&args).envs(ACCOUNT).spawn().unwrap()
}

fn assert_quiet_end(child: Child) {
    let output = finish(child);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_settings_that_count_load_again_and_tell_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (
        folder.path().join("first.toml"),
        folder.path().join("second.toml"),
    );
    std::fs::write(&first, "ring_mib = 8\n[keys.tail]\nexport = \"f2\"\n").unwrap();
    let told = |file: &std::path::Path| {
        let output = finish(
            command(&["config", "--read-only", "--config", file.to_str().unwrap()])
                .spawn()
                .unwrap(),
        );
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let once = told(&first);
    let says = |name: &str, origin: &str| {
        let mut lines = once.lines();
        assert!(
            lines.any(|line| line.starts_with(name) && line.ends_with(origin)),
            "{name}\n{once}"
        );
    };
    says("ring_mib = 8 ", "first.toml:1");
    says("export = [\"f2\"] ", "first.toml:3");
    says("read_only = true ", "command line: --read-only");
    says("bell = false ", "embedded default");
    std::fs::write(&second, &once).unwrap();
    let again = told(&second);
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split("  #").next().unwrap().trim_end().to_owned())
            .collect()
    };
    assert_eq!(values(&again), values(&once));
}
