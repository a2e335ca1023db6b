//! The records of a feature group: their identifiers page by page, and the one that the cursor rests on.

use std::time::Duration;

use super::{Told, ask, batch, cancel, editor, export, marks, nearest, overlay, panel};
use crate::clock::Now;
use crate::keymap::Context;
use crate::message::{Action, Effect, Request};
use crate::model::{
    BatchView, Choice, Focus, Lookup, Model, Opening, Paged, Prompt, Purpose, RecordOutline, RecordsPane,
    Remote, Ticket, as_word, settle_page, words,
};
use crate::resource::{FeatureRecord, Page, ResourceId, Section};
use crate::source::SourceError;

/// How long the cursor rests on an identifier before its record is asked for.
const SETTLE: Duration = Duration::from_millis(120);
/// How many lines of identifiers are remembered of a group.
const HISTORY: usize = 50;

/// Opens the records of the selected group.
pub(super) fn open_selected(model: &mut Model) -> Vec<Effect> {
    if let Some(entry) = model.browser().selected() {
        model.records = Some(RecordsPane::new(entry.id.clone(), entry.name.clone()));
    }
    Vec::new()
}

/// Leaves the records, if they are open.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let free = model.records.take().map(|mut pane| pane.cancel_all());
    cancel(model, free.unwrap_or_default())
}

/// Asks for identifiers of the group whose records are open, or that is selected.
pub(super) fn ask_identifiers(model: &mut Model) -> Vec<Effect> {
    let open = model.records.as_ref().map(|pane| pane.group.clone());
    let selected = || model.browser().selected().map(|entry| entry.id.clone());
    let Some(group) = open.or_else(selected) else {
        return Vec::new();
    };
    let history = model.browser().history.get(&group);
    let choices = history.into_iter().flatten().map(|line| Choice {
        text: line.clone(),
        help: String::new(),
    });
    let prompt = Prompt::new(Purpose::LookUp { group: group.clone() }).offering(choices.collect::<Vec<_>>());
    overlay::open_prompt(model, prompt)
}

/// Opens records by identifiers that were typed or pasted.
pub(super) fn look_up(model: &mut Model, group: &ResourceId, text: &str) -> Vec<Effect> {
    let identifiers = words(text);
    remember(model, group, &identifiers);
    if model.records.as_ref().is_none_or(|pane| pane.group != *group) {
        let entry = model.browser().rows().find(|entry| entry.id == *group);
        let name = entry.map_or(group.as_str(), |entry| &entry.name).to_owned();
        model.records = Some(RecordsPane::new(group.clone(), name));
    }
    if let Some(pane) = &mut model.records {
        pane.add_typed(identifiers);
        pane.scroll = 0;
        // What was typed is wanted at once.
        pane.settles_at = None;
        pane.lookup.take_if(|it| it.record.wait().is_none());
    }
    Vec::new()
}

fn remember(model: &mut Model, group: &ResourceId, identifiers: &[String]) {
    let line = identifiers
        .iter()
        .map(|it| as_word(it))
        .collect::<Vec<_>>()
        .join(" ");
    let history = model.browser_mut().history.entry(group.clone()).or_default();
    history.retain(|known| *known != line);
    history.insert(0, line);
    history.truncate(HISTORY);
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Open | Action::NextPane | Action::PreviousPane => turn_focus(model),
        Action::Back if model.exporting.is_some() => export::stop(model, now),
        Action::Back => back(model, now),
        Action::Export => export::ask_file(model, now),
        Action::Refresh => refresh(model, now),
        Action::LookUp => ask_identifiers(model),
        Action::EditRecord => edit_selected(model),
        Action::NewRecord => ask_new(model),
        Action::Mark => marks::toggle(model, now)
            .into_iter()
            .chain(settle(model, now))
            .collect(),
        Action::MarkAll => marks::mark_all(model, now),
        Action::UnmarkAll => marks::clear(model, now),
        Action::ShowMarks => marks::open(model, now),
        Action::Gather => batch::open(model, now, BatchView::List),
        Action::Compare => batch::open(model, now, BatchView::Comparison),
        Action::ToggleDeleted => toggle_deleted(model, now),
        Action::Copy => copy(model, now),
        Action::Search => overlay::open_prompt(model, Prompt::new(Purpose::SearchIdentifiers)),
        Action::NextMatch => find(model, now, true),
        Action::PreviousMatch => find(model, now, false),
        action => go(model, action, now),
    }
}

/// Opens the selected record in the editor.
fn edit_selected(model: &mut Model) -> Vec<Effect> {
    let selected = model
        .records
        .as_ref()
        .and_then(|pane| Some((pane.group.clone(), pane.selected()?.to_owned())));
    match selected {
        Some((group, identifier)) => editor::open(model, group, identifier, Opening::Stored),
        None => ask_new(model),
    }
}

fn ask_new(model: &mut Model) -> Vec<Effect> {
    match model.records.as_ref().map(|pane| pane.group.clone()) {
        Some(group) => overlay::open_prompt(model, Prompt::new(Purpose::NewRecord { group })),
        None => Vec::new(),
    }
}

/// Moves about in the identifiers, or in the record where that has the focus.
fn go(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let layout = model.layout();
    let furthest = lines(model).saturating_sub(layout.detail_rows());
    let Some(pane) = &mut model.records else {
        return Vec::new();
    };
    let scroll = |at, action| panel::scrolled(at, action, layout.detail_rows()).min(furthest);
    match (action, pane.focus) {
        (Action::ScrollDown, _) => pane.scroll = scroll(pane.scroll, Action::Down),
        (Action::ScrollUp, _) => pane.scroll = scroll(pane.scroll, Action::Up),
        (action, Focus::Detail) => pane.scroll = scroll(pane.scroll, action),
        (action, Focus::List) => {
            pane.move_to(panel::scrolled(pane.cursor, action, layout.list_rows()));
            return settle(model, now);
        }
    }
    Vec::new()
}

/// The cursor has moved: its record is asked for once it rests.
fn settle(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some(pane) = &mut model.records
        && pane.selected_lookup().is_none()
    {
        pane.settles_at = Some(now.mono + SETTLE);
    }
    Vec::new()
}

/// How many lines there are to read about the selected record.
fn lines(model: &Model) -> usize {
    let columns = model.layout().detail_columns();
    let lookup = model.records.as_ref().and_then(|pane| {
        let lookup = pane.selected_lookup()?;
        Some((lookup, model.feature_group(&pane.group)))
    });
    lookup.map_or(0, |(lookup, group)| {
        RecordOutline::of_remote(&lookup.record, group, columns)
            .lines
            .len()
    })
}

fn turn_focus(model: &mut Model) -> Vec<Effect> {
    if let Some(pane) = &mut model.records {
        pane.focus = match pane.focus {
            Focus::Detail => Focus::List,
            Focus::List => Focus::Detail,
        };
    }
    Vec::new()
}

/// Stops waiting, else steps back, from the inside out.
fn back(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(pane) = &mut model.records else {
        return Vec::new();
    };
    let free = pane.cancel_all();
    if !free.is_empty() {
        let words = model
            .keymap
            .tell(Context::Records, "no longer waiting; {refresh} asks again");
        model.notify(now.mono, words, false);
        return cancel(model, free);
    }
    match (pane.focus, &pane.search) {
        (Focus::Detail, _) => pane.focus = Focus::List,
        (Focus::List, Some(_)) => pane.search = None,
        (Focus::List, None) => return leave(model),
    }
    Vec::new()
}

/// Asks again: for the next page, where only that could not be had; else for the identifiers and the selected record.
pub(super) fn refresh(model: &mut Model, now: Now) -> Vec<Effect> {
    let section = model.section;
    let Some(pane) = &mut model.records else {
        return Vec::new();
    };
    if let Some(paged) = pane.listed.value_mut().filter(|it| it.is_stuck()) {
        paged.following = Remote::Idle;
        return Vec::new();
    }
    let free = pane.cancel_all();
    pane.absent.clear();
    let (group, with_deleted) = (pane.group.clone(), pane.with_deleted);
    let mut effects = cancel(model, free);
    let wait = ask(model, now.mono);
    if let Some(pane) = &mut model.records {
        pane.listed.begin(wait);
    }
    let request = Request::Identifiers(section, group, with_deleted, None);
    effects.push(Effect::Call(wait.ticket, request));
    effects.extend(refresh_record(model, now));
    effects
}

/// Asks for the selected record again, where it was asked for.
pub(super) fn refresh_record(model: &mut Model, now: Now) -> Vec<Effect> {
    let section = model.section;
    let pane = model.records.as_ref();
    let Some((group, identifier)) =
        pane.and_then(|pane| Some((pane.group.clone(), pane.selected_lookup()?.identifier.clone())))
    else {
        return Vec::new();
    };
    let wait = ask(model, now.mono);
    let lookup = model.records.as_mut().and_then(|pane| pane.lookup.as_mut());
    let before = lookup.and_then(|lookup| {
        let before = lookup.record.cancel();
        lookup.record.begin(wait);
        before
    });
    let mut effects = cancel(model, before);
    effects.push(Effect::Call(
        wait.ticket,
        Request::Record(section, group, identifier),
    ));
    effects
}

/// Lists records that were deleted softly too, or leaves them out.
fn toggle_deleted(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(pane) = &mut model.records else {
        return Vec::new();
    };
    pane.with_deleted = !pane.with_deleted;
    let words = if pane.with_deleted {
        "softly deleted records are listed too; ListRecords does not tell which they are"
    } else {
        "softly deleted records are left out"
    };
    model.notify(now.mono, words, false);
    refresh(model, now)
}

fn copy(model: &mut Model, now: Now) -> Vec<Effect> {
    let line = model.records.as_ref().and_then(RecordsPane::line);
    if line.is_none() {
        model.notify(now.mono, "there is no record here to copy", false);
    }
    line.map(Effect::Copy).into_iter().collect()
}

/// Moves to the next identifier, or the one before, that holds what is searched for; goes around at the ends.
pub(super) fn find(model: &mut Model, now: Now, forwards: bool) -> Vec<Effect> {
    let Some(pane) = &mut model.records else {
        return Vec::new();
    };
    let Some(wanted) = pane.search.as_ref().map(|text| text.to_lowercase()) else {
        return Vec::new();
    };
    let holds = |row: usize| {
        pane.row(row)
            .is_some_and(|it| it.to_lowercase().contains(&wanted))
    };
    if let Some(row) = nearest(pane.count(), pane.cursor, forwards, holds) {
        pane.move_to(row);
        return settle(model, now);
    }
    let complete = pane.listed.value().is_none_or(Paged::is_complete);
    let place = if complete { "here" } else { "on the pages so far" };
    model.notify(now.mono, format!("no identifier {place} holds '{wanted}'"), false);
    Vec::new()
}

/// The cursor comes to rest, and stays where there is something.
pub(super) fn pass_time(model: &mut Model, now: Now) {
    let layout = model.layout();
    let furthest = lines(model).saturating_sub(layout.detail_rows());
    if let Some(pane) = &mut model.records {
        pane.settles_at = pane.settles_at.filter(|at| *at > now.mono);
        pane.show_cursor(layout.list_rows());
        pane.scroll = pane.scroll.min(furthest);
    }
}

/// A page of identifiers that is missing, and the record that the cursor rests on.
pub(super) fn wants(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.batch.is_some() {
        return Vec::new();
    }
    let mut effects: Vec<_> = want_page(model, now).into_iter().collect();
    effects.extend(want_record(model, now));
    effects
}

fn want_page(model: &mut Model, now: Now) -> Option<Effect> {
    let fit = model.layout().list_rows();
    let section = model.section;
    let pane = model.records.as_ref().filter(|pane| pane.wants_page(fit))?;
    let from = pane.listed.missing_page()?;
    let request = Request::Identifiers(section, pane.group.clone(), pane.with_deleted, from);
    let wait = ask(model, now.mono);
    model.records.as_mut()?.listed.begin_page(wait);
    Some(Effect::Call(wait.ticket, request))
}

fn want_record(model: &mut Model, now: Now) -> Vec<Effect> {
    let section = model.section;
    let wanted = model.records.as_ref().and_then(|pane| {
        let rests = pane.settles_at.is_none() && pane.selected_lookup().is_none();
        rests.then(|| Some((pane.group.clone(), pane.selected()?.to_owned())))?
    });
    let Some((group, identifier)) = wanted else {
        return Vec::new();
    };
    let wait = ask(model, now.mono);
    let lookup = Lookup {
        identifier: identifier.clone(),
        record: Remote::Loading(wait),
    };
    let before = model
        .records
        .as_mut()
        .and_then(|pane| pane.lookup.replace(lookup));
    let mut effects = cancel(model, before.and_then(|mut it| it.record.cancel()));
    effects.push(Effect::Call(
        wait.ticket,
        Request::Record(section, group, identifier),
    ));
    effects
}

/// A page of identifiers has come.
pub(super) fn listed(
    model: &mut Model,
    section: Section,
    group: &ResourceId,
    page: Result<Page<String>, SourceError>,
) -> Told {
    let shown = model.section == section;
    let pane = model.records.as_mut().filter(|it| shown && it.group == *group)?;
    let selected = pane.selected().map(str::to_owned);
    let failed = settle_page(&mut pane.listed, page);
    // A list that was asked for anew may have its rows elsewhere.
    if let Some(identifier) = selected {
        pane.select(&identifier);
    }
    failed
}

/// A record has come.
pub(super) fn looked_up(
    model: &mut Model,
    ticket: Ticket,
    record: Result<Option<FeatureRecord>, SourceError>,
) -> Told {
    let pane = model.records.as_mut()?;
    let awaits = |it: &&mut Lookup| it.record.wait().is_some_and(|wait| wait.ticket == ticket);
    let lookup = pane.lookup.as_mut().filter(awaits)?;
    match &record {
        Ok(None) => drop(pane.absent.insert(lookup.identifier.clone())),
        Ok(Some(_)) => drop(pane.absent.remove(&lookup.identifier)),
        Err(_) => {}
    }
    lookup.record.settle(record)
}
