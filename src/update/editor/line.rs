//! The value that is being typed in its row.

use super::{changed, desk, form_mut, opening};
use crate::clock::Now;
use crate::message::{Action, Effect};
use crate::model::{Form, Model};

/// Begins to type the value of the selected feature.
pub(super) fn begin(model: &mut Model, now: Now) -> Vec<Effect> {
    let form = desk(model).map(|desk| &desk.form);
    let selected = form.and_then(Form::selected);
    let identifier = form.is_some_and(|form| {
        form.selected()
            .is_some_and(|row| row.name == form.draft().schema().identifier())
    });
    match selected {
        Some(_) if identifier => {
            let words = "a record's identifier cannot be changed; c clones the record to another one";
            model.notify(now.mono, words, false);
        }
        Some(row) if row.rules.is_none() => {
            let words = "the group no longer has this feature; d takes it out of the record";
            model.notify(now.mono, words, false);
        }
        Some(_) => {
            if let Some(form) = form_mut(model) {
                form.begin_line();
            }
            return opening::stop_reading(model);
        }
        None => {}
    }
    Vec::new()
}

/// A key while a value is typed.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(form) = form_mut(model) else {
        return Vec::new();
    };
    match action {
        Action::Accept if form.accept_line() => return changed(model, now),
        Action::Back => form.line = None,
        _ => {}
    }
    Vec::new()
}
