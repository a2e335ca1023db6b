//! Payloads that other people's encoders made (`tests/fixtures/make.py`): what comes out of them, and that nothing that is
//! done to them does harm.
//!
//! The cases of the last two tests are as many as `PROPTEST_CASES` says. To run very many of them, in an optimized build:
//!
//! ```sh
//! PROPTEST_CASES=1000000 cargo test --profile optimized --test decode -- any_
//! ```
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "support/mishap.rs"]
mod mishap;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use kinescope::decode::{DEPTH, Decoded, LARGEST, Value, decode, preview, user_records};
use kinescope::resource::{Body, Change, Record};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use mishap::{harmed, mishap};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decode")
}

/// Every payload by its name.
fn payloads() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let payloads = files.filter(|path| path.extension().is_some_and(|it| it == "bin"));
    let mut payloads: Vec<_> = payloads
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    payloads.sort();
    payloads
}

fn record(data: Vec<u8>) -> Record {
    Record {
        shard: "shardId-000000000000".into(),
        sequence: "49590338271490256608559692538361571095921575989136588898".into(),
        arrived: None,
        body: Body::blob("outer", data),
    }
}

/// What becomes of a record, as the expectations have it.
fn reading(record: &Record) -> Json {
    let Body::Blob {
        partition_key,
        data,
        aggregate,
    } = &record.body
    else {
        panic!("a payload became a change")
    };
    let decoded = decode(data).out_of(aggregate.as_deref());
    let mut reading = json!({
        "partition_key": **partition_key,
        "explicit_hash_key": aggregate.as_ref().and_then(|it| it.explicit_hash_key.as_deref()),
        "subsequence": aggregate.as_ref().map(|it| it.subsequence),
        "decoder": decoded.path(">"),
        "data": data_of(&decoded.value),
        "notes": decoded.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    match &decoded.value {
        Value::Logs { logs, .. } => {
            let events = logs.events.iter().map(|event| json!([event.time, event.message]));
            let events: Vec<_> = events.collect();
            reading["log"] = json!({ "group": logs.group, "stream": logs.stream, "events": events });
        }
        Value::Change { change: it, .. } => {
            reading["change"] = change(&it.change);
            reading["change"]["table"] = json!(it.table);
            reading["change"]["time"] = json!(it.time);
        }
        Value::Json(_) | Value::Text(_) | Value::Bytes(_) => {}
    }
    reading
}

fn change(change: &Change) -> Json {
    let mut all = json!({ "event": change.event.as_str(), "ttl": change.is_ttl() });
    for (name, value) in change.to_json() {
        all[name] = value;
    }
    all
}

fn data_of(value: &Value) -> Json {
    match value {
        Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => json.clone(),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!(bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        })),
    }
}

fn expected(name: &str) -> Json {
    let text = fs::read_to_string(folder().join(format!("{name}.expected.json"))).unwrap();
    let mut expected: Json = serde_json::from_str(&text).unwrap();
    for reading in expected.as_array_mut().unwrap() {
        if let Some(file) = reading["data"].get("file").and_then(Json::as_str) {
            reading["data"] = json!(fs::read_to_string(folder().join(file)).unwrap());
        }
    }
    expected
}

#[test]
fn what_others_encode_is_read_as_they_meant_it() {
    let payloads = payloads();
    assert!(payloads.len() > 30);
    for (name, data) in payloads {
        let readings: Json = user_records(record(data))
            .map(|record| reading(&record))
            .collect();
        let expected = expected(&name);
        if readings != expected {
            // A whole text would be too much to look at.
            let [readings, expected] = [readings, expected].map(|json| format!("{json:.2000}"));
            panic!("{name} is read as\n{readings}\nand not as\n{expected}");
        }
    }
}

#[test]
fn a_preview_shows_what_is_inside() {
    let order = r#"{"order": "o-1042", "total": 212.4, "lines": [{"sku": "#;
    for (name, line) in [
        ("gzip", order),
        ("zlib-6", order),
        ("zstd", order),
        ("snappy", order),
        ("lz4", order),
        ("lz4-frames", order),
        ("base64-url", order),
        ("nested", order),
        ("lz4-java", "line 0: nothing happened line 1: nothing happened"),
        (
            "cloudwatch-logs",
            "[/aws/lambda/checkout] 2 log events · START RequestId: 8f50",
        ),
        (
            "cloudwatch-control",
            "[CloudWatch Logs] control message · CWL CONTROL MESSAGE",
        ),
        (
            "dynamodb-modify",
            r#"MODIFY [carts] {"id":"c-7","line":2}  {"bytes":["#,
        ),
        ("dynamodb-ttl", r#"REMOVE by TTL [carts] {"id":"c-7","line":2}"#),
        ("firehose", r#"3 values · {"order": "o-1042""#),
    ] {
        let data = fs::read(folder().join(format!("{name}.bin"))).unwrap();
        let preview = preview(&data, 60);
        assert!(preview.starts_with(line), "{name} is shown as {preview}");
    }
}

/// Everything that must hold whatever the bytes are. Its time is bounded by what may be read: no more than `LARGEST` bytes out
/// of all layers to decode, and 256 KiB to preview, which tests beside the code count.
fn hold(data: &[u8]) -> Result<(), TestCaseError> {
    for record in user_records(record(data.to_vec())) {
        let Body::Blob { data, aggregate, .. } = &record.body else {
            return Err(TestCaseError::fail("a payload became a change"));
        };
        let decoded = decode(data).out_of(aggregate.as_deref());
        within_caps(&decoded)?;
        for columns in [0, 1, 7, 80] {
            let line = preview(data, columns);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert!(line.chars().count() <= columns.max(1) * 16);
        }
    }
    Ok(())
}

fn within_caps(decoded: &Decoded) -> Result<(), TestCaseError> {
    // The format of what is inside, and the aggregate that a record came in, are no layers.
    prop_assert!(decoded.path.len() <= DEPTH + 2);
    match &decoded.value {
        Value::Text(text) => prop_assert!(text.len() <= LARGEST),
        Value::Bytes(bytes) => prop_assert!(bytes.len() <= LARGEST),
        Value::Json(_) | Value::Logs { .. } | Value::Change { .. } => {}
    }
    Ok(())
}

/// Beginnings that lead into the readers, which bytes of no kind hardly ever have.
const BEGINNINGS: [&[u8]; 12] = [
    b"",
    b"\xf3\x89\x9a\xc2",
    b"\x1f\x8b\x08\x00\0\0\0\0\0\x03",
    b"\x78\x9c",
    b"\x28\xb5\x2f\xfd",
    b"\x28\xb5\x2f\xfd\x24",
    b"\xff\x06\x00\x00sNaPpY",
    b"\x04\x22\x4d\x18\x40\x40\xc0",
    b"H4sIAAAAAAAA",
    b"{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[",
    b"{\"eventSource\":\"aws:dynamodb\",\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{",
    b"{}\n",
];

proptest! {
    #[test]
    fn any_bytes_are_taken(beginning in select(&BEGINNINGS[..]), rest in proptest::collection::vec(any::<u8>(), 0..400)) {
        hold(&[beginning, &rest].concat())?;
    }

    #[test]
    fn any_mishap_is_taken(
        (_, data) in select(payloads()),
        mishaps in proptest::collection::vec(mishap(), 1..6),
    ) {
        hold(&harmed(data, &mishaps))?;
    }
}
