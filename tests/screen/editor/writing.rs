//! From the review to the record that is read back.

use kinescope::edit::Ending;
use kinescope::message::Ended;
use kinescope::model::ReadOnlyBy;
use kinescope::resource::{DeletionMode, RecordChange};

use super::*;

/// How the last write ended.
fn ending(desk: &Desk) -> Option<&Ending> {
    let desk = desk.model.editor.as_ref()?.desk.as_ref()?;
    Some(&desk.ended.as_ref()?.ending)
}

#[test]
fn the_review_tells_what_is_written_where() {
    let mut desk = at_change();
    desk.keys(&["ctrl-s"]);
    shows(&desk, &["Reading it again"]);
    read(&mut desk, Ok(stored()));
    shows(
        &desk,
        &[
            "Put record · customers / cust-0031",
            "account 111122223333 · shop-dev · us-east-1",
            "OnlineStore, OfflineStore",
            "~ orders_30d 9223372036854775807 7",
            "~ event_time 2026-11-20T11:00:01Z 2026-11-20T12:",
            "newer",
            "= 2 features unchanged, sent byte for byte",
            "Read again: unchanged since you opened it.",
            "PutRecord (ctrl-s) overwrites the whole record.",
            "UpdateRecord (u) sends only",
        ],
    );
    desk.keys(&["esc"]);
    shows(&desk, &["1 unsaved"]);
}

#[test]
fn a_put_looks_writes_and_looks_again() {
    let mut desk = at_review();
    desk.keys(&["ctrl-s"]);
    assert!(matches!(
        desk.asked.last(),
        Some(Effect::Call(_, Request::Record(..)))
    ));
    read(&mut desk, Ok(stored()));
    shows(&desk, &["› writing"]);
    let put = write(&mut desk, Ok(()));
    let RecordChange::Put { features, .. } = &put.change else {
        panic!("{put:?}");
    };
    let names: Vec<_> = features.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["customer_id", "event_time", "orders_30d", "taste"]);
    let base = stored().unwrap();
    assert_eq!(features[3], base.values[3], "an untouched feature");
    read(&mut desk, Ok(as_written(&put)));
    shows(&desk, &["stored, and read back as written", "as stored"]);
    assert!(is_dropped(&desk));
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::Audit(_))));
    assert!(asks_for_nothing(&mut desk));
}

#[test]
fn ctrl_s_need_not_wait_for_the_look_of_the_review() {
    let mut desk = at_change();
    desk.keys(&["ctrl-s"]);
    let (looked, _) = take_call(&mut desk);
    desk.keys(&["ctrl-s"]);
    assert!(
        desk.asked
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(it) if *it == looked))
    );
    read(&mut desk, Ok(stored()));
    write(&mut desk, Ok(()));
}

#[test]
fn an_update_sends_the_changes_only() {
    let mut desk = at_review();
    desk.keys(&["u"]);
    read(&mut desk, Ok(stored()));
    let update = write(&mut desk, Ok(()));
    let RecordChange::Update { features, .. } = update.change else {
        panic!("{update:?}");
    };
    let names: Vec<_> = features.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["orders_30d", "event_time"]);
    let mut record = stored().unwrap();
    record.values[2].1 = one("7");
    record.values[1].1 = features[1].1.clone();
    read(&mut desk, Ok(Some(record)));
    shows(&desk, &["stored, and read back as written"]);
}

#[test]
fn an_update_that_cannot_be_made_says_why() {
    let mut desk = at_editor_where(|group| group.online.as_mut().unwrap().storage = None);
    set(&mut desk, ORDERS, "7");
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(stored()));
    let why = "UpdateRecord needs an online store of the type Standard_V2 or InMemory, and this is Standard";
    shows(&desk, &[why]);
    desk.keys(&["u"]);
    shows(&desk, &["✗ not written: UpdateRecord needs an online store"]);
    assert!(asks_for_nothing(&mut desk));
    let mut desk = at_editor();
    go(&mut desk, ORDERS);
    desk.keys(&["d", "ctrl-s"]);
    read(&mut desk, Ok(stored()));
    shows(&desk, &["these features will be gone: orders_30d"]);
    desk.keys(&["u"]);
    shows(
        &desk,
        &["✗ not written: UpdateRecord cannot remove features: orders_30d"],
    );
}

#[test]
fn what_somebody_else_wrote_is_merged_before_anything_is_written() {
    let mut desk = at_change();
    set(&mut desk, TIER, "gold");
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(Some(theirs("orders_30d", "8"))));
    shows(
        &desk,
        &[
            "somebody changed the record since you read it",
            "1 to decide",
            "? orders_30d 9223372036854775807 8 7",
            "m tier absent absent ✓gold",
        ],
    );
    desk.keys(&["ctrl-s"]);
    shows(&desk, &["1 feature is not decided"]);
    desk.keys(&["t"]);
    shows(&desk, &["all decided", "t orders_30d"]);
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(Some(theirs("orders_30d", "8"))));
    shows(&desk, &["Put record", "+ tier", "= 3 features unchanged"]);
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(Some(theirs("orders_30d", "8"))));
    let put = write(&mut desk, Ok(()));
    let record = as_written(&put).unwrap();
    assert_eq!(record.value("orders_30d"), Some(&one("8")));
    assert_eq!(record.value("tier"), Some(&one("gold")));
    read(&mut desk, Ok(Some(record)));
    shows(&desk, &["stored, and read back as written"]);
}

#[test]
fn a_change_just_before_the_write_is_seen_and_nothing_is_written() {
    let mut desk = at_reread();
    read(&mut desk, Ok(Some(theirs("tier", "silver"))));
    assert!(asks_for_nothing(&mut desk));
    shows(
        &desk,
        &["somebody else changed the record", "all decided", "✓silver"],
    );
    desk.keys(&["esc"]);
    assert_eq!(value(&desk, "orders_30d"), Some(&one("7")));
    assert!(!is_dropped(&desk));
}

#[test]
fn a_record_that_is_gone_is_put_anew_only_where_that_is_decided() {
    let mut desk = at_reread();
    read(&mut desk, Ok(None));
    shows(&desk, &["the record is gone since you read it", "to decide"]);
    desk.keys(&["M", "ctrl-s"]);
    read(&mut desk, Ok(None));
    shows(&desk, &["Put record", "+ orders_30d"]);
}

#[test]
fn theirs_alone_leaves_nothing_to_write() {
    let mut desk = at_reread();
    read(&mut desk, Ok(Some(theirs("orders_30d", "8"))));
    desk.keys(&["T", "ctrl-s"]);
    shows(&desk, &["nothing is left to write", "as stored"]);
    assert!(is_dropped(&desk) && asks_for_nothing(&mut desk));
}

#[test]
fn a_throttled_write_waits_and_is_made_again_after_another_look() {
    let mut desk = at_write();
    write(&mut desk, Err(failure(ErrorKind::Throttled, "PutRecord")));
    assert!(asks_for_nothing(&mut desk));
    shows(&desk, &["tries again in a moment"]);
    desk.wait(std::time::Duration::from_secs(1));
    read(&mut desk, Ok(stored()));
    let put = write(&mut desk, Ok(()));
    read(&mut desk, Ok(as_written(&put)));
    shows(&desk, &["stored, and read back as written"]);
}

#[test]
fn a_write_of_unknown_outcome_is_settled_by_looking_again() {
    let mut desk = at_write();
    let put = write(&mut desk, Err(failure(ErrorKind::Transport, "PutRecord")));
    read(&mut desk, Err(failure(ErrorKind::Denied, "GetRecord")));
    shows(
        &desk,
        &["it is not known whether this was written", "r looks again"],
    );
    assert!(!is_dropped(&desk));
    desk.keys(&["r"]);
    read(&mut desk, Ok(as_written(&put)));
    shows(&desk, &["stored, and read back as written", "as stored"]);
    assert!(is_dropped(&desk));
}

#[test]
fn a_write_without_an_answer_that_is_stored_counts_as_stored() {
    let mut desk = at_write();
    let put = write(&mut desk, Err(failure(ErrorKind::Transport, "PutRecord")));
    read(&mut desk, Ok(as_written(&put)));
    assert!(matches!(ending(&desk), Some(Ending::Stored { .. })));
}

#[test]
fn a_write_is_taken_back_with_a_newer_event_time() {
    let mut desk = at_write();
    let put = write(&mut desk, Ok(()));
    read(&mut desk, Ok(as_written(&put)));
    desk.keys(&["z"]);
    read(&mut desk, Ok(as_written(&put)));
    shows(
        &desk,
        &["Put record", "~ orders_30d 7 9223372036854775807", "newer"],
    );
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(as_written(&put)));
    let back = write(&mut desk, Ok(()));
    let record = as_written(&back).unwrap();
    assert_eq!(record.value("orders_30d"), stored().unwrap().value("orders_30d"));
    assert!(
        record.value("event_time").unwrap().to_string()
            > as_written(&put).unwrap().value("event_time").unwrap().to_string()
    );
}

#[test]
fn taking_back_a_new_record_deletes_it() {
    let mut desk = at_editor();
    desk.keys(&["z"]);
    shows(&desk, &["nothing was written here that could be taken back"]);
    let mut desk = at_records(80, 24);
    desk.keys(&["+"]);
    desk.type_text("nobody");
    desk.keys(&["enter"]);
    desk.answer_all();
    set(&mut desk, ORDERS, "1");
    desk.keys(&["ctrl-s", "ctrl-s"]);
    let calls = desk.take_calls();
    let (ticket, _) = calls.into_iter().next_back().unwrap();
    desk.send(Message::Reply(ticket, Reply::Record(Section::Features, Ok(None))));
    let put = write(&mut desk, Ok(()));
    read(&mut desk, Ok(as_written(&put)));
    desk.keys(&["z"]);
    shows(&desk, &["Delete record · customers / nobody"]);
}

#[test]
fn a_deletion_has_a_review_of_its_own_and_is_soft_unless_it_is_chosen_hard() {
    for (keys, wanted) in [(&[][..], DeletionMode::Soft), (&["space"], DeletionMode::Hard)] {
        let mut desk = at_editor();
        desk.keys(&["X"]);
        read(&mut desk, Ok(stored()));
        shows(
            &desk,
            &[
                "Delete record · customers / cust-0031",
                "All 4 features of this record will be gone",
                "ctrl-s deletes",
            ],
        );
        desk.keys(&["u"]);
        assert!(asks_for_nothing(&mut desk), "u is not for deletions");
        desk.keys(keys);
        desk.keys(&["ctrl-s"]);
        read(&mut desk, Ok(stored()));
        let deletion = write(&mut desk, Ok(()));
        assert!(matches!(deletion.change, RecordChange::Delete { mode, .. } if mode == wanted));
        read(&mut desk, Ok(None));
        shows(&desk, &["deleted, and no longer there"]);
        desk.keys(&["z"]);
        read(&mut desk, Ok(None));
        shows(&desk, &["Put record", "+ orders_30d"]);
        // The store remembers when the record was deleted, which may be this second.
        desk.keys(&["ctrl-s"]);
        read(&mut desk, Ok(None));
        let back = as_written(&write(&mut desk, Ok(()))).unwrap();
        let RecordChange::Delete { event_time, .. } = deletion.change else {
            unreachable!()
        };
        assert!(back.value("event_time").unwrap().to_string() > event_time);
    }
}

#[test]
fn quitting_waits_for_a_write_and_says_so() {
    let mut desk = at_write();
    desk.keys(&["q"]);
    shows(
        &desk,
        &["quits as soon as the write to customers/cust-0031 is answered"],
    );
    assert!(!quits(&desk));
    let put = write(&mut desk, Ok(()));
    assert!(!quits(&desk));
    read(&mut desk, Ok(as_written(&put)));
    assert!(quits(&desk) && is_dropped(&desk));
}

#[test]
fn ctrl_c_during_a_write_waits_and_a_second_one_does_not() {
    let mut desk = at_write();
    desk.keys(&["ctrl-c"]);
    assert!(!quits(&desk));
    desk.keys(&["ctrl-c"]);
    assert!(matches!(
        desk.asked.last(),
        Some(Effect::Quit(Ended::Interrupted))
    ));
    let cancelled = desk
        .asked
        .iter()
        .any(|effect| matches!(effect, Effect::Cancel(_)));
    assert!(!cancelled, "a write is never cancelled");
}

#[test]
fn whoever_waits_to_quit_sees_that_the_write_failed() {
    let mut desk = at_write();
    desk.keys(&["q"]);
    write(&mut desk, Err(failure(ErrorKind::Denied, "PutRecord")));
    assert!(!quits(&desk));
    shows(&desk, &["nothing was written, and the draft is kept"]);
    let mut desk = at_write();
    desk.keys(&["ctrl-c"]);
    write(&mut desk, Err(failure(ErrorKind::Denied, "PutRecord")));
    assert!(!quits(&desk) && !is_dropped(&desk));
    desk.keys(&["ctrl-c"]);
    assert!(quits(&desk));
}

#[test]
fn a_write_under_way_is_not_left() {
    for key in ["esc", "1"] {
        let mut desk = at_write();
        desk.keys(&[key]);
        shows(&desk, &["the answer"]);
        assert!(desk.model.editor.as_ref().unwrap().is_writing());
    }
}

#[test]
fn where_only_reading_is_allowed_nothing_is_asked_for() {
    for keys in [&["ctrl-s"][..], &["X"]] {
        let mut desk = at_change();
        desk.model.identity.read_only = true;
        desk.keys(keys);
        shows(&desk, &["is refused: start without --read-only to do it"]);
        assert!(asks_for_nothing(&mut desk));
    }
    let mut desk = at_change();
    desk.model.identity.read_only = true;
    desk.model.identity.profile = "shop-prod".to_owned();
    for (by, why) in [
        (ReadOnlyBy::CommandLine, "start without --read-only"),
        (ReadOnlyBy::Config, "the config says read_only = true"),
        (
            ReadOnlyBy::Profile,
            "the profile shop-prod is read-only in the config",
        ),
    ] {
        desk.model.identity.read_only_by = by;
        desk.keys(&["ctrl-s"]);
        shows(&desk, &[why]);
    }
    let mut desk = at_review();
    desk.model.identity.read_only = true;
    desk.keys(&["ctrl-s", "u"]);
    assert!(asks_for_nothing(&mut desk));
}

#[test]
fn a_read_by_hand_does_not_come_between_a_person_and_what_follows() {
    let mut desk = at_change();
    desk.keys(&["r"]);
    let (late, _) = take_call(&mut desk);
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(stored()));
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(stored()));
    desk.send(Message::Reply(
        late,
        Reply::Record(Section::Features, Ok(Some(theirs("tier", "x")))),
    ));
    let put = write(&mut desk, Ok(()));
    read(&mut desk, Ok(as_written(&put)));
    shows(&desk, &["stored, and read back as written"]);
    let mut desk = at_editor();
    desk.keys(&["r"]);
    let (late, _) = take_call(&mut desk);
    go(&mut desk, ORDERS);
    desk.keys(&["enter", "ctrl-u"]);
    desk.type_text("12");
    desk.send(Message::Reply(
        late,
        Reply::Record(Section::Features, Ok(stored())),
    ));
    desk.keys(&["enter"]);
    assert_eq!(value(&desk, "orders_30d"), Some(&one("12")));
}

#[test]
fn a_read_by_hand_shows_what_is_stored_or_puts_it_beside_ones_own() {
    let mut desk = at_editor();
    desk.keys(&["r"]);
    read(&mut desk, Ok(Some(theirs("tier", "silver"))));
    shows(&desk, &["silver", "as stored"]);
    let mut desk = at_change();
    desk.keys(&["r"]);
    read(&mut desk, Ok(stored()));
    shows(&desk, &["the record is stored as you read it", "1 unsaved"]);
    desk.keys(&["r"]);
    read(&mut desk, Ok(Some(theirs("tier", "silver"))));
    shows(&desk, &["Merge", "✓silver"]);
}

#[test]
fn a_narrow_review_tells_that_the_event_time_is_not_newer_and_what_an_update_sends() {
    let mut desk = at_change();
    go(&mut desk, EVENT_TIME);
    desk.keys(&["enter", "ctrl-u"]);
    desk.type_text("2026-11-20T10:00:00.123456789Z");
    desk.keys(&["enter", "ctrl-s"]);
    read(&mut desk, Ok(stored()));
    let screen = desk.screen();
    assert!(
        screen
            .lines()
            .any(|line| line.trim_matches(['│', ' ']) == "not newer"),
        "{screen}"
    );
    let desk = at_review();
    let screen = desk.screen().replace(['│', '\n'], " ");
    let words: Vec<_> = screen.split_whitespace().collect();
    let told = words.join(" ");
    assert!(
        told.contains("sends only 1 change and the event time and leaves"),
        "{told}"
    );
}

#[test]
fn the_end_of_a_record_is_the_last_to_give_way() {
    for (width, told) in [
        (
            80,
            "online + offline · TTL 30 Days (group) until 2026-12-20 13:00",
        ),
        (70, "online + offline · TTL 30 Days until 2026-12-20 13:00"),
        (56, " TTL 30 Days until 2026-12-20 13:00"),
        (40, " until 2026-12-20 13:00"),
    ] {
        let mut narrow = at_change();
        narrow.send(Message::Resized(kinescope::model::Size { width, height: 24 }));
        shows(&narrow, &[told]);
    }
}

#[test]
fn a_signal_waits_for_a_write_as_a_key_does() {
    let mut desk = at_write();
    desk.send(Message::EndAsked);
    assert!(!quits(&desk));
    let put = write(&mut desk, Ok(()));
    read(&mut desk, Ok(as_written(&put)));
    assert!(quits(&desk));
    let mut idle = at_editor();
    idle.send(Message::EndAsked);
    assert!(quits(&idle));
}

#[test]
fn a_write_leaves_a_line_in_the_log_before_it_is_sent() {
    let mut desk = at_write();
    let lines = |desk: &Desk| {
        let lines = desk.asked.iter().filter_map(|effect| match effect {
            Effect::Audit(line) => Some(line.clone()),
            _ => None,
        });
        lines.collect::<Vec<_>>()
    };
    assert!(matches!(&lines(&desk)[..], [line] if line.contains("\"outcome\":\"sending\"")));
    let put = write(&mut desk, Ok(()));
    read(&mut desk, Ok(as_written(&put)));
    assert!(lines(&desk)[1].contains("\"outcome\":\"stored\""));
}

#[test]
fn reading_back_can_be_left_off_and_the_draft_stays_until_it_is_known() {
    let mut desk = at_write();
    desk.keys(&["esc"]);
    shows(&desk, &["a write that was sent cannot be taken back"]);
    let put = write(&mut desk, Ok(()));
    shows(&desk, &["reading it back"]);
    desk.keys(&["esc"]);
    desk.take_calls();
    shows(
        &desk,
        &["the service took it, but reading it back failed", "r looks again"],
    );
    assert!(!is_dropped(&desk));
    desk.keys(&["r"]);
    read(&mut desk, Ok(as_written(&put)));
    shows(&desk, &["stored, and read back as written"]);
    assert!(is_dropped(&desk));
}

#[test]
fn what_somebody_changed_is_looked_at_again_before_it_is_deleted() {
    let mut desk = at_editor();
    desk.keys(&["X"]);
    read(&mut desk, Ok(Some(theirs("tier", "platinum"))));
    shows(
        &desk,
        &[
            "Delete record",
            "somebody changed the record since you read it: this is what would be deleted now",
        ],
    );
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(Some(theirs("tier", "platinum"))));
    assert!(matches!(
        write(&mut desk, Ok(())).change,
        RecordChange::Delete { .. }
    ));
    let mut gone = at_editor();
    gone.keys(&["X"]);
    read(&mut gone, Ok(None));
    shows(&gone, &["the record is gone already"]);
    assert!(asks_for_nothing(&mut gone));
}

#[test]
fn a_deletion_says_what_goes_with_it_and_where_it_is_made() {
    let mut desk = at_change();
    desk.keys(&["o", "X"]);
    read(&mut desk, Ok(stored()));
    shows(
        &desk,
        &[
            "only the online store is written",
            "the changes that are not stored go with it",
        ],
    );
}
