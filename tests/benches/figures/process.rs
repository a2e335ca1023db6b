//! What the system says of a process: its memory and its processor time.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use nix::unistd::Pid;

/// A mebibyte.
pub(crate) const MIB: f64 = (1 << 20) as f64;

/// Resident memory in MiB: `VmRSS` of `/proc/PID/status`.
pub(crate) fn resident(pid: Pid) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib / 1024.0
}

/// The processor time of a process so far, in ticks of the kernel: `utime` and `stime` of `/proc/PID/stat`.
pub(crate) fn ticks(pid: Pid) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name, in brackets, may hold blanks.
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<_> = rest.split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// The processor time of all children that have ended.
pub(crate) fn of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap())
}

/// Lets time go by.
#[expect(
    clippy::disallowed_methods,
    reason = "what happens in a while is measured over a while"
)]
pub(crate) fn pause(span: Duration) {
    std::thread::sleep(span);
}
