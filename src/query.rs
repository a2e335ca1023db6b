//! What of a tail is shown: filters and searches over records; and what of a list is asked for, in [`parse_condition`].
//!
//! A filter is a line of words. `shard:`, `key:` and `event:` name what a record is; what follows them is a program in jq if
//! it begins like one, and else a regular expression over the record's text.
//!
//! Must not: change a record, or run where the screen is drawn.

mod apart;
mod condition;
mod jq;
mod path;

use std::borrow::Cow;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use serde::de::IgnoredAny;
use thiserror::Error;

use apart::Guarded;

use crate::decode::{self, Broken, Decoder, Value};
use crate::resource::{Body, Change, Record, ShardId};

pub use apart::{Stopped, WORD, run_programs_apart, serve};
pub use condition::{ConditionError, parse_condition};
pub use path::{Path, PathError};

/// The largest payload that is taken apart for columns, in bytes, also without its layers: a frame may have to do it for each
/// record on the screen.
const LARGEST_COLUMNS: usize = 64 << 10;
/// How large a compiled expression may be, in bytes.
const LARGEST_EXPRESSION: usize = 1 << 20;

/// What a record has to be to be shown.
#[derive(Debug)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
    program: Option<Guarded>,
}

/// What came of records that were held against a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Whether each passes. Those at the end that there was no time for are missing, but never all of them: they are to be
    /// held against it again.
    pub passed: Vec<bool>,
    /// Whether its program had to be stopped.
    pub stopped: Option<Stopped>,
}

/// A text that is no filter.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{why}, at character {}", at + 1)]
pub struct FilterError {
    /// Where it is wrong, in characters.
    pub at: usize,
    /// What is wrong.
    pub why: String,
}

#[derive(Debug)]
enum Term {
    /// The shard's id, or its end.
    Shard(String),
    /// A part of the partition key, or of the item's key.
    Key(String),
    /// The whole of it.
    KeyIs(String),
    /// What was done to the item.
    Event(String),
    Text(Regex),
}

type Named = fn(String) -> Term;

/// The words that name what a record is.
const NAMES: [(&str, Named); 4] = [
    ("shard:", Term::Shard),
    ("key:", Term::Key),
    ("key=", Term::KeyIs),
    ("event:", Term::Event),
];

/// What can be done to an item, and the deletions that the service makes itself.
const EVENTS: [&str; 4] = ["INSERT", "MODIFY", "REMOVE", "TTL"];

impl Filter {
    /// Reads a filter as a person writes it.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::read(text, begins_a_program)
    }

    /// The same, with a regular expression behind the names, whatever it begins with.
    pub fn matching(text: &str) -> Result<Self, FilterError> {
        Self::read(text, |_| false)
    }

    fn read(text: &str, is_program: fn(&str) -> bool) -> Result<Self, FilterError> {
        let behind = |rest: &str| text[..text.len() - rest.len()].to_owned();
        let (mut terms, mut code) = (Vec::new(), None);
        let mut rest = text.trim_start();
        while let Some((term, after)) = named(rest).map_err(|error| error.behind(&behind(rest)))? {
            terms.push(term);
            rest = after.trim_start();
        }
        let expression = rest.trim_end();
        if is_program(expression) {
            code = Some(program(expression).map_err(|error| error.behind(&behind(rest)))?);
        } else if !expression.is_empty() {
            terms.push(words(expression, false).map_err(|error| error.behind(&behind(rest)))?);
        }
        Ok(Self {
            text: text.trim().to_owned(),
            terms,
            program: code,
        })
    }

    /// A program in jq, whatever it begins with.
    pub fn program(code: &str) -> Result<Self, FilterError> {
        Ok(Self {
            text: code.to_owned(),
            terms: Vec::new(),
            program: Some(program(code)?),
        })
    }

    /// The records with this key, and no others.
    pub fn of_key(key: &str) -> Self {
        Self {
            text: format!("key={}", serde_json::Value::from(key)),
            terms: vec![Term::KeyIs(key.to_owned())],
            program: None,
        }
    }

    /// An expression over the record's text that makes a difference between small and capital letters only where it has
    /// capital ones.
    pub fn searching(expression: &str) -> Result<Self, FilterError> {
        let capitals = expression.chars().any(char::is_uppercase);
        Ok(Self {
            text: expression.to_owned(),
            terms: vec![words(expression, !capitals)?],
            program: None,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in a text, as it is shown, its words are; in bytes, from left to right.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let expression = self.terms.iter().find_map(|term| match term {
            Term::Text(expression) => Some(expression),
            _ => None,
        });
        let found = expression.map(|it| it.find_iter(text.as_bytes()).map(|found| found.range()));
        // An expression over bytes may match within a character.
        let whole = |range: &Range<usize>| !range.is_empty() && text.get(range.clone()).is_some();
        found.into_iter().flatten().filter(whole).collect()
    }

    /// Which records are to be shown, their payloads read by this decoder.
    pub fn sift(&self, records: &[&Record], decoder: &Decoder) -> Sifted {
        let passes = |record: &&Record| self.terms.iter().all(|term| term.passes(record, decoder));
        let mut passed: Vec<_> = records.iter().map(passes).collect();
        let Some(program) = &self.program else {
            let stopped = None;
            return Sifted { passed, stopped };
        };
        let open: Vec<_> = (0..records.len()).filter(|place| passed[*place]).collect();
        let judged = program.judge(open.len(), |number| value_of(records[open[number]], decoder));
        for (place, passes) in open.iter().zip(&judged.passed) {
            passed[*place] = *passes;
        }
        passed.truncate(open.get(judged.passed.len()).copied().unwrap_or(records.len()));
        Sifted {
            passed,
            stopped: judged.stopped,
        }
    }
}

impl FilterError {
    /// The same mistake where the text stands behind another.
    fn behind(self, before: &str) -> Self {
        Self {
            at: self.at + before.chars().count(),
            ..self
        }
    }
}

/// A word that names what a record is, and what follows it. A value with blanks in it stands in quotes, as in JSON.
fn named(text: &str) -> Result<Option<(Term, &str)>, FilterError> {
    let Some((name, term)) = NAMES.iter().find(|(name, _)| text.starts_with(name)) else {
        return Ok(None);
    };
    let wrong = |why: String| FilterError {
        at: name.chars().count(),
        why,
    };
    let value = &text[name.len()..];
    let (value, rest) = if value.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
        let quoted = values.next().and_then(Result::ok);
        let quoted =
            quoted.ok_or_else(|| wrong("a text in quotes does not end here as in JSON".to_owned()))?;
        (quoted, &value[values.byte_offset()..])
    } else {
        let (word, rest) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
        (word.to_owned(), rest)
    };
    if value.is_empty() {
        return Err(wrong(format!("a value is missing behind {name}")));
    }
    term(value).sound().map(|term| Some((term, rest))).map_err(wrong)
}

/// Programs that test a value begin with one of these; words to look for hardly do. `jq:` makes sure.
fn begins_a_program(text: &str) -> bool {
    ["jq:", ".", "select(", "any(", "all(", "has("]
        .iter()
        .any(|beginning| text.starts_with(beginning))
}

fn program(text: &str) -> Result<Guarded, FilterError> {
    let code = text.strip_prefix("jq:").unwrap_or(text);
    Guarded::parse(code).map_err(|error| error.behind(&text[..text.len() - code.len()]))
}

fn words(text: &str, any_case: bool) -> Result<Term, FilterError> {
    let compiled = RegexBuilder::new(text)
        .case_insensitive(any_case)
        .size_limit(LARGEST_EXPRESSION)
        .build();
    compiled.map(Term::Text).map_err(|error| mistake(text, &error))
}

/// The place of a mistake is told by the parser alone, which is asked once more.
fn mistake(text: &str, error: &regex::Error) -> FilterError {
    let (at, why) = match regex_syntax::Parser::new().parse(text) {
        Err(regex_syntax::Error::Parse(error)) => (error.span().start.offset, error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => (error.span().start.offset, error.kind().to_string()),
        _ => (0, error.to_string()),
    };
    FilterError {
        at: text.get(..at).map_or(0, |before| before.chars().count()),
        why,
    }
}

impl Term {
    /// Itself, unless no record can ever be what it names; then why not.
    fn sound(self) -> Result<Self, String> {
        match &self {
            Self::Event(name) if !EVENTS.iter().any(|event| name.eq_ignore_ascii_case(event)) => Err(
                format!("there is no event '{name}'; they are {}", EVENTS.join(", ")),
            ),
            _ => Ok(self),
        }
    }

    fn passes(&self, record: &Record, decoder: &Decoder) -> bool {
        match self {
            Self::Shard(name) => names_shard(name, &record.shard),
            Self::Key(part) => record.key().contains(part.as_str()),
            Self::KeyIs(key) => record.key() == key.as_str(),
            Self::Event(name) => match &record.body {
                Body::Change(change) => names_event(name, change),
                Body::Blob { .. } => false,
            },
            Self::Text(expression) => {
                expression.is_match(&text_of(record, decoder)) || expression.is_match(record.key().as_bytes())
            }
        }
    }
}

fn names_shard(name: &str, shard: &ShardId) -> bool {
    let end = shard.as_str().rsplit('-').next().unwrap_or_default();
    match (number(name), number(end)) {
        // The fourth shard is not the fourteenth.
        (Some(number), Some(of)) => number == of || shard.as_str() == name,
        _ => shard.as_str().ends_with(name),
    }
}

/// Digits, without the zeros before them.
fn number(digits: &str) -> Option<&str> {
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| digits.trim_start_matches('0'))
}

/// `TTL` names the deletions that the service itself made of items that had expired.
fn names_event(name: &str, change: &Change) -> bool {
    name.eq_ignore_ascii_case(change.event.as_str()) || (name.eq_ignore_ascii_case("ttl") && change.is_ttl())
}

/// What a search looks at: a payload's text, or a change's event and what the service says of the item.
fn text_of<'a>(record: &'a Record, decoder: &Decoder) -> Cow<'a, [u8]> {
    match &record.body {
        Body::Blob { data, .. } => decoder.searchable(data),
        Body::Change(change) => Cow::Owned(change_text(change).into_bytes()),
    }
}

/// Nothing but what is in the change: no words that only this program puts around it.
fn change_text(change: &Change) -> String {
    let event = if change.is_ttl() {
        "REMOVE by TTL"
    } else {
        change.event.as_str()
    };
    let images = change.to_json().into_iter().map(|(_, image)| image);
    let images = images
        .filter(|image| !image.is_null())
        .map(|image| image.to_string());
    let lines: Vec<_> = std::iter::once(event.to_owned()).chain(images).collect();
    lines.join("\n")
}

/// What a record says, where that is JSON, for columns, and why it was not read as was chosen: no more than a screen may take
/// time for.
pub fn json_of(record: &Record, decoder: &Decoder) -> (Option<serde_json::Value>, Option<Broken>) {
    match &record.body {
        Body::Blob { data, aggregate, .. } => {
            let decoder = decoder.inside(aggregate.as_deref());
            let Some(decoded) = decoder.decode_within(data, LARGEST_COLUMNS) else {
                return (None, decoder.preview_or_why(data, 1).1);
            };
            let broken = decoder.misread(&decoded).cloned();
            (decoded.value.json().cloned(), broken)
        }
        Body::Change(change) => (Some(change_json(change)), None),
    }
}

/// What a program looks at, as JSON text.
fn value_of<'a>(record: &'a Record, decoder: &Decoder) -> Cow<'a, [u8]> {
    let value = match &record.body {
        Body::Blob { data, .. } if decoder.choice().is_none() && is_json(data) => {
            return Cow::Borrowed(data);
        }
        Body::Blob { data, .. } => match decoder.decode(data).value {
            Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => json,
            Value::Text(text) => text.into(),
            Value::Bytes(bytes) => decode::hex(&bytes).into(),
        },
        Body::Change(change) => change_json(change),
    };
    Cow::Owned(value.to_string().into_bytes())
}

/// Whether bytes are one object or array, nested no deeper than any is read here.
fn is_json(data: &[u8]) -> bool {
    matches!(data.first(), Some(b'{' | b'[')) && serde_json::from_slice::<IgnoredAny>(data).is_ok()
}

/// A change as `kinescope tail --output jsonl` writes it.
pub(crate) fn change_json(change: &Change) -> serde_json::Value {
    let [(_, keys), (_, old), (_, new)] = change.to_json();
    serde_json::json!({
        "event": change.event.as_str(),
        "ttl": change.is_ttl(),
        "keys": keys,
        "old": old,
        "new": new,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn record(shard: &str, key: &str, data: &'static str) -> Record {
        Record {
            shard: shard.into(),
            sequence: "1".into(),
            arrived: None,
            body: Body::blob(key, Bytes::from_static(data.as_bytes())),
        }
    }

    fn holds(filter: &Filter, record: &Record) -> bool {
        filter.sift(&[record], &Decoder::automatic()).passed == [true]
    }

    fn passes(filter: &str, record: &Record) -> bool {
        holds(&Filter::parse(filter).unwrap(), record)
    }

    #[test]
    fn words_are_an_expression_over_text_and_key() {
        let order = record("shardId-000000000004", "cust-1", "{\"total\": 212.4}");
        assert!(passes("tot.l", &order) && passes("cust-1", &order));
        assert!(!passes("cust-2", &order));
        assert!(passes("", &order));
    }

    #[test]
    fn a_program_tests_the_value() {
        let order = record("shardId-000000000004", "cust-1", "{\"total\": 212.4}");
        assert!(passes(".total > 100", &order) && passes("jq:.total > 100", &order));
        assert!(!passes(".total > 1000", &order));
        assert!(
            passes("length == 4", &record("s", "k", "length == 4")),
            "words are no program"
        );
        assert!(passes("jq:length == 4", &record("s", "k", "abcd")));
    }

    #[test]
    fn names_are_joined_with_what_follows() {
        let order = record("shardId-000000000004", "cust-1", "{\"total\": 212.4}");
        for filter in [
            "shard:004",
            "shard:shardId-000000000004 key:ust-1",
            "key:cust shard:004 .total > 100",
        ] {
            assert!(passes(filter, &order), "{filter}");
        }
        for filter in ["shard:005", "key:x .total > 100", "event:INSERT"] {
            assert!(!passes(filter, &order), "{filter}");
        }
    }

    #[test]
    fn a_shard_of_a_number_is_no_other_that_ends_with_it() {
        let order = record("shardId-000000000014", "k", "{}");
        assert!(passes("shard:14", &order) && passes("shard:014", &order));
        assert!(!passes("shard:4", &order) && !passes("shard:114", &order));
        let of_table = record("shardId-00000001700000000000-0abc1234", "k", "{}");
        assert!(passes("shard:1234", &of_table) && passes("shard:0abc1234", &of_table));
    }

    #[test]
    fn one_key_is_followed_whatever_it_holds() {
        let awkward = record("s", "a \"b\" c", "{}");
        let filter = Filter::of_key(&awkward.key());
        assert!(holds(&filter, &awkward));
        assert!(passes(filter.text(), &awkward), "its text means the same");
        assert!(!holds(&filter, &record("s", "a", "{}")));
    }

    #[test]
    fn words_are_found_where_they_are_shown() {
        let filter = Filter::parse("shard:4 o+").unwrap();
        assert_eq!(filter.places("foo böo"), [1..3, 7..8]);
        assert!(Filter::parse(".a == 1").unwrap().places("a").is_empty());
        assert!(Filter::parse("x*").unwrap().places("é").is_empty());
    }

    #[test]
    fn a_search_minds_capitals_only_where_it_has_some() {
        let record = record("s", "k", "Checkout paid");
        let found = |text| holds(&Filter::searching(text).unwrap(), &record);
        assert!(found("checkout") && found("Checkout"));
        assert!(!found("CHECKOUT"));
    }

    #[test]
    fn what_is_not_a_name_is_an_expression_for_grep_whatever_it_begins_with() {
        let order = record("shardId-000000000004", "cust-1", "{\"total\": 212.4}");
        let matches = |text| holds(&Filter::matching(text).unwrap(), &order);
        assert!(matches(".total") && matches("key:cust .total"));
        assert!(!matches("key:other .total") && !matches("jq:true"));
    }

    #[test]
    fn what_is_nested_without_end_is_looked_at_as_text() {
        let deep: &'static str = "[".repeat(1_000_000).leak();
        assert!(passes("jq:type == \"string\"", &record("s", "k", deep)));
        let nested: &'static str = format!("{}{}", "[".repeat(127), "]".repeat(127)).leak();
        assert!(passes("jq:type == \"array\"", &record("s", "k", nested)));
    }

    #[test]
    fn no_more_is_taken_apart_for_columns_than_a_frame_has_time_for() {
        let member = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        let gzip = |text: String| {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut out, text.as_bytes()).unwrap();
            out.finish().unwrap()
        };
        for (data, is_read) in [
            (member(1000).into_bytes(), true),
            (member(1 << 20).into_bytes(), false),
            (gzip(member(1000)), true),
            (gzip(member(1 << 20)), false),
        ] {
            let record = Record {
                body: Body::blob("k", Bytes::from(data)),
                ..record("s", "k", "")
            };
            assert_eq!(json_of(&record, &Decoder::automatic()).0.is_some(), is_read);
        }
    }

    #[test]
    fn a_mistake_is_told_where_it_is_in_the_whole_line() {
        let error = |text| Filter::parse(text).unwrap_err();
        assert_eq!(error("shard:4 (a").at, 8);
        assert_eq!(error("key:é jq:.a | nosuch").at, 14);
        assert_eq!(error("a[b").at, 1);
        assert_eq!(error("key:x event:MODFY a").at, 12);
        for (text, at) in [
            ("key:", 4),
            ("shard: a", 6),
            ("key:é event:", 12),
            ("key:\"a b", 4),
        ] {
            assert_eq!(error(text).at, at, "{text}");
        }
        assert!(
            error("a[b")
                .to_string()
                .contains("unclosed character class, at character 2")
        );
    }
}
