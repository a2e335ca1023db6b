//! When two records are the same to a person: the same values by name, in whatever order the service gives them.

use std::collections::HashMap;

use super::schema::{Schema, Shape};
use crate::resource::{FeatureRecord, FeatureValue, Features};

/// Whether two values of a feature are the same; a set has no order.
pub(super) fn same_value(
    schema: &Schema,
    feature: &str,
    a: Option<&FeatureValue>,
    b: Option<&FeatureValue>,
) -> bool {
    let is_set = schema
        .feature(feature)
        .is_some_and(|rules| rules.shape == Shape::Set);
    match (a, b) {
        (Some(FeatureValue::Many(a)), Some(FeatureValue::Many(b))) if is_set => sorted(a) == sorted(b),
        (a, b) => a == b,
    }
}

fn sorted(elements: &[String]) -> Vec<&String> {
    let mut sorted: Vec<_> = elements.iter().collect();
    sorted.sort_unstable();
    sorted
}

/// Whether two records have the same values.
pub(super) fn same_features(schema: &Schema, a: &Features, b: &Features) -> bool {
    let of_b: HashMap<_, _> = b.iter().map(|(name, value)| (name, value)).collect();
    let is_same = |(name, value): &(String, FeatureValue)| {
        same_value(schema, name, Some(value), of_b.get(name).copied())
    };
    a.len() == b.len() && a.iter().all(is_same)
}

/// Whether the store holds what was read before. When a record expires follows from its values and is not looked at.
pub(super) fn same_record(schema: &Schema, a: Option<&FeatureRecord>, b: Option<&FeatureRecord>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_features(schema, &a.values, &b.values),
        (a, b) => a.is_none() && b.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::fixtures::{customers, many, one, record, record_with};

    #[test]
    fn the_order_of_features_and_of_a_set_means_nothing_and_that_of_a_list_does() {
        let schema = customers();
        let same = |other: &FeatureRecord| same_record(&schema, Some(&record()), Some(other));
        let mut turned = record();
        turned.values.reverse();
        turned.expires = None;
        assert!(same(&turned));
        assert!(same(&record_with("tags", many(&["a", "b"]))));
        assert!(!same(&record_with("tags", many(&["a", "a"]))));
        assert!(!same(&record_with("history", many(&[]))));
        assert!(!same(&record_with("visits", one("07"))));
        let lists = |a: &[&str], b: &[&str]| same_value(&schema, "history", Some(&many(a)), Some(&many(b)));
        assert!(lists(&["1", "2"], &["1", "2"]) && !lists(&["1", "2"], &["2", "1"]));
    }

    #[test]
    fn absent_is_neither_empty_text_nor_an_empty_list() {
        let schema = customers();
        let values = [None, Some(one("")), Some(many(&[]))];
        for (place, a) in values.iter().enumerate() {
            for (other, b) in values.iter().enumerate() {
                let same = same_value(&schema, "name", a.as_ref(), b.as_ref());
                assert_eq!(same, place == other);
            }
        }
        assert!(same_record(&schema, None, None) && !same_record(&schema, Some(&record()), None));
    }
}
