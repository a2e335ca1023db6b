//! Stories of readers, on a clock that only the test moves.

use super::*;
use crate::demo::ask::{ask, at, code};

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
        self.read("ListStreams", &json!({"TableName": "carts"})).unwrap()["Streams"][0]["StreamArn"].clone()
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

fn switch(account: &Account, specification: &Value) -> Value {
    let input = json!({"StreamSpecification": specification});
    account.write("UpdateTable", &input)["TableDescription"].clone()
}

#[test]
fn a_stream_that_is_turned_off_can_be_read_for_a_day_beside_the_next_one() {
    let mut account = Account::with_table("NEW_IMAGE");
    account.put("a", "1");
    let described = switch(&account, &json!({"StreamEnabled": false}));
    assert_eq!(described["TableStatus"], "UPDATING");
    assert_eq!(described.get("StreamSpecification"), None);
    assert_eq!(described["LatestStreamArn"], account.arn());
    account.put("b", "1");
    let old = account
        .read("DescribeStream", &json!({"StreamArn": account.arn()}))
        .unwrap();
    assert_eq!(old["StreamDescription"]["StreamStatus"], "DISABLED");
    let shards = account.shards();
    assert!(
        shards
            .iter()
            .all(|it| it["SequenceNumberRange"]["EndingSequenceNumber"].is_string())
    );

    let view = json!({"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"});
    let described = switch(&account, &view);
    assert_eq!(described["StreamSpecification"], view);
    let new = described["LatestStreamArn"].clone();
    assert_ne!(new, account.arn());
    account.put("c", "1");
    let old = account.all_records();
    assert_eq!(old.len(), 1);
    assert_eq!(old[0]["dynamodb"]["Keys"]["id"]["S"], "a");
    let listed = |account: &Account| {
        let listed = account
            .read("ListStreams", &json!({"TableName": "carts"}))
            .unwrap();
        listed["Streams"].as_array().unwrap().len()
    };
    assert_eq!(listed(&account), 2);
    account.seconds += 24 * 3600 + 1;
    assert_eq!(listed(&account), 1);
    assert_eq!(account.arn(), new);
}

#[test]
fn a_stream_is_turned_on_and_off_by_turns() {
    let account = Account::with_table("NEW_IMAGE");
    let attempt = |specification: &Value| {
        let input = json!({"TableName": "carts", "StreamSpecification": specification});
        ask(&*account.tables, "UpdateTable", &input, account.now())
    };
    let (on, off) = (
        json!({"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}),
        json!({"StreamEnabled": false}),
    );
    assert_eq!(code(attempt(&on)), "ValidationException");
    attempt(&off).unwrap();
    assert_eq!(code(attempt(&off)), "ValidationException");
    attempt(&on).unwrap();
    let nothing = json!({"TableName": "carts"});
    assert_eq!(
        code(ask(&*account.tables, "UpdateTable", &nothing, account.now())),
        "ValidationException"
    );
}

#[test]
fn chance_rolls_over_the_stream_that_an_iterator_reads_and_doubles_it_while_it_is_small() {
    let mut account = Account::with_table("NEW_IMAGE");
    let iterator = account
        .iterator(&account.shards()[0], "TRIM_HORIZON", None)
        .unwrap();
    let iterator = iterator.as_str().unwrap();
    let open = |account: &Account| account.tables.state().open_shards("carts");
    let mut counts = Vec::new();
    for dice in [1, 4, 4, 4, 4, 2] {
        account.seconds += 1;
        account.streams.reshard(iterator, dice, account.now());
        counts.push(open(&account));
    }
    assert_eq!(counts, [1, 2, 4, 8, 8, 8]);
    account.streams.reshard("nonsense", 0, account.now());
    assert_eq!(open(&account), 8);
}
