//! The operations that read: `GetRecord`, `BatchGetRecord`, `ListRecords`.
//!
//! Must not: change a record.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::group::{Group, OnlineRecord};
use super::record::{VALIDATION, invalid};
use super::state::State;
use super::{group_name, not_found, usable};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// Records in one `BatchGetRecord` (page `BatchGetRecord`).
const BATCH: usize = 100;

/// How much one `BatchGetRecord` answers; what comes after it is left unprocessed.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Identifiers on a page (page `ListRecords`).
const PAGE: i64 = 100;

pub(super) fn get_record(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let group = online(state, call, &fields)?;
    let identifier = fields.required_text("RecordIdentifierValueAsString")?;
    let features = wanted(&fields, group)?;
    let shows_expiry = shows_expiry(&fields)?;
    let Some(found) = group.get(identifier) else {
        return Ok(json!({}).into());
    };
    let record = found.record.to_json(&group.definition, features.as_deref());
    let mut answer = json!({});
    if !record.is_empty() {
        answer["Record"] = json!(record);
    }
    show_expiry(&mut answer, found, shows_expiry);
    Ok(answer.into())
}

pub(super) fn batch_get_record(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let shows_expiry = shows_expiry(&fields)?;
    let identifiers = fields.required_list("Identifiers")?;
    check_length(&fields, "Identifiers", identifiers.len())?;
    let mut total = 0;
    for entry in identifiers {
        let entry = Fields::within(entry, VALIDATION);
        let asked = entry.required_list("RecordIdentifiersValueAsString")?.len();
        check_length(&entry, "RecordIdentifiersValueAsString", asked)?;
        total += asked;
    }
    if total > BATCH {
        return Err(invalid(&format!(
            "A batch can have at most {BATCH} records, but {total} were asked for"
        )));
    }
    let mut batch = Batch {
        shows_expiry,
        ..Batch::default()
    };
    for entry in identifiers {
        batch.read(state, call, entry)?;
    }
    Ok(json!({
        "Records": batch.records,
        "Errors": batch.errors,
        "UnprocessedIdentifiers": batch.unprocessed,
    })
    .into())
}

pub(super) fn list_records(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let group = online(state, call, &fields)?;
    let limit = fields.integer("MaxResults", 1..=PAGE)?.unwrap_or(PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    let with_deleted = fields.boolean("IncludeSoftDeletedRecords")?.unwrap_or(false);
    let after = fields
        .text("NextToken")?
        .map(after)
        .transpose()?
        .unwrap_or_default();
    let mut rest = group.identifiers(&after, with_deleted);
    let page: Vec<&String> = rest.by_ref().take(limit).collect();
    let mut answer = json!({"RecordIdentifiers": page});
    if let (Some(last), Some(_)) = (page.last(), rest.next()) {
        answer["NextToken"] = json!(BASE64.encode(last));
    }
    Ok(answer.into())
}

#[derive(Default)]
struct Batch {
    shows_expiry: bool,
    bytes: usize,
    records: Vec<Value>,
    errors: Vec<Value>,
    unprocessed: Vec<Value>,
}

impl Batch {
    fn read(&mut self, state: &State, call: &Call<'_>, entry: &Value) -> Result<(), Fault> {
        let fields = Fields::within(entry, VALIDATION);
        let name = fields.required_text("FeatureGroupName")?;
        let identifiers = fields.required_list("RecordIdentifiersValueAsString")?;
        let group = match online(state, call, &fields) {
            Ok(group) => group,
            Err(fault) => {
                self.errors.extend(
                    identifiers
                        .iter()
                        .map(|identifier| error(name, identifier, &fault)),
                );
                return Ok(());
            }
        };
        let features = wanted(&fields, group)?;
        let mut left = Vec::new();
        for identifier in identifiers {
            let found = identifier.as_str().and_then(|identifier| group.get(identifier));
            let size = found.map_or(0, |found| found.record.size());
            if self.bytes + size > BATCH_BYTES {
                left.push(identifier);
            } else if let Some(found) = found {
                self.bytes += size;
                let record = found.record.to_json(&group.definition, features.as_deref());
                self.records.push(self.entry(name, identifier, &record, found));
            }
        }
        if !left.is_empty() {
            let mut unprocessed = entry.clone();
            unprocessed["RecordIdentifiersValueAsString"] = json!(left);
            self.unprocessed.push(unprocessed);
        }
        Ok(())
    }

    fn entry(&self, group: &str, identifier: &Value, record: &[Value], found: &OnlineRecord) -> Value {
        let mut entry = json!({
            "FeatureGroupName": group,
            "RecordIdentifierValueAsString": identifier,
            "Record": record,
        });
        show_expiry(&mut entry, found, self.shows_expiry);
        entry
    }
}

fn error(group: &str, identifier: &Value, fault: &Fault) -> Value {
    json!({
        "FeatureGroupName": group,
        "RecordIdentifierValueAsString": identifier,
        "ErrorCode": fault.code,
        "ErrorMessage": fault.message,
    })
}

/// The group of a call, which must have an online store.
fn online<'a>(state: &'a State, call: &Call<'_>, fields: &Fields<'_>) -> Result<&'a Group, Fault> {
    let name = group_name(fields, call.region)?;
    let group = state.groups.get(name).ok_or_else(|| not_found(name))?;
    usable(group, call.now)?;
    if group.definition.online.is_none() {
        return Err(invalid(&format!("Feature group {name} has no OnlineStore")));
    }
    Ok(group)
}

fn wanted(fields: &Fields<'_>, group: &Group) -> Result<Option<Vec<usize>>, Fault> {
    let Some(names) = fields.list("FeatureNames")? else {
        return Ok(None);
    };
    if names.is_empty() {
        let constraint = "Member must have length greater than or equal to 1";
        return Err(fields.violated("FeatureNames", "[]", constraint));
    }
    let places = names.iter().map(|name| {
        let place = name.as_str().and_then(|name| group.definition.place(name));
        let group = &group.definition.name;
        place.ok_or_else(|| invalid(&format!("FeatureName {name} is not in feature group {group}")))
    });
    places.collect::<Result<_, _>>().map(Some)
}

fn shows_expiry(fields: &Fields<'_>) -> Result<bool, Fault> {
    let choice = fields.choice("ExpirationTimeResponse", &["Enabled", "Disabled"])?;
    Ok(choice == Some("Enabled"))
}

fn show_expiry(answer: &mut Value, found: &OnlineRecord, shows_expiry: bool) {
    if let Some(expires) = found.expires_at().filter(|_| shows_expiry) {
        answer["ExpiresAt"] = json!(iso(expires));
    }
}

fn iso(time: Timestamp) -> String {
    let format = if time.subsec_millisecond() == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S.%3fZ"
    };
    time.strftime(format).to_string()
}

fn check_length(fields: &Fields<'_>, member: &str, length: usize) -> Result<(), Fault> {
    if (1..=BATCH).contains(&length) {
        return Ok(());
    }
    let constraint = format!("Member must have length between 1 and {BATCH}");
    Err(fields.violated(member, &length.to_string(), &constraint))
}

/// The identifier after which a page begins.
fn after(token: &str) -> Result<String, Fault> {
    let bytes = BASE64.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| invalid("NextToken is not valid"))
}
