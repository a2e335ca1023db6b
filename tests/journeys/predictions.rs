//! Batch predictions: one is found by a filter, followed to its end, and looked behind.

use std::io::Write as _;

use serde_json::json;

use super::start;
use crate::pty::{Launch, Program};
use crate::shell::{ACCOUNT, Served, call};

const BELL: u8 = 0x07;

/// Makes a prediction that is over some twenty seconds later.
fn create(endpoint: &Served) {
    let input = json!({
        "BatchPredictionId": "bp-journey",
        "BatchPredictionName": "journey",
        "MLModelId": "ml-churn",
        "BatchPredictionDataSourceId": "ds-churn-batch",
        "OutputUri": "s3://shop-predictions/journey/",
    });
    call(
        endpoint.url(),
        "AmazonML_20141212.CreateBatchPrediction",
        &input.to_string(),
    );
}

fn at_predictions(endpoint: &Served, config: &str) -> Program {
    let launch = Launch::new(&["--endpoint-url", endpoint.url(), "--config", config]);
    let launch = ACCOUNT
        .iter()
        .fold(launch, |launch, (name, value)| launch.env(name, value));
    let mut program = start(launch.size(120, 30));
    program.wait_for("clickstream");
    program.keys("4");
    program.wait_for("compute time");
    program
}

/// Whether the left half of the screen says so.
fn listed(screen: &vt100::Screen, text: &str) -> bool {
    screen.rows(0, 60).any(|row| row.contains(text))
}

#[test]
fn a_prediction_is_found_by_a_filter_and_followed_to_its_end_with_a_bell() {
    let mut config = tempfile::NamedTempFile::new().unwrap();
    config.write_all(b"bell = true\n").unwrap();
    let endpoint = Served::start();
    create(&endpoint);
    let mut program = at_predictions(&endpoint, config.path().to_str().unwrap());
    program.keys("fname ^= jour\r");
    program.wait_for("1 name ^= jour");
    program.wait_for("bp-journey");
    program.wait_for("running for");
    program.keys(" ");
    program.wait_for("is followed to its end");
    program.keys("1");
    program.wait_for("journey COMPLETED: ");
    assert!(program.raw_output().contains(&BELL), "the bell was rung");
    program.keys("4");
    program.wait_for("ran 16 s");
    program.keys("M");
    program.wait_for("ML model ml-churn of journey");
    program.wait_for("sgd.maxPasses=10");
    program.keys("D");
    program.wait_for("data source ds-churn-training of journey");
    program.wait_for("s3://shop-ml/churn/training/");
    program.keys("\x1b");
    program.wait_for("sgd.maxPasses=10");
    program.keys("\x1b");
    program.wait_for("bp-journey");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn a_filter_that_cannot_be_is_told_with_what_can_and_esc_asks_for_all() {
    let config = tempfile::NamedTempFile::new().unwrap();
    let endpoint = Served::start();
    let mut program = at_predictions(&endpoint, config.path().to_str().unwrap());
    program.keys("fstatus = done\r");
    program.wait_for("'done' is no status; use one of");
    program.keys("\x15status = deleted\r");
    program.wait_for("status = DELETED");
    program.wait_until("only those that are deleted", |screen| {
        listed(screen, "DELETED  ") && !listed(screen, "COMPLETED")
    });
    program.keys("\x1b");
    program.wait_until("all of them", |screen| {
        listed(screen, "COMPLETED") && !listed(screen, "status = DELETED")
    });
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    assert!(!program.raw_output().contains(&BELL));
}
