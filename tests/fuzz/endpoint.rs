//! Requests that no client makes: the embedded endpoint answers them, or closes the connection, and goes on answering.

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::stage::{HEADERS, Stage};
use super::trial::trial;
use super::twist::{twist, twisted};
use crate::mishap::{Mishap, mishap};

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
/// Requests, most of them for an operation of their own.
const GOOD: &str = include_str!("requests.txt");
/// Answers that go on by themselves.
const STREAMED: &str = "SubscribeToShard";

/// A request line, the headers of its own, and the body.
type Request = (String, String, String);

/// The good ones.
fn requests() -> Vec<Request> {
    let lines = GOOD
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let request = |line: &str| {
        let (what, body) = line.split_once(" |").unwrap();
        let body = body.trim_start().to_owned();
        if !what.contains(' ') {
            ("POST /".to_owned(), format!("x-amz-target: {what}\r\n"), body)
        } else if body.starts_with("Action=") {
            (what.to_owned(), FORM.to_owned(), body)
        } else {
            (what.to_owned(), String::new(), body)
        }
    };
    lines.map(request).collect()
}

fn written((line, headers, body): &Request, stage: &Stage) -> String {
    let mut body = body.clone();
    for (word, value) in &stage.words {
        body = body.replace(word, value);
    }
    let length = body.len();
    format!("{line} HTTP/1.1\r\n{HEADERS}{headers}content-length: {length}\r\n\r\n{body}")
}

/// Tries a target with an endpoint that is opened anew now and then.
fn on_stage<S: Strategy>(
    target: &str,
    given: S,
    holds: impl Fn(&mut Stage, S::Value) -> Result<(), TestCaseError>,
) {
    let stage = RefCell::new(Stage::open());
    trial(target, 2, given, |value| {
        let mut stage = stage.borrow_mut();
        if stage.is_worn_out() {
            *stage = Stage::open();
        }
        holds(&mut stage, value)
    });
}

#[test]
fn each_of_the_good_requests_finds_its_operation() {
    let stage = Stage::open();
    for request in requests() {
        let answer = stage
            .exchange(written(&request, &stage).as_bytes(), false)
            .unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 "), "{request:?}: {answer}");
        for word in [
            "UnknownOperation",
            "SerializationException",
            "HTTP/1.1 5",
            "InvalidAction",
        ] {
            assert!(!answer.contains(word), "{request:?}: {answer}");
        }
    }
}

#[test]
fn any_members_are_answered() {
    let bodies: Vec<_> = requests().into_iter().map(|(.., body)| body).collect();
    let given = (select(requests()), vec(twist(&bodies), 1..5));
    on_stage(
        "endpoint: members",
        given,
        |stage, ((line, headers, body), twists)| {
            let request = written(&(line, headers, twisted(&body, &twists)), stage);
            stage.withstands(&request, &[])
        },
    );
}

#[test]
fn any_bytes_are_answered_or_the_connection_is_closed() {
    let given = (select(requests()), vec(mishap(), 1..6));
    on_stage("endpoint: bytes", given, |stage, (request, mishaps)| {
        let request = written(&request, stage);
        stage.withstands(&request, &mishaps)
    });
}

/// Requests that are wrong in the ways of HTTP: lengths, headers and lines of any size, several in one go.
fn ill_formed() -> impl Strategy<Value = String> {
    let request = || select(requests());
    let length = prop_oneof![
        Just(String::new()),
        any::<u64>().prop_map(|it| it.to_string()),
        "[-+0-9a-fx, ]{1,6}"
    ];
    let wrong_length = (request(), length).prop_map(|((line, headers, body), length)| {
        format!("{line} HTTP/1.1\r\n{HEADERS}{headers}content-length: {length}\r\n\r\n{body}")
    });
    let large_headers =
        (request(), 1_usize..40, 0_usize..20_000).prop_map(|((line, headers, body), count, size)| {
            let more = format!("x-more: {}\r\n", "y".repeat(size)).repeat(count);
            format!(
                "{line} HTTP/1.1\r\n{HEADERS}{headers}{more}content-length: {}\r\n\r\n{body}",
                body.len()
            )
        });
    let pipelined = vec(request(), 2..6).prop_map(|all| {
        let one = |(line, headers, body): &Request| {
            let length = body.len();
            format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n{body}")
        };
        all.iter()
            .filter(|(_, headers, _)| !headers.contains(STREAMED))
            .map(one)
            .collect()
    });
    let chunked =
        (request(), "[0-9a-fA-F;x]{1,9}", any::<bool>()).prop_map(|((line, headers, body), size, ends)| {
            let end = if ends { "\r\n0\r\n\r\n" } else { "" };
            format!(
                "{line} HTTP/1.1\r\n{HEADERS}{headers}transfer-encoding: chunked\r\n\r\n{size}\r\n{body}{end}"
            )
        });
    let targets = ("[A-Za-z0-9_.]{0,40}", "[ -~]{0,80}");
    let odd_targets = targets.prop_map(|(target, body)| {
        format!(
            "POST / HTTP/1.1\r\n{HEADERS}x-amz-target: {target}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    });
    let paths = (
        "(GET|PUT|POST|DELETE|OPTIONS|[A-Z]{1,9})",
        "/[ -~é%]{0,60}",
        "[{}\\[\\]\":,a0-]{0,40}",
    );
    let odd_paths = paths.prop_map(|(method, path, body)| {
        format!(
            "{method} {path} HTTP/1.1\r\n{HEADERS}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    });
    let deep = (
        request(),
        select(vec!["[", "{\"a\":", "{\"M\":{\"a\":"]),
        1_usize..50_000,
    )
        .prop_map(|((line, headers, _), part, count)| {
            let body = part.repeat(count);
            format!(
                "{line} HTTP/1.1\r\n{HEADERS}{headers}content-length: {}\r\n\r\n{body}",
                body.len()
            )
        });
    prop_oneof![
        wrong_length,
        large_headers,
        pipelined,
        chunked,
        odd_targets,
        odd_paths,
        deep
    ]
}

#[test]
fn any_framing_is_answered_or_the_connection_is_closed() {
    // Nothing happens to them any more, but the client says that this is all.
    let nothing = Mishap::Insert(index(), Vec::new());
    on_stage("endpoint: framing", ill_formed(), |stage, request| {
        stage.withstands(&request, std::slice::from_ref(&nothing))
    });
}

fn index() -> Index {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    any::<Index>().new_tree(&mut runner).unwrap().current()
}
