"""What is true of `kinescope tail table:NAME` on any endpoint of DynamoDB and its streams."""

import base64

from waiting import wait_until

# The longest number that DynamoDB keeps: 38 digits. A float would lose most of them.
LONG_NUMBER = "12345678901234567890123456789012345678"


def create_table(dynamodb, name, view):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    wait_until(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE", f"{name} to be active")


def key_of(number):
    return {"id": {"S": f"order-{number % 7}"}, "at": {"N": str(number)}}


def item(number, version):
    """An item with every type of attribute."""
    return {
        **key_of(number),
        "version": {"N": str(version)},
        "long": {"N": LONG_NUMBER},
        "small": {"N": "-0.000001"},
        "note": {"S": "Grüße, 世界 \x1b[2J\n"},
        "bytes": {"B": bytes([0, 255, number % 256])},
        "paid": {"BOOL": number % 2 == 0},
        "nothing": {"NULL": True},
        "lines": {"L": [{"M": {"sku": {"S": "A-1"}, "count": {"N": "2"}}}, {"S": "gift"}]},
        "tags": {"SS": ["blue", "green"]},
        "prices": {"NS": ["1.5", "2"]},
        "parts": {"BS": [b"\x01", b"\x02"]},
    }


def change(event, number, old, new):
    return {"event": event, "keys": key_of(number), "old": old, "new": new}


def make_changes(dynamodb, table, numbers):
    """Puts, puts again and deletes items; returns the changes that a stream of both images must show, in order."""
    changes = []
    for number in numbers:
        first, second = item(number, 1), item(number, 2)
        dynamodb.put_item(TableName=table, Item=first)
        changes.append(change("INSERT", number, None, first))
        dynamodb.put_item(TableName=table, Item=second)
        changes.append(change("MODIFY", number, first, second))
        if number % 3 == 0:
            dynamodb.delete_item(TableName=table, Key=key_of(number))
            changes.append(change("REMOVE", number, second, None))
    return changes


def plain(value):
    """DynamoDB JSON with bytes in base64, and sets in an order, as the service gives none."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: sorted(plain(it)) if name in ("SS", "NS", "BS") else plain(it) for name, it in value.items()}
    return value


def change_of(line):
    return {part: plain(line[part]) for part in ("event", "keys", "old", "new")}


def per_item(changes):
    """Changes by item: a stream keeps the order of an item's changes, and its shards that of their records."""
    items = {}
    for it in changes:
        items.setdefault(it["keys"]["at"]["N"], []).append(it)
    return items


def check_changes(report, what, lines, expected):
    report.equal(f"{what}: number of changes", len(lines), len(expected))
    seen = per_item([change_of(line) for line in lines])
    wanted = per_item([plain(it) for it in expected])
    wrong = [(seen.get(key), changes) for key, changes in wanted.items() if seen.get(key) != changes]
    report.check(f"{what}: events, keys, old and new images are what was put", not wrong, wrong[:1])
    shards = {}
    for line in lines:
        shards.setdefault(line["shard"], []).append(int(line["sequence"]))
    in_order = all(numbers == sorted(set(numbers)) for numbers in shards.values())
    report.check(f"{what}: each shard in order, no sequence number twice", in_order)
    report.check(f"{what}: none by TTL, each with its time", all(it["ttl"] is False and it["arrived"] for it in lines))
    streams = {line["stream"] for line in lines}
    named = len(streams) == 1 and all(stream.startswith("arn:aws:dynamodb:") for stream in streams)
    report.check(f"{what}: every line names the stream", named, streams)


def table_journey(report, kinescope, dynamodb, url, table, count=60):
    """Every change of a table, read once from the beginning to the tip."""
    create_table(dynamodb, table, "NEW_AND_OLD_IMAGES")
    expected = make_changes(dynamodb, table, range(count))
    tail = kinescope.tail(url, f"table:{table}", "--from", "trim-horizon", "--until-caught-up", seconds=90)
    report.equal("tail of a table ends with 0, without a word on stderr", (tail.code, tail.stderr), (0, ""))
    check_changes(report, table, tail.lines, expected)
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    by_arn = kinescope.tail(url, arn, "--from", "trim-horizon", "--until-caught-up", seconds=90)
    report.check("the stream's ARN reads the same as table:NAME", by_arn.lines == tail.lines, by_arn.stderr)


def view_types_journey(report, kinescope, dynamodb, url):
    """Streams that carry less than both images."""
    for view, kept in (("KEYS_ONLY", ()), ("NEW_IMAGE", ("new",)), ("OLD_IMAGE", ("old",))):
        table = "view-" + view.lower().replace("_", "-")
        create_table(dynamodb, table, view)
        expected = make_changes(dynamodb, table, range(4))
        for it in expected:
            it.update({image: None for image in ("old", "new") if image not in kept})
        tail = kinescope.tail(url, f"table:{table}", "--from", "trim-horizon", "--until-caught-up", seconds=90)
        check_changes(report, view, tail.lines, expected)


def live_table_journey(report, kinescope, dynamodb, url, table):
    """What is changed while a tail from latest is running."""
    create_table(dynamodb, table, "NEW_AND_OLD_IMAGES")
    dynamodb.put_item(TableName=table, Item=item(900, 1))
    with kinescope.live_tail(url, f"table:{table}", "--from", "latest") as tail:
        marks = iter(range(10_000, 20_000))

        def is_reading():
            """Nothing tells from outside that a tail has begun, so marks are put until one of them is seen."""
            dynamodb.put_item(TableName=table, Item=item(next(marks), 1))
            return tail.lines()

        wait_until(is_reading, "the live tail to read", 60)
        expected = make_changes(dynamodb, table, range(20))
        tail.wait_for(lambda lines: len(unmarked(lines)) >= len(expected), "the changes that were made last")
        report.equal("Ctrl-C ends a live tail of a table with 130", tail.interrupt(), 130)
        check_changes(report, "live table", unmarked(tail.lines()), expected)


def busy_table_journey(report, kinescope, dynamodb, url, table, count):
    """Thousands of changes, made while a tail reads them."""
    create_table(dynamodb, table, "NEW_AND_OLD_IMAGES")
    expected, tenth = [], count // 10
    with kinescope.live_tail(url, f"table:{table}", "--from", "trim-horizon") as tail:
        for start in range(0, count, tenth):
            before = len(tail.lines())
            expected += make_changes(dynamodb, table, range(start, start + tenth))
            tail.wait_for(lambda lines, before=before: len(lines) > before, "the tail to read on", 60)
        # One for each partition key: all changes before it have been read when it is seen.
        marks = [key_of(number) for number in range(10_000, 10_007)]
        for key in marks:
            dynamodb.put_item(TableName=table, Item=key)
        wanted = {key["at"]["N"] for key in marks}
        tail.wait_for(lambda lines: wanted <= {it["keys"]["at"]["N"] for it in lines}, "the marks", 90)
        report.equal("Ctrl-C ends a tail of a busy table with 130", tail.interrupt(), 130)
        lines = unmarked(tail.lines())
    check_changes(report, f"busy table, {len(expected)} changes", lines, expected)


def unmarked(lines):
    return [line for line in lines if int(line["keys"]["at"]["N"]) < 10_000]
