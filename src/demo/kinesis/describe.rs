//! Calls that list and describe streams.
//!
//! Must not: change anything.

use serde_json::{Map, Value, json};

use super::control::{ON_DEMAND_LIMIT, SHARD_LIMIT, on_demand_streams, provisioned_shards};
use super::shard::Shard;
use super::stream::{Mode, Stream};
use super::token::{self, StreamPage};
use super::{Account, arn, consumers, fields, invalid, name_in_arn, shard_place};
use crate::demo::fields::seconds;
use crate::demo::protocol::{Answer, Call, Fault};

/// Streams or shards in one answer, whatever is asked for (API reference, `ListStreams`, `DescribeStream`).
const PAGE: usize = 100;

pub(super) fn list_streams(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let limit = limit(fields.integer("Limit", 1..=10_000)?);
    let after = match fields.text("NextToken")? {
        Some(text) => Some(open_page(text, call)?.after),
        None => fields.text("ExclusiveStartStreamName")?.map(str::to_owned),
    };
    let mut rest = account
        .streams
        .values()
        .filter(|stream| after.as_ref().is_none_or(|after| stream.name > *after));
    let page: Vec<&Stream> = rest.by_ref().take(limit).collect();
    let has_more = rest.next().is_some();
    let names: Vec<&str> = page.iter().map(|stream| stream.name.as_str()).collect();
    let summaries: Vec<Value> = page.iter().map(|stream| summary(stream, call.region)).collect();
    let mut answer = json!({"StreamNames": names, "HasMoreStreams": has_more, "StreamSummaries": summaries});
    if let (true, Some(last)) = (has_more, page.last()) {
        let next = StreamPage {
            issued: call.now.as_millisecond(),
            after: last.name.clone(),
        };
        answer["NextToken"] = token::seal(&next).into();
    }
    Ok(answer.into())
}

fn open_page(text: &str, call: &Call<'_>) -> Result<StreamPage, Fault> {
    let page: StreamPage = token::open(text).ok_or_else(|| invalid("Invalid NextToken."))?;
    token::check_page_age(page.issued, call.now)?;
    Ok(page)
}

fn limit(asked: Option<i64>) -> usize {
    asked
        .and_then(|asked| usize::try_from(asked).ok())
        .map_or(PAGE, |asked| asked.min(PAGE))
}

/// What every description of a stream begins with.
fn summary(stream: &Stream, region: &str) -> Value {
    json!({
        "StreamName": stream.name,
        "StreamARN": arn(&stream.name, region),
        "StreamStatus": stream.status(),
        "StreamModeDetails": {"StreamMode": stream.mode.as_str()},
        "StreamCreationTimestamp": seconds(stream.created),
    })
}

/// What both calls that describe one stream tell.
fn description(stream: &Stream, region: &str) -> Value {
    let mut description = summary(stream, region);
    description["RetentionPeriodHours"] = stream.retention_hours.into();
    description["EnhancedMonitoring"] = json!([{"ShardLevelMetrics": []}]);
    description["EncryptionType"] = "NONE".into();
    description
}

pub(super) fn stream(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let limit = limit(fields.integer("Limit", 1..=10_000)?);
    let stream = account.stream(fields)?;
    let after = match fields.value("ExclusiveStartShardId") {
        Some(_) => Some(shard_place(fields, "ExclusiveStartShardId", &stream.name)?),
        None => None,
    };
    let mut rest = stream
        .shards(call.now)
        .filter(|shard| after.is_none_or(|after| shard.place > after));
    let shards: Vec<Value> = rest.by_ref().take(limit).map(Shard::describe).collect();
    let mut description = description(stream, call.region);
    description["HasMoreShards"] = rest.next().is_some().into();
    description["Shards"] = shards.into();
    Ok(json!({"StreamDescription": description}).into())
}

pub(super) fn stream_summary(account: &mut Account, call: &Call<'_>) -> Answer {
    let stream = account.stream(fields(call))?;
    let mut description = description(stream, call.region);
    description["OpenShardCount"] = stream.open_shards().into();
    description["ConsumerCount"] = stream.consumers.len().into();
    description["MaxRecordSizeInKiB"] = stream.max_record_kib.into();
    description["RecordDistributionStrategy"] = "USER_PARTITION_KEY".into();
    if let (Mode::OnDemand, Some(mib)) = (stream.mode, stream.warm_throughput) {
        description["WarmThroughput"] = json!({"TargetMiBps": mib, "CurrentMiBps": mib});
    }
    Ok(json!({"StreamDescriptionSummary": description}).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in the table of operations")]
pub(super) fn limits(account: &mut Account, _: &Call<'_>) -> Answer {
    Ok(json!({
        "ShardLimit": SHARD_LIMIT,
        "OpenShardCount": provisioned_shards(account),
        "OnDemandStreamCount": on_demand_streams(account),
        "OnDemandStreamCountLimit": ON_DEMAND_LIMIT,
    })
    .into())
}

pub(super) fn tags_for_stream(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    // API reference, `ListTagsForStream`: 50 a call at most.
    let limit = fields
        .integer("Limit", 1..=50)?
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(50);
    let after = fields.text("ExclusiveStartTagKey")?.unwrap_or_default();
    let tags = tags(&account.stream(fields)?.tags);
    let mut rest = tags
        .into_iter()
        .filter(|tag| tag["Key"].as_str().is_some_and(|key| key > after));
    let page: Vec<Value> = rest.by_ref().take(limit).collect();
    Ok(json!({"Tags": page, "HasMoreTags": rest.next().is_some()}).into())
}

pub(super) fn tags_for_resource(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let arn = fields.required_text("ResourceARN")?;
    let tagged = if arn.contains("/consumer/") {
        let (stream, consumer) = consumers::by_arn(account, fields, "ResourceARN")?;
        &stream.consumers[&consumer].tags
    } else {
        &account.named(name_in_arn(fields, "ResourceARN", arn)?)?.tags
    };
    Ok(json!({"Tags": tags(tagged)}).into())
}

/// Tags in the order of their keys.
fn tags(tags: &Map<String, Value>) -> Vec<Value> {
    let mut tags: Vec<_> = tags.iter().collect();
    tags.sort_by_key(|(key, _)| *key);
    tags.into_iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect()
}
