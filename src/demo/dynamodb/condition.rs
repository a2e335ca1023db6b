//! The part of `ConditionExpression` that the embedded transactions understand: `attribute_exists`, `attribute_not_exists`, `=`
//! and `<>` between attributes and values, with `AND`, `OR`, `NOT` and parentheses.
//!
//! Must not: pretend to understand the rest. Other functions, comparisons and paths into maps are refused with a message
//! that says so.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

use super::placeholders::{Placeholders, is_name, text, tokens, wrong};
use super::value::Item;
use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// The member that holds the expression.
const EXPRESSION: &str = "ConditionExpression";
const MARKS: &str = "()=<>";

/// What has to hold of an item before it is changed.
#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    /// The attribute is there.
    Exists(String),
    /// Both are there, and the same.
    Equal(Operand, Operand),
    /// The condition does not hold.
    Not(Box<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
}

/// One side of a comparison.
#[derive(Debug, PartialEq)]
pub(super) enum Operand {
    /// An attribute of the item.
    Attribute(String),
    /// A value of the call.
    Value(Value),
}

impl Condition {
    /// The condition of a call or an action, if it has one.
    pub(super) fn read(
        fields: &Fields<'_>,
        placeholders: &mut Placeholders<'_>,
    ) -> Result<Option<Self>, Fault> {
        let Some(text) = text(fields, EXPRESSION)? else {
            return Ok(None);
        };
        let mut parser = Parser {
            rest: tokens(text, MARKS).map_err(unsupported)?.into_iter().peekable(),
            placeholders,
        };
        let condition = parser.any()?;
        match parser.rest.next() {
            None => Ok(Some(condition)),
            Some(token) => Err(unsupported(token)),
        }
    }

    /// Whether it holds of an item, or of none.
    pub(super) fn holds(&self, item: Option<&Item>) -> bool {
        match self {
            Self::Exists(name) => item.is_some_and(|item| item.contains_key(name)),
            Self::Equal(one, other) => {
                let value = one.value(item);
                value.is_some() && value == other.value(item)
            }
            Self::Not(condition) => !condition.holds(item),
            Self::All(conditions) => conditions.iter().all(|it| it.holds(item)),
            Self::Any(conditions) => conditions.iter().any(|it| it.holds(item)),
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, item: Option<&'a Item>) -> Option<&'a Value> {
        match self {
            Self::Attribute(name) => item?.get(name),
            Self::Value(value) => Some(value),
        }
    }
}

struct Parser<'a, 't, 'p> {
    rest: Peekable<IntoIter<&'t str>>,
    placeholders: &'p mut Placeholders<'a>,
}

impl<'t> Parser<'_, 't, '_> {
    fn any(&mut self) -> Result<Condition, Fault> {
        self.several("OR", Self::all, Condition::Any)
    }

    fn all(&mut self) -> Result<Condition, Fault> {
        self.several("AND", Self::one, Condition::All)
    }

    fn several(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Condition, Fault>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Condition, Fault> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.skip(word) {
            parts.push(part(self)?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => Ok(join(parts.into_iter().chain(last).collect())),
        }
    }

    fn one(&mut self) -> Result<Condition, Fault> {
        if self.skip("NOT") {
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        if self.skip("(") {
            let condition = self.any()?;
            self.expect(")")?;
            return Ok(condition);
        }
        let word = self.next()?;
        match word {
            "attribute_exists" => self.argument().map(Condition::Exists),
            "attribute_not_exists" => {
                let exists = self.argument().map(Condition::Exists)?;
                Ok(Condition::Not(Box::new(exists)))
            }
            _ => self.comparison(word),
        }
    }

    fn comparison(&mut self, first: &'t str) -> Result<Condition, Fault> {
        let one = self.operand(first)?;
        let is_negated = self.skip("<");
        self.expect(if is_negated { ">" } else { "=" })?;
        let second = self.next()?;
        let equal = Condition::Equal(one, self.operand(second)?);
        Ok(if is_negated {
            Condition::Not(Box::new(equal))
        } else {
            equal
        })
    }

    fn operand(&mut self, token: &str) -> Result<Operand, Fault> {
        if token.starts_with(':') {
            return self.placeholders.value(EXPRESSION, token).map(Operand::Value);
        }
        self.attribute(token).map(Operand::Attribute)
    }

    fn argument(&mut self) -> Result<String, Fault> {
        self.expect("(")?;
        let token = self.next()?;
        let name = self.attribute(token)?;
        self.expect(")")?;
        Ok(name)
    }

    fn attribute(&mut self, token: &str) -> Result<String, Fault> {
        if !is_name(token) {
            return Err(unsupported(token));
        }
        self.placeholders.name(EXPRESSION, token)
    }

    fn skip(&mut self, word: &str) -> bool {
        self.rest.next_if(|it| it.eq_ignore_ascii_case(word)).is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), Fault> {
        match self.next()? {
            token if token == word => Ok(()),
            token => Err(unsupported(token)),
        }
    }

    fn next(&mut self) -> Result<&'t str, Fault> {
        self.rest.next().ok_or_else(|| unsupported("<EOF>"))
    }
}

fn unsupported(token: &str) -> Fault {
    let detail = format!(
        "Syntax error, or a form that this endpoint does not support (it knows attribute_exists, \
         attribute_not_exists, =, <>, AND, OR and NOT); token: \"{token}\""
    );
    wrong(EXPRESSION, &detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(expression: &str) -> Result<Condition, Fault> {
        let input = json!({
            EXPRESSION: expression,
            "ExpressionAttributeNames": {"#s": "status"},
            "ExpressionAttributeValues": {":paid": {"S": "paid"}},
        });
        let fields = Fields::within(&input, "ValidationException");
        let mut placeholders = Placeholders::read(&fields)?;
        Condition::read(&fields, &mut placeholders).map(Option::unwrap)
    }

    #[test]
    fn conditions_hold_as_they_read() {
        let item = json!({"id": {"S": "a"}, "status": {"S": "paid"}});
        let item = item.as_object().unwrap();
        for (expression, of_item, of_none) in [
            ("attribute_exists(id)", true, false),
            ("attribute_not_exists(id)", false, true),
            ("attribute_exists (total)", false, false),
            ("#s = :paid", true, false),
            ("#s <> :paid", false, true),
            ("NOT #s = :paid", false, true),
            ("attribute_exists(id) AND #s <> :paid", false, false),
            ("attribute_not_exists(id) OR #s = :paid", true, true),
            (
                "attribute_not_exists(total) and (id = id or id = :paid)",
                true,
                false,
            ),
            ("attribute_exists(id) OR id = :paid AND id = #s", true, false),
        ] {
            let condition = read(expression).unwrap();
            assert_eq!(condition.holds(Some(item)), of_item, "{expression}");
            assert_eq!(condition.holds(None), of_none, "{expression}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for expression in [
            "id",
            "id >= :paid",
            "size(id) = :paid",
            "attribute_exists(a.b)",
            "attribute_exists(id",
            "attribute_exists(id) id = id",
            "begins_with(id, :paid)",
            "id IN (:paid)",
            "AND",
        ] {
            let message = read(expression).unwrap_err().message;
            assert!(
                message.starts_with("Invalid ConditionExpression: Syntax error"),
                "{expression}: {message}"
            );
        }
        assert!(
            read("id = :other")
                .unwrap_err()
                .message
                .contains("is not defined")
        );
    }
}
