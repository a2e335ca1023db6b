"""DynamoDB Local: DynamoDB Streams as Amazon wrote it.

Its quirks are TTL deletes under an unknown event name, and `CHILD_SHARDS` that may answer an empty list; no journey here
needs either.
"""

from clients import client
from dynamodb_journeys import busy_table_journey, item, live_table_journey, table_journey, view_types_journey
from kinesis_journeys import unknown_stream_journey
from screen import Screen


def run(report, kinescope, url):
    dynamodb = client("dynamodb", url)
    with report.journey("DynamoDB Local: every change of a table"):
        table_journey(report, kinescope, dynamodb, url, "orders")
    with report.journey("DynamoDB Local: view types"):
        view_types_journey(report, kinescope, dynamodb, url)
    with report.journey("DynamoDB Local: live"):
        live_table_journey(report, kinescope, dynamodb, url, "live")
    with report.journey("DynamoDB Local: unknown table"):
        unknown_stream_journey(report, kinescope, url, "table:no-such-table")
    with report.journey("DynamoDB Local: the screen"):
        screen_journey(report, kinescope, dynamodb, url)
    with report.journey("DynamoDB Local: a busy table"):
        busy_table_journey(report, kinescope, dynamodb, url, "many-changes", 1500)


def screen_journey(report, kinescope, dynamodb, url):
    with Screen(kinescope.command(url)) as screen:
        # It knows nothing of Kinesis, which is told in its own section and holds up no other.
        screen.wait_for("kinescope", "Streams ✗", "Tables 5")
        screen.type("2")
        screen.wait_for("live", "orders", "view-keys-only", "view-new-image", "view-old-image")
        report.check("the list shows the tables' streams", True)
        screen.wait_for("ENABLED", "NEW_AND_OLD_IMAGES", "open")
        report.check("the detail shows the shards", True)
        screen.type("t")
        screen.wait_for("live tail")
        numbers = iter(range(20_000, 30_000))
        screen.put_until_seen(lambda: dynamodb.put_item(TableName="live", Item=item(next(numbers), 1)), "INSERT")
        report.check("t shows records", True)
        screen.type("q")
        report.equal("q ends the explorer with 0", screen.wait_for_end(), 0)
