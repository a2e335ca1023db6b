//! The operations that write: `PutRecord`, `BatchWriteRecord`, `UpdateRecord`, `DeleteRecord`.
//!
//! Must not: answer with records.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::event_time::Ttl;
use super::group::{Group, OnlineRecord};
use super::record::{self, Content, FeatureValue, Record, VALIDATION, invalid};
use super::state::{OfflineRow, State};
use super::{group_name, not_found, usable};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// Features in one `UpdateRecord` (page `UpdateRecord`).
const UPDATED_FEATURES: usize = 100;

/// Records in one `BatchWriteRecord` (page `BatchWriteRecord`).
const BATCH: usize = 25;

pub(super) fn put_record(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let ttl = Ttl::read(&fields)?;
    put_one(state, call, &fields, ttl, as_validation)?;
    Ok(json!({}).into())
}

pub(super) fn batch_write_record(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let entries = fields.required_list("Entries")?;
    if !(1..=BATCH).contains(&entries.len()) {
        let constraint = format!("Member must have length between 1 and {BATCH}");
        return Err(fields.violated("Entries", &entries.len().to_string(), &constraint));
    }
    let for_all = Ttl::read(&fields)?;
    let mut errors = Vec::new();
    for entry in entries {
        let fields = Fields::within(entry, VALIDATION);
        let ttl = Ttl::read(&fields)?.or(for_all);
        if let Err(fault) = put_one(state, call, &fields, ttl, |fault| fault) {
            errors.push(json!({"Entry": entry, "ErrorCode": fault.code, "ErrorMessage": fault.message}));
        }
    }
    Ok(json!({"Errors": errors, "UnprocessedEntries": []}).into())
}

pub(super) fn update_record(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let group = group_mut(state, call, &fields)?;
    let storage = group.definition.online.as_ref().map(|online| online.storage);
    if !matches!(storage, Some("Standard_V2" | "InMemory")) {
        return Err(invalid(
            "UpdateRecord is only supported for the Standard_V2 and InMemory online stores",
        ));
    }
    let targets = Targets::read(&fields, group)?;
    let identifier = fields.required_text("RecordIdentifierValueAsString")?;
    let changes = changes(&fields, group, identifier)?;
    let event_time = changes.event_time(&group.definition)?;
    let ttl = Ttl::read(&fields)?;
    if ttl.is_some() && event_time.is_none() {
        return Err(invalid("An EventTime must be given with a TtlDuration"));
    }
    let current = group.get(identifier).cloned().ok_or_else(|| {
        let message = format!("Record {identifier} was not found");
        Fault::new("ResourceNotFound", message).with_status(404)
    })?;
    if event_time.is_some_and(|time| time < current.event_time) {
        let message = "The EventTime is older than the record's current EventTime";
        return Err(Fault::new("ConflictException", message).with_status(409));
    }
    let updated = OnlineRecord {
        record: current.record.updated(&changes),
        event_time: event_time.unwrap_or(current.event_time),
        ttl: ttl.or(current.ttl),
        deleted: false,
    };
    let row = offline_row(group, identifier, &updated, call.now);
    if targets.online {
        group.replace(identifier, updated);
    }
    if targets.offline {
        state.append(row);
    }
    Ok(json!({}).into())
}

pub(super) fn delete_record(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let group = group_mut(state, call, &fields).map_err(as_validation)?;
    let targets = Targets::read(&fields, group)?;
    let identifier = fields.required_text("RecordIdentifierValueAsString")?;
    let text = fields.required_text("EventTime")?;
    let event_time = record::event_time(&group.definition, text)?;
    let mode = fields.choice("DeletionMode", &["SoftDelete", "HardDelete"])?;
    let is_hard = mode == Some("HardDelete");
    let current = group.get_any(identifier).map(|current| current.event_time);
    let is_newer = current.is_none_or(|current| event_time > current);
    if is_hard && targets.online && !is_newer {
        return Err(invalid(
            "EventTime must be later than the EventTime of the record",
        ));
    }
    let marker = deletion_marker(group, identifier, text, event_time);
    let row = offline_row(group, identifier, &marker, call.now);
    if targets.online && is_newer && is_hard {
        group.remove(identifier);
    } else if targets.online && is_newer && current.is_some() {
        group.replace(identifier, marker);
    }
    if targets.offline {
        state.append(row);
    }
    Ok(json!({}).into())
}

/// Writes a record of checked values, as a `PutRecord` to all stores of the group does.
pub(super) fn put(
    state: &mut State,
    name: &str,
    record: Record,
    ttl: Option<Ttl>,
    now: Timestamp,
) -> Result<(), Fault> {
    let group = state.groups.get_mut(name).ok_or_else(|| not_found(name))?;
    let targets = Targets::all(group);
    if let Some(row) = put_into(group, record, ttl, &targets, now)? {
        state.append(row);
    }
    Ok(())
}

fn put_one(
    state: &mut State,
    call: &Call<'_>,
    fields: &Fields<'_>,
    ttl: Option<Ttl>,
    of_group: fn(Fault) -> Fault,
) -> Result<(), Fault> {
    let group = group_mut(state, call, fields).map_err(of_group)?;
    let targets = Targets::read(fields, group)?;
    let record = Record::read(fields, "Record", &group.definition)?;
    if let Some(row) = put_into(group, record, ttl, &targets, call.now)? {
        state.append(row);
    }
    Ok(())
}

/// An older record than the one that is there goes to the offline store only (page `PutRecord`).
fn put_into(
    group: &mut Group,
    record: Record,
    ttl: Option<Ttl>,
    targets: &Targets,
    now: Timestamp,
) -> Result<Option<OfflineRow>, Fault> {
    let identifier = record.identifier(&group.definition)?.to_owned();
    let event_time = record.event_time(&group.definition)?.ok_or_else(|| {
        let name = &group.definition.features[group.definition.event_time].name;
        invalid(&format!("Missing the event time feature {name}"))
    })?;
    let of_group = group.definition.online.as_ref().and_then(|online| online.ttl);
    let written = OnlineRecord {
        record,
        event_time,
        ttl: ttl.or(of_group),
        deleted: false,
    };
    let row = targets
        .offline
        .then(|| offline_row(group, &identifier, &written, now));
    let is_newer = group
        .get_any(&identifier)
        .is_none_or(|current| event_time > current.event_time);
    let is_past = written.expires_at().is_some_and(|expires| expires <= now);
    if targets.online && is_newer && !is_past {
        group.replace(&identifier, written);
    }
    Ok(row)
}

/// The stores that a write goes to.
struct Targets {
    online: bool,
    offline: bool,
}

impl Targets {
    fn all(group: &Group) -> Self {
        Self {
            online: group.definition.online.is_some(),
            offline: group.definition.offline.is_some(),
        }
    }

    fn read(fields: &Fields<'_>, group: &Group) -> Result<Self, Fault> {
        let all = Self::all(group);
        let Some(names) = fields.list("TargetStores")? else {
            return Ok(all);
        };
        let has = |store: &str| names.iter().any(|name| name == store);
        let chosen = Self {
            online: has("OnlineStore"),
            offline: has("OfflineStore"),
        };
        let distinct = usize::from(chosen.online) + usize::from(chosen.offline);
        if names.is_empty() || names.len() != distinct {
            let shown = Value::from(names).to_string();
            let constraint = "Member must be one or both of [OnlineStore, OfflineStore]";
            return Err(fields.violated("TargetStores", &shown, constraint));
        }
        if chosen.online && !all.online || chosen.offline && !all.offline {
            let name = &group.definition.name;
            return Err(invalid(&format!(
                "Feature group {name} does not have all of the TargetStores"
            )));
        }
        Ok(chosen)
    }
}

fn changes(fields: &Fields<'_>, group: &Group, identifier: &str) -> Result<Record, Fault> {
    let changes = Record::read(fields, "Features", &group.definition)?;
    if changes.0.len() > UPDATED_FEATURES {
        return Err(invalid(&format!(
            "At most {UPDATED_FEATURES} features can be updated in one call"
        )));
    }
    match changes.content(group.definition.identifier) {
        Some(Content::One(text)) if text != identifier => {
            Err(invalid("The record identifier cannot be changed"))
        }
        _ => Ok(changes),
    }
}

/// What is left of a deleted record: its identifier and the time of its deletion (page `DeleteRecord`).
fn deletion_marker(group: &Group, identifier: &str, text: &str, event_time: Timestamp) -> OnlineRecord {
    let definition = &group.definition;
    let value = |feature, text: &str| FeatureValue {
        feature,
        content: Content::One(text.to_owned()),
    };
    OnlineRecord {
        record: Record(vec![
            value(definition.identifier, identifier),
            value(definition.event_time, text),
        ]),
        event_time,
        ttl: None,
        deleted: true,
    }
}

fn offline_row(group: &Group, identifier: &str, written: &OnlineRecord, now: Timestamp) -> OfflineRow {
    OfflineRow {
        group: group.definition.name.clone(),
        identifier: identifier.to_owned(),
        event_time: written.event_time,
        record: written.record.clone(),
        is_deleted: written.deleted,
        write_time: now,
    }
}

fn group_mut<'a>(state: &'a mut State, call: &Call<'_>, fields: &Fields<'_>) -> Result<&'a mut Group, Fault> {
    let name = group_name(fields, call.region)?;
    let group = state.groups.get_mut(name).ok_or_else(|| not_found(name))?;
    usable(group, call.now)?;
    Ok(group)
}

/// `PutRecord` and `DeleteRecord` have no error of their own for a group that is not there.
fn as_validation(fault: Fault) -> Fault {
    if fault.code == "ResourceNotFound" {
        return invalid(&fault.message);
    }
    fault
}
