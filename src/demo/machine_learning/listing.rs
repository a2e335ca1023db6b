//! What the `Describe…` operations have in common: a filter by one variable, an order, and pages.
//!
//! Must not: know what is listed.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Fault};

/// What Machine Learning calls a request that breaks a constraint.
pub(in crate::demo) const INVALID: &str = "InvalidInputException";

/// The largest page, and what a call gets that does not say (page `DescribeBatchPredictions`).
const PAGE: i64 = 100;

const OPERATORS: [&str; 7] = ["EQ", "GT", "LT", "GE", "LE", "NE", "Prefix"];

/// What a variable of an entity holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::demo) enum Variable {
    /// A time.
    Time(Timestamp),
    /// Anything else.
    Text(String),
}

/// Something that can be listed.
pub(in crate::demo) trait Listed {
    /// The variables of the API reference by which it can be filtered.
    const VARIABLES: &'static [&'static str];

    /// The entity's id.
    fn id(&self) -> &str;

    /// What one of [`Self::VARIABLES`] holds.
    fn variable(&self, name: &str, now: Timestamp) -> Variable;

    /// The entity as an element of `Results`.
    fn to_json(&self, now: Timestamp) -> Value;
}

/// Answers a `Describe…` call.
pub(in crate::demo) fn describe<'e, E: Listed + 'e>(
    entities: impl Iterator<Item = &'e E>,
    fields: &Fields<'_>,
    now: Timestamp,
) -> Answer {
    let filter = Filter::read(fields, E::VARIABLES)?;
    let order = fields.choice("SortOrder", &["asc", "dsc"])?;
    let limit = fields.integer("Limit", 1..=PAGE)?.unwrap_or(PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    let sorted_by = filter.as_ref().map_or("CreatedAt", |filter| filter.variable);
    let passes = |entity: &&E| {
        filter
            .as_ref()
            .is_none_or(|filter| filter.passes(&entity.variable(filter.variable, now)))
    };
    let mut found: Vec<(Variable, &E)> = entities
        .filter(passes)
        .map(|entity| (entity.variable(sorted_by, now), entity))
        .collect();
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.id().cmp(other.id())));
    if order == Some("dsc") {
        found.reverse();
    }
    let start = match fields.text("NextToken")? {
        None => 0,
        Some(token) => start(token, &found)?,
    };
    let page: Vec<&E> = found
        .iter()
        .skip(start)
        .take(limit)
        .map(|(_, entity)| *entity)
        .collect();
    let mut answer = json!({"Results": page.iter().map(|it| it.to_json(now)).collect::<Vec<_>>()});
    if let Some(last) = page.last().filter(|_| found.len() > start + page.len()) {
        answer["NextToken"] = json!(BASE64.encode(last.id()));
    }
    Ok(answer.into())
}

/// Where the page after a token begins. The token holds the last id of the page before.
fn start<E: Listed>(token: &str, found: &[(Variable, &E)]) -> Result<usize, Fault> {
    let last = BASE64.decode(token).unwrap_or_default();
    let index = found
        .iter()
        .position(|(_, entity)| entity.id().as_bytes() == last);
    index
        .map(|index| index + 1)
        .ok_or_else(|| invalid("The NextToken is not valid"))
}

struct Filter<'a> {
    variable: &'a str,
    operator: &'static str,
    operand: Variable,
}

impl<'a> Filter<'a> {
    fn read(fields: &Fields<'a>, variables: &[&str]) -> Result<Option<Self>, Fault> {
        let variable = fields.choice("FilterVariable", variables)?;
        let mut given = Vec::new();
        for operator in OPERATORS {
            if let Some(operand) = fields.text(operator)? {
                given.push((operator, operand));
            }
        }
        match (variable, &given[..]) {
            (None, []) => Ok(None),
            (Some(variable), [(operator, operand)]) => Ok(Some(Self {
                variable,
                operator,
                operand: operand_of(variable, operand)?,
            })),
            (None, _) => Err(invalid("A comparison operator needs a FilterVariable")),
            (Some(_), []) => Err(invalid("FilterVariable needs a comparison operator")),
            (Some(_), _) => Err(invalid("Only one comparison operator can be specified")),
        }
    }

    fn passes(&self, value: &Variable) -> bool {
        let order = value.cmp(&self.operand);
        match self.operator {
            "EQ" => order == Ordering::Equal,
            "NE" => order != Ordering::Equal,
            "GT" => order == Ordering::Greater,
            "GE" => order != Ordering::Less,
            "LT" => order == Ordering::Less,
            "LE" => order != Ordering::Greater,
            _ => starts_with(value, &self.operand),
        }
    }
}

fn starts_with(value: &Variable, prefix: &Variable) -> bool {
    match (value, prefix) {
        (Variable::Text(text), Variable::Text(prefix)) => text.starts_with(prefix.as_str()),
        _ => value == prefix,
    }
}

/// Times are given as seconds since 1970, or as RFC 3339 or a date.
fn operand_of(variable: &str, text: &str) -> Result<Variable, Fault> {
    // The constraints of the type `ComparatorValue`.
    if text.chars().count() > 1024 || (!text.is_empty() && text.trim().is_empty()) {
        return Err(invalid(
            "A value to compare with must satisfy the pattern .*\\S.*|^$ and have at most 1024 characters",
        ));
    }
    if !variable.ends_with("At") {
        return Ok(Variable::Text(text.to_owned()));
    }
    let of_epoch = text.parse::<f64>().ok().and_then(|seconds| {
        let since = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
        Timestamp::from_duration(since).ok()
    });
    let of_text = || text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).ok();
    let time = of_epoch.or_else(of_text);
    time.map(Variable::Time)
        .ok_or_else(|| invalid(&format!("{text} is not a time, as {variable} needs it")))
}

/// A request that does not make sense.
pub(in crate::demo) fn invalid(message: &str) -> Fault {
    Fault::new(INVALID, message)
}
