//! Payloads, read by every way of reading that there is.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use kinescope::config::Config;
use kinescope::decode::{
    DEPTH, Decoder, Definition, Format, LARGEST, Value, json_on_one_line, pretty, user_records,
};
use kinescope::resource::{Body, Record};
use kinescope::sanitize;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::corpus;
use super::judge;
use super::trial::trial;
use crate::mishap::{harmed, mishap};

const SCHEMAS: &str = "tests/fixtures/schemas";

/// By content, as each format, and by schemas.
static DECODERS: LazyLock<Vec<Decoder>> = LazyLock::new(|| {
    let config = Config::load(Some(&Path::new(SCHEMAS).join("config.toml"))).unwrap();
    let decoder = config.decoder_for("orders");
    let forced = Format::all().map(|format| decoder.choosing(Some(format)));
    let words = [
        "avro:order.avsc",
        "protobuf:shop.binpb#shop.Order",
        "protobuf:shop.binpb#old.Thing",
    ];
    let by_word = words.map(|word| {
        decoder
            .choosing_by_word(&word.replace(':', &format!(":{SCHEMAS}/")))
            .unwrap()
    });
    forced
        .chain(by_word)
        .chain([Decoder::automatic(), decoder.clone()])
        .collect()
});

#[test]
fn any_payload_is_read_by_any_decoder() {
    let given = (corpus::bytes(), select(DECODERS.as_slice()));
    trial("decode", 1, given, |(data, decoder)| hold(&decoder, &data));
}

fn hold(decoder: &Decoder, data: &[u8]) -> Result<(), TestCaseError> {
    let decoded = decoder.examine(data);
    prop_assert!(decoded.path.len() <= DEPTH + 2);
    for note in &decoded.notes {
        judge::one_line(&sanitize::line(&note.to_string()))?;
    }
    match &decoded.value {
        Value::Text(text) => prop_assert!(text.len() <= LARGEST.max(2 * data.len())),
        Value::Bytes(bytes) => prop_assert!(bytes.len() <= LARGEST.max(data.len())),
        value => {
            let json = value.json().unwrap();
            judge::lines(&sanitize::block(&pretty(json)))?;
            judge::one_line(&sanitize::json(&json.to_string()))?;
        }
    }
    for columns in [0, 1, 7, 80] {
        let line = decoder.preview(data, columns);
        judge::one_line(&line)?;
        prop_assert!(
            line.chars().count() <= columns.max(1) * 16,
            "{} columns: {}",
            columns,
            line
        );
    }
    if let Some(within) = decoder.decode_within(data, 64 << 10) {
        prop_assert_eq!(within.value, decoder.decode(data).value);
    }
    if let Some(line) = json_on_one_line(data) {
        judge::one_line(&sanitize::line(&line))?;
    }
    decoder.searchable(data);
    Ok(())
}

#[test]
fn any_aggregate_is_taken_apart_once() {
    trial("aggregates", 1, corpus::bytes(), |data| {
        let whole = Record {
            shard: "shardId-000000000000".into(),
            sequence: "7".into(),
            arrived: None,
            body: Body::blob("outer", data.clone()),
        };
        let mut bytes = 0;
        for record in user_records(whole) {
            let Body::Blob { data, .. } = &record.body else {
                return Err(TestCaseError::fail("a payload became a change"));
            };
            bytes += data.len();
        }
        prop_assert!(bytes <= data.len(), "{} bytes out of {}", bytes, data.len());
        Ok(())
    });
}

/// Files of schemas are the person's own, and may be of any make.
#[test]
fn any_schema_is_one_or_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let (avro, protobuf) = (folder.path().join("s.avsc"), folder.path().join("s.binpb"));
    let files = [format!("{SCHEMAS}/order.avsc"), format!("{SCHEMAS}/shop.binpb")];
    let files = files.map(|file| fs::read(file).unwrap());
    let given = (select(files.to_vec()), vec(mishap(), 1..6), corpus::bytes());
    trial("schemas", 1, given, |(schema, mishaps, data)| {
        let schema = harmed(schema, &mishaps);
        let is_text = schema.first() == Some(&b'{');
        fs::write(if is_text { &avro } else { &protobuf }, &schema).unwrap();
        let read = if is_text {
            Definition::avro(&avro)
        } else {
            Definition::protobuf(&protobuf, "shop.Order")
        };
        match read {
            Ok(definition) => hold(&Decoder::of(definition), &data),
            Err(error) => judge::one_line(&error.to_string()),
        }
    });
}
