//! What goes before the settings, or fills in for them: the command line and the environment.
//!
//! Must not: read either; both are told.

use super::Config;
use crate::terminal::{Colours, Surroundings};
use crate::view::ThemeName;

/// What is said on the command line, and what the terminal is.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// `--read-only`.
    pub read_only: bool,
    /// `--ascii`.
    pub ascii: bool,
    /// `--max-fps`.
    pub max_fps: Option<u16>,
    /// `--theme`.
    pub theme: Option<ThemeName>,
    /// `--profile`, or `AWS_PROFILE`.
    pub profile: Option<String>,
    /// What the environment tells of the terminal.
    pub surroundings: Surroundings,
}

impl Circumstances {
    /// Whether only ASCII is drawn, and what says so where that is not the config.
    pub fn ascii(&self, config: &Config) -> (bool, Option<&'static str>) {
        match (self.ascii, config.ascii) {
            (true, _) => (true, Some("command line: --ascii")),
            (false, Some(said)) => (said, None),
            (false, None) => (
                !self.surroundings.has_unicode,
                Some("environment: TERM and the locale"),
            ),
        }
    }

    /// The theme, and what says so where that is not the config. A person who wants no colours in any program can still choose
    /// some for this one (no-color.org).
    pub fn theme(&self, config: &Config) -> (ThemeName, Option<&'static str>) {
        let told = &self.surroundings;
        let by_terminal = match told.colours {
            Colours::None => ThemeName::Mono,
            Colours::Sixteen => ThemeName::Sixteen,
            Colours::Palette | Colours::True if told.is_light => ThemeName::Light,
            Colours::Palette | Colours::True => ThemeName::Dark,
        };
        match (self.theme, config.theme) {
            (Some(said), _) => (said, Some("command line: --theme")),
            (None, Some(said)) => (said, None),
            (None, None) if told.wants_no_colour => (ThemeName::Mono, Some("environment: NO_COLOR")),
            (None, None) => (by_terminal, Some("environment: TERM, COLORTERM and COLORFGBG")),
        }
    }

    /// Frames a second at most.
    pub fn max_fps(&self, config: &Config) -> u16 {
        self.max_fps.unwrap_or(if self.surroundings.is_remote {
            config.max_fps_over_ssh
        } else {
            config.max_fps
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn theme(flag: Option<ThemeName>, config: &str, variables: &[(&str, &str)]) -> ThemeName {
        let config = Config::over_defaults(config, Path::new("c.toml")).unwrap();
        let variable = |name: &str| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let circumstances = Circumstances {
            read_only: false,
            ascii: false,
            max_fps: None,
            theme: flag,
            profile: None,
            surroundings: Surroundings::of(variable),
        };
        circumstances.theme(&config).0
    }

    #[test]
    fn the_flag_goes_before_the_config_and_that_before_the_environment() {
        let no_colour = [("NO_COLOR", "1"), ("TERM", "foot")];
        let light = "theme = \"light\"";
        assert_eq!(theme(Some(ThemeName::Dark), light, &no_colour), ThemeName::Dark);
        assert_eq!(theme(None, light, &no_colour), ThemeName::Light);
        assert_eq!(theme(None, "", &no_colour), ThemeName::Mono);
        assert_eq!(
            theme(None, "", &[("NO_COLOR", ""), ("TERM", "foot")]),
            ThemeName::Dark
        );
        assert_eq!(theme(None, "", &[("TERM", "linux")]), ThemeName::Sixteen);
        assert_eq!(theme(None, "", &[("TERM", "dumb")]), ThemeName::Mono);
        let konsole = [("TERM", "xterm-256color"), ("COLORFGBG", "0;15")];
        assert_eq!(theme(None, "", &konsole), ThemeName::Light);
    }
}
