//! What a panic leaves: the terminal as it was, and a report there and in the log of what happened where.
//!
//! Must not: tell what the program was working on. Messages of panics can quote it, and a report is pasted into tickets.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::thread;

use crate::{logging, sanitize};

/// What a process that panicked ends with, as Rust's own runtime has it.
const PANICKED: i32 = 101;
/// Characters of a message that are told.
const LONGEST: usize = 200;
/// What Rust's own messages put between backticks. Anything else there may be data.
const CODE: [&str; 9] = [
    "Result::unwrap()",
    "Result::unwrap_err()",
    "Option::unwrap()",
    "Result::expect()",
    "Err",
    "Ok",
    "None",
    "left == right",
    "left != right",
];

/// From here on a panic on any thread gives the terminal back, is reported, and ends the program: a task that died silently would
/// leave a pane that waits for ever.
pub fn report() {
    std::panic::set_hook(Box::new(|panic| {
        super::give_back();
        super::output::finish();
        let report = text(panic);
        // Neither may be there to be written to.
        let _ = io::stderr().write_all(report.as_bytes());
        logging::append(&report);
        std::process::exit(PANICKED);
    }));
}

fn text(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = thread::current();
    let log = match logging::place() {
        Some(file) => format!(
            "{} has what went before.",
            sanitize::line(&file.display().to_string())
        ),
        None => "No log was kept; --log-file FILE keeps one.".to_owned(),
    };
    let mut text = format!(
        "kinescope {} ended by a mistake of its own, at {place} in the thread '{}':\n{}\n{log}\n",
        env!("CARGO_PKG_VERSION"),
        thread.name().unwrap_or("?"),
        told(message(panic)),
    );
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        // To a String nothing fails.
        let _ = write!(text, "{trace}");
    }
    text
}

fn message<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = panic.payload();
    let fixed = payload.downcast_ref::<&str>().copied();
    fixed
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("")
}

/// A message without what it may quote: its first line, up to a value or a quotation.
fn told(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let mut told = String::new();
    for (number, part) in line.split('`').enumerate() {
        let is_quoted = number % 2 == 1;
        if is_quoted && !CODE.contains(&part) {
            told.push('…');
            break;
        }
        if is_quoted {
            told.extend(["`", part, "`"]);
            continue;
        }
        let value = part.find("value: ").map(|at| at + "value: ".len());
        let end = value.into_iter().chain(part.find(['"', '\''])).min();
        told.push_str(&part[..end.unwrap_or(part.len())]);
        if end.is_some() {
            told.push('…');
            break;
        }
    }
    sanitize::line(&told).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_without_what_it_quotes() {
        for (message, words) in [
            (
                "index out of bounds: the len is 3 but the index is 5",
                "index out of bounds: the len is 3 but the index is 5",
            ),
            (
                "byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `élan 4111`",
                "byte index 1 is not a char boundary; it is inside …",
            ),
            (
                "end byte index 9 is out of bounds of `card 4111`",
                "end byte index 9 is out of bounds of …",
            ),
            (
                "called `Result::unwrap()` on an `Err` value: Error(\"card 4111\")",
                "called `Result::unwrap()` on an `Err` value: …",
            ),
            (
                "assertion `left == right` failed\n  left: card\n right: 4111",
                "assertion `left == right` failed",
            ),
            ("it\u{1b}[2J", "it␛[2J"),
        ] {
            assert_eq!(told(message), words);
        }
    }
}
