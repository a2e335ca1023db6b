//! As whom and where the program asks.

use crate::aws_command::{RECORDS, services_of};
use crate::edit::Origin;
use crate::resource::{Caller, Section};

/// What the keys and roles are called that come without a profile.
pub(super) const ENVIRONMENT: &str = "(environment)";

/// Who and where, for the first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The account, where it is known.
    pub account: Option<String>,
    /// Who of it calls, where that is known.
    pub caller: Option<Caller>,
    /// The profile that asks; empty where keys of the environment do, or a container's or an instance's role.
    pub profile: String,
    /// The region.
    pub region: String,
    /// The endpoint of all services, where it is not their own.
    pub endpoint: Option<String>,
    /// The endpoints that single services have instead, as `aws` calls these.
    pub endpoints: Vec<(&'static str, String)>,
    /// Whether writes are refused.
    pub read_only: bool,
    /// What says so.
    pub read_only_by: ReadOnlyBy,
    /// Whether these are the embedded services.
    pub is_embedded: bool,
}

/// What it is that forbids writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadOnlyBy {
    /// The command line.
    #[default]
    CommandLine,
    /// The config, for every profile.
    Config,
    /// A rule of the config for the profile.
    Profile,
}

impl Identity {
    /// What a person knows the profile as.
    pub fn profile_title(&self) -> &str {
        match self.profile.as_str() {
            "" => ENVIRONMENT,
            profile => profile,
        }
    }

    /// The endpoint of a service, as `aws` calls it, where it is not the service's own.
    pub fn endpoint_of(&self, service: &str) -> Option<&str> {
        let mut own = self.endpoints.iter();
        let own = own.find(|(name, _)| *name == service);
        own.map(|(_, url)| url.as_str()).or(self.endpoint.as_deref())
    }

    /// The endpoints of the services of a section, each once.
    pub fn endpoints_in(&self, section: Section) -> Vec<&str> {
        let services = services_of(section).iter();
        let mut endpoints: Vec<_> = services.filter_map(|service| self.endpoint_of(service)).collect();
        endpoints.dedup();
        endpoints
    }

    /// What would have to be otherwise for a write to be made.
    pub fn why_read_only(&self) -> String {
        match self.read_only_by {
            ReadOnlyBy::CommandLine => "start without --read-only to do it".to_owned(),
            ReadOnlyBy::Config => "the config says read_only = true".to_owned(),
            ReadOnlyBy::Profile if self.profile.is_empty() => {
                "the config forbids it for the profile of the environment: AWS_PROFILE, or default".to_owned()
            }
            ReadOnlyBy::Profile => {
                format!("the profile {} is read-only in the config", self.profile)
            }
        }
    }

    /// Where its records live, for drafts and the log.
    pub fn origin(&self) -> Origin {
        Origin {
            account: self.account.clone(),
            profile: self.profile.clone(),
            region: self.region.clone(),
            // Where the embedded services listen is another place each time.
            endpoint: if self.is_embedded {
                Some("embedded".to_owned())
            } else {
                self.endpoint_of(RECORDS).map(str::to_owned)
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_asked_at_the_endpoints_of_its_services() {
        let identity = Identity {
            endpoint: Some("http://all".to_owned()),
            endpoints: vec![
                ("kinesis", "http://one".to_owned()),
                (RECORDS, "http://two".to_owned()),
            ],
            ..Identity::default()
        };
        assert_eq!(identity.endpoints_in(Section::Streams), ["http://one"]);
        assert_eq!(identity.endpoints_in(Section::Tables), ["http://all"]);
        assert_eq!(
            identity.endpoints_in(Section::Features),
            ["http://all", "http://two"]
        );
        assert_eq!(identity.origin().endpoint.as_deref(), Some("http://two"));
    }

    #[test]
    fn who_asks_without_a_profile_has_a_name() {
        assert_eq!(Identity::default().profile_title(), "(environment)");
    }
}
