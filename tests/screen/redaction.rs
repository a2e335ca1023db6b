//! Wherever a secret is planted and however the screen is cut, none of it shows.

use std::time::Duration;

use kinescope::message::Effect;
use kinescope::redact::{Redaction, process};
use kinescope::resource::{Body, Event, Record};
use kinescope::view;
use proptest::prelude::*;

use super::desk::Desk;
use super::fixtures;

/// Accounts of the fixtures, one of which nothing is known before, and what else is planted.
const ACCOUNTS: [&str; 3] = ["111122223333", "123456789012", UNKNOWN];
const UNKNOWN: &str = "908172635445";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const NAMES: [&str; 2] = ["Merchandiser", "robin-ahmed"];
const PATTERN: &str = "geheim42";

fn redact() {
    let mut redaction = Redaction::new(vec![regex::Regex::new("geheim[0-9]+").unwrap()], false);
    let known = ACCOUNTS.iter().filter(|account| **account != UNKNOWN);
    known.for_each(|account| redaction.learn_account(account));
    redaction.learn_arn("arn:aws:sts::111122223333:assumed-role/Merchandiser/robin-ahmed");
    process::start(redaction);
}

/// What must not be seen: the secrets, and every piece of six digits of an account.
fn secrets() -> Vec<&'static str> {
    let pieces = ACCOUNTS
        .iter()
        .flat_map(|account| (0..=account.len() - 6).map(|at| &account[at..at + 6]));
    pieces.chain(NAMES).chain([KEY, PATTERN]).collect()
}

fn assert_hidden(what: &str, text: &str) {
    for secret in secrets() {
        assert!(!text.contains(secret), "{secret} shows in {what}:\n{text}");
        let hex: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for joined in [hex.join(" "), hex.join("")] {
            assert!(
                !text.contains(&joined),
                "{secret} shows in hex in {what}:\n{text}"
            );
        }
    }
}

/// The screen, what it is called, and what was copied.
fn assert_shows_nothing(desk: &mut Desk) {
    desk.wait(Duration::from_millis(300));
    assert_hidden("the screen", &desk.screen());
    assert_hidden("the title", &view::title(&desk.model));
    for effect in &desk.asked {
        if let Effect::Copy(text) = effect {
            assert_hidden("a copy", &process::mask(text.as_str()));
        }
    }
}

fn planting(data: Vec<u8>, key: &str, number: u32) -> Record {
    Record {
        body: Body::blob(key, bytes::Bytes::from(data)),
        ..fixtures::blob(2, number, b"")
    }
}

/// Goes through a tail of such records: the list, the inspector, its dump, narrow and wide, a search, the help.
fn walk_through_tail(desk: &mut Desk, records: Vec<Record>) {
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, records);
    assert_shows_nothing(desk);
    for key in [
        "enter", "x", "pgdn", "x", "tab", "l", "l", "j", "k", "y", "?", "esc", "D", "esc",
    ] {
        desk.keys(&[key]);
        desk.scan();
        desk.inspect();
        assert_shows_nothing(desk);
    }
}

/// Something to plant, in one of the ways in which it comes.
fn secret() -> impl Strategy<Value = String> {
    let one = prop::sample::select(vec![
        ACCOUNTS[0],
        ACCOUNTS[1],
        UNKNOWN,
        UNKNOWN,
        KEY,
        NAMES[0],
        NAMES[1],
        PATTERN,
    ]);
    let arn = prop::sample::select(ACCOUNTS.to_vec())
        .prop_map(|account| format!("arn:aws:iam::{account}:user/{}", NAMES[1]));
    let parted = Just("1234-5678-9012".to_owned());
    prop_oneof![one.prop_map(str::to_owned), arn, parted]
}

fn around() -> impl Strategy<Value = String> {
    prop_oneof![
        // Without a blank, so that a line ends anywhere.
        3 => "x{0,140}",
        1 => "[a-z \"東é]{0,60}",
        1 => "[^0-9\\x00-\\x1f\"\\\\]{0,90}",
        1 => "(x|y ){0,70}",
    ]
}

/// Payloads of several kinds that say a text somewhere.
fn payload(kind: usize, before: &str, secret: &str, after: &str) -> Vec<u8> {
    let text = format!("{before}{secret}{after}");
    match kind {
        0 => text.into_bytes(),
        1 => serde_json::json!({ "a": before, "deep": {"b": [text]}, text.clone(): 1 })
            .to_string()
            .into_bytes(),
        2 => [&[0, 1, 0xfe, 0xff][..], text.as_bytes(), &[0xff]].concat(),
        3 => serde_json::to_vec_pretty(&serde_json::json!({ "n": [1, {"m": text}] })).unwrap(),
        _ => {
            use std::io::Write as _;
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            gzip.finish().unwrap()
        }
    }
}

const SIZES: [(u16, u16); 5] = [(140, 45), (80, 24), (61, 19), (40, 12), (23, 9)];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_planted_in_a_payload_shows(
        size in prop::sample::select(SIZES.to_vec()),
        kind in 0_usize..5,
        before in around(),
        secret in secret(),
        after in around(),
    ) {
        redact();
        let mut desk = Desk::filled(size.0, size.1);
        let record = planting(payload(kind, &before, &secret, &after), &secret, 1);
        walk_through_tail(&mut desk, vec![record]);
    }

    #[test]
    fn nothing_that_is_typed_or_told_shows(
        size in prop::sample::select(SIZES.to_vec()),
        before in "[a-z ]{0,50}",
        secret in secret(),
        after in "[a-z ]{0,30}",
        back in 0_usize..16,
    ) {
        redact();
        let mut desk = Desk::filled(size.0, size.1);
        let text = format!("{before}{secret}{after}");
        desk.keys(&["/"]);
        desk.send(kinescope::message::Message::Pasted(text.clone()));
        for _ in 0..back {
            assert_shows_nothing(&mut desk);
            desk.keys(&["left"]);
        }
        desk.keys(&["enter"]);
        assert_shows_nothing(&mut desk);
        let now = desk.now.mono;
        desk.model.notify(now, text, true);
        assert_shows_nothing(&mut desk);
    }
}

#[test]
fn an_account_is_masked_wherever_a_line_ends() {
    redact();
    for (width, height) in [(80, 24), (40, 12)] {
        for column in 0..width + 20 {
            let mut desk = Desk::filled(width, height);
            let text = format!("{}{UNKNOWN}yy", "x".repeat(usize::from(column)));
            let ticket = desk.begin_tail();
            desk.tail_brings(ticket, vec![planting(text.into_bytes(), "k", 1)]);
            assert_shows_nothing(&mut desk);
            desk.keys(&["enter"]);
            desk.inspect();
            assert_shows_nothing(&mut desk);
        }
    }
}

#[test]
fn no_pane_of_the_shop_shows_an_account() {
    redact();
    for (width, height) in SIZES {
        let mut desk = Desk::writing(width, height);
        for section in ["1", "2", "3", "4"] {
            desk.keys(&[section]);
            desk.answer_all();
            assert_shows_nothing(&mut desk);
            for key in ["enter", "j", "pgdn", "tab", "y", "esc", "esc", "?", "esc"] {
                desk.keys(&[key]);
                desk.answer_all();
                assert_shows_nothing(&mut desk);
            }
        }
        desk.keys(&["2"]);
        desk.answer_all();
        let ticket = desk.begin_tail();
        desk.tail_brings(ticket, vec![fixtures::change(Event::Modify, 1)]);
        desk.keys(&["enter"]);
        desk.inspect();
        assert_shows_nothing(&mut desk);
    }
}

#[test]
fn a_record_that_is_edited_shows_nothing_and_is_sent_as_it_is() {
    redact();
    let mut desk = Desk::writing(100, 30);
    desk.keys(&["3"]);
    desk.answer_all();
    desk.keys(&["i"]);
    desk.type_text("cust-0031");
    desk.keys(&["enter"]);
    desk.answer_all();
    desk.keys(&["e"]);
    desk.answer_all();
    desk.keys(&["j", "j", "j", "enter", "ctrl-u"]);
    for character in "of 123456789012 and 999988887777".chars() {
        desk.type_text(&character.to_string());
        assert_shows_nothing(&mut desk);
        assert!(!desk.screen().contains("999988"), "{}", desk.screen());
    }
    desk.keys(&["enter", "ctrl-s"]);
    desk.answer_all();
    assert_shows_nothing(&mut desk);
    desk.keys(&["ctrl-s"]);
    let written = format!("{:?}", desk.asked);
    assert!(written.contains("of 123456789012 and 999988887777"), "{written}");
}

#[test]
fn ones_own_editor_is_not_opened_and_a_file_is_told_to_be_bare() {
    redact();
    let mut desk = Desk::writing(100, 30);
    desk.model.settings.redacts = true;
    desk.keys(&["3"]);
    desk.answer_all();
    desk.keys(&["i"]);
    desk.type_text("cust-0031");
    desk.keys(&["enter"]);
    desk.answer_all();
    desk.keys(&["e"]);
    desk.answer_all();
    desk.keys(&["E"]);
    assert!(
        !desk
            .asked
            .iter()
            .any(|effect| matches!(effect, Effect::EditOutside(_)))
    );
    assert!(desk.screen().contains("your own editor would show"));
}
