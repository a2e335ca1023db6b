//! Which call of which service a question of the program is, member by member as in the API references.

use serde_json::{Map, Value, json};

use super::{Argument, AwsCommand};
use crate::message::Request;
use crate::resource::{
    Ancestor, DeletionMode, FeatureValue, Features, ListQuery, Record, RecordChange, RecordWrite, ResourceId,
    Section, SortOrder, TargetStore, TtlDuration, WantedRecords,
};

const STREAMS: &str = "kinesis";
const TABLES: &str = "dynamodbstreams";
const GROUPS: &str = "sagemaker";
/// What keeps the records of feature groups.
pub const RECORDS: &str = "sagemaker-featurestore-runtime";
const PREDICTIONS: &str = "machinelearning";

/// The services that a section asks.
pub fn services_of(section: Section) -> &'static [&'static str] {
    match section {
        Section::Streams => &[STREAMS],
        Section::Tables => &[TABLES],
        Section::Features => &[GROUPS, RECORDS],
        Section::Predictions => &[PREDICTIONS],
    }
}

/// The command for a question; `None` where the program knows no such call. Pages are left to `aws`, which asks for all of them.
pub fn of_request(request: &Request) -> Option<AwsCommand> {
    Some(match request {
        Request::Caller => AwsCommand::new("sts", "get-caller-identity"),
        Request::List(section, _) => list(*section, &ListQuery::default()),
        Request::Query(section, query, _) => list(*section, query),
        Request::Trace(_, ancestor) => trace(ancestor),
        Request::Describe(section, id) => describe(*section, id),
        Request::Shards(section, stream, _) => match section {
            Section::Streams => of_stream("list-shards", stream),
            _ => describe(*section, stream),
        },
        Request::Consumers(_, stream, _) => {
            AwsCommand::new(STREAMS, "list-stream-consumers").text("StreamARN", stream.as_str())
        }
        Request::Register(_, stream, name) => AwsCommand::new(STREAMS, "register-stream-consumer")
            .text("StreamARN", stream.as_str())
            .text("ConsumerName", name),
        Request::Deregister(_, _, consumer) => {
            AwsCommand::new(STREAMS, "deregister-stream-consumer").text("ConsumerARN", consumer.arn.as_str())
        }
        Request::Record(_, group, identifier) => of_group("get-record", group)
            .text("RecordIdentifierValueAsString", identifier)
            .text("ExpirationTimeResponse", "Enabled"),
        Request::Identifiers(_, group, with_deleted, _) => {
            let call = of_group("list-records", group);
            if *with_deleted {
                call.with("IncludeSoftDeletedRecords", Argument::Json(json!(true)))
            } else {
                call
            }
        }
        Request::Gather(_, wanted) => gather(wanted),
        Request::Write(_, write) => of_write(write),
    })
}

/// The command that reads one record of a stream again, from its place in its shard.
pub fn of_record(section: Section, stream: &ResourceId, record: &Record) -> AwsCommand {
    let (service, place) = match section {
        Section::Streams => (STREAMS, of_stream("get-shard-iterator", stream)),
        _ => (
            TABLES,
            AwsCommand::new(TABLES, "get-shard-iterator").text("StreamArn", stream.as_str()),
        ),
    };
    let member = match section {
        Section::Streams => "StartingSequenceNumber",
        _ => "SequenceNumber",
    };
    let place = place
        .text("ShardId", record.shard.as_str())
        .text("ShardIteratorType", "AT_SEQUENCE_NUMBER")
        .text(member, record.sequence.as_str());
    AwsCommand::new(service, "get-records")
        .with("ShardIterator", Argument::Given(Box::new(place), "ShardIterator"))
        .with("Limit", Argument::Number(1))
}

fn list(section: Section, query: &ListQuery) -> AwsCommand {
    match section {
        Section::Streams => AwsCommand::new(STREAMS, "list-streams"),
        Section::Tables => AwsCommand::new(TABLES, "list-streams"),
        Section::Features => AwsCommand::new(GROUPS, "list-feature-groups"),
        Section::Predictions => predictions(query),
    }
}

fn predictions(query: &ListQuery) -> AwsCommand {
    let order = match query.order {
        SortOrder::Ascending => "asc",
        SortOrder::Descending => "dsc",
    };
    let call = AwsCommand::new(PREDICTIONS, "describe-batch-predictions").text("SortOrder", order);
    match &query.condition {
        Some(condition) => call
            .text("FilterVariable", condition.variable.name)
            .text(condition.operator.name(), condition.operand.as_sent()),
        None => call,
    }
}

fn describe(section: Section, id: &ResourceId) -> AwsCommand {
    match section {
        Section::Streams => of_stream("describe-stream-summary", id),
        Section::Tables => AwsCommand::new(TABLES, "describe-stream").text("StreamArn", id.as_str()),
        Section::Features => {
            AwsCommand::new(GROUPS, "describe-feature-group").text("FeatureGroupName", id.as_str())
        }
        Section::Predictions => {
            AwsCommand::new(PREDICTIONS, "get-batch-prediction").text("BatchPredictionId", id.as_str())
        }
    }
}

fn trace(ancestor: &Ancestor) -> AwsCommand {
    match ancestor {
        Ancestor::Model(id) => AwsCommand::new(PREDICTIONS, "get-ml-model").text("MLModelId", id.as_str()),
        Ancestor::DataSource(id) => {
            AwsCommand::new(PREDICTIONS, "get-data-source").text("DataSourceId", id.as_str())
        }
    }
}

/// A data stream goes by its name or by its ARN.
fn of_stream(operation: &'static str, stream: &ResourceId) -> AwsCommand {
    let member = if stream.as_str().starts_with("arn:") {
        "StreamARN"
    } else {
        "StreamName"
    };
    AwsCommand::new(STREAMS, operation).text(member, stream.as_str())
}

fn of_group(operation: &'static str, group: &ResourceId) -> AwsCommand {
    AwsCommand::new(RECORDS, operation).text("FeatureGroupName", group.as_str())
}

fn gather(wanted: &[WantedRecords]) -> AwsCommand {
    let groups = wanted.iter().map(|wanted| {
        let mut group = Map::new();
        group.insert("FeatureGroupName".to_owned(), wanted.group.as_str().into());
        group.insert(
            "RecordIdentifiersValueAsString".to_owned(),
            wanted.identifiers.clone().into(),
        );
        if !wanted.features.is_empty() {
            group.insert("FeatureNames".to_owned(), wanted.features.clone().into());
        }
        Value::from(group)
    });
    AwsCommand::new(RECORDS, "batch-get-record")
        .with("Identifiers", Argument::Json(groups.collect()))
        .text("ExpirationTimeResponse", "Enabled")
}

fn of_write(write: &RecordWrite) -> AwsCommand {
    let by_identifier = |operation| {
        of_group(operation, &write.group).text("RecordIdentifierValueAsString", &write.identifier)
    };
    let call = match &write.change {
        RecordChange::Put { features, ttl } => living(
            of_group("put-record", &write.group).with("Record", values(features)),
            *ttl,
        ),
        RecordChange::Update { features, ttl } => living(
            by_identifier("update-record").with("Features", values(features)),
            *ttl,
        ),
        RecordChange::Delete { event_time, mode } => {
            let mode = match mode {
                DeletionMode::Soft => "SoftDelete",
                DeletionMode::Hard => "HardDelete",
            };
            by_identifier("delete-record")
                .text("EventTime", event_time)
                .text("DeletionMode", mode)
        }
    };
    if write.stores.is_empty() {
        return call;
    }
    let stores = write.stores.iter().copied().map(TargetStore::as_str);
    call.with("TargetStores", Argument::Json(stores.collect()))
}

fn living(call: AwsCommand, ttl: Option<TtlDuration>) -> AwsCommand {
    match ttl {
        Some(ttl) => call.with(
            "TtlDuration",
            Argument::Json(json!({"Unit": ttl.unit.as_str(), "Value": ttl.value})),
        ),
        None => call,
    }
}

fn values(features: &Features) -> Argument {
    let value = |(name, value): &(String, FeatureValue)| match value {
        FeatureValue::One(text) => json!({"FeatureName": name, "ValueAsString": text}),
        FeatureValue::Many(texts) => json!({"FeatureName": name, "ValueAsStringList": texts}),
    };
    Argument::Json(features.iter().map(value).collect())
}
