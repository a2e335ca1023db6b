//! What was read, what somebody else wrote, and what one has in mind, feature by feature.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::super::{Role, Stage, format};
use super::value::shown;
use crate::edit::{Row, Side, Who};
use crate::keymap::Context;
use crate::model::{Editor, Merging};
use crate::sanitize;

/// Columns of a feature's name at most.
const NAME: usize = 20;

/// The rows with their frame.
pub(super) fn draw(stage: &Stage<'_>, editor: &Editor, merging: &Merging, area: Rect, buffer: &mut Buffer) {
    let title = format::fit(
        &format!(" Merge ·{}", super::title(editor)),
        usize::from(area.width.saturating_sub(20)),
    );
    let open = match merging.merge().open() {
        0 => " all decided ".to_owned(),
        open => format!(" {open} to decide "),
    };
    let role = if merging.merge().open() > 0 {
        Role::Warning
    } else {
        Role::Good
    };
    let block = stage.block(Line::from(stage.span(title, Role::Heading)), true);
    let block = block.title(Line::from(stage.span(open, role)).right_aligned());
    let inner = block.inner(area);
    block.render(area, buffer);
    let width = usize::from(inner.width);
    let names = merging
        .rows()
        .map(|row| sanitize::line(&row.feature).width())
        .max();
    let name = names.unwrap_or(0).clamp(7, NAME).min(width / 4);
    let cell = width.saturating_sub(name + 5) / 3;
    let column = |text: &str| format::pad(&format::fit(text, cell.saturating_sub(1)), cell);
    let heading = format!(
        "   {}  {}{}{}",
        format::pad("feature", name),
        column("as you read it"),
        column(" theirs, stored now"),
        " mine"
    );
    let mut lines = vec![Line::from(stage.span(format::fit(&heading, width), Role::Dim))];
    let fit = usize::from(inner.height).saturating_sub(1);
    let top = merging.top.max((merging.cursor + 1).saturating_sub(fit.max(1)));
    let rows = merging.rows().enumerate().skip(top).take(fit);
    lines.extend(rows.map(|(place, it)| row(stage, it, place == merging.cursor, name, cell)));
    Paragraph::new(lines).render(inner, buffer);
}

/// Why it has come to this, and what the keys do about it.
pub(super) fn note(stage: &Stage<'_>, merging: &Merging, area: Rect, buffer: &mut Buffer) {
    let keys = stage.tell(
        Context::Merge,
        "{mine} takes mine, {theirs} theirs, {review} reviews the result",
    );
    let text = format!("{}; {keys}", sanitize::line(&merging.why));
    super::several_lines(stage, &text, Role::Warning, area, buffer);
}

fn row<'a>(stage: &Stage<'_>, row: &Row, selected: bool, name: usize, cell: usize) -> Line<'a> {
    let mark = if selected { "▌" } else { " " };
    let (sign, role) = match (row.choice, row.who) {
        (None, _) => ("?", Role::Failed),
        (Some(_), Who::Same | Who::Both) => ("=", Role::Dim),
        (Some(Side::Theirs), _) => ("t", Role::Accent),
        (Some(Side::Mine), _) => ("m", Role::Accent),
    };
    let chosen = |side: Side| match row.choice {
        Some(choice) if choice == side => Role::Heading,
        Some(_) => Role::Dim,
        None => Role::Changed,
    };
    let feature = format::pad(&format::fit(&sanitize::line(&row.feature), name), name);
    let value = |value, side| {
        let tick = if row.choice == side { "✓" } else { " " };
        let text = shown(value, cell.saturating_sub(2));
        format::pad(&format!("{tick}{text}"), cell)
    };
    Line::from(vec![
        stage.span(mark, Role::Accent),
        stage.span(format!("{sign} "), role),
        stage.span(format!("{feature}  "), Role::Name),
        stage.span(
            format::pad(&shown(row.base.as_ref(), cell.saturating_sub(1)), cell),
            Role::Dim,
        ),
        stage.span(
            value(row.theirs.as_ref(), Some(Side::Theirs)),
            chosen(Side::Theirs),
        ),
        stage.span(value(row.mine.as_ref(), Some(Side::Mine)), chosen(Side::Mine)),
    ])
}
