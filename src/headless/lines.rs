//! A record as a line of output.

use std::borrow::Cow;

use base64_simd::STANDARD;
use serde::Serialize;
use serde_json::Value as Json;

use crate::cli::Output;
use crate::decode::{self, Broken, Decoder, Value, hex, json_on_one_line};
use crate::redact::process as redaction;
use crate::resource::{Aggregate, Body, Change, Record, ResourceId, Timestamp};
use crate::sanitize;

/// Columns of a payload that the text form shows at most.
const TEXT_COLUMNS: usize = 4000;

/// How records are written.
pub(crate) struct Format {
    output: Output,
    stream: String,
    /// Whether a terminal reads it, which would act on what it reads.
    terminal: bool,
    decoder: Decoder,
    /// Whether it is for others to see; a file that the person asked for is not.
    masked: bool,
}

/// A Kinesis record, as the contract has it; `data` is written between the two halves.
#[derive(Serialize)]
struct BlobLine<'a> {
    stream: &'a str,
    shard: &'a str,
    sequence: &'a str,
    subsequence: Option<u64>,
    partition_key: &'a str,
    arrived: Option<Timestamp>,
    decoder: &'a str,
}

/// A `DynamoDB` change, as the contract has it.
#[derive(Serialize)]
struct ChangeLine<'a> {
    stream: &'a str,
    shard: &'a str,
    sequence: &'a str,
    event: &'a str,
    arrived: Option<Timestamp>,
    ttl: bool,
    keys: Json,
    old: Json,
    new: Json,
}

impl Format {
    pub(crate) fn new(output: Output, stream: &ResourceId, terminal: bool, decoder: Decoder) -> Self {
        Self {
            output,
            stream: stream.as_str().to_owned(),
            terminal,
            decoder,
            masked: false,
        }
    }

    /// The same, masked where the program masks.
    #[must_use]
    pub(crate) fn masked(self) -> Self {
        Self {
            masked: redaction::is_on(),
            ..self
        }
    }

    /// How payloads are read.
    pub(crate) fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Adds the record's line, with its end. Tells why its payload could not be read as was chosen.
    pub(crate) fn write(&self, record: &Record, out: &mut Vec<u8>) -> Option<Broken> {
        let mut broken = None;
        match (self.output, &record.body) {
            (Output::Text, _) => {
                let (line, why) = self.text(record);
                out.extend_from_slice(line.as_bytes());
                broken = why;
            }
            (
                Output::Jsonl,
                Body::Blob {
                    partition_key,
                    data,
                    aggregate,
                },
            ) => {
                broken = self.blob_json(record, partition_key, data, aggregate.as_deref(), out);
            }
            (Output::Jsonl | Output::Raw, Body::Change(change)) => self.change_json(record, change, out),
            (Output::Raw, Body::Blob { data, .. }) if self.terminal => {
                out.extend_from_slice(sanitize::bytes(data).as_bytes());
            }
            (Output::Raw, Body::Blob { data, .. }) => out.extend_from_slice(data),
        }
        out.push(b'\n');
        broken
    }

    fn blob_json(
        &self,
        record: &Record,
        partition_key: &str,
        data: &[u8],
        aggregate: Option<&Aggregate>,
        out: &mut Vec<u8>,
    ) -> Option<Broken> {
        let (decoder, value, broken) = self.decoded(data, aggregate);
        let head = BlobLine {
            stream: &self.stream,
            shard: record.shard.as_str(),
            sequence: record.sequence.as_str(),
            subsequence: aggregate.map(|it| it.subsequence),
            partition_key,
            arrived: record.arrived,
            decoder: &decoder,
        };
        self.push_json(&json_of(&head), out);
        out.pop();
        out.extend_from_slice(b",\"data\":");
        self.push_json(&value, out);
        // What is masked in the value would be plain to read in its Base64.
        if self.masked {
            out.extend_from_slice(b",\"data_base64\":null}");
        } else {
            out.extend_from_slice(b",\"data_base64\":\"");
            STANDARD.encode_append(data, out);
            out.extend_from_slice(b"\"}");
        }
        broken
    }

    fn change_json(&self, record: &Record, change: &Change, out: &mut Vec<u8>) {
        let [(_, keys), (_, old), (_, new)] = change.to_json();
        let line = ChangeLine {
            stream: &self.stream,
            shard: record.shard.as_str(),
            sequence: record.sequence.as_str(),
            event: change.event.as_str(),
            arrived: record.arrived,
            ttl: change.is_ttl(),
            keys,
            old,
            new,
        };
        self.push_json(&json_of(&line), out);
    }

    fn push_json(&self, json: &str, out: &mut Vec<u8>) {
        let masked = self.masked.then(|| mask_json(json));
        let json = masked.as_deref().unwrap_or(json);
        out.extend_from_slice(sanitize::json(json).as_bytes());
    }

    /// How a payload was read, its value as JSON on one line, and why it was not read as was chosen. JSON is passed on as it was
    /// written.
    fn decoded<'a>(
        &self,
        data: &'a [u8],
        aggregate: Option<&Aggregate>,
    ) -> (Cow<'static, str>, Cow<'a, str>, Option<Broken>) {
        if aggregate.is_none()
            && matches!(self.decoder.choice(), None | Some(decode::Format::Json))
            && let Some(json) = json_on_one_line(data)
        {
            return ("json".into(), json, None);
        }
        let decoder = self.decoder.inside(aggregate);
        let decoded = decoder.decode(data).out_of(aggregate);
        let value = match &decoded.value {
            Value::Json(json) | Value::Logs { json, .. } | Value::Change { json, .. } => json.to_string(),
            Value::Text(text) => json_of(text),
            Value::Bytes(bytes) if self.masked => json_of(&hex(&redaction::mask_bytes(bytes))),
            Value::Bytes(bytes) => json_of(&hex(bytes)),
        };
        let broken = decoder.misread(&decoded).cloned();
        (decoded.path(">").into(), value.into(), broken)
    }

    fn text(&self, record: &Record) -> (String, Option<Broken>) {
        let time = record.arrived.map_or_else(
            || "-".to_owned(),
            |time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        );
        let place = format!("{time}  {}  ", sanitize::line(record.shard.as_str()));
        match &record.body {
            Body::Blob {
                partition_key,
                data,
                aggregate,
            } => {
                let decoder = self.decoder.inside(aggregate.as_deref());
                let (preview, broken) = decoder.preview_or_why(data, TEXT_COLUMNS);
                (
                    format!("{place}{}  {preview}", sanitize::line(partition_key)),
                    broken,
                )
            }
            Body::Change(change) => (format!("{place}{}", sanitize::line(&change_text(change))), None),
        }
    }
}

/// JSON with everything masked that is to be. What cannot be read would not be masked, and is left out.
pub(super) fn mask_json(json: &str) -> String {
    let value = serde_json::from_str::<Json>(json).unwrap_or_default();
    redaction::with(|it| it.mask_json(value))
        .unwrap_or_default()
        .to_string()
}

/// Our own shapes of texts, numbers and values that were parsed can always be written.
fn json_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn change_text(change: &Change) -> String {
    let ttl = if change.is_ttl() { " by TTL" } else { "" };
    format!("{}{ttl}  {}", change.event.as_str(), change.preview(TEXT_COLUMNS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Attribute, Event, Item};

    fn blob(data: &'static [u8]) -> Record {
        Record {
            shard: "shardId-000000000002".into(),
            sequence: "4965".into(),
            arrived: Some("2026-03-02T14:02:11.204Z".parse().unwrap()),
            body: Body::blob("cust-0031", bytes::Bytes::from_static(data)),
        }
    }

    fn line(output: Output, terminal: bool, record: &Record) -> String {
        let mut out = Vec::new();
        Format::new(output, &"orders".into(), terminal, Decoder::automatic()).write(record, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_keeps_its_digits_and_stays_on_one_line() {
        assert_eq!(
            line(Output::Jsonl, false, &blob(b"{\n \"total\": 212.40\n}")),
            concat!(
                r#"{"stream":"orders","shard":"shardId-000000000002","sequence":"4965","subsequence":null,"#,
                r#""partition_key":"cust-0031","arrived":"2026-03-02T14:02:11.204Z","decoder":"json","#,
                r#""data":{"total":212.40},"data_base64":"ewogInRvdGFsIjogMjEyLjQwCn0="}"#,
                "\n"
            )
        );
    }

    #[test]
    fn text_and_bytes_are_strings() {
        assert!(
            line(Output::Jsonl, false, &blob(b"GET /\x1b[2J"))
                .contains(r#""decoder":"text","data":"GET /\u001b[2J""#)
        );
        assert!(line(Output::Jsonl, false, &blob(b"\x00\xff")).contains(r#""decoder":"hex","data":"00ff""#));
    }

    #[test]
    fn nothing_acts_on_a_terminal() {
        for hostile in [
            &b"text \xc2\x9b2J\xe2\x80\xae\x1b]0;x\x07"[..],
            b"bytes \xff\x1b[2J\x9b2J",
            // JSON that has them as they are, and escaped.
            b"{\"a\xe2\x80\xae\":\"\xc2\x9b2J\xe2\x80\x8b\x7f\"}",
            b"{\"\\u001b[2J\":\"\\u009b2J\\u202e\"}",
        ] {
            for output in [Output::Text, Output::Jsonl, Output::Raw] {
                let line = line(output, true, &blob(hostile));
                let line = line.strip_suffix('\n').unwrap();
                assert_eq!(sanitize::line(line), line);
            }
        }
    }

    #[test]
    fn raw_is_exactly_the_payload() {
        let mut out = Vec::new();
        Format::new(Output::Raw, &"orders".into(), false, Decoder::automatic())
            .write(&blob(b"\x00\x1b\xff"), &mut out);
        assert_eq!(out, b"\x00\x1b\xff\n");
    }

    #[test]
    fn a_change_has_its_keys_and_images() {
        let item = |n: &str| Item::from([("n".to_owned(), Attribute::N(n.to_owned()))]);
        let record = Record {
            body: Body::Change(Box::new(Change {
                event: Event::Remove,
                keys: item("1"),
                old: Some(item("12345678901234567890123456789012345678")),
                new: None,
                identity: Some(("Service".to_owned(), "dynamodb.amazonaws.com".to_owned())),
                size: None,
            })),
            ..blob(b"")
        };
        let line = line(Output::Jsonl, false, &record);
        assert!(line.contains(r#""event":"REMOVE","#) && line.contains(r#""ttl":true"#));
        assert!(line.contains(r#""old":{"n":{"N":"12345678901234567890123456789012345678"}},"new":null}"#));
    }
}
