#!/usr/bin/env python3
"""Checks an Amazon Machine Learning endpoint with boto3: batch predictions, models and data sources.

Usage: boto3_machine_learning.py ENDPOINT_URL

Prints a line for each thing checked, and stops at the first that is not as the API reference says. The endpoint must hold a
model and a data source, as a stocked one does. It makes batch predictions of its own and marks them as deleted.
"""

import time
from datetime import datetime, timedelta, timezone

from expect import check, check_equal, check_error, client

# A run that broke off does not stand in the way of the next.
PREFIX = f"boto3-check-{int(time.time())}-"
STATUSES = {"PENDING", "INPROGRESS", "FAILED", "COMPLETED", "DELETED"}


def described(ml, **filters):
    pages = ml.get_paginator("describe_batch_predictions").paginate(**filters, PaginationConfig={"PageSize": 7})
    return [prediction for page in pages for prediction in page["Results"]]


def check_members(prediction):
    """The members that are there only in some of the states."""
    name, status = prediction["BatchPredictionId"], prediction["Status"]
    check(f"{name}: status {status}", status in STATUSES)
    expected = {
        "StartedAt": {"INPROGRESS", "COMPLETED", "FAILED"},
        "FinishedAt": {"COMPLETED", "FAILED"},
        "ComputeTime": {"COMPLETED"},
    }
    for member, states in expected.items():
        if status == "DELETED" and member == "StartedAt":
            continue
        check_equal(f"{name}: {member} when {status}", member in prediction, status in states)


def check_stock(ml):
    all_predictions = described(ml)
    ids = [it["BatchPredictionId"] for it in all_predictions]
    check_equal("DescribeBatchPredictions: pages hold each once", len(ids), len(set(ids)))
    times = [it["CreatedAt"] for it in all_predictions]
    check("DescribeBatchPredictions: times", all(it < datetime.now(timezone.utc) for it in times))
    for prediction in all_predictions:
        check_members(prediction)


def check_models(ml):
    models = [it for page in ml.get_paginator("describe_ml_models").paginate() for it in page["Results"]]
    check("DescribeMLModels: there is one", models)
    sources = [it for page in ml.get_paginator("describe_data_sources").paginate() for it in page["Results"]]
    check("DescribeDataSources: there is one", sources)
    model = ml.get_ml_model(MLModelId=models[0]["MLModelId"], Verbose=True)
    check_equal("GetMLModel: type", model["MLModelType"], models[0]["MLModelType"])
    check("GetMLModel: verbose", {"Recipe", "Schema"} <= model.keys(), model.keys())
    brief = ml.get_ml_model(MLModelId=models[0]["MLModelId"])
    check("GetMLModel: brief", not {"Recipe", "Schema"} & brief.keys(), brief.keys())
    source = ml.get_data_source(DataSourceId=sources[0]["DataSourceId"], Verbose=True)
    check_equal("GetDataSource: location", source["DataLocationS3"], sources[0]["DataLocationS3"])
    check("GetDataSource: verbose", "DataSourceSchema" in source, source.keys())
    training = ml.get_data_source(DataSourceId=model["TrainingDataSourceId"])
    check_equal("GetMLModel: training data", model["InputDataLocationS3"], training["DataLocationS3"])
    check("GetMLModel: parameters", model["TrainingParameters"]["algorithm"] == "sgd", model["TrainingParameters"])
    binary = model["MLModelType"] == "BINARY"
    check_equal("GetMLModel: threshold of a BINARY model only", "ScoreThreshold" in model, binary)
    check("GetDataSource: size", source["DataSizeInBytes"] > 0 and source["NumberOfFiles"] > 0, source)
    check_equal("GetDataSource: times", source["CreatedAt"] <= source["StartedAt"] <= source["FinishedAt"], True)
    kind = models[0]["MLModelType"]
    filtered = ml.describe_ml_models(FilterVariable="MLModelType", EQ=kind)["Results"]
    check_equal("DescribeMLModels: filter", {it["MLModelType"] for it in filtered}, {kind})
    filtered = ml.describe_data_sources(FilterVariable="Name", EQ=sources[0]["Name"])["Results"]
    check_equal("DescribeDataSources: filter", {it["Name"] for it in filtered}, {sources[0]["Name"]})
    check_error("GetMLModel of none", "ResourceNotFoundException", ml.get_ml_model, MLModelId="absent")
    check_error("GetDataSource of none", "ResourceNotFoundException", ml.get_data_source, DataSourceId="absent")
    return models[0]["MLModelId"], source


def check_course(ml, request, source):
    """Follows a batch prediction to its end."""
    name = request["BatchPredictionId"]
    created = ml.create_batch_prediction(**request)
    check_equal("CreateBatchPrediction", created["BatchPredictionId"], name)
    deadline = time.time() + 60
    seen = []
    while True:
        shown = ml.get_batch_prediction(BatchPredictionId=name)
        if not seen or seen[-1] != shown["Status"]:
            seen.append(shown["Status"])
            check_members(shown)
        if shown["Status"] in ("COMPLETED", "FAILED"):
            break
        if time.time() > deadline:
            check("CreateBatchPrediction ends within a minute", False, shown)
        time.sleep(0.5)
    check_equal("GetBatchPrediction: states", seen, ["PENDING", "INPROGRESS", "COMPLETED"])
    check_equal("GetBatchPrediction: input", shown["InputDataLocationS3"], source["DataLocationS3"])
    check_equal("GetBatchPrediction: output", shown["OutputUri"], request["OutputUri"])
    check("GetBatchPrediction: counts", 0 <= shown["InvalidRecordCount"] <= shown["TotalRecordCount"], shown)
    check("GetBatchPrediction: log", shown["LogUri"].startswith("https://"), shown["LogUri"])
    check("GetBatchPrediction: times", shown["CreatedAt"] <= shown["StartedAt"] <= shown["FinishedAt"], shown)
    check_equal("GetBatchPrediction: last change", shown["LastUpdatedAt"], shown["FinishedAt"])


def check_changes(ml, request):
    name = request["BatchPredictionId"]
    check_equal("the same again is no error", ml.create_batch_prediction(**request)["BatchPredictionId"], name)
    other = request | {"OutputUri": "s3://elsewhere/"}
    check_error("another under the same id", "IdempotentParameterMismatchException", ml.create_batch_prediction, **other)
    ml.update_batch_prediction(BatchPredictionId=name, BatchPredictionName=PREFIX + "renamed")
    renamed = ml.get_batch_prediction(BatchPredictionId=name)
    check_equal("UpdateBatchPrediction: name", renamed["Name"], PREFIX + "renamed")
    check("UpdateBatchPrediction: last change", renamed["LastUpdatedAt"] > renamed["FinishedAt"], renamed)


def check_filters(ml, request):
    for letter in "ab":
        more = request | {"BatchPredictionId": PREFIX + letter, "BatchPredictionName": PREFIX + letter}
        ml.create_batch_prediction(**more)

    def names(**filters):
        found = [it.get("Name", "") for it in described(ml, **filters)]
        return [name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX)]

    by_name = {"FilterVariable": "Name"}
    check_equal("filter: Prefix", names(**by_name, Prefix=PREFIX), ["a", "b", "renamed"])
    check_equal("filter: Prefix, backwards", names(**by_name, Prefix=PREFIX, SortOrder="dsc"), ["renamed", "b", "a"])
    check_equal("filter: EQ", names(**by_name, EQ=PREFIX + "a"), ["a"])
    check_equal("filter: NE", names(**by_name, NE=PREFIX + "a"), ["b", "renamed"])
    check_equal("filter: GT", names(**by_name, GT=PREFIX + "a"), ["b", "renamed"])
    check_equal("filter: GE", names(**by_name, GE=PREFIX + "a"), ["a", "b", "renamed"])
    check_equal("filter: LT", names(**by_name, LT=PREFIX + "b"), ["a"])
    check_equal("filter: LE", names(**by_name, LE=PREFIX + "b"), ["a", "b"])
    for variable, value in [
        ("MLModelId", request["MLModelId"]),
        ("DataSourceId", request["BatchPredictionDataSourceId"]),
        ("IAMUser", ml.get_batch_prediction(BatchPredictionId=PREFIX + "a")["CreatedByIamUser"]),
        ("DataURI", ml.get_batch_prediction(BatchPredictionId=PREFIX + "a")["InputDataLocationS3"]),
    ]:
        check_equal(f"filter: {variable}", sorted(names(FilterVariable=variable, EQ=value)), ["a", "b", "renamed"])
    check_equal("filter: Status", names(FilterVariable="Status", EQ="COMPLETED"), ["renamed"])
    later = str((datetime.now(timezone.utc) + timedelta(hours=1)).timestamp())
    check_equal("filter: Status NE", sorted(names(FilterVariable="Status", NE="COMPLETED")), ["a", "b"])
    check_equal("filter: DataURI Prefix", len(names(FilterVariable="DataURI", Prefix="s3://")), 3)
    for order in ["asc", "dsc"]:
        times = [it["CreatedAt"] for it in described(ml, SortOrder=order)]
        check_equal(f"without a filter by age, {order}", times, sorted(times, reverse=order == "dsc"))
    for variable in ["CreatedAt", "LastUpdatedAt"]:
        check_equal(f"filter: {variable} GT", names(FilterVariable=variable, GT=later), [])
        check_equal(f"filter: {variable} LT", len(names(FilterVariable=variable, LT=later)), 3)


def check_errors(ml, unchecked, request):
    for filters in [
        {"FilterVariable": "Name"},
        {"EQ": "a"},
        {"FilterVariable": "Name", "EQ": "a", "NE": "b"},
        {"FilterVariable": "Colour", "EQ": "a"},
        {"FilterVariable": "CreatedAt", "EQ": "soon"},
        {"FilterVariable": "Name", "EQ": "a" * 1025},
        {"FilterVariable": "Name", "EQ": "  "},
        {"SortOrder": "desc"},
        {"Limit": 101},
        {"NextToken": "nonsense"},
    ]:
        call = unchecked.describe_batch_predictions
        check_error(f"DescribeBatchPredictions with {filters}", "InvalidInputException", call, **filters)
    for member, value in [
        ("BatchPredictionId", "a b"),
        ("MLModelId", "absent"),
        ("BatchPredictionDataSourceId", "absent"),
        ("OutputUri", "https://elsewhere/"),
        ("OutputUri", "s3://elsewhere/a//b"),
        ("OutputUri", None),
    ]:
        wrong = request | {"BatchPredictionId": PREFIX + "wrong", member: value}
        if value is None:
            del wrong[member]
        call = unchecked.create_batch_prediction
        check_error(f"CreateBatchPrediction with {member} {value}", "InvalidInputException", call, **wrong)
    absent = {"BatchPredictionId": "absent"}
    check_error("GetBatchPrediction of none", "ResourceNotFoundException", ml.get_batch_prediction, **absent)
    check_error("DeleteBatchPrediction of none", "ResourceNotFoundException", ml.delete_batch_prediction, **absent)
    check_error(
        "UpdateBatchPrediction of none",
        "ResourceNotFoundException",
        ml.update_batch_prediction,
        **absent,
        BatchPredictionName="a",
    )


def check_deletion(ml, names):
    for name in names:
        check_equal("DeleteBatchPrediction", ml.delete_batch_prediction(BatchPredictionId=name)["BatchPredictionId"], name)
        shown = ml.get_batch_prediction(BatchPredictionId=name)
        check_equal("a deleted one stays", shown["Status"], "DELETED")
        check_members(shown)


def main():
    ml, unchecked = client("machinelearning"), client("machinelearning", checked=False)
    check_stock(ml)
    model, source = check_models(ml)
    request = {
        "BatchPredictionId": PREFIX + "course",
        "BatchPredictionName": PREFIX + "course",
        "MLModelId": model,
        "BatchPredictionDataSourceId": source["DataSourceId"],
        "OutputUri": "s3://checks/predictions/",
    }
    check_course(ml, request, source)
    check_changes(ml, request)
    check_filters(ml, request)
    check_errors(ml, unchecked, request)
    check_deletion(ml, [PREFIX + name for name in ["course", "a", "b"]])
    print("all of it is as it should be")


if __name__ == "__main__":
    main()
