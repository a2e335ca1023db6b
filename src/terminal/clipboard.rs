//! Ways to a clipboard: the terminal's, which is where the person sits, or that of the desktop that the program runs on.
//!
//! Must not: let a byte of a text act on the terminal; what goes there is Base64.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::surroundings::{Multiplexer, Surroundings};

/// The longest text that is sent to a terminal, in bytes: xterm takes no more than about 100,000 characters in Base64.
pub const LONGEST: usize = 74_000;
/// How much GNU screen passes on at once, in bytes: its own buffer for such sequences has 768.
const PASSED_ON: usize = 512;

/// A program that puts its input on the clipboard of the desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    arguments: &'static [&'static str],
    /// The variable that says that its desktop is there; none where it needs no such.
    desktop: Option<&'static str>,
}

const TOOLS: [Tool; 4] = [
    Tool {
        name: "wl-copy",
        arguments: &[],
        desktop: Some("WAYLAND_DISPLAY"),
    },
    Tool {
        name: "xclip",
        arguments: &["-selection", "clipboard"],
        desktop: Some("DISPLAY"),
    },
    Tool {
        name: "xsel",
        arguments: &["--input", "--clipboard"],
        desktop: Some("DISPLAY"),
    },
    Tool {
        name: "pbcopy",
        arguments: &[],
        desktop: None,
    },
];

impl Tool {
    /// The one to use: none over SSH, where the desktop is not the one that the person sits at.
    pub fn of(surroundings: Surroundings, variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        if surroundings.is_remote {
            return None;
        }
        let path = variable("PATH").unwrap_or_default();
        let is_there =
            |tool: &Tool| std::env::split_paths(&path).any(|folder| folder.join(tool.name).is_file());
        let has_desktop = |tool: &Tool| {
            tool.desktop
                .is_none_or(|name| variable(name).is_some_and(|it| !it.is_empty()))
        };
        TOOLS.into_iter().find(|tool| has_desktop(tool) && is_there(tool))
    }

    /// Hands the text over. Blocks until the program has taken it.
    pub fn copy(self, text: &str) -> io::Result<()> {
        let mut child = Command::new(self.name)
            .args(self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        let status = child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("{} ended with {status}", self.name)))
        }
    }
}

/// What sends a text to the terminal's clipboard (OSC 52), through whatever stands between.
pub fn sequence(text: &str, inside: Option<Multiplexer>) -> Vec<u8> {
    let plain = format!("\x1b]52;c;{}\x07", BASE64.encode(text));
    match inside {
        None => plain.into_bytes(),
        // With `set-clipboard on` tmux takes the plain one itself; with `allow-passthrough on` the other goes through it.
        Some(Multiplexer::Tmux) => {
            let inner = plain.replace('\x1b', "\x1b\x1b");
            format!("{plain}\x1bPtmux;{inner}\x1b\\").into_bytes()
        }
        Some(Multiplexer::Screen) => plain
            .as_bytes()
            .chunks(PASSED_ON)
            .flat_map(|part| [b"\x1bP", part, b"\x1b\\"].concat())
            .collect(),
    }
}

/// What was done, in words that promise no more than is known.
pub fn words(bytes: usize, inside: Option<Multiplexer>) -> String {
    let through = match inside {
        None => "",
        Some(Multiplexer::Tmux) => " through tmux (which needs `set-clipboard on` or `allow-passthrough on`)",
        Some(Multiplexer::Screen) => " through screen",
    };
    format!("sent {bytes} bytes to the terminal's clipboard{through}, if it allows that")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(is_remote: bool) -> Surroundings {
        Surroundings {
            is_remote,
            ..Surroundings::of(|_| None)
        }
    }

    #[test]
    fn a_text_goes_to_the_terminal_as_base64_only() {
        let hostile = "\u{1b}]0;title\u{7}";
        assert_eq!(sequence(hostile, None), b"\x1b]52;c;G10wO3RpdGxlBw==\x07");
    }

    #[test]
    fn tmux_gets_it_for_itself_and_to_pass_on() {
        let sent = String::from_utf8(sequence("hi", Some(Multiplexer::Tmux))).unwrap();
        assert_eq!(sent, "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn screen_gets_it_in_pieces_that_it_can_pass_on() {
        let text = "x".repeat(2000);
        let sent = String::from_utf8(sequence(&text, Some(Multiplexer::Screen))).unwrap();
        let pieces: Vec<&str> = sent.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= 768));
        let whole: String = pieces
            .iter()
            .map(|piece| piece.strip_prefix("\x1bP").unwrap())
            .collect();
        assert_eq!(whole.as_bytes(), sequence(&text, None));
    }

    #[test]
    fn a_tool_is_used_only_on_the_desktop_that_the_person_sits_at() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["xclip", "xsel"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let path = folder.path().to_str().unwrap().to_owned();
        let found = |is_remote: bool, display: &str| {
            let variable = |name: &str| match name {
                "PATH" => Some(path.clone()),
                "DISPLAY" => Some(display.to_owned()),
                _ => None,
            };
            Tool::of(surroundings(is_remote), variable).map(|tool| tool.name)
        };
        assert_eq!(found(false, ":0"), Some("xclip"));
        assert_eq!(found(true, ":0"), None);
        assert_eq!(found(false, ""), None);
    }
}
