use super::*;
use crate::edit::fixtures::{customers, failure, group, noon, one, record, record_with, standard};
use crate::edit::schema::Schema;
use crate::resource::DeletionMode;
use std::sync::Arc;

/// The errors of the pages `PutRecord` and `GetRecord`, and what the transport adds, with whether nothing was written.
const ERRORS: [(ErrorKind, &str, bool); 10] = [
    (ErrorKind::Invalid, "ValidationError", true),
    (ErrorKind::Denied, "AccessForbidden", true),
    (ErrorKind::Credentials, "ExpiredToken", true),
    (ErrorKind::NotFound, "ResourceNotFound", true),
    (ErrorKind::Conflict, "ConflictException", true),
    (ErrorKind::Invalid, "not sent", true),
    (ErrorKind::Other, "InternalFailure", false),
    (ErrorKind::Other, "ServiceUnavailable", false),
    (ErrorKind::Transport, "timed out", false),
    (ErrorKind::Invalid, "HTTP 408", false),
];

fn edited() -> Draft {
    let mut draft = Draft::of(customers(), "c-1", Some(record()));
    draft.set("visits", one("8")).unwrap();
    draft
}

fn put() -> Saving {
    Saving::begin(edited(), Intent::Put, noon(), 1).unwrap()
}

/// The record as the put of `edited` at noon makes it.
fn mine() -> FeatureRecord {
    let mut mine = record_with("visits", one("8"));
    mine.values[2].1 = one("2026-11-20T12:00:00Z");
    mine.expires = Some("2026-12-20T12:00:00Z".to_owned());
    mine
}

fn theirs() -> FeatureRecord {
    let mut theirs = record_with("name", one("Bea"));
    theirs.values[2].1 = one("2026-11-20T11:30:00Z");
    theirs
}

fn read(record: FeatureRecord) -> Input {
    Input::Read(Ok(Some(record)))
}

/// Steps that all happen at noon; gives back what the last one asks for.
fn play(saving: &mut Saving, inputs: impl IntoIterator<Item = Input>) -> Output {
    let mut last = Output::Ignored;
    for input in inputs {
        last = saving.step(noon(), input);
        assert_ne!(last, Output::Ignored);
    }
    last
}

/// A saving whose write is under way.
fn writing(mut saving: Saving) -> Saving {
    let output = play(&mut saving, [Input::Started, read(record())]);
    assert!(matches!(output, Output::Write(_)), "{output:?}");
    saving
}

fn ended(output: Output) -> Ending {
    match output {
        Output::Ended(ending) => ending,
        other => panic!("it goes on: {other:?}"),
    }
}

#[test]
fn a_write_is_made_between_two_reads() {
    let mut saving = put();
    assert_eq!(saving.step(noon(), Input::Started), Output::Read);
    let Output::Write(write) = saving.step(noon(), read(record())) else {
        panic!("it is written");
    };
    let features = mine().values;
    assert_eq!(write.change, RecordChange::Put { features, ttl: None });
    assert_eq!(saving.step(noon(), Input::Written(Ok(()))), Output::Read);
    let record = Some(mine());
    assert_eq!(
        saving.step(noon(), read(mine())),
        Output::Ended(Ending::Stored { record })
    );
    assert_eq!(
        saving.step(noon(), Input::Started),
        Output::Ignored,
        "a write is made once"
    );
}

#[test]
fn the_event_time_is_that_of_the_moment_of_the_write() {
    let mut saving = put();
    saving.step(noon(), Input::Started);
    let later = noon().after(Duration::from_secs(5));
    let Output::Write(write) = saving.step(later, read(record())) else {
        panic!("it is written");
    };
    let RecordChange::Put { features, .. } = write.change else {
        panic!("it is a put");
    };
    assert_eq!(features[2].1, one("2026-11-20T12:00:05Z"));
}

#[test]
fn nothing_is_written_where_the_record_is_not_the_one_that_was_reviewed() {
    for theirs in [Some(theirs()), None] {
        let mut saving = put();
        let output = play(&mut saving, [Input::Started, Input::Read(Ok(theirs.clone()))]);
        assert_eq!(ended(output), Ending::Differs { theirs });
        assert_eq!(saving.sent(), None);
        assert_eq!(saving.into_draft(), edited());
    }
}

#[test]
fn a_record_that_came_meanwhile_is_shown_and_not_overwritten() {
    let mut draft = Draft::of(customers(), "c-1", None);
    draft.set("visits", one("8")).unwrap();
    let mut saving = Saving::begin(draft, Intent::Put, noon(), 1).unwrap();
    let theirs = Some(theirs());
    let output = play(&mut saving, [Input::Started, Input::Read(Ok(theirs.clone()))]);
    assert_eq!(ended(output), Ending::Differs { theirs });
}

#[test]
fn the_same_values_in_another_order_are_no_difference() {
    let mut turned = record();
    turned.values.reverse();
    let output = play(&mut put(), [Input::Started, read(turned)]);
    assert!(matches!(output, Output::Write(_)));
}

#[test]
fn every_error_of_the_look_before_the_write_leaves_it_unmade() {
    for (kind, code, _) in ERRORS {
        let mut saving = put();
        let error = failure(kind, code);
        let output = play(&mut saving, [Input::Started, Input::Read(Err(error.clone()))]);
        assert_eq!(ended(output), Ending::Failed { error });
        assert_eq!((saving.sent(), saving.draft()), (None, &edited()));
    }
}

#[test]
fn an_error_that_says_that_nothing_was_written_ends_it_and_one_that_does_not_is_settled() {
    for (kind, code, is_definite) in ERRORS {
        let mut saving = writing(put());
        let error = failure(kind, code);
        let output = saving.step(noon(), Input::Written(Err(error.clone())));
        if is_definite {
            assert_eq!(ended(output), Ending::Failed { error }, "{code}");
        } else {
            assert_eq!(output, Output::Read, "{code}");
        }
        assert_eq!(saving.draft(), &edited());
    }
}

#[test]
fn what_became_of_a_write_without_an_answer_is_told_by_the_store() {
    let error = failure(ErrorKind::Other, "InternalFailure");
    let unanswered = || {
        let mut saving = writing(put());
        saving.step(noon(), Input::Written(Err(error.clone())));
        saving
    };
    let record = Some(mine());
    assert_eq!(
        ended(play(&mut unanswered(), [read(mine())])),
        Ending::Stored { record }
    );
    let theirs = Some(theirs());
    assert_eq!(
        ended(play(&mut unanswered(), [Input::Read(Ok(theirs.clone()))])),
        Ending::Differs { theirs }
    );
    let base = || read(self::record());
    let again = [
        base(),
        Input::Woke,
        base(),
        Input::Woke,
        base(),
        Input::Woke,
        base(),
    ];
    let ending = ended(play(&mut unanswered(), again));
    assert_eq!(
        ending,
        Ending::NotStored {
            error: Some(error.clone())
        }
    );
    assert!(!ending.is_done() && ending.can_settle());
    let late = [base(), Input::Woke, base(), Input::Woke, read(mine())];
    assert!(matches!(
        ended(play(&mut unanswered(), late)),
        Ending::Stored { .. }
    ));
}

#[test]
fn every_error_of_the_look_after_the_write_is_told_as_what_it_is() {
    for (kind, code, _) in ERRORS {
        let reading = failure(kind, code);
        let fails = || Input::Read(Err(reading.clone()));
        let again = || [Input::Woke, fails()];
        let mut repeats = vec![fails()];
        if !reading.is_final() {
            repeats.extend([again(), again(), again()].into_iter().flatten());
        }
        let mut saving = writing(put());
        saving.step(noon(), Input::Written(Ok(())));
        let ending = ended(play(&mut saving, repeats.clone()));
        assert_eq!(ending, Ending::Taken(Taken::Unread(reading.clone())), "{code}");
        let error = failure(ErrorKind::Transport, "timed out");
        let mut saving = writing(put());
        saving.step(noon(), Input::Written(Err(error.clone())));
        let reading = Some(reading);
        let ending = ended(play(&mut saving, repeats));
        assert_eq!(ending, Ending::Unknown { error, reading }, "{code}");
        assert_eq!(saving.settle(), Output::Read, "it can be looked at later");
        assert!(matches!(
            ended(play(&mut saving, [read(mine())])),
            Ending::Stored { .. }
        ));
    }
}

#[test]
fn a_read_that_shows_the_old_record_is_made_again_three_times() {
    let mut saving = writing(put());
    saving.step(noon(), Input::Written(Ok(())));
    for _ in 0..3 {
        assert_eq!(
            saving.step(noon(), read(record())),
            Output::Sleep(Duration::from_millis(200))
        );
        assert_eq!(saving.step(noon(), Input::Woke), Output::Read);
    }
    let ending = ended(saving.step(noon(), read(record())));
    assert_eq!(ending, Ending::NotStored { error: None });
}

#[test]
fn what_somebody_wrote_after_it_is_shown() {
    for stored in [Some(theirs()), None] {
        let mut saving = writing(put());
        saving.step(noon(), Input::Written(Ok(())));
        let ending = ended(saving.step(noon(), Input::Read(Ok(stored.clone()))));
        assert_eq!(ending, Ending::StoredDifferently { stored });
        assert!(!ending.is_done());
    }
}

#[test]
fn a_throttled_write_is_made_again_after_another_look() {
    let mut saving = writing(put());
    let throttled = failure(ErrorKind::Throttled, "ThrottlingException");
    let mut longest = Duration::from_millis(500);
    for _ in 0..3 {
        let Output::Sleep(wait) = saving.step(noon(), Input::Written(Err(throttled.clone()))) else {
            panic!("it waits");
        };
        assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
        longest *= 2;
        assert_eq!(saving.step(noon(), Input::Woke), Output::Read);
        assert!(matches!(saving.step(noon(), read(record())), Output::Write(_)));
    }
    let ending = ended(saving.step(noon(), Input::Written(Err(throttled.clone()))));
    assert_eq!(ending, Ending::Failed { error: throttled });
}

#[test]
fn what_changed_while_a_throttled_write_waited_is_not_overwritten() {
    let mut saving = writing(put());
    let throttled = failure(ErrorKind::Throttled, "ThrottlingException");
    let inputs = [Input::Written(Err(throttled)), Input::Woke, read(theirs())];
    let ending = ended(play(&mut saving, inputs));
    let theirs = Some(theirs());
    assert_eq!(ending, Ending::Differs { theirs });
}

#[test]
fn waits_of_two_writers_differ() {
    let wait = |seed| {
        let saving = Saving::begin(edited(), Intent::Put, noon(), seed).unwrap();
        let throttled = failure(ErrorKind::Throttled, "ThrottlingException");
        play(&mut writing(saving), [Input::Written(Err(throttled))])
    };
    assert_ne!(wait(1), wait(2));
    assert_eq!(wait(1), wait(1));
}

fn update() -> Saving {
    Saving::begin(edited(), Intent::Update, noon(), 1).unwrap()
}

#[test]
fn an_update_is_stored_when_its_features_are_whatever_became_of_the_others() {
    let mut stored = mine();
    stored.values[3].1 = one("Bea");
    stored.values[2].1 = one("2026-11-20T12:00:01Z");
    let mut saving = writing(update());
    let ending = ended(play(&mut saving, [Input::Written(Ok(())), read(stored.clone())]));
    let record = Some(stored);
    assert_eq!(ending, Ending::Stored { record });
    let mut older = mine();
    older.values[2].1 = one("2026-11-20T11:59:59Z");
    let mut saving = writing(update());
    let ending = ended(play(&mut saving, [Input::Written(Ok(())), read(older)]));
    assert!(matches!(ending, Ending::StoredDifferently { .. }));
}

#[test]
fn an_update_that_is_refused_for_what_is_stored_shows_that() {
    for (kind, code, theirs) in [
        (ErrorKind::Conflict, "ConflictException", Some(theirs())),
        (ErrorKind::NotFound, "ResourceNotFound", None),
    ] {
        let mut saving = writing(update());
        let error = failure(kind, code);
        let inputs = [
            Input::Written(Err(error.clone())),
            Input::Read(Ok(theirs.clone())),
        ];
        assert_eq!(ended(play(&mut saving, inputs)), Ending::Differs { theirs });
        for read in [
            Ok(Some(record())),
            Err(failure(ErrorKind::Denied, "AccessForbidden")),
        ] {
            let mut saving = writing(update());
            let inputs = [Input::Written(Err(error.clone())), Input::Read(read)];
            let error = error.clone();
            assert_eq!(ended(play(&mut saving, inputs)), Ending::Failed { error });
        }
    }
}

#[test]
fn what_cannot_be_written_does_not_begin() {
    let draft = Draft::of(standard(), "c-1", Some(record()));
    let refused = Saving::begin(draft, Intent::Update, noon(), 1).unwrap_err();
    assert_eq!(refused, Refused::NoUpdate(NoUpdate::Store("Standard".to_owned())));
    let mut large = Draft::of(customers(), "c-1", Some(record()));
    large.set("name", one(&"x".repeat(358_400))).unwrap();
    let Err(Refused::Mistakes(mistakes)) = Saving::begin(large, Intent::Put, noon(), 1) else {
        panic!("it is too large");
    };
    assert_eq!(mistakes.len(), 1);
}

#[test]
fn a_deletion_is_stored_when_the_record_is_gone() {
    for mode in [DeletionMode::Soft, DeletionMode::Hard] {
        let saving = Saving::begin(edited(), Intent::Delete(mode), noon(), 1).unwrap();
        let mut saving = writing(saving);
        let ending = ended(play(&mut saving, [Input::Written(Ok(())), Input::Read(Ok(None))]));
        assert_eq!(ending, Ending::Stored { record: None });
        assert_eq!(ending.words(), "deleted, and no longer there");
    }
    let saving = Saving::begin(edited(), Intent::Delete(DeletionMode::Soft), noon(), 1).unwrap();
    let ending = ended(play(
        &mut writing(saving),
        [Input::Written(Ok(())), read(theirs())],
    ));
    assert!(matches!(ending, Ending::StoredDifferently { .. }));
}

#[test]
fn a_historic_write_is_taken_and_leaves_the_stored_record() {
    let mut draft = edited();
    draft.set("event_time", one("2026-11-20T10:00:00Z")).unwrap();
    let begin = || writing(Saving::begin(draft.clone(), Intent::Put, noon(), 1).unwrap());
    let ending = ended(play(&mut begin(), [Input::Written(Ok(())), read(record())]));
    assert_eq!(ending, Ending::Taken(Taken::Historic));
    let ending = ended(play(&mut begin(), [Input::Written(Ok(())), read(theirs())]));
    assert!(matches!(ending, Ending::StoredDifferently { .. }));
    for stored in [record(), theirs()] {
        let error = failure(ErrorKind::Transport, "timed out");
        let inputs = [Input::Written(Err(error.clone())), read(stored)];
        let ending = ended(play(&mut begin(), inputs));
        assert_eq!(ending, Ending::Unknown { error, reading: None });
    }
}

#[test]
fn a_record_that_is_past_its_life_is_taken_and_not_shown() {
    let mut draft = edited();
    draft.set("event_time", one("2026-11-20T11:00:01Z")).unwrap();
    let second = crate::edit::check::ttl("1 s").unwrap();
    draft.set_ttl(second);
    for stored in [None, Some(record())] {
        let mut saving = writing(Saving::begin(draft.clone(), Intent::Put, noon(), 1).unwrap());
        let ending = ended(play(
            &mut saving,
            [Input::Written(Ok(())), Input::Read(Ok(stored))],
        ));
        assert_eq!(ending, Ending::Taken(Taken::Expired));
    }
}

#[test]
fn a_write_to_the_offline_store_cannot_be_read_back() {
    let mut draft = edited();
    draft.set_stores(&[TargetStore::Offline]).unwrap();
    let mut saving = writing(Saving::begin(draft, Intent::Put, noon(), 1).unwrap());
    let ending = ended(play(&mut saving, [Input::Written(Ok(()))]));
    assert_eq!(ending, Ending::Taken(Taken::Elsewhere));
    let mut group = group();
    group.online = None;
    let mut draft = Draft::of(Arc::new(Schema::of(&group)), "c-1", None);
    draft.set("visits", one("8")).unwrap();
    let begin = || Saving::begin(draft.clone(), Intent::Put, noon(), 1).unwrap();
    let mut saving = begin();
    assert!(matches!(saving.step(noon(), Input::Started), Output::Write(_)));
    let ending = ended(play(&mut saving, [Input::Written(Ok(()))]));
    assert_eq!(ending, Ending::Taken(Taken::Elsewhere));
    let mut saving = begin();
    saving.step(noon(), Input::Started);
    let error = failure(ErrorKind::Transport, "timed out");
    let ending = ended(play(&mut saving, [Input::Written(Err(error.clone()))]));
    assert_eq!(ending, Ending::Unknown { error, reading: None });
    assert_eq!(saving.settle(), Output::Ignored);
}

#[test]
fn a_record_that_was_deleted_later_than_now_is_told_as_not_shown() {
    let mut draft = Draft::of(customers(), "c-1", None);
    draft.set("visits", one("8")).unwrap();
    let mut saving = Saving::begin(draft, Intent::Put, noon(), 1).unwrap();
    let none = || Input::Read(Ok(None));
    let inputs = [
        Input::Started,
        none(),
        Input::Written(Ok(())),
        none(),
        Input::Woke,
        none(),
    ];
    play(&mut saving, inputs);
    let ending = ended(play(&mut saving, [Input::Woke, none(), Input::Woke, none()]));
    assert_eq!(ending, Ending::NotStored { error: None });
}

#[test]
fn every_ending_has_words_and_a_failure_says_that_the_draft_is_kept() {
    let error = || failure(ErrorKind::Denied, "AccessForbidden");
    for (ending, expected) in [
        (
            Ending::Failed { error: error() },
            "nothing was written, and the draft is kept: PutRecord on customers/c-1 failed: AccessForbidden: why",
        ),
        (
            Ending::NotStored { error: Some(error()) },
            "not stored, as far as can be seen, and the draft is kept: ",
        ),
        (
            Ending::Unknown {
                error: error(),
                reading: None,
            },
            "it is not known whether this was written, and the online store cannot tell: ",
        ),
        (
            Ending::Differs { theirs: None },
            "the record is gone since you read it, and the draft is kept: ",
        ),
    ] {
        assert!(ending.words().starts_with(expected), "{}", ending.words());
    }
}
