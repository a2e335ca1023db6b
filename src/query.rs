//! What of a tail is shown: filters and searches over records.
//!
//! A filter is a line of words. `shard:`, `key:` and `event:` name what a record is; what follows them is a program in jq if
//! it begins like one, and else a regular expression over the record's text.
//!
//! Must not: change a record, or run where the screen is drawn.

mod jq;
mod path;

use std::borrow::Cow;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use thiserror::Error;

use crate::decode::{self, Decoder, Value};
use crate::resource::{Body, Change, Record, ShardId};

pub use path::{Path, PathError};

/// The largest payload that is taken apart for columns, in bytes; each record on the screen is, in every frame.
const LARGEST_COLUMNS: usize = 64 << 10;
/// How large a compiled expression may be, in bytes.
const LARGEST_EXPRESSION: usize = 1 << 20;

/// What a record has to be to be shown.
#[derive(Debug)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
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
    Program(jq::Program),
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
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while let Some((term, after)) = named(rest) {
            let before = &text[..text.len() - rest.len()];
            terms.push(term.sound().map_err(|error| error.behind(before))?);
            rest = after.trim_start();
        }
        let before = text.len() - rest.len();
        let expression = rest.trim_end();
        if begins_a_program(expression) {
            terms.push(program(expression).map_err(|error| error.behind(&text[..before]))?);
        } else if !expression.is_empty() {
            terms.push(words(expression, false).map_err(|error| error.behind(&text[..before]))?);
        }
        Ok(Self {
            text: text.trim().to_owned(),
            terms,
        })
    }

    /// A regular expression over the record's text, whatever it begins with.
    pub fn matching(expression: &str) -> Result<Self, FilterError> {
        Ok(Self {
            text: expression.to_owned(),
            terms: vec![words(expression, false)?],
        })
    }

    /// A program in jq, whatever it begins with.
    pub fn program(code: &str) -> Result<Self, FilterError> {
        Ok(Self {
            text: code.to_owned(),
            terms: vec![program(code)?],
        })
    }

    /// The records with this key, and no others.
    pub fn of_key(key: &str) -> Self {
        Self {
            text: format!("key={}", serde_json::Value::from(key)),
            terms: vec![Term::KeyIs(key.to_owned())],
        }
    }

    /// An expression over the record's text that makes a difference between small and capital letters only where it has
    /// capital ones.
    pub fn searching(expression: &str) -> Result<Self, FilterError> {
        let capitals = expression.chars().any(char::is_uppercase);
        Ok(Self {
            text: expression.to_owned(),
            terms: vec![words(expression, !capitals)?],
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

    /// Whether a record is to be shown, its payload read by this decoder.
    pub fn passes(&self, record: &Record, decoder: &Decoder) -> bool {
        self.terms.iter().all(|term| term.passes(record, decoder))
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
fn named(text: &str) -> Option<(Term, &str)> {
    let (name, term) = NAMES.iter().find(|(name, _)| text.starts_with(name))?;
    let value = &text[name.len()..];
    let (value, rest) = if value.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
        let quoted = values.next()?.ok()?;
        (quoted, &value[values.byte_offset()..])
    } else {
        let (word, rest) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
        (word.to_owned(), rest)
    };
    (!value.is_empty()).then(|| (term(value), rest))
}

/// Programs that test a value begin with one of these; words to look for hardly do. `jq:` makes sure.
fn begins_a_program(text: &str) -> bool {
    ["jq:", ".", "select(", "any(", "all(", "has("]
        .iter()
        .any(|beginning| text.starts_with(beginning))
}

fn program(text: &str) -> Result<Term, FilterError> {
    let code = text.strip_prefix("jq:").unwrap_or(text);
    jq::Program::parse(code)
        .map(Term::Program)
        .map_err(|error| error.behind(&text[..text.len() - code.len()]))
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
    /// Itself, unless no record can ever be what it names.
    fn sound(self) -> Result<Self, FilterError> {
        match &self {
            Self::Event(name) if !EVENTS.iter().any(|event| name.eq_ignore_ascii_case(event)) => {
                Err(FilterError {
                    at: "event:".len(),
                    why: format!("there is no event '{name}'; they are {}", EVENTS.join(", ")),
                })
            }
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
            Self::Program(program) => program.passes(value_of(record, decoder)),
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

/// What a search looks at: a payload's text, or a change as JSON.
fn text_of<'a>(record: &'a Record, decoder: &Decoder) -> Cow<'a, [u8]> {
    match &record.body {
        Body::Blob { data, .. } => decoder.searchable(data),
        Body::Change(change) => Cow::Owned(change_json(change).to_string().into_bytes()),
    }
}

/// What a record says, where that is JSON, for columns: no more than a screen may take time for.
pub fn json_of(record: &Record, decoder: &Decoder) -> Option<serde_json::Value> {
    match &record.body {
        Body::Blob { data, .. } if data.len() <= LARGEST_COLUMNS => {
            decoder.decode(data).value.json().cloned()
        }
        Body::Blob { .. } => None,
        Body::Change(change) => Some(change_json(change)),
    }
}

fn value_of(record: &Record, decoder: &Decoder) -> jaq_json::Val {
    match &record.body {
        Body::Blob { data, .. } => {
            if let Some(value) = data
                .first()
                .filter(|first| decoder.choice().is_none() && matches!(first, b'{' | b'['))
                .and_then(|_| jq::from_text(data))
            {
                return value;
            }
            match decoder.decode(data).value {
                Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => {
                    jq::from_json(&json)
                }
                Value::Text(text) => jaq_json::Val::utf8_str(text.into_bytes()),
                Value::Bytes(bytes) => jaq_json::Val::utf8_str(decode::hex(&bytes).into_bytes()),
            }
        }
        Body::Change(change) => jq::from_json(&change_json(change)),
    }
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

    fn passes(filter: &str, record: &Record) -> bool {
        Filter::parse(filter)
            .unwrap()
            .passes(record, &Decoder::automatic())
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
        assert!(filter.passes(&awkward, &Decoder::automatic()));
        assert!(passes(filter.text(), &awkward), "its text means the same");
        assert!(!filter.passes(&record("s", "a", "{}"), &Decoder::automatic()));
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
        let found = |text| {
            Filter::searching(text)
                .unwrap()
                .passes(&record, &Decoder::automatic())
        };
        assert!(found("checkout") && found("Checkout"));
        assert!(!found("CHECKOUT"));
    }

    #[test]
    fn a_mistake_is_told_where_it_is_in_the_whole_line() {
        let error = |text| Filter::parse(text).unwrap_err();
        assert_eq!(error("shard:4 (a").at, 8);
        assert_eq!(error("key:é jq:.a | nosuch").at, 14);
        assert_eq!(error("a[b").at, 1);
        assert_eq!(error("key:x event:MODFY a").at, 12);
        assert!(
            error("a[b")
                .to_string()
                .contains("unclosed character class, at character 2")
        );
    }
}
