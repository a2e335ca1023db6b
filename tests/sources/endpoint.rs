//! An embedded endpoint with nothing in it, the hand on its clock, and a way to fill it that needs no client library.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kinescope::demo::{Clock, Endpoint, Options};
use kinescope::resource::Section;
use kinescope::source::{Session, Source};
use serde_json::Value;

use crate::wire::send;

/// When every story begins: 2025-10-09T08:53:20Z.
pub(crate) const BEGIN: i64 = 1_760_000_000;

pub(crate) struct Story {
    endpoint: Endpoint,
    seconds: Arc<AtomicI64>,
}

impl Story {
    pub(crate) fn begin() -> Self {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let hand = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(hand.load(Ordering::Relaxed)).unwrap());
        let endpoint = Endpoint::start(Options::empty(clock)).unwrap();
        Self { endpoint, seconds }
    }

    /// An endpoint with a busy shop in it.
    pub(crate) fn stocked() -> Self {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let hand = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(hand.load(Ordering::Relaxed)).unwrap());
        let options = Options {
            stock: true,
            ..Options::empty(clock)
        };
        let endpoint = Endpoint::start(options).unwrap();
        Self { endpoint, seconds }
    }

    /// An endpoint on a bad day, on which two seconds go by whenever anyone looks at the clock.
    pub(crate) fn faulty(seed: u64) -> Self {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let hand = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(hand.fetch_add(2, Ordering::Relaxed)).unwrap());
        let options = Options {
            faults: true,
            seed,
            ..Options::empty(clock)
        };
        let endpoint = Endpoint::start(options).unwrap();
        Self { endpoint, seconds }
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn source(&self, section: Section) -> Source {
        Session::demo(&self.endpoint.url()).sources()[section.index()].clone()
    }

    /// Calls an operation of a JSON protocol, such as `Kinesis_20131202.CreateStream`.
    pub(crate) async fn call(&self, target: &str, input: &Value) -> Value {
        let header = format!("x-amz-target: {target}\r\ncontent-type: application/x-amz-json-1.1");
        self.send("POST", "/", &header, input).await
    }

    /// Sends a request; any other status than 200 fails the test.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &str, body: &Value) -> Value {
        let line = format!("{method} {path}");
        send(&self.endpoint.url(), "us-east-1", &line, headers, body).await
    }
}
