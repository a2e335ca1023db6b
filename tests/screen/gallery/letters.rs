//! The styles of a screen as letters: one for each role, two where one lies over another.

use kinescope::view::{Look, Role, Theme, ThemeName};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

const THEMES: usize = ThemeName::ALL.len();

/// How a cell looks in each theme: its colours and what sets it off.
type Looks = [(Color, Color, Modifier); THEMES];

/// Which looks come from which roles.
pub(super) struct Letters(Vec<(Looks, String)>);

/// The letter of a role.
pub(super) fn of(role: Role) -> char {
    match role {
        Role::Text => '.',
        Role::Dim => 'd',
        Role::Accent => 'a',
        Role::Heading => 'h',
        Role::Frame => 'f',
        Role::Focus => 'F',
        Role::Selected => 'S',
        Role::Failed => 'X',
        Role::Warning => 'w',
        Role::Good => 'g',
        Role::ReadOnly => 'R',
        Role::Name => 'n',
        Role::String => 's',
        Role::Word => 'v',
        Role::Added => 'A',
        Role::Removed => 'D',
        Role::Changed => 'C',
        Role::Match => 'M',
    }
}

impl Letters {
    pub(super) fn new() -> Self {
        let looks = ThemeName::ALL.map(|theme| Look::new(false, &Theme::named(theme).unwrap(), true));
        let of_roles = |roles: &[Role]| -> Looks {
            std::array::from_fn(|theme| {
                let ground = looks[theme].style(Role::Text);
                let style = roles
                    .iter()
                    .fold(Style::new(), |under, role| under.patch(looks[theme].style(*role)));
                let colour = |own: Option<Color>, ground: Option<Color>| {
                    own.filter(|it| *it != Color::Reset)
                        .or(ground)
                        .unwrap_or_default()
                };
                (
                    colour(style.fg, ground.fg),
                    colour(style.bg, ground.bg),
                    style.add_modifier,
                )
            })
        };
        let mut all: Vec<_> = Role::ALL
            .into_iter()
            .map(|role| (of_roles(&[role]), of(role).to_string()))
            .collect();
        for under in Role::ALL {
            for over in Role::ALL {
                all.push((of_roles(&[under, over]), format!("{}{}", of(under), of(over))));
            }
        }
        Self(all)
    }

    fn letter(&self, buffers: &[Buffer; THEMES], place: usize) -> &str {
        let looks: Looks = std::array::from_fn(|theme| {
            let cell = &buffers[theme].content[place];
            (cell.fg, cell.bg, cell.modifier)
        });
        let found = self.0.iter().find(|(it, _)| *it == looks);
        let symbol = buffers[0].content[place].symbol();
        &found
            .unwrap_or_else(|| panic!("no roles make {looks:?} of {symbol:?}"))
            .1
    }

    /// A line for each row: how many cells with which letter. What is at the end of a row and is text, or nothing, is left out.
    pub(super) fn rows(&self, buffers: &[Buffer; THEMES]) -> Vec<String> {
        let width = usize::from(buffers[0].area.width.max(1));
        let starts = (0..buffers[0].content.len()).step_by(width);
        let row = |start: usize| {
            let mut runs: Vec<(usize, &str)> = Vec::new();
            for place in start..start + width {
                let letter = self.letter(buffers, place);
                match runs.last_mut() {
                    Some((count, last)) if *last == letter => *count += 1,
                    _ => runs.push((1, letter)),
                }
            }
            runs.pop_if(|(_, letter)| *letter == ".");
            let runs: Vec<_> = runs
                .iter()
                .map(|(count, letter)| format!("{count}{letter}"))
                .collect();
            runs.join(" ")
        };
        starts.map(row).collect()
    }

    /// Words of one style, each with its letter and how it is set off without colours.
    pub(super) fn runs(&self, buffers: &[Buffer; THEMES]) -> Vec<(String, String, Modifier)> {
        let mono = ThemeName::ALL
            .iter()
            .position(|it| *it == ThemeName::Mono)
            .unwrap();
        let width = usize::from(buffers[0].area.width.max(1));
        let mut runs: Vec<(String, String, Modifier)> = Vec::new();
        for (place, cell) in buffers[mono].content.iter().enumerate() {
            let letter = self.letter(buffers, place);
            match runs.last_mut() {
                Some((words, last, _)) if last == letter && place % width > 0 => {
                    words.push_str(cell.symbol());
                }
                _ => runs.push((cell.symbol().to_owned(), letter.to_owned(), cell.modifier)),
            }
        }
        for (words, ..) in &mut runs {
            *words = words.trim().to_owned();
        }
        runs
    }
}

/// Lines of which those that repeat the one before are only counted.
pub(super) fn folded<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<(&str, usize)> = None;
    let tell = |out: &mut Vec<String>, more: usize| {
        if more > 0 {
            out.push(format!("⋮ {more}"));
        }
    };
    for line in lines {
        match &mut last {
            Some((before, more)) if *before == line => *more += 1,
            _ => {
                tell(&mut out, last.map_or(0, |(_, more)| more));
                out.push(line.to_owned());
                last = Some((line, 0));
            }
        }
    }
    tell(&mut out, last.map_or(0, |(_, more)| more));
    out.join("\n")
}
