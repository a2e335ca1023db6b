//! What there is to read about the selected resource, line by line, before it is drawn. The update needs to know how many lines
//! there are, the view what they say; both take it from here.

use std::collections::HashSet;

use super::{Branch, Browser, ConsumerList, Lookup, Paged, Remote, ShardList, Wait, lineage};
use crate::resource::{Consumer, Detail, Fact, Feature, FeatureRecord, FeatureValue, Shard};
use crate::source::SourceError;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A title over what follows.
    Heading(String),
    /// A label and a value.
    Fact(Fact),
    /// A shard in its tree.
    Shard {
        /// The shard.
        shard: Box<Shard>,
        /// Where it stands in the tree.
        branch: Branch,
    },
    /// A registered consumer.
    Consumer(Consumer),
    /// A feature of a schema, and what it is besides.
    Feature(Feature, Option<&'static str>),
    /// A feature of a record.
    Value(String, Value),
    /// Something is waited for: what, and since when.
    Waiting(String, Wait),
    /// A call failed.
    Failed(SourceError),
    /// Words of ours.
    Note(String),
    /// Nothing.
    Blank,
}

/// The value of a feature of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// As the service gave it.
    Given(FeatureValue),
    /// The record has none.
    Absent,
}

/// All lines of the selected resource.
pub(super) fn outline(browser: &Browser) -> Vec<Line> {
    let Some(entry) = browser.selected() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(lookup) = browser.selected_lookup() {
        push_record(&mut lines, lookup, browser.detail().value());
    }
    push_remote(
        &mut lines,
        browser.detail(),
        &format!("{} {}", browser.section.noun(), entry.name),
        push_detail,
    );
    if let Some(list) = browser.selected_consumers() {
        push_consumers(&mut lines, list);
    }
    if let Some(list) = browser.selected_shards() {
        push_shards(&mut lines, list);
    }
    lines
}

/// The lines of something that is asked for: of itself where it is here, else of the wait or the failure.
fn push_remote<T>(
    lines: &mut Vec<Line>,
    remote: &Remote<T>,
    what: &str,
    push: impl FnOnce(&mut Vec<Line>, &T),
) {
    match remote {
        Remote::Idle => {}
        Remote::Loading(wait) => lines.push(Line::Waiting(what.to_owned(), *wait)),
        Remote::Ready(value) | Remote::Refreshing(value, _) => push(lines, value),
        Remote::Failed(error) => lines.push(Line::Failed(error.clone())),
        Remote::Cancelled => lines.push(Line::Note(format!("{what}: not waited for; r asks again"))),
    }
}

fn push_detail(lines: &mut Vec<Line>, detail: &Detail) {
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
            Line::Feature(feature.clone(), role)
        }));
    }
}

/// A stream without consumers says so among its facts.
fn push_consumers(lines: &mut Vec<Line>, list: &ConsumerList) {
    let is_known = list.consumers.value().is_some();
    if list.consumers.is_idle() || (is_known && list.items().is_empty()) {
        return;
    }
    lines.push(Line::Blank);
    push_remote(lines, &list.consumers, "consumers", |lines, paged| {
        lines.push(Line::Heading(format!("Consumers  {}", paged.items.len())));
        lines.extend(paged.items.iter().cloned().map(Line::Consumer));
        push_remote(lines, &paged.following, "more consumers", |_, ()| {});
    });
}

fn push_shards(lines: &mut Vec<Line>, list: &ShardList) {
    if list.shards.is_idle() {
        return;
    }
    lines.push(Line::Blank);
    push_remote(lines, &list.shards, "shards", |lines, paged: &Paged<Shard>| {
        let open = paged.items.iter().filter(|shard| shard.is_open()).count();
        let closed = paged.items.len() - open;
        let more = if paged.is_complete() { "" } else { " so far" };
        lines.push(Line::Heading(format!(
            "Shards  {open} open · {closed} closed{more}"
        )));
        lines.extend(lineage(&paged.items).into_iter().map(|branch| Line::Shard {
            shard: Box::new(paged.items[branch.shard].clone()),
            branch,
        }));
        push_remote(lines, &paged.following, "more shards", |_, ()| {});
    });
}

fn push_record(lines: &mut Vec<Line>, lookup: &Lookup, group: Option<&Detail>) {
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
fn push_values(lines: &mut Vec<Line>, record: &FeatureRecord, group: Option<&Detail>) {
    if let Some(time) = &record.expires {
        lines.push(Line::Fact(Fact::new("expires", time.as_str())));
    }
    let given =
        |(name, value): &(String, FeatureValue)| Line::Value(name.clone(), Value::Given(value.clone()));
    lines.extend(record.values.iter().map(given));
    if let Some(Detail::FeatureGroup(group)) = group {
        let given: HashSet<&str> = record.values.iter().map(|(name, _)| name.as_str()).collect();
        let lacks = |it: &&Feature| !given.contains(it.name.as_str());
        lines.extend(
            group
                .features
                .iter()
                .filter(lacks)
                .map(|it| Line::Value(it.name.clone(), Value::Absent)),
        );
    }
}
