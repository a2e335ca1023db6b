//! The help, as much of it as fits, with a sign where there is more.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::overlay::{typed, window};
use super::{Role, Stage, format};
use crate::model::{Help, HelpLine};
use crate::sanitize;

/// Columns from which on the commands' names stand beside the keys.
const WIDE: u16 = 72;

/// Draws it; tells where the terminal's cursor belongs.
pub(super) fn draw(stage: &Stage<'_>, help: &Help, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    let lines = help.lines(stage.model);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let title = match help.input.value() {
        "" => " Keys ".to_owned(),
        words => format!(" Keys · {} ", sanitize::line(words)),
    };
    let inner = window(stage, &title, screen, 92, height.max(4), buffer);
    if inner.is_empty() {
        return None;
    }
    let (keys, commands) = widths(&lines, inner.width);
    let fit = usize::from(inner.height);
    let shown = lines.iter().skip(help.scroll).take(fit);
    let shown = shown.map(|line| words(stage, line, keys, commands, usize::from(inner.width)));
    Paragraph::new(shown.collect::<Vec<_>>()).render(inner, buffer);
    if lines.is_empty() {
        stage.words(
            "No key and no command holds these words.",
            Role::Dim,
            inner,
            buffer,
        );
    }
    more(
        stage,
        help.scroll,
        lines.len().saturating_sub(help.scroll + fit),
        inner,
        buffer,
    );
    if !help.is_typing {
        return None;
    }
    // The words are typed where the title tells them.
    let area = Rect {
        y: inner.y.saturating_sub(1),
        height: 1,
        ..inner
    };
    let (line, cursor) = typed(stage, &help.input, area);
    Paragraph::new(line).render(area, buffer);
    Some(cursor)
}

/// Columns of the keys and of the commands' names; none for these where the screen is narrow.
fn widths(lines: &[HelpLine], columns: u16) -> (usize, usize) {
    let of = |part: fn(&HelpLine) -> usize| lines.iter().map(part).max().unwrap_or(0);
    let keys = of(|line| match line {
        HelpLine::Keys { keys, .. } => keys.width(),
        HelpLine::Heading(_) => 0,
    });
    let commands = of(|line| match line {
        HelpLine::Keys { command, .. } => command.width(),
        HelpLine::Heading(_) => 0,
    });
    (keys, if columns < WIDE { 0 } else { commands + 2 })
}

fn words<'a>(stage: &Stage<'_>, line: &HelpLine, keys: usize, commands: usize, columns: usize) -> Line<'a> {
    match line {
        HelpLine::Heading(title) => Line::from(stage.span(*title, Role::Heading)),
        HelpLine::Keys {
            keys: pressed,
            command,
            help,
        } => {
            // A word for a command has no help but its name.
            let (command, help) = if help.is_empty() {
                ("", command)
            } else {
                (command.as_str(), help)
            };
            let command = format::fit(command, commands);
            let room = columns.saturating_sub(keys + commands + 3);
            Line::from(vec![
                stage.span(format!(" {pressed:<keys$}  "), Role::Accent),
                stage.span(format!("{command:<commands$}"), Role::Dim),
                stage.span(format::fit(help, room), Role::Text),
            ])
        }
    }
}

/// How many lines there are above and below, on the frame.
fn more(stage: &Stage<'_>, above: usize, below: usize, inner: Rect, buffer: &mut Buffer) {
    let mut signs = Vec::new();
    if above > 0 {
        signs.push(format!("↑ {above}"));
    }
    if below > 0 {
        signs.push(format!("↓ {below}"));
    }
    if signs.is_empty() {
        return;
    }
    let text = format!(" {} ", signs.join(" "));
    let width = u16::try_from(text.width()).unwrap_or(u16::MAX).min(inner.width);
    let place = Rect {
        x: inner.right() - width,
        y: inner.bottom(),
        width,
        height: 1,
    };
    Paragraph::new(stage.span(text, Role::Accent)).render(place.intersection(buffer.area), buffer);
}
