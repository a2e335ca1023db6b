//! The last line: what the keys do here, or a notice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Role, Stage, format};
use crate::edit::{Draft, Intent};
use crate::keymap::{Binding, Context};
use crate::message::Action;
use crate::model::{BatchView, Exporting, Review, Stage as Step};
use crate::sanitize;

/// Draws it.
pub(super) fn draw(stage: &Stage<'_>, area: Rect, buffer: &mut Buffer) {
    let exporting = stage.model.exporting.as_ref().map(|it| writing(stage, it, area));
    let line = match &stage.model.notice {
        None if exporting.is_some() => exporting.unwrap_or_default(),
        Some(notice) => {
            let role = if notice.failed {
                Role::Failed
            } else {
                Role::Warning
            };
            let text = format!(" {}", sanitize::line(&notice.text));
            Line::from(stage.span(format::fit(&text, usize::from(area.width)), role))
        }
        None => hints(stage, usize::from(area.width)),
    };
    Paragraph::new(line).render(area, buffer);
}

/// How far the writing of a file is.
fn writing<'a>(stage: &Stage<'_>, it: &Exporting, area: Rect) -> Line<'a> {
    let words = format!(
        " writing {}: {} of {} · {}",
        sanitize::line(&it.file.display().to_string()),
        format::count(it.written as u64),
        format::plural(it.records, "record"),
        stage.tell(Context::Global, "{back} cancels")
    );
    Line::from(stage.span(format::fit(&words, usize::from(area.width)), Role::Warning))
}

/// The two that lead to all the others: where there is room for anything, they are there.
const LEADING: [Action; 2] = [Action::Commands, Action::Help];

/// As many hints as fit whole; those that lead to the others come last and always do.
fn hints<'a>(stage: &Stage<'a>, width: usize) -> Line<'a> {
    let mut hints: Vec<_> = stage
        .model
        .keymap
        .hints(stage.model.contexts())
        .filter(|(it, _)| applies(stage, it))
        .map(|(it, hint)| {
            (
                it,
                match it.action {
                    Action::Review if deletes(stage) => "delete",
                    Action::Commands if width < NARROW => "",
                    _ => hint,
                },
            )
        })
        .collect();
    hints.sort_by_key(|(binding, _)| !LEADING.contains(&binding.action));
    let leading = hints
        .iter()
        .take_while(|(binding, _)| LEADING.contains(&binding.action))
        .count();
    let pieces = hints
        .into_iter()
        .map(|(binding, hint)| piece(stage, binding, hint));
    let mut used = 0;
    let mut fitting: Vec<[Span<'a>; 3]> = pieces
        .take_while(|piece| {
            used += piece.iter().map(Span::width).sum::<usize>();
            used <= width
        })
        .collect();
    let leading = leading.min(fitting.len());
    fitting.rotate_left(leading);
    fitting.into_iter().flatten().collect()
}

/// Columns below which the key of the commands stands without its word: what can be done here needs the room.
const NARROW: usize = 60;

fn piece<'a>(stage: &Stage<'a>, binding: &Binding, hint: &'a str) -> [Span<'a>; 3] {
    let key = binding
        .chords
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    [
        stage.span(format!(" {key} "), Role::Accent),
        stage.span(hint, Role::Text),
        stage.span(" ", Role::Dim),
    ]
}

/// Whether the key does anything in this section.
fn applies(stage: &Stage<'_>, binding: &Binding) -> bool {
    let can = stage.model.abilities();
    let view = stage.model.batch.as_ref().map(|batch| batch.view);
    if is_opening(stage) {
        return matches!(
            binding.action,
            Action::Back | Action::Commands | Action::Help | Action::Quit
        );
    }
    match binding.action {
        Action::Tail | Action::TailFrom => can.tail,
        Action::Consumers => can.consumers,
        Action::ToggleFollow if stage.model.tail.is_none() => follows(stage),
        Action::NewRecord | Action::LookUp | Action::Gather | Action::Compare | Action::ShowMarks => can.edit,
        Action::ShowModel | Action::ShowDataSource => stage.model.browser().selected().is_some(),
        Action::Open => view != Some(BatchView::Comparison),
        Action::Review => !stage.model.identity.read_only,
        Action::Update => !stage.model.identity.read_only && updates(stage),
        Action::Toggle if stage.model.editor.is_some() => deletes(stage),
        Action::OnlyDifferences => view == Some(BatchView::Comparison),
        _ => true,
    }
}

/// Whether the selected resource is under way.
fn follows(stage: &Stage<'_>) -> bool {
    let browser = stage.model.browser();
    browser
        .selected()
        .is_some_and(|entry| browser.is_under_way(&entry.id))
}

/// Whether a deletion is reviewed.
fn deletes(stage: &Stage<'_>) -> bool {
    reviewed(stage).is_some_and(|(review, _)| matches!(review.intent, Intent::Delete(_)))
}

/// Whether what is reviewed could be an update.
fn updates(stage: &Stage<'_>) -> bool {
    let can = |(review, draft): (&Review, &Draft)| draft.updates(review.at).is_ok();
    !deletes(stage) && reviewed(stage).is_some_and(can)
}

fn reviewed<'a>(stage: &Stage<'a>) -> Option<(&'a Review, &'a Draft)> {
    let desk = stage.model.editor.as_ref()?.desk.as_ref()?;
    match &desk.stage {
        Step::Reviewing(review) => Some((review, desk.form.draft())),
        _ => None,
    }
}

/// Whether the record that is to be edited is still on its way, so that there is nothing to edit.
fn is_opening(stage: &Stage<'_>) -> bool {
    let editor = stage.model.editor.as_ref();
    stage.model.overlays.is_empty() && editor.is_some_and(|editor| editor.desk.is_none())
}
