//! Records side by side, a feature a row. The first record stays in sight, and the others are told apart from it by signs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::{Role, Stage, batch, format};
use crate::keymap::Context;
use crate::model::{BatchPane, Contrast, FeatureRow};
use crate::sanitize;

/// Columns that a record has at least, and at most.
const NARROWEST: usize = 16;
const WIDEST: usize = 44;
/// Two records are better than one, even in so few columns each.
const TIGHTEST: usize = 8;

/// Which records there is room for, and how wide they are.
struct Columns {
    name: usize,
    record: usize,
    /// The first record, and those to its right.
    shown: Vec<usize>,
}

impl Columns {
    fn new(pane: &BatchPane, width: usize) -> Self {
        let comparison = &pane.comparison;
        let longest = comparison.rows.iter().map(|row| row.feature.width()).max();
        let name = longest.unwrap_or(0).clamp(7, (width / 3).max(7));
        let room = width.saturating_sub(name + 4);
        let count = comparison.columns.len();
        let two = usize::from(room / 2 >= TIGHTEST) + 1;
        let fit = (room / NARROWEST).max(two).min(count.max(1));
        let others = pane.column + 1..count;
        Self {
            name,
            record: (room / fit).min(WIDEST),
            shown: std::iter::once(0)
                .chain(others)
                .take(fit)
                .filter(|column| *column < count)
                .collect(),
        }
    }
}

/// The records with their frame.
pub(super) fn table(stage: &Stage<'_>, pane: &BatchPane, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let block = stage
        .block(title(stage, pane), true)
        .title_bottom(batch::below(stage, pane, area.width));
    let inner = block.inner(area);
    let columns = Columns::new(pane, usize::from(inner.width));
    let place = place(pane, &columns);
    let block = block.title_bottom(Line::from(stage.span(place, Role::Dim)).right_aligned());
    block.render(area, buffer);
    let comparison = &pane.comparison;
    if comparison.columns.is_empty() {
        let words = format!("No record to compare: {}.", batch::counts(pane));
        stage.words(&words, Role::Dim, inner, buffer);
        return;
    }
    let headings = headings(stage, pane, &columns);
    let above = u16::try_from(headings.len()).unwrap_or(0).min(inner.height);
    Paragraph::new(headings).render(inner, buffer);
    let rest = Rect {
        y: inner.y + above,
        height: inner.height - above,
        ..inner
    };
    if pane.count() == 0 {
        stage.words(
            &stage.tell(
                Context::Batch,
                "All features are the same. {only-differences} shows them.",
            ),
            Role::Dim,
            rest,
            buffer,
        );
    }
    let shown = comparison
        .shown(pane.only_differences)
        .enumerate()
        .skip(pane.top)
        .take(usize::from(rest.height));
    for (line, (number, it)) in (0..).zip(shown) {
        let place = Rect {
            y: rest.y + line,
            height: 1,
            ..rest
        };
        let selected = number == pane.cursor;
        Paragraph::new(row(stage, it, &columns, selected)).render(place, buffer);
        if selected {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}

fn title<'a>(stage: &Stage<'_>, pane: &BatchPane) -> Line<'a> {
    let comparison = &pane.comparison;
    let (all, same) = (comparison.rows.len(), comparison.identical());
    let missing = match comparison.missing {
        0 => String::new(),
        count => format!(" · {count} left out"),
    };
    let only = if pane.only_differences {
        "differences only "
    } else {
        ""
    };
    Line::from(vec![
        stage.span(" Comparison ", Role::Heading),
        stage.span(
            format!(
                "{} records{missing} · {all} features · {} differ · {same} identical ",
                comparison.columns.len(),
                all - same
            ),
            Role::Dim,
        ),
        stage.span(only, Role::Accent),
    ])
}

/// Which records are in sight, where those are not all.
fn place(pane: &BatchPane, columns: &Columns) -> String {
    let count = pane.comparison.columns.len();
    match columns.shown[..] {
        [_, first, .., last] if columns.shown.len() < count => {
            format!(" record 1 and {}–{} of {count} · ← h l → ", first + 1, last + 1)
        }
        [_, only] if count > 2 => format!(" record 1 and {} of {count} · ← h l → ", only + 1),
        [_] if count > 1 => format!(" record 1 of {count} "),
        _ => String::new(),
    }
}

fn headings<'a>(stage: &Stage<'_>, pane: &BatchPane, columns: &Columns) -> Vec<Line<'a>> {
    let comparison = &pane.comparison;
    let cell = |text: &str| {
        let room = columns.record.saturating_sub(3);
        format!(
            "  {} ",
            format::pad(&format::fit_ends(&sanitize::line(text), room), room)
        )
    };
    let line = |label: &str, role, text: &dyn Fn(usize) -> String| {
        let label = stage.span(format!("   {} ", format::pad(label, columns.name)), Role::Dim);
        let cells = columns
            .shown
            .iter()
            .map(|column| stage.span(cell(&text(*column)), role));
        std::iter::once(label).chain(cells).collect::<Line<'a>>()
    };
    let mut lines = Vec::new();
    if comparison.spans_groups() {
        lines.push(line("group", Role::Dim, &|column| {
            comparison.columns[column].group.to_string()
        }));
    }
    lines.push(line("feature", Role::Heading, &|column| {
        comparison.columns[column].identifier.clone()
    }));
    lines
}

fn row<'a>(stage: &Stage<'_>, row: &FeatureRow, columns: &Columns, selected: bool) -> Line<'a> {
    let (sign, role) = if row.differs {
        ("≠", Role::Changed)
    } else {
        ("=", Role::Dim)
    };
    let name = format::fit_id(&sanitize::line(&row.feature), columns.name);
    let mut spans = vec![
        stage.span(if selected { "▌" } else { " " }, Role::Accent),
        stage.span(format!("{sign} "), role),
        stage.span(format!("{name} "), Role::Name),
    ];
    let cells = columns
        .shown
        .iter()
        .flat_map(|column| cell(stage, row, *column, columns.record));
    spans.extend(cells);
    Line::from(spans)
}

/// A record's value, with a sign for how it is in comparison with that of the first.
fn cell<'a>(stage: &Stage<'_>, row: &FeatureRow, column: usize, width: usize) -> [Span<'a>; 2] {
    let (sign, role) = match row.contrast(column) {
        Contrast::Same => (" ", Role::Text),
        Contrast::Changed => ("~", Role::Changed),
        Contrast::Added => ("+", Role::Added),
        Contrast::Lacking => ("−", Role::Removed),
    };
    let text = |column: usize| {
        let value = row.values.get(column).and_then(Option::as_ref);
        value.map(|value| sanitize::line(&value.to_string()).into_owned())
    };
    let room = width.saturating_sub(3);
    let (words, role) = match text(column) {
        None if sign == " " => ("– absent".to_owned(), Role::Dim),
        None => ("– absent".to_owned(), role),
        Some(text) if sign == "~" => (from_difference(&text_of_first(row), &text, room), role),
        Some(text) => (text, role),
    };
    [
        stage.span(format!("{sign} "), role),
        stage.span(
            format!("{} ", format::pad(&format::fit(&words, room), room)),
            role,
        ),
    ]
}

fn text_of_first(row: &FeatureRow) -> String {
    let first = row.values.first().and_then(Option::as_ref);
    first.map_or(String::new(), |value| {
        sanitize::line(&value.to_string()).into_owned()
    })
}

/// A text that differs from the first only beyond what fits, from a little before where it does.
fn from_difference(first: &str, text: &str, room: usize) -> String {
    const BEFORE: usize = 4;
    let same = first
        .chars()
        .zip(text.chars())
        .take_while(|(a, b)| a == b)
        .count();
    if text.width() <= room || same + 1 < room {
        return text.to_owned();
    }
    let rest: String = text.chars().skip(same.saturating_sub(BEFORE)).collect();
    format!("…{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_beyond_the_column_is_brought_into_sight() {
        assert_eq!(from_difference("aaaa1", "aaaa2", 10), "aaaa2");
        assert_eq!(from_difference("0123456789A", "0123456789B", 8), "…6789B");
        assert_eq!(from_difference("x123456789A", "0123456789B", 8), "0123456789B");
    }
}
