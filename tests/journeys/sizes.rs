//! Terminals of any size, and terminals that change theirs.

use nix::sys::signal::Signal;

use super::{demo, start, tail_of_orders};
use crate::pty::Launch;

/// What a program that was interrupted ends with.
const INTERRUPTED: i32 = 130;
/// Keys that open everything there is, on the way to the end. None is Esc, which with a key right behind it is another key.
const TOUR: &str = "2341?j?/x\rt \r xJK\rT\r1\tjkG\tq";

#[test]
fn every_size_can_be_drawn_on_and_left() {
    for (columns, rows) in [(1, 1), (2, 2), (20, 5), (5, 20), (40, 12), (300, 100)] {
        let mut program = start(Launch::new(&["demo"]).size(columns, rows));
        program.wait_until("the screen to be taken", vt100::Screen::alternate_screen);
        program.keys(TOUR);
        assert_eq!(program.exit_code(), 0, "{columns}×{rows}");
        program.assert_terminal_is_given_back();
    }
}

#[test]
fn a_small_screen_shows_the_one_pane_that_has_the_focus() {
    let mut program = start(Launch::new(&["demo"]).size(40, 12));
    program.wait_for("clickstream");
    program.keys("\r");
    program.wait_for("ACTIVE");
}

/// Both come at once when the program goes on; of two such, one was left unread until the next of its kind.
#[test]
fn a_key_and_a_change_of_size_at_once_are_both_heard() {
    let mut program = demo();
    for (columns, rows) in [(60, 20), (100, 30)].repeat(15) {
        program.send(Signal::SIGSTOP);
        program.wait_until_stopped();
        program.keys("j");
        program.resize(columns, rows);
        program.send(Signal::SIGCONT);
        program.wait_until("the last line at its new place", |screen| {
            screen
                .rows(0, columns)
                .last()
                .is_some_and(|row| row.contains("? help"))
        });
    }
    program.send(Signal::SIGSTOP);
    program.wait_until_stopped();
    program.resize(60, 20);
    program.keys("q");
    program.send(Signal::SIGCONT);
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}

/// The terminal of a person who drags the corner of its window, over everything that can lie there.
#[test]
fn a_storm_of_sizes_does_no_harm() {
    for (keys, shown) in [
        (":", "Commands"),
        ("?", "Keys"),
        ("f", "Show only"),
        ("T", "Tail"),
    ] {
        let mut program = tail_of_orders();
        program.keys(keys);
        program.wait_for(shown);
        for step in 0..200_u16 {
            program.resize(1 + step * 67 % 200, 1 + step * 23 % 60);
        }
        program.resize(120, 40);
        program.wait_for(shown);
        program.keys("\x03");
        assert_eq!(program.exit_code(), INTERRUPTED, "{keys}");
        program.assert_terminal_is_given_back();
    }
}

#[test]
fn resizing_does_a_running_tail_no_harm() {
    let mut program = tail_of_orders();
    program.keys("\r");
    program.wait_for("record · json");
    for (columns, rows) in [
        (1, 1),
        (200, 60),
        (2, 2),
        (80, 24),
        (20, 5),
        (1, 60),
        (200, 1),
        (40, 12),
    ]
    .repeat(8)
    {
        let before = program.written();
        program.resize(columns, rows);
        program.wait_for_more_than(before);
    }
    program.resize(200, 60);
    program.wait_for("live tail");
    program.wait_for("following");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}
