#!/usr/bin/env python3
"""Checks a DynamoDB endpoint and its streams with boto3: every operation that the embedded endpoint offers, pages and errors.

Usage: boto3_dynamodb.py ENDPOINT_URL

Prints a line for each thing checked, and stops at the first that is not as the API reference says. It makes tables of its own
and deletes them, so that the endpoint may hold others.
"""

import datetime
import re
import time
from decimal import Decimal

import boto3
from expect import ACCOUNT, REGION, check, check_equal, check_error, client, endpoint

# A run that broke off does not stand in the way of the next.
PREFIX = f"boto3-check-{int(time.time())}-"
TABLE = PREFIX + "carts"
KEY = {"id": {"S": "c1"}}


def declaration(name, view="NEW_AND_OLD_IMAGES"):
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": view},
    }


def check_tables(dynamodb):
    created = dynamodb.create_table(**declaration(TABLE))["TableDescription"]
    check_equal("CreateTable: status", created["TableStatus"], "CREATING")
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    check_equal("DescribeTable: status", table["TableStatus"], "ACTIVE")
    check_equal("DescribeTable: keys", table["KeySchema"], [{"AttributeName": "id", "KeyType": "HASH"}])
    check_equal("DescribeTable: items", table["ItemCount"], 0)
    check_equal("DescribeTable: ARN", table["TableArn"], f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}")
    check_equal(
        "DescribeTable: stream's ARN",
        table["LatestStreamArn"],
        f"{table['TableArn']}/stream/{table['LatestStreamLabel']}",
    )
    label = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"
    check("DescribeTable: stream's label", re.fullmatch(label, table["LatestStreamLabel"]), table["LatestStreamLabel"])
    view = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    check_equal("DescribeTable: StreamSpecification", table["StreamSpecification"], view)
    check_equal(
        "DescribeTable: by ARN", dynamodb.describe_table(TableName=table["TableArn"])["Table"]["TableName"], TABLE
    )
    check_error("CreateTable twice", "ResourceInUseException", dynamodb.create_table, **declaration(TABLE))
    for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"]:
        dynamodb.create_table(**declaration(PREFIX + view, view))
    pages = dynamodb.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
    names = [name for page in pages for name in page["TableNames"]]
    mine = [name for name in names if name.startswith(PREFIX)]
    check_equal("ListTables: pages", mine, sorted(PREFIX + it for it in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "carts"]))
    check_equal("ListTables: no name twice", len(names), len(set(names)))


def check_table_errors(dynamodb, unchecked):
    check_error("DescribeTable of no table", "ResourceNotFoundException", dynamodb.describe_table, TableName="absent")
    check_error("DeleteTable of no table", "ResourceNotFoundException", dynamodb.delete_table, TableName="absent")
    check_error("DescribeTable without a name", "ValidationException", unchecked.describe_table)
    check_error("DescribeTable of a wrong name", "ValidationException", unchecked.describe_table, TableName="a b")
    check_error("ListTables beyond its limit", "ValidationException", unchecked.list_tables, Limit=101)
    for member, value in [
        ("KeySchema", [{"AttributeName": "other", "KeyType": "HASH"}]),
        ("KeySchema", [{"AttributeName": "id", "KeyType": "RANGE"}]),
        ("AttributeDefinitions", [{"AttributeName": "id", "AttributeType": "M"}]),
        ("BillingMode", "FREE"),
        ("StreamSpecification", {"StreamEnabled": True}),
        ("StreamSpecification", {"StreamEnabled": True, "StreamViewType": "ALL"}),
    ]:
        wrong = declaration(PREFIX + "wrong") | {member: value}
        check_error(f"CreateTable with {member} {value}", "ValidationException", unchecked.create_table, **wrong)


def check_items(dynamodb):
    digits = "12345678901234567890123456789012345678"
    item = KEY | {
        "n": {"N": "1.50"},
        "big": {"N": digits},
        "m": {"M": {"l": {"L": [{"NULL": True}, {"BOOL": False}]}}},
        "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2.5"]},
        "b": {"B": b"\x00\xff"},
        "bs": {"BS": [b"a", b"b"]},
    }
    check("PutItem: nothing returned", "Attributes" not in dynamodb.put_item(TableName=TABLE, Item=item))
    got = dynamodb.get_item(TableName=TABLE, Key=KEY, ConsistentRead=True)["Item"]
    check_equal("GetItem: the number's one form", got["n"], {"N": "1.5"})
    check_equal("GetItem: 38 digits", got["big"], {"N": digits})
    same = {name: got[name] for name in ["m", "b"]}
    check_equal("GetItem: map and binary", same, {name: item[name] for name in same})
    sets = {name: sorted(got[name][kind]) for name, kind in [("ss", "SS"), ("ns", "NS"), ("bs", "BS")]}
    check_equal("GetItem: sets", sets, {"ss": ["a", "b"], "ns": ["1", "2.5"], "bs": [b"a", b"b"]})
    old = dynamodb.put_item(TableName=TABLE, Item=KEY, ReturnValues="ALL_OLD")["Attributes"]
    check_equal("PutItem: ALL_OLD", old, got)
    updated = dynamodb.update_item(
        TableName=TABLE,
        Key=KEY,
        UpdateExpression="SET a = :a, #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":a": {"N": "1e2"}, ":s": {"S": "open"}},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    check_equal("UpdateItem: ALL_NEW", updated, KEY | {"a": {"N": "100"}, "status": {"S": "open"}})
    removed = dynamodb.update_item(TableName=TABLE, Key=KEY, UpdateExpression="REMOVE a", ReturnValues="UPDATED_OLD")
    check_equal("UpdateItem: UPDATED_OLD", removed["Attributes"], {"a": {"N": "100"}})
    consumed = dynamodb.get_item(TableName=TABLE, Key=KEY, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    check_equal("GetItem: ConsumedCapacity", consumed, {"TableName": TABLE, "CapacityUnits": 0.5})
    deleted = dynamodb.delete_item(TableName=TABLE, Key=KEY, ReturnValues="ALL_OLD")["Attributes"]
    check_equal("DeleteItem: ALL_OLD", deleted, KEY | {"status": {"S": "open"}})
    check("GetItem of no item", "Item" not in dynamodb.get_item(TableName=TABLE, Key=KEY))
    check("DeleteItem of no item", "Attributes" not in dynamodb.delete_item(TableName=TABLE, Key=KEY))


def check_resource():
    """The resource interface turns numbers into Decimal and back."""
    table = boto3.resource(
        "dynamodb",
        endpoint_url=endpoint(),
        region_name=REGION,
        aws_access_key_id="AKIDEMO",
        aws_secret_access_key="secret",
    ).Table(TABLE)
    total = Decimal("0.12345678901234567890123456789012345678")
    table.put_item(Item={"id": "r1", "total": total, "tags": {"x", "y"}})
    got = table.get_item(Key={"id": "r1"})["Item"]
    check_equal("Table resource: item", got, {"id": "r1", "total": total, "tags": {"x", "y"}})
    table.delete_item(Key={"id": "r1"})


def check_item_errors(dynamodb, unchecked):
    message = check_error(
        "PutItem without its key", "ValidationException", dynamodb.put_item, TableName=TABLE, Item={"a": {"S": "b"}}
    )
    check_equal(
        "PutItem without its key: message",
        message,
        "One or more parameter values were invalid: Missing the key id in the item",
    )
    for what, value in [
        ("a key of another type", {"id": {"N": "1"}}),
        ("an empty key", {"id": {"S": ""}}),
        ("39 digits", KEY | {"n": {"N": "9" * 39}}),
        ("no number", KEY | {"n": {"N": "many"}}),
        ("an empty set", KEY | {"s": {"SS": []}}),
        ("an element twice", KEY | {"s": {"SS": ["a", "a"]}}),
        ("a value of two types", KEY | {"s": {"S": "a", "N": "1"}}),
        ("an item over 400 KB", KEY | {"s": {"S": "x" * 410_000}}),
    ]:
        check_error(f"PutItem with {what}", "ValidationException", unchecked.put_item, TableName=TABLE, Item=value)
    check_error("PutItem without an item", "ValidationException", unchecked.put_item, TableName=TABLE)
    check_error("GetItem from no table", "ResourceNotFoundException", dynamodb.get_item, TableName="absent", Key=KEY)
    other = {"other": {"S": "a"}}
    check_error("GetItem by another key", "ValidationException", dynamodb.get_item, TableName=TABLE, Key=other)
    values = {":v": {"N": "1"}}
    for expression in ["SET id = :v", "SET a = a + :v", "ADD a :v", "SET a = :w", "REMOVE a"]:
        check_error(
            f"UpdateItem {expression!r}",
            "ValidationException",
            dynamodb.update_item,
            TableName=TABLE,
            Key=KEY,
            UpdateExpression=expression,
            ExpressionAttributeValues=values,
        )
    check_error(
        "PutItem with a condition",
        "ValidationException",
        dynamodb.put_item,
        TableName=TABLE,
        Item=KEY,
        ConditionExpression="attribute_not_exists(id)",
    )
    check_error(
        "PutItem with other ReturnValues",
        "ValidationException",
        dynamodb.put_item,
        TableName=TABLE,
        Item=KEY,
        ReturnValues="ALL_NEW",
    )


def stream_of(dynamodb, table):
    return dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]


def shards_of(streams, arn):
    return streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]


def iterator(streams, arn, shard, kind="TRIM_HORIZON", **start):
    return streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **start)["ShardIterator"]


def records(streams, arn, kind="TRIM_HORIZON", **start):
    shard = shards_of(streams, arn)[-1]["ShardId"]
    return streams.get_records(ShardIterator=iterator(streams, arn, shard, kind, **start))["Records"]


def check_streams(dynamodb, streams):
    arn = stream_of(dynamodb, TABLE)
    seen, start = [], {}
    while True:
        page = streams.list_streams(Limit=2, **start)
        seen += [it["StreamArn"] for it in page["Streams"]]
        if "LastEvaluatedStreamArn" not in page:
            break
        start = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    check("ListStreams: pages hold the stream once", seen.count(arn) == 1 and len(seen) == len(set(seen)), seen)
    listed = streams.list_streams(TableName=TABLE)["Streams"]
    expected = [{"StreamArn": arn, "TableName": TABLE, "StreamLabel": arn.split("/stream/")[1]}]
    check_equal("ListStreams of a table", listed, expected)
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    check_equal("DescribeStream: status", described["StreamStatus"], "ENABLED")
    check_equal("DescribeStream: view", described["StreamViewType"], "NEW_AND_OLD_IMAGES")
    check_equal("DescribeStream: table", described["TableName"], TABLE)
    check_equal("DescribeStream: keys", described["KeySchema"], [{"AttributeName": "id", "KeyType": "HASH"}])
    [shard] = described["Shards"]
    check("DescribeStream: shard's id", re.fullmatch(r"shardId-\d{20}-[0-9a-f]{8}", shard["ShardId"]), shard)
    check("DescribeStream: the shard is open", "EndingSequenceNumber" not in shard["SequenceNumberRange"], shard)
    last = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=shard["ShardId"])["StreamDescription"]
    check_equal("DescribeStream after the last shard", last["Shards"], [])
    children = streams.describe_stream(StreamArn=arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": shard["ShardId"]})
    check_equal("DescribeStream: children of an open shard", children["StreamDescription"]["Shards"], [])


def check_records(dynamodb, streams):
    arn = stream_of(dynamodb, TABLE)
    after = records(streams, arn)
    before = [record["dynamodb"]["SequenceNumber"] for record in after]
    dynamodb.put_item(TableName=TABLE, Item=KEY | {"n": {"N": "1"}})
    dynamodb.put_item(TableName=TABLE, Item=KEY | {"n": {"N": "1.0"}})
    dynamodb.put_item(TableName=TABLE, Item=KEY | {"n": {"N": "2"}})
    dynamodb.delete_item(TableName=TABLE, Key=KEY)
    new = [record for record in records(streams, arn) if record["dynamodb"]["SequenceNumber"] not in before]
    check_equal("GetRecords: events", [it["eventName"] for it in new], ["INSERT", "MODIFY", "REMOVE"])
    change = new[1]["dynamodb"]
    check_equal("GetRecords: keys", change["Keys"], KEY)
    check_equal("GetRecords: old image", change["OldImage"], KEY | {"n": {"N": "1"}})
    check_equal("GetRecords: new image", change["NewImage"], KEY | {"n": {"N": "2"}})
    check("GetRecords: size", change["SizeBytes"] > 0, change)
    sequences = [it["dynamodb"]["SequenceNumber"] for it in new]
    check("GetRecords: sequence numbers", all(21 <= len(it) <= 40 for it in sequences), sequences)
    check_equal("GetRecords: in order", sorted(map(int, sequences)), list(map(int, sequences)))
    check_equal("GetRecords: region and source", (new[0]["awsRegion"], new[0]["eventSource"]), (REGION, "aws:dynamodb"))
    created = change["ApproximateCreationDateTime"]
    age = datetime.datetime.now(datetime.timezone.utc) - created
    check("GetRecords: time", abs(age.total_seconds()) < 60, created)
    at = records(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=sequences[1])
    check_equal("AT_SEQUENCE_NUMBER", [it["eventName"] for it in at], ["MODIFY", "REMOVE"])
    after = records(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=sequences[1])
    check_equal("AFTER_SEQUENCE_NUMBER", [it["eventName"] for it in after], ["REMOVE"])
    check_equal("LATEST", records(streams, arn, "LATEST"), [])
    shard = shards_of(streams, arn)[-1]["ShardId"]
    latest = iterator(streams, arn, shard, "LATEST")
    dynamodb.put_item(TableName=TABLE, Item=KEY)
    page = streams.get_records(ShardIterator=latest, Limit=1)
    check_equal("LATEST, later", [it["eventName"] for it in page["Records"]], ["INSERT"])
    check_equal("GetRecords: nothing more", streams.get_records(ShardIterator=page["NextShardIterator"])["Records"], [])
    first = streams.get_records(ShardIterator=iterator(streams, arn, shard), Limit=1)
    check_equal("GetRecords: limit", len(first["Records"]), 1)


def check_views(dynamodb, streams):
    for view, images in [("KEYS_ONLY", set()), ("NEW_IMAGE", {"NewImage"}), ("OLD_IMAGE", {"OldImage"})]:
        table = PREFIX + view
        dynamodb.put_item(TableName=table, Item=KEY | {"n": {"N": "1"}})
        dynamodb.put_item(TableName=table, Item=KEY | {"n": {"N": "2"}})
        change = records(streams, stream_of(dynamodb, table))[1]["dynamodb"]
        check_equal(f"{view}: images", {"NewImage", "OldImage"} & change.keys(), images)


def check_time_to_live(dynamodb, streams):
    specification = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=specification)
    described = dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    check_equal("DescribeTimeToLive", described, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"})
    check_error(
        "UpdateTimeToLive twice",
        "ValidationException",
        dynamodb.update_time_to_live,
        TableName=TABLE,
        TimeToLiveSpecification=specification,
    )
    expired = {"id": {"S": "gone"}, "expires": {"N": str(int(time.time()) - 10)}}
    dynamodb.put_item(TableName=TABLE, Item=expired)
    deadline = time.time() + 10
    arn = stream_of(dynamodb, TABLE)
    while True:
        last = records(streams, arn)[-1]
        if last["eventName"] == "REMOVE" and last["dynamodb"]["Keys"] == {"id": {"S": "gone"}}:
            break
        if time.time() > deadline:
            check("an expired item goes within 10 seconds", False, last)
        time.sleep(0.2)
    identity = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    check_equal("an expired item is deleted by the service", last["userIdentity"], identity)


def check_batches(dynamodb, streams):
    arn = stream_of(dynamodb, TABLE)
    before = len(records(streams, arn))
    requests = [{"PutRequest": {"Item": {"id": {"S": f"batch-{n}"}}}} for n in range(25)]
    answer = dynamodb.batch_write_item(RequestItems={TABLE: requests}, ReturnConsumedCapacity="TOTAL")
    check_equal("BatchWriteItem: unprocessed", answer["UnprocessedItems"], {})
    check_equal("BatchWriteItem: capacity", answer["ConsumedCapacity"], [{"TableName": TABLE, "CapacityUnits": 25.0}])
    dynamodb.batch_write_item(RequestItems={TABLE: requests})
    check_equal("BatchWriteItem: the same items again are no change", len(records(streams, arn)), before + 25)
    deletes = [{"DeleteRequest": {"Key": {"id": {"S": f"batch-{n}"}}}} for n in range(25)]
    dynamodb.batch_write_item(RequestItems={TABLE: deletes})
    check_equal("BatchWriteItem: deletes", [it["eventName"] for it in records(streams, arn)[-25:]], ["REMOVE"] * 25)
    for what, wrong in [
        ("26 requests", requests + [{"PutRequest": {"Item": KEY}}]),
        ("an item twice", [requests[0], requests[0]]),
    ]:
        check_error(
            f"BatchWriteItem of {what}", "ValidationException", dynamodb.batch_write_item, RequestItems={TABLE: wrong}
        )
    check_error(
        "BatchWriteItem to no table",
        "ResourceNotFoundException",
        dynamodb.batch_write_item,
        RequestItems={"absent": requests},
    )


def check_transactions(dynamodb, streams):
    arn = stream_of(dynamodb, TABLE)
    before = len(records(streams, arn))
    other = {"id": {"S": "t2"}}
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": TABLE, "Item": {"id": {"S": "t1"}}, "ConditionExpression": "attribute_not_exists(id)"}},
            {
                "Update": {
                    "TableName": TABLE,
                    "Key": other,
                    "UpdateExpression": "SET #s = :s",
                    "ConditionExpression": "attribute_not_exists(#s) OR #s <> :s",
                    "ExpressionAttributeNames": {"#s": "status"},
                    "ExpressionAttributeValues": {":s": {"S": "open"}},
                }
            },
        ]
    )
    new = records(streams, arn)[before:]
    check_equal("TransactWriteItems: changes", [it["dynamodb"]["Keys"]["id"]["S"] for it in new], ["t1", "t2"])
    try:
        dynamodb.transact_write_items(
            TransactItems=[
                {"Delete": {"TableName": TABLE, "Key": {"id": {"S": "t1"}}}},
                {
                    "ConditionCheck": {
                        "TableName": TABLE,
                        "Key": other,
                        "ConditionExpression": "attribute_not_exists(id)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
            ]
        )
        check("TransactWriteItems: a condition that does not hold", False)
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        check_equal(
            "TransactWriteItems: reasons", [it["Code"] for it in reasons], ["None", "ConditionalCheckFailed"]
        )
        check_equal("TransactWriteItems: the item", reasons[1]["Item"], other | {"status": {"S": "open"}})
    check_equal("TransactWriteItems: nothing done", len(records(streams, arn)), before + 2)
    twice = [{"Delete": {"TableName": TABLE, "Key": other}}, {"Put": {"TableName": TABLE, "Item": other}}]
    check_error(
        "TransactWriteItems twice on one item",
        "ValidationException",
        dynamodb.transact_write_items,
        TransactItems=twice,
    )
    put = {"Put": {"TableName": TABLE, "Item": {"id": {"S": "t3"}}}}
    token = f"boto3-check-{time.time_ns()}"
    dynamodb.transact_write_items(TransactItems=[put], ClientRequestToken=token)
    dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": "t3"}})
    dynamodb.transact_write_items(TransactItems=[put], ClientRequestToken=token)
    check_equal("TransactWriteItems: a token's call is done once", len(records(streams, arn)), before + 4)
    check_error(
        "TransactWriteItems: another call of a token",
        "IdempotentParameterMismatchException",
        dynamodb.transact_write_items,
        TransactItems=[{"Put": {"TableName": TABLE, "Item": {"id": {"S": "t4"}}}}],
        ClientRequestToken=token,
    )


def check_switched_streams(dynamodb, streams):
    table = PREFIX + "NEW_IMAGE"
    first = stream_of(dynamodb, table)
    count = len(records(streams, first))
    updated = dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})["TableDescription"]
    check_equal("UpdateTable: status", updated["TableStatus"], "UPDATING")
    check("UpdateTable: stream off", "StreamSpecification" not in dynamodb.describe_table(TableName=table)["Table"])
    dynamodb.put_item(TableName=table, Item={"id": {"S": "unseen"}})
    described = streams.describe_stream(StreamArn=first)["StreamDescription"]
    check_equal("DescribeStream: status of a stream that is off", described["StreamStatus"], "DISABLED")
    ended = all("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in described["Shards"])
    check("DescribeStream: its shards are closed", ended, described)
    check_equal("GetRecords: of a stream that is off", len(records(streams, first)), count)
    off = {"StreamEnabled": False}
    check_error("UpdateTable: off twice", "ValidationException", dynamodb.update_table, TableName=table, StreamSpecification=off)
    view = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    dynamodb.update_table(TableName=table, StreamSpecification=view)
    second = stream_of(dynamodb, table)
    check("UpdateTable: another stream", second != first, second)
    check_error("UpdateTable: on twice", "ValidationException", dynamodb.update_table, TableName=table, StreamSpecification=view)
    dynamodb.put_item(TableName=table, Item={"id": {"S": "seen"}})
    [change] = records(streams, second)
    check_equal("GetRecords: of the second stream", change["dynamodb"]["Keys"], {"id": {"S": "seen"}})
    listed = [it["StreamArn"] for it in streams.list_streams(TableName=table)["Streams"]]
    check_equal("ListStreams: both streams", listed, [first, second])


def check_stream_errors(dynamodb, streams, unchecked):
    arn = stream_of(dynamodb, TABLE)
    shard = shards_of(streams, arn)[0]["ShardId"]
    absent = arn[:-3] + "999"
    check_error("DescribeStream of no stream", "ResourceNotFoundException", streams.describe_stream, StreamArn=absent)
    check_error("DescribeStream without an ARN", "ValidationException", unchecked.describe_stream)
    check_error("DescribeStream beyond its limit", "ValidationException", unchecked.describe_stream, StreamArn=arn, Limit=101)
    check_error("ListStreams beyond its limit", "ValidationException", unchecked.list_streams, Limit=0)
    wrong_filter = {"Type": "PARENTS", "ShardId": shard}
    check_error(
        "DescribeStream with another filter",
        "ValidationException",
        unchecked.describe_stream,
        StreamArn=arn,
        ShardFilter=wrong_filter,
    )
    for code, parameters in [
        ("ResourceNotFoundException", {"ShardId": "shardId-00000000000000000000-00000000"}),
        ("ValidationException", {"ShardId": "short"}),
        ("ValidationException", {"ShardIteratorType": "EARLIEST"}),
        ("ValidationException", {"ShardIteratorType": "AT_SEQUENCE_NUMBER"}),
        ("ValidationException", {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "12"}),
        ("ValidationException", {"ShardIteratorType": "LATEST", "SequenceNumber": "1" * 25}),
    ]:
        call = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "LATEST"} | parameters
        check_error(f"GetShardIterator with {parameters}", code, unchecked.get_shard_iterator, **call)
    check_error("GetRecords with nonsense", "ValidationException", streams.get_records, ShardIterator="nonsense")
    start = iterator(streams, arn, shard)
    check_error("GetRecords beyond its limit", "ValidationException", streams.get_records, ShardIterator=start, Limit=1001)


def check_deletion(dynamodb, streams):
    arn = stream_of(dynamodb, TABLE)
    for name in [TABLE] + [PREFIX + view for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"]]:
        deleted = dynamodb.delete_table(TableName=name)["TableDescription"]
        check_equal(f"DeleteTable {name}", deleted["TableStatus"], "DELETING")
    waiter = dynamodb.get_waiter("table_not_exists")
    waiter.wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    check_equal("DescribeStream of a deleted table", described["StreamStatus"], "DISABLED")
    [shard] = described["Shards"]
    answer = streams.get_records(ShardIterator=iterator(streams, arn, shard["ShardId"]))
    check("GetRecords: a closed shard ends", answer["Records"] and "NextShardIterator" not in answer, answer.keys())


def main():
    dynamodb, unchecked = client("dynamodb"), client("dynamodb", checked=False)
    streams, unchecked_streams = client("dynamodbstreams"), client("dynamodbstreams", checked=False)
    check_tables(dynamodb)
    check_table_errors(dynamodb, unchecked)
    check_items(dynamodb)
    check_resource()
    check_item_errors(dynamodb, unchecked)
    check_streams(dynamodb, streams)
    check_records(dynamodb, streams)
    check_views(dynamodb, streams)
    check_time_to_live(dynamodb, streams)
    check_batches(dynamodb, streams)
    check_transactions(dynamodb, streams)
    check_switched_streams(dynamodb, streams)
    check_stream_errors(dynamodb, streams, unchecked_streams)
    check_deletion(dynamodb, streams)
    print("all of it is as it should be")


if __name__ == "__main__":
    main()
