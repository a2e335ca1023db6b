//! Filtering and searching a live tail, told as stories.

use std::time::Duration;

use kinescope::decode::{Decoder, Format};
use kinescope::message::{Effect, Exported, Message, Reply};
use kinescope::resource::Event;
use kinescope::tail::{Lag, TailEvent};

use super::desk::Desk;
use super::fixtures::{blob, change};
use super::gallery::{Scene, scene};

/// A tail of a hundred records, numbered from 0, of which every tenth ends in 7.
fn hundred() -> (Desk, kinescope::model::Ticket) {
    let mut desk = Desk::filled(80, 24);
    let ticket = bring_hundred(&mut desk);
    (desk, ticket)
}

fn bring_hundred(desk: &mut Desk) -> kinescope::model::Ticket {
    let ticket = desk.begin_tail();
    for tens in 0..10 {
        let records: Vec<_> = (0..10)
            .map(|one| {
                let payload: &'static [u8] = if one == 7 { b"{\"n\":7}" } else { b"{\"n\":0}" };
                blob(1, tens * 10 + one, payload)
            })
            .collect();
        desk.tail_brings(ticket, records);
    }
    ticket
}

fn filter(desk: &mut Desk, text: &str) {
    desk.keys(&["f", "ctrl-u"]);
    desk.type_text(text);
    desk.keys(&["enter"]);
    desk.scan();
}

/// Filters, and what is done with what passes.
pub(super) const SCENES: [Scene; 7] = [
    scene("filter-typed", Desk::filled, |desk| {
        bring_hundred(desk);
        desk.keys(&["f"]);
        desk.type_text(".n == 7");
    }),
    scene("filter-wrong", Desk::filled, |desk| {
        bring_hundred(desk);
        filter(desk, ".n ==");
    }),
    scene("filtered", Desk::filled, |desk| {
        bring_hundred(desk);
        filter(desk, ".n == 7");
        desk.keys(&["/"]);
        desk.type_text("cust");
        desk.keys(&["enter"]);
        desk.scan();
    }),
    scene("filtered-to-nothing", Desk::filled, |desk| {
        bring_hundred(desk);
        filter(desk, ".n == 8");
    }),
    scene("columns", Desk::filled, |desk| {
        bring_hundred(desk);
        desk.keys(&["c", "ctrl-u"]);
        desk.type_text(".n .m");
        desk.keys(&["enter"]);
    }),
    scene("decoder", Desk::filled, |desk| {
        bring_hundred(desk);
        desk.keys(&["D", "down", "down"]);
    }),
    scene("exporting", Desk::filled, |desk| {
        bring_hundred(desk);
        desk.keys(&["w", "ctrl-u"]);
        desk.type_text("one.jsonl");
        desk.keys(&["enter"]);
    }),
];

#[test]
fn only_what_passes_is_shown_and_counted_while_more_comes() {
    let (mut desk, ticket) = hundred();
    filter(&mut desk, ".n == 7");
    let screen = desk.screen();
    assert!(screen.contains("filter .n == 7 · 10"));
    assert!(screen.contains("cust-0097") && !screen.contains("cust-0096"));
    desk.tail_brings(
        ticket,
        vec![blob(1, 107, b"{\"n\":7}"), blob(1, 108, b"{\"n\":0}")],
    );
    assert!(desk.screen().contains("filter .n == 7 · 11"));
    assert!(
        desk.screen().contains("▌13:00:01.070"),
        "the newest that passes is followed"
    );
    desk.keys(&["esc"]);
    assert!(desk.screen().contains("cust-0108"));
}

#[test]
fn moving_goes_over_what_is_shown() {
    let (mut desk, _) = hundred();
    filter(&mut desk, ".n == 7");
    desk.keys(&["k", "k"]);
    assert!(desk.screen().contains("▌13:00:00.770"));
    assert!(desk.screen().contains("2 newer"));
    desk.keys(&["g"]);
    assert!(desk.screen().contains("▌13:00:00.070"));
    desk.keys(&["enter"]);
    desk.inspect();
    assert!(desk.screen().contains("cust-0007"));
    // What is selected stays selected when all is shown again.
    desk.keys(&["esc", "esc"]);
    assert!(desk.screen().contains("▌13:00:00.070"));
}

#[test]
fn nothing_that_passes_is_told_as_such() {
    let (mut desk, _) = hundred();
    filter(&mut desk, "no such words");
    assert!(desk.screen().contains("Nothing passes the filter so far"));
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("no record to read closely here"));
    filter(&mut desk, "");
    assert!(desk.screen().contains("cust-0099"));
}

#[test]
fn a_filter_that_is_wrong_says_where_and_stays_to_be_corrected() {
    let (mut desk, _) = hundred();
    filter(&mut desk, ".n >");
    assert!(desk.screen().contains("a term is expected here, at character 5"));
    desk.type_text(" 3");
    desk.keys(&["enter"]);
    desk.scan();
    assert!(desk.screen().contains("filter .n > 3 · 10"));
}

#[test]
fn a_program_that_has_to_be_stopped_is_told_with_the_reason_and_on_how_many_records() {
    kinescope::query::run_programs_apart(env!("CARGO_BIN_EXE_kinescope").into());
    let (mut desk, ticket) = hundred();
    filter(&mut desk, "jq:def f: 1 + f; if .n == 8 then f else .n == 7 end");
    assert!(desk.screen().contains("· 10 "), "nothing is stopped so far");
    desk.tail_brings(
        ticket,
        vec![blob(1, 107, b"{\"n\":8}"), blob(1, 108, b"{\"n\":7}")],
    );
    let screen = desk.screen();
    assert!(screen.contains("· 11 · ✗ stopped on 1 "), "{screen}");
    let words = "the jq program was stopped on 1 record: it calls itself too deep";
    assert!(screen.contains(words), "{screen}");
    filter(&mut desk, "jq:def f: 1 + f; f");
    let screen = desk.screen();
    assert!(screen.contains("· 0 · ✗ stopped on 102 "), "{screen}");
    assert!(
        screen.contains("on 102 records and is not run any more"),
        "{screen}"
    );
}

#[test]
fn a_filter_and_a_search_are_both_read_beside_where_the_person_is() {
    for width in [80, 60] {
        let mut desk = Desk::filled(width, 24);
        let ticket = desk.begin_tail();
        desk.tail_brings(
            ticket,
            (0..40)
                .map(|n| blob(1, n, b"{\"checkout\":\"cust-0001\"}"))
                .collect(),
        );
        filter(&mut desk, ".checkout == \"cust-0001\" and .checkout != null");
        desk.keys(&["g", "/"]);
        desk.type_text("checkout\":\"cust-0001");
        desk.keys(&["enter"]);
        desk.scan();
        let screen = desk.screen();
        let title = screen.lines().find(|line| line.contains("filter")).unwrap();
        for part in ["paused", " filter .check", "… · 40 ", " search check"] {
            assert!(title.contains(part), "{part} at {width}: {title}");
        }
    }
    let (mut desk, _) = hundred();
    filter(&mut desk, "n");
    let screen = desk.screen();
    let whole = "100 records · 0 dropped · following";
    assert!(
        screen.contains(whole) && screen.contains("filter n · 100"),
        "{screen}"
    );
}

#[test]
fn a_gap_passes_a_filter_and_no_search() {
    let (mut desk, ticket) = hundred();
    desk.tail_events(ticket, vec![TailEvent::Gap("shardId-000000000001".into())], 1);
    desk.wait(Duration::from_millis(400));
    filter(&mut desk, ".n == 7");
    assert_eq!(desk.model.tail.as_ref().unwrap().count(), 11, "the gap is shown");
    desk.keys(&["/"]);
    desk.type_text("7");
    desk.keys(&["enter"]);
    desk.scan();
    assert!(desk.screen().contains("search 7 · 19"), "{}", desk.screen());
}

#[test]
fn a_filter_of_the_config_goes_by_its_name() {
    let (mut desk, _) = hundred();
    filter(&mut desk, "@sevens");
    assert!(desk.screen().contains("filter .n == 7 · 10"));
    desk.keys(&["f", "ctrl-u", "down"]);
    assert!(desk.screen().contains("@sevens  .n == 7"));
    desk.keys(&["enter"]);
    desk.scan();
    assert!(desk.screen().contains("filter .n == 7 · 10"));
    filter(&mut desk, "@eights");
    assert!(desk.screen().contains("the config has no filter 'eights'"));
}

#[test]
fn parts_of_the_records_stand_in_columns() {
    let (mut desk, ticket) = hundred();
    desk.tail_brings(
        ticket,
        vec![
            blob(1, 107, b"no json"),
            blob(1, 108, b"{\"n\":{\"m\":[1,\"two\"]}}"),
        ],
    );
    desk.keys(&["c"]);
    desk.type_text(".n .n.m[1] nonsense");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("'nonsense' is no path"));
    desk.keys(&["ctrl-w", "enter"]);
    let screen = desk.screen();
    let heading = screen.lines().find(|line| line.contains(".n.m[1]")).unwrap();
    let last = screen.lines().find(|line| line.contains("cust-0108")).unwrap();
    // The mark takes three bytes where the heading has a blank.
    assert_eq!(heading.find(".n.m[1]").unwrap() + 2, last.rfind("two").unwrap());
    assert!(
        screen
            .lines()
            .any(|line| line.contains("cust-0107") && line.contains('–'))
    );
    desk.keys(&["c", "ctrl-u", "enter"]);
    assert!(desk.screen().contains("no json"));
}

#[test]
fn what_passes_is_written_and_can_be_left() {
    let (mut desk, _) = hundred();
    filter(&mut desk, ".n == 7");
    desk.keys(&["w"]);
    assert!(desk.screen().contains("Write 10 records that pass the filter to"));
    assert!(desk.screen().contains("orders-20261120-"));
    desk.keys(&["ctrl-u"]);
    desk.type_text("sevens.jsonl");
    desk.keys(&["enter"]);
    let Some(Effect::Export(ticket, export)) = desk.asked.pop() else {
        panic!("nothing is written");
    };
    assert_eq!(export.contents.len(), 10);
    desk.send(Message::Reply(ticket, Reply::Exported(Exported::Written(4))));
    assert!(desk.screen().contains("writing sevens.jsonl: 4 of 10 records"));
    desk.keys(&["esc"]);
    assert!(matches!(desk.asked.last(), Some(Effect::Cancel(it)) if *it == ticket));
    assert!(desk.screen().contains("sevens.jsonl is not written"));
    desk.keys(&["w", "enter"]);
    let Some(Effect::Export(ticket, _)) = desk.asked.pop() else {
        panic!("nothing is written");
    };
    let failed = Exported::Failed("there is a file of this name".to_owned());
    desk.send(Message::Reply(ticket, Reply::Exported(failed)));
    assert!(
        desk.screen()
            .contains("is not written: there is a file of this name")
    );
}

#[test]
fn what_a_filter_had_yet_to_look_at_is_told_when_the_rest_is_written() {
    let (mut desk, tail) = hundred();
    filter(&mut desk, ".n == 7");
    let record = blob(1, 100, b"{\"n\":7}");
    let read = TailEvent::Read {
        shard: record.shard.clone(),
        records: vec![record],
        lag: Lag::default(),
    };
    desk.tail_events(tail, vec![read], 1);
    desk.wait(Duration::from_millis(400));
    desk.keys(&["w", "enter"]);
    let asked = desk.asked.iter().rev();
    let writing = asked.into_iter().find_map(|effect| match effect {
        Effect::Export(ticket, export) => Some((*ticket, export.contents.len())),
        _ => None,
    });
    let (ticket, records) = writing.unwrap();
    assert_eq!(records, 10);
    desk.send(Message::Reply(ticket, Reply::Exported(Exported::Done(80))));
    let screen = desk.screen();
    assert!(screen.contains("1 more row"), "{screen}");
}

#[test]
fn a_record_is_copied_as_what_it_says() {
    let (mut desk, _) = hundred();
    desk.keys(&["y"]);
    assert!(matches!(desk.asked.last(), Some(Effect::Copy(text)) if text == "{\"n\":0}"));
}

#[test]
fn one_key_is_followed_and_let_go() {
    let (mut desk, ticket) = hundred();
    desk.keys(&["="]);
    desk.scan();
    desk.tail_brings(ticket, vec![blob(1, 99, b"again"), blob(1, 100, b"other")]);
    let screen = desk.screen();
    assert!(screen.contains("filter key=\"cust-0099\" · 2"), "{screen}");
    assert!(screen.contains("again") && !screen.contains("other"));
    desk.keys(&["="]);
    desk.scan();
    assert!(desk.screen().contains("other"));
}

#[test]
fn a_filter_that_comes_and_goes_leaves_the_place_of_the_person() {
    let (mut desk, _) = hundred();
    desk.keys(&["space", "k", "k", "k"]);
    let place = |desk: &Desk| desk.model.tail.as_ref().unwrap().cursor;
    assert_eq!(place(&desk), 96);
    filter(&mut desk, "n");
    assert_eq!(place(&desk), 96, "it passes");
    filter(&mut desk, "nothing like it");
    filter(&mut desk, "");
    assert_eq!(place(&desk), 96, "all is shown again");
}

#[test]
fn one_item_is_followed_through_its_changes() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["2"]);
    desk.answer_all();
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![change(Event::Insert, 1), change(Event::Insert, 2)]);
    desk.keys(&["="]);
    desk.scan();
    desk.tail_brings(ticket, vec![change(Event::Modify, 2), change(Event::Remove, 1)]);
    let tail = desk.model.tail.as_ref().unwrap();
    assert_eq!(tail.count(), 2, "{}", desk.screen());
    filter(&mut desk, "event:REMOVE");
    assert_eq!(desk.model.tail.as_ref().unwrap().count(), 1);
    for (words, count) in [("old|new|event|keys|ttl", 0), ("REMOVE", 1), ("cart-0002", 2)] {
        filter(&mut desk, words);
        assert_eq!(desk.model.tail.as_ref().unwrap().count(), count, "{words}");
    }
}

#[test]
fn a_search_goes_to_the_next_match_and_around() {
    let (mut desk, _) = hundred();
    desk.keys(&["g", "/"]);
    desk.type_text("CUST-00.7|CUST-00.7");
    desk.keys(&["enter"]);
    desk.scan();
    assert!(
        !desk.screen().contains("▌13:00:00.070"),
        "capitals count where there are some"
    );
    desk.keys(&["/"]);
    desk.type_text("cust-00.7");
    desk.keys(&["enter"]);
    desk.scan();
    assert!(desk.screen().contains("▌13:00:00.070"));
    desk.keys(&["n"]);
    assert!(desk.screen().contains("▌13:00:00.170"));
    desk.keys(&["N", "N"]);
    assert!(desk.screen().contains("▌13:00:00.970"));
    assert!(desk.screen().contains("search cust-00.7 · 10"));
}

#[test]
fn a_search_that_finds_nothing_says_so() {
    let (mut desk, _) = hundred();
    desk.keys(&["/"]);
    desk.type_text("nowhere");
    desk.keys(&["enter"]);
    desk.scan();
    desk.keys(&["n"]);
    assert!(desk.screen().contains("nothing here matches"));
}

#[test]
fn rows_are_looked_at_beside_the_screen_and_no_longer_than_they_are_wanted() {
    let (mut desk, ticket) = hundred();
    desk.keys(&["f"]);
    desk.type_text("n");
    desk.keys(&["enter"]);
    let scan = desk.asked.iter().find_map(|effect| match effect {
        Effect::Scan(ticket, scan) => Some((*ticket, scan.rows.len())),
        _ => None,
    });
    let (scan, rows) = scan.unwrap();
    assert_eq!(rows, 100);
    // While one is under way, what comes waits for the next one.
    desk.tail_events(ticket, vec![TailEvent::CaughtUp], 2);
    let scans = desk
        .asked
        .iter()
        .filter(|it| matches!(it, Effect::Scan(..)))
        .count();
    assert_eq!(scans, 1);
    desk.keys(&["esc"]);
    assert!(
        desk.asked
            .iter()
            .any(|it| matches!(it, Effect::Cancel(ticket) if *ticket == scan))
    );
}

#[test]
fn a_frame_over_rows_that_were_there_before_reads_none_of_them() {
    for (columns, read_anew) in [("", "7b 22"), (".n", "–")] {
        let (mut desk, ticket) = hundred();
        desk.keys(&["c"]);
        desk.type_text(columns);
        desk.keys(&["enter"]);
        let before = desk.screen();
        // Whatever is read from now on is read in another way.
        desk.model.tail.as_mut().unwrap().decoder = Decoder::with(Format::Hex);
        assert_eq!(desk.screen(), before);
        desk.tail_brings(ticket, vec![blob(1, 107, b"{\"n\":9}")]);
        let screen = desk.screen();
        let line = |key: &str| screen.lines().find(|line| line.contains(key)).unwrap();
        assert!(line("cust-0107").contains(read_anew), "{screen}");
        assert!(!line("cust-0097").contains(read_anew), "{screen}");
    }
}

#[test]
fn a_file_that_a_decoder_names_is_read_beside_the_screen_and_told_if_it_is_of_no_use() {
    let mut desk = Desk::filled(100, 30);
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 1, b"\x02")]);
    let choose = |desk: &mut Desk, word: &str| {
        desk.keys(&["D", "ctrl-u"]);
        desk.type_text(word);
        desk.keys(&["enter"]);
        let Some(Effect::Choose(ticket, decoder, word)) = desk.asked.pop() else {
            panic!("no file is read");
        };
        (ticket, decoder.choosing_by_word(&word), word)
    };
    let (ticket, chosen, word) = choose(&mut desk, "avro:/nowhere/order.avsc");
    assert!(
        !desk.screen().contains("/nowhere"),
        "it is waited for without a line"
    );
    desk.send(Message::Reply(ticket, Reply::Chosen(word, chosen)));
    let screen = desk.screen();
    assert!(
        screen.contains("avro:/nowhere/order.avsc") && screen.contains("the schema is of no use"),
        "{screen}"
    );
    desk.keys(&["esc"]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), r#"{"type":"long"}"#).unwrap();
    let named = format!("avro:{}", file.path().display());
    let (late, chosen, word) = choose(&mut desk, &named);
    desk.keys(&["D", "ctrl-u"]);
    desk.type_text("hex");
    desk.keys(&["enter"]);
    desk.send(Message::Reply(late, Reply::Chosen(word, chosen)));
    assert!(
        desk.screen().contains("cust-0001     02"),
        "what was chosen later stays"
    );
    let (ticket, chosen, word) = choose(&mut desk, &named);
    desk.send(Message::Reply(ticket, Reply::Chosen(word, chosen)));
    let screen = desk.screen();
    assert!(screen.contains("cust-0001     1"), "{screen}");
}

#[test]
fn in_columns_too_a_payload_that_fails_says_why_in_its_row() {
    let mut desk = Desk::filled(100, 30);
    let ticket = desk.begin_tail();
    desk.tail_brings(
        ticket,
        vec![blob(1, 1, b"\x81\xa1n\x07"), blob(1, 2, b"{\"n\":8}")],
    );
    desk.keys(&["c"]);
    desk.type_text(".n");
    desk.keys(&["enter", "D"]);
    desk.type_text("msgpack");
    desk.keys(&["enter"]);
    let screen = desk.screen();
    let line = |key: &str| screen.lines().find(|line| line.contains(key)).unwrap();
    assert!(
        line("cust-0002").contains("! no msgpack:") && line("cust-0002").contains('8'),
        "{screen}"
    );
    assert!(
        line("cust-0001").contains('7') && !line("cust-0001").contains('!'),
        "{screen}"
    );
}

#[test]
fn on_a_small_screen_a_reason_leaves_room_for_what_is_there() {
    let mut desk = Desk::filled(40, 12);
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 1, b"{\"n\":7}")]);
    desk.keys(&["D"]);
    desk.type_text("cbor");
    desk.keys(&["enter"]);
    let screen = desk.screen();
    assert!(screen.contains("! no cbor  {\"n\":7}"), "{screen}");
}

#[test]
fn payloads_are_read_as_the_person_says_and_what_fails_says_why_in_its_row() {
    let mut desk = Desk::filled(100, 30);
    let ticket = desk.begin_tail();
    let pair: &'static [u8] = b"\x81\xa1n\x07";
    desk.tail_brings(
        ticket,
        vec![
            blob(1, 1, pair),
            blob(1, 2, b"caf\xe9 au lait"),
            blob(1, 3, b"{\"n\":7}"),
        ],
    );
    desk.keys(&["D"]);
    assert!(desk.screen().contains("auto") && desk.screen().contains("by content"));
    desk.type_text("latin2");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("'latin2' is no format"));
    desk.keys(&["ctrl-u"]);
    desk.type_text("latin1");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("café au lait"));
    filter(&mut desk, ".n == 7");
    assert_eq!(
        desk.model.tail.as_ref().unwrap().count(),
        0,
        "as Latin-1 all is text"
    );
    desk.keys(&["D"]);
    desk.type_text("msgpack");
    desk.keys(&["enter"]);
    desk.scan();
    assert_eq!(
        desk.model.tail.as_ref().unwrap().count(),
        2,
        "what fails is read by its content"
    );
    filter(&mut desk, "");
    let screen = desk.screen();
    let failed = screen.lines().find(|line| line.contains("cust-0003")).unwrap();
    assert!(
        failed.contains("! no msgpack:")
            && !screen
                .lines()
                .any(|line| line.contains("cust-0001") && line.contains('!'))
    );
    desk.keys(&["g", "enter"]);
    desk.inspect();
    assert!(desk.screen().contains("record · msgpack"));
    desk.keys(&["D"]);
    desk.type_text("hex");
    desk.keys(&["enter"]);
    desk.inspect();
    assert!(desk.screen().contains("record · hex"));
}
