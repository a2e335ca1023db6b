//! Asks an embedded service the way its tests do: without HTTP, at a time that the test sets.

use jiff::Timestamp;
use serde_json::Value;

use super::protocol::{Call, Fault, Reply, Service};

/// A time, in seconds after the beginning of the tests.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

/// The members of an operation's response in `eu-west-1`.
pub(super) fn ask(
    service: &dyn Service,
    operation: &str,
    input: &Value,
    now: Timestamp,
) -> Result<Value, Fault> {
    let call = Call {
        operation,
        input,
        region: "eu-west-1",
        now,
    };
    service.call(&call).map(|reply| match reply {
        Reply::Json(members) => members,
        Reply::Text(text) => serde_json::from_str(&text).unwrap(),
    })
}

/// The code of a fault that an operation has to end in.
pub(super) fn code<T: std::fmt::Debug>(answer: Result<T, Fault>) -> &'static str {
    answer.unwrap_err().code
}
