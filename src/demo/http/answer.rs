//! Answers and faults as HTTP responses.
//!
//! Must not: know which call is answered.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::demo::protocol::{Answer, Fault};

/// The content type of awsJson1.0.
pub(super) const JSON_1_0: &str = "application/x-amz-json-1.0";
/// The content type of awsJson1.1.
pub(super) const JSON_1_1: &str = "application/x-amz-json-1.1";
/// The content type of restJson1.
pub(super) const REST_JSON: &str = "application/json";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer of any of the JSON protocols. All of them find an error's code in the body; restJson1 wants it as a header too.
pub(super) fn json(content_type: &'static str, answer: Answer) -> Response<Full<Bytes>> {
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
pub(super) fn text(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds the id that a support case would ask for.
pub(super) fn set_request_id(response: &mut Response<Full<Bytes>>, id: String) {
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}
