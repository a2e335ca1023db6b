//! All that a session can call.

use std::fmt;
use std::sync::Arc;

use super::{Identify, Keyring, Source};

/// What can be called.
pub struct Services {
    /// The services.
    pub sources: Vec<Source>,
    /// What tells who calls.
    pub identify: Arc<dyn Identify>,
    /// The credentials, where they can change.
    pub keyring: Option<Keyring>,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}
