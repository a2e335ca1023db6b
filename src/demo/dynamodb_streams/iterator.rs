//! Shard iterators: where a reader stands, and since when.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{State, arn, log, not_found, parsed};
use crate::demo::dynamodb::change_log::{ChangeLog, RETENTION, Shard};
use crate::demo::dynamodb::value::VALIDATION;
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// How long an iterator is good for (page `GetShardIterator`).
const LIFE: SignedDuration = SignedDuration::from_mins(15);

const TYPES: [&str; 5] = [
    "TRIM_HORIZON",
    "LATEST",
    "AT_SEQUENCE_NUMBER",
    "AFTER_SEQUENCE_NUMBER",
    "AT_TIMESTAMP",
];

/// A place in a shard.
#[derive(Debug, PartialEq)]
pub(super) struct ShardIterator<'a> {
    pub(super) table: &'a str,
    pub(super) label: &'a str,
    pub(super) shard: String,
    pub(super) place: u128,
    pub(super) issued: Timestamp,
}

impl<'a> ShardIterator<'a> {
    /// The opaque text that a client carries.
    pub(super) fn to_text(&self, region: &str) -> String {
        let state = format!("{} {} {}", self.shard, self.place, self.issued.as_millisecond());
        format!(
            "{}|1|{}",
            arn(region, self.table, self.label),
            BASE64.encode(state)
        )
    }

    /// The iterator of a text, whatever its age.
    pub(super) fn from_text(text: &'a str, region: &str) -> Result<Self, Fault> {
        let invalid = || Fault::new(VALIDATION, "Invalid ShardIterator");
        let (arn, state) = text.split_once("|1|").ok_or_else(invalid)?;
        let (table, label) = parsed(arn, region)?;
        let state = BASE64
            .decode(state)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let state = state.ok_or_else(invalid)?;
        let mut parts = state.split(' ');
        let mut next = || parts.next().ok_or_else(invalid);
        Ok(Self {
            table,
            label,
            shard: next()?.to_owned(),
            place: next()?.parse().map_err(|_| invalid())?,
            issued: next()?
                .parse()
                .ok()
                .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
                .ok_or_else(invalid)?,
        })
    }

    /// Refuses an iterator that is too old.
    pub(super) fn check_age(&self, now: Timestamp) -> Result<(), Fault> {
        if now.duration_since(self.issued) > LIFE {
            let message = "The provided iterator exceeds the maximum age allowed.";
            return Err(Fault::new("ExpiredIteratorException", message));
        }
        Ok(())
    }
}

pub(super) fn get_shard_iterator(state: &State, call: &Call<'_>) -> Answer {
    let fields = Fields::of(call, VALIDATION);
    let (table, label) = parsed(fields.required_text("StreamArn")?, call.region)?;
    let log = log(state, table, label)?;
    let id = fields.required_text("ShardId")?;
    if !(28..=65).contains(&id.len()) {
        let constraint = "Member must have length between 28 and 65";
        return Err(fields.violated("ShardId", id, constraint));
    }
    let kind = fields.choice("ShardIteratorType", &TYPES)?;
    let kind = kind.ok_or_else(|| fields.missing("ShardIteratorType"))?;
    let shard = log
        .shards
        .get(id)
        .ok_or_else(|| not_found(&format!("Shard: {id} not found")))?;
    let iterator = ShardIterator {
        table,
        label,
        shard: id.to_owned(),
        place: place(&fields, call, log, shard, kind)?,
        issued: call.now,
    };
    Ok(json!({"ShardIterator": iterator.to_text(call.region)}).into())
}

fn place(
    fields: &Fields<'_>,
    call: &Call<'_>,
    log: &ChangeLog,
    shard: &Shard,
    kind: &str,
) -> Result<u128, Fault> {
    let sequence = fields.text("SequenceNumber")?;
    match (kind, sequence) {
        ("TRIM_HORIZON" | "LATEST" | "AT_TIMESTAMP", Some(_)) => Err(Fault::new(
            VALIDATION,
            format!("SequenceNumber cannot be specified with ShardIteratorType {kind}"),
        )),
        ("TRIM_HORIZON", None) => Ok(shard.horizon()),
        ("LATEST", None) => Ok(shard.ending.map_or(log.latest(), |ending| ending + 1)),
        ("AT_TIMESTAMP", None) => at_timestamp(fields, call, log, shard),
        (_, None) => Err(fields.missing("SequenceNumber")),
        (_, Some(text)) => {
            let sequence = sequence_in(fields, shard, text)?;
            let place = sequence.saturating_add(u128::from(kind == "AFTER_SEQUENCE_NUMBER"));
            if shard.is_trimmed(place) {
                return Err(trimmed());
            }
            Ok(place)
        }
    }
}

fn at_timestamp(fields: &Fields<'_>, call: &Call<'_>, log: &ChangeLog, shard: &Shard) -> Result<u128, Fault> {
    let time = fields
        .time("Timestamp")?
        .ok_or_else(|| fields.missing("Timestamp"))?;
    if time > call.now {
        return Err(Fault::new(VALIDATION, "Timestamp is in the future"));
    }
    if call.now.duration_since(time) > RETENTION {
        return Ok(shard.horizon());
    }
    let after_all = shard.ending.map_or(log.latest(), |ending| ending + 1);
    Ok(shard.place_at(time).unwrap_or(after_all))
}

fn sequence_in(fields: &Fields<'_>, shard: &Shard, text: &str) -> Result<u128, Fault> {
    let is_sound = (21..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let sequence = text.parse::<u128>().ok().filter(|_| is_sound);
    let sequence = sequence.ok_or_else(|| {
        let constraint = "Member must have length between 21 and 40 and consist of digits";
        fields.violated("SequenceNumber", text, constraint)
    })?;
    let ends_before = shard.ending.is_some_and(|ending| sequence > ending);
    if sequence < shard.starting || ends_before {
        let message = format!("Invalid SequenceNumber: {text} is not in the shard's range");
        return Err(Fault::new(VALIDATION, message));
    }
    Ok(sequence)
}

/// The fault for a place whose changes are gone.
pub(super) fn trimmed() -> Fault {
    let message = "The operation attempted to read past the oldest stream record in a shard.";
    Fault::new("TrimmedDataAccessException", message)
}
