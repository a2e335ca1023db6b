//! What stands below or beside the records of a tail: the inspector, the shards, the keys.

use super::{Told, ask, cancel};
use crate::clock::Now;
use crate::message::{Action, Effect};
use crate::model::{Document, Focus, Inspector, KeyTable, Model, Panel, ShardTable, TailPane};

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

/// Opens the inspector, or closes it.
pub(super) fn open_record(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.tail.as_ref().is_some_and(|tail| tail.record().is_none()) {
        model.notify(now.mono, "there is no record to read closely here", false);
    }
    toggle_record(model)
}

fn toggle_record(model: &mut Model) -> Vec<Effect> {
    let was_open = model.tail.as_ref().is_some_and(|tail| tail.inspector().is_some());
    let effects = close(model);
    if let Some(tail) = model.tail.as_mut().filter(|_| !was_open)
        && let Some(record) = tail.record()
    {
        let inspector = Inspector::new(tail.cursor, record.clone(), 0);
        tail.panel = Some(Panel::Record(Box::new(inspector)));
    }
    effects
}

/// Bytes instead of meaning, or back; opens the inspector where it is closed.
pub(super) fn toggle_hex(model: &mut Model) -> Vec<Effect> {
    let closed = model.tail.as_ref().is_some_and(|tail| tail.inspector().is_none());
    let effects = if closed { toggle_record(model) } else { Vec::new() };
    if let Some(inspector) = model.tail.as_mut().and_then(TailPane::inspector_mut) {
        inspector.hex = !inspector.hex;
        inspector.scroll = 0;
    }
    effects
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

/// Scrolls what is open, of which so many lines fit.
pub(super) fn scroll(tail: &mut TailPane, action: Action, fit: usize) {
    let shards = tail.shards.len();
    let (at, lines) = match &mut tail.panel {
        Some(Panel::Record(inspector)) => {
            let lines = inspector.lines();
            (&mut inspector.scroll, lines)
        }
        // Its heading stays.
        Some(Panel::Shards(table)) => (&mut table.top, shards + 1),
        Some(Panel::Keys(table)) => (&mut table.top, KeyTable::MOST + 1),
        None => return,
    };
    let furthest = lines.saturating_sub(fit);
    let line = match action {
        Action::Down => *at + 1,
        Action::Up => at.saturating_sub(1),
        Action::PageDown => *at + fit,
        Action::PageUp => at.saturating_sub(fit),
        Action::Top => 0,
        Action::Bottom => furthest,
        _ => return,
    };
    *at = line.min(furthest);
}

/// Has the selected record decoded, if the inspector is open and shows another one, or this one for another width. While it still waits for an answer it asks
/// no more: at full load the newest record changes faster than anyone reads.
pub(super) fn inspect(model: &mut Model, now: Now) -> Vec<Effect> {
    let columns = model.layout().detail_columns();
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    let (held, selected) = (tail.ring.numbers(), tail.record().cloned());
    let (cursor, follow) = (tail.cursor, tail.follow);
    let Some(inspector) = tail.inspector_mut() else {
        return Vec::new();
    };
    // What fell off the ring while the view was paused is still being read.
    let fell_off = !follow && inspector.number < held.start && cursor == held.start;
    let (number, record) = match selected {
        Some(record) if !fell_off => (cursor, record),
        _ => (inspector.number, inspector.record.clone()),
    };
    let same = inspector.number == number && inspector.columns == columns && !inspector.document.is_idle();
    if same || inspector.document.wait().is_some() {
        return Vec::new();
    }
    if inspector.number != number {
        inspector.scroll = 0;
    }
    inspector.number = number;
    inspector.record = record.clone();
    inspector.columns = columns;
    let wait = ask(model, now.mono);
    if let Some(inspector) = model.tail.as_mut().and_then(TailPane::inspector_mut) {
        inspector.document.begin(wait);
    }
    vec![Effect::Inspect(wait.ticket, record, columns)]
}

pub(super) fn inspected(model: &mut Model, document: Document) -> Told {
    let inspector = model.tail.as_mut()?.inspector_mut()?;
    inspector.document.settle(Ok(document))
}
