"""kinesis-mock: paging tokens, lineage, children of shards. It does not throttle, and its ListStreams has no summaries."""

from clients import client
from kinesis_journeys import (
    live_journey,
    numbered_journey,
    put_numbered,
    resharding_journey,
    resharding_while_reading_journey,
    unknown_stream_journey,
)
from screen import Screen

COUNT = 20_000


def run(report, kinescope, url):
    kinesis = client("kinesis", url)
    with report.journey(f"kinesis-mock: {COUNT} records"):
        numbered_journey(report, kinescope, kinesis, url, "orders", COUNT)
    with report.journey("kinesis-mock: live"):
        live_journey(report, kinescope, kinesis, url, "orders")
    with report.journey("kinesis-mock: split and merge"):
        resharding_journey(report, kinescope, kinesis, url, "resharded")
    with report.journey("kinesis-mock: split and merge while reading"):
        resharding_while_reading_journey(report, kinescope, kinesis, url, "resharded-live")
    with report.journey("kinesis-mock: unknown stream"):
        unknown_stream_journey(report, kinescope, url, "no-such-stream")
    with report.journey("kinesis-mock: the screen"):
        screen_journey(report, kinescope, kinesis, url)


def screen_journey(report, kinescope, kinesis, url):
    with Screen(kinescope.command(url)) as screen:
        screen.wait_for("kinescope", "Streams 3", "orders", "resharded", "resharded-live")
        report.check("the list shows the streams", True)
        # The first stream of the list is selected; the detail draws a shard by the end of its id.
        screen.wait_for("ACTIVE", "000 open", "001 open", "002 open", "003 open")
        report.check("the detail shows the shards", True)
        screen.type("t")
        screen.wait_for("live tail")
        screen.put_until_seen(lambda: put_numbered(kinesis, "orders", [1]), "line 1")
        report.check("t shows records", True)
        screen.type("q")
        report.equal("q ends the explorer with 0", screen.wait_for_end(), 0)
