//! A record, feature by feature.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::header::waiting;
use super::{Role, Stage, format};
use crate::keymap::Context;
use crate::model::{RecordLine, RecordOutline};
use crate::resource::{Feature, Timestamp};
use crate::sanitize;

/// Columns of the labels of a record's times.
const LABEL: usize = 10;

/// A record with its frame.
pub(super) fn pane(
    stage: &Stage<'_>,
    title: &str,
    outline: &RecordOutline<'_>,
    scroll: usize,
    focused: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width.saturating_sub(4));
    let title = match format::fit_ends(&sanitize::line(title), room) {
        title if title.is_empty() => title,
        title => format!(" {title} "),
    };
    let height = usize::from(area.height.saturating_sub(2));
    let below = outline.lines.len().saturating_sub(scroll + height);
    let more = if below > 0 && area.width > 20 {
        format!(" {below} more ↓ ")
    } else {
        String::new()
    };
    let block = stage
        .block(Line::from(stage.span(title, Role::Heading)), focused)
        .title_bottom(Line::from(stage.span(more, Role::Dim)).right_aligned());
    let inner = block.inner(area);
    block.render(area, buffer);
    let shown = outline.lines.iter().skip(scroll).take(height);
    let lines: Vec<_> = shown
        .map(|it| line(stage, it, outline, usize::from(inner.width)))
        .collect();
    Paragraph::new(lines).render(inner, buffer);
}

fn line<'a>(stage: &Stage<'_>, line: &RecordLine<'_>, outline: &RecordOutline<'_>, width: usize) -> Line<'a> {
    let words = |text: &str, role| Line::from(stage.span(format!(" {text}"), role));
    match line {
        RecordLine::Expires(text, at) => {
            let left = at.map(|at| countdown(stage, at));
            time(stage, "expires", text, left, width)
        }
        RecordLine::EventTime(text, at) => {
            let age = at.map(|at| (format::age(at, stage.now.wall), Role::Dim));
            time(stage, "event time", text, age, width)
        }
        RecordLine::Heading => heading(stage, outline),
        RecordLine::Value { feature, part } => {
            let (name, known) = feature.unwrap_or(("", None));
            let first = feature.is_some();
            let room = outline.value_columns(width);
            row(
                stage,
                outline,
                name,
                &kind(known, first),
                (format::fit(part, room), Role::Text),
            )
        }
        RecordLine::Absent(feature) => {
            let absent = ("– absent".to_owned(), Role::Dim);
            row(stage, outline, &feature.name, &kind(Some(feature), true), absent)
        }
        RecordLine::Waiting(wait) => words(&waiting(stage, "the record", *wait), Role::Dim),
        RecordLine::Failed(text) => words(text, Role::Failed),
        RecordLine::AskAgain => words(
            &stage.tell(Context::Records, "{refresh} asks again"),
            Role::Failed,
        ),
        RecordLine::Cancelled => {
            let text = stage.tell(Context::Records, "not waited for; {refresh} asks again");
            words(&text, Role::Dim)
        }
        RecordLine::Note(text) => words(text, Role::Dim),
        RecordLine::Blank => Line::default(),
    }
}

/// How long a record still has.
pub(super) fn countdown(stage: &Stage<'_>, at: Timestamp) -> (String, Role) {
    if at <= stage.now.wall {
        ("expired".to_owned(), Role::Warning)
    } else {
        (format::age(at, stage.now.wall), Role::Warning)
    }
}

fn time<'a>(
    stage: &Stage<'_>,
    label: &str,
    text: &str,
    told: Option<(String, Role)>,
    width: usize,
) -> Line<'a> {
    let (told, role) = told.unwrap_or((String::new(), Role::Dim));
    let gap = if told.is_empty() { "" } else { " · " };
    let room = width.saturating_sub(LABEL + told.width() + gap.width() + 2);
    Line::from(vec![
        stage.span(format!(" {label:LABEL$} "), Role::Dim),
        stage.span(told, role),
        stage.span(
            format!("{gap}{}", format::fit(&sanitize::line(text), room)),
            Role::Dim,
        ),
    ])
}

fn heading<'a>(stage: &Stage<'_>, outline: &RecordOutline<'_>) -> Line<'a> {
    let mut text = format!(" {} ", format::pad("feature", outline.name));
    if outline.kind > 0 {
        text.push_str(&format::pad("type", outline.kind + 1));
    }
    text.push_str("value");
    Line::from(stage.span(text, Role::Dim))
}

fn kind(feature: Option<&Feature>, first: bool) -> String {
    match feature {
        Some(it) => it.words(),
        None if first => "not in schema".to_owned(),
        None => String::new(),
    }
}

fn row<'a>(
    stage: &Stage<'_>,
    outline: &RecordOutline<'_>,
    name: &str,
    kind: &str,
    (value, role): (String, Role),
) -> Line<'a> {
    let name = format::fit_id(&sanitize::line(name), outline.name);
    let mut spans = vec![stage.span(format!(" {name} "), Role::Name)];
    if outline.kind > 0 {
        let kind = format::fit(&sanitize::line(kind), outline.kind);
        let padding = " ".repeat((outline.kind + 1).saturating_sub(kind.width()));
        spans.push(stage.span(format!("{kind}{padding}"), Role::Dim));
    }
    spans.push(stage.span(value, role));
    Line::from(spans)
}
