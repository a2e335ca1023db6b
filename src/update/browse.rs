//! The sections: moving about, opening, asking again, and the answers of the services.

use std::time::Duration;

use super::{
    Told, ask, batch, behind, cancel, consumers, copying, editor, follow, listing, marks, nearest, overlay,
    records, seek, tail,
};
use crate::clock::Now;
use crate::keymap::Context;
use crate::message::{Action, Effect, Request};
use crate::model::{BatchView, Focus, Model, Overlay, Paged, Prompt, Purpose, Remote, settle_page};
use crate::resource::{Ancestor, Detail, Entry, Page, ResourceId, Section, Shard};
use crate::source::SourceError;

/// How long the cursor rests on a row before its shards are asked for: who runs down a list wants none of them.
const SETTLE: Duration = Duration::from_millis(120);

/// Shows a section; whatever has taken the place of a list is left.
pub(super) fn show(model: &mut Model, section: Section) -> Vec<Effect> {
    model.overlays.clear();
    let mut effects = tail::leave(model);
    effects.extend(batch::leave(model));
    effects.extend(records::leave(model));
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
        Action::Filter => listing::ask_filter(model),
        Action::Sort => listing::sort(model, now),
        Action::ToggleFollow => follow::toggle(model, now),
        Action::ShowModel => behind::show(model, now, "ML model", |it| matches!(it, Ancestor::Model(_))),
        Action::ShowDataSource => behind::show(model, now, "data source", |it| {
            matches!(it, Ancestor::DataSource(_))
        }),
        Action::Copy => copying::open(model, now),
        Action::Gather => batch::open(model, now, BatchView::List),
        Action::Compare => batch::open(model, now, BatchView::Comparison),
        Action::ShowMarks => marks::open(model, now),
        Action::Back => back(model, now),
        Action::Refresh => refresh(model, now),
        Action::Tail => start_tail(model, now),
        Action::TailFrom => tail_from(model, now),
        Action::Consumers => open_consumers(model, now),
        Action::LookUp => ask_identifier(model, now),
        Action::NewRecord => ask_new_record(model),
        Action::ShowDrafts => editor::show_drafts(model, now),
        Action::Search => overlay::open_prompt(model, Prompt::new(Purpose::Search)),
        Action::NextMatch => find(model, now, true),
        Action::PreviousMatch => find(model, now, false),
        _ => Vec::new(),
    }
}

/// Moves the cursor, or scrolls the detail, whichever has the focus.
fn go(model: &mut Model, now: Now, to: impl Fn(usize) -> usize) -> Vec<Effect> {
    let layout = model.layout();
    let (list_rows, detail_rows) = (layout.list_rows(), layout.detail_rows());
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
            let lines = browser.outline(layout.detail_columns()).count();
            let furthest = lines.saturating_sub(detail_rows);
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

/// From the list into the detail; from there to the records, where there are any.
fn open(model: &mut Model) -> Vec<Effect> {
    let edit = model.abilities().edit;
    let browser = model.browser_mut();
    match browser.focus {
        Focus::List if browser.selected().is_some() => browser.focus = Focus::Detail,
        Focus::Detail if edit => return records::open_selected(model),
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
        let words = model
            .keymap
            .tell(Context::Browse, "no longer waiting; {refresh} asks again");
        model.notify(now.mono, words, false);
        return cancel(model, free);
    }
    if behind::step_back(model) {
        return Vec::new();
    }
    let browser = model.browser_mut();
    match browser.focus {
        Focus::Detail => browser.focus = Focus::List,
        Focus::List if browser.search.is_some() => browser.search = None,
        Focus::List if browser.listing.filter.is_some() => return listing::filter(model, ""),
        Focus::List if browser.query.condition.is_some() => return listing::clear(model),
        Focus::List => {}
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
    listing::renew(model, now);
    let list = ask(model, now.mono);
    let browser = model.browser_mut();
    browser.list.begin(list);
    browser.follow.begin_anew();
    effects.push(Effect::Call(list.ticket, browser.page_request(None)));
    let selected = browser.selected().map(|entry| entry.id.clone());
    let follow = &browser.follow;
    browser
        .details
        .retain(|id, _| Some(id) == selected.as_ref() || follow.is_pinned(id));
    if let Some(id) = selected {
        effects.extend(refresh_selected(model, now, &id));
    }
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
    effects.extend(behind::refresh(model, now));
    effects
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
    records::ask_identifiers(model)
}

fn ask_new_record(model: &mut Model) -> Vec<Effect> {
    let group = model.browser().selected().map(|entry| entry.id.clone());
    match group.filter(|_| model.abilities().edit) {
        Some(group) => overlay::open_prompt(model, Prompt::new(Purpose::NewRecord { group })),
        None => Vec::new(),
    }
}

/// Moves to the next row, or the one before, whose name holds what is searched for; goes around at the ends.
pub(super) fn find(model: &mut Model, now: Now, forwards: bool) -> Vec<Effect> {
    let fit = model.layout().list_rows();
    let browser = model.browser_mut();
    let Some(wanted) = browser.search.as_ref().map(|text| text.to_lowercase()) else {
        return Vec::new();
    };
    let holds = |row: usize| {
        let name = browser.row(row).map(|entry| entry.name.to_lowercase());
        name.is_some_and(|name| name.contains(&wanted))
    };
    let found = nearest(browser.count(), browser.cursor, forwards, holds);
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
    if model.is_workspace() {
        return;
    }
    let (list_rows, detail_rows) = (layout.list_rows(), layout.detail_rows());
    let browser = model.browser_mut();
    browser.cursor = browser.cursor.min(browser.count().saturating_sub(1));
    browser.show_cursor(list_rows);
    if browser.scroll > 0 {
        let lines = browser.outline(layout.detail_columns()).count();
        browser.scroll = browser.scroll.min(lines.saturating_sub(detail_rows));
    }
}

pub(super) fn listed(model: &mut Model, section: Section, page: Result<Page<Entry>, SourceError>) -> Told {
    let browser = &mut model.browsers[section.index()];
    let selected = browser.selected().map(|entry| entry.id.clone());
    let failed = settle_page(&mut browser.list, page);
    browser.arrange();
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
    let browser = &mut model.browsers[section.index()];
    let failed = browser
        .details
        .entry(id)
        .or_default()
        .settle(detail.map(|it| *it));
    // What is known of it now may belong elsewhere in the list.
    browser.arrange();
    failed
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

/// Whether something lies over the section, so that it need not be kept up to date.
pub(super) fn is_covered(model: &Model) -> bool {
    model.is_workspace() || model.overlays.iter().any(|it| matches!(it, Overlay::Help(_)))
}
