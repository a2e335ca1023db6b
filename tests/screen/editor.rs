//! The record editor, told as stories.

mod drafts;
mod failures;
mod form;
mod looks;
mod writing;

pub(super) use looks::SCENES;

use kinescope::edit::Kept;
use kinescope::message::{Effect, Message, Reply, Request};
use kinescope::model::Ticket;
use kinescope::resource::{
    Detail, FeatureGroup, FeatureRecord, FeatureValue, RecordWrite, ResourceId, Section,
};
use kinescope::source::{ErrorKind, SourceError};

use super::desk::Desk;
use super::fixtures::record_of;

const IDENTIFIER: &str = "cust-0031";

/// The rows of the form.
const EVENT_TIME: usize = 1;
const ORDERS: usize = 2;
const TIER: usize = 3;
const TASTE: usize = 4;

/// The records of `customers`, where writes are allowed, with one of them selected.
fn at_records(width: u16, height: u16) -> Desk {
    let mut desk = Desk::writing(width, height);
    desk.keys(&["3"]);
    desk.answer_all();
    desk.keys(&["i"]);
    desk.type_text(IDENTIFIER);
    desk.keys(&["enter"]);
    desk.answer_all();
    desk
}

/// The editor with a record.
fn at_editor_of(width: u16, height: u16) -> Desk {
    let mut desk = at_records(width, height);
    desk.keys(&["e"]);
    desk.answer_all();
    desk
}

fn at_editor() -> Desk {
    at_editor_of(80, 24)
}

/// The same with a group that is as it is made here.
fn at_editor_where(change: impl Fn(&mut FeatureGroup)) -> Desk {
    let mut desk = at_records(80, 24);
    let details = &mut desk.model.browsers[Section::Features.index()].details;
    let detail = details.get_mut(&ResourceId::from("customers")).unwrap();
    match detail.value_mut().unwrap() {
        Detail::FeatureGroup(group) => change(group),
        _ => panic!("customers is a feature group"),
    }
    desk.keys(&["e"]);
    desk.answer_all();
    desk
}

/// The same with another number of orders.
pub(super) fn at_change() -> Desk {
    let mut desk = at_editor();
    set(&mut desk, ORDERS, "7");
    desk
}

/// The review of that, with the answer of the store that nothing has changed.
fn at_review() -> Desk {
    let mut desk = at_change();
    desk.keys(&["ctrl-s"]);
    read(&mut desk, Ok(stored()));
    desk
}

/// The put of that, which waits for the look just before it.
fn at_reread() -> Desk {
    let mut desk = at_review();
    desk.keys(&["ctrl-s"]);
    desk
}

/// The same, which waits for the answer to the write.
fn at_write() -> Desk {
    let mut desk = at_reread();
    read(&mut desk, Ok(stored()));
    desk
}

/// Goes to a row of the form.
fn go(desk: &mut Desk, row: usize) {
    desk.keys(&["g"]);
    for _ in 0..row {
        desk.keys(&["j"]);
    }
}

/// Types another value into a row.
fn set(desk: &mut Desk, row: usize, text: &str) {
    go(desk, row);
    desk.keys(&["enter", "ctrl-u"]);
    desk.type_text(text);
    desk.keys(&["enter"]);
}

fn stored() -> Option<FeatureRecord> {
    record_of(IDENTIFIER)
}

/// What somebody else has stored meanwhile.
fn theirs(feature: &str, value: &str) -> FeatureRecord {
    let mut record = stored().unwrap();
    let value = FeatureValue::One(value.to_owned());
    match record.values.iter_mut().find(|(name, _)| name == feature) {
        Some((_, old)) => *old = value,
        None => record.values.push((feature.to_owned(), value)),
    }
    let time = record.values.iter_mut().find(|(name, _)| name == "event_time");
    time.unwrap().1 = FeatureValue::One("2026-11-20T11:30:00Z".to_owned());
    record
}

/// The one call for a record or with a write that was asked for.
fn take_call(desk: &mut Desk) -> (Ticket, Request) {
    let mut calls = desk.take_calls();
    calls.retain(|(_, request)| matches!(request, Request::Record(..) | Request::Write(..)));
    assert_eq!(calls.len(), 1, "{calls:?}\n{}", desk.screen());
    calls.remove(0)
}

/// Answers the read that was asked for.
fn read(desk: &mut Desk, answer: Result<Option<FeatureRecord>, SourceError>) {
    let (ticket, request) = take_call(desk);
    assert!(matches!(request, Request::Record(..)), "{request:?}");
    desk.send(Message::Reply(ticket, Reply::Record(Section::Features, answer)));
}

/// Answers the write that was asked for, and gives it.
fn write(desk: &mut Desk, answer: Result<(), SourceError>) -> RecordWrite {
    let (ticket, request) = take_call(desk);
    let Request::Write(section, write) = request else {
        panic!("{request:?} is no write");
    };
    desk.send(Message::Reply(ticket, Reply::Written(section, answer)));
    write
}

/// The record that a put of a draft makes, as the store shows it then.
fn as_written(write: &RecordWrite) -> Option<FeatureRecord> {
    match &write.change {
        kinescope::resource::RecordChange::Put { features, .. } => Some(FeatureRecord {
            values: features.clone(),
            expires: Some("2026-12-20T12:00:00Z".to_owned()),
        }),
        _ => None,
    }
}

fn asks_for_nothing(desk: &mut Desk) -> bool {
    let mut calls = desk.take_calls();
    calls.retain(|(_, request)| matches!(request, Request::Record(..) | Request::Write(..)));
    calls.is_empty()
}

/// A text on its way to the person's own editor.
fn take_text(desk: &mut Desk) -> Option<String> {
    let is_text = |effect: &Effect| matches!(effect, Effect::EditOutside(_));
    let place = desk.asked.iter().position(is_text)?;
    match desk.asked.remove(place) {
        Effect::EditOutside(text) => Some(text),
        _ => None,
    }
}

/// The draft that was kept last.
fn last_kept(desk: &Desk) -> Option<&Kept> {
    desk.asked.iter().rev().find_map(|effect| match effect {
        Effect::KeepDraft(kept) => Some(&**kept),
        _ => None,
    })
}

fn is_dropped(desk: &Desk) -> bool {
    let is_drop = |effect: &Effect| matches!(effect, Effect::DropDraft(_));
    desk.asked.iter().any(is_drop)
}

fn quits(desk: &Desk) -> bool {
    desk.asked.iter().any(|effect| matches!(effect, Effect::Quit(_)))
}

/// A feature of the draft on the desk.
fn value<'a>(desk: &'a Desk, feature: &str) -> Option<&'a FeatureValue> {
    let editor = desk.model.editor.as_ref().unwrap();
    editor.desk.as_ref().unwrap().form.draft().value(feature)
}

fn one(text: &str) -> FeatureValue {
    FeatureValue::One(text.to_owned())
}

fn failure(kind: ErrorKind, operation: &'static str) -> SourceError {
    SourceError::new(
        kind,
        operation,
        "customers/cust-0031",
        "SomeException",
        "some reason",
    )
}

/// The screen shows all of these, whatever lines they are wrapped to.
fn shows(desk: &Desk, words: &[&str]) {
    let screen = desk.screen();
    let flat = screen.replace(['│', '\n'], " ");
    let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(flat.contains(word), "no {word:?} on\n{screen}");
    }
}
