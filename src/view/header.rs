//! The first two lines: who and where, and which section.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::{Role, Stage, editor, format, write_line};
use crate::keymap::Context;
use crate::message::{TailRequest, Through};
use crate::model::{BatchView, Remote, Wait};
use crate::resource::{Caller, Position, Section};
use crate::sanitize;

/// What the line begins with.
const NAME: &str = " kinescope  ";
/// Which of its parts leave first as the screen gets narrower: who calls, the profile, the account, the endpoint. The region stays.
const LEAVING: [usize; 4] = [3, 1, 0, 4];

/// Who and where.
pub(super) fn identity(stage: &Stage<'_>, area: Rect, buffer: &mut Buffer) {
    let identity = &stage.model.identity;
    let endpoints = identity.endpoints_in(stage.model.section).join(" · ");
    let parts = [
        identity.account.as_deref(),
        Some(identity.profile_title()),
        Some(identity.region.as_str()),
        identity.caller.as_ref().map(Caller::name),
        Some(endpoints.as_str()),
    ];
    let parts = parts.map(|part| part.filter(|it| !it.is_empty()).map(sanitize::line));
    let right = if identity.read_only { " READ-ONLY " } else { "" };
    let room = usize::from(area.width).saturating_sub(NAME.len() + right.len());
    let left = Line::from(vec![
        stage.span(NAME, Role::Accent),
        stage.span(fitting(parts, room), Role::Text),
    ]);
    write_line(area, left, Line::from(stage.span(right, Role::ReadOnly)), buffer);
}

/// Parts side by side. Where they do not fit they are left out in a fixed order, which shows; the last one is cut.
fn fitting(mut parts: [Option<Cow<'_, str>>; 5], room: usize) -> String {
    let joined = |parts: &[Option<Cow<'_, str>>], end: Option<&str>| {
        let parts: Vec<_> = parts.iter().flatten().map(AsRef::as_ref).chain(end).collect();
        parts.join(" · ")
    };
    let mut text = joined(&parts, None);
    for part in LEAVING {
        if text.width() <= room {
            break;
        }
        if parts[part].take().is_some() {
            text = joined(&parts, Some("…"));
        }
    }
    format::fit(&text, room)
}

/// The sections, each with how much is in it; over a tail, where one is.
pub(super) fn tabs(stage: &Stage<'_>, area: Rect, buffer: &mut Buffer) {
    let roomy = area.width >= 60;
    let left = match (&stage.model.editor, &stage.model.tail, records_path(stage)) {
        (Some(it), ..) => editor::place(stage, it),
        (None, Some(tail), _) => Line::from(vec![
            stage.span(format!(" {} › ", tail.request.section.title()), Role::Dim),
            stage.span(sanitize::line(&tail.name).into_owned(), Role::Heading),
            stage.span(format!(" › live tail{}", extent(stage, &tail.request)), Role::Dim),
        ]),
        (None, None, Some([name, place])) => Line::from(vec![
            stage.span(format!(" {} › ", stage.model.section.title()), Role::Dim),
            stage.span(name, Role::Heading),
            stage.span(format!(" › {place}"), Role::Dim),
        ]),
        (None, None, None) => Section::ALL
            .into_iter()
            .flat_map(|section| tab(stage, section, roomy))
            .collect(),
    };
    let calls = stage.model.calls.per_second(stage.now.mono);
    // A tail tells its own calls a line below.
    let right = if calls > 0 && stage.model.tail.is_none() {
        format!("{} ", format::calls_per_second(calls))
    } else {
        String::new()
    };
    // Where one is matters more than how much is asked.
    let is_room = left.width() + right.len() <= usize::from(area.width);
    let right = if is_room { right } else { String::new() };
    write_line(area, left, Line::from(stage.span(right, Role::Dim)), buffer);
}

/// Whose records are shown, and how.
fn records_path(stage: &Stage<'_>) -> Option<[String; 2]> {
    match (&stage.model.batch, &stage.model.records) {
        (Some(batch), _) => {
            let how = match batch.view {
                BatchView::List => "in a batch",
                BatchView::Comparison => "compared",
            };
            Some(["marked records".to_owned(), how.to_owned()])
        }
        (None, Some(pane)) => Some([sanitize::line(&pane.name).into_owned(), "records".to_owned()]),
        (None, None) => None,
    }
}

/// What of the stream is read, where that is not all of it from now on.
fn extent(stage: &Stage<'_>, request: &TailRequest) -> String {
    let from = match &request.from {
        Position::Latest => String::new(),
        Position::TrimHorizon => " from trim-horizon".to_owned(),
        Position::AtTimestamp(time) => format!(" from {}", format::date(*time, &stage.model.zone)),
        Position::AtSequence(it) | Position::AfterSequence(it) => {
            format!(" from seq:{}", format::fit_id(&sanitize::line(it.as_str()), 8))
        }
    };
    let shards = match &request.only[..] {
        [] => String::new(),
        [shard] => format!(" · shard {}", sanitize::line(shard.short())),
        shards => format!(" · {} shards", shards.len()),
    };
    let order = if request.parents_first {
        ""
    } else {
        " · no parent order"
    };
    let through = request.through.as_ref().map(Through::name);
    let through = through.map_or(String::new(), |name| format!(" through {}", sanitize::line(name)));
    format!("{from}{through}{shards}{order}")
}

fn tab<'a>(stage: &Stage<'_>, section: Section, roomy: bool) -> [Span<'a>; 3] {
    let shown = section == stage.model.section;
    let title = if roomy || shown {
        section.title()
    } else {
        &section.title()[..4]
    };
    let role = if shown { Role::Selected } else { Role::Text };
    let sign = sign(stage, section);
    [
        Span::raw(" "),
        stage.span(format!(" {} {title} ", section.index() + 1), role),
        if roomy {
            stage.span(sign, Role::Dim)
        } else {
            Span::raw("")
        },
    ]
}

/// How much is in a section, or how it is with it.
fn sign(stage: &Stage<'_>, section: Section) -> String {
    let list = &stage.model.browsers[section.index()].list;
    match list {
        Remote::Ready(paged) | Remote::Refreshing(paged, _) => {
            let more = if paged.is_complete() { "" } else { "+" };
            format!("{}{more} ", paged.items.len())
        }
        Remote::Failed(_) => "✗ ".to_owned(),
        Remote::Loading(_) => "… ".to_owned(),
        Remote::Idle | Remote::Cancelled => String::new(),
    }
}

/// What is waited for, for how long, and what can be done about it.
pub(super) fn waiting(stage: &Stage<'_>, what: &str, wait: Wait) -> String {
    let gone = stage.now.mono.saturating_sub(wait.since);
    // Without credentials no service is asked at all.
    let provider = stage.model.session.asking.as_ref();
    let provider = provider.map_or(String::new(), |(provider, since)| {
        let gone = stage.now.mono.saturating_sub(*since);
        let so_long = match gone.as_secs() {
            0 => String::new(),
            _ => format!(" for {}", format::span(gone)),
        };
        format!(" · waiting for {provider}{so_long}")
    });
    match gone.as_secs() {
        0 => format!("asking for {what} …{provider}"),
        _ => format!(
            "asking for {what} … {}{provider} · {}",
            format::span(gone),
            stage.tell(Context::Global, "{back} cancels")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_leave_in_a_fixed_order_and_what_is_cut_is_marked() {
        let parts = || {
            [
                "111122223333",
                "shop",
                "us-east-1",
                "dana",
                "http://localhost:4566",
            ]
            .map(|it| Some(it.into()))
        };
        for (room, text) in [
            (
                80,
                "111122223333 · shop · us-east-1 · dana · http://localhost:4566",
            ),
            (61, "111122223333 · shop · us-east-1 · http://localhost:4566 · …"),
            (54, "111122223333 · us-east-1 · http://localhost:4566 · …"),
            (40, "us-east-1 · http://localhost:4566 · …"),
            (20, "us-east-1 · …"),
            (6, "us-ea…"),
        ] {
            assert_eq!(fitting(parts(), room), text);
        }
    }
}
