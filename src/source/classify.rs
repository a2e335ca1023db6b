//! Turns an SDK error into a [`SourceError`]: one table of the services' error codes, and the cause of a missing answer in
//! words.
//!
//! Must not: decide whether to try again; that is for the SDK's retries and for [`crate::tail`].

use std::error::Error;

use aws_config::meta::{ProviderAttempt, ProviderChainError};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId as _;

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
        &[
            "ExpiredIteratorException",
            "ExpiredNextTokenException",
            // The records at the iterator are gone; the code tells this one apart.
            "TrimmedDataAccessException",
        ],
    ),
    (
        ErrorKind::NotFound,
        &[
            "KMSNotFoundException",
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
            "InvalidArgumentException",
            "InvalidInputException",
            "InvalidParameterValue",
            "MissingParameter",
            "SerializationException",
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
            match code {
                "" => made(kind_of_status(status), &format!("HTTP {status}"), message),
                code => made(kind_of(code).unwrap_or(kind_of_status(status)), code, message),
            }
        }
        SdkError::ResponseError(context) => unreadable(context.raw(), error, &made),
        _ => unanswered(error, &made),
    };
    failed.with_request_id(error.request_id())
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

fn kind_of(code: &str) -> Option<ErrorKind> {
    CODES
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map(|(kind, _)| *kind)
}

fn kind_of_status(status: u16) -> ErrorKind {
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

/// No answer at all: no credentials to ask with, nobody there, or nobody in time.
fn unanswered(
    error: &(dyn Error + 'static),
    made: &dyn Fn(ErrorKind, &str, &str) -> SourceError,
) -> SourceError {
    if let Some(cause) = find::<CredentialsError>(error) {
        return made(
            ErrorKind::Credentials,
            "no credentials",
            &missing_credentials(cause),
        );
    }
    if chain(error).any(|cause| cause.to_string().contains("identity resolver timed out")) {
        return made(
            ErrorKind::Credentials,
            "no credentials",
            "no provider answered in time",
        );
    }
    let timed_out = chain(error).find(|cause| cause.to_string().contains("timeout occurred after"));
    let code = match timed_out {
        Some(_) => "timed out",
        None => "no answer",
    };
    let cause = match (timed_out, find::<std::io::Error>(error)) {
        (Some(timeout), _) => timeout.to_string(),
        (None, Some(io)) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            "connection refused".to_owned()
        }
        (None, Some(io)) if io.kind() == std::io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        _ => innermost(error),
    };
    let message = match find::<NoAnswer>(error) {
        Some(no_answer) => format!("{cause} by {}", no_answer.authority),
        None => cause,
    };
    made(ErrorKind::Transport, code, &message)
}

/// Which providers were asked, and what the first that said anything of note said.
fn missing_credentials(error: &CredentialsError) -> String {
    let Some(attempted) = find::<ProviderChainError<CredentialsError>>(error) else {
        return match error.source() {
            Some(_) => format!("{error}: {}", innermost(error)),
            None => error.to_string(),
        };
    };
    let names: Vec<_> = attempted.attempts().iter().map(ProviderAttempt::name).collect();
    format!("none of these has any: {}", names.join(", "))
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
