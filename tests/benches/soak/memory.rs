//! How much memory a process takes while time goes by.

use std::time::Duration;

use nix::unistd::Pid;

use crate::process::resident;
use crate::table::Row;

/// After so long nothing is new any more: every kind of answer has come, and what is bounded is full.
const WARM: Duration = Duration::from_mins(1);
/// Over how long the most is taken that everything later is held against.
const FIRST: Duration = Duration::from_mins(1);

/// What was seen of a process, in MiB.
pub(crate) struct Memory {
    name: &'static str,
    pid: Pid,
    first: f64,
    most: f64,
    last: f64,
}

impl Memory {
    pub(crate) fn of(name: &'static str, pid: Pid) -> Self {
        Self {
            name,
            pid,
            first: 0.0,
            most: 0.0,
            last: 0.0,
        }
    }

    /// Looks at it, so long after it began.
    pub(crate) fn look(&mut self, after: Duration) {
        self.last = resident(self.pid);
        if after < WARM {
            self.first = self.last;
        } else if after < WARM + FIRST {
            self.first = self.first.max(self.last);
        }
        self.most = self.most.max(self.last);
    }

    pub(crate) fn told(&self) -> String {
        format!("{} {:.1} MiB", self.name, self.last)
    }

    pub(crate) fn rows(&self, growth: f64) -> [Row; 2] {
        let first = format!("RSS of the {} in its second minute", self.name);
        let most = format!("growth of the {} since", self.name);
        [
            Row::plain(first, self.first, "MiB", "the most"),
            Row::plain(
                most,
                (self.most - self.first).max(0.0),
                "MiB",
                format!("the last is {:.1} MiB", self.last),
            )
            .at_most(growth),
        ]
    }
}
