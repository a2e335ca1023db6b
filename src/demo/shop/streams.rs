//! The shop's data streams: orders, clicks, logs, sensors, and the changes of a database.
//!
//! Must not: make records faster than real time after a pause; a laptop that slept has not been selling.

use std::fmt::Write as _;
use std::sync::Arc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::encode::{Msgpack, log_events};
use super::{customer, product};
use crate::demo::kinesis::{Kinesis, Mode};

/// How far back the streams are stocked, and when the orders became too many for two shards.
const STOCKED: SignedDuration = SignedDuration::from_mins(60);
const RESHARDED: SignedDuration = SignedDuration::from_mins(40);
/// The most business that one tick makes up for.
const LONGEST_TICK: SignedDuration = SignedDuration::from_secs(2);
/// When the streams were made.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 40);

/// The reader of the orders that has a throughput of its own.
const CONSUMER: &str = "fulfilment";

/// One stream and what flows into it.
struct Feed {
    stream: &'static str,
    mode: Mode,
    shards: u32,
    records_per_second: i64,
    /// Records that are there from the start.
    stocked: i64,
    record: fn(&mut Source, Timestamp) -> Record,
}

/// A partition key and a payload.
type Record = (String, Vec<u8>);

const FEEDS: [Feed; 5] = [
    Feed {
        stream: "orders",
        mode: Mode::OnDemand,
        shards: 2,
        records_per_second: 40,
        stocked: 1200,
        record: Source::order,
    },
    Feed {
        stream: "clickstream",
        mode: Mode::Provisioned,
        shards: 8,
        records_per_second: 120,
        stocked: 2400,
        record: Source::click,
    },
    Feed {
        stream: "app-logs",
        mode: Mode::Provisioned,
        shards: 2,
        records_per_second: 20,
        stocked: 600,
        record: Source::log_lines,
    },
    Feed {
        stream: "telemetry",
        mode: Mode::OnDemand,
        shards: 1,
        records_per_second: 10,
        stocked: 300,
        record: Source::reading,
    },
    Feed {
        stream: "dms-cdc",
        mode: Mode::Provisioned,
        shards: 1,
        records_per_second: 3,
        stocked: 120,
        record: Source::row_change,
    },
];

/// The streams, kept flowing.
#[derive(Debug)]
pub(super) struct Streams {
    kinesis: Arc<Kinesis>,
    source: Source,
    last: Timestamp,
    /// What each feed still owes, in thousandths of a record.
    owed: [i64; FEEDS.len()],
}

impl Streams {
    /// Makes the streams and stocks them.
    pub(super) fn open(kinesis: &Arc<Kinesis>, rng: Rng, now: Timestamp) -> Self {
        let mut streams = Self {
            kinesis: Arc::clone(kinesis),
            source: Source { rng, orders: 48_210 },
            last: now,
            owed: [0; FEEDS.len()],
        };
        let (start, resharded) = (now - STOCKED, now - RESHARDED);
        for feed in &FEEDS {
            kinesis.create(feed.stream, feed.mode, feed.shards, now - AGE);
            streams.fill(feed, feed.stocked / 3, start, resharded);
        }
        kinesis.register("orders", CONSUMER, now - AGE);
        kinesis.split("orders", 0, resharded);
        kinesis.split("orders", 1, resharded);
        for feed in &FEEDS {
            streams.fill(feed, feed.stocked - feed.stocked / 3, resharded, now);
        }
        streams
    }

    /// Lets flow what came since the last tick.
    pub(super) fn tick(&mut self, now: Timestamp) {
        let elapsed = now
            .duration_since(self.last)
            .clamp(SignedDuration::ZERO, LONGEST_TICK);
        self.last = now;
        let milliseconds = i64::try_from(elapsed.as_millis()).unwrap_or_default();
        for (place, feed) in FEEDS.iter().enumerate() {
            let due = self.owed[place] + feed.records_per_second * milliseconds;
            self.owed[place] = due % 1000;
            self.fill(feed, due / 1000, now - elapsed, now);
        }
    }

    /// Puts so many records, evenly spread over a time.
    fn fill(&mut self, feed: &Feed, count: i64, from: Timestamp, until: Timestamp) {
        let span = until.as_millisecond() - from.as_millisecond();
        for number in 1..=count {
            let at = from + SignedDuration::from_millis(span * number / count);
            let (key, data) = (feed.record)(&mut self.source, at);
            self.kinesis.put(feed.stream, &key, &data, at);
        }
    }
}

/// Where the records' contents come from.
#[derive(Debug)]
struct Source {
    rng: Rng,
    /// Orders so far.
    orders: u64,
}

impl Source {
    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.rng.usize(..choices.len())]
    }

    /// A web shop's order, as JSON.
    fn order(&mut self, at: Timestamp) -> Record {
        self.orders += 1;
        let customer = customer(&mut self.rng);
        let mut items = String::new();
        let mut total = 0;
        for place in 0..self.rng.u32(1..=4) {
            let (sku, price) = product(&mut self.rng);
            let quantity = self.rng.u32(1..=3);
            total += quantity * price;
            let comma = if place > 0 { "," } else { "" };
            let price = money(price);
            // Writing to a String cannot fail, here and below.
            let _ = write!(
                items,
                r#"{comma}{{"sku":"{sku}","qty":{quantity},"price":{price}}}"#
            );
        }
        let currency = self.pick(&["EUR", "EUR", "EUR", "GBP", "USD"]);
        let channel = self.pick(&["web", "web", "app", "phone"]);
        let order = format!(
            r#"{{"order_id":"ord-{:06}","customer_id":"{customer}","total":{},"currency":"{currency}","items":[{items}],"channel":"{channel}","placed_at":"{at:.3}"}}"#,
            self.orders,
            money(total),
        );
        (customer, order.into_bytes())
    }

    /// A page event, as JSON. A campaign sends a third of the visitors, all under one key: one shard is hot.
    fn click(&mut self, at: Timestamp) -> Record {
        let (sku, _) = product(&mut self.rng);
        let session = format!("ses-{:06x}", self.rng.u32(..0x100_0000));
        let customer = match self.rng.u8(..4) {
            0 => "null".to_owned(),
            _ => format!("\"{}\"", customer(&mut self.rng)),
        };
        let event = self.pick(&[
            "page_view",
            "page_view",
            "page_view",
            "add_to_cart",
            "search",
            "checkout",
        ]);
        let agent = self.pick(&["Firefox/131", "Chrome/130", "Safari/18", "Chrome-Mobile/130"]);
        let campaign = self.rng.u8(..3) == 0;
        let referrer = if campaign {
            "newsletter-autumn"
        } else {
            self.pick(&["direct", "search", "social"])
        };
        let click = format!(
            r#"{{"event":"{event}","session":"{session}","customer_id":{customer},"page":"/p/{sku}","referrer":"{referrer}","agent":"{agent}","ms":{},"at":"{at:.3}"}}"#,
            self.rng.u32(40..900),
        );
        let key = if campaign { referrer.to_owned() } else { session };
        (key, click.into_bytes())
    }

    /// A line or two of an application's log, as CloudWatch Logs delivers them.
    fn log_lines(&mut self, at: Timestamp) -> Record {
        let service = self.pick(&["checkout", "catalogue", "payments", "search"]);
        let host = format!("{service}-{}", self.rng.u8(1..=3));
        let lines: Vec<_> = (0..self.rng.u8(1..=2)).map(|_| self.log_line()).collect();
        let data = log_events(&format!("/shop/{service}"), &host, at, &lines);
        (host, data)
    }

    fn log_line(&mut self) -> String {
        let request = self.rng.u32(..);
        match self.rng.u8(..20) {
            0 => format!("ERROR request={request:08x} upstream timed out after 3000 ms, giving up"),
            1 | 2 => format!("WARN request={request:08x} slow query: 412 ms, 1 retry"),
            _ => {
                let path = self.pick(&["/cart", "/p", "/search", "/health", "/checkout"]);
                let status = self.pick(&["200", "200", "200", "204", "304", "404"]);
                let took = self.rng.u32(2..180);
                format!("INFO request={request:08x} GET {path} {status} {took} ms")
            }
        }
    }

    /// A roastery sensor's reading, as MessagePack.
    fn reading(&mut self, at: Timestamp) -> Record {
        let sensor = format!("sensor-{:02}", self.rng.u32(1..=24));
        let kind = self.pick(&["roaster", "silo", "packing"]);
        let reading = Msgpack::default()
            .text("sensor", &sensor)
            .text("kind", kind)
            .float("celsius", f64::from(self.rng.u16(1800..2400)) / 10.0)
            .float("humidity", f64::from(self.rng.u16(350..620)) / 10.0)
            .whole("battery_mv", self.rng.u32(3300..4200))
            .time("at", at);
        (sensor, reading.finish())
    }

    /// A changed row as the Database Migration Service tells of it, as JSON.
    fn row_change(&mut self, at: Timestamp) -> Record {
        let operation = self.pick(&["insert", "update", "update", "update", "delete"]);
        let status = self.pick(&["paid", "packed", "shipped", "delivered", "returned"]);
        let order = self.orders - self.rng.u64(..200);
        let change = format!(
            r#"{{"data":{{"order_id":"ord-{order:06}","customer_id":"{}","status":"{status}"}},"metadata":{{"timestamp":"{at:.6}","record-type":"data","operation":"{operation}","partition-key-type":"schema-table","schema-name":"shop","table-name":"orders","transaction-id":{}}}}}"#,
            customer(&mut self.rng),
            self.rng.u64(9_000_000_000..10_000_000_000),
        );
        ("shop.orders".to_owned(), change.into_bytes())
    }
}

/// Cents as a JSON number with two decimals.
fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::protocol::{Call, Service as _};
    use serde_json::{Value, json};

    fn now() -> Timestamp {
        Timestamp::from_second(1_760_000_000).unwrap()
    }

    fn open(seed: u64) -> (Arc<Kinesis>, Streams) {
        let kinesis = Arc::new(Kinesis::default());
        let streams = Streams::open(&kinesis, Rng::with_seed(seed), now());
        (kinesis, streams)
    }

    #[expect(clippy::needless_pass_by_value, reason = "inputs are literals")]
    fn call(kinesis: &Kinesis, operation: &str, input: Value, now: Timestamp) -> Value {
        let call = Call {
            operation,
            input: &input,
            region: "us-east-1",
            now,
        };
        serde_json::from_str(&kinesis.call(&call).unwrap().into_text()).unwrap()
    }

    /// The records of every shard of a stream, each at most once a second.
    fn read(kinesis: &Kinesis, stream: &str, now: Timestamp) -> Vec<Vec<Value>> {
        let shards = call(kinesis, "ListShards", json!({"StreamName": stream}), now);
        let shards = shards["Shards"].as_array().unwrap().clone();
        let read = |shard: &Value| {
            let start = json!({
                "StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON",
            });
            let iterator = call(kinesis, "GetShardIterator", start, now);
            let answer = call(kinesis, "GetRecords", iterator, now);
            answer["Records"].as_array().unwrap().clone()
        };
        shards.iter().map(read).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_records() {
        let orders = |seed| read(&open(seed).0, "orders", now());
        assert_eq!(orders(1), orders(1));
        assert_ne!(orders(1), orders(2));
    }

    #[test]
    fn orders_have_outgrown_two_shards() {
        let (kinesis, _) = open(1);
        let shards = read(&kinesis, "orders", now());
        assert_eq!(shards.len(), 6);
        assert!(shards.iter().all(|records| records.len() > 50));
        let answer = call(
            &kinesis,
            "DescribeStreamSummary",
            json!({"StreamName": "orders"}),
            now(),
        );
        assert_eq!(answer["StreamDescriptionSummary"]["OpenShardCount"], 4);
    }

    #[test]
    fn one_shard_of_the_clicks_is_hot() {
        let (kinesis, _) = open(1);
        let mut counts: Vec<usize> = read(&kinesis, "clickstream", now())
            .iter()
            .map(Vec::len)
            .collect();
        counts.sort_unstable();
        assert!(counts[7] > 2 * counts[6], "{counts:?}");
    }

    #[test]
    fn a_second_brings_what_each_feed_promises_and_a_pause_no_more_than_two() {
        let (kinesis, mut streams) = open(1);
        let counts = |now| {
            FEEDS.map(|feed| {
                read(&kinesis, feed.stream, now)
                    .iter()
                    .map(Vec::len)
                    .sum::<usize>()
            })
        };
        let mut clock = now();
        let before = counts(clock);
        for _ in 0..10 {
            clock += SignedDuration::from_millis(100);
            streams.tick(clock);
        }
        let after = counts(clock);
        let grown = |a: [usize; 5], b: [usize; 5]| std::array::from_fn::<usize, 5, _>(|i| b[i] - a[i]);
        assert_eq!(grown(before, after), [40, 120, 20, 10, 3]);
        clock += SignedDuration::from_hours(8);
        streams.tick(clock);
        assert_eq!(grown(after, counts(clock)), [80, 240, 40, 20, 6]);
    }

    #[test]
    fn every_feed_is_what_it_is_meant_to_be() {
        let mut source = Source {
            rng: Rng::with_seed(1),
            orders: 1000,
        };
        for record in [Source::order, Source::click, Source::row_change] {
            for _ in 0..50 {
                let (_, data) = record(&mut source, now());
                serde_json::from_slice::<Value>(&data).unwrap();
            }
        }
        for (record, path) in [
            (
                Source::log_lines as fn(&mut Source, Timestamp) -> Record,
                "gzip>cloudwatch-logs",
            ),
            (Source::reading, "msgpack"),
        ] {
            assert_eq!(
                crate::decode::decode(&record(&mut source, now()).1).path(">"),
                path
            );
        }
    }
}
