//! The records of feature groups: browsing, marking, gathering, comparing.

use std::time::Duration;

use kinescope::message::{Contents, Effect, Message, Reply, Request};
use kinescope::model::{ListOrder, Marks, Overlay, Size};
use kinescope::resource::{
    FeatureRecord, FeatureValue, GatheredRecords, Page, ResourceId, Section, WantedRecords,
};
use kinescope::source::{ErrorKind, SourceError};

use super::desk::Desk;
use super::fixtures;
use super::gallery::{Scene, scene};

/// The feature groups, all answered.
fn at_groups(width: u16, height: u16) -> Desk {
    let mut desk = Desk::filled(width, height);
    desk.keys(&["3"]);
    desk.answer_all();
    desk
}

/// The records of the customers, all answered.
fn at_records(width: u16, height: u16) -> Desk {
    let mut desk = at_groups(width, height);
    desk.keys(&["enter", "enter"]);
    desk.answer_all();
    desk
}

fn requests(desk: &mut Desk) -> Vec<Request> {
    let calls = desk.take_calls();
    calls.into_iter().map(|(_, request)| request).collect()
}

fn error(kind: ErrorKind, operation: &'static str, code: &str) -> SourceError {
    SourceError::new(kind, operation, "customers", code, "words of the service")
}

/// Answers all calls for identifiers with a failure, the others as they should be.
fn refuse_listing(desk: &mut Desk, error: &SourceError) {
    for _ in 0..3 {
        desk.wait(Duration::from_millis(200));
        for (ticket, request) in desk.take_calls() {
            let reply = match request {
                Request::Identifiers(section, group, ..) => {
                    Reply::Identifiers(section, group, Err(error.clone()))
                }
                request => fixtures::answer(&request),
            };
            desk.send(Message::Reply(ticket, reply));
        }
    }
}

/// Answers the one call for a batch that is under way.
fn answer_batch(desk: &mut Desk, answer: impl Fn(&[WantedRecords]) -> GatheredRecords) -> usize {
    let mut calls = desk.take_calls();
    let (ticket, request) = calls.pop().unwrap();
    let Request::Gather(section, wanted) = request else {
        panic!("{request:?}")
    };
    desk.send(Message::Reply(
        ticket,
        Reply::Gathered(section, Ok(answer(&wanted))),
    ));
    wanted.iter().map(|it| it.identifiers.len()).sum()
}

/// How long the program wants to sleep.
fn until_it_wakes(desk: &Desk) -> Duration {
    let at = desk.model.wake_at(desk.now.mono).unwrap();
    at.saturating_sub(desk.now.mono)
}

fn row_with(desk: &Desk, text: &str) -> String {
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.contains(text));
    row.unwrap_or_else(|| panic!("{text} is not on\n{screen}"))
        .to_owned()
}

#[test]
fn a_groups_records_open_from_its_detail_and_escape_leads_back() {
    let mut desk = at_groups(80, 24);
    desk.keys(&["enter", "enter"]);
    assert!(requests(&mut desk).contains(&Request::Identifiers(
        Section::Features,
        "customers".into(),
        false,
        None
    )));
    desk.keys(&["esc"]);
    assert!(
        matches!(desk.asked.last(), Some(Effect::Cancel(_))),
        "it waits no longer"
    );
    desk.keys(&["esc"]);
    assert!(desk.model.records.is_none());
    assert!(desk.screen().contains("Features 3"));
}

#[test]
fn what_has_no_records_opens_none() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["4"]);
    desk.answer_all();
    desk.keys(&["enter", "enter"]);
    assert!(desk.model.records.is_none());
    desk.keys(&["b"]);
    assert!(desk.screen().contains("no record is marked"));
}

#[test]
fn identifiers_come_page_by_page_as_one_scrolls() {
    let mut desk = at_records(80, 24);
    let count = |desk: &Desk| desk.model.records.as_ref().unwrap().count();
    assert_eq!(count(&desk), 100);
    desk.keys(&["G"]);
    desk.answer_all();
    assert_eq!(count(&desk), 200);
    desk.keys(&["G"]);
    desk.answer_all();
    desk.keys(&["G"]);
    desk.answer_all();
    assert_eq!(count(&desk), 300);
    assert!(desk.screen().contains("Records 300 "));
}

#[test]
fn a_record_is_asked_for_when_the_cursor_rests_on_it() {
    let mut desk = at_records(80, 24);
    desk.keys(&["j", "j", "j"]);
    let asks = |request: &Request| matches!(request, Request::Record(..));
    assert!(!requests(&mut desk).iter().any(asks));
    desk.wait(Duration::from_millis(200));
    let wanted = Request::Record(Section::Features, "customers".into(), "cust-0003".to_owned());
    assert_eq!(requests(&mut desk), [wanted]);
}

#[test]
fn a_record_says_what_it_lacks_and_how_long_it_has() {
    let mut desk = at_records(80, 24);
    desk.keys(&["j"]);
    desk.answer_all();
    let screen = desk.screen();
    assert!(screen.contains("expires    in 29 d"), "{screen}");
    assert!(screen.contains("event time 60 min ago"), "{screen}");
    assert!(row_with(&desk, "tier").contains("– absent"));
}

#[test]
fn identifiers_are_pasted_several_at_once() {
    let mut desk = at_records(80, 24);
    desk.keys(&["i"]);
    desk.send(Message::Pasted(
        "a-1\na-2,\t\"with blank\"\r\ncust-0007\n".to_owned(),
    ));
    desk.keys(&["enter"]);
    desk.answer_all();
    let pane = desk.model.records.as_ref().unwrap();
    assert_eq!(pane.typed, ["a-1", "a-2", "with blank"]);
    assert_eq!(pane.selected(), Some("a-1"));
    assert!(row_with(&desk, "with blank").contains("typed"));
}

#[test]
fn what_was_typed_is_there_to_be_chosen_again() {
    let mut desk = at_records(80, 24);
    for text in ["first", "second third"] {
        desk.keys(&["i"]);
        desk.type_text(text);
        desk.keys(&["enter"]);
        desk.answer_all();
    }
    desk.keys(&["i", "down", "down"]);
    let Some(Overlay::Prompt(prompt)) = desk.model.overlays.last() else {
        panic!()
    };
    assert_eq!(prompt.input.value(), "first");
    desk.keys(&["esc", "esc", "esc", "j"]);
    desk.answer_all();
    desk.keys(&["i"]);
    let Some(Overlay::Prompt(prompt)) = desk.model.overlays.last() else {
        panic!()
    };
    assert!(prompt.choices.is_empty(), "each group has its own");
}

#[test]
fn an_endpoint_that_does_not_list_records_says_so_and_takes_identifiers() {
    for (kind, code) in [
        (ErrorKind::NotFound, "UnknownOperationException"),
        (ErrorKind::Invalid, "ValidationError"),
        (ErrorKind::Denied, "AccessDeniedException"),
    ] {
        let mut desk = at_groups(80, 24);
        desk.keys(&["enter", "enter"]);
        refuse_listing(&mut desk, &error(kind, "ListRecords", code));
        let screen = desk.screen();
        assert!(
            screen.contains("cannot be listed") && screen.contains(code),
            "{screen}"
        );
        desk.keys(&["i"]);
        desk.type_text("cust-0002");
        desk.keys(&["enter"]);
        desk.answer_all();
        let screen = desk.screen();
        assert!(
            screen.contains("gold") && screen.contains("not listed"),
            "{screen}"
        );
    }
}

#[test]
fn a_listed_identifier_without_a_record_is_called_deleted_or_not_there() {
    let mut desk = at_records(80, 24);
    desk.keys(&["."]);
    assert!(requests(&mut desk).contains(&Request::Identifiers(
        Section::Features,
        "customers".into(),
        true,
        None
    )));
    desk.keys(&["r"]);
    desk.answer_all();
    desk.keys(&["g"]);
    desk.answer_all();
    assert!(
        row_with(&desk, "▌  nobody").contains("∅ deleted?"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("with deleted"));
}

#[test]
fn a_search_goes_around_the_identifiers() {
    let mut desk = at_records(80, 24);
    desk.keys(&["/"]);
    desk.type_text("-005");
    desk.keys(&["enter"]);
    let selected = |desk: &Desk| {
        desk.model
            .records
            .as_ref()
            .unwrap()
            .selected()
            .unwrap()
            .to_owned()
    };
    assert_eq!(selected(&desk), "cust-0050");
    desk.keys(&["N"]);
    assert_eq!(selected(&desk), "cust-0059");
    desk.keys(&["n", "n"]);
    assert_eq!(selected(&desk), "cust-0051");
}

#[test]
fn a_record_is_copied_as_json() {
    let mut desk = at_records(80, 24);
    desk.keys(&["y"]);
    let Some(Effect::Copy(text)) = desk.asked.last() else {
        panic!()
    };
    assert!(text.starts_with(
        r#"{"group":"customers","identifier":"cust-0000","expires_at":"2026-12-20T11:00:01Z","#
    ));
    assert!(text.contains(r#""taste":["0.1","1e308"]"#));
}

#[test]
fn marks_stay_from_group_to_group() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space", "space"]);
    desk.answer_all();
    desk.keys(&["esc", "esc", "j"]);
    desk.answer_all();
    desk.keys(&["enter", "enter"]);
    desk.answer_all();
    desk.keys(&["space", "m"]);
    let screen = desk.screen();
    assert!(screen.contains("3 marked of 2 groups"), "{screen}");
    assert!(row_with(&desk, "products  ").contains("cust-0000"), "{screen}");
    desk.keys(&["x"]);
    assert_eq!(desk.model.browser().marks.len(), 2);
    desk.keys(&["u"]);
    assert!(desk.model.browser().marks.is_empty());
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn space_marks_and_goes_on_and_marks_no_longer() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space"]);
    assert!(row_with(&desk, " cust-0000 ").contains('●'));
    assert_eq!(desk.model.records.as_ref().unwrap().cursor, 1);
    desk.keys(&["k", "space"]);
    assert!(desk.model.browser().marks.is_empty());
}

#[test]
fn more_marks_than_can_be_are_told() {
    let mut desk = at_records(80, 24);
    desk.keys(&["*"]);
    assert_eq!(desk.model.browser().marks.len(), 100);
    desk.keys(&["i"]);
    let many: Vec<_> = (0..Marks::MOST).map(|n| format!("x-{n}")).collect();
    desk.send(Message::Pasted(many.join("\n")));
    desk.keys(&["enter", "a"]);
    assert_eq!(desk.model.browser().marks.len(), Marks::MOST);
    assert!(
        desk.screen()
            .contains("1000 records are marked, and no more can be")
    );
}

#[test]
fn marked_records_are_gathered_by_the_hundred() {
    let mut desk = at_records(80, 24);
    desk.keys(&["G"]);
    desk.answer_all();
    desk.keys(&["a", "b"]);
    assert_eq!(answer_batch(&mut desk, fixtures::gathered), 100);
    assert!(desk.screen().contains("100 on their way"), "{}", desk.screen());
    assert_eq!(answer_batch(&mut desk, fixtures::gathered), 100);
    assert!(requests(&mut desk).is_empty());
    assert!(desk.screen().contains("Marked 200 "));
}

#[test]
fn what_the_service_left_is_asked_for_again_after_a_while() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space", "space", "b"]);
    let none = |wanted: &[WantedRecords]| GatheredRecords {
        unprocessed: wanted.to_vec(),
        ..GatheredRecords::default()
    };
    answer_batch(&mut desk, none);
    assert!(requests(&mut desk).is_empty(), "not at once");
    assert!(desk.screen().contains("asking again soon") || desk.screen().contains("the service left"));
    desk.wait(Duration::from_secs(1));
    answer_batch(&mut desk, fixtures::gathered);
    assert!(row_with(&desk, "cust-0001").contains("in 29 d"));
    for tries in 0.. {
        desk.keys(if tries == 0 { &["r"] } else { &[] });
        if tries == 6 {
            break;
        }
        answer_batch(&mut desk, none);
        desk.wait(Duration::from_secs(20));
    }
    assert!(requests(&mut desk).is_empty(), "it is given up");
    assert!(desk.screen().contains("2 failed"), "{}", desk.screen());
}

#[test]
fn errors_stand_with_the_records_that_they_belong_to() {
    let mut desk = at_records(140, 45);
    desk.keys(&["space", "space", "space"]);
    desk.keys(&["i"]);
    desk.type_text("nobody");
    desk.keys(&["enter", "space", "b"]);
    answer_batch(&mut desk, |wanted| {
        let mut answer = fixtures::gathered(wanted);
        answer.records.remove(1);
        let refused = error(ErrorKind::Denied, "BatchGetRecord", "AccessForbidden");
        answer.faults = vec![("customers".into(), "cust-0001".to_owned(), refused)];
        answer
    });
    assert!(
        row_with(&desk, " cust-0001").contains("✗ AccessFor"),
        "{}",
        desk.screen()
    );
    assert!(row_with(&desk, " nobody").contains("∅ not there"));
    assert!(row_with(&desk, " cust-0002").contains("5 features"));
    desk.keys(&["j"]);
    assert!(
        desk.screen().contains("words of the service"),
        "{}",
        desk.screen()
    );
}

#[test]
fn chosen_features_alone_are_gathered_and_a_wrong_name_is_told() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space", "space", "b"]);
    desk.answer_all();
    desk.keys(&["f"]);
    desk.type_text("tier colour");
    desk.keys(&["enter"]);
    assert!(
        desk.screen().contains("has a feature 'colour'"),
        "{}",
        desk.screen()
    );
    desk.keys(&["ctrl-u"]);
    desk.type_text("tier,orders_30d");
    desk.keys(&["enter"]);
    let wanted = WantedRecords {
        group: "customers".into(),
        identifiers: vec!["cust-0000".to_owned(), "cust-0001".to_owned()],
        features: vec!["tier".to_owned(), "orders_30d".to_owned()],
    };
    assert_eq!(
        requests(&mut desk),
        [Request::Gather(Section::Features, vec![wanted])]
    );
}

#[test]
fn features_are_chosen_one_after_another() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space", "space", "b"]);
    desk.answer_all();
    desk.keys(&["f", "down", "down", "down", "space", "down", "enter"]);
    let features = |request: &Request| match request {
        Request::Gather(_, wanted) => wanted[0].features.clone(),
        _ => Vec::new(),
    };
    let asked = requests(&mut desk);
    assert_eq!(features(&asked[0]), ["orders_30d", "customer_id"]);
}

#[test]
fn records_are_written_to_a_file_as_json_lines() {
    let mut desk = at_records(80, 24);
    desk.keys(&["w"]);
    assert!(desk.screen().contains("Write 1 record to"), "{}", desk.screen());
    desk.keys(&["esc", "space", "space", "b"]);
    desk.answer_all();
    desk.keys(&["w", "ctrl-u"]);
    desk.type_text("some.jsonl");
    desk.keys(&["enter"]);
    let Some(Effect::Export(_, export)) = desk.asked.last() else {
        panic!()
    };
    let Contents::Lines(lines) = &export.contents else {
        panic!()
    };
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with(r#"{"group":"customers","identifier":"cust-0001","#));
}

/// Marks `cust-0000` to `cust-0003` and compares them.
fn compare(desk: &mut Desk) {
    desk.keys(&["space", "space", "space", "space"]);
    desk.answer_all();
    desk.keys(&["c"]);
    desk.answer_all();
}

#[test]
fn records_are_compared_feature_by_feature() {
    let mut desk = at_records(80, 24);
    compare(&mut desk);
    let screen = desk.screen();
    assert!(
        screen.contains("4 records · 5 features · 2 differ · 3 identical"),
        "{screen}"
    );
    let tier = row_with(&desk, "tier");
    assert!(
        tier.contains("≠ tier") && tier.contains("gold") && tier.contains("− – absent"),
        "{tier}"
    );
    assert!(row_with(&desk, "taste").contains("= taste"));
    desk.keys(&["d"]);
    let screen = desk.screen();
    assert!(
        screen.contains("differences only") && !screen.contains("taste"),
        "{screen}"
    );
    desk.keys(&["c"]);
    assert!(desk.screen().contains("in a batch"));
    desk.keys(&["esc"]);
    assert!(desk.model.batch.is_none() && desk.model.records.is_some());
}

#[test]
fn a_comparison_scrolls_by_records_and_keeps_the_first_in_sight() {
    let mut desk = at_records(60, 24);
    compare(&mut desk);
    assert!(!desk.screen().contains("cust-0003"));
    desk.keys(&["l", "l", "l", "l"]);
    let heading = row_with(&desk, "feature ");
    assert!(
        heading.contains("cust-0000") && heading.contains("cust-0003"),
        "{}",
        desk.screen()
    );
    desk.keys(&["h"]);
    assert!(row_with(&desk, "feature ").contains("cust-0002"));
}

#[test]
fn one_record_alone_is_not_compared() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space", "c"]);
    assert!(desk.model.batch.is_none());
    assert!(desk.screen().contains("only one record is marked"));
}

#[test]
fn a_countdown_ticks_while_it_is_on_the_screen_and_nothing_does_without_one() {
    let mut desk = at_records(80, 24);
    desk.wait(Duration::from_mins(1));
    let day = Duration::from_hours(24);
    let tick = until_it_wakes(&desk);
    assert!(
        tick > Duration::from_mins(10) && tick < day,
        "days need no seconds: {tick:?}"
    );
    desk.now.wall = "2026-12-20T10:59:00Z".parse().unwrap();
    desk.send(Message::Woke);
    let tick = until_it_wakes(&desk);
    assert!(tick <= Duration::from_millis(1001), "{tick:?}");
    assert!(desk.screen().contains("in 61 s"), "{}", desk.screen());
    desk.wait(Duration::from_secs(70));
    assert!(desk.screen().contains("expired"), "{}", desk.screen());
    desk.wait(Duration::from_secs(10));
    assert_eq!(desk.model.wake_at(desk.now.mono), None, "it is over");
    desk.keys(&["i"]);
    desk.type_text("forever-1");
    desk.keys(&["enter"]);
    desk.answer_all();
    desk.wait(Duration::from_mins(1));
    assert_eq!(desk.model.wake_at(desk.now.mono), None);
}

#[test]
fn a_section_that_is_turned_to_leaves_the_records() {
    let mut desk = at_records(80, 24);
    desk.keys(&["space", "b"]);
    let (ticket, request) = desk.take_calls().pop().unwrap();
    desk.keys(&["1"]);
    assert!(desk.model.batch.is_none() && desk.model.records.is_none());
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    assert!(desk.screen().contains("orders"));
}

#[test]
fn hostile_identifiers_and_values_stay_symbols() {
    const EVIL: &str = "\u{1b}]52;c;aGk=\u{7}\u{9b}2J\u{202e}";
    let mut desk = at_groups(80, 24);
    desk.keys(&["enter", "enter"]);
    let record = || FeatureRecord {
        values: vec![
            ("customer_id".to_owned(), FeatureValue::One(EVIL.to_owned())),
            (EVIL.to_owned(), FeatureValue::Many(vec![EVIL.to_owned()])),
        ],
        expires: Some(EVIL.to_owned()),
    };
    for step in 0..6 {
        desk.wait(Duration::from_millis(200));
        for (ticket, request) in desk.take_calls() {
            let group = ResourceId::from("customers");
            let reply = match request {
                Request::Identifiers(section, group, ..) => {
                    let page = Page {
                        items: vec![EVIL.to_owned(), format!("{EVIL}2")],
                        next: None,
                    };
                    Reply::Identifiers(section, group, Ok(page))
                }
                Request::Record(section, ..) => Reply::Record(section, Ok(Some(record()))),
                Request::Gather(section, _) => {
                    let answer = GatheredRecords {
                        records: vec![(group.clone(), EVIL.to_owned(), record())],
                        faults: vec![(
                            group,
                            format!("{EVIL}2"),
                            error(ErrorKind::Other, "BatchGetRecord", EVIL),
                        )],
                        unprocessed: Vec::new(),
                    };
                    Reply::Gathered(section, Ok(answer))
                }
                request => fixtures::answer(&request),
            };
            desk.send(Message::Reply(ticket, reply));
        }
        let screen = desk.screen();
        assert!(
            !screen
                .chars()
                .any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')),
            "{screen}"
        );
        match step {
            1 => {
                assert!(screen.contains("␛]52"), "{screen}");
                desk.keys(&["space", "space", "m"]);
            }
            2 => desk.keys(&["b"]),
            4 => desk.keys(&["c"]),
            _ => {}
        }
    }
}

#[test]
fn a_list_is_filtered_by_name_status_and_note() {
    let mut desk = at_groups(80, 24);
    let names = |desk: &Desk| {
        let rows = desk.model.browser().rows();
        rows.map(|entry| entry.name.clone()).collect::<Vec<_>>()
    };
    for (text, passing) in [
        ("PROD", &["products"][..]),
        ("createfailed", &["legacy-churn"]),
        ("online+", &["customers", "products", "legacy-churn"]),
    ] {
        desk.keys(&["f", "ctrl-u"]);
        desk.type_text(text);
        desk.keys(&["enter"]);
        desk.answer_all();
        assert_eq!(names(&desk), passing);
    }
    assert!(desk.screen().contains("filter online+"), "{}", desk.screen());
    desk.keys(&["f", "ctrl-u"]);
    desk.type_text("none of them");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("0/3") && desk.screen().contains("Nothing passes"));
    desk.keys(&["esc"]);
    assert_eq!(names(&desk).len(), 3);
}

#[test]
fn a_list_is_sorted_and_the_cursor_stays_on_its_resource() {
    let mut desk = at_groups(80, 24);
    desk.keys(&["j"]);
    desk.answer_all();
    let names = |desk: &Desk| {
        let rows = desk.model.browser().rows();
        rows.map(|entry| entry.name[..1].to_owned()).collect::<String>()
    };
    let mut seen = Vec::new();
    for order in [
        ListOrder::Name,
        ListOrder::Status,
        ListOrder::Newest,
        ListOrder::Given,
    ] {
        desk.keys(&["S"]);
        assert_eq!(desk.model.browser().listing.order, order);
        assert_eq!(desk.model.browser().selected().unwrap().name, "products");
        seen.push(names(&desk));
    }
    assert_eq!(seen, ["clp", "cpl", "pcl", "cpl"]);
    desk.keys(&["S", "S"]);
    assert!(desk.screen().contains("by status"), "{}", desk.screen());
}

#[test]
fn a_failed_group_tells_why_before_all_else_and_in_full() {
    let mut desk = at_groups(80, 24);
    desk.keys(&["G"]);
    desk.answer_all();
    let screen = desk.screen();
    let failure = row_with(&desk, "failure");
    assert!(screen.lines().nth(3).unwrap().contains("failure"), "{screen}");
    assert!(failure.contains("The execution role"), "{screen}");
    assert!(screen.contains("s3://shop-ml/offline"), "{screen}");
    assert!(
        row_with(&desk, "✗ legacy-churn").contains("CreateFailed"),
        "{screen}"
    );
}

/// Records, alone and together.
pub(super) const SCENES: [Scene; 11] = [
    scene("schema", at_groups, |desk| desk.keys(&["enter", "G"])),
    scene("records", at_records, |desk| {
        desk.keys(&["space", "space"]);
        desk.answer_all();
    }),
    scene("records-waiting", at_groups, |desk| {
        desk.keys(&["enter", "enter"]);
        desk.wait(Duration::from_millis(2500));
    }),
    scene("records-cancelled", at_groups, |desk| {
        desk.keys(&["enter", "enter", "esc"]);
    }),
    scene("unlisted", at_groups, |desk| {
        desk.keys(&["enter", "enter"]);
        let unknown = error(ErrorKind::NotFound, "ListRecords", "UnknownOperationException");
        refuse_listing(desk, &unknown);
    }),
    scene("record", at_records, |desk| desk.keys(&["enter"])),
    scene("identifiers-typed", at_records, |desk| {
        desk.keys(&["i"]);
        desk.type_text("cust-0001 nobody");
    }),
    scene("batch", at_records, |desk| {
        desk.keys(&["space", "space", "i"]);
        desk.type_text("nobody forever-1");
        desk.keys(&["enter", "space", "space", "b"]);
        desk.answer_all();
    }),
    scene("batch-waiting", at_records, |desk| {
        desk.keys(&["space", "space", "b"]);
        desk.wait(Duration::from_millis(2500));
    }),
    scene("comparison", at_records, compare),
    scene("marks", at_records, |desk| {
        desk.keys(&["space", "space", "m", "j"]);
    }),
];

#[test]
fn differences_are_told_apart_without_colour_and_with_it() {
    let mut desk = at_records(80, 24);
    compare(&mut desk);
    let ascii = desk.in_ascii();
    let row = row_with(&ascii, "tier");
    assert!(row.contains("! tier") && row.contains("- - absent"), "{row}");
    let mut terminal = ascii.draw();
    let buffer = terminal.backend_mut().buffer();
    let place = |text: &str| {
        let mut rows = buffer.content.chunks(80).enumerate();
        rows.find_map(|(y, row)| {
            let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
            line.find(text)
                .map(|x| (u16::try_from(x).unwrap(), u16::try_from(y).unwrap()))
        })
        .unwrap()
    };
    let (differs, same) = (place("! tier"), place("= taste"));
    assert_ne!(buffer[differs].style(), buffer[same].style());
}

#[test]
fn no_size_is_too_small() {
    let mut desk = at_records(80, 24);
    compare(&mut desk);
    for (width, height) in (1..60).flat_map(|n| [(n, 1), (1, n), (n, n / 2 + 1), (n, 60 - n)]) {
        desk.model.size = Size { width, height };
        desk.screen();
        for key in ["c", "j", "enter", "j", "esc", "c", "l", "m", "G", "esc"] {
            desk.keys(&[key]);
            desk.screen();
        }
        desk.keys(&["esc"]);
        desk.screen();
        desk.keys(&["enter", "G", "tab", "c"]);
    }
}
