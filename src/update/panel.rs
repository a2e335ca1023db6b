//! What stands below or beside the records of a tail: the inspector, the shards, the keys.

use super::{cancel, inspector};
use crate::message::{Action, Effect};
use crate::model::{Focus, KeyTable, Model, Panel, ShardTable, TailPane};

/// Closes whatever is open.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    tail.focus = Focus::List;
    match tail.panel.take() {
        Some(Panel::Record(mut inspector)) => {
            let waited = inspector.document.cancel();
            cancel(model, waited)
        }
        _ => Vec::new(),
    }
}

/// Opens the table of the shards, or closes it.
pub(super) fn toggle_shards(model: &mut Model) -> Vec<Effect> {
    let is_open = |panel: &Panel| matches!(panel, Panel::Shards(_));
    toggle(model, is_open, Panel::Shards(ShardTable::default()))
}

/// Opens the table of the keys that come most, or closes it.
pub(super) fn toggle_keys(model: &mut Model) -> Vec<Effect> {
    let is_open = |panel: &Panel| matches!(panel, Panel::Keys(_));
    toggle(model, is_open, Panel::Keys(KeyTable::default()))
}

fn toggle(model: &mut Model, is_open: fn(&Panel) -> bool, panel: Panel) -> Vec<Effect> {
    let was_open = model
        .tail
        .as_ref()
        .and_then(|tail| tail.panel.as_ref())
        .is_some_and(is_open);
    let effects = close(model);
    if let Some(tail) = model.tail.as_mut().filter(|_| !was_open) {
        tail.panel = Some(panel);
    }
    effects
}

/// Puts the shards into another order; opens their table where it is closed.
pub(super) fn sort(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !matches!(
        model.tail.as_ref().and_then(|it| it.panel.as_ref()),
        Some(Panel::Shards(_))
    ) {
        effects = toggle_shards(model);
    }
    if let Some(Panel::Shards(table)) = model.tail.as_mut().and_then(|it| it.panel.as_mut()) {
        table.order = table.order.next();
        table.top = 0;
    }
    effects
}

/// Scrolls what is open, of which so many lines and columns fit.
pub(super) fn scroll(tail: &mut TailPane, action: Action, rows: usize, columns: usize) {
    let shards = tail.shards.len();
    let (at, lines) = match &mut tail.panel {
        Some(Panel::Record(it)) => return inspector::scroll(it, action, rows, columns),
        // Its heading stays.
        Some(Panel::Shards(table)) => (&mut table.top, shards + 1),
        Some(Panel::Keys(table)) => (&mut table.top, KeyTable::MOST + 1),
        None => return,
    };
    *at = scrolled(*at, action, rows).min(lines.saturating_sub(rows));
}

/// The first line on the screen after a key, if there were no end.
pub(super) fn scrolled(at: usize, action: Action, rows: usize) -> usize {
    match action {
        Action::Down => at.saturating_add(1),
        Action::Up => at.saturating_sub(1),
        Action::PageDown => at.saturating_add(rows),
        Action::PageUp => at.saturating_sub(rows),
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        _ => at,
    }
}
