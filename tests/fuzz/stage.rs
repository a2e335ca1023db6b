//! The embedded endpoint, stocked and with the hand on its clock, to which anything can be sent.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kinescope::demo::{Clock, Endpoint, Options};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::mishap::{Mishap, harmed};

/// When the services' time begins, in seconds.
const BEGIN: i64 = 1_795_000_000;
/// How their time goes by with each case, so that no service is asked too often.
const STEP: i64 = 250;
/// What has been deleted comes back with another endpoint after so many cases; iterators live longer.
const CASES: usize = 1000;
/// How long an answer may take before the endpoint is said to hang.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a client says of itself.
pub(crate) const HEADERS: &str = "host: localhost\r\nconnection: close\r\nx-amz-date: 20261119T000000Z\r\n\
    authorization: AWS4-HMAC-SHA256 Credential=AKID/20261119/us-east-1/x/aws4_request, Signature=0\r\n";

/// A stocked endpoint whose time is ours.
pub(crate) struct Stage {
    endpoint: Endpoint,
    millis: Arc<AtomicI64>,
    /// What stands for the words in braces.
    pub(crate) words: Vec<(&'static str, String)>,
    asked: usize,
}

impl Stage {
    pub(crate) fn open() -> Self {
        let millis = Arc::new(AtomicI64::new(BEGIN * 1000));
        let time = Arc::clone(&millis);
        let clock = Clock::new(move || Timestamp::from_millisecond(time.load(Ordering::Relaxed)).unwrap());
        let endpoint = Endpoint::start(Options {
            clock,
            ..Options::demo(7)
        });
        let mut stage = Self {
            endpoint: endpoint.unwrap(),
            millis,
            words: Vec::new(),
            asked: 0,
        };
        stage.words = stage.words();
        stage
    }

    fn words(&self) -> Vec<(&'static str, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let start = json!({"StreamName": "orders", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"});
        let iterator = self.call("Kinesis_20131202.GetShardIterator", &start);
        let orders = json!({"StreamARN": "arn:aws:kinesis:us-east-1:111122223333:stream/orders"});
        let consumers = self.call("Kinesis_20131202.ListStreamConsumers", &orders);
        let streams = self.call(
            "DynamoDBStreams_20120810.ListStreams",
            &json!({"TableName": "carts"}),
        );
        let stream = text(&streams["Streams"][0]["StreamArn"]);
        let described = self.call(
            "DynamoDBStreams_20120810.DescribeStream",
            &json!({"StreamArn": stream}),
        );
        let shard = text(&described["StreamDescription"]["Shards"][0]["ShardId"]);
        let start = json!({"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
        let table_iterator = self.call("DynamoDBStreams_20120810.GetShardIterator", &start);
        vec![
            ("{iterator}", text(&iterator["ShardIterator"])),
            ("{consumer}", text(&consumers["Consumers"][0]["ConsumerARN"])),
            ("{table-iterator}", text(&table_iterator["ShardIterator"])),
            ("{table-stream}", stream),
            ("{table-shard}", shard),
        ]
    }

    /// Whether it is time for another one.
    pub(crate) fn is_worn_out(&self) -> bool {
        self.asked >= CASES
    }

    /// A good call, which is answered well.
    fn call(&self, target: &str, members: &Value) -> Value {
        let answer = self.exchange(&call(target, &members.to_string()), false).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Sends bytes, and takes what comes until the endpoint closes the connection.
    pub(crate) fn exchange(&self, request: &[u8], ends_early: bool) -> Result<Vec<u8>, TestCaseError> {
        let address = self.endpoint.url().replace("http://", "");
        let mut connection = TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection.set_write_timeout(Some(PATIENCE)).unwrap();
        // It may have enough before all is said, and close.
        let _ = connection.write_all(request);
        if ends_early {
            let _ = connection.shutdown(Shutdown::Write);
        }
        let mut answer = Vec::new();
        let mut buffer = [0; 16 << 10];
        loop {
            match connection.read(&mut buffer) {
                Ok(0) => return Ok(answer),
                Ok(read) => answer.extend_from_slice(&buffer[..read]),
                // Closed with something of the request still unread.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Ok(answer),
                Err(error) => {
                    let asked = String::from_utf8_lossy(request);
                    return Err(TestCaseError::fail(format!("{error} after {asked:?}")));
                }
            }
            if String::from_utf8_lossy(&answer).contains("vnd.amazon.eventstream") {
                return Ok(answer);
            }
        }
    }

    /// Whatever the request is, answers are of HTTP and no failure of the endpoint, which answers the next one.
    pub(crate) fn withstands(&mut self, request: &str, mishaps: &[Mishap]) -> Result<(), TestCaseError> {
        let mut request = request.to_owned();
        for (word, value) in &self.words {
            request = request.replace(word, value);
        }
        let request = harmed(request.into_bytes(), mishaps);
        let answer = self.exchange(&request, !mishaps.is_empty())?;
        let answer = String::from_utf8_lossy(&answer);
        if !answer.is_empty() {
            prop_assert!(answer.starts_with("HTTP/1."), "{}", answer);
            prop_assert!(
                !answer.starts_with("HTTP/1.1 5"),
                "{} after {}",
                answer,
                String::from_utf8_lossy(&request)
            );
        }
        self.millis.fetch_add(STEP, Ordering::Relaxed);
        self.asked += 1;
        self.call("AmazonML_20141212.DescribeBatchPredictions", &json!({"Limit": 1}));
        Ok(())
    }
}

fn call(target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST / HTTP/1.1\r\n{HEADERS}x-amz-target: {target}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// What the shop of the demo puts into its streams.
pub(crate) fn payloads_of_the_demo() -> Vec<Vec<u8>> {
    let stage = Stage::open();
    let mut payloads = Vec::new();
    for stream in ["orders", "clickstream", "app-logs", "telemetry", "dms-cdc"] {
        let start = json!({"StreamName": stream, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"});
        let iterator = stage.call("Kinesis_20131202.GetShardIterator", &start);
        let read = json!({"ShardIterator": iterator["ShardIterator"], "Limit": 40});
        let answer = stage.call("Kinesis_20131202.GetRecords", &read);
        let records = answer["Records"].as_array().unwrap().iter();
        payloads.extend(records.map(|it| STANDARD.decode(it["Data"].as_str().unwrap()).unwrap()));
    }
    payloads
}
