//! Looking around.

use super::{demo, demo_at_orders};

#[test]
fn the_demo_opens_on_a_filled_screen() {
    let program = demo();
    for text in [
        "kinescope",
        "111122223333",
        "1 Streams",
        "2 Tables",
        "3 Features",
        "4 Predictions",
        "orders",
        "telemetry",
        "ACTIVE",
        "? help",
        "q quit",
    ] {
        program.wait_for(text);
    }
}

#[test]
fn the_detail_shows_the_shards_of_the_selected_stream() {
    let mut program = demo_at_orders();
    program.wait_until("the shards of orders", |screen| {
        let screen = screen.contents();
        screen.matches("open").count() >= 4 && screen.matches("closed").count() >= 2
    });
    program.keys("/click\r");
    program.wait_until("the shards of clickstream", |screen| {
        screen.contents().contains("007 open")
    });
}

#[test]
fn each_section_has_its_list() {
    let mut program = demo();
    for (key, title) in [
        ("2", "Tables"),
        ("3", "Features"),
        ("4", "Predictions"),
        ("1", "Streams"),
    ] {
        program.keys(key);
        program.wait_until(title, |screen| list_title(screen).contains(title));
    }
}

#[test]
fn the_help_lies_over_everything_and_closes() {
    let mut program = demo();
    program.keys("?");
    program.wait_for("tail the stream live, from now on");
    program.keys("\x1b");
    program.wait_until("the help to close", |screen| {
        !screen.contents().contains("tail the stream live")
    });
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

/// The top of the list's frame, under the two lines of the header.
fn list_title(screen: &vt100::Screen) -> String {
    screen.rows(0, 36).nth(2).unwrap()
}
