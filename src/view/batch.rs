//! Marked records that were gathered: one a line, with the selected one beside them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::browse::beside_mark;
use super::header::waiting;
use super::{Role, Stage, format, record};
use crate::gather::{Fate, Place};
use crate::model::{BatchPane, Focus, RecordOutline};
use crate::sanitize;

/// Columns of the time that a record still has.
const EXPIRES: usize = 9;
/// Columns of what became of a record.
const FATE: usize = 12;
/// From this width on there is room for both.
const ROOMY: usize = 48;

/// The records with their frame.
pub(super) fn list(stage: &Stage<'_>, pane: &BatchPane, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let title = Line::from(vec![
        stage.span(" Marked ", Role::Heading),
        stage.span(format!("{} ", counts(pane)), Role::Dim),
    ]);
    let block = stage
        .block(title, pane.focus == Focus::List)
        .title_bottom(below(stage, pane, area.width));
    let inner = block.inner(area);
    block.render(area, buffer);
    if inner.is_empty() {
        return;
    }
    let width = usize::from(inner.width);
    let beside = if width >= ROOMY { EXPIRES + 1 + FATE } else { FATE };
    let name = width.saturating_sub(beside + 3);
    let heading = format!(" {:name$}  {:EXPIRES$}", "record", "expires");
    Paragraph::new(Line::from(stage.span(heading, Role::Dim))).render(inner, buffer);
    let places = pane.gathering.places();
    for (line, row) in (1..inner.height).zip(pane.visible(usize::from(inner.height - 1))) {
        let place = Rect {
            y: inner.y + line,
            height: 1,
            ..inner
        };
        let selected = row == pane.cursor;
        Paragraph::new(record_row(stage, pane, &places[row], selected, [name, width])).render(place, buffer);
        if selected && pane.focus == Focus::List {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}

fn record_row<'a>(
    stage: &Stage<'_>,
    pane: &BatchPane,
    place: &Place,
    selected: bool,
    [columns, width]: [usize; 2],
) -> Line<'a> {
    let name = sanitize::line(&called(pane, place)).into_owned();
    let mut spans = vec![
        stage.span(if selected { "▌" } else { " " }, Role::Accent),
        stage.span(
            format!("{}  ", format::pad(&format::fit_ends(&name, columns), columns)),
            Role::Text,
        ),
    ];
    let here = matches!(place.fate, Fate::Here(_));
    if here || width >= ROOMY {
        let (text, role) = expires(stage, &place.fate);
        let text = format::pad(&format::fit(&text, EXPIRES), EXPIRES);
        spans.push(stage.span(format!("{text} "), role));
    }
    if !here || width >= ROOMY {
        let (text, role) = fate(&place.fate);
        spans.push(stage.span(format::fit(&text, FATE), role));
    }
    Line::from(spans)
}

/// How long a record still has.
fn expires(stage: &Stage<'_>, fate: &Fate) -> (String, Role) {
    match fate {
        Fate::Here(it) => match (it.expires_at(), &it.expires) {
            (Some(at), _) => record::countdown(stage, at),
            (None, Some(text)) => (sanitize::line(text).into_owned(), Role::Text),
            (None, None) => ("never".to_owned(), Role::Dim),
        },
        _ => (String::new(), Role::Dim),
    }
}

/// An identifier, behind its group where there are several.
fn called(pane: &BatchPane, place: &Place) -> String {
    let first = pane.gathering.places().first().map(|place| &place.group);
    let several = pane.gathering.places().iter().any(|it| Some(&it.group) != first);
    if several {
        format!("{}/{}", place.group, place.identifier)
    } else {
        place.identifier.clone()
    }
}

fn fate(fate: &Fate) -> (String, Role) {
    match fate {
        Fate::Awaited => ("…".to_owned(), Role::Dim),
        Fate::Here(record) => {
            let count = record.values.len();
            (
                format!("{count} feature{}", if count == 1 { "" } else { "s" }),
                Role::Dim,
            )
        }
        Fate::Absent => ("∅ not there".to_owned(), Role::Warning),
        Fate::Failed(error) => (format!("✗ {}", error.code), Role::Failed),
    }
}

/// How many there are, and what became of them.
pub(super) fn counts(pane: &BatchPane) -> String {
    let places = pane.gathering.places();
    let count = |is_so: fn(&Fate) -> bool| places.iter().filter(|place| is_so(&place.fate)).count();
    let parts = [
        (count(|fate| matches!(fate, Fate::Absent)), "not there"),
        (count(|fate| matches!(fate, Fate::Failed(_))), "failed"),
        (pane.gathering.awaited(), "on their way"),
    ];
    let told = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!(" · {} {what}", format::count(*count as u64)));
    format!(
        "{}{}",
        format::count(places.len() as u64),
        told.collect::<String>()
    )
}

/// What is waited for, and which features were chosen.
pub(super) fn below<'a>(stage: &Stage<'_>, pane: &BatchPane, width: u16) -> Line<'a> {
    let (text, role) = match (pane.call, pane.wakes_at, &pane.features[..]) {
        (Some(wait), ..) => (waiting(stage, "the records", wait), Role::Dim),
        (None, Some(_), _) => (
            "the service left some for later; asking again soon".to_owned(),
            Role::Warning,
        ),
        (None, None, []) => return Line::default(),
        (None, None, features) => (format!("only {}", features.join(", ")), Role::Accent),
    };
    let text = format::fit(&sanitize::line(&text), usize::from(width.saturating_sub(4)));
    Line::from(stage.span(format!(" {text} "), role))
}

/// The selected record with its frame.
pub(super) fn detail(stage: &Stage<'_>, pane: &BatchPane, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(2));
    let Some(place) = pane.selected() else {
        return;
    };
    let group = stage.model.feature_group(&place.group);
    let outline = RecordOutline::of_fate(&place.fate, group, &pane.features, columns);
    let focused = pane.focus == Focus::Detail;
    let title = called(pane, place);
    record::pane(stage, &title, &outline, pane.scroll, focused, area, buffer);
}
