//! Two calls of the Security Token Service: who is calling, and a role of the embedded account. It speaks the old query protocol:
//! a form in, XML out.
//!
//! Must not: give out credentials that open anything.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use jiff::Timestamp;

use super::answer::Body;
use super::{answer, rest};
use crate::demo::protocol::ACCOUNT;

const XML: &str = "text/xml";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// How long a role is had unless it is asked for longer (`AssumeRole`, API reference).
const ROLE_LIFE: Duration = Duration::from_hours(1);

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
pub(super) fn respond(body: &[u8], has_expired: bool, now: Timestamp) -> Response<Body> {
    let form = String::from_utf8_lossy(body);
    let field = |wanted: &str| rest::pairs(&form).find_map(|(name, value)| (name == wanted).then_some(value));
    if has_expired {
        let words = "The security token included in the request is expired";
        return failed(StatusCode::FORBIDDEN, "ExpiredToken", words);
    }
    match field("Action").as_deref() {
        Some("GetCallerIdentity") => answer::text(StatusCode::OK, XML, caller()),
        Some("AssumeRole") => {
            let role = field("RoleArn").unwrap_or_default();
            let session = field("RoleSessionName").unwrap_or_default();
            assume(&role, &session, now)
        }
        _ => failed(
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            "Only GetCallerIdentity and AssumeRole are answered here",
        ),
    }
}

fn failed(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let error = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
         </Error></ErrorResponse>"
    );
    answer::text(status, XML, error)
}

fn caller() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/shopkeeper/robin</Arn>\
         <UserId>AROADEMODEMODEMODEMO1:robin</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

/// Any role of the embedded account may be assumed, and none of another.
fn assume(role: &str, session: &str, now: Timestamp) -> Response<Body> {
    let name = role.strip_prefix(&format!("arn:aws:iam::{ACCOUNT}:role/"));
    let is_plain = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "+=,.@_/-".contains(c);
        !text.is_empty() && text.chars().all(plain)
    };
    let Some(name) = name.filter(|name| is_plain(name) && is_plain(session)) else {
        let words = "The caller is not authorized to perform: sts:AssumeRole on the resource";
        return failed(StatusCode::FORBIDDEN, "AccessDenied", words);
    };
    let end = (now + ROLE_LIFE).strftime("%Y-%m-%dT%H:%M:%SZ");
    let given = format!(
        "<AssumeRoleResponse xmlns=\"{NAMESPACE}\"><AssumeRoleResult><AssumedRoleUser>\
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}</Arn>\
         <AssumedRoleId>AROADEMODEMODEMODEMO2:{session}</AssumedRoleId></AssumedRoleUser><Credentials>\
         <AccessKeyId>ASIADEMO</AccessKeyId><SecretAccessKey>demo</SecretAccessKey><SessionToken>demo</SessionToken>\
         <Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    answer::text(StatusCode::OK, XML, given)
}
