//! The records of a feature group: the identifiers, and the selected record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::header::waiting;
use super::{Role, Stage, format, record};
use crate::keymap::Context;
use crate::model::{Focus, Paged, RecordOutline, RecordsPane, Remote};
use crate::sanitize;
use crate::source::SourceError;

/// What a row says whose identifier has no record, where there is room and where there is little: the listing does not tell which
/// of the two it is.
const ABSENT: [&str; 2] = ["∅ deleted or not there", "∅ deleted?"];

/// The identifiers with their frame.
pub(super) fn list(stage: &Stage<'_>, pane: &RecordsPane, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let block = stage
        .block(title(stage, pane), pane.focus == Focus::List)
        .title_bottom(below(stage, pane, area.width));
    let inner = block.inner(area);
    block.render(area, buffer);
    if pane.count() > 0 {
        rows(stage, pane, inner, buffer);
        return;
    }
    match &pane.listed {
        Remote::Failed(error) => stage.words(&unlisted(stage, error), Role::Warning, inner, buffer),
        Remote::Loading(wait) => {
            stage.words(
                &waiting(stage, "the identifiers", *wait),
                Role::Dim,
                inner,
                buffer,
            );
        }
        Remote::Cancelled => {
            let words = stage.tell(
                Context::Records,
                "not waited for; {refresh} asks again, {look-up} takes identifiers",
            );
            stage.words(&words, Role::Dim, inner, buffer);
        }
        Remote::Ready(paged) | Remote::Refreshing(paged, _) if paged.is_complete() => {
            stage.words(
                &stage.tell(Context::Records, nothing_here(pane)),
                Role::Dim,
                inner,
                buffer,
            );
        }
        _ => {}
    }
}

/// The group's identifiers cannot be listed, for whatever reason; its records can be had all the same.
fn unlisted(stage: &Stage<'_>, error: &SourceError) -> String {
    let words = stage.tell(
        Context::Records,
        "The identifiers of these records cannot be listed. {look-up} takes those that you know, typed or pasted.",
    );
    format!("{words}\n\n{error}")
}

fn nothing_here(pane: &RecordsPane) -> &'static str {
    if pane.with_deleted {
        "The online store has no records, and no softly deleted ones. {look-up} takes an identifier, {refresh} asks again."
    } else {
        "The online store has no records. {toggle-deleted} lists softly deleted ones too, {look-up} takes an identifier, \
         {refresh} asks again."
    }
}

fn title<'a>(stage: &Stage<'_>, pane: &RecordsPane) -> Line<'a> {
    let more = match pane.listed.value() {
        Some(paged) if !paged.is_complete() => "+",
        _ => "",
    };
    let marked = stage.model.browser().marks.len();
    let marked = if marked > 0 {
        format!("{} marked ", format::count(marked as u64))
    } else {
        String::new()
    };
    let deleted = if pane.with_deleted { "with deleted " } else { "" };
    let search = pane
        .search
        .as_ref()
        .map_or(String::new(), |text| format!("/{} ", sanitize::line(text)));
    Line::from(vec![
        stage.span(" Records ", Role::Heading),
        stage.span(
            format!("{}{more} {deleted}", format::count(pane.count() as u64)),
            Role::Dim,
        ),
        stage.span(marked, Role::Accent),
        stage.span(search, Role::Accent),
    ])
}

/// How it is with the listing, where there are rows all the same.
fn below<'a>(stage: &Stage<'_>, pane: &RecordsPane, width: u16) -> Line<'a> {
    let following = pane.listed.value().map(|paged: &Paged<String>| &paged.following);
    let (text, role) = match (&pane.listed, following) {
        (Remote::Failed(error), _) if pane.count() > 0 => (
            format!(
                "not listed: {} · {}",
                error.code,
                stage.tell(Context::Records, "{refresh} asks again")
            ),
            Role::Warning,
        ),
        (Remote::Loading(wait), _) if pane.count() > 0 => {
            (waiting(stage, "the identifiers", *wait), Role::Dim)
        }
        (_, Some(Remote::Loading(wait))) => (waiting(stage, "more", *wait), Role::Dim),
        (_, Some(Remote::Failed(error))) => (
            format!(
                "✗ {}: {error}",
                stage.tell(Context::Records, "{refresh} asks again")
            ),
            Role::Failed,
        ),
        (_, Some(Remote::Cancelled)) => (stage.tell(Context::Records, "{refresh} asks for more"), Role::Dim),
        _ => return Line::default(),
    };
    let text = format::fit(&text, usize::from(width.saturating_sub(4)));
    Line::from(stage.span(format!(" {text} "), role))
}

fn rows(stage: &Stage<'_>, pane: &RecordsPane, area: Rect, buffer: &mut Buffer) {
    for (line, row) in (0..).zip(pane.visible(usize::from(area.height))) {
        let Some(identifier) = pane.row(row) else {
            continue;
        };
        let place = Rect {
            y: area.y + line,
            height: 1,
            ..area
        };
        let selected = row == pane.cursor;
        let marked = stage.model.browser().marks.has(&pane.group, identifier);
        let width = usize::from(area.width);
        let [absent, absent_short] = ABSENT;
        let note = if pane.absent.contains(identifier) && identifier.width() + absent.width() + 6 <= width {
            absent
        } else if pane.absent.contains(identifier) {
            absent_short
        } else if row < pane.typed.len() {
            "typed"
        } else {
            ""
        };
        let name = format::fit_ends(&sanitize::line(identifier), width.saturating_sub(4));
        let note = format::fit(note, width.saturating_sub(name.width() + 5));
        let gap = width.saturating_sub(name.width() + note.width() + 4);
        let line = Line::from(vec![
            stage.span(if selected { "▌" } else { " " }, Role::Accent),
            stage.span(if marked { "●" } else { " " }, Role::Accent),
            stage.span(format!(" {name}{}", " ".repeat(gap)), Role::Text),
            stage.span(note, Role::Dim),
        ]);
        Paragraph::new(line).render(place, buffer);
        if selected && pane.focus == Focus::List {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}

/// The selected record with its frame.
pub(super) fn detail(stage: &Stage<'_>, pane: &RecordsPane, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(2));
    let group = stage.model.feature_group(&pane.group);
    let outline = pane
        .selected_lookup()
        .map_or_else(RecordOutline::default, |lookup| {
            RecordOutline::of_remote(&lookup.record, group, columns)
        });
    let title = pane.selected().unwrap_or_default();
    let focused = pane.focus == Focus::Detail;
    record::pane(stage, title, &outline, pane.scroll, focused, area, buffer);
}
