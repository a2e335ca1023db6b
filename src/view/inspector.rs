//! One record, read closely.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::header::waiting;
use super::{Role, Stage, format};
use crate::decode::hex_line;
use crate::model::{Focus, Inspector, Remote, TailPane};
use crate::sanitize;

/// The inspector with its frame.
pub(super) fn pane(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    let Some(inspector) = pane.inspector.as_ref().filter(|_| !area.is_empty()) else {
        return;
    };
    let sequence = format::fit_id(
        inspector.record.sequence.as_str(),
        usize::from(area.width.saturating_sub(8)).min(56),
    );
    let block = stage
        .block(title(stage, inspector), pane.focus == Focus::Detail)
        .title_bottom(Line::from(
            stage.span(format!(" {} ", sanitize::line(sequence.trim_end())), Role::Dim),
        ));
    let inner = block.inner(area);
    block.render(area, buffer);
    let lines: Vec<Line<'_>> = text(stage, inspector, usize::from(inner.height))
        .into_iter()
        .map(|line| Line::from(stage.span(format::fit(&line, usize::from(inner.width)), Role::Text)))
        .collect();
    Paragraph::new(lines).render(inner, buffer);
}

fn title<'a>(stage: &Stage<'_>, inspector: &Inspector) -> Line<'a> {
    let document = inspector.document.value();
    let path = match (inspector.hex && inspector.bytes().is_some(), document) {
        (true, _) => "hex",
        (false, Some(document)) => &document.path,
        (false, None) => "",
    };
    let size = document
        .and_then(|document| document.size)
        .map_or(String::new(), |size| format!(" · {}", format::bytes(size as u64)));
    let place = match inspector.lines() {
        0 => String::new(),
        lines => format!(
            " · line {} of {}",
            inspector.scroll + 1,
            format::count(lines as u64)
        ),
    };
    Line::from(vec![
        stage.span(" record · ", Role::Dim),
        stage.span(path.to_owned(), Role::Heading),
        stage.span(format!("{size}{place} "), Role::Dim),
    ])
}

/// The lines that show. A dump is written only where it shows.
fn text(stage: &Stage<'_>, inspector: &Inspector, fit: usize) -> Vec<String> {
    let window = inspector.scroll..inspector.lines().min(inspector.scroll + fit);
    match (inspector.hex, inspector.bytes(), &inspector.document) {
        (true, Some(data), _) => window.map(|line| hex_line(data, line)).collect(),
        (_, _, Remote::Loading(wait)) => vec![waiting(stage, "the record's meaning", *wait)],
        (_, _, remote) => remote
            .value()
            .map_or(Vec::new(), |it| it.lines.get(window).unwrap_or_default().to_vec()),
    }
}
