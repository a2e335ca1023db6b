"""moto: both services, quickly.

Its closed shards never end: GetRecords goes on giving iterators for them. So nobody who reads parents before their children
gets to the children, and no journey here reshards; kinesis-mock's do.
"""

from clients import client
from dynamodb_journeys import busy_table_journey, live_table_journey, table_journey
from kinesis_journeys import live_journey, numbered_journey, unknown_stream_journey

COUNT = 2_000


def run(report, kinescope, url):
    kinesis, dynamodb = client("kinesis", url), client("dynamodb", url)
    with report.journey(f"moto: {COUNT} records"):
        numbered_journey(report, kinescope, kinesis, url, "orders", COUNT)
    with report.journey("moto: live"):
        live_journey(report, kinescope, kinesis, url, "orders")
    with report.journey("moto: every change of a table"):
        table_journey(report, kinescope, dynamodb, url, "orders")
    with report.journey("moto: live table"):
        live_table_journey(report, kinescope, dynamodb, url, "live")
    with report.journey("moto: a busy table"):
        busy_table_journey(report, kinescope, dynamodb, url, "many-changes", 1500)
    with report.journey("moto: unknown stream and table"):
        unknown_stream_journey(report, kinescope, url, "no-such-stream")
        unknown_stream_journey(report, kinescope, url, "table:no-such-table")
