#!/usr/bin/env python3
"""Checks a Feature Store endpoint with boto3: feature groups (SageMaker) and their records (Feature Store runtime).

Usage: boto3_feature_store.py ENDPOINT_URL

Prints a line for each thing checked, and stops at the first that is not as the API reference says. It makes feature groups of
its own and deletes them, so that the endpoint may hold others.
"""

import time
from datetime import datetime, timedelta, timezone

from expect import ACCOUNT, REGION, check, check_equal, check_error, client

# A run that broke off does not stand in the way of the next.
PREFIX = f"boto3-check-{int(time.time())}-"
STANDARD, V2, MEMORY, OFFLINE = (PREFIX + kind for kind in ["standard", "v2", "memory", "offline"])
ROLE = f"arn:aws:iam::{ACCOUNT}:role/FeatureStore"
NOW = datetime.now(timezone.utc).replace(microsecond=0)


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


EARLY, LATE, LATER = (iso(NOW - timedelta(minutes=age)) for age in [20, 10, 5])


def declaration(name, storage="Standard", offline=True, event_time="String"):
    features = [("id", "String"), ("at", event_time), ("visits", "Integral"), ("score", "Fractional")]
    declared = {
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [{"FeatureName": it, "FeatureType": kind} for it, kind in features],
        "Description": "made by a check",
    }
    if storage:
        declared["OnlineStoreConfig"] = {"EnableOnlineStore": True, "StorageType": storage}
    if storage == "InMemory":
        declared["FeatureDefinitions"] += [
            {"FeatureName": "tags", "FeatureType": "String", "CollectionType": "Set"},
            {"FeatureName": "steps", "FeatureType": "Integral", "CollectionType": "List"},
            {
                "FeatureName": "embedding",
                "FeatureType": "Fractional",
                "CollectionType": "Vector",
                "CollectionConfig": {"VectorConfig": {"Dimension": 2}},
            },
        ]
    if offline:
        declared["OfflineStoreConfig"] = {"S3StorageConfig": {"S3Uri": "s3://checks/offline"}}
        declared["RoleArn"] = ROLE
    return declared


def values(**features):
    return [{"FeatureName": name, "ValueAsString": value} for name, value in features.items()]


def wait_until_created(sagemaker, name):
    deadline = time.time() + 30
    while (status := sagemaker.describe_feature_group(FeatureGroupName=name)["FeatureGroupStatus"]) == "Creating":
        if time.time() > deadline:
            check(f"{name} is created within 30 seconds", False, status)
        time.sleep(0.2)
    check_equal(f"{name}: status", status, "Created")


def check_groups(sagemaker):
    arn = sagemaker.create_feature_group(**declaration(STANDARD))["FeatureGroupArn"]
    check_equal("CreateFeatureGroup: ARN", arn, f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:feature-group/{STANDARD}")
    described = sagemaker.describe_feature_group(FeatureGroupName=arn)
    check_equal("DescribeFeatureGroup: status at first", described["FeatureGroupStatus"], "Creating")
    with_ttl = declaration(V2, "Standard_V2")
    with_ttl["OnlineStoreConfig"]["TtlDuration"] = {"Unit": "Hours", "Value": 2}
    sagemaker.create_feature_group(**with_ttl)
    sagemaker.create_feature_group(**declaration(MEMORY, "InMemory", offline=False))
    sagemaker.create_feature_group(**declaration(OFFLINE, None, event_time="Fractional"))
    for name in [STANDARD, V2, MEMORY, OFFLINE]:
        wait_until_created(sagemaker, name)
    described = sagemaker.describe_feature_group(FeatureGroupName=V2)
    for member in ["FeatureDefinitions", "RecordIdentifierFeatureName", "EventTimeFeatureName", "Description", "RoleArn"]:
        check_equal(f"DescribeFeatureGroup: {member}", described[member], with_ttl[member])
    check_equal("DescribeFeatureGroup: online store", described["OnlineStoreConfig"], with_ttl["OnlineStoreConfig"])
    check_equal("DescribeFeatureGroup: offline store", described["OfflineStoreStatus"], {"Status": "Active"})
    resolved = described["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    check("DescribeFeatureGroup: resolved location", resolved.startswith("s3://checks/offline/"), resolved)
    check("DescribeFeatureGroup: time", abs(described["CreationTime"] - NOW) < timedelta(minutes=1))
    vector = sagemaker.describe_feature_group(FeatureGroupName=MEMORY)["FeatureDefinitions"][-1]
    check_equal("DescribeFeatureGroup: vector", vector["CollectionConfig"], {"VectorConfig": {"Dimension": 2}})


def check_listing(sagemaker):
    paginator = sagemaker.get_paginator("list_feature_groups")

    def names(**filters):
        pages = paginator.paginate(NameContains=PREFIX, PaginationConfig={"PageSize": 2}, **filters)
        return [group["FeatureGroupName"] for page in pages for group in page["FeatureGroupSummaries"]]

    by_name = sorted([STANDARD, V2, MEMORY, OFFLINE])
    check_equal("ListFeatureGroups: by name", names(SortBy="Name", SortOrder="Ascending"), by_name)
    check_equal("ListFeatureGroups: backwards", names(SortBy="Name", SortOrder="Descending"), by_name[::-1])
    check_equal("ListFeatureGroups: by time", names(SortBy="CreationTime", SortOrder="Ascending")[0], STANDARD)
    check_equal("ListFeatureGroups: with offline store", MEMORY in names(OfflineStoreStatusEquals="Active"), False)
    check_equal("ListFeatureGroups: created", len(names(FeatureGroupStatusEquals="Created")), 4)
    check_equal("ListFeatureGroups: failed", names(FeatureGroupStatusEquals="CreateFailed"), [])
    check_equal("ListFeatureGroups: after", names(CreationTimeAfter=NOW + timedelta(hours=1)), [])
    check_equal("ListFeatureGroups: before", len(names(CreationTimeBefore=NOW + timedelta(hours=1))), 4)


def check_group_errors(sagemaker, unchecked):
    check_error("CreateFeatureGroup twice", "ResourceInUse", sagemaker.create_feature_group, **declaration(STANDARD))
    absent = {"FeatureGroupName": "absent"}
    check_error("DescribeFeatureGroup of no group", "ResourceNotFound", sagemaker.describe_feature_group, **absent)
    check_error("DeleteFeatureGroup of no group", "ResourceNotFound", sagemaker.delete_feature_group, **absent)
    for member, value in [
        ("FeatureGroupName", "-wrong"),
        ("EventTimeFeatureName", "visits"),
        ("RecordIdentifierFeatureName", "other"),
        ("FeatureDefinitions", []),
        ("FeatureDefinitions", [{"FeatureName": "is_deleted", "FeatureType": "String"}]),
        ("OnlineStoreConfig", {"EnableOnlineStore": True, "StorageType": "Fast"}),
        ("RoleArn", None),
    ]:
        wrong = declaration(PREFIX + "wrong") | {member: value}
        if value is None:
            del wrong[member]
        check_error(f"CreateFeatureGroup with {member} {value}", "ValidationException", unchecked.create_feature_group, **wrong)
    for member, value in [("MaxResults", 101), ("SortBy", "Size"), ("SortOrder", "Up"), ("NextToken", "nonsense")]:
        check_error(
            f"ListFeatureGroups with {member} {value}",
            "ValidationException",
            unchecked.list_feature_groups,
            **{member: value},
        )


def record_of(runtime, group, identifier, **more):
    return runtime.get_record(FeatureGroupName=group, RecordIdentifierValueAsString=identifier, **more).get("Record")


def check_put_and_get(runtime):
    def put(**features):
        runtime.put_record(FeatureGroupName=STANDARD, Record=values(**features))

    put(id="c1", at=LATE, visits="2", score="0.5")
    expected = values(id="c1", at=LATE, visits="2", score="0.5")
    check_equal("GetRecord", record_of(runtime, STANDARD, "c1"), expected)
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:feature-group/{STANDARD}"
    check_equal("GetRecord: by ARN", record_of(runtime, arn, "c1"), expected)
    some = record_of(runtime, STANDARD, "c1", FeatureNames=["visits", "score"])
    check_equal("GetRecord: some features", some, values(visits="2", score="0.5"))
    put(id="c1", at=EARLY, visits="1")
    check_equal("PutRecord: an older one stays out of sight", record_of(runtime, STANDARD, "c1"), expected)
    put(id="c1", at=LATER)
    check_equal("PutRecord: the whole record is replaced", record_of(runtime, STANDARD, "c1"), values(id="c1", at=LATER))
    check_equal("GetRecord of no record", record_of(runtime, STANDARD, "nobody"), None)
    offline_only = values(id="c2", at=LATE)
    runtime.put_record(FeatureGroupName=STANDARD, Record=offline_only, TargetStores=["OfflineStore"])
    check_equal("PutRecord: to the offline store only", record_of(runtime, STANDARD, "c2"), None)
    strange = "ä /?#&+%=😀"
    put(id=strange, at=LATE)
    check_equal("GetRecord: an identifier of any characters", record_of(runtime, STANDARD, strange)[0]["ValueAsString"], strange)
    runtime.put_record(FeatureGroupName=OFFLINE, Record=values(id="c1", at=f"{NOW.timestamp()}"))
    check("PutRecord: Unix seconds", True)


def check_expiry(runtime):
    runtime.put_record(FeatureGroupName=V2, Record=values(id="c1", at=LATE))
    asked = {"FeatureGroupName": V2, "RecordIdentifierValueAsString": "c1"}
    enabled = runtime.get_record(**asked, ExpirationTimeResponse="Enabled")
    expires = iso(NOW - timedelta(minutes=10) + timedelta(hours=2))
    check_equal("GetRecord: ExpiresAt of the group's TTL", enabled["ExpiresAt"], expires)
    disabled = runtime.get_record(**asked, ExpirationTimeResponse="Disabled")
    check("GetRecord: ExpiresAt only if asked for", "ExpiresAt" not in disabled, disabled)
    ttl = {"Unit": "Days", "Value": 1}
    runtime.put_record(FeatureGroupName=V2, Record=values(id="c1", at=LATER), TtlDuration=ttl)
    enabled = runtime.get_record(**asked, ExpirationTimeResponse="Enabled")
    expires = iso(NOW - timedelta(minutes=5) + timedelta(days=1))
    check_equal("GetRecord: ExpiresAt of the record's TTL", enabled["ExpiresAt"], expires)
    soon = {"Unit": "Seconds", "Value": 1}
    runtime.put_record(FeatureGroupName=V2, Record=values(id="past", at=LATE), TtlDuration=soon)
    check_equal("an expired record is gone", record_of(runtime, V2, "past"), None)


def check_collections(runtime):
    record = values(id="p1", at=LATE) + [
        {"FeatureName": "tags", "ValueAsStringList": ["a", "b"]},
        {"FeatureName": "steps", "ValueAsStringList": ["1", "2", "2"]},
        {"FeatureName": "embedding", "ValueAsStringList": ["0.5", "-1e-3"]},
    ]
    runtime.put_record(FeatureGroupName=MEMORY, Record=record)
    check_equal("GetRecord: collections", record_of(runtime, MEMORY, "p1"), record)


def check_put_errors(runtime, unchecked):
    base = {"id": "c1", "at": LATE}
    for what, record in [
        ("a fraction for an Integral", values(**base, visits="1.5")),
        ("a word for a Fractional", values(**base, score="high")),
        ("an unknown feature", values(**base, rank="1")),
        ("no identifier", values(at=LATE)),
        ("no event time", values(id="c1")),
        ("a date as event time", values(id="c1", at="2026-03-02")),
        ("a feature twice", values(**base) + values(id="c1")),
        ("a list for a String", values(at=LATE) + [{"FeatureName": "id", "ValueAsStringList": ["c1"]}]),
        ("no value", values(**base) + [{"FeatureName": "visits"}]),
        ("nothing", []),
        ("more than 350 KB", values(at=LATE, id="x" * 358_401)),
    ]:
        call = {"FeatureGroupName": STANDARD, "Record": record}
        check_error(f"PutRecord with {what}", "ValidationError", unchecked.put_record, **call)
    for what, record in [
        ("a set with an element twice", [{"FeatureName": "tags", "ValueAsStringList": ["a", "a"]}]),
        ("a vector of another dimension", [{"FeatureName": "embedding", "ValueAsStringList": ["1"]}]),
    ]:
        call = {"FeatureGroupName": MEMORY, "Record": values(**base) + record}
        check_error(f"PutRecord with {what}", "ValidationError", runtime.put_record, **call)
    record = values(**base)
    for member, value in [
        ("TargetStores", ["Both"]),
        ("TargetStores", []),
        ("TtlDuration", {"Unit": "Years", "Value": 1}),
        ("TtlDuration", {"Unit": "Days", "Value": 0}),
        ("FeatureGroupName", "absent"),
    ]:
        call = {"FeatureGroupName": STANDARD, "Record": record} | {member: value}
        check_error(f"PutRecord with {member} {value}", "ValidationError", unchecked.put_record, **call)
    call = {"FeatureGroupName": MEMORY, "Record": record, "TargetStores": ["OfflineStore"]}
    check_error("PutRecord to a store that is not there", "ValidationError", runtime.put_record, **call)


def check_get_errors(runtime, unchecked):
    call = {"FeatureGroupName": "absent", "RecordIdentifierValueAsString": "c1"}
    check_error("GetRecord of no group", "ResourceNotFound", runtime.get_record, **call)
    call["FeatureGroupName"] = OFFLINE
    check_error("GetRecord of an offline group", "ValidationError", runtime.get_record, **call)
    call["FeatureGroupName"] = STANDARD
    check_error("GetRecord of an unknown feature", "ValidationError", runtime.get_record, **call, FeatureNames=["rank"])
    wrong = {"ExpirationTimeResponse": "Yes"}
    check_error("GetRecord with another choice", "ValidationError", unchecked.get_record, **call, **wrong)


def check_batch(runtime):
    answer = runtime.batch_get_record(
        Identifiers=[
            {"FeatureGroupName": STANDARD, "RecordIdentifiersValueAsString": ["c1", "nobody"], "FeatureNames": ["at"]},
            {"FeatureGroupName": V2, "RecordIdentifiersValueAsString": ["c1"]},
            {"FeatureGroupName": "absent", "RecordIdentifiersValueAsString": ["c1"]},
        ],
        ExpirationTimeResponse="Enabled",
    )
    found = [(it["FeatureGroupName"], it["RecordIdentifierValueAsString"]) for it in answer["Records"]]
    check_equal("BatchGetRecord: records", found, [(STANDARD, "c1"), (V2, "c1")])
    check_equal("BatchGetRecord: some features", answer["Records"][0]["Record"], values(at=LATER))
    check("BatchGetRecord: ExpiresAt", "ExpiresAt" in answer["Records"][1], answer["Records"][1])
    errors = [(it["FeatureGroupName"], it["ErrorCode"]) for it in answer["Errors"]]
    check_equal("BatchGetRecord: errors", errors, [("absent", "ResourceNotFound")])
    check_equal("BatchGetRecord: all was processed", answer["UnprocessedIdentifiers"], [])
    ids = [str(number) for number in range(51)]
    entry = {"FeatureGroupName": STANDARD, "RecordIdentifiersValueAsString": ids}
    check_error("BatchGetRecord of 102 records", "ValidationError", runtime.batch_get_record, Identifiers=[entry, entry])
    answer = runtime.batch_write_record(
        Entries=[
            {"FeatureGroupName": V2, "Record": values(id="b1", at=LATE)},
            {"FeatureGroupName": V2, "Record": values(id="b2")},
            {"FeatureGroupName": "absent", "Record": values(id="b3", at=LATE)},
        ]
    )
    codes = [it["ErrorCode"] for it in answer["Errors"]]
    check_equal("BatchWriteRecord: errors", codes, ["ValidationError", "ResourceNotFound"])
    check_equal("BatchWriteRecord: written", record_of(runtime, V2, "b1"), values(id="b1", at=LATE))


def check_listed_records(runtime, unchecked):
    for number in range(7):
        runtime.put_record(FeatureGroupName=MEMORY, Record=values(id=f"l{number}", at=LATE))
    pages = runtime.get_paginator("list_records").paginate(FeatureGroupName=MEMORY, PaginationConfig={"PageSize": 3})
    listed = [identifier for page in pages for identifier in page["RecordIdentifiers"]]
    check_equal("ListRecords: pages", sorted(listed), [f"l{number}" for number in range(7)] + ["p1"])
    check_error("ListRecords of no group", "ResourceNotFound", runtime.list_records, FeatureGroupName="absent")
    for member, value in [("MaxResults", 101), ("NextToken", "*")]:
        call = {"FeatureGroupName": MEMORY, member: value}
        check_error(f"ListRecords with {member} {value}", "ValidationError", unchecked.list_records, **call)


def check_updates(runtime):
    def update(identifier="u1", group=V2, **features):
        return {
            "FeatureGroupName": group,
            "RecordIdentifierValueAsString": identifier,
            "Features": values(**features),
        }

    runtime.put_record(FeatureGroupName=V2, Record=values(id="u1", at=LATE, visits="1"))
    runtime.update_record(**update(visits="2", score="0.25"))
    expected = values(id="u1", at=LATE, visits="2", score="0.25")
    check_equal("UpdateRecord: the rest stays", record_of(runtime, V2, "u1"), expected)
    runtime.update_record(**update(at=LATER, visits="3"))
    check_equal("UpdateRecord: a newer time", record_of(runtime, V2, "u1")[1], values(at=LATER)[0])
    check_error("UpdateRecord with an older time", "ConflictException", runtime.update_record, **update(at=EARLY))
    check_error("UpdateRecord of no record", "ResourceNotFound", runtime.update_record, **update("nobody", visits="1"))
    check_error("UpdateRecord of the identifier", "ValidationError", runtime.update_record, **update(id="u2"))
    ttl = {"TtlDuration": {"Unit": "Days", "Value": 1}}
    check_error("UpdateRecord with a TTL alone", "ValidationError", runtime.update_record, **update(visits="1"), **ttl)
    standard = update("c1", STANDARD, visits="1")
    check_error("UpdateRecord of a Standard store", "ValidationError", runtime.update_record, **standard)
    runtime.update_record(**update("p1", MEMORY, visits="9"))
    check_equal("UpdateRecord of an InMemory store", record_of(runtime, MEMORY, "p1", FeatureNames=["visits"]), values(visits="9"))


def check_deletions(runtime, unchecked):
    def delete(event_time, identifier="d1", **more):
        call = {"FeatureGroupName": V2, "RecordIdentifierValueAsString": identifier, "EventTime": event_time}
        return call | more

    def listed(**more):
        return "d1" in runtime.list_records(FeatureGroupName=V2, **more)["RecordIdentifiers"]

    runtime.put_record(FeatureGroupName=V2, Record=values(id="d1", at=LATE))
    runtime.delete_record(**delete(EARLY))
    check("DeleteRecord of the past: the record stays", record_of(runtime, V2, "d1"))
    hard = {"DeletionMode": "HardDelete"}
    check_error("hard DeleteRecord of the past", "ValidationError", runtime.delete_record, **delete(EARLY, **hard))
    runtime.delete_record(**delete(LATER, TargetStores=["OnlineStore", "OfflineStore"]))
    check_equal("soft DeleteRecord", record_of(runtime, V2, "d1"), None)
    check_equal("ListRecords: without soft-deleted ones", listed(), False)
    check_equal("ListRecords: with soft-deleted ones", listed(IncludeSoftDeletedRecords=True), True)
    runtime.put_record(FeatureGroupName=V2, Record=values(id="d1", at=LATE))
    check_equal("PutRecord before a soft deletion", record_of(runtime, V2, "d1"), None)
    runtime.delete_record(**delete(iso(NOW), **hard))
    check_equal("hard DeleteRecord", listed(IncludeSoftDeletedRecords=True), False)
    runtime.put_record(FeatureGroupName=V2, Record=values(id="d1", at=EARLY))
    check("PutRecord after a hard deletion", record_of(runtime, V2, "d1"))
    for member, value in [("EventTime", "now"), ("DeletionMode", "Shred"), ("FeatureGroupName", "absent")]:
        call = delete(LATE) | {member: value}
        check_error(f"DeleteRecord with {member} {value}", "ValidationError", unchecked.delete_record, **call)


def check_group_deletion(sagemaker, runtime):
    for name in [STANDARD, V2, MEMORY, OFFLINE]:
        sagemaker.delete_feature_group(FeatureGroupName=name)
    status = sagemaker.describe_feature_group(FeatureGroupName=V2)["FeatureGroupStatus"]
    check_equal("DeleteFeatureGroup: status", status, "Deleting")
    deadline = time.time() + 30
    while sagemaker.list_feature_groups(NameContains=PREFIX)["FeatureGroupSummaries"]:
        if time.time() > deadline:
            check("groups are deleted within 30 seconds", False)
        time.sleep(0.2)
    gone = {"FeatureGroupName": V2}
    check_error("DescribeFeatureGroup of a deleted group", "ResourceNotFound", sagemaker.describe_feature_group, **gone)
    call = gone | {"RecordIdentifierValueAsString": "c1"}
    check_error("GetRecord of a deleted group", "ResourceNotFound", runtime.get_record, **call)


def main():
    sagemaker, unchecked_sagemaker = client("sagemaker"), client("sagemaker", checked=False)
    service = "sagemaker-featurestore-runtime"
    runtime, unchecked = client(service), client(service, checked=False)
    check_groups(sagemaker)
    check_listing(sagemaker)
    check_group_errors(sagemaker, unchecked_sagemaker)
    check_put_and_get(runtime)
    check_expiry(runtime)
    check_collections(runtime)
    check_put_errors(runtime, unchecked)
    check_get_errors(runtime, unchecked)
    check_batch(runtime)
    check_listed_records(runtime, unchecked)
    check_updates(runtime)
    check_deletions(runtime, unchecked)
    check_group_deletion(sagemaker, runtime)
    print("all of it is as it should be")


if __name__ == "__main__":
    main()
