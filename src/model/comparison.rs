//! Records side by side: what each has for every feature, and where they differ.

use std::collections::HashSet;

use crate::gather::{Fate, Place};
use crate::resource::{FeatureRecord, FeatureValue, ResourceId};

/// Records side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The records, in the order in which they were wanted; those that are not here are left out.
    pub columns: Vec<Column>,
    /// The features, in the schema's order and then as they come.
    pub rows: Vec<FeatureRow>,
    /// How many records are left out.
    pub missing: usize,
}

/// A record in the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its group.
    pub group: ResourceId,
    /// Its identifier.
    pub identifier: String,
}

/// What the records have for a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRow {
    /// The feature.
    pub feature: String,
    /// The value of each record; `None` where it has none.
    pub values: Vec<Option<FeatureValue>>,
    /// Whether they are not all the same, text for text.
    pub differs: bool,
}

/// How a value is in comparison with that of the first record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contrast {
    /// The same, or it is the first.
    Same,
    /// Another value.
    Changed,
    /// The first record has none.
    Added,
    /// The first record has one.
    Lacking,
}

impl Comparison {
    /// Compares the records that are here. `schema` names features in the order in which they come first.
    pub fn of<'a>(places: &'a [Place], schema: impl IntoIterator<Item = &'a str>) -> Self {
        let here = |place: &'a Place| match &place.fate {
            Fate::Here(record) => Some((place, record)),
            _ => None,
        };
        let records: Vec<(&Place, &FeatureRecord)> = places.iter().filter_map(here).collect();
        let present: HashSet<&str> = features_of(&records).collect();
        let ordered = schema.into_iter().filter(|name| present.contains(name));
        let mut seen = HashSet::new();
        let features: Vec<&str> = ordered
            .chain(features_of(&records))
            .filter(|name| seen.insert(*name))
            .collect();
        let row = |feature: &&str| {
            let values: Vec<_> = records
                .iter()
                .map(|(_, record)| record.value(feature).cloned())
                .collect();
            FeatureRow {
                feature: (*feature).to_owned(),
                differs: values.iter().any(|value| *value != values[0]),
                values,
            }
        };
        Self {
            rows: features.iter().map(row).collect(),
            missing: places.len() - records.len(),
            columns: records
                .into_iter()
                .map(|(place, _)| Column {
                    group: place.group.clone(),
                    identifier: place.identifier.clone(),
                })
                .collect(),
        }
    }

    /// How many features are the same in all records.
    pub fn identical(&self) -> usize {
        self.rows.iter().filter(|row| !row.differs).count()
    }

    /// The rows to show: all, or those that differ.
    pub fn shown(&self, only_differences: bool) -> impl Iterator<Item = &FeatureRow> {
        self.rows
            .iter()
            .filter(move |row| row.differs || !only_differences)
    }

    /// Whether the records are of several groups.
    pub fn spans_groups(&self) -> bool {
        let first = self.columns.first().map(|column| &column.group);
        self.columns.iter().any(|column| Some(&column.group) != first)
    }
}

impl FeatureRow {
    /// How a record's value is in comparison with that of the first.
    pub fn contrast(&self, column: usize) -> Contrast {
        let value = self.values.get(column).and_then(Option::as_ref);
        match (self.values.first().and_then(Option::as_ref), value) {
            (first, value) if first == value => Contrast::Same,
            (None, _) => Contrast::Added,
            (_, None) => Contrast::Lacking,
            _ => Contrast::Changed,
        }
    }
}

fn features_of<'a>(records: &[(&'a Place, &'a FeatureRecord)]) -> impl Iterator<Item = &'a str> {
    let records: Vec<_> = records.iter().map(|(_, record)| *record).collect();
    records
        .into_iter()
        .flat_map(|record| record.values.iter().map(|(name, _)| name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(group: &str, identifier: &str, values: &[(&str, &str)]) -> Place {
        let value = |(name, text): &(&str, &str)| ((*name).to_owned(), FeatureValue::One((*text).to_owned()));
        Place {
            group: group.into(),
            identifier: identifier.to_owned(),
            fate: Fate::Here(FeatureRecord {
                values: values.iter().map(value).collect(),
                expires: None,
            }),
        }
    }

    #[test]
    fn features_stand_in_the_schemas_order_and_then_as_they_come() {
        let places = [
            place("a", "1", &[("x", "1"), ("extra", "e")]),
            place("b", "2", &[("y", "2"), ("x", "1"), ("more", "m")]),
        ];
        let comparison = Comparison::of(&places, ["y", "x", "gone"]);
        let names: Vec<_> = comparison.rows.iter().map(|row| row.feature.as_str()).collect();
        assert_eq!(names, ["y", "x", "extra", "more"]);
        assert!(comparison.spans_groups());
        assert_eq!(comparison.identical(), 1);
        assert_eq!(comparison.shown(true).count(), 3);
    }

    #[test]
    fn values_are_compared_text_for_text_with_the_first() {
        let places = [
            place("a", "1", &[("n", "1.0"), ("only", "1")]),
            place("a", "2", &[("n", "1.00"), ("other", "2")]),
        ];
        let comparison = Comparison::of(&places, []);
        let contrasts: Vec<_> = comparison.rows.iter().map(|row| row.contrast(1)).collect();
        assert_eq!(contrasts, [Contrast::Changed, Contrast::Lacking, Contrast::Added]);
    }

    #[test]
    fn a_record_that_is_not_here_is_counted_and_not_compared() {
        let mut places = vec![place("a", "1", &[("n", "1")]), place("a", "2", &[])];
        places[1].fate = Fate::Absent;
        let comparison = Comparison::of(&places, []);
        assert_eq!((comparison.columns.len(), comparison.missing), (1, 1));
        assert!(!comparison.rows[0].differs);
    }
}
