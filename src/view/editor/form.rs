//! The features of a record as rows, the value that is typed in its place.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::super::overlay::typed;
use super::super::{Role, Stage, format};
use super::value::shown;
use crate::edit::{FeatureSchema, FeatureType, Shape, check};
use crate::model::{Desk, Editor, Form, FormRow, FormSign};
use crate::sanitize;

/// Columns of a name at most, and below which the types go.
const NAME: usize = 30;
const WITH_TYPES: usize = 60;

/// The rows with their frame; tells where the terminal's cursor belongs.
pub(super) fn draw(
    stage: &Stage<'_>,
    editor: &Editor,
    desk: &Desk,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let form = &desk.form;
    let title = format::fit(&super::title(editor), usize::from(area.width.saturating_sub(20)));
    let count = format!(" {} features ", format::count(form.count() as u64));
    let block = stage.block(Line::from(stage.span(title, Role::Heading)), true);
    let block = block.title(Line::from(stage.span(count, Role::Dim)).right_aligned());
    let inner = block.inner(area);
    block.render(area, buffer);
    let fit = usize::from(inner.height);
    let top = top(form, fit);
    let columns = Columns::of(form, top..top + fit, usize::from(inner.width));
    let mut cursor = None;
    for (line, place) in (top..form.count()).take(fit).enumerate() {
        let Some(row) = form.row(place) else { break };
        let at = Rect {
            y: inner.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..inner
        };
        Paragraph::new(columns.line(stage, form, &row, place == form.cursor)).render(at, buffer);
        if let Some(line) = form.line.as_ref().filter(|_| place == form.cursor) {
            let at = columns.value_area(at);
            let (text, position) = typed(stage, &line.input, at);
            Paragraph::new(text).render(at, buffer);
            cursor = Some(position);
        }
    }
    cursor
}

/// The first row, so that the selected one shows on a screen that shrank.
fn top(form: &Form, fit: usize) -> usize {
    form.top
        .clamp((form.cursor + 1).saturating_sub(fit.max(1)), form.cursor)
}

/// How wide the columns are.
struct Columns {
    name: usize,
    kind: usize,
    value: usize,
}

impl Columns {
    fn of(form: &Form, rows: std::ops::Range<usize>, width: usize) -> Self {
        let rows = rows.filter_map(|place| form.row(place));
        let widest = rows.map(|row| (sanitize::line(row.name).width(), kind(row.rules).width()));
        let (name, kind) = widest.fold((0, 0), |(a, b), (name, kind)| (a.max(name), b.max(kind)));
        let name = name.min(NAME).min(width / 3);
        let kind = if width < WITH_TYPES {
            0
        } else {
            kind.min(width / 5)
        };
        let gaps = 3 + 2 + if kind > 0 { 2 } else { 0 };
        Self {
            name,
            kind,
            value: width.saturating_sub(name + kind + gaps),
        }
    }

    fn line<'a>(&self, stage: &Stage<'_>, form: &Form, row: &FormRow<'_>, selected: bool) -> Line<'a> {
        let (sign, role) = sign(row.sign());
        let mark = if selected { "▌" } else { " " };
        let name = format::pad(&format::fit(&sanitize::line(row.name), self.name), self.name);
        let is_special =
            row.name == form.draft().schema().identifier() || row.name == form.draft().schema().event_time();
        let name_role = if selected || is_special {
            Role::Heading
        } else {
            Role::Name
        };
        let mut spans = vec![
            stage.span(mark, Role::Accent),
            stage.span(format!("{sign} "), role),
            stage.span(format!("{name}  "), name_role),
        ];
        if self.kind > 0 {
            let kind = format::pad(&format::fit(kind(row.rules), self.kind), self.kind);
            spans.push(stage.span(format!("{kind}  "), Role::Dim));
        }
        if !(selected && form.line.is_some()) {
            let values = self.values(form, row).into_iter();
            spans.extend(values.map(|(text, role)| stage.span(text, role)));
        }
        Line::from(spans)
    }

    /// What the feature is, or was and will be.
    fn values(&self, form: &Form, row: &FormRow<'_>) -> Vec<(String, Role)> {
        let moves = row.name == form.draft().schema().event_time() && !form.draft().is_event_time_by_hand();
        match row.sign() {
            FormSign::Same if moves && form.draft().is_dirty() => {
                vec![
                    (shown(row.after, self.value), Role::Text),
                    ("  moves forward".to_owned(), Role::Dim),
                ]
            }
            FormSign::Same => vec![(shown(row.after, self.value), Role::Text)],
            FormSign::Absent => vec![(shown(None, self.value), Role::Dim)],
            FormSign::Added => vec![(shown(row.after, self.value), Role::Added)],
            FormSign::Changed | FormSign::Removed => {
                // What it was gives way to what it will be, but not to nothing.
                let after = shown(row.after, self.value).width();
                let least = (self.value / 3).max(self.value.saturating_sub(after + 3));
                let before = shown(row.before, least);
                let room = self.value.saturating_sub(before.width() + 3);
                let role = if row.after.is_some() {
                    Role::Changed
                } else {
                    Role::Removed
                };
                vec![
                    (before, Role::Dim),
                    (" → ".to_owned(), Role::Dim),
                    (shown(row.after, room), role),
                ]
            }
        }
    }

    fn value_area(&self, row: Rect) -> Rect {
        let before = u16::try_from(usize::from(row.width).saturating_sub(self.value + 1)).unwrap_or(0);
        Rect {
            x: row.x + before,
            width: row.width - before,
            ..row
        }
    }
}

fn sign(sign: FormSign) -> (&'static str, Role) {
    match sign {
        FormSign::Same => (" ", Role::Text),
        FormSign::Changed => ("~", Role::Changed),
        FormSign::Added => ("+", Role::Added),
        FormSign::Removed => ("−", Role::Removed),
        FormSign::Absent => ("·", Role::Dim),
    }
}

fn kind(rules: Option<&FeatureSchema>) -> &'static str {
    let Some(rules) = rules else {
        return "not in the group";
    };
    match (rules.shape, rules.kind) {
        (Shape::List, _) => "List",
        (Shape::Set, _) => "Set",
        (Shape::Vector(_), _) => "Vector",
        (Shape::One, FeatureType::Integral) => "Integral",
        (Shape::One, FeatureType::Fractional) => "Fractional",
        (Shape::One, FeatureType::String) => "String",
        (Shape::Other, _) | (Shape::One, FeatureType::Other) => "?",
    }
}

/// What the selected feature is.
pub(super) fn about(desk: &Desk) -> String {
    let Some(row) = desk.form.selected() else {
        return String::new();
    };
    let schema = desk.form.draft().schema();
    let name = sanitize::line(row.name).into_owned();
    let words = row
        .rules
        .map_or("the group has no such feature".to_owned(), FeatureSchema::words);
    let part = match row.name {
        it if it == schema.identifier() => " · identifies the record, never changes",
        it if it == schema.event_time() => " · event time, moves forward when it is written",
        _ => "",
    };
    let size = match (row.sign(), row.after) {
        (_, Some(value)) => format::bytes(check::size(value) as u64),
        (FormSign::Removed, None) => "is taken out of the record".to_owned(),
        (_, None) => "the record has no value for it".to_owned(),
    };
    let was = match row.sign() {
        FormSign::Changed | FormSign::Removed => format!(" · was {}", shown(row.before, 40)),
        _ => String::new(),
    };
    format!("{name} · {words}{part} · {size}{was}")
}
