//! Calls that make, change and delete streams.
//!
//! Must not: touch records.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::shard::Shard;
use super::stream::{Change, Mode, Stream};
use super::{Account, HASH_KEY_DIGITS, checked_name, decimal, fields, invalid, no_shard, shard_place};
use crate::demo::fields::Fields;
use crate::demo::protocol::{ACCOUNT, Answer, Call, Fault};
use crate::resource::HashRange;

/// Open shards of provisioned streams (Developer Guide, "Quotas and limits", for us-east-1).
pub(super) const SHARD_LIMIT: usize = 20_000;
/// Streams in on-demand mode (the same page).
pub(super) const ON_DEMAND_LIMIT: usize = 50;
/// Shards of a new stream in on-demand mode (Developer Guide, "Choose the right mode").
const ON_DEMAND_SHARDS: u32 = 4;
/// Hours that records can be kept (API reference, `IncreaseStreamRetentionPeriod`).
const RETENTION_HOURS: std::ops::RangeInclusive<i64> = 24..=8760;

pub(super) fn create_stream(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let name = checked_name(fields, "StreamName", fields.required_text("StreamName")?)?;
    let mode = mode(fields)?;
    let shards = fields.integer("ShardCount", 1..=i64::from(i32::MAX))?;
    let mut stream = Stream::new(name, mode, call.now);
    stream.max_record_kib = fields
        .integer("MaxRecordSizeInKiB", 1024..=10_240)?
        .unwrap_or(1024);
    stream.warm_throughput = fields.integer("WarmThroughputMiBps", 0..=i64::from(i32::MAX))?;
    if fields.choice("RecordDistributionStrategy", &["AUTO", "USER_PARTITION_KEY"])? == Some("AUTO") {
        return Err(invalid(
            "RecordDistributionStrategy AUTO is not offered by this endpoint.",
        ));
    }
    if let Some(Value::Object(tags)) = fields.value("Tags") {
        stream.tags.clone_from(tags);
    }
    if account.streams.contains_key(name) {
        let message = format!("Stream {name} under account {ACCOUNT} already exists.");
        return Err(Fault::new("ResourceInUseException", message));
    }
    let shards = match (mode, shards) {
        (Mode::OnDemand, Some(_)) => {
            return Err(invalid(
                "ShardCount is not supported for streams in ON_DEMAND mode.",
            ));
        }
        (Mode::OnDemand, None) => ON_DEMAND_SHARDS,
        (Mode::Provisioned, count) => u32::try_from(count.unwrap_or(1)).unwrap_or(u32::MAX),
    };
    check_limits(account, mode, shards as usize)?;
    stream.begin(Change::Create(shards), call.now);
    account.streams.insert(name.to_owned(), stream);
    Ok(json!({}).into())
}

fn mode(fields: Fields<'_>) -> Result<Mode, Fault> {
    let Some(details) = fields.structure("StreamModeDetails")? else {
        return Ok(Mode::Provisioned);
    };
    match details.choice("StreamMode", &["PROVISIONED", "ON_DEMAND"])? {
        Some("ON_DEMAND") => Ok(Mode::OnDemand),
        Some(_) => Ok(Mode::Provisioned),
        None => Err(details.missing("StreamMode")),
    }
}

pub(super) fn check_limits(account: &Account, mode: Mode, shards: usize) -> Result<(), Fault> {
    let (limit, held, added, what) = match mode {
        Mode::OnDemand => (ON_DEMAND_LIMIT, on_demand_streams(account), 1, "stream"),
        Mode::Provisioned => (SHARD_LIMIT, provisioned_shards(account), shards, "shard"),
    };
    if held + added <= limit {
        return Ok(());
    }
    Err(Fault::new(
        "LimitExceededException",
        format!(
            "This request would exceed the {what} limit for the account {ACCOUNT}. \
             Current {what} count for the account: {held}. Limit: {limit}. \
             Number of additional {what}s that would have resulted from this request: {added}."
        ),
    ))
}

pub(super) fn on_demand_streams(account: &Account) -> usize {
    account
        .streams
        .values()
        .filter(|stream| stream.mode == Mode::OnDemand)
        .count()
}

pub(super) fn provisioned_shards(account: &Account) -> usize {
    let provisioned = account
        .streams
        .values()
        .filter(|stream| stream.mode == Mode::Provisioned);
    provisioned.map(Stream::open_shards).sum()
}

pub(super) fn delete_stream(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let enforced = fields.boolean("EnforceConsumerDeletion")?.unwrap_or(false);
    let stream = account.stream(fields)?;
    if !enforced && !stream.consumers.is_empty() {
        return Err(Fault::new(
            "ResourceInUseException",
            format!(
                "Stream {} under account {ACCOUNT} has registered consumers. Deregister them, or set \
                 EnforceConsumerDeletion.",
                stream.name
            ),
        ));
    }
    if stream.status() != "DELETING" {
        stream.begin(Change::Delete, call.now);
    }
    Ok(json!({}).into())
}

pub(super) fn split_shard(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let key = decimal(fields, "NewStartingHashKey", HASH_KEY_DIGITS)?
        .ok_or_else(|| fields.missing("NewStartingHashKey"))?;
    check_limits(account, Mode::Provisioned, 1)?;
    let stream = account.stream(fields)?;
    let place = shard_place(fields, "ShardToSplit", &stream.name)?;
    let HashRange { start, end } = reshardable(stream, place, call.now)?;
    let is_inside = |at: &u128| *at > start.saturating_add(1) && *at < end;
    let at = key.parse().ok().filter(is_inside).ok_or_else(|| {
        invalid(format!(
            "NewStartingHashKey {key} used in SplitShard() on shard {} in stream {} under account {ACCOUNT} \
             is not both greater than one plus the shard's StartingHashKey {start} and less than the shard's \
             EndingHashKey {end}.",
            Shard::id_of(place),
            stream.name
        ))
    })?;
    check_active(stream)?;
    stream.begin(Change::Split(place, at), call.now);
    Ok(json!({}).into())
}

pub(super) fn merge_shards(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let stream = account.stream(fields)?;
    let one = shard_place(fields, "ShardToMerge", &stream.name)?;
    let other = shard_place(fields, "AdjacentShardToMerge", &stream.name)?;
    let (a, b) = (
        reshardable(stream, one, call.now)?,
        reshardable(stream, other, call.now)?,
    );
    let meet = |low: HashRange, high: HashRange| low.end.checked_add(1) == Some(high.start);
    if !meet(a, b) && !meet(b, a) {
        return Err(invalid(format!(
            "Shards {} and {} in stream {} under account {ACCOUNT} are not an adjacent pair of shards \
             eligible for merging",
            Shard::id_of(one),
            Shard::id_of(other),
            stream.name
        )));
    }
    check_active(stream)?;
    stream.begin(Change::Merge(one, other), call.now);
    Ok(json!({}).into())
}

/// The hash keys of a shard that may be split or merged.
fn reshardable(stream: &mut Stream, place: u32, now: Timestamp) -> Result<HashRange, Fault> {
    let (name, mode) = (stream.name.clone(), stream.mode);
    let id = Shard::id_of(place);
    let shard = stream.shard(place, now).ok_or_else(|| no_shard(&name, &id))?;
    check_provisioned(&name, mode)?;
    if !shard.is_open() {
        return Err(invalid(format!(
            "Shard {id} in stream {name} under account {ACCOUNT} has already been merged or split, and thus is \
             not eligible for merging or splitting."
        )));
    }
    Ok(shard.range)
}

/// In on-demand mode the service chooses the shards.
pub(super) fn check_provisioned(name: &str, mode: Mode) -> Result<(), Fault> {
    match mode {
        Mode::Provisioned => Ok(()),
        Mode::OnDemand => Err(Fault::new(
            "ValidationException",
            format!("Request is invalid. Stream {name} under account {ACCOUNT} is in On-Demand mode."),
        )),
    }
}

pub(super) fn check_active(stream: &Stream) -> Result<(), Fault> {
    match stream.status() {
        "ACTIVE" => Ok(()),
        status => Err(Fault::new(
            "ResourceInUseException",
            format!(
                "Stream {} under account {ACCOUNT} not ACTIVE, instead in state {status}",
                stream.name
            ),
        )),
    }
}

pub(super) fn increase_retention(account: &mut Account, call: &Call<'_>) -> Answer {
    change_retention(account, call, |asked, now| asked >= now, "shorter", "Decrease")
}

pub(super) fn decrease_retention(account: &mut Account, call: &Call<'_>) -> Answer {
    change_retention(account, call, |asked, now| asked <= now, "longer", "Increase")
}

fn change_retention(
    account: &mut Account,
    call: &Call<'_>,
    is_right_way: fn(i64, i64) -> bool,
    wrong_way: &str,
    other: &str,
) -> Answer {
    let fields = fields(call);
    let hours = fields.required_integer("RetentionPeriodHours", i64::MIN..=i64::MAX)?;
    let stream = account.stream(fields)?;
    let (least, most) = (RETENTION_HOURS.start(), RETENTION_HOURS.end());
    let asked = format!("Requested retention period ({hours} hours)");
    if hours < *least {
        return Err(invalid(format!(
            "Minimum allowed retention period is {least} hours. {asked} is too short."
        )));
    }
    if hours > *most {
        return Err(invalid(format!(
            "Maximum allowed retention period is {most} hours. {asked} is too long."
        )));
    }
    if !is_right_way(hours, stream.retention_hours) {
        return Err(invalid(format!(
            "{asked} for stream {} can not be {wrong_way} than existing retention period ({} hours). \
             Use {other}RetentionPeriod API.",
            stream.name, stream.retention_hours
        )));
    }
    check_active(stream)?;
    stream.retention_hours = hours;
    Ok(json!({}).into())
}
