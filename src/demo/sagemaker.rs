//! The embedded SageMaker, as far as feature groups go: create, describe, list, delete.
//!
//! Must not: touch records (that is the Feature Store runtime).

use std::cmp::Ordering;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::feature_store::definition::{Definition, VALIDATION};
use super::feature_store::group::{Fate, Group};
use super::feature_store::state::State;
use super::feature_store::{FeatureStore, arn, group_name};
use super::fields::{Fields, seconds};
use super::protocol::{Answer, Call, Fault, Service};

/// How long a group takes to be created.
const CREATION: SignedDuration = SignedDuration::from_secs(3);

/// Groups on a page, where the call does not say.
const PAGE: i64 = 10;

const STATUSES: [&str; 5] = ["Creating", "Created", "CreateFailed", "Deleting", "DeleteFailed"];
const OFFLINE_STATUSES: [&str; 3] = ["Active", "Blocked", "Disabled"];
const SORT_KEYS: [&str; 4] = ["Name", "FeatureGroupStatus", "OfflineStoreStatus", "CreationTime"];

/// The control plane of the embedded feature groups.
#[derive(Debug)]
pub struct SageMaker {
    groups: Arc<FeatureStore>,
}

type Operation = fn(&mut State, &Call<'_>) -> Answer;

const OPERATIONS: [(&str, Operation); 4] = [
    ("CreateFeatureGroup", create_feature_group),
    ("DescribeFeatureGroup", describe_feature_group),
    ("ListFeatureGroups", list_feature_groups),
    ("DeleteFeatureGroup", delete_feature_group),
];

impl SageMaker {
    /// The control plane of these groups.
    pub fn new(groups: Arc<FeatureStore>) -> Self {
        Self { groups }
    }
}

impl Service for SageMaker {
    fn call(&self, call: &Call<'_>) -> Answer {
        let known = OPERATIONS.iter().find(|(name, _)| *name == call.operation);
        let (_, operation) = known.ok_or_else(|| Fault::unknown_operation(call.operation))?;
        let mut state = self.groups.state();
        state.advance(call.now);
        operation(&mut state, call)
    }
}

fn create_feature_group(state: &mut State, call: &Call<'_>) -> Answer {
    let definition = Definition::read(call)?;
    let name = definition.name.clone();
    if state.groups.contains_key(&name) {
        let message = format!("Resource Already Exists: FeatureGroup with name {name} already exists");
        return Err(Fault::new("ResourceInUse", message));
    }
    let ready = call.now.checked_add(CREATION).unwrap_or(call.now);
    let group = Group::new(definition, call.now, Fate::ReadyAt(ready));
    state.groups.insert(name.clone(), group);
    Ok(json!({"FeatureGroupArn": arn(call.region, &name)}).into())
}

fn describe_feature_group(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    fields.text("NextToken")?;
    let name = named(&fields, call)?;
    let group = state.groups.get(name).ok_or_else(|| not_found(name))?;
    Ok(describe(group, call).into())
}

fn delete_feature_group(state: &mut State, call: &Call<'_>) -> Answer {
    let name = named(&Fields::of(call, VALIDATION), call)?;
    let group = state.groups.get_mut(name).ok_or_else(|| not_found(name))?;
    group.delete(call.now);
    Ok(json!({}).into())
}

fn list_feature_groups(state: &mut State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let filter = Filter::read(&fields)?;
    let limit = fields.integer("MaxResults", 1..=100)?.unwrap_or(PAGE);
    let limit = usize::try_from(limit).unwrap_or_default();
    let sort_key = fields.choice("SortBy", &SORT_KEYS)?.unwrap_or("CreationTime");
    let order = fields.choice("SortOrder", &["Ascending", "Descending"])?;
    let mut groups: Vec<&Group> = state
        .groups
        .values()
        .filter(|group| filter.passes(group, call.now))
        .collect();
    groups.sort_by(|a, b| compare(a, b, sort_key, call.now));
    if order != Some("Ascending") {
        groups.reverse();
    }
    let start = match fields.text("NextToken")? {
        None | Some("") => 0,
        Some(token) => start(token, &groups)?,
    };
    let page: Vec<&Group> = groups.iter().skip(start).take(limit).copied().collect();
    let mut answer = json!({
        "FeatureGroupSummaries": page.iter().map(|group| summary(group, call)).collect::<Vec<_>>(),
    });
    if let Some(last) = page.last().filter(|_| groups.len() > start + page.len()) {
        answer["NextToken"] = json!(BASE64.encode(&last.definition.name));
    }
    Ok(answer.into())
}

struct Filter<'a> {
    name_contains: Option<&'a str>,
    status: Option<&'a str>,
    offline_status: Option<&'a str>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl<'a> Filter<'a> {
    fn read(fields: &Fields<'a>) -> Result<Self, Fault> {
        let name_contains = fields.text("NameContains")?;
        if let Some(text) = name_contains.filter(|text| !(1..=64).contains(&text.chars().count())) {
            let constraint = "Member must have length between 1 and 64";
            return Err(fields.violated("NameContains", text, constraint));
        }
        Ok(Self {
            name_contains,
            status: fields.choice("FeatureGroupStatusEquals", &STATUSES)?,
            offline_status: fields.choice("OfflineStoreStatusEquals", &OFFLINE_STATUSES)?,
            after: fields.time("CreationTimeAfter")?,
            before: fields.time("CreationTimeBefore")?,
        })
    }

    fn passes(&self, group: &Group, now: Timestamp) -> bool {
        let name = &group.definition.name;
        self.name_contains.is_none_or(|text| name.contains(text))
            && self.status.is_none_or(|status| group.status(now) == status)
            && (self.offline_status.is_none() || group.offline_status() == self.offline_status)
            && self.after.is_none_or(|time| group.created > time)
            && self.before.is_none_or(|time| group.created < time)
    }
}

fn compare(a: &Group, b: &Group, key: &str, now: Timestamp) -> Ordering {
    let by_key = match key {
        "Name" => Ordering::Equal,
        "FeatureGroupStatus" => a.status(now).cmp(b.status(now)),
        "OfflineStoreStatus" => a.offline_status().cmp(&b.offline_status()),
        _ => a.created.cmp(&b.created),
    };
    by_key.then_with(|| a.definition.name.cmp(&b.definition.name))
}

/// Where the page after a token begins. The token holds the last name of the page before.
fn start(token: &str, groups: &[&Group]) -> Result<usize, Fault> {
    let last = BASE64.decode(token).unwrap_or_default();
    let found = groups
        .iter()
        .position(|group| group.definition.name.as_bytes() == last);
    found
        .map(|index| index + 1)
        .ok_or_else(|| Fault::new(VALIDATION, "NextToken is not valid"))
}

fn summary(group: &Group, call: &Call<'_>) -> Value {
    let name = &group.definition.name;
    let mut summary = json!({
        "FeatureGroupName": name,
        "FeatureGroupArn": arn(call.region, name),
        "CreationTime": seconds(group.created),
        "FeatureGroupStatus": group.status(call.now),
    });
    if let Some(status) = group.offline_status() {
        summary["OfflineStoreStatus"] = json!({"Status": status});
    }
    summary
}

fn describe(group: &Group, call: &Call<'_>) -> Value {
    let definition = &group.definition;
    let feature = |place: usize| &definition.features[place].name;
    let mut described = summary(group, call);
    described["RecordIdentifierFeatureName"] = json!(feature(definition.identifier));
    described["EventTimeFeatureName"] = json!(feature(definition.event_time));
    described["FeatureDefinitions"] = definition.describe_features();
    described["LastModifiedTime"] = seconds(group.created);
    described["ThroughputConfig"] = definition.throughput.clone();
    if let Some(online) = &definition.online {
        described["OnlineStoreConfig"] = online.describe();
        if online.storage == "InMemory" {
            described["OnlineStoreTotalSizeBytes"] = json!(group.size());
        }
    }
    if let Some(offline) = &definition.offline {
        described["OfflineStoreConfig"] = describe_offline(group, offline, call.region);
    }
    if let Fate::Failed(reason) = &group.fate {
        described["FailureReason"] = json!(reason);
    }
    let texts = [
        ("RoleArn", &definition.role),
        ("Description", &definition.description),
    ];
    for (member, text) in texts {
        if let Some(text) = text {
            described[member] = json!(text);
        }
    }
    described
}

/// The configuration as given, with what the service fills in.
fn describe_offline(group: &Group, offline: &Value, region: &str) -> Value {
    let name = &group.definition.name;
    let created = group.created.as_second();
    let mut described = offline.clone();
    let storage = &mut described["S3StorageConfig"];
    if let Some(uri) = storage["S3Uri"].as_str() {
        let account = super::protocol::ACCOUNT;
        let resolved = format!("{uri}/{account}/sagemaker/{region}/offline-store/{name}-{created}/data");
        storage["ResolvedOutputS3Uri"] = json!(resolved);
    }
    if described.get("DataCatalogConfig").is_none() {
        described["DataCatalogConfig"] = json!({
            "TableName": format!("{}_{created}", name.replace('-', "_")),
            "Catalog": "AwsDataCatalog",
            "Database": "sagemaker_featurestore",
        });
    }
    described
}

fn named<'a>(fields: &Fields<'a>, call: &Call<'_>) -> Result<&'a str, Fault> {
    group_name(fields, call.region).map_err(|fault| Fault { status: 400, ..fault })
}

fn not_found(name: &str) -> Fault {
    let message = format!(
        "Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {name}. Verify the FeatureGroup name."
    );
    Fault::new("ResourceNotFound", message)
}
