"""A record that a person edits at a terminal, as boto3 sees it afterwards: every feature, byte for byte."""

import os
import tempfile

from clients import client
from screen import Screen
from waiting import wait_until

GROUP = "emulator-edited"
IDENTIFIER = "order 1"
FIRST = "2026-01-01T00:00:00Z"
CTRL_S, CTRL_U = "\x13", "\x15"

# What the editor must carry without a change: what acts on a terminal, what JSON and floats would change. No wide characters:
# pyte fails where one of them is drawn over.
UNTOUCHED = {
    "note": {"ValueAsString": 'Grüße, Ω \x1b[2J"\\\n\u202e '},
    "long": {"ValueAsString": "9223372036854775807"},
    "ratio": {"ValueAsString": "0.10"},
    "empty": {"ValueAsString": ""},
    "parts": {"ValueAsStringList": ["b", "", "a"]},
    "taste": {"ValueAsStringList": ["1e308", "-0.0", "0.1000"]},
}


def definitions():
    plain = [("id", "String"), ("at", "String"), ("visits", "Integral"), ("tier", "String"), ("note", "String"),
             ("long", "Integral"), ("ratio", "Fractional"), ("empty", "String")]
    return [{"FeatureName": name, "FeatureType": kind} for name, kind in plain] + [
        {"FeatureName": "parts", "FeatureType": "String", "CollectionType": "List"},
        {"FeatureName": "taste", "FeatureType": "Fractional", "CollectionType": "Vector",
         "CollectionConfig": {"VectorConfig": {"Dimension": 3}}},
    ]


def create(sagemaker, runtime):
    sagemaker.create_feature_group(
        FeatureGroupName=GROUP, RecordIdentifierFeatureName="id", EventTimeFeatureName="at",
        FeatureDefinitions=definitions(), OnlineStoreConfig={"EnableOnlineStore": True, "StorageType": "InMemory"},
    )
    wait_until(
        lambda: sagemaker.describe_feature_group(FeatureGroupName=GROUP)["FeatureGroupStatus"] == "Created",
        f"{GROUP} to be created", 60,
    )
    first = {"id": {"ValueAsString": IDENTIFIER}, "at": {"ValueAsString": FIRST}, "visits": {"ValueAsString": "7"}}
    runtime.put_record(
        FeatureGroupName=GROUP, Record=[{"FeatureName": name, **value} for name, value in {**first, **UNTOUCHED}.items()]
    )


def record(runtime):
    answer = runtime.get_record(FeatureGroupName=GROUP, RecordIdentifierValueAsString=IDENTIFIER)
    return {it.pop("FeatureName"): it for it in answer["Record"]} if "Record" in answer else None


def open_editor(screen):
    screen.wait_for("3 Features")
    screen.type("3")
    screen.wait_for("legacy-churn")
    screen.type(f"/{GROUP}\r")
    screen.wait_for(f"╮╭ {GROUP} ")
    screen.type("i")
    screen.wait_for("enter go")
    screen.type(f'"{IDENTIFIER}"\r')
    screen.wait_for(f"{GROUP} › records")
    screen.type("e")
    screen.wait_for("› editing", "as stored")


def check_record(report, what, seen, before, **changed):
    """All features are as they were before, but for those that changed and the event time, which is newer."""
    if not report.check(f"{what}: the record is there", seen is not None):
        return
    time = seen["at"]["ValueAsString"]
    report.check(f"{what}: the event time is newer", time > before["at"]["ValueAsString"], time)
    new = {name: {"ValueAsString": value} for name, value in changed.items()}
    report.equal(f"{what}: every feature byte for byte", {**seen, "at": None}, {**before, **new, "at": None})


def edit_journey(report, kinescope, url):
    """Put, update, undo and delete."""
    sagemaker, runtime = client("sagemaker", url), client("sagemaker-featurestore-runtime", url)
    create(sagemaker, runtime)
    before = record(runtime)
    report.equal("the record as boto3 put it", {name: before[name] for name in UNTOUCHED}, UNTOUCHED)
    with tempfile.TemporaryDirectory() as folder:
        # Drafts of this run only.
        os.environ["XDG_STATE_HOME"] = folder
        try:
            with Screen(kinescope.command(url)) as screen:
                open_editor(screen)
                edit(report, screen, runtime, before)
        finally:
            del os.environ["XDG_STATE_HOME"]


def edit(report, screen, runtime, before):
    screen.type(f"gjj\r{CTRL_U}8\r")
    screen.wait_for("1 unsaved")
    screen.type("j\rgold\r")
    screen.wait_for("2 unsaved")
    report.equal("nothing is written before it is reviewed", record(runtime), before)
    screen.type(CTRL_S)
    screen.wait_for("Read again: unchanged")
    screen.type(CTRL_S)
    screen.wait_for("stored, and read back as written")
    put = record(runtime)
    check_record(report, "put", put, before, visits="8", tier="gold")

    screen.type(f"gjj\r{CTRL_U}9\r")
    screen.wait_for("1 unsaved")
    screen.type(CTRL_S)
    screen.wait_for("Read again: unchanged", "u update")
    screen.type("u")
    screen.wait_for("stored, and read back as written")
    updated = record(runtime)
    check_record(report, "update", updated, put, visits="9")

    screen.type("z")
    screen.wait_for("Put record", "Read again: unchanged")
    screen.type(CTRL_S)
    screen.wait_for("stored, and read back as written")
    undone = record(runtime)
    check_record(report, "undo", undone, updated, visits="8")

    screen.type("X")
    screen.wait_for("Delete record", "Read again: unchanged")
    screen.type(CTRL_S)
    screen.wait_for("deleted, and no longer there")
    report.equal("delete: boto3 finds no record", record(runtime), None)

    screen.type("z")
    screen.wait_for("Put record", "Read again: unchanged")
    screen.type(CTRL_S)
    screen.wait_for("stored, and read back as written")
    check_record(report, "undo of the deletion", record(runtime), undone)
    screen.type("q")
    report.equal("the editor ends with 0", screen.wait_for_end(), 0)
