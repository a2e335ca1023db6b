//! `TransactWriteItems`: up to 100 changes and conditions, of which all are done or none.
//!
//! Must not: change anything before every condition holds.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::capacity::Capacity;
use super::condition::Condition;
use super::expression::Update;
use super::items;
use super::placeholders::Placeholders;
use super::state::State;
use super::table::name_of;
use super::value::{Item, VALIDATION, invalid, item_size};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// Actions in one transaction (page `TransactWriteItems`).
const ACTIONS: usize = 100;
/// How long a token stands for its call (the same page).
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// One action of a transaction.
struct Action {
    table: String,
    key: Item,
    change: Change,
    condition: Option<Condition>,
    /// Whether the item is shown where the condition does not hold.
    shows_item: bool,
}

enum Change {
    None,
    Put(Item),
    Update(Update),
    Delete,
}

/// A transaction that was done, under the caller's own name for it.
#[derive(Debug)]
pub(in crate::demo) struct Token {
    at: Timestamp,
    input: Value,
}

pub(super) fn transact_write_items(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let mut capacity = Capacity::read(&fields, 2.0)?;
    let actions = actions(state, &fields)?;
    let token = fields.text("ClientRequestToken")?;
    if let Some(token) = token
        && is_done_already(state, token, call)?
    {
        return Ok(json!({}).into());
    }
    let outcomes: Vec<_> = actions.iter().map(|action| outcome(state, action)).collect();
    if outcomes.iter().any(Result::is_err) {
        return Err(canceled(outcomes));
    }
    for (action, outcome) in actions.into_iter().zip(outcomes) {
        let new = outcome.unwrap_or_default();
        capacity.add(&action.table, new.as_ref().map_or(0, item_size));
        if !matches!(action.change, Change::None) {
            state.write(&action.table, action.key, new, &items::written(call))?;
        }
    }
    if let Some(token) = token {
        let done = Token {
            at: call.now,
            input: call.input.clone(),
        };
        state.tokens.insert(token.to_owned(), done);
    }
    Ok(capacity.told_in(json!({})).into())
}

fn actions(state: &State, fields: &Fields<'_>) -> Result<Vec<Action>, Fault> {
    let given = fields.required_list("TransactItems")?;
    if given.is_empty() || given.len() > ACTIONS {
        let constraint = "Member must have length between 1 and 100";
        return Err(fields.violated("TransactItems", "[...]", constraint));
    }
    let actions: Vec<Action> = given
        .iter()
        .map(|item| action(state, &Fields::within(item, VALIDATION)))
        .collect::<Result<_, _>>()?;
    let mut places = HashSet::new();
    for action in &actions {
        let place = state.table(&action.table)?.schema.text(&action.key);
        if !places.insert((&action.table, place)) {
            return Err(invalid(
                "Transaction request cannot include multiple operations on one item",
            ));
        }
    }
    Ok(actions)
}

fn action(state: &State, item: &Fields<'_>) -> Result<Action, Fault> {
    let mut given = Vec::new();
    for kind in ["ConditionCheck", "Put", "Update", "Delete"] {
        given.extend(item.structure(kind)?.map(|fields| (kind, fields)));
    }
    let [(kind, fields)] = given[..] else {
        return Err(invalid(
            "TransactItems can only contain one of Check, Put, Update or Delete",
        ));
    };
    let table = items::table_named(state, name_of(&fields, "TableName")?)?;
    let mut placeholders = Placeholders::read(&fields)?;
    let condition = Condition::read(&fields, &mut placeholders)?;
    let member = if kind == "Put" { "Item" } else { "Key" };
    let subject = fields.value(member).ok_or_else(|| fields.missing(member))?;
    let (key, change) = match kind {
        "Put" => {
            let (key, item) = items::whole(table, subject)?;
            (key, Change::Put(item))
        }
        "Update" => {
            fields.required_text("UpdateExpression")?;
            let update = Update::with(&fields, &mut placeholders)?;
            items::check_update(table, &update)?;
            (items::key(table, subject)?, Change::Update(update))
        }
        "Delete" => (items::key(table, subject)?, Change::Delete),
        _ => {
            fields.required_text("ConditionExpression")?;
            (items::key(table, subject)?, Change::None)
        }
    };
    if condition.is_none() && kind != "Update" {
        placeholders.check_without("ConditionExpression")?;
    }
    placeholders.check_all_used()?;
    let shown = fields.choice("ReturnValuesOnConditionCheckFailure", &["ALL_OLD", "NONE"])?;
    Ok(Action {
        table: table.name.clone(),
        key,
        change,
        condition,
        shows_item: shown == Some("ALL_OLD"),
    })
}

/// The item after an action, or the reason for which the transaction is canceled.
fn outcome(state: &State, action: &Action) -> Result<Option<Item>, Value> {
    let table = state.table(&action.table).ok();
    let old: Option<&Arc<Item>> = table.and_then(|table| table.get(&action.key));
    let holds = action
        .condition
        .as_ref()
        .is_none_or(|it| it.holds(old.map(AsRef::as_ref)));
    if !holds {
        let mut reason =
            json!({"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"});
        if let Some(item) = old.filter(|_| action.shows_item) {
            reason["Item"] = Value::Object(Item::clone(item));
        }
        return Err(reason);
    }
    match &action.change {
        Change::Put(item) => Ok(Some(item.clone())),
        Change::Update(update) => {
            let after = update.applied(old.map_or(&action.key, |item| item));
            items::check_updated_size(&after)
                .map_err(|fault| json!({"Code": "ValidationError", "Message": fault.message}))?;
            Ok(Some(after))
        }
        Change::Delete | Change::None => Ok(None),
    }
}

fn canceled(outcomes: Vec<Result<Option<Item>, Value>>) -> Fault {
    let reasons: Vec<Value> = outcomes
        .into_iter()
        .map(|outcome| outcome.err().unwrap_or_else(|| json!({"Code": "None"})))
        .collect();
    let codes: Vec<&str> = reasons.iter().filter_map(|it| it["Code"].as_str()).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let mut fault = Fault::new("TransactionCanceledException", message.clone());
    fault.members = json!({"Message": message, "CancellationReasons": reasons});
    fault
}

/// Whether the call of a token was done lately. Another call of the same token is refused.
fn is_done_already(state: &mut State, token: &str, call: &Call<'_>) -> Result<bool, Fault> {
    if !(1..=36).contains(&token.len()) {
        let constraint = "Member must have length between 1 and 36";
        return Err(Fields::of(call, VALIDATION).violated("ClientRequestToken", token, constraint));
    }
    state
        .tokens
        .retain(|_, done| call.now.duration_since(done.at) < TOKEN_LIFE);
    match state.tokens.get(token) {
        None => Ok(false),
        Some(done) if done.input == *call.input => Ok(true),
        Some(_) => Err(Fault::new(
            "IdempotentParameterMismatchException",
            "The request uses the same client token as a previous, but non-identical request.",
        )),
    }
}

#[cfg(test)]
mod tests;
