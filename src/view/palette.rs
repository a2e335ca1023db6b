//! The line of commands, and below it those that may be meant.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::overlay::{typed, window};
use super::{Role, Stage, format};
use crate::model::{Command, Palette};
use crate::sanitize;

/// Commands that are shown at once.
const MOST: usize = 12;
/// Columns of the keys.
const KEYS: usize = 14;

/// Draws it; tells where the terminal's cursor belongs.
pub(super) fn draw(
    stage: &Stage<'_>,
    palette: &Palette,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let commands = palette.commands(&stage.model.keymap, stage.model.contexts_below());
    let shown = commands.len().min(MOST);
    let height = u16::try_from(shown.max(1) + 3).unwrap_or(u16::MAX);
    let inner = window(stage, " Commands ", screen, 84, height, buffer);
    if inner.is_empty() {
        return None;
    }
    let (line, cursor) = typed(stage, &palette.input, inner);
    Paragraph::new(line).render(row(inner, 0), buffer);
    let fit = usize::from(inner.height).saturating_sub(1);
    if let Some(error) = &palette.error {
        let text = format::fit(&sanitize::line(error), usize::from(inner.width));
        Paragraph::new(stage.span(text, Role::Failed)).render(row(inner, 1), buffer);
        list(
            stage,
            palette,
            &commands,
            fit.saturating_sub(1),
            row_and_below(inner, 2),
            buffer,
        );
    } else {
        list(stage, palette, &commands, fit, row_and_below(inner, 1), buffer);
    }
    Some(cursor)
}

fn list(
    stage: &Stage<'_>,
    palette: &Palette,
    commands: &[Command],
    fit: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let name = commands.iter().map(|it| it.name.width()).max().unwrap_or(0);
    let top = (palette.cursor + 1).saturating_sub(fit);
    for (line, (number, command)) in (0..).zip(commands.iter().enumerate().skip(top).take(fit)) {
        let place = row(area, line);
        let selected = palette.points() && number == palette.cursor;
        Paragraph::new(words(stage, command, name, selected, usize::from(area.width))).render(place, buffer);
        if selected {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}

/// A command in so many columns: its name with what matches marked, its keys, what it does or where it counts.
fn words<'a>(stage: &Stage<'_>, command: &Command, name: usize, selected: bool, columns: usize) -> Line<'a> {
    let here = command.elsewhere.is_none();
    let plain = if here { Role::Text } else { Role::Dim };
    let mut spans = vec![stage.span(if selected { "▌" } else { " " }, Role::Accent)];
    spans.extend(command.name.chars().enumerate().map(|(place, letter)| {
        let role = if command.matched.contains(&place) {
            Role::Match
        } else {
            plain
        };
        stage.span(letter.to_string(), role)
    }));
    let gap = " ".repeat(name.saturating_sub(command.name.width()) + 2);
    spans.push(Span::raw(gap));
    let keys = KEYS.min(columns.saturating_sub(name + 3));
    let text = format::pad(&format::fit(&command.keys, keys), keys);
    spans.push(stage.span(format!("{text}  "), Role::Accent));
    let help = match &command.elsewhere {
        None => command.help.clone(),
        Some(places) => format!("in: {places}"),
    };
    let room = columns.saturating_sub(name + keys + 5);
    spans.push(stage.span(
        format::fit(&help, room),
        if here { Role::Text } else { Role::Dim },
    ));
    Line::from(spans)
}

fn row(area: Rect, number: u16) -> Rect {
    Rect {
        height: 1,
        ..row_and_below(area, number)
    }
    .intersection(area)
}

fn row_and_below(area: Rect, number: u16) -> Rect {
    let number = number.min(area.height);
    Rect {
        y: area.y + number,
        height: area.height - number,
        ..area
    }
}
