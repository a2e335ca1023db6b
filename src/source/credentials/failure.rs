//! Why there are no credentials: which provider failed, with what words, and what to do.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

use super::process::Ended;
use super::route::Route;
use crate::sanitize;
use crate::source::{Seat, SessionError};

/// Characters of a provider's own words at most.
const WORDS: usize = 240;

/// A failure of the providers, sanitized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Failure {
    /// Who failed, and why.
    pub(in crate::source) why: String,
    /// What a program said of it, which is not for the log.
    said: String,
    /// What to do.
    pub(in crate::source) advice: String,
}

impl Failure {
    /// The files with the profiles cannot be read, or do not hold the one in use any more.
    pub(super) fn of_files(error: &SessionError, seat: Seat) -> Self {
        Self {
            why: error.to_string(),
            said: String::new(),
            advice: seat.again().to_owned(),
        }
    }

    /// A provider that should have credentials has failed.
    pub(super) fn of_provider(
        words: &str,
        remedy: String,
        route: &Route,
        seat: Seat,
        error: &CredentialsError,
    ) -> Self {
        if let Some(refused) = find::<AssumeRoleError>(error) {
            return Self::of_role(route, seat, refused);
        }
        let why = said(error);
        let ended = find::<Ended>(error);
        Self {
            why: format!("{words} failed: {why}"),
            said: ended.map(|ended| ended.said.clone()).unwrap_or_default(),
            advice: remedy,
        }
    }

    /// Nobody has any.
    pub(super) fn none(tried: &[String], route: &Route, seat: Seat) -> Self {
        let advice = if route.is_named() {
            route.remedy(seat)
        } else {
            format!(
                "set AWS_PROFILE or AWS_ACCESS_KEY_ID, run `aws configure` or `aws sso login`, then {}",
                seat.again()
            )
        };
        Self {
            why: format!("none of these has any: {}", tried.join(", ")),
            said: String::new(),
            advice,
        }
    }

    /// Nobody answered.
    pub(super) fn late(after: Duration) -> Self {
        Self::of_asking(format!(
            "no provider of credentials had answered after {} s",
            after.as_secs()
        ))
    }

    /// The asking was ended with the program, or failed within it.
    pub(super) fn broken_off() -> Self {
        Self::of_asking("asking for credentials was broken off".to_owned())
    }

    fn of_asking(why: String) -> Self {
        Self {
            why,
            said: String::new(),
            advice: "try again".to_owned(),
        }
    }

    /// All that is known, for the screen.
    pub(in crate::source) fn told(&self) -> String {
        if self.said.is_empty() {
            self.why.clone()
        } else {
            format!("{}: {}", self.why, self.said)
        }
    }

    /// A role was not given.
    fn of_role(route: &Route, seat: Seat, error: &AssumeRoleError) -> Self {
        let code = error.code().unwrap_or("no answer");
        let message = error.message().unwrap_or_default();
        let words = route.words();
        let why = format!("AssumeRole for {words} failed: {code}: {message}");
        let again = seat.again();
        let device = route.roles.iter().find_map(|role| role.mfa.as_deref());
        let advice = match device {
            Some(device) => format!(
                "its mfa_serial says that the role may want a code, and nothing here asks for one: get keys with \
                 `aws sts get-session-token --serial-number {device} --token-code CODE` for profile {}, or use a \
                 credential_process that does; {again}",
                route.first
            ),
            None => format!(
                "check role_arn of profile {} and who may assume it; {again}",
                route.profile
            ),
        };
        Self {
            why: shortened(&why),
            said: String::new(),
            advice: sanitize::line(&advice).into_owned(),
        }
    }
}

/// For the log.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for Failure {}

/// The provider's own words, the innermost: the outer ones only say that there are none.
fn said(error: &CredentialsError) -> String {
    let innermost = chain(error).last().map(ToString::to_string);
    shortened(&innermost.unwrap_or_default())
}

fn shortened(text: &str) -> String {
    let line = sanitize::line(text);
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_words_are_one_line_and_bounded() {
        let error = CredentialsError::provider_error(format!("\u{1b}[2J{}", "x".repeat(999)));
        let failure = Failure::of_provider("SSO", "do".to_owned(), &Route::default(), Seat::Screen, &error);
        assert!(failure.why.starts_with("SSO failed: ␛[2Jxxx"), "{failure}");
        assert!(failure.why.chars().count() < 300 && failure.why.ends_with('…'));
    }

    #[test]
    fn without_any_profile_all_that_can_be_done_is_named() {
        let route = Route::default();
        let failure = Failure::none(
            &["Environment".to_owned(), "Profile".to_owned()],
            &route,
            Seat::Shell,
        );
        assert!(
            failure.advice.ends_with("then call it again"),
            "{}",
            failure.advice
        );
        assert_eq!(failure.why, "none of these has any: Environment, Profile");
    }
}
