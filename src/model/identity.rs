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
    /// Whether these are the embedded services.
    pub is_embedded: bool,
}

impl Identity {
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
