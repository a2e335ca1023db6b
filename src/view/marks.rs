//! The list of what is marked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::overlay::window;
use super::{Role, Stage, format};
use crate::model::MarkList;
use crate::sanitize;

/// Draws it.
pub(super) fn list(stage: &Stage<'_>, list: MarkList, screen: Rect, buffer: &mut Buffer) {
    let marks = &stage.model.browser().marks;
    let title = format!(
        " {} marked of {} ",
        format::count(marks.len() as u64),
        match marks.groups().len() {
            1 => "one group".to_owned(),
            count => format!("{count} groups"),
        }
    );
    let height = u16::try_from(marks.len() + 2).unwrap_or(u16::MAX);
    let height = height.min(screen.height.saturating_sub(4).max(3));
    let inner = window(stage, &title, screen, 64, height, buffer);
    let groups = marks.groups();
    let group = groups.iter().map(|it| it.as_str().width()).max().unwrap_or(0);
    let group = group.min(usize::from(inner.width) / 2);
    let fit = usize::from(inner.height);
    let top = (list.cursor + 1).saturating_sub(fit);
    for (line, (number, mark)) in (0..).zip(marks.all().iter().enumerate().skip(top).take(fit)) {
        let place = Rect {
            y: inner.y + line,
            height: 1,
            ..inner
        };
        let selected = number == list.cursor;
        let room = usize::from(inner.width).saturating_sub(group + 4);
        let words = Line::from(vec![
            stage.span(if selected { "▌" } else { " " }, Role::Accent),
            stage.span(
                format!(
                    "{}  ",
                    format::fit_id(&sanitize::line(mark.group.as_str()), group)
                ),
                Role::Dim,
            ),
            stage.span(
                format::fit_ends(&sanitize::line(&mark.identifier), room),
                Role::Text,
            ),
        ]);
        Paragraph::new(words).render(place, buffer);
        if selected {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}
