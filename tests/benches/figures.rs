//! Every figure that is promised, measured on this machine and printed as one table: `cargo bench`.
//!
//! Words after `--` choose among them by their names: `cargo bench -- memory`. Where a figure has a limit and is over it, the bench
//! fails. Figures are ratios wherever there is something to compare with, taken by turns in one run, because machines have moods.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and ends where it cannot go on"
)]

mod figures {
    pub(crate) mod cpu;
    pub(crate) mod decode;
    pub(crate) mod endpoint;
    pub(crate) mod filter;
    pub(crate) mod frames;
    pub(crate) mod growth;
    pub(crate) mod latency;
    pub(crate) mod memory;
    pub(crate) mod process;
    pub(crate) mod ring;
    pub(crate) mod start;
    pub(crate) mod table;
}

#[path = "../screen/desk.rs"]
#[expect(dead_code, reason = "of the person at the screen a bench needs a part")]
mod desk;
#[path = "../screen/fixtures.rs"]
#[expect(dead_code, reason = "of what services answer a bench needs a part")]
mod fixtures;
#[path = "../support/pty.rs"]
#[expect(dead_code, reason = "of the terminal a bench needs a part")]
mod pty;
#[path = "../support/shell.rs"]
#[expect(dead_code, reason = "of the ways to run the program a bench needs a part")]
mod shell;
#[path = "../support/terminal.rs"]
#[expect(dead_code, reason = "of the terminal a bench needs a part")]
mod terminal;

use std::process::ExitCode;

use figures::table::{Row, Table};
use figures::{cpu, decode, filter, frames, growth, latency, memory, ring, start};

/// A group of figures, by the name that chooses it.
type Group = (&'static str, fn() -> Vec<Row>);

const GROUPS: [Group; 9] = [
    ("start", start::measure),
    ("latency", latency::measure),
    ("cpu", cpu::measure),
    ("decode", decode::measure),
    ("filter", filter::measure),
    ("frames", frames::measure),
    ("growth", growth::measure),
    ("memory", memory::measure),
    ("ring", ring::measure),
];

fn main() -> ExitCode {
    if cpu::is_bare_loop() {
        cpu::bare_loop();
        return ExitCode::SUCCESS;
    }
    if ring::is_alone() {
        ring::run();
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let mut table = Table::default();
    for (name, measure) in GROUPS {
        if chosen.is_empty() || chosen.iter().any(|it| it == name) {
            table.take(measure());
        }
    }
    table.print();
    table.verdict()
}
