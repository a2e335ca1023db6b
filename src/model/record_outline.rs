//! What there is to read about a record, line by line, before it is drawn. The update needs to know how many lines there are,
//! the view what they say; both take it from here.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::{Remote, Wait, wrap};
use crate::gather::Fate;
use crate::resource::{Feature, FeatureGroup, FeatureRecord, Timestamp};
use crate::sanitize;
use crate::source::SourceError;

/// From this width on there is a column for the features' types.
const TYPE_FROM: usize = 60;
/// Columns of a feature's type at most: `Vector(8) Fractional`.
const TYPE: usize = 20;
/// Lines that one value takes at most.
const LINES: usize = 8;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordLine<'a> {
    /// When the record vanishes, as the service told it, and as a point in time.
    Expires(&'a str, Option<Timestamp>),
    /// Its event time.
    EventTime(&'a str, Option<Timestamp>),
    /// What stands over the features.
    Heading,
    /// A feature, or where its value goes on; sanitized.
    Value {
        /// Its name, and what the schema says of it; none where the value goes on.
        feature: Option<(&'a str, Option<&'a Feature>)>,
        /// As much of the value as the line takes.
        part: String,
    },
    /// A feature that the record lacks.
    Absent(&'a Feature),
    /// The record is waited for.
    Waiting(Wait),
    /// Words on what failed; sanitized.
    Failed(String),
    /// It can be asked for again after that.
    AskAgain,
    /// The record is not waited for any more.
    Cancelled,
    /// Words of ours.
    Note(String),
    /// Nothing.
    Blank,
}

/// All lines of a record, and the columns in which they stand.
#[derive(Clone, Debug, Default)]
pub struct RecordOutline<'a> {
    /// The lines.
    pub lines: Vec<RecordLine<'a>>,
    /// Columns of the features' names.
    pub name: usize,
    /// Columns of their types; none on a narrow screen.
    pub kind: usize,
}

impl<'a> RecordOutline<'a> {
    /// A record that was asked for.
    pub fn of_remote(
        record: &'a Remote<Option<FeatureRecord>>,
        group: Option<&'a FeatureGroup>,
        width: usize,
    ) -> Self {
        match record {
            Remote::Idle => Self::default(),
            Remote::Loading(wait) => Self::single(RecordLine::Waiting(*wait)),
            Remote::Ready(Some(record)) | Remote::Refreshing(Some(record), _) => {
                Self::of(record, group, &[], width)
            }
            Remote::Ready(None) | Remote::Refreshing(None, _) => Self::absent(),
            Remote::Failed(error) => Self::failed(error, width),
            Remote::Cancelled => Self::single(RecordLine::Cancelled),
        }
    }

    /// A record that was gathered, with these of its features or all.
    pub fn of_fate(fate: &'a Fate, group: Option<&'a FeatureGroup>, asked: &[String], width: usize) -> Self {
        match fate {
            Fate::Awaited => Self::single(RecordLine::Note("on its way …".to_owned())),
            Fate::Here(record) => Self::of(record, group, asked, width),
            Fate::Absent => Self::absent(),
            Fate::Failed(error) => Self::failed(error, width),
        }
    }

    fn single(line: RecordLine<'a>) -> Self {
        Self {
            lines: vec![line],
            ..Self::default()
        }
    }

    fn absent() -> Self {
        let words = [
            "There is no such record in the online store:",
            "it was deleted, or never there.",
        ];
        Self {
            lines: words.map(|it| RecordLine::Note(it.to_owned())).to_vec(),
            ..Self::default()
        }
    }

    fn failed(error: &SourceError, width: usize) -> Self {
        let words = wrap(&error.to_string(), width.saturating_sub(2)).into_iter();
        Self {
            lines: words
                .map(RecordLine::Failed)
                .chain([RecordLine::AskAgain])
                .collect(),
            ..Self::default()
        }
    }

    /// The record's features in its own order, then those of the schema that were asked for and that it lacks.
    fn of(
        record: &'a FeatureRecord,
        group: Option<&'a FeatureGroup>,
        asked: &[String],
        width: usize,
    ) -> Self {
        let given: HashSet<&str> = record.values.iter().map(|(name, _)| name.as_str()).collect();
        let lacking = group.iter().flat_map(|group| &group.features);
        let lacking: Vec<_> = lacking
            .filter(|feature| asked.is_empty() || asked.contains(&feature.name))
            .filter(|feature| !given.contains(feature.name.as_str()))
            .collect();
        let names = given
            .iter()
            .copied()
            .chain(lacking.iter().map(|it| it.name.as_str()));
        let longest = names.map(str::width).max().unwrap_or(0).max("feature".width());
        let kinds = group.iter().flat_map(|group| &group.features);
        let kinds = kinds.map(|feature| feature.words().width()).max();
        let kind = kinds
            .filter(|_| width >= TYPE_FROM)
            .map_or(0, |it| it.clamp(4, TYPE));
        let mut outline = Self {
            lines: Vec::new(),
            name: longest.min((width * 2 / 5).max(4)),
            kind,
        };
        outline.push_times(record, group);
        outline.lines.push(RecordLine::Heading);
        let room = outline.value_columns(width);
        for (name, value) in &record.values {
            let feature = group.and_then(|group| group.feature(name));
            let parts = chunks(&sanitize::line(&value.to_string()), room);
            let features = std::iter::once(Some((name.as_str(), feature))).chain(std::iter::repeat(None));
            let lines = features
                .zip(parts)
                .map(|(feature, part)| RecordLine::Value { feature, part });
            outline.lines.extend(lines);
        }
        outline.lines.extend(lacking.into_iter().map(RecordLine::Absent));
        outline
    }

    fn push_times(&mut self, record: &'a FeatureRecord, group: Option<&'a FeatureGroup>) {
        if let Some(expires) = &record.expires {
            self.lines.push(RecordLine::Expires(expires, record.expires_at()));
        }
        if let Some(group) = group
            && let Some(crate::resource::FeatureValue::One(text)) = record.value(&group.event_time)
        {
            self.lines.push(RecordLine::EventTime(text, event_time(text)));
        }
        if !self.lines.is_empty() {
            self.lines.push(RecordLine::Blank);
        }
    }

    /// Columns that a value has on a line.
    pub fn value_columns(&self, width: usize) -> usize {
        let kind = if self.kind > 0 { self.kind + 1 } else { 0 };
        width.saturating_sub(self.name + kind + 3).max(1)
    }
}

/// An event time is ISO-8601, or Unix seconds with or without a fraction (guide, "Feature Store data types").
fn event_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let seconds: f64 = text.parse().ok()?;
        let since = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
        Timestamp::from_duration(since).ok()
    })
}

/// A text in lines of so many columns, broken after a blank where that is not far. What is longer than the most lines ends with how
/// long it is.
fn chunks(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for cluster in text.graphemes(true) {
        let line = lines.last().map_or("", String::as_str);
        if line.width() + cluster.width() > columns && !line.is_empty() {
            let near = line.rfind(' ').map(|blank| blank + 1);
            let near = near.filter(|at| line[*at..].width() * 2 < columns);
            let rest = line[near.unwrap_or(line.len())..].to_owned();
            if let Some(line) = lines.last_mut() {
                line.truncate(line.len() - rest.len());
            }
            lines.push(rest);
        }
        if lines.len() > LINES {
            let count = text.chars().count();
            lines.truncate(LINES - 1);
            lines.push(format!("… {count} characters, y copies"));
            break;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(cluster);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_broken_by_columns_and_cut_at_last() {
        assert_eq!(chunks("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(chunks("日本語", 4), ["日本", "語"]);
        assert_eq!(chunks("", 4), [""]);
        assert_eq!(chunks("[0.51, 0.52, 0.53]", 12), ["[0.51, ", "0.52, 0.53]"]);
        let long = chunks(&"x".repeat(100), 10);
        assert_eq!((long.len(), long[7].as_str()), (8, "… 100 characters, y copies"));
    }

    #[test]
    fn an_event_time_has_one_of_two_forms() {
        for (text, time) in [
            ("2026-11-20T11:00:01Z", "2026-11-20T11:00:01Z"),
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("1700000000.5", "2023-11-14T22:13:20.5Z"),
        ] {
            assert_eq!(event_time(text).unwrap().to_string(), time);
        }
        assert_eq!(event_time("yesterday"), None);
    }
}
