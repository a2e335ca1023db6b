//! What the environment tells of the terminal, before anything is written to it.
//!
//! A terminal can be asked, too, but only by waiting for an answer that may never come, over a link that may be slow.
//! Must not: write, or wait.

/// What is around the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether the screen is at the other end of an SSH session.
    pub is_remote: bool,
    /// What the program runs inside of, between it and the terminal.
    pub inside: Option<Multiplexer>,
    /// Whether the terminal shows what comes between two marks at once (synchronized output).
    pub synchronizes: bool,
    /// Whether more than ASCII can be drawn.
    pub has_unicode: bool,
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
        }
    }
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
}
