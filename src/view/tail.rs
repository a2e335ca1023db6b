//! A live tail: its rates, its shards, its records.

mod title;

use std::collections::HashMap;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::fields::{Fields, cells};
use super::header::waiting;
use super::{Role, Stage, format, write_line};
use crate::decode::{Broken, Decoder};
use crate::keymap::Context;
use crate::model::{Focus, Remote, Saying, ShardSign, TailPane};
use crate::query::json_of;
use crate::resource::{Body, Change, Record, ShardId, change_summary, item_preview, key_words};
use crate::sanitize;
use crate::tail::Row;

/// What stands where a filter leaves nothing.
const NOTHING_PASSES: &str = "Nothing passes the filter so far. f changes it; an empty one shows all.";
/// Columns of the time of day.
const CLOCK: usize = 12;
/// Columns in which more of a reason is told than which format it is not.
const REASON: usize = 20;
/// Columns of a partition key.
const KEY: usize = 12;

/// Rates over all shards, and what is wrong with any of them.
pub(super) fn status(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    if let Some((_, error)) = pane.trouble.as_ref().filter(|_| pane.waits_for_credentials()) {
        // Nothing flows that could be told; what to do is on the next line.
        let text = format!(" ✗ paused: {}", error.message);
        let text = stage.span(format::fit(&text, usize::from(area.width)), Role::Failed);
        write_line(area, Line::from(text), Line::default(), buffer);
        return;
    }
    let mut parts = status_parts(stage, pane);
    let width = |parts: &[(u8, String)]| parts.iter().map(|(_, text)| text.width() + 3).sum::<usize>();
    while width(&parts) > usize::from(area.width) + 2
        && let Some(least) = (0..parts.len()).rev().min_by_key(|place| parts[*place].0)
        && parts.len() > 1
    {
        parts.remove(least);
    }
    let parts: Vec<_> = parts.into_iter().map(|(_, text)| text).collect();
    let text = format!(" {}", parts.join(" · "));
    write_line(
        area,
        Line::from(stage.span(text, Role::Text)),
        Line::default(),
        buffer,
    );
}

/// What the line says, each with its weight: what weighs least leaves first as the screen gets narrower.
fn status_parts(stage: &Stage<'_>, pane: &TailPane) -> Vec<(u8, String)> {
    let now = stage.now.mono;
    let open = pane.open_shards().count();
    let ailing = |what: ShardSign| {
        let count = pane.shards.values().filter(|it| it.sign(now, 0) == what);
        Some(count.count()).filter(|count| *count > 0)
    };
    let parts = [
        Some((9, format!("{open} shard{}", if open == 1 { "" } else { "s" }))),
        ailing(ShardSign::GivenUp).map(|count| (8, format!("{count} given up"))),
        ailing(ShardSign::Stuck).map(|count| (8, format!("{count} stuck"))),
        seeking(stage, pane).map(|words| (7, words)),
        Some((
            5,
            format!("{} rec/s", format::count(pane.records.per_second(now))),
        )),
        Some((2, format!("{}/s", format::bytes(pane.bytes.per_second(now))))),
        Some((3, format::calls_per_second(pane.calls.per_second(now)))),
        pane.behind()
            .map(|it| (6, format!("behind {}", format::span(it)))),
        Some((4, format!("{} throttled", format::count(pane.counters.throttled)))),
    ];
    parts.into_iter().flatten().collect()
}

/// How far the shards have come that are on their way to a time which the service cannot seek.
fn seeking(stage: &Stage<'_>, pane: &TailPane) -> Option<String> {
    let on_their_way = || pane.shards.values().filter(|meter| meter.is_seeking());
    let reached = on_their_way().filter_map(|meter| meter.lag.reached).min()?;
    let passed: u64 = on_their_way().map(|meter| meter.skipped).sum();
    Some(format!(
        "seeking, at {} · {} passed over",
        format::clock(reached, &stage.model.zone),
        format::count(passed)
    ))
}

/// The records with their frame, newest at the bottom.
pub(super) fn records(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (title, filtered) = title::both(stage, pane, area.width);
    let block = stage
        .block(title, pane.focus == Focus::List)
        .title(filtered.right_aligned());
    let inner = block.inner(area);
    block.render(area, buffer);
    match &pane.phase {
        Remote::Failed(error) => {
            let words = format!("{error}\n\n{}", stage.tell(Context::Tail, "{back} goes back"));
            stage.words(&words, Role::Failed, inner, buffer);
        }
        Remote::Loading(wait) => {
            let count = format::count(pane.listed as u64);
            let what = if pane.registering && pane.listed == 0 {
                "the consumer to become ACTIVE".to_owned()
            } else if pane.listed > 0 {
                format!("the shards ({count} so far)")
            } else {
                "the shards".to_owned()
            };
            stage.words(&waiting(stage, &what, *wait), Role::Dim, inner, buffer);
        }
        _ if pane.ring.is_empty() => stage.words(
            &stage.tell(Context::Tail, nothing_yet(pane)),
            Role::Dim,
            inner,
            buffer,
        ),
        _ if pane.count() == 0 => stage.words(NOTHING_PASSES, Role::Dim, inner, buffer),
        _ => rows(stage, pane, inner, buffer),
    }
}

fn nothing_yet(pane: &TailPane) -> &'static str {
    if pane.ended {
        "Every shard is closed and none follows. {tail-from} reads what they still hold."
    } else {
        "No record yet. {tail-from} reads from an earlier time."
    }
}

fn rows(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    let columns = Columns::new(pane, area.width);
    let (heading, area) = take_heading(pane, area);
    let shown: Vec<_> = pane.visible(usize::from(area.height)).collect();
    pane.shown.keep(shown.iter().copied());
    let records = shown
        .iter()
        .filter_map(|number| Some((*number, pane.row(*number)?.record()?)));
    let sayings: HashMap<_, _> = records
        .map(|(number, record)| (number, said(pane, number, record, columns.data)))
        .collect();
    let fields = Fields::new(&pane.columns, &sayings, columns.data);
    if let Some(fields) = &fields {
        let place = usize::from(area.width).saturating_sub(columns.data);
        let words = format!("{}{}", " ".repeat(place), fields.heading());
        Paragraph::new(Line::from(stage.span(words, Role::Dim))).render(heading, buffer);
    }
    for (line, number) in (0..).zip(shown) {
        let Some(row) = pane.row(number) else {
            continue;
        };
        let place = Rect {
            y: area.y + line,
            height: 1,
            ..area
        };
        let selected = number == pane.cursor;
        let line = match (row, sayings.get(&number)) {
            (Row::Gap(shard), _) => gap(stage, shard, selected),
            (Row::Record(record), Some(saying)) => {
                let text = fields
                    .as_ref()
                    .map_or_else(|| saying.cells.concat(), |it| it.line(&saying.cells));
                record_line(stage, record, &columns, saying, &text, selected)
            }
            (Row::Record(_), None) => continue,
        };
        Paragraph::new(line).render(place, buffer);
        if selected {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
}

/// What a record says in so many columns of the screen, as it was said in the frame before where it was there.
fn said(pane: &TailPane, number: u64, record: &Record, columns: usize) -> Arc<Saying> {
    pane.shown.row(number, columns, || {
        if pane.columns.is_empty() {
            return whole(record, &pane.decoder, columns);
        }
        let (value, broken) = json_of(record, &pane.decoder);
        Saying {
            cells: cells(value.as_ref(), &pane.columns),
            broken: broken.as_ref().map(reason),
        }
    })
}

/// A record as one, where it is not shown in columns.
fn whole(record: &Record, decoder: &Decoder, columns: usize) -> Saying {
    let (text, broken) = match &record.body {
        Body::Blob { data, aggregate, .. } => {
            decoder.inside(aggregate.as_deref()).preview_or_why(data, columns)
        }
        Body::Change(change) => {
            let keys = key_words(&change.keys, columns);
            let words = format!("{keys}  {}", what_changed(change, columns));
            (sanitize::line(&words).into_owned(), None)
        }
    };
    Saying {
        cells: vec![text],
        broken: broken.as_ref().map(reason),
    }
}

fn reason(broken: &Broken) -> (String, String) {
    let line = |words: String| sanitize::line(&words).into_owned();
    (line(format!("no {}", broken.format)), line(broken.to_string()))
}

/// The first line is for the columns' headings, where there are columns.
fn take_heading(pane: &TailPane, area: Rect) -> (Rect, Rect) {
    let height = pane.heading_rows().min(area.height);
    let rest = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (Rect { height, ..area }, rest)
}

/// Which columns there are; they leave in a fixed order as the screen gets narrower.
struct Columns {
    clock: usize,
    shard: usize,
    key: usize,
    data: usize,
}

impl Columns {
    fn new(pane: &TailPane, width: u16) -> Self {
        let width = usize::from(width);
        let longest = pane
            .shards
            .keys()
            .map(|shard| shard.short().width())
            .max()
            .unwrap_or(3)
            .min(8);
        let clock = if width >= 36 { CLOCK } else { 0 };
        let shard = if width >= 44 { longest } else { 0 };
        let key = if width >= 60 { KEY } else { 0 };
        let taken: usize = [clock, shard, key]
            .iter()
            .filter(|it| **it > 0)
            .map(|it| it + 2)
            .sum();
        Self {
            clock,
            shard,
            key,
            data: width.saturating_sub(taken + 1),
        }
    }
}

/// What is missing, where it is missing.
fn gap<'a>(stage: &Stage<'_>, shard: &ShardId, selected: bool) -> Line<'a> {
    let words = format!(
        "✗ gap: shard {} dropped records before they could be read",
        sanitize::line(shard.short())
    );
    Line::from(vec![
        stage.span(if selected { "▌" } else { " " }, Role::Accent),
        stage.span(words, Role::Failed),
    ])
}

fn record_line<'a>(
    stage: &Stage<'_>,
    record: &Record,
    columns: &Columns,
    saying: &Saying,
    text: &str,
    selected: bool,
) -> Line<'a> {
    let mut spans = vec![stage.span(if selected { "▌" } else { " " }, Role::Accent)];
    if columns.clock > 0 {
        let time = record
            .arrived
            .map_or(String::new(), |time| format::clock(time, &stage.model.zone));
        spans.push(stage.span(format!("{time:<CLOCK$}  "), Role::Dim));
    }
    if columns.shard > 0 {
        let shard = format::fit_id(&sanitize::line(record.shard.short()), columns.shard);
        spans.push(stage.span(format!("{shard}  "), Role::Accent));
    }
    if columns.key > 0 {
        spans.push(key(stage, &record.body));
    }
    if let Some(broken) = &saying.broken {
        spans.push(stage.span(format!("{}  ", shortened(broken, columns.data)), Role::Failed));
    }
    spans.extend(marked(stage, &format::fit(text, columns.data)));
    Line::from(spans)
}

/// What a record is of, in its column: a payload's partition key, or what was done to an item.
fn key<'a>(stage: &Stage<'_>, body: &Body) -> Span<'a> {
    match body {
        Body::Blob { partition_key, .. } => {
            let key = format::fit_id(&sanitize::line(partition_key), KEY);
            stage.span(format!("{key}  "), Role::Text)
        }
        Body::Change(change) => {
            let ttl = change.is_ttl();
            let event = if ttl {
                "REMOVE by TTL"
            } else {
                change.event.as_str()
            };
            let event = format::fit(&sanitize::line(event), KEY + 1);
            stage.span(format!("{event:<width$} ", width = KEY + 1), event_role(&event))
        }
    }
}

/// What is wrong, in half of the room at most: the other half is for what there is.
fn shortened((short, long): &(String, String), columns: usize) -> String {
    let room = columns / 2;
    let words = if room < REASON { short } else { long };
    format::fit(&format!("! {words}"), room)
}

/// The text with what was searched for in it marked.
fn marked<'a>(stage: &Stage<'_>, text: &str) -> Vec<Span<'a>> {
    let search = stage.model.tail.as_ref().and_then(|pane| pane.search.as_ref());
    let places = search.map_or_else(Vec::new, |sieve| sieve.filter.places(text));
    let mut spans = Vec::new();
    let mut at = 0;
    for place in places {
        spans.push(stage.span(text[at..place.start].to_owned(), Role::Text));
        spans.push(stage.span(text[place.clone()].to_owned(), Role::Match));
        at = place.end;
    }
    spans.push(stage.span(text[at..].to_owned(), Role::Text));
    spans
}

/// What became of an item, or else the image of it that there is.
fn what_changed(change: &Change, limit: usize) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => change_summary(old, new, limit),
        (Some(image), None) | (None, Some(image)) => item_preview(image, limit),
        (None, None) => String::new(),
    }
}

pub(super) fn event_role(event: &str) -> Role {
    match event {
        "INSERT" => Role::Added,
        "MODIFY" => Role::Changed,
        _ => Role::Removed,
    }
}
