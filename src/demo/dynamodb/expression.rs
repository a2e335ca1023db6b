//! The part of `UpdateExpression` that the embedded tables understand: `SET name = :value, …` and `REMOVE name, …`.
//!
//! Must not: pretend to understand the rest. Paths into maps, functions, arithmetic, `ADD` and `DELETE` are refused with
//! a message that says so.

use std::collections::HashSet;

use serde_json::Value;

use super::placeholders::{Placeholders, is_name, text, tokens, wrong};
use super::value::Item;
use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// The member that holds the expression.
const EXPRESSION: &str = "UpdateExpression";
const MARKS: &str = ",=";

/// What an `UpdateItem` does to an item's attributes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Update {
    /// Attributes to set, with their new values.
    pub(super) set: Vec<(String, Value)>,
    /// Attributes to take away.
    pub(super) remove: Vec<String>,
}

impl Update {
    /// Reads the expression of an `UpdateItem` and the placeholders that it uses.
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Fault> {
        let mut placeholders = Placeholders::read(fields)?;
        if fields.value(EXPRESSION).is_none() {
            placeholders.check_without(EXPRESSION)?;
        }
        let update = Self::with(fields, &mut placeholders)?;
        placeholders.check_all_used()?;
        Ok(update)
    }

    /// Reads the expression alone; its placeholders may be those of another expression too.
    pub(super) fn with(fields: &Fields<'_>, placeholders: &mut Placeholders<'_>) -> Result<Self, Fault> {
        let Some(text) = text(fields, EXPRESSION)? else {
            return Ok(Self::default());
        };
        let mut parser = Parser {
            rest: tokens(text, MARKS).map_err(unsupported)?.into_iter().peekable(),
            placeholders,
        };
        let update = parser.clauses()?;
        update.check_overlap()?;
        Ok(update)
    }

    /// The item after the update.
    pub(super) fn applied(&self, item: &Item) -> Item {
        let mut item = item.clone();
        for (name, value) in &self.set {
            item.insert(name.clone(), value.clone());
        }
        for name in &self.remove {
            item.shift_remove(name);
        }
        item
    }

    /// The attributes that the update names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.set
            .iter()
            .map(|(name, _)| name.as_str())
            .chain(self.remove.iter().map(String::as_str))
    }

    fn check_overlap(&self) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for name in self.names() {
            if !seen.insert(name) {
                return Err(in_expression(&format!(
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; \
                     path one: [{name}], path two: [{name}]"
                )));
            }
        }
        Ok(())
    }
}

/// Reads one element of a section into an update.
type Clause<P> = fn(&mut P, &mut Update) -> Result<(), Fault>;

struct Parser<'a, 't, 'p> {
    rest: std::iter::Peekable<std::vec::IntoIter<&'t str>>,
    placeholders: &'p mut Placeholders<'a>,
}

impl Parser<'_, '_, '_> {
    fn clauses(&mut self) -> Result<Update, Fault> {
        let mut update = Update::default();
        while let Some(keyword) = self.rest.next() {
            let (seen_already, clause): (bool, Clause<Self>) = match keyword.to_ascii_uppercase().as_str() {
                "SET" => (!update.set.is_empty(), Self::assignment),
                "REMOVE" => (!update.remove.is_empty(), Self::removal),
                _ => return Err(unsupported(keyword)),
            };
            if seen_already {
                return Err(in_expression(&format!(
                    "The \"{keyword}\" section can only be used once in an update expression;"
                )));
            }
            clause(self, &mut update)?;
            while self.rest.next_if_eq(&",").is_some() {
                clause(self, &mut update)?;
            }
        }
        Ok(update)
    }

    fn assignment(&mut self, update: &mut Update) -> Result<(), Fault> {
        let name = self.attribute()?;
        match self.rest.next() {
            Some("=") => {}
            other => return Err(unsupported(other.unwrap_or("<EOF>"))),
        }
        match self.rest.next() {
            Some(token) if token.starts_with(':') => update
                .set
                .push((name, self.placeholders.value(EXPRESSION, token)?)),
            other => return Err(unsupported(other.unwrap_or("<EOF>"))),
        }
        Ok(())
    }

    fn removal(&mut self, update: &mut Update) -> Result<(), Fault> {
        update.remove.push(self.attribute()?);
        Ok(())
    }

    fn attribute(&mut self) -> Result<String, Fault> {
        match self.rest.next() {
            Some(token) if is_name(token) => self.placeholders.name(EXPRESSION, token),
            other => Err(unsupported(other.unwrap_or("<EOF>"))),
        }
    }
}

fn unsupported(token: &str) -> Fault {
    in_expression(&format!(
        "Syntax error, or a form that this endpoint does not support (it knows SET of plain values and REMOVE); \
         token: \"{token}\""
    ))
}

fn in_expression(detail: &str) -> Fault {
    wrong(EXPRESSION, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(input: &Value) -> Result<Update, Fault> {
        Update::read(&Fields::within(input, "ValidationException"))
    }

    #[test]
    fn names_and_values_are_put_in_place() {
        let update = read(&json!({
            "UpdateExpression": "SET a = :a,#status=:b REMOVE old, #gone",
            "ExpressionAttributeNames": {"#status": "status", "#gone": "gone.by"},
            "ExpressionAttributeValues": {":a": {"N": "1.0"}, ":b": {"S": "paid"}},
        }))
        .unwrap();
        let expected = Update {
            set: vec![
                ("a".into(), json!({"N": "1"})),
                ("status".into(), json!({"S": "paid"})),
            ],
            remove: vec!["old".into(), "gone.by".into()],
        };
        assert_eq!(update, expected);
    }

    #[test]
    fn forms_that_are_not_supported_say_so() {
        for expression in [
            "SET a = a + :v",
            "SET a.b = :v",
            "SET l[0] = :v",
            "SET a = if_not_exists(a, :v)",
            "ADD a :v",
            "DELETE a :v",
            "SET a :v",
            "SET",
            "REMOVE a,",
        ] {
            let input =
                json!({"UpdateExpression": expression, "ExpressionAttributeValues": {":v": {"N": "1"}}});
            let fault = read(&input).unwrap_err();
            assert_eq!(fault.code, "ValidationException");
            assert!(
                fault.message.contains("does not support"),
                "{expression}: {}",
                fault.message
            );
        }
    }

    #[test]
    fn placeholders_must_be_defined_and_used() {
        let undefined = json!({"UpdateExpression": "SET a = :v"});
        assert!(
            read(&undefined)
                .unwrap_err()
                .message
                .ends_with("not defined; attribute value: :v")
        );
        let unnamed = json!({"UpdateExpression": "REMOVE #a"});
        assert!(
            read(&unnamed)
                .unwrap_err()
                .message
                .ends_with("not defined; attribute name: #a")
        );
        let unused = json!({"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {":v": {"N": "1"}}});
        assert!(
            read(&unused)
                .unwrap_err()
                .message
                .ends_with("unused in expressions: keys: {:v}")
        );
        let idle = json!({"ExpressionAttributeValues": {":v": {"N": "1"}}});
        assert!(
            read(&idle)
                .unwrap_err()
                .message
                .contains("UpdateExpression is null")
        );
    }

    #[test]
    fn one_attribute_is_named_once() {
        let input = json!({
            "UpdateExpression": "SET a = :v REMOVE a",
            "ExpressionAttributeValues": {":v": {"N": "1"}},
        });
        assert!(
            read(&input)
                .unwrap_err()
                .message
                .contains("path one: [a], path two: [a]")
        );
    }
}
