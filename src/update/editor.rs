//! The record editor: get, modify, put, and nothing of anybody's lost on the way.
//!
//! Its parts: [`opening`] a record, the form with its [`line`], the [`review`], the [`saving`], the [`merging`] with what
//! somebody else wrote, [`leaving`] with or without the draft.
//!
//! Must not: have anything written that was not reviewed, or where writes are refused.

mod keeping;
mod leaving;
mod line;
mod merging;
mod opening;
mod outside;
mod review;
mod saving;

use tui_input::Input;

use super::{cancel, overlay, read_only};
use crate::clock::Now;
use crate::edit::{Draft, Intent, check};
use crate::message::{Action, Effect, Reply};
use crate::model::{Desk, Form, Model, Prompt, Purpose, Stage, Then, Ticket};
use crate::resource::{DeletionMode, TargetStore};

pub(super) use keeping::{
    act as act_on_drafts, found as drafts_found, show as show_drafts, sort as sort_drafts,
};
pub(super) use leaving::{answer, ask_before, close, quit, settle};
pub(super) use line::paste;
pub(super) use opening::{open, open_clone, wants};
pub(super) use outside::edited;

/// A key in the editor.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return act_while_opening(model, action, now);
    };
    match &desk.stage {
        Stage::Editing if desk.form.line.is_some() => line::act(model, action, now),
        Stage::Editing => edit(model, action, now),
        Stage::Reviewing(_) => review::act(model, action, now),
        Stage::Saving(_) => saving::act(model, action, now),
        Stage::Merging(_) => merging::act(model, action, now),
    }
}

/// Whether an answer with this ticket is for the editor.
pub(super) fn awaits(model: &Model, ticket: Ticket) -> bool {
    model.editor.as_ref().is_some_and(|editor| editor.awaits(ticket))
}

/// Takes in an answer that it waits for.
pub(super) fn take(model: &mut Model, ticket: Ticket, reply: Reply, now: Now) -> Vec<Effect> {
    let opening = model.editor.as_ref().and_then(|editor| editor.stored.wait());
    let is_opening = opening.is_some_and(|wait| wait.ticket == ticket);
    match reply {
        Reply::Record(_, read) if is_opening => {
            outside::drop_if_stale(model, |model| opening::read(model, read, now))
        }
        Reply::Record(_, read) => match desk_mut(model).map(|desk| &desk.stage) {
            Some(Stage::Reviewing(_)) => review::checked(model, read, now),
            _ => saving::read(model, read, now),
        },
        Reply::Written(_, written) => saving::written(model, written, now),
        _ => Vec::new(),
    }
}

/// What goes by itself as time goes by.
pub(super) fn pass_time(model: &mut Model, now: Now) -> Vec<Effect> {
    saving::wake(model, now)
}

fn act_while_opening(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Back => close(model, now),
        Action::Refresh => opening::again(model, now),
        _ => Vec::new(),
    }
}

/// A key in the form.
fn edit(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Open | Action::EditRecord => line::begin(model, now),
        Action::RemoveFeature => remove(model, now),
        Action::PutBack => put_back(model, now),
        Action::EditOutside => outside::ask(model, now),
        Action::Stores => next_stores(model, now),
        Action::TimeToLive => ask_ttl(model),
        Action::Review => review::open(model, now, Intent::Put),
        Action::DeleteRecord => review::open(model, now, Intent::Delete(DeletionMode::Soft)),
        Action::CloneRecord => ask_clone(model),
        Action::UndoWrite => outside::drop_if_stale(model, |model| review::undo(model, now)),
        Action::Refresh => opening::again(model, now),
        Action::Search => overlay::open_prompt(model, Prompt::new(Purpose::SearchFeatures)),
        Action::NextMatch => find(model, now, true),
        Action::PreviousMatch => find(model, now, false),
        Action::Copy => copy(model),
        Action::Back => ask_before(model, now, Then::Close),
        action => go(model, action),
    }
}

fn go(model: &mut Model, action: Action) -> Vec<Effect> {
    let fit = model.layout().list_rows();
    if let Some(form) = form_mut(model) {
        let row = moved(form.cursor, action, fit);
        form.move_to(row, fit);
    }
    Vec::new()
}

/// The row that a key moves to, if there were no end.
fn moved(at: usize, action: Action, page: usize) -> usize {
    super::panel::scrolled(at, action, page)
}

fn remove(model: &mut Model, now: Now) -> Vec<Effect> {
    match form_mut(model).map(Form::remove_selected) {
        Some(Err(mistake)) => {
            model.notify(now.mono, mistake.to_string(), true);
            Vec::new()
        }
        _ => changed(model, now),
    }
}

fn put_back(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some(form) = form_mut(model) {
        form.put_back_selected();
    }
    changed(model, now)
}

/// All stores, then each alone.
fn next_stores(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(draft) = form_mut(model).map(Form::draft_mut) else {
        return Vec::new();
    };
    if draft.schema().stores().len() < 2 {
        let words = "the feature group has one store only";
        model.notify(now.mono, words, false);
        return Vec::new();
    }
    let next: &[TargetStore] = match draft.stores() {
        [] => &[TargetStore::Online],
        [TargetStore::Online] => &[TargetStore::Offline],
        _ => &[],
    };
    // The group has both, so that neither is refused.
    let _ = draft.set_stores(next);
    touched(model, now)
}

fn ask_ttl(model: &mut Model) -> Vec<Effect> {
    let ttl = form_mut(model).and_then(|form| form.draft().ttl());
    let text = ttl.map_or(String::new(), |ttl| ttl.to_string());
    overlay::open_prompt(model, Prompt::with(Purpose::TimeToLive, text))
}

/// A time to live was typed. What is wrong with it is given back.
pub(super) fn set_ttl(model: &mut Model, now: Now, text: &str) -> Result<Vec<Effect>, String> {
    let ttl = check::ttl(text).map_err(|mistake| mistake.to_string())?;
    if let Some(form) = form_mut(model) {
        form.draft_mut().set_ttl(ttl);
    }
    Ok(touched(model, now))
}

fn ask_clone(model: &mut Model) -> Vec<Effect> {
    let text = model
        .editor
        .as_ref()
        .map(|editor| editor.identifier.clone())
        .unwrap_or_default();
    overlay::open_prompt(model, Prompt::with(Purpose::CloneRecord, text))
}

/// Begins a search among the features.
pub(super) fn search(model: &mut Model, now: Now, text: String) -> Vec<Effect> {
    if let Some(form) = form_mut(model) {
        form.search = Some(text);
    }
    find(model, now, true)
}

fn find(model: &mut Model, now: Now, forwards: bool) -> Vec<Effect> {
    let fit = model.layout().list_rows();
    let Some(form) = form_mut(model).filter(|form| form.search.is_some()) else {
        return Vec::new();
    };
    match form.find(forwards) {
        Some(row) => form.move_to(row, fit),
        None => model.notify(now.mono, "no feature matches", false),
    }
    Vec::new()
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let value =
        form_mut(model).and_then(|form| form.selected().map(|row| crate::model::value_text(row.after)));
    value.map(Effect::Copy).into_iter().collect()
}

/// Features of the draft have changed: a text of them that could not be taken is past.
fn changed(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some(desk) = desk_mut(model) {
        desk.outside = None;
    }
    touched(model, now)
}

/// The draft has changed: what was said of the last write is past, and the draft is kept where it outlives the program.
fn touched(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some(desk) = desk_mut(model) {
        desk.ended = None;
    }
    keeping::keep(model, now)
}

fn desk(model: &Model) -> Option<&Desk> {
    model.editor.as_ref()?.desk.as_ref()
}

fn desk_mut(model: &mut Model) -> Option<&mut Desk> {
    model.editor.as_mut()?.desk.as_mut()
}

fn form_mut(model: &mut Model) -> Option<&mut Form> {
    desk_mut(model).map(|desk| &mut desk.form)
}

fn draft(model: &Model) -> Option<&Draft> {
    desk(model).map(|desk| desk.form.draft())
}

/// The value that is being typed, and what is wrong with it.
pub(super) fn typed_line(model: &mut Model) -> Option<(&mut Input, &mut Option<String>)> {
    let line = form_mut(model)?.line.as_mut()?;
    Some((&mut line.input, &mut line.error))
}

/// Looks whether the service would take what is typed so far.
pub(super) fn check_line(model: &mut Model) {
    if let Some(form) = form_mut(model) {
        form.check_line();
    }
}
