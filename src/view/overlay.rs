//! What lies over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget};
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::detail::wrap;
use super::{Role, Stage, consumers, format, seek};
use crate::model::{Overlay, Prompt, Purpose};
use crate::resource::CONSUMER_NAME_RULE;
use crate::sanitize;
use crate::update::help_lines;

/// Draws the overlays over each other; tells where the terminal's cursor belongs.
pub(super) fn draw(stage: &Stage<'_>, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    for overlay in &stage.model.overlays {
        cursor = match overlay {
            Overlay::Help { scroll } => {
                help(stage, *scroll, screen, buffer);
                None
            }
            Overlay::Consumers(menu) => {
                consumers::menu(stage, menu, screen, buffer);
                None
            }
            Overlay::Confirm(change) => {
                consumers::confirm(stage, change, screen, buffer);
                None
            }
            Overlay::Prompt(prompt) => line_of_text(stage, prompt, screen, buffer),
            Overlay::Seek(it) => seek::draw(stage, it, screen, buffer),
        };
    }
    cursor
}

fn help(stage: &Stage<'_>, scroll: usize, screen: Rect, buffer: &mut Buffer) {
    let lines = help_lines(stage.model);
    let keys = lines
        .iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(keys, _)| keys.width())
        .max()
        .unwrap_or(0);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inner = window(stage, " Keys ", screen, 76, height, buffer);
    let shown = lines
        .into_iter()
        .skip(scroll)
        .take(usize::from(inner.height))
        .map(|(left, right)| {
            if right.is_empty() {
                Line::from(stage.span(left, Role::Heading))
            } else {
                Line::from(vec![
                    stage.span(format!(" {left:<keys$}  "), Role::Accent),
                    stage.span(right, Role::Text),
                ])
            }
        });
    Paragraph::new(shown.collect::<Vec<_>>()).render(inner, buffer);
}

fn line_of_text(stage: &Stage<'_>, prompt: &Prompt, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (title, hint) = match &prompt.purpose {
        Purpose::LookUp { group } => (
            format!(" Record of {} ", sanitize::line(group.as_str())),
            "the record's identifier",
        ),
        Purpose::NameConsumer { name } => (
            format!(" A new consumer of {} ", sanitize::line(name)),
            CONSUMER_NAME_RULE,
        ),
        Purpose::ShardOf => (" Shard of a partition key ".to_owned(), "the partition key"),
        Purpose::Search => (" Search ".to_owned(), "part of a name"),
        Purpose::SearchRecord => (
            " Search in the record ".to_owned(),
            "words or an expression; capitals count where there are any",
        ),
    };
    let columns = screen.width.saturating_sub(8).min(72);
    let (below, role) = match &prompt.error {
        Some(error) => (error.as_str(), Role::Failed),
        None => (hint, Role::Dim),
    };
    let below = wrap(below, usize::from(columns.saturating_sub(2)));
    let height = u16::try_from(below.len() + 3).unwrap_or(u16::MAX);
    let inner = window(stage, &title, screen, columns, height, buffer);
    if inner.is_empty() {
        return None;
    }
    let (line, cursor) = typed(stage, &prompt.input, inner);
    let below = below.into_iter().map(|text| Line::from(stage.span(text, role)));
    Paragraph::new(std::iter::once(line).chain(below).collect::<Vec<_>>()).render(inner, buffer);
    Some(cursor)
}

/// The line that is being typed, on the first line of an area, and where the terminal's cursor belongs.
pub(super) fn typed<'a>(stage: &Stage<'_>, input: &Input, area: Rect) -> (Line<'a>, Position) {
    let width = usize::from(area.width.saturating_sub(3));
    let scroll = input.visual_scroll(width);
    let text: String = sanitize::line(input.value()).chars().skip(scroll).collect();
    let line = Line::from(vec![
        stage.span("› ", Role::Accent),
        stage.span(format::fit(&text, width + 1), Role::Text),
    ]);
    let at = input.visual_cursor().saturating_sub(scroll) + 2;
    let x = area
        .x
        .saturating_add(u16::try_from(at).unwrap_or(0))
        .min(area.right().saturating_sub(1));
    (line, Position::new(x, area.y))
}

/// A cleared frame in the middle of the screen; what is inside it is left to fill.
pub(super) fn window(
    stage: &Stage<'_>,
    title: &str,
    screen: Rect,
    width: u16,
    height: u16,
    buffer: &mut Buffer,
) -> Rect {
    let width = width.min(screen.width);
    let height = height.min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    Clear.render(area, buffer);
    let title = format::fit(title, usize::from(width.saturating_sub(2)));
    let block = stage.block(Line::from(stage.span(title, Role::Heading)), true);
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}
