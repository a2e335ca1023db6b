//! How soon there is something to see, and how large the program is.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use super::process::MIB;
use super::table::Row;
use crate::pty::Launch;
use crate::shell::{ACCOUNT, BINARY};

const RUNS: u32 = 30;

/// The first frame with an endpoint that never answers and of the demo, and the size of the file.
pub(crate) fn measure() -> Vec<Row> {
    let hung = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", hung.local_addr().unwrap());
    let bytes = std::fs::metadata(BINARY).unwrap().len();
    let size = f64::from(u32::try_from(bytes).unwrap()) / MIB;
    vec![
        first_frame(
            "the first frame, an endpoint that never answers",
            &["--endpoint-url", &url],
        ),
        first_frame("the first frame of the demo", &["demo"]),
        Row::plain("the program's file", size, "MiB", "stripped").at_most(14.0),
    ]
}

fn first_frame(what: &str, args: &[&str]) -> Row {
    let mut times: Vec<_> = (0..RUNS).map(|_| once(args)).collect();
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let longest = ms(times[times.len() - 1]);
    let how = format!("median of {RUNS} starts; the longest {longest:.1} ms");
    Row::plain(what, ms(times[times.len() / 2]), "ms", how).at_most(30.0)
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn once(args: &[&str]) -> Duration {
    let launch = ACCOUNT
        .iter()
        .fold(Launch::new(args), |launch, (name, value)| launch.env(name, value));
    let begun = Instant::now();
    let program = launch.start(Path::new(BINARY));
    program.wait_for("kinescope");
    begun.elapsed()
}
