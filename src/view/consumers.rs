//! The consumers of a stream: to choose from, and what a change of them means before it is made.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::header::waiting;
use super::overlay::window;
use super::{Role, Stage, format};
use crate::keymap::Context;
use crate::model::{ConsumerChange, ConsumerMenu, Overlay, Remote, wrap};
use crate::resource::Consumer;
use crate::sanitize;

/// Columns of a menu at most.
const COLUMNS: u16 = 76;
/// The last row.
const NEW: &str = "register a new consumer…";
/// What AWS says on its page of prices for Kinesis Data Streams.
const COSTS: &str = "AWS bills a registered consumer per consumer-shard hour and per GB retrieved, as the stream's \
                     capacity mode has it, until it is deregistered.";

/// The menu.
pub(super) fn menu(stage: &Stage<'_>, menu: &ConsumerMenu, screen: Rect, buffer: &mut Buffer) {
    let columns = usize::from(screen.width.min(COLUMNS).saturating_sub(2));
    let above = rows(stage, menu, columns);
    let below = notes(stage, menu, columns);
    let height = u16::try_from(above.len() + below.len() + 3).unwrap_or(u16::MAX);
    let title = format!(" Tail {} through a consumer ", sanitize::line(&menu.name));
    let inner = window(stage, &title, screen, COLUMNS, height, buffer);
    // The selected row is always on the screen; what is below goes first.
    let room = usize::from(inner.height);
    let first = (menu.cursor + 1).saturating_sub(room);
    let lines = above.into_iter().chain([Line::default()]).chain(below);
    Paragraph::new(lines.skip(first).take(room).collect::<Vec<_>>()).render(inner, buffer);
}

fn rows<'a>(stage: &Stage<'_>, menu: &ConsumerMenu, columns: usize) -> Vec<Line<'a>> {
    let text = match &menu.list.consumers {
        Remote::Ready(_) | Remote::Refreshing(..) => {
            let consumers = menu.list.items();
            let names = consumers
                .iter()
                .map(|it| it.name.width())
                .max()
                .unwrap_or(0)
                .min(40);
            let mut texts: Vec<_> = consumers.iter().map(|it| row(stage, it, names)).collect();
            texts.push((NEW.to_owned(), Role::Accent));
            let rows = texts.into_iter().enumerate();
            return rows
                .map(|(row, (text, role))| {
                    let selected = row == menu.cursor;
                    let mark = if selected { "▌ " } else { "  " };
                    let role = if selected { Role::Selected } else { role };
                    let text = format::fit(&text, columns.saturating_sub(3));
                    Line::from(vec![stage.span(mark, Role::Accent), stage.span(text, role)])
                })
                .collect();
        }
        Remote::Loading(wait) => (waiting(stage, "the consumers", *wait), Role::Dim),
        Remote::Failed(error) => (
            format!(
                "{error}; {}",
                stage.tell(Context::Consumers, "{refresh} asks again")
            ),
            Role::Failed,
        ),
        Remote::Idle | Remote::Cancelled => (
            stage.tell(Context::Consumers, "{refresh} asks for the consumers"),
            Role::Dim,
        ),
    };
    words(stage, &text.0, text.1, columns)
}

fn row(stage: &Stage<'_>, consumer: &Consumer, names: usize) -> (String, Role) {
    let name = format::fit(&sanitize::line(&consumer.name), names);
    let since = consumer.created.map_or(String::new(), |at| {
        format!("registered {}", format::date(at, &stage.model.zone))
    });
    let status = sanitize::line(&consumer.status).into_owned();
    let role = if consumer.is_active() {
        Role::Text
    } else {
        Role::Dim
    };
    (format!("{name:names$}  {status:<8}  {since}"), role)
}

/// What is under way or went wrong; else what the keys do.
fn notes<'a>(stage: &Stage<'_>, menu: &ConsumerMenu, columns: usize) -> Vec<Line<'a>> {
    if let Some((change, wait)) = &menu.changing {
        let doing = match change {
            ConsumerChange::Register(name) => format!("registering {name}"),
            ConsumerChange::Deregister(consumer) => format!("deregistering {}", consumer.name),
        };
        let gone = stage.now.mono.saturating_sub(wait.since);
        let text = format!("{} … {}", sanitize::line(&doing), format::span(gone));
        return words(stage, &text, Role::Warning, columns);
    }
    if let Some(error) = &menu.failed {
        return words(stage, &error.to_string(), Role::Failed, columns);
    }
    match menu.selected() {
        Some(consumer) => arn(stage, consumer, columns),
        None => words(stage, COSTS, Role::Dim, columns),
    }
}

/// A consumer's whole ARN, which has no words to break between.
fn arn<'a>(stage: &Stage<'_>, consumer: &Consumer, columns: usize) -> Vec<Line<'a>> {
    let text: Vec<char> = sanitize::line(consumer.arn.as_str()).chars().collect();
    text.chunks(columns.saturating_sub(2).max(1))
        .map(|part| Line::from(stage.span(format!(" {}", part.iter().collect::<String>()), Role::Dim)))
        .collect()
}

/// What a change means, and how to say yes to it.
pub(super) fn confirm(stage: &Stage<'_>, change: &ConsumerChange, screen: Rect, buffer: &mut Buffer) {
    let name = sanitize::line(change.name());
    let stream = stage.model.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Consumers(menu) => Some(sanitize::line(&menu.name)),
        _ => None,
    });
    let stream = stream.unwrap_or_default();
    let (title, text) = match change {
        ConsumerChange::Register(_) => (
            format!(" Register a consumer of {stream} "),
            format!("Register the consumer {name}? {COSTS}"),
        ),
        ConsumerChange::Deregister(_) => (
            format!(" Deregister a consumer of {stream} "),
            format!(
                "Deregister the consumer {name}? Whoever reads through it is cut off, and another one of the same name \
                 will have another ARN."
            ),
        ),
    };
    let columns = usize::from(screen.width.min(COLUMNS).saturating_sub(2));
    let mut lines = words(stage, &text, Role::Text, columns);
    lines.push(Line::default());
    let keys = stage.tell(Context::Confirm, "{confirm} says yes · {back} goes back");
    lines.extend(words(stage, &keys, Role::Warning, columns));
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inner = window(stage, &title, screen, COLUMNS, height, buffer);
    Paragraph::new(lines).render(inner, buffer);
}

fn words<'a>(stage: &Stage<'_>, text: &str, role: Role, columns: usize) -> Vec<Line<'a>> {
    let lines = wrap(text, columns.saturating_sub(2)).into_iter();
    lines
        .map(|text| Line::from(stage.span(format!(" {text}"), role)))
        .collect()
}
