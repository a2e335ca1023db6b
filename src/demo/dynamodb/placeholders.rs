//! What the expressions of a call have in common: their words, and the names and values that stand in for others.
//!
//! Must not: know the grammar of any one expression.

use std::collections::HashSet;

use serde_json::Value;

use super::value::{Item, invalid, value};
use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// The longest expression, in bytes (page "Service, account, and table quotas").
const EXPRESSION_BYTES: usize = 4096;

/// `ExpressionAttributeNames` and `ExpressionAttributeValues`, and which of them the expressions used.
pub(super) struct Placeholders<'a> {
    names: Option<&'a Item>,
    values: Option<&'a Item>,
    used: HashSet<String>,
}

impl<'a> Placeholders<'a> {
    /// Those of a call, or of one action of it.
    pub(super) fn read(fields: &Fields<'a>) -> Result<Self, Fault> {
        Ok(Self {
            names: map(fields, "ExpressionAttributeNames")?,
            values: map(fields, "ExpressionAttributeValues")?,
            used: HashSet::new(),
        })
    }

    /// The attribute that a word of an expression names.
    pub(super) fn name(&mut self, expression: &str, token: &str) -> Result<String, Fault> {
        if !token.starts_with('#') {
            return Ok(token.to_owned());
        }
        self.used.insert(token.to_owned());
        let name = self
            .names
            .and_then(|names| names.get(token))
            .and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| {
            let detail = format!(
                "An expression attribute name used in the document path is not defined; attribute name: {token}"
            );
            wrong(expression, &detail)
        })
    }

    /// The value that a word of an expression stands for.
    pub(super) fn value(&mut self, expression: &str, token: &str) -> Result<Value, Fault> {
        self.used.insert(token.to_owned());
        let given = self.values.and_then(|values| values.get(token)).ok_or_else(|| {
            let detail = format!(
                "An expression attribute value used in expression is not defined; attribute value: {token}"
            );
            wrong(expression, &detail)
        })?;
        value(given).map_err(|mut fault| {
            fault.message = format!(
                "ExpressionAttributeValues contains invalid value: {} for key {token}",
                fault.message
            );
            fault
        })
    }

    /// Refuses placeholders where there is no such expression.
    pub(super) fn check_without(&self, expression: &str) -> Result<(), Fault> {
        match self.members().into_iter().find(|(_, map)| map.is_some()) {
            None => Ok(()),
            Some((member, _)) => Err(invalid(&format!(
                "{member} can only be specified when using expressions: {expression} is null"
            ))),
        }
    }

    /// Refuses placeholders that no expression used.
    pub(super) fn check_all_used(&self) -> Result<(), Fault> {
        for (member, map) in self.members() {
            let mut keys = map.into_iter().flat_map(Item::keys);
            if let Some(key) = keys.find(|key| !self.used.contains(*key)) {
                return Err(invalid(&format!(
                    "Value provided in {member} unused in expressions: keys: {{{key}}}"
                )));
            }
        }
        Ok(())
    }

    fn members(&self) -> [(&'static str, Option<&'a Item>); 2] {
        [
            ("ExpressionAttributeNames", self.names),
            ("ExpressionAttributeValues", self.values),
        ]
    }
}

fn map<'a>(fields: &Fields<'a>, name: &str) -> Result<Option<&'a Item>, Fault> {
    fields.structure(name)?;
    match fields.value(name).and_then(Value::as_object) {
        Some(map) if map.is_empty() => Err(invalid(&format!("{name} must not be empty"))),
        map => Ok(map),
    }
}

/// An expression's text, if it is there: neither empty nor too long.
pub(super) fn text<'a>(fields: &Fields<'a>, expression: &str) -> Result<Option<&'a str>, Fault> {
    let text = fields.text(expression)?;
    match text {
        Some(text) if text.trim().is_empty() => Err(wrong(expression, "The expression can not be empty;")),
        Some(text) if text.len() > EXPRESSION_BYTES => {
            let detail = "Expression size has exceeded the maximum allowed size;";
            Err(wrong(expression, detail))
        }
        _ => Ok(text),
    }
}

/// Words with their `#` or `:`, and every one of the marks by itself; the first that is neither is the error.
pub(super) fn tokens<'t>(text: &'t str, marks: &str) -> Result<Vec<&'t str>, &'t str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_alphanumeric() || "_#:".contains(c))
                .len();
        let length = if word > 0 { word } else { first.len_utf8() };
        let (token, tail) = rest.split_at(length);
        if !marks.contains(token) && word == 0 {
            return Err(token);
        }
        found.push(token);
        rest = tail.trim_start();
    }
    Ok(found)
}

/// Whether a word names an attribute.
pub(super) fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c == '#' || c.is_alphabetic())
}

/// The fault for an expression that makes no sense.
pub(super) fn wrong(expression: &str, detail: &str) -> Fault {
    invalid(&format!("Invalid {expression}: {detail}"))
}
