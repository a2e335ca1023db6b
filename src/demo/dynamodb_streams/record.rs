//! Reading a shard: the records from an iterator on, and the iterator for what follows.

use std::sync::Arc;

use serde_json::{Value, json};

use super::iterator::{ShardIterator, trimmed};
use super::{State, log};
use crate::demo::dynamodb::change_log::{ChangeRecord, ViewType, mix};
use crate::demo::dynamodb::value::{Item, VALIDATION};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call};

/// Limits of one call (page `GetRecords` of DynamoDB Streams).
const RECORDS: i64 = 1000;
const BYTES: usize = 1024 * 1024;

pub(super) fn get_records(state: &State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let mut iterator = ShardIterator::from_text(fields.required_text("ShardIterator")?, call.region)?;
    let limit = fields.integer("Limit", 1..=RECORDS)?.unwrap_or(RECORDS);
    iterator.check_age(call.now)?;
    let log = log(state, iterator.table, iterator.label)?;
    let shard = log.shards.get(&iterator.shard).ok_or_else(trimmed)?;
    if shard.is_trimmed(iterator.place) {
        return Err(trimmed());
    }
    let mut bytes = 0;
    let mut records = Vec::new();
    let mut rest = shard.from(iterator.place).peekable();
    while let Some(record) = rest.peek() {
        bytes += record.size;
        let is_full = records.len() >= usize::try_from(limit).unwrap_or_default() || bytes > BYTES;
        if is_full && !records.is_empty() {
            break;
        }
        iterator.place = record.sequence + 1;
        records.push(record_json(record, log.view, call.region));
        rest.next();
    }
    let is_finished = rest.peek().is_none() && shard.ending.is_some();
    let mut answer = json!({"Records": records});
    if !is_finished {
        iterator.issued = call.now;
        answer["NextShardIterator"] = json!(iterator.to_text(call.region));
    }
    Ok(answer.into())
}

fn record_json(record: &ChangeRecord, view: ViewType, region: &str) -> Value {
    let change = &record.change;
    let mut body = json!({
        // Rounded down to the second (page "StreamRecord").
        "ApproximateCreationDateTime": record.at.as_second(),
        "Keys": change.key,
        "SequenceNumber": record.sequence.to_string(),
        "SizeBytes": record.size,
        "StreamViewType": view.name(),
    });
    let mut put_image = |name: &str, image: &Option<Arc<Item>>| {
        if let Some(image) = image {
            body[name] = Value::Object(Item::clone(image));
        }
    };
    put_image("NewImage", &change.new);
    put_image("OldImage", &change.old);
    let mut outer = json!({
        "eventID": format!("{:016x}{:016x}", mix(record.sequence), mix(record.sequence + 1)),
        "eventName": record.event,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": body,
    });
    if change.by_ttl {
        // Page "DynamoDB Streams and Time to Live".
        outer["userIdentity"] = json!({"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"});
    }
    outer
}
