//! A stream of ten thousand shards.

use std::time::{Duration, Instant};

use kinescope::message::{Effect, Message, Reply, Request, TailReply};
use kinescope::model::Ticket;
use kinescope::resource::{HashRange, Page, Section, Shard};
use kinescope::source::{ErrorKind, SourceError};

use super::desk::Desk;
use super::fixtures;

const PAGE: usize = 1000;

fn shards(first: usize, count: usize) -> Vec<Shard> {
    let shard = |number: usize| Shard {
        id: format!("shardId-{number:012}").into(),
        parent: None,
        adjacent_parent: None,
        hash_range: Some(HashRange {
            start: number as u128,
            end: number as u128,
        }),
        first: Some("1".into()),
        last: None,
    };
    (first..first + count).map(shard).collect()
}

/// The streams, where everything is answered but the shards of the selected one.
fn desk() -> Desk {
    let mut desk = Desk::start(100, 30);
    loop {
        desk.wait(Duration::from_millis(200));
        let calls = desk.take_calls();
        let (shards, others): (Vec<_>, Vec<_>) = calls
            .into_iter()
            .partition(|(_, request)| matches!(request, Request::Shards(..)));
        desk.asked
            .extend(shards.into_iter().map(|(ticket, it)| Effect::Call(ticket, it)));
        if others.is_empty() {
            return desk;
        }
        for (ticket, request) in others {
            desk.send(Message::Reply(ticket, fixtures::answer(&request)));
        }
    }
}

/// The call for shards that is under way, and the place in the listing where it begins.
fn take_call(desk: &mut Desk) -> Option<(Ticket, usize)> {
    let mut calls = desk.take_calls().into_iter();
    calls.find_map(|(ticket, request)| match request {
        Request::Shards(_, _, from) => Some((ticket, from.map_or(0, |it| it.as_str().parse().unwrap()))),
        _ => None,
    })
}

fn answer(desk: &mut Desk, page: Result<Page<Shard>, SourceError>, ticket: Ticket) {
    let reply = Reply::Shards(Section::Streams, "orders".into(), page);
    desk.send(Message::Reply(ticket, reply));
}

/// Answers so many pages of a stream of so many shards.
fn bring(desk: &mut Desk, pages: usize, total: usize) {
    for _ in 0..pages {
        let (ticket, from) = take_call(desk).expect("a page is asked for");
        let end = (from + PAGE).min(total);
        let next = (end < total).then(|| end.to_string().as_str().into());
        let items = shards(from, end - from);
        answer(desk, Ok(Page { items, next }), ticket);
    }
}

#[test]
fn the_pages_come_by_themselves_and_how_many_there_are_is_told() {
    let mut desk = desk();
    bring(&mut desk, 3, 10_000);
    desk.wait(Duration::from_secs(2));
    let screen = desk.screen();
    assert!(
        screen.contains("Shards  3,000 so far · 3,000 open · 0 closed"),
        "{screen}"
    );
    assert!(screen.contains("asking for more shards … 2 s"), "{screen}");
    bring(&mut desk, 7, 10_000);
    let screen = desk.screen();
    assert!(screen.contains("Shards  10,000 open · 0 closed"), "{screen}");
    assert!(!screen.contains("more shards"), "{screen}");
    desk.keys(&["enter", "G"]);
    assert!(desk.screen().contains("9999"), "{}", desk.screen());
    assert_eq!(take_call(&mut desk), None);
}

#[test]
fn escape_keeps_the_shards_that_are_here_and_says_so_and_r_asks_again() {
    let mut desk = desk();
    bring(&mut desk, 3, 10_000);
    let (under_way, _) = take_call(&mut desk).unwrap();
    desk.keys(&["esc"]);
    assert!(matches!(desk.asked.last(), Some(Effect::Cancel(ticket)) if *ticket == under_way));
    let screen = desk.screen();
    assert!(screen.contains("Shards  3,000 so far"), "{screen}");
    assert!(
        screen.contains("more shards: not waited for; r asks again"),
        "{screen}"
    );
    desk.wait(Duration::from_mins(1));
    assert_eq!(take_call(&mut desk), None);
    desk.keys(&["r"]);
    let screen = desk.screen();
    assert!(screen.contains("asking for the shards again"), "{screen}");
    assert!(screen.contains("3,000 so far"), "{screen}");
    bring(&mut desk, 10, 10_000);
    assert!(desk.screen().contains("Shards  10,000 open"), "{}", desk.screen());
}

#[test]
fn a_page_that_fails_leaves_the_shards_that_are_here_and_is_told_above_them() {
    let mut desk = desk();
    bring(&mut desk, 3, 10_000);
    let (ticket, _) = take_call(&mut desk).unwrap();
    let error = SourceError::new(
        ErrorKind::Denied,
        "ListShards",
        "orders",
        "AccessDenied",
        "no more of it",
    );
    answer(&mut desk, Err(error), ticket);
    desk.wait(Duration::from_mins(1));
    let screen = desk.screen();
    assert!(
        screen.contains("3,000 so far") && screen.contains("no more of it"),
        "{screen}"
    );
}

#[test]
fn a_frame_looks_only_at_the_shards_that_it_shows() {
    let drawn = |total: usize| {
        let mut desk = desk();
        bring(&mut desk, total.div_ceil(PAGE), total);
        desk.keys(&["enter", "pgdn"]);
        // The quickest of many: whatever else the machine does only makes a frame slower.
        (0..20).map(|_| frame(&desk)).min().unwrap()
    };
    let (few, many) = (drawn(100), drawn(10_000));
    assert!(many < 5 * few, "{few:?} for 100 shards, {many:?} for 10,000");
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a frame takes is what is looked at"
)]
fn frame(desk: &Desk) -> Duration {
    let begin = Instant::now();
    desk.draw();
    begin.elapsed()
}

#[test]
fn a_tail_says_how_many_shards_it_has_listed_and_escape_ends_the_listing() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["t"]);
    let (ticket, _) = desk.take_tail();
    desk.send(Message::Reply(ticket, Reply::Tail(TailReply::Listing(3000))));
    desk.wait(Duration::from_secs(2));
    assert!(
        desk.screen()
            .contains("asking for the shards (3,000 so far) … 2 s"),
        "{}",
        desk.screen()
    );
    desk.keys(&["esc"]);
    assert!(matches!(desk.asked.last(), Some(Effect::Cancel(it)) if *it == ticket));
    assert!(desk.model.tail.is_none());
}
