//! Turns an SDK error into a [`SourceError`]: one table of the services' error codes, and the cause of a missing answer in
//! words.
//!
//! Must not: decide whether to try again; that is for the SDK's retries and for [`crate::tail`].

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::event_stream::RawMessage;
use aws_smithy_types::str_bytes::StrBytes;
use aws_types::request_id::RequestId as _;

use super::credentials::{Failure, Remedy};
use super::error::NO_CREDENTIALS;
use super::http::NoAnswer;
use super::{ErrorKind, SourceError};

/// The error codes of all services by kind, from the "Errors" sections of their API references and from the page
/// "Common Error Types". What is not here is judged by its HTTP status.
const CODES: &[(ErrorKind, &[&str])] = &[
    (
        ErrorKind::Throttled,
        &[
            "KMSThrottlingException",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ],
    ),
    (
        ErrorKind::Expired,
        &["ExpiredIteratorException", "ExpiredNextTokenException"],
    ),
    (ErrorKind::Trimmed, &["TrimmedDataAccessException"]),
    (
        ErrorKind::NotFound,
        &[
            "ResourceNotFound",
            "ResourceNotFoundException",
            "UnknownOperation",
            "UnknownOperationException",
        ],
    ),
    (
        ErrorKind::Denied,
        &[
            "AccessDenied",
            "AccessDeniedException",
            "AccessForbidden",
            "KMSAccessDeniedException",
            "KMSDisabledException",
            "KMSInvalidStateException",
            // The key, not the stream: nothing that is read would be gone.
            "KMSNotFoundException",
            "KMSOptInRequired",
            "NotAuthorized",
            "OptInRequired",
            "UnauthorizedOperation",
        ],
    ),
    (
        ErrorKind::Credentials,
        &[
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "InvalidToken",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "RequestExpired",
            "RequestInTheFuture",
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
            "TokenRefreshRequired",
            "UnrecognizedClientException",
        ],
    ),
    (
        ErrorKind::Conflict,
        &["ConflictException", "ResourceInUse", "ResourceInUseException"],
    ),
    (
        ErrorKind::Invalid,
        &[
            "IdempotentParameterMismatchException",
            "InvalidArgumentException",
            "InvalidInputException",
            "InvalidParameterValue",
            "InvalidTagException",
            "MissingParameter",
            "SerializationException",
            "TagLimitExceededException",
            "ValidationError",
            "ValidationException",
        ],
    ),
];

/// A failed call of `operation` on `resource` as the program knows it.
pub(super) fn classify<E>(
    operation: &'static str,
    resource: &str,
    error: &SdkError<E, HttpResponse>,
) -> SourceError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let made = |kind, code: &str, message: &str| SourceError::new(kind, operation, resource, code, message);
    let failed = match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or_default();
            let message = context.err().message().unwrap_or_default();
            if is_about_the_clock(code, message) {
                return made(ErrorKind::Credentials, code, message)
                    .with_remedy(Some(SET_THE_CLOCK))
                    .with_request_id(error.request_id());
            }
            if let Some(remedy) = context.raw().extension::<Remedy>() {
                return made(
                    ErrorKind::Credentials,
                    code,
                    &format!("{message} ({})", remedy.of),
                )
                .with_remedy(Some(&remedy.advice))
                .with_request_id(error.request_id());
            }
            match code {
                "" => made(kind_of_status(status), &format!("HTTP {status}"), message),
                code => made(kind_of(code).unwrap_or(kind_of_status(status)), code, message),
            }
        }
        SdkError::ResponseError(context) => unreadable(context.raw(), error, &made),
        SdkError::ConstructionFailure(_) => unsent(error, &made),
        _ => unanswered(error, &made),
    };
    failed.with_request_id(error.request_id())
}

/// Signatures hold for five minutes around the time in them (IAM User Guide, "Troubleshoot Signature Version 4 signing"). The SDK
/// corrects itself by the time in the answer; what comes here is what that could not mend.
const SET_THE_CLOCK: &str = "the clock of this machine is off: set it, then try again";
/// The codes of that, and where the code is one of any wrong signature, the beginnings of its message.
const CLOCK_CODES: [&str; 3] = ["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"];
const CLOCK_WORDS: [&str; 2] = ["Signature expired", "Signature not yet current"];

fn is_about_the_clock(code: &str, message: &str) -> bool {
    CLOCK_CODES.contains(&code) || CLOCK_WORDS.iter().any(|words| message.starts_with(words))
}

/// An answer that had begun and broke off, with a last word of the service's or without.
pub(super) fn classify_event<E>(
    operation: &'static str,
    resource: &str,
    error: &SdkError<E, RawMessage>,
) -> SourceError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let code = exception_type(context.raw()).unwrap_or("error in the event stream");
            let kind = kind_of(code).unwrap_or(ErrorKind::Other);
            let message = context.err().message().unwrap_or_default();
            SourceError::new(kind, operation, resource, code, message)
        }
        _ => SourceError::new(
            ErrorKind::Transport,
            operation,
            resource,
            "broken off",
            &innermost(error),
        ),
    }
}

/// The code of an error among events stands in a header of its frame, which the SDK does not pass on.
fn exception_type(frame: &RawMessage) -> Option<&str> {
    let RawMessage::Decoded(message) = frame else {
        return None;
    };
    let mut headers = message.headers().iter();
    let header = headers.find(|header| header.name().as_str() == ":exception-type")?;
    header.value().as_string().ok().map(StrBytes::as_str)
}

/// An answer that lacks what the API reference says is always there.
pub(super) fn incomplete(operation: &'static str, resource: &str) -> SourceError {
    SourceError::new(
        ErrorKind::Other,
        operation,
        resource,
        "incomplete answer",
        "the endpoint left out what the API reference requires",
    )
}

pub(crate) fn kind_of(code: &str) -> Option<ErrorKind> {
    CODES
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map(|(kind, _)| *kind)
}

/// Whether a code says that the credentials are not accepted, whoever would use them.
pub(super) fn is_refusal(code: &str) -> bool {
    kind_of(code) == Some(ErrorKind::Credentials)
}

pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Credentials,
        403 => ErrorKind::Denied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        400..=499 => ErrorKind::Invalid,
        _ => ErrorKind::Other,
    }
}

/// An answer that is none of the service's, such as a proxy's page.
fn unreadable(
    answer: &HttpResponse,
    error: &(dyn Error + 'static),
    made: &dyn Fn(ErrorKind, &str, &str) -> SourceError,
) -> SourceError {
    let status = answer.status();
    if status.is_success() {
        return made(ErrorKind::Transport, "unreadable answer", &innermost(error));
    }
    made(
        kind_of_status(status.as_u16()),
        &format!("HTTP {}", status.as_u16()),
        "the endpoint's answer is none of this service",
    )
}

/// A request that could not be made, such as one for an empty identifier, or for FIPS at an endpoint of one's own.
fn unsent(error: &(dyn Error + 'static), made: &dyn Fn(ErrorKind, &str, &str) -> SourceError) -> SourceError {
    made(ErrorKind::Invalid, "not sent", &innermost(error))
}

/// No answer at all: no credentials to ask with, nobody there, or nobody in time.
fn unanswered(
    error: &(dyn Error + 'static),
    made: &dyn Fn(ErrorKind, &str, &str) -> SourceError,
) -> SourceError {
    if let Some(failure) = find::<Failure>(error) {
        return made(ErrorKind::Credentials, NO_CREDENTIALS, &failure.told())
            .with_remedy(Some(&failure.advice));
    }
    if let Some(cause) = find::<CredentialsError>(error) {
        let why = format!("{cause}: {}", innermost(cause));
        return made(ErrorKind::Credentials, NO_CREDENTIALS, &why);
    }
    let asked = find::<NoAnswer>(error).map(|it| it.authority.as_str());
    let timed_out = chain(error).find(|cause| cause.to_string().contains(TIMED_OUT));
    match (asked, timed_out) {
        (Some(host), Some(timeout)) => made(ErrorKind::Transport, "timed out", &format!("{host}: {timeout}")),
        (None, Some(timeout)) => made(ErrorKind::Transport, "timed out", &timeout.to_string()),
        (Some(host), None) => {
            let why = no_answer(error, host);
            let remedy = TLS.iter().find(|(words, _)| why.contains(words));
            made(ErrorKind::Transport, "no answer", &why).with_remedy(remedy.map(|(_, remedy)| *remedy))
        }
        (None, None) => unsent(error, made),
    }
}

/// How the SDK words all its timeouts, before the time that was waited.
const TIMED_OUT: &str = "timeout occurred after";

/// What rustls says where the other side is not as it should be, and what to do about that.
const TLS: [(&str, &str); 4] = [
    (
        "InvalidContentType",
        "nothing there speaks TLS: use http:// if the endpoint is a plain one",
    ),
    (
        "UnknownIssuer",
        "its certificate is of nobody known here: name who signed it in AWS_CA_BUNDLE",
    ),
    (
        "certificate not valid for name",
        "its certificate is another host's: check --endpoint-url",
    ),
    (
        "certificate expired",
        "its certificate has expired, or the clock of this machine is off",
    ),
];

fn no_answer(error: &(dyn Error + 'static), host: &str) -> String {
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => format!("connection refused by {host}"),
        Some(io::ErrorKind::ConnectionReset) => format!("connection reset by {host}"),
        _ => format!("{host}: {}", innermost(error)),
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    type Failed = SdkError<ErrorMetadata, HttpResponse>;

    fn answer(status: u16) -> HttpResponse {
        let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        answer.headers_mut().insert("x-amzn-requestid", "id-1");
        answer
    }

    fn refused_with(status: u16, code: &str) -> SourceError {
        let error = ErrorMetadata::builder().code(code).message("why").build();
        classify(
            "GetRecords",
            "orders",
            &Failed::service_error(error, answer(status)),
        )
    }

    #[test]
    fn every_code_stands_once_in_the_table() {
        let mut codes: Vec<_> = CODES.iter().flat_map(|(_, codes)| codes.iter()).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn an_error_of_a_service_is_known_by_its_code() {
        for (code, kind) in [
            ("ProvisionedThroughputExceededException", ErrorKind::Throttled),
            ("ExpiredIteratorException", ErrorKind::Expired),
            ("ResourceNotFound", ErrorKind::NotFound),
            ("AccessForbidden", ErrorKind::Denied),
            ("KMSNotFoundException", ErrorKind::Denied),
            ("UnrecognizedClientException", ErrorKind::Credentials),
            ("ConflictException", ErrorKind::Conflict),
            ("ValidationError", ErrorKind::Invalid),
        ] {
            assert_eq!(refused_with(400, code).kind, kind, "{code}");
        }
    }

    #[test]
    fn a_clock_that_is_off_is_told_as_that() {
        for (code, message) in [
            ("RequestTimeTooSkewed", "The difference is too large."),
            (
                "InvalidSignatureException",
                "Signature expired: 20261121T050000Z is now earlier than",
            ),
            (
                "SignatureDoesNotMatch",
                "Signature not yet current: 20261121T050000Z is still later than",
            ),
        ] {
            let error = ErrorMetadata::builder().code(code).message(message).build();
            let error = classify("GetRecords", "orders", &Failed::service_error(error, answer(400)));
            assert_eq!(
                (error.kind, error.advice().as_str()),
                (ErrorKind::Credentials, SET_THE_CLOCK)
            );
        }
        assert_ne!(refused_with(400, "SignatureDoesNotMatch").advice(), SET_THE_CLOCK);
    }

    #[test]
    fn a_code_that_is_not_in_the_table_is_judged_by_the_status() {
        assert_eq!(refused_with(500, "InternalFailure").kind, ErrorKind::Other);
        assert_eq!(refused_with(503, "ServiceUnavailable").kind, ErrorKind::Other);
        assert_eq!(refused_with(403, "SomethingNew").kind, ErrorKind::Denied);
        assert_eq!(refused_with(404, "").kind, ErrorKind::NotFound);
        assert_eq!(refused_with(404, "").code, "HTTP 404");
    }

    #[test]
    fn the_code_the_message_and_the_request_id_are_kept() {
        let error = refused_with(400, "TrimmedDataAccessException");
        assert_eq!(error.code, "TrimmedDataAccessException");
        assert_eq!(error.message, "why");
        assert_eq!(error.request_id.as_deref(), Some("id-1"));
    }

    #[test]
    fn a_page_of_a_proxy_is_not_shown_but_its_status_is() {
        let error = Failed::response_error("expected value at line 1", answer(502));
        let error = classify("ListStreams", "", &error);
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Other, "HTTP 502"));
    }

    #[test]
    fn missing_credentials_are_known_wherever_they_stand_in_the_chain() {
        let cause = CredentialsError::provider_error("the SSO session has expired");
        let error = Failed::dispatch_failure(ConnectorError::other(cause.into(), None));
        let error = classify("ListStreams", "", &error);
        assert_eq!(error.kind, ErrorKind::Credentials);
        assert_eq!(
            error.message,
            "an error occurred while loading credentials: the SSO session has expired"
        );
    }

    #[test]
    fn a_timeout_tells_how_long_was_waited() {
        let error = Failed::timeout_error("operation attempt timeout occurred after 30s");
        let error = classify("ListStreams", "", &error);
        assert_eq!(
            (error.kind, error.code.as_str()),
            (ErrorKind::Transport, "timed out")
        );
        assert!(error.message.ends_with("after 30s"), "{}", error.message);
    }
}
