//! What the program does where the environment tells more of the terminal.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::pty::{Winsize, openpty};

use super::{start, tail_of_orders};
use crate::pty::{Launch, Program};
use crate::shell::BINARY;

/// How long the end of a program without a terminal may take: the promise is a second, and the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(20);

fn holds(program: &Program, bytes: &[u8]) -> bool {
    program
        .raw_output()
        .windows(bytes.len())
        .any(|part| part == bytes)
}

fn demo_in(name: &str, value: &str) -> Program {
    let program = start(Launch::new(&["demo"]).env(name, value));
    program.wait_for("clickstream");
    program
}

#[test]
fn inside_of_tmux_a_copy_goes_through_it() {
    let mut program = demo_in("TMUX", "/tmp/tmux-0/default,1,0");
    program.keys("t");
    program.wait_for("log event");
    program.keys("y");
    program.wait_for("to the terminal's clipboard through tmux");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    assert!(holds(&program, b"\x1bPtmux;\x1b\x1b]52;c;"));
    program.assert_terminal_is_given_back();
}

#[test]
fn only_a_terminal_that_is_known_for_it_gets_frames_between_marks() {
    let mut known = demo_in("TERM_PROGRAM", "WezTerm");
    known.keys("q");
    assert_eq!(known.exit_code(), 0);
    assert!(holds(&known, b"\x1b[?2026h") && holds(&known, b"\x1b[?2026l"));
    let mut plain = tail_of_orders();
    plain.keys("q");
    assert_eq!(plain.exit_code(), 0);
    assert!(!holds(&plain, b"\x1b[?2026"));
}

#[test]
fn the_linux_console_and_other_locales_are_drawn_in_ascii() {
    for (name, value) in [("TERM", "linux"), ("LC_ALL", "C")] {
        let mut program = start(Launch::new(&["demo"]).env(name, value));
        program.wait_for("clickstream");
        assert!(program.screen().contents().is_ascii(), "{name}={value}");
        program.keys("q");
        assert_eq!(program.exit_code(), 0);
    }
}

#[test]
fn a_title_is_given_back_with_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "title = true\n").unwrap();
    let mut program = start(Launch::new(&["demo", "--config", config.to_str().unwrap()]));
    program.wait_for("clickstream");
    program.keys("4");
    program.wait_for("╭ Predictions");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    for sequence in [
        "\x1b[22;2t",
        "\x1b]2;kinescope · Streams\x07",
        "\x1b]2;kinescope · Predictions\x07",
        "\x1b[23;2t",
    ] {
        assert!(holds(&program, sequence.as_bytes()), "{sequence:?}");
    }
}

/// A session that has no controlling terminal is sent no SIGHUP.
#[test]
fn a_terminal_that_vanishes_without_a_signal_ends_the_program() {
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pty = openpty(Some(&size), None).unwrap();
    // Or the program would hold the other side itself.
    rustix::io::fcntl_setfd(&pty.master, rustix::io::FdFlags::CLOEXEC).unwrap();
    let home = tempfile::tempdir().unwrap();
    let terminal = || Stdio::from(pty.slave.try_clone().unwrap());
    let mut child = Command::new(BINARY)
        .arg("demo")
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "xterm-256color")
        .stdin(terminal())
        .stdout(terminal())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(pty.slave);
    let mut screen = File::from(pty.master);
    let mut drawn = Vec::new();
    let mut part = [0; 4096];
    while !String::from_utf8_lossy(&drawn).contains("clickstream") {
        let count = screen.read(&mut part).unwrap();
        drawn.extend_from_slice(&part[..count]);
    }
    drop(screen);
    let (ended, told) = mpsc::channel();
    #[expect(
        clippy::disallowed_methods,
        reason = "waits for a process while the test has a deadline"
    )]
    thread::spawn(move || ended.send(child.wait().unwrap().code()));
    assert_eq!(told.recv_timeout(DEADLINE), Ok(Some(130)));
}
