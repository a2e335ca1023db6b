//! The help: scrolling it, and narrowing it to some words.

use crate::message::{Action, Effect};
use crate::model::{Help, Model, Overlay};

/// Opens it over whatever the person looks at.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.overlays.last(), Some(Overlay::Help(_))) {
        model.overlays.push(Overlay::Help(Help::default()));
    }
    Vec::new()
}

/// What a key does in it.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let rows = usize::from(model.size.height.saturating_sub(2));
    let Some(Overlay::Help(help)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    match action {
        Action::Search => help.is_typing = true,
        Action::Accept => help.is_typing = false,
        // From the inside out: the words, then the help.
        Action::Back if help.is_typing || !help.input.value().is_empty() => {
            help.is_typing = false;
            help.input.reset();
        }
        Action::Back => drop(model.overlays.pop()),
        action => help.scroll = super::panel::scrolled(help.scroll, action, rows),
    }
    limit_scroll(model, rows);
    Vec::new()
}

fn limit_scroll(model: &mut Model, rows: usize) {
    let lines = match model.overlays.last() {
        Some(Overlay::Help(help)) => help.lines(model).len(),
        _ => return,
    };
    if let Some(Overlay::Help(help)) = model.overlays.last_mut() {
        help.scroll = help.scroll.min(lines.saturating_sub(rows));
    }
}
