//! The settings in force as TOML, each with where it comes from: `kinescope config`.
//!
//! What a file says is walked as it stands there, and not setting by setting, so that a new setting is told without being
//! named here. Loaded again with `--config`, the text means the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::toml_text::{key, literal, quoted};
use super::{Circumstances, Config, ConfigError, EMBEDDED, place, read};
use crate::keymap::Context;
use crate::message::Action;
use crate::sanitize;
use crate::view::{Face, Role};

const DEFAULT: &str = "embedded default";
/// Columns of a value, after which its origin stands.
const VALUE: usize = 44;

/// The settings in force under these circumstances, of this file or the person's own.
pub fn effective(named: Option<&Path>, circumstances: &Circumstances) -> Result<String, ConfigError> {
    let (file, text) = read(named)?;
    let file = std::path::absolute(&file).unwrap_or(file);
    told(&text, &file, circumstances)
}

fn told(text: &str, file: &Path, circumstances: &Circumstances) -> Result<String, ConfigError> {
    let config = Config::over_defaults(text, file)?;
    let table = |text| DeTable::parse(text).map_err(|error| ConfigError::Embedded(error.to_string()));
    let (own, embedded) = (table(text)?, table(EMBEDDED)?);
    let page = Page {
        config: &config,
        own: Own {
            table: own.get_ref(),
            text,
            name: sanitize::line(&file.display().to_string()).into_owned(),
            folder: file.parent().unwrap_or(Path::new("")).to_owned(),
        },
        embedded: embedded.get_ref(),
        circumstances,
    };
    Ok(sanitize::block(&page.write()?).into_owned())
}

/// What the person's file says.
struct Own<'a> {
    table: &'a DeTable<'a>,
    text: &'a str,
    name: String,
    folder: PathBuf,
}

struct Page<'a> {
    config: &'a Config,
    own: Own<'a>,
    embedded: &'a DeTable<'a>,
    circumstances: &'a Circumstances,
}

/// A value, and where it comes from.
type Told = (String, String);

impl Page<'_> {
    fn write(&self) -> Result<String, ConfigError> {
        let mut out = format!(
            "# What counts, and where each setting comes from. Your own file: {}\n",
            self.own.name
        );
        for (name, told) in self.scalars() {
            push(&mut out, &name, &told);
        }
        self.keys(&mut out);
        self.roles(&mut out)?;
        self.tables(&mut out);
        Ok(out)
    }

    /// What has headings, by name, and those that nobody said.
    fn tables(&self, out: &mut String) {
        let own = self
            .own
            .table
            .iter()
            .map(|(name, value)| (name.get_ref().as_ref(), Some(value.get_ref())));
        let own = own.filter(|(name, _)| *name != "keys" && *name != "roles");
        let none = ["profiles", "filters", "redact", "schemas"].map(|name| (name, None));
        let all: BTreeMap<&str, Option<&DeValue<'_>>> = none.into_iter().chain(own).collect();
        for (name, value) in all {
            match value {
                Some(value) => self.own.value(out, &[name], value),
                None => drop(writeln!(out, "\n[{name}]  # {DEFAULT}: none")),
            }
        }
    }

    /// What stands before all tables, by name.
    fn scalars(&self) -> BTreeMap<String, Told> {
        let no_rules = ("[]".to_owned(), DEFAULT.to_owned());
        let mut all = BTreeMap::from([("decode".to_owned(), no_rules)]);
        for (name, value) in self.embedded {
            if !is_table(value.get_ref()) {
                let told = (literal(value.get_ref(), &str::to_owned), DEFAULT.to_owned());
                all.insert(name.get_ref().to_string(), told);
            }
        }
        for (name, value) in self.own.table {
            if is_table(value.get_ref()) {
                all.remove(name.get_ref().as_ref());
            } else {
                let value_text = self.own.literal(&[name.get_ref()], value.get_ref());
                all.insert(
                    name.get_ref().to_string(),
                    (value_text, self.own.origin(name.span().start)),
                );
            }
        }
        for (name, told) in self.circumstantial() {
            all.insert(name.to_owned(), told);
        }
        self.tell_frames(&mut all);
        all
    }

    /// What the command line or the environment decides.
    fn circumstantial(&self) -> Vec<(&'static str, Told)> {
        let mut all = Vec::new();
        let (ascii, by) = self.circumstances.ascii(self.config);
        all.extend(by.map(|by| ("ascii", (ascii.to_string(), by.to_owned()))));
        let (theme, by) = self.circumstances.theme(self.config);
        all.extend(by.map(|by| ("theme", (quoted(&theme.name()), by.to_owned()))));
        if let Some(by) = self.read_only_by() {
            all.push(("read_only", ("true".to_owned(), by)));
        }
        all
    }

    fn read_only_by(&self) -> Option<String> {
        if self.circumstances.read_only {
            return Some("command line: --read-only".to_owned());
        }
        let pattern = self
            .config
            .profiles
            .read_only_by(self.circumstances.profile.as_deref())?;
        let rules = self.own.table.get("profiles")?.get_ref().as_table()?;
        let (name, _) = rules.iter().find(|(name, _)| name.get_ref() == pattern)?;
        let origin = self.own.origin(name.span().start);
        (!self.config.read_only).then(|| format!("rule for the profile: {origin}"))
    }

    /// One of two numbers counts, and both can be said elsewhere than under their names.
    fn tell_frames(&self, all: &mut BTreeMap<String, Told>) {
        let [here, ssh] = ["max_fps", "max_fps_over_ssh"];
        let says = |name: &str| self.own.table.contains_key(name);
        if says(here) && !says(ssh) {
            let by = all.get(here).map_or_else(String::new, |(_, by)| by.clone());
            all.insert(
                ssh.to_owned(),
                (self.config.max_fps_over_ssh.to_string(), format!("max_fps: {by}")),
            );
        }
        if let Some(fps) = self.circumstances.max_fps {
            for name in [here, ssh] {
                all.insert(
                    name.to_owned(),
                    (fps.to_string(), "command line: --max-fps".to_owned()),
                );
            }
        } else if self.circumstances.surroundings.is_remote
            && let Some((_, by)) = all.get_mut(ssh)
        {
            by.push_str("; counts, as the environment has SSH_CONNECTION, SSH_CLIENT or SSH_TTY");
        }
    }

    /// Every action with its chords, but for the way out, which no file can change.
    fn keys(&self, out: &mut String) {
        for context in Context::ALL {
            let _ = writeln!(out, "\n[keys.{}]", context.name());
            for row in self.config.keymap.in_context(context) {
                let chords: Vec<_> = row.chords.iter().map(|it| quoted(&it.to_string())).collect();
                let value = format!("[{}]", chords.join(", "));
                let action = row.action.name();
                if row.action == Action::QuitNow {
                    let _ = writeln!(out, "# {action} = {value}  # everywhere, and always");
                } else {
                    let by = self.own.origin_of(&["keys", &context.name(), &action]);
                    push(out, &action, &(value, by.unwrap_or(DEFAULT.to_owned())));
                }
            }
        }
    }

    /// The roles of one's own; the others stay as the theme has them, whichever that is.
    fn roles(&self, out: &mut String) -> Result<(), ConfigError> {
        let (name, _) = self.circumstances.theme(self.config);
        let theme = self.config.theme(name)?;
        out.push_str("\n[roles]\n");
        for role in Role::ALL {
            let origin = self.own.origin_of(&["roles", &role.name()]);
            let own: Option<&Face> = self.config.roles.get(&role);
            if let (Some(face), Some(origin)) = (own, origin) {
                push(out, &role.name(), &(face.to_string(), origin));
            } else {
                let line = format!("# {} = {}", role.name(), theme.face(role));
                let _ = writeln!(out, "{line:<VALUE$}  # theme {}", name.name());
            }
        }
        Ok(())
    }
}

impl Own<'_> {
    fn origin(&self, at: usize) -> String {
        format!("{}:{}", self.name, place(self.text, at).0)
    }

    /// The place of a name inside of tables.
    fn origin_of(&self, path: &[&str]) -> Option<String> {
        let (last, outer) = path.split_last()?;
        let mut table = self.table;
        for name in outer {
            table = table.get(*name)?.get_ref().as_table()?;
        }
        let (name, _) = table.iter().find(|(name, _)| name.get_ref() == last)?;
        Some(self.origin(name.span().start))
    }

    /// A table with its heading, or a list of them; what is neither stands before all of them already.
    fn value(&self, out: &mut String, path: &[&str], value: &DeValue<'_>) {
        let heading: Vec<_> = path.iter().map(|name| key(name)).collect();
        let heading = heading.join(".");
        match value {
            DeValue::Table(table) => {
                let _ = writeln!(out, "\n[{heading}]");
                self.members(out, path, table);
            }
            DeValue::Array(tables) if is_table(value) => {
                for table in tables.iter().filter_map(|it| it.get_ref().as_table()) {
                    let _ = writeln!(out, "\n[[{heading}]]");
                    self.members(out, path, table);
                }
            }
            _ => {}
        }
    }

    fn members(&self, out: &mut String, path: &[&str], table: &DeTable<'_>) {
        let inner = |name| [path, &[name]].concat();
        let (tables, values): (Vec<_>, Vec<_>) = table.iter().partition(|(_, it)| is_table(it.get_ref()));
        for (name, value) in values {
            let told = self.literal(&inner(name.get_ref()), value.get_ref());
            push(out, &key(name.get_ref()), &(told, self.origin(name.span().start)));
        }
        for (name, value) in tables {
            self.value(out, &inner(name.get_ref()), value.get_ref());
        }
    }

    /// A value; files are named so that they are found from wherever the text is loaded.
    fn literal(&self, path: &[&str], value: &DeValue<'_>) -> String {
        let is_file = matches!(
            path,
            ["decode", "schema" | "descriptors"] | ["schemas", "avro"] | ["schemas", "confluent" | "glue", _]
        );
        literal(value, &|text| {
            if is_file {
                self.folder.join(text).display().to_string()
            } else {
                text.to_owned()
            }
        })
    }
}

/// Whether a value has headings of its own.
fn is_table(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => true,
        DeValue::Array(it) => it.iter().next().is_some_and(|it| it.get_ref().is_table()),
        _ => false,
    }
}

fn push(out: &mut String, name: &str, (value, origin): &Told) {
    let line = format!("{name} = {value}");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{line:<VALUE$}  # {origin}");
}

#[cfg(test)]
mod tests {
    use super::super::reference::{fields_of, top_level};
    use super::*;
    use crate::terminal::Surroundings;
    use crate::view::ThemeName;

    fn circumstances(variables: &[(&str, &str)]) -> Circumstances {
        let variable = |name: &str| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Circumstances {
            read_only: false,
            ascii: false,
            max_fps: None,
            theme: None,
            profile: None,
            surroundings: Surroundings::of(variable),
        }
    }

    fn lines(text: &str, circumstances: &Circumstances) -> Vec<String> {
        let told = told(text, Path::new("/c/c.toml"), circumstances).unwrap();
        let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        told.lines().map(squeeze).collect()
    }

    fn says(lines: &[String], line: &str) {
        assert!(lines.iter().any(|it| it == line), "{line}\n{}", lines.join("\n"));
    }

    #[test]
    fn every_setting_is_told_where_nothing_is_said() {
        let lines = lines("", &circumstances(&[]));
        for field in fields_of("") {
            let begins = [format!("{field} = "), format!("[{field}]"), format!("[{field}.")];
            let is_told = |line: &String| begins.iter().any(|it| line.starts_with(it));
            assert!(lines.iter().any(is_told), "{field}\n{}", lines.join("\n"));
        }
        for name in top_level(EMBEDDED) {
            assert!(lines.iter().any(|line| line.contains(&name)), "{name}");
        }
        says(&lines, "ring_mib = 64 # embedded default");
        says(&lines, "ascii = false # environment: TERM and the locale");
        says(
            &lines,
            "theme = \"16-colour\" # environment: TERM, COLORTERM and COLORFGBG",
        );
        says(&lines, "export = [\"w\"] # embedded default");
    }

    #[test]
    fn each_value_tells_where_it_comes_from() {
        let text = concat!(
            "max_fps = 5\nring_mib = 8\n[profiles.\"*prod*\"]\nread_only = true\n[filters]\nbig = \".total > 100\"\n",
            "[keys.tail]\nexport = [\"f2\"]\n[roles]\nfailed = { fg = \"red\" }\n",
        );
        let mut these = circumstances(&[("SSH_TTY", "/dev/pts/1"), ("NO_COLOR", "1")]);
        these.profile = Some("shop-prod".to_owned());
        these.ascii = true;
        let told = lines(text, &these);
        says(&told, "max_fps = 5 # /c/c.toml:1");
        says(
            &told,
            "max_fps_over_ssh = 5 # max_fps: /c/c.toml:1; counts, as the environment has SSH_CONNECTION, SSH_CLIENT or SSH_TTY",
        );
        says(&told, "ring_mib = 8 # /c/c.toml:2");
        says(&told, "read_only = true # rule for the profile: /c/c.toml:3");
        says(&told, "ascii = true # command line: --ascii");
        says(&told, "theme = \"mono\" # environment: NO_COLOR");
        says(&told, "big = \".total > 100\" # /c/c.toml:6");
        says(&told, "export = [\"f2\"] # /c/c.toml:8");
        says(&told, "failed = { fg = \"red\" } # /c/c.toml:10");
        these.read_only = true;
        these.max_fps = Some(3);
        these.theme = Some(ThemeName::Light);
        let told = lines(text, &these);
        says(&told, "max_fps_over_ssh = 3 # command line: --max-fps");
        says(&told, "read_only = true # command line: --read-only");
        says(&told, "theme = \"light\" # command line: --theme");
    }

    #[test]
    fn the_text_loads_again_and_then_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.avsc"), "\"long\"").unwrap();
        let file = folder.path().join("config.toml");
        let text = concat!(
            "theme = \"light\"\n[[decode]]\nstream = \"o\u{202e}*\"\nformat = \"avro\"\nschema = \"a.avsc\"\n",
            "[schemas]\navro = [\"*.avsc\"]\n[schemas.confluent]\n17 = \"a.avsc\"\n[keys.tail]\nexport = []\ncopy = \"w\"\n",
            "[roles.failed]\nmodifiers = [\"bold\", \"reversed\"]\n[filters]\n\"a b\" = \"x\\\\d\"\n",
        );
        let these = circumstances(&[]);
        let once = told(text, &file, &these).unwrap();
        assert_eq!(sanitize::block(&once), once);
        let elsewhere = Path::new("/nowhere/c.toml");
        let again = told(&once, elsewhere, &these).unwrap();
        let values = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines
                .map(|line| line.split("  # ").next().unwrap().trim().to_owned())
                .collect()
        };
        assert_eq!(values(&again), values(&once));
        let (first, second) = (
            Config::over_defaults(text, &file).unwrap(),
            Config::over_defaults(&once, elsewhere).unwrap(),
        );
        assert_eq!(format!("{:?}", first.keymap), format!("{:?}", second.keymap));
        assert_eq!((first.theme, &first.roles), (second.theme, &second.roles));
        assert_eq!(
            second.decoder_for("any").decode(b"\0\0\0\0\x11\x06").path,
            [crate::decode::Format::Avro]
        );
    }
}
