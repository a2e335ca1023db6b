"""What `Y` copies is a command that runs: pasted into a shell, the real `aws` gives an answer."""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from clients import client
from program import environment
from screen import Screen

# A value that a shell, `aws` or a terminal could make something of.
HOSTILE = "--debug '$(touch pwned)' `touch pwned`; !! \"x\\ \x1b[2J\tü\u202e"
FROM_FILE = "file:///etc/hostname"
COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


class Copying:
    """The explorer over SSH, where a copy goes to the terminal; and a shell to run what was copied."""

    def __init__(self, report, screen, folder):
        self.report, self.screen, self.folder = report, screen, folder

    def copy(self):
        """Presses `Y` and returns what was copied."""
        before = len(COPIED.findall(self.screen.raw))
        self.screen.type("Y")
        self.screen.wait_until(lambda: len(COPIED.findall(self.screen.raw)) > before, "a copy")
        return base64.b64decode(COPIED.findall(self.screen.raw)[-1]).decode()

    def run(self, command):
        """Runs it as bash does with a pasted line; returns the answers of its lines."""
        aws = pathlib.Path(sys.executable).parent
        env = {**environment(), "AWS_PAGER": "", "PATH": f"{aws}:{os.environ['PATH']}"}
        answers = []
        for line in command.splitlines():
            ended = subprocess.run(
                ["bash", "-c", line], env=env, cwd=self.folder, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=60, check=False,
            )
            told = " ".join(re.findall(r"aws [a-z-]+ [a-z-]+", line))
            self.report.check(f"copied: {told} ends with 0", ended.returncode == 0, (line, ended.stderr.strip()))
            answers.append(json.loads(ended.stdout) if ended.stdout.strip() else {})
        return answers

    def check(self, what, condition, *operations):
        """What is copied here calls these operations, and the last one's answer is as it should be."""
        command = self.copy()
        named = re.findall(r"aws [a-z-]+ ([a-z-]+)", command)
        self.report.equal(f"copied for {what}", named, list(operations))
        answers = self.run(command)
        self.report.check(f"copied for {what} answers as it should", condition(answers[-1]), answers)


def run(report, kinescope, url):
    records = client("sagemaker-featurestore-runtime", url)
    group, identifier, time = customers(client("sagemaker", url), records)
    for value in (HOSTILE, FROM_FILE):
        record = [(identifier, value), time]
        records.put_record(
            FeatureGroupName=group,
            Record=[{"FeatureName": name, "ValueAsString": text} for name, text in record],
        )
    folder = kinescope.folder / "pasted"
    folder.mkdir(exist_ok=True)
    command = [str(kinescope.binary), "--endpoint-url", url]
    with tempfile.TemporaryDirectory() as home, Screen(command, {"SSH_TTY": "/dev/pts/0", "HOME": home}) as screen:
        copying = Copying(report, screen, folder)
        screen.wait_for("clickstream")
        streams(copying)
        tables(copying)
        features(copying, group)
        predictions(copying)
        screen.type("q")
        report.equal("the explorer ends with 0", screen.wait_for_end(), 0)
    report.equal("nothing that a value said was done", list(folder.iterdir()), [])


def customers(control, records):
    """A group with an online store, what it calls its identifiers, and an event time in its form."""
    group = control.describe_feature_group(FeatureGroupName="customers")
    listed = records.list_records(FeatureGroupName="customers")["RecordIdentifiers"][0]
    record = records.get_record(FeatureGroupName="customers", RecordIdentifierValueAsString=listed)["Record"]
    name = group["EventTimeFeatureName"]
    time = next(it["ValueAsString"] for it in record if it["FeatureName"] == name)
    return "customers", group["RecordIdentifierFeatureName"], (name, time)


def streams(copying):
    screen = copying.screen
    copying.check("the streams", lambda it: "orders" in it["StreamNames"], "list-streams")
    screen.type("/orders\r\r")
    screen.wait_for("002 open")
    copying.check("a stream", lambda it: it["Shards"], "describe-stream-summary", "list-shards")
    screen.type("C")
    screen.wait_for("deregister")
    copying.check("its consumers", lambda it: "Consumers" in it, "list-stream-consumers")
    screen.type("\x1b")
    screen.wait_for("t tail")
    screen.type("t")
    screen.wait_for("order_id")
    screen.type(" ")
    screen.wait_for("paused")
    copying.check("a record", lambda it: len(it["Records"]) == 1, "get-records", "get-shard-iterator")


def tables(copying):
    screen = copying.screen
    screen.type("2")
    screen.wait_for("inventory")
    copying.check("the tables", lambda it: it["Streams"], "list-streams")
    screen.wait_for("view type")
    screen.type("\r")
    copying.check("a table's stream", lambda it: it["StreamDescription"]["Shards"], "describe-stream")
    screen.type(":from trim-horizon\r")
    screen.wait_for("live tail", "INSERT")
    screen.type(" ")
    screen.wait_for("paused")
    copying.check("a change", lambda it: len(it["Records"]) == 1, "get-records", "get-shard-iterator")


def features(copying, group):
    screen = copying.screen
    screen.type("3")
    screen.wait_for(group)
    copying.check("the groups", lambda it: it["FeatureGroupSummaries"], "list-feature-groups")
    screen.type(f":open {group}\r")
    screen.wait_for("event time")
    copying.check("a group", lambda it: it["FeatureGroupName"] == group, "describe-feature-group")
    for value in ("cust-0001", FROM_FILE):
        screen.type(f":look-up \"{value}\"\r")
        screen.wait_for(value)
        copying.check(f"the record {value}", lambda it: it.get("Record"), "get-record")
    hostile(copying, group)
    screen.type("/cust-0010\r")
    screen.wait_for("╭ cust-0010")
    screen.type("  b")
    screen.wait_for("c compare/list")
    copying.check("marked records", lambda it: len(it["Records"]) == 2, "batch-get-record")
    review(copying)


def review(copying):
    """What is reviewed is written by the command, and not by the explorer."""
    screen = copying.screen
    screen.type("\x1b")
    screen.wait_for("e edit", "m marks")
    screen.type("e")
    screen.wait_for("review and put")
    screen.type("jjd")
    screen.wait_for("1 unsaved")
    screen.type("\x13")
    screen.wait_for("ctrl-s put")
    copying.check("a write", lambda it: not it, "put-record")
    screen.type("\x1b")
    screen.wait_for("review and put")
    screen.type("u\x1b")
    screen.wait_for("e edit", "m marks")


def hostile(copying, group):
    """Its value cannot be typed as it is; the list has it."""
    screen = copying.screen
    screen.type("/touch\r")
    screen.wait_for("pwned")
    copying.check(
        "a hostile record",
        lambda it: any(HOSTILE == value.get("ValueAsString") for value in it.get("Record", [])),
        "get-record",
    )


def predictions(copying):
    screen = copying.screen
    screen.type("4")
    screen.wait_for("Predictions")
    copying.check("the predictions", lambda it: it["Results"], "describe-batch-predictions")
    screen.type(":filter status = COMPLETED\r")
    screen.wait_for("status = COMPLETED")
    copying.check(
        "those that a filter chose",
        lambda it: {result["Status"] for result in it["Results"]} == {"COMPLETED"},
        "describe-batch-predictions",
    )
    screen.type("\r")
    screen.wait_for("ML model")
    copying.check("a prediction", lambda it: it["BatchPredictionId"], "get-batch-prediction")
    screen.type("M")
    screen.wait_for("╭ ML model")
    copying.check("its model", lambda it: it["MLModelId"], "get-ml-model")
    screen.type("D")
    screen.wait_for("╭ data source")
    copying.check("a data source", lambda it: it["DataSourceId"], "get-data-source")
