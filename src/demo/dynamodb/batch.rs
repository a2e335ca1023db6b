//! `BatchWriteItem`: puts and deletes of up to 25 items, one after another.
//!
//! Must not: leave anything unprocessed; the embedded tables take what they are given.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::capacity::Capacity;
use super::items;
use super::state::State;
use super::value::{Item, VALIDATION, invalid, item_size};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// Requests in one call (page `BatchWriteItem`).
const REQUESTS: usize = 25;

/// An item to put or, without one, to delete.
struct Write {
    table: String,
    key: Item,
    new: Option<Item>,
}

pub(super) fn batch_write_item(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let mut capacity = Capacity::read(&fields, 1.0)?;
    let writes = writes(state, &fields)?;
    for Write { table, key, new } in writes {
        let size = new.as_ref().map(item_size);
        let old = state.write(&table, key, new, &items::written(call))?;
        let size = size.or(old.map(|item| item_size(&item)));
        capacity.add(&table, size.unwrap_or_default());
    }
    Ok(capacity.told_in(json!({"UnprocessedItems": {}})).into())
}

fn writes(state: &State, fields: &Fields<'_>) -> Result<Vec<Write>, Fault> {
    fields.structure("RequestItems")?;
    let tables = fields.value("RequestItems").and_then(Value::as_object);
    let tables = tables.ok_or_else(|| fields.missing("RequestItems"))?;
    let mut writes = Vec::new();
    let mut places = HashSet::new();
    for (table, requests) in tables {
        for request in requests.as_array().into_iter().flatten() {
            let write = write(state, table, request)?;
            let place = state.table(&write.table)?.schema.text(&write.key);
            if !places.insert((write.table.clone(), place)) {
                return Err(invalid("Provided list of item keys contains duplicates"));
            }
            writes.push(write);
        }
    }
    if writes.is_empty() || writes.len() > REQUESTS {
        let constraint = "Member must have length between 1 and 25";
        return Err(fields.violated("RequestItems", "[...]", constraint));
    }
    Ok(writes)
}

fn write(state: &State, table: &str, request: &Value) -> Result<Write, Fault> {
    let table = items::table_named(state, table.split_once(":table/").map_or(table, |(_, name)| name))?;
    let request = Fields::within(request, VALIDATION);
    let (put, delete) = (
        request.structure("PutRequest")?,
        request.structure("DeleteRequest")?,
    );
    let (key, new) = match (put, delete) {
        (Some(put), None) => {
            let given = put.value("Item").ok_or_else(|| put.missing("Item"))?;
            let (key, item) = items::whole(table, given)?;
            (key, Some(item))
        }
        (None, Some(delete)) => {
            let given = delete.value("Key").ok_or_else(|| delete.missing("Key"))?;
            (items::key(table, given)?, None)
        }
        _ => {
            return Err(invalid(
                "Supplied AttributeValue has more than one or no request set, must contain exactly one of \
                 PutRequest and DeleteRequest",
            ));
        }
    };
    Ok(Write {
        table: table.name.clone(),
        key,
        new,
    })
}
