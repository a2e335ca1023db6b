//! What there is to read about the selected resource, line by line, before it is drawn. The update needs to know how many lines
//! there are, the view what they say; both take it from here.

use std::collections::HashSet;

use super::{Branch, Browser, ConsumerList, Lookup, Paged, Remote, ShardList, Wait};
use crate::resource::{Consumer, Detail, Fact, Feature, FeatureRecord, FeatureValue, Shard};
use crate::source::SourceError;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Line<'a> {
    /// A title over what follows.
    Heading(String),
    /// A label and a value.
    Fact(Fact),
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
    /// A feature of a schema, and what it is besides.
    Feature(&'a Feature, Option<&'static str>),
    /// A feature of a record.
    Value(&'a str, Value<'a>),
    /// Something is waited for: what, and since when.
    Waiting(String, Wait),
    /// A call failed.
    Failed(&'a SourceError),
    /// Words of ours.
    Note(String),
    /// Nothing.
    Blank,
}

/// The value of a feature of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// As the service gave it.
    Given(&'a FeatureValue),
    /// The record has none.
    Absent,
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
}

impl<'a> Outline<'a> {
    pub(super) fn of(browser: &'a Browser) -> Self {
        let mut outline = Self {
            above: Vec::new(),
            shards: &[],
            branches: &[],
            shard_columns: 0,
        };
        let Some(entry) = browser.selected() else {
            return outline;
        };
        let lines = &mut outline.above;
        if let Some(lookup) = browser.selected_lookup() {
            push_record(lines, lookup, browser.detail().value());
        }
        let what = format!("{} {}", browser.section.noun(), entry.name);
        push_remote(lines, browser.detail(), &what, push_detail);
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
        Remote::Cancelled => lines.push(Line::Note(format!("{what}: not waited for; r asks again"))),
    }
}

fn push_detail<'a>(lines: &mut Vec<Line<'a>>, detail: &'a Detail) {
    lines.extend(detail.facts().into_iter().map(Line::Fact));
    if let Detail::FeatureGroup(group) = detail {
        lines.push(Line::Blank);
        lines.push(Line::Heading(format!("Features  {}", group.features.len())));
        lines.extend(group.features.iter().map(|feature| {
            let role = if feature.name == group.identifier {
                Some("identifier")
            } else if feature.name == group.event_time {
                Some("event time")
            } else {
                None
            };
            Line::Feature(feature, role)
        }));
    }
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

fn push_record<'a>(lines: &mut Vec<Line<'a>>, lookup: &'a Lookup, group: Option<&'a Detail>) {
    lines.push(Line::Heading(format!("Record  {}", lookup.identifier)));
    push_remote(
        lines,
        &lookup.record,
        "the record",
        |lines, record| match record {
            Some(record) => push_values(lines, record, group),
            None => lines.push(Line::Note("no such record in the online store".to_owned())),
        },
    );
    lines.push(Line::Blank);
}

/// The record's features in its own order, then those of the schema that it lacks.
fn push_values<'a>(lines: &mut Vec<Line<'a>>, record: &'a FeatureRecord, group: Option<&'a Detail>) {
    if let Some(time) = &record.expires {
        lines.push(Line::Fact(Fact::new("expires", time.as_str())));
    }
    let given = record.values.iter();
    lines.extend(given.map(|(name, value)| Line::Value(name, Value::Given(value))));
    if let Some(Detail::FeatureGroup(group)) = group {
        let given: HashSet<&str> = record.values.iter().map(|(name, _)| name.as_str()).collect();
        let lacks = |it: &&Feature| !given.contains(it.name.as_str());
        lines.extend(
            group
                .features
                .iter()
                .filter(lacks)
                .map(|it| Line::Value(&it.name, Value::Absent)),
        );
    }
}
