//! The keys that come most in a live tail, and the shard that takes each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::{Role, Stage, bars, format};
use crate::model::{Focus, KeyTable, TailPane};
use crate::sanitize;
use crate::tail::HotKey;

/// Columns of the bar that shows a key's share.
const BAR: usize = 12;
/// Columns besides the key's own: the bar, the share, the count, the shard, and what is between them.
const BESIDE: usize = BAR + 36;

/// The table with its frame.
pub(super) fn table(stage: &Stage<'_>, pane: &TailPane, table: KeyTable, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let now = stage.now.mono;
    let span = pane.hot.span(now).unwrap_or_default();
    let title = format!(
        " hot keys · {} records in {} ",
        format::count(pane.hot.total(now)),
        format::span(span)
    );
    let block = stage.block(
        Line::from(stage.span(title, Role::Dim)),
        pane.focus == Focus::Detail,
    );
    let inner = block.inner(area);
    block.render(area, buffer);
    let keys = pane.hot.top(now, KeyTable::MOST);
    if keys.is_empty() {
        stage.words("No record came in the last minute.", Role::Dim, inner, buffer);
        return;
    }
    let width = usize::from(inner.width).saturating_sub(BESIDE).max(8);
    let heading = format!(
        " {:<width$}  {:<bar$}  {:>6}  {:>13}  shard",
        "key",
        "share",
        "",
        "records",
        bar = BAR
    );
    let most = keys.first().map_or(1.0, |key| key.share);
    let rows = keys
        .iter()
        .skip(table.top)
        .take(usize::from(inner.height).saturating_sub(1))
        .map(|key| row(stage, pane, key, most, width));
    let lines: Vec<_> = std::iter::once(Line::from(stage.span(heading, Role::Dim)))
        .chain(rows)
        .collect();
    Paragraph::new(lines).render(inner, buffer);
}

/// The bar is on the scale of the key that comes most, so that an even spread looks even and a peak like one.
fn row<'a>(stage: &Stage<'_>, pane: &TailPane, key: &HotKey, most: f64, width: usize) -> Line<'a> {
    let name = format::pad(&format::fit_ends(&sanitize::line(&key.key), width), width);
    let shard = pane.shard_of(&key.key).map_or("–".to_owned(), |shard| {
        sanitize::line(shard.short()).into_owned()
    });
    Line::from(vec![
        stage.span(format!(" {name}  "), Role::Text),
        stage.span(bars::share(key.share / most, BAR), Role::Accent),
        stage.span(
            format!("  {:>5.1}%  {:>13}  ", key.share * 100.0, count(key)),
            Role::Text,
        ),
        stage.span(shard, Role::Accent),
    ])
}

/// How often it came: two numbers where the sketch only knows what lies between.
fn count(key: &HotKey) -> String {
    if key.at_least == key.count {
        format::count(key.count)
    } else {
        format!("{}–{}", format::count(key.at_least), format::count(key.count))
    }
}
