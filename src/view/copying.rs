//! The choice of what to copy.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::browse::beside_mark;
use super::overlay::window;
use super::{Role, Stage, format};
use crate::model::CopyMenu;
use crate::sanitize;

/// Columns of a label.
const LABEL: usize = 14;

/// Draws it.
pub(super) fn menu(stage: &Stage<'_>, menu: &CopyMenu, screen: Rect, buffer: &mut Buffer) {
    let height = u16::try_from(menu.items.len() + 2).unwrap_or(u16::MAX);
    let inner = window(stage, " Copy ", screen, 76, height, buffer);
    let fit = usize::from(inner.height);
    let top = (menu.cursor + 1).saturating_sub(fit);
    let label = LABEL.min(usize::from(inner.width) / 2);
    let room = usize::from(inner.width).saturating_sub(label + 4);
    for (line, (number, item)) in (0..).zip(menu.items.iter().enumerate().skip(top).take(fit)) {
        let place = Rect {
            y: inner.y + line,
            height: 1,
            ..inner
        };
        let selected = number == menu.cursor;
        let (text, role) = match &item.uri {
            Ok(uri) => (format::fit_ends(&sanitize::line(uri), room), Role::Text),
            Err(why) => (format::fit(&format!("– {why}"), room), Role::Dim),
        };
        let words = Line::from(vec![
            stage.span(if selected { "▌" } else { " " }, Role::Accent),
            stage.span(format!("{:label$}  ", format::fit(item.label, label)), Role::Dim),
            stage.span(text, role),
        ]);
        Paragraph::new(words).render(place, buffer);
        if selected {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}
