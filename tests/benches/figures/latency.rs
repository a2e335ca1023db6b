//! What a person feels: how long a key takes to show, what the terminal is sent, and that nothing happens where nothing does.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use super::cpu::order;
use super::endpoint::{Endpoint, Filling};
use super::process::{pause, ticks};
use super::table::Row;
use crate::pty::{Launch, Program};
use crate::shell::{ACCOUNT, BINARY};

const STREAM: &str = "busy";
/// Each takes up to 1,000 records a second.
const SHARDS: i32 = 8;
/// Keys that are pressed for a figure.
const KEYS: u32 = 200;
/// Over how long the bytes to a terminal are counted.
const WATCHED: Duration = Duration::from_secs(10);
/// Over how long nothing may happen.
const IDLE: Duration = Duration::from_secs(30);
/// Words of the help, which is nowhere else.
const HELP: &str = " Keys ";

/// At full load, while every call hangs, and idle.
pub(crate) fn measure() -> Vec<Row> {
    let endpoint = Endpoint::with_stream(STREAM, SHARDS);
    let mut rows = idle(&endpoint);
    let filling = endpoint.keep_filling(STREAM, order);
    rows.extend(under_load(&endpoint, &filling));
    rows.extend(hanging());
    rows
}

fn start(url: &str, flags: &[&str]) -> Program {
    let args: Vec<_> = ["--endpoint-url", url].iter().chain(flags).copied().collect();
    let launch = Launch::new(&args).size(80, 24);
    ACCOUNT
        .iter()
        .fold(launch, |launch, (name, value)| launch.env(name, value))
        .start(Path::new(BINARY))
}

/// The program with the tail of the busy stream on its screen, and records coming.
fn tailing(url: &str, flags: &[&str]) -> Program {
    let mut program = start(url, flags);
    program.wait_for(STREAM);
    program.keys(&format!("/{STREAM}\r"));
    program.keys("t");
    program.wait_until("thousands of records", |screen| {
        let text = screen.contents();
        text.contains("live tail") && text.contains(',') && text.contains("rec/s")
    });
    program
}

fn idle(endpoint: &Endpoint) -> Vec<Row> {
    let program = start(endpoint.url(), &[]);
    program.wait_for(STREAM);
    let mut written = 0;
    // The count of calls a second fades after the lists have come.
    while program.written() > written {
        written = program.written();
        pause(Duration::from_secs(5));
    }
    let before = (program.written(), ticks(program.pid));
    pause(IDLE);
    let (bytes, spent) = (program.written() - before.0, ticks(program.pid) - before.1);
    let number = |it: u64| f64::from(u32::try_from(it).unwrap());
    vec![
        Row::plain(
            "bytes written over 30 s idle",
            number(bytes as u64),
            "bytes",
            "a list on the screen",
        )
        .at_most(0.0),
        Row::plain(
            "processor time over 30 s idle",
            number(spent),
            "ticks",
            "a list on the screen",
        )
        .at_most(0.0),
    ]
}

fn under_load(endpoint: &Endpoint, _filling: &Filling) -> Vec<Row> {
    let mut program = tailing(endpoint.url(), &[]);
    let keys = keys_to_paint(&mut program);
    let mut rows = percentiles("key to paint, a tail at full load", &keys);
    rows.push(
        rate(
            "to the terminal at full load, 80×24, 30 frames a second",
            &program,
        )
        .at_most(30.0),
    );
    drop(program);
    let program = tailing(endpoint.url(), &["--max-fps", "4"]);
    rows.push(rate("to the terminal at full load, 80×24, 4 frames a second", &program).at_most(6.0));
    rows
}

fn hanging() -> Vec<Row> {
    // It is never asked for its connections; the kernel takes them all the same.
    let hung = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", hung.local_addr().unwrap());
    let mut program = start(&url, &[]);
    program.wait_for("asking for the list of streams");
    percentiles("key to paint, every call hanging", &keys_to_paint(&mut program))
}

/// Opens and closes the help again and again; how long each takes to show, the shortest first.
fn keys_to_paint(program: &mut Program) -> Vec<Duration> {
    let mut times: Vec<_> = (0..KEYS)
        .map(|turn| key_to_paint(program, turn % 2 == 0))
        .collect();
    times.sort_unstable();
    times
}

fn key_to_paint(program: &mut Program, opens: bool) -> Duration {
    // Not in step with the frames.
    pause(Duration::from_millis(u64::from(fastrand::u32(20..80))));
    let begun = clock();
    program.keys(if opens { "?" } else { "q" });
    program.wait_until("the help to come or go", |screen| {
        screen.contents().contains(HELP) == opens
    });
    begun.elapsed()
}

fn percentiles(what: &str, times: &[Duration]) -> Vec<Row> {
    let ms = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    let how = format!("{KEYS} keys");
    vec![
        Row::plain(format!("{what}, median"), ms(50), "ms", how.clone()),
        Row::plain(format!("{what}, 99 of 100"), ms(99), "ms", how).at_most(50.0),
    ]
}

/// KB a second that the terminal is sent.
fn rate(what: &str, program: &Program) -> Row {
    let before = program.written();
    pause(WATCHED);
    let bytes = u32::try_from(program.written() - before).unwrap();
    Row::plain(
        what,
        f64::from(bytes) / 1e3 / WATCHED.as_secs_f64(),
        "KB/s",
        "10 s of it",
    )
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn clock() -> Instant {
    Instant::now()
}
