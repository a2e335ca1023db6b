//! The live tail: beginning and leaving it, its news, and moving about in it.

use std::time::Duration;

use super::{Told, ask, cancel, consumers, overlay};
use crate::clock::Now;
use crate::message::{Action, Effect, TailReply, TailRequest, Through};
use crate::model::{Document, Focus, Inspector, Model, Remote, TailPane};
use crate::resource::{Consumer, Detail, Position, ResourceId};

/// Begins to read a stream of the section that is shown; a tail that is open is left.
pub(super) fn start(
    model: &mut Model,
    now: Now,
    stream: ResourceId,
    name: String,
    from: Position,
) -> Vec<Effect> {
    // Whoever reads a stream through a consumer goes on with it.
    let open = model.tail.as_ref().filter(|tail| tail.stream == stream);
    let through = open.and_then(|tail| tail.through.clone());
    start_through(model, now, stream, name, from, through)
}

/// The same through a registered consumer, or by polling without one.
pub(super) fn start_through(
    model: &mut Model,
    now: Now,
    stream: ResourceId,
    name: String,
    from: Position,
    through: Option<Consumer>,
) -> Vec<Effect> {
    let mut effects = leave(model);
    let wait = ask(model, now.mono);
    let section = model.section;
    let retention = retention(model, &stream);
    let request = TailRequest {
        section,
        stream: stream.clone(),
        from,
        retention,
        through: through.as_ref().map(|consumer| Through {
            consumer: consumer.arn.as_str().to_owned(),
            patient: true,
        }),
    };
    let pane = TailPane::new(wait, section, stream, name, model.settings.ring_bytes);
    model.tail = Some(TailPane { through, ..pane });
    effects.push(Effect::StartTail(wait.ticket, request));
    effects
}

/// How long a stream keeps its records, if it was described.
fn retention(model: &Model, stream: &ResourceId) -> Option<Duration> {
    match model.browser().details.get(stream)?.value()? {
        Detail::Stream(it) => it.retention,
        _ => None,
    }
}

/// Ends the tail, if one is open.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(tail) = model.tail.take() else {
        return Vec::new();
    };
    let inspecting = tail.inspector.and_then(|mut it| it.document.cancel());
    cancel(model, [tail.ticket].into_iter().chain(inspecting))
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Open => open(model, now),
        Action::Back => back(model),
        Action::TailFrom => ask_position(model),
        Action::Consumers => open_consumers(model, now),
        Action::ToggleHex => toggle_hex(model),
        Action::NextPane | Action::PreviousPane => turn_focus(model, now),
        action => go(model, action),
    }
}

/// Moves about in the records, or in the inspector where that has the focus.
fn go(model: &mut Model, action: Action) -> Vec<Effect> {
    let layout = model.layout();
    let (rows, lines) = (layout.list_rows(), layout.detail_rows());
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    match (action, tail.focus) {
        (Action::ToggleFollow, _) => toggle_follow(tail, rows),
        (Action::ScrollDown, _) => scroll(tail, Action::Down, lines),
        (Action::ScrollUp, _) => scroll(tail, Action::Up, lines),
        (action, Focus::Detail) => scroll(tail, action, lines),
        (action, Focus::List) => select(tail, action, rows),
    }
    Vec::new()
}

fn select(tail: &mut TailPane, action: Action, rows: usize) {
    let (held, cursor, page) = (tail.ring.numbers(), tail.cursor, rows as u64);
    let last = held.end.saturating_sub(1);
    tail.follow |= action == Action::Bottom;
    let number = match action {
        Action::Down => cursor + 1,
        Action::Up => cursor.saturating_sub(1),
        Action::PageDown => cursor + page,
        Action::PageUp => cursor.saturating_sub(page),
        Action::Top => held.start,
        Action::Bottom => last,
        _ => return,
    };
    tail.select(number.min(last), rows);
}

fn scroll(tail: &mut TailPane, action: Action, fit: usize) {
    let Some(inspector) = &mut tail.inspector else {
        return;
    };
    let (at, furthest) = (inspector.scroll, inspector.lines().saturating_sub(fit));
    let line = match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        Action::PageDown => at + fit,
        Action::PageUp => at.saturating_sub(fit),
        Action::Top => 0,
        Action::Bottom => furthest,
        _ => return,
    };
    inspector.scroll = line.min(furthest);
}

fn turn_focus(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    tail.focus = match (tail.focus, &tail.inspector) {
        (Focus::List, Some(_)) => Focus::Detail,
        _ => Focus::List,
    };
    if tail.inspector.is_none() {
        model.notify(now.mono, "enter opens the inspector", false);
    }
    Vec::new()
}

fn toggle_follow(tail: &mut TailPane, rows: usize) {
    tail.follow = !tail.follow;
    if tail.follow {
        tail.select(tail.ring.numbers().end.saturating_sub(1), rows);
    }
}

/// Bytes instead of meaning, or back; opens the inspector where it is closed.
fn toggle_hex(model: &mut Model) -> Vec<Effect> {
    let closed = model.tail.as_ref().is_some_and(|tail| tail.inspector.is_none());
    let effects = if closed {
        toggle_inspector(model)
    } else {
        Vec::new()
    };
    if let Some(inspector) = model.tail.as_mut().and_then(|tail| tail.inspector.as_mut()) {
        inspector.hex = !inspector.hex;
        inspector.scroll = 0;
    }
    effects
}

fn open(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.tail.as_ref().is_some_and(|tail| tail.ring.is_empty()) {
        model.notify(now.mono, "there is no record to read closely yet", false);
    }
    toggle_inspector(model)
}

fn toggle_inspector(model: &mut Model) -> Vec<Effect> {
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    if let Some(mut inspector) = tail.inspector.take() {
        let free = inspector.document.cancel();
        cancel(model, free)
    } else {
        if let Some(record) = tail.ring.get(tail.cursor) {
            let record = record.clone();
            tail.inspector = Some(Inspector::new(tail.cursor, record, 0));
        }
        Vec::new()
    }
}

/// Closes the inspector, else leaves the tail.
fn back(model: &mut Model) -> Vec<Effect> {
    match &model.tail {
        Some(tail) if tail.inspector.is_some() => toggle_inspector(model),
        _ => leave(model),
    }
}

fn ask_position(model: &mut Model) -> Vec<Effect> {
    match &model.tail {
        Some(tail) => overlay::ask_position(model, tail.stream.clone(), tail.name.clone()),
        None => Vec::new(),
    }
}

fn open_consumers(model: &mut Model, now: Now) -> Vec<Effect> {
    match &model.tail {
        Some(tail) => consumers::open(model, now, tail.stream.clone(), tail.name.clone()),
        None => Vec::new(),
    }
}

/// Records that are due come into the list, and the inspector goes with the selection.
pub(super) fn pass_time(model: &mut Model, now: Now) {
    let rows = model.layout().list_rows();
    if let Some(tail) = &mut model.tail {
        tail.release(now.mono, rows);
    }
}

/// Has the selected record decoded, if the inspector is open and shows another one, or this one for another width. While it still waits for an answer it asks
/// no more: at full load the newest record changes faster than anyone reads.
pub(super) fn inspect(model: &mut Model, now: Now) -> Vec<Effect> {
    let columns = model.layout().detail_columns();
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    let Some(inspector) = &mut tail.inspector else {
        return Vec::new();
    };
    let held = tail.ring.numbers();
    // What fell off the ring while the view was paused is still being read.
    let fell_off = !tail.follow && inspector.number < held.start && tail.cursor == held.start;
    let (number, record) = match tail.ring.get(tail.cursor) {
        Some(record) if !fell_off => (tail.cursor, record.clone()),
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
    if let Some(inspector) = model.tail.as_mut().and_then(|tail| tail.inspector.as_mut()) {
        inspector.document.begin(wait);
    }
    vec![Effect::Inspect(wait.ticket, record, columns)]
}

pub(super) fn inspected(model: &mut Model, document: Document) -> Told {
    let inspector = model.tail.as_mut()?.inspector.as_mut()?;
    inspector.document.settle(Ok(document))
}

pub(super) fn take_news(model: &mut Model, news: TailReply, now: Now) -> Told {
    let tail = model.tail.as_mut()?;
    match news {
        TailReply::Registering => tail.registering = true,
        TailReply::Listing(count) => tail.listed = count,
        TailReply::Begun => tail.phase = Remote::Ready(()),
        TailReply::Failed(error) => tail.phase = Remote::Failed(error),
        TailReply::Events(events, counters) => {
            let made = counters.calls.saturating_sub(tail.counters.calls);
            tail.counters = counters;
            tail.calls.add(now.mono, made);
            for event in events {
                tail.take(now.mono, event);
            }
        }
    }
    None
}
