//! What counts under which profiles: `[profiles."*prod*"]`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::glob;

/// What the SDKs call the profile that nobody names.
const UNNAMED: &str = "default";

/// The rules by the patterns of their profiles' names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Profiles(BTreeMap<String, Rule>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default)]
    read_only: bool,
}

impl Profiles {
    /// Whether any rule for a profile forbids writes.
    pub(super) fn are_read_only(&self, profile: Option<&str>) -> bool {
        self.read_only_by(profile).is_some()
    }

    /// The pattern of the rule for a profile that forbids writes. Capitals do not count: a rule that misses `Prod` would be found
    /// out too late.
    pub(super) fn read_only_by(&self, profile: Option<&str>) -> Option<&str> {
        let profile = profile.unwrap_or(UNNAMED).to_lowercase();
        let mut rules = self.0.iter();
        let forbids = |(pattern, rule): &(&String, &Rule)| {
            rule.read_only && glob::matches(&pattern.to_lowercase(), &profile)
        };
        rules.find(forbids).map(|(pattern, _)| pattern.as_str())
    }
}
