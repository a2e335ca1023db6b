//! Answers and faults as HTTP responses.
//!
//! Must not: know which call is answered.

use std::io;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

use crate::demo::protocol::{Answer, Fault};

/// The body of a response. An error in it breaks off the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// The content type of awsJson1.0.
pub(super) const JSON_1_0: &str = "application/x-amz-json-1.0";
/// The content type of awsJson1.1.
pub(super) const JSON_1_1: &str = "application/x-amz-json-1.1";
/// The content type of restJson1.
pub(super) const REST_JSON: &str = "application/json";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer of any of the JSON protocols. All of them find an error's code in the body; restJson1 wants it as a header too.
pub(super) fn json(content_type: &'static str, answer: Answer) -> Response<Body> {
    match answer {
        Ok(reply) => text(StatusCode::OK, content_type, reply.into_text()),
        Err(fault) => {
            let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let code = HeaderValue::from_static(fault.code);
            let mut response = text(status, content_type, describe(fault).to_string());
            response.headers_mut().insert(ERROR_TYPE, code);
            response
        }
    }
}

fn describe(fault: Fault) -> Value {
    let mut body = json!({"__type": fault.code, "message": fault.message});
    if let (Value::Object(body), Value::Object(members)) = (&mut body, fault.members) {
        body.extend(members);
    }
    body
}

/// A response with a text as its body.
pub(super) fn text(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let body = Full::from(body).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds the id that a support case would ask for.
pub(super) fn set_request_id(response: &mut Response<Body>, id: String) {
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}
