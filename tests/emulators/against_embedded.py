"""The embedded endpoint, judged by boto3 and the AWS command line: botocore's models, parsers and validators.

No public server offers the Feature Store runtime or Machine Learning.
"""

import json
import pathlib
import subprocess
import sys
import time

from clients import client
from kinesis_journeys import (
    check_exactly_once,
    create_stream,
    line_of,
    live_journey,
    numbered_journey,
    put,
    resharding_journey,
    resharding_while_reading_journey,
    unknown_stream_journey,
)
from program import environment

COUNT = 20_000
HERE = pathlib.Path(__file__).parent
# Installed beside the interpreter.
AWS = pathlib.Path(sys.executable).with_name("aws")


def run(report, kinescope, url):
    kinesis = client("kinesis", url)
    with report.journey("embedded: AWS command line"):
        command_line_journey(report, url)
    with report.journey(f"embedded: {COUNT} records"):
        numbered_journey(report, kinescope, kinesis, url, "emulator-orders", COUNT)
    with report.journey("embedded: live"):
        live_journey(report, kinescope, kinesis, url, "emulator-orders")
    with report.journey("embedded: more than may be read at once"):
        rationed_journey(report, kinescope, kinesis, url, "emulator-large")
    with report.journey("embedded: split and merge"):
        resharding_journey(report, kinescope, kinesis, url, "emulator-resharded")
    with report.journey("embedded: split and merge while reading"):
        resharding_while_reading_journey(report, kinescope, kinesis, url, "emulator-resharded-live")
    with report.journey("embedded: unknown stream and table"):
        unknown_stream_journey(report, kinescope, url, "no-such-stream")
        unknown_stream_journey(report, kinescope, url, "table:no-such-table")


def rationed_journey(report, kinescope, kinesis, url, name):
    """Two readers of 5 MiB a shard. One call may give it all, but only 2 MiB a second: the later reader of a shard waits."""
    create_stream(kinesis, name, 4)
    entries = [{"PartitionKey": str(n), "Data": bytes([n % 256]) * (200 << 10)} for n in range(100)]
    # A call takes 10 MiB at most (API reference, PutRecords).
    stored = put(kinesis, name, entries[:50]) + put(kinesis, name, entries[50:])
    began = time.monotonic()
    with kinescope.live_tail(url, name, "--from", "trim-horizon") as other:
        tail = kinescope.tail(url, name, "--from", "trim-horizon", "--until-caught-up")
        report.equal("throttling is no failure and not told", (tail.code, tail.stderr), (0, ""))
        check_exactly_once(report, "one of two readers", [line_of(it) for it in tail.lines], stored)
        lines = other.wait_for(lambda it: len(it) >= len(stored) and it, "the other reader", 60)
        taken = time.monotonic() - began
        report.check("the two together were rationed", taken > 1, taken)
        check_exactly_once(report, "the other reader", [line_of(it) for it in lines], stored)


def scripts_journey(report, start, folder):
    """Every `boto3_*.py` beside this file, each against services of its own, its words in a log."""
    for script in sorted(HERE.glob("boto3_*.py")):
        with report.journey(f"embedded: {script.name}"), start(script.stem) as server:
            log = folder / f"{script.stem}.txt"
            with open(log, "w", encoding="utf-8") as out:
                ended = subprocess.run(
                    [sys.executable, str(script), server.wait_until_up()], env=environment(),
                    stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, timeout=180, check=False,
                )
            report.check(f"{script.name} ends with 0", ended.returncode == 0, log.read_text(encoding="utf-8")[-500:])


class CommandLine:
    """`aws`, on an endpoint."""

    def __init__(self, report, url):
        self.report = report
        self.url = url

    def run(self, *words):
        command = [str(AWS), "--endpoint-url", self.url, "--output", "json", *words]
        return subprocess.run(
            command, env={**environment(), "AWS_PAGER": ""}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )

    def check(self, words, condition):
        """Runs it and gives the parsed answer to a condition; returns the answer."""
        ended = self.run(*words)
        told = f"aws {' '.join(words[:2])}"
        if not self.report.check(f"{told} ends with 0", ended.returncode == 0, ended.stderr.strip()):
            raise RuntimeError(f"{told} failed")
        answer = json.loads(ended.stdout)
        self.report.check(f"{told} answers as it should", condition(answer), answer)
        return answer

    def check_refused(self, words, code):
        ended = self.run(*words)
        # 254 is a refusal by the service (AWS CLI return codes; version 1 says 255).
        refused = ended.returncode in (254, 255) and code in ended.stderr
        self.report.check(f"aws {' '.join(words[:2])} is refused with {code}", refused, ended)


def command_line_journey(report, url):
    aws = CommandLine(report, url)
    aws.check(["sts", "get-caller-identity"], lambda it: len(it["Account"]) == 12 and it["Arn"].startswith("arn:aws:"))
    streams_by_command_line(aws)
    tables_by_command_line(aws)
    features_by_command_line(aws)
    predictions_by_command_line(aws)


def streams_by_command_line(aws):
    names = aws.check(["kinesis", "list-streams"], lambda it: it["StreamNames"])["StreamNames"]
    stream = ["--stream-name", names[0]]
    aws.check(
        ["kinesis", "describe-stream-summary", *stream],
        lambda it: it["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE",
    )
    shards = aws.check(["kinesis", "list-shards", *stream], lambda it: it["Shards"])["Shards"]
    where = ["--shard-id", shards[0]["ShardId"], "--shard-iterator-type", "TRIM_HORIZON"]
    iterator = aws.check(["kinesis", "get-shard-iterator", *stream, *where], lambda it: it["ShardIterator"])
    aws.check(
        ["kinesis", "get-records", "--shard-iterator", iterator["ShardIterator"], "--limit", "3"],
        lambda it: len(it["Records"]) <= 3 and it["NextShardIterator"] and "MillisBehindLatest" in it,
    )
    aws.check_refused(["kinesis", "describe-stream", "--stream-name", "no-such"], "ResourceNotFoundException")


def tables_by_command_line(aws):
    streams = aws.check(["dynamodbstreams", "list-streams"], lambda it: it["Streams"])["Streams"]
    arn = ["--stream-arn", streams[0]["StreamArn"]]
    description = aws.check(
        ["dynamodbstreams", "describe-stream", *arn], lambda it: it["StreamDescription"]["StreamStatus"] == "ENABLED"
    )
    shard = description["StreamDescription"]["Shards"][0]["ShardId"]
    where = ["--shard-id", shard, "--shard-iterator-type", "TRIM_HORIZON"]
    iterator = aws.check(["dynamodbstreams", "get-shard-iterator", *arn, *where], lambda it: it["ShardIterator"])
    aws.check(
        ["dynamodbstreams", "get-records", "--shard-iterator", iterator["ShardIterator"], "--limit", "3"],
        lambda it: all(record["dynamodb"]["Keys"] for record in it["Records"]),
    )


def features_by_command_line(aws):
    # A group that is being made, as one in the demo is, has no records to list.
    made = ["--feature-group-status-equals", "Created"]
    groups = aws.check(["sagemaker", "list-feature-groups", *made], lambda it: it["FeatureGroupSummaries"])
    name = groups["FeatureGroupSummaries"][0]["FeatureGroupName"]
    group = ["--feature-group-name", name]
    identifier = aws.check(
        ["sagemaker", "describe-feature-group", *group], lambda it: it["FeatureGroupName"] == name
    )["RecordIdentifierFeatureName"]
    listed = aws.check(["sagemaker-featurestore-runtime", "list-records", *group], lambda it: it["RecordIdentifiers"])
    value = listed["RecordIdentifiers"][0]
    aws.check(
        ["sagemaker-featurestore-runtime", "get-record", *group, "--record-identifier-value-as-string", value],
        lambda it: {"FeatureName": identifier, "ValueAsString": value} in it["Record"],
    )


def predictions_by_command_line(aws):
    known = {"PENDING", "INPROGRESS", "COMPLETED", "FAILED", "DELETED"}
    predictions = aws.check(
        ["machinelearning", "describe-batch-predictions"],
        lambda it: it["Results"] and {result["Status"] for result in it["Results"]} <= known,
    )["Results"]
    one = predictions[0]["BatchPredictionId"]
    aws.check(
        ["machinelearning", "get-batch-prediction", "--batch-prediction-id", one],
        lambda it: it["BatchPredictionId"] == one,
    )
