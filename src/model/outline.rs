//! What there is to read about the selected resource, line by line, before it is drawn. The update needs to know how many lines
//! there are, the view what they say; both take it from here.

use unicode_width::UnicodeWidthStr;

use super::{Branch, Browser, ConsumerList, Pace, Paged, Remote, ShardList, Wait};
use crate::resource::{
    BatchPrediction, Consumer, Detail, Fact, FactValue, Feature, FeatureGroup, Milestone, Run, Shard,
    Timestamp,
};
use crate::sanitize;
use crate::source::SourceError;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Line<'a> {
    /// A title over what follows.
    Heading(String),
    /// A label and a value.
    Fact(Fact),
    /// The whole course of something that runs.
    Timeline([Milestone; 3]),
    /// One point of it, and its beginning.
    Milestone(Milestone, Option<Timestamp>),
    /// Its figures; or why there are none. They take two lines.
    Figures(Run, &'static str),
    /// The second line of the figures, which are drawn with the first.
    MoreFigures(Run, &'static str),
    /// How often it is asked for, and whether that is so wherever the person is.
    Followed(Pace, bool),
    /// The title over shards.
    ShardCount {
        /// How many of them take records.
        open: usize,
        /// How many do not.
        closed: usize,
        /// Whether these are all.
        complete: bool,
    },
    /// A shard in its tree.
    Shard {
        /// The shard.
        shard: &'a Shard,
        /// Where it stands in the tree.
        branch: &'a Branch,
    },
    /// A registered consumer.
    Consumer(&'a Consumer),
    /// Words on what is wrong, under a label; where they take several lines, the others have none.
    Trouble(&'static str, String),
    /// What stands over the features of a schema.
    FeatureHeading,
    /// A feature of a schema, and what it is besides.
    Feature(&'a Feature, Option<&'static str>),
    /// Something is waited for: what, and since when.
    Waiting(String, Wait),
    /// A call failed.
    Failed(&'a SourceError),
    /// What is not waited for any more.
    Cancelled(String),
    /// Words of ours.
    Note(String),
    /// Nothing.
    Blank,
}

/// All lines of the selected resource. A stream may have 10,000 shards, so their lines are made as they are asked for.
#[derive(Clone, Debug)]
pub struct Outline<'a> {
    /// What stands above the shards.
    above: Vec<Line<'a>>,
    /// The shards, as far as they are here, and the order of their lines.
    shards: &'a [Shard],
    branches: &'a [Branch],
    /// Columns that the longest of the shards takes with what leads to it.
    pub shard_columns: usize,
    /// Columns that the longest name, type and collection of a feature take.
    pub feature_columns: [usize; 3],
}

/// From this many columns on, the course of something that runs takes one line.
const TIMELINE_FROM: usize = 92;
/// Columns of a label.
pub const LABEL: usize = 15;

impl<'a> Outline<'a> {
    pub(super) fn of(browser: &'a Browser, columns: usize) -> Self {
        let mut outline = Self {
            above: Vec::new(),
            shards: &[],
            branches: &[],
            shard_columns: 0,
            feature_columns: [0; 3],
        };
        let Some(entry) = browser.selected() else {
            return outline;
        };
        let lines = &mut outline.above;
        if let Some(step) = browser.behind() {
            push_remote(lines, &step.found, &step.ancestor.to_string(), |lines, found| {
                push_facts(lines, found.facts.clone(), columns);
            });
            return outline;
        }
        let what = format!("{} {}", browser.section.noun(), entry.name);
        push_remote(lines, browser.detail(), &what, |lines, detail| {
            if let Detail::Prediction(it) = detail {
                push_course(lines, browser, it, columns);
            }
            push_facts(lines, detail.facts(), columns);
        });
        if let Some(Detail::FeatureGroup(group)) = browser.detail().value() {
            push_schema(lines, group);
            outline.feature_columns = feature_columns(group);
        }
        let lines = &mut outline.above;
        if let Some(list) = browser.selected_consumers() {
            push_consumers(lines, list);
        }
        if let Some(list) = browser.selected_shards() {
            push_shard_count(lines, list);
            outline.shards = list.shards.value().map_or(&[], |paged| &paged.items);
            outline.branches = &list.lineage.branches;
            outline.shard_columns = list.lineage.columns;
        }
        outline
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.above.len() + self.branches.len()
    }

    /// The lines from one on. What is not taken is not made.
    pub fn lines_from(&self, first: usize) -> impl Iterator<Item = Line<'a>> {
        let above = self.above.iter().skip(first).cloned();
        let gone = first.saturating_sub(self.above.len()).min(self.branches.len());
        let shards = self.shards;
        let below = self.branches[gone..].iter().map(|branch| Line::Shard {
            shard: &shards[branch.shard],
            branch,
        });
        above.chain(below)
    }
}

/// The lines of something that is asked for: of itself where it is here, else of the wait or the failure.
fn push_remote<'a, T>(
    lines: &mut Vec<Line<'a>>,
    remote: &'a Remote<T>,
    what: &str,
    push: impl FnOnce(&mut Vec<Line<'a>>, &'a T),
) {
    match remote {
        Remote::Idle => {}
        Remote::Loading(wait) => lines.push(Line::Waiting(what.to_owned(), *wait)),
        Remote::Ready(value) | Remote::Refreshing(value, _) => push(lines, value),
        Remote::Failed(error) => lines.push(Line::Failed(error)),
        Remote::Cancelled => lines.push(Line::Cancelled(what.to_owned())),
    }
}

/// What is known, fact by fact. Words on what is wrong are shown whole.
fn push_facts(lines: &mut Vec<Line<'_>>, facts: Vec<Fact>, columns: usize) {
    for fact in facts {
        match &fact.value {
            FactValue::Trouble(words) => push_trouble(lines, fact.label, words, columns),
            _ => lines.push(Line::Fact(fact)),
        }
    }
}

fn push_trouble(lines: &mut Vec<Line<'_>>, label: &'static str, words: &str, columns: usize) {
    let room = columns.saturating_sub(LABEL.min(columns / 2) + 2);
    let parts = wrap(&sanitize::line(words), room).into_iter();
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    lines.extend(labels.zip(parts).map(|(label, part)| Line::Trouble(label, part)));
}

/// How far something is that runs, and how it is followed.
fn push_course<'a>(
    lines: &mut Vec<Line<'a>>,
    browser: &'a Browser,
    prediction: &'a BatchPrediction,
    columns: usize,
) {
    let id = prediction.id.as_str().into();
    let follow = &browser.follow;
    lines.push(Line::Fact(Fact::new("status", prediction.status.as_str())));
    let milestones = prediction.milestones();
    if columns >= TIMELINE_FROM {
        lines.push(Line::Timeline(milestones));
    } else {
        let first = prediction.created;
        lines.extend(milestones.map(|it| Line::Milestone(it, first)));
    }
    let (run, why) = (prediction.run(), prediction.uncounted());
    lines.push(Line::Figures(run, why));
    lines.push(Line::MoreFigures(run, why));
    let Some(pace) = follow.pace(&id) else { return };
    if pace.next.is_some() {
        lines.push(Line::Followed(pace.clone(), follow.is_pinned(&id)));
    }
    if let Some(error) = &pace.trouble {
        push_trouble(lines, "asked again", &error.to_string(), columns);
    }
}

fn feature_columns(group: &FeatureGroup) -> [usize; 3] {
    let longest = |width: fn(&Feature) -> usize| group.features.iter().map(width).max().unwrap_or(0);
    [
        longest(|feature| feature.name.width()),
        longest(|feature| feature.kind.width()),
        longest(|feature| feature.collected().width()),
    ]
}

fn push_schema<'a>(lines: &mut Vec<Line<'a>>, group: &'a FeatureGroup) {
    lines.push(Line::Blank);
    lines.push(Line::Heading(format!("Features  {}", group.features.len())));
    lines.push(Line::FeatureHeading);
    let features = group.features.iter();
    lines.extend(features.map(|feature| Line::Feature(feature, group.role_of(&feature.name))));
}

/// Words broken into lines of so many columns.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let used = lines.last().map_or(0, |line| line.width());
        if used > 0 && used + 1 + word.width() > columns {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// A stream without consumers says so among its facts.
fn push_consumers<'a>(lines: &mut Vec<Line<'a>>, list: &'a ConsumerList) {
    let is_known = list.consumers.value().is_some();
    if list.consumers.is_idle() || (is_known && list.items().is_empty()) {
        return;
    }
    lines.push(Line::Blank);
    push_remote(lines, &list.consumers, "consumers", |lines, paged| {
        lines.push(Line::Heading(format!("Consumers  {}", paged.items.len())));
        lines.extend(paged.items.iter().map(Line::Consumer));
        push_remote(lines, &paged.following, "more consumers", |_, ()| {});
    });
}

/// The title over the shards, and below it, where it is seen before ten thousand of them, what is the matter with the rest.
fn push_shard_count<'a>(lines: &mut Vec<Line<'a>>, list: &'a ShardList) {
    if list.shards.is_idle() {
        return;
    }
    lines.push(Line::Blank);
    push_remote(lines, &list.shards, "shards", |lines, paged: &Paged<Shard>| {
        let open = list.lineage.open;
        lines.push(Line::ShardCount {
            open,
            closed: paged.items.len() - open,
            complete: paged.is_complete(),
        });
        match list.shards.wait().filter(|_| paged.is_stuck()) {
            Some(again) => lines.push(Line::Waiting("the shards again".to_owned(), again)),
            None => push_remote(lines, &paged.following, "more shards", |_, ()| {}),
        }
    });
}
