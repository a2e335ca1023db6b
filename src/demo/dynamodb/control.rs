//! The operations on tables: create, describe, list, delete, and their Time to Live.
//!
//! Must not: touch items.

use serde_json::{Value, json};

use super::state::State;
use super::table::{Table, name_of, refuse, stream_view};
use super::value::{VALIDATION, invalid};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// Tables on a page, where the call does not say (page `ListTables`).
const PAGE: i64 = 100;
/// What else `UpdateTable` changes, and not here.
const NOT_UPDATED: [&str; 9] = [
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "ReplicaUpdates",
    "SSESpecification",
    "TableClass",
    "VectorIndexUpdates",
];

pub(super) fn create_table(state: &mut State, call: &Call<'_>) -> Answer {
    let table = Table::declared(&Fields::of(call, VALIDATION), call.now)?;
    if state.tables.contains_key(&table.name) {
        let message = format!("Table already exists: {}", table.name);
        return Err(Fault::new("ResourceInUseException", message));
    }
    let described = table.describe(call.region, "CREATING");
    state.create(table);
    Ok(json!({"TableDescription": described}).into())
}

pub(super) fn describe_table(state: &mut State, call: &Call<'_>) -> Answer {
    let table = state.table(name_of(&Fields::of(call, VALIDATION), "TableName")?)?;
    Ok(json!({"Table": table.describe(call.region, "ACTIVE")}).into())
}

pub(super) fn list_tables(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let limit = fields.integer("Limit", 1..=PAGE)?.unwrap_or(PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    let start = fields.text("ExclusiveStartTableName")?.unwrap_or_default();
    let mut rest = state.tables.keys().filter(|name| name.as_str() > start);
    let names: Vec<&String> = rest.by_ref().take(limit).collect();
    let mut answer = json!({"TableNames": names});
    if rest.next().is_some() {
        answer["LastEvaluatedTableName"] = json!(names.last());
    }
    Ok(answer.into())
}

pub(super) fn delete_table(state: &mut State, call: &Call<'_>) -> Answer {
    let name = name_of(&Fields::of(call, VALIDATION), "TableName")?;
    let table = state.delete(name, call.now)?;
    Ok(json!({"TableDescription": table.describe(call.region, "DELETING")}).into())
}

pub(super) fn update_table(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let name = name_of(&fields, "TableName")?;
    state.table(name)?;
    for member in NOT_UPDATED {
        refuse(&fields, member)?;
    }
    let specification = fields.structure("StreamSpecification")?;
    let view = specification.map(|it| stream_view(&it)).transpose()?;
    let protected = fields.boolean("DeletionProtectionEnabled")?;
    if view.is_none() && protected.is_none() {
        return Err(invalid(
            "At least one of StreamSpecification and DeletionProtectionEnabled is required",
        ));
    }
    if let Some(view) = view {
        state.switch_stream(name, view, call.now)?;
    }
    let table = state.table_mut(name)?;
    table.protected = protected.unwrap_or(table.protected);
    Ok(json!({"TableDescription": table.describe(call.region, "UPDATING")}).into())
}

pub(super) fn update_time_to_live(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let table = state.table_mut(name_of(&fields, "TableName")?)?;
    let member = "TimeToLiveSpecification";
    let specification = fields.structure(member)?.ok_or_else(|| fields.missing(member))?;
    let enabled = specification.boolean("Enabled")?;
    let enabled = enabled.ok_or_else(|| specification.missing("Enabled"))?;
    let attribute = specification.required_text("AttributeName")?;
    if !(1..=255).contains(&attribute.len()) {
        let constraint = "Member must have length between 1 and 255";
        return Err(specification.violated("AttributeName", attribute, constraint));
    }
    match (&table.ttl_attribute, enabled) {
        (Some(_), true) => return Err(invalid("TimeToLive is already enabled")),
        (None, false) => return Err(invalid("TimeToLive is already disabled")),
        (Some(current), false) if current != attribute => {
            return Err(invalid(&format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {current}"
            )));
        }
        _ => table.ttl_attribute = enabled.then(|| attribute.to_owned()),
    }
    Ok(json!({member: {"Enabled": enabled, "AttributeName": attribute}}).into())
}

pub(super) fn describe_time_to_live(state: &mut State, call: &Call<'_>) -> Answer {
    let table = state.table(name_of(&Fields::of(call, VALIDATION), "TableName")?)?;
    let description: Value = match &table.ttl_attribute {
        Some(name) => json!({"TimeToLiveStatus": "ENABLED", "AttributeName": name}),
        None => json!({"TimeToLiveStatus": "DISABLED"}),
    };
    Ok(json!({"TimeToLiveDescription": description}).into())
}
