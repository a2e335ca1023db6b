//! What a write will do, before it is made: to what, from which account, and what becomes of each feature.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::super::{Role, Stage, format};
use super::value::shown;
use crate::aws_command::RECORDS;
use crate::edit::{Change, Draft, Intent, Warning};
use crate::keymap::Context;
use crate::message::Action;
use crate::model::{Desk, Editor, Remote, Review, wrap};
use crate::resource::{DeletionMode, FeatureValue};
use crate::sanitize;

/// Columns of a feature's name at most.
const NAME: usize = 24;

/// The review in a frame of its own.
pub(super) fn draw(
    stage: &Stage<'_>,
    editor: &Editor,
    desk: &Desk,
    review: &Review,
    area: Rect,
    buffer: &mut Buffer,
) {
    let doing = match review.intent {
        Intent::Put => "Put",
        Intent::Update => "Update",
        Intent::Delete(_) => "Delete",
    };
    let title = format!(" {doing} record ·{}", super::title(editor));
    let title = format::fit(&title, usize::from(area.width.saturating_sub(2)));
    let block = stage.block(Line::from(stage.span(title, Role::Heading)), true);
    let inner = block.inner(area);
    block.render(area, buffer);
    let width = usize::from(inner.width.saturating_sub(2));
    let draft = desk.form.draft();
    let mut lines = place(stage, draft, review.intent, width);
    lines.extend(wrong(stage, draft, review, width));
    lines.push(Line::default());
    match review.intent {
        Intent::Delete(mode) => lines.extend(deletion(stage, draft, review, mode, width)),
        Intent::Put | Intent::Update => lines.extend(changes(stage, draft, review, width)),
    }
    lines.push(Line::default());
    lines.extend(checked(stage, review, width));
    lines.extend(advice(stage, draft, review, width));
    let furthest = lines.len().saturating_sub(usize::from(inner.height));
    let inner = Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(1),
        ..inner
    };
    let shown: Vec<_> = lines.into_iter().skip(review.scroll.min(furthest)).collect();
    Paragraph::new(shown).render(inner, buffer);
}

fn words<'a>(stage: &Stage<'_>, text: &str, role: Role, width: usize) -> Vec<Line<'a>> {
    let lines = wrap(&sanitize::line(text), width).into_iter();
    lines.map(|line| Line::from(stage.span(line, role))).collect()
}

/// Account, region, stores, life.
fn place<'a>(stage: &Stage<'_>, draft: &Draft, intent: Intent, width: usize) -> Vec<Line<'a>> {
    let identity = &stage.model.identity;
    let parts = [
        identity
            .account
            .as_ref()
            .map(|account| format!("account {account}")),
        Some(identity.profile.clone()).filter(|it| !it.is_empty()),
        Some(identity.region.clone()),
        identity.endpoint_of(RECORDS).map(str::to_owned),
        Some(super::stores(draft)),
        Some(super::life(stage, draft)).filter(|_| !matches!(intent, Intent::Delete(_))),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    words(stage, &parts.join(" · "), Role::Text, width)
}

/// What stands in the way, and what may not be meant.
fn wrong<'a>(stage: &Stage<'_>, draft: &Draft, review: &Review, width: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    if let Some(refused) = &review.refused {
        lines.extend(words(
            stage,
            &format!("✗ not written: {refused}"),
            Role::Failed,
            width,
        ));
    }
    if let Intent::Delete(_) = review.intent {
        let warnings = deletion_warnings(draft, review);
        lines.extend(warnings.flat_map(|it| words(stage, &format!("! {it}"), Role::Warning, width)));
        return lines;
    }
    let mistakes = draft.mistakes(review.at);
    for mistake in mistakes.iter().filter(|_| review.refused.is_none()) {
        lines.extend(words(stage, &format!("✗ {mistake}"), Role::Failed, width));
    }
    for warning in draft.warnings(review.at) {
        lines.extend(words(stage, &format!("! {warning}"), Role::Warning, width));
    }
    lines
}

/// What of a draft matters to a deletion: when it is, where, and that the changes go with the record.
fn deletion_warnings(draft: &Draft, review: &Review) -> impl Iterator<Item = String> {
    let matters = |it: &Warning| {
        matches!(
            it,
            Warning::NotNewer { .. } | Warning::Ahead(_) | Warning::OnlyOne(_)
        )
    };
    let warnings = draft.warnings(review.at).into_iter().filter(matters);
    let lost = draft
        .is_dirty()
        .then(|| "the changes that are not stored go with it".to_owned());
    warnings.map(|it| it.to_string()).chain(lost)
}

fn changes<'a>(stage: &Stage<'_>, draft: &Draft, review: &Review, width: usize) -> Vec<Line<'a>> {
    let changes = draft.changes();
    let event_time = draft.schema().event_time();
    let names = changes
        .iter()
        .map(|change| sanitize::line(change.feature).width());
    let name = names.chain([event_time.width()]).max().unwrap_or(0).min(NAME);
    let half = width.saturating_sub(name + 6) / 2;
    let heading = format!(
        "  {}  {}  {}",
        format::pad("feature", name),
        format::pad("stored now", half),
        "will be"
    );
    let mut lines = vec![Line::from(stage.span(heading, Role::Dim))];
    let row = |change: &Change<'_>| {
        let (sign, role) = match (change.before, change.after) {
            (None, _) => ("+", Role::Added),
            (_, None) => ("−", Role::Removed),
            _ => ("~", Role::Changed),
        };
        let feature = format::pad(&format::fit(&sanitize::line(change.feature), name), name);
        Line::from(vec![
            stage.span(format!("{sign} "), role),
            stage.span(format!("{feature}  "), Role::Name),
            stage.span(format::pad(&shown(change.before, half), half), Role::Dim),
            stage.span(format!("  {}", shown(change.after, half)), role),
        ])
    };
    let others = changes.iter().filter(|change| change.feature != event_time);
    lines.extend(others.map(row));
    lines.extend(time_row(stage, draft, review, name, half));
    let touched = changes
        .iter()
        .filter(|change| change.before.is_some() && change.feature != event_time);
    let read = draft.base().map_or(0, |base| base.values.len().saturating_sub(1));
    let unchanged = read.saturating_sub(touched.count());
    if unchanged > 0 {
        let features = if unchanged == 1 { "feature" } else { "features" };
        let text = format!("= {unchanged} {features} unchanged, sent byte for byte");
        lines.push(Line::from(stage.span(text, Role::Dim)));
    }
    lines
}

/// The event time, which every write moves. Where it is not newer this is told below it if it has no room beside it; that it is
/// newer goes without saying.
fn time_row<'a>(
    stage: &Stage<'_>,
    draft: &Draft,
    review: &Review,
    name: usize,
    half: usize,
) -> Vec<Line<'a>> {
    let event_time = draft.schema().event_time();
    let before = draft.base().and_then(|base| base.value(event_time));
    let after = FeatureValue::One(draft.event_time_at(review.at));
    let shown_after = shown(Some(&after), half);
    let is_historic = draft.is_historic(review.at);
    let newer = match (before, is_historic) {
        (None, _) => "",
        (Some(_), true) => "  not newer",
        (Some(_), false) => "  newer",
    };
    let (beside, below) = if shown_after.width() + newer.width() <= half {
        (newer, "")
    } else {
        ("", if is_historic { newer } else { "" })
    };
    let feature = format::pad(&format::fit(&sanitize::line(event_time), name), name);
    let row = Line::from(vec![
        stage.span("~ ", Role::Changed),
        stage.span(format!("{feature}  "), Role::Name),
        stage.span(format::pad(&shown(before, half), half), Role::Dim),
        stage.span(format!("  {shown_after}"), Role::Changed),
        stage.span(beside, Role::Dim),
    ]);
    let indent = " ".repeat(name + half + 4);
    let told = (!below.is_empty()).then(|| Line::from(stage.span(format!("{indent}{below}"), Role::Dim)));
    std::iter::once(row).chain(told).collect()
}

fn deletion<'a>(
    stage: &Stage<'_>,
    draft: &Draft,
    review: &Review,
    mode: DeletionMode,
    width: usize,
) -> Vec<Line<'a>> {
    let count = draft.base().map_or(0, |base| base.values.len());
    let mut lines = words(
        stage,
        &format!(
            "All {count} features of this record will be gone from the online store. The event time of the deletion is {}.",
            draft.event_time_at(review.at)
        ),
        Role::Text,
        width,
    );
    lines.push(Line::default());
    let soft =
        "soft: its identifier and event time stay; an older write cannot bring it back, and it can be listed";
    let hard = "hard: nothing of it stays in the online store";
    lines.extend(choice(stage, soft, mode == DeletionMode::Soft, width));
    lines.extend(choice(stage, hard, mode == DeletionMode::Hard, width));
    let other = stage.tell(Context::Review, "{toggle} chooses the other");
    lines.extend(words(stage, &other, Role::Dim, width));
    lines
}

/// One of two ways, with a mark where it is chosen.
fn choice<'a>(stage: &Stage<'_>, text: &str, is_chosen: bool, width: usize) -> Vec<Line<'a>> {
    let role = if is_chosen { Role::Heading } else { Role::Dim };
    let lines = wrap(text, width.saturating_sub(2)).into_iter().enumerate();
    let mark = |line| if is_chosen && line == 0 { "▌ " } else { "  " };
    lines
        .map(|(line, text)| Line::from(stage.span(format!("{}{text}", mark(line)), role)))
        .collect()
}

/// Whether the store still has what was read.
fn checked<'a>(stage: &Stage<'_>, review: &Review, width: usize) -> Vec<Line<'a>> {
    let (text, role) = match &review.checked {
        Remote::Loading(_) | Remote::Refreshing(..) => ("Reading it again …".to_owned(), Role::Dim),
        Remote::Ready(_) => (
            "Read again: unchanged since you opened it. It is read once more just before the write."
                .to_owned(),
            Role::Good,
        ),
        Remote::Failed(error) => (format!("✗ it could not be read again: {error}"), Role::Failed),
        Remote::Idle => (
            "The group has no online store: what is stored cannot be read.".to_owned(),
            Role::Dim,
        ),
        Remote::Cancelled => (String::new(), Role::Dim),
    };
    words(stage, &text, role, width)
}

/// What an update sends besides the event time, which goes with each.
fn sent(changes: usize) -> String {
    match changes {
        0 => "the event time".to_owned(),
        changes => format!("{} and the event time", format::plural(changes, "change")),
    }
}

/// What the two ways to write mean.
fn advice<'a>(stage: &Stage<'_>, draft: &Draft, review: &Review, width: usize) -> Vec<Line<'a>> {
    let put = stage.key(Context::Review, Action::Review);
    let text = match (review.intent, draft.updates(review.at)) {
        (Intent::Delete(_), _) => format!(
            "{put} deletes the record; {} takes that back afterwards",
            stage.key(Context::Editor, Action::UndoWrite)
        ),
        (_, Ok(updates)) => format!(
            "PutRecord ({put}) overwrites the whole record. UpdateRecord ({}) sends only {} and leaves to others what they \
             change meanwhile.",
            stage.key(Context::Review, Action::Update),
            sent(updates.len().saturating_sub(1))
        ),
        (_, Err(why)) => format!("PutRecord ({put}) overwrites the whole record. {why}."),
    };
    words(stage, &text, Role::Dim, width)
}
