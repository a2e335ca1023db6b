//! What must not be seen by others: accounts, who calls, keys, and what the person's own expressions match, masked.
//!
//! A mask has as many characters and columns as what it stands for, so that nothing shifts. It errs on the safe side: every run of twelve
//! digits is an account, whatever it means. [`process`] holds the one redaction of the process, because the gate that all
//! outside text passes ([`crate::sanitize`]) is called from everywhere.
//!
//! Must not: change what is stored, sent to a service or written to a file of the person's.

mod escapes;
mod json;
pub mod process;
mod scan;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_width::UnicodeWidthChar as _;

use escapes::Unescaped;

/// What a masked character becomes.
const SIGN: char = '•';
/// The same where only ASCII is drawn.
const ASCII_SIGN: char = '*';
/// What a character of two columns becomes.
const WIDE_SIGN: char = '＊';
/// What a mark of no column of its own becomes.
const MARK: char = '\u{307}';
/// Digits of an account that are told apart from other digits: fewer say nothing.
const PIECE: usize = 6;
/// Accounts and names that are kept in mind; a log of a whole organisation may name more, and the oldest give way.
const KNOWN: usize = 64;

/// Unique ids of IAM: access keys, users, roles and the like ("IAM identifiers" of its guide; 16 to 124 characters after the
/// four that tell the kind).
static UNIQUE_IDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{16,124}").ok());
/// ARNs, with what stands for the account.
static ARNS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("arn:[a-z0-9-]*:[a-z0-9-]*:[a-z0-9-]*:([0-9]+)").ok());
/// Those of IAM and STS, with the names in them.
static IDENTITIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"arn:[a-z0-9-]*:(?:iam|sts):[a-z0-9-]*:[^:\s]*:(?:assumed-role|federated-user|user|role|mfa|instance-profile)/([\w+=,.@/-]+)",
    )
    .ok()
});

/// What is masked, and by what.
#[derive(Clone, Debug)]
pub struct Redaction {
    sign: char,
    patterns: Vec<Regex>,
    accounts: Vec<String>,
    names: Vec<String>,
}

impl Redaction {
    /// What is always masked, and what these match.
    pub fn new(patterns: Vec<Regex>, ascii: bool) -> Self {
        Self {
            sign: if ascii { ASCII_SIGN } else { SIGN },
            patterns,
            accounts: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Keeps an account in mind, so that pieces of it are masked as well.
    pub fn learn_account(&mut self, account: &str) {
        let is_account = account.len() == scan::ACCOUNT && account.bytes().all(|byte| byte.is_ascii_digit());
        if is_account {
            learn(&mut self.accounts, account);
        }
    }

    /// Keeps the account of an ARN in mind, and whom it names: user, role, session.
    pub fn learn_arn(&mut self, arn: &str) {
        if let Some(account) = arn.split(':').nth(4) {
            self.learn_account(account);
        }
        if let Some(names) = IDENTITIES.as_ref().and_then(|it| it.captures(arn)?.get(1)) {
            learn(&mut self.names, names.as_str());
            names.as_str().split('/').for_each(|name| self.learn_name(name));
        }
    }

    /// Keeps a name in mind. One of one or two letters would take every word with it, and the program's own tells nobody.
    pub fn learn_name(&mut self, name: &str) {
        if name.chars().count() > 2 && name != env!("CARGO_PKG_NAME") {
            learn(&mut self.names, name);
        }
    }

    /// The text with everything masked that is to be; as many characters and columns long as before.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.cover(text, self.ranges(text))
    }

    /// The same of a text that is typed, with a cursor after so many bytes: digits before it may be an account before long.
    pub fn mask_typed<'a>(&self, text: &'a str, cursor: usize) -> Cow<'a, str> {
        let digits = text.as_bytes()[..cursor].iter().rev();
        let typed = digits.take_while(|byte| byte.is_ascii_digit()).count();
        let mut ranges = self.ranges(text);
        if (PIECE..scan::ACCOUNT).contains(&typed) {
            ranges.push(cursor - typed..cursor);
        }
        self.cover(text, merged(ranges))
    }

    fn cover<'a>(&self, text: &'a str, ranges: Vec<Range<usize>>) -> Cow<'a, str> {
        if ranges.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len() + 16);
        let mut done = 0;
        for range in ranges {
            out.push_str(&text[done..range.start]);
            out.extend(text[range.clone()].chars().map(|it| self.sign_for(it)));
            done = range.end;
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// The bytes with everything masked that is text and to be: a `*` for each byte.
    pub fn mask_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out = Cow::Borrowed(bytes);
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            for range in self.ranges(chunk.valid()) {
                out.to_mut()[at + range.start..at + range.end].fill(b'*');
            }
            at += chunk.valid().len() + chunk.invalid().len();
        }
        out
    }

    /// What of a text is masked, also behind JSON's escapes: parts in their order that do not touch, in bytes.
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges = self.found(text);
        if let Some(unescaped) = Unescaped::of(text) {
            let found = self.found(&unescaped.text);
            ranges.extend(found.iter().map(|part| unescaped.origin(part)));
        }
        merged(ranges)
    }

    fn found(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        scan::accounts(text, &mut ranges);
        let bytes = text.as_bytes();
        for account in &self.accounts {
            scan::pieces(bytes, account.as_bytes(), PIECE, &mut ranges);
        }
        for name in &self.names {
            ranges.extend(text.match_indices(name).map(|(at, _)| at..at + name.len()));
        }
        for regex in UNIQUE_IDS.iter().chain(&self.patterns) {
            ranges.extend(regex.find_iter(text).map(|found| found.range()));
        }
        // Cheap to rule out, which matters: most text names nobody.
        if text.contains("arn:") {
            for regex in ARNS.iter().chain(IDENTITIES.iter()) {
                let groups = regex.captures_iter(text).filter_map(|it| it.get(1));
                ranges.extend(groups.map(|group| group.range()));
            }
        }
        ranges
    }

    /// What stands for a character: as wide as it.
    fn sign_for(&self, character: char) -> char {
        match character.width() {
            Some(0) => MARK,
            Some(2) => WIDE_SIGN,
            _ => self.sign,
        }
    }

    /// What stands for a cell of a screen.
    pub fn sign(&self) -> char {
        self.sign
    }
}

fn learn(known: &mut Vec<String>, it: &str) {
    if known.iter().any(|known| known == it) {
        return;
    }
    if known.len() == KNOWN {
        known.remove(0);
    }
    known.push(it.to_owned());
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests;
