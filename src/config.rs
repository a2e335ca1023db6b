//! Settings: the person's TOML over embedded defaults.
//!
//! Must not: read the command line, which goes before both.

mod circumstances;
mod decoding;
mod effective;
mod glob;
mod keys;
mod profiles;
mod redacting;
mod reference;
mod toml_text;

use std::collections::BTreeMap;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::decode::Decoder;
use crate::keymap::Keymap;
use crate::query::Filter;
use crate::sanitize;
use crate::view::{Face, Role, Theme, ThemeName};
pub use circumstances::Circumstances;
pub use decoding::Decoding;
use decoding::{Files, Rule};
pub use effective::effective;
use profiles::Profiles;
pub use redacting::Redacting;
pub use reference::markdown;

const EMBEDDED: &str = include_str!("../assets/config.toml");
/// Frames a second that a screen can be asked for.
const FPS: RangeInclusive<u64> = 1..=240;
/// MiB that a tail can keep.
const RING_MIB: RangeInclusive<u64> = 1..=64 << 10;

/// The settings in force.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Config {
    /// Frames a second at most.
    pub max_fps: u16,
    /// The same where the screen is at the other end of an SSH session.
    pub max_fps_over_ssh: u16,
    /// How much of a tail is kept, in MiB.
    pub ring_mib: usize,
    /// Draw with ASCII characters only; by the terminal and the locale where it is not said.
    pub ascii: Option<bool>,
    /// Have a terminal that can show a frame at once do so.
    pub synchronized_output: bool,
    /// Have the window's title say what is shown.
    pub title: bool,
    /// Refuse every write.
    pub read_only: bool,
    /// Tell in the log which values were written.
    pub audit_values: bool,
    /// Ring the terminal's bell when something that is followed has ended.
    pub bell: bool,
    /// Filters of a tail by their names.
    pub filters: BTreeMap<String, String>,
    #[serde(skip)]
    /// How the payloads of streams are read.
    pub decoding: Decoding,
    #[serde(skip)]
    profiles: Profiles,
    #[serde(skip)]
    /// The keys.
    pub keymap: Keymap,
    /// How the screen looks, where that is said.
    pub theme: Option<ThemeName>,
    #[serde(skip)]
    roles: BTreeMap<Role, Face>,
    /// What is masked for others' eyes.
    #[serde(skip)]
    pub redact: Redacting,
}

/// What a file says; the rest is as embedded.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Partial {
    max_fps: Option<Spanned<u64>>,
    max_fps_over_ssh: Option<Spanned<u64>>,
    ring_mib: Option<Spanned<u64>>,
    ascii: Option<bool>,
    synchronized_output: Option<bool>,
    title: Option<bool>,
    read_only: Option<bool>,
    audit_values: Option<bool>,
    bell: Option<bool>,
    #[serde(default)]
    redact: redacting::Said,
    #[serde(default)]
    profiles: Profiles,
    #[serde(default)]
    filters: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    decode: Vec<Rule>,
    #[serde(default)]
    schemas: Files,
    #[serde(default)]
    keys: keys::Keys,
    theme: Option<ThemeName>,
    #[serde(default)]
    roles: BTreeMap<Role, Face>,
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
    /// A table that comes with the program is not as it should be.
    #[error("{0}")]
    Embedded(String),
}

impl Config {
    /// The settings of this file, or of the person's own where none is named. Only a named file must exist.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let (file, text) = read(named)?;
        Self::over_defaults(&text, &file)
    }

    fn over_defaults(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let defaults: Self = parse(EMBEDDED, Path::new("assets/config.toml"))?;
        let said: Partial = parse(text, file)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let decoding = Decoding::load(said.decode, &said.schemas, folder);
        let number = |said: Option<Spanned<u64>>, within| bounded(said, within, text, file);
        let (fps, fps_over_ssh): (Option<u16>, Option<u16>) =
            (number(said.max_fps, FPS)?, number(said.max_fps_over_ssh, FPS)?);
        let keymap = Keymap::embedded().map_err(|error| ConfigError::Embedded(error.to_string()))?;
        let keymap = keymap.with(&said.keys.changes());
        Ok(Self {
            max_fps: fps.unwrap_or(defaults.max_fps),
            max_fps_over_ssh: fps_over_ssh.or(fps).unwrap_or(defaults.max_fps_over_ssh),
            ring_mib: bounded(said.ring_mib, RING_MIB, text, file)?.unwrap_or(defaults.ring_mib),
            ascii: said.ascii.or(defaults.ascii),
            synchronized_output: said.synchronized_output.unwrap_or(defaults.synchronized_output),
            title: said.title.unwrap_or(defaults.title),
            read_only: said.read_only.unwrap_or(defaults.read_only),
            audit_values: said.audit_values.unwrap_or(defaults.audit_values),
            bell: said.bell.unwrap_or(defaults.bell),
            redact: said
                .redact
                .check()
                .map_err(|(at, why)| wrong(text, at.start, file, why))?,
            profiles: said.profiles,
            filters: filters(said.filters, text, file)?,
            decoding: decoding.map_err(|(at, why)| wrong(text, at.start, file, why))?,
            keymap: keymap.map_err(|(at, why)| wrong(text, at, file, why.to_string()))?,
            theme: said.theme.or(defaults.theme),
            roles: said.roles,
        })
    }

    /// A theme, with the roles of one's own in it.
    pub fn theme(&self, name: ThemeName) -> Result<Theme, ConfigError> {
        let theme = Theme::named(name).map_err(|error| ConfigError::Embedded(error.to_string()))?;
        Ok(theme.with(&self.roles))
    }

    /// Whether every write is refused under this profile. One rule that says so is enough, whatever others say.
    pub fn is_read_only(&self, profile: Option<&str>) -> bool {
        self.read_only || self.profiles.are_read_only(profile)
    }

    /// How the payloads of this stream are read; it may be named by its ARN.
    pub fn decoder_for(&self, stream: &str) -> Decoder {
        self.decoding.decoder_for(stream)
    }
}

/// The filters that a file names, each of which must be one.
fn filters(
    said: BTreeMap<String, Spanned<String>>,
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

/// The file that counts, and what it says; nothing where none is named and there is none.
fn read(named: Option<&Path>) -> Result<(PathBuf, String), ConfigError> {
    let own = own_file().unwrap_or_default();
    let file = named.unwrap_or(&own);
    match std::fs::read_to_string(file) {
        Ok(text) => Ok((file.to_owned(), text)),
        Err(error) if named.is_none() && is_absence(&error) => Ok((own, String::new())),
        Err(why) => Err(ConfigError::Unreadable {
            file: file.to_owned(),
            why,
        }),
    }
}

/// Whether a file is not there, be it that its folder cannot be one: a home may be `/dev/null`.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// A number that must be within bounds.
fn bounded<T: TryFrom<u64>>(
    said: Option<Spanned<u64>>,
    within: RangeInclusive<u64>,
    text: &str,
    file: &Path,
) -> Result<Option<T>, ConfigError> {
    let Some(said) = said else { return Ok(None) };
    let number = Some(*said.get_ref()).filter(|it| within.contains(it));
    let taken = number.and_then(|it| T::try_from(it).ok());
    let why = || {
        let (from, to) = within.into_inner();
        format!("{} is not from {from} to {to}", said.get_ref())
    };
    taken
        .map(Some)
        .ok_or_else(|| wrong(text, said.span().start, file, why()))
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
    let (line, column) = place(text, at);
    ConfigError::Wrong {
        place: format!("{}:{line}:{column}", file.display()),
        why,
    }
}

/// Line and column of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Format;

    fn load(text: &str) -> Result<Config, ConfigError> {
        Config::over_defaults(text, Path::new("c.toml"))
    }

    #[test]
    fn what_is_not_said_is_as_embedded() {
        let config = load("max_fps = 4\n").unwrap();
        assert_eq!((config.max_fps, config.ring_mib), (4, 64));
        assert!(config.ascii.is_none() && !config.read_only);
        assert_eq!(config.decoder_for("orders").choice(), None);
    }

    #[test]
    fn a_home_that_is_no_folder_has_no_settings() {
        let absent = std::fs::read_to_string("/dev/null/config.toml").unwrap_err();
        assert!(is_absence(&absent));
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

    #[test]
    fn the_first_rule_for_a_stream_counts() {
        let config = load(concat!(
            "[[decode]]\nstream = \"orders-raw\"\nformat = \"hex\"\n",
            "[[decode]]\nstream = \"orders-*\"\nformat = \"msgpack\"\n",
        ));
        let config = config.unwrap();
        let choice = |stream: &str| config.decoder_for(stream).choice();
        assert_eq!(choice("orders-raw"), Some(Format::Hex));
        assert_eq!(choice("orders-eu"), Some(Format::Msgpack));
        assert_eq!(
            choice("arn:aws:kinesis:eu-west-1:1:stream/orders-eu"),
            Some(Format::Msgpack)
        );
        assert_eq!(choice("carts"), None);
    }

    #[test]
    fn a_profile_is_read_only_where_any_rule_for_it_says_so() {
        let config = load(concat!(
            "[profiles.prod]\nread_only = false\n[profiles.\"*prod*\"]\nread_only = true\n",
            "[profiles.\"dev-?\"]\nread_only = false\n[profiles.staging]\n",
        ));
        let config = config.unwrap();
        for (profile, expected) in [
            (Some("prod"), true),
            (Some("shop-Production-eu"), true),
            (Some("dev-1"), false),
            (Some("staging"), false),
            (None, false),
        ] {
            assert_eq!(config.is_read_only(profile), expected, "{profile:?}");
        }
        let config = load("[profiles.default]\nread_only = true").unwrap();
        assert!(config.is_read_only(None), "no profile is the one called default");
        let config = load("read_only = true\n[profiles.\"*\"]\nread_only = false").unwrap();
        assert!(config.is_read_only(Some("dev")), "a rule loosens nothing");
    }

    #[test]
    fn a_mistake_about_profiles_is_told_with_its_place() {
        for (text, expected) in [
            (
                "[profiles.\"*prod*\"]\nreadonly = true",
                "c.toml:2:1: unknown field `readonly`, expected `read_only`",
            ),
            (
                "[profiles.\"*prod*\"]\nread_only = \"yes\"",
                "c.toml:2:13: invalid type: string \"yes\", expected a boolean",
            ),
            (
                "audit_values = 1",
                "c.toml:1:16: invalid type: integer `1`, expected a boolean",
            ),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        assert!(!load("").unwrap().audit_values);
        assert!(load("audit_values = true").unwrap().audit_values);
        assert!(!load("").unwrap().bell);
        assert!(load("bell = true").unwrap().bell);
    }

    #[test]
    fn schemas_are_found_beside_the_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.avsc"), "\"long\"").unwrap();
        let file = folder.path().join("config.toml");
        let text = "[schemas]\navro = [\"*.avsc\"]\n[schemas.confluent]\n17 = \"a.avsc\"\n";
        let config = Config::over_defaults(text, &file).unwrap();
        let decoded = config.decoder_for("any").decode(b"\0\0\0\0\x11\x06");
        assert_eq!(decoded.path, [Format::Avro]);
        let text = "[[decode]]\nstream = \"*\"\nformat = \"avro\"\nschema = \"a.avsc\"\n";
        let config = Config::over_defaults(text, &file).unwrap();
        assert_eq!(config.decoder_for("any").decode(b"\x06").path, [Format::Avro]);
    }

    #[test]
    fn a_mistake_about_decoding_is_told_with_its_place() {
        let rule = |rest: &str| format!("[[decode]]\nstream = \"a\"\n{rest}\n");
        for (text, expected) in [
            (
                rule("format = \"xml\""),
                "c.toml:3:10: 'xml' is no format; use one of",
            ),
            (rule(""), "c.toml:1:1: missing field `format`"),
            (
                rule("format = \"avro\"\nschemas = \"a\""),
                "c.toml:4:1: unknown field `schemas`",
            ),
            (
                rule("format = \"avro\"\nschema = \"no.avsc\""),
                "c.toml:4:10: no.avsc: it cannot be read: No such file",
            ),
            (
                rule("format = \"json\"\nschema = \"a.avsc\""),
                "c.toml:4:10: `schema` is for format \"avro\", and this is \"json\"",
            ),
            (
                rule("format = \"protobuf\"\ndescriptors = \"a\""),
                "c.toml:3:10: `descriptors` need a `message`",
            ),
            (
                rule("format = \"protobuf\"\nmessage = \"a\""),
                "c.toml:3:10: a `message` needs the `descriptors`",
            ),
            (
                "[schemas]\navro = [\"no*.avsc\"]".to_owned(),
                "c.toml:2:9: there is no file no*.avsc",
            ),
            (
                "[schemas.confluent]\nx = \"a\"".to_owned(),
                "c.toml:2:1: an id of a registry is an integer",
            ),
            (
                "[schemas.glue]\nx = \"a\"".to_owned(),
                "c.toml:2:1: a schema version id of Glue is a UUID",
            ),
        ] {
            let error = load(&text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_number_out_of_bounds_is_refused_at_its_place() {
        for (text, expected) in [
            ("max_fps = 0", "c.toml:1:11: 0 is not from 1 to 240"),
            (
                "\nmax_fps_over_ssh = 241",
                "c.toml:2:20: 241 is not from 1 to 240",
            ),
            ("ring_mib = 99999", "c.toml:1:12: 99999 is not from 1 to 65536"),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_mistake_about_keys_is_told_with_its_place() {
        for (text, expected) in [
            (
                "[keys.tail]\nexport = [\"x\"]",
                "c.toml:2:11: 'x' is both toggle-hex and export in 'tail'",
            ),
            (
                "[keys.tail]\nexport = \"hyper-x\"",
                "c.toml:2:10: 'hyper-x' names no key",
            ),
            (
                "[keys.tial]\nexport = \"x\"",
                "c.toml:1:7: there is no context 'tial'; it is one of browse",
            ),
            (
                "[keys.tail]\nstores = [\"x\"]",
                "c.toml:2:1: there is no action 'stores' in 'tail'; it is one of toggle-follow",
            ),
            (
                "[keys.global]\nquit = [\"ctrl-c\"]",
                "c.toml:2:9: ctrl-c quits now everywhere",
            ),
            (
                "[keys.tail]\nexport = 3",
                "c.toml:2:10: invalid type: integer `3`, expected",
            ),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let config = load("[keys.tail]\nexport = [\"f2\", \"ctrl-w\"]\ncopy = \"Y\"\n").unwrap();
        let key = |action| config.keymap.key(crate::keymap::Context::Tail, action);
        assert_eq!(key(crate::message::Action::Export), "f2");
        assert_eq!(key(crate::message::Action::Copy), "Y");
    }

    #[test]
    fn a_mistake_about_the_theme_is_told_with_its_place() {
        for (text, expected) in [
            (
                "theme = \"drak\"",
                "c.toml:1:9: unknown variant `drak`, expected one of `dark`",
            ),
            (
                "[roles]\nfaild = { fg = \"red\" }",
                "c.toml:2:1: unknown variant `faild`, expected one of `text`",
            ),
            (
                "[roles]\nfailed = { fg = \"redd\" }",
                "c.toml:2:17: 'redd' is no colour",
            ),
            ("[roles.failed]\nfgg = \"red\"", "c.toml:2:1: unknown field `fgg`"),
            (
                "[roles]\nfailed = { modifiers = [\"blink\"] }",
                "c.toml:2:25: unknown variant `blink`",
            ),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        for name in ["16-colour", "16-color"] {
            let config = load(&format!("theme = \"{name}\"")).unwrap();
            assert_eq!(config.theme, Some(ThemeName::Sixteen));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_settings_or_a_mistake_with_its_place(text in likely_text()) {
            if let Err(error) = load(&text) {
                let error = error.to_string();
                let mut parts = error.split(':');
                proptest::prop_assert_eq!(parts.next(), Some("c.toml"));
                let mut number = || parts.next().and_then(|it| it.parse::<usize>().ok());
                proptest::prop_assert!(number() > Some(0) && number() > Some(0), "{}", error);
            }
        }
    }

    /// Words that settings are made of, in any order, and characters that are none.
    fn likely_text() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let word = prop::sample::select(vec![
            "[keys.tail]\n",
            "[keys.prompt]\n",
            "[roles]\n",
            "[filters]\n",
            "[[decode]]\n",
            "[schemas]\n",
            "[profiles.\"*\"]\n",
            "[keys]\n",
            "theme",
            "max_fps",
            "ring_mib",
            "export",
            "copy",
            "accept",
            "text",
            "failed",
            "stream",
            "format",
            "avro",
            "read_only",
            " = ",
            " = ",
            " = ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "\n",
            "\n",
            "\"x\"",
            "\"ctrl-c\"",
            "\"ctrl-\"",
            "\"f2\"",
            "\"dark\"",
            "\"#ffffff\"",
            "\"#é\"",
            "\"red\"",
            "fg",
            "modifiers",
            "\"bold\"",
            "true",
            "7",
            "-1",
            "99999999999999999999",
            "1.5",
            "#",
            "'",
            "\"",
            "é",
            "\u{0}",
        ]);
        let any = prop::collection::vec(any::<char>(), 0..4).prop_map(String::from_iter);
        let piece = prop_oneof![9 => word.prop_map(str::to_owned), 1 => any];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }
}
