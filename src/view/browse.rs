//! A section's list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::header::waiting;
use super::{Role, Stage, columns, format};
use crate::keymap::Context;
use crate::model::{Browser, Focus, Paged, Remote, RowWords};
use crate::resource::{Entry, Section, SortOrder};
use crate::sanitize;

/// Words that a list row shows in the colour of trouble, or of work under way.
const TROUBLED: [&str; 5] = ["FAILED", "DELETED", "CreateFailed", "DeleteFailed", "DISABLED"];
const UNDER_WAY: [&str; 9] = [
    "CREATING",
    "DELETING",
    "UPDATING",
    "ENABLING",
    "DISABLING",
    "PENDING",
    "INPROGRESS",
    "Creating",
    "Deleting",
];

/// The list with its frame.
pub(super) fn list(stage: &Stage<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let browser = stage.model.browser();
    let block = stage
        .block(title(stage, browser), browser.focus == Focus::List)
        .title_bottom(more(stage, browser, area.width));
    let inner = block.inner(area);
    block.render(area, buffer);
    if let Some((words, role)) = without_session(stage) {
        stage.words(&words, role, inner, buffer);
        return;
    }
    match &browser.list {
        Remote::Ready(paged) | Remote::Refreshing(paged, _) => rows(stage, browser, paged, inner, buffer),
        Remote::Loading(wait) => {
            let what = format!("the list of {}s", browser.section.noun());
            stage.words(&waiting(stage, &what, *wait), Role::Dim, inner, buffer);
        }
        Remote::Failed(error) => {
            let also = match browser.query.condition {
                Some(_) => "{refresh} asks again; {filter} changes the filter, {back} asks for all",
                None => "{refresh} asks again",
            };
            let words = format!("{error}\n\n{}", told(stage, also));
            stage.words(&words, Role::Failed, inner, buffer);
        }
        Remote::Cancelled => {
            let words = told(stage, "not waited for; {refresh} asks again");
            stage.words(&words, Role::Dim, inner, buffer);
        }
        Remote::Idle => {}
    }
}

fn title<'a>(stage: &Stage<'_>, browser: &Browser) -> Line<'a> {
    let count = match browser.list.value() {
        Some(paged) => {
            let more = if paged.is_complete() { "" } else { "+" };
            let all = format!("{}{more}", format::count(paged.items.len() as u64));
            match &browser.listing.filter {
                Some(_) => format!("{}/{all}", format::count(browser.count() as u64)),
                None => all,
            }
        }
        None => String::new(),
    };
    let filter = browser
        .listing
        .filter
        .as_ref()
        .map_or(String::new(), |text| format!("filter {} ", sanitize::line(text)));
    let asked = browser.query.condition.as_ref().map_or(String::new(), |it| {
        format!("{} ", sanitize::line(&it.to_string()))
    });
    let order = match (browser.query.order, browser.listing.order.word()) {
        (SortOrder::Ascending, _) => "asc ".to_owned(),
        (_, Some(word)) => format!("by {word} "),
        _ => String::new(),
    };
    let search = browser
        .search
        .as_ref()
        .map_or(String::new(), |text| format!("/{} ", sanitize::line(text)));
    Line::from(vec![
        stage.span(format!(" {} ", browser.section.title()), Role::Heading),
        stage.span(format!("{count} "), Role::Dim),
        stage.span(format!("{asked}{order}{filter}{search}"), Role::Accent),
    ])
}

fn rows(stage: &Stage<'_>, browser: &Browser, paged: &Paged<Entry>, area: Rect, buffer: &mut Buffer) {
    if paged.items.is_empty() && browser.query.condition.is_some() {
        let words = told(
            stage,
            "Nothing passes the filter. {filter} changes it, {back} asks for all.",
        );
        stage.words(&words, Role::Dim, area, buffer);
        return;
    }
    if paged.items.is_empty() {
        stage.words(&nothing_here(stage, browser.section), Role::Dim, area, buffer);
        return;
    }
    if browser.count() == 0 {
        stage.words(
            &told(
                stage,
                "Nothing passes the filter. {filter} changes it, {back} shows all.",
            ),
            Role::Dim,
            area,
            buffer,
        );
        return;
    }
    for (line, row) in browser.visible(usize::from(area.height)).enumerate() {
        let place = Rect {
            y: area.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        if let Some(it) = browser.row(row) {
            entry(stage, browser, it, row == browser.cursor, place, buffer);
        }
    }
}

/// How it is with the next page.
fn more<'a>(stage: &Stage<'_>, browser: &Browser, width: u16) -> Line<'a> {
    let (text, role) = match browser.list.value().map(|paged| &paged.following) {
        Some(Remote::Loading(wait)) => (waiting(stage, "more", *wait), Role::Dim),
        Some(Remote::Failed(error)) => (
            format!("✗ {}: {error}", told(stage, "{refresh} asks again")),
            Role::Failed,
        ),
        Some(Remote::Cancelled) => (told(stage, "{refresh} asks for more"), Role::Dim),
        _ => return Line::default(),
    };
    Line::from(stage.span(
        format!(" {} ", format::fit(&text, usize::from(width.saturating_sub(4)))),
        role,
    ))
}

fn entry(
    stage: &Stage<'_>,
    browser: &Browser,
    entry: &Entry,
    selected: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    let detail = browser.details.get(&entry.id);
    let words = browser.words(entry);
    let status = words.status.clone();
    let (sign, role) = match detail {
        Some(Remote::Failed(_)) => ("✗", Role::Failed),
        _ if TROUBLED.contains(&status.as_str()) => ("✗", Role::Failed),
        _ if browser.follow.is_pinned(&entry.id) => ("●", Role::Warning),
        _ if UNDER_WAY.contains(&status.as_str()) => ("○", Role::Warning),
        _ => (" ", Role::Dim),
    };
    let width = usize::from(area.width);
    let mark = if selected { "▌" } else { " " };
    let (name, note) = if words.run.is_some() {
        in_columns(stage, entry, &words, width)
    } else {
        with_note(entry, &words, role == Role::Dim, width)
    };
    let room = width.saturating_sub(note.width() + 5);
    let line = Line::from(vec![
        stage.span(mark, Role::Accent),
        stage.span(sign, role),
        stage.span(
            format!(" {name}{} ", " ".repeat(room.saturating_sub(name.width()))),
            Role::Text,
        ),
        stage.span(note, Role::Dim),
    ]);
    Paragraph::new(line).render(area, buffer);
    if selected && browser.focus == Focus::List {
        buffer.set_style(beside_mark(area), stage.look.style(Role::Selected));
    }
}

/// A row's name and the note beside it. The name has the first right to the room; what is left is the note's.
fn with_note(entry: &Entry, words: &RowWords, is_well: bool, width: usize) -> (String, String) {
    let name = format::fit_ends(&sanitize::line(&entry.name), width.saturating_sub(4));
    let note = if is_well || words.note.eq_ignore_ascii_case(&words.status) {
        &words.note
    } else {
        // What is not as it should be is said in words, whatever else there is to say.
        &words.status
    };
    let note = sanitize::line(note).into_owned();
    let fits = note.width() + name.width() + 5 <= width;
    (name, if fits { note } else { String::new() })
}

/// A row's name and the columns beside it.
fn in_columns(stage: &Stage<'_>, entry: &Entry, words: &RowWords, width: usize) -> (String, String) {
    let cells = columns::cells(words, stage.now.wall, width.saturating_sub(4));
    let cells = sanitize::line(&cells).into_owned();
    let room = width.saturating_sub(cells.width() + 5);
    (format::fit_ends(&sanitize::line(&entry.name), room), cells)
}

/// A selected row without the mark at its beginning.
pub(super) fn beside_mark(row: Rect) -> Rect {
    Rect {
        x: row.x + 1,
        width: row.width.saturating_sub(1),
        ..row
    }
}

/// What stands in place of the list while there is no session to ask with.
fn without_session(stage: &Stage<'_>) -> Option<(String, Role)> {
    let session = &stage.model.session;
    match (&session.failed, session.opening) {
        _ if session.is_open => None,
        (Some(why), _) => {
            let words = format!("{why}\n\np chooses a profile and a region, r tries again");
            Some((words, Role::Failed))
        }
        (None, Some(wait)) => {
            let words = waiting(stage, "the region of this EC2 instance (IMDS)", wait);
            Some((words.replace(" · esc cancels", ""), Role::Dim))
        }
        (None, None) => Some((String::new(), Role::Dim)),
    }
}

/// An empty list says why and what to do.
fn nothing_here(stage: &Stage<'_>, section: Section) -> String {
    let region = sanitize::line(&stage.model.identity.region);
    let nouns = format!("{}s", section.noun());
    let hint = match section {
        Section::Tables => "A table has one when its StreamSpecification is switched on.",
        _ => "Another region or profile may have some.",
    };
    let again = told(stage, "{refresh} asks again.");
    format!("There are no {nouns} in {region}.\n\n{hint} {again}")
}

/// A text with the keys of the list that is shown in it.
fn told(stage: &Stage<'_>, text: &'static str) -> String {
    let context = stage.model.pane_contexts().first();
    stage.tell(context.copied().unwrap_or(Context::Browse), text)
}
