//! The records of a feature group, from its list to the comparison.

use super::demo;

#[test]
fn records_are_browsed_marked_and_compared() {
    let mut program = demo();
    program.keys("3");
    program.wait_for("fraud-scores");
    program.keys("/customers\r");
    program.wait_for("customer_id");
    program.keys("\r\r");
    program.wait_for("Features › customers › records");
    program.wait_for("cust-0002");
    program.wait_for("event time");
    program.keys("  ");
    program.wait_for("2 marked");
    program.keys("c");
    program.wait_for("2 records · 40 features");
    program.wait_until("both records side by side", |screen| {
        let mut rows = screen.rows(0, 100);
        rows.any(|row| row.contains("cust-0001") && row.contains("cust-0002"))
    });
    program.keys("d");
    program.wait_for("differences only");
    program.keys("c");
    program.wait_for("in a batch");
    program.wait_for("expires");
    program.keys("\x1b");
    program.wait_for("Features › customers › records");
    program.keys("m");
    program.wait_for("2 marked of one group");
    program.keys("u");
    program.wait_for("Records 100+");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn a_group_without_an_online_store_takes_identifiers_all_the_same() {
    let mut program = demo();
    program.keys("3");
    program.wait_for("fraud-scores");
    program.keys("/fraud\r");
    program.wait_for("offline store");
    program.keys("\r\r");
    program.wait_for("cannot be listed");
    program.keys("iord-040001\r");
    program.wait_for("GetRecord on fraud-scores/ord-040001 failed");
}
