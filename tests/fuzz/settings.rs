//! Files of settings that somebody mangled.

use std::fs;

use kinescope::config::{Config, ConfigError};
use kinescope::view::ThemeName;
use proptest::prelude::*;

use super::corpus::{self, examples, read};
use super::judge;
use super::trial::trial;

/// Tables that settings have, good settings, and the other tables of the program, which are none.
fn texts() -> Vec<String> {
    let tables = ["config", "keymap", "themes", "tour"].map(|name| read(&format!("assets/{name}.toml")));
    // Line by line as well: what is commented out there is what people uncomment.
    let uncommented = tables[0]
        .lines()
        .map(|line| line.trim_start_matches('#').trim_start().to_owned() + "\n");
    let uncommented: String = uncommented.collect();
    let roles = format!("[roles]\n{}", tables[2]);
    let all = examples("toml")
        .into_iter()
        .chain(tables)
        .chain([uncommented, roles]);
    all.chain([read("tests/fixtures/schemas/config.toml")]).collect()
}

#[test]
fn any_text_is_settings_or_a_mistake_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    let name = file.display().to_string();
    trial("settings", 1, corpus::text(&texts()), |text| {
        fs::write(&file, &text).unwrap();
        let error = match Config::load(Some(&file)) {
            Ok(config) => {
                for theme in ThemeName::ALL {
                    prop_assert!(config.theme(theme).is_ok());
                }
                config.decoder_for("arn:aws:kinesis:eu-west-1:1:stream/orders");
                config.is_read_only(Some("prod"));
                return Ok(());
            }
            Err(error) => error,
        };
        prop_assert!(matches!(error, ConfigError::Wrong { .. }), "{}", error);
        let told = error.to_string();
        judge::one_line(&told)?;
        let mut place = told.strip_prefix(&name).unwrap_or_default().split(':').skip(1);
        let line: usize = place.next().unwrap_or_default().parse().unwrap_or(0);
        let column: usize = place.next().unwrap_or_default().parse().unwrap_or(0);
        let is_there = line >= 1 && column >= 1 && line <= text.matches('\n').count() + 1;
        prop_assert!(is_there, "{}", told);
        Ok(())
    });
}
