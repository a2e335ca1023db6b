//! A live tail: its rates, its shards, its records.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::header::waiting;
use super::{Role, Stage, format, write_line};
use crate::decode;
use crate::model::{Focus, Remote, TailPane};
use crate::resource::{Body, Change, Record, ShardId, change_summary, item_preview, key_words};
use crate::sanitize;
use crate::tail::Row;

/// Columns of the time of day.
const CLOCK: usize = 12;
/// Columns of a partition key.
const KEY: usize = 12;

/// Rates over all shards.
pub(super) fn status(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    let now = stage.now.mono;
    let open = pane.open_shards().count();
    let mut parts = vec![
        format!("{open} shard{}", if open == 1 { "" } else { "s" }),
        format!("{} rec/s", format::count(pane.records.per_second(now))),
        format!("{}/s", format::bytes(pane.bytes.per_second(now))),
        format!("{} calls/s", pane.calls.per_second(now)),
    ];
    if let Some(behind) = pane.behind() {
        parts.push(format!("behind {}", format::span(behind)));
    }
    parts.push(format!("{} throttled", format::count(pane.counters.throttled)));
    if let Some(seeking) = seeking(stage, pane) {
        parts.insert(1, seeking);
    }
    let text = format!(" {}", parts.join(" · "));
    write_line(
        area,
        Line::from(stage.span(text, Role::Text)),
        Line::default(),
        buffer,
    );
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
    let block = stage.block(title(stage, pane), pane.focus == Focus::List);
    let inner = block.inner(area);
    block.render(area, buffer);
    match &pane.phase {
        Remote::Failed(error) => {
            stage.words(&format!("{error}\n\nesc goes back"), Role::Failed, inner, buffer);
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
        _ if pane.ring.is_empty() => stage.words(nothing_yet(pane), Role::Dim, inner, buffer),
        _ => rows(stage, pane, inner, buffer),
    }
}

fn nothing_yet(pane: &TailPane) -> &'static str {
    if pane.ended {
        "Every shard is closed and none follows. T reads what they still hold."
    } else {
        "No record yet. T reads from an earlier time."
    }
}

fn title<'a>(stage: &Stage<'_>, pane: &TailPane) -> Line<'a> {
    let (state, role) = match (pane.ended, pane.follow) {
        (true, _) => ("ended", Role::Dim),
        (false, true) => ("following", Role::Good),
        (false, false) => ("paused", Role::Warning),
    };
    let count = format::count(pane.ring.len() as u64);
    let dropped = format::count(pane.ring.dropped());
    let gaps = match pane.gaps.len() {
        0 => String::new(),
        1 => format!("· ✗ gap in {} ", sanitize::line(pane.gaps[0].short())),
        count => format!("· ✗ {count} gaps "),
    };
    let newer = match pane.newer() {
        0 => String::new(),
        _ if pane.follow => String::new(),
        newer => format!("· {newer} newer "),
    };
    Line::from(vec![
        stage.span(format!(" {count} records · {dropped} dropped · "), Role::Dim),
        stage.span(format!("{state} "), role),
        stage.span(newer, Role::Dim),
        stage.span(gaps, Role::Failed),
    ])
}

fn rows(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    let columns = Columns::new(pane, area.width);
    for (place, number) in pane.visible(usize::from(area.height)).enumerate() {
        let Some(row) = pane.ring.get(number) else {
            continue;
        };
        let selected = number == pane.cursor;
        let place = Rect {
            y: area.y + u16::try_from(place).unwrap_or(0),
            height: 1,
            ..area
        };
        let line = match row {
            Row::Record(record) => line(stage, record, &columns, selected),
            Row::Gap(shard) => gap(stage, shard, selected),
        };
        Paragraph::new(line).render(place, buffer);
        if selected {
            buffer.set_style(beside_mark(place), stage.look.style(Role::Selected));
        }
    }
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

fn line<'a>(stage: &Stage<'_>, record: &Record, columns: &Columns, selected: bool) -> Line<'a> {
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
    spans.extend(body(stage, &record.body, columns));
    Line::from(spans)
}

fn body<'a>(stage: &Stage<'_>, body: &Body, columns: &Columns) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let text = match body {
        Body::Blob {
            partition_key, data, ..
        } => {
            if columns.key > 0 {
                let key = format::fit_id(&sanitize::line(partition_key), columns.key);
                spans.push(stage.span(format!("{key}  "), Role::Text));
            }
            decode::preview(data, columns.data)
        }
        Body::Change(change) => {
            let event = if change.is_ttl() {
                "REMOVE by TTL"
            } else {
                change.event.as_str()
            };
            if columns.key > 0 {
                let event = format::fit(&sanitize::line(event), KEY + 1);
                spans.push(stage.span(format!("{event:<width$} ", width = KEY + 1), event_role(&event)));
            }
            let keys = key_words(&change.keys, columns.data);
            sanitize::line(&format!("{keys}  {}", what_changed(change, columns.data))).into_owned()
        }
    };
    spans.push(stage.span(format::fit(&text, columns.data), Role::Text));
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
