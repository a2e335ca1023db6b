//! As whom and where the program asks.

use crate::edit::Origin;
use crate::resource::Caller;

/// Who and where, for the first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The account, where it is known.
    pub account: Option<String>,
    /// Who of it calls, where that is known.
    pub caller: Option<Caller>,
    /// The profile.
    pub profile: String,
    /// The region.
    pub region: String,
    /// The endpoint, where it is not the service's own.
    pub endpoint: Option<String>,
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
    /// What would have to be otherwise for a write to be made.
    pub fn why_read_only(&self) -> String {
        match self.read_only_by {
            ReadOnlyBy::CommandLine => "start without --read-only to do it".to_owned(),
            ReadOnlyBy::Config => "the config says read_only = true".to_owned(),
            ReadOnlyBy::Profile if self.profile.is_empty() => {
                "the default profile is read-only in the config".to_owned()
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
                self.endpoint.clone()
            },
        }
    }
}
