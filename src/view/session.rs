//! The choice of a profile and a region.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout as Split, Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::overlay::{typed, window};
use super::{Role, Stage, format};
use crate::model::{ProfileEntry, SessionColumn, SessionMenu, wrap};
use crate::sanitize;

/// Columns of the window at most.
const COLUMNS: u16 = 96;
/// Columns of the regions.
const REGION: u16 = 20;
/// From how many columns on both are shown beside each other.
const BOTH: u16 = 56;
/// Lines that tell what will be.
const NOTES: u16 = 3;

/// Draws it; tells where the terminal's cursor belongs.
pub(super) fn menu(
    stage: &Stage<'_>,
    menu: &SessionMenu,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let rows = u16::try_from(menu.shown_profiles().len().max(menu.shown_regions().len())).unwrap_or(u16::MAX);
    let height = rows
        .saturating_add(NOTES + 4)
        .min(screen.height.saturating_sub(2).max(1));
    let width = screen.width.saturating_sub(4).min(COLUMNS);
    let inner = window(stage, " Profile and region ", screen, width, height, buffer);
    if inner.is_empty() {
        return None;
    }
    let [line, _, lists, notes] = Split::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(NOTES),
    ])
    .areas(inner);
    let (text, cursor) = typed(stage, menu.input(), line);
    Paragraph::new(text).render(line, buffer);
    let regions = match (inner.width >= BOTH, menu.column) {
        (true, _) => REGION,
        (false, SessionColumn::Profiles) => 0,
        (false, SessionColumn::Regions) => inner.width,
    };
    let [left, right] = Split::horizontal([Constraint::Min(0), Constraint::Length(regions)]).areas(lists);
    profiles(stage, menu, left, buffer);
    list_regions(stage, menu, right, buffer);
    told(stage, menu, notes, buffer);
    Some(cursor)
}

fn profiles(stage: &Stage<'_>, menu: &SessionMenu, area: Rect, buffer: &mut Buffer) {
    let shown = menu.shown_profiles();
    if shown.is_empty() {
        let words = match menu.reading {
            Some(_) => " reading the AWS config files …",
            None if menu.profiles.is_empty() => " there are no profiles; `aws configure` makes one",
            None => " no profile has these words in it",
        };
        Paragraph::new(Line::from(stage.span(words, Role::Dim))).render(area, buffer);
        return;
    }
    let names = shown
        .iter()
        .map(|it| sanitize::line(it.title()).width())
        .max()
        .unwrap_or(0);
    let names = names.min(usize::from(area.width) / 3);
    let rows = shown.iter().map(|profile| {
        let sign = if menu.is_current(profile) { "●" } else { " " };
        let name = format::fit(&sanitize::line(profile.title()), names);
        (
            format!(
                "{sign} {name}{}  ",
                " ".repeat(names.saturating_sub(name.width()))
            ),
            notes_of(profile),
        )
    });
    column(stage, menu, SessionColumn::Profiles, rows.collect(), area, buffer);
}

/// What is to be known of a profile before it is chosen.
fn notes_of(profile: &ProfileEntry) -> String {
    let region = profile
        .region
        .as_deref()
        .map(|it| sanitize::line(it).into_owned());
    let read_only = profile.read_only.then(|| "read-only".to_owned());
    let parts = [read_only, region, Some(profile.summary.clone())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn list_regions(stage: &Stage<'_>, menu: &SessionMenu, area: Rect, buffer: &mut Buffer) {
    let rows = menu.shown_regions().into_iter().map(|region| {
        let sign = if region == menu.current_region() {
            "●"
        } else {
            " "
        };
        (format!("{sign} {}", sanitize::line(&region)), String::new())
    });
    column(stage, menu, SessionColumn::Regions, rows.collect(), area, buffer);
}

/// As many rows as fit, the selected one among them.
fn column(
    stage: &Stage<'_>,
    menu: &SessionMenu,
    column: SessionColumn,
    rows: Vec<(String, String)>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let (cursor, fit) = (menu.cursor(column), usize::from(area.height));
    let top = (cursor + 1).saturating_sub(fit);
    let lines = rows
        .into_iter()
        .enumerate()
        .skip(top)
        .take(fit)
        .map(|(row, (left, right))| {
            let is_selected = row == cursor;
            let role = match (is_selected, menu.column == column) {
                (true, true) => Role::Selected,
                (true, false) => Role::Accent,
                (false, _) => Role::Text,
            };
            let room = usize::from(area.width).saturating_sub(left.width() + 1);
            Line::from(vec![
                stage.span(if is_selected { "▌" } else { " " }, Role::Accent),
                stage.span(left, role),
                stage.span(format::fit(&right, room), Role::Dim),
            ])
        });
    Paragraph::new(lines.collect::<Vec<_>>()).render(area, buffer);
}

/// What is wrong, what is waited for, or what will be.
fn told(stage: &Stage<'_>, menu: &SessionMenu, area: Rect, buffer: &mut Buffer) {
    let (words, role) = match (&menu.error, menu.opening) {
        (Some(error), _) => (error.clone(), Role::Failed),
        (None, Some(wait)) => {
            let gone = stage.now.mono.saturating_sub(wait.since);
            (
                format!("opening … {} · esc stays here", format::span(gone)),
                Role::Warning,
            )
        }
        (None, None) => (will_be(stage, menu), Role::Dim),
    };
    let lines = wrap(&words, usize::from(area.width.saturating_sub(2)));
    let lines: Vec<_> = lines
        .into_iter()
        .take(usize::from(area.height))
        .map(|line| Line::from(stage.span(format!(" {line}"), role)))
        .collect();
    Paragraph::new(lines).render(area, buffer);
}

fn will_be(stage: &Stage<'_>, menu: &SessionMenu) -> String {
    let Some(profile) = menu.profile() else {
        return String::new();
    };
    let region = menu
        .region()
        .unwrap_or_else(|| "the instance's region".to_owned());
    let switch = format!(
        "enter: {} in {}",
        sanitize::line(profile.title()),
        sanitize::line(&region)
    );
    let model = stage.model;
    let tail = model.tail.as_ref().filter(|tail| !tail.ended);
    let parts = [
        Some(switch),
        profile.read_only.then(|| "writes are refused".to_owned()),
        tail.map(|tail| format!("ends the tail of {}", sanitize::line(&tail.name))),
        model
            .editor
            .as_ref()
            .map(|it| format!("leaves the record {}", sanitize::line(&it.identifier))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
