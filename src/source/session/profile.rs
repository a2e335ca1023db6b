//! The profiles of `~/.aws/config` and `~/.aws/credentials`: which there are, and which is in use.

use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::SessionError;
use crate::redact::{Redaction, process as redaction};
use crate::sanitize;
use crate::source::credentials::Route;

/// All profiles, with the one in use chosen. A profile that was named must exist.
pub(in crate::source) async fn load(
    fs: &Fs,
    env: &Env,
    named: Option<&str>,
) -> Result<ProfileSet, SessionError> {
    let chosen = named
        .map(str::to_owned)
        .or_else(|| env.get("AWS_PROFILE").ok())
        .filter(|name| !name.is_empty());
    let files = EnvConfigFiles::default();
    let profiles = aws_config::profile::load(fs, env, &files, chosen.clone().map(Into::into))
        .await
        .map_err(|error| SessionError::UnreadableProfiles(cause(&error)))?;
    match chosen {
        Some(name) if profiles.get_profile(&name).is_none() => Err(SessionError::NoSuchProfile {
            name: sanitize::line(&name).into_owned(),
            known: names(&profiles),
        }),
        _ => Ok(profiles),
    }
}

/// A profile as the files have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSummary {
    /// Its name; `None` for what goes without one.
    pub name: Option<String>,
    /// The profile whose settings hold with it.
    pub settings: Option<String>,
    /// Its region, or that of the profile that it assumes its role from.
    pub region: Option<String>,
    /// How it comes to credentials, sanitized.
    pub summary: String,
}

/// What there is to choose, sorted. Where the program was started without the name of a profile, what goes without one is there
/// too, if that is something else.
pub async fn list(is_named: bool) -> Result<Vec<ProfileSummary>, SessionError> {
    let env = Env::real();
    let profiles = load_all(&Fs::real(), &env).await?;
    let mut list: Vec<_> = profiles
        .profiles()
        .map(|name| ProfileSummary {
            name: Some(name.to_owned()),
            settings: Some(name.to_owned()),
            region: region_of(&profiles, name),
            summary: Route::of_profile(&profiles, name).summary(),
        })
        .collect();
    list.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    mask_callers(&profiles);
    let has_keys = has_keys(&env);
    let selects = profiles.get_profile(profiles.selected_profile()).is_some();
    if !is_named && (has_keys || !selects) {
        let summary = if has_keys {
            "keys of the environment"
        } else {
            "container or instance"
        };
        let without = ProfileSummary {
            name: None,
            settings: with_settings(&profiles),
            region: None,
            summary: summary.to_owned(),
        };
        list.insert(0, without);
    }
    Ok(list)
}

async fn load_all(fs: &Fs, env: &Env) -> Result<ProfileSet, SessionError> {
    let files = EnvConfigFiles::default();
    aws_config::profile::load(fs, env, &files, None)
        .await
        .map_err(|error| SessionError::UnreadableProfiles(cause(&error)))
}

/// The names of all profiles, sorted.
pub(super) fn names(profiles: &ProfileSet) -> Vec<String> {
    let mut names: Vec<_> = profiles
        .profiles()
        .map(|name| sanitize::line(name).into_owned())
        .collect();
    names.sort_unstable();
    names
}

/// Whether the SDK finds keys in the environment.
fn has_keys(env: &Env) -> bool {
    let has = |name: &str| env.get(name).is_ok_and(|it| !it.trim().is_empty());
    has("AWS_ACCESS_KEY_ID") && (has("AWS_SECRET_ACCESS_KEY") || has("SECRET_ACCESS_KEY"))
}

/// The profile that asks, if one does: keys of the environment go before one that was not named on the command line.
pub(super) fn in_use(profiles: &ProfileSet, env: &Env, is_named: bool) -> Option<String> {
    with_settings(profiles).filter(|_| is_named || !has_keys(env))
}

/// The profile whose settings hold, whoever asks, if a file has it.
pub(super) fn with_settings(profiles: &ProfileSet) -> Option<String> {
    let name = profiles.selected_profile();
    profiles.get_profile(name).map(|_| name.to_owned())
}

/// The region of a profile, or of the one that it assumes its role from, as the SDK looks for it.
pub(super) fn region_of(profiles: &ProfileSet, name: &str) -> Option<String> {
    let mut seen = Vec::new();
    let mut at = name;
    while let Some(profile) = profiles.get_profile(at).filter(|_| !seen.contains(&at)) {
        if let Some(region) = profile.get("region") {
            return Some(region.to_owned());
        }
        seen.push(at);
        at = profile.get("source_profile")?;
    }
    None
}

/// Has whom the profiles name masked, where anything is: the roles are known before who calls is, and the choice of a profile shows
/// those of all.
pub(super) fn mask_callers(profiles: &ProfileSet) {
    let all = profiles.profiles().filter_map(|name| profiles.get_profile(name));
    redaction::learn(|it| all.for_each(|profile| learn_caller(it, profile)));
}

fn learn_caller(redaction: &mut Redaction, profile: &Profile) {
    if let Some(arn) = profile.get("role_arn") {
        redaction.learn_arn(arn);
    }
    if let Some(id) = profile.get("sso_account_id") {
        redaction.learn_account(id);
    }
    let names = ["role_session_name", "sso_role_name"].into_iter();
    names
        .filter_map(|name| profile.get(name))
        .for_each(|name| redaction.learn_name(name));
}

fn cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    sanitize::line(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: (&str, &str) = ("HOME", "/home/me");
    const FILES: [(&str, &str); 2] = [
        ("/home/me/.aws/config", "[profile prod]\nregion = eu-west-1\n"),
        (
            "/home/me/.aws/credentials",
            "[keys-only]\naws_access_key_id = A\n",
        ),
    ];

    async fn chosen(env: &[(&str, &str)], named: Option<&str>) -> Result<Option<String>, SessionError> {
        let profiles = load(&Fs::from_slice(&FILES), &Env::from_slice(env), named).await?;
        Ok(in_use(&profiles, &Env::from_slice(env), named.is_some()))
    }

    #[tokio::test]
    async fn a_profile_may_be_in_either_file() {
        assert_eq!(chosen(&[HOME], Some("prod")).await, Ok(Some("prod".to_owned())));
        assert_eq!(
            chosen(&[HOME], Some("keys-only")).await,
            Ok(Some("keys-only".to_owned()))
        );
    }

    #[tokio::test]
    async fn the_command_line_goes_before_the_environment() {
        let env = [HOME, ("AWS_PROFILE", "prod")];
        assert_eq!(chosen(&env, None).await, Ok(Some("prod".to_owned())));
        assert_eq!(
            chosen(&env, Some("keys-only")).await,
            Ok(Some("keys-only".to_owned()))
        );
    }

    #[tokio::test]
    async fn a_profile_that_was_named_must_exist() {
        for (env, named) in [
            (vec![HOME], Some("prd")),
            (vec![HOME, ("AWS_PROFILE", "prd")], None),
        ] {
            let error = chosen(&env, named).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "there is no profile prd in the AWS config and credentials files; use one of: keys-only, prod"
            );
        }
    }

    #[tokio::test]
    async fn no_profile_at_all_is_fine_as_long_as_none_was_named() {
        assert_eq!(chosen(&[HOME], None).await, Ok(None));
    }

    #[tokio::test]
    async fn keys_of_the_environment_go_before_a_profile_that_the_command_line_did_not_name() {
        let keys = [("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s")];
        let env = [HOME, ("AWS_PROFILE", "prod"), keys[0], keys[1]];
        assert_eq!(chosen(&env, None).await, Ok(None));
        assert_eq!(chosen(&env, Some("prod")).await, Ok(Some("prod".to_owned())));
        let half = [HOME, ("AWS_PROFILE", "prod"), keys[0]];
        assert_eq!(chosen(&half, None).await, Ok(Some("prod".to_owned())));
    }

    #[tokio::test]
    async fn whom_profiles_name_that_are_not_in_use_is_masked_too() {
        let config = "[profile far]\nrole_arn = arn:aws:iam::111122223333:role/Auditor\nsource_profile = base\n\
                      [profile base]\nsso_role_name = Billing\nsso_account_id = 444455556666\n";
        let files = [("/home/me/.aws/config", config)];
        let profiles = load(&Fs::from_slice(&files), &Env::from_slice(&[HOME]), None)
            .await
            .unwrap();
        let mut redaction = Redaction::new(Vec::new(), true);
        for name in profiles.profiles() {
            learn_caller(&mut redaction, profiles.get_profile(name).unwrap());
        }
        let masked = redaction.mask("Auditor and Billing in 444455556666").into_owned();
        assert!(
            !masked.contains("Auditor") && !masked.contains("Billing") && !masked.contains("4444"),
            "{masked}"
        );
    }
}
