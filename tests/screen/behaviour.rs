//! What the program does, told as stories.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kinescope::keymap::{Keymap, Word};
use kinescope::message::{Effect, Ended, Message, Reply, Request, TailReply};
use kinescope::model::{Focus, Remote};
use kinescope::resource::{Position, Section};
use kinescope::source::{ErrorKind, SourceError};
use kinescope::tail::TailEvent;

use super::desk::Desk;
use super::fixtures::{self, blob};

fn error(kind: ErrorKind) -> SourceError {
    SourceError::new(kind, "ListStreams", "", "SomeException", "words of the service")
}

fn requests(desk: &mut Desk) -> Vec<Request> {
    desk.take_calls()
        .into_iter()
        .map(|(_, request)| request)
        .collect()
}

#[test]
fn all_four_sections_are_asked_for_at_the_start_and_none_waits_for_another() {
    let mut desk = Desk::start(80, 24);
    let lists: Vec<_> = Section::ALL
        .into_iter()
        .map(|section| Request::List(section, None))
        .collect();
    assert_eq!(requests(&mut desk), lists);
}

#[test]
fn who_calls_is_asked_once_and_shown_and_its_refusal_hides_nothing() {
    let mut desk = Desk::filled(100, 24);
    desk.model.caller = Remote::Idle;
    desk.send(Message::Woke);
    assert_eq!(requests(&mut desk), [Request::Caller]);
    let mut desk = Desk::filled(100, 24);
    desk.model.identity.account = None;
    desk.model.caller = Remote::Idle;
    desk.send(Message::Woke);
    desk.answer_all();
    assert!(
        desk.screen()
            .contains("111122223333 · shop-dev · us-east-1 · Developer/jo")
    );
    desk.model.caller = Remote::Idle;
    desk.send(Message::Woke);
    let (ticket, _) = desk.take_calls().remove(0);
    desk.send(Message::Reply(
        ticket,
        Reply::Caller(Err(error(ErrorKind::Denied))),
    ));
    desk.send(Message::Woke);
    assert!(requests(&mut desk).is_empty() && desk.screen().contains("orders"));
}

#[test]
fn a_section_that_is_denied_hides_no_other() {
    let mut desk = Desk::start(80, 24);
    desk.fail_list(Section::Streams, &error(ErrorKind::Denied));
    desk.answer_all();
    assert!(desk.screen().contains("ask for permission"));
    desk.keys(&["2"]);
    desk.answer_all();
    assert!(desk.screen().contains("carts"));
}

#[test]
fn what_is_on_the_screen_is_described_a_few_at_a_time() {
    let mut desk = Desk::start(80, 24);
    for (ticket, request) in desk.take_calls() {
        desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    }
    let described = |request: &Request| matches!(request, Request::Describe(Section::Streams, _));
    assert_eq!(requests(&mut desk).iter().filter(|it| described(it)).count(), 4);
}

#[test]
fn the_next_page_comes_as_one_scrolls_and_not_before() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["4"]);
    desk.answer_all();
    assert_eq!(desk.model.browser().count(), 100);
    desk.keys(&["G"]);
    let next = Request::List(Section::Predictions, Some("100".into()));
    assert!(requests(&mut desk).contains(&next));
}

#[test]
fn shards_are_asked_for_when_the_cursor_rests() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["j", "j"]);
    let shards = |request: &Request| matches!(request, Request::Shards(..));
    assert!(!requests(&mut desk).iter().any(shards));
    desk.wait(Duration::from_millis(200));
    let asked: Vec<_> = requests(&mut desk).into_iter().filter(shards).collect();
    assert_eq!(
        asked,
        [Request::Shards(Section::Streams, "app-logs".into(), None)]
    );
}

#[test]
fn escape_stops_the_waiting_and_r_asks_again() {
    let mut desk = Desk::start(80, 24);
    let calls = desk.take_calls();
    desk.keys(&["esc"]);
    assert!(matches!(desk.asked[..], [Effect::Redraw, Effect::Cancel(ticket)] if ticket == calls[0].0));
    assert!(matches!(desk.model.browser().list, Remote::Cancelled));
    desk.keys(&["r"]);
    assert!(requests(&mut desk).contains(&Request::List(Section::Streams, None)));
}

#[test]
fn a_stale_answer_is_dropped() {
    let mut desk = Desk::start(80, 24);
    let (ticket, request) = desk.take_calls().remove(0);
    desk.keys(&["esc"]);
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    assert!(desk.model.browser().count() == 0);
}

#[test]
fn a_wait_is_told_by_the_second_and_keys_work_meanwhile() {
    let mut desk = Desk::start(80, 24);
    desk.wait(Duration::from_millis(3500));
    assert!(
        desk.screen().contains("asking for the list of streams … 3 s"),
        "{}",
        desk.screen()
    );
    desk.keys(&["?"]);
    assert!(desk.screen().contains("open what is selected"));
}

#[test]
fn while_idle_nothing_wants_to_be_woken() {
    let mut desk = Desk::filled(80, 24);
    for keys in [&["j"][..], &["2", "j"], &["3", "j"], &["1", "j", "?"]] {
        desk.keys(keys);
        desk.answer_all();
        desk.wait(Duration::from_mins(1));
        assert_eq!(desk.model.wake_at(desk.now.mono), None, "{keys:?}");
    }
}

#[test]
fn a_refresh_keeps_what_is_there_until_the_answer() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["r"]);
    assert!(desk.screen().contains("orders"));
    desk.fail_list(Section::Streams, &error(ErrorKind::Throttled));
    assert!(desk.screen().contains("orders") && desk.screen().contains("words of the service"));
}

#[test]
fn a_search_goes_around_the_list() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["/"]);
    desk.type_text("TREE");
    desk.keys(&["backspace", "backspace", "enter"]);
    let selected = |desk: &Desk| desk.model.browser().selected().unwrap().name.clone();
    assert_eq!(selected(&desk), "clickstream");
    desk.keys(&["esc", "/"]);
    desk.type_text("s");
    desk.keys(&["enter", "n"]);
    assert_eq!(selected(&desk), "dms-cdc");
    desk.keys(&["n"]);
    assert_eq!(selected(&desk), "orders");
    desk.keys(&["N"]);
    assert_eq!(selected(&desk), "dms-cdc");
}

#[test]
fn a_record_is_looked_up_by_its_identifier() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["3"]);
    desk.answer_all();
    desk.keys(&["i"]);
    desk.send(Message::Pasted("cust-0031\n".to_owned()));
    desk.keys(&["enter"]);
    desk.answer_all();
    assert!(desk.screen().contains("9223372036854775807"));
    desk.keys(&["i"]);
    desk.type_text("nobody");
    desk.keys(&["enter"]);
    desk.answer_all();
    assert!(desk.screen().contains("no such record"), "{}", desk.screen());
}

#[test]
fn what_cannot_be_tailed_says_so() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["4"]);
    desk.answer_all();
    desk.keys(&["t"]);
    assert!(desk.screen().contains("a batch prediction cannot be tailed"));
    assert!(desk.model.tail.is_none());
}

#[test]
fn a_tail_begins_now_and_its_news_end_when_one_leaves() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["t"]);
    let (left, request) = desk.take_tail();
    assert_eq!(
        (request.stream.as_str(), &request.from),
        ("orders", &Position::Latest)
    );
    desk.keys(&["esc"]);
    assert!(matches!(desk.asked.last(), Some(Effect::Cancel(it)) if *it == left));
    desk.keys(&["t"]);
    desk.tail_events(left, vec![TailEvent::Opened("stale".into())], 1);
    assert!(desk.model.tail.as_ref().unwrap().shards.is_empty());
}

#[test]
fn a_tail_begins_where_it_is_told_to() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["T"]);
    desk.type_text("yesterday");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("is no position to tail from"));
    desk.keys(&["ctrl-u"]);
    desk.type_text("-15m");
    desk.keys(&["enter"]);
    let (_, request) = desk.take_tail();
    assert!(matches!(request.from, Position::AtTimestamp(_)));
}

#[test]
fn pausing_freezes_the_view_and_not_the_reading() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    for number in 0..50 {
        desk.tail_brings(ticket, vec![blob(1, number, b"{}")]);
    }
    assert!(desk.screen().contains("cust-0049"));
    desk.keys(&["space"]);
    for number in 50..100 {
        desk.tail_brings(ticket, vec![blob(1, number, b"{}")]);
    }
    let screen = desk.screen();
    assert!(
        screen.contains("cust-0049") && !screen.contains("cust-0050"),
        "{screen}"
    );
    assert!(screen.contains("100 records") && screen.contains("50 newer"));
    desk.keys(&["space"]);
    assert!(desk.screen().contains("cust-0099"));
}

#[test]
fn going_up_leaves_follow_and_the_bottom_follows_again() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["t"]);
    let (ticket, _) = desk.take_tail();
    for number in 0..50 {
        desk.tail_brings(ticket, vec![blob(1, number, b"{}")]);
    }
    desk.keys(&["k"]);
    assert!(!desk.model.tail.as_ref().unwrap().follow);
    desk.keys(&["G"]);
    assert!(desk.model.tail.as_ref().unwrap().follow);
}

#[test]
fn a_failure_of_a_shard_is_told_until_it_works_again() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    let shard = blob(1, 0, b"").shard;
    desk.tail_events(
        ticket,
        vec![TailEvent::Trouble(shard, error(ErrorKind::Transport))],
        1,
    );
    assert!(desk.screen().contains("✗ shard 001"));
    desk.tail_brings(ticket, vec![blob(1, 0, b"{}")]);
    assert!(!desk.screen().contains("✗ shard 001"));
}

#[test]
fn the_inspector_goes_with_the_selection() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(
        ticket,
        vec![blob(1, 0, b"{\"first\":1}"), blob(1, 1, b"{\"second\":2}")],
    );
    desk.keys(&["enter"]);
    desk.inspect();
    assert!(desk.screen().contains("second  2"));
    desk.keys(&["k"]);
    desk.inspect();
    assert!(desk.screen().contains("first  1"));
    desk.keys(&["esc"]);
    assert!(desk.model.tail.as_ref().unwrap().inspector().is_none());
}

#[test]
fn the_inspector_is_gone_through_when_it_has_the_focus() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(
        ticket,
        vec![blob(1, 0, b"[1,2,3,4,5,6,7,8,9]"), blob(1, 1, b"{}")],
    );
    desk.keys(&["k", "enter"]);
    desk.inspect();
    let place = |desk: &Desk| {
        let tail = desk.model.tail.as_ref().unwrap();
        let inspector = tail.inspector().unwrap();
        (inspector.cursor, inspector.scroll, tail.cursor)
    };
    desk.keys(&["J", "J"]);
    assert_eq!(place(&desk), (2, 2, 0), "the cursor stays on the screen");
    desk.keys(&["K", "K", "tab", "j"]);
    assert_eq!(place(&desk), (3, 0, 0));
    desk.keys(&["G"]);
    assert!(desk.screen().contains("arrived"));
    desk.keys(&["tab", "j"]);
    desk.inspect();
    assert_eq!(place(&desk), (0, 0, 1));
}

#[test]
fn a_refresh_is_not_mixed_up_with_the_next_page() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["4"]);
    desk.answer_all();
    desk.keys(&["r", "G"]);
    desk.answer_all();
    let rows = desk.model.browser().count();
    let names: std::collections::HashSet<_> = desk.model.browser().rows().map(|it| &it.id).collect();
    assert_eq!(names.len(), rows);
}

#[test]
fn back_leads_from_the_detail_to_the_list() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["enter"]);
    assert_eq!(desk.model.browser().focus, Focus::Detail);
    desk.keys(&["esc"]);
    assert_eq!(desk.model.browser().focus, Focus::List);
}

#[test]
fn quitting_and_interrupting_are_told_apart() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["q"]);
    assert!(matches!(desk.asked.last(), Some(Effect::Quit(Ended::Done))));
    desk.keys(&["/", "ctrl-c"]);
    assert!(matches!(
        desk.asked.last(),
        Some(Effect::Quit(Ended::Interrupted))
    ));
}

#[test]
fn the_selected_resource_is_asked_for_even_while_others_hang() {
    let mut desk = Desk::start(80, 24);
    for (ticket, request) in desk.take_calls() {
        desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    }
    // Four descriptions hang.
    desk.keys(&["G"]);
    assert!(requests(&mut desk).contains(&Request::Describe(Section::Streams, "dms-cdc".into())));
}

#[test]
fn a_next_page_that_fails_is_told_and_asked_for_again() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["4"]);
    desk.answer_all();
    desk.keys(&["G"]);
    desk.fail_list(Section::Predictions, &error(ErrorKind::Denied));
    assert!(desk.screen().contains("✗ r asks again"), "{}", desk.screen());
    desk.keys(&["r"]);
    assert!(requests(&mut desk).contains(&Request::List(Section::Predictions, Some("100".into()))));
}

#[test]
fn a_refresh_keeps_the_cursor_on_its_resource() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["j", "r"]);
    for (ticket, request) in desk.take_calls() {
        let reply = match fixtures::answer(&request) {
            Reply::Listed(section, Ok(mut page)) => {
                page.items.rotate_right(2);
                Reply::Listed(section, Ok(page))
            }
            reply => reply,
        };
        desk.send(Message::Reply(ticket, reply));
    }
    assert_eq!(desk.model.browser().selected().unwrap().name, "clickstream");
    assert_eq!(desk.model.browser().cursor, 3);
}

#[test]
fn closing_the_inspector_leaves_no_empty_lines() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    for number in 0..50 {
        desk.tail_brings(ticket, vec![blob(1, number, b"{}")]);
    }
    desk.keys(&["enter"]);
    desk.inspect();
    desk.keys(&["esc"]);
    assert!(
        desk.screen().contains("cust-0049") && desk.screen().contains("cust-0035"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_record_that_falls_off_while_it_is_read_stays() {
    let mut desk = Desk::filled(80, 24);
    desk.model.settings.ring_bytes = 4000;
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 0, b"{\"kept\":0}"), blob(1, 1, b"{}")]);
    desk.keys(&["k", "enter"]);
    desk.inspect();
    for number in 2..60 {
        desk.tail_brings(ticket, vec![blob(1, number, b"{}")]);
    }
    assert!(desk.model.tail.as_ref().unwrap().ring.dropped() > 0);
    assert!(desk.screen().contains("kept  0"), "{}", desk.screen());
}

#[test]
fn a_megabyte_of_clipboard_is_taken_at_once_and_in_part() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["/"]);
    desk.type_text("ab");
    desk.send(Message::Pasted("x\n".repeat(1 << 20)));
    let Some(kinescope::model::Overlay::Prompt(prompt)) = desk.model.overlays.last() else {
        panic!()
    };
    assert_eq!((prompt.input.value().len(), prompt.input.cursor()), (4098, 4098));
}

#[test]
fn a_tail_that_has_ended_wakes_nobody() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_events(ticket, vec![TailEvent::Ended], 1);
    desk.wait(Duration::from_mins(1));
    assert_eq!(desk.model.wake_at(desk.now.mono), None);
}

#[test]
fn records_that_were_dropped_before_they_could_be_read_are_told() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["t"]);
    let (ticket, request) = desk.take_tail();
    assert_eq!(request.retention, Some(Duration::from_hours(24)));
    desk.send(Message::Reply(ticket, Reply::Tail(TailReply::Begun)));
    desk.tail_events(ticket, vec![TailEvent::Gap(blob(1, 0, b"").shard)], 1);
    assert!(desk.screen().contains("✗ gap in 001"), "{}", desk.screen());
}

#[test]
fn keys_of_ones_own_are_what_the_screen_tells() {
    let word = |text: &str| Word {
        text: text.to_owned(),
        at: 0,
    };
    let mut desk = Desk::filled(80, 24);
    let changes = vec![
        (
            word("browse"),
            vec![(word("refresh"), vec![word("f5")]), (word("search"), vec![])],
        ),
        (word("tail"), vec![(word("export"), vec![word("ctrl-w")])]),
    ];
    desk.model.keymap = Keymap::embedded().unwrap().with(&changes).unwrap();
    let footer = |desk: &Desk| desk.screen().lines().last().unwrap().to_owned();
    assert!(footer(&desk).contains(" f5 refresh ") && !footer(&desk).contains("search"));
    desk.keys(&["r", "/"]);
    assert!(desk.take_calls().is_empty() && desk.model.overlays.is_empty());
    desk.send(Message::Key(KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE)));
    assert!(!desk.take_calls().is_empty());
    desk.keys(&["esc"]);
    assert!(desk.screen().contains("f5 asks again"), "{}", desk.screen());
    desk.keys(&["?"]);
    assert!(desk.screen().contains(" f5 "), "{}", desk.screen());
    desk.keys(&["esc", "ctrl-c"]);
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::Quit(_))));
}
