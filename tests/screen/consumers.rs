//! The consumers of a stream, told as stories.

use std::time::Duration;

use kinescope::message::{Effect, Message, Reply, Request, TailReply};
use kinescope::model::Ticket;
use kinescope::resource::{Position, Section};
use kinescope::source::{ErrorKind, SourceError};

use super::desk::Desk;
use super::fixtures;
use super::gallery::{Scene, scene};

const FULFILMENT: &str =
    "arn:aws:kinesis:us-east-1:111122223333:stream/orders/consumer/fulfilment:1794475800";

/// The program at `orders`, where writes are allowed.
fn desk() -> Desk {
    let mut desk = Desk::filled(80, 24);
    desk.model.identity.read_only = false;
    desk
}

/// The same with the menu open and its consumers listed.
fn at_menu() -> Desk {
    let mut desk = desk();
    desk.keys(&["C"]);
    desk.answer_all();
    desk
}

/// The same with a name for a new consumer typed and taken.
fn at_confirmation() -> Desk {
    let mut desk = at_menu();
    desk.keys(&["G", "enter"]);
    desk.type_text("billing");
    desk.keys(&["enter"]);
    desk
}

/// The menu, and what it asks.
pub(super) const SCENES: [Scene; 5] = [
    scene("consumers", Desk::writing, |desk| {
        desk.keys(&["C"]);
        desk.answer_all();
        desk.keys(&["j"]);
    }),
    scene("consumers-waiting", Desk::writing, |desk| {
        desk.keys(&["C"]);
        desk.wait(Duration::from_millis(1500));
    }),
    scene("consumers-failed", Desk::writing, |desk| {
        desk.keys(&["C"]);
        let error = SourceError::new(
            ErrorKind::Denied,
            "ListStreamConsumers",
            "orders",
            "AccessDenied",
            "no",
        );
        for (ticket, request) in desk.take_calls() {
            let reply = match request {
                Request::Consumers(section, ..) => Reply::Consumers(section, Err(error.clone())),
                request => fixtures::answer(&request),
            };
            desk.send(Message::Reply(ticket, reply));
        }
    }),
    scene("consumer-name", Desk::writing, |desk| {
        desk.keys(&["C"]);
        desk.answer_all();
        desk.keys(&["G", "enter"]);
        desk.type_text("billing");
    }),
    scene("confirm", Desk::writing, |desk| {
        desk.keys(&["C"]);
        desk.answer_all();
        desk.keys(&["G", "enter"]);
        desk.type_text("billing");
        desk.keys(&["enter"]);
    }),
];

/// The one write that was asked for.
fn take_write(desk: &mut Desk) -> (Ticket, Request) {
    let is_write = |request: &Request| matches!(request, Request::Register(..) | Request::Deregister(..));
    let mut writes: Vec<_> = desk
        .take_calls()
        .into_iter()
        .filter(|(_, request)| is_write(request))
        .collect();
    assert_eq!(writes.len(), 1);
    writes.remove(0)
}

#[test]
fn consumers_are_listed_beside_their_stream() {
    let desk = desk();
    let screen = desk.screen();
    for words in ["Consumers  2", "fulfilment", "ACTIVE", "DELETING", "…794475800"] {
        assert!(screen.contains(words), "{screen}");
    }
}

#[test]
fn a_stream_is_tailed_through_the_consumer_that_is_chosen() {
    let mut desk = at_menu();
    desk.keys(&["j", "enter"]);
    let (ticket, request) = desk.take_tail();
    let through = request.through.unwrap();
    assert_eq!(
        (through.consumer.as_str(), request.from),
        (FULFILMENT, Position::Latest)
    );
    desk.send(Message::Reply(ticket, Reply::Tail(TailReply::Begun)));
    assert!(desk.screen().contains("orders › live tail through fulfilment"));
}

#[test]
fn whoever_starts_again_from_another_place_stays_with_the_consumer() {
    let mut desk = at_menu();
    desk.keys(&["j", "enter"]);
    desk.take_tail();
    desk.keys(&["T"]);
    desk.type_text("trim-horizon");
    desk.keys(&["enter"]);
    let (_, request) = desk.take_tail();
    assert_eq!(request.from, Position::TrimHorizon);
    assert_eq!(request.through.unwrap().consumer, FULFILMENT);
    desk.keys(&["esc", "t"]);
    assert_eq!(desk.take_tail().1.through, None);
}

#[test]
fn a_consumer_is_chosen_from_within_a_tail_too() {
    let mut desk = desk();
    desk.begin_tail();
    desk.keys(&["C"]);
    desk.answer_all();
    desk.keys(&["j", "enter"]);
    assert!(desk.take_tail().1.through.is_some());
}

#[test]
fn a_consumer_that_is_on_its_way_out_is_not_tailed_through() {
    let mut desk = at_menu();
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("audit is DELETING and cannot read"));
    assert!(desk.model.tail.is_none());
}

#[test]
fn a_new_consumer_is_registered_after_a_yes_and_tailed_through_once_it_is_active() {
    let mut desk = at_confirmation();
    let screen = desk.screen();
    assert!(
        screen.contains("consumer-shard hour and per GB retrieved"),
        "{screen}"
    );
    desk.keys(&["enter", "space"]);
    assert!(desk.take_calls().is_empty(), "only a yes is a yes");
    desk.keys(&["y"]);
    let (ticket, request) = take_write(&mut desk);
    assert_eq!(
        request,
        Request::Register(Section::Streams, "orders".into(), "billing".to_owned())
    );
    desk.wait(Duration::from_secs(2));
    assert!(
        desk.screen().contains("registering billing … 2"),
        "{}",
        desk.screen()
    );
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    let (tail, request) = desk.take_tail();
    let through = request.through.unwrap();
    assert!(through.patient && through.consumer.contains("/consumer/billing:"));
    desk.send(Message::Reply(tail, Reply::Tail(TailReply::Registering)));
    assert!(
        desk.screen().contains("the consumer to become ACTIVE"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_name_that_the_service_would_refuse_is_not_taken() {
    let mut desk = at_menu();
    desk.keys(&["G", "enter"]);
    desk.type_text("two words");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("1 to 128 letters"), "{}", desk.screen());
    desk.keys(&["ctrl-u"]);
    desk.type_text("fulfilment");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("has a consumer of this name"));
    assert!(desk.take_calls().is_empty());
}

#[test]
fn a_no_goes_back_and_nothing_was_asked_for() {
    for no in ["esc", "n"] {
        let mut desk = at_confirmation();
        desk.keys(&[no]);
        assert!(desk.screen().contains("register a new consumer"));
        assert!(desk.take_calls().is_empty());
    }
}

#[test]
fn in_read_only_mode_no_write_is_asked_for() {
    let mut desk = at_menu();
    desk.model.identity.read_only = true;
    desk.keys(&["j", "d"]);
    assert!(
        desk.screen()
            .contains("DeregisterStreamConsumer is refused: start without --read-only")
    );
    desk.keys(&["y", "G", "enter"]);
    assert!(
        desk.screen()
            .contains("RegisterStreamConsumer is refused: start without --read-only")
    );
    desk.type_text("billing");
    desk.keys(&["enter", "y"]);
    assert!(desk.take_calls().is_empty());
}

#[test]
fn a_consumer_is_deregistered_after_a_yes_and_the_others_are_listed_anew() {
    let mut desk = at_menu();
    desk.keys(&["j", "d"]);
    assert!(desk.screen().contains("Deregister the consumer fulfilment?"));
    desk.keys(&["y"]);
    let (ticket, request) = take_write(&mut desk);
    let Request::Deregister(_, _, consumer) = &request else {
        panic!("{request:?}")
    };
    assert_eq!(consumer.arn.as_str(), FULFILMENT);
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    assert!(desk.screen().contains("deregistered fulfilment"));
    let again = Request::Consumers(Section::Streams, "orders".into(), None);
    let asked: Vec<_> = desk
        .take_calls()
        .into_iter()
        .map(|(_, request)| request)
        .collect();
    assert_eq!(asked, [again.clone(), again], "for the menu and for the detail");
}

#[test]
fn a_registration_goes_on_when_the_menu_is_closed_and_is_told() {
    let mut desk = at_confirmation();
    desk.keys(&["y"]);
    let (ticket, request) = take_write(&mut desk);
    desk.keys(&["esc"]);
    assert!(
        !desk
            .asked
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(_)))
    );
    desk.send(Message::Reply(ticket, fixtures::answer(&request)));
    assert!(
        desk.screen().contains("registered billing; AWS bills for it"),
        "{}",
        desk.screen()
    );
    assert!(desk.model.tail.is_none());
}

#[test]
fn a_registration_that_fails_says_why_in_the_menu() {
    let mut desk = at_confirmation();
    desk.keys(&["y"]);
    let (ticket, _) = take_write(&mut desk);
    let denied = SourceError::new(
        ErrorKind::Denied,
        "RegisterStreamConsumer",
        "orders",
        "AccessDeniedException",
        "no",
    );
    desk.send(Message::Reply(
        ticket,
        Reply::Registered("orders".into(), Err(denied)),
    ));
    assert!(
        desk.screen()
            .contains("permission to call RegisterStreamConsumer"),
        "{}",
        desk.screen()
    );
    assert!(desk.model.tail.is_none());
}

#[test]
fn what_has_no_consumers_says_so() {
    let mut desk = desk();
    desk.keys(&["2"]);
    desk.answer_all();
    desk.keys(&["C"]);
    assert!(
        desk.screen().contains("has no registered consumers"),
        "{}",
        desk.screen()
    );
}

#[test]
fn no_size_is_too_small_for_the_menu() {
    for open in [at_menu, at_confirmation] {
        let mut desk = open();
        for (width, height) in (1..60).flat_map(|n| [(n, 1), (1, n), (n, n / 2 + 1), (n, 60 - n)]) {
            desk.model.size = kinescope::model::Size { width, height };
            desk.screen();
        }
    }
}
