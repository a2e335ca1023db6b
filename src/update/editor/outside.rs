//! The record as a text in the person's own editor, and back.
//!
//! Must not: lose what was typed there. A text that cannot be taken is given back with the reason at its top.

use super::{changed, desk, desk_mut};
use crate::clock::Now;
use crate::edit::document;
use crate::message::Effect;
use crate::model::{Model, Stage};

/// Opens the record there; or the text that could not be taken the last time.
pub(super) fn ask(model: &mut Model, _now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let text = desk
        .outside
        .clone()
        .unwrap_or_else(|| document::write(desk.form.draft()));
    desk.outside = Some(text.clone());
    vec![Effect::EditOutside(text)]
}

/// The text as the person left it.
pub(in crate::update) fn edited(model: &mut Model, text: Result<String, String>, now: Now) -> Vec<Effect> {
    let Some(before) = desk(model).and_then(|desk| desk.outside.clone()) else {
        return Vec::new();
    };
    match text {
        Err(why) => {
            model.notify(now.mono, why, true);
            if let Some(desk) = desk_mut(model) {
                desk.outside = None;
            }
            Vec::new()
        }
        Ok(text) => take(model, &before, &text, now),
    }
}

fn take(model: &mut Model, before: &str, text: &str, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model).filter(|desk| matches!(desk.stage, Stage::Editing)) else {
        return Vec::new();
    };
    let wrong = match document::read(text).map(|features| desk.form.replace(&features)) {
        Ok(Ok(())) => {
            desk.outside = None;
            return changed(model, now);
        }
        Ok(Err(mistakes)) => document::with_mistakes(text, &mistakes),
        Err(error) => document::with_error(text, &error),
    };
    desk.outside = Some(wrong.clone());
    // Who leaves it as it was gives up for now.
    if text == before {
        let words = "the text is not taken as it is; E opens it again, and nothing of it is lost";
        model.notify(now.mono, words, true);
        return Vec::new();
    }
    vec![Effect::EditOutside(wrong)]
}
