//! Payloads that are read as was chosen.

use std::path::Path;
use std::process::Output;

use kinescope::demo::Endpoint;
use serde_json::{Value, json};

use super::hostile::endpoint_with;
use super::{at, start};
use crate::shell::{ACCOUNT, command, finish};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/schemas");

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(FIXTURES).join(name)).unwrap()
}

/// Everything there is in the one stream of an endpoint.
fn tail(endpoint: &Endpoint, more: &[&str]) -> Output {
    let url = endpoint.url();
    let tail = ["tail", "hostile", "--from", "trim-horizon", "--until-caught-up"];
    let args = [&tail[..], &["--endpoint-url", &url], more].concat();
    finish(command(&args).envs(ACCOUNT).spawn().unwrap())
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Decoder and data of each line.
fn lines(output: &Output) -> Vec<(String, Value)> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| (line["decoder"].as_str().unwrap().to_owned(), line["data"].clone()))
        .collect()
}

#[test]
fn a_schema_is_named_on_the_command_line() {
    let endpoint = endpoint_with(&[&fixture("avro-datum.bin")]);
    let word = format!("avro:{FIXTURES}/order.avsc");
    let output = tail(&endpoint, &["--output", "jsonl", "--decode", &word]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let lines = lines(&output);
    assert_eq!(lines[0].0, "avro");
    assert_eq!(lines[0].1["total"].to_string(), "-1234567890123456789012345.67");
}

#[test]
fn a_message_is_named_on_the_command_line() {
    let endpoint = endpoint_with(&[&fixture("protobuf-order.bin")]);
    let word = format!("protobuf:{FIXTURES}/shop.binpb#shop.Order");
    let output = tail(&endpoint, &["--decode", &word]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains(r#"{"orderId":"o-19af","big":-9223372036854775808,"#),
        "{text}"
    );
}

#[test]
fn settings_choose_by_the_name_of_the_stream() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let rule = "[[decode]]\nstream = \"host*\"\nformat = \"protobuf\"\n";
    std::fs::write(file.path(), rule).unwrap();
    let config = file.path().to_str().unwrap();
    let endpoint = endpoint_with(&[b"\x08\x07"]);
    let of = |more: &[&str]| {
        lines(&tail(
            &endpoint,
            &[&["--output", "jsonl", "--config", config], more].concat(),
        ))
    };
    let fields = json!([{"field": 1, "varint": 7, "zigzag": -4}]);
    assert_eq!(of(&[]), [("protobuf".to_owned(), fields)]);
    assert_eq!(of(&["--decode", "hex"]), [("hex".to_owned(), json!("0807"))]);
}

#[test]
fn headers_are_known_from_the_settings() {
    let endpoint = endpoint_with(&[
        &fixture("avro-confluent.bin"),
        &fixture("avro-glue.bin"),
        b"plain",
    ]);
    let config = format!("{FIXTURES}/config.toml");
    let read = lines(&tail(&endpoint, &["--output", "jsonl", "--config", &config]));
    let mut decoders: Vec<_> = read.iter().map(|(decoder, _)| decoder.as_str()).collect();
    decoders.sort_unstable();
    assert_eq!(decoders, ["avro", "avro", "text"]);
}

#[test]
fn what_is_not_as_chosen_is_written_all_the_same_and_told_once() {
    for form in ["jsonl", "text"] {
        let endpoint = endpoint_with(&[b"one", b"two", b"\x81\xa1a\x01"]);
        let output = tail(&endpoint, &["--output", form, "--decode", "msgpack"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(
            stderr(&output),
            "kinescope: no msgpack: bytes are left over behind it; such payloads are read by their content\n"
        );
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), 3);
        for shown in ["one", "two", r#"{"a":1}"#] {
            assert!(text.contains(shown), "{text}");
        }
    }
}

#[test]
fn a_schema_is_named_on_the_screen_and_what_it_reads_is_written_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().to_str().unwrap();
    std::fs::copy(format!("{FIXTURES}/order.avsc"), home.path().join("order.avsc")).unwrap();
    let endpoint = endpoint_with(&[&fixture("avro-datum.bin")]);
    let mut program = start(at(&endpoint.url()).env("HOME", folder));
    program.wait_for("hostile");
    program.keys("T");
    program.wait_for("Tail hostile from");
    program.keys("trim-horizon\r");
    program.wait_for("1 record ");
    program.keys("Davro:~/none.avsc\r");
    program.wait_for("the schema is of no use");
    program.keys("\x15avro:~/order.avsc\r");
    program.wait_for("1234567890123456789012345.67");
    program.keys("w\x15~/one.jsonl\r");
    program.wait_for("is in ~/one.jsonl");
    let written = std::fs::read_to_string(home.path().join("one.jsonl")).unwrap();
    assert!(written.contains(r#""decoder":"avro""#), "{written}");
}

#[test]
fn a_program_that_never_ends_is_told_of_and_holds_up_nothing() {
    let endpoint = endpoint_with(&[b"{\"n\":1}", b"{\"n\":2}"]);
    let mut program = start(at(&endpoint.url()));
    program.wait_for("hostile");
    program.keys("T");
    program.wait_for("Tail hostile from");
    program.keys("trim-horizon\r");
    program.wait_for("2 records ");
    program.keys("fjq:if .n == 1 then last(repeat(1)) else true end\r");
    // While it runs the program answers to keys.
    program.keys("?");
    program.wait_for("pause/follow");
    program.keys("\x1b");
    program.wait_for("· 1 · ✗ stopped on 1");
    program.keys("f\x15jq:def f: 1 + f; f\r");
    program.wait_for("· 0 · ✗ stopped on 2");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}
