//! The record as a text in the person's own editor, and back.
//!
//! Must not: lose what was typed there. A text that cannot be taken is given back with the reason at its top.

use super::{changed, desk, desk_mut, opening};
use crate::clock::Now;
use crate::edit::document;
use crate::keymap::Context;
use crate::message::Effect;
use crate::model::{Model, Stage};

/// Opens the record there; or the text that could not be taken the last time.
pub(super) fn ask(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.settings.redacts {
        let words = "your own editor would show what is masked here; start without --redact to use it";
        model.notify(now.mono, words, true);
        return Vec::new();
    }
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let text = desk.outside.clone();
    let text = text.unwrap_or_else(|| document::write(desk.form.draft()));
    let mut effects = opening::stop_reading(model);
    effects.push(Effect::EditOutside(text));
    effects
}

/// The text as the person left it.
pub(in crate::update) fn edited(model: &mut Model, text: Result<String, String>, now: Now) -> Vec<Effect> {
    match text {
        // A text that could not be taken before is still there for the next time.
        Err(why) => {
            model.notify(now.mono, why, true);
            Vec::new()
        }
        Ok(text) if text.trim().is_empty() => give_up(model, now),
        Ok(text) => take(model, &text, now),
    }
}

/// As with git: who empties the text wants none of it.
fn give_up(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some(desk) = desk_mut(model) {
        desk.outside = None;
    }
    model.notify(
        now.mono,
        "the text is empty: the record stays as it is here",
        false,
    );
    Vec::new()
}

/// Does what may change the draft. A text that could not be taken is past where it did: it would undo the change.
pub(super) fn drop_if_stale<T>(model: &mut Model, act: impl FnOnce(&mut Model) -> T) -> T {
    let written = |model: &Model| {
        let desk = desk(model).filter(|desk| desk.outside.is_some());
        desk.map(|desk| document::write(desk.form.draft()))
    };
    let before = written(model);
    let done = act(model);
    if before != written(model)
        && let Some(desk) = desk_mut(model)
    {
        desk.outside = None;
    }
    done
}

fn take(model: &mut Model, text: &str, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model).filter(|desk| matches!(desk.stage, Stage::Editing)) else {
        return Vec::new();
    };
    let wrong = match document::read(text).map(|features| desk.form.replace(&features)) {
        Ok(Ok(())) => return changed(model, now),
        Ok(Err(mistakes)) => document::with_mistakes(text, &mistakes),
        Err(error) => document::with_error(text, &error),
    };
    let before = desk.outside.replace(wrong.clone());
    // Who leaves it as it was gives up for now. So does a program in place of an editor, which gives the same text each time.
    if before.is_some_and(|before| document::untold(&before) == document::untold(text)) {
        let words = model.keymap.tell(
            Context::Editor,
            "the text is not taken as it is, and kept: {edit-outside} opens it again, emptied it is given up",
        );
        model.notify(now.mono, words, true);
        return Vec::new();
    }
    vec![Effect::EditOutside(wrong)]
}
