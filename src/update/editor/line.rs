//! The value that is being typed in its row.

use super::super::overlay;
use super::{changed, desk, form_mut, opening};
use crate::clock::Now;
use crate::edit::check;
use crate::keymap::Context;
use crate::message::{Action, Effect};
use crate::model::{Form, Model};

/// Bytes of a line at most: a value is shorter, but a list of one-letter words takes four times as many with its quotes.
const LINE: usize = 4 * check::BYTES;

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
            let words = model.keymap.tell(
                Context::Editor,
                "a record's identifier cannot be changed; {clone-record} clones the record to another one",
            );
            model.notify(now.mono, words, false);
        }
        Some(row) if row.rules.is_none() => {
            let words = model.keymap.tell(
                Context::Editor,
                "the group no longer has this feature; {remove-feature} takes it out of the record",
            );
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
        Action::Back => form.leave_line(),
        _ => {}
    }
    Vec::new()
}

/// Pasted text goes in as it is, its control characters too, or not at all.
pub(in crate::update) fn paste(model: &mut Model, text: &str) {
    let Some(form) = form_mut(model) else {
        return;
    };
    let Some(line) = &mut form.line else {
        return;
    };
    // Many terminals paste a carriage return for each line feed.
    let text = if text.contains('\n') {
        text.to_owned()
    } else {
        text.replace('\r', "\n")
    };
    let bytes = line.input.value().len() + text.len();
    if bytes > LINE {
        line.error = Some(format!(
            "nothing was pasted: with it the line would have {bytes} bytes, and no value has more than {}",
            check::BYTES
        ));
        return;
    }
    overlay::insert(&mut line.input, &text);
    form.check_line();
}
