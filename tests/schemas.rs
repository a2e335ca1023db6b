//! The structured binary formats, as other people's encoders write them and as nobody should.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use kinescope::config::Config;
use kinescope::decode::{Decoded, Decoder, Format, Note, Value};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

const FIXTURES: &str = "tests/fixtures/schemas";
/// Larger than any of the fixtures shows.
const COLUMNS: usize = 2000;

/// What `tests/fixtures/make_schemas.py` says of a case.
#[derive(Deserialize)]
struct Expected {
    decode: Option<String>,
    path: String,
    data: Json,
}

struct Case {
    name: String,
    bytes: Vec<u8>,
    expected: Expected,
    decoder: Decoder,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);
static DECODERS: LazyLock<Vec<Decoder>> = LazyLock::new(decoders);

fn cases() -> Vec<Case> {
    let config = Config::load(Some(&Path::new(FIXTURES).join("config.toml"))).unwrap();
    let files = std::fs::read_dir(FIXTURES)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|it| it == "bin"))
        .collect();
    files.sort();
    assert!(files.len() > 20, "the fixtures are not there");
    let case = |file: &PathBuf| {
        let expected: Expected =
            serde_json::from_slice(&std::fs::read(file.with_extension("json")).unwrap()).unwrap();
        let decoder = config.decoder_for("orders");
        let decoder = match &expected.decode {
            Some(word) => decoder.choosing_by_word(word).unwrap(),
            None => decoder,
        };
        Case {
            name: file.file_stem().unwrap().to_string_lossy().into_owned(),
            bytes: std::fs::read(file).unwrap(),
            expected,
            decoder,
        }
    };
    files.iter().map(case).collect()
}

#[test]
fn what_others_write_is_read() {
    for case in CASES.iter() {
        let Decoded { value, notes, .. } = case.decoder.decode(&case.bytes);
        assert_eq!(notes, [], "{}", case.name);
        assert_eq!(
            case.decoder.decode(&case.bytes).path(">"),
            case.expected.path,
            "{}",
            case.name
        );
        let Value::Json(value) = value else {
            panic!("{} is {value:?}", case.name)
        };
        assert_eq!(value.to_string(), case.expected.data.to_string(), "{}", case.name);
    }
}

#[test]
fn a_preview_is_the_beginning_of_the_same() {
    for case in CASES.iter() {
        let text = case.expected.data.to_string();
        assert_eq!(case.decoder.preview(&case.bytes, COLUMNS), text, "{}", case.name);
        for columns in [1, 7, 40] {
            let line = case.decoder.preview(&case.bytes, columns);
            assert!(text.starts_with(&line), "{}: {line} of {text}", case.name);
            assert_eq!(
                line.chars().count(),
                columns.min(text.chars().count()),
                "{}",
                case.name
            );
        }
    }
}

#[test]
fn what_is_cut_off_is_told() {
    for case in CASES.iter().filter(|case| case.expected.decode.is_some()) {
        let choice = case.decoder.choice().unwrap();
        for end in 0..case.bytes.len() {
            let decoded = case.decoder.decode(&case.bytes[..end]);
            // The fields of a message may end anywhere between them.
            let told = decoded
                .notes
                .iter()
                .any(|note| matches!(note, Note::Broken(it) if it.format == choice));
            assert!(told || choice == Format::Protobuf, "{} up to {end}", case.name);
        }
    }
}

/// All ways of reading that there are, each with the schemas that it may want.
fn decoders() -> Vec<Decoder> {
    let formats = Format::all().map(|format| CASES[0].decoder.choosing(Some(format)));
    cases()
        .into_iter()
        .map(|case| case.decoder)
        .chain(formats)
        .collect()
}

fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn assert_sound(decoder: &Decoder, data: &[u8]) {
    let decoded = decoder.decode(data);
    if let Value::Json(value) = &decoded.value {
        // A level of a format is at most two of JSON: a field or a tag, and what is in it.
        assert!(depth(value) <= 256, "{decoder:?} {data:x?}");
        assert!(
            value.to_string().len() <= 64 * (data.len() + 1) + (1 << 10),
            "{decoder:?} {data:x?}"
        );
    }
    for columns in [0, 1, 80] {
        let line = decoder.preview(data, columns);
        assert!(!line.chars().any(char::is_control));
    }
}

#[test]
fn claims_and_nesting_are_bounded() {
    let hostile = [
        vec![0x91; 100_000],
        vec![0x81; 100_000],
        vec![0xa1; 100_000],
        vec![0x9f; 100_000],
        vec![0xbf; 100_000],
        vec![0xc1; 100_000],
        vec![0xd9; 100_000],
        vec![0x0b; 100_000],
        vec![0x0a; 100_000],
        vec![0x1a; 100_000],
        vec![0xff; 100_000],
        vec![0x00; 100_000],
        vec![0x02; 100_000],
        b"\xdd\xff\xff\xff\xff".repeat(1000),
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".repeat(1000),
        b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff".repeat(1000),
        nested_messages(100_000),
    ];
    for data in &hostile {
        for decoder in DECODERS.iter() {
            let decoded = decoder.decode(data);
            assert!(!matches!(decoded.value, Value::Json(value) if depth(&value) > 256));
            decoder.preview(data, 80);
        }
    }
}

/// A message in a message and so on, as deep as the bytes go.
fn nested_messages(size: usize) -> Vec<u8> {
    let mut data = vec![];
    while data.len() < size {
        let mut outer = vec![0x1a];
        let mut length = data.len();
        while length > 0x7f {
            outer.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        outer.push(u8::try_from(length).unwrap());
        // The head stands before; turned around at the end, nothing is moved for each level.
        data.extend(outer.iter().rev());
    }
    data.reverse();
    data
}

proptest! {
    #[test]
    fn any_bytes_are_read(data in proptest::collection::vec(any::<u8>(), 0..200), which in any::<prop::sample::Index>()) {
        assert_sound(which.get(&DECODERS), &data);
    }

    #[test]
    fn any_changed_bytes_are_read(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        inserted in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let case = which.get(&CASES);
        let mut data = case.bytes.clone();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        let at = cut.index(data.len());
        data.splice(at..at, inserted);
        for decoder in [&case.decoder, &Decoder::automatic(), &case.decoder.choosing(Some(Format::Protobuf))] {
            assert_sound(decoder, &data);
        }
        data.truncate(at);
        assert_sound(&case.decoder, &data);
    }
}
