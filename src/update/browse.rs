//! The sections: moving about, opening, asking again, and the answers of the services.

use std::time::Duration;

use super::{Told, ask, cancel, consumers, editor, overlay, seek, tail};
use crate::clock::Now;
use crate::message::{Action, Effect, Request};
use crate::model::{Focus, Lookup, Model, Opening, Overlay, Paged, Prompt, Purpose, Remote, settle_page};
use crate::resource::{Detail, Entry, FeatureRecord, Page, ResourceId, Section, Shard};
use crate::source::SourceError;

/// How long the cursor rests on a row before its shards are asked for: who runs down a list wants none of them.
const SETTLE: Duration = Duration::from_millis(120);

/// Shows a section; a tail that is open is left.
pub(super) fn show(model: &mut Model, section: Section) -> Vec<Effect> {
    model.overlays.clear();
    let effects = tail::leave(model);
    model.section = section;
    effects
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let page = match model.browser().focus {
        Focus::List => model.layout().list_rows(),
        Focus::Detail => model.layout().detail_rows(),
    };
    match action {
        Action::Down => go(model, now, |at| at + 1),
        Action::Up => go(model, now, |at| at.saturating_sub(1)),
        Action::PageDown => go(model, now, |at| at + page),
        Action::PageUp => go(model, now, |at| at.saturating_sub(page)),
        Action::Top => go(model, now, |_| 0),
        Action::Bottom => go(model, now, |_| usize::MAX),
        Action::NextPane | Action::PreviousPane => turn_focus(model),
        Action::Open => open(model),
        Action::Back => back(model, now),
        Action::Refresh => refresh(model, now),
        Action::Tail => start_tail(model, now),
        Action::TailFrom => tail_from(model, now),
        Action::Consumers => open_consumers(model, now),
        Action::LookUp => ask_identifier(model, now),
        Action::EditRecord => edit_record(model, now),
        Action::NewRecord => ask_new_record(model),
        Action::Search => overlay::open_prompt(model, Prompt::new(Purpose::Search)),
        Action::NextMatch => find(model, now, true),
        Action::PreviousMatch => find(model, now, false),
        _ => Vec::new(),
    }
}

/// Moves the cursor, or scrolls the detail, whichever has the focus.
fn go(model: &mut Model, now: Now, to: impl Fn(usize) -> usize) -> Vec<Effect> {
    let (list_rows, detail_rows) = (model.layout().list_rows(), model.layout().detail_rows());
    let browser = model.browser_mut();
    match browser.focus {
        Focus::List => {
            let before = browser.cursor;
            browser.move_to(to(before), list_rows);
            if browser.cursor != before {
                browser.settles_at = Some(now.mono + SETTLE);
            }
        }
        Focus::Detail => {
            let furthest = browser.outline().count().saturating_sub(detail_rows);
            browser.scroll = to(browser.scroll).min(furthest);
        }
    }
    Vec::new()
}

fn turn_focus(model: &mut Model) -> Vec<Effect> {
    let browser = model.browser_mut();
    browser.focus = match browser.focus {
        Focus::List => Focus::Detail,
        Focus::Detail => Focus::List,
    };
    Vec::new()
}

/// From the list into the detail; from a feature group's detail to one of its records.
fn open(model: &mut Model) -> Vec<Effect> {
    let edit = model.abilities().edit;
    let browser = model.browser_mut();
    match browser.focus {
        Focus::List if browser.selected().is_some() => browser.focus = Focus::Detail,
        Focus::Detail if edit => return prompt_identifier(model),
        _ => {}
    }
    Vec::new()
}

/// Stops waiting, else steps back, from the inside out.
fn back(model: &mut Model, now: Now) -> Vec<Effect> {
    let free = if model.browser().is_waiting() {
        model.browser_mut().cancel_all()
    } else {
        Vec::new()
    };
    if !free.is_empty() {
        model.notify(now.mono, "no longer waiting; r asks again", false);
        return cancel(model, free);
    }
    let browser = model.browser_mut();
    match browser.focus {
        Focus::Detail if browser.selected_lookup().is_some() => browser.lookup = None,
        Focus::Detail => browser.focus = Focus::List,
        Focus::List => browser.search = None,
    }
    Vec::new()
}

/// Asks again: for the next page, where only that could not be had; else for the list, what is selected in it, and what is shown
/// of that. The rest is forgotten, to be asked for when it is shown.
fn refresh(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some(paged) = model.browser_mut().list.value_mut().filter(|it| it.is_stuck()) {
        paged.following = Remote::Idle;
        return Vec::new();
    }
    let free = model.browser_mut().cancel_all();
    let mut effects = cancel(model, free);
    let section = model.section;
    let list = ask(model, now.mono);
    let browser = model.browser_mut();
    browser.list.begin(list);
    effects.push(Effect::Call(list.ticket, Request::List(section, None)));
    let selected = browser.selected().map(|entry| entry.id.clone());
    browser.details.retain(|id, _| Some(id) == selected.as_ref());
    if let Some(id) = selected {
        effects.extend(refresh_selected(model, now, &id));
    }
    effects.extend(repeat_look_up(model, now));
    effects
}

fn refresh_selected(model: &mut Model, now: Now, id: &ResourceId) -> Vec<Effect> {
    let section = model.section;
    let detail = ask(model, now.mono);
    model
        .browser_mut()
        .details
        .entry(id.clone())
        .or_default()
        .begin(detail);
    let mut effects = vec![Effect::Call(
        detail.ticket,
        Request::Describe(section, id.clone()),
    )];
    if model.browser().selected_shards().is_some() {
        let wait = ask(model, now.mono);
        if let Some(list) = &mut model.browser_mut().shards {
            list.shards.begin(wait);
        }
        effects.push(Effect::Call(
            wait.ticket,
            Request::Shards(section, id.clone(), None),
        ));
    }
    effects.extend(consumers::refresh(model, now, id));
    effects
}

fn repeat_look_up(model: &mut Model, now: Now) -> Vec<Effect> {
    match model.browser().selected_lookup() {
        Some(it) => {
            let (group, identifier) = (it.group.clone(), it.identifier.clone());
            look_up(model, now, group, identifier)
        }
        None => Vec::new(),
    }
}

fn start_tail(model: &mut Model, now: Now) -> Vec<Effect> {
    match tailable(model, now) {
        Some(entry) => {
            let request = tail::request(model, entry.id);
            tail::start(model, now, request, entry.name)
        }
        None => Vec::new(),
    }
}

fn tail_from(model: &mut Model, now: Now) -> Vec<Effect> {
    match tailable(model, now) {
        Some(entry) => seek::open(model, now, entry.id, entry.name),
        None => Vec::new(),
    }
}

fn open_consumers(model: &mut Model, now: Now) -> Vec<Effect> {
    match model.browser().selected().cloned() {
        Some(entry) => consumers::open(model, now, entry.id, entry.name),
        None => Vec::new(),
    }
}

/// The selected resource, if it can be tailed; else the reason is told.
fn tailable(model: &mut Model, now: Now) -> Option<Entry> {
    if !model.abilities().tail {
        let text = format!(
            "a {} cannot be tailed; 1 and 2 show what can",
            model.section.noun()
        );
        model.notify(now.mono, text, false);
        return None;
    }
    model.browser().selected().cloned()
}

fn ask_identifier(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.abilities().tail {
        return overlay::open_prompt(model, Prompt::new(Purpose::ShardOf));
    }
    if !model.abilities().edit {
        let text = format!(
            "a {} has no records to look up; 3 shows what has",
            model.section.noun()
        );
        model.notify(now.mono, text, false);
        return Vec::new();
    }
    prompt_identifier(model)
}

/// Opens the record that was looked up in the editor.
fn edit_record(model: &mut Model, now: Now) -> Vec<Effect> {
    match model.browser().selected_lookup() {
        Some(it) => {
            let (group, identifier) = (it.group.clone(), it.identifier.clone());
            editor::open(model, group, identifier, Opening::Stored)
        }
        None => ask_identifier(model, now),
    }
}

fn ask_new_record(model: &mut Model) -> Vec<Effect> {
    let group = model.browser().selected().map(|entry| entry.id.clone());
    match group.filter(|_| model.abilities().edit) {
        Some(group) => overlay::open_prompt(model, Prompt::new(Purpose::NewRecord { group })),
        None => Vec::new(),
    }
}

fn prompt_identifier(model: &mut Model) -> Vec<Effect> {
    let Some(group) = model.browser().selected().map(|entry| entry.id.clone()) else {
        return Vec::new();
    };
    overlay::open_prompt(model, Prompt::new(Purpose::LookUp { group }))
}

/// Asks for one record, and turns to where it will show.
pub(super) fn look_up(model: &mut Model, now: Now, group: ResourceId, identifier: String) -> Vec<Effect> {
    let section = model.section;
    let wait = ask(model, now.mono);
    let browser = model.browser_mut();
    let before = browser.lookup.as_mut().and_then(|it| it.record.cancel());
    browser.focus = Focus::Detail;
    browser.scroll = 0;
    let record = Remote::Loading(wait);
    browser.lookup = Some(Lookup {
        group: group.clone(),
        identifier: identifier.clone(),
        record,
    });
    let mut effects = cancel(model, before);
    effects.push(Effect::Call(
        wait.ticket,
        Request::Record(section, group, identifier),
    ));
    effects
}

/// Moves to the next row, or the one before, whose name holds what is searched for; goes around at the ends.
pub(super) fn find(model: &mut Model, now: Now, forwards: bool) -> Vec<Effect> {
    let fit = model.layout().list_rows();
    let browser = model.browser_mut();
    let Some(wanted) = browser.search.as_ref().map(|text| text.to_lowercase()) else {
        return Vec::new();
    };
    let count = browser.rows().len();
    let step = |n: usize| {
        if forwards {
            browser.cursor + n
        } else {
            browser.cursor + count - n
        }
    };
    let found = (1..=count)
        .map(|n| step(n) % count)
        .find(|row| browser.rows()[*row].name.to_lowercase().contains(&wanted));
    if let Some(row) = found {
        browser.move_to(row, fit);
        browser.settles_at = Some(now.mono + SETTLE);
    } else {
        let complete = browser.list.value().is_some_and(Paged::is_complete);
        let place = if complete { "here" } else { "in the pages so far" };
        model.notify(now.mono, format!("nothing {place} is called '{wanted}'"), false);
    }
    Vec::new()
}

/// The cursor comes to rest, whatever lies over it. A list that came back shorter, or a screen that shrank, must not leave it
/// outside.
pub(super) fn pass_time(model: &mut Model, now: Now) {
    let rested = |at: &Duration| *at > now.mono;
    model.browser_mut().settles_at = model.browser().settles_at.filter(rested);
    let layout = model.layout();
    if model.tail.is_some() {
        return;
    }
    let (list_rows, detail_rows) = (layout.list_rows(), layout.detail_rows());
    let browser = model.browser_mut();
    browser.cursor = browser.cursor.min(browser.rows().len().saturating_sub(1));
    browser.show_cursor(list_rows);
    if browser.scroll > 0 {
        browser.scroll = browser
            .scroll
            .min(browser.outline().count().saturating_sub(detail_rows));
    }
}

pub(super) fn listed(model: &mut Model, section: Section, page: Result<Page<Entry>, SourceError>) -> Told {
    let browser = &mut model.browsers[section.index()];
    let selected = browser.selected().map(|entry| entry.id.clone());
    let failed = settle_page(&mut browser.list, page);
    // A list that was asked for anew may have its rows elsewhere: the cursor stays on its resource.
    if let Some(id) = selected {
        browser.select(&id);
    }
    failed
}

pub(super) fn described(
    model: &mut Model,
    section: Section,
    id: ResourceId,
    detail: Result<Box<Detail>, SourceError>,
) -> Told {
    let details = &mut model.browsers[section.index()].details;
    details.entry(id).or_default().settle(detail.map(|it| *it))
}

pub(super) fn shards_listed(
    model: &mut Model,
    section: Section,
    stream: &ResourceId,
    page: Result<Page<Shard>, SourceError>,
) -> Told {
    let list = model.browsers[section.index()]
        .shards
        .as_mut()
        .filter(|it| it.stream == *stream)?;
    list.settle(page)
}

pub(super) fn looked_up(
    model: &mut Model,
    section: Section,
    record: Result<Option<FeatureRecord>, SourceError>,
) -> Told {
    model.browsers[section.index()]
        .lookup
        .as_mut()?
        .record
        .settle(record)
}

/// Whether something lies over the section, so that it need not be kept up to date.
pub(super) fn is_covered(model: &Model) -> bool {
    model.tail.is_some()
        || model.editor.is_some()
        || model.overlays.iter().any(|it| matches!(it, Overlay::Help { .. }))
}
