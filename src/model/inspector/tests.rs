//! Documents as a person sees them: lines that fold, and what is found in them.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::resource::{Aggregate, Attribute, Change, Event, Item};

fn record(data: impl Into<Bytes>) -> Record {
    Record {
        shard: "shardId-000000000002".into(),
        sequence: "4965".into(),
        arrived: Some("2026-03-02T14:02:11.204Z".parse().unwrap()),
        body: Body::blob("cust-0031", data),
    }
}

fn change(old: Option<Item>, new: Option<Item>, event: Event) -> Record {
    let change = Change {
        event,
        keys: item([("id", s("c-7"))]),
        old,
        new,
        identity: None,
        size: Some(64),
    };
    Record {
        body: Body::Change(Box::new(change)),
        ..record("")
    }
}

fn s(text: &str) -> Attribute {
    Attribute::S(text.to_owned())
}

fn n(digits: &str) -> Attribute {
    Attribute::N(digits.to_owned())
}

fn item<const N: usize>(members: [(&str, Attribute); N]) -> Item {
    members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

fn sight(columns: usize) -> Sight {
    Sight {
        columns,
        ..Sight::default()
    }
}

fn tree(record: &Record, sight: Sight) -> Tree {
    Document::of(record, sight).tree
}

/// A line as the screen has it, without its colours.
fn drawn(line: &Line<'_>) -> String {
    let plain = line.node.kind.is_plain() || line.node.kind == Kind::Piece;
    let sign = match line.node.sign.filter(|_| !plain) {
        Some(Sign::Added) => "+ ",
        Some(Sign::Removed) => "− ",
        Some(Sign::Changed) => "~ ",
        Some(Sign::Same) => "= ",
        None => "",
    };
    let marker = match line.folded {
        Some(true) => "▸ ",
        Some(false) => "▾ ",
        None if plain => "",
        None => "  ",
    };
    let levels = if plain {
        0
    } else {
        usize::from(line.node.depth) * INDENT
    };
    let before = format!("{sign}{}{marker}{}", " ".repeat(levels), line.name);
    let cut = if line.cut { "…" } else { "" };
    let column = usize::from(line.node.column);
    format!("{before:<column$}{}{cut}", line.text)
        .trim_end()
        .to_owned()
}

fn lines(tree: &Tree) -> Vec<String> {
    (0..tree.lines())
        .map(|place| drawn(&tree.line(place).unwrap()))
        .collect()
}

fn content(record: &Record, sight: Sight) -> Vec<String> {
    let lines = lines(&tree(record, sight));
    let end = lines.iter().position(String::is_empty).unwrap();
    lines[..end].to_vec()
}

#[test]
fn json_is_a_tree_with_its_values_below_each_other() {
    let order = record(r#"{"order_id":"o-19b0","total":212.40,"items":[{"sku":"tea"},null],"open":{}}"#);
    assert_eq!(
        lines(&tree(&order, sight(60))),
        [
            "▾ {4}",
            "    order_id  \"o-19b0\"",
            "    total     212.40",
            "  ▾ items     [2]",
            "    ▾ 0  {1}",
            "        sku  \"tea\"",
            "      1  null",
            "    open      {}",
            "",
            "partition key  cust-0031",
            "hash key       166933356855061541225066957331682482378",
            "shard          shardId-000000000002",
            "sequence       4965",
            "size           75 bytes",
            "arrived        2026-03-02T14:02:11.204Z",
        ]
    );
}

#[test]
fn a_long_string_takes_as_many_lines_as_it_needs_and_folds_into_one() {
    let mut tree = tree(&record(r#"{"text":"0123456789abcdefghij"}"#), sight(20));
    let whole = [
        "▾ {1}",
        "  ▾ text  \"012345678",
        "          9abcdefghi",
        "          j\"",
    ];
    assert_eq!(lines(&tree)[..4], whole);
    assert_eq!(tree.toggle(3), 1, "a further line folds what it is a part of");
    assert_eq!(lines(&tree)[..2], ["▾ {1}", "  ▸ text  \"012345678…"]);
    tree.toggle(1);
    assert_eq!(lines(&tree)[..4], whole);
}

#[test]
fn text_is_shown_line_by_line_and_defused() {
    let hostile = record(&b"a\x1b]52;c;aGk=\x07\nb"[..]);
    assert_eq!(content(&hostile, sight(80)), ["a␛]52;c;aGk=␇", "b"]);
    assert_eq!(content(&record("日本語 abc"), sight(8)), ["日本語 a", "bc"]);
    assert_eq!(content(&record(""), sight(8)), ["(empty)"]);
}

#[test]
fn a_changed_item_is_told_attribute_by_attribute() {
    let set = |texts: [&str; 2]| Attribute::Ss(texts.map(str::to_owned).to_vec());
    let old = item([
        ("Draft", Attribute::Bool(true)),
        ("Replies", n("3")),
        ("Tags", set(["a", "b"])),
        ("Title", s("t")),
        ("Views", n("1")),
        (
            "Address",
            Attribute::M(item([("city", s("Rome")), ("zip", n("1"))])),
        ),
    ]);
    let new = item([
        ("LastPostedBy", s("zoe")),
        ("Replies", n("4")),
        ("Tags", set(["a", "c"])),
        ("Title", s("t")),
        ("Views", n("1")),
        (
            "Address",
            Attribute::M(item([("city", s("Oslo")), ("zip", n("1"))])),
        ),
    ]);
    let record = change(Some(old), Some(new), Event::Modify);
    assert_eq!(
        content(&record, sight(90)),
        [
            "~ ▾ Address       {…}",
            "~     city  \"Rome\"  →  \"Oslo\"",
            "=   ▸ 1 attribute unchanged",
            "−   Draft         true",
            "+   LastPostedBy                 \"zoe\"",
            "~   Replies       3           →  4",
            "~   Tags          {\"a\", \"b\"}  →  {\"a\", \"c\"}     + \"c\"   − \"b\"",
            "= ▸ 2 attributes unchanged",
        ]
    );
    let mut tree = tree(&record, sight(90));
    tree.unfold(7);
    assert_eq!(lines(&tree)[8..10], ["=     Title  \"t\"", "=     Views  1"]);
}

#[test]
fn what_is_too_wide_stands_below_each_other() {
    let image = |digits: &str, tags: &[&str]| {
        let tags = tags.iter().map(ToString::to_string).collect();
        Some(item([("n", n(digits)), ("tags", Attribute::Ss(tags))]))
    };
    let digits = "12345678901234567890123456789012345678";
    let old = image(digits, &["a longer element", "another one", "kept"]);
    let record = change(old, image("1", &["kept"]), Event::Modify);
    assert_eq!(
        content(&record, sight(40)),
        [
            "~ ▾ n",
            "−   ▾ 1234567890123456789012345678901234",
            "      5678",
            "+     1",
            "~ ▾ tags  set",
            "−     \"a longer element\"",
            "−     \"another one\"",
            "=   ▸ 1 element unchanged",
        ]
    );
}

#[test]
fn values_keep_their_types_and_all_their_digits() {
    let digits = "12345678901234567890123456789012345678";
    let image = item([
        ("b", Attribute::B(Bytes::from_static(&[0, 255]))),
        ("list", Attribute::L(vec![Attribute::Null])),
        ("n", n(digits)),
        ("ns", Attribute::Ns(vec!["1".to_owned(), "2.50".to_owned()])),
    ]);
    let record = change(None, Some(image), Event::Insert);
    assert_eq!(
        content(&record, sight(80)),
        [
            "+   b     0x00ff".to_owned(),
            "+ ▾ list  [1]".to_owned(),
            "+     0  null".to_owned(),
            format!("+   n     {digits}"),
            "+   ns    {1, 2.50}".to_owned(),
        ]
    );
    let typed = Sight {
        typed: true,
        ..sight(80)
    };
    assert_eq!(
        content(&record, typed),
        [
            "+   b     {\"B\":\"AP8=\"}".to_owned(),
            "+ ▾ list  {\"L\":[1]}".to_owned(),
            "+     0  {\"NULL\":true}".to_owned(),
            format!("+   n     {{\"N\":\"{digits}\"}}"),
            "+ ▾ ns    {\"NS\":[2]}".to_owned(),
            "+     1".to_owned(),
            "+     2.50".to_owned(),
        ]
    );
}

#[test]
fn bytes_in_an_item_are_read_like_any_and_their_dump_is_a_key_away() {
    let image = item([("b", Attribute::B(Bytes::from_static(b"{\"a\":1}")))]);
    let record = change(None, Some(image), Event::Insert);
    assert_eq!(
        content(&record, sight(80)),
        ["+ ▾ b  7 bytes · json", "+   ▾ {1}", "+       a  1"]
    );
    let mut inspector = Inspector::new(0, Arc::new(record.clone()));
    inspector.turn_to_bytes();
    let lines = content(&record, inspector.sight_in(80));
    assert!(
        lines[1].starts_with("+     00000000  7b 22 61 22  3a 31 7d"),
        "{lines:?}"
    );
}

#[test]
fn an_image_that_is_not_in_the_stream_is_told() {
    let image = || Some(item([("id", s("c-7")), ("n", n("1"))]));
    let first = |record: &Record| content(record, sight(100))[0].clone();
    let cases = [
        (change(None, None, Event::Modify), "(KEYS_ONLY)"),
        (change(None, None, Event::Insert), "(KEYS_ONLY, or OLD_IMAGE)"),
        (change(None, None, Event::Remove), "(KEYS_ONLY or NEW_IMAGE)"),
        (change(None, image(), Event::Modify), "(NEW_IMAGE)"),
        (change(image(), None, Event::Modify), "(OLD_IMAGE)"),
    ];
    for (record, view) in cases {
        assert!(first(&record).ends_with(view), "{}", first(&record));
    }
    assert_eq!(
        content(&change(image(), None, Event::Remove), sight(80))[0],
        "−   id  \"c-7\""
    );
    assert_eq!(
        content(&change(image(), image(), Event::Modify), sight(80)),
        ["= ▸ 2 attributes unchanged"]
    );
}

#[test]
fn bytes_of_a_record_and_of_its_aggregate_are_a_key_away() {
    let mut record = record("own");
    if let Body::Blob { aggregate, .. } = &mut record.body {
        *aggregate = Some(Box::new(Aggregate {
            subsequence: 3,
            explicit_hash_key: Some("17".into()),
            whole: Bytes::from_static(b"the whole"),
        }));
    }
    let mut inspector = Inspector::new(0, Arc::new(record.clone()));
    inspector.take(Document::of(&record, sight(60)));
    assert_eq!(inspector.dump(), None);
    for bytes in [Some("own"), Some("the whole"), None] {
        inspector.turn_to_bytes();
        assert_eq!(inspector.dump().map(|it| &it[..]), bytes.map(str::as_bytes));
    }
    let lines = lines(inspector.tree().unwrap());
    assert!(
        lines.contains(&"subsequence        3 in an aggregate of 9 bytes".to_owned()),
        "{lines:?}"
    );
    assert!(lines.contains(&"explicit hash key  17".to_owned()));
    assert_eq!(inspector.document.value().unwrap().path, "kpl › text");
}

#[test]
fn bytes_stand_beside_what_they_say_where_there_is_room() {
    let record = record("0123456789abcdef");
    let mut inspector = Inspector::new(0, Arc::new(record.clone()));
    inspector.turn_to_bytes();
    assert_eq!(inspector.sight_in(76).columns, 76 - 44 - BETWEEN);
    inspector.take(Document::of(&record, inspector.sight_in(76)));
    assert_eq!(
        inspector.dump_line(1, 76).unwrap(),
        "00000008  38 39 61 62  63 64 65 66  89abcdef"
    );
    assert_eq!(inspector.place(1, 76), Some(1));
    assert_eq!((inspector.place(1, 60), inspector.place(2, 60)), (None, Some(0)));
}

#[test]
fn another_width_leaves_folded_what_was() {
    let record = record(r#"{"a":{"b":1},"text":"0123456789abcdefghij"}"#);
    let mut inspector = Inspector::new(0, Arc::new(record.clone()));
    inspector.take(Document::of(&record, sight(60)));
    let document = inspector.document.value_mut().unwrap();
    inspector.cursor = document.tree.fold(1);
    inspector.cursor += 1;
    inspector.take(Document::of(&record, sight(20)));
    let tree = inspector.tree().unwrap();
    assert_eq!(lines(tree)[1], "  ▸ a     {1}");
    assert_eq!(tree.line(inspector.cursor).unwrap().name, "text");
}

#[test]
fn what_is_found_is_unfolded_counted_and_gone_to_in_turn() {
    let record =
        record(r#"{"a":{"deep":["Needle"]},"b":"needle and needle","c":"0123456789012345678901needle"}"#);
    let mut tree = tree(&record, sight(30));
    tree.toggle_all(0);
    let mut search = Search::new("needle");
    search.run(&mut tree);
    assert_eq!(search.count(), 4);
    let at = |tree: &Tree, place: Option<usize>| drawn(&tree.line(place.unwrap()).unwrap());
    let place = search.first(&tree, 0);
    assert_eq!(at(&tree, place), "        0  \"Needle\"");
    let mut seen = vec![];
    for _ in 0..4 {
        let place = search.step(&tree, true);
        seen.push(at(&tree, place));
    }
    assert_eq!(seen[0], "    b  \"needle and needle\"");
    assert_eq!(seen[1], seen[0]);
    assert_eq!(seen[2], "       needle\"");
    assert_eq!(seen[3], "        0  \"Needle\"");
    let place = search.step(&tree, false).unwrap();
    let [_, marks] = search.marks(&tree.line(place).unwrap());
    assert_eq!(marks, [Mark { start: 0, end: 6 }]);
    let count = |text: &str, tree: &mut Tree| {
        let mut search = Search::new(text);
        search.run(tree);
        search.count()
    };
    assert_eq!(
        count("Needle", &mut tree),
        1,
        "capitals count where there are any"
    );
    assert_eq!(count("[", &mut tree), 1, "what is no expression is just words");
}

fn documents() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<i32>().prop_map(|it| json!(it)),
        any::<String>().prop_map(|it| json!(it)),
        "[a-z ]{20,60}".prop_map(|it| json!(it)),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(|it| json!(it)),
        ]
    })
}

proptest! {
    #[test]
    fn folding_all_and_unfolding_all_restores(value in documents(), columns in 1usize..60) {
        let mut tree = tree(&record(json!([value]).to_string()), sight(columns));
        while tree.lines() < tree.nodes.len() {
            tree.toggle_all(0);
        }
        let whole = lines(&tree);
        tree.toggle_all(0);
        prop_assert!(tree.lines() <= whole.len());
        if tree.lines() < whole.len() {
            tree.toggle_all(0);
        }
        prop_assert_eq!(lines(&tree), whole);
    }

    #[test]
    fn every_node_is_reached_by_going_down_and_unfolding(value in documents(), columns in 1usize..60) {
        let mut tree = tree(&record(json!([value]).to_string()), sight(columns));
        tree.toggle_all(0);
        let (mut place, mut seen) = (0, Vec::new());
        while let Some(number) = tree.number(place) {
            seen.push(number);
            let folded = tree.line(place).unwrap().folded;
            if folded == Some(true) {
                prop_assert_eq!(tree.unfold(place), place);
            }
            place += 1;
        }
        prop_assert_eq!(seen, (0..tree.nodes.len()).collect::<Vec<_>>());
    }

    #[test]
    fn folding_leads_from_anywhere_to_the_outside(value in documents(), from in any::<prop::sample::Index>()) {
        let mut tree = tree(&record(json!([value]).to_string()), sight(40));
        let mut place = from.index(tree.lines());
        for _ in 0..=tree.nodes.len() {
            place = tree.fold(place);
            prop_assert!(place < tree.lines());
        }
        prop_assert_eq!(tree.line(place).unwrap().node.depth, 0);
    }

    #[test]
    fn no_name_and_no_value_comes_through_unsafe(text in any::<String>(), name in any::<String>(), columns in 1usize..60) {
        let json = record(json!({ name.as_str(): text.as_str() }).to_string());
        let blob = record(text.clone());
        let was = item([(&name, s(&text)), ("set", Attribute::Ss(vec![text.clone()]))]);
        let is = item([(&name, s(&name)), ("set", Attribute::Ss(vec![name.clone(), text]))]);
        let change = change(Some(was), Some(is), Event::Other(name));
        for record in [json, blob, change] {
            for typed in [false, true] {
                let tree = tree(&record, Sight { typed, ..sight(columns) });
                prop_assert_eq!(crate::sanitize::line(&tree.text), tree.text.as_str());
            }
        }
    }
}

#[test]
fn events_of_a_log_are_lines_with_their_times() {
    let logs = &include_bytes!("../../../tests/fixtures/decode/cloudwatch-logs.bin")[..];
    let document = Document::of(&record(logs), sight(100));
    assert_eq!(document.path, "gzip › cloudwatch-logs");
    let shown = lines(&document.tree);
    for line in [
        "/aws/lambda/checkout",
        "2026-03-02T14:02:11.204Z  START RequestId: 8f507cfc Version: $LATEST",
        "  File \"app.py\", line 3",
    ] {
        assert!(
            shown.iter().any(|it| it.contains(line)),
            "{line} is not in {shown:#?}"
        );
    }
}

#[test]
fn a_change_that_came_through_kinesis_is_shown_like_one_of_a_table() {
    let change = &include_bytes!("../../../tests/fixtures/decode/dynamodb-ttl.bin")[..];
    let shown = lines(&tree(&record(change), sight(100))).join("\n");
    for line in [
        "carts",
        "2026-03-02T14:02:11.204567Z",
        "by Service dynamodb.amazonaws.com: its time to live had run out",
        "12345678901234567890123456789012345678",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
}

#[test]
fn what_did_not_open_is_told_first_and_its_bytes_are_there() {
    let forged = &include_bytes!("../../../tests/fixtures/decode/kpl-forged.bin")[..];
    let document = Document::of(&record(forged), sight(100));
    assert_eq!(lines(&document.tree)[0], "! no kpl: its MD5 does not match");
    assert_eq!(document.unread.as_deref(), Some(forged));
    let mut inspector = Inspector::new(0, Arc::new(record(forged)));
    inspector.document = Remote::Ready(document);
    assert_eq!(
        (inspector.place(0, 100), inspector.dump_line(0, 100)),
        (Some(0), None)
    );
    assert!(inspector.dump_line(1, 100).unwrap().starts_with("00000000"));
    let last = inspector.lines(100) - 1;
    let rest: Vec<_> = (1..=last).filter_map(|line| inspector.place(line, 100)).collect();
    assert!(rest.iter().copied().eq(1..inspector.tree().unwrap().lines()));
}

#[test]
fn a_dump_is_of_what_is_inside_unless_bytes_are_asked_for() {
    let stored = &include_bytes!("../../../tests/fixtures/decode/lz4-stored.bin")[..];
    let mut inspector = Inspector::new(0, Arc::new(record(stored)));
    inspector.document = Remote::Ready(Document::of(&inspector.record, sight(100)));
    assert!(
        inspector
            .dump_line(0, 100)
            .unwrap()
            .starts_with("00000000  00 01 02 03")
    );
    inspector.reading = Reading::Bytes;
    assert!(
        inspector
            .dump_line(0, 100)
            .unwrap()
            .starts_with("00000000  04 22 4d 18")
    );
}

#[test]
fn hostile_logs_and_changes_are_defused() {
    for hostile in [
        &br#"{"messageType":"DATA_MESSAGE","logGroup":"\u001b[2J","logEvents":[{"message":"\u009b2J\u202e"}]}"#[..],
        br#"{"eventSource":"aws:dynamodb","eventName":"\u001b[2J","tableName":"\u202e","dynamodb":{"Keys":{"\u009b":{"N":"\u001b"}}}}"#,
    ] {
        let document = Document::of(&record(hostile), sight(200));
        assert_ne!(document.path, "json");
        for line in lines(&document.tree) {
            assert_eq!(crate::sanitize::line(&line), line);
        }
    }
}
