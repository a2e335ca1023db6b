//! Leaving with changes, and drafts that outlive the program.

use kinescope::edit::LeftBehind;
use kinescope::message::Ended;

use super::*;

/// A draft as another program left it.
fn left(region: &str) -> LeftBehind {
    let mut kept = last_kept(&at_change()).unwrap().clone();
    region.clone_into(&mut kept.origin.region);
    LeftBehind {
        file: "/state/drafts/0123.77-1.json".into(),
        kept: Ok(kept),
    }
}

fn is_dropped_left(desk: &Desk) -> bool {
    let is_drop = |effect: &Effect| matches!(effect, Effect::DropLeft(_));
    desk.asked.iter().any(is_drop)
}

#[test]
fn leaving_with_changes_asks_and_keeps_them() {
    for (key, after) in [("esc", false), ("q", true), ("2", false)] {
        let mut desk = at_change();
        desk.asked.clear();
        desk.keys(&[key]);
        shows(&desk, &["The changes of customers/cust-0031 are not stored."]);
        desk.keys(&["enter", "y"]);
        shows(&desk, &["The changes of"]);
        desk.keys(&["esc"]);
        shows(&desk, &["1 unsaved"]);
        desk.keys(&[key, "k"]);
        assert!(desk.model.editor.is_none());
        assert!(last_kept(&desk).is_some() && !is_dropped(&desk));
        assert_eq!(quits(&desk), after);
    }
}

#[test]
fn changes_are_given_up_only_when_that_is_said() {
    let mut desk = at_change();
    desk.keys(&["esc", "d"]);
    assert!(desk.model.editor.is_none() && is_dropped(&desk));
    desk.answer_all();
    desk.keys(&["e"]);
    desk.answer_all();
    shows(&desk, &["as stored"]);
}

#[test]
fn a_record_whose_draft_was_kept_is_gone_on_with() {
    let mut desk = at_change();
    desk.keys(&["esc", "k"]);
    desk.answer_all();
    desk.keys(&["e"]);
    desk.answer_all();
    shows(&desk, &["this is the draft that you left", "1 unsaved", "→ 7"]);
}

#[test]
fn nothing_is_asked_where_nothing_was_changed() {
    let mut desk = at_editor();
    desk.keys(&["q"]);
    assert!(quits(&desk));
}

#[test]
fn ctrl_c_asks_nothing_and_the_draft_stays() {
    let mut desk = at_change();
    desk.keys(&["ctrl-c"]);
    assert!(matches!(
        desk.asked.last(),
        Some(Effect::Quit(Ended::Interrupted))
    ));
    assert!(last_kept(&desk).is_some() && !is_dropped(&desk));
}

#[test]
fn a_draft_that_was_left_is_offered_and_gone_on_with() {
    let mut desk = Desk::writing(80, 24);
    desk.send(Message::DraftsFound(vec![left("us-east-1")]));
    shows(
        &desk,
        &["A record was changed and not stored.", "customers / cust-0031"],
    );
    desk.keys(&["enter"]);
    assert!(desk.asked.iter().any(|it| matches!(it, Effect::TakeOver(..))));
    desk.answer_all();
    shows(&desk, &["this is the draft that you left", "1 unsaved", "→ 7"]);
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(stored()));
    shows(&desk, &["Read again: unchanged since you opened it."]);
}

#[test]
fn a_draft_that_was_left_is_discarded_or_left_for_later() {
    let mut desk = Desk::writing(80, 24);
    desk.send(Message::DraftsFound(vec![left("us-east-1"), left("us-east-1")]));
    desk.keys(&["esc"]);
    assert!(!is_dropped_left(&desk));
    desk.keys(&["d"]);
    shows(&desk, &["Records were changed and not stored."]);
    desk.keys(&["j", "d"]);
    shows(&desk, &["d again discards it"]);
    assert!(!is_dropped_left(&desk));
    desk.keys(&["d"]);
    assert!(is_dropped_left(&desk));
    shows(&desk, &["A record was changed and not stored."]);
    desk.keys(&["d", "k", "d", "d"]);
    assert!(desk.model.overlays.is_empty());
    desk.keys(&["d"]);
    shows(&desk, &["no draft was left behind"]);
}

#[test]
fn a_draft_of_another_region_is_neither_offered_nor_dropped() {
    let mut desk = Desk::writing(80, 24);
    let mut elsewhere = left("us-east-1");
    elsewhere.kept.as_mut().unwrap().origin.account = Some("999999999999".to_owned());
    desk.send(Message::DraftsFound(vec![left("eu-west-1"), elsewhere]));
    assert!(desk.model.overlays.is_empty() && !is_dropped_left(&desk));
}

#[test]
fn a_file_that_is_no_draft_is_told_and_stays_until_it_is_discarded() {
    let mut desk = Desk::writing(80, 24);
    let broken = LeftBehind {
        file: "/state/drafts/\u{1b}[2J.json".into(),
        kept: Err("it is no draft: \u{1b}]0;x\u{7}".to_owned()),
    };
    desk.send(Message::DraftsFound(vec![broken]));
    shows(&desk, &["it is no draft"]);
    assert!(!desk.screen().contains(['\u{1b}', '\u{7}']));
    desk.keys(&["enter"]);
    assert!(desk.model.editor.is_none() && !is_dropped_left(&desk));
}

#[test]
fn a_draft_of_ones_own_is_not_overwritten_by_one_that_was_left() {
    let mut desk = Desk::writing(80, 24);
    desk.send(Message::DraftsFound(vec![left("us-east-1"), left("us-east-1")]));
    desk.keys(&["enter"]);
    desk.answer_all();
    desk.keys(&["esc", "k", "esc", "esc", "d", "enter"]);
    shows(&desk, &["there is a draft of yours already"]);
    let taken = desk.asked.iter().filter(|it| matches!(it, Effect::TakeOver(..)));
    assert_eq!(taken.count(), 1);
}

#[test]
fn drafts_are_offered_once_it_is_known_whose_they_are() {
    let mut desk = Desk::writing(80, 24);
    desk.model.identity.account = None;
    desk.model.caller = kinescope::model::Remote::Idle;
    desk.send(Message::Woke);
    let mut theirs = left("us-east-1");
    theirs.kept.as_mut().unwrap().origin.account = Some("999999999999".to_owned());
    desk.send(Message::DraftsFound(vec![theirs, left("us-east-1")]));
    assert!(desk.model.overlays.is_empty());
    desk.answer_all();
    assert_eq!(desk.model.drafts.left.len(), 1);
    shows(
        &desk,
        &["customers / cust-0031", "111122223333 shop-dev us-east-1"],
    );
}

#[test]
fn a_draft_that_is_not_on_the_disk_is_told_as_long_as_it_is_not() {
    let mut desk = at_change();
    desk.send(Message::DraftFailed("the disk is full".to_owned()));
    shows(&desk, &["the disk is full", "draft NOT on disk"]);
    desk.send(Message::DraftsKept);
    assert!(!desk.screen().contains("NOT on disk"));
}
