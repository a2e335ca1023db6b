//! Which credentials the services refuse, as the answers say, and where these came from.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keys that are remembered. A session has one at a time, and those of the roles on the way.
const REMEMBERED: usize = 8;

/// What is to be done about credentials that were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Remedy {
    /// Whose they are.
    pub(in crate::source) of: String,
    /// What to do.
    pub(in crate::source) advice: String,
}

/// What is known of access key ids, which are no secret.
#[derive(Debug, Default)]
pub(in crate::source) struct Refusals(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    refused: VecDeque<String>,
    remedies: VecDeque<(String, Remedy)>,
}

impl Refusals {
    /// A service did not accept these.
    pub(in crate::source) fn refuse(&self, key: &str) {
        let mut known = self.known_now();
        if !known.refused.iter().any(|it| it == key) {
            known.refused.truncate(REMEMBERED - 1);
            known.refused.push_front(key.to_owned());
        }
    }

    /// Whether a service did not accept these.
    pub(in crate::source) fn refused(&self, key: &str) -> bool {
        self.known_now().refused.iter().any(|it| it == key)
    }

    /// Where these came from. They may be accepted now that they were given again.
    pub(super) fn known(&self, key: &str, remedy: Remedy) {
        let mut known = self.known_now();
        known.refused.retain(|it| it != key);
        known.remedies.retain(|(it, _)| it != key);
        known.remedies.truncate(REMEMBERED - 1);
        known.remedies.push_front((key.to_owned(), remedy));
    }

    /// What to do about these.
    pub(in crate::source) fn remedy(&self, key: &str) -> Option<Remedy> {
        let known = self.known_now();
        let found = known.remedies.iter().find(|(it, _)| it == key);
        found.map(|(_, remedy)| remedy.clone())
    }

    /// Nothing is left half done by a thread that panics.
    fn known_now(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_again_may_be_accepted_again() {
        let refusals = Refusals::default();
        refusals.refuse("A");
        assert!(refusals.refused("A"));
        let remedy = Remedy {
            of: "the environment".to_owned(),
            advice: "do".to_owned(),
        };
        refusals.known("A", remedy.clone());
        assert!(!refusals.refused("A"));
        assert_eq!(refusals.remedy("A"), Some(remedy));
        assert_eq!(refusals.remedy("B"), None);
    }
}
