//! One record, read closely.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::header::waiting;
use super::tail::event_role;
use super::{Role, Stage, format};
use crate::model::{
    BETWEEN, Focus, GAP, INDENT, Inspector, Kind, Mark, Reading, Remote, Sign, TailPane, TreeLine,
};
use crate::resource::{Body, Change, key_words};
use crate::sanitize;

/// The inspector with its frame.
pub(super) fn pane(
    stage: &Stage<'_>,
    pane: &TailPane,
    inspector: &Inspector,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    // The frame, and a blank column on either side.
    let columns = usize::from(area.width.saturating_sub(4));
    let whereabouts = whereabouts(pane, inspector, columns);
    let room = columns.saturating_sub(whereabouts.width() + 4).min(56);
    let sequence = format::fit_id(&sanitize::line(inspector.record.sequence.as_str()), room);
    let sequence = format!(" {} ", sequence.trim_end());
    let block = stage
        .block(
            title(stage, pane, inspector, columns),
            pane.focus == Focus::Detail,
        )
        .title_bottom(Line::from(stage.span(sequence, Role::Dim)))
        .title_bottom(Line::from(stage.span(whereabouts, Role::Dim)).right_aligned());
    let inner = block.inner(area).inner(Margin::new(1, 0));
    block.render(area, buffer);
    match &inspector.document {
        Remote::Loading(wait) if inspector.dump().is_none() => {
            stage.words(
                &waiting(stage, "the record's meaning", *wait),
                Role::Dim,
                inner,
                buffer,
            );
        }
        _ => lines(stage, pane, inspector, inner, buffer),
    }
}

fn title<'a>(stage: &Stage<'_>, pane: &TailPane, inspector: &Inspector, columns: usize) -> Line<'a> {
    Line::from(match &inspector.record.body {
        Body::Blob { .. } => blob_title(stage, inspector),
        Body::Change(change) => change_title(stage, pane, inspector, change, columns),
    })
}

fn blob_title<'a>(stage: &Stage<'_>, inspector: &Inspector) -> Vec<Span<'a>> {
    let document = inspector.document.value();
    let path = match (inspector.reading, document) {
        (Reading::Whole, _) => "hex of the whole aggregate",
        (Reading::Bytes, _) => "hex",
        (Reading::Meaning, Some(document)) => &document.path,
        (Reading::Meaning, None) => "",
    };
    let bytes = match inspector.reading {
        Reading::Whole => inspector.dump().map(bytes::Bytes::len),
        _ => document.and_then(|document| document.size),
    };
    let size = bytes.map_or(String::new(), |size| format!(" · {}", format::bytes(size as u64)));
    vec![
        stage.span(" record · ", Role::Dim),
        stage.span(path.to_owned(), Role::Heading),
        stage.span(format!("{size} "), Role::Dim),
    ]
}

fn change_title<'a>(
    stage: &Stage<'_>,
    pane: &TailPane,
    inspector: &Inspector,
    change: &Change,
    columns: usize,
) -> Vec<Span<'a>> {
    let event = sanitize::line(change.event.as_str()).into_owned();
    let role = event_role(&event);
    let ttl = if change.is_ttl() { " by TTL" } else { "" };
    let time = inspector.record.arrived.map_or(String::new(), |time| {
        let clock = format::clock(time, &stage.model.zone);
        // DynamoDB Streams tells the second only.
        format!(" · {} ", clock.split('.').next().unwrap_or_default())
    });
    let event = format!(" {event}{ttl}");
    let table = format!(" · {} · ", sanitize::line(&pane.name));
    let room = columns.saturating_sub(event.width() + table.width() + time.width());
    let key = key_words(&change.keys, columns);
    vec![
        stage.span(event, role),
        stage.span(table, Role::Dim),
        stage.span(format::fit(&sanitize::line(&key), room), Role::Heading),
        stage.span(time, Role::Dim),
    ]
}

/// Where one is in it: at which place that was looked for, or else on which line.
fn whereabouts(pane: &TailPane, inspector: &Inspector, columns: usize) -> String {
    let count = |number: usize| format::count(number as u64);
    if let Some(search) = &inspector.search {
        let more = if search.is_cut() { "+" } else { "" };
        let at = search.ordinal().min(search.count());
        let text = format::fit(&sanitize::line(&search.text), 20);
        return format!(" {} of {}{more} /{text} ", count(at), count(search.count()));
    }
    let at = if pane.focus == Focus::Detail && inspector.has_cursor() {
        inspector.cursor
    } else {
        inspector.scroll
    };
    match inspector.lines(columns) {
        0 => String::new(),
        lines => format!(" line {} of {} ", count(at + 1), count(lines)),
    }
}

/// The lines that show: of the dump, of the meaning below it, or of both beside each other.
fn lines(stage: &Stage<'_>, pane: &TailPane, inspector: &Inspector, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let right = inspector.dump_beside(columns).map_or(0, |dump| dump + BETWEEN);
    let focused = pane.focus == Focus::Detail && inspector.has_cursor();
    for (row, number) in (area.y..area.bottom()).zip(inspector.scroll..) {
        let area = Rect {
            y: row,
            height: 1,
            ..area
        };
        if let Some(dump) = inspector.dump_line(number, columns) {
            let line = Line::from(stage.span(dump, Role::Text));
            Paragraph::new(line).render(area, buffer);
        }
        let Some(place) = inspector.place(number, columns) else {
            continue;
        };
        let area = Rect {
            x: area.x + u16::try_from(right).unwrap_or(0),
            width: area.width.saturating_sub(u16::try_from(right).unwrap_or(0)),
            ..area
        };
        if let Some(line) = inspector.tree().and_then(|tree| tree.line(place)) {
            let spans = tree_line(stage, inspector, &line, usize::from(area.width));
            Paragraph::new(Line::from(spans)).render(area, buffer);
        }
        if focused && place == inspector.cursor {
            buffer.set_style(area, stage.look.style(Role::Selected));
        }
    }
}

/// Sign, levels, marker, name, value.
fn tree_line<'a>(
    stage: &Stage<'_>,
    inspector: &Inspector,
    line: &TreeLine<'_>,
    columns: usize,
) -> Vec<Span<'a>> {
    let [name_marks, text_marks] = match &inspector.search {
        Some(search) => search.marks(line),
        None => [Vec::new(), Vec::new()],
    };
    let column = usize::from(line.node.column);
    let mut spans = before_name(stage, line);
    let before: usize = spans.iter().map(Span::width).sum();
    if line.node.kind != Kind::Piece {
        let name = format::fit(line.name, column.saturating_sub(before + GAP));
        spans.extend(marked(stage, &name, &name_marks, name_style(stage, line)));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::raw(" ".repeat(column.saturating_sub(used))));
    spans.extend(value(
        stage,
        inspector,
        line,
        &text_marks,
        columns.saturating_sub(column),
    ));
    spans
}

fn before_name<'a>(stage: &Stage<'_>, line: &TreeLine<'_>) -> Vec<Span<'a>> {
    if line.node.kind.is_plain() || line.node.kind == Kind::Piece {
        return Vec::new();
    }
    let marker = match line.folded {
        Some(true) => "▸ ",
        Some(false) => "▾ ",
        None => "  ",
    };
    let levels = " ".repeat(usize::from(line.node.depth) * INDENT);
    let sign = line.node.sign.map(|sign| {
        let (text, role) = sign_of(sign);
        stage.span(format!("{text} "), role)
    });
    let levels = stage.span(format!("{levels}{marker}"), Role::Accent);
    sign.into_iter().chain([levels]).collect()
}

fn sign_of(sign: Sign) -> (&'static str, Role) {
    match sign {
        Sign::Added => ("+", Role::Added),
        Sign::Removed => ("−", Role::Removed),
        Sign::Changed => ("~", Role::Changed),
        Sign::Same => ("=", Role::Dim),
    }
}

fn name_style(stage: &Stage<'_>, line: &TreeLine<'_>) -> Style {
    stage.look.style(match line.node.kind {
        Kind::Fact | Kind::Arrival => Role::Dim,
        _ => Role::Name,
    })
}

fn value<'a>(
    stage: &Stage<'_>,
    inspector: &Inspector,
    line: &TreeLine<'_>,
    marks: &[Mark],
    room: usize,
) -> Vec<Span<'a>> {
    let role = match line.node.kind {
        Kind::String => Role::String,
        Kind::Word => Role::Word,
        Kind::Note => Role::Warning,
        Kind::Object | Kind::Array | Kind::Group => Role::Dim,
        _ => Role::Text,
    };
    let arrived = inspector
        .record
        .arrived
        .filter(|_| line.node.kind == Kind::Arrival);
    if let Some(time) = arrived {
        let text = format::arrival(time, stage.now.wall, &stage.model.zone);
        return vec![stage.span(text, role)];
    }
    let text = if line.cut {
        // One more than fits, so that it is cut and says so.
        format::fit(
            &format!("{}{}", line.text, " ".repeat(room)),
            room.min(line.text.width()),
        )
    } else {
        line.text.to_owned()
    };
    marked(stage, &text, marks, stage.look.style(role))
}

/// A text with what was searched for in it.
fn marked<'a>(stage: &Stage<'_>, text: &str, marks: &[Mark], style: Style) -> Vec<Span<'a>> {
    let found = style.patch(stage.look.style(Role::Match));
    let mut spans = Vec::new();
    let mut at = 0;
    for mark in marks {
        let (Some(before), Some(inside)) = (text.get(at..mark.start), text.get(mark.start..mark.end)) else {
            break;
        };
        spans.push(Span::styled(before.to_owned(), style));
        spans.push(Span::styled(inside.to_owned(), found));
        at = mark.end;
    }
    let rest = text.get(at..).unwrap_or_default();
    spans.push(Span::styled(rest.to_owned(), style));
    spans
}
