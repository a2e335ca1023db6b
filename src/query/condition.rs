//! A comparison that a service is asked to choose a list by, as a person writes it: `status = FAILED`, `name ^= churn`,
//! `created >= -7d`.
//!
//! Must not: compare anything itself.

use jiff::tz::TimeZone;
use thiserror::Error;

use crate::resource::{Condition, Holds, Operand, Operator, Timestamp, Variable};
use crate::sanitize;
use crate::tail::parse_time;

/// How long a value may be, in characters (API reference of Amazon Machine Learning, page `DescribeBatchPredictions`).
const LONGEST: usize = 1024;

/// Signs, the longer ones first, so that `>=` is not read as `>`.
const SIGNS: [Operator; 7] = [
    Operator::Prefix,
    Operator::Ne,
    Operator::Ge,
    Operator::Le,
    Operator::Eq,
    Operator::Gt,
    Operator::Lt,
];

/// A text that is no condition, and what would be one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ConditionError {
    /// It does not begin with a variable.
    #[error("'{0}' is nothing to filter by; use one of {1}")]
    Variable(String, String),
    /// No operator follows.
    #[error("{0} is followed by one of {1}, and a value")]
    Operator(&'static str, String),
    /// The operator is not for this variable.
    #[error("{0} is a time and cannot be compared by {1}; use one of {2}")]
    NotAllowed(&'static str, &'static str, String),
    /// No value follows.
    #[error("{0} {1} what? \"\" is the empty text")]
    NoValue(&'static str, &'static str),
    /// It is none of the words that the variable can hold.
    #[error("'{0}' is no {1}; use one of {2}")]
    Word(String, &'static str, String),
    /// It is no time.
    #[error("'{0}' is no time; use -7d, -90m, 14:02, 2026-11-20 or 2026-11-20T14:02:00Z")]
    Time(String),
    /// It is more than the service takes.
    #[error("the service takes values of at most 1024 characters, and not blanks alone")]
    Value,
    /// It is followed by another.
    #[error("the service filters by one variable at a time; leave out '{0}'")]
    Several(String),
}

/// Reads a condition over some of these variables. Times may be relative to `now`, or of the clock of `zone`.
pub fn parse_condition(
    text: &str,
    variables: &'static [Variable],
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Condition, ConditionError> {
    let (word, rest) = split_word(text);
    let variable = find(word, variables).ok_or_else(|| {
        let words: Vec<_> = variables.iter().map(|it| it.word).collect();
        ConditionError::Variable(safe(word), words.join(" "))
    })?;
    let (operator, rest) =
        split_operator(rest).ok_or_else(|| ConditionError::Operator(variable.word, signs(variable)))?;
    if !variable.allows(operator) {
        return Err(ConditionError::NotAllowed(
            variable.word,
            operator.sign(),
            signs(variable),
        ));
    }
    if let Some(more) = another(rest, variables) {
        return Err(ConditionError::Several(safe(&more)));
    }
    let value = rest.trim();
    if value.is_empty() {
        return Err(ConditionError::NoValue(variable.word, operator.sign()));
    }
    let operand = operand(variable, operator, value, now, zone)?;
    Ok(Condition {
        variable,
        operator,
        operand,
    })
}

fn safe(text: &str) -> String {
    sanitize::line(text.trim()).into_owned()
}

fn signs(variable: &Variable) -> String {
    let signs: Vec<_> = variable.operators().map(Operator::sign).collect();
    signs.join(" ")
}

/// The letters that a text begins with, and the rest.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    text.split_at(end.unwrap_or(text.len()))
}

fn find<'a>(word: &str, variables: &'a [Variable]) -> Option<&'a Variable> {
    let is_it = |it: &&Variable| it.word.eq_ignore_ascii_case(word) || it.name.eq_ignore_ascii_case(word);
    variables.iter().find(is_it)
}

/// The operator that a text begins with, as a sign or in the service's own word, and the rest.
fn split_operator(text: &str) -> Option<(Operator, &str)> {
    let text = text.trim_start();
    let sign = |it: Operator| Some((it, text.strip_prefix(it.sign())?));
    if let Some(found) = SIGNS.into_iter().find_map(sign) {
        let rest = found.1.strip_prefix('=').filter(|_| found.0 == Operator::Eq);
        return Some((found.0, rest.unwrap_or(found.1)));
    }
    let (word, rest) = split_word(text);
    let named = |it: &Operator| it.name().eq_ignore_ascii_case(word);
    Some((Operator::ALL.into_iter().find(named)?, rest))
}

/// What of a value is a second condition, after `and` or the like. A value that begins with such a word counts as one, with or
/// without a blank before it.
fn another(value: &str, variables: &[Variable]) -> Option<String> {
    let value = value.trim_start();
    if value.starts_with('"') {
        return None;
    }
    let value = format!(" {value}");
    let lower = value.to_ascii_lowercase();
    let links = [" and ", "&&", ",", ";", " or ", "||"].into_iter();
    let mut found = links.filter_map(|link| {
        let at = lower.find(link)?;
        let (word, rest) = split_word(&value[at + link.len()..]);
        find(word, variables)?;
        split_operator(rest)?;
        Some(value[at..].to_owned())
    });
    found.next()
}

fn operand(
    variable: &Variable,
    operator: Operator,
    value: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Operand, ConditionError> {
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = quoted.unwrap_or(value);
    match variable.holds {
        Holds::Time => {
            let time = parse_time(value, now, zone).ok_or_else(|| ConditionError::Time(safe(value)))?;
            return Ok(Operand::Time(time, value.to_owned()));
        }
        // The beginning of a word need not be one.
        Holds::OneOf(_) if operator == Operator::Prefix => return Ok(Operand::Text(value.to_uppercase())),
        Holds::OneOf(words) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(value));
            let word =
                word.ok_or_else(|| ConditionError::Word(safe(value), variable.word, words.join(" ")))?;
            return Ok(Operand::Text((*word).to_owned()));
        }
        Holds::Text => {}
    }
    let is_blank = !value.is_empty() && value.trim().is_empty();
    if is_blank || value.chars().count() > LONGEST {
        return Err(ConditionError::Value);
    }
    Ok(Operand::Text(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: &[Variable] = &[
        Variable {
            name: "CreatedAt",
            word: "created",
            holds: Holds::Time,
        },
        Variable {
            name: "Status",
            word: "status",
            holds: Holds::OneOf(&["FAILED", "COMPLETED"]),
        },
        Variable {
            name: "Name",
            word: "name",
            holds: Holds::Text,
        },
    ];

    fn parse(text: &str) -> Result<Condition, ConditionError> {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        parse_condition(text, VARIABLES, now, &TimeZone::fixed(jiff::tz::offset(1)))
    }

    fn why(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    fn text(value: &str) -> Operand {
        Operand::Text(value.to_owned())
    }

    #[test]
    fn every_operator_is_read_as_a_sign_and_as_the_services_word() {
        for operator in Operator::ALL {
            for written in [
                format!("name {} a b", operator.sign()),
                format!("Name{}a b", operator.sign()),
                format!("NAME {} a b", operator.name().to_lowercase()),
            ] {
                let it = parse(&written).unwrap();
                assert_eq!((it.variable.name, it.operator), ("Name", operator), "{written}");
                assert_eq!(it.operand, text("a b"));
            }
        }
        assert_eq!(parse("status == failed").unwrap().operator, Operator::Eq);
    }

    #[test]
    fn a_condition_is_written_as_it_is_read() {
        for written in [
            "created >= -7d",
            "status = FAILED",
            "status ^= F",
            "name ^= churn",
            "name = \"\"",
            "name != \" a\"",
            "created < 2026-11-20T12:00:00Z",
        ] {
            let it = parse(written).unwrap();
            assert_eq!(it.to_string(), written);
            assert_eq!(parse(&it.to_string()), Ok(it));
        }
    }

    #[test]
    fn a_time_is_absolute_of_this_clock_or_some_time_ago() {
        for (written, expected) in [
            ("-7d", "2026-11-13T12:00:00Z"),
            ("2026-11-20", "2026-11-19T23:00:00Z"),
            ("12:30", "2026-11-20T11:30:00Z"),
            ("2026-11-20T12:00:00+02:00", "2026-11-20T10:00:00Z"),
        ] {
            let it = parse(&format!("created > {written}")).unwrap();
            let expected = Operand::Time(expected.parse().unwrap(), written.to_owned());
            assert_eq!(it.operand, expected, "{written}");
        }
    }

    #[test]
    fn a_status_is_one_of_its_words_in_the_services_capitals() {
        assert_eq!(parse("status=failed").unwrap().operand, text("FAILED"));
        assert_eq!(
            why("status = done"),
            "'done' is no status; use one of FAILED COMPLETED"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_right() {
        assert_eq!(
            why("colour = red"),
            "'colour' is nothing to filter by; use one of created status name"
        );
        assert_eq!(
            why("name"),
            "name is followed by one of = != > >= < <= ^=, and a value"
        );
        assert_eq!(why("name ="), "name = what? \"\" is the empty text");
        assert_eq!(
            why("created ^= 2026"),
            "created is a time and cannot be compared by ^=; use one of = != > >= < <="
        );
        assert!(why("created > soon").starts_with("'soon' is no time; use -7d"));
        assert_eq!(parse("name = \"  \""), Err(ConditionError::Value));
        assert_eq!(
            parse(&format!("name = {}", "a".repeat(1025))),
            Err(ConditionError::Value)
        );
    }

    #[test]
    fn a_second_condition_is_refused_and_a_comma_in_a_name_is_not() {
        assert_eq!(
            why("status = FAILED and name = a"),
            "the service filters by one variable at a time; leave out 'and name = a'"
        );
        assert_eq!(
            parse("name = salt and pepper").unwrap().operand,
            text("salt and pepper")
        );
        assert_eq!(parse("name = a, b").unwrap().operand, text("a, b"));
        assert_eq!(
            parse("name = \"a and name = b\"").unwrap().operand,
            text("a and name = b")
        );
    }
}
