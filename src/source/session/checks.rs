//! What the environment, the profiles and the command line say is looked at before anything is made of it.

use aws_config::profile::ProfileSet;
use aws_types::os_shim_internal::Env;

use super::{Options, SessionError};
use crate::sanitize;

/// An endpoint is a URL of HTTP with a host.
pub(super) fn check_endpoint(url: &str) -> Result<(), SessionError> {
    let parsed = url.parse::<::http::Uri>().ok();
    let sound = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if sound {
        return Ok(());
    }
    Err(SessionError::InvalidEndpoint(sanitize::line(url).into_owned()))
}

/// `AWS_ENDPOINT_URL`, or the profile's `endpoint_url`. The SDK goes to the services themselves where that is no URL, which is the
/// last that somebody wants who has set it.
pub(super) fn check_configured_endpoint(
    options: &Options,
    profiles: &ProfileSet,
) -> Result<(), SessionError> {
    let env = Env::real();
    let ignored = env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if options.endpoint_url.is_some() || ignored.is_ok_and(|it| it.eq_ignore_ascii_case("true")) {
        return Ok(());
    }
    let of_env = env.get("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty());
    let of_profile = || profiles.get("endpoint_url").map(str::to_owned);
    match of_env.or_else(of_profile) {
        Some(url) => check_endpoint(&url),
        None => Ok(()),
    }
}

/// The names of regions are letters, digits and hyphens, and a part of a host's name.
pub fn check_region(name: &str) -> Result<(), SessionError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edges = !name.starts_with('-') && !name.ends_with('-');
    if !name.is_empty() && name.len() <= 63 && name.chars().all(fits) && edges {
        return Ok(());
    }
    Err(SessionError::InvalidRegion(sanitize::line(name).into_owned()))
}

/// The certificates of the file that `AWS_CA_BUNDLE` names, as the AWS CLI trusts them in place of the system's.
pub(super) fn trusted() -> Result<Option<Vec<u8>>, SessionError> {
    let Some(file) = Env::real()
        .get("AWS_CA_BUNDLE")
        .ok()
        .filter(|file| !file.is_empty())
    else {
        return Ok(None);
    };
    let unusable = |why: &str| SessionError::UnusableCertificates {
        file: sanitize::line(&file).into_owned(),
        why: sanitize::line(why).into_owned(),
    };
    let pem = std::fs::read(&file).map_err(|error| unusable(&error.to_string()))?;
    if memchr::memmem::find(&pem, b"-----BEGIN CERTIFICATE-----").is_none() {
        return Err(unusable("it holds no certificate in PEM"));
    }
    Ok(Some(pem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url_with_a_host() {
        assert_eq!(check_endpoint("http://127.0.0.1:4566"), Ok(()));
        assert_eq!(check_endpoint("https://[::1]:8443/path"), Ok(()));
        for wrong in ["127.0.0.1:4566", "localhost", "ftp://host", "http://", ""] {
            assert!(check_endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_is_a_part_of_a_host_name() {
        for fits in ["eu-west-1", "us-gov-east-1", "local"] {
            assert_eq!(check_region(fits), Ok(()));
        }
        for wrong in ["", "EU", "a.b", "-a", "a-", "a b", "a/b"] {
            assert!(check_region(wrong).is_err(), "{wrong}");
        }
    }
}
