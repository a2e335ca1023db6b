//! A live tail.

use std::time::{Duration, Instant};

use vt100::Screen;

use super::{demo, demo_at_orders, tail_of_orders};
use crate::pty::Program;

/// How soon after the key the first record is on the screen.
const FIRST_RECORD: Duration = Duration::from_secs(2);

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
fn the_first_record_shows_within_two_seconds_of_the_key() {
    let mut program = demo_at_orders();
    let pressed = Instant::now();
    program.keys("t");
    program.wait_for("{\"order_id\"");
    let took = pressed.elapsed();
    assert!(took < FIRST_RECORD, "it took {took:?}");
}

#[test]
fn records_scroll_by_until_the_view_is_paused() {
    let mut program = tail_of_orders();
    wait_for_records(&program, 40);
    let early = records(&program.screen());
    program.wait_until("other records", |screen| {
        records(screen).iter().all(|record| !early.contains(record))
    });

    program.keys(" ");
    program.wait_for("paused");
    let held = records(&program.screen());
    let newer = newer(&program.screen()).unwrap_or(0);
    program.wait_until("newer records to be counted", |screen| {
        self::newer(screen).is_some_and(|count| count > newer + 20)
    });
    assert_eq!(records(&program.screen()), held);

    program.keys(" ");
    program.wait_for("following");
    program.wait_until("the newest records", |screen| {
        records(screen).iter().all(|record| !held.contains(record))
    });
}

#[test]
fn the_inspector_shows_the_record_as_json_and_as_bytes() {
    let mut program = tail_of_orders();
    wait_for_records(&program, 5);
    program.keys(" ");
    program.wait_for("paused");
    program.keys("\r");
    for text in [
        "record · json",
        "  \"order_id\": \"ord-",
        "  \"customer_id\": \"cust-",
    ] {
        program.wait_for(text);
    }
    program.keys("x");
    program.wait_for("record · hex");
    program.wait_for("00000000  7b 22 6f 72 64 65 72 5f  69 64 22 3a");
    program.keys("x");
    program.wait_for("record · json");
    program.keys("\x1b");
    program.wait_until("the inspector to close", |screen| {
        !screen.contents().contains("record · ")
    });
    program.keys("\x1b");
    program.wait_for("1 Streams");
}

#[test]
fn a_tail_can_begin_in_the_past() {
    let mut program = demo_at_orders();
    program.keys("T");
    program.wait_for("Tail orders from");
    program.keys("yesterday\r");
    program.wait_for("'yesterday' is no position");
    program.keys("\x15trim-horizon\r");
    wait_for_records(&program, 1200);
}

#[test]
fn a_stream_is_tailed_through_a_consumer_that_is_there_and_through_a_new_one() {
    let mut program = demo_at_orders();
    program.keys("C");
    program.wait_for("register a new consumer");
    program.wait_for("fulfilment  ACTIVE");
    program.keys("\r");
    program.wait_for("live tail through fulfilment");
    wait_for_records(&program, 20);

    program.keys("C");
    program.wait_for("register a new consumer");
    program.keys("G\r");
    program.wait_for("A new consumer of orders");
    program.keys("billing\r");
    program.wait_for("per GB retrieved");
    program.keys("y");
    program.wait_for("live tail through billing");
    wait_for_records(&program, 20);
}

#[test]
fn changes_of_a_table_are_tailed_with_what_happened_to_the_item() {
    let mut program = demo();
    program.keys("2");
    program.wait_for("inventory");
    program.keys("/carts\r");
    program.wait_for("NEW_AND_OLD_IMAGES");
    program.keys("Ttrim-horizon\r");
    for event in ["INSERT", "MODIFY", "REMOVE by TTL", "{\"cart_id\":\"cart-"] {
        program.wait_for(event);
    }
}

/// Waits until so many records were read.
fn wait_for_records(program: &Program, count: u64) {
    program.wait_until(&format!("{count} records"), |screen| {
        count_before(screen, " records").is_some_and(|read| read >= count)
    });
}

/// The records on the screen, without the mark of the selected one.
fn records(screen: &Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    let rows = screen.rows(2, columns - 3);
    rows.filter(|row| row.contains("{\"order_id\"")).collect()
}

/// How many records are newer than the selected one, where the view is paused.
fn newer(screen: &Screen) -> Option<u64> {
    count_before(screen, " newer")
}

fn count_before(screen: &Screen, words: &str) -> Option<u64> {
    let contents = screen.contents();
    let before = &contents[..contents.find(words)?];
    let number = before.rsplit(' ').next()?;
    number.replace(',', "").parse().ok()
}
