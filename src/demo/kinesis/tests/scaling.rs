//! Stories of streams whose number of shards changes as a whole, or by chance.

use serde_json::{Value, json};

use super::Caller;
use crate::demo::protocol::Fault;

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

#[test]
fn chance_reshards_the_stream_that_an_iterator_reads_and_one_change_at_a_time() {
    let mut caller = Caller::with_stream(1);
    let iterator = caller.horizon(0);
    let open = |caller: &Caller| caller.shards(json!({"Type": "AT_LATEST"})).len();
    caller.kinesis.reshard("nonsense", 0, caller.now);
    caller.kinesis.reshard(&iterator, 0, caller.now);
    caller.kinesis.reshard(&iterator, 0, caller.now);
    let summary = caller.call("DescribeStreamSummary", json!({"StreamName": "orders"}));
    assert_eq!(summary["StreamDescriptionSummary"]["StreamStatus"], "UPDATING");
    caller.wait(1);
    assert_eq!(open(&caller), 2);
    caller.kinesis.reshard(&iterator, 1, caller.now);
    caller.wait(1);
    assert_eq!(open(&caller), 1);
}
