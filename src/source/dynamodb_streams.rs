//! DynamoDB Streams: lists, describes and reads the streams of tables.
//!
//! A stream's id is its ARN: a table whose stream was switched off and on again has two of them.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsOutput;
use aws_sdk_dynamodbstreams::operation::list_streams::ListStreamsOutput;
use aws_sdk_dynamodbstreams::types::{self as sdk, AttributeValue, ShardIteratorType};
use aws_sdk_dynamodbstreams::{Client, config};
use bytes::Bytes;
use futures::FutureExt as _;

use super::classify::{classify, incomplete};
use super::{Catalog, ErrorKind, ReadLimits, Reply, SourceError, Tail, time};
use crate::resource::{
    Attribute, Batch, Body, Change, Detail, Entry, Event, Item, IteratorToken, KeyElement, Page, PageToken,
    Position, Record, ResourceId, SequenceNumber, Shard, ShardId, TableStream,
};

/// No page of the API reference names a number of calls, only two readers of a shard at most: the pace is that of Kinesis.
pub(crate) const LIMITS: ReadLimits = ReadLimits {
    calls_per_second: 5,
    bytes_per_second: None,
    records_per_read: None,
    seeks_time: false,
    // "Change data capture for DynamoDB Streams", DynamoDB developer guide.
    retention: Some(Duration::from_hours(24)),
    pushed: false,
};

/// The service, as one account and region sees it.
pub(super) struct DynamoDbStreams {
    catalog: Client,
    /// Reads are tried once: the tail decides when to try again, and paces itself.
    tail: Client,
}

impl DynamoDbStreams {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        let once = config::Builder::from(sdk).retry_config(RetryConfig::disabled());
        Self {
            catalog: Client::new(sdk),
            tail: Client::from_conf(once.build()),
        }
    }

    async fn streams(
        &self,
        table: Option<&str>,
        from: Option<PageToken>,
    ) -> Result<ListStreamsOutput, SourceError> {
        self.catalog
            .list_streams()
            .set_table_name(table.map(str::to_owned))
            .set_exclusive_start_stream_arn(from.map(|token| token.to_string()))
            .send()
            .await
            .map_err(|error| classify("ListStreams", table.unwrap_or_default(), &error))
    }

    async fn list(&self, from: Option<PageToken>) -> Result<Page<Entry>, SourceError> {
        let answer = self.streams(None, from).await?;
        Ok(Page {
            items: answer
                .streams
                .unwrap_or_default()
                .into_iter()
                .filter_map(entry)
                .collect(),
            next: answer.last_evaluated_stream_arn.map(PageToken::from),
        })
    }

    async fn description(
        &self,
        arn: &str,
        from: Option<PageToken>,
        filter: Option<sdk::ShardFilter>,
    ) -> Result<sdk::StreamDescription, SourceError> {
        const OPERATION: &str = "DescribeStream";
        self.catalog
            .describe_stream()
            .stream_arn(arn)
            .set_exclusive_start_shard_id(from.map(|token| token.to_string()))
            .set_shard_filter(filter)
            .send()
            .await
            .map_err(|error| classify(OPERATION, arn, &error))?
            .stream_description
            .ok_or_else(|| incomplete(OPERATION, arn))
    }

    async fn shards(&self, arn: &str, from: Option<PageToken>) -> Result<Page<Shard>, SourceError> {
        let description = self.description(arn, from, None).await?;
        Ok(Page {
            items: description
                .shards
                .unwrap_or_default()
                .into_iter()
                .map(shard)
                .collect(),
            next: description.last_evaluated_shard_id.map(PageToken::from),
        })
    }

    /// Other endpoints may not know the filter, and answer with the first page of all shards.
    async fn children(&self, arn: &str, parent: &ShardId) -> Result<Vec<Shard>, SourceError> {
        let filter = sdk::ShardFilter::builder()
            .r#type(sdk::ShardFilterType::ChildShards)
            .shard_id(parent.as_str())
            .build();
        let description = self.description(arn, None, Some(filter)).await?;
        let shards = description.shards.unwrap_or_default().into_iter().map(shard);
        Ok(shards.filter(|it| it.parent.as_ref() == Some(parent)).collect())
    }

    /// The stream of a table that was switched on last.
    async fn newest(&self, table: &str) -> Result<ResourceId, SourceError> {
        let mut newest: Option<(String, String)> = None;
        let mut from = None;
        loop {
            let answer = self.streams(Some(table), from).await?;
            for stream in answer.streams.unwrap_or_default() {
                // Labels are times in ISO 8601, so the greatest is the latest.
                let candidate = stream.stream_arn.map(|arn| (label_of(&arn).to_owned(), arn));
                newest = newest.max(candidate);
            }
            from = answer.last_evaluated_stream_arn.map(PageToken::from);
            if from.is_none() {
                break;
            }
        }
        newest
            .map(|(_, arn)| arn.into())
            .ok_or_else(|| not_streamed(table))
    }

    async fn iterator(
        &self,
        arn: &str,
        shard: ShardId,
        position: Position,
    ) -> Result<IteratorToken, SourceError> {
        const OPERATION: &str = "GetShardIterator";
        let (kind, sequence) = place(position).ok_or_else(|| no_seek(OPERATION, arn))?;
        self.tail
            .get_shard_iterator()
            .stream_arn(arn)
            .shard_id(shard.as_str())
            .shard_iterator_type(kind)
            .set_sequence_number(sequence.map(|it| it.to_string()))
            .send()
            .await
            .map_err(|error| classify(OPERATION, arn, &error))?
            .shard_iterator
            .map(IteratorToken::from)
            .ok_or_else(|| incomplete(OPERATION, arn))
    }

    async fn read(&self, arn: &str, shard: ShardId, from: IteratorToken) -> Result<Batch, SourceError> {
        let answer = self
            .tail
            .get_records()
            .shard_iterator(from.as_str())
            .send()
            .await
            .map_err(|error| classify("GetRecords", arn, &error))?;
        Ok(batch(&shard, answer))
    }
}

impl Catalog for DynamoDbStreams {
    fn list(&self, from: Option<PageToken>) -> Reply<'_, Page<Entry>> {
        self.list(from).boxed()
    }

    fn describe(&self, id: ResourceId) -> Reply<'_, Detail> {
        async move {
            let description = self.description(id.as_str(), None, None).await?;
            Ok(Detail::Table(table_stream(id.as_str(), description)))
        }
        .boxed()
    }

    fn find(&self, spec: &str) -> Option<Reply<'_, ResourceId>> {
        if let Some(table) = spec.strip_prefix("table:") {
            let table = table.to_owned();
            return Some(async move { self.newest(&table).await }.boxed());
        }
        let ours = spec.starts_with("arn:") && spec.contains(":dynamodb:");
        ours.then(|| futures::future::ready(Ok(ResourceId::from(spec))).boxed())
    }
}

impl Tail for DynamoDbStreams {
    fn shards(&self, stream: ResourceId, from: Option<PageToken>) -> Reply<'_, Page<Shard>> {
        async move { self.shards(stream.as_str(), from).await }.boxed()
    }

    fn children(&self, stream: ResourceId, parent: ShardId) -> Reply<'_, Vec<Shard>> {
        async move { self.children(stream.as_str(), &parent).await }.boxed()
    }

    fn iterator(&self, stream: ResourceId, shard: ShardId, position: Position) -> Reply<'_, IteratorToken> {
        async move { self.iterator(stream.as_str(), shard, position).await }.boxed()
    }

    fn read(
        &self,
        stream: ResourceId,
        shard: ShardId,
        from: IteratorToken,
        _: Option<u32>,
    ) -> Reply<'_, Batch> {
        async move { self.read(stream.as_str(), shard, from).await }.boxed()
    }

    fn limits(&self) -> ReadLimits {
        LIMITS
    }
}

fn not_streamed(table: &str) -> SourceError {
    SourceError::new(
        ErrorKind::NotFound,
        "ListStreams",
        table,
        "no stream",
        "the table does not exist here, or its stream was never switched on",
    )
}

fn no_seek(operation: &'static str, arn: &str) -> SourceError {
    SourceError::new(
        ErrorKind::Invalid,
        operation,
        arn,
        "no position in time",
        "DynamoDB Streams has no iterator that begins at a time; begin at latest, trim-horizon or a sequence number",
    )
}

/// The iterator of a position, unless the service has none such.
fn place(position: Position) -> Option<(ShardIteratorType, Option<SequenceNumber>)> {
    match position {
        Position::Latest => Some((ShardIteratorType::Latest, None)),
        Position::TrimHorizon => Some((ShardIteratorType::TrimHorizon, None)),
        Position::AtSequence(it) => Some((ShardIteratorType::AtSequenceNumber, Some(it))),
        Position::AfterSequence(it) => Some((ShardIteratorType::AfterSequenceNumber, Some(it))),
        Position::AtTimestamp(_) => None,
    }
}

/// The label at the end of a stream's ARN.
fn label_of(arn: &str) -> &str {
    arn.rsplit_once("/stream/").map_or("", |(_, label)| label)
}

/// The table's name in a stream's ARN.
fn table_of(arn: &str) -> &str {
    let table = arn.split_once(":table/").map_or(arn, |(_, rest)| rest);
    table.split('/').next().unwrap_or(table)
}

fn entry(stream: sdk::Stream) -> Option<Entry> {
    let arn = stream.stream_arn?;
    Some(Entry {
        name: stream.table_name.unwrap_or_else(|| table_of(&arn).to_owned()),
        status: None,
        created: None,
        run: None,
        complete: false,
        note: stream.stream_label.unwrap_or_else(|| label_of(&arn).to_owned()),
        id: arn.into(),
    })
}

fn table_stream(arn: &str, description: sdk::StreamDescription) -> TableStream {
    let keys = description.key_schema.unwrap_or_default().into_iter();
    TableStream {
        table: description.table_name.unwrap_or_else(|| table_of(arn).to_owned()),
        label: description
            .stream_label
            .unwrap_or_else(|| label_of(arn).to_owned()),
        arn: description.stream_arn.unwrap_or_else(|| arn.to_owned()),
        status: description
            .stream_status
            .map(|it| it.as_str().to_owned())
            .unwrap_or_default(),
        view_type: description.stream_view_type.map(|it| it.as_str().to_owned()),
        created: description.creation_request_date_time.and_then(time::from_sdk),
        keys: keys
            .map(|key| KeyElement {
                name: key.attribute_name,
                role: key.key_type.as_str().to_owned(),
            })
            .collect(),
    }
}

fn shard(shard: sdk::Shard) -> Shard {
    let (first, last) = match shard.sequence_number_range {
        Some(range) => (range.starting_sequence_number, range.ending_sequence_number),
        None => (None, None),
    };
    Shard {
        id: shard.shard_id.unwrap_or_default().into(),
        parent: shard.parent_shard_id.map(ShardId::from),
        adjacent_parent: None,
        hash_range: None,
        first: first.map(SequenceNumber::from),
        last: last.map(SequenceNumber::from),
    }
}

fn batch(shard: &ShardId, answer: GetRecordsOutput) -> Batch {
    // The service leaves `Records` out when there are none.
    let records = answer.records.unwrap_or_default();
    Batch {
        records: records.into_iter().map(|it| record(shard, it)).collect(),
        next: answer.next_shard_iterator.map(IteratorToken::from),
        reached: None,
        behind: None,
        children: Vec::new(),
    }
}

fn record(shard: &ShardId, record: sdk::Record) -> Record {
    let identity = record.user_identity;
    let (sequence, arrived, keys, old, new, size) = match record.dynamodb {
        Some(it) => (
            it.sequence_number.unwrap_or_default(),
            it.approximate_creation_date_time.and_then(time::from_sdk),
            item(it.keys.unwrap_or_default()),
            it.old_image.map(item),
            it.new_image.map(item),
            it.size_bytes.and_then(|size| u64::try_from(size).ok()),
        ),
        None => Default::default(),
    };
    Record {
        shard: shard.clone(),
        sequence: sequence.into(),
        arrived,
        body: Body::Change(Box::new(Change {
            event: Event::from(record.event_name.as_ref().map_or("", sdk::OperationType::as_str)),
            keys,
            old,
            new,
            identity: identity.map(|it| (it.r#type.unwrap_or_default(), it.principal_id.unwrap_or_default())),
            size,
        })),
    }
}

fn item(attributes: HashMap<String, AttributeValue>) -> Item {
    attributes
        .into_iter()
        .map(|(name, value)| (name, attribute(value)))
        .collect()
}

fn attribute(value: AttributeValue) -> Attribute {
    match value {
        AttributeValue::S(text) => Attribute::S(text),
        AttributeValue::N(digits) => Attribute::N(digits),
        AttributeValue::B(blob) => Attribute::B(Bytes::from(blob.into_inner())),
        AttributeValue::Ss(texts) => Attribute::Ss(texts),
        AttributeValue::Ns(numbers) => Attribute::Ns(numbers),
        AttributeValue::Bs(blobs) => {
            Attribute::Bs(blobs.into_iter().map(|it| Bytes::from(it.into_inner())).collect())
        }
        AttributeValue::M(map) => Attribute::M(item(map)),
        AttributeValue::L(list) => Attribute::L(list.into_iter().map(attribute).collect()),
        AttributeValue::Null(_) => Attribute::Null,
        AttributeValue::Bool(flag) => Attribute::Bool(flag),
        _ => Attribute::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::Blob;

    const ARN: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-11-20T18:45:47.123";

    #[test]
    fn an_arn_tells_its_table_and_its_label() {
        assert_eq!(table_of(ARN), "orders");
        assert_eq!(label_of(ARN), "2026-11-20T18:45:47.123");
    }

    #[test]
    fn a_listed_stream_needs_no_more_than_its_arn() {
        let entry = entry(sdk::Stream::builder().stream_arn(ARN).build()).unwrap();
        assert_eq!(
            (entry.name.as_str(), entry.note.as_str()),
            ("orders", label_of(ARN))
        );
        assert_eq!(entry.id.as_str(), ARN);
    }

    #[test]
    fn an_answer_without_records_is_an_empty_batch() {
        let answer = GetRecordsOutput::builder().next_shard_iterator("next").build();
        let batch = batch(&ShardId::from("s"), answer);
        assert!(batch.records.is_empty());
        assert_eq!(batch.next, Some(IteratorToken::from("next")));
    }

    #[test]
    fn every_type_of_attribute_comes_through_exactly() {
        let value = AttributeValue::L(vec![
            AttributeValue::N("1.0000000000000000000000000000000000001".to_owned()),
            AttributeValue::Bs(vec![Blob::new([0, 255])]),
            AttributeValue::M(HashMap::from([("x".to_owned(), AttributeValue::Null(true))])),
            AttributeValue::Bool(false),
        ]);
        assert_eq!(
            attribute(value).to_json().to_string(),
            r#"{"L":[{"N":"1.0000000000000000000000000000000000001"},{"BS":["AP8="]},{"M":{"x":{"NULL":true}}},{"BOOL":false}]}"#
        );
    }

    #[test]
    fn a_ttl_delete_is_known_by_its_identity_and_a_strange_event_keeps_its_name() {
        let given = sdk::Record::builder()
            .event_name(sdk::OperationType::from("EXPIRE"))
            .user_identity(
                sdk::Identity::builder()
                    .r#type("Service")
                    .principal_id("dynamodb.amazonaws.com")
                    .build(),
            )
            .build();
        let Body::Change(change) = record(&ShardId::from("s"), given).body else {
            panic!("a record of a table is a change");
        };
        assert!(change.is_ttl());
        assert_eq!(change.event, Event::Other("EXPIRE".to_owned()));
        assert_eq!(change.new, None);
    }

    #[tokio::test]
    async fn there_is_no_beginning_at_a_time() {
        let service = &crate::source::Session::demo("http://127.0.0.1:1").sources()[1];
        let position = Position::AtTimestamp("2026-11-20T00:00:00Z".parse().unwrap());
        let answer = service
            .tail
            .as_ref()
            .unwrap()
            .iterator(ARN.into(), "s".into(), position);
        assert_eq!(answer.await.unwrap_err().kind, ErrorKind::Invalid);
    }
}
