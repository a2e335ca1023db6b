//! What is known of the selected resource.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::header::waiting;
use super::{Role, Stage, bars, format, prediction};
use crate::keymap::Context;
use crate::model::{Branch, Focus, LABEL, Outline, OutlineLine, wrap};
use crate::resource::{Consumer, Fact, FactValue, Feature, SequenceNumber, Shard};
use crate::sanitize;

/// Below this width a shard's line has no bar.
const BAR_FROM: usize = 40;

/// The detail with its frame.
pub(super) fn pane(stage: &Stage<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let browser = stage.model.browser();
    let name = browser
        .selected()
        .map_or(String::new(), |entry| sanitize::line(&entry.name).into_owned());
    let name = match browser.behind() {
        Some(step) => format!("{} of {name}", sanitize::line(&step.ancestor.to_string())),
        None => name,
    };
    let room = usize::from(area.width.saturating_sub(4));
    let title = Line::from(stage.span(format!(" {} ", format::fit(&name, room)), Role::Heading));
    let block = stage.block(title, browser.focus == Focus::Detail);
    let inner = block.inner(area);
    block.render(area, buffer);
    let width = usize::from(inner.width);
    let outline = browser.outline(width);
    let shown = outline
        .lines_from(browser.scroll)
        .flat_map(|it| line(stage, &it, &outline, width));
    let shown: Vec<_> = shown.take(usize::from(inner.height)).collect();
    Paragraph::new(shown).render(inner, buffer);
    let below = outline
        .count()
        .saturating_sub(browser.scroll + usize::from(inner.height));
    if below > 0 && area.width > 20 {
        let text = format!(" {below} more ↓ ");
        let place = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        let columns = u16::try_from(text.width()).unwrap_or(0);
        let x = place.right().saturating_sub(columns + 2);
        buffer.set_string(x, place.y, text, stage.look.style(Role::Dim));
    }
}

fn line<'a>(stage: &Stage<'_>, line: &OutlineLine<'_>, outline: &Outline<'_>, width: usize) -> Vec<Line<'a>> {
    match line {
        OutlineLine::Heading(text) => {
            vec![Line::from(
                stage.span(format!(" {}", sanitize::line(text)), Role::Heading),
            )]
        }
        OutlineLine::ShardCount {
            open,
            closed,
            complete,
        } => vec![shard_count(stage, *open, *closed, *complete)],
        OutlineLine::Fact(it) => vec![fact(stage, it, width)],
        OutlineLine::Timeline(it) => vec![prediction::timeline(stage, it, width)],
        OutlineLine::Milestone(it, first) => vec![prediction::milestone(stage, it, *first, width)],
        OutlineLine::Figures(run, why) => vec![prediction::seen(stage, *run, why, width)],
        OutlineLine::MoreFigures(run, why) => vec![prediction::invalid(stage, *run, why, width)],
        OutlineLine::Followed(pace, is_pinned) => {
            let words = prediction::followed(pace, *is_pinned);
            vec![labelled(stage, "asked again", &words, Role::Text, width)]
        }
        OutlineLine::Shard { shard: it, branch } => {
            vec![shard(stage, it, branch, outline.shard_columns, width)]
        }
        OutlineLine::Consumer(it) => vec![consumer(stage, it, width)],
        OutlineLine::Trouble(label, words) => vec![labelled(stage, label, words, Role::Failed, width)],
        OutlineLine::FeatureHeading => vec![feature_heading(stage, outline.feature_columns, width)],
        OutlineLine::Feature(it, role) => {
            vec![feature(stage, it, *role, outline.feature_columns, width)]
        }
        OutlineLine::Waiting(what, wait) => {
            vec![Line::from(stage.span(
                format!(" {}", waiting(stage, &sanitize::line(what), *wait)),
                Role::Dim,
            ))]
        }
        OutlineLine::Failed(error) => wrap(&format!("{error}"), width.saturating_sub(1))
            .into_iter()
            .chain([stage.tell(Context::Browse, "{refresh} asks again")])
            .map(|text| Line::from(stage.span(format!(" {text}"), Role::Failed)))
            .collect(),
        OutlineLine::Cancelled(what) => {
            let again = stage.tell(Context::Browse, "not waited for; {refresh} asks again");
            let text = format!(" {}: {again}", sanitize::line(what));
            vec![Line::from(stage.span(text, Role::Dim))]
        }
        OutlineLine::Note(text) => {
            vec![Line::from(
                stage.span(format!(" {}", sanitize::line(text)), Role::Dim),
            )]
        }
        OutlineLine::Blank => vec![Line::default()],
    }
}

fn fact<'a>(stage: &Stage<'_>, fact: &Fact, width: usize) -> Line<'a> {
    let text = format::fact(&fact.value, stage.now.wall, &stage.model.zone);
    let role = if matches!(fact.value, FactValue::Absent(_)) {
        Role::Dim
    } else {
        Role::Text
    };
    labelled(stage, fact.label, &text, role, width)
}

/// A label and words. An ARN or a URI is told apart by its end.
fn labelled<'a>(stage: &Stage<'_>, label: &str, text: &str, role: Role, width: usize) -> Line<'a> {
    let columns = LABEL.min(width / 2);
    let room = width.saturating_sub(columns + 2);
    let value = if text.starts_with("arn:") || text.starts_with("s3:") {
        format::fit_id(text, room)
    } else {
        format::fit(text, room)
    };
    Line::from(vec![
        stage.span(format!(" {:columns$} ", format::fit(label, columns)), Role::Dim),
        stage.span(value, role),
    ])
}

fn shard_count<'a>(stage: &Stage<'_>, open: usize, closed: usize, complete: bool) -> Line<'a> {
    let count = |number: usize| format::count(number as u64);
    let so_far = if complete {
        String::new()
    } else {
        format!("{} so far · ", count(open + closed))
    };
    let text = format!(" Shards  {so_far}{} open · {} closed", count(open), count(closed));
    Line::from(stage.span(text, Role::Heading))
}

/// A shard's line. Its bar stands in the same columns as everybody's, so that a child's range is seen to be a part of its
/// parent's.
fn shard<'a>(
    stage: &Stage<'_>,
    shard: &Shard,
    branch: &Branch,
    name_columns: usize,
    width: usize,
) -> Line<'a> {
    let tree = tree(branch);
    let (state, role) = if shard.is_open() {
        ("open", Role::Good)
    } else {
        ("closed", Role::Dim)
    };
    let name = format::fit(&sanitize::line(shard.id.short()), name_columns);
    let padding = " ".repeat(name_columns.saturating_sub(tree.width() + name.width()));
    let used = name_columns + 9;
    let bar = match shard.hash_range {
        Some(range) if width >= BAR_FROM => bars::hash_bar(range, width.saturating_sub(used + 12).min(26)),
        _ => String::new(),
    };
    let merged = shard
        .adjacent_parent
        .as_ref()
        .map_or(String::new(), |it| format!("+ {} ", it.short()));
    let rest = format!("{merged}{}", sequences(shard, width));
    let rest = sanitize::line(&rest);
    let room = width.saturating_sub(used + bar.width() + 1);
    Line::from(vec![
        stage.span(tree, Role::Frame),
        stage.span(format!("{name}{padding} "), Role::Text),
        stage.span(format!("{state:<7} "), role),
        stage.span(bar, Role::Accent),
        stage.span(format!(" {}", format::fit(&rest, room)), Role::Dim),
    ])
}

/// A consumer's line. Its ARN is told apart by its end, the name and the second in which it was registered.
fn consumer<'a>(stage: &Stage<'_>, consumer: &Consumer, width: usize) -> Line<'a> {
    let name = format::fit(&sanitize::line(&consumer.name), LABEL.max(width / 4));
    let role = if consumer.is_active() {
        Role::Good
    } else {
        Role::Warning
    };
    let age = consumer
        .created
        .map_or(String::new(), |at| format::age(at, stage.now.wall));
    let spans = [
        stage.span(format!(" {name:LABEL$} "), Role::Text),
        stage.span(format!("{:<8} ", sanitize::line(&consumer.status)), role),
        stage.span(format!("{age}  "), Role::Dim),
    ];
    let used: usize = spans.iter().map(ratatui::text::Span::width).sum();
    let arn = format::fit_id(
        &sanitize::line(consumer.arn.as_str()),
        width.saturating_sub(used + 1),
    );
    let mut line = Line::from(spans.to_vec());
    line.push_span(stage.span(arn, Role::Dim));
    line
}

/// The lines that lead to a shard in its tree.
fn tree(branch: &Branch) -> String {
    let mut tree = String::from(" ");
    for (level, is_last) in branch.last.iter().enumerate() {
        let here = level + 1 == branch.last.len() && !branch.goes_on;
        tree.push_str(match (here, is_last) {
            (true, true) => "└ ",
            (true, false) => "├ ",
            (false, true) => "  ",
            (false, false) => "│ ",
        });
    }
    if branch.goes_on {
        tree.push_str("↓ ");
    }
    tree
}

/// The shard's sequence numbers by both their ends, one of which tells them apart; on a wide screen with more of them.
fn sequences(shard: &Shard, width: usize) -> String {
    let columns = if width >= 90 { 20 } else { 9 };
    let ends = |number: &Option<SequenceNumber>| {
        number
            .as_ref()
            .map_or(String::new(), |it| format::fit_ends(it.as_str(), columns))
    };
    match (&shard.first, &shard.last) {
        (None, None) => String::new(),
        (first, None) => format!("{} →", ends(first)),
        (first, last) => format!("{} → {}", ends(first), ends(last)),
    }
}

/// What stands over the features, in the columns of [`feature`].
fn feature_heading<'a>(stage: &Stage<'_>, longest: [usize; 3], width: usize) -> Line<'a> {
    let columns = feature_columns(longest, width);
    let cells = ["name", "type", "collection", "role"].iter().zip(columns);
    let cells = cells.filter(|(_, columns)| *columns > 0);
    let words = cells.map(|(word, columns)| format::pad(&format::fit(word, columns), columns));
    let words = words.collect::<Vec<_>>().join(" ");
    Line::from(stage.span(format!(" {words}"), Role::Dim))
}

fn feature<'a>(
    stage: &Stage<'_>,
    feature: &Feature,
    role: Option<&str>,
    longest: [usize; 3],
    width: usize,
) -> Line<'a> {
    let columns = feature_columns(longest, width);
    let cell = |text: &str, columns: usize, role| {
        let gap = if columns > 0 { " " } else { "" };
        let text = format::pad(&format::fit(&sanitize::line(text), columns), columns);
        stage.span(format!("{gap}{text}"), role)
    };
    let name = format::fit_id(&sanitize::line(&feature.name), columns[0]);
    Line::from(vec![
        stage.span(format!(" {name}"), Role::Text),
        cell(&feature.kind, columns[1], Role::Dim),
        cell(&feature.collected(), columns[2], Role::Dim),
        cell(role.unwrap_or_default(), columns[3], Role::Accent),
    ])
}

/// Columns of a feature's name, its type, its collection where any has one, and its role. The name gives way first.
fn feature_columns([name, kind, collected]: [usize; 3], width: usize) -> [usize; 4] {
    const ROLE: usize = 10;
    let kind = kind.clamp(4, 10);
    let collected = if collected > 0 { collected.clamp(10, 12) } else { 0 };
    let name = name.clamp(4, width.saturating_sub(kind + collected + ROLE + 4).max(12));
    let role = width.saturating_sub(name + kind + collected + 4);
    [name, kind, collected, role.min(ROLE)]
}
