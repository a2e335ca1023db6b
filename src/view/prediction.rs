//! The course of a batch prediction and its figures, in lines of text.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Role, Stage, bars, format};
use crate::model::{LABEL, Pace};
use crate::resource::{Milestone, Run, Stretch, Timestamp};

/// The longest bar of the gauge.
const GAUGE: usize = 24;
/// The shortest that says anything.
const SHORTEST_GAUGE: usize = 4;

/// All of its course in one line: `created 13:58:02 ── queued 41 s ──▶ started …`.
pub(super) fn timeline<'a>(stage: &Stage<'_>, milestones: &[Milestone; 3], width: usize) -> Line<'a> {
    let first = milestones[0].at.ok();
    let mut spans = vec![stage.span(" ", Role::Text)];
    for milestone in milestones {
        let (when, role) = moment(stage, milestone, first);
        spans.push(stage.span(format!("{} ", milestone.label), Role::Dim));
        spans.push(stage.span(when, role));
        if let Some(stretch) = &milestone.then {
            spans.push(stage.span(" ── ", Role::Frame));
            spans.push(lasted(stage, stretch));
            spans.push(stage.span(" ──▶ ", Role::Frame));
        } else if milestone.label != "finished" {
            spans.push(stage.span(" ── ", Role::Frame));
        }
        if milestone.then.is_some_and(|it| it.until.is_none()) {
            spans.push(stage.span("…", Role::Dim));
            break;
        }
    }
    let used: usize = spans.iter().map(Span::width).sum();
    if used > width
        && let Some(last) = spans.pop()
    {
        let room = width.saturating_sub(used - last.width());
        spans.push(Span::styled(format::fit(&last.content, room), last.style));
    }
    Line::from(spans)
}

/// One point of its course, and what came of it.
pub(super) fn milestone<'a>(
    stage: &Stage<'_>,
    milestone: &Milestone,
    first: Option<Timestamp>,
    width: usize,
) -> Line<'a> {
    let (when, role) = moment(stage, milestone, first);
    let label = format!(" {:<8} ", milestone.label);
    let when = format::fit(&when, width.saturating_sub(label.width()));
    let room = width.saturating_sub(label.width() + when.width());
    let mut spans = vec![stage.span(label, Role::Dim), stage.span(when, role)];
    let lasted = milestone.then.as_ref().map(|it| lasted(stage, it));
    if let Some(lasted) = lasted.filter(|it| it.width() + 3 <= room) {
        spans.push(stage.span(" · ", Role::Dim));
        spans.push(lasted);
    }
    Line::from(spans)
}

/// When it was, the day too unless it is that of the beginning; or why that is not told.
fn moment(stage: &Stage<'_>, milestone: &Milestone, first: Option<Timestamp>) -> (String, Role) {
    let zone = &stage.model.zone;
    match milestone.at {
        Err(why) => (format!("– {why}"), Role::Dim),
        Ok(at) => {
            let local = at.to_zoned(zone.clone());
            let today = stage.now.wall.to_zoned(zone.clone()).date();
            let day = match first.filter(|first| *first != at) {
                Some(first) => first.to_zoned(zone.clone()).date(),
                None => today,
            };
            let form = if local.date() == day {
                "%H:%M:%S"
            } else {
                "%Y-%m-%d %H:%M:%S"
            };
            (local.strftime(form).to_string(), Role::Text)
        }
    }
}

fn lasted<'a>(stage: &Stage<'_>, stretch: &Stretch) -> Span<'a> {
    let role = if stretch.until.is_none() {
        Role::Warning
    } else {
        Role::Text
    };
    let length = format::span(stretch.length(stage.now.wall));
    stage.span(format!("{} {length}", stretch.word()), role)
}

/// How many records were seen.
pub(super) fn seen<'a>(stage: &Stage<'_>, run: Run, why: &str, width: usize) -> Line<'a> {
    let value = run.total.map(|total| format!("{} seen", format::count(total)));
    Line::from(labelled(stage, "records", value, why, width))
}

/// How many of them were no use: as a number, a part and a bar.
pub(super) fn invalid<'a>(stage: &Stage<'_>, run: Run, why: &str, width: usize) -> Line<'a> {
    let ratio = run.invalid_ratio();
    let words = run.invalid.map(|invalid| match ratio {
        Some(ratio) => format!("{} · {}", format::count(invalid), percent(ratio)),
        None => format::count(invalid),
    });
    let mut spans = labelled(stage, "invalid", words, why, width);
    let used: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(used + 4).min(GAUGE);
    if let Some(ratio) = ratio.filter(|_| room >= SHORTEST_GAUGE) {
        let role = if ratio > 0.0 { Role::Warning } else { Role::Good };
        spans.push(stage.span(format!(" ▕{}▏", bars::share(ratio, room)), role));
    }
    Line::from(spans)
}

/// A label and a value, or why there is none.
fn labelled<'a>(
    stage: &Stage<'_>,
    label: &str,
    value: Option<String>,
    why: &str,
    width: usize,
) -> Vec<Span<'a>> {
    let columns = LABEL.min(width / 2);
    let room = width.saturating_sub(columns + 2);
    let value = match value {
        Some(value) => stage.span(format::fit(&value, room), Role::Text),
        None => stage.span(format::fit(&format!("– {why}"), room), Role::Dim),
    };
    let label = format!(" {:columns$} ", format::fit(label, columns));
    vec![stage.span(label, Role::Dim), value]
}

/// A part of a whole: `0.03 %`; what is less than that is not said to be nothing.
pub(super) fn percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent > 0.0 && percent < 0.01 {
        return "<0.01 %".to_owned();
    }
    format!("{percent:.2} %")
}

/// How often it is asked for.
pub(super) fn followed(pace: &Pace, is_pinned: bool) -> String {
    let every = format::span(pace.every);
    if is_pinned {
        format!("every {every}, followed")
    } else {
        format!("every {every} while shown")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_told_with_two_decimals_and_never_as_nothing_where_it_is_something() {
        let told = [0.0, 0.000_264, 0.000_000_1, 0.5, 1.0].map(percent);
        assert_eq!(told, ["0.00 %", "0.03 %", "<0.01 %", "50.00 %", "100.00 %"]);
    }
}
