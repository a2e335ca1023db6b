//! Accounts among the digits of a text.
//!
//! Must not: know what is done with what it finds.

use std::ops::Range;

/// Digits of an account.
pub(super) const ACCOUNT: usize = 12;
/// Digits of a part of an account that is written with hyphens, as the console shows it: `1234-5678-9012`.
const PART: usize = 4;
/// What stands before the number of a shard of Kinesis, which has twelve digits too.
const SHARD: &str = "shardId-";
/// What such a number begins with; it counts up from zero, so that no stream has come so far.
const YOUNG: &str = "00000";

/// Finds what may be an account: runs of just twelve digits, and of three times four with hyphens between them.
pub(super) fn accounts(text: &str, found: &mut Vec<Range<usize>>) {
    let runs: Vec<_> = runs(text.as_bytes()).collect();
    let is_account = |run: &&Range<usize>| run.len() == ACCOUNT && !is_shard(text, run);
    found.extend(runs.iter().filter(is_account).cloned());
    for parts in runs.windows(3) {
        let [first, second, third] = parts else { continue };
        let joined = |a: &Range<usize>, b: &Range<usize>| &text[a.end..b.start] == "-";
        if parts.iter().all(|run| run.len() == PART) && joined(first, second) && joined(second, third) {
            found.push(first.start..third.end);
        }
    }
}

fn is_shard(text: &str, run: &Range<usize>) -> bool {
    text[..run.start].ends_with(SHARD) && text[run.clone()].starts_with(YOUNG)
}

/// Runs of digits.
fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_digit)?;
        let length = bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        at = start + length;
        Some(start..at)
    })
}

/// Finds every piece of so many digits at least of an account that is known. One that is a single digit over and over tells
/// nothing.
pub(super) fn pieces(bytes: &[u8], account: &[u8], least: usize, found: &mut Vec<Range<usize>>) {
    for run in runs(bytes).filter(|run| run.len() >= least) {
        for (n, window) in bytes[run.clone()].windows(least).enumerate() {
            let tells = window.iter().any(|digit| *digit != window[0]);
            if tells && account.windows(least).any(|piece| piece == window) {
                let start = run.start + n;
                found.push(start..start + least);
            }
        }
    }
}
