"""What is true of `kinescope tail` on any Kinesis endpoint."""

import base64
import collections
import datetime
import json
import struct

from waiting import wait_until

# Records of one PutRecords call (API reference, PutRecords).
AT_ONCE = 500

# A record as the service took it.
Stored = collections.namedtuple("Stored", "shard sequence key data")


def create_stream(kinesis, name, shards):
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    wait_until_active(kinesis, name)


def wait_until_active(kinesis, name):
    def is_active():
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        return summary["StreamStatus"] == "ACTIVE"

    wait_until(is_active, f"{name} to be active")


def payload(number):
    """JSON, text or bytes that are neither, each with its number in it."""
    forms = [
        lambda: json.dumps({"n": number, "total": "212.40", "note": "Grüße, 世界"}).encode(),
        lambda: f"line {number}\twith a tab".encode(),
        lambda: b"\x00\xff\xfe\x1b[2J" + struct.pack(">Q", number),
    ]
    return forms[number % len(forms)]()


def put_numbered(kinesis, name, numbers):
    """Puts records with partition keys that reach every shard; returns what the service says it stored."""
    entries = [{"PartitionKey": f"customer-{n % 997}", "Data": payload(n)} for n in numbers]
    return put(kinesis, name, entries)


def put(kinesis, name, entries):
    stored = []
    waiting = collections.deque(entries)

    def put_some():
        """The service refuses single records of a call while their shard has too much to write."""
        batch = [waiting.popleft() for _ in range(min(AT_ONCE, len(waiting)))]
        answers = kinesis.put_records(StreamName=name, Records=batch)["Records"]
        for entry, answer in zip(batch, answers, strict=True):
            if "SequenceNumber" in answer:
                stored.append(Stored(answer["ShardId"], answer["SequenceNumber"], entry["PartitionKey"], entry["Data"]))
            else:
                waiting.append(entry)
        return not waiting

    while waiting:
        wait_until(put_some, "all records to be stored", 120)
    return stored


def line_of(line):
    return Stored(line["shard"], line["sequence"], line["partition_key"], base64.b64decode(line["data_base64"]))


def by_shard(records):
    shards = collections.defaultdict(list)
    for record in records:
        shards[record.shard].append(record)
    return dict(shards)


def check_exactly_once(report, what, seen, stored):
    """Each record once, each shard in its order, every field as it was put."""
    report.equal(f"{what}: number of records", len(seen), len(stored))
    repeated = [record for record, times in collections.Counter(seen).items() if times > 1]
    report.check(f"{what}: no record twice", not repeated, repeated[:3])
    lost = set(stored) - set(seen)
    report.check(f"{what}: no record lost or changed", not lost, (len(lost), sorted(lost)[:3]))
    ordered = {shard: sorted(records, key=lambda it: int(it.sequence)) for shard, records in by_shard(stored).items()}
    report.check(f"{what}: each shard in the order of its sequence numbers", by_shard(seen) == ordered)


def numbered_journey(report, kinescope, kinesis, url, name, count, shards=4):
    """Many records over several shards, read once from the beginning to the tip."""
    create_stream(kinesis, name, shards)
    began = datetime.datetime.now(datetime.timezone.utc)
    stored = put_numbered(kinesis, name, range(count))
    ended = datetime.datetime.now(datetime.timezone.utc)
    report.equal("the records were put to every shard", len(by_shard(stored)), shards)

    tail = kinescope.tail(url, name, "--from", "trim-horizon", "--until-caught-up")
    report.equal("tail ends with 0, without a word on stderr", (tail.code, tail.stderr), (0, ""))
    rate = len(tail.lines) / tail.seconds
    print(f"        {len(tail.lines)} records in {tail.seconds:.2f} s, {rate:.0f} a second", flush=True)
    check_exactly_once(report, f"{count} records over {shards} shards", [line_of(it) for it in tail.lines], stored)
    check_fields(report, name, tail.lines, began, ended)
    check_choices(report, kinescope, url, name, stored)
    return stored


def check_fields(report, name, lines, began, ended):
    report.check("every line names the stream", all(line["stream"] == name for line in lines))
    report.check("no line has a subsequence", all(line["subsequence"] is None for line in lines))
    # Times of the service are given to the millisecond, by some emulators to the second.
    second = datetime.timedelta(seconds=1)
    arrived = [datetime.datetime.fromisoformat(line["arrived"].replace("Z", "+00:00")) for line in lines]
    outside = [time for time in arrived if not began - second <= time <= ended + second]
    report.check("every record arrived while it was put", not outside, outside[:3])
    forms = {
        "json": lambda line, data: line["data"] == json.loads(data),
        "text": lambda line, data: line["data"] == data.decode(),
        "hex": lambda line, data: line["data"].replace(" ", "") == data.hex(),
    }
    wrong = [
        line for line in lines
        if not forms.get(line["decoder"], lambda *_: False)(line, base64.b64decode(line["data_base64"]))
    ]
    report.check("every payload is decoded as what it is", not wrong, wrong[:3])


def check_choices(report, kinescope, url, name, stored):
    """The flags that narrow a tail."""
    shards = by_shard(stored)
    shard, records = sorted(shards.items())[0]
    records.sort(key=lambda it: int(it.sequence))
    one = kinescope.tail(url, name, "--from", "trim-horizon", "--until-caught-up", "--shard", shard)
    report.check("--shard reads that shard alone", [line_of(it) for it in one.lines] == records, len(one.lines))
    few = kinescope.tail(url, name, "--from", "trim-horizon", "--limit", "7", "--shard", shard)
    report.check("--limit ends after so many", [line_of(it) for it in few.lines] == records[:7], few.lines)
    middle = len(records) // 2
    position = f"seq:{records[middle].sequence}"
    later = kinescope.tail(url, name, "--from", position, "--until-caught-up", "--shard", shard)
    seen = [line_of(it) for it in later.lines]
    report.check("--from seq:N begins with that record", seen == records[middle:], (len(seen), later.stderr))
    recent = kinescope.tail(url, name, "--from", "-15m", "--until-caught-up")
    report.equal("--from -15m reads what was put since", len(recent.lines), len(stored))
    none = kinescope.tail(url, name, "--from", "latest", "--until-caught-up")
    report.equal("--from latest reads nothing that was there before", (none.code, none.lines), (0, []))


def live_journey(report, kinescope, kinesis, url, name):
    """What is put while a tail from latest is running."""
    marks = marks_of(kinesis, name)
    with kinescope.live_tail(url, name, "--from", "latest") as tail:
        def is_reading():
            """Nothing tells from outside that a tail has begun, so each shard is sent marks until one of them is seen."""
            put(kinesis, name, marks)
            return len({line["shard"] for line in tail.lines()}) == len(marks)

        wait_until(is_reading, "the live tail to read every shard", 60)
        stored = put_numbered(kinesis, name, range(200))
        tail.wait_for(lambda lines: len(unmarked(lines)) >= len(stored), "the records that were put last")
        report.equal("Ctrl-C ends a live tail with 130", tail.interrupt(), 130)
        check_exactly_once(report, "live", unmarked(tail.lines()), stored)


def marks_of(kinesis, name):
    """A mark for each open shard."""
    return [
        {"PartitionKey": "mark", "ExplicitHashKey": middle_of(shard), "Data": b"mark"}
        for shard in kinesis.list_shards(StreamName=name)["Shards"]
        if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
    ]


def wait_for_marks(kinesis, name, tail, seconds):
    """Marks the end of every open shard and waits until the marks are seen: all that was put before has been read then."""
    marks = set(put(kinesis, name, marks_of(kinesis, name)))

    def seen(lines):
        return marks <= {line_of(line) for line in lines if line["partition_key"] == "mark"}

    tail.wait_for(seen, "the marks at the end of every shard", seconds)


def unmarked(lines):
    return [line_of(line) for line in lines if line["partition_key"] != "mark"]


def middle_of(shard):
    span = shard["HashKeyRange"]
    return str((int(span["StartingHashKey"]) + int(span["EndingHashKey"])) // 2)


def resharding_journey(report, kinescope, kinesis, url, name):
    """A split and a merge between the records: parents are read to their end before their children."""
    create_stream(kinesis, name, 2)
    stored = put_numbered(kinesis, name, range(300))
    first, second = [shard["ShardId"] for shard in kinesis.list_shards(StreamName=name)["Shards"]]
    kinesis.split_shard(StreamName=name, ShardToSplit=first, NewStartingHashKey=str(1 << 126))
    wait_until_active(kinesis, name)
    stored += put_numbered(kinesis, name, range(300, 600))
    upper = kinesis.list_shards(StreamName=name)["Shards"][-1]["ShardId"]
    kinesis.merge_shards(StreamName=name, ShardToMerge=upper, AdjacentShardToMerge=second)
    wait_until_active(kinesis, name)
    stored += put_numbered(kinesis, name, range(600, 900))
    report.equal("split and merge: shards that hold records", len(by_shard(stored)), 5)

    tail = kinescope.tail(url, name, "--from", "trim-horizon", "--until-caught-up", seconds=60)
    report.equal("split and merge: tail ends with 0", (tail.code, tail.stderr), (0, ""))
    seen = [line_of(line) for line in tail.lines]
    check_exactly_once(report, "split and merge", seen, stored)
    check_parents_first(report, "split and merge", seen, kinesis.list_shards(StreamName=name)["Shards"])


def resharding_while_reading_journey(report, kinescope, kinesis, url, name):
    """A split, a merge and a split of the merge, each while a tail reads and records are put."""
    create_stream(kinesis, name, 2)
    stored, count = [], 1500
    with kinescope.live_tail(url, name, "--from", "trim-horizon") as tail:
        def put_more():
            """Puts records that are read, at least the first of them, before the next change."""
            before = len(tail.lines())
            stored.extend(put_numbered(kinesis, name, range(len(stored), len(stored) + count)))
            tail.wait_for(lambda lines: len(lines) > before, "the tail to read on")

        def open_shards():
            shards = kinesis.list_shards(StreamName=name)["Shards"]
            return [it["ShardId"] for it in shards if "EndingSequenceNumber" not in it["SequenceNumberRange"]]

        put_more()
        first, second = open_shards()
        kinesis.split_shard(StreamName=name, ShardToSplit=first, NewStartingHashKey=str(1 << 126))
        put_more()
        wait_until_active(kinesis, name)
        put_more()
        upper = open_shards()[-1]
        kinesis.merge_shards(StreamName=name, ShardToMerge=upper, AdjacentShardToMerge=second)
        put_more()
        wait_until_active(kinesis, name)
        put_more()
        merged = open_shards()[-1]
        kinesis.split_shard(StreamName=name, ShardToSplit=merged, NewStartingHashKey=str(3 << 126))
        wait_until_active(kinesis, name)
        put_more()
        wait_for_marks(kinesis, name, tail, 60)
        report.equal("Ctrl-C ends a tail of a stream that was changed with 130", tail.interrupt(), 130)
        lines = tail.lines()
    report.equal("changed while reading: shards that hold records", len(by_shard(stored)), 7)
    seen = unmarked(lines)
    check_exactly_once(report, "changed while reading", seen, stored)
    check_parents_first(report, "changed while reading", seen, kinesis.list_shards(StreamName=name)["Shards"])


def parents_of(shard):
    return [shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard]


def check_parents_first(report, what, seen, shards):
    """The last record of a shard comes before the first of its children. Returns how many pairs were there to compare."""
    first, last = {}, {}
    for at, record in enumerate(seen):
        first.setdefault(record.shard, at)
        last[record.shard] = at
    pairs = [(parent, shard["ShardId"]) for shard in shards for parent in parents_of(shard)]
    pairs = [(parent, child) for parent, child in pairs if parent in last and child in first]
    wrong = [pair for pair in pairs if last[pair[0]] > first[pair[1]]]
    report.check(f"{what}: each of {len(pairs)} parents is read before its child", pairs and not wrong, wrong[:3])
    return len(pairs)


def unknown_stream_journey(report, kinescope, url, stream):
    """One line that says what, on what and what to do, and exit code 1."""
    tail = kinescope.tail(url, stream, "--until-caught-up", seconds=60)
    report.equal(f"unknown {stream}: exit code", tail.code, 1)
    one = tail.stderr.startswith("kinescope: ") and tail.stderr.count("\n") == 1 and tail.stderr.endswith("\n")
    report.check(f"unknown {stream}: one line on stderr", one and "no-such" in tail.stderr, tail.stderr)
    report.equal(f"unknown {stream}: nothing on stdout", tail.lines, [])
