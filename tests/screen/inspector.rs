//! A record read closely, told as stories: going about in it, looking for words, bytes, what a change changed.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kinescope::message::Message;
use kinescope::model::{Document, Inspector, Sight};
use kinescope::resource::{Aggregate, Attribute, Body, Change, Event, Item, Record};
use ratatui::style::Modifier;

use super::desk::Desk;
use super::fixtures::{blob, change};
use super::gallery::{Scene, scene};

const ORDER: &[u8] = br#"{"order_id":"o-19b0","total":212.40,"gift":false,"items":[{"sku":"sku-earl-grey","qty":2},{"sku":"sku-oat-milk","qty":1}],"note":"Leave it with the neighbours at number eleven, and ring twice: the bell is not what it was once."}"#;

/// A tail that has brought one record, open in the inspector, which has the focus.
fn inspecting(size: (u16, u16), record: Record) -> Desk {
    let mut desk = Desk::filled(size.0, size.1);
    if matches!(record.body, Body::Change(_)) {
        desk.keys(&["2"]);
        desk.answer_all();
    }
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![record]);
    desk.keys(&["enter", "tab"]);
    desk.inspect();
    desk
}

fn press(desk: &mut Desk, keys: &[&str]) {
    for key in keys {
        desk.keys(&[key]);
        desk.inspect();
    }
}

fn inspector(desk: &Desk) -> &Inspector {
    desk.model.tail.as_ref().unwrap().inspector().unwrap()
}

/// The line with the cursor, and what it folds.
fn cursor(desk: &Desk) -> (String, Option<bool>) {
    let inspector = inspector(desk);
    let line = inspector.tree().unwrap().line(inspector.cursor).unwrap();
    (format!("{}{}", line.name, line.text), line.folded)
}

/// A cart of which much has changed.
fn modified() -> Record {
    let s = |text: &str| Attribute::S(text.to_owned());
    let n = |digits: &str| Attribute::N(digits.to_owned());
    let set = |texts: &[&str]| Attribute::Ss(texts.iter().map(ToString::to_string).collect());
    let line = |sku: &str, qty: &str| Attribute::M(item(&[("sku", s(sku)), ("qty", n(qty))]));
    let old = item(&[
        ("cart_id", s("cart-0001")),
        ("coupon", s("SPRING")),
        ("currency", s("EUR")),
        (
            "lines",
            Attribute::L(vec![line("sku-earl-grey", "1"), line("sku-oat-milk", "1")]),
        ),
        ("signature", Attribute::B(Bytes::from_static(b"{\"k\":1}"))),
        ("tags", set(&["a", "b"])),
        ("total", n("12.50")),
    ]);
    let new = item(&[
        ("cart_id", s("cart-0001")),
        ("currency", s("EUR")),
        ("gift", Attribute::Bool(true)),
        (
            "lines",
            Attribute::L(vec![line("sku-earl-grey", "2"), line("sku-oat-milk", "1")]),
        ),
        ("signature", Attribute::B(Bytes::from_static(b"{\"k\":1}"))),
        ("tags", set(&["a", "c"])),
        ("total", n("12345678901234567890123456789012345678")),
    ]);
    let it = Change {
        event: Event::Modify,
        keys: item(&[("cart_id", s("cart-0001"))]),
        old: Some(old),
        new: Some(new),
        identity: None,
        size: Some(312),
    };
    Record {
        body: Body::Change(Box::new(it)),
        ..change(Event::Modify, 1)
    }
}

fn item(members: &[(&str, Attribute)]) -> Item {
    members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// A record read closely.
pub(super) const SCENES: [Scene; 4] = [
    scene(
        "inspector",
        |width, height| inspecting((width, height), blob(1, 0, ORDER)),
        |desk| {
            press(desk, &["j", "j", "j", "j", "h"]);
        },
    ),
    scene(
        "inspector-bytes",
        |width, height| inspecting((width, height), blob(1, 0, ORDER)),
        |desk| {
            press(desk, &["j", "j", "j", "j", "h", "x"]);
        },
    ),
    scene(
        "inspector-change",
        |width, height| inspecting((width, height), modified()),
        |_| {},
    ),
    scene(
        "inspector-search",
        |width, height| inspecting((width, height), blob(1, 0, ORDER)),
        |desk| {
            press(desk, &["/"]);
            desk.type_text("sku");
            press(desk, &["enter"]);
        },
    ),
];

#[test]
fn keys_fold_and_unfold_and_lead_inside_and_outside() {
    let mut desk = inspecting((80, 24), blob(1, 0, ORDER));
    press(&mut desk, &["j", "j", "j", "j"]);
    assert_eq!(cursor(&desk), ("items[2]".to_owned(), Some(false)));
    press(&mut desk, &["h"]);
    assert_eq!(cursor(&desk).1, Some(true));
    press(&mut desk, &["l", "l"]);
    assert_eq!(cursor(&desk).0, "0{2}");
    press(&mut desk, &["space", "h"]);
    assert_eq!(cursor(&desk).0, "items[2]");
    press(&mut desk, &["enter"]);
    assert_eq!(cursor(&desk).1, Some(true));
    press(&mut desk, &["G"]);
    assert!(cursor(&desk).0.starts_with("arrived"));
    press(&mut desk, &["z", "g"]);
    assert_eq!(cursor(&desk), ("{5}".to_owned(), Some(false)));
    press(&mut desk, &["z", "pgdn"]);
    assert_eq!(inspector(&desk).tree().unwrap().lines(), 20);
    assert_eq!(inspector(&desk).cursor, 8);
}

#[test]
fn whoever_goes_into_a_record_keeps_it() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 0, b"{\"mine\":0}")]);
    desk.keys(&["enter", "tab"]);
    desk.tail_brings(ticket, vec![blob(1, 1, b"{\"next\":1}")]);
    let screen = desk.screen();
    assert!(
        screen.contains("mine  0") && screen.contains("paused · 1 newer"),
        "{screen}"
    );
}

#[test]
fn words_are_found_marked_and_counted() {
    let mut desk = inspecting((80, 24), blob(1, 0, ORDER));
    press(&mut desk, &["z", "/"]);
    desk.type_text("sku-");
    press(&mut desk, &["enter"]);
    assert_eq!(cursor(&desk).0, "sku\"sku-earl-grey\"");
    assert!(desk.screen().contains("1 of 2 /sku-"), "{}", desk.screen());
    let marked = |desk: &Desk| {
        let mut terminal = desk.draw();
        let cells = terminal.backend_mut().buffer().content.clone();
        let cells = cells
            .iter()
            .filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
        cells.map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    assert!(marked(&desk).starts_with("sku-"), "{}", marked(&desk));
    press(&mut desk, &["n"]);
    assert_eq!(cursor(&desk).0, "sku\"sku-oat-milk\"");
    press(&mut desk, &["n", "N"]);
    assert!(desk.screen().contains("2 of 2 /sku-"));
    press(&mut desk, &["esc"]);
    assert_eq!(
        marked(&desk),
        "",
        "esc forgets the search before it closes anything"
    );
    press(&mut desk, &["/"]);
    desk.type_text("absent");
    press(&mut desk, &["enter"]);
    assert!(desk.screen().contains("nothing in this record matches 'absent'"));
}

#[test]
fn a_search_goes_on_in_the_next_record() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(
        ticket,
        vec![blob(1, 0, b"{\"a\":[1,1]}"), blob(1, 1, b"{\"a\":1}")],
    );
    desk.keys(&["enter", "tab"]);
    desk.inspect();
    desk.keys(&["/"]);
    desk.type_text("^1$");
    press(&mut desk, &["enter"]);
    assert!(desk.screen().contains("1 of 1 /^1$"));
    press(&mut desk, &["tab", "k"]);
    assert!(desk.screen().contains("1 of 3 /^1$"), "{}", desk.screen());
}

#[test]
fn the_list_says_what_a_change_changed() {
    let desk = inspecting((140, 45), modified());
    let screen = desk.screen();
    assert!(
        screen.contains("MODIFY        \"cart-0001\"  − coupon, + gift"),
        "{screen}"
    );
    assert!(
        screen.contains("MODIFY · carts · \"cart-0001\" · 13:00:00"),
        "{screen}"
    );
}

#[test]
fn types_and_bytes_of_a_change_are_a_key_away() {
    let mut desk = inspecting((140, 45), modified());
    press(&mut desk, &["d"]);
    let screen = desk.screen();
    assert!(screen.contains("{\"BOOL\":true}"), "{screen}");
    assert!(
        screen.contains("{\"N\":\"12345678901234567890123456789012345678\"}"),
        "{screen}"
    );
    press(&mut desk, &["d", "z", "z", "x"]);
    assert!(desk.screen().contains("7b 22 6b 22"), "{}", desk.screen());
    let mut desk = inspecting((80, 24), change(Event::Modify, 0));
    press(&mut desk, &["x"]);
    assert!(desk.screen().contains("nothing in this change is binary"));
}

#[test]
fn a_deletion_by_the_service_is_told() {
    let desk = inspecting((80, 24), change(Event::Remove, 2));
    let screen = desk.screen();
    assert!(
        screen.contains("REMOVE by TTL · carts · \"cart-0002\""),
        "{screen}"
    );
    assert!(screen.contains("Service dynamodb.amazonaws.com"), "{screen}");
    assert!(screen.contains("−   total    12.50"), "{screen}");
}

#[test]
fn the_bytes_of_the_whole_aggregate_are_two_keys_away() {
    let mut record = blob(1, 0, b"own");
    if let Body::Blob { aggregate, .. } = &mut record.body {
        let whole = Bytes::from_static(b"\xf3\x89\x9a\xc2the whole");
        *aggregate = Some(Box::new(Aggregate {
            subsequence: 17,
            explicit_hash_key: None,
            whole,
        }));
    }
    let mut desk = inspecting((80, 24), record);
    assert!(desk.screen().contains("record · kpl › text"), "{}", desk.screen());
    assert!(desk.screen().contains("17 in an aggregate of 13 bytes"));
    press(&mut desk, &["x"]);
    assert!(desk.screen().contains("00000000  6f 77 6e"));
    press(&mut desk, &["x"]);
    let screen = desk.screen();
    assert!(screen.contains("hex of the whole aggregate · 13 B"), "{screen}");
    assert!(screen.contains("f3 89 9a c2"), "{screen}");
    press(&mut desk, &["x"]);
    assert!(desk.screen().contains("record · kpl › text"));
}

#[test]
fn a_change_in_ascii() {
    let desk = inspecting((80, 24), modified()).in_ascii();
    let screen = desk.screen();
    assert!(screen.is_ascii());
    assert!(
        screen.contains("~ v lines") && screen.contains("-   coupon"),
        "{screen}"
    );
}

/// A frame of thirty a second.
const FRAME: Duration = Duration::from_millis(33);

/// How long something takes, the quickest of many: whatever else the machine does only makes it slower.
#[expect(clippy::disallowed_methods, reason = "what a key takes is what is looked at")]
fn quickest(desk: &mut Desk, act: impl Fn(&mut Desk)) -> Duration {
    let times = (0..12).map(|_| {
        let begin = Instant::now();
        act(desk);
        begin.elapsed()
    });
    times.min().unwrap()
}

#[test]
fn two_hundred_thousand_values_fold_within_a_frame() {
    let row = format!("[{}]", vec!["7"; 2000].join(","));
    let data = format!("[{}]", vec![row; 100].join(","));
    let mut record = blob(1, 0, b"");
    record.body = Body::blob("k", data);
    let mut desk = inspecting((80, 24), record);
    assert_eq!(inspector(&desk).tree().unwrap().lines(), 1 + 100 + 7);
    press(&mut desk, &["z"]);
    assert_eq!(inspector(&desk).tree().unwrap().lines(), 1 + 100 + 200_000 + 7);
    press(&mut desk, &["j"]);
    let folding = quickest(&mut desk, |desk| desk.keys(&["enter"]));
    let drawing = quickest(&mut desk, |desk| drop(desk.draw()));
    assert!(
        folding < FRAME && drawing < FRAME,
        "{folding:?} to fold, {drawing:?} to draw"
    );
}

#[test]
fn ten_mebibytes_are_gone_through_within_a_frame() {
    let mut record = blob(1, 0, b"");
    record.body = Body::blob(
        "k",
        "a line of a log that says nothing of interest\n".repeat((10 << 20) / 46),
    );
    let mut desk = inspecting((80, 24), record);
    let there_and_back = quickest(&mut desk, |desk| desk.keys(&["G", "pgup", "g", "pgdn"]));
    let drawing = quickest(&mut desk, |desk| drop(desk.draw()));
    assert!(
        there_and_back < FRAME && drawing < FRAME,
        "{there_and_back:?}, {drawing:?} to draw"
    );
    desk.keys(&["/"]);
    desk.type_text("of interest");
    desk.keys(&["enter"]);
    assert!(
        desk.screen().contains("10,000+ /of interest"),
        "{}",
        desk.screen()
    );
}

#[test]
fn any_key_at_any_size_is_taken() {
    let mut desk = inspecting((80, 24), modified());
    for (width, height) in (1..50).flat_map(|n| [(n, 3), (20, n), (n * 3, n)]) {
        desk.send(Message::Resized(kinescope::model::Size { width, height }));
        desk.inspect();
        for key in ["j", "G", "k", "h", "l", "z", "d", "x", "pgup", "J", "K", "space"] {
            press(&mut desk, &[key]);
        }
        desk.screen();
    }
    let sight = Sight::default();
    assert!(Document::of(&modified(), sight).tree.lines() > 0);
}
