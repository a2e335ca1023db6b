//! The model drawn: `view(&Model) -> Frame`.
//!
//! One place for each kind of thing: who and where (first line), what section (second), the work (middle), what the keys do
//! (last). Everything from outside passes [`crate::sanitize`] on its way in here.
//!
//! Must not: change the model, read a clock, print.

mod ascii;
mod bars;
mod batch;
mod browse;
mod caption;
mod columns;
mod comparison;
mod consumers;
mod copying;
mod detail;
mod drafts;
mod editor;
mod fields;
mod footer;
mod format;
mod header;
mod help;
mod inspector;
mod keys;
mod marks;
mod overlay;
mod palette;
mod prediction;
mod record;
mod records;
mod redacted;
mod seek;
mod session;
mod shards;
mod tail;
mod theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget, Wrap};

pub use ascii::in_ascii;
pub use theme::{Colour, Emphasis, Face, Look, Role, Theme, ThemeName};

use crate::clock::Now;
use crate::keymap::Context;
use crate::message::Action;
use crate::model::{BatchView, BrowseLayout, Model, Panel, Work};
use crate::sanitize;

/// What every part needs to be drawn.
struct Stage<'a> {
    model: &'a Model,
    look: &'a Look,
    now: Now,
}

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, model: &Model, look: &Look, now: Now) {
    let stage = Stage { model, look, now };
    let layout = model.layout();
    let screen = frame.area();
    // The frame's own size counts: the model learns of a new one a moment later.
    let fits = |area: Rect| area.intersection(screen);
    let buffer = frame.buffer_mut();
    let screen = caption::draw(&stage, screen, buffer);
    header::identity(&stage, fits(layout.identity), buffer);
    header::tabs(&stage, fits(layout.tabs), buffer);
    let mut typing = None;
    match (layout.work, &model.tail) {
        (Work::Browse(areas), _) => {
            let BrowseLayout { list, detail } = areas;
            section(&stage, fits(list), fits(detail), buffer);
        }
        (Work::Tail(areas), Some(pane)) => {
            tail::status(&stage, pane, fits(areas.status), buffer);
            shards::line(&stage, pane, fits(areas.shards), buffer);
            tail::records(&stage, pane, fits(areas.list), buffer);
            let area = fits(areas.panel);
            match &pane.panel {
                Some(Panel::Record(inspector)) => inspector::pane(&stage, pane, inspector, area, buffer),
                Some(Panel::Shards(table)) => shards::table(&stage, pane, *table, area, buffer),
                Some(Panel::Keys(table)) => keys::table(&stage, pane, *table, area, buffer),
                None => {}
            }
        }
        (Work::Editor(areas), _) => {
            if let Some(it) = &model.editor {
                typing = editor::draw(&stage, it, areas.within(screen), buffer);
            }
        }
        (Work::Tail(_), None) => {}
    }
    footer::draw(&stage, fits(layout.footer), buffer);
    let cursor = if model.overlays.is_empty() {
        typing
    } else {
        overlay::draw(&stage, screen, buffer)
    };
    redacted::cover(buffer);
    if look.ascii {
        ascii::flatten(buffer);
    }
    look.ground(buffer);
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// A section's list and what is beside it, or what has taken their place.
fn section(stage: &Stage<'_>, list: Rect, detail: Rect, buffer: &mut Buffer) {
    let model = stage.model;
    match (&model.batch, &model.records) {
        (Some(pane), _) if pane.view == BatchView::Comparison => {
            comparison::table(stage, pane, detail, buffer);
        }
        (Some(pane), _) => {
            batch::list(stage, pane, list, buffer);
            batch::detail(stage, pane, detail, buffer);
        }
        (None, Some(pane)) => {
            records::list(stage, pane, list, buffer);
            records::detail(stage, pane, detail, buffer);
        }
        (None, None) if model.browser().list.value().is_some() => {
            browse::list(stage, list, buffer);
            detail::pane(stage, detail, buffer);
        }
        // Without a list there is nothing to detail, and a reason may be long.
        (None, None) => browse::list(stage, list.union(detail), buffer),
    }
}

/// What the window is called: what is shown, sanitized.
pub fn title(model: &Model) -> String {
    let section = model.section.title();
    let name = match (&model.editor, &model.tail, &model.records) {
        (Some(editor), ..) => Some(format!("{}/{}", editor.group, editor.identifier)),
        (None, Some(tail), _) => Some(tail.name.clone()),
        (None, None, Some(pane)) => Some(pane.name.clone()),
        (None, None, None) => None,
    };
    let name = name.map_or(String::new(), |name| format!(" › {name}"));
    sanitize::line(&format!("kinescope · {section}{name}")).into_owned()
}

impl Stage<'_> {
    /// A frame with a title, as every pane has one; the one with the focus is marked.
    fn block<'b>(&self, title: Line<'b>, focused: bool) -> Block<'b> {
        let role = if focused { Role::Focus } else { Role::Frame };
        Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(self.look.style(role))
            .title(title)
    }

    /// Words over as many lines as they take.
    fn words(&self, text: &str, role: Role, area: Rect, buffer: &mut Buffer) {
        let words = Paragraph::new(text)
            .style(self.look.style(role))
            .wrap(Wrap { trim: true });
        words.render(area, buffer);
    }

    /// What a text calls the key of an action.
    fn key(&self, context: Context, action: Action) -> String {
        self.model.keymap.key(context, action)
    }

    /// A text that has `{action}` where it means the key.
    fn tell(&self, context: Context, text: &'static str) -> String {
        self.model.keymap.tell(context, text)
    }

    /// Words in a role.
    fn span<'b>(&self, text: impl Into<std::borrow::Cow<'b, str>>, role: Role) -> Span<'b> {
        Span::styled(text, self.look.style(role))
    }
}

/// Writes one line from the left, and one from the right that has the first right to the room.
fn write_line(area: Rect, left: Line<'_>, right: Line<'_>, buffer: &mut Buffer) {
    let taken = u16::try_from(right.width()).unwrap_or(u16::MAX);
    Paragraph::new(left).render(
        Rect {
            width: area.width.saturating_sub(taken),
            ..area
        },
        buffer,
    );
    Paragraph::new(right.right_aligned()).render(area, buffer);
}
