//! The live tail: beginning and leaving it, its news, and moving about in it.

use std::time::Duration;

use super::{
    Told, ask, cancel, consumers, decoder, export, filter, inspector, overlay, panel, seek, session,
};
use crate::clock::Now;
use crate::keymap::Context;
use crate::message::{Action, Effect, TailReply, TailRequest};
use crate::model::{Focus, Model, Prompt, Purpose, Remote, TailPane};
use crate::resource::{ResourceId, hash_key, shard_of};

/// All of a stream of the section that is shown, from now on; through a consumer where it is read through one already.
pub(super) fn request(model: &Model, stream: ResourceId) -> TailRequest {
    let open = model.tail.as_ref().filter(|tail| tail.request.stream == stream);
    TailRequest {
        through: open.and_then(|tail| tail.request.through.clone()),
        retention: retention(model, &stream),
        ..TailRequest::all_of(model.section, stream)
    }
}

/// Begins to read a stream; a tail that is open is left.
pub(super) fn start(model: &mut Model, now: Now, request: TailRequest, name: String) -> Vec<Effect> {
    let mut effects = leave(model);
    let wait = ask(model, now.mono);
    let mut pane = TailPane::new(wait, request.clone(), name, model.settings.ring_bytes);
    pane.decoder = model.settings.decoding.decoder_for(request.stream.as_str());
    model.tail = Some(pane);
    effects.push(Effect::StartTail(wait.ticket, request));
    effects
}

/// How long a stream keeps its records, if it was described.
fn retention(model: &Model, stream: &ResourceId) -> Option<Duration> {
    model.browser().details.get(stream)?.value()?.retention()
}

/// Ends the tail, if one is open.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let mut effects = panel::close(model);
    effects.extend(filter::clear(model));
    if let Some(tail) = model.tail.take() {
        let choosing = tail.choosing.map(|wait| wait.ticket);
        effects.extend(cancel(model, [tail.ticket].into_iter().chain(choosing)));
    }
    effects
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match inspector::act(model, action, now) {
        Ok(effects) => effects,
        Err(action) => act_outside(model, action, now),
    }
}

/// What a key does that the inspector has no use for.
fn act_outside(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Open => inspector::open_record(model, now),
        Action::ToggleHex => inspector::toggle_hex(model, now),
        Action::ToggleTyped => inspector::toggle_typed(model, now),
        Action::ToggleAll => inspector::toggle_all(model),
        Action::Decoder => decoder::ask(model),
        Action::Filter => filter::ask_filter(model),
        Action::Columns => filter::ask_columns(model),
        Action::Export => export::ask_file(model, now),
        Action::Copy => export::copy(model, now),
        Action::OnlyKey => filter::only_this_key(model, now),
        Action::Search => filter::ask_search(model),
        Action::NextMatch => filter::find(model, now, true),
        Action::PreviousMatch => filter::find(model, now, false),
        Action::ShowShards => panel::toggle_shards(model),
        Action::ShowKeys => panel::toggle_keys(model),
        Action::LookUp => overlay::open_prompt(model, Prompt::new(Purpose::ShardOf)),
        Action::Sort => panel::sort(model),
        Action::Back => back(model, now),
        Action::Refresh => session::try_tail(model, now),
        Action::TailFrom => seek_again(model, now),
        Action::Consumers => open_consumers(model, now),
        Action::ToggleOrder => toggle_order(model, now),
        Action::NextPane | Action::PreviousPane => turn_focus(model, now),
        action => go(model, action),
    }
}

/// Moves about in the records, or in the panel where that has the focus.
fn go(model: &mut Model, action: Action) -> Vec<Effect> {
    let rows = model.list_rows();
    let layout = model.layout();
    let (lines, columns) = (layout.detail_rows(), layout.detail_columns());
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    match (action, tail.focus) {
        (Action::ToggleFollow, _) => toggle_follow(tail, rows),
        (Action::ScrollDown, _) => panel::scroll(tail, Action::Down, lines, columns),
        (Action::ScrollUp, _) => panel::scroll(tail, Action::Up, lines, columns),
        (action, Focus::Detail) => panel::scroll(tail, action, lines, columns),
        (action, Focus::List) => select(tail, action, rows),
    }
    Vec::new()
}

fn select(tail: &mut TailPane, action: Action, rows: usize) {
    let page = i64::try_from(rows).unwrap_or(i64::MAX);
    let lines = match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::PageDown => page,
        Action::PageUp => -page,
        Action::Top => i64::MIN,
        Action::Bottom => i64::MAX,
        _ => return,
    };
    tail.follow |= action == Action::Bottom;
    tail.step(lines, rows);
}

fn turn_focus(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    tail.focus = match (tail.focus, &tail.panel) {
        (Focus::List, Some(_)) => Focus::Detail,
        _ => Focus::List,
    };
    // A record that is gone through must not be taken away by the next one.
    tail.follow &= tail.focus == Focus::List || tail.inspector().is_none();
    if tail.panel.is_none() {
        let words = model.keymap.tell(
            Context::Tail,
            "{open} opens the inspector, {show-shards} the shards",
        );
        model.notify(now.mono, words, false);
    }
    Vec::new()
}

fn toggle_follow(tail: &mut TailPane, rows: usize) {
    tail.follow = !tail.follow;
    if tail.follow {
        tail.show(rows);
    }
}

/// Whether children wait for their parents, turned over while it is read.
fn toggle_order(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    let parents_first = !tail.request.parents_first;
    tail.request.parents_first = parents_first;
    let effect = Effect::OrderTail(tail.ticket, parents_first);
    let words = if parents_first {
        "parents are drained before their children"
    } else {
        "children are read without waiting for their parents"
    };
    model.notify(now.mono, words, false);
    vec![effect]
}

/// Tells which shard takes a partition key: of those that are read, or else of those that are listed.
pub(super) fn tell_shard(model: &mut Model, now: Now, key: &str) -> Vec<Effect> {
    let listed = || {
        let list = model.browser().shards.as_ref()?.shards.value()?;
        shard_of(key, &list.items).map(|shard| &shard.id)
    };
    let shard = match &model.tail {
        Some(tail) => tail.shard_of(key),
        None => listed(),
    };
    let words = match shard {
        Some(shard) => format!("{key} → hash key {:#034x} → {shard}", hash_key(key)),
        None => format!("no shard is known to take {key}: the service may not tell, or it is not read here"),
    };
    model.notify(now.mono, words, false);
    Vec::new()
}

/// Stops writing a file, else closes the panel, else shows all records again, else leaves the tail.
fn back(model: &mut Model, now: Now) -> Vec<Effect> {
    match &model.tail {
        _ if model.exporting.is_some() => export::stop(model, now),
        Some(tail) if tail.panel.is_some() => panel::close(model),
        Some(tail) if tail.filter.is_some() || tail.search.is_some() => filter::clear(model),
        _ => leave(model),
    }
}

fn seek_again(model: &mut Model, now: Now) -> Vec<Effect> {
    let tail = model.tail.as_ref();
    match tail.map(|tail| (tail.request.stream.clone(), tail.name.clone())) {
        Some((stream, name)) => seek::open(model, now, stream, name),
        None => Vec::new(),
    }
}

fn open_consumers(model: &mut Model, now: Now) -> Vec<Effect> {
    match &model.tail {
        Some(tail) => consumers::open(model, now, tail.request.stream.clone(), tail.name.clone()),
        None => Vec::new(),
    }
}

/// Records that are due come into the list, and the inspector goes with the selection.
pub(super) fn pass_time(model: &mut Model, now: Now) {
    let rows = model.list_rows();
    if let Some(tail) = &mut model.tail {
        tail.release(now.mono, rows);
    }
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
