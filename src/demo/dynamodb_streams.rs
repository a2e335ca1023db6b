//! The embedded DynamoDB Streams: lists the streams of the tables, describes their shards, and hands out their records.
//!
//! Must not: change a table.

mod iterator;
mod record;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::dynamodb::DynamoDb;
use super::dynamodb::change_log::{ChangeLog, Shard};
use super::dynamodb::state::State;
use super::dynamodb::table;
use super::dynamodb::value::VALIDATION;
use super::fields::{Fields, seconds};
use super::protocol::{Answer, Call, Fault, Service};

/// Streams and shards on a page, where the call does not say (pages `ListStreams` and `DescribeStream`).
const PAGE: i64 = 100;

/// Open shards that are still doubled by chance.
const FEW_SHARDS: usize = 4;

/// The streams of the embedded tables.
#[derive(Debug)]
pub struct DynamoDbStreams {
    tables: Arc<DynamoDb>,
}

type Operation = fn(&State, &Call<'_>) -> Answer;

const OPERATIONS: [(&str, Operation); 4] = [
    ("ListStreams", list_streams),
    ("DescribeStream", describe_stream),
    ("GetShardIterator", iterator::get_shard_iterator),
    ("GetRecords", record::get_records),
];

impl DynamoDbStreams {
    /// The streams of these tables.
    pub fn new(tables: Arc<DynamoDb>) -> Self {
        Self { tables }
    }

    /// Rolls over the shards of the stream that an iterator reads. Where the dice say so and they are few, each gets two
    /// children: shards of tables are never merged.
    pub(super) fn reshard(&self, iterator: &str, dice: u64, now: Timestamp) {
        let stream = iterator.split_once("/stream/");
        let Some((_, table)) = stream.and_then(|(table, _)| table.split_once(":table/")) else {
            return;
        };
        let mut state = self.tables.state();
        state.advance(now);
        let few = state.open_shards(table) <= FEW_SHARDS;
        state.rotate(table, if few && dice.is_multiple_of(4) { 2 } else { 1 }, now);
    }
}

impl Service for DynamoDbStreams {
    fn call(&self, call: &Call<'_>) -> Answer {
        let known = OPERATIONS.iter().find(|(name, _)| *name == call.operation);
        let (_, operation) = known.ok_or_else(|| Fault::unknown_operation(call.operation))?;
        let mut state = self.tables.state();
        state.advance(call.now);
        operation(&state, call)
    }
}

fn list_streams(state: &State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let limit = limit(&fields)?;
    let wanted = fields.text("TableName")?;
    let start = fields
        .text("ExclusiveStartStreamArn")?
        .map(|arn| parsed(arn, call.region))
        .transpose()?;
    let is_after = |table: &str, label: &str| start.is_none_or(|start| (table, label) > start);
    let mut rest = state
        .logs
        .keys()
        .filter(|(table, label)| wanted.is_none_or(|name| name == table) && is_after(table, label));
    let page: Vec<Value> = rest
        .by_ref()
        .take(limit)
        .map(|(table, label)| {
            json!({"StreamArn": arn(call.region, table, label), "TableName": table, "StreamLabel": label})
        })
        .collect();
    let last = page
        .last()
        .filter(|_| rest.next().is_some())
        .map(|stream| stream["StreamArn"].clone());
    let mut answer = json!({"Streams": page});
    if let Some(arn) = last {
        answer["LastEvaluatedStreamArn"] = arn;
    }
    Ok(answer.into())
}

fn describe_stream(state: &State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let (table, label) = parsed(fields.required_text("StreamArn")?, call.region)?;
    let log = log(state, table, label)?;
    let limit = limit(&fields)?;
    let start = fields.text("ExclusiveStartShardId")?.unwrap_or_default();
    let parent = parent_filter(&fields)?;
    let is_wanted = |shard: &Shard| parent.is_none() || shard.parent.as_deref() == parent;
    let mut rest = log
        .shards
        .iter()
        .filter(|(id, shard)| id.as_str() > start && is_wanted(shard));
    let page: Vec<(&String, &Shard)> = rest.by_ref().take(limit).collect();
    let mut described = json!({
        "StreamArn": arn(call.region, table, label),
        "StreamLabel": label,
        "StreamStatus": if log.disabled.is_some() { "DISABLED" } else { "ENABLED" },
        "StreamViewType": log.view.name(),
        "CreationRequestDateTime": seconds(log.created),
        "TableName": table,
        "KeySchema": log.key_schema,
        "Shards": page.iter().map(|(id, shard)| shard_json(id, shard)).collect::<Vec<_>>(),
    });
    if rest.next().is_some() {
        described["LastEvaluatedShardId"] = json!(page.last().map(|(id, _)| id));
    }
    Ok(json!({"StreamDescription": described}).into())
}

fn parent_filter<'a>(fields: &Fields<'a>) -> Result<Option<&'a str>, Fault> {
    let Some(filter) = fields.structure("ShardFilter")? else {
        return Ok(None);
    };
    if filter.choice("Type", &["CHILD_SHARDS"])?.is_none() {
        return Err(filter.missing("Type"));
    }
    filter.required_text("ShardId").map(Some)
}

fn shard_json(id: &str, shard: &Shard) -> Value {
    let mut range = json!({"StartingSequenceNumber": shard.starting.to_string()});
    if let Some(ending) = shard.ending {
        range["EndingSequenceNumber"] = json!(ending.to_string());
    }
    let mut described = json!({"ShardId": id, "SequenceNumberRange": range});
    if let Some(parent) = &shard.parent {
        described["ParentShardId"] = json!(parent);
    }
    described
}

fn limit(fields: &Fields<'_>) -> Result<usize, Fault> {
    let limit = fields.integer("Limit", 1..=PAGE)?.unwrap_or(PAGE);
    Ok(usize::try_from(limit).unwrap_or_default())
}

fn log<'a>(state: &'a State, table: &str, label: &str) -> Result<&'a ChangeLog, Fault> {
    let key = (table.to_owned(), label.to_owned());
    state
        .logs
        .get(&key)
        .ok_or_else(|| not_found(&format!("Stream: {label} of table {table} not found")))
}

fn arn(region: &str, table: &str, label: &str) -> String {
    format!("{}/stream/{label}", table::arn(region, table))
}

/// The table and the label of a stream's ARN.
fn parsed<'a>(arn: &'a str, region: &str) -> Result<(&'a str, &'a str), Fault> {
    let prefix = table::arn(region, "");
    let invalid = || Fault::new(VALIDATION, "Invalid StreamArn");
    if !arn.starts_with("arn:aws:dynamodb:") {
        return Err(invalid());
    }
    let Some(rest) = arn.strip_prefix(&prefix) else {
        return Err(not_found(&format!("Stream: {arn} not found")));
    };
    rest.split_once("/stream/").ok_or_else(invalid)
}

fn not_found(detail: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Requested resource not found: {detail}"),
    )
}

#[cfg(test)]
mod tests;
