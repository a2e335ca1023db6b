//! What the first screens, the lists and the tail look like.

use std::time::Duration;

use kinescope::message::{Message, Reply, Request};
use kinescope::resource::{Event, Page, Section};
use kinescope::source::{ErrorKind, SourceError};
use kinescope::tail::TailEvent;

use super::desk::Desk;
use super::fixtures::{self, blob, change};
use super::gallery::{Scene, scene};

/// A tail of `orders` that has brought a few records of three shards.
fn tail_orders(desk: &mut Desk) {
    let ticket = desk.begin_tail();
    let opened = (1..4)
        .map(|n| TailEvent::Opened(format!("shardId-{n:012}").as_str().into()))
        .collect();
    desk.tail_events(ticket, opened, 3);
    for number in 0..40 {
        let shard = 1 + number % 7 % 3;
        let data: &[u8] = match number % 5 {
            0 => b"{\"order_id\":\"o-19af\",\"total\":129.90,\"items\":[{\"sku\":\"sku-earl-grey\",\"qty\":2}]}",
            1 => b"2026-11-20T12:00:00Z INFO checkout paid \x1b[31mnow\x1b[0m",
            2 => b"\x00\x01\xfe\xff\x4b\x54",
            3 => "{\"city\":\"東京\",\"total\":1}".as_bytes(),
            _ => b"{\n  \"order_id\": \"o-19b0\",\n  \"total\": 212.40\n}",
        };
        desk.tail_brings(ticket, vec![blob(shard, number, data)]);
    }
}

/// The first screens, the lists and the tail.
pub(super) const SCENES: [Scene; 24] = [
    scene("streams", Desk::filled, |desk| desk.keys(&["enter", "esc"])),
    scene("detail", Desk::filled, |desk| desk.keys(&["enter"])),
    scene("waiting", Desk::start, |desk| {
        desk.wait(Duration::from_millis(3500));
    }),
    scene("denied", Desk::start, |desk| {
        desk.fail_list(Section::Streams, &denied("ListStreams"));
    }),
    scene("cancelled", Desk::start, |desk| desk.keys(&["esc"])),
    scene("nothing-here", Desk::start, |desk| {
        for (ticket, request) in desk.take_calls() {
            let reply = match request {
                Request::List(section, _) => Reply::Listed(
                    section,
                    Ok(Page {
                        items: Vec::new(),
                        next: None,
                    }),
                ),
                request => fixtures::answer(&request),
            };
            desk.send(Message::Reply(ticket, reply));
        }
    }),
    scene("nothing-passes", Desk::filled, |desk| {
        desk.keys(&["f"]);
        desk.type_text("no such stream");
        desk.keys(&["enter"]);
    }),
    scene("detail-failed", Desk::start, |desk| {
        answer_list_and_fail_the_rest(desk);
    }),
    scene("detail-waiting", Desk::start, |desk| {
        desk.answer_list();
        desk.wait(Duration::from_millis(2500));
    }),
    scene("search", Desk::filled, |desk| {
        desk.keys(&["/"]);
        desk.type_text("click");
    }),
    scene("writing-refused", Desk::filled, |desk| {
        desk.keys(&["C", "G"]);
        desk.answer_all();
        desk.keys(&["G", "enter"]);
    }),
    scene("tables", Desk::filled, |desk| {
        desk.keys(&["2"]);
        desk.answer_all();
    }),
    scene("features", Desk::filled, |desk| {
        desk.keys(&["3"]);
        desk.answer_all();
    }),
    scene("features-record", Desk::filled, |desk| {
        desk.keys(&["3"]);
        desk.answer_all();
        desk.keys(&["i"]);
        desk.type_text("cust-0031");
        desk.keys(&["enter"]);
        desk.answer_all();
    }),
    scene("predictions", Desk::filled, |desk| {
        desk.keys(&["4"]);
        desk.answer_all();
        desk.keys(&["enter"]);
    }),
    scene("tail-rows", Desk::filled, tail_orders),
    scene("tail", Desk::filled, |desk| {
        tail_orders(desk);
        desk.keys(&["enter", "k"]);
        desk.inspect();
    }),
    scene("tail-hex", Desk::filled, |desk| {
        tail_orders(desk);
        desk.keys(&["k", "k", "enter", "x"]);
        desk.inspect();
    }),
    scene("tail-table", Desk::filled, |desk| {
        desk.keys(&["2"]);
        desk.answer_all();
        let ticket = desk.begin_tail();
        let events = [Event::Insert, Event::Modify, Event::Remove];
        for (number, event) in (0..).zip(events) {
            desk.tail_brings(ticket, vec![change(event, number)]);
        }
        desk.keys(&["enter"]);
        desk.inspect();
    }),
    scene("help", Desk::filled, |desk| desk.keys(&["?"])),
    scene("help-tail", Desk::filled, |desk| {
        tail_orders(desk);
        desk.keys(&["?"]);
    }),
    scene("tail-from", Desk::filled, |desk| desk.keys(&["T", "down"])),
    scene("tail-from-wrong", Desk::filled, |desk| {
        desk.keys(&["T"]);
        desk.type_text("yesterday");
        desk.keys(&["enter"]);
    }),
    scene("tail-from-shards", Desk::filled, |desk| {
        desk.keys(&["T", "tab", "space", "j"]);
    }),
];

fn denied(operation: &'static str) -> SourceError {
    SourceError::new(
        ErrorKind::Denied,
        operation,
        "",
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:user/analyst is not authorized to perform this",
    )
}

fn answer_list_and_fail_the_rest(desk: &mut Desk) {
    desk.answer_list();
    desk.wait(Duration::from_millis(200));
    for (ticket, request) in desk.take_calls() {
        let reply = match request {
            Request::Describe(section, id) => {
                Reply::Described(section, id, Err(denied("DescribeStreamSummary")))
            }
            Request::Shards(section, id, _) => Reply::Shards(section, id, Err(denied("ListShards"))),
            request => fixtures::answer(&request),
        };
        desk.send(Message::Reply(ticket, reply));
    }
}

#[test]
fn styles_of_the_list() {
    let mut terminal = Desk::filled(80, 24).draw();
    let buffer = terminal.backend_mut().buffer();
    let row = |y: u16| {
        (0..30)
            .map(|x| buffer[(x, y)].modifier.is_empty())
            .collect::<Vec<_>>()
    };
    // The selected row is reversed, and so told apart without colour; the one below it is not.
    assert!(row(3)[2..27].iter().all(|plain| !plain));
    assert!(row(4)[2..27].iter().all(|plain| *plain));
}

#[test]
fn no_size_is_too_small() {
    let mut desk = Desk::filled(80, 24);
    tail_orders(&mut desk);
    desk.keys(&["enter"]);
    desk.inspect();
    for (width, height) in (1..60).flat_map(|n| [(n, 1), (1, n), (n, n / 2 + 1), (n, 60 - n)]) {
        desk.model.size = kinescope::model::Size { width, height };
        desk.screen();
        for key in ["?", "esc", "T", "esc", "k", "G"] {
            desk.keys(&[key]);
            desk.screen();
        }
    }
}
