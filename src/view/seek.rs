//! The picker of a place to tail from.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position as Cell, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::overlay::{typed, window};
use super::{Role, Stage, format};
use crate::model::{Seek, SeekRow, wrap};
use crate::resource::Position;
use crate::sanitize;
use crate::tail::{POSITION_FORMS, parse_position};

/// Lines above the rows: what was typed, and two for what it means.
const HEAD: u16 = 3;
/// Columns of a place's text; a time with its date is the longest that is not cut.
const PLACE: usize = 16;

/// Draws it; tells where the terminal's cursor belongs.
pub(super) fn draw(stage: &Stage<'_>, seek: &Seek, screen: Rect, buffer: &mut Buffer) -> Option<Cell> {
    let rows = u16::try_from(seek.row_count()).unwrap_or(u16::MAX);
    let height = rows
        .saturating_add(HEAD + 2)
        .min(screen.height.saturating_sub(2).max(1));
    let title = format!(" Tail {} from ", sanitize::line(&seek.name));
    let inner = window(
        stage,
        &title,
        screen,
        screen.width.saturating_sub(4).min(76),
        height,
        buffer,
    );
    if inner.is_empty() {
        return None;
    }
    let width = usize::from(inner.width);
    let (line, cursor) = typed(stage, &seek.input, inner);
    let (meaning, role) = meaning(stage, seek);
    let meaning = wrap(&meaning, width.saturating_sub(2));
    let meaning = meaning.iter().map(String::as_str).chain([""]).take(2);
    let mut lines = vec![line];
    lines.extend(meaning.map(|words| Line::from(stage.span(format!("  {words}"), role))));
    let fit = usize::from(inner.height.saturating_sub(HEAD));
    // The selected row stays in view.
    let top = (seek.cursor + 1).saturating_sub(fit);
    lines.extend(
        (top..seek.row_count())
            .take(fit)
            .map(|number| row(stage, seek, number, width)),
    );
    Paragraph::new(lines).render(inner, buffer);
    seek.is_typing().then_some(cursor)
}

/// What the line says, or what is wrong with it.
fn meaning(stage: &Stage<'_>, seek: &Seek) -> (String, Role) {
    if let Some(error) = &seek.error {
        return (error.clone(), Role::Failed);
    }
    let words = match parse_position(seek.input.value(), stage.now.wall, &stage.model.zone) {
        Err(_) => POSITION_FORMS.to_owned(),
        Ok(Position::Latest) => "what arrives from now on".to_owned(),
        Ok(Position::TrimHorizon) => "everything that the stream still keeps".to_owned(),
        Ok(Position::AtTimestamp(time)) => {
            let when = format!(
                "{} · {}",
                format::moment(time, &stage.model.zone),
                format::age(time, stage.now.wall)
            );
            if stage.model.abilities().seeks_time {
                when
            } else {
                format!("{when} · what is older is passed over")
            }
        }
        Ok(Position::AtSequence(_) | Position::AfterSequence(_)) => "that record first".to_owned(),
    };
    (words, Role::Dim)
}

fn row<'a>(stage: &Stage<'_>, seek: &Seek, number: usize, width: usize) -> Line<'a> {
    let mark = if number == seek.cursor { "▌" } else { " " };
    let tick = |on: bool| if on { "[x]" } else { "[ ]" };
    let (left, right) = match seek.row(number) {
        SeekRow::Place(place) => {
            let place = &seek.places[place];
            let text = format::fit(&sanitize::line(&place.text), PLACE);
            (format!("{text:<PLACE$}  "), place.help.to_owned())
        }
        SeekRow::Order => (
            format!("{} parents before children  ", tick(seek.parents_first)),
            "after a reshard, older shards are drained first".to_owned(),
        ),
        SeekRow::AllShards => {
            let open = seek.shards.iter().filter(|(_, open)| *open).count() as u64;
            let all = format!("{} all shards  ", tick(seek.only.is_empty()));
            let closed = seek.shards.len() as u64 - open;
            (
                all,
                format!("{} open · {} closed", format::count(open), format::count(closed)),
            )
        }
        SeekRow::Shard(shard) => {
            let (id, open) = &seek.shards[shard];
            let chosen = !seek.only.is_empty() && seek.takes(id);
            let name = format::fit_ends(&sanitize::line(id.as_str()), 40);
            (
                format!("{} {name}  ", tick(chosen)),
                if *open { "open" } else { "closed" }.to_owned(),
            )
        }
    };
    let right = format::fit(&right, width.saturating_sub(left.chars().count() + 2));
    Line::from(vec![
        stage.span(mark, Role::Accent),
        stage.span(format!(" {left}"), Role::Text),
        stage.span(right, Role::Dim),
    ])
}
