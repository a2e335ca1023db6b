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
mod tests {
    use super::*;
    use crate::demo::ask::{ask, at, code};
    use jiff::Timestamp;

    /// Both services over one set of tables, at a time that the test sets.
    struct Account {
        tables: Arc<DynamoDb>,
        streams: DynamoDbStreams,
        seconds: i64,
    }

    impl Account {
        fn with_table(view: &str) -> Self {
            let tables = Arc::new(DynamoDb::new());
            let account = Self {
                streams: DynamoDbStreams::new(Arc::clone(&tables)),
                tables,
                seconds: 0,
            };
            account.write(
                "CreateTable",
                &json!({
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "BillingMode": "PAY_PER_REQUEST",
                    "StreamSpecification": {"StreamEnabled": true, "StreamViewType": view},
                }),
            );
            account
        }

        fn now(&self) -> Timestamp {
            at(self.seconds)
        }

        fn write(&self, operation: &str, input: &Value) -> Value {
            let mut input = input.clone();
            input["TableName"] = json!("carts");
            ask(&*self.tables, operation, &input, self.now()).unwrap()
        }

        fn put(&self, id: &str, total: &str) {
            self.write(
                "PutItem",
                &json!({"Item": {"id": {"S": id}, "total": {"N": total}}}),
            );
        }

        fn read(&self, operation: &str, input: &Value) -> Result<Value, Fault> {
            ask(&self.streams, operation, input, self.now())
        }

        fn arn(&self) -> Value {
            self.read("ListStreams", &json!({"TableName": "carts"})).unwrap()["Streams"][0]["StreamArn"]
                .clone()
        }

        fn shards(&self) -> Vec<Value> {
            let described = self
                .read("DescribeStream", &json!({"StreamArn": self.arn()}))
                .unwrap();
            described["StreamDescription"]["Shards"]
                .as_array()
                .unwrap()
                .clone()
        }

        fn iterator(&self, shard: &Value, kind: &str, sequence: Option<&Value>) -> Result<Value, Fault> {
            let mut input = json!({
                "StreamArn": self.arn(), "ShardId": shard["ShardId"], "ShardIteratorType": kind,
            });
            if let Some(sequence) = sequence {
                input["SequenceNumber"] = sequence.clone();
            }
            Ok(self.read("GetShardIterator", &input)?["ShardIterator"].clone())
        }

        fn records(&self, iterator: &Value) -> Result<Value, Fault> {
            self.read("GetRecords", &json!({"ShardIterator": iterator}))
        }

        fn all_records(&self) -> Vec<Value> {
            let read = |shard: &Value| {
                let answer = self
                    .records(&self.iterator(shard, "TRIM_HORIZON", None).unwrap())
                    .unwrap();
                answer["Records"].as_array().unwrap().clone()
            };
            self.shards().iter().flat_map(read).collect()
        }
    }

    #[test]
    fn a_change_carries_both_images_and_a_write_of_the_same_item_is_no_change() {
        let account = Account::with_table("NEW_AND_OLD_IMAGES");
        account.put("c1", "1");
        account.put("c1", "1.0");
        account.put("c1", "2");
        account.write("DeleteItem", &json!({"Key": {"id": {"S": "c1"}}}));
        account.write("DeleteItem", &json!({"Key": {"id": {"S": "c1"}}}));
        let records = account.all_records();
        let events: Vec<_> = records
            .iter()
            .map(|record| record["eventName"].as_str().unwrap())
            .collect();
        assert_eq!(events, ["INSERT", "MODIFY", "REMOVE"]);
        let change = &records[1]["dynamodb"];
        assert_eq!(change["OldImage"]["total"], json!({"N": "1"}));
        assert_eq!(change["NewImage"]["total"], json!({"N": "2"}));
        assert_eq!(change["Keys"], json!({"id": {"S": "c1"}}));
        assert_eq!(records[2]["userIdentity"], Value::Null);
    }

    #[test]
    fn each_view_type_has_its_images() {
        for (view, has_old, has_new) in [
            ("KEYS_ONLY", false, false),
            ("NEW_IMAGE", false, true),
            ("OLD_IMAGE", true, false),
            ("NEW_AND_OLD_IMAGES", true, true),
        ] {
            let account = Account::with_table(view);
            account.put("c1", "1");
            account.put("c1", "2");
            let change = account.all_records().remove(1)["dynamodb"].clone();
            let images = (change.get("OldImage").is_some(), change.get("NewImage").is_some());
            assert_eq!(images, (has_old, has_new), "{view}");
            assert_eq!(change["StreamViewType"], view);
        }
    }

    #[test]
    fn an_expired_item_is_deleted_by_the_service_itself() {
        let mut account = Account::with_table("OLD_IMAGE");
        let specification = json!({"Enabled": true, "AttributeName": "expires"});
        account.write(
            "UpdateTimeToLive",
            &json!({"TimeToLiveSpecification": specification}),
        );
        let expires = json!({"N": (account.now().as_second() + 60).to_string()});
        account.write(
            "PutItem",
            &json!({"Item": {"id": {"S": "c1"}, "expires": expires}}),
        );
        account.seconds = 60;
        account.tables.tick(account.now());
        assert_eq!(account.all_records().len(), 1);
        account.seconds = 62;
        let removal = account.all_records().remove(1);
        assert_eq!(removal["eventName"], "REMOVE");
        assert_eq!(
            removal["userIdentity"],
            json!({"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"})
        );
    }

    #[test]
    fn a_closed_shard_ends_and_its_children_are_found() {
        let mut account = Account::with_table("KEYS_ONLY");
        account.put("c1", "1");
        account.seconds = 10;
        account.tables.rotate_shards("carts", 2, account.now());
        account.put("c2", "1");
        let shards = account.shards();
        assert_eq!(shards.len(), 3);
        let parent = &shards[0];
        assert!(parent["SequenceNumberRange"]["EndingSequenceNumber"].is_string());
        let filter = json!({"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]});
        let input = json!({"StreamArn": account.arn(), "ShardFilter": filter});
        let children = account.read("DescribeStream", &input).unwrap();
        assert_eq!(
            children["StreamDescription"]["Shards"].as_array().unwrap()[..],
            shards[1..]
        );
        let answer = account
            .records(&account.iterator(parent, "TRIM_HORIZON", None).unwrap())
            .unwrap();
        assert_eq!(answer["Records"].as_array().unwrap().len(), 1);
        assert_eq!(answer.get("NextShardIterator"), None);
    }

    #[test]
    fn reading_goes_on_where_an_iterator_says() {
        let account = Account::with_table("KEYS_ONLY");
        for id in ["a", "b", "c"] {
            account.put(id, "1");
        }
        let shard = &account.shards()[0];
        let all = account.all_records();
        let second = &all[1]["dynamodb"]["SequenceNumber"];
        let read = |kind: &str, sequence: Option<&Value>| {
            account
                .records(&account.iterator(shard, kind, sequence).unwrap())
                .unwrap()["Records"]
                .clone()
        };
        assert_eq!(read("AT_SEQUENCE_NUMBER", Some(second)), json!(all[1..]));
        assert_eq!(read("AFTER_SEQUENCE_NUMBER", Some(second)), json!(all[2..]));
        assert_eq!(read("LATEST", None), json!([]));
        let start = account.iterator(shard, "TRIM_HORIZON", None).unwrap();
        let page = account
            .read("GetRecords", &json!({"ShardIterator": start, "Limit": 2}))
            .unwrap();
        assert_eq!(page["Records"], json!(all[..2]));
        let rest = account.records(&page["NextShardIterator"]).unwrap();
        assert_eq!(rest["Records"], json!(all[2..]));
        account.put("d", "1");
        let later = account.records(&rest["NextShardIterator"]).unwrap();
        assert_eq!(later["Records"][0]["dynamodb"]["Keys"], json!({"id": {"S": "d"}}));
    }

    #[test]
    fn a_page_holds_at_most_a_mebibyte() {
        let account = Account::with_table("NEW_IMAGE");
        for id in 0..4 {
            let item = json!({"id": {"S": id.to_string()}, "blob": {"S": "x".repeat(390 * 1024)}});
            account.write("PutItem", &json!({"Item": item}));
        }
        assert_eq!(account.all_records().len(), 2);
    }

    #[test]
    fn an_iterator_expires_after_15_minutes() {
        let mut account = Account::with_table("KEYS_ONLY");
        let iterator = account
            .iterator(&account.shards()[0], "TRIM_HORIZON", None)
            .unwrap();
        account.seconds = 15 * 60;
        assert!(account.records(&iterator).is_ok());
        account.seconds += 1;
        assert_eq!(code(account.records(&iterator)), "ExpiredIteratorException");
    }

    #[test]
    fn trimmed_changes_are_refused_and_not_skipped() {
        let mut account = Account::with_table("KEYS_ONLY");
        account.put("a", "1");
        let sequence = account.all_records()[0]["dynamodb"]["SequenceNumber"].clone();
        account.seconds = 24 * 3600 - 60;
        let parent = account.shards()[0].clone();
        let iterator = account.iterator(&parent, "TRIM_HORIZON", None).unwrap();
        account.seconds = 24 * 3600 + 1;
        let again = account.iterator(&parent, "AT_SEQUENCE_NUMBER", Some(&sequence));
        assert_eq!(code(again), "TrimmedDataAccessException");
        assert_eq!(code(account.records(&iterator)), "TrimmedDataAccessException");
        let horizon = account.iterator(&parent, "TRIM_HORIZON", None).unwrap();
        assert_eq!(account.records(&horizon).unwrap()["Records"], json!([]));
    }

    #[test]
    fn the_stream_of_a_deleted_table_can_still_be_read() {
        let account = Account::with_table("KEYS_ONLY");
        account.put("a", "1");
        account.write("DeleteTable", &json!({}));
        let described = account
            .read("DescribeStream", &json!({"StreamArn": account.arn()}))
            .unwrap();
        assert_eq!(described["StreamDescription"]["StreamStatus"], "DISABLED");
        assert_eq!(account.all_records().len(), 1);
    }

    #[test]
    fn malformed_and_foreign_places_are_refused() {
        let account = Account::with_table("KEYS_ONLY");
        let arn = account.arn();
        let elsewhere = arn.as_str().unwrap().replace("eu-west-1", "us-east-1");
        let describe = |arn: &str| account.read("DescribeStream", &json!({"StreamArn": arn}));
        assert_eq!(code(describe(&elsewhere)), "ResourceNotFoundException");
        assert_eq!(code(describe("carts")), "ValidationException");
        assert_eq!(code(account.records(&json!("nonsense"))), "ValidationException");
        let shard = account.shards().remove(0);
        let absent = json!({"ShardId": "shardId-00000000000000000000-00000000"});
        assert_eq!(
            code(account.iterator(&absent, "LATEST", None)),
            "ResourceNotFoundException"
        );
        assert_eq!(
            code(account.iterator(&shard, "EARLIEST", None)),
            "ValidationException"
        );
        assert_eq!(
            code(account.iterator(&shard, "AT_SEQUENCE_NUMBER", None)),
            "ValidationException"
        );
        let before = json!("000000000000000000001");
        assert_eq!(
            code(account.iterator(&shard, "AT_SEQUENCE_NUMBER", Some(&before))),
            "ValidationException"
        );
    }
}
