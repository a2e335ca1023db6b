//! The one call of the Security Token Service that tells who is calling. It speaks the old query protocol: a form in, XML out.
//!
//! Must not: give out credentials.

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Response, StatusCode};

use super::answer::Body;
use super::{answer, rest};
use crate::demo::protocol::ACCOUNT;

const XML: &str = "text/xml";

/// Whether a request is one of the query protocol.
pub(super) fn is_query(request: &Parts) -> bool {
    let content_type = request
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    request.method == Method::POST
        && content_type.is_some_and(|name| name.starts_with("application/x-www-form-urlencoded"))
}

/// Answers a form.
pub(super) fn respond(body: &[u8]) -> Response<Body> {
    let form = String::from_utf8_lossy(body);
    let is_known = rest::pairs(&form).any(|(name, value)| name == "Action" && value == "GetCallerIdentity");
    if !is_known {
        let error = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
            <Code>InvalidAction</Code><Message>Only GetCallerIdentity is answered here</Message></Error></ErrorResponse>";
        return answer::text(StatusCode::BAD_REQUEST, XML, error.to_owned());
    }
    let identity = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/shopkeeper/robin</Arn>\
         <UserId>AROADEMODEMODEMODEMO1:robin</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    answer::text(StatusCode::OK, XML, identity)
}
