//! The shards of a live tail: a line with as many as fit, and the table of them all.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Role, Stage, bars, format, write_line};
use crate::model::{Focus, ShardMeter, ShardSign, ShardTable, TailPane};
use crate::resource::ShardId;
use crate::sanitize;
use crate::tail::Rate;

/// Each shard that is read with its flow, as many as fit, and where not all do the hot and stuck ones first; or what goes wrong.
pub(super) fn line(stage: &Stage<'_>, pane: &TailPane, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    if let Some((shard, error)) = &pane.trouble {
        let text = if pane.waits_for_credentials() {
            format!("   {} · then it goes on where it stopped", error.advice())
        } else {
            format!(" ✗ shard {}: {error}", sanitize::line(shard.short()))
        };
        let text = stage.span(format::fit(&text, width), Role::Failed);
        write_line(area, Line::from(text), Line::default(), buffer);
        return;
    }
    let average = average(pane, stage.now.mono);
    let mut pieces: Vec<_> = pane
        .open_shards()
        .map(|(shard, meter)| {
            let plain = meter.sign(stage.now.mono, average) == ShardSign::Fine;
            let piece = piece(stage, shard, meter, average);
            (plain, piece.iter().map(Span::width).sum::<usize>(), piece)
        })
        .collect();
    if pieces.iter().map(|(_, taken, _)| taken).sum::<usize>() > width {
        pieces.sort_by_key(|(plain, ..)| *plain);
    }
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut used = 0;
    for (_, taken, piece) in pieces {
        if used + taken > width {
            spans.push(stage.span("…", Role::Dim));
            break;
        }
        used += taken;
        spans.extend(piece);
    }
    write_line(area, Line::from(spans), Line::default(), buffer);
}

fn piece<'a>(stage: &Stage<'_>, shard: &ShardId, meter: &ShardMeter, average: u64) -> [Span<'a>; 4] {
    let now = stage.now.mono;
    let (sign, role) = sign(meter.sign(now, average));
    let sign = if sign.is_empty() {
        " ".to_owned()
    } else {
        format!(" {sign} ")
    };
    [
        stage.span(format!(" {} ", sanitize::line(shard.short())), Role::Dim),
        stage.span(
            bars::sparkline(meter.records.history(now), Rate::width() / 2, 1),
            Role::Accent,
        ),
        stage.span(
            format!(" {}/s", format::count(meter.records.per_second(now))),
            Role::Text,
        ),
        stage.span(sign, role),
    ]
}

/// Records a second of an open shard on average.
fn average(pane: &TailPane, now: Duration) -> u64 {
    let (shards, rate) = pane.flow(now);
    rate / shards.max(1)
}

/// A word for what meets the eye, and nothing where all is well.
fn sign(sign: ShardSign) -> (&'static str, Role) {
    match sign {
        ShardSign::Fine => ("", Role::Text),
        ShardSign::Hot => ("hot", Role::Warning),
        ShardSign::Troubled => ("✗", Role::Failed),
        ShardSign::Stuck => ("stuck", Role::Failed),
        ShardSign::Closed => ("closed", Role::Dim),
        ShardSign::GivenUp => ("given up", Role::Failed),
    }
}

/// The widest sign, at the end of its line.
const SIGN: usize = "given up".len();

/// A column of the table: its heading, its width, and what stands in it.
struct Column {
    heading: &'static str,
    width: usize,
    /// The higher, the sooner it leaves as the screen gets narrower; 0 stays.
    leaves: u8,
    cell: fn(&ShardMeter, Duration) -> String,
}

/// Between the shard's name and its sign, in the order in which they stand.
const COLUMNS: [Column; 8] = [
    Column {
        heading: "records/s",
        width: 9,
        leaves: 0,
        cell: |meter, now| format::count(meter.records.per_second(now)),
    },
    Column {
        heading: "",
        width: Rate::width() - 1,
        leaves: 1,
        cell: |meter, now| bars::sparkline(meter.records.history(now), Rate::width() - 1, 1),
    },
    Column {
        heading: "behind",
        width: 8,
        leaves: 0,
        cell: |meter, _| meter.lag.behind.map_or("–".to_owned(), format::span),
    },
    Column {
        heading: "calls/s",
        width: 7,
        leaves: 2,
        cell: |meter, now| meter.calls.per_second(now).to_string(),
    },
    Column {
        heading: "bytes/s",
        width: 8,
        leaves: 3,
        cell: |meter, now| format::bytes(meter.bytes.per_second(now)),
    },
    Column {
        heading: "throttled",
        width: 9,
        leaves: 4,
        cell: |meter, _| format::count(meter.throttled),
    },
    Column {
        heading: "records",
        width: 11,
        leaves: 5,
        cell: |meter, _| format::count(meter.total),
    },
    Column {
        heading: "passed over",
        width: 11,
        leaves: 6,
        cell: |meter, _| format::count(meter.skipped),
    },
];

/// The table with its frame.
pub(super) fn table(stage: &Stage<'_>, pane: &TailPane, table: ShardTable, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let now = stage.now.mono;
    let mut shards: Vec<_> = pane.shards.iter().collect();
    table.order.sort(&mut shards, now);
    let title = format!(
        " shards · {} read · {} in all · {} ",
        format::count(pane.open_shards().count() as u64),
        format::count(shards.len() as u64),
        table.order.name()
    );
    let block = stage.block(
        Line::from(stage.span(title, Role::Dim)),
        pane.focus == Focus::Detail,
    );
    let inner = block.inner(area);
    block.render(area, buffer);
    let width = usize::from(inner.width);
    let name = name_width(shards.iter().map(|(id, _)| *id), width);
    let columns = columns(width.saturating_sub(1 + name + 2 + SIGN));
    let heading = stage.span(heading(&columns, name), Role::Dim);
    let average = average(pane, now);
    let rows = shards
        .into_iter()
        .skip(table.top)
        .take(usize::from(inner.height).saturating_sub(1))
        .map(|(id, meter)| row(stage, id, meter, &columns, name, average));
    let lines: Vec<_> = std::iter::once(Line::from(heading)).chain(rows).collect();
    Paragraph::new(lines).render(inner, buffer);
}

/// As many as there is room for.
fn columns(room: usize) -> Vec<&'static Column> {
    let mut columns: Vec<_> = COLUMNS.iter().collect();
    while columns.iter().map(|it| 2 + it.width).sum::<usize>() > room {
        match columns.iter().map(|it| it.leaves).max() {
            Some(next) if next > 0 => columns.retain(|it| it.leaves < next),
            _ => break,
        }
    }
    columns
}

/// Wide enough for the longest name, up to a quarter of the line.
fn name_width<'a>(ids: impl Iterator<Item = &'a ShardId>, width: usize) -> usize {
    let longest = ids.map(|id| id.short().len()).max().unwrap_or_default();
    longest.clamp(5, (width / 4).max(5))
}

fn heading(columns: &[&Column], name: usize) -> String {
    let cells = columns
        .iter()
        .map(|it| format!("  {:>width$}", it.heading, width = it.width));
    format!(" {:<name$}{}", "shard", cells.collect::<String>())
}

fn row<'a>(
    stage: &Stage<'_>,
    id: &ShardId,
    meter: &ShardMeter,
    columns: &[&Column],
    name: usize,
    average: u64,
) -> Line<'a> {
    let now = stage.now.mono;
    let (sign, sign_role) = sign(meter.sign(now, average));
    let id = format::fit_id(&sanitize::line(id.short()), name);
    let role = if meter.is_open() { Role::Text } else { Role::Dim };
    let cells = columns
        .iter()
        .map(|it| format!("  {:>width$}", (it.cell)(meter, now), width = it.width));
    Line::from(vec![
        stage.span(format!(" {id}"), Role::Accent),
        stage.span(cells.collect::<String>(), role),
        stage.span(format!("  {sign}"), sign_role),
    ])
}
