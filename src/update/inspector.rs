//! The inspector: opening it on a record, going about in what it says, looking for words in it.

use super::{Told, ask, overlay, panel};
use crate::clock::Now;
use crate::keymap::Context;
use crate::message::{Action, Effect};
use crate::model::{
    Document, Focus, Inspector, Model, Panel, Prompt, Purpose, Reading, Search, TailPane, Tree,
};
use crate::resource::Body;

/// Opens the inspector, or closes it.
pub(super) fn open_record(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.tail.as_ref().is_some_and(|tail| tail.record().is_none()) {
        model.notify(now.mono, "there is no record to read closely here", false);
    }
    toggle_record(model)
}

fn toggle_record(model: &mut Model) -> Vec<Effect> {
    let was_open = inspector(model).is_some();
    let effects = panel::close(model);
    if let Some(tail) = model.tail.as_mut().filter(|_| !was_open)
        && let Some(record) = tail.record()
    {
        let inspector = Inspector::new(tail.cursor, record.clone());
        tail.panel = Some(Panel::Record(Box::new(inspector)));
    }
    effects
}

/// Bytes instead of meaning, or back; opens the inspector where it is closed.
pub(super) fn toggle_hex(model: &mut Model, now: Now) -> Vec<Effect> {
    let closed = inspector(model).is_none();
    let effects = if closed { toggle_record(model) } else { Vec::new() };
    let Some(inspector) = inspector_mut(model) else {
        return effects;
    };
    inspector.turn_to_bytes();
    let is_change = matches!(inspector.record.body, Body::Change(_));
    let document = inspector.document.value();
    if is_change && document.is_some_and(|document| !document.holds_bytes) {
        let words = model.keymap.tell(
            Context::Tail,
            "nothing in this change is binary; {toggle-hex} shows binary attributes as bytes",
        );
        model.notify(now.mono, words, false);
    }
    effects
}

/// DynamoDB's values with their types, or plain.
pub(super) fn toggle_typed(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(inspector) = inspector_mut(model) else {
        return Vec::new();
    };
    inspector.sight.typed = !inspector.sight.typed;
    let words = if inspector.sight.typed {
        "a change's values in DynamoDB JSON, with their types"
    } else {
        "a change's values in plain JSON"
    };
    model.notify(now.mono, words, false);
    Vec::new()
}

/// Folds all that is inside something, or unfolds everything.
pub(super) fn toggle_all(model: &mut Model) -> Vec<Effect> {
    move_cursor(model, Tree::toggle_all);
    Vec::new()
}

/// What a key does that means something of its own while the inspector has the focus. Any other is handed back.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Result<Vec<Effect>, Action> {
    let focused = model.tail.as_ref().is_some_and(|it| it.focus == Focus::Detail);
    let Some(inspector) = inspector(model).filter(|_| focused) else {
        return Err(action);
    };
    let has_cursor = inspector.has_cursor();
    match action {
        Action::Search => {
            return Ok(overlay::open_prompt(model, Prompt::new(Purpose::SearchRecord)));
        }
        Action::NextMatch => step_match(model, now, true),
        Action::PreviousMatch => step_match(model, now, false),
        Action::Back if inspector.search.is_some() => {
            if let Some(inspector) = inspector_mut(model) {
                inspector.search = None;
            }
        }
        _ if !has_cursor => return Err(action),
        Action::ToggleFold => move_cursor(model, Tree::toggle),
        Action::Fold => move_cursor(model, Tree::fold),
        Action::Unfold => move_cursor(model, Tree::unfold),
        Action::Down | Action::Up | Action::PageDown | Action::PageUp | Action::Top | Action::Bottom => {
            step(model, action);
        }
        _ => return Err(action),
    }
    Ok(Vec::new())
}

/// Goes to another line.
fn step(model: &mut Model, action: Action) {
    let rows = model.layout().detail_rows();
    move_cursor(model, |tree, place| {
        let last = tree.lines().saturating_sub(1);
        let place = match action {
            Action::Down => place + 1,
            Action::Up => place.saturating_sub(1),
            Action::PageDown => place + rows,
            Action::PageUp => place.saturating_sub(rows),
            Action::Top => 0,
            _ => last,
        };
        place.min(last)
    });
}

/// Does something to the document at the cursor's line, which tells where the cursor is then, and keeps that line in view.
fn move_cursor(model: &mut Model, act: impl FnOnce(&mut Tree, usize) -> usize) {
    let rows = model.layout().detail_rows();
    let Some(inspector) = inspector_mut(model) else {
        return;
    };
    if let Some(document) = inspector.document.value_mut() {
        inspector.cursor = act(&mut document.tree, inspector.cursor);
        show_cursor(inspector, rows);
    }
}

fn show_cursor(inspector: &mut Inspector, rows: usize) {
    let lines = inspector.tree().map_or(0, Tree::lines);
    inspector.cursor = inspector.cursor.min(lines.saturating_sub(1));
    let lowest = (inspector.cursor + 1).saturating_sub(rows.max(1));
    let top = inspector.scroll.clamp(lowest, inspector.cursor.max(lowest));
    inspector.scroll = top.min(lines.saturating_sub(rows).max(lowest));
}

/// Scrolls it; the cursor stays on the screen.
pub(super) fn scroll(inspector: &mut Inspector, action: Action, rows: usize, columns: usize) {
    let furthest = inspector.lines(columns).saturating_sub(rows);
    inspector.scroll = panel::scrolled(inspector.scroll, action, rows).min(furthest);
    if inspector.has_cursor() {
        let last = inspector.scroll + rows.saturating_sub(1);
        inspector.cursor = inspector.cursor.clamp(inspector.scroll, last);
    }
}

/// Looks for words in the document, from the cursor on.
pub(super) fn search(model: &mut Model, now: Now, text: &str) -> Vec<Effect> {
    let mut found = None;
    let mut search = Search::new(text);
    move_cursor(model, |tree, place| {
        let number = tree.number(place).unwrap_or(0);
        search.run(tree);
        found = search.first(tree, number);
        found.unwrap_or_else(|| tree.place(number))
    });
    if found.is_none() {
        model.notify(
            now.mono,
            format!("nothing in this record matches '{text}'"),
            false,
        );
    }
    if let Some(inspector) = inspector_mut(model) {
        inspector.search = Some(search);
        // What was found is in the meaning.
        inspector.reading = Reading::Meaning;
    }
    Vec::new()
}

fn step_match(model: &mut Model, now: Now, forwards: bool) {
    let Some(mut search) = inspector_mut(model).and_then(|it| it.search.take()) else {
        model.notify(now.mono, "/ searches in this record", false);
        return;
    };
    move_cursor(model, |tree, place| search.step(tree, forwards).unwrap_or(place));
    if let Some(inspector) = inspector_mut(model) {
        inspector.search = Some(search);
    }
}

/// Has the selected record decoded, if the inspector is open and shows another one, or this one in another way. While it still
/// waits for an answer it asks no more: at full load the newest record changes faster than anyone reads.
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
    let sight = inspector.sight_in(columns);
    let same = inspector.asked == Some((number, sight)) && !inspector.document.is_idle();
    if same || inspector.document.wait().is_some() {
        return Vec::new();
    }
    inspector.turn_to(number, record.clone(), sight);
    let decoder = tail.decoder.clone();
    let wait = ask(model, now.mono);
    if let Some(inspector) = inspector_mut(model) {
        inspector.document.begin(wait);
    }
    vec![Effect::Inspect(wait.ticket, record, sight, decoder)]
}

pub(super) fn inspected(model: &mut Model, document: Document) -> Told {
    inspector_mut(model)?.take(document);
    None
}

fn inspector(model: &Model) -> Option<&Inspector> {
    model.tail.as_ref()?.inspector()
}

fn inspector_mut(model: &mut Model) -> Option<&mut Inspector> {
    model.tail.as_mut().and_then(TailPane::inspector_mut)
}
