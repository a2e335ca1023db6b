use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

#[test]
fn each_kind_is_told_by_its_content() {
    assert_eq!(decode(b"{\"a\": 1}").path, [Format::Json]);
    assert_eq!(decode(b"GET /cart 200").path, [Format::Text]);
    assert_eq!(decode(b"\x00\x01\xff").path, [Format::Hex]);
    assert_eq!(decode(b"").path, [Format::Text]);
    assert_eq!(decode(b"{\"a\": ").path, [Format::Text]);
}

#[test]
fn a_number_keeps_all_its_digits() {
    let Value::Json(value) = decode(b"{\"n\":1234567890.12345678901234567890}").value else {
        panic!()
    };
    assert_eq!(value.to_string(), "{\"n\":1234567890.12345678901234567890}");
}

#[test]
fn a_preview_is_one_safe_line() {
    assert_eq!(preview(b"{\n  \"a\": 1\n}", 40), "{ \"a\": 1 }");
    assert_eq!(preview(b"\x1b[2Jhi", 40), "␛[2Jhi");
    assert_eq!(preview("日本語".as_bytes(), 1), "日");
    assert_eq!(preview(&[0, 1, 0xff, b'A'], 40), "00 01 ff 41");
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    ::zstd::bulk::compress(data, 1).unwrap()
}

#[test]
fn a_layer_that_is_cut_off_gives_what_came_out() {
    let numbers: Vec<_> = (0..4000).map(|n: u16| n.to_string()).collect();
    let text = numbers.join(" ");
    let whole = gzip(text.as_bytes());
    let decoded = decode(&whole[..whole.len() / 2]);
    assert_eq!(decoded.path(">"), "gzip>text");
    let early = Broken::new(Format::Gzip, "it ends too early");
    assert_eq!(decoded.notes, [Note::BrokenOff(early.clone())]);
    assert!(matches!(decoded.value, Value::Text(part) if part.len() > 100 && text.starts_with(&part)));
    assert_eq!(
        preview(&whole[..whole.len() / 2], 9),
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 1"
    );

    let header = decode(&whole[..12]);
    assert_eq!(
        (header.path(">").as_str(), &header.notes[..]),
        ("hex", &[Note::Broken(early)][..])
    );
}

#[test]
fn what_comes_out_is_no_more_than_the_cap() {
    let bomb = zstd(&vec![b'a'; LARGEST + 1]);
    let decoded = decode(&bomb);
    assert_eq!(decoded.notes, [Note::TooLarge(Format::Zstd)]);
    assert!(matches!(decoded.value, Value::Text(text) if text.len() == LARGEST));
    assert_eq!(decode(&zstd(&vec![b'a'; LARGEST])).notes, []);

    // The cap is one for all layers together.
    let mut inner = zstd(&vec![b'a'; LARGEST]);
    let skipped = LARGEST - 4000 - inner.len();
    inner.extend_from_slice(&[0x50, 0x2a, 0x4d, 0x18]);
    inner.extend_from_slice(&u32::try_from(skipped).unwrap().to_le_bytes());
    inner.resize(LARGEST - 4000, 0);
    let decoded = decode(&zstd(&inner));
    assert_eq!(decoded.path(">"), "zstd>zstd>text");
    assert!(matches!(decoded.value, Value::Text(text) if text.len() == 4000));
}

#[test]
fn layers_are_taken_off_to_a_depth() {
    let within = |layers: usize| (0..layers).fold(b"{}".to_vec(), |data, _| gzip(&data));
    assert_eq!(
        (decode(&within(DEPTH)).path.len(), decode(&within(DEPTH)).notes),
        (DEPTH + 1, vec![])
    );
    let deeper = decode(&within(DEPTH + 1));
    assert_eq!(
        (deeper.path.len(), deeper.path.last()),
        (DEPTH + 1, Some(&Format::Hex))
    );
    assert_eq!(deeper.notes, [Note::TooDeep]);
}

#[test]
fn words_are_no_base64() {
    for words in [
        "aGVsbG8gd29ybGQsIGhlbGxv",
        "internationalization",
        "0123456789012345678901234567",
        "eyJ9",
    ] {
        assert_eq!(decode(words.as_bytes()).path, [Format::Text], "{words}");
    }
    let json = b" eyJpZCI6IDEsICJvayI6IHRydWV9\n";
    assert_eq!(decode(json).path(">"), "base64>json");
    assert_eq!(preview(json, 40), "{\"id\": 1, \"ok\": true}");
}

#[test]
fn a_summary_is_safe_too() {
    for hostile in [
        &br#"{"messageType":"DATA_MESSAGE","logGroup":"\u001b[2J","logEvents":[{"message":"\u009b2J\u202e"}]}"#[..],
        br#"{"eventSource":"aws:dynamodb","eventName":"\u001b[2J","tableName":"\u202e","dynamodb":{"Keys":{"\u009b":{"N":"\u001b"}}}}"#,
        b"{\"a\":\"\xc2\x9b2J\"}\n{\"b\":\"\xe2\x80\xae\"}",
    ] {
        let line = preview(&gzip(hostile), 200);
        assert!(!line.starts_with('{'), "{line}");
        assert_eq!(sanitize::line(&line), line);
    }
}

#[test]
fn what_matters_comes_first_on_a_line() {
    let logs = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/checkout","logStream":"s",
        "logEvents":[{"id":"1","timestamp":1,"message":"START RequestId: 7\n"},{"id":"2","timestamp":2,"message":"END"}]}"#;
    let line = "[/aws/lambda/checkout] 2 log events · START RequestId: 7";
    assert_eq!(preview(&gzip(logs.as_bytes()), 80), line);
    let long = logs.replace("END", &"long ".repeat(2000));
    assert_eq!(preview(long.as_bytes(), 80), line.replace('2', "2+"));

    let change = r#"{"eventName":"MODIFY","tableName":"carts","dynamodb":{"Keys":{"id":{"S":"c-7"}},
        "NewImage":{"n":{"N":"1.50"}}},"eventSource":"aws:dynamodb"}"#;
    assert_eq!(
        preview(change.as_bytes(), 80),
        r#"MODIFY [carts] {"id":"c-7"}  {"n":1.50}"#
    );
    assert_eq!(
        preview(b"{\"a\":1}\n{\"a\":2}\n", 80),
        r#"2 values · {"a":1} {"a":2}"#
    );
}

proptest! {
    #[test]
    fn any_bytes_decode_and_preview(data in proptest::collection::vec(any::<u8>(), 0..300), columns in 0usize..100) {
        decode(&data);
        let line = preview(&data, columns);
        prop_assert!(!line.chars().any(char::is_control));
    }

    #[test]
    fn any_text_is_read_as_itself(text in "[a-zA-Zäöü日 ]{1,40}") {
        prop_assert_eq!(decode(text.as_bytes()).value, Value::Text(text));
    }
}

#[test]
fn of_a_large_record_in_layers_a_line_says_what_came_out_so_far() {
    let long = "ab".repeat(50_000);
    let length = u32::try_from(long.len()).unwrap().to_be_bytes();
    let cbor = [b"\xa2\x62id\x18\x2a\x64text\x7a", &length[..], long.as_bytes()].concat();
    let msgpack = [b"\x82\xa2id\x2a\xa4text\xdb", &length[..], long.as_bytes()].concat();
    for data in [&cbor, &msgpack] {
        let line = preview(&gzip(data), 40);
        assert!(line.starts_with("{\"id\":42,\"text\":\"abab"), "{line}");
        let format = if data == &cbor {
            Format::Cbor
        } else {
            Format::Msgpack
        };
        let (line, broken) = Decoder::with(format).preview_or_why(&gzip(data), 40);
        assert!(line.starts_with("{\"id\":42,\"text\":\"abab"), "{line}");
        assert_eq!(broken, None);
        // Without a layer all of it is there, and ends too early.
        assert!(!preview(&data[..9000], 40).starts_with('{'));
    }
    // Many small values, and the end in the middle of one.
    let numbers = [
        &b"\xa1\x61n\x9a\x00\x01\x00\x00"[..],
        &b"\x1b\x01\x02\x03\x04\x05\x06\x07\x08".repeat(65536),
    ]
    .concat();
    assert!(preview(&gzip(&numbers), 200).starts_with("{\"n\":[72623859790382856,"));
}

#[test]
fn a_choice_that_is_told_by_content_costs_a_row_no_more_than_its_beginning() {
    let event = r#"{"id":"1","timestamp":1772460000000,"message":"paid"},"#.repeat(20_000);
    let logs = format!(
        r#"{{"messageType":"DATA_MESSAGE","logGroup":"/shop","logStream":"s","logEvents":[{}]}}"#,
        event.trim_end_matches(',')
    );
    let chosen = |format, data: &str| Decoder::with(format).preview_or_why(data.as_bytes(), 60);
    let (line, broken) = chosen(Format::CloudwatchLogs, &logs);
    assert!(line.starts_with("[/shop]") && broken.is_none(), "{line}");
    // What is broken behind the beginning is not looked for: it is not read.
    assert_eq!(
        chosen(Format::CloudwatchLogs, &logs[..logs.len() - 9]),
        (line, None)
    );
    for format in [Format::CloudwatchLogs, Format::Dynamodb] {
        let (_, broken) = chosen(format, &event.replace("{\"id\"", "{\"it\""));
        assert_eq!(
            broken.unwrap().to_string(),
            format!("no {format}: it does not look like it")
        );
    }
    assert!(chosen(Format::Ndjson, &"word ".repeat(2000)).1.is_some());
    assert!(chosen(Format::Ndjson, &"{\"a\":1}\n".repeat(2000)).1.is_none());
}

#[test]
fn what_is_no_aggregate_says_so_where_one_was_chosen() {
    let chosen = Decoder::with(Format::Kpl);
    let (line, broken) = chosen.preview_or_why(b"{\"a\":1}", 40);
    assert_eq!(line, "{\"a\":1}");
    let why = "no kpl: it does not begin like an aggregate";
    assert_eq!(broken.unwrap().to_string(), why);
    assert_eq!(chosen.misread(&chosen.decode(b"text")).unwrap().to_string(), why);
    let aggregate = Aggregate {
        subsequence: 0,
        explicit_hash_key: None,
        whole: bytes::Bytes::new(),
    };
    let inside = chosen.inside(Some(&aggregate));
    assert_eq!(
        inside.preview_or_why(b"{\"a\":1}", 40).1,
        None,
        "it came out of one"
    );
}

#[test]
fn a_key_that_is_there_twice_is_told_where_a_record_is_looked_at_closely() {
    let twice = b"{\"total\":1,\"total\":2}";
    for data in [twice.to_vec(), gzip(twice), [&twice[..], b"\n{}"].concat()] {
        let notes: Vec<_> = Decoder::automatic()
            .examine(&data)
            .notes
            .iter()
            .map(Note::to_string)
            .collect();
        assert_eq!(
            notes,
            ["a key is there twice: total; the last one is shown, x shows the bytes"]
        );
        assert!(decode(&data).notes.is_empty(), "not for every record");
    }
    assert!(
        Decoder::with(Format::Text).examine(twice).notes.is_empty(),
        "all of it is shown"
    );
}
