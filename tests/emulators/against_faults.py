"""The embedded endpoint on bad days: throttles, expired iterators, failures, resets, slow answers, splits and merges, all from
a seed.

A hundred thousand records go through it for each of ten seeds, while they are read. What was put is what has to come out.
"""

import collections
import concurrent.futures
import os
import time

import servers
from clients import client
from kinesis_journeys import (
    by_shard,
    check_exactly_once,
    check_parents_first,
    create_stream,
    parents_of,
    put_numbered,
    unmarked,
    wait_for_marks,
)
from program import Kinescope
from report import Report
from waiting import wait_until

SEEDS = range(1, 11)
RECORDS = 100_000
SHARDS = 8
STREAM = "load"
# What the plan of the faults has for reads of records.
TROUBLES = {"Throttled", "Expired", "Failed", "Unavailable", "Dropped", "CutShort", "Slow", "Resharded"}
# The wait for anything while two seeds share a busy machine.
PATIENCE = 120


def run(report, binary, folder):
    """A process for each seed, as many at once as there are cores, but two at least: they wait for each other little."""
    total = collections.Counter()
    workers = min(max(os.cpu_count() or 2, 2), 4)
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        for story in [pool.submit(tell, binary, folder, seed) for seed in SEEDS]:
            part, troubles = story.result()
            report.add(part)
            total += troubles
    report.check(f"{len(SEEDS)} seeds met every trouble there is", TROUBLES <= set(total), dict(total))
    print(f"        {sum(total.values())} reads went wrong: {dict(total)}", flush=True)


def tell(binary, folder, seed):
    """The story of a seed: its report, and how often reads went wrong."""
    report, troubles = Report(), collections.Counter()
    with report.journey(f"faults: seed {seed}"):
        with servers.OnBadDays(binary, folder, seed) as server:
            url = server.wait_until_up()
            began = time.monotonic()
            read_all(report, Kinescope(binary, folder), client("kinesis", url), url, seed)
            taken = time.monotonic() - began
            troubles = server.troubles()
        kinds = TROUBLES & set(troubles)
        report.check(f"seed {seed}: trouble of most kinds", len(kinds) >= 6 and troubles.total() >= 30, troubles)
        print(f"        seed {seed}: {troubles.total()} reads went wrong in {taken:.0f} s: {dict(troubles)}", flush=True)
    return report, troubles


def read_all(report, kinescope, kinesis, url, seed):
    what, half = f"seed {seed}", RECORDS // 2
    create_stream(kinesis, STREAM, SHARDS)
    with kinescope.live_tail(url, STREAM, "--from", "trim-horizon", name=f"faults-{seed}-tail") as tail:
        stored = put_numbered(kinesis, STREAM, range(half))
        # Only reads by the tail bring splits and merges about, so these come while it reads; the rest goes to their children.
        wait_until(lambda: all(changes(shards_of(kinesis))), "a split and a merge", PATIENCE)
        stored += put_numbered(kinesis, STREAM, range(half, RECORDS))
        wait_for_marks(kinesis, STREAM, tail, PATIENCE)
        report.equal(f"{what}: Ctrl-C ends the tail with 130", tail.interrupt(), 130)
        seen, shards = unmarked(tail.lines()), shards_of(kinesis)
    check_exactly_once(report, what, seen, stored)
    read = set(by_shard(seen))
    splits, merges = (len(born & read) for born in changes(shards))
    told = f"{what}: records of {splits} children of splits and of {merges} children of merges"
    report.check(told, splits and merges, sorted(read))
    check_parents_first(report, what, seen, shards)


def shards_of(kinesis):
    return kinesis.list_shards(StreamName=STREAM)["Shards"]


def changes(shards):
    """The shards that came from a split, and those from a merge."""
    born = [(shard["ShardId"], len(parents_of(shard))) for shard in shards]
    return [{shard for shard, parents in born if parents == count} for count in (1, 2)]
