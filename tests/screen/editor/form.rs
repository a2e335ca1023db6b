//! What is changed in the form, in the person's own editor, and how it is stored.

use kinescope::resource::RecordChange;
use unicode_width::UnicodeWidthStr;

use super::*;

#[test]
fn a_value_is_checked_as_it_is_typed_and_stays_until_it_is_right() {
    let mut desk = at_editor();
    go(&mut desk, ORDERS);
    desk.keys(&["enter", "ctrl-u"]);
    desk.type_text("12x");
    let wrong = "an Integral is digits with or without a minus sign, such as -42";
    shows(&desk, &[wrong]);
    desk.keys(&["enter"]);
    shows(&desk, &[wrong]);
    assert!(last_kept(&desk).is_none());
    desk.keys(&["backspace"]);
    assert!(!desk.screen().contains("an Integral is digits"));
    desk.keys(&["enter"]);
    shows(&desk, &["~ orders_30d", "→ 12", "1 unsaved", "moves forward"]);
    assert_eq!(value(&desk, "orders_30d"), Some(&one("12")));
    assert!(last_kept(&desk).is_some());
    desk.keys(&["u"]);
    shows(&desk, &["as stored"]);
    assert!(is_dropped(&desk));
}

#[test]
fn escape_leaves_the_value_as_it_was() {
    let mut desk = at_editor();
    go(&mut desk, ORDERS);
    desk.keys(&["enter"]);
    desk.type_text("q1?");
    desk.keys(&["esc"]);
    shows(
        &desk,
        &["esc again gives up what is typed", "9223372036854775807q1?"],
    );
    // Who types on has to be asked again.
    desk.keys(&["backspace"]);
    assert!(!desk.screen().contains("esc again"), "{}", desk.screen());
    desk.keys(&["esc"]);
    shows(&desk, &["esc again gives up what is typed"]);
    desk.keys(&["esc"]);
    shows(&desk, &["as stored", "9223372036854775807"]);
    assert!(!desk.screen().contains("q1"), "{}", desk.screen());
    desk.keys(&["enter", "esc"]);
    assert!(!desk.screen().contains("esc again"), "nothing was typed");
    assert!(!quits(&desk));
}

#[test]
fn absent_empty_and_removed_are_three_things() {
    let mut desk = at_editor();
    shows(&desk, &["· tier"]);
    go(&mut desk, TIER);
    shows(&desk, &["the record has no value for it"]);
    desk.keys(&["enter", "enter"]);
    assert_eq!(value(&desk, "tier"), None);
    shows(
        &desk,
        &["enter again makes it the empty text \"\"; esc leaves it absent"],
    );
    desk.keys(&["esc"]);
    assert_eq!(value(&desk, "tier"), None);
    desk.keys(&["enter", "enter", "enter"]);
    assert_eq!(value(&desk, "tier"), Some(&one("")));
    shows(&desk, &["+ tier", "\"\""]);
    desk.keys(&["d"]);
    assert_eq!(value(&desk, "tier"), None);
    go(&mut desk, ORDERS);
    desk.keys(&["d"]);
    assert_eq!(value(&desk, "orders_30d"), None);
    shows(&desk, &["− orders_30d", "→ absent"]);
    desk.keys(&["u"]);
    assert_eq!(value(&desk, "orders_30d"), Some(&one("9223372036854775807")));
}

#[test]
fn a_value_that_is_taken_as_it_was_changes_nothing() {
    let mut desk = at_editor();
    for row in EVENT_TIME..=TASTE {
        go(&mut desk, row);
        desk.keys(&["enter", "enter"]);
        if row == TIER {
            desk.keys(&["esc"]);
        }
    }
    shows(&desk, &["as stored"]);
    assert!(last_kept(&desk).is_none());
    let editor = desk.model.editor.as_ref().unwrap();
    let draft = editor.desk.as_ref().unwrap().form.draft();
    assert!(!draft.is_event_time_by_hand());
}

#[test]
fn a_pasted_value_is_taken_whole_or_refused_aloud() {
    let mut desk = at_editor();
    go(&mut desk, TIER);
    let pasted = format!("line1\nline2\ttab\u{202e}{}", "東".repeat(50_000));
    desk.keys(&["enter"]);
    desk.send(Message::Pasted(pasted.clone()));
    desk.keys(&["enter"]);
    assert_eq!(value(&desk, "tier"), Some(&one(&pasted)));
    desk.keys(&["enter", "ctrl-u"]);
    // As terminals paste line feeds.
    desk.send(Message::Pasted("a\rb".to_owned()));
    shows(&desk, &["› a␊b"]);
    desk.send(Message::Pasted("x".repeat(360_000)));
    shows(&desk, &["360003 bytes are too many"]);
    desk.keys(&["ctrl-u"]);
    desk.type_text("gold");
    desk.send(Message::Pasted("x".repeat(2_000_000)));
    shows(&desk, &["nothing was pasted", "› gold"]);
    desk.keys(&["enter"]);
    assert_eq!(value(&desk, "tier"), Some(&one("gold")));
}

#[test]
fn a_typed_line_is_cut_by_what_is_drawn_of_it() {
    let cursor_follows = |desk: &Desk, text: &str| {
        let mut terminal = desk.draw();
        let at = terminal.get_cursor_position().unwrap();
        let buffer = terminal.backend().buffer();
        let drawn = |x: u16| buffer[(x, at.y)].symbol().to_owned();
        let columns = u16::try_from(text.width()).unwrap();
        let before: String = (at.x - columns..at.x).map(drawn).collect();
        assert_eq!(before.replace(' ', ""), text, "{}", desk.screen());
    };
    for (pasted, end) in [
        ("東京".repeat(200), "東京東京"),
        ("\t\n".repeat(200), "␉␊␉␊"),
        ("\u{202e}x".repeat(200), "‹202E›x"),
        ("東\ta".to_owned(), "東␉a"),
    ] {
        let mut desk = at_editor();
        go(&mut desk, TIER);
        desk.keys(&["enter"]);
        desk.send(Message::Pasted(pasted));
        cursor_follows(&desk, end);
    }
}

#[test]
fn what_every_record_has_can_neither_go_nor_be_another() {
    let mut desk = at_editor();
    desk.keys(&["enter"]);
    shows(
        &desk,
        &["a record's identifier cannot be changed; c clones the record"],
    );
    for row in [0, EVENT_TIME] {
        go(&mut desk, row);
        desk.keys(&["d"]);
        shows(&desk, &["every record of this group has it"]);
    }
    shows(&desk, &["as stored"]);
}

#[test]
fn an_event_time_by_hand_has_the_form_of_its_group() {
    let mut desk = at_editor();
    go(&mut desk, EVENT_TIME);
    desk.keys(&["enter", "ctrl-u"]);
    desk.type_text("yesterday");
    shows(&desk, &["an event time of this group is"]);
    desk.keys(&["ctrl-u"]);
    desk.type_text("2026-11-20T10:00:00Z");
    desk.keys(&["enter", "ctrl-s"]);
    shows(
        &desk,
        &["not newer", "this goes to the offline store only, as history"],
    );
}

#[test]
fn a_vector_is_edited_in_place_and_keeps_its_digits() {
    let mut desk = at_editor();
    go(&mut desk, TASTE);
    desk.keys(&["enter"]);
    shows(&desk, &["[\"0.1\",\"1e308\"]"]);
    desk.keys(&["ctrl-u"]);
    desk.type_text("[1, 2");
    shows(&desk, &["a list is written as a JSON array"]);
    desk.type_text("]");
    shows(&desk, &["has 2 elements, and the vector's dimension is 8"]);
    desk.keys(&["ctrl-u"]);
    desk.type_text("[0.10, 1, 2, 3, 4, 5, 6, 7e0]");
    desk.keys(&["enter"]);
    let elements = ["0.10", "1", "2", "3", "4", "5", "6", "7e0"];
    let vector = FeatureValue::Many(elements.map(str::to_owned).to_vec());
    assert_eq!(value(&desk, "taste"), Some(&vector));
}

#[test]
fn an_outside_text_comes_back_into_the_form() {
    let mut desk = at_editor();
    desk.keys(&["E"]);
    let text = take_text(&mut desk).unwrap();
    assert!(text.contains("\"orders_30d\": 9223372036854775807"), "{text}");
    assert!(text.contains("// \"tier\": \"\", // String, absent"), "{text}");
    let text = text
        .replace("9223372036854775807", "7")
        .replace("// \"tier\": \"\"", "\"tier\": \"gold\"");
    desk.send(Message::Edited(Ok(text)));
    assert_eq!(value(&desk, "orders_30d"), Some(&one("7")));
    assert_eq!(value(&desk, "tier"), Some(&one("gold")));
    shows(&desk, &["2 unsaved"]);
    assert!(last_kept(&desk).is_some());
}

#[test]
fn an_outside_text_that_is_wrong_comes_back_with_the_reason_and_is_not_lost() {
    let mut desk = at_editor();
    desk.keys(&["E"]);
    let text = take_text(&mut desk).unwrap();
    desk.send(Message::Edited(Ok(text.replace("9223372036854775807", "seven"))));
    let wrong = take_text(&mut desk).unwrap();
    assert!(wrong.starts_with("//! line "), "{wrong}");
    let typed = wrong.replace("seven", "1.5");
    desk.send(Message::Edited(Ok(typed)));
    let wrong = take_text(&mut desk).unwrap();
    assert!(
        wrong.starts_with("//! line 10: orders_30d: an Integral is digits"),
        "{wrong}"
    );
    // Left as it is, given up by an editor that fails: it is there again.
    desk.send(Message::Edited(Ok(wrong.clone())));
    assert_eq!(take_text(&mut desk), None);
    shows(&desk, &["the text is not taken as it is, and kept", "as stored"]);
    for key in ["q", "esc"] {
        desk.keys(&[key]);
        shows(
            &desk,
            &["The text of your editor that was not taken is no part of a draft"],
        );
        desk.keys(&["esc"]);
    }
    desk.keys(&["E"]);
    assert_eq!(take_text(&mut desk).as_ref(), Some(&wrong));
    desk.send(Message::Edited(Err("'vim' ended with 1".to_owned())));
    shows(&desk, &["'vim' ended with 1"]);
    desk.keys(&["E"]);
    assert_eq!(take_text(&mut desk).as_ref(), Some(&wrong));
    desk.send(Message::Edited(Ok(wrong.replace("1.5", "15"))));
    assert_eq!(value(&desk, "orders_30d"), Some(&one("15")));
}

#[test]
fn a_program_that_always_gives_the_same_wrong_text_is_not_called_without_end() {
    let mut desk = at_editor();
    desk.keys(&["E"]);
    take_text(&mut desk).unwrap();
    desk.send(Message::Edited(Ok("nonsense".to_owned())));
    let wrong = take_text(&mut desk).unwrap();
    desk.send(Message::Edited(Ok("nonsense".to_owned())));
    assert_eq!(take_text(&mut desk), None);
    shows(&desk, &["the text is not taken as it is, and kept"]);
    desk.keys(&["E"]);
    assert_eq!(take_text(&mut desk), Some(wrong));
}

#[test]
fn a_text_that_could_not_be_taken_is_past_when_the_form_changes() {
    let with_wrong_text = || {
        let mut desk = at_editor();
        desk.keys(&["E"]);
        take_text(&mut desk).unwrap();
        desk.send(Message::Edited(Ok("nonsense".to_owned())));
        take_text(&mut desk).unwrap();
        desk.send(Message::Edited(Err("'vim' ended with 1".to_owned())));
        desk
    };
    let is_there = |desk: &mut Desk| {
        desk.keys(&["E"]);
        take_text(desk).unwrap().contains("nonsense")
    };
    let mut desk = with_wrong_text();
    set(&mut desk, ORDERS, "7");
    assert!(!is_there(&mut desk), "edited in the form");
    let mut desk = with_wrong_text();
    desk.keys(&["r"]);
    read(&mut desk, Ok(Some(theirs("tier", "gold"))));
    assert!(!is_there(&mut desk), "somebody else's write was read");
    let mut desk = with_wrong_text();
    desk.keys(&["r"]);
    read(&mut desk, Ok(stored()));
    assert!(is_there(&mut desk), "nothing is changed by it");
    let mut desk = with_wrong_text();
    desk.keys(&["o"]);
    assert!(is_there(&mut desk), "where it is stored is no part of the text");
}

#[test]
fn an_emptied_text_is_given_up() {
    let mut desk = at_editor();
    desk.keys(&["E"]);
    let text = take_text(&mut desk).unwrap();
    desk.send(Message::Edited(Ok("nonsense".to_owned())));
    take_text(&mut desk).unwrap();
    desk.send(Message::Edited(Ok(" \n".to_owned())));
    assert_eq!(take_text(&mut desk), None);
    shows(&desk, &["the text is empty", "as stored"]);
    desk.keys(&["E"]);
    assert_eq!(take_text(&mut desk), Some(text));
}

#[test]
fn a_failed_outside_editor_opens_the_form_as_it_is_the_next_time() {
    let mut desk = at_editor();
    desk.keys(&["E"]);
    take_text(&mut desk).unwrap();
    desk.send(Message::Edited(Err("there is no editor 'nosuch'".to_owned())));
    set(&mut desk, ORDERS, "7");
    desk.keys(&["E"]);
    assert!(take_text(&mut desk).unwrap().contains("\"orders_30d\": 7,"));
}

#[test]
fn life_and_stores_are_chosen_and_told() {
    let mut desk = at_editor();
    shows(
        &desk,
        &["online + offline · TTL 30 Days (group) until 2026-12-20"],
    );
    desk.keys(&["t"]);
    desk.type_text("soon");
    desk.keys(&["enter"]);
    shows(&desk, &["a time to live is a number of Seconds, Minutes"]);
    desk.keys(&["ctrl-u"]);
    desk.type_text("90 min");
    desk.keys(&["enter"]);
    shows(&desk, &["TTL 90 Minutes until 2026-11-20 14:30", "unsaved"]);
    desk.keys(&["o"]);
    shows(&desk, &["online only"]);
    desk.keys(&["o"]);
    shows(&desk, &["offline only"]);
    desk.keys(&["ctrl-s"]);
    shows(
        &desk,
        &[
            "only the offline store is written",
            "only OfflineStore",
            "TTL 90 Minutes",
        ],
    );
    desk.keys(&["esc", "o"]);
    shows(&desk, &["online + offline"]);
}

#[test]
fn features_are_found_by_name_and_by_value() {
    let mut desk = at_editor();
    desk.keys(&["/"]);
    desk.type_text("1E308");
    desk.keys(&["enter"]);
    shows(&desk, &["▌ taste"]);
    desk.keys(&["/"]);
    desk.type_text("tier");
    desk.keys(&["enter"]);
    shows(&desk, &["▌· tier"]);
    desk.keys(&["y"]);
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::Copy(_))));
}

#[test]
fn a_new_record_begins_with_its_identifier_and_gets_its_event_time() {
    let mut desk = at_records(80, 24);
    desk.keys(&["+"]);
    desk.type_text("nobody");
    desk.keys(&["enter"]);
    desk.answer_all();
    desk.keys(&["ctrl-s"]);
    shows(&desk, &["nothing is changed", "not stored yet"]);
    set(&mut desk, ORDERS, "1");
    shows(&desk, &["1 unsaved"]);
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(None));
    shows(
        &desk,
        &[
            "Put record",
            "+ orders_30d",
            "UpdateRecord needs a record that is there",
        ],
    );
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(None));
    let put = write(&mut desk, Ok(()));
    let RecordChange::Put { features, ttl } = &put.change else {
        panic!("{put:?}");
    };
    let wanted = [
        ("customer_id", "nobody"),
        ("orders_30d", "1"),
        ("event_time", "2026-11-20T12:00:00Z"),
    ];
    let mut seen: Vec<_> = features
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_string()))
        .collect();
    seen[2].1.replace_range(17.., "00Z");
    assert_eq!(seen, wanted.map(|(name, value)| (name, value.to_owned())));
    assert_eq!((put.identifier.as_str(), *ttl), ("nobody", None));
    read(&mut desk, Ok(as_written(&put)));
    shows(&desk, &["stored, and read back as written"]);
}

#[test]
fn a_new_record_that_is_there_already_is_shown() {
    let mut desk = at_records(80, 24);
    desk.keys(&["+"]);
    desk.type_text("cust-0007");
    desk.keys(&["enter"]);
    desk.answer_all();
    shows(
        &desk,
        &["there is such a record already, and this is it", "as stored"],
    );
}

#[test]
fn a_clone_is_another_record_with_the_same_features() {
    let mut desk = at_change();
    desk.keys(&["c", "enter"]);
    shows(
        &desk,
        &["this is the record itself; another identifier makes a copy"],
    );
    desk.keys(&["ctrl-u"]);
    desk.type_text("nobody");
    desk.keys(&["enter"]);
    let (_, request) = take_call(&mut desk);
    assert!(matches!(&request, Request::Record(_, _, id) if id == "nobody"));
    let mut desk = at_editor();
    desk.keys(&["c", "ctrl-u"]);
    desk.type_text("nobody");
    desk.keys(&["enter"]);
    desk.answer_all();
    assert_eq!(value(&desk, "customer_id"), Some(&one("nobody")));
    assert_eq!(value(&desk, "orders_30d"), Some(&one("9223372036854775807")));
    shows(&desk, &["customers / nobody", "unsaved"]);
}

#[test]
fn hostile_names_and_values_stay_symbols() {
    let evil = "\u{1b}]52;c;aGk=\u{7}\u{9b}2J\u{202e}evil";
    let mut desk = at_editor_where(|group| group.features[3].name = "tier\u{1b}[2J".to_owned());
    set(&mut desk, TIER, "x");
    desk.keys(&["enter", "ctrl-u"]);
    desk.send(Message::Pasted(evil.to_owned()));
    desk.keys(&["enter", "ctrl-s"]);
    let mut hostile = stored().unwrap();
    for (_, value) in &mut hostile.values {
        *value = one(evil);
    }
    hostile.values.push((evil.to_owned(), one(evil)));
    read(&mut desk, Ok(Some(hostile)));
    for _ in 0..3 {
        let screen = desk.screen();
        let acts = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!screen.contains(acts), "{screen:?}");
        desk.keys(&["esc"]);
    }
    let mut desk = at_records(80, 24);
    desk.keys(&["+"]);
    desk.type_text("\u{202e}\u{9b}2J");
    desk.keys(&["enter"]);
    desk.answer_all();
    assert!(!desk.screen().contains(['\u{202e}', '\u{9b}']));
}
