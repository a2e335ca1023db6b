//! A record that is edited: how it will be stored, its features, a word on the selected one; over it the review or the merge.

mod form;
mod merge;
mod review;
mod value;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::header::waiting;
use super::{Role, Stage, format, write_line};
use crate::edit::Draft;
use crate::keymap::Context;
use crate::model::{Desk, Editor, EditorLayout, Pause, Remote, Stage as Step, wrap};
use crate::resource::TargetStore;
use crate::sanitize;

/// Draws it; tells where the terminal's cursor belongs.
pub(super) fn draw(
    stage: &Stage<'_>,
    editor: &Editor,
    areas: EditorLayout,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Some(desk) = &editor.desk else {
        opening(stage, editor, areas.form, buffer);
        return None;
    };
    status(stage, editor, desk, areas.status, buffer);
    match &desk.stage {
        Step::Reviewing(review) => {
            review::draw(stage, editor, desk, review, areas.form.union(areas.note), buffer);
            None
        }
        Step::Merging(merging) => {
            merge::draw(stage, editor, merging, areas.form, buffer);
            merge::note(stage, merging, areas.note, buffer);
            None
        }
        Step::Editing | Step::Saving(_) => {
            note(stage, desk, areas.note, buffer);
            form::draw(stage, editor, desk, areas.form, buffer)
        }
    }
}

/// Where the record is, for the second line.
pub(super) fn place<'a>(stage: &Stage<'_>, editor: &Editor) -> Line<'a> {
    let doing = match editor.desk.as_ref().map(|desk| &desk.stage) {
        None => "opening",
        Some(Step::Editing) => "editing",
        Some(Step::Reviewing(_)) => "review",
        Some(Step::Saving(_)) => "writing",
        Some(Step::Merging(_)) => "merge",
    };
    let unkept = match &stage.model.drafts.failed {
        Some(_) => " · draft NOT on disk",
        None => "",
    };
    let group = sanitize::line(editor.group.as_str()).into_owned();
    let identifier = sanitize::line(&editor.identifier).into_owned();
    Line::from(vec![
        stage.span(format!(" {} › {group} › ", editor.section.title()), Role::Dim),
        stage.span(identifier, Role::Heading),
        stage.span(format!(" › {doing}"), Role::Dim),
        stage.span(unkept, Role::Failed),
    ])
}

/// What the frame of the record says.
fn title(editor: &Editor) -> String {
    format!(
        " {} / {} ",
        sanitize::line(editor.group.as_str()),
        sanitize::line(&editor.identifier)
    )
}

/// The record is on its way, or could not be had.
fn opening(stage: &Stage<'_>, editor: &Editor, area: Rect, buffer: &mut Buffer) {
    let block = stage.block(Line::from(stage.span(title(editor), Role::Heading)), true);
    let inner = block.inner(area);
    block.render(area, buffer);
    let details = &stage.model.browsers[editor.section.index()].details;
    let (text, role) = match (details.get(&editor.group), &editor.stored) {
        (Some(Remote::Failed(error)), _) | (_, Remote::Failed(error)) => (
            format!(
                "{error}; {}",
                stage.tell(Context::Editor, "{refresh} tries again")
            ),
            Role::Failed,
        ),
        (Some(Remote::Loading(wait)), _) => (waiting(stage, "the feature group", *wait), Role::Dim),
        (_, Remote::Loading(wait)) => (waiting(stage, "the record", *wait), Role::Dim),
        _ => (
            stage.tell(Context::Editor, "{refresh} asks for the record"),
            Role::Dim,
        ),
    };
    stage.words(&text, role, inner, buffer);
}

/// How the record will be stored, and how far that is.
fn status(stage: &Stage<'_>, editor: &Editor, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let draft = desk.form.draft();
    let right = match &desk.stage {
        Step::Saving(writing) => match writing.pause {
            Pause::Answer(wait) => {
                let gone = stage.now.mono.saturating_sub(wait.since);
                let doing = if writing.saving.is_looking() {
                    stage.tell(Context::Global, "sent; reading it back, {back} leaves that off")
                } else {
                    "writing".to_owned()
                };
                (format!("{doing} … {} ", format::span(gone)), Role::Warning)
            }
            Pause::Until(_) => ("writing: tries again in a moment ".to_owned(), Role::Warning),
        },
        _ if editor.stored.wait().is_some() => ("reading it again … ".to_owned(), Role::Dim),
        _ => unsaved(draft),
    };
    let room = usize::from(area.width).saturating_sub(right.0.chars().count() + 1);
    let left = stored(stage, draft, room);
    let left = Line::from(stage.span(format::fit(&left, room), Role::Text));
    write_line(area, left, Line::from(stage.span(right.0, right.1)), buffer);
}

/// How much of the draft is not stored. That a new record has an identifier, and that event
/// times move, is no news.
fn unsaved(draft: &Draft) -> (String, Role) {
    let (schema, is_new) = (draft.schema(), draft.base().is_none());
    let moves = |feature| feature == schema.event_time() && !draft.is_event_time_by_hand();
    let comes = |feature| is_new && feature == schema.identifier();
    let changes = draft.changes().into_iter().map(|change| change.feature);
    let count = changes.filter(|it| !moves(*it) && !comes(*it)).count();
    match (count, draft.is_dirty()) {
        (0, false) if is_new => ("not stored yet ".to_owned(), Role::Dim),
        (0, false) => ("as stored ".to_owned(), Role::Dim),
        (0, true) => ("unsaved ".to_owned(), Role::Warning),
        (count, _) => (format!("{count} unsaved "), Role::Warning),
    }
}

/// The stores that a write goes to.
fn stores(draft: &Draft) -> String {
    let names = |stores: &[TargetStore]| {
        let names: Vec<_> = stores.iter().map(|store| store.as_str()).collect();
        names.join(", ")
    };
    match draft.stores() {
        [] => names(draft.schema().stores()),
        stores => format!("only {}", names(stores)),
    }
}

/// The same where there is little room.
fn stores_in_short(draft: &Draft) -> &'static str {
    match (draft.stores(), draft.schema().stores()) {
        ([TargetStore::Online], _) => "online only",
        ([TargetStore::Offline], _) => "offline only",
        (_, [TargetStore::Online]) => "online",
        (_, [TargetStore::Offline]) => "offline",
        _ => "online + offline",
    }
}

/// How long the record lives.
fn life(stage: &Stage<'_>, draft: &Draft) -> String {
    let until = until(stage, draft).map_or(String::new(), |until| format!(" {until}"));
    match (draft.ttl(), draft.schema().ttl()) {
        (Some(ttl), _) => format!("TTL {ttl}{until}"),
        (None, Some(ttl)) => format!("TTL {ttl} (group){until}"),
        (None, None) => "no TTL".to_owned(),
    }
}

/// When the record ends.
fn until(stage: &Stage<'_>, draft: &Draft) -> Option<String> {
    let stored = draft.base().filter(|_| !draft.is_dirty());
    let expires = match stored {
        Some(stored) => stored.expires_at(),
        None => draft.expires_at(stage.now.wall),
    };
    let date = format::date(expires?, &stage.model.zone);
    Some(format!("until {date}"))
}

/// Where the record is stored and how long it lives, in so many columns: its end is the last to go.
fn stored(stage: &Stage<'_>, draft: &Draft, room: usize) -> String {
    let (stores, life) = (stores_in_short(draft), life(stage, draft));
    let ways = [
        format!(" {stores} · {life}"),
        format!(" {stores} · {}", life.replace(" (group)", "")),
        format!(" {}", life.replace(" (group)", "")),
    ];
    let shortest = format!(" {}", until(stage, draft).unwrap_or(life));
    let fitting = ways.into_iter().find(|way| way.chars().count() <= room);
    fitting.unwrap_or(shortest)
}

/// What is wrong, what became of the last write, or what the selected feature is.
fn note(stage: &Stage<'_>, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let line = desk.form.line.as_ref();
    let error = line.and_then(|line| line.error.as_ref());
    if let Some(doubt) = line.and_then(|line| line.doubt) {
        let words = stage.tell(Context::Prompt, doubt.words());
        several_lines(stage, &words, Role::Warning, area, buffer);
        return;
    }
    let (text, role) = match (error, &desk.ended) {
        (Some(error), _) => (sanitize::line(error).into_owned(), Role::Failed),
        (None, Some(ended)) if line.is_none() => {
            let role = if ended.ending.is_done() {
                Role::Good
            } else {
                Role::Failed
            };
            let again = if ended.saving.is_some() {
                stage.tell(Context::Editor, "{refresh} looks again · ")
            } else {
                String::new()
            };
            (format!("{again}{}", ended.ending.words()), role)
        }
        _ => (form::about(desk), Role::Dim),
    };
    several_lines(stage, &text, role, area, buffer);
}

/// Words below the form, in as many lines as there are; the last one tells whether there is more.
fn several_lines(stage: &Stage<'_>, text: &str, role: Role, area: Rect, buffer: &mut Buffer) {
    let (width, rows) = (
        usize::from(area.width.saturating_sub(2)),
        usize::from(area.height),
    );
    let mut lines = wrap(text, width);
    if lines.len() > rows {
        let rest = lines.split_off(rows.saturating_sub(1)).join(" ");
        lines.push(format::fit(&rest, width));
    }
    let lines = lines
        .into_iter()
        .map(|line| Line::from(stage.span(format!(" {line}"), role)));
    Paragraph::new(lines.collect::<Vec<_>>()).render(area, buffer);
}
