//! What lies over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget};
use tui_input::Input;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Role, Stage, consumers, copying, drafts, format, help, marks, palette, seek, session};
use crate::model::{Overlay, Prompt, Purpose, wrap};
use crate::redact::process as redaction;
use crate::resource::CONSUMER_NAME_RULE;
use crate::sanitize;

/// How many words to choose from are shown at once.
const CHOICES: usize = 10;
/// What a filter can be, for the line in which it is typed.
const FILTER_FORMS: &str = "words as a regular expression, or jq such as .total > 100; before either shard:004 key:cust event:INSERT; @NAME is one of the config; nothing shows all";

/// What a list can be asked for, for the line in which that is typed.
const QUERY_FORMS: &str = "one comparison, made by the service: = != > >= < <= or ^= for what begins so; times as -7d or 2026-11-20T14:02:00Z; nothing asks for all";
/// What a file's name says, for the line in which it is typed.
const EXPORT_FORMS: &str =
    "a new file: .jsonl has an object a line, anything else the payloads, each with a line end";
/// What a decoder can be, for the line in which it is typed.
const DECODER_FORMS: &str = "a format; schemas come from [[decode]] and [schemas] of the config";
/// What identifiers can be, for the line in which they are typed.
const IDENTIFIER_FORMS: &str = "an identifier, or several with blanks, commas or lines between them; in \"quotes\" where it holds one of these";
/// What features can be, for the line in which they are typed.
const FEATURE_FORMS: &str = "names of features with blanks or commas between them; nothing gets all";
/// What columns can be, for the line in which they are typed.
const COLUMN_FORMS: &str =
    "paths into the JSON, such as .order_id .customer.id .items[0].sku; nothing shows the records whole";

/// Draws the overlays over each other; tells where the terminal's cursor belongs.
pub(super) fn draw(stage: &Stage<'_>, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    for overlay in &stage.model.overlays {
        cursor = match overlay {
            Overlay::Help(it) => help::draw(stage, it, screen, buffer),
            Overlay::Palette(it) => palette::draw(stage, it, screen, buffer),
            Overlay::Leave(then) => {
                drafts::leaving(stage, *then, screen, buffer);
                None
            }
            Overlay::Drafts { cursor, sure } => {
                drafts::list(stage, *cursor, *sure, screen, buffer);
                None
            }
            Overlay::Session(menu) => session::menu(stage, menu, screen, buffer),
            Overlay::Consumers(menu) => {
                consumers::menu(stage, menu, screen, buffer);
                None
            }
            Overlay::Copy(menu) => {
                copying::menu(stage, menu, screen, buffer);
                None
            }
            Overlay::Marks(list) => {
                marks::list(stage, *list, screen, buffer);
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

fn line_of_text(stage: &Stage<'_>, prompt: &Prompt, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (title, hint) = match &prompt.purpose {
        Purpose::LookUp { group } => (
            format!(" Records of {} ", sanitize::line(group.as_str())),
            IDENTIFIER_FORMS,
        ),
        Purpose::NameConsumer { name } => (
            format!(" A new consumer of {} ", sanitize::line(name)),
            CONSUMER_NAME_RULE,
        ),
        Purpose::NewRecord { group } => (
            format!(" A new record of {} ", sanitize::line(group.as_str())),
            "its identifier",
        ),
        Purpose::CloneRecord => (" Clone the record to ".to_owned(), "the identifier of the copy"),
        Purpose::TimeToLive => (
            " Time to live ".to_owned(),
            "after the event time, such as 30 Days, 12h or 90 minutes; nothing takes the group's own",
        ),
        Purpose::SearchFeatures => (" Search ".to_owned(), "part of a feature's name or value"),
        Purpose::ShardOf => (" Shard of a partition key ".to_owned(), "the partition key"),
        Purpose::Filter => (" Show only ".to_owned(), FILTER_FORMS),
        Purpose::Export { records } if stage.model.tail.is_none() => (
            format!(" Write {} to ", format::plural(*records, "record")),
            "a new file, of an object a line",
        ),
        Purpose::Export { records: 1 } => (" Write the selected record to ".to_owned(), EXPORT_FORMS),
        Purpose::Export { records } => (
            format!(
                " Write {} records that pass the filter to ",
                format::count(*records as u64)
            ),
            EXPORT_FORMS,
        ),
        Purpose::Decoder => (" Read payloads as ".to_owned(), DECODER_FORMS),
        Purpose::Columns => (" Columns ".to_owned(), COLUMN_FORMS),
        Purpose::SearchTail => (
            " Search in the records ".to_owned(),
            "a regular expression over key and text",
        ),
        Purpose::Search => (" Search ".to_owned(), "part of a name"),
        Purpose::FilterList => (
            " Show only ".to_owned(),
            "part of a name, a status or a note; nothing shows all",
        ),
        Purpose::QueryList => (" Ask only for ".to_owned(), QUERY_FORMS),
        Purpose::SearchIdentifiers => (" Search ".to_owned(), "part of an identifier"),
        Purpose::Features => (" Get only ".to_owned(), FEATURE_FORMS),
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
    let fit = prompt.choices.len().min(CHOICES);
    let height = u16::try_from(below.len() + fit + 3).unwrap_or(u16::MAX);
    let inner = window(stage, &title, screen, columns, height, buffer);
    if inner.is_empty() {
        return None;
    }
    let (line, cursor) = typed(stage, &prompt.input, inner);
    let below = below.into_iter().map(|text| Line::from(stage.span(text, role)));
    let mut lines: Vec<_> = std::iter::once(line).chain(below).collect();
    lines.extend(choices(stage, prompt, fit));
    Paragraph::new(lines).render(inner, buffer);
    Some(cursor)
}

/// As many of the words to choose from as fit; the chosen one is among them.
fn choices<'a>(stage: &'a Stage<'_>, prompt: &'a Prompt, fit: usize) -> impl Iterator<Item = Line<'a>> {
    let names = prompt.choices.iter().map(|choice| choice.text.width()).max();
    let names = names.unwrap_or(0);
    let top = prompt.chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(fit));
    let shown = prompt.choices.iter().enumerate().skip(top).take(fit);
    shown.map(move |(number, choice)| {
        let mark = if prompt.chosen == Some(number) { "▌" } else { " " };
        Line::from(vec![
            stage.span(mark, Role::Accent),
            stage.span(format!("{:<names$}  ", sanitize::line(&choice.text)), Role::Text),
            stage.span(sanitize::line(&choice.help).into_owned(), Role::Dim),
        ])
    })
}

/// The line that is being typed, on the first line of an area, and where the terminal's cursor belongs. It is cut by what is
/// drawn: a character can take two columns, or several where it is shown as its number.
pub(super) fn typed<'a>(stage: &Stage<'_>, input: &Input, area: Rect) -> (Line<'a>, Position) {
    let width = usize::from(area.width.saturating_sub(3));
    let place = |text: &str| {
        text.char_indices()
            .nth(input.cursor())
            .map_or(text.len(), |(at, _)| at)
    };
    // As a whole: what the cursor stands in would be no account any more.
    let value = redaction::mask_typed(input.value(), place(input.value()));
    let (before, after) = value.split_at(place(&value));
    let before = sanitize::line(before);
    let mut start = before.len();
    let mut at = 0;
    for cluster in before.graphemes(true).rev() {
        if at + cluster.width() > width {
            break;
        }
        at += cluster.width();
        start -= cluster.len();
    }
    // More than can be shown; a mark may have no column of its own.
    let after: String = after.chars().take(4 * width + 8).collect();
    let text = format!("{}{}", &before[start..], sanitize::line(&after));
    let line = Line::from(vec![
        stage.span("› ", Role::Accent),
        stage.span(format::fit(&text, width + 1), Role::Text),
    ]);
    let x = area
        .x
        .saturating_add(u16::try_from(at + 2).unwrap_or(0))
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
