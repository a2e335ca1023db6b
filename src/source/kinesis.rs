//! Kinesis Data Streams: lists, describes and reads streams.
//!
//! Through registered consumers too, in [`fan_out`].
//!
//! A stream's id is its name or its ARN; whichever it is goes into the request.

mod consumers;
mod fan_out;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::operation::list_streams::ListStreamsOutput;
use aws_sdk_kinesis::types::{self as sdk, ShardIteratorType};
use aws_sdk_kinesis::{Client, config};
use bytes::Bytes;
use futures::FutureExt as _;

use super::classify::{classify, incomplete};
use super::{Catalog, ReadLimits, Reply, SourceError, Tail, time};
use crate::resource::{
    Batch, Body, ChildShard, Detail, Entry, HashRange, IteratorToken, Page, PageToken, Position, Record,
    ResourceId, Shard, ShardId, Stream,
};

/// From the API reference of `GetRecords`, and "Quotas and limits" of the developer guide.
pub(crate) const LIMITS: ReadLimits = ReadLimits {
    calls_per_second: 5,
    bytes_per_second: Some(2 * 1024 * 1024),
    records_per_read: Some(10_000),
    seeks_time: true,
    // A stream's own setting, from 24 hours to a year.
    retention: None,
    pushed: false,
};

/// The service, as one account and region sees it.
#[derive(Clone)]
pub(super) struct Kinesis {
    catalog: Client,
    /// Reads are tried once: the tail decides when to try again, and paces itself.
    tail: Client,
    /// The ARNs of streams that were described. A name has the same ARN for ever.
    arns: Arc<Mutex<HashMap<String, String>>>,
}

impl Kinesis {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        let once = config::Builder::from(sdk).retry_config(RetryConfig::disabled());
        Self {
            catalog: Client::new(sdk),
            tail: Client::from_conf(once.build()),
            arns: Arc::default(),
        }
    }

    async fn list(&self, from: Option<PageToken>) -> Result<Page<Entry>, SourceError> {
        // By the last name rather than by `NextToken`: names do not expire, and every endpoint knows them.
        let answer = self
            .catalog
            .list_streams()
            .set_exclusive_start_stream_name(from.map(|token| token.to_string()))
            .send()
            .await
            .map_err(|error| classify("ListStreams", "", &error))?;
        Ok(entries(answer))
    }

    async fn describe(&self, id: &str) -> Result<Detail, SourceError> {
        const OPERATION: &str = "DescribeStreamSummary";
        let (name, arn) = name_or_arn(id);
        let answer = self
            .catalog
            .describe_stream_summary()
            .set_stream_name(name)
            .set_stream_arn(arn)
            .send()
            .await
            .map_err(|error| classify(OPERATION, id, &error))?;
        let summary = answer.stream_description_summary;
        let stream = stream(summary.ok_or_else(|| incomplete(OPERATION, id))?);
        self.known_arns().insert(stream.name.clone(), stream.arn.clone());
        Ok(Detail::Stream(stream))
    }

    fn known_arns(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.arns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn shards(&self, id: &str, from: Option<PageToken>) -> Result<Page<Shard>, SourceError> {
        // `ListShards` takes either the stream or a token, never both.
        let (name, arn) = match from {
            Some(_) => (None, None),
            None => name_or_arn(id),
        };
        let answer = self
            .catalog
            .list_shards()
            .set_stream_name(name)
            .set_stream_arn(arn)
            .set_next_token(from.map(|token| token.to_string()))
            .send()
            .await
            .map_err(|error| classify("ListShards", id, &error))?;
        Ok(Page {
            items: answer.shards.unwrap_or_default().into_iter().map(shard).collect(),
            next: answer.next_token.map(PageToken::from),
        })
    }

    async fn iterator(
        &self,
        id: &str,
        shard: ShardId,
        position: Position,
    ) -> Result<IteratorToken, SourceError> {
        const OPERATION: &str = "GetShardIterator";
        let (name, arn) = name_or_arn(id);
        let request = self
            .tail
            .get_shard_iterator()
            .set_stream_name(name)
            .set_stream_arn(arn)
            .shard_id(shard.as_str())
            .shard_iterator_type(iterator_type(&position));
        let request = match position {
            Position::Latest | Position::TrimHorizon => request,
            Position::AtTimestamp(at) => request.timestamp(time::to_sdk(at)),
            Position::AtSequence(sequence) | Position::AfterSequence(sequence) => {
                request.starting_sequence_number(sequence.as_str())
            }
        };
        let answer = request
            .send()
            .await
            .map_err(|error| classify(OPERATION, id, &error))?;
        answer
            .shard_iterator
            .map(IteratorToken::from)
            .ok_or_else(|| incomplete(OPERATION, id))
    }

    async fn read(
        &self,
        id: &str,
        shard: ShardId,
        from: IteratorToken,
        most: Option<u32>,
    ) -> Result<Batch, SourceError> {
        let (_, arn) = name_or_arn(id);
        let answer = self
            .tail
            .get_records()
            .shard_iterator(from.as_str())
            .set_limit(most.and_then(|most| i32::try_from(most).ok()))
            .set_stream_arn(arn)
            .send()
            .await
            .map_err(|error| classify("GetRecords", id, &error))?;
        Ok(batch(&shard, answer))
    }
}

impl Catalog for Kinesis {
    fn list(&self, from: Option<PageToken>) -> Reply<'_, Page<Entry>> {
        self.list(from).boxed()
    }

    fn describe(&self, id: ResourceId) -> Reply<'_, Detail> {
        async move { self.describe(id.as_str()).await }.boxed()
    }

    fn find(&self, spec: &str) -> Option<Reply<'_, ResourceId>> {
        // A stream's name is made of letters, digits, `_`, `.` and `-`: API reference, `CreateStream`.
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let named = !spec.is_empty() && spec.chars().all(is_name);
        let ours = named || (spec.starts_with("arn:") && spec.contains(":kinesis:"));
        ours.then(|| futures::future::ready(Ok(ResourceId::from(spec))).boxed())
    }
}

impl Tail for Kinesis {
    fn shards(&self, stream: ResourceId, from: Option<PageToken>) -> Reply<'_, Page<Shard>> {
        async move { self.shards(stream.as_str(), from).await }.boxed()
    }

    fn iterator(&self, stream: ResourceId, shard: ShardId, position: Position) -> Reply<'_, IteratorToken> {
        async move { self.iterator(stream.as_str(), shard, position).await }.boxed()
    }

    fn read(
        &self,
        stream: ResourceId,
        shard: ShardId,
        from: IteratorToken,
        most: Option<u32>,
    ) -> Reply<'_, Batch> {
        async move { self.read(stream.as_str(), shard, from, most).await }.boxed()
    }

    fn limits(&self) -> ReadLimits {
        LIMITS
    }
}

/// The two ways in which a request names its stream.
fn name_or_arn(id: &str) -> (Option<String>, Option<String>) {
    if id.starts_with("arn:") {
        (None, Some(id.to_owned()))
    } else {
        (Some(id.to_owned()), None)
    }
}

fn iterator_type(position: &Position) -> ShardIteratorType {
    match position {
        Position::Latest => ShardIteratorType::Latest,
        Position::TrimHorizon => ShardIteratorType::TrimHorizon,
        Position::AtTimestamp(_) => ShardIteratorType::AtTimestamp,
        Position::AtSequence(_) => ShardIteratorType::AtSequenceNumber,
        Position::AfterSequence(_) => ShardIteratorType::AfterSequenceNumber,
    }
}

/// Some endpoints give only names.
fn entries(answer: ListStreamsOutput) -> Page<Entry> {
    let last = answer.stream_names.last().cloned();
    let items = match answer.stream_summaries {
        Some(summaries) if summaries.len() == answer.stream_names.len() => {
            summaries.into_iter().map(entry).collect()
        }
        _ => answer.stream_names.into_iter().map(bare_entry).collect(),
    };
    Page {
        items,
        next: last.filter(|_| answer.has_more_streams).map(PageToken::from),
    }
}

fn bare_entry(name: String) -> Entry {
    Entry {
        id: ResourceId::from(name.as_str()),
        name,
        status: None,
        note: String::new(),
        created: None,
        run: None,
        complete: false,
    }
}

fn entry(summary: sdk::StreamSummary) -> Entry {
    let note = match summary.stream_mode_details.map(|details| details.stream_mode) {
        Some(sdk::StreamMode::OnDemand) => "on-demand",
        Some(sdk::StreamMode::Provisioned) => "provisioned",
        _ => "",
    };
    Entry {
        status: Some(summary.stream_status.as_str().to_owned()),
        note: note.to_owned(),
        created: summary.stream_creation_timestamp.and_then(time::from_sdk),
        ..bare_entry(summary.stream_name)
    }
}

fn stream(summary: sdk::StreamDescriptionSummary) -> Stream {
    let metrics = summary.enhanced_monitoring.into_iter();
    Stream {
        name: summary.stream_name,
        arn: summary.stream_arn,
        status: summary.stream_status.as_str().to_owned(),
        mode: summary
            .stream_mode_details
            .map(|it| it.stream_mode.as_str().to_owned()),
        // The SDK writes 0 where an endpoint leaves it out; the least that there is, is 24.
        retention: count(summary.retention_period_hours)
            .filter(|hours| *hours > 0)
            .map(|hours| Duration::from_secs(hours * 3600)),
        created: time::from_sdk(summary.stream_creation_timestamp).filter(|at| at.as_second() != 0),
        open_shards: count(summary.open_shard_count),
        consumers: summary.consumer_count.and_then(count),
        encryption: summary.encryption_type.map(|it| it.as_str().to_owned()),
        key_id: summary.key_id,
        shard_metrics: metrics
            .flat_map(|it| it.shard_level_metrics.unwrap_or_default())
            .map(|it| it.as_str().to_owned())
            .collect(),
        max_record_kib: summary.max_record_size_in_kib.and_then(count),
    }
}

fn count(number: i32) -> Option<u64> {
    u64::try_from(number).ok()
}

fn shard(shard: sdk::Shard) -> Shard {
    let (first, last) = match shard.sequence_number_range {
        Some(range) => (Some(range.starting_sequence_number), range.ending_sequence_number),
        None => (None, None),
    };
    Shard {
        id: shard.shard_id.into(),
        parent: shard.parent_shard_id.map(ShardId::from),
        adjacent_parent: shard.adjacent_parent_shard_id.map(ShardId::from),
        hash_range: shard.hash_key_range.as_ref().and_then(hash_range),
        first: first.map(Into::into),
        last: last.map(Into::into),
    }
}

fn hash_range(range: &sdk::HashKeyRange) -> Option<HashRange> {
    Some(HashRange {
        start: range.starting_hash_key.parse().ok()?,
        end: range.ending_hash_key.parse().ok()?,
    })
}

fn batch(shard: &ShardId, answer: GetRecordsOutput) -> Batch {
    let behind = answer
        .millis_behind_latest
        .and_then(|millis| u64::try_from(millis).ok());
    let children = answer.child_shards.unwrap_or_default();
    Batch {
        records: answer.records.into_iter().map(|it| record(shard, it)).collect(),
        next: answer.next_shard_iterator.map(IteratorToken::from),
        reached: None,
        behind: behind.map(Duration::from_millis),
        children: children.into_iter().map(child).collect(),
    }
}

fn record(shard: &ShardId, record: sdk::Record) -> Record {
    Record {
        shard: shard.clone(),
        sequence: record.sequence_number.into(),
        arrived: record.approximate_arrival_timestamp.and_then(time::from_sdk),
        body: Body::blob(
            record.partition_key.unwrap_or_default(),
            Bytes::from(record.data.into_inner()),
        ),
    }
}

fn child(child: sdk::ChildShard) -> ChildShard {
    ChildShard {
        id: child.shard_id.into(),
        parents: child.parent_shards.into_iter().map(ShardId::from).collect(),
        hash_range: child.hash_key_range.as_ref().and_then(hash_range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn streams_are_listed_by_name_where_there_are_no_summaries() {
        let answer = ListStreamsOutput::builder()
            .set_stream_names(Some(names(&["a", "b"])))
            .has_more_streams(true)
            .build()
            .unwrap();
        let page = entries(answer);
        assert_eq!(page.items[1].id.as_str(), "b");
        assert_eq!(page.items[1].status, None);
        assert_eq!(page.next, Some(PageToken::from("b")));
    }

    #[test]
    fn the_last_page_of_streams_has_no_next_one() {
        let answer = ListStreamsOutput::builder()
            .set_stream_names(Some(names(&["a"])))
            .has_more_streams(false)
            .build()
            .unwrap();
        assert_eq!(entries(answer).next, None);
    }

    #[test]
    fn a_payload_is_not_copied() {
        let payload = vec![7_u8; 64];
        let place = payload.as_ptr();
        let given = sdk::Record::builder()
            .sequence_number("1")
            .partition_key("k")
            .data(aws_smithy_types::Blob::new(payload))
            .build()
            .unwrap();
        let Body::Blob { data, .. } = record(&ShardId::from("s"), given).body else {
            panic!("a Kinesis record is a blob");
        };
        assert_eq!(data.as_ptr(), place);
    }

    #[test]
    fn hash_ranges_reach_to_the_end_of_128_bits() {
        let given = sdk::HashKeyRange::builder()
            .starting_hash_key("0")
            .ending_hash_key("340282366920938463463374607431768211455")
            .build()
            .unwrap();
        assert_eq!(
            hash_range(&given),
            Some(HashRange {
                start: 0,
                end: u128::MAX
            })
        );
    }

    #[test]
    fn a_stream_is_found_by_its_name_or_its_own_arn_only() {
        let sources = crate::source::Session::demo("http://127.0.0.1:1").sources();
        let found = |spec| sources[0].catalog.find(spec).is_some();
        assert!(found("orders") && found("arn:aws:kinesis:us-east-1:111122223333:stream/orders"));
        assert!(!found("table:orders"));
        assert!(!found(
            "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
        ));
    }
}
