//! The embedded SageMaker Feature Store: feature groups, their online stores, and an offline store that tests can look at.
//!
//! This is the runtime, which reads and writes records. The groups themselves are made, listed and described by
//! [`SageMaker`](super::sagemaker::SageMaker).

pub(super) mod definition;
pub(super) mod event_time;
pub(super) mod group;
mod read;
pub(super) mod record;
pub(super) mod state;
#[cfg(test)]
mod tests;
mod write;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use super::fields::Fields;
use super::protocol::{ACCOUNT, Answer, Call, Fault, Service};
use event_time::Ttl;
use group::{Fate, Group};
use record::{Content, Record, invalid};
use state::State;

/// The feature groups of the account, the same in every region.
#[derive(Debug)]
pub struct FeatureStore {
    state: Mutex<State>,
}

/// A row of the offline store, as a test looks at it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfflineRecord {
    /// The record's features and their values, as `PutRecord` takes them.
    pub record: Vec<Value>,
    /// Whether this marks a deletion.
    pub is_deleted: bool,
    /// When the row was written.
    pub write_time: Timestamp,
}

type Operation = fn(&mut State, &Call<'_>) -> Answer;

const OPERATIONS: [(&str, Operation); 7] = [
    ("GetRecord", read::get_record),
    ("BatchGetRecord", read::batch_get_record),
    ("ListRecords", read::list_records),
    ("PutRecord", write::put_record),
    ("BatchWriteRecord", write::batch_write_record),
    ("UpdateRecord", write::update_record),
    ("DeleteRecord", write::delete_record),
];

impl FeatureStore {
    /// An account without feature groups.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::new()),
        }
    }

    /// Takes away expired records and deleted groups.
    pub fn tick(&self, now: Timestamp) {
        self.state().advance(now);
    }

    /// What the offline store holds of a group, oldest first.
    pub fn offline(&self, group: &str) -> Vec<OfflineRecord> {
        let state = self.state();
        let Some(definition) = state.groups.get(group).map(|group| &group.definition) else {
            return Vec::new();
        };
        let rows = state.offline.iter().filter(|row| row.group == group);
        rows.map(|row| OfflineRecord {
            record: row.record.to_json(definition, None),
            is_deleted: row.is_deleted,
            write_time: row.write_time,
        })
        .collect()
    }

    /// Puts a record as `PutRecord` does, without a request to read.
    pub(super) fn put(
        &self,
        group: &str,
        values: Vec<(&str, Content)>,
        ttl: Option<Ttl>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let mut state = self.state();
        let known = state.groups.get(group).ok_or_else(|| not_found(group))?;
        let record = Record::checked(&known.definition, values)?;
        write::put(&mut state, group, record, ttl, now)
    }

    /// Decides how the creation of a group ends, where it should not end as usual.
    pub(super) fn destine(&self, group: &str, fate: Fate) {
        self.state().destine(group, fate);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FeatureStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Service for FeatureStore {
    fn call(&self, call: &Call<'_>) -> Answer {
        let known = OPERATIONS.iter().find(|(name, _)| *name == call.operation);
        let (_, operation) = known.ok_or_else(|| Fault::unknown_operation(call.operation))?;
        let mut state = self.state();
        state.advance(call.now);
        operation(&mut state, call)
    }
}

/// The ARN of a feature group.
pub(super) fn arn(region: &str, group: &str) -> String {
    format!("arn:aws:sagemaker:{region}:{ACCOUNT}:feature-group/{group}")
}

/// A group's name, given as such or as an ARN.
pub(super) fn group_name<'a>(fields: &Fields<'a>, region: &str) -> Result<&'a str, Fault> {
    let member = "FeatureGroupName";
    let given = fields.required_text(member)?;
    let prefix = arn(region, "");
    let name = given.strip_prefix(&prefix).unwrap_or(given);
    if definition::is_name(name) {
        return Ok(name);
    }
    if given.starts_with("arn:aws") && given.contains(":feature-group/") {
        return Err(not_found(given));
    }
    let constraint = "Member must satisfy regular expression pattern: \
                      (arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:feature-group/)?([a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63})";
    Err(fields.violated(member, given, constraint))
}

fn not_found(group: &str) -> Fault {
    Fault::new(
        "ResourceNotFound",
        format!("Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {group}"),
    )
    .with_status(404)
}

/// Refuses a group that does not take records.
fn usable(group: &Group, now: Timestamp) -> Result<(), Fault> {
    match group.status(now) {
        "Created" => Ok(()),
        status => Err(invalid(&format!(
            "Feature group {} is in status {status}, it must be Created",
            group.definition.name
        ))),
    }
}
