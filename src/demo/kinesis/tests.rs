//! Stories of callers, on a clock that only the test moves.

#![expect(clippy::needless_pass_by_value, reason = "inputs are literals")]

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Kinesis, Mode};
use crate::demo::protocol::{Call, Events, Fault, News, Service as _};

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

const ARN: &str = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";

fn register(caller: &Caller, name: &str) -> Value {
    let input = json!({"StreamARN": ARN, "ConsumerName": name});
    caller.call("RegisterStreamConsumer", input)["Consumer"].clone()
}

#[test]
fn a_consumer_is_registered_described_and_deregistered_in_its_own_time() {
    let mut caller = Caller::with_stream(1);
    let registered = register(&caller, "billing");
    assert_eq!(registered["ConsumerStatus"], "CREATING");
    let arn = registered["ConsumerARN"].as_str().unwrap().to_owned();
    assert_eq!(arn, format!("{ARN}/consumer/billing:{}", caller.now.as_second()));
    let again = json!({"StreamARN": ARN, "ConsumerName": "billing"});
    assert_eq!(
        caller.code("RegisterStreamConsumer", again.clone()),
        "ResourceInUseException"
    );
    caller.wait(1);
    for by in [again.clone(), json!({"ConsumerARN": arn})] {
        let described = caller.call("DescribeStreamConsumer", by)["ConsumerDescription"].clone();
        assert_eq!(described["ConsumerStatus"], "ACTIVE");
        assert_eq!(described["StreamARN"], ARN);
    }
    let summary = caller.call("DescribeStreamSummary", json!({"StreamName": "orders"}));
    assert_eq!(summary["StreamDescriptionSummary"]["ConsumerCount"], 1);
    assert_eq!(
        caller.code("DeleteStream", json!({"StreamName": "orders"})),
        "ResourceInUseException"
    );
    caller.call("DeregisterStreamConsumer", json!({"ConsumerARN": arn}));
    let leaving = caller.call("DescribeStreamConsumer", again.clone());
    assert_eq!(leaving["ConsumerDescription"]["ConsumerStatus"], "DELETING");
    caller.wait(1);
    assert_eq!(
        caller.code("DescribeStreamConsumer", again),
        "ResourceNotFoundException"
    );
}

#[test]
fn a_consumer_has_tags_of_its_own() {
    let caller = Caller::with_stream(1);
    let input = json!({"StreamARN": ARN, "ConsumerName": "billing", "Tags": {"team": "money"}});
    let arn = caller.call("RegisterStreamConsumer", input)["Consumer"]["ConsumerARN"].clone();
    let tags = |arn: Value| caller.call("ListTagsForResource", json!({"ResourceARN": arn}))["Tags"].clone();
    assert_eq!(tags(arn), json!([{"Key": "team", "Value": "money"}]));
    assert_eq!(tags(ARN.into()), json!([]));
}

#[test]
fn a_consumer_is_named_by_one_arn_or_by_two_names_that_agree() {
    let caller = Caller::with_stream(1);
    let arn = register(&caller, "billing")["ConsumerARN"].clone();
    let older = format!("{ARN}/consumer/billing:1");
    for (input, code) in [
        (json!({}), "InvalidArgumentException"),
        (json!({"ConsumerName": "billing"}), "InvalidArgumentException"),
        (
            json!({"ConsumerARN": arn, "ConsumerName": "audit"}),
            "InvalidArgumentException",
        ),
        (json!({"ConsumerARN": "billing"}), "ValidationException"),
        (json!({"ConsumerARN": older}), "ResourceNotFoundException"),
        (
            json!({"StreamARN": ARN, "ConsumerName": "audit"}),
            "ResourceNotFoundException",
        ),
    ] {
        assert_eq!(
            caller.code("DescribeStreamConsumer", input.clone()),
            code,
            "{input}"
        );
    }
}

#[test]
fn twenty_consumers_a_stream_and_five_at_one_time_are_the_limit() {
    let mut caller = Caller::with_stream(1);
    let limit = |caller: &Caller| {
        let one_more = json!({"StreamARN": ARN, "ConsumerName": "one-more"});
        assert_eq!(
            caller.code("RegisterStreamConsumer", one_more),
            "LimitExceededException"
        );
    };
    for round in 0..4 {
        for number in 0..5 {
            register(&caller, &format!("reader-{round}-{number}"));
        }
        limit(&caller);
        caller.wait(1);
    }
    limit(&caller);

    let mut input = json!({"StreamARN": ARN, "MaxResults": 8});
    let mut names = Vec::new();
    loop {
        let page = caller.call("ListStreamConsumers", input.clone());
        let consumers = page["Consumers"].as_array().unwrap();
        names.extend(
            consumers
                .iter()
                .map(|it| it["ConsumerName"].as_str().unwrap().to_owned()),
        );
        if page["NextToken"].is_null() {
            break;
        }
        input["NextToken"] = page["NextToken"].clone();
    }
    assert_eq!(names.len(), 20);
    assert!(names.is_sorted_by(|a, b| a < b));
    caller.wait(301);
    assert_eq!(
        caller.code("ListStreamConsumers", input),
        "ExpiredNextTokenException"
    );
}

fn scale(caller: &Caller, target: u32) -> Result<Value, Fault> {
    let input = json!({"StreamName": "orders", "TargetShardCount": target, "ScalingType": "UNIFORM_SCALING"});
    caller.attempt("UpdateShardCount", input)
}

#[test]
fn a_stream_is_scaled_by_splits_and_merges_that_readers_can_follow() {
    let mut caller = Caller::with_stream(2);
    let answer = scale(&caller, 3).unwrap();
    assert_eq!(
        (&answer["CurrentShardCount"], &answer["TargetShardCount"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(scale(&caller, 3).unwrap_err().code, "ResourceInUseException");
    caller.wait(1);
    let open = caller.shards(json!({"Type": "AT_LATEST"}));
    assert_eq!(open, ["2", "5", "6"]);
    let end = caller.call("GetRecords", json!({"ShardIterator": caller.horizon(3)}));
    assert_eq!(end["NextShardIterator"], Value::Null);
    assert_eq!(end["ChildShards"][0]["ShardId"], "shardId-000000000006");
    assert_eq!(end["ChildShards"][0]["ParentShards"].as_array().unwrap().len(), 2);
}

#[test]
fn a_stream_is_scaled_by_two_at_most_and_ten_times_a_day() {
    let mut caller = Caller::with_stream(4);
    for target in [1, 9] {
        assert_eq!(
            scale(&caller, target).unwrap_err().code,
            "LimitExceededException",
            "{target}"
        );
    }
    for target in [8, 4, 2, 1, 2, 3, 4, 5, 6, 7] {
        scale(&caller, target).unwrap();
        caller.wait(1);
        let summary = caller.call("DescribeStreamSummary", json!({"StreamName": "orders"}));
        assert_eq!(summary["StreamDescriptionSummary"]["OpenShardCount"], target);
    }
    assert_eq!(scale(&caller, 8).unwrap_err().code, "LimitExceededException");
    caller.wait(24 * 3600);
    scale(&caller, 8).unwrap();
}

/// A consumer that is ready.
fn consumer(caller: &mut Caller) -> String {
    let arn = register(caller, "billing")["ConsumerARN"]
        .as_str()
        .unwrap()
        .to_owned();
    caller.wait(1);
    arn
}

fn subscribe(caller: &Caller, arn: &str, shard: u32, start: Value) -> Result<Box<dyn Events>, Fault> {
    let shard = format!("shardId-{shard:012}");
    let input = json!({"ConsumerARN": arn, "ShardId": shard, "StartingPosition": start});
    let call = Call {
        operation: "SubscribeToShard",
        input: &input,
        region: "eu-west-1",
        now: caller.now,
    };
    caller.kinesis.follow(&call).unwrap()
}

fn from_horizon(caller: &Caller, arn: &str, shard: u32) -> Box<dyn Events> {
    subscribe(caller, arn, shard, json!({"Type": "TRIM_HORIZON"})).unwrap()
}

fn refusal(answer: Result<Box<dyn Events>, Fault>) -> &'static str {
    answer.err().unwrap().code
}

fn event(events: &mut dyn Events, now: Timestamp) -> Value {
    match events.next(now) {
        News::Event("SubscribeToShardEvent", members) => serde_json::from_str(&members).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_subscription_tells_what_is_there_and_then_what_comes() {
    let mut caller = Caller::with_stream(1);
    let arn = consumer(&mut caller);
    let first = caller.put("a", "AA==")["SequenceNumber"].clone();
    let mut events = from_horizon(&caller, &arn, 0);
    let told = event(&mut *events, caller.now);
    assert_eq!(sequences(&told), [first.as_str().unwrap()]);
    assert_eq!(
        (&told["ContinuationSequenceNumber"], &told["MillisBehindLatest"]),
        (&first, &json!(0))
    );
    assert_eq!(events.next(caller.now), News::Nothing);
    let second = caller.put("b", "AQ==")["SequenceNumber"].clone();
    assert_eq!(
        sequences(&event(&mut *events, caller.now)),
        [second.as_str().unwrap()]
    );
    caller.wait(5);
    let heartbeat = event(&mut *events, caller.now);
    assert_eq!(heartbeat["Records"], json!([]));
    assert_eq!(heartbeat["ContinuationSequenceNumber"], second);
    caller.wait(295);
    assert_eq!(events.next(caller.now), News::End(None));
}

#[test]
fn a_subscription_starts_at_each_of_the_five_positions() {
    let mut caller = Caller::with_stream(1);
    let arn = consumer(&mut caller);
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(
            caller.put("a", "AA==")["SequenceNumber"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        caller.wait(1);
    }
    let time = caller.now.as_second() - 2;
    for (start, expected) in [
        (json!({"Type": "TRIM_HORIZON"}), 0),
        (
            json!({"Type": "AT_SEQUENCE_NUMBER", "SequenceNumber": numbers[1]}),
            1,
        ),
        (
            json!({"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": numbers[1]}),
            2,
        ),
        (json!({"Type": "AT_TIMESTAMP", "Timestamp": time}), 1),
        (json!({"Type": "LATEST"}), 3),
    ] {
        let mut events = subscribe(&caller, &arn, 0, start.clone()).unwrap();
        let told = event(&mut *events, caller.now);
        assert_eq!(sequences(&told), numbers[expected..], "{start}");
        caller.wait(5);
    }
    for start in [
        json!({"Type": "AT_SEQUENCE_NUMBER"}),
        json!({"Type": "AT_TIMESTAMP"}),
        json!({"Type": "LATEST", "SequenceNumber": numbers[1]}),
    ] {
        assert_eq!(
            refusal(subscribe(&caller, &arn, 0, start)),
            "InvalidArgumentException"
        );
    }
}

#[test]
fn a_subscription_goes_on_where_the_last_one_ended_even_without_records() {
    let mut caller = Caller::with_stream(1);
    let arn = consumer(&mut caller);
    for start in ["TRIM_HORIZON", "LATEST"] {
        let mut events = subscribe(&caller, &arn, 0, json!({"Type": start})).unwrap();
        let reached = event(&mut *events, caller.now)["ContinuationSequenceNumber"].clone();
        let put = caller.put("a", "AA==")["SequenceNumber"]
            .as_str()
            .unwrap()
            .to_owned();
        caller.wait(5);
        let next = json!({"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": reached});
        let mut events = subscribe(&caller, &arn, 0, next).unwrap();
        assert_eq!(sequences(&event(&mut *events, caller.now)), [put], "{start}");
        caller.wait(5);
    }
}

#[test]
fn the_next_subscription_takes_over_after_five_seconds() {
    let mut caller = Caller::with_stream(2);
    let arn = consumer(&mut caller);
    let mut first = from_horizon(&caller, &arn, 0);
    let again = subscribe(&caller, &arn, 0, json!({"Type": "LATEST"}));
    assert_eq!(refusal(again), "ResourceInUseException");
    from_horizon(&caller, &arn, 1);
    caller.wait(5);
    let mut second = from_horizon(&caller, &arn, 0);
    let News::End(Some(fault)) = first.next(caller.now) else {
        panic!()
    };
    assert_eq!(fault.code, "ResourceInUseException");
    event(&mut *second, caller.now);
    caller.call("DeregisterStreamConsumer", json!({"ConsumerARN": arn}));
    let News::End(Some(fault)) = second.next(caller.now) else {
        panic!()
    };
    assert_eq!(fault.code, "ResourceNotFoundException");
}

#[test]
fn a_consumer_has_to_be_ready_to_subscribe() {
    let caller = Caller::with_stream(1);
    let arn = register(&caller, "billing")["ConsumerARN"]
        .as_str()
        .unwrap()
        .to_owned();
    let latest = || json!({"Type": "LATEST"});
    assert_eq!(
        refusal(subscribe(&caller, &arn, 0, latest())),
        "ResourceInUseException"
    );
    let other = arn.replace("billing", "audit");
    assert_eq!(
        refusal(subscribe(&caller, &other, 0, latest())),
        "ResourceNotFoundException"
    );
    assert_eq!(
        refusal(subscribe(&caller, &arn, 7, latest())),
        "ResourceNotFoundException"
    );
}

#[test]
fn a_subscription_to_a_closed_shard_ends_with_its_children() {
    let mut caller = Caller::with_stream(1);
    let arn = consumer(&mut caller);
    caller.put("a", "AA==");
    let mut parent = from_horizon(&caller, &arn, 0);
    event(&mut *parent, caller.now);
    caller.split(0, 1 << 127);
    caller.put("a", "AQ==");
    let last = event(&mut *parent, caller.now);
    assert_eq!(last["Records"], json!([]));
    assert_eq!(last.get("ContinuationSequenceNumber"), None);
    assert_eq!(last["ChildShards"].as_array().unwrap().len(), 2);
    assert_eq!(
        last["ChildShards"][0]["ParentShards"],
        json!(["shardId-000000000000"])
    );
    assert_eq!(parent.next(caller.now), News::End(None));
    let mut child = from_horizon(&caller, &arn, 1);
    assert_eq!(sequences(&event(&mut *child, caller.now)).len(), 1);
}

#[test]
fn a_subscription_gives_two_mebibytes_a_second() {
    let mut caller = Caller::with_stream(1);
    let arn = consumer(&mut caller);
    let data = "A".repeat(1024 * 1024);
    for _ in 0..3 {
        caller.put("a", &data);
    }
    let mut events = from_horizon(&caller, &arn, 0);
    let told = event(&mut *events, caller.now);
    assert_eq!(sequences(&told).len(), 1);
    assert!(told["MillisBehindLatest"].as_i64().unwrap() > 0);
    assert_eq!(events.next(caller.now), News::Nothing);
    caller.wait(1);
    assert_eq!(sequences(&event(&mut *events, caller.now)).len(), 1);
}
