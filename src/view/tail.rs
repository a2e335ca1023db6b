//! A live tail: its rates, its shards, its records.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::browse::beside_mark;
use super::header::waiting;
use super::{Role, Stage, bars, format, write_line};
use crate::decode;
use crate::model::{Focus, Remote, ShardMeter, ShardState, TailPane};
use crate::resource::{Body, Record, ShardId, item_preview};
use crate::sanitize;
use crate::tail::Rate;

/// Columns of the time of day.
const CLOCK: usize = 12;
/// Columns of a partition key.
const KEY: usize = 12;
/// A shard with this many times the average rate is called hot.
const HOT: u64 = 2;

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
    let text = format!(" {}", parts.join(" · "));
    write_line(
        area,
        Line::from(stage.span(text, Role::Text)),
        Line::default(),
        buffer,
    );
}

/// Each shard that is read with its flow, as many as fit; or what goes wrong.
pub(super) fn shards(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    if let Some((shard, error)) = &pane.trouble {
        let text = format!(" ✗ shard {}: {error}", sanitize::line(shard.short()));
        let text = format::fit(&text, usize::from(area.width));
        write_line(
            area,
            Line::from(stage.span(text, Role::Failed)),
            Line::default(),
            buffer,
        );
        return;
    }
    let now = stage.now.mono;
    let meters: Vec<_> = pane.open_shards().collect();
    let total: u64 = meters
        .iter()
        .map(|(_, meter)| meter.records.per_second(now))
        .sum();
    let hot = HOT * total / (meters.len() as u64).max(1);
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut used = 0;
    for (shard, meter) in meters {
        let piece = shard_piece(stage, shard, meter, hot);
        let width: usize = piece.iter().map(Span::width).sum();
        if used + width > usize::from(area.width) {
            spans.push(stage.span("…", Role::Dim));
            break;
        }
        used += width;
        spans.extend(piece);
    }
    write_line(area, Line::from(spans), Line::default(), buffer);
}

fn shard_piece<'a>(stage: &Stage<'_>, shard: &ShardId, meter: &ShardMeter, hot: u64) -> [Span<'a>; 4] {
    let rate = meter.records.per_second(stage.now.mono);
    let is_hot = rate > hot.max(1);
    let state = if meter.state == ShardState::Troubled {
        " ✗"
    } else if is_hot {
        " hot"
    } else {
        ""
    };
    [
        stage.span(format!(" {} ", sanitize::line(shard.short())), Role::Dim),
        stage.span(
            bars::sparkline(meter.records.history(stage.now.mono), Rate::width() / 2, 1),
            Role::Accent,
        ),
        stage.span(format!(" {}/s", format::count(rate)), Role::Text),
        stage.span(
            format!("{state} "),
            if is_hot { Role::Warning } else { Role::Failed },
        ),
    ]
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
    let waiting = pane.ring.numbers().end.saturating_sub(pane.cursor + 1);
    let newer = if pane.follow || waiting == 0 {
        String::new()
    } else {
        format!("· {waiting} newer ")
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
    for (line, number) in pane.visible(usize::from(area.height)).enumerate() {
        let Some(record) = pane.ring.get(number) else {
            continue;
        };
        let place = Rect {
            y: area.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        Paragraph::new(row(stage, record, &columns, number == pane.cursor)).render(place, buffer);
        if number == pane.cursor {
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

fn row<'a>(stage: &Stage<'_>, record: &Record, columns: &Columns, selected: bool) -> Line<'a> {
    let mut spans = vec![stage.span(if selected { "▌" } else { " " }, Role::Accent)];
    if columns.clock > 0 {
        let time = record
            .arrived
            .map_or(String::new(), |time| format::clock(time, &stage.look.zone));
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
        Body::Blob { partition_key, data } => {
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
            let keys = item_preview(&change.keys, columns.data);
            let image = change.new.as_ref().or(change.old.as_ref());
            let image = image.map_or(String::new(), |item| {
                format!("  {}", item_preview(item, columns.data))
            });
            sanitize::line(&format!("{keys}{image}")).into_owned()
        }
    };
    spans.push(stage.span(format::fit(&text, columns.data), Role::Text));
    spans
}

fn event_role(event: &str) -> Role {
    match event {
        "INSERT" => Role::Good,
        "MODIFY" => Role::Warning,
        _ => Role::Failed,
    }
}
