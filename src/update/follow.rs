//! Resources that run their course are asked for again until they end, and their end is told.

use crate::clock::Now;
use crate::message::{Effect, Request};
use crate::model::{Browser, Model, Ticket};
use crate::resource::{BatchPrediction, Detail, PredictionStatus, ResourceId, Run, Section};
use crate::source::SourceError;

use super::browse;

/// Follows the selected resource wherever the person is, or only while it is on the screen.
pub(super) fn toggle(model: &mut Model, now: Now) -> Vec<Effect> {
    let browser = model.browser_mut();
    let Some(entry) = browser.selected().cloned() else {
        return Vec::new();
    };
    let words = if !browser.is_under_way(&entry.id) {
        let status = browser.words(&entry).status;
        format!(
            "{} is {status}: it has ended, and there is nothing to follow",
            entry.name
        )
    } else if browser.follow.toggle(&entry.id) {
        format!("{} is followed to its end, wherever you are", entry.name)
    } else {
        format!("{} is followed only while it is on the screen", entry.name)
    };
    model.notify(now.mono, words, false);
    Vec::new()
}

/// The next call for something that is followed.
pub(super) fn wants(model: &mut Model, now: Now, is_covered: bool) -> Vec<Effect> {
    let ask = |section: Section| {
        let shown = if section == model.section && !is_covered {
            on_screen(model)
        } else {
            Vec::new()
        };
        let browser = &mut model.browsers[section.index()];
        browser.follow.ticks = !shown.is_empty();
        let wanted = wanted(browser, shown);
        let id = browser.follow.due(&wanted, now.mono)?;
        let ticket = model.tickets.issue();
        browser.follow.ask(id.clone(), ticket, now.mono);
        Some(Effect::Call(ticket, Request::Describe(section, id)))
    };
    Section::ALL.into_iter().filter_map(ask).collect()
}

/// What is under way and on the screen, in the list or beside it.
fn on_screen(model: &Model) -> Vec<ResourceId> {
    let browser = model.browser();
    if !browser.has_runs() {
        return Vec::new();
    }
    let rows = browser.visible(model.layout().list_rows());
    let shown = rows
        .filter_map(|row| browser.row(row))
        .chain(browser.selected())
        .filter(|entry| browser.entry_is_under_way(entry));
    let mut ids: Vec<ResourceId> = Vec::new();
    for entry in shown {
        if !ids.contains(&entry.id) {
            ids.push(entry.id.clone());
        }
    }
    ids
}

/// What is to be followed: what is on the screen, and what the person follows wherever they are. What is asked for anyway is left
/// out until its answer is there.
fn wanted(browser: &Browser, shown: Vec<ResourceId>) -> Vec<ResourceId> {
    let pinned = browser
        .follow
        .pinned()
        .iter()
        .filter(|id| browser.is_under_way(id));
    let mut ids: Vec<ResourceId> = pinned.cloned().collect();
    let others = shown.into_iter().filter(|id| !browser.follow.is_pinned(id));
    ids.extend(others);
    ids.retain(|id| browser.details.get(id).is_none_or(|it| it.wait().is_none()));
    ids
}

/// A resource was described. What nobody but the program had asked for hides nothing that is there when it fails.
pub(super) fn described(
    model: &mut Model,
    now: Now,
    ticket: Ticket,
    section: Section,
    id: &ResourceId,
    detail: Result<Box<Detail>, SourceError>,
) -> Vec<Effect> {
    let browser = &mut model.browsers[section.index()];
    let is_ours = browser.follow.takes(ticket);
    let was_under_way = browser.is_under_way(id);
    let before = status(model, section, id);
    let failed = match detail {
        Err(error) if is_ours => return failed(model, now, section, id, error),
        detail => browse::described(model, section, id.clone(), detail),
    };
    if let Some(error) = failed {
        model.notify(now.mono, error.to_string(), true);
        return Vec::new();
    }
    let after = status(model, section, id);
    let browser = &mut model.browsers[section.index()];
    if browser.is_under_way(id) {
        browser.follow.heard(id, before != after, now.mono);
        return Vec::new();
    }
    browser.follow.ended(id);
    if was_under_way {
        tell_end(model, now, section, id)
    } else {
        Vec::new()
    }
}

/// The status of a resource as far as it is known.
fn status(model: &Model, section: Section, id: &ResourceId) -> Option<String> {
    let browser = &model.browsers[section.index()];
    let known = browser.details.get(id).and_then(|it| it.value());
    let listed = || browser.entry(id)?.status.clone();
    known.map(|it| it.status().to_owned()).or_else(listed)
}

/// The detail says what went wrong; who follows it from elsewhere is told when it is not followed any more.
fn failed(model: &mut Model, now: Now, section: Section, id: &ResourceId, error: SourceError) -> Vec<Effect> {
    let follow = &mut model.browsers[section.index()].follow;
    let is_over = follow.is_pinned(id) && error.is_final();
    let words = format!("{id} is not followed any more: {error}");
    follow.failed(id, error, now.mono);
    if is_over {
        model.notify(now.mono, words, true);
    }
    Vec::new()
}

fn tell_end(model: &mut Model, now: Now, section: Section, id: &ResourceId) -> Vec<Effect> {
    let detail = model.browsers[section.index()].details.get(id);
    let Some(Detail::Prediction(it)) = detail.and_then(|it| it.value()) else {
        return Vec::new();
    };
    let words = end_of(it);
    let failed = it.status == PredictionStatus::Failed;
    model.notify(now.mono, words, failed);
    let bell = model.settings.bell.then_some(Effect::Bell);
    bell.into_iter().collect()
}

/// How it ended: `2026-11-20 churn COMPLETED: 1204331 records, 318 invalid`.
fn end_of(it: &BatchPrediction) -> String {
    let what = format!("{} {}", it.called(), it.status.as_str());
    match (&it.message, it.run()) {
        (Some(message), _) if it.status == PredictionStatus::Failed => format!("{what}: {message}"),
        (
            _,
            Run {
                total: Some(total),
                invalid: Some(invalid),
            },
        ) => format!("{what}: {total} records, {invalid} invalid"),
        _ => what,
    }
}
