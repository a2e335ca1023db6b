//! The same for long: `cargo bench --bench soak -- MINUTES`, ten unless said.
//!
//! An endpoint that has bad days, a stream of it that shards of are split and merged all the time, and records put steadily. One
//! program tails it in the shell, another on a screen. Every record has to come once and in its shard's order, and after the
//! first minute neither program may grow.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and ends where it cannot go on"
)]

#[path = "figures/endpoint.rs"]
#[expect(dead_code, reason = "of the ways to fill a stream this needs one")]
mod endpoint;
#[path = "figures/process.rs"]
#[expect(
    dead_code,
    reason = "of what the system says of a process this needs its memory"
)]
mod process;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/shell.rs"]
#[expect(dead_code, reason = "of the ways to run the program this needs some")]
mod shell;
#[path = "figures/table.rs"]
#[expect(dead_code, reason = "nothing here is compared with anything")]
mod table;
#[path = "../support/terminal.rs"]
#[expect(dead_code, reason = "of the terminal this needs a part")]
mod terminal;

mod soak {
    pub(crate) mod ledger;
    pub(crate) mod memory;
    pub(crate) mod putting;
    pub(crate) mod reading;
}

use std::process::ExitCode;
use std::time::{Duration, Instant};

use endpoint::Endpoint;
use nix::sys::signal::Signal;
use process::pause;
use shell::Served;
use soak::memory::Memory;
use soak::putting::Putting;
use soak::reading::{Explorer, Tail};
use table::{Row, Table};

const STREAM: &str = "soaked";
const SHARDS: i32 = 8;
/// Minutes unless said.
const MINUTES: u64 = 10;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How long what was put last may take to be read.
const PATIENCE: Duration = Duration::from_mins(2);
/// How much larger a program may become after its first minute, in MiB: room for the shards that come to be, each of which is
/// remembered, and for what the allocator keeps.
const GROWTH: f64 = 16.0;

fn main() -> ExitCode {
    let minutes = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let span = Duration::from_secs(minutes.unwrap_or(MINUTES) * 60);
    let endpoint = Endpoint::of(Served::start_with(&["--faults"]), STREAM, SHARDS);
    let mut tail = Tail::start(endpoint.url(), STREAM);
    let mut explorer = Explorer::start(endpoint.url(), STREAM);
    let putting = Putting::start(endpoint.url(), STREAM);
    let mut memory = [
        Memory::of("tail", tail.pid()),
        Memory::of("explorer", explorer.pid()),
    ];
    let begun = clock();
    while begun.elapsed() < span {
        pause(LOOK);
        for it in &mut memory {
            it.look(begun.elapsed());
        }
        if begun.elapsed().as_secs() % 60 < LOOK.as_secs() {
            let told = memory.each_ref().map(Memory::told);
            println!(
                "{:4.0} s: {} put, {} read; {}",
                begun.elapsed().as_secs_f64(),
                putting.count(),
                tail.count(),
                told.join(", ")
            );
        }
    }
    let stored = putting.stop();
    let late = clock();
    while tail.count() < stored.count() && late.elapsed() < PATIENCE {
        pause(LOOK);
    }
    let lateness = late.elapsed();
    explorer.leave();
    let (seen, troubles) = tail.end(Signal::SIGINT);
    let mut table = Table::default();
    let verdict = seen.held_against(&stored);
    let count = |it: usize| f64::from(u32::try_from(it).unwrap());
    table.take(vec![
        Row::plain(
            "records put",
            count(stored.count()),
            "records",
            format!("over {} s", span.as_secs()),
        ),
        Row::plain(
            "shards that they went to",
            count(stored.shards()),
            "shards",
            format!("from {SHARDS} on"),
        ),
        Row::plain("records lost", count(verdict.lost), "records", "").at_most(0.0),
        Row::plain(
            "records twice, or of nobody",
            count(verdict.too_many),
            "records",
            "",
        )
        .at_most(0.0),
        Row::plain("shards out of order", count(verdict.out_of_order), "shards", "").at_most(0.0),
        Row::plain("until the last one was read", lateness.as_secs_f64(), "s", ""),
        Row::plain("lines on the tail's stderr", count(troubles), "lines", ""),
    ]);
    table.take(memory.iter().flat_map(|it| it.rows(GROWTH)).collect());
    table.print();
    table.verdict()
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn clock() -> Instant {
    Instant::now()
}
