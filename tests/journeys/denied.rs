//! A Kinesis that lets its records be read and nothing else be known.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use serde_json::{Value, json};

use crate::shell::{ACCOUNT, command, finish, in_background};

/// What each operation is answered: status and body.
fn answer(operation: &str) -> (u16, Value) {
    match operation {
        "ListShards" => {
            let shard = json!({
                "ShardId": "shardId-000000000000",
                "HashKeyRange": { "StartingHashKey": "0", "EndingHashKey": "1" },
                "SequenceNumberRange": { "StartingSequenceNumber": "1", "EndingSequenceNumber": "2" },
            });
            (200, json!({ "Shards": [shard] }))
        }
        "GetShardIterator" => (200, json!({ "ShardIterator": "here" })),
        "GetRecords" => {
            let record = json!({ "SequenceNumber": "1", "PartitionKey": "k", "Data": "cmVhZA==" });
            (200, json!({ "Records": [record], "MillisBehindLatest": 0 }))
        }
        _ => (
            400,
            json!({ "__type": "AccessDeniedException", "message": "not for you" }),
        ),
    }
}

/// The name of the operation that is called, once all of the request is here.
fn receive(connection: &mut TcpStream) -> String {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    loop {
        let read = connection.read(&mut buffer).unwrap();
        if read == 0 {
            return String::new();
        }
        request += std::str::from_utf8(&buffer[..read]).unwrap();
        if let Some((head, body)) = request.split_once("\r\n\r\n")
            && serde_json::from_str::<Value>(body).is_ok()
        {
            let target = head
                .lines()
                .find_map(|line| line.strip_prefix("x-amz-target: Kinesis_20131202."));
            return target.unwrap_or_default().to_owned();
        }
    }
}

/// Where it listens, and what it is asked.
fn kinesis() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, operations) = mpsc::channel();
    in_background(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let operation = receive(&mut connection);
            let (status, body) = answer(&operation);
            let body = body.to_string();
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} .\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            connection.write_all(head.as_bytes()).unwrap();
            // Nobody listens any more once the test has ended.
            let _ = asked.send(operation);
        }
    });
    (url, operations)
}

#[test]
fn a_stream_that_may_not_be_described_is_read_all_the_same() {
    let (url, asked) = kinesis();
    let tail = [
        "tail",
        "orders",
        "--from",
        "trim-horizon",
        "--output",
        "raw",
        "--limit",
        "1",
    ];
    let args = [&tail[..], &["--endpoint-url", &url]].concat();
    let output = finish(command(&args).envs(ACCOUNT).spawn().unwrap());
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(
        (output.status.code(), &*stdout, &*stderr),
        (Some(0), "read\n", "")
    );
    let asked: Vec<String> = asked.try_iter().collect();
    assert_eq!(
        asked[..4],
        [
            "DescribeStreamSummary",
            "ListShards",
            "GetShardIterator",
            "GetRecords"
        ]
    );
}
