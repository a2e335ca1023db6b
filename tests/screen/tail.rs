//! The live tail, told as stories: where it begins, what its shards do, and what is missing from it.

use std::time::Duration;

use kinescope::message::{Effect, Message, Reply, TailReply, TailRequest};
use kinescope::resource::{HashRange, Position, ShardId};
use kinescope::source::{ErrorKind, SourceError};
use kinescope::tail::{Lag, TailEvent};

use super::desk::Desk;
use super::fixtures::{blob, change};
use super::gallery::{Scene, scene};
use kinescope::resource::Event;

fn picked(desk: &mut Desk) -> TailRequest {
    desk.keys(&["enter"]);
    desk.take_tail().1
}

fn throttled() -> SourceError {
    SourceError::new(
        ErrorKind::Throttled,
        "GetRecords",
        "orders",
        "ProvisionedThroughputExceededException",
        "slow down",
    )
}

/// A shard is read once a second and brings so many records each time.
fn flow(desk: &mut Desk, ticket: kinescope::model::Ticket, shard: u32, seconds: u32, each: u32) {
    for second in 0..seconds {
        let records: Vec<_> = (0..each).map(|n| blob(shard, second * each + n, b"{}")).collect();
        let id = ShardId::from(format!("shardId-{shard:012}").as_str());
        let read = TailEvent::Read {
            shard: id,
            records,
            lag: Lag::default(),
        };
        desk.tail_events(ticket, vec![read], 1);
        desk.wait(Duration::from_secs(1));
    }
}

/// The tail where it waits, lacks something or tells of its shards.
pub(super) const SCENES: [Scene; 8] = [
    scene("tail-listing", Desk::filled, |desk| {
        desk.keys(&["t"]);
        desk.wait(Duration::from_millis(2500));
    }),
    scene("tail-failed", Desk::filled, |desk| {
        desk.keys(&["t"]);
        let (ticket, _) = desk.take_tail();
        desk.send(Message::Reply(
            ticket,
            Reply::Tail(TailReply::Failed(throttled())),
        ));
    }),
    scene("tail-empty", Desk::filled, |desk| {
        desk.begin_tail();
    }),
    scene("tail-ended", Desk::filled, |desk| {
        let ticket = desk.begin_tail();
        desk.tail_events(ticket, vec![TailEvent::Ended], 1);
    }),
    scene("tail-paused", Desk::filled, |desk| {
        let ticket = desk.begin_tail();
        desk.tail_brings(ticket, (0..9).map(|n| blob(1, n, b"{}")).collect());
        desk.keys(&["space", "k"]);
        desk.tail_brings(ticket, (9..12).map(|n| blob(1, n, b"{}")).collect());
    }),
    scene("tail-gap", Desk::filled, |desk| {
        let ticket = desk.begin_tail();
        desk.tail_brings(ticket, vec![blob(1, 1, b"before")]);
        desk.tail_events(ticket, vec![TailEvent::Gap(blob(1, 1, b"").shard)], 2);
        desk.tail_brings(ticket, vec![blob(1, 9, b"after")]);
    }),
    scene("tail-shards", Desk::filled, |desk| {
        let ticket = desk.begin_tail();
        let ids: Vec<_> = (0..4).map(|shard| blob(shard, 0, b"").shard).collect();
        desk.tail_events(ticket, ids.iter().cloned().map(TailEvent::Opened).collect(), 1);
        flow(desk, ticket, 1, 12, 40);
        flow(desk, ticket, 2, 1, 1);
        let failed = TailEvent::Trouble(ids[3].clone(), throttled());
        desk.tail_events(ticket, vec![failed, TailEvent::Closed(ids[0].clone())], 2);
        flow(desk, ticket, 1, 2, 40);
        desk.keys(&["s"]);
    }),
    scene("hot-keys", Desk::filled, |desk| {
        let ticket = desk.begin_tail();
        for number in 0..30 {
            desk.tail_brings(ticket, vec![blob(1, 7, b"{}"), blob(1, number, b"{}")]);
        }
        desk.keys(&["H"]);
    }),
];

#[test]
fn a_place_is_picked_with_the_arrows() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["T"]);
    assert!(desk.screen().contains("from now on"));
    desk.keys(&["down"]);
    assert!(desk.screen().contains("everything that the stream still keeps"));
    let request = picked(&mut desk);
    assert_eq!(request.from, Position::TrimHorizon);
    assert!(request.only.is_empty() && request.parents_first);
    assert!(desk.screen().contains("live tail from trim-horizon"));
}

#[test]
fn what_is_typed_replaces_the_place_and_a_time_is_of_the_clock_on_the_wall() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["T"]);
    desk.type_text("12:30");
    assert!(desk.screen().contains("2026-11-20 12:30:00 +01:00 · 30 min ago"));
    let request = picked(&mut desk);
    let half_past = "2026-11-20T11:30:00Z".parse().unwrap();
    assert_eq!(request.from, Position::AtTimestamp(half_past));
}

#[test]
fn times_are_told_in_utc_when_asked() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 7, b"{}")]);
    assert!(desk.screen().contains("13:00:00.070"));
    desk.keys(&["U"]);
    assert!(desk.screen().contains("12:00:00.070") && desk.screen().contains("times are UTC"));
    desk.keys(&["T"]);
    desk.type_text("11:30");
    assert!(desk.screen().contains("2026-11-20 11:30:00 +00:00"));
    desk.keys(&["esc", "U"]);
    assert!(desk.screen().contains("times are local, +01 from UTC"));
}

#[test]
fn one_shard_or_several_are_picked() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["T", "down", "tab", "j", "j", "space", "j", "space"]);
    assert!(desk.screen().contains("[x] shardId-000000000001"));
    let request = picked(&mut desk);
    assert_eq!(request.from, Position::TrimHorizon);
    let shards = ["shardId-000000000000", "shardId-000000000001"].map(ShardId::from);
    assert_eq!(request.only, shards);
    assert!(desk.screen().contains("· 2 shards"));
    // The choice is there when it is asked for again, and is taken back as a whole.
    desk.keys(&["T", "tab", "j", "space"]);
    assert!(picked(&mut desk).only.is_empty());
}

#[test]
fn the_selected_record_is_a_place() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 7, b"{}")]);
    desk.keys(&["T", "up", "down", "down", "down", "down", "down"]);
    assert!(desk.screen().contains("the selected record, in its shard"));
    let request = picked(&mut desk);
    assert_eq!(request.from, Position::AtSequence(blob(1, 7, b"{}").sequence));
    assert_eq!(request.only, [blob(1, 7, b"{}").shard]);
}

#[test]
fn a_sequence_number_belongs_to_one_shard() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["T"]);
    desk.type_text("seq:12");
    desk.keys(&["tab", "j", "j", "space", "j", "space", "enter"]);
    assert!(desk.screen().contains("a sequence number belongs to one shard"));
}

#[test]
fn children_need_not_wait_for_their_parents() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["T", "tab", "space"]);
    assert!(!picked(&mut desk).parents_first);
    assert!(desk.screen().contains("no parent order"));
    desk.keys(&["O"]);
    assert!(matches!(desk.asked.last(), Some(Effect::OrderTail(_, true))));
    assert!(
        desk.screen()
            .contains("parents are drained before their children")
    );
}

#[test]
fn a_time_that_cannot_be_sought_is_come_to_with_progress() {
    let mut desk = Desk::filled(80, 24);
    desk.keys(&["2"]);
    desk.answer_all();
    desk.keys(&["T"]);
    desk.type_text("-15m");
    assert!(desk.screen().contains("what is older is passed over"));
    desk.keys(&["enter"]);
    let (ticket, _) = desk.take_tail();
    let passed_over = |skipped| TailEvent::Read {
        shard: "shardId-1".into(),
        records: Vec::new(),
        lag: Lag {
            skipped,
            reached: Some("2026-11-20T09:30:00Z".parse().unwrap()),
            ..Lag::default()
        },
    };
    desk.tail_events(ticket, vec![passed_over(1000), passed_over(900)], 2);
    assert!(
        desk.screen()
            .contains("seeking, at 10:30:00.000 · 1,900 passed over")
    );
    let found = TailEvent::Read {
        shard: "shardId-1".into(),
        records: vec![change(Event::Insert, 1)],
        lag: Lag::default(),
    };
    desk.tail_events(ticket, vec![found], 3);
    assert!(!desk.screen().contains("seeking"));
}

#[test]
fn a_gap_stands_where_the_records_are_missing() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, vec![blob(1, 1, b"before")]);
    desk.tail_events(ticket, vec![TailEvent::Gap(blob(1, 1, b"").shard)], 2);
    desk.tail_brings(ticket, vec![blob(1, 9, b"after")]);
    let screen = desk.screen();
    let line = |words: &str| screen.lines().position(|line| line.contains(words)).unwrap();
    let gap = line("gap: shard 001 dropped records before they could be read");
    assert_eq!((line("before  "), line("after  ")), (gap - 1, gap + 1));
    desk.keys(&["k", "enter"]);
    assert!(desk.screen().contains("no record to read closely here"));
}

#[test]
fn a_shard_that_is_gone_is_closed_and_no_trouble_any_more() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    let gone = blob(0, 0, b"").shard;
    let words = "no such shard";
    let error = SourceError::new(ErrorKind::NotFound, "GetRecords", "orders", "code", words);
    desk.tail_events(ticket, vec![TailEvent::Trouble(gone.clone(), error)], 2);
    assert!(desk.screen().contains(words));
    desk.tail_events(ticket, vec![TailEvent::Closed(gone)], 2);
    assert!(!desk.screen().contains(words));
}

#[test]
fn what_is_wrong_with_a_shard_is_not_cut_off_in_the_table_however_long_its_name() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    let shard = ShardId::from("shardId-00000001795121822776-b388fc2c");
    let error = SourceError::new(ErrorKind::Denied, "GetRecords", "orders", "code", "no");
    desk.tail_events(ticket, vec![TailEvent::GaveUp(shard, error)], 2);
    desk.keys(&["s"]);
    let screen = desk.screen();
    let row = screen.lines().rfind(|line| line.contains("b388fc2c")).unwrap();
    assert!(row.contains("given up"), "{screen}");
}

#[test]
fn what_is_wrong_with_shards_stands_in_the_line_of_status_at_any_width() {
    for width in [40, 80] {
        let mut desk = Desk::filled(width, 12);
        let ticket = desk.begin_tail();
        let (idle, refused) = (blob(0, 0, b"").shard, blob(1, 0, b"").shard);
        let error = SourceError::new(ErrorKind::Denied, "GetRecords", "orders", "code", "no");
        let events = vec![TailEvent::Opened(idle), TailEvent::GaveUp(refused, error)];
        desk.tail_events(ticket, events, 2);
        desk.wait(Duration::from_secs(11));
        let screen = desk.screen();
        assert!(
            screen.contains("1 given up · 1 stuck") && screen.contains("throttled") == (width == 80),
            "{screen}"
        );
    }
}

#[test]
fn a_narrow_line_of_status_keeps_how_far_it_is_behind() {
    let mut desk = Desk::filled(40, 12);
    let ticket = desk.begin_tail();
    let lag = Lag {
        behind: Some(Duration::from_secs(7)),
        ..Lag::default()
    };
    let read = TailEvent::Read {
        shard: blob(0, 0, b"").shard,
        records: Vec::new(),
        lag,
    };
    desk.tail_events(ticket, vec![read], 1);
    let screen = desk.screen();
    assert!(screen.contains("behind 7"), "{screen}");
}

#[test]
fn a_hot_shard_is_seen_among_more_than_fit() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    for shard in 0..40 {
        let opened = TailEvent::Opened(blob(shard, 0, b"").shard);
        desk.tail_events(ticket, vec![opened], 1);
    }
    flow(&mut desk, ticket, 33, 4, 90);
    assert!(desk.screen().contains(" 033 "), "{}", desk.screen());
    assert!(desk.screen().lines().any(|line| line.contains("hot")));
}

#[test]
fn throttles_are_counted_and_hide_no_shard() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    flow(&mut desk, ticket, 1, 3, 5);
    desk.tail_events(
        ticket,
        vec![TailEvent::Trouble(blob(1, 0, b"").shard, throttled())],
        4,
    );
    assert!(desk.screen().contains(" 001 ") && !desk.screen().contains("slow down"));
}

#[test]
fn the_table_of_shards_shows_hot_and_stuck_ones() {
    let mut desk = Desk::filled(140, 45);
    let ticket = desk.begin_tail();
    let ids: Vec<_> = (0..4).map(|shard| blob(shard, 0, b"").shard).collect();
    desk.tail_events(ticket, ids.iter().cloned().map(TailEvent::Opened).collect(), 1);
    flow(&mut desk, ticket, 1, 12, 40);
    flow(&mut desk, ticket, 2, 1, 1);
    let failed = TailEvent::Trouble(ids[3].clone(), throttled());
    desk.tail_events(ticket, vec![failed, TailEvent::Closed(ids[0].clone())], 2);
    flow(&mut desk, ticket, 1, 2, 40);
    desk.keys(&["s"]);
    let screen = desk.screen();
    let row = |name: &str| {
        let start = format!("│ {name}  ");
        let row = screen.lines().find_map(|line| line.split_once(&start)).unwrap();
        row.1.to_owned()
    };
    assert!(row("001").contains("hot"));
    assert!(row("003").contains("stuck"));
    assert!(row("000").contains("closed"));
    assert!(screen.contains("shards · 3 read · 4 in all · by id"));
    desk.keys(&["S"]);
    assert!(desk.screen().contains("busiest first"));
    desk.keys(&["esc"]);
    assert!(desk.model.tail.as_ref().unwrap().panel.is_none());
}

#[test]
fn the_keys_that_come_most_are_told_with_their_shards() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    let shard = blob(1, 0, b"").shard;
    let upper_half = HashRange {
        start: u128::MAX / 2 + 1,
        end: u128::MAX,
    };
    let begun = vec![
        TailEvent::Range(shard.clone(), upper_half),
        TailEvent::Opened(shard),
    ];
    desk.tail_events(ticket, begun, 1);
    for number in 0..30 {
        desk.tail_brings(ticket, vec![blob(1, 7, b"{}"), blob(1, number, b"{}")]);
    }
    desk.keys(&["H"]);
    let screen = desk.screen();
    assert!(screen.contains("hot keys · 60 records in"));
    let top = screen.lines().find(|line| line.contains("51.7%")).unwrap();
    assert!(top.contains("cust-0007") && top.contains("31"));
    // The MD5 of "cust-0007" begins with 08, that of "cust-0003" with f7.
    let row = |key: &str| {
        let of_key = |line: &&str| line.contains(key) && line.contains('%');
        screen
            .lines()
            .find(of_key)
            .unwrap()
            .trim_end_matches(['│', ' '])
            .to_owned()
    };
    assert!(row("cust-0007").ends_with('–'));
    assert!(row("cust-0003").ends_with("001"));
    desk.keys(&["i"]);
    desk.type_text("cust-0003");
    desk.keys(&["enter"]);
    assert!(desk.screen().contains("shardId-000000000001"));
}

#[test]
fn a_table_longer_than_its_pane_is_scrolled() {
    let mut desk = Desk::filled(80, 24);
    let ticket = desk.begin_tail();
    let opened = (0..100).map(|shard| TailEvent::Opened(blob(shard, 0, b"").shard));
    desk.tail_events(ticket, opened.collect(), 1);
    desk.keys(&["s", "tab", "G"]);
    assert!(desk.screen().contains("│ 099  "));
    desk.keys(&["g"]);
    assert!(desk.screen().contains("│ 000  "));
}

#[test]
fn what_came_in_an_aggregate_are_records_of_their_own() {
    let mut desk = Desk::filled(100, 30);
    let ticket = desk.begin_tail();
    let aggregate = include_bytes!("../fixtures/decode/kpl-hash-keys.bin");
    desk.tail_brings(ticket, vec![blob(1, 7, aggregate), blob(1, 8, b"alone")]);
    assert_eq!(desk.model.tail.as_ref().unwrap().ring.len(), 4);
    let screen = desk.screen();
    let rows: Vec<_> = screen.lines().filter(|line| line.contains("cust-")).collect();
    assert!(rows[0].contains("cust-1 ") && rows[0].contains("o-1042"));
    assert!(rows[1].contains("cust-2 ") && rows[1].contains("o-1042"));
    assert!(rows[2].contains("cust-1 ") && rows[2].contains("plain"));
    assert!(rows[3].contains("cust-0008") && rows[3].contains("alone"));
    desk.keys(&["k", "k", "enter"]);
    desk.inspect();
    let screen = desk.screen();
    assert!(screen.contains("record · kpl › gzip › json"), "{screen}");
    desk.keys(&["tab", "G"]);
    assert!(
        desk.screen().contains("1 in an aggregate of 319 bytes"),
        "{}",
        desk.screen()
    );
}

#[test]
fn what_is_being_read_stays_when_it_falls_off_the_ring() {
    let mut desk = Desk::filled(80, 24);
    desk.model.settings.ring_bytes = 30 * blob(1, 0, b"{}").weight();
    let ticket = desk.begin_tail();
    desk.tail_brings(ticket, (0..25).map(|n| blob(1, n, b"{}")).collect());
    desk.keys(&["k", "k"]);
    let rows = |desk: &Desk| {
        let screen = desk.screen();
        screen
            .lines()
            .filter(|it| it.contains("cust-"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let before = rows(&desk);
    assert!(before.len() > 10);
    for number in 25..200 {
        desk.tail_brings(ticket, vec![blob(1, number, b"{}")]);
    }
    assert_eq!(rows(&desk), before);
    desk.keys(&["enter"]);
    desk.inspect();
    assert!(desk.screen().contains("cust-0022"), "and can be read closely");
    desk.keys(&["esc", "j"]);
    assert!(desk.screen().contains("▌13:00:00.230"));
    desk.keys(&["pgdn"]);
    let after = rows(&desk);
    assert!(
        after.iter().any(|row| row.contains("cust-0024")),
        "from there on to what is held: {after:#?}"
    );
    assert!(after.iter().any(|row| row.contains("cust-018")), "{after:#?}");
    desk.keys(&["space"]);
    assert!(!rows(&desk).iter().any(|row| row.contains("cust-0024")));
}
