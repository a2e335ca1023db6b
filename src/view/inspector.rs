//! One record, read closely.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::header::waiting;
use super::{Role, Stage, format};
use crate::model::{Focus, Inspector, Remote, TailPane};
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
    let sequence = format::fit_id(
        inspector.record.sequence.as_str(),
        usize::from(area.width.saturating_sub(8)).min(56),
    );
    let block = stage
        .block(title(stage, inspector), pane.focus == Focus::Detail)
        .title_bottom(Line::from(
            stage.span(format!(" {} ", sanitize::line(sequence.trim_end())), Role::Dim),
        ));
    let inner = block.inner(area).inner(Margin::new(1, 0));
    block.render(area, buffer);
    let lines: Vec<Line<'_>> = match &inspector.document {
        Remote::Loading(wait) if !inspector.hex => {
            vec![Line::from(
                stage.span(waiting(stage, "the record's meaning", *wait), Role::Dim),
            )]
        }
        _ => (inspector.scroll..inspector.lines())
            .take(usize::from(inner.height))
            .map(|number| Line::from(stage.span(inspector.line(number), Role::Text)))
            .collect(),
    };
    Paragraph::new(lines).render(inner, buffer);
}

fn title<'a>(stage: &Stage<'_>, inspector: &Inspector) -> Line<'a> {
    let document = inspector.document.value();
    let path = match (inspector.hex && inspector.dump().is_some(), document) {
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
