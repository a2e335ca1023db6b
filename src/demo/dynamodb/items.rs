//! The operations on one item: put, get, update, delete.
//!
//! Must not: decide what reaches a stream (that is `state`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::expression::Update;
use super::state::{Cause, State};
use super::table::{Table, name_of, refuse};
use super::value::{self, Item, VALIDATION, invalid, item_size, parameters};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// The largest item, in bytes (page "Service, account, and table quotas").
const ITEM_BYTES: usize = 400 * 1024;

const RETURN_VALUES: [&str; 5] = ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"];

/// Conditions, which the embedded tables do not have.
const CONDITIONS: [&str; 3] = ["ConditionExpression", "Expected", "ConditionalOperator"];

/// Placeholders, for operations that have no expression here.
const PLACEHOLDERS: [&str; 2] = ["ExpressionAttributeNames", "ExpressionAttributeValues"];

pub(super) fn put_item(state: &mut State, call: &Call<'_>) -> Answer {
    let request = Request::read(state, call, &PLACEHOLDERS)?;
    let returned = request.return_old()?;
    let (key, item) = whole(request.table, request.given("Item")?)?;
    let capacity = request.capacity(item_size(&item).div_ceil(1024), 1.0)?;
    let name = request.table.name.clone();
    let old = state.write(&name, key, Some(item), &written(call))?;
    Ok(with_capacity(attributes(old.filter(|_| returned)), capacity).into())
}

pub(super) fn get_item(state: &mut State, call: &Call<'_>) -> Answer {
    let request = Request::read(state, call, &PLACEHOLDERS)?;
    for member in ["ProjectionExpression", "AttributesToGet"] {
        refuse(&request.fields, member)?;
    }
    let consistent = request.fields.boolean("ConsistentRead")?.unwrap_or(false);
    let item = request.table.get(&request.key()?);
    let size = item.map_or(0, |item| item_size(item));
    let unit = if consistent { 1.0 } else { 0.5 };
    let capacity = request.capacity(size.div_ceil(4096), unit)?;
    let answer = item.map_or(json!({}), |item| json!({"Item": **item}));
    Ok(with_capacity(answer, capacity).into())
}

pub(super) fn update_item(state: &mut State, call: &Call<'_>) -> Answer {
    let request = Request::read(state, call, &["AttributeUpdates"])?;
    let returned = request
        .fields
        .choice("ReturnValues", &RETURN_VALUES)?
        .unwrap_or("NONE");
    let key = request.key()?;
    let update = Update::read(&request.fields)?;
    check_update(request.table, &update)?;
    let before = request
        .table
        .get(&key)
        .map_or_else(|| key.clone(), |item| Item::clone(item));
    let after = update.applied(&before);
    check_updated_size(&after)?;
    let capacity = request.capacity(item_size(&after).div_ceil(1024), 1.0)?;
    let name = request.table.name.clone();
    let old = state.write(&name, key, Some(after.clone()), &written(call))?;
    let updated = |item: &Item| {
        let named = update
            .names()
            .filter_map(|name| Some((name.to_owned(), item.get(name)?.clone())));
        Arc::new(named.collect::<Item>())
    };
    let shown = match returned {
        "ALL_OLD" => old,
        "UPDATED_OLD" => old.map(|item| updated(&item)),
        "ALL_NEW" => Some(Arc::new(after)),
        "UPDATED_NEW" => Some(updated(&after)),
        _ => None,
    };
    Ok(with_capacity(attributes(shown.filter(|item| !item.is_empty())), capacity).into())
}

pub(super) fn delete_item(state: &mut State, call: &Call<'_>) -> Answer {
    let request = Request::read(state, call, &PLACEHOLDERS)?;
    let returned = request.return_old()?;
    let key = request.key()?;
    let size = request.table.get(&key).map_or(0, |item| item_size(item));
    let capacity = request.capacity(size.div_ceil(1024), 1.0)?;
    let name = request.table.name.clone();
    let old = state.write(&name, key, None, &written(call))?;
    Ok(with_capacity(attributes(old.filter(|_| returned)), capacity).into())
}

/// A call on one item, with the members that all of them have.
struct Request<'s, 'c> {
    fields: Fields<'c>,
    table: &'s Table,
    reports_capacity: bool,
}

impl<'s, 'c> Request<'s, 'c> {
    fn read(state: &'s State, call: &Call<'c>, refused: &[&str]) -> Result<Self, Fault> {
        let fields = Fields::of(call, VALIDATION);
        let name = name_of(&fields, "TableName")?;
        for member in CONDITIONS.iter().chain(refused) {
            refuse(&fields, member)?;
        }
        let reported = fields.choice("ReturnConsumedCapacity", &["INDEXES", "TOTAL", "NONE"])?;
        fields.choice("ReturnItemCollectionMetrics", &["SIZE", "NONE"])?;
        fields.choice("ReturnValuesOnConditionCheckFailure", &["ALL_OLD", "NONE"])?;
        Ok(Self {
            fields,
            table: table_named(state, name)?,
            reports_capacity: reported.is_some_and(|it| it != "NONE"),
        })
    }

    fn given(&self, member: &str) -> Result<&'c Value, Fault> {
        self.fields
            .value(member)
            .ok_or_else(|| self.fields.missing(member))
    }

    fn key(&self) -> Result<Item, Fault> {
        key(self.table, self.given("Key")?)
    }

    fn return_old(&self) -> Result<bool, Fault> {
        match self.fields.choice("ReturnValues", &RETURN_VALUES)? {
            None | Some("NONE") => Ok(false),
            Some("ALL_OLD") => Ok(true),
            Some(_) => Err(invalid("ReturnValues can only be ALL_OLD or NONE")),
        }
    }

    fn capacity(&self, blocks: usize, unit: f64) -> Result<Option<Value>, Fault> {
        let blocks = u16::try_from(blocks.max(1)).map_err(|_| invalid("Item size is out of range"))?;
        let units = f64::from(blocks) * unit;
        let capacity = || json!({"TableName": self.table.name, "CapacityUnits": units});
        Ok(self.reports_capacity.then(capacity))
    }
}

/// A table to read or write items of.
pub(super) fn table_named<'s>(state: &'s State, name: &str) -> Result<&'s Table, Fault> {
    state.table(name).map_err(|mut fault| {
        // The operations on items do not name the table.
        "Requested resource not found".clone_into(&mut fault.message);
        fault
    })
}

/// An item that a table takes, after its key.
pub(super) fn whole(table: &Table, given: &Value) -> Result<(Item, Item), Fault> {
    let item = value::item(given)?;
    check_size(&item, "Item size has exceeded the maximum allowed size")?;
    Ok((table.schema.of_item(&item)?, item))
}

/// A key as the table has them.
pub(super) fn key(table: &Table, given: &Value) -> Result<Item, Fault> {
    let key = value::item(given)?;
    table.schema.check(&key)?;
    Ok(key)
}

/// Refuses an update of the key.
pub(super) fn check_update(table: &Table, update: &Update) -> Result<(), Fault> {
    match update.names().find(|name| table.schema.contains(name)) {
        None => Ok(()),
        Some(name) => Err(parameters(&format!(
            "Cannot update attribute {name}. This attribute is part of the key"
        ))),
    }
}

/// Refuses an item that an update made too large.
pub(super) fn check_updated_size(item: &Item) -> Result<(), Fault> {
    check_size(item, "Item size to update has exceeded the maximum allowed size")
}

/// The caller changes an item.
pub(super) fn written(call: &Call<'_>) -> Cause {
    Cause {
        now: call.now,
        by_ttl: false,
    }
}

fn check_size(item: &Item, message: &str) -> Result<(), Fault> {
    if item_size(item) > ITEM_BYTES {
        return Err(invalid(message));
    }
    Ok(())
}

fn attributes(item: Option<Arc<Item>>) -> Value {
    item.map_or(json!({}), |item| json!({"Attributes": *item}))
}

fn with_capacity(mut answer: Value, capacity: Option<Value>) -> Value {
    if let Some(capacity) = capacity {
        answer["ConsumedCapacity"] = capacity;
    }
    answer
}
