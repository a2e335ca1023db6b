//! Stories of callers, on a clock that only the test moves.

#![expect(clippy::needless_pass_by_value, reason = "inputs are literals")]

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Kinesis, Mode};
use crate::demo::protocol::{Call, Fault, Service as _};

mod fan_out;
mod scaling;

/// A service and the time as its caller sees it.
struct Caller {
    kinesis: Kinesis,
    now: Timestamp,
}

impl Caller {
    fn new() -> Self {
        Self {
            kinesis: Kinesis::default(),
            now: Timestamp::from_second(1_760_000_000).unwrap(),
        }
    }

    fn with_stream(shards: u32) -> Self {
        let mut caller = Self::new();
        caller.call(
            "CreateStream",
            json!({"StreamName": "orders", "ShardCount": shards}),
        );
        caller.wait(1);
        caller
    }

    fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn attempt(&self, operation: &str, input: Value) -> Result<Value, Fault> {
        let call = Call {
            operation,
            input: &input,
            region: "eu-west-1",
            now: self.now,
        };
        let reply = self.kinesis.call(&call)?;
        Ok(serde_json::from_str(&reply.into_text()).unwrap())
    }

    fn call(&self, operation: &str, input: Value) -> Value {
        self.attempt(operation, input)
            .unwrap_or_else(|fault| panic!("{operation}: {fault:?}"))
    }

    fn code(&self, operation: &str, input: Value) -> &'static str {
        match self.attempt(operation, input) {
            Ok(answer) => panic!("{operation} answered {answer}"),
            Err(fault) => fault.code,
        }
    }

    fn put(&self, key: &str, data: &str) -> Value {
        self.call(
            "PutRecord",
            json!({"StreamName": "orders", "PartitionKey": key, "Data": data}),
        )
    }

    fn iterator(&self, shard: u32, more: Value) -> String {
        let mut input = json!({"StreamName": "orders", "ShardId": format!("shardId-{shard:012}")});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.call("GetShardIterator", input)["ShardIterator"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn horizon(&self, shard: u32) -> String {
        self.iterator(shard, json!({"ShardIteratorType": "TRIM_HORIZON"}))
    }

    fn split(&mut self, place: u32, key: u128) {
        let shard = format!("shardId-{place:012}");
        let key = key.to_string();
        self.call(
            "SplitShard",
            json!({"StreamName": "orders", "ShardToSplit": shard, "NewStartingHashKey": key}),
        );
        self.wait(1);
    }

    fn shards(&self, filter: Value) -> Vec<String> {
        let answer = self.call(
            "ListShards",
            json!({"StreamName": "orders", "ShardFilter": filter}),
        );
        let shards = answer["Shards"].as_array().unwrap().clone();
        shards
            .iter()
            .map(|shard| shard["ShardId"].as_str().unwrap()[19..].to_owned())
            .collect()
    }
}

fn sequences(answer: &Value) -> Vec<String> {
    let records = answer["Records"].as_array().unwrap();
    records
        .iter()
        .map(|record| record["SequenceNumber"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_stream_is_created_used_and_deleted_in_its_own_time() {
    let mut caller = Caller::new();
    caller.call("CreateStream", json!({"StreamName": "orders", "ShardCount": 2}));
    let status = |caller: &Caller| {
        let summary = caller.call("DescribeStreamSummary", json!({"StreamName": "orders"}));
        summary["StreamDescriptionSummary"]["StreamStatus"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(status(&caller), "CREATING");
    assert_eq!(
        caller.code("CreateStream", json!({"StreamName": "orders"})),
        "ResourceInUseException"
    );
    caller.wait(1);
    assert_eq!(status(&caller), "ACTIVE");
    caller.call("DeleteStream", json!({"StreamName": "orders"}));
    assert_eq!(status(&caller), "DELETING");
    caller.wait(1);
    let fault = caller
        .attempt("DescribeStream", json!({"StreamName": "orders"}))
        .unwrap_err();
    assert_eq!(fault.code, "ResourceNotFoundException");
    assert_eq!(
        fault.message,
        "Stream orders under account 111122223333 not found."
    );
}

#[test]
fn a_record_goes_where_the_md5_of_its_key_says() {
    let caller = Caller::with_stream(4);
    // md5("a") begins with 0c, md5("b") with 92: the first and the third quarter of the hash keys.
    assert_eq!(caller.put("a", "AAEC")["ShardId"], "shardId-000000000000");
    assert_eq!(caller.put("b", "AAEC")["ShardId"], "shardId-000000000002");
    let explicit = json!({
        "StreamName": "orders", "PartitionKey": "a", "Data": "", "ExplicitHashKey": u128::MAX.to_string(),
    });
    assert_eq!(
        caller.call("PutRecord", explicit)["ShardId"],
        "shardId-000000000003"
    );
}

#[test]
fn records_come_back_as_they_were_put() {
    let mut caller = Caller::with_stream(1);
    let put = caller.put("k\"1", "AAEC/w==");
    let iterator = caller.horizon(0);
    caller.wait(2);
    let answer = caller.call("GetRecords", json!({"ShardIterator": iterator}));
    assert_eq!(
        answer["Records"],
        json!([{
            "SequenceNumber": put["SequenceNumber"],
            "ApproximateArrivalTimestamp": 1_760_000_001.0,
            "Data": "AAEC/w==",
            "PartitionKey": "k\"1",
        }])
    );
    assert_eq!(answer["MillisBehindLatest"], 0);
    assert!(answer["NextShardIterator"].is_string());
}

#[test]
fn each_of_the_five_iterators_starts_where_it_says() {
    let mut caller = Caller::with_stream(1);
    let mut put = Vec::new();
    for _ in 0..3 {
        put.push(
            caller.put("a", "AAEC")["SequenceNumber"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        caller.wait(10);
    }
    assert!(put.is_sorted());
    let second = caller.now.as_second() - 20;
    let reads = [
        (json!({"ShardIteratorType": "TRIM_HORIZON"}), &put[..]),
        (json!({"ShardIteratorType": "LATEST"}), &put[3..]),
        (
            json!({"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": second}),
            &put[1..],
        ),
        (
            json!({"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": put[1]}),
            &put[1..],
        ),
        (
            json!({"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": put[1]}),
            &put[2..],
        ),
    ];
    for (start, expected) in reads {
        let iterator = caller.iterator(0, start.clone());
        let answer = caller.call("GetRecords", json!({"ShardIterator": iterator}));
        assert_eq!(sequences(&answer), expected, "{start}");
    }
}

#[test]
fn a_wrong_start_is_refused() {
    let caller = Caller::with_stream(2);
    let sequence = caller.put("a", "AAEC")["SequenceNumber"].clone();
    let future = caller.now.as_second() + 1;
    let starts = [
        json!({"ShardIteratorType": "AT_SEQUENCE_NUMBER"}),
        json!({"ShardIteratorType": "LATEST", "StartingSequenceNumber": sequence}),
        json!({"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": "12"}),
        json!({"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": sequence}),
        json!({"ShardIteratorType": "AT_TIMESTAMP"}),
        json!({"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": future}),
    ];
    for start in starts {
        let mut input = json!({"StreamName": "orders", "ShardId": "shardId-000000000001"});
        input
            .as_object_mut()
            .unwrap()
            .extend(start.as_object().unwrap().clone());
        assert_eq!(
            caller.code("GetShardIterator", input),
            "InvalidArgumentException",
            "{start}"
        );
    }
    let input =
        json!({"StreamName": "orders", "ShardId": "shardId-000000000000", "ShardIteratorType": "NEWEST"});
    assert_eq!(caller.code("GetShardIterator", input), "ValidationException");
}

#[test]
fn an_iterator_is_good_for_five_minutes() {
    let mut caller = Caller::with_stream(1);
    let iterator = caller.horizon(0);
    caller.wait(300);
    caller.call("GetRecords", json!({"ShardIterator": iterator}));
    caller.wait(1);
    assert_eq!(
        caller.code("GetRecords", json!({"ShardIterator": iterator})),
        "ExpiredIteratorException"
    );
    assert_eq!(
        caller.code("GetRecords", json!({"ShardIterator": "AAAA"})),
        "InvalidArgumentException"
    );
}

#[test]
fn an_iterator_of_a_deleted_stream_does_not_read_its_successor() {
    let mut caller = Caller::with_stream(1);
    let iterator = caller.horizon(0);
    caller.call("DeleteStream", json!({"StreamName": "orders"}));
    caller.wait(1);
    caller.call("CreateStream", json!({"StreamName": "orders"}));
    caller.wait(1);
    assert_eq!(
        caller.code("GetRecords", json!({"ShardIterator": iterator})),
        "ResourceNotFoundException"
    );
}

#[test]
fn a_shard_takes_five_reads_a_second_and_its_neighbour_is_not_touched() {
    let mut caller = Caller::with_stream(2);
    let iterator = caller.horizon(0);
    for _ in 0..5 {
        caller.call("GetRecords", json!({"ShardIterator": iterator}));
    }
    let throttled = "ProvisionedThroughputExceededException";
    assert_eq!(
        caller.code("GetRecords", json!({"ShardIterator": iterator})),
        throttled
    );
    caller.call("GetRecords", json!({"ShardIterator": caller.horizon(1)}));
    caller.wait(1);
    caller.call("GetRecords", json!({"ShardIterator": iterator}));
}

#[test]
fn an_answer_holds_ten_mebibytes_which_are_paid_back() {
    let mut caller = Caller::with_stream(1);
    let mebibyte = "AAAA".repeat(349_525);
    for _ in 0..11 {
        caller.put("a", &mebibyte);
    }
    let iterator = caller.horizon(0);
    caller.wait(1);
    let answer = caller.call("GetRecords", json!({"ShardIterator": iterator}));
    assert_eq!(sequences(&answer).len(), 10);
    assert_eq!(answer["MillisBehindLatest"], 1000);
    let next = &answer["NextShardIterator"];
    caller.wait(4);
    assert_eq!(
        caller.code("GetRecords", json!({"ShardIterator": next})),
        "ProvisionedThroughputExceededException"
    );
    caller.wait(1);
    assert_eq!(
        sequences(&caller.call("GetRecords", json!({"ShardIterator": next}))).len(),
        1
    );
}

#[test]
fn a_closed_shard_ends_and_names_its_children() {
    let mut caller = Caller::with_stream(1);
    caller.put("a", "AAEC");
    caller.split(0, 1 << 127);
    let iterator = caller.horizon(0);
    let answer = caller.call("GetRecords", json!({"ShardIterator": iterator, "Limit": 1}));
    assert!(answer["NextShardIterator"].is_null());
    let children = answer["ChildShards"].as_array().unwrap();
    assert_eq!(children.len(), 2);
    assert_eq!(children[1]["ShardId"], "shardId-000000000002");
    assert_eq!(children[1]["ParentShards"], json!(["shardId-000000000000"]));
    assert_eq!(
        children[1]["HashKeyRange"]["StartingHashKey"],
        (1_u128 << 127).to_string()
    );
    assert_eq!(caller.put("a", "AAEC")["ShardId"], "shardId-000000000001");
}

#[test]
fn a_merge_has_two_parents_and_needs_neighbours() {
    let mut caller = Caller::with_stream(3);
    let merge = |one: u32, other: u32| {
        json!({
            "StreamName": "orders",
            "ShardToMerge": format!("shardId-{one:012}"),
            "AdjacentShardToMerge": format!("shardId-{other:012}"),
        })
    };
    assert_eq!(
        caller.code("MergeShards", merge(0, 2)),
        "InvalidArgumentException"
    );
    caller.call("MergeShards", merge(0, 1));
    assert_eq!(caller.code("MergeShards", merge(1, 2)), "ResourceInUseException");
    caller.wait(1);
    assert_eq!(
        caller.code("MergeShards", merge(1, 2)),
        "InvalidArgumentException"
    );
    let answer = caller.call("DescribeStream", json!({"StreamName": "orders"}));
    let shards = answer["StreamDescription"]["Shards"].as_array().unwrap();
    assert_eq!(shards[3]["ParentShardId"], "shardId-000000000000");
    assert_eq!(shards[3]["AdjacentParentShardId"], "shardId-000000000001");
    assert!(shards[1]["SequenceNumberRange"]["EndingSequenceNumber"].is_string());
    assert!(
        shards[2]["SequenceNumberRange"]
            .get("EndingSequenceNumber")
            .is_none()
    );
}

#[test]
fn a_split_needs_a_key_inside_the_shard_and_a_provisioned_stream() {
    let mut caller = Caller::with_stream(1);
    let split = |key: &str| json!({"StreamName": "orders", "ShardToSplit": "shardId-000000000000", "NewStartingHashKey": key});
    for key in ["0", "1", "340282366920938463463374607431768211455"] {
        assert_eq!(
            caller.code("SplitShard", split(key)),
            "InvalidArgumentException",
            "{key}"
        );
    }
    let fault = caller.attempt("SplitShard", split("none")).unwrap_err();
    assert_eq!(
        fault.message,
        "1 validation error detected: Value 'none' at 'newStartingHashKey' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})"
    );
    caller.call(
        "CreateStream",
        json!({"StreamName": "free", "StreamModeDetails": {"StreamMode": "ON_DEMAND"}}),
    );
    caller.wait(1);
    let mut input = split("5000");
    input["StreamName"] = "free".into();
    assert_eq!(caller.code("SplitShard", input), "ValidationException");
}

#[test]
fn shards_are_filtered_by_the_times_at_which_they_were_open() {
    let mut caller = Caller::with_stream(2);
    caller.wait(10);
    let before = caller.now.as_second();
    caller.wait(10);
    caller.split(0, 1000);
    let after = caller.now.as_second();
    let cases = [
        (json!({"Type": "AT_LATEST"}), vec!["1", "2", "3"]),
        (json!({"Type": "AT_TRIM_HORIZON"}), vec!["0", "1"]),
        (json!({"Type": "FROM_TRIM_HORIZON"}), vec!["0", "1", "2", "3"]),
        (
            json!({"Type": "AT_TIMESTAMP", "Timestamp": before}),
            vec!["0", "1"],
        ),
        (
            json!({"Type": "AT_TIMESTAMP", "Timestamp": after}),
            vec!["1", "2", "3"],
        ),
        (
            json!({"Type": "FROM_TIMESTAMP", "Timestamp": before}),
            vec!["0", "1", "2", "3"],
        ),
        (
            json!({"Type": "FROM_TIMESTAMP", "Timestamp": after}),
            vec!["1", "2", "3"],
        ),
        (
            json!({"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000001"}),
            vec!["2", "3"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(caller.shards(filter.clone()), expected, "{filter}");
    }
    let incomplete = json!({"StreamName": "orders", "ShardFilter": {"Type": "AT_TIMESTAMP"}});
    assert_eq!(caller.code("ListShards", incomplete), "InvalidArgumentException");
}

#[test]
fn shards_come_in_pages_whose_tokens_grow_old() {
    let mut caller = Caller::with_stream(5);
    let filter = json!({"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000000"});
    let first = caller.call(
        "ListShards",
        json!({"StreamName": "orders", "MaxResults": 3, "ShardFilter": filter}),
    );
    assert_eq!(first["Shards"].as_array().unwrap().len(), 3);
    let token = &first["NextToken"];
    let both = json!({"NextToken": token, "StreamName": "orders"});
    assert_eq!(caller.code("ListShards", both), "InvalidArgumentException");
    let second = caller.call("ListShards", json!({"NextToken": token}));
    assert_eq!(second["Shards"][0]["ShardId"], "shardId-000000000004");
    assert!(second.get("NextToken").is_none());
    caller.wait(301);
    assert_eq!(
        caller.code("ListShards", json!({"NextToken": token})),
        "ExpiredNextTokenException"
    );
}

#[test]
fn streams_come_in_pages_with_summaries() {
    let caller = Caller::new();
    for name in ["c", "a", "b"] {
        caller.call("CreateStream", json!({"StreamName": name}));
    }
    let first = caller.call("ListStreams", json!({"Limit": 2}));
    assert_eq!(first["StreamNames"], json!(["a", "b"]));
    assert_eq!(first["HasMoreStreams"], true);
    assert_eq!(
        first["StreamSummaries"][1]["StreamARN"],
        "arn:aws:kinesis:eu-west-1:111122223333:stream/b"
    );
    let second = caller.call("ListStreams", json!({"NextToken": first["NextToken"]}));
    assert_eq!(second["StreamNames"], json!(["c"]));
    let by_name = caller.call("ListStreams", json!({"ExclusiveStartStreamName": "b"}));
    assert_eq!(by_name["StreamNames"], json!(["c"]));
}

#[test]
fn records_are_gone_after_the_retention() {
    let mut caller = Caller::with_stream(1);
    caller.put("a", "AAEC");
    caller.wait(24 * 3600 - 10);
    let kept = caller.put("a", "AAEC")["SequenceNumber"].clone();
    caller.wait(20);
    let answer = caller.call("GetRecords", json!({"ShardIterator": caller.horizon(0)}));
    assert_eq!(sequences(&answer), [kept.as_str().unwrap()]);
}

#[test]
fn a_batch_of_records_is_bounded_and_answered_one_by_one() {
    let caller = Caller::with_stream(2);
    let batch = |count: usize| {
        let records: Vec<Value> = (0..count)
            .map(|n| json!({"PartitionKey": n.to_string(), "Data": "AAEC"}))
            .collect();
        json!({"StreamName": "orders", "Records": records})
    };
    let answer = caller.call("PutRecords", batch(500));
    assert_eq!(answer["FailedRecordCount"], 0);
    assert_eq!(answer["Records"].as_array().unwrap().len(), 500);
    assert_eq!(caller.code("PutRecords", batch(501)), "ValidationException");
    assert_eq!(caller.code("PutRecords", batch(0)), "ValidationException");
}

#[test]
fn a_record_is_bounded_by_what_its_stream_takes() {
    let mut caller = Caller::with_stream(1);
    caller.call(
        "CreateStream",
        json!({"StreamName": "wide", "MaxRecordSizeInKiB": 10_240}),
    );
    caller.wait(1);
    let mut input = json!({"StreamName": "orders", "PartitionKey": "a", "Data": "AAAA".repeat(350_000)});
    assert_eq!(caller.code("PutRecord", input.clone()), "ValidationException");
    input["StreamName"] = "wide".into();
    caller.call("PutRecord", input.clone());
    input["Data"] = "no base64".into();
    assert_eq!(caller.code("PutRecord", input), "SerializationException");
}

#[test]
fn a_dry_run_stores_nothing() {
    let caller = Caller::with_stream(1);
    let input = json!({"StreamName": "orders", "PartitionKey": "a", "Data": "AAEC", "DryRun": true});
    assert_eq!(caller.code("PutRecord", input), "DryRunOperationException");
    let answer = caller.call("GetRecords", json!({"ShardIterator": caller.horizon(0)}));
    assert_eq!(answer["Records"], json!([]));
}

#[test]
fn a_stream_that_is_fed_from_within_stays_small() {
    let caller = Caller::new();
    caller.kinesis.create("orders", Mode::Provisioned, 1, caller.now);
    let data = vec![0; 1024 * 1024];
    for _ in 0..20 {
        caller.kinesis.put("orders", "a", &data, caller.now);
    }
    let answer = caller.call("GetRecords", json!({"ShardIterator": caller.horizon(0)}));
    let kept = sequences(&answer);
    assert_eq!(kept.len(), 5);
    assert!(kept.is_sorted());
}

#[test]
fn times_of_arrival_never_go_back() {
    let caller = Caller::with_stream(1);
    let soon = caller.now + SignedDuration::from_secs(1);
    caller.kinesis.put("orders", "a", b"1", soon);
    caller.kinesis.put("orders", "a", b"2", caller.now);
    let answer = caller.call("GetRecords", json!({"ShardIterator": caller.horizon(0)}));
    let arrival = |place: usize| &answer["Records"][place]["ApproximateArrivalTimestamp"];
    assert_eq!(arrival(0), arrival(1));
}

#[test]
fn a_stream_is_found_by_its_arn() {
    let caller = Caller::with_stream(1);
    let arn = "arn:aws:kinesis:us-east-1:111122223333:stream/orders";
    let answer = caller.call("DescribeStreamSummary", json!({"StreamARN": arn}));
    assert_eq!(answer["StreamDescriptionSummary"]["StreamName"], "orders");
    let both = json!({"StreamARN": arn, "StreamName": "others"});
    assert_eq!(
        caller.code("DescribeStreamSummary", both),
        "InvalidArgumentException"
    );
    assert_eq!(
        caller.code("DescribeStreamSummary", json!({})),
        "InvalidArgumentException"
    );
    let foreign = json!({"StreamARN": "arn:aws:kinesis:us-east-1:999999999999:stream/orders"});
    assert_eq!(
        caller.code("DescribeStreamSummary", foreign),
        "ResourceNotFoundException"
    );
    assert_eq!(
        caller.code("DescribeStreamSummary", json!({"StreamARN": "orders"})),
        "ValidationException"
    );
}

#[test]
fn the_retention_goes_up_and_down_by_its_own_call_only() {
    let caller = Caller::with_stream(1);
    let hours = |hours: i64| json!({"StreamName": "orders", "RetentionPeriodHours": hours});
    caller.call("IncreaseStreamRetentionPeriod", hours(48));
    assert_eq!(
        caller.code("IncreaseStreamRetentionPeriod", hours(24)),
        "InvalidArgumentException"
    );
    assert_eq!(
        caller.code("IncreaseStreamRetentionPeriod", hours(8761)),
        "InvalidArgumentException"
    );
    assert_eq!(
        caller.code("DecreaseStreamRetentionPeriod", hours(72)),
        "InvalidArgumentException"
    );
    caller.call("DecreaseStreamRetentionPeriod", hours(24));
    assert_eq!(
        caller.code("DecreaseStreamRetentionPeriod", hours(23)),
        "InvalidArgumentException"
    );
}

#[test]
fn tags_are_those_the_stream_was_made_with() {
    let mut caller = Caller::with_stream(1);
    caller.call(
        "CreateStream",
        json!({"StreamName": "tagged", "Tags": {"b": "2", "a": "1"}}),
    );
    caller.wait(1);
    let none = caller.call("ListTagsForStream", json!({"StreamName": "orders"}));
    assert_eq!(none, json!({"Tags": [], "HasMoreTags": false}));
    let first = caller.call("ListTagsForStream", json!({"StreamName": "tagged", "Limit": 1}));
    assert_eq!(
        first,
        json!({"Tags": [{"Key": "a", "Value": "1"}], "HasMoreTags": true})
    );
}

#[test]
fn an_unknown_operation_is_said_to_be_one() {
    assert_eq!(
        Caller::new().code("SubscribeToShard", json!({})),
        "UnknownOperationException"
    );
}
