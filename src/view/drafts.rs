//! Drafts of records: what shall become of one that is left, and those that were left behind.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::overlay::window;
use super::{Role, Stage, format};
use crate::edit::LeftBehind;
use crate::keymap::Context;
use crate::message::Action;
use crate::model::{Editor, Then, wrap};
use crate::sanitize;

/// Columns of the list at most.
const COLUMNS: u16 = 76;

/// The question what shall become of changes that are not stored.
pub(super) fn leaving(stage: &Stage<'_>, then: Then, screen: Rect, buffer: &mut Buffer) {
    let what = match then {
        Then::Close => "Leaving the editor",
        Then::Show(_) => "Leaving for another section",
        Then::Switch => "Leaving for another session",
        Then::Quit => "Quitting",
    };
    let editor = stage.model.editor.as_ref();
    let on = editor.map_or(String::new(), |it| format!("{}/{}", it.group, it.identifier));
    let text = format!(
        "The changes of {} are not stored. {}{}",
        sanitize::line(&on),
        stage.tell(
            Context::Leave,
            "{keep-draft} keeps them as a draft, which is offered the next time; {discard-draft} discards them; {back} \
             goes on editing."
        ),
        if editor.is_some_and(Editor::has_text) {
            format!(
                " The text of your editor that was not taken is no part of a draft and goes either way: {}, and then {}, \
                 opens it again.",
                stage.key(Context::Leave, Action::Back),
                stage.key(Context::Editor, Action::EditOutside)
            )
        } else {
            String::new()
        }
    );
    let columns = screen.width.saturating_sub(8).min(64);
    let lines = wrap(&text, usize::from(columns.saturating_sub(4)));
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inner = window(stage, &format!(" {what} "), screen, columns, height, buffer);
    let lines = lines
        .into_iter()
        .map(|line| Line::from(stage.span(format!(" {line}"), Role::Text)));
    Paragraph::new(lines.collect::<Vec<_>>()).render(inner, buffer);
}

/// The drafts that were left behind.
pub(super) fn list(stage: &Stage<'_>, cursor: usize, sure: bool, screen: Rect, buffer: &mut Buffer) {
    let left = &stage.model.drafts.left;
    let width = usize::from(screen.width.min(COLUMNS).saturating_sub(2));
    let words = match left.len() {
        _ if sure => {
            "Discarding a draft cannot be taken back. {discard-draft} again discards it, any other key does not."
        }
        1 => {
            "A record was changed and not stored. {accept} goes on with it, {discard-draft} discards it, {back} \
             leaves it for later."
        }
        _ => {
            "Records were changed and not stored. {accept} goes on with one, {discard-draft} discards it, {back} \
             leaves them for later."
        }
    };
    let words = stage.tell(Context::Drafts, words);
    let above = wrap(&words, width.saturating_sub(2)).into_iter();
    let above: Vec<_> = above
        .map(|line| Line::from(stage.span(format!(" {line}"), Role::Text)))
        .collect();
    let height = u16::try_from(above.len() + left.len() + 3).unwrap_or(u16::MAX);
    let inner = window(stage, " Drafts ", screen, COLUMNS, height, buffer);
    let room = usize::from(inner.height).saturating_sub(above.len() + 1).max(1);
    let first = (cursor + 1).saturating_sub(room);
    let rows = left.iter().enumerate().skip(first).take(room);
    let rows = rows.map(|(place, it)| row(stage, it, place == cursor, width));
    let lines: Vec<_> = above.into_iter().chain([Line::default()]).chain(rows).collect();
    Paragraph::new(lines).render(inner, buffer);
}

fn row<'a>(stage: &Stage<'_>, left: &LeftBehind, selected: bool, width: usize) -> Line<'a> {
    let text = match &left.kept {
        Ok(kept) => {
            let origin = &kept.origin;
            let place = [
                origin.account.as_deref(),
                Some(origin.profile.as_str()),
                Some(origin.region.as_str()),
            ];
            let place: Vec<_> = place
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect();
            format!(
                "{} / {} · {} · {}",
                sanitize::line(&kept.group),
                sanitize::line(&kept.identifier),
                format::age(kept.at, stage.now.wall),
                sanitize::line(&place.join(" "))
            )
        }
        Err(why) => {
            let file = left.file.file_name().unwrap_or_default().to_string_lossy();
            format!("{}: {}", sanitize::line(&file), sanitize::line(why))
        }
    };
    let (mark, role) = if selected {
        ("▌ ", Role::Selected)
    } else {
        ("  ", Role::Text)
    };
    Line::from(vec![
        stage.span(mark, Role::Accent),
        stage.span(format::fit(&text, width.saturating_sub(3)), role),
    ])
}
