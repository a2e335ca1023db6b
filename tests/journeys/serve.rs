//! The embedded endpoint by itself.

use nix::sys::signal::Signal;

use crate::shell::{Served, call};

#[test]
fn the_first_line_says_where_it_listens() {
    let served = Served::start();
    let port = served.greeting.strip_prefix("listening on http://127.0.0.1:");
    assert!(
        port.is_some_and(|port| port.trim_end().parse::<u16>().is_ok()),
        "{}",
        served.greeting
    );
}

#[test]
fn it_answers_until_it_is_told_to_end() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let served = Served::start();
        let answer = call(served.url(), "Kinesis_20131202.ListStreams", "{}");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.contains("\"orders\""), "{answer}");
        let output = served.end(signal);
        assert_eq!(output.status.code(), Some(0), "{signal}");
        assert!(output.stderr.is_empty());
    }
}
