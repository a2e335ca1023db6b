//! Stories of registered consumers and of their subscriptions.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Caller, sequences};
use crate::demo::protocol::{Call, Events, Fault, News, Service as _};

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
