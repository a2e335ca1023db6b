//! The last line where something is told beside the program: what a tour shows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Widget as _};

use super::{Role, Stage, format};
use crate::sanitize;

/// The screen without the line, which is drawn.
pub(super) fn draw(stage: &Stage<'_>, screen: Rect, buffer: &mut Buffer) -> Rect {
    let lines = stage.model.caption_lines().min(screen.height);
    let rest = Rect {
        height: screen.height - lines,
        ..screen
    };
    if let Some(caption) = stage.model.caption.as_ref().filter(|_| lines > 0) {
        let area = Rect::new(screen.x, rest.bottom(), screen.width, lines);
        let words = format::fit(
            &format!(" ▸ {}", sanitize::line(caption)),
            usize::from(area.width),
        );
        Paragraph::new(stage.span(words, Role::Heading)).render(area, buffer);
    }
    rest
}
