//! Paths into a JSON value, such as `.customer.id` or `.items[0].sku`, as columns show them.

use std::fmt;

use serde_json::Value as Json;
use thiserror::Error;

/// A path into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// A text that is no path.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "'{}' is no path: {why}; use the form .customer.id or .items[0].sku",
    crate::sanitize::line(text)
)]
pub struct PathError {
    text: String,
    why: &'static str,
}

impl Path {
    /// Reads a path. A member whose name holds a dot or a bracket stands in brackets and quotes: `.["a.b"]`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let wrong = |why| PathError {
            text: text.to_owned(),
            why,
        };
        let mut steps = Vec::new();
        let mut rest = text
            .strip_prefix('.')
            .ok_or_else(|| wrong("it begins with no dot"))?;
        while !rest.is_empty() {
            let (step, after) = step(rest).map_err(wrong)?;
            steps.push(step);
            rest = after.strip_prefix('.').unwrap_or(after);
            if after.starts_with('.') && rest.is_empty() {
                return Err(wrong("it ends with a dot"));
            }
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }

    /// What it leads to.
    pub fn find<'a>(&self, value: &'a Json) -> Option<&'a Json> {
        self.steps.iter().try_fold(value, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Element(number) => value.get(number),
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn step(text: &str) -> Result<(Step, &str), &'static str> {
    if let Some(inside) = text.strip_prefix("[\"") {
        let (name, rest) = inside.split_once("\"]").ok_or("a bracket is not closed")?;
        return Ok((Step::Member(name.to_owned()), rest));
    }
    if let Some(inside) = text.strip_prefix('[') {
        let (number, rest) = inside.split_once(']').ok_or("a bracket is not closed")?;
        let number = number
            .parse()
            .map_err(|_| "in brackets stands a number, or a name in quotes")?;
        return Ok((Step::Element(number), rest));
    }
    let (name, rest) = text.split_at(text.find(['.', '[']).unwrap_or(text.len()));
    if name.is_empty() {
        return Err("a name is missing");
    }
    Ok((Step::Member(name.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_into_a_value() {
        let value = serde_json::json!({"a": {"b": [1, {"c.d": "x"}]}});
        let found = |path: &str| Path::parse(path).unwrap().find(&value).map(ToString::to_string);
        assert_eq!(found(".a.b[0]").as_deref(), Some("1"));
        assert_eq!(found(".a.b[1][\"c.d\"]").as_deref(), Some("\"x\""));
        assert_eq!(found(".a.x"), None);
        assert_eq!(found(".a.b[7]"), None);
        assert_eq!(found("."), Some(value.to_string()));
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for text in ["", "a", ".a.", ".a..b", ".a[", ".a[x]", ".[\"a]"] {
            let error = Path::parse(text).unwrap_err().to_string();
            assert!(error.contains("use the form"), "{error}");
        }
    }
}
