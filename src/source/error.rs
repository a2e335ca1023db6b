//! What went wrong in a call to a service, on what, and what the person can do about it.

use std::fmt;

use crate::sanitize;

/// The code where nobody had credentials.
pub(super) const NO_CREDENTIALS: &str = "no credentials";

/// The kinds of failure that the program treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Too many calls or bytes; try again later.
    Throttled,
    /// An iterator or a page token is too old; ask for a new one.
    Expired,
    /// What was to be read is no longer kept.
    Trimmed,
    /// There is no such resource, or the endpoint does not know the call.
    NotFound,
    /// The caller may not do this.
    Denied,
    /// There are no credentials, or they are not accepted.
    Credentials,
    /// Somebody else was faster.
    Conflict,
    /// Somebody else has it, or had it a moment ago, or it is not ready; it can be had a little later.
    InUse,
    /// The service refused the request as wrong.
    Invalid,
    /// No answer: refused, reset, timed out, no such host.
    Transport,
    /// Anything else, such as a fault of the service.
    Other,
}

/// A failed call. Its texts came from outside and are sanitized when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The call, such as `GetRecords`.
    pub operation: &'static str,
    /// What it was made on, such as a stream's name; empty for calls on nothing in particular.
    pub resource: String,
    /// The service's error code, or a word of ours where there was no answer.
    pub code: String,
    /// The service's message.
    pub message: String,
    /// AWS's id of the request, for a support case.
    pub request_id: Option<Box<str>>,
    /// What the person can do about this one, where more is known of it than its kind.
    pub remedy: Option<Box<Advice>>,
}

/// What the person can do, boxed: errors are handed about much, and few have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice(String);

impl SourceError {
    /// A failed call; the texts may hold anything.
    pub fn new(kind: ErrorKind, operation: &'static str, resource: &str, code: &str, message: &str) -> Self {
        Self {
            kind,
            operation,
            resource: sanitize::line(resource).into_owned(),
            code: sanitize::line(code).into_owned(),
            message: sanitize::line(message).into_owned(),
            request_id: None,
            remedy: None,
        }
    }

    /// The same with what the person can do about this one.
    #[must_use]
    pub fn with_remedy(mut self, remedy: Option<&str>) -> Self {
        self.remedy = remedy.map(|remedy| Box::new(Advice(sanitize::line(remedy).into_owned())));
        self
    }

    /// The same with AWS's id of the request.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<&str>) -> Self {
        self.request_id = id.map(|id| sanitize::line(id).into());
        self
    }

    /// Whether the same call will fail again, however often it is made.
    pub fn is_final(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Conflict | ErrorKind::Invalid
        )
    }

    /// Whether it is a part of reading a stream, and told by counting it.
    pub fn is_routine(&self) -> bool {
        matches!(self.kind, ErrorKind::Throttled | ErrorKind::Expired)
    }

    /// The same for the log, where nothing is told of what a program said that should have given credentials.
    pub fn logged(&self) -> String {
        if self.code == NO_CREDENTIALS {
            return format!("{} failed: {NO_CREDENTIALS}", self.operation);
        }
        self.to_string()
    }

    /// What the person can do about it.
    pub fn advice(&self) -> String {
        if let Some(remedy) = &self.remedy {
            return remedy.0.clone();
        }
        match self.kind {
            ErrorKind::Throttled => "wait a moment and try again".to_owned(),
            ErrorKind::Expired => "try again".to_owned(),
            ErrorKind::Trimmed => "begin at trim-horizon".to_owned(),
            ErrorKind::NotFound => "check the name and the region".to_owned(),
            // `UpdateRecord` has no action of its own ("Actions, resources, and condition keys for Amazon SageMaker").
            ErrorKind::Denied if self.operation == "UpdateRecord" => {
                "ask for permission for sagemaker:PutRecord, which UpdateRecord needs".to_owned()
            }
            ErrorKind::Denied => format!("ask for permission to call {}", self.operation),
            ErrorKind::Credentials => {
                "set AWS_PROFILE or AWS_ACCESS_KEY_ID, or log in again, then try again".to_owned()
            }
            ErrorKind::Conflict => "read it again and compare".to_owned(),
            ErrorKind::InUse => "wait a moment, or choose another consumer".to_owned(),
            ErrorKind::Invalid => "check what was asked for".to_owned(),
            ErrorKind::Transport => "check the network, the region and --endpoint-url".to_owned(),
            ErrorKind::Other => "try again; if it stays, the service has a problem".to_owned(),
        }
    }
}

/// One line: what, on what, why, what to do.
impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation)?;
        if !self.resource.is_empty() {
            write!(f, " on {}", self.resource)?;
        }
        write!(f, " failed: {}", self.code)?;
        if !self.message.is_empty() && self.message != self.code {
            write!(f, ": {}", self.message.trim_end_matches('.'))?;
        }
        write!(f, "; {}", self.advice())
    }
}

impl std::error::Error for SourceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_on_what_and_what_to_do() {
        let error = SourceError::new(
            ErrorKind::NotFound,
            "ListShards",
            "orders",
            "ResourceNotFoundException",
            "no such stream",
        );
        assert_eq!(
            error.to_string(),
            "ListShards on orders failed: ResourceNotFoundException: no such stream; \
             check the name and the region"
        );
    }

    #[test]
    fn who_may_not_update_a_record_is_told_of_the_action_that_it_needs() {
        let error = SourceError::new(ErrorKind::Denied, "UpdateRecord", "customers", "AccessDenied", "");
        assert!(error.advice().contains("sagemaker:PutRecord"));
    }

    #[test]
    fn the_log_has_nothing_of_what_a_program_said() {
        let error = SourceError::new(
            ErrorKind::Credentials,
            "ListShards",
            "",
            NO_CREDENTIALS,
            "exit status: 1: s3cret",
        );
        assert_eq!(error.logged(), "ListShards failed: no credentials");
    }

    #[test]
    fn a_hostile_message_is_defused() {
        let error = SourceError::new(ErrorKind::Other, "ListShards", "\u{1b}[2J", "X", "a\nb");
        assert!(!error.to_string().chars().any(char::is_control));
    }
}
