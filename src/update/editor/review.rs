//! The look at a draft before it is written, with another look at the store.

use super::{changed, desk, desk_mut, draft, merging, opening, read_only, saving};
use crate::clock::Now;
use crate::edit::{Draft, Intent, Merge};
use crate::keymap::Context;
use crate::message::{Action, Effect, Request};
use crate::model::{Editor, Model, Remote, Review, Stage};
use crate::resource::{DeletionMode, FeatureRecord, TargetStore};
use crate::source::SourceError;
use crate::update::{ask, cancel};

/// Opens the review. The store is asked again, so that what the person reads is what there is.
pub(super) fn open(model: &mut Model, now: Now, intent: Intent) -> Vec<Effect> {
    let operation = match intent {
        Intent::Put => "PutRecord",
        Intent::Update => "UpdateRecord",
        Intent::Delete(_) => "DeleteRecord",
    };
    if read_only::refuses(model, now, operation) {
        return Vec::new();
    }
    let Some(draft) = draft(model) else {
        return Vec::new();
    };
    if let Some(words) = nothing_to_do(draft, intent) {
        let words = model.keymap.tell(Context::Editor, words);
        model.notify(now.mono, words, false);
        return Vec::new();
    }
    let can_read = draft.schema().stores().contains(&TargetStore::Online);
    let mut effects = opening::stop_reading(model);
    let wait = can_read.then(|| ask(model, now.mono));
    let request = model.editor.as_ref().map(record_of);
    if let Some(desk) = desk_mut(model) {
        desk.stage = Stage::Reviewing(Review::new(intent, now.wall, wait));
    }
    let call = wait
        .zip(request)
        .map(|(wait, request)| Effect::Call(wait.ticket, request));
    effects.extend(call);
    effects
}

fn nothing_to_do(draft: &Draft, intent: Intent) -> Option<&'static str> {
    match intent {
        Intent::Delete(_) if draft.base().is_none() => Some("there is no record to delete"),
        Intent::Put | Intent::Update if !draft.is_dirty() => Some(
            "nothing is changed; {edit-record} changes a value, {edit-outside} opens the record in your editor",
        ),
        _ => None,
    }
}

pub(super) fn record_of(editor: &Editor) -> Request {
    Request::Record(editor.section, editor.group.clone(), editor.identifier.clone())
}

/// Takes back the last write: what was stored before it is put over what is stored now, after a review.
pub(super) fn undo(model: &mut Model, now: Now) -> Vec<Effect> {
    let is_dirty = model.editor.as_ref().is_some_and(Editor::is_dirty);
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let Some(before) = desk.before.clone() else {
        model.notify(
            now.mono,
            "nothing was written here that could be taken back",
            false,
        );
        return Vec::new();
    };
    if is_dirty {
        let words = model.keymap.tell(
            Context::Editor,
            "there are changes that are not written; {put-back} puts a feature back, {back} leaves them",
        );
        model.notify(now.mono, words, false);
        return Vec::new();
    }
    let now_stored = desk.form.draft();
    let (schema, identifier) = (now_stored.schema().clone(), now_stored.identifier().to_owned());
    let stored = now_stored.base().cloned();
    match Draft::undoing(schema, &identifier, before.record.as_ref(), stored) {
        Some(draft) => {
            desk.form.take(match before.deleted_at {
                Some(deleted_at) => draft.newer_than(deleted_at),
                None => draft,
            });
            let mut effects = changed(model, now);
            effects.extend(open(model, now, Intent::Put));
            effects
        }
        // There was no record before.
        None => open(model, now, Intent::Delete(DeletionMode::Soft)),
    }
}

/// A key in the review.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let page = model.layout().list_rows();
    let Some(Stage::Reviewing(review)) = desk_mut(model).map(|desk| &mut desk.stage) else {
        return Vec::new();
    };
    match (action, review.intent) {
        (Action::Back, _) => return back(model),
        (Action::Review, intent) => return saving::begin(model, intent, now),
        (Action::Update, Intent::Put) => return saving::begin(model, Intent::Update, now),
        (Action::Toggle, Intent::Delete(mode)) => {
            review.intent = Intent::Delete(match mode {
                DeletionMode::Soft => DeletionMode::Hard,
                DeletionMode::Hard => DeletionMode::Soft,
            });
        }
        (action, _) => review.scroll = super::moved(review.scroll, action, page),
    }
    Vec::new()
}

fn back(model: &mut Model) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let waited = match &mut desk.stage {
        Stage::Reviewing(review) => review.checked.cancel(),
        _ => None,
    };
    desk.stage = Stage::Editing;
    cancel(model, waited)
}

/// What the store says while the review is open.
pub(super) fn checked(
    model: &mut Model,
    read: Result<Option<FeatureRecord>, SourceError>,
    now: Now,
) -> Vec<Effect> {
    let Some(draft) = desk(model).map(|desk| desk.form.draft().clone()) else {
        return Vec::new();
    };
    let Some(Stage::Reviewing(review)) = desk_mut(model).map(|desk| &mut desk.stage) else {
        return Vec::new();
    };
    match read {
        Ok(theirs) if draft.is_based_on(theirs.as_ref()) => review.checked = Remote::Ready(now.mono),
        Ok(theirs) => {
            let intent = review.intent;
            let words = "somebody changed the record since you read it";
            differs(model, draft, theirs, intent, words.to_owned(), now);
        }
        Err(error) => review.checked = Remote::Failed(error),
    }
    Vec::new()
}

/// The store has something else than was read: the two are put beside each other. What was to be deleted is looked at anew.
pub(super) fn differs(
    model: &mut Model,
    draft: Draft,
    theirs: Option<FeatureRecord>,
    intent: Intent,
    why: String,
    now: Now,
) {
    let Intent::Delete(_) = intent else {
        return merging::begin(model, Merge::of(draft, theirs), why);
    };
    let is_gone = theirs.is_none();
    opening::show_stored(model, theirs);
    if is_gone {
        return model.notify(now.mono, "the record is gone already", false);
    }
    if let Some(desk) = desk_mut(model) {
        let mut review = Review::new(intent, now.wall, None);
        review.checked = Remote::Ready(now.mono);
        review.refused = Some(format!("{why}: this is what would be deleted now"));
        desk.stage = Stage::Reviewing(review);
    }
}
