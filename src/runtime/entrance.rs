//! Opening sessions: as whom and where the program asks, from what the command line says and what is chosen on the screen.
//!
//! Must not: change anything of the session in use.

use crate::config::Config;
use crate::model::{Abilities, Identity, OpenedSession, ProfileEntry, ReadOnlyBy, SessionChoice};
use crate::redact::process;
use crate::resource::Section;
use crate::source::{Options, Prepared, Seat, Session, SessionError, Source, list_profiles};

/// What the command line and the settings say of every session.
#[derive(Clone, Debug)]
pub struct Entrance {
    options: Options,
    read_only: bool,
    config: Config,
}

impl Entrance {
    /// Sessions as the command line says, under the rules of the settings.
    pub fn new(options: Options, read_only: bool, config: &Config) -> Self {
        Self {
            options: Options {
                seat: Seat::Screen,
                ..options
            },
            read_only,
            config: config.clone(),
        }
    }

    /// The first session, as far as files and the environment tell.
    pub async fn prepare(&self) -> Result<Prepared, SessionError> {
        Session::prepare(self.options.clone()).await
    }

    /// Another session; why it cannot be opened is told in one line.
    pub async fn open(&self, choice: SessionChoice) -> Result<OpenedSession, String> {
        let options = Options {
            profile: choice.profile.or_else(|| self.options.profile.clone()),
            region: choice.region.or_else(|| self.options.region.clone()),
            ..self.options.clone()
        };
        let session = Session::open(options).await.map_err(|error| error.to_string())?;
        Ok(self.opened(&session))
    }

    /// The profiles to choose from.
    pub async fn profiles(&self) -> Result<Vec<ProfileEntry>, String> {
        let listed = list_profiles(self.options.profile.is_some()).await;
        let entry = |profile: crate::source::ProfileSummary| ProfileEntry {
            read_only: self.read_only || self.config.is_read_only(profile.settings.as_deref()),
            name: profile.name,
            region: profile.region,
            summary: profile.summary,
        };
        let listed = listed.map_err(|error| error.to_string())?;
        Ok(listed.into_iter().map(entry).collect())
    }

    /// A session with all that follows from it.
    pub fn opened(&self, session: &Session) -> OpenedSession {
        log(session);
        if let Some(account) = session.account() {
            process::learn(|redaction| redaction.learn_account(account));
        }
        let services = session.services();
        OpenedSession {
            identity: Identity {
                account: session.account().map(str::to_owned),
                region: session.region().to_owned(),
                endpoint: endpoint(session),
                endpoints: endpoints(session),
                ..self.identity(session.profile(), session.settings())
            },
            abilities: abilities(&services.sources),
            services,
        }
    }

    /// What is known of who asks before there is a session. Keys of the environment, which have no name, come under the rules for the
    /// profile whose settings hold: a rule for `*prod*` goes on forbidding writes when keys are set beside `AWS_PROFILE=prod`.
    pub fn identity(&self, profile: Option<&str>, settings: Option<&str>) -> Identity {
        Identity {
            profile: profile.unwrap_or_default().to_owned(),
            read_only: self.read_only || self.config.is_read_only(settings),
            read_only_by: self.read_only_by(settings),
            ..Identity::default()
        }
    }

    /// What is to be changed first where writes are refused: the config forbids them with the option and without it.
    fn read_only_by(&self, profile: Option<&str>) -> ReadOnlyBy {
        if self.config.read_only {
            ReadOnlyBy::Config
        } else if self.config.is_read_only(profile) {
            ReadOnlyBy::Profile
        } else {
            ReadOnlyBy::CommandLine
        }
    }
}

/// Tells the log as whom and where is asked from now on.
pub fn log(session: &Session) {
    let said = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let (profile, endpoint) = (said(session.profile()), said(endpoint(session).as_deref()));
    tracing::info!(profile, region = session.region(), endpoint, "session");
}

/// The endpoint as it may be shown: without the `user:password@` that a URL can have.
fn endpoint(session: &Session) -> Option<String> {
    session.endpoint_url().map(without_user)
}

fn endpoints(session: &Session) -> Vec<(&'static str, String)> {
    let endpoints = session.endpoints().into_iter();
    endpoints
        .map(|(service, url)| (service, without_user(&url)))
        .collect()
}

fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + "://".len()));
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{host}{path}")
}

/// What each section's service can do.
fn abilities(sources: &[Source]) -> [Abilities; 4] {
    Section::ALL.map(|section| {
        let source = sources.iter().find(|source| source.section == section);
        source.map_or_else(Abilities::default, |source| Abilities {
            tail: source.tail.is_some(),
            seeks_time: source.tail.as_ref().is_some_and(|tail| tail.limits().seeks_time),
            edit: source.edit.is_some(),
            consumers: source.consumers.is_some(),
            variables: source.query.as_ref().map_or(&[], |query| query.variables()),
            provenance: source.provenance.is_some(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_shown_without_its_user() {
        for (url, shown) in [
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
            ("https://me:s3cret@host:8443/a@b?c", "https://host:8443/a@b?c"),
            ("https://me:p@ss@host", "https://host"),
            ("me:s3cret@host", "host"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
