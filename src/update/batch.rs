//! Marked records: gathering them, going through them, comparing them.

use super::{ask, cancel, editor, export, marks, overlay, panel};
use crate::clock::Now;
use crate::gather::{Gathering, Input, Output};
use crate::keymap::Context;
use crate::message::{Action, Effect, Request};
use crate::model::{
    BatchPane, BatchView, Choice, Comparison, Focus, Model, Opening, Prompt, Purpose, RecordOutline, as_word,
    json_line, words,
};
use crate::resource::{GatheredRecords, ResourceId};
use crate::source::SourceError;

/// Gathers the marked records.
pub(super) fn open(model: &mut Model, now: Now, view: BatchView) -> Vec<Effect> {
    let count = model.browser().marks.len();
    if count == 0 {
        marks::tell_none(model, now);
        return Vec::new();
    }
    if count == 1 && view == BatchView::Comparison {
        let words = model
            .keymap
            .tell(Context::Records, "only one record is marked; {mark} marks more");
        model.notify(now.mono, words, false);
        return Vec::new();
    }
    gather(model, now, Vec::new(), view)
}

/// Gathers the marked records anew, with these features or with all.
fn gather(model: &mut Model, now: Now, features: Vec<String>, view: BatchView) -> Vec<Effect> {
    let mut effects = leave(model);
    let wanted = model
        .browser()
        .marks
        .wanted(|group| features_of(model, group, &features));
    let seed = now.wall.subsec_nanosecond().unsigned_abs().into();
    let gathering = Gathering::new(wanted, seed);
    model.batch = Some(BatchPane::new(gathering, features, view));
    effects.extend(step(model, now, Input::Started));
    effects
}

/// Those of the chosen features that a group has; its identifier alone where it has none of them. The service refuses a call
/// with a feature that is not in the group.
fn features_of(model: &Model, group: &ResourceId, chosen: &[String]) -> Vec<String> {
    let Some(group) = model.feature_group(group).filter(|_| !chosen.is_empty()) else {
        return chosen.to_vec();
    };
    let known: Vec<_> = chosen
        .iter()
        .filter(|name| group.feature(name).is_some())
        .cloned()
        .collect();
    if known.is_empty() {
        vec![group.identifier.clone()]
    } else {
        known
    }
}

/// Leaves the marked records, if they are open.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let call = model.batch.take().and_then(|pane| pane.call);
    cancel(model, call.map(|wait| wait.ticket))
}

/// Tells the gathering what happened, and does what it asks for.
fn step(model: &mut Model, now: Now, input: Input) -> Vec<Effect> {
    let section = model.section;
    let Some(pane) = &mut model.batch else {
        return Vec::new();
    };
    (pane.call, pane.wakes_at) = (None, None);
    let output = pane.gathering.step(now.mono, input);
    compare(model);
    match output {
        Output::Call(wanted) => {
            let wait = ask(model, now.mono);
            if let Some(pane) = &mut model.batch {
                pane.call = Some(wait);
            }
            return vec![Effect::Call(wait.ticket, Request::Gather(section, wanted))];
        }
        Output::Wait(until) => {
            if let Some(pane) = &mut model.batch {
                pane.wakes_at = Some(until);
            }
        }
        Output::Done => {}
    }
    Vec::new()
}

/// Puts what is here side by side. The features of the first group's schema come first, in its order.
fn compare(model: &mut Model) {
    let Some(pane) = &model.batch else { return };
    let places = pane.gathering.places();
    let first = places.first().and_then(|place| model.feature_group(&place.group));
    let schema = first
        .iter()
        .flat_map(|group| &group.features)
        .map(|it| it.name.as_str());
    let comparison = Comparison::of(places, schema);
    if let Some(pane) = &mut model.batch {
        pane.comparison = comparison;
    }
}

/// What a call for marked records gave.
pub(super) fn gathered(
    model: &mut Model,
    now: Now,
    answer: Result<GatheredRecords, SourceError>,
) -> Vec<Effect> {
    step(model, now, Input::Answer(answer))
}

/// Asks again for what the service left, when the time for it has come.
pub(super) fn wants(model: &mut Model, now: Now) -> Vec<Effect> {
    let due = model.batch.as_ref().and_then(|pane| pane.wakes_at);
    if due.is_some_and(|at| at <= now.mono) {
        step(model, now, Input::Woke)
    } else {
        Vec::new()
    }
}

pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Back if model.exporting.is_some() => export::stop(model, now),
        Action::Back => back(model),
        Action::Export => export::ask_file(model, now),
        Action::Refresh => refresh(model, now),
        Action::Filter => ask_features(model),
        Action::Unmark => unmark(model, now),
        Action::ShowMarks => marks::open(model, now),
        Action::Copy => copy(model, now),
        Action::EditRecord => edit_selected(model),
        action => {
            go(model, action, now);
            Vec::new()
        }
    }
}

/// Opens the selected record in the editor.
fn edit_selected(model: &mut Model) -> Vec<Effect> {
    let selected = model.batch.as_ref().and_then(|pane| pane.selected());
    match selected.map(|place| (place.group.clone(), place.identifier.clone())) {
        Some((group, identifier)) => editor::open(model, group, identifier, Opening::Stored),
        None => Vec::new(),
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    match &mut model.batch {
        Some(pane) if pane.focus == Focus::Detail => {
            pane.focus = Focus::List;
            Vec::new()
        }
        _ => leave(model),
    }
}

pub(super) fn refresh(model: &mut Model, now: Now) -> Vec<Effect> {
    match &model.batch {
        Some(pane) if !model.browser().marks.is_empty() => {
            let (features, view) = (pane.features.clone(), pane.view);
            gather(model, now, features, view)
        }
        _ => leave(model),
    }
}

/// Takes the selected record's mark away; it stays until they are gathered again.
fn unmark(model: &mut Model, now: Now) -> Vec<Effect> {
    let selected = model
        .batch
        .as_ref()
        .filter(|pane| pane.view == BatchView::List)
        .and_then(BatchPane::selected)
        .map(|place| (place.group.clone(), place.identifier.clone()));
    if let Some((group, identifier)) = selected {
        let marks = &mut model.browser_mut().marks;
        if marks.has(&group, &identifier) {
            marks.toggle(&group, &identifier);
        }
        let again = model.keymap.tell(Context::Batch, "{refresh} gets the others");
        model.notify(now.mono, format!("{identifier} is unmarked; {again}"), false);
    }
    Vec::new()
}

/// Asks for the features that are wanted; the names in the groups' schemas are there to be chosen.
fn ask_features(model: &mut Model) -> Vec<Effect> {
    let Some(pane) = &model.batch else {
        return Vec::new();
    };
    let text: Vec<_> = pane.features.iter().map(|name| as_word(name)).collect();
    let mut choices: Vec<Choice> = Vec::new();
    for group in model.browser().marks.groups() {
        let features = model.feature_group(group).map(|group| &group.features);
        for feature in features.into_iter().flatten() {
            let text = as_word(&feature.name);
            if choices.iter().all(|choice| choice.text != text) {
                let help = format!("{} of {group}", feature.words());
                choices.push(Choice { text, help });
            }
        }
    }
    let prompt = Prompt {
        by_word: true,
        ..Prompt::with(Purpose::Features, text.join(" ")).offering(choices)
    };
    overlay::open_prompt(model, prompt)
}

/// Gathers only these features; all where there are none.
pub(super) fn choose_features(model: &mut Model, now: Now, text: &str) -> Result<Vec<Effect>, String> {
    let features = words(text);
    let marks = &model.browser().marks;
    let schemas: Vec<_> = marks
        .groups()
        .into_iter()
        .map(|group| model.feature_group(group))
        .collect();
    let known = |name: &String| {
        let has = |schema: &Option<_>| {
            schema.is_none_or(|group: &crate::resource::FeatureGroup| group.feature(name).is_some())
        };
        schemas.iter().any(has)
    };
    if let Some(name) = features.iter().find(|name| !known(name)) {
        return Err(format!("none of these groups has a feature '{name}'"));
    }
    let view = model.batch.as_ref().map_or(BatchView::List, |pane| pane.view);
    Ok(gather(model, now, features, view))
}

fn copy(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(pane) = &model.batch else {
        return Vec::new();
    };
    let lines = match pane.view {
        BatchView::List => pane.selected().and_then(json_line).into_iter().collect(),
        BatchView::Comparison => pane.lines(),
    };
    if lines.is_empty() {
        model.notify(now.mono, "there is no record here to copy", false);
        return Vec::new();
    }
    vec![Effect::Copy(lines.join("\n"))]
}

fn go(model: &mut Model, action: Action, now: Now) {
    let layout = model.layout();
    let compares = matches!(&model.batch, Some(pane) if pane.view == BatchView::Comparison);
    let rows = comparison_rows(model).unwrap_or_else(|| layout.list_rows());
    let furthest = lines(model).saturating_sub(layout.detail_rows());
    let Some(pane) = &mut model.batch else { return };
    let scroll = |at, action| panel::scrolled(at, action, layout.detail_rows()).min(furthest);
    match (action, pane.focus) {
        (Action::Compare, _) => pane.turn(),
        (Action::OnlyDifferences, _) if compares => {
            pane.only_differences = !pane.only_differences;
            (pane.cursor, pane.top) = (0, 0);
        }
        (Action::OnlyDifferences, _) => {
            let words = model.keymap.tell(
                Context::Batch,
                "{compare} compares the records, {only-differences} shows only differences there",
            );
            model.notify(now.mono, words, false);
        }
        (Action::ScrollRight, _) if compares => pane.column += 1,
        (Action::ScrollLeft, _) if compares => pane.column = pane.column.saturating_sub(1),
        (
            Action::Open | Action::NextPane | Action::PreviousPane | Action::ScrollLeft | Action::ScrollRight,
            _,
        ) => {
            turn_focus(pane);
        }
        (Action::ScrollDown, _) => pane.scroll = scroll(pane.scroll, Action::Down),
        (Action::ScrollUp, _) => pane.scroll = scroll(pane.scroll, Action::Up),
        (action, Focus::Detail) => pane.scroll = scroll(pane.scroll, action),
        (action, Focus::List) => {
            let before = pane.cursor;
            pane.cursor = panel::scrolled(before, action, rows);
            pane.scroll = if pane.cursor == before { pane.scroll } else { 0 };
        }
    }
}

/// Into the selected record, or back to the list.
fn turn_focus(pane: &mut BatchPane) {
    pane.focus = match (pane.focus, pane.view) {
        (Focus::List, BatchView::List) => Focus::Detail,
        _ => Focus::List,
    };
}

/// How many lines there are to read about the selected record.
fn lines(model: &Model) -> usize {
    let columns = model.layout().detail_columns();
    let selected = model
        .batch
        .as_ref()
        .and_then(|pane| Some((pane, pane.selected()?)));
    selected.map_or(0, |(pane, place)| {
        let group = model.feature_group(&place.group);
        RecordOutline::of_fate(&place.fate, group, &pane.features, columns)
            .lines
            .len()
    })
}

/// How many features of the comparison fit; `None` where there is none.
fn comparison_rows(model: &Model) -> Option<usize> {
    let pane = model.batch.as_ref()?;
    let compares = pane.view == BatchView::Comparison;
    let headings = pane.heading_rows();
    compares.then(|| model.layout().detail_rows().saturating_sub(headings))
}

/// The cursor stays where there is something.
pub(super) fn pass_time(model: &mut Model) {
    let layout = model.layout();
    let rows = comparison_rows(model).unwrap_or_else(|| layout.list_rows().saturating_sub(1));
    let furthest = lines(model).saturating_sub(layout.detail_rows());
    if let Some(pane) = &mut model.batch {
        pane.show_cursor(rows);
        pane.scroll = pane.scroll.min(furthest);
    }
}
