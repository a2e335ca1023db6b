//! Settings: the person's TOML over embedded defaults.
//!
//! Must not: read the command line, which goes before both.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::Deserialize;
use thiserror::Error;

use crate::query::Filter;
use crate::sanitize;

const EMBEDDED: &str = include_str!("../assets/config.toml");

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// Frames a second at most.
    pub max_fps: u16,
    /// How much of a tail is kept, in MiB.
    pub ring_mib: usize,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    /// Refuse every write.
    pub read_only: bool,
    /// Filters of a tail by their names.
    pub filters: BTreeMap<String, String>,
}

/// What a file says; the rest is as embedded.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Partial {
    max_fps: Option<u16>,
    ring_mib: Option<usize>,
    ascii: Option<bool>,
    read_only: Option<bool>,
    #[serde(default)]
    filters: BTreeMap<String, toml::Spanned<String>>,
}

/// A file that cannot be used: which one, where in it, and why.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("the config file {} cannot be read: {why}; check --config", sanitize::line(&file.display().to_string()))]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// It says something wrong.
    #[error("{place}: {why}; correct the config file", place = sanitize::line(place), why = sanitize::line(why))]
    Wrong {
        /// File, line and column.
        place: String,
        /// Why.
        why: String,
    },
}

impl Config {
    /// The settings of this file, or of the person's own where none is named. Only a named file must exist.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let unreadable = |file: &Path, why| ConfigError::Unreadable {
            file: file.to_owned(),
            why,
        };
        match (named, own_file()) {
            (Some(file), _) => {
                let text = std::fs::read_to_string(file).map_err(|why| unreadable(file, why))?;
                Self::over_defaults(&text, file)
            }
            (None, Some(file)) => match std::fs::read_to_string(&file) {
                Ok(text) => Self::over_defaults(&text, &file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Self::over_defaults("", &file),
                Err(error) => Err(unreadable(&file, error)),
            },
            (None, None) => Self::over_defaults("", Path::new("")),
        }
    }

    fn over_defaults(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let defaults: Self = parse(EMBEDDED, Path::new("assets/config.toml"))?;
        let said: Partial = parse(text, file)?;
        Ok(Self {
            max_fps: said.max_fps.unwrap_or(defaults.max_fps).clamp(1, 240),
            ring_mib: said.ring_mib.unwrap_or(defaults.ring_mib).clamp(1, 64 << 10),
            ascii: said.ascii.unwrap_or(defaults.ascii),
            read_only: said.read_only.unwrap_or(defaults.read_only),
            filters: filters(said.filters, text, file)?,
        })
    }
}

/// The filters that a file names, each of which must be one.
fn filters(
    said: BTreeMap<String, toml::Spanned<String>>,
    text: &str,
    file: &Path,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let checked = said.into_iter().map(|(name, filter)| {
        if let Err(error) = Filter::parse(filter.get_ref()) {
            let why = format!("filter '{name}': {error}");
            return Err(wrong(text, filter.span().start, file, why));
        }
        Ok((name, filter.into_inner()))
    });
    checked.collect()
}

fn own_file() -> Option<PathBuf> {
    ProjectDirs::from("", "", "kinescope").map(|dirs| dirs.config_dir().join("config.toml"))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str, file: &Path) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        wrong(text, start, file, error.message().to_owned())
    })
}

/// A mistake at a place of a file, in bytes.
fn wrong(text: &str, at: usize, file: &Path, why: String) -> ConfigError {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    ConfigError::Wrong {
        place: format!("{}:{line}:{column}", file.display()),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        Config::over_defaults(text, Path::new("c.toml"))
    }

    #[test]
    fn what_is_not_said_is_as_embedded() {
        let config = load("max_fps = 4\n").unwrap();
        assert_eq!(
            config,
            Config {
                max_fps: 4,
                ring_mib: 64,
                ascii: false,
                read_only: false,
                filters: BTreeMap::new(),
            }
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let error = load("max_fps = 4\nrnig_mib = 1\n").unwrap_err().to_string();
        assert!(
            error.starts_with("c.toml:2:1: unknown field `rnig_mib`"),
            "{error}"
        );
        let error = load("[filters]\nbig = '.total >'").unwrap_err().to_string();
        assert!(
            error.starts_with("c.toml:2:7: filter 'big': a term is expected here, at character 9"),
            "{error}"
        );
        let error = load("max_fps = \"many\"").unwrap_err().to_string();
        assert!(error.starts_with("c.toml:1:11: "), "{error}");
    }
}
