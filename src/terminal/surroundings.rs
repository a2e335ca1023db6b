//! What the environment tells of the terminal, before anything is written to it.
//!
//! A terminal can be asked, too, but only by waiting for an answer that may never come, over a link that may be slow.
//! Must not: write, or wait.

/// What is around the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is told by other variables")]
pub struct Surroundings {
    /// Whether the screen is at the other end of an SSH session.
    pub is_remote: bool,
    /// What the program runs inside of, between it and the terminal.
    pub inside: Option<Multiplexer>,
    /// Whether the terminal shows what comes between two marks at once (synchronized output).
    pub synchronizes: bool,
    /// Whether more than ASCII can be drawn.
    pub has_unicode: bool,
    /// Which colours there are.
    pub colours: Colours,
    /// Whether the terminal says that its own ground is light.
    pub is_light: bool,
    /// Whether the person wants no colours in any program (no-color.org).
    pub wants_no_colour: bool,
}

/// The colours that a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None.
    None,
    /// Sixteen, in shades that its owner chose.
    Sixteen,
    /// Those and 240 more, which look the same everywhere.
    Palette,
    /// Any, by red, green and blue.
    True,
}

/// A program that stands between this one and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplexer {
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// Values of `TERM` that begin so are of terminals that know the marks: their own names, none that others use too.
const SYNCHRONIZING_TERMS: [&str; 6] = [
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "wezterm",
    "xterm-kitty",
];
/// The same for `TERM_PROGRAM`.
const SYNCHRONIZING_PROGRAMS: [&str; 4] = ["WezTerm", "ghostty", "iTerm.app", "rio"];

/// Values of `TERM` that begin so are of terminals without colours.
const COLOURLESS_TERMS: [&str; 4] = ["dumb", "vt100", "vt102", "vt220"];
/// Values of `TERM` that begin so have the palette without saying it in their name.
const PALETTE_TERMS: [&str; 3] = ["tmux", "iterm", "konsole"];

impl Surroundings {
    /// What these variables tell.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = said("TERM").unwrap_or_default();
        let is_remote = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"]
            .into_iter()
            .any(|name| said(name).is_some());
        let inside = match () {
            () if said("TMUX").is_some() => Some(Multiplexer::Tmux),
            () if said("STY").is_some() => Some(Multiplexer::Screen),
            () => None,
        };
        Self {
            is_remote,
            inside,
            // Inside of another one the variables are those of the terminal that it was started in.
            synchronizes: inside.is_none()
                && (SYNCHRONIZING_TERMS.iter().any(|known| term.starts_with(known))
                    || said("TERM_PROGRAM").is_some_and(|it| SYNCHRONIZING_PROGRAMS.contains(&it.as_str()))
                    || said("WT_SESSION").is_some()),
            has_unicode: term != "linux" && is_utf8(said),
            colours: colours(&term, said),
            is_light: said("COLORFGBG").is_some_and(|it| is_light(&it)),
            wants_no_colour: said("NO_COLOR").is_some(),
        }
    }
}

fn colours(term: &str, said: impl Fn(&str) -> Option<String>) -> Colours {
    let begins = |known: &[&str]| known.iter().any(|known| term.starts_with(known));
    let is_true = said("COLORTERM").is_some_and(|it| it == "truecolor" || it == "24bit");
    if begins(&COLOURLESS_TERMS) || term.ends_with("-m") || term.ends_with("-mono") {
        Colours::None
    } else if is_true || term.ends_with("-direct") {
        Colours::True
    } else if term.contains("256color")
        || begins(&PALETTE_TERMS)
        || begins(&SYNCHRONIZING_TERMS)
        || said("WT_SESSION").is_some()
    {
        Colours::Palette
    } else {
        Colours::Sixteen
    }
}

/// What rxvt, Konsole and others tell as `foreground;background`, by the numbers of the sixteen colours.
fn is_light(colours: &str) -> bool {
    let ground = colours.rsplit(';').next();
    matches!(ground, Some("7" | "9" | "10" | "11" | "12" | "13" | "14" | "15"))
}

/// Whether the locale is one of UTF-8. Where none is said, a terminal of today is.
fn is_utf8(said: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings::of(|name| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_plain_terminal_is_near_and_knows_unicode() {
        let plain = of(&[("TERM", "xterm-256color")]);
        let expected = Surroundings {
            is_remote: false,
            inside: None,
            synchronizes: false,
            has_unicode: true,
            colours: Colours::Palette,
            is_light: false,
            wants_no_colour: false,
        };
        assert_eq!(plain, expected);
    }

    #[test]
    fn an_ssh_session_and_what_is_between_are_told() {
        assert!(of(&[("SSH_TTY", "/dev/pts/3")]).is_remote);
        assert!(!of(&[("SSH_TTY", "")]).is_remote);
        assert_eq!(
            of(&[("TMUX", "/tmp/tmux-0/default,1,0")]).inside,
            Some(Multiplexer::Tmux)
        );
        assert_eq!(of(&[("STY", "1234.pts-0")]).inside, Some(Multiplexer::Screen));
    }

    #[test]
    fn only_terminals_that_are_known_for_it_synchronize_and_not_through_another_program() {
        assert!(of(&[("TERM", "xterm-kitty")]).synchronizes);
        assert!(of(&[("TERM", "foot-extra")]).synchronizes);
        assert!(of(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]).synchronizes);
        assert!(
            !of(&[
                ("TERM", "tmux-256color"),
                ("TERM_PROGRAM", "WezTerm"),
                ("TMUX", "x")
            ])
            .synchronizes
        );
        assert!(!of(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")]).synchronizes);
    }

    #[test]
    fn the_console_and_other_locales_get_ascii() {
        assert!(!of(&[("TERM", "linux"), ("LANG", "de_DE.UTF-8")]).has_unicode);
        assert!(!of(&[("TERM", "xterm"), ("LANG", "C")]).has_unicode);
        assert!(of(&[("TERM", "xterm"), ("LANG", "C"), ("LC_ALL", "C.UTF-8")]).has_unicode);
        assert!(of(&[("TERM", "xterm"), ("LANG", "en_US.utf8")]).has_unicode);
    }

    #[test]
    fn colours_are_those_that_the_terminal_is_known_for() {
        for (variables, expected) in [
            (&[("TERM", "xterm-256color")] as &[_], Colours::Palette),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Colours::True,
            ),
            (&[("TERM", "foot")], Colours::Palette),
            (&[("TERM", "linux")], Colours::Sixteen),
            (&[("TERM", "xterm")], Colours::Sixteen),
            (&[("TERM", "vt100")], Colours::None),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Colours::None),
            (&[], Colours::Sixteen),
        ] {
            assert_eq!(of(variables).colours, expected, "{variables:?}");
        }
        assert!(of(&[("COLORFGBG", "0;15")]).is_light && !of(&[("COLORFGBG", "15;default;0")]).is_light);
        assert!(of(&[("NO_COLOR", "1")]).wants_no_colour && !of(&[("NO_COLOR", "")]).wants_no_colour);
    }
}
