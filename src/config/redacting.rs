//! What is masked for others' eyes: `[redact]`, with expressions of the person's own.

use std::ops::Range;

use regex::Regex;
use serde::Deserialize;

/// The settings in force.
#[derive(Clone, Debug, Default)]
pub struct Redacting {
    /// Whether everything is masked without `--redact` too.
    pub always: bool,
    /// What is masked besides accounts, who calls, and keys.
    pub patterns: Vec<Regex>,
}

/// What a file says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    #[serde(default)]
    always: bool,
    #[serde(default)]
    patterns: Vec<toml::Spanned<String>>,
}

impl Said {
    /// The settings; or what is wrong, and where in the file.
    pub(super) fn check(self) -> Result<Redacting, (Range<usize>, String)> {
        let patterns = self.patterns.into_iter().map(|pattern| {
            let wrong = |why: String| (pattern.span(), format!("'{}' {why}", pattern.get_ref()));
            let regex = Regex::new(pattern.get_ref())
                .map_err(|error| wrong(format!("is no regular expression: {}", reason(&error))))?;
            if regex.is_match("") {
                return Err(wrong(
                    "matches where nothing is; it must need a character".to_owned(),
                ));
            }
            Ok(regex)
        });
        Ok(Redacting {
            always: self.always,
            patterns: patterns.collect::<Result<_, _>>()?,
        })
    }
}

/// The last line tells what is wrong; those before it draw where.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;

    fn load(text: &str) -> Result<Config, String> {
        Config::over_defaults(text, Path::new("c.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn redaction_is_asked_for_and_has_patterns() {
        assert!(!load("").unwrap().redact.always);
        let config = load("[redact]\npatterns = ['cust-\\d+', \"acme\"]").unwrap();
        assert!(!config.redact.always);
        assert_eq!(config.redact.patterns.len(), 2);
        assert!(load("[redact]\nalways = true").unwrap().redact.always);
    }

    #[test]
    fn a_mistake_about_redaction_is_told_with_its_place() {
        for (text, expected) in [
            (
                "[redact]\npatterns = ['a', 'b(']",
                "c.toml:2:18: 'b(' is no regular expression: unclosed group",
            ),
            (
                "max_fps = 3\n[redact]\npatterns = [\n  'x*',\n]",
                "c.toml:4:3: 'x*' matches where nothing is",
            ),
            (
                "redact = true",
                "c.toml:1:10: invalid type: boolean `true`, expected struct Said",
            ),
            ("[redact]\npattern = 'a'", "c.toml:2:1: unknown field `pattern`"),
        ] {
            let error = load(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
