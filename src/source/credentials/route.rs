//! How a profile comes to credentials: which roles it assumes, and what stands at their beginning. The SDK goes this way itself;
//! here it is told, and a credential process at its beginning is run as [`super::process`] does it.

use aws_config::SdkConfig;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;

use super::process;
use crate::sanitize;
use crate::source::Seat;

/// The way of one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct Route {
    /// The profile, as it may be shown.
    pub(super) profile: String,
    /// The profile as it is called.
    name: String,
    /// The roles, from the last that is assumed to the first.
    pub(super) roles: Vec<Role>,
    /// The profile at the beginning, as it may be shown.
    pub(super) first: String,
    base: Base,
}

/// A role on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    arn: String,
    external_id: Option<String>,
    session: Option<String>,
    /// The device that the role may want a code of.
    pub(super) mfa: Option<String>,
}

/// What stands at the beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing.
    #[default]
    Nothing,
    /// Keys in the file.
    Keys,
    /// IAM Identity Center, at the host of its start URL.
    Sso(String),
    /// A program.
    Process(String),
    /// A token in a file.
    WebIdentity,
    /// A console session of `aws login`.
    Login,
    /// A source with a name of its own.
    Named(String),
}

impl Route {
    /// The way of the profile that is selected.
    pub(in crate::source) fn of(profiles: &ProfileSet) -> Self {
        Self::of_profile(profiles, profiles.selected_profile())
    }

    /// The way of a profile.
    pub(in crate::source) fn of_profile(profiles: &ProfileSet, name: &str) -> Self {
        let mut roles = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let mut at = name;
        let mut base = Base::Nothing;
        while let Some(profile) = profiles.get_profile(at) {
            let is_source = !seen.is_empty();
            seen.push(profile.name());
            if is_source && profile.get("aws_access_key_id").is_some() {
                base = Base::Keys;
                break;
            }
            let role = role_of(profile);
            let next = role.as_ref().and(profile.get("source_profile"));
            roles.extend(role);
            match next {
                Some(next) if !seen.contains(&next) => at = next,
                Some(next) if next != profile.name() => break,
                _ => {
                    base = base_of(profiles, profile);
                    break;
                }
            }
        }
        Self {
            profile: sanitize::line(name).into_owned(),
            name: name.to_owned(),
            roles,
            first: sanitize::line(at).into_owned(),
            base,
        }
    }

    /// Whether it is the way of more than no profile at all.
    pub(super) fn is_named(&self) -> bool {
        let leads_nowhere = self.base == Base::Nothing && self.roles.is_empty();
        !(leads_nowhere && matches!(self.name.as_str(), "" | "default"))
    }

    /// The credentials at its end.
    pub(super) async fn credentials(
        &self,
        config: &ProviderConfig,
        sdk: &SdkConfig,
    ) -> Result<Credentials, CredentialsError> {
        let Base::Process(command) = &self.base else {
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(config)
                .profile_name(&self.name);
            return provider.build().provide_credentials().await;
        };
        let mut credentials = process::run(command).await?;
        for role in self.roles.iter().rev() {
            let mut provider = AssumeRoleProvider::builder(&role.arn).configure(sdk);
            if let Some(id) = &role.external_id {
                provider = provider.external_id(id);
            }
            if let Some(session) = &role.session {
                provider = provider.session_name(session);
            }
            let provider = provider.build_from_provider(credentials).await;
            credentials = provider.provide_credentials().await?;
        }
        Ok(credentials)
    }

    /// Who it is, for a person who waits.
    pub(super) fn words(&self) -> String {
        let of = |what: &str| format!("{what} of profile {}", self.first);
        let base = match &self.base {
            Base::Nothing => format!("profile {}", self.first),
            Base::Keys => of("the keys"),
            Base::Sso(host) => of(&format!("SSO ({host})")),
            Base::Process(_) => of("the credential process"),
            Base::WebIdentity => of("the web identity token"),
            Base::Login => of("the console session"),
            Base::Named(name) => of(&format!("the credential source {name}")),
        };
        match self.roles.first() {
            Some(role) => format!("the role {} of profile {} via {base}", role.name(), self.profile),
            None => base,
        }
    }

    /// What to do where it has failed.
    pub(super) fn remedy(&self, seat: Seat) -> String {
        let (first, again) = (&self.first, seat.again());
        match &self.base {
            Base::Nothing => format!("run `aws configure --profile {first}`, then {again}"),
            Base::Keys => format!("put new keys into the credentials file for profile {first}; {again}"),
            Base::Sso(_) => format!("run `aws sso login --profile {first}`, then {again}"),
            Base::Process(_) => format!("check credential_process of profile {first}; {again}"),
            Base::WebIdentity => format!("check web_identity_token_file of profile {first}; {again}"),
            Base::Login => {
                format!("a session of `aws login` is not read here; give profile {first} another source")
            }
            Base::Named(_) => format!("check credential_source of profile {first}; {again}"),
        }
    }

    /// What the profile says of it, in a few words. The words of a command may be secret, but for the first.
    pub(in crate::source) fn summary(&self) -> String {
        let base = match &self.base {
            Base::Nothing => "no credentials".to_owned(),
            Base::Keys => "keys".to_owned(),
            Base::Sso(host) => format!("SSO {host}"),
            Base::Process(command) => {
                let program = command.split_whitespace().next().unwrap_or_default();
                let program = program.rsplit('/').next().unwrap_or_default();
                format!("process {}", sanitize::line(program))
            }
            Base::WebIdentity => "web identity".to_owned(),
            Base::Login => "console session".to_owned(),
            Base::Named(name) => name.clone(),
        };
        match self.roles.first() {
            Some(role) if self.first == self.profile => format!("role {} ← {base}", role.name()),
            Some(role) => format!("role {} ← {} ({base})", role.name(), self.first),
            None => base,
        }
    }
}

impl Role {
    /// Its name as it may be shown: the end of its ARN.
    pub(super) fn name(&self) -> String {
        let name = self.arn.rsplit('/').next().unwrap_or_default();
        sanitize::line(name).into_owned()
    }
}

fn role_of(profile: &Profile) -> Option<Role> {
    if profile.get("web_identity_token_file").is_some() {
        return None;
    }
    let text = |key| profile.get(key).map(str::to_owned);
    Some(Role {
        arn: text("role_arn")?,
        external_id: text("external_id"),
        session: text("role_session_name"),
        mfa: text("mfa_serial"),
    })
}

/// In the order of the SDK.
fn base_of(profiles: &ProfileSet, profile: &Profile) -> Base {
    let line = |text: &str| sanitize::line(text).into_owned();
    if let Some(name) = profile.get("credential_source") {
        return Base::Named(line(name));
    }
    if profile.get("web_identity_token_file").is_some() {
        return Base::WebIdentity;
    }
    if let Some(session) = profile.get("sso_session") {
        let session = profiles.sso_session(session);
        let url = session.and_then(|session| session.get("sso_start_url"));
        return Base::Sso(host_of(url.unwrap_or("no such sso-session")));
    }
    if let Some(url) = profile.get("sso_start_url") {
        return Base::Sso(host_of(url));
    }
    if profile.get("login_session").is_some() {
        return Base::Login;
    }
    if let Some(command) = profile.get("credential_process") {
        return Base::Process(command.to_owned());
    }
    match profile.get("aws_access_key_id") {
        Some(_) => Base::Keys,
        None => Base::Nothing,
    }
}

fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    sanitize::line(host).into_owned()
}

#[cfg(test)]
mod tests {
    use aws_types::os_shim_internal::{Env, Fs};

    use super::*;
    use crate::source::session::profile;

    const CONFIG: &str = "
[profile base]
sso_session = company
sso_account_id = 111122223333
sso_role_name = Reader
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-west-1
[profile prod]
role_arn = arn:aws:iam::111122223333:role/ops/Admin
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile tool]
credential_process = /opt/bin/vault --secret s3cret
[profile via-tool]
role_arn = arn:aws:iam::111122223333:role/Reader
source_profile = tool
[profile bastion]
role_arn = arn:aws:iam::111122223333:role/Reader
credential_source = Ec2InstanceMetadata
[profile keys]
aws_access_key_id = A
aws_secret_access_key = s3cret
[profile ring]
role_arn = arn:aws:iam::111122223333:role/Reader
source_profile = gnir
[profile gnir]
role_arn = arn:aws:iam::111122223333:role/Reader
source_profile = ring
[profile nothing]
region = eu-west-1
";

    async fn route(name: &str) -> Route {
        let files = [("/home/me/.aws/config", CONFIG)];
        let env = Env::from_slice(&[("HOME", "/home/me")]);
        let profiles = profile::load(&Fs::from_slice(&files), &env, Some(name)).await;
        Route::of(&profiles.unwrap())
    }

    #[tokio::test]
    async fn a_profile_tells_its_way_and_what_to_do() {
        for (name, words, summary, remedy) in [
            (
                "base",
                "SSO (company.awsapps.com) of profile base",
                "SSO company.awsapps.com",
                "run `aws sso login --profile base`",
            ),
            (
                "prod",
                "the role Admin of profile prod via SSO (company.awsapps.com) of profile base",
                "role Admin ← base (SSO company.awsapps.com)",
                "run `aws sso login --profile base`",
            ),
            (
                "tool",
                "the credential process of profile tool",
                "process vault",
                "check credential_process of profile tool",
            ),
            (
                "via-tool",
                "the role Reader of profile via-tool via the credential process of profile tool",
                "role Reader ← tool (process vault)",
                "check credential_process of profile tool",
            ),
            (
                "bastion",
                "the role Reader of profile bastion via the credential source Ec2InstanceMetadata of profile bastion",
                "role Reader ← Ec2InstanceMetadata",
                "check credential_source of profile bastion",
            ),
            ("keys", "the keys of profile keys", "keys", "put new keys"),
            (
                "nothing",
                "profile nothing",
                "no credentials",
                "run `aws configure --profile nothing`",
            ),
        ] {
            let route = route(name).await;
            assert_eq!(
                (route.words().as_str(), route.summary().as_str()),
                (words, summary)
            );
            assert!(
                route.remedy(Seat::Screen).starts_with(remedy),
                "{}",
                route.remedy(Seat::Screen)
            );
            assert!(!format!("{}{}", route.words(), route.summary()).contains("s3cret"));
        }
    }

    #[tokio::test]
    async fn a_way_that_leads_back_to_itself_ends() {
        assert_eq!(route("ring").await.roles.len(), 2);
    }
}
