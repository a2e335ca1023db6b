//! A colour as a theme writes it, and as a terminal is told it.

use std::fmt;
use std::str::FromStr;

use ratatui::style::Color;
use serde::Deserialize;
use thiserror::Error;

/// A colour of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Colour {
    /// One of the terminal's own, in the shade that its owner chose; its place among those with a name.
    Named(usize),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// A text that names no colour.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("'{0}' is no colour; write \"#rrggbb\" or one of {names}", names = NAMED.map(|(name, _)| name).join(" "))]
pub struct ColourError(String);

/// Colours with a name.
const NAMED: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// The steps of the cube of 6 × 6 × 6 colours, which begins at number 16 of xterm's 256.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// Its first number.
const CUBE: u8 = 16;
/// The first number of the 24 greys after it.
const GREYS: u8 = 232;

impl Colour {
    /// What the terminal is told.
    pub(super) fn resolve(self, has_true_colour: bool) -> Color {
        match self {
            Self::Named(place) => NAMED[place].1,
            Self::Rgb(red, green, blue) if has_true_colour => Color::Rgb(red, green, blue),
            Self::Rgb(red, green, blue) => Color::Indexed(nearest([red, green, blue])),
        }
    }
}

/// The number of the nearest of the colours that every terminal with 256 of them shows alike.
fn nearest(wanted: [u8; 3]) -> u8 {
    let distance = |number: &u8| -> u32 {
        let parts = palette(*number).into_iter().zip(wanted);
        parts.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    (CUBE..=u8::MAX).min_by_key(distance).unwrap_or(CUBE)
}

/// Red, green and blue of a number of the cube, or of a grey.
fn palette(number: u8) -> [u8; 3] {
    if number >= GREYS {
        return [8 + 10 * (number - GREYS); 3];
    }
    let place = usize::from(number.saturating_sub(CUBE));
    [place / 36, place / 6 % 6, place % 6].map(|step| STEPS[step.min(5)])
}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        if let Some(place) = NAMED.iter().position(|(name, _)| *name == text) {
            return Ok(Self::Named(place));
        }
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6 && it.is_ascii());
        let part = |at: usize| u8::from_str_radix(digits?.get(at..at + 2)?, 16).ok();
        match (part(0), part(2), part(4)) {
            // A sign before a digit would be taken for part of a number.
            (Some(red), Some(green), Some(blue)) if !text.contains(['+', '-']) => {
                Ok(Self::Rgb(red, green, blue))
            }
            _ => Err(ColourError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Colour {
    type Error = ColourError;

    fn try_from(text: String) -> Result<Self, ColourError> {
        text.parse()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(place) => f.write_str(NAMED[*place].0),
            Self::Rgb(red, green, blue) => write!(f, "#{red:02x}{green:02x}{blue:02x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written_alike() {
        for text in ["#1c1c1c", "#ffd75f", "default", "bright-black"] {
            assert_eq!(text.parse::<Colour>().unwrap().to_string(), text);
        }
        for text in ["", "#fff", "#12345g", "#+1+2+3", "purple", "#ääa"] {
            assert_eq!(text.parse::<Colour>(), Err(ColourError(text.to_owned())));
        }
    }

    #[test]
    fn a_terminal_without_true_colour_is_told_the_nearest_of_its_palette() {
        let told = |text: &str| text.parse::<Colour>().unwrap().resolve(false);
        assert_eq!(told("#1c1c1c"), Color::Indexed(234));
        assert_eq!(told("#5fd7ff"), Color::Indexed(81));
        assert_eq!(told("#5ed8fe"), Color::Indexed(81));
        assert_eq!(told("red"), Color::Red);
        assert_eq!(
            "#5ed8fe".parse::<Colour>().unwrap().resolve(true),
            Color::Rgb(0x5e, 0xd8, 0xfe)
        );
    }
}
