//! The themes: `assets/themes.toml`.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::Deserialize;

use super::{Face, Role};
use crate::names::kebab;

const EMBEDDED: &str = include_str!("../../../assets/themes.toml");

/// The themes that come with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeName {
    /// Light words on a dark ground
    Dark,
    /// Dark words on a light ground
    Light,
    /// The terminal's own sixteen colours and its ground
    #[serde(rename = "16-colour", alias = "16-color")]
    #[value(name = "16-colour", alias = "16-color")]
    Sixteen,
    /// No colours
    Mono,
    /// Words and signs as distinct as can be, on black
    HighContrast,
}

impl ThemeName {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Dark,
        Self::Light,
        Self::Sixteen,
        Self::Mono,
        Self::HighContrast,
    ];

    /// What the config and the command line call it.
    pub fn name(self) -> String {
        match self {
            Self::Sixteen => "16-colour".to_owned(),
            other => kebab(&format!("{other:?}")),
        }
    }
}

/// How each role looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme([Face; Role::ALL.len()]);

impl Theme {
    /// A theme that comes with the program. A role that it leaves out looks like what is below it.
    pub fn named(name: ThemeName) -> Result<Self, toml::de::Error> {
        let mut themes: BTreeMap<ThemeName, BTreeMap<Role, Face>> = toml::from_str(EMBEDDED)?;
        let bare = Self(std::array::from_fn(|_| Face::default()));
        Ok(bare.with(&themes.remove(&name).unwrap_or_default()))
    }

    /// How a role looks.
    pub fn face(&self, role: Role) -> &Face {
        &self.0[role as usize]
    }

    /// The same where single roles say more.
    #[must_use]
    pub fn with(self, roles: &BTreeMap<Role, Face>) -> Self {
        let mut faces = self.0;
        for (role, face) in roles {
            let own = &mut faces[*role as usize];
            *own = own.under(face);
        }
        Self(faces)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Colour;
    use super::*;

    /// Relative luminance, as WCAG 2.2 defines it.
    fn luminance(colour: Colour) -> f64 {
        let Colour::Rgb(red, green, blue) = colour else {
            panic!("{colour} has a shade that only the terminal knows");
        };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn black_on_white_has_the_contrast_that_wcag_names() {
        let (black, white) = (Colour::Rgb(0, 0, 0), Colour::Rgb(255, 255, 255));
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
    }

    /// WCAG 2.2: 4.5 for text (1.4.3), 7 for enhanced contrast (1.4.6).
    #[test]
    fn every_role_can_be_read_on_its_ground() {
        for (name, least) in [
            (ThemeName::Dark, 4.5),
            (ThemeName::Light, 4.5),
            (ThemeName::HighContrast, 7.0),
        ] {
            let theme = Theme::named(name).unwrap();
            let ground = theme.face(Role::Text);
            for role in Role::ALL {
                let face = theme.face(role);
                let (fg, bg) = (face.fg.or(ground.fg).unwrap(), face.bg.or(ground.bg).unwrap());
                let found = contrast(fg, bg);
                assert!(found >= least, "{name:?} {role:?}: {found:.2}");
            }
        }
    }

    #[test]
    fn every_theme_names_every_role_and_mono_no_colour() {
        let themes: BTreeMap<ThemeName, BTreeMap<Role, Face>> = toml::from_str(EMBEDDED).unwrap();
        for name in ThemeName::ALL {
            let roles: Vec<_> = themes[&name].keys().copied().collect();
            assert_eq!(roles, Role::ALL, "{name:?}");
        }
        let mono = Theme::named(ThemeName::Mono).unwrap();
        for role in Role::ALL {
            let face = mono.face(role);
            assert!(face.fg.is_none() && face.bg.is_none(), "{role:?}");
        }
    }

    #[test]
    fn a_role_of_ones_own_keeps_what_it_does_not_say() {
        let own: BTreeMap<Role, Face> = toml::from_str("failed = { fg = \"#ff0000\" }").unwrap();
        let theme = Theme::named(ThemeName::Dark).unwrap().with(&own);
        assert_eq!(
            theme.face(Role::Failed).to_string(),
            "{ fg = \"#ff0000\", modifiers = [\"bold\"] }"
        );
        assert_eq!(
            theme.face(Role::Good),
            Theme::named(ThemeName::Dark).unwrap().face(Role::Good)
        );
    }
}
