//! An endpoint that takes connections and never answers.

use std::net::TcpListener;

use super::{at, start};
use crate::pty::Program;

/// The explorer there. The listener is never asked for its connections; the kernel takes them all the same.
fn at_a_hung_endpoint() -> (Program, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (start(at(&url)), listener)
}

#[test]
fn the_panes_say_what_they_wait_for_and_for_how_long() {
    let (program, _hung) = at_a_hung_endpoint();
    program.wait_for("asking for the list of streams …");
    program.wait_for("asking for the list of streams … 1 s");
    program.wait_for("esc cancels");
}

#[test]
fn the_keys_work_meanwhile() {
    let (mut program, _hung) = at_a_hung_endpoint();
    program.wait_for("asking for the list of streams");
    program.keys("2");
    program.wait_for("asking for the list of table streams");
    program.keys("?");
    program.wait_for("tail the stream live, from now on");
}

#[test]
fn the_waiting_can_be_given_up_and_begun_again() {
    let (mut program, _hung) = at_a_hung_endpoint();
    program.wait_for("asking for the list of streams");
    program.keys("\x1b");
    program.wait_for("no longer waiting; r asks again");
    program.wait_for("not waited for; r asks again");
    program.keys("r");
    program.wait_for("asking for the list of streams");
    program.wait_until("the word on giving up to go", |screen| {
        !screen.contents().contains("not waited for")
    });
}

#[test]
fn the_program_ends_at_once() {
    let (mut program, _hung) = at_a_hung_endpoint();
    program.wait_for("asking for the list of streams");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}
