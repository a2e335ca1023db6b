//! Each kind of failure at each step: what is told, and that nothing of the person's is lost.

use super::*;

const KINDS: [ErrorKind; 9] = [
    ErrorKind::Throttled,
    ErrorKind::NotFound,
    ErrorKind::Denied,
    ErrorKind::Credentials,
    ErrorKind::Conflict,
    ErrorKind::InUse,
    ErrorKind::Invalid,
    ErrorKind::Transport,
    ErrorKind::Other,
];

/// Answers reads with this failure for as long as the program makes them again.
fn fail_reads(desk: &mut Desk, kind: ErrorKind) {
    for _ in 0..10 {
        let mut calls = desk.take_calls();
        calls.retain(|(_, request)| matches!(request, Request::Record(..)));
        for (ticket, _) in calls {
            let answer = Err(failure(kind, "GetRecord"));
            desk.send(Message::Reply(ticket, Reply::Record(Section::Features, answer)));
        }
        desk.wait(std::time::Duration::from_secs(5));
    }
}

fn keeps_the_draft(desk: &Desk, kind: ErrorKind) {
    assert_eq!(value(desk, "orders_30d"), Some(&one("7")), "{kind:?}");
    assert!(!is_dropped(desk) && last_kept(desk).is_some(), "{kind:?}");
    let editor = desk.model.editor.as_ref().unwrap();
    assert!(editor.is_dirty() && !editor.is_writing(), "{kind:?}");
}

#[test]
fn a_record_that_cannot_be_read_is_asked_for_again() {
    for kind in KINDS {
        let mut desk = at_records(80, 24);
        desk.keys(&["e"]);
        read(&mut desk, Err(failure(kind, "GetRecord")));
        shows(
            &desk,
            &[
                "GetRecord on customers/cust-0031 failed: SomeException: some reason",
                "r tries again",
            ],
        );
        desk.keys(&["r"]);
        read(&mut desk, Ok(stored()));
        shows(&desk, &["as stored"]);
    }
}

#[test]
fn a_read_by_hand_that_fails_leaves_the_form() {
    for kind in KINDS {
        let mut desk = at_change();
        desk.keys(&["r"]);
        read(&mut desk, Err(failure(kind, "GetRecord")));
        shows(&desk, &["GetRecord on customers/cust-0031 failed"]);
        keeps_the_draft(&desk, kind);
    }
}

#[test]
fn a_review_tells_that_the_record_could_not_be_read_again() {
    for kind in KINDS {
        let mut desk = at_change();
        desk.keys(&["ctrl-s"]);
        read(&mut desk, Err(failure(kind, "GetRecord")));
        shows(
            &desk,
            &["✗ it could not be read again: GetRecord on customers/cust-0031 failed"],
        );
        keeps_the_draft(&desk, kind);
    }
}

#[test]
fn nothing_is_written_where_the_look_just_before_fails() {
    for kind in KINDS {
        let mut desk = at_reread();
        fail_reads(&mut desk, kind);
        shows(
            &desk,
            &[
                "nothing was written, and the draft is kept: GetRecord on customers/cust-0031 failed: SomeException",
            ],
        );
        keeps_the_draft(&desk, kind);
    }
}

#[test]
fn a_write_that_is_refused_is_told_with_its_reason_in_full() {
    for kind in [
        ErrorKind::NotFound,
        ErrorKind::Denied,
        ErrorKind::Credentials,
        ErrorKind::Conflict,
        ErrorKind::Invalid,
    ] {
        let mut desk = at_write();
        let error = failure(kind, "PutRecord");
        write(&mut desk, Err(error.clone()));
        shows(
            &desk,
            &[&format!("nothing was written, and the draft is kept: {error}")],
        );
        keeps_the_draft(&desk, kind);
        assert!(asks_for_nothing(&mut desk));
    }
}

#[test]
fn a_write_that_is_throttled_for_good_is_given_up() {
    let mut desk = at_write();
    for _ in 0..4 {
        write(&mut desk, Err(failure(ErrorKind::Throttled, "PutRecord")));
        desk.wait(std::time::Duration::from_secs(10));
        if desk.model.editor.as_ref().unwrap().is_writing() {
            read(&mut desk, Ok(stored()));
        }
    }
    shows(&desk, &["nothing was written, and the draft is kept"]);
    keeps_the_draft(&desk, ErrorKind::Throttled);
}

#[test]
fn a_write_that_may_have_been_made_is_looked_for_and_not_made_again() {
    for kind in [ErrorKind::Transport, ErrorKind::Other, ErrorKind::InUse] {
        let mut desk = at_write();
        write(&mut desk, Err(failure(kind, "PutRecord")));
        for _ in 0..4 {
            read(&mut desk, Ok(stored()));
            desk.wait(std::time::Duration::from_secs(1));
        }
        shows(
            &desk,
            &[
                "not stored, as far as can be seen, and the draft is kept",
                "r looks again",
            ],
        );
        keeps_the_draft(&desk, kind);
        assert!(asks_for_nothing(&mut desk));
    }
}

#[test]
fn a_write_that_was_taken_and_cannot_be_read_back_says_so() {
    for kind in KINDS {
        let mut desk = at_write();
        write(&mut desk, Ok(()));
        fail_reads(&mut desk, kind);
        shows(
            &desk,
            &["the service took it, but reading it back failed: GetRecord on"],
        );
        assert!(!desk.model.editor.as_ref().unwrap().is_writing());
    }
}

#[test]
fn a_group_that_cannot_be_described_is_asked_for_again() {
    let mut desk = at_records(80, 24);
    let details = &mut desk.model.browsers[Section::Features.index()].details;
    details.remove(&ResourceId::from("customers"));
    desk.keys(&["e"]);
    let describe = |desk: &mut Desk| {
        let mut calls = desk.take_calls();
        calls.retain(|(_, request)| matches!(request, Request::Describe(..)));
        calls.remove(0).0
    };
    let (ticket, id) = (describe(&mut desk), ResourceId::from("customers"));
    let answer = Err(failure(ErrorKind::Denied, "DescribeFeatureGroup"));
    desk.send(Message::Reply(
        ticket,
        Reply::Described(Section::Features, id, answer),
    ));
    shows(&desk, &["DescribeFeatureGroup", "r tries again"]);
    desk.keys(&["r"]);
    desk.answer_all();
    shows(&desk, &["as stored"]);
}

#[test]
fn escape_during_the_opening_cancels_it() {
    let mut desk = at_records(80, 24);
    desk.keys(&["e"]);
    let (ticket, _) = take_call(&mut desk);
    desk.keys(&["esc"]);
    assert!(desk.model.editor.is_none());
    assert!(
        desk.asked
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(it) if *it == ticket))
    );
    desk.send(Message::Reply(
        ticket,
        Reply::Record(Section::Features, Ok(stored())),
    ));
    assert!(desk.model.editor.is_none());
}
