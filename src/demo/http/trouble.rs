//! Makes an answer go wrong, as the plan of the faults has it.
//!
//! Must not: decide what goes wrong.

use std::io;

use bytes::Bytes;
use futures::stream;
use http::Response;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use serde_json::Value;

use super::answer::Body;
use crate::demo::faults::{RECORDS, Trouble};
use crate::demo::protocol::Fault;
use crate::demo::world::Api;

/// What each service says to one call too many: of its reads of records, and of all else (API reference, the errors of each
/// operation, and "Common errors").
const THROTTLES: [(Api, &str, &str); 6] = [
    (Api::DynamoDb, "ThrottlingException", "ThrottlingException"),
    (
        Api::DynamoDbStreams,
        "LimitExceededException",
        "ThrottlingException",
    ),
    (Api::FeatureStore, "ThrottlingException", "ThrottlingException"),
    (
        Api::Kinesis,
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
    ),
    (Api::MachineLearning, "ThrottlingException", "ThrottlingException"),
    (Api::SageMaker, "ThrottlingException", "ThrottlingException"),
];
/// The operations that count against a shard.
const OF_A_SHARD: [&str; 2] = ["GetRecords", "GetShardIterator"];

/// The fault to answer with instead of carrying the call out, where the trouble is one.
pub(super) fn fault(trouble: Trouble, api: Api, operation: &str) -> Option<Fault> {
    let of_shard = OF_A_SHARD.contains(&operation);
    let throttle = THROTTLES.iter().find(|(throttled, ..)| *throttled == api);
    let throttle = throttle.map_or(
        "ThrottlingException",
        |(_, shard, other)| {
            if of_shard { shard } else { other }
        },
    );
    match trouble {
        Trouble::Throttled => Some(Fault::new(throttle, "Rate exceeded.")),
        Trouble::Expired => Some(Fault::new("ExpiredIteratorException", "Iterator expired.")),
        Trouble::Failed => Some(Fault::new("InternalFailure", "Internal service failure.").with_status(500)),
        Trouble::Unavailable => {
            Some(Fault::new("ServiceUnavailable", "Service unavailable.").with_status(503))
        }
        Trouble::Dropped | Trouble::CutShort(_) | Trouble::Slow(_) | Trouble::Resharded(_) => None,
    }
}

/// Asks for fewer records than the caller does.
pub(super) fn ask_for_less(operation: &str, input: &mut Value) {
    if operation == "GetRecords" {
        let asked = input["Limit"].as_i64();
        if asked.is_none_or(|asked| asked > RECORDS && asked <= 10_000) {
            input["Limit"] = RECORDS.into();
        }
    }
}

/// Lets so many bytes of the body through, or all of it, and breaks off the connection before its end.
pub(super) fn cut_short(response: Response<Body>, bytes: usize) -> Response<Body> {
    response.map(|body| {
        let frames = stream::unfold(Some((body, bytes)), |state| async move {
            let (mut body, left) = state?;
            let Some(Ok(frame)) = body.frame().await else {
                return Some((Err(broken_off()), None));
            };
            let data = frame.into_data().unwrap_or_else(|_| Bytes::new());
            if data.len() >= left {
                let rest = Body::default();
                return Some((Ok(Frame::data(data.slice(..left))), Some((rest, 0))));
            }
            let left = left - data.len();
            Some((Ok(Frame::data(data)), Some((body, left))))
        });
        StreamBody::new(frames).boxed_unsync()
    })
}

/// What ends a connection.
pub(super) fn broken_off() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::http::answer::{JSON_1_1, text};
    use futures::FutureExt as _;
    use http::StatusCode;
    use serde_json::json;

    /// The bytes that come through, and whether the body ends well.
    fn read(mut body: Body) -> (usize, bool) {
        let mut bytes = 0;
        loop {
            match body.frame().now_or_never().unwrap() {
                Some(Ok(frame)) => bytes += frame.into_data().unwrap().len(),
                Some(Err(_)) => return (bytes, false),
                None => return (bytes, true),
            }
        }
    }

    #[test]
    fn a_body_that_is_cut_short_never_ends_well() {
        for (bytes, through) in [(3, 3), (10, 10), (4000, 10)] {
            let response = text(StatusCode::OK, JSON_1_1, "0123456789".to_owned());
            assert_eq!(
                read(cut_short(response, bytes).into_body()),
                (through, false),
                "{bytes}"
            );
        }
    }

    #[test]
    fn each_service_throttles_in_its_own_words() {
        let code = |api, operation| fault(Trouble::Throttled, api, operation).unwrap().code;
        let of_shard = "ProvisionedThroughputExceededException";
        assert_eq!(code(Api::Kinesis, "GetRecords"), of_shard);
        assert_eq!(code(Api::Kinesis, "ListShards"), "LimitExceededException");
        assert_eq!(code(Api::DynamoDbStreams, "GetRecords"), "LimitExceededException");
        assert_eq!(code(Api::SageMaker, "ListFeatureGroups"), "ThrottlingException");
    }

    #[test]
    fn fewer_records_are_asked_for_and_never_more() {
        for (limit, expected) in [
            (json!(null), 500),
            (json!(10_000), 500),
            (json!(20), 20),
            (json!(10_001), 10_001),
        ] {
            let mut input = json!({"Limit": limit});
            ask_for_less("GetRecords", &mut input);
            assert_eq!(input["Limit"], expected);
        }
    }
}
