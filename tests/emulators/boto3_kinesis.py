#!/usr/bin/env python3
"""Checks a Kinesis endpoint with boto3: every operation that the embedded endpoint offers, pages, waiters and errors.

Usage: boto3_kinesis.py ENDPOINT_URL

Prints a line for each thing checked, and stops at the first that is not as the API reference says. It makes streams of its own
and deletes them, so that the endpoint may hold others.
"""

import datetime
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError

# A run that broke off does not stand in the way of the next.
PREFIX = f"boto3-check-{int(time.time())}-"
ACCOUNT = "111122223333"
REGION = "eu-west-1"
MIDDLE = str(1 << 127)


def client(url, service="kinesis"):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="AKIDEMO",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def check(what, condition, seen=None):
    if not condition:
        sys.exit(f"FAILED: {what}; saw {seen!r}")
    print(f"ok  {what}")


def check_equal(what, seen, expected):
    check(f"{what} is {expected!r}" if len(repr(expected)) < 60 else what, seen == expected, seen)


def check_error(what, code, call, **parameters):
    try:
        answer = call(**parameters)
    except ClientError as error:
        check_equal(f"{what}: error", error.response["Error"]["Code"], code)
        return error.response["Error"]["Message"]
    sys.exit(f"FAILED: {what} should answer {code}; saw {answer!r}")


def wait_until_active(kinesis, stream):
    waiter = kinesis.get_waiter("stream_exists")
    waiter.wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def iterator(kinesis, stream, shard, kind="TRIM_HORIZON", **start):
    answer = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType=kind, **start)
    return answer["ShardIterator"]


def shard_ids(shards):
    return [int(shard["ShardId"].removeprefix("shardId-")) for shard in shards]


def check_streams(kinesis):
    names = [PREFIX + letter for letter in "abc"]
    kinesis.create_stream(StreamName=names[0], ShardCount=2, Tags={"team": "data"})
    kinesis.create_stream(StreamName=names[1], StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.create_stream(StreamName=names[2], ShardCount=1, MaxRecordSizeInKiB=2048)
    summary = kinesis.describe_stream_summary(StreamName=names[0])["StreamDescriptionSummary"]
    check_equal("CreateStream: status at first", summary["StreamStatus"], "CREATING")
    for name in names:
        wait_until_active(kinesis, name)
    check("waiter stream_exists", True)

    summary = kinesis.describe_stream_summary(StreamName=names[1])["StreamDescriptionSummary"]
    check_equal("DescribeStreamSummary: mode", summary["StreamModeDetails"], {"StreamMode": "ON_DEMAND"})
    check_equal("DescribeStreamSummary: open shards", summary["OpenShardCount"], 4)
    check_equal("DescribeStreamSummary: retention", summary["RetentionPeriodHours"], 24)
    check_equal("DescribeStreamSummary: encryption", summary["EncryptionType"], "NONE")
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{names[1]}"
    check_equal("DescribeStreamSummary: ARN", summary["StreamARN"], arn)
    age = datetime.datetime.now(datetime.timezone.utc) - summary["StreamCreationTimestamp"]
    check("DescribeStreamSummary: made just now", abs(age.total_seconds()) < 60, age)
    by_arn = kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]
    check("DescribeStreamSummary by ARN", by_arn["StreamName"] == names[1], by_arn)
    wide = kinesis.describe_stream_summary(StreamName=names[2])["StreamDescriptionSummary"]
    check_equal("DescribeStreamSummary: largest record", wide["MaxRecordSizeInKiB"], 2048)

    pages = kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2})
    listed = [name for page in pages for name in page["StreamNames"]]
    check("ListStreams paginator finds each stream once", [n for n in listed if n in names] == names, listed)
    answer = kinesis.list_streams(ExclusiveStartStreamName=names[0], Limit=1)
    check("ListStreams: after a name", answer["StreamNames"] == [names[1]], answer)
    check_equal("ListStreams: summary", answer["StreamSummaries"][0]["StreamARN"], arn)
    check_equal("ListStreams: more", answer["HasMoreStreams"], True)

    tags = kinesis.list_tags_for_stream(StreamName=names[0])
    check_equal("ListTagsForStream", tags["Tags"], [{"Key": "team", "Value": "data"}])
    check_equal("ListTagsForResource", kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"], [])
    check_equal("ListStreamConsumers", kinesis.list_stream_consumers(StreamARN=arn)["Consumers"], [])
    limits = kinesis.describe_limits()
    check("DescribeLimits", limits["OnDemandStreamCount"] >= 1 and limits["OpenShardCount"] >= 3, limits)

    kinesis.increase_stream_retention_period(StreamName=names[0], RetentionPeriodHours=48)
    description = kinesis.describe_stream(StreamName=names[0])["StreamDescription"]
    check_equal("IncreaseStreamRetentionPeriod", description["RetentionPeriodHours"], 48)
    kinesis.decrease_stream_retention_period(StreamName=names[0], RetentionPeriodHours=24)
    check("DecreaseStreamRetentionPeriod", True)
    return names


def check_records(kinesis, stream):
    put = kinesis.put_record(StreamName=stream, PartitionKey="a", Data=b"\x00\x01\xff")
    check_equal("PutRecord: md5('a') begins with 0c, so shard", put["ShardId"], "shardId-000000000000")
    check_equal("PutRecord: digits of the sequence number", len(put["SequenceNumber"]), 56)
    other = kinesis.put_record(StreamName=stream, PartitionKey="a", ExplicitHashKey=MIDDLE, Data=b"there")
    check_equal("PutRecord: ExplicitHashKey decides", other["ShardId"], "shardId-000000000001")
    batch = [{"PartitionKey": "a", "Data": str(n).encode()} for n in range(500)]
    stored = kinesis.put_records(StreamName=stream, Records=batch)
    check_equal("PutRecords: failed", stored["FailedRecordCount"], 0)
    numbers = [put["SequenceNumber"]] + [record["SequenceNumber"] for record in stored["Records"]]
    check("PutRecords: sequence numbers rise", numbers == sorted(set(numbers)), numbers[:3])

    shard = "shardId-000000000000"
    answer = kinesis.get_records(ShardIterator=iterator(kinesis, stream, shard), Limit=3)
    check_equal("GetRecords: data", [r["Data"] for r in answer["Records"]], [b"\x00\x01\xff", b"0", b"1"])
    check_equal("GetRecords: partition key", answer["Records"][0]["PartitionKey"], "a")
    check("GetRecords: behind", answer["MillisBehindLatest"] > 0, answer["MillisBehindLatest"])
    answer = kinesis.get_records(ShardIterator=answer["NextShardIterator"])
    check_equal("GetRecords: the rest", len(answer["Records"]), 498)
    check_equal("GetRecords: caught up", answer["MillisBehindLatest"], 0)

    time.sleep(1.1)
    for kind, first in (("AT_SEQUENCE_NUMBER", b"0"), ("AFTER_SEQUENCE_NUMBER", b"1")):
        start = iterator(kinesis, stream, shard, kind, StartingSequenceNumber=numbers[1])
        answer = kinesis.get_records(ShardIterator=start, Limit=1)
        check_equal(f"GetShardIterator {kind}", answer["Records"][0]["Data"], first)
    start = iterator(kinesis, stream, shard, "LATEST")
    check_equal("GetShardIterator LATEST", kinesis.get_records(ShardIterator=start)["Records"], [])
    hour = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    start = iterator(kinesis, stream, shard, "AT_TIMESTAMP", Timestamp=hour)
    answer = kinesis.get_records(ShardIterator=start)
    check_equal("GetShardIterator AT_TIMESTAMP", len(answer["Records"]), 501)


def check_budget(kinesis, stream):
    time.sleep(1.1)
    start = iterator(kinesis, stream, "shardId-000000000000", "LATEST")
    for _ in range(5):
        kinesis.get_records(ShardIterator=start)
    code = "ProvisionedThroughputExceededException"
    check_error("GetRecords: a sixth time within a second", code, kinesis.get_records, ShardIterator=start)


def check_large_reads(kinesis, stream):
    for _ in range(6):
        kinesis.put_record(StreamName=stream, PartitionKey="a", Data=bytes(2 * 1024 * 1024 - 1))
    start = iterator(kinesis, stream, "shardId-000000000000")
    answer = kinesis.get_records(ShardIterator=start)
    check_equal("GetRecords: records of 2 MiB in 10 MiB", len(answer["Records"]), 5)
    code = "ProvisionedThroughputExceededException"
    start = answer["NextShardIterator"]
    check_error("GetRecords: after 10 MiB", code, kinesis.get_records, ShardIterator=start)
    time.sleep(2)
    check_error("GetRecords: 2 s after 10 MiB", code, kinesis.get_records, ShardIterator=start)
    time.sleep(3.2)
    check_equal("GetRecords: 5 s after 10 MiB", len(kinesis.get_records(ShardIterator=start)["Records"]), 1)


def check_resharding(kinesis, stream):
    quarter = str(1 << 126)
    kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=quarter)
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    check_equal("SplitShard: status at first", summary["StreamStatus"], "UPDATING")
    wait_until_active(kinesis, stream)
    kinesis.merge_shards(
        StreamName=stream,
        ShardToMerge="shardId-000000000003",
        AdjacentShardToMerge="shardId-000000000001",
    )
    wait_until_active(kinesis, stream)
    shards = kinesis.list_shards(StreamName=stream)["Shards"]
    check_equal("ListShards: all", shard_ids(shards), [0, 1, 2, 3, 4])
    check_equal("SplitShard: parent", shards[2]["ParentShardId"], "shardId-000000000000")
    check_equal("SplitShard: hash key of the second", shards[3]["HashKeyRange"]["StartingHashKey"], quarter)
    check_equal("MergeShards: parent", shards[4]["ParentShardId"], "shardId-000000000003")
    check_equal("MergeShards: adjacent parent", shards[4]["AdjacentParentShardId"], "shardId-000000000001")
    last = shards[0]["SequenceNumberRange"]["EndingSequenceNumber"]
    first = shards[2]["SequenceNumberRange"]["StartingSequenceNumber"]
    check("SplitShard: the child is numbered above its parent", int(last) < int(first), (last, first))
    check("ListShards: open shards have no end", "EndingSequenceNumber" not in shards[4]["SequenceNumberRange"])

    check_equal("ListShards in pages", list(pages_of_shards(kinesis, stream, 2)), [[0, 1], [2, 3], [4]])
    pages = kinesis.get_paginator("describe_stream").paginate(StreamName=stream, PaginationConfig={"PageSize": 2})
    listed = [shard_ids(page["StreamDescription"]["Shards"]) for page in pages]
    check_equal("DescribeStream paginator", listed, [[0, 1], [2, 3], [4]])
    after = kinesis.list_shards(StreamName=stream, ExclusiveStartShardId="shardId-000000000002")["Shards"]
    check_equal("ListShards: after a shard", shard_ids(after), [3, 4])
    check_filters(kinesis, stream)

    time.sleep(1.1)
    end = kinesis.get_records(ShardIterator=iterator(kinesis, stream, "shardId-000000000000"))
    check("GetRecords: a closed shard ends", end.get("NextShardIterator") is None, end.get("NextShardIterator"))
    check_equal("GetRecords: children", shard_ids(end["ChildShards"]), [2, 3])
    check_equal("GetRecords: a child's parents", end["ChildShards"][0]["ParentShards"], ["shardId-000000000000"])
    end = kinesis.get_records(ShardIterator=iterator(kinesis, stream, "shardId-000000000003"))
    check_equal("GetRecords: child of a merge", shard_ids(end["ChildShards"]), [4])
    parents = ["shardId-000000000003", "shardId-000000000001"]
    check_equal("GetRecords: its parents", end["ChildShards"][0]["ParentShards"], parents)


def pages_of_shards(kinesis, stream, size):
    """As botocore's own paginator cannot: it repeats the stream's name, which the service refuses (botocore issue 2009)."""
    page = kinesis.list_shards(StreamName=stream, MaxResults=size)
    yield shard_ids(page["Shards"])
    while "NextToken" in page:
        page = kinesis.list_shards(NextToken=page["NextToken"], MaxResults=size)
        yield shard_ids(page["Shards"])


def check_filters(kinesis, stream):
    now = datetime.datetime.now(datetime.timezone.utc)
    filters = [
        ({"Type": "AT_LATEST"}, [2, 4]),
        ({"Type": "AT_TRIM_HORIZON"}, [0, 1]),
        ({"Type": "FROM_TRIM_HORIZON"}, [0, 1, 2, 3, 4]),
        ({"Type": "AT_TIMESTAMP", "Timestamp": now}, [2, 4]),
        ({"Type": "FROM_TIMESTAMP", "Timestamp": now}, [2, 4]),
        ({"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000001"}, [2, 3, 4]),
    ]
    for shard_filter, expected in filters:
        shards = kinesis.list_shards(StreamName=stream, ShardFilter=shard_filter)["Shards"]
        check_equal(f"ListShards {shard_filter['Type']}", shard_ids(shards), expected)


def register(kinesis, arn, name):
    """A consumer that is ready."""
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)["Consumer"]
    check_equal(f"RegisterStreamConsumer {name}: status at first", consumer["ConsumerStatus"], "CREATING")
    arn, waiting = consumer["ConsumerARN"], 20
    while consumer["ConsumerStatus"] != "ACTIVE" and waiting > 0:
        time.sleep(0.2)
        waiting -= 1
        consumer = kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]
    check_equal(f"RegisterStreamConsumer {name}: status after a while", consumer["ConsumerStatus"], "ACTIVE")
    return arn


def check_consumers(kinesis, stream):
    arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{stream}"
    consumers = [register(kinesis, arn, name) for name in ("audit", "billing", "search")]
    named = kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="billing")["ConsumerDescription"]
    check_equal("DescribeStreamConsumer: by stream and name", named["ConsumerARN"], consumers[1])
    check_equal("DescribeStreamConsumer: stream", named["StreamARN"], arn)
    pages = kinesis.get_paginator("list_stream_consumers").paginate(StreamARN=arn, PaginationConfig={"PageSize": 2})
    listed = [[consumer["ConsumerName"] for consumer in page["Consumers"]] for page in pages]
    check_equal("ListStreamConsumers paginator", listed, [["audit", "billing"], ["search"]])
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    check_equal("DescribeStreamSummary: consumers", summary["ConsumerCount"], 3)
    in_use, missing = "ResourceInUseException", "ResourceNotFoundException"
    check_error("registered twice", in_use, kinesis.register_stream_consumer, StreamARN=arn, ConsumerName="audit")
    check_error("deletion with consumers", in_use, kinesis.delete_stream, StreamName=stream)
    check_error("unknown consumer", missing, kinesis.describe_stream_consumer, StreamARN=arn, ConsumerName="nobody")
    check_error("half a name", "InvalidArgumentException", kinesis.describe_stream_consumer, ConsumerName="audit")
    return consumers


def check_subscription(kinesis, stream, consumer, other):
    [first, *_] = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    shard, key = first["ShardId"], first["HashKeyRange"]["EndingHashKey"]

    def put(data):
        stored = kinesis.put_record(StreamName=stream, PartitionKey="p", ExplicitHashKey=key, Data=data)
        check_equal("PutRecord: goes to the shard subscribed to", stored["ShardId"], shard)
        return stored["SequenceNumber"]

    numbers = [put(b"one"), put(b"two")]
    answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "TRIM_HORIZON"})
    events = iter(answer["EventStream"])
    event = next(events)["SubscribeToShardEvent"]
    check_equal("SubscribeToShard: what was there", [r["Data"] for r in event["Records"]], [b"one", b"two"])
    check_equal("SubscribeToShard: continuation", event["ContinuationSequenceNumber"], numbers[-1])
    check_equal("SubscribeToShard: caught up", event["MillisBehindLatest"], 0)
    numbers.append(put(b"three"))
    begun = time.time()
    event = next(events)["SubscribeToShardEvent"]
    check_equal("SubscribeToShard: what came", [r["SequenceNumber"] for r in event["Records"]], numbers[2:])
    check("SubscribeToShard: within a second", time.time() - begun < 1, time.time() - begun)
    check_error(
        "subscribed again at once", "ResourceInUseException", kinesis.subscribe_to_shard,
        ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "LATEST"},
    )
    for start, expected in (
        ({"Type": "AT_SEQUENCE_NUMBER", "SequenceNumber": numbers[1]}, [b"two", b"three"]),
        ({"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": numbers[1]}, [b"three"]),
        ({"Type": "AT_TIMESTAMP", "Timestamp": datetime.datetime(2020, 1, 1)}, [b"one", b"two", b"three"]),
        ({"Type": "LATEST"}, []),
    ):
        time.sleep(5.1)
        answer = kinesis.subscribe_to_shard(ConsumerARN=other, ShardId=shard, StartingPosition=start)
        event = next(iter(answer["EventStream"]))["SubscribeToShardEvent"]
        check_equal(f"SubscribeToShard {start['Type']}", [r["Data"] for r in event["Records"]], expected)
        answer["EventStream"].close()
    answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "LATEST"})
    try:
        taken = [event for event in events if event["SubscribeToShardEvent"]["Records"]]
        check("SubscribeToShard: taken over", False, taken)
    except EventStreamError as error:
        check_equal("SubscribeToShard: taken over", error.response["Error"]["Code"], "ResourceInUseException")

    scaled = kinesis.update_shard_count(StreamName=stream, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    check_equal("UpdateShardCount: counts", (scaled["CurrentShardCount"], scaled["TargetShardCount"]), (2, 3))
    last = [event["SubscribeToShardEvent"] for event in answer["EventStream"]][-1]
    check("SubscribeToShard: children at the end of the shard", len(last["ChildShards"]) > 0, last)
    check("SubscribeToShard: nothing to continue from there", "ContinuationSequenceNumber" not in last, last)


def check_scaling(kinesis, stream):
    wait_until_active(kinesis, stream)
    shards = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    starts = sorted(int(shard["HashKeyRange"]["StartingHashKey"]) for shard in shards)
    check_equal("UpdateShardCount: equal shards", starts, [(n << 128) // 3 for n in range(3)])
    for target in (1, 7):
        check_error(
            f"from 3 to {target} shards", "LimitExceededException", kinesis.update_shard_count,
            StreamName=stream, TargetShardCount=target, ScalingType="UNIFORM_SCALING",
        )
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    wait_until_active(kinesis, stream)
    shards = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    check("UpdateShardCount: merges", all("AdjacentParentShardId" in shard for shard in shards), shards)


def check_deregistration(kinesis, consumers):
    for consumer in consumers:
        kinesis.deregister_stream_consumer(ConsumerARN=consumer)
    status = kinesis.describe_stream_consumer(ConsumerARN=consumers[0])["ConsumerDescription"]["ConsumerStatus"]
    check_equal("DeregisterStreamConsumer: status at first", status, "DELETING")
    time.sleep(1)
    stream = consumers[0].split("/consumer/")[0]
    check_equal("DeregisterStreamConsumer", kinesis.list_stream_consumers(StreamARN=stream)["Consumers"], [])


def check_errors(kinesis, stream, on_demand):
    missing, invalid = "ResourceNotFoundException", "InvalidArgumentException"
    first = "shardId-000000000000"
    message = check_error("unknown stream", missing, kinesis.describe_stream, StreamName="no-such")
    check_equal("its message", message, f"Stream no-such under account {ACCOUNT} not found.")
    check_error("existing stream", "ResourceInUseException", kinesis.create_stream, StreamName=stream)
    check_error("illegal name", "ValidationException", kinesis.create_stream, StreamName="a b")
    check_error("no stream named", invalid, kinesis.describe_stream_summary)
    check_error(
        "unknown shard", missing, kinesis.get_shard_iterator,
        StreamName=stream, ShardId="shardId-000000000999", ShardIteratorType="LATEST",
    )
    check_error(
        "no sequence number", invalid, kinesis.get_shard_iterator,
        StreamName=stream, ShardId=first, ShardIteratorType="AT_SEQUENCE_NUMBER",
    )
    check_error(
        "unknown iterator type", "ValidationException", kinesis.get_shard_iterator,
        StreamName=stream, ShardId=first, ShardIteratorType="NEWEST",
    )
    check_error("broken iterator", invalid, kinesis.get_records, ShardIterator="AAAA")
    check_error("Limit too high", invalid, kinesis.get_records, ShardIterator="AAAA", Limit=10001)
    token = kinesis.list_shards(StreamName=stream, MaxResults=1)["NextToken"]
    check_error("token and name", invalid, kinesis.list_shards, StreamName=stream, NextToken=token)
    check_error("broken token", invalid, kinesis.list_shards, NextToken="AAAA")
    check_error(
        "closed shard", invalid, kinesis.split_shard,
        StreamName=stream, ShardToSplit=first, NewStartingHashKey="1000",
    )
    check_error(
        "not adjacent", invalid, kinesis.merge_shards,
        StreamName=stream, ShardToMerge="shardId-000000000002", AdjacentShardToMerge="shardId-000000000002",
    )
    check_error(
        "split of an on-demand stream", "ValidationException", kinesis.split_shard,
        StreamName=on_demand, ShardToSplit=first, NewStartingHashKey="1000",
    )
    check_error(
        "record too large", "ValidationException", kinesis.put_record,
        StreamName=stream, PartitionKey="a", Data=bytes(1024 * 1024),
    )
    too_many = [{"PartitionKey": "a", "Data": b""}] * 501
    check_error("501 records", "ValidationException", kinesis.put_records, StreamName=stream, Records=too_many)
    check_error(
        "hash key of 2^128", invalid, kinesis.put_record,
        StreamName=stream, PartitionKey="a", Data=b"", ExplicitHashKey=str(1 << 128),
    )
    check_error(
        "retention too long", invalid, kinesis.increase_stream_retention_period,
        StreamName=stream, RetentionPeriodHours=8761,
    )
    check_error(
        "an operation that is not offered", "UnknownOperationException", kinesis.enable_enhanced_monitoring,
        StreamName=stream, ShardLevelMetrics=["ALL"],
    )


def check_deletion(kinesis, names):
    for name in names:
        kinesis.delete_stream(StreamName=name)
    description = kinesis.describe_stream(StreamName=names[0])["StreamDescription"]
    check_equal("DeleteStream: status at first", description["StreamStatus"], "DELETING")
    for name in names:
        waiter = kinesis.get_waiter("stream_not_exists")
        waiter.wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    check("waiter stream_not_exists", True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    url = sys.argv[1]
    identity = client(url, "sts").get_caller_identity()
    check_equal("GetCallerIdentity", identity["Account"], ACCOUNT)
    kinesis = client(url)
    names = check_streams(kinesis)
    check_records(kinesis, names[0])
    check_budget(kinesis, names[0])
    check_large_reads(kinesis, names[2])
    check_resharding(kinesis, names[0])
    check_errors(kinesis, names[0], names[1])
    consumers = check_consumers(kinesis, names[0])
    check_subscription(kinesis, names[0], *consumers[:2])
    check_scaling(kinesis, names[0])
    check_deregistration(kinesis, consumers)
    check_deletion(kinesis, names)
    print("all as expected")


if __name__ == "__main__":
    try:
        main()
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"FAILED: {error}")
