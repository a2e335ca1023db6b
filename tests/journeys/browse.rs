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
fn each_section_has_its_list_and_details() {
    let mut program = demo();
    for (key, listed, described) in [
        ("2", "inventory", "view type"),
        ("3", "fraud-scores", "customer_id"),
        ("4", "✗", "compute time"),
        ("1", "telemetry", "capacity mode"),
    ] {
        program.keys(key);
        program.wait_for(listed);
        program.wait_for(described);
    }
}

#[test]
fn a_record_of_a_feature_group_can_be_looked_up() {
    let mut program = demo();
    program.keys("3");
    program.wait_for("fraud-scores");
    program.keys("/customers\r");
    program.wait_for("customer_id");
    program.keys("icust-0001\r");
    program.wait_for("Features › customers › records");
    program.wait_for("event_time");
    program.keys("inobody\r");
    program.wait_for("There is no such record");
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
