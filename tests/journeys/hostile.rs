//! Records that want to take over the terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::SignedDuration;
use kinescope::demo::{Clock, Endpoint, Options};

use super::{at, start};
use crate::shell::call;

/// The clipboard set through OSC 52, the screen cleared, C1 controls as text and as bare bytes, text turned around, plain C0,
/// and what only some terminals obey.
const PAYLOADS: [&[u8]; 10] = [
    b"one \x1b]52;c;cm0gLXJmIC8=\x07 two",
    b"one \x1b[2J\x1b[1;1H\x1b[31mtwo",
    "one \u{9b}2J\u{9d}0;title\u{9c} two".as_bytes(),
    b"one \x9b2J\x9d0;title\x9c two",
    "one \u{202e}two\u{2066}\u{200b}".as_bytes(),
    b"one\r\n\x08\x0b\x0c\x00\x7f two",
    b"one \x1bP+q544e\x1b\\\x1b_Gi=1\x1b\\\x1bc two",
    b"one \x1b]8;;http://x\x1b\\two\x1b]8;;\x1b\\",
    "one a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307} two\u{ad}".as_bytes(),
    "one \u{ff21}\u{ff22}\u{1f469}\u{200d}\u{1f680} \u{ff21}\u{ff22}\u{ff23}\u{ff24}\u{ff25}\u{ff26}\u{ff27} two".as_bytes(),
];

/// Sequences that only the payloads hold, as a terminal would get them.
const FORBIDDEN: [&[u8]; 12] = [
    b"\x1b]52",
    b"\x1b]0;",
    b"\x1b]8",
    "\u{305}".as_bytes(),
    b"\x1bP",
    b"\x1b_",
    b"\x1bc",
    b"\x07",
    b"\x9b2J",
    "\u{9b}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{200b}".as_bytes(),
];

#[test]
fn records_cannot_give_orders_to_the_terminal() {
    let endpoint = endpoint_with(&PAYLOADS);
    let mut program = start(at(&endpoint.url()));
    program.wait_for("hostile");
    program.keys("T");
    program.wait_for("Tail hostile from");
    program.keys("trim-horizon\r");
    program.wait_for("10 records");
    program.wait_for("one ␛]52;c;cm0gLXJmIC8=␇ two");
    program.wait_for("one ␛[2J␛[1;1H␛[31mtwo");
    program.keys("g\r");
    program.wait_for("record · text");
    for _ in &PAYLOADS {
        program.keys("x");
        program.wait_for("6f 6e 65");
        program.keys("x");
        program.wait_for("record · text");
        program.keys("j");
    }
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    assert_harmless(&program.raw_output());
}

#[test]
fn names_cannot_give_orders_to_the_terminal() {
    let endpoint = endpoint_with(&[b"plain"]);
    put(
        &endpoint.url(),
        "key \x1b]52;c;aGk=\x07\u{202e}",
        b"{\"a\":\"\\u001b]52;c;aGk=\\u0007\"}",
    );
    let mut program = start(at(&endpoint.url()));
    program.wait_for("hostile");
    program.keys("Ttrim-horizon\r");
    program.wait_for("2 records");
    program.keys("\r");
    program.wait_for("key ␛]52;c;aGk=␇‹202E›");
    program.keys("H");
    program.wait_for("hot keys · 2 records");
    program.keys("c.a\r");
    program.wait_for("␛]52;c;aGk=␇");
    program.keys("=");
    program.wait_for("filter key=");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    assert_harmless(&program.raw_output());
}

/// A copy is the one thing that is sent to the terminal to act on; nothing in it can end it early.
#[test]
fn a_copied_record_goes_to_the_clipboard_and_nowhere_else() {
    let endpoint = endpoint_with(&[PAYLOADS[0]]);
    let mut program = start(at(&endpoint.url()));
    program.wait_for("hostile");
    program.keys("Ttrim-horizon\r");
    program.wait_for("1 record ");
    program.keys("y");
    program.wait_for("to the terminal's clipboard");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    let copy = format!("\x1b]52;c;{}\x07", BASE64.encode(PAYLOADS[0]));
    let raw = program.raw_output();
    let place = raw
        .windows(copy.len())
        .position(|bytes| bytes == copy.as_bytes())
        .unwrap();
    assert_harmless(&[&raw[..place], &raw[place + copy.len()..]].concat());
}

/// An endpoint whose one stream holds these records.
pub(super) fn endpoint_with(payloads: &[&[u8]]) -> Endpoint {
    let ahead = Arc::new(AtomicI64::new(0));
    let hand = Arc::clone(&ahead);
    let clock =
        Clock::new(move || Clock::system().now() + SignedDuration::from_secs(hand.load(Ordering::Relaxed)));
    let endpoint = Endpoint::start(Options::empty(clock)).unwrap();
    let url = endpoint.url();
    call_kinesis(&url, "CreateStream", r#"{"StreamName":"hostile","ShardCount":1}"#);
    // Creating takes a while, which passes now.
    ahead.store(60, Ordering::Relaxed);
    for payload in payloads {
        put(&url, "key", payload);
    }
    endpoint
}

fn put(url: &str, key: &str, data: &[u8]) {
    let body = serde_json::json!({"StreamName": "hostile", "PartitionKey": key, "Data": BASE64.encode(data)});
    call_kinesis(url, "PutRecord", &body.to_string());
}

fn call_kinesis(url: &str, operation: &str, body: &str) {
    let answer = call(url, &format!("Kinesis_20131202.{operation}"), body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn assert_harmless(raw: &[u8]) {
    for sequence in FORBIDDEN {
        let found = raw.windows(sequence.len()).position(|bytes| bytes == sequence);
        assert_eq!(found, None, "{sequence:?} was written");
    }
}
