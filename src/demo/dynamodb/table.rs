//! A table: its declaration, its items, and how both are described.
//!
//! Must not: know streams beyond the name of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::change_log::{ViewType, hash, mix};
use super::schema::{KeySchema, KeyText};
use super::value::{Item, VALIDATION, invalid, item_size, parameters, parts};
use crate::demo::fields::{Fields, seconds};
use crate::demo::protocol::{ACCOUNT, Fault};

/// A table.
#[derive(Debug)]
pub(in crate::demo) struct Table {
    pub(in crate::demo) name: String,
    pub(in crate::demo) schema: KeySchema,
    pub(in crate::demo) created: Timestamp,
    /// The attribute that says when an item expires, in seconds since 1970.
    pub(in crate::demo) ttl_attribute: Option<String>,
    pub(in crate::demo) stream: Option<TableStream>,
    /// `ReadCapacityUnits` and `WriteCapacityUnits`, unless paid per request.
    provisioned: Option<(i64, i64)>,
    pub(super) protected: bool,
    items: BTreeMap<KeyText, Arc<Item>>,
    bytes: usize,
}

/// What a table knows of its stream.
#[derive(Clone, Debug)]
pub(in crate::demo) struct TableStream {
    pub(in crate::demo) label: String,
    pub(in crate::demo) view: ViewType,
    /// Whether it still takes changes.
    pub(in crate::demo) enabled: bool,
}

impl Table {
    /// Reads a `CreateTable`.
    pub(in crate::demo) fn declared(fields: &Fields<'_>, now: Timestamp) -> Result<Self, Fault> {
        let name = name_of(fields, "TableName")?;
        let schema = KeySchema::declared(fields)?;
        let provisioned = provisioned(fields)?;
        for member in ["LocalSecondaryIndexes", "GlobalSecondaryIndexes", "VectorIndexes"] {
            refuse(fields, member)?;
        }
        Ok(Self {
            name: name.to_owned(),
            schema,
            created: now,
            ttl_attribute: None,
            stream: stream(fields, now)?,
            provisioned,
            protected: fields.boolean("DeletionProtectionEnabled")?.unwrap_or(false),
            items: BTreeMap::new(),
            bytes: 0,
        })
    }

    /// The item of a checked key.
    pub(in crate::demo) fn get(&self, key: &Item) -> Option<&Arc<Item>> {
        self.items.get(&self.schema.text(key))
    }

    /// Puts or takes away the item of a checked key, and gives back the one before.
    pub(in crate::demo) fn replace(&mut self, key: &Item, new: Option<Arc<Item>>) -> Option<Arc<Item>> {
        let place = self.schema.text(key);
        self.bytes += new.as_ref().map_or(0, |item| item_size(item));
        let old = match new {
            Some(item) => self.items.insert(place, item),
            None => self.items.remove(&place),
        };
        self.bytes -= old.as_ref().map_or(0, |item| item_size(item));
        old
    }

    /// The keys of the items that have expired.
    pub(in crate::demo) fn expired(&self, now: Timestamp) -> Vec<Item> {
        let Some(attribute) = &self.ttl_attribute else {
            return Vec::new();
        };
        let is_due = |item: &&Arc<Item>| {
            let value = item.get(attribute).map(parts);
            let Some(("N", Value::String(number))) = value else {
                return false;
            };
            number
                .parse::<i64>()
                .is_ok_and(|expires| expires > 0 && expires < now.as_second())
        };
        let due = self.items.values().filter(is_due);
        due.filter_map(|item| self.schema.of_item(item).ok()).collect()
    }

    /// Whether `DeleteTable` is refused.
    pub(in crate::demo) fn check_deletable(&self) -> Result<(), Fault> {
        if self.protected {
            let message = "Resource cannot be deleted as it is currently protected against deletion. \
                           Disable deletion protection first.";
            return Err(invalid(message));
        }
        Ok(())
    }

    /// `TableDescription`, with the status that the call at hand should see.
    pub(in crate::demo) fn describe(&self, region: &str, status: &str) -> Value {
        let arn = arn(region, &self.name);
        let (reads, writes) = self.provisioned.unwrap_or((0, 0));
        let mut described = json!({
            "TableName": self.name,
            "TableArn": arn,
            "TableId": self.id(),
            "TableStatus": status,
            "CreationDateTime": seconds(self.created),
            "AttributeDefinitions": self.schema.definitions(),
            "KeySchema": self.schema.elements(),
            "ItemCount": self.items.len(),
            "TableSizeBytes": self.bytes,
            "DeletionProtectionEnabled": self.protected,
            "ProvisionedThroughput": {
                "NumberOfDecreasesToday": 0,
                "ReadCapacityUnits": reads,
                "WriteCapacityUnits": writes,
            },
        });
        if self.provisioned.is_none() {
            described["BillingModeSummary"] = json!({
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": seconds(self.created),
            });
        }
        if let Some(stream) = &self.stream {
            if stream.enabled {
                let view = stream.view.name();
                described["StreamSpecification"] = json!({"StreamEnabled": true, "StreamViewType": view});
            }
            described["LatestStreamLabel"] = json!(stream.label);
            described["LatestStreamArn"] = json!(format!("{arn}/stream/{}", stream.label));
        }
        described
    }

    fn id(&self) -> String {
        let high = hash(&self.name);
        let low = mix(u128::from(high));
        let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
        format!(
            "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}",
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

/// The ARN of a table.
pub(in crate::demo) fn arn(region: &str, table: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}")
}

/// A table's name, given as such or as an ARN.
pub(in crate::demo) fn name_of<'a>(fields: &Fields<'a>, member: &str) -> Result<&'a str, Fault> {
    let given = fields.required_text(member)?;
    let name = given.split_once(":table/").map_or(given, |(_, name)| name);
    let is_known = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !name.chars().all(is_known) || name.is_empty() {
        let constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
        return Err(fields.violated(member, given, constraint));
    }
    if !(3..=255).contains(&name.len()) {
        return Err(invalid(&format!(
            "{member} must be at least 3 characters long and at most 255 characters long"
        )));
    }
    Ok(name)
}

/// Refuses a member that the service has and the embedded tables have not, rather than to pass over it.
pub(in crate::demo) fn refuse(fields: &Fields<'_>, member: &str) -> Result<(), Fault> {
    match fields.value(member) {
        None => Ok(()),
        Some(_) => Err(invalid(&format!("{member} is not supported by this endpoint"))),
    }
}

fn provisioned(fields: &Fields<'_>) -> Result<Option<(i64, i64)>, Fault> {
    let mode = fields.choice("BillingMode", &["PROVISIONED", "PAY_PER_REQUEST"])?;
    let per_request = mode == Some("PAY_PER_REQUEST");
    match fields.structure("ProvisionedThroughput")? {
        None if per_request => Ok(None),
        None => Err(parameters(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
        Some(_) if per_request => Err(parameters(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        Some(units) => Ok(Some((
            units.required_integer("ReadCapacityUnits", 1..=i64::MAX)?,
            units.required_integer("WriteCapacityUnits", 1..=i64::MAX)?,
        ))),
    }
}

fn stream(fields: &Fields<'_>, now: Timestamp) -> Result<Option<TableStream>, Fault> {
    let Some(specification) = fields.structure("StreamSpecification")? else {
        return Ok(None);
    };
    Ok(stream_view(&specification)?.map(|view| TableStream {
        label: label(now),
        view,
        enabled: true,
    }))
}

/// The view of the stream that a `StreamSpecification` asks for, or that there be none.
pub(super) fn stream_view(specification: &Fields<'_>) -> Result<Option<ViewType>, Fault> {
    let enabled = specification.boolean("StreamEnabled")?;
    let enabled = enabled.ok_or_else(|| specification.missing("StreamEnabled"))?;
    let view = specification.choice("StreamViewType", &ViewType::NAMES)?;
    match (enabled, view.and_then(ViewType::named)) {
        (false, Some(_)) => Err(Fault::new(
            VALIDATION,
            "One or more parameter values were invalid: StreamViewType cannot be specified when StreamEnabled is false",
        )),
        (true, None) => Err(parameters(
            "StreamViewType is required when StreamEnabled is true",
        )),
        (_, view) => Ok(view),
    }
}

/// A stream's label: when it was asked for, to the millisecond.
pub(super) fn label(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S.%3f").to_string()
}
