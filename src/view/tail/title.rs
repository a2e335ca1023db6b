//! What stands over the records: how many there are at the left, what is filtered and searched for at the right.
//!
//! Where both have no room, parts of the left leave in a fixed order, then the texts at the right get shorter, and at last the
//! search leaves. Whether it follows and what is missing always stay.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::fields::share_out;
use super::super::{Role, Stage, format};
use crate::model::{Sieve, TailPane};
use crate::sanitize;

/// Columns that are left of a filter's text before anything of the other side leaves.
const LEAST: usize = 8;

/// A part at the left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Count,
    Dropped,
    State,
    Newer,
    Gaps,
}

/// Which parts leave, first to last.
const LEAVING: [Part; 3] = [Part::Dropped, Part::Newer, Part::Count];

/// Both sides of the title of a frame that is so wide.
pub(super) fn both<'a>(stage: &Stage<'_>, pane: &TailPane, width: u16) -> (Line<'a>, Line<'a>) {
    let room = usize::from(width.saturating_sub(2));
    let mut parts = parts(pane);
    let mut told: Vec<_> = [
        ("filter", &pane.filter, Role::Accent),
        ("search", &pane.search, Role::Dim),
    ]
    .into_iter()
    .filter_map(|(word, sieve, role)| Some(Told::new(word, sieve.as_ref()?, pane, role)))
    .collect();
    let least = |told: &[Told]| told.iter().map(Told::least).sum::<usize>();
    for leaving in LEAVING {
        if width_of(&parts) + least(&told) > room {
            parts.retain(|(part, ..)| *part != leaving);
        }
    }
    let room = room.saturating_sub(width_of(&parts));
    if least(&told) > room {
        told.truncate(1);
    }
    (left(stage, parts), right(stage, &told, room))
}

fn parts(pane: &TailPane) -> Vec<(Part, String, Role)> {
    let count = format::count(pane.ring.len() as u64);
    let plural = if pane.ring.len() == 1 { "" } else { "s" };
    let dropped = format::count(pane.ring.dropped());
    let (state, role) = match (pane.ended, pane.follow) {
        (true, _) => ("ended", Role::Dim),
        (false, true) => ("following", Role::Good),
        (false, false) => ("paused", Role::Warning),
    };
    let newer = (!pane.follow && pane.newer() > 0).then(|| format!("{} newer", pane.newer()));
    let gaps = match pane.gaps.len() {
        0 => None,
        1 => Some(format!("✗ gap in {}", sanitize::line(pane.gaps[0].short()))),
        count => Some(format!("✗ {count} gaps")),
    };
    let parts = [
        (Part::Count, Some(format!("{count} record{plural}")), Role::Dim),
        (Part::Dropped, Some(format!("{dropped} dropped")), Role::Dim),
        (Part::State, Some(state.to_owned()), role),
        (Part::Newer, newer, Role::Dim),
        (Part::Gaps, gaps, Role::Failed),
    ];
    let there = parts
        .into_iter()
        .filter_map(|(part, text, role)| Some((part, text?, role)));
    there.collect()
}

/// With a blank at both ends, and a dot between two.
fn width_of(parts: &[(Part, String, Role)]) -> usize {
    parts
        .iter()
        .map(|(_, text, _)| text.width() + 3)
        .sum::<usize>()
        .saturating_sub(1)
}

fn left<'a>(stage: &Stage<'_>, parts: Vec<(Part, String, Role)>) -> Line<'a> {
    let mut spans = Vec::new();
    for (place, (_, text, role)) in parts.into_iter().enumerate() {
        spans.push(stage.span(if place == 0 { " " } else { "· " }, Role::Dim));
        spans.push(stage.span(format!("{text} "), role));
    }
    Line::from(spans)
}

/// What is looked for, and how much of it was found so far.
struct Told {
    word: &'static str,
    text: String,
    found: String,
    stopped: String,
    role: Role,
}

impl Told {
    fn new(word: &'static str, sieve: &Sieve, pane: &TailPane, role: Role) -> Self {
        let part = match sieve.progress(&pane.ring) {
            100 => String::new(),
            part => format!(", {part} % looked at"),
        };
        let stopped = sieve
            .stopped()
            .map(|it| format!("· ✗ stopped on {} ", format::count(it.records)));
        Self {
            word,
            text: sanitize::line(sieve.filter.text()).into_owned(),
            found: format!("{}{part}", format::count(sieve.passed().len() as u64)),
            stopped: stopped.unwrap_or_default(),
            role,
        }
    }

    /// The columns of all but the text.
    fn around(&self) -> usize {
        let words = [self.word, &self.found, &self.stopped];
        words.iter().map(|word| word.width()).sum::<usize>() + "   ·  ".width()
    }

    fn least(&self) -> usize {
        self.around() + self.text.width().min(LEAST)
    }

    fn spans<'a>(&self, stage: &Stage<'_>, room: usize) -> [Span<'a>; 2] {
        let text = format::fit(&self.text, room);
        let words = format!(" {} {text} · {} ", self.word, self.found);
        [
            stage.span(words, self.role),
            stage.span(self.stopped.clone(), Role::Failed),
        ]
    }
}

fn right<'a>(stage: &Stage<'_>, told: &[Told], room: usize) -> Line<'a> {
    let around: usize = told.iter().map(Told::around).sum();
    let needs: Vec<_> = told.iter().map(|it| it.text.width()).collect();
    let texts = share_out(&needs, room.saturating_sub(around));
    let spans = told
        .iter()
        .zip(texts)
        .flat_map(|(it, room)| it.spans(stage, room));
    Line::from(spans.collect::<Vec<_>>())
}
