//! Every pane in every state that has a look of its own, at three sizes and in every theme.
//!
//! A picture holds the text, which is the same in all themes, and below it the roles of which the styles are made, as runs of
//! letters: those are checked against each theme cell by cell, so that one picture stands for all of them.

mod letters;
mod panes;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use insta::assert_snapshot;
use kinescope::model::Size;
use kinescope::view::{Role, Theme, ThemeName};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

use super::desk::Desk;
use letters::{Letters, folded};
pub(super) use panes::{Scene, scene};

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (140, 45)];

/// The screen with its styles. What a wide character covers is not drawn, and looks like it.
fn cells(desk: &mut Desk, theme: ThemeName) -> Buffer {
    desk.wear(theme);
    let mut buffer = desk.draw().backend().buffer().clone();
    for place in 1..buffer.content.len() {
        let wide = buffer.content[place - 1].clone();
        if wide.symbol().width() > 1 {
            buffer.content[place].set_style(wide.style());
        }
    }
    buffer
}

fn at(scene: &Scene, (width, height): (u16, u16)) -> Desk {
    let mut desk = (scene.start)(width, height);
    (scene.act)(&mut desk);
    desk
}

#[test]
fn every_pane_at_each_size() {
    let letters = Letters::new();
    for scene in panes::all() {
        let mut picture = String::new();
        for size in SIZES {
            let mut desk = at(scene, size);
            let text = desk.screen();
            let buffers = ThemeName::ALL.map(|theme| cells(&mut desk, theme));
            let styles = letters.rows(&buffers);
            let (width, height) = size;
            let (text, styles) = (folded(text.lines()), folded(styles.iter().map(String::as_str)));
            writeln!(picture, "── {width}×{height} ──\n{text}\n── roles ──\n{styles}").unwrap();
        }
        assert_snapshot!(scene.name, picture);
    }
}

/// What the letters of the pictures look like.
#[test]
fn the_roles_in_each_theme() {
    let mut legend = String::new();
    for theme in ThemeName::ALL {
        writeln!(legend, "{}", theme.name()).unwrap();
        let table = Theme::named(theme).unwrap();
        for role in Role::ALL {
            let letter = letters::of(role);
            writeln!(legend, "  {letter} {:<10} {}", role.name(), table.face(role)).unwrap();
        }
    }
    assert_snapshot!("themes", legend);
}

#[test]
fn the_text_is_the_same_in_every_theme() {
    for scene in panes::all() {
        let mut desk = at(scene, SIZES[1]);
        let text = desk.screen();
        for theme in ThemeName::ALL {
            desk.wear(theme);
            assert_eq!(desk.screen(), text, "{} in {}", scene.name, theme.name());
        }
    }
}

/// Without colours: what is written, and how it is set off.
fn bare(buffer: &Buffer) -> Vec<(&str, Modifier)> {
    buffer
        .content
        .iter()
        .map(|cell| (cell.symbol(), cell.modifier))
        .collect()
}

/// Whatever a key changes on the screen can be seen without colours, too.
#[test]
fn no_change_is_told_by_colour_alone() {
    let keys = ["j", "tab", "space", "enter", "esc", "x", "s", "n", "d", "l", "c"];
    let [mono, coloured @ ..] = [ThemeName::Mono, ThemeName::Dark, ThemeName::Sixteen];
    for scene in panes::all() {
        let mut desk = at(scene, SIZES[1]);
        let before = cells(&mut desk, mono);
        let before_in_colour = coloured.map(|theme| cells(&mut desk, theme));
        for key in keys {
            let mut desk = at(scene, SIZES[1]);
            desk.keys(&[key]);
            desk.inspect();
            if bare(&before) != bare(&cells(&mut desk, mono)) {
                continue;
            }
            for (theme, before) in coloured.into_iter().zip(&before_in_colour) {
                assert!(
                    before.content == cells(&mut desk, theme).content,
                    "{key} in {} changes only colours of {}\n{}",
                    scene.name,
                    theme.name(),
                    desk.screen()
                );
            }
        }
    }
}

/// Roles that tell how it is with something.
const TELLING: [Role; 10] = [
    Role::Focus,
    Role::Selected,
    Role::Failed,
    Role::Warning,
    Role::Good,
    Role::ReadOnly,
    Role::Added,
    Role::Removed,
    Role::Changed,
    Role::Match,
];

/// Words that say themselves what their role would add, and a number that has a sign beside it.
const SAID: [&str; 3] = ["ACTIVE", "open", "7"];

/// Where the same words stand in two roles of which one tells something, the two look different without colours.
#[test]
fn no_words_mean_two_things_by_colour_alone() {
    let letters = Letters::new();
    let mut seen: BTreeMap<String, BTreeMap<String, (Modifier, &str)>> = BTreeMap::new();
    for scene in panes::all() {
        let mut desk = at(scene, SIZES[1]);
        let buffers = ThemeName::ALL.map(|theme| cells(&mut desk, theme));
        for (words, letter, modifier) in letters.runs(&buffers) {
            if words.chars().any(char::is_alphanumeric) {
                seen.entry(words)
                    .or_default()
                    .insert(letter, (modifier, scene.name));
            }
        }
    }
    let telling: Vec<_> = TELLING.into_iter().map(letters::of).collect();
    let mut wrong = Vec::new();
    for (words, roles) in seen.iter().filter(|(words, _)| !SAID.contains(&words.as_str())) {
        for (letter, (modifier, scene)) in roles {
            let tells = letter.chars().any(|it| telling.contains(&it));
            let others = roles
                .iter()
                .filter(|(other, (it, _))| *other != letter && it == modifier);
            wrong.extend(others.filter(|_| tells).map(|(other, (_, there))| {
                format!("{words:?} is {letter} in {scene} and {other} in {there}")
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Relative luminance, as WCAG 2.2 defines it.
fn luminance(colour: Color) -> f64 {
    let Color::Rgb(red, green, blue) = colour else {
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

fn contrast(cell: &Cell) -> f64 {
    let (a, b) = (luminance(cell.fg), luminance(cell.bg));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2: 4.5 for text (1.4.3), 7 for enhanced contrast (1.4.6). Whatever lies over what.
#[test]
fn everything_on_the_screen_can_be_read() {
    for scene in panes::all() {
        let mut desk = at(scene, SIZES[1]);
        for (theme, least) in [
            (ThemeName::Dark, 4.5),
            (ThemeName::Light, 4.5),
            (ThemeName::HighContrast, 7.0),
        ] {
            for cell in &cells(&mut desk, theme).content {
                let found = contrast(cell);
                assert!(
                    cell.symbol() == " " || found >= least,
                    "{} in {}: {:?} has {found:.2}",
                    scene.name,
                    theme.name(),
                    cell.symbol()
                );
            }
        }
    }
}

#[test]
fn an_ascii_terminal_gets_no_sign_beyond_ascii() {
    for scene in panes::all() {
        let screen = at(scene, SIZES[1]).in_ascii().screen();
        // What payloads say is theirs.
        let words: String = screen.chars().filter(|c| !c.is_alphabetic()).collect();
        assert!(words.is_ascii(), "{}\n{screen}", scene.name);
    }
}

#[test]
fn no_size_is_too_small_for_any_pane() {
    for scene in panes::all() {
        let mut desk = at(scene, SIZES[1]);
        for (width, height) in [(1, 1), (2, 9), (9, 2), (20, 5), (39, 11), (60, 15), (300, 8)] {
            desk.model.size = Size { width, height };
            assert!(
                desk.screen().lines().count() <= usize::from(height),
                "{}",
                scene.name
            );
        }
    }
}
