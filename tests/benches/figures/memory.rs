//! What the explorer takes in memory: at its start, and with a full ring while records come.

use std::path::Path;

use super::endpoint::Endpoint;
use super::process::resident;
use super::table::Row;
use crate::pty::{Launch, Program};
use crate::shell::{ACCOUNT, BINARY};

const STREAM: &str = "backlog";
const SHARDS: i32 = 16;
/// Enough to fill every ring once more than it holds.
const RECORDS: u32 = 160_000;
/// In MiB.
const RINGS: [u32; 3] = [16, 64, 128];
/// What there may be beside a ring, in MiB.
const BESIDE: f64 = 40.0;

/// At the start, and by the size of the ring.
pub(crate) fn measure() -> Vec<Row> {
    let endpoint = Endpoint::with_stream(STREAM, SHARDS);
    let program = start(&endpoint, 64);
    program.wait_for(STREAM);
    program.wait_for("open");
    let first = Row::plain(
        "RSS at the start",
        resident(program.pid),
        "MiB",
        "lists on the screen",
    )
    .at_most(BESIDE);
    drop(program);
    endpoint.fill(STREAM, RECORDS, |_| vec![b'x'; 1024]);
    let loaded = RINGS.iter().map(|ring| {
        let rss = at_load(&endpoint, *ring);
        let ring = f64::from(*ring);
        Row::plain(
            format!("RSS with a full ring of {ring} MiB"),
            rss,
            "MiB",
            "records of 1 KiB",
        )
        .at_most(ring + BESIDE)
    });
    std::iter::once(first).chain(loaded).collect()
}

fn start(endpoint: &Endpoint, ring: u32) -> Program {
    let config = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(config.path(), format!("ring_mib = {ring}\n")).unwrap();
    let config = config.path().to_str().unwrap();
    let launch = Launch::new(&["--endpoint-url", endpoint.url(), "--config", config]).size(80, 24);
    let program = ACCOUNT
        .iter()
        .fold(launch, |launch, (name, value)| launch.env(name, value))
        .start(Path::new(BINARY));
    // The settings are read before the first frame, and their file may go then.
    program.wait_for("kinescope");
    program
}

/// The most that it takes while the backlog is read through a ring.
fn at_load(endpoint: &Endpoint, ring: u32) -> f64 {
    let mut program = start(endpoint, ring);
    program.wait_for(STREAM);
    program.keys(&format!("/{STREAM}\r"));
    program.keys("T");
    program.wait_for("trim-horizon");
    program.keys("trim-horizon\r");
    let mut most: f64 = 0.0;
    loop {
        most = most.max(resident(program.pid));
        let screen = program.screen().contents();
        if screen.contains("160,000 records") || screen.contains("behind 0 ms") && dropped(&screen) {
            return most.max(resident(program.pid));
        }
        super::process::pause(std::time::Duration::from_millis(20));
    }
}

/// Whether records have fallen off the ring.
fn dropped(screen: &str) -> bool {
    screen.contains("dropped") && !screen.contains(" 0 dropped")
}
