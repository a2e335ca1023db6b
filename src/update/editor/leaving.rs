//! Leaving the editor: with what is not stored kept, or given up, but never without having been asked.

use super::{cancel, desk, keeping};
use crate::clock::Now;
use crate::keymap::Chord;
use crate::message::{Effect, Ended};
use crate::model::{Editor, Model, Overlay, Stage, Then};
use crate::update::{batch, browse, session};

/// Leaves the editor for what comes then; asks first where something would be lost.
pub(in crate::update) fn ask_before(model: &mut Model, now: Now, then: Then) -> Vec<Effect> {
    let editor = model.editor.as_ref();
    if editor.is_some_and(Editor::is_writing) {
        return wait_for_write(model, now, then);
    }
    if editor.is_some_and(|editor| editor.is_dirty() || editor.has_text()) {
        model.overlays.push(Overlay::Leave(then));
        return Vec::new();
    }
    leave(model, now, then)
}

/// A write is not cancelled, and what becomes of it is to be seen.
fn wait_for_write(model: &mut Model, now: Now, then: Then) -> Vec<Effect> {
    if then == Then::Quit {
        return quit_after_write(model, now, Ended::Done);
    }
    model.notify(
        now.mono,
        "the answer to the write is waited for; then you can leave",
        false,
    );
    Vec::new()
}

fn quit_after_write(model: &mut Model, now: Now, ended: Ended) -> Vec<Effect> {
    model.quits = Some(ended);
    let on = model
        .editor
        .as_ref()
        .map(|editor| format!("{}/{}", editor.group, editor.identifier));
    let words = format!(
        "quits as soon as the write to {} is answered; {} quits now",
        on.unwrap_or_default(),
        Chord::WAY_OUT
    );
    model.notify(now.mono, words, false);
    Vec::new()
}

/// Ends the program now. Only a write under way is waited for, and that not twice.
pub(in crate::update) fn quit(model: &mut Model, now: Now, ended: Ended) -> Vec<Effect> {
    if model.editor.as_ref().is_some_and(Editor::is_writing) && model.quits.is_none() {
        return quit_after_write(model, now, ended);
    }
    vec![Effect::Quit(ended)]
}

/// The answer to what shall become of the changes.
pub(in crate::update) fn answer(model: &mut Model, now: Now, keep: bool) -> Vec<Effect> {
    let Some(Overlay::Leave(then)) = model.overlays.pop() else {
        return Vec::new();
    };
    if then == Then::Switch {
        return session::switch(model, now, Some(keep));
    }
    let mut effects = settle(model, now, keep);
    effects.extend(leave(model, now, then));
    effects
}

/// Keeps what is not stored as a draft, or gives it up.
pub(in crate::update) fn settle(model: &mut Model, now: Now, keep: bool) -> Vec<Effect> {
    if keep {
        keeping::keep(model, now)
    } else {
        keeping::discard(model)
    }
}

fn leave(model: &mut Model, now: Now, then: Then) -> Vec<Effect> {
    // The editor stays until another session is open.
    if then == Then::Switch {
        return session::switch(model, now, None);
    }
    let mut effects = close(model, now);
    match then {
        Then::Close | Then::Switch => {}
        Then::Show(section) => effects.extend(browse::show(model, section)),
        Then::Quit => effects.push(Effect::Quit(Ended::Done)),
    }
    effects
}

/// Closes the editor. What it waits for is no longer waited for.
pub(in crate::update) fn close(model: &mut Model, now: Now) -> Vec<Effect> {
    let review = match desk(model).map(|desk| &desk.stage) {
        Some(Stage::Reviewing(review)) => review.checked.wait(),
        _ => None,
    };
    let Some(editor) = model.editor.take() else {
        return Vec::new();
    };
    if let Some(pane) = model.records.as_mut().filter(|pane| pane.group == editor.group) {
        pane.look_again(&editor.identifier);
    }
    let waits = [editor.stored.wait(), review].into_iter().flatten();
    let mut effects = cancel(model, waits.map(|wait| wait.ticket));
    // What was gathered before the write is not what is stored.
    let wrote = editor.desk.is_some_and(|desk| desk.before.is_some());
    if wrote && model.batch.is_some() {
        effects.extend(batch::refresh(model, now));
    }
    effects
}
