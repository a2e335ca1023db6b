//! Choosing between what somebody else wrote and one's own.

use super::{changed, desk_mut, review};
use crate::clock::Now;
use crate::edit::{Intent, Merge, Side};
use crate::keymap::Context;
use crate::message::{Action, Effect};
use crate::model::{Merging, Model, Stage};

/// Puts the two beside each other.
pub(super) fn begin(model: &mut Model, merge: Merge, why: String) {
    if let Some(desk) = desk_mut(model) {
        desk.stage = Stage::Merging(Box::new(Merging::of(merge, why)));
    }
}

/// A key in the merge.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let fit = model.layout().list_rows();
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let Stage::Merging(merging) = &mut desk.stage else {
        return Vec::new();
    };
    match action {
        // The draft stays as it was, over what was read: the next review comes to the same.
        Action::Back => desk.stage = Stage::Editing,
        Action::Mine => merging.choose(Side::Mine),
        Action::Theirs => merging.choose(Side::Theirs),
        Action::AllMine => merging.choose_all(Side::Mine),
        Action::AllTheirs => merging.choose_all(Side::Theirs),
        Action::Review => return finish(model, now),
        action => {
            let row = super::moved(merging.cursor, action, fit);
            merging.move_to(row, fit);
        }
    }
    if let Some(Stage::Merging(merging)) = desk_mut(model).map(|desk| &mut desk.stage) {
        merging.move_to(merging.cursor, fit);
    }
    Vec::new()
}

/// The draft over what is stored now, to be reviewed; nothing is to be written where it is the same.
fn finish(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let Stage::Merging(merging) = &desk.stage else {
        return Vec::new();
    };
    let Some(draft) = merging.merge().resolved() else {
        let open = merging.merge().open();
        let features = if open == 1 { "feature is" } else { "features are" };
        let keys = model
            .keymap
            .tell(Context::Merge, "{mine} takes mine, {theirs} theirs");
        let words = format!("{open} {features} not decided; {keys}");
        model.notify(now.mono, words, false);
        return Vec::new();
    };
    let is_dirty = draft.is_dirty();
    desk.form.take(draft);
    desk.stage = Stage::Editing;
    let mut effects = changed(model, now);
    if is_dirty {
        effects.extend(review::open(model, now, Intent::Put));
    } else {
        let words = "nothing is left to write: the record is stored like this";
        model.notify(now.mono, words, false);
    }
    effects
}
