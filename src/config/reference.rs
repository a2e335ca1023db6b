//! What can be set: the table of the README.
//!
//! Must not: read settings. That every setting is in the table is what the tests below see to.

use std::fmt::Write as _;

use toml::de::DeTable;

use super::EMBEDDED;
use super::toml_text::literal;
use crate::view::{Role, ThemeName};

/// A setting.
struct Setting {
    /// Where it stands; capitals are names of one's own.
    name: &'static str,
    /// What it takes.
    takes: &'static str,
    /// What counts where it is not said and the embedded file does not say it either.
    otherwise: &'static str,
    /// What it is for.
    meaning: &'static str,
}

const fn setting(
    name: &'static str,
    takes: &'static str,
    otherwise: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting {
        name,
        takes,
        otherwise,
        meaning,
    }
}

const SWITCH: &str = "`true`, `false`";
const CHORDS: &str = "a key, or a list of keys";

const SETTINGS: [Setting; 26] = [
    setting(
        "max_fps",
        "1 to 240",
        "",
        "frames a second at most; `--max-fps` goes before it",
    ),
    setting(
        "max_fps_over_ssh",
        "1 to 240",
        "",
        "the same over SSH, where `max_fps` is not said in your own file",
    ),
    setting(
        "ring_mib",
        "1 to 65536",
        "",
        "how much of a tail is kept, in MiB; the oldest records fall off",
    ),
    setting(
        "ascii",
        SWITCH,
        "by the terminal and the locale",
        "draw with ASCII characters only; so does `--ascii`",
    ),
    setting(
        "theme",
        "THEMES",
        "by the terminal",
        "how the screen looks; `--theme` goes before it",
    ),
    setting(
        "synchronized_output",
        SWITCH,
        "",
        "have a terminal that is known for it show a frame at once",
    ),
    setting("title", SWITCH, "", "have the window's title say what is shown"),
    setting(
        "read_only",
        SWITCH,
        "",
        "refuse every write before any request is made; so does `--read-only`",
    ),
    setting(
        "audit_values",
        SWITCH,
        "",
        "tell in the log which values were written, and not only the names of the features",
    ),
    setting(
        "bell",
        SWITCH,
        "",
        "ring the terminal's bell when a batch prediction that is followed has ended",
    ),
    setting(
        "profiles.PATTERN.read_only",
        SWITCH,
        "`false`",
        "refuse every write under profiles of such names; one rule is enough, and capitals do not count",
    ),
    setting(
        "filters.NAME",
        "a filter",
        "none",
        "what `@NAME` means in a tail, see [Filters](#filters)",
    ),
    setting(
        "redact.always",
        SWITCH,
        "`false`",
        "mask accounts, who calls, and keys wherever they would show; so does `--redact`",
    ),
    setting(
        "redact.patterns",
        "a list of regular expressions",
        "none",
        "what else is masked then",
    ),
    setting(
        "keys.CONTEXT.ACTION",
        CHORDS,
        "see [Keys](#keys)",
        "the keys of an action in a context, instead of its own; `[]` takes them away",
    ),
    setting(
        "roles.ROLE.fg",
        "a colour",
        "by the theme",
        "the colour of what has this role: ROLES",
    ),
    setting(
        "roles.ROLE.bg",
        "a colour",
        "by the theme",
        "the colour behind it; that of `text` is behind everything",
    ),
    setting(
        "roles.ROLE.modifiers",
        "a list of `bold`, `dim`, `italic`, `underlined`, `reversed`",
        "by the theme",
        "what sets it off without colour",
    ),
    setting(
        "decode.stream",
        "a name or an ARN, with `*` and `?`",
        "needed",
        "which streams the rule is for; the first rule that fits counts",
    ),
    setting(
        "decode.format",
        "a word of `--decode`",
        "needed",
        "how their payloads are read, see [Payloads](#payloads)",
    ),
    setting(
        "decode.schema",
        "an `.avsc` file",
        "by the header of each payload",
        "the schema of `avro`",
    ),
    setting(
        "decode.descriptors",
        "a descriptor set",
        "fields by number",
        "the schemas of `protobuf`",
    ),
    setting(
        "decode.message",
        "`package.Message`",
        "needed with descriptors",
        "the message that payloads are",
    ),
    setting(
        "schemas.avro",
        "a list of files, with `*` and `?`",
        "none",
        "schemas by their fingerprint, for the single-object encoding",
    ),
    setting(
        "schemas.confluent.ID",
        "a file, or `DESCRIPTORS#package.Message`",
        "none",
        "the schema of an id in a registry of Confluent",
    ),
    setting(
        "schemas.glue.UUID",
        "a file, or `DESCRIPTORS#package.Message`",
        "none",
        "the schema of a version id in a Glue Schema Registry",
    ),
];

/// All settings as a table of Markdown.
pub fn markdown() -> String {
    let defaults = DeTable::parse(EMBEDDED).ok();
    let mut out = String::from("| setting | takes | default | meaning |\n|---|---|---|---|\n");
    for it in SETTINGS {
        let embedded = defaults.as_ref().and_then(|all| all.get_ref().get(it.name));
        let embedded = embedded.filter(|value| !value.get_ref().is_table());
        let default = embedded.map_or(it.otherwise.to_owned(), |value| {
            format!("`{}`", literal(value.get_ref(), &str::to_owned))
        });
        let takes = it
            .takes
            .replace("THEMES", &quoted_names(ThemeName::ALL.map(ThemeName::name)));
        let meaning = it
            .meaning
            .replace("ROLES", &quoted_names(Role::ALL.map(Role::name)));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| `{}` | {takes} | {default} | {meaning} |", it.name);
    }
    out
}

fn quoted_names<const N: usize>(names: [String; N]) -> String {
    names.map(|name| format!("`{name}`")).join(", ")
}

/// The settings that a text sets outside of tables, also behind a `#`.
#[cfg(test)]
pub(super) fn top_level(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .take_while(|line| !line.trim_start_matches(['#', ' ']).starts_with('['));
    let name = |line: &str| {
        let (name, _) = line.trim_start_matches(['#', ' ']).split_once(" = ")?;
        let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        is_name.then(|| name.to_owned())
    };
    lines.filter_map(name).collect()
}

/// The fields that can stand below a heading, as the parser itself lists them when it meets one that it does not know.
#[cfg(test)]
pub(super) fn fields_of(heading: &str) -> Vec<String> {
    let text = format!("{heading}\nno-such-field = 1");
    let error = super::Config::over_defaults(&text, std::path::Path::new("c.toml")).unwrap_err();
    let told = error.to_string();
    let (_, expected) = told.split_once(", expected ").expect("the fields are listed");
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_read_is_in_the_table() {
        let names: Vec<_> = SETTINGS.iter().map(|it| it.name).collect();
        for (heading, prefix) in [
            ("", ""),
            ("[profiles.a]", "profiles.PATTERN."),
            ("[roles.text]", "roles.ROLE."),
            ("[[decode]]", "decode."),
            ("[schemas]", "schemas."),
        ] {
            let fields = fields_of(heading);
            assert!(!fields.is_empty(), "{heading}");
            for field in fields {
                let name = format!("{prefix}{field}");
                let is_told = |it: &&str| **it == name || it.starts_with(&format!("{name}."));
                assert!(names.iter().any(is_told), "{name} is not in the reference");
            }
        }
    }

    #[test]
    fn every_setting_of_the_embedded_file_is_in_the_table() {
        for name in top_level(EMBEDDED) {
            assert!(SETTINGS.iter().any(|it| it.name == name), "{name}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_embedded_file() {
        assert!(markdown().contains("| `ring_mib` | 1 to 65536 | `64` |"));
    }
}
