//! Recordings of sessions: what was on the terminal can be played again.

use std::os::unix::fs::PermissionsExt as _;

use nix::sys::signal::Signal;

use crate::cast::Cast;
use crate::pty::{Known, Launch, Life};

use super::start;

#[test]
fn a_recording_played_again_shows_what_the_terminal_did() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.cast");
    let mut program =
        start(Launch::new(&["demo", "--record", file.to_str().unwrap()]).env("SHELL", "/bin/fish"));
    program.wait_for("clickstream");
    program.keys("/orders\r");
    program.wait_for("closed");
    program.keys("t");
    program.wait_for("{\"order_id\"");
    program.resize(90, 26);
    program.wait_until("the new size", |screen| {
        screen
            .rows(0, 90)
            .nth(25)
            .is_some_and(|row| row.contains("? help"))
    });
    program.keys(" \r");
    program.wait_for("customer_id");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
    let cast = Cast::read(&file);
    assert_eq!(
        (&cast.header["width"], &cast.header["height"]),
        (&100.into(), &30.into())
    );
    assert_eq!(cast.header["env"]["TERM"], "xterm-256color");
    assert_eq!(cast.header["env"]["SHELL"], "/bin/fish");
    assert!(
        cast.events
            .iter()
            .any(|(_, code, data)| code == "r" && data == "90x26")
    );
    let written = String::from_utf8(program.raw_output()).unwrap();
    assert_eq!(written, cast.output(), "just what went to the terminal");
    let played = cast.play(|_, _, _| {});
    let screen = program.screen();
    assert_eq!(played.screen().size(), screen.size());
    assert_eq!(played.screen().contents_formatted(), screen.contents_formatted());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_goes_to_the_clipboard_is_not_recorded() {
    const CLIPBOARD: &str = "\x1b]52;";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.cast");
    let mut program = start(Launch::new(&["demo", "--record", file.to_str().unwrap()]));
    program.wait_for("clickstream");
    program.keys("Y");
    program.wait_for("to the terminal's clipboard");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    let written = String::from_utf8(program.raw_output()).unwrap();
    assert!(written.contains(CLIPBOARD));
    let recorded = Cast::read(&file).output();
    assert!(recorded.contains("to the terminal's clipboard") && !recorded.contains(CLIPBOARD));
}

#[test]
fn a_program_that_is_killed_leaves_a_recording_up_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.cast");
    let mut program = start(Launch::new(&["demo", "--record", file.to_str().unwrap()]));
    program.wait_for("clickstream");
    // The file is written beside the drawing, a moment later.
    let is_written = (0..100).any(|_| {
        program.keys("2");
        program.wait_for("inventory");
        program.keys("3");
        program.wait_for("fraud-scores");
        std::fs::read_to_string(&file).unwrap().contains("inventory")
    });
    assert!(is_written);
    program.send(Signal::SIGKILL);
    let has_ended = |known: &Known| known.life != Life::Running;
    drop(program.watch.wait("the end", has_ended));
    let mut seen = false;
    Cast::read(&file).play(|screen, _, _| seen |= screen.contents().contains("inventory"));
    assert!(seen);
}

#[test]
fn nothing_is_written_over_and_nothing_without_a_screen_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.cast");
    std::fs::write(&file, "mine").unwrap();
    let name = file.to_str().unwrap();
    let program = start(Launch::new(&["demo", "--record", name]));
    assert_eq!(program.exit_code(), 2);
    program.wait_for("is there already and is not written over");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    let other = folder.path().join("other.cast");
    let other_name = other.to_str().unwrap();
    for args in [
        &["tail", "orders", "--record", other_name][..],
        &["get", "customers", "a", "--record", other_name],
        &["demo", "--serve", "--record", other_name],
    ] {
        let program = start(Launch::new(args));
        assert_eq!(program.exit_code(), 2);
        program.wait_for("--record is for the screen");
        assert!(!other.exists());
    }
}

#[test]
fn a_disk_that_is_full_ends_the_recording_and_not_the_program() {
    // Of no more than so many bytes may a file of this program be.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.cast");
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {} demo --record {}",
        env!("CARGO_BIN_EXE_kinescope"),
        file.display()
    );
    let program = Launch::new(&["-c", &script]).start(std::path::Path::new("/bin/sh"));
    let mut program = program;
    program.wait_for("clickstream");
    for keys in ["2", "3", "4", "1", "2", "3", "4", "1"] {
        program.keys(keys);
        program.keys("j");
    }
    // Nothing opens meanwhile, which would take the notice away.
    program.keys("t");
    program.wait_for("the recording has ended");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    Cast::read(&file);
}
