//! What the environment, the profiles and the command line say is looked at before anything is made of it.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use aws_types::os_shim_internal::Env;

use super::SessionError;
use crate::sanitize;
use crate::source::endpoint::SERVICES;

/// The variable with the endpoint of all services, with which the names of those for single ones begin.
const VARIABLE: &str = "AWS_ENDPOINT_URL";
/// The setting of a profile, and of a service in a section for services.
const SETTING: &str = "endpoint_url";

/// An endpoint is a URL of HTTP with a host; `of` tells where it is set.
pub(super) fn check_endpoint(of: &str, url: &str) -> Result<(), SessionError> {
    let parsed = url.parse::<::http::Uri>().ok();
    let sound = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if sound {
        return Ok(());
    }
    Err(SessionError::InvalidEndpoint {
        of: sanitize::line(of).into_owned(),
        url: sanitize::line(url).into_owned(),
    })
}

/// The endpoints of the environment and the profile, of all services and of single ones. The SDK goes to the services themselves
/// where that of all is no URL, which is the last that somebody wants who has set it.
pub(super) fn check_configured_endpoints(env: &Env, profiles: &ProfileSet) -> Result<(), SessionError> {
    let ignored = env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if ignored.is_ok_and(|it| it.eq_ignore_ascii_case("true")) {
        return Ok(());
    }
    let of_all = env.get(VARIABLE).ok().filter(|url| !url.is_empty());
    let of_profile = || {
        let url = profiles.get(SETTING)?.to_owned();
        Some((
            format!("{SETTING} of profile {}", profiles.selected_profile()),
            url,
        ))
    };
    if let Some((of, url)) = of_all.map(|url| (VARIABLE.to_owned(), url)).or_else(of_profile) {
        check_endpoint(&of, &url)?;
    }
    SERVICES
        .into_iter()
        .try_for_each(|(_, id)| check_service(env, profiles, id))
}

/// What the SDK takes for the service with this id.
fn check_service(env: &Env, profiles: &ProfileSet, id: &str) -> Result<(), SessionError> {
    let variable = format!("{VARIABLE}_{}", id.to_uppercase().replace(' ', "_"));
    if let Ok(url) = env.get(&variable) {
        return check_endpoint(&variable, &url);
    }
    if env.get(VARIABLE).is_ok() {
        return Ok(());
    }
    let of_profile = EnvConfigValue::new().profile(SETTING).service_id(id);
    match of_profile.load(env, Some(profiles)) {
        Some((url, _)) => {
            let section = profiles.get("services").unwrap_or_default();
            let service = id.to_lowercase().replace(' ', "-");
            check_endpoint(&format!("{SETTING} of {service} in [services {section}]"), &url)
        }
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
    use aws_types::os_shim_internal::Fs;

    use super::*;
    use crate::source::session::profile;

    #[test]
    fn an_endpoint_is_a_url_with_a_host() {
        assert_eq!(check_endpoint("it", "http://127.0.0.1:4566"), Ok(()));
        assert_eq!(check_endpoint("it", "https://[::1]:8443/path"), Ok(()));
        for wrong in ["127.0.0.1:4566", "localhost", "ftp://host", "http://", ""] {
            assert!(check_endpoint("it", wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn the_endpoint_of_a_single_service_is_looked_at_before_it_is_asked() {
        let config =
            "[default]\nservices = mine\n[services mine]\nmachine-learning =\n  endpoint_url = nonsense\n";
        let files = [("/home/me/.aws/config", config)];
        let said = async |variables: &[(&str, &str)]| {
            let env = Env::from_slice(&[&[("HOME", "/home/me")], variables].concat());
            let profiles = profile::load(&Fs::from_slice(&files), &env, None).await.unwrap();
            let checked = check_configured_endpoints(&env, &profiles);
            checked.map_or_else(|error| error.to_string(), |()| "fine".to_owned())
        };
        let told = said(&[("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "localhost:1")]).await;
        assert!(
            told.starts_with("AWS_ENDPOINT_URL_DYNAMODB_STREAMS: localhost:1 is not the URL"),
            "{told}"
        );
        let told = said(&[]).await;
        assert!(
            told.starts_with("endpoint_url of machine-learning in [services mine]: nonsense"),
            "{told}"
        );
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        assert_eq!(said(&[ignored]).await, "fine");
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
