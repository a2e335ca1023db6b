//! However the program ends or stops, the terminal is given back.

use std::fs::File;
use std::io::Read as _;

use nix::pty::{Winsize, openpty};
use nix::sys::signal::Signal;

use super::{demo, start, tail_of_orders};
use crate::pty::{Launch, Program};
use crate::shell::{command, finish};

/// What a program that was interrupted ends with.
const INTERRUPTED: i32 = 130;
/// What Rust ends a program with that panicked.
const PANICKED: i32 = 101;

#[test]
fn quitting_gives_the_terminal_back() {
    let mut program = tail_of_orders();
    assert!(program.screen().alternate_screen() && program.screen().hide_cursor());
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    assert_given_back(&program);
}

#[test]
fn ctrl_c_interrupts() {
    let mut program = tail_of_orders();
    program.keys("\x03");
    assert_eq!(program.exit_code(), INTERRUPTED);
    assert_given_back(&program);
}

#[test]
fn signals_interrupt() {
    for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP] {
        let program = tail_of_orders();
        program.send(signal);
        assert_eq!(program.exit_code(), INTERRUPTED, "{signal}");
        assert_given_back(&program);
    }
}

#[test]
fn a_panic_is_told_on_the_terminal_it_gives_back() {
    for (who, message) in [
        ("loop", "the loop was asked to panic"),
        ("task", "a task was asked to panic"),
    ] {
        let program = start(Launch::new(&["demo"]).env("KINESCOPE_PANIC", who));
        assert_eq!(program.exit_code(), PANICKED, "{who}");
        program.assert_terminal_is_given_back();
        let screen = program.screen().contents();
        assert!(screen.contains(message), "{screen}");
        assert!(screen.contains("at src/runtime.rs:"), "{screen}");
        assert!(
            screen.contains(concat!("kinescope ", env!("CARGO_PKG_VERSION"))),
            "{screen}"
        );
        assert!(screen.contains("--log-file"), "{screen}");
        assert_eq!(
            screen.lines().find(|line| line.starts_with(' ')),
            None,
            "{screen}"
        );
    }
}

#[test]
fn a_panic_is_in_the_log_and_tells_where_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let arguments = ["demo", "--log-file", log.to_str().unwrap()];
    let program = start(
        Launch::new(&arguments)
            .size(200, 30)
            .env("KINESCOPE_PANIC", "quoting"),
    );
    assert_eq!(program.exit_code(), PANICKED);
    program.assert_terminal_is_given_back();
    let screen = program.screen().contents();
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(screen.contains(log.to_str().unwrap()), "{screen}");
    for told in [&screen, &logged] {
        assert!(
            told.contains("at src/runtime.rs:") && told.contains("is not a char boundary"),
            "{told}"
        );
        assert!(!told.contains("4111"), "{told}");
    }
}

#[test]
fn a_terminal_that_vanishes_ends_the_program_as_an_interrupt_does() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let ends = openpty(&size, None).unwrap();
    // The program itself would keep its terminal there.
    rustix::io::fcntl_setfd(&ends.master, rustix::io::FdFlags::CLOEXEC).unwrap();
    let side = || ends.slave.try_clone().unwrap();
    // Of the command's own copies of the terminal none outlives this.
    let child = {
        let mut program = command(&["demo", "--log-file", log.to_str().unwrap()]);
        program.env("TERM", "xterm-256color");
        program.stdin(side()).stdout(side()).stderr(side());
        program.spawn().unwrap()
    };
    let mut terminal = File::from(ends.master);
    let (mut seen, mut part) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("clickstream") {
        let read = terminal.read(&mut part).unwrap();
        seen.extend_from_slice(&part[..read]);
    }
    drop(ends.slave);
    drop(terminal);
    assert_eq!(finish(child).status.code(), Some(INTERRUPTED));
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(!logged.contains("mistake"), "{logged}");
}

#[test]
fn a_stopped_program_lends_the_terminal_to_the_shell() {
    let mut program = tail_of_orders();
    for _ in 0..2 {
        program.keys("\x1a");
        program.wait_until_stopped();
        program.wait_until("the terminal to be lent", |screen| !screen.alternate_screen());
        program.assert_terminal_is_given_back();
        program.send(Signal::SIGCONT);
        program.wait_until("the terminal to be taken again", |screen| {
            screen.alternate_screen() && screen.contents().contains("live tail")
        });
    }
    program.send(Signal::SIGTSTP);
    program.wait_until_stopped();
    program.send(Signal::SIGCONT);
    program.wait_for("live tail");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    assert_given_back(&program);
}

#[test]
fn a_program_that_is_stopped_can_be_ended() {
    let mut program = demo();
    program.keys("\x1a");
    program.wait_until_stopped();
    program.send(Signal::SIGTERM);
    program.send(Signal::SIGCONT);
    assert_eq!(program.exit_code(), INTERRUPTED);
    program.assert_terminal_is_given_back();
}

fn assert_given_back(program: &Program) {
    program.assert_terminal_is_given_back();
    program.assert_nothing_follows_the_leaving();
}
