//! `PutRecord` and `PutRecords`.
//!
//! Must not: limit how much is written; only readers have a budget here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::shard::Data;
use super::stream::Stream;
use super::{Account, HASH_KEY_DIGITS, check_dry_run, decimal, fields, invalid};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};
use crate::resource::hash_key;

/// Records in one call (API reference, `PutRecords`).
const RECORDS: usize = 500;
/// Bytes of data and partition keys in one call (the same page).
const REQUEST_BYTES: u64 = 10 * 1024 * 1024;
/// Characters of a partition key (the same page).
const PARTITION_KEY: usize = 256;

/// A record that is fit to be stored.
struct Entry<'a> {
    partition_key: &'a str,
    hash_key: u128,
    data: Data<'a>,
    size: u64,
}

pub(super) fn put_record(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let stream = account.usable(fields)?;
    let entry = entry(fields, stream)?;
    check_dry_run(fields)?;
    let mut stored = store(stream, &entry, call);
    stored["EncryptionType"] = "NONE".into();
    Ok(stored.into())
}

pub(super) fn put_records(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let records = fields.required_list("Records")?;
    let stream = account.usable(fields)?;
    if records.is_empty() || records.len() > RECORDS {
        let bound = if records.is_empty() {
            "greater than or equal to 1"
        } else {
            "less than or equal to 500"
        };
        return Err(fields.violated("Records", "[...]", &format!("Member must have length {bound}")));
    }
    let entries = records
        .iter()
        .map(|record| entry(Fields::within(record, "ValidationException"), stream))
        .collect::<Result<Vec<_>, _>>()?;
    if entries.iter().map(|entry| entry.size).sum::<u64>() > REQUEST_BYTES {
        return Err(invalid("Records size exceeds 10 MB limit"));
    }
    check_dry_run(fields)?;
    let stored: Vec<Value> = entries.iter().map(|entry| store(stream, entry, call)).collect();
    Ok(json!({"FailedRecordCount": 0, "Records": stored, "EncryptionType": "NONE"}).into())
}

fn store(stream: &mut Stream, entry: &Entry<'_>, call: &Call<'_>) -> Value {
    match stream.put(entry.partition_key, entry.hash_key, entry.data, call.now) {
        Some((shard, sequence)) => json!({"SequenceNumber": sequence.to_string(), "ShardId": shard}),
        // The open shards of a usable stream cover every hash key.
        None => json!({"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure."}),
    }
}

fn entry<'a>(fields: Fields<'a>, stream: &Stream) -> Result<Entry<'a>, Fault> {
    let partition_key = fields.required_text("PartitionKey")?;
    let length = partition_key.chars().count();
    if !(1..=PARTITION_KEY).contains(&length) {
        let bound = if length == 0 {
            "greater than or equal to 1"
        } else {
            "less than or equal to 256"
        };
        return Err(fields.violated(
            "PartitionKey",
            partition_key,
            &format!("Member must have length {bound}"),
        ));
    }
    let encoded = fields.required_text("Data")?;
    let bytes = STANDARD
        .decode(encoded)
        .map_err(|_| Fault::new("SerializationException", "Data is not valid base64"))?
        .len() as u64;
    let size = bytes + partition_key.len() as u64;
    let limit = stream.max_record_kib.unsigned_abs() * 1024;
    if size > limit {
        let constraint = format!("Member must have length less than or equal to {limit}");
        return Err(fields.violated("Data", &format!("{bytes} bytes"), &constraint));
    }
    Ok(Entry {
        partition_key,
        hash_key: explicit_hash_key(fields)?.unwrap_or_else(|| hash_key(partition_key)),
        data: Data::Encoded(encoded, bytes),
        size,
    })
}

fn explicit_hash_key(fields: Fields<'_>) -> Result<Option<u128>, Fault> {
    let Some(text) = decimal(fields, "ExplicitHashKey", HASH_KEY_DIGITS)? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        invalid(format!(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. \
             Specified value was {text}"
        ))
    })
}
