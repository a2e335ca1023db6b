//! What the screens look like, at three sizes.

use std::time::Duration;

use insta::assert_snapshot;
use kinescope::resource::{Event, Section};
use kinescope::source::{ErrorKind, SourceError};
use kinescope::tail::TailEvent;

use super::desk::Desk;
use super::fixtures::{blob, change};

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (140, 45)];

/// One picture for each size.
fn at_each_size(name: &str, scene: impl Fn(&mut Desk)) {
    for (width, height) in SIZES {
        let mut desk = Desk::filled(width, height);
        scene(&mut desk);
        assert_snapshot!(format!("{name}-{width}x{height}"), desk.screen());
    }
}

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

#[test]
fn streams_with_their_lineage() {
    at_each_size("streams", |desk| desk.keys(&["enter", "esc"]));
}

#[test]
fn the_detail_alone_on_a_small_screen() {
    at_each_size("detail", |desk| desk.keys(&["enter"]));
}

#[test]
fn tables() {
    at_each_size("tables", |desk| {
        desk.keys(&["2"]);
        desk.answer_all();
    });
}

#[test]
fn features_with_a_record() {
    at_each_size("features", |desk| {
        desk.keys(&["3"]);
        desk.answer_all();
        desk.keys(&["i"]);
        desk.type_text("cust-0031");
        desk.keys(&["enter"]);
        desk.answer_all();
    });
}

#[test]
fn predictions_say_what_a_state_lacks() {
    at_each_size("predictions", |desk| {
        desk.keys(&["4"]);
        desk.answer_all();
        desk.keys(&["enter"]);
    });
}

#[test]
fn a_tail_with_the_inspector() {
    at_each_size("tail", |desk| {
        tail_orders(desk);
        desk.keys(&["enter", "k"]);
        desk.inspect();
    });
}

#[test]
fn a_tail_in_hex() {
    at_each_size("tail-hex", |desk| {
        tail_orders(desk);
        desk.keys(&["k", "k", "enter", "x"]);
        desk.inspect();
    });
}

#[test]
fn a_tail_of_a_table() {
    at_each_size("tail-table", |desk| {
        desk.keys(&["2"]);
        desk.answer_all();
        let ticket = desk.begin_tail();
        for (number, event) in [Event::Insert, Event::Modify, Event::Remove]
            .into_iter()
            .enumerate()
        {
            desk.tail_brings(ticket, vec![change(event, u32::try_from(number).unwrap())]);
        }
        desk.keys(&["enter"]);
        desk.inspect();
    });
}

#[test]
fn the_help_and_a_prompt() {
    at_each_size("help", |desk| desk.keys(&["?"]));
    at_each_size("tail-from", |desk| {
        desk.keys(&["T"]);
        desk.type_text("yesterday");
        desk.keys(&["enter"]);
    });
}

#[test]
fn a_wait_and_a_refusal() {
    for (width, height) in SIZES {
        let mut desk = Desk::start(width, height);
        desk.wait(Duration::from_millis(3500));
        assert_snapshot!(format!("waiting-{width}x{height}"), desk.screen());
        let denied = SourceError::new(
            ErrorKind::Denied,
            "ListStreams",
            "",
            "AccessDeniedException",
            "User: arn:aws:iam::111122223333:user/analyst is not authorized to perform: kinesis:ListStreams",
        );
        desk.fail_list(Section::Streams, &denied);
        assert_snapshot!(format!("denied-{width}x{height}"), desk.screen());
    }
}

#[test]
fn ascii_only() {
    let mut desk = Desk::filled(80, 24).in_ascii();
    tail_orders(&mut desk);
    desk.keys(&["enter"]);
    desk.inspect();
    let screen = desk.screen();
    assert!(screen.is_ascii());
    assert_snapshot!("ascii-80x24", screen);
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
