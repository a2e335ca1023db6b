//! Reads JSON with comments and trailing commas, as far as records need it: one object of strings, numbers and lists of these.
//!
//! Numbers are kept as they are written, since a number type would change their digits.

use std::collections::{HashMap, HashSet};

use super::DocumentError;
use crate::resource::{FeatureValue, Features};

/// What a value may be.
const VALUE: &str = "a string, a number or a list of these";

/// The features of a text, in its order.
pub(super) fn read(text: &str) -> Result<Features, DocumentError> {
    let read = Reader::of(text).record();
    let features = read.map_err(|(at, why)| located(text, at, why))?;
    Ok(features.into_iter().map(|(_, feature)| feature).collect())
}

/// The line of each feature, from 1; none where the text cannot be read.
pub(super) fn lines(text: &str) -> HashMap<String, usize> {
    let features = Reader::of(text).record().unwrap_or_default();
    let (mut line, mut passed) = (1, 0);
    let lines = features.into_iter().map(|(at, (name, _))| {
        line += text[passed..at].matches('\n').count();
        passed = at;
        (name, line)
    });
    lines.collect()
}

/// Whether a text is a number in JSON, which has no leading zeros, no plus sign and no bare point.
pub(super) fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leads = whole.len() > 1 && whole.starts_with('0');
    !leads && [whole, fraction, exponent].into_iter().all(are_digits)
}

/// What is wrong, and at which byte.
type Wrong = (usize, String);

/// A feature, and at which byte it begins.
type Placed = (usize, (String, FeatureValue));

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn of(text: &'a str) -> Self {
        let at = text.len() - text.trim_start_matches('\u{feff}').len();
        Self { text, at }
    }

    fn record(&mut self) -> Result<Vec<Placed>, Wrong> {
        self.skip()?;
        self.expect('{', "the record begins with {")?;
        let mut features = Vec::new();
        let mut seen = HashSet::new();
        loop {
            self.skip()?;
            if self.take('}') {
                break;
            }
            let start = self.at;
            let name = self.name()?;
            if !seen.insert(name.clone()) {
                return Err((start, "this feature stands in the record before".to_owned()));
            }
            self.skip()?;
            self.expect(':', "a colon is expected after the name of a feature")?;
            self.skip()?;
            features.push((start, (name, self.value()?)));
            self.separator('}')?;
        }
        self.skip()?;
        match self.peek() {
            None => Ok(features),
            Some(_) => self.wrong("nothing but comments may follow the record"),
        }
    }

    fn name(&mut self) -> Result<String, Wrong> {
        match self.peek() {
            Some('"') => self.string(),
            Some(_) => self.wrong("the name of a feature in quotes is expected, or }"),
            None => self.wrong("the record has no end: } is missing"),
        }
    }

    fn value(&mut self) -> Result<FeatureValue, Wrong> {
        if !self.take('[') {
            return self.element().map(FeatureValue::One);
        }
        let mut elements = Vec::new();
        loop {
            self.skip()?;
            if self.take(']') {
                return Ok(FeatureValue::Many(elements));
            }
            elements.push(self.element()?);
            self.separator(']')?;
        }
    }

    fn element(&mut self) -> Result<String, Wrong> {
        match self.peek() {
            Some('"') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            Some('[') => self.wrong("a list inside a list is no value of a feature"),
            Some('{') => self.wrong(&format!(
                "an object is no value of a feature; {VALUE} is expected"
            )),
            Some('n') if self.rest().starts_with("null") => {
                self.wrong("null is no value: take the feature out, or give it an empty string")
            }
            Some(_) => self.wrong(&format!("{VALUE} is expected")),
            None => self.wrong("the text ends where a value is expected"),
        }
    }

    fn number(&mut self) -> Result<String, Wrong> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let rest = self.rest();
        let number = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        if !is_json_number(number) {
            return self.wrong("this is no JSON number; put it in quotes if it is meant so");
        }
        self.at += number.len();
        Ok(number.to_owned())
    }

    fn string(&mut self) -> Result<String, Wrong> {
        let rest = self.rest();
        let mut is_escaped = false;
        for (place, c) in rest.char_indices().skip(1) {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => return self.unescape(&rest[..=place]),
                '\n' => break,
                _ => {}
            }
        }
        self.wrong("this string has no end on its line; a line end inside it is written \\n")
    }

    /// A string with its quotes.
    fn unescape(&mut self, json: &str) -> Result<String, Wrong> {
        let start = self.at;
        self.at += json.len();
        if let Some(place) = json.find(|c: char| c < ' ') {
            let why = "a control character inside a string is written as an escape, a tab as \\t";
            return Err((start + place, why.to_owned()));
        }
        serde_json::from_str(json).map_err(|error| {
            let place = error.column().saturating_sub(1).min(json.len());
            (start + place, "this escape is none of JSON's".to_owned())
        })
    }

    /// A comma, or the end that is seen by whoever asks next.
    fn separator(&mut self, end: char) -> Result<(), Wrong> {
        self.skip()?;
        if self.peek() == Some(end) || self.take(',') {
            return Ok(());
        }
        self.wrong(&format!("a comma or {end} is expected"))
    }

    /// Passes over white space and comments.
    fn skip(&mut self) -> Result<(), Wrong> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            self.at += blank;
            let rest = self.rest();
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                let end = rest.find("*/");
                end.ok_or((self.at, "this comment has no end: */ is missing".to_owned()))? + 2
            } else {
                return Ok(());
            };
            self.at += length;
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.at += wanted.len_utf8();
        }
        is_there
    }

    fn expect(&mut self, wanted: char, why: &str) -> Result<(), Wrong> {
        if self.take(wanted) {
            Ok(())
        } else {
            self.wrong(why)
        }
    }

    fn wrong<T>(&self, why: &str) -> Result<T, Wrong> {
        Err((self.at, why.to_owned()))
    }
}

fn located(text: &str, at: usize, why: String) -> DocumentError {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    DocumentError {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        why,
    }
}
