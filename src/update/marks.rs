//! Records that are marked: marking, unmarking, and the list of them.

use super::batch;
use crate::clock::Now;
use crate::keymap::Context;
use crate::message::{Action, Effect};
use crate::model::{BatchView, MarkList, Marks, Model, Overlay};

/// Marks the selected record of a group or unmarks it, and goes on to the next.
pub(super) fn toggle(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(pane) = &mut model.records else {
        return Vec::new();
    };
    let Some(identifier) = pane.selected().map(str::to_owned) else {
        return Vec::new();
    };
    let marks = &mut model.browsers[model.section.index()].marks;
    if marks.toggle(&pane.group, &identifier) {
        pane.move_to(pane.cursor + 1);
    } else {
        tell_full(model, now);
    }
    Vec::new()
}

/// Marks every identifier of a group that is here, as far as there is room.
pub(super) fn mark_all(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(pane) = &model.records else {
        return Vec::new();
    };
    let marks = &mut model.browsers[model.section.index()].marks;
    let all = pane
        .identifiers()
        .all(|identifier| marks.add(&pane.group, identifier));
    if all {
        let words = format!(
            "{} marked; those on pages that are not here yet are not",
            marks.len()
        );
        model.notify(now.mono, words, false);
    } else {
        tell_full(model, now);
    }
    Vec::new()
}

fn tell_full(model: &mut Model, now: Now) {
    let words = format!(
        "{} records are marked, and no more can be; {}",
        Marks::MOST,
        model.keymap.tell(Context::Records, "{unmark-all} unmarks all")
    );
    model.notify(now.mono, words, true);
}

/// Takes all marks away.
pub(super) fn clear(model: &mut Model, now: Now) -> Vec<Effect> {
    let marks = &mut model.browser_mut().marks;
    let count = marks.len();
    marks.clear();
    model.notify(now.mono, format!("{count} unmarked"), false);
    Vec::new()
}

/// Opens the list of what is marked.
pub(super) fn open(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.browser().marks.is_empty() {
        tell_none(model, now);
    } else {
        model.overlays.push(Overlay::Marks(MarkList::default()));
    }
    Vec::new()
}

/// What is said where nothing is marked.
pub(super) fn tell_none(model: &mut Model, now: Now) {
    let text = "no record is marked; {mark} marks one in the records of a feature group";
    let words = model.keymap.tell(Context::Records, text);
    model.notify(now.mono, words, false);
}

/// What a key does in the list of what is marked.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let rows = usize::from(model.size.height);
    let marks = &mut model.browsers[model.section.index()].marks;
    let Some(Overlay::Marks(list)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    match action {
        Action::Unmark => marks.remove(list.cursor),
        Action::UnmarkAll => marks.clear(),
        Action::Gather | Action::Compare => {
            model.overlays.pop();
            let view = if action == Action::Gather {
                BatchView::List
            } else {
                BatchView::Comparison
            };
            return batch::open(model, now, view);
        }
        action => list.cursor = super::panel::scrolled(list.cursor, action, rows),
    }
    list.cursor = list.cursor.min(marks.len().saturating_sub(1));
    if marks.is_empty() {
        model.overlays.pop();
    }
    Vec::new()
}
