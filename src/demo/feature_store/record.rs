//! Records: the values of a group's features, checked against its definition.
//!
//! Must not: decide which store a record goes to.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::definition::{Collection, Definition, FeatureDefinition, FeatureType, is_name};
use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// What the Feature Store runtime calls a request that breaks a constraint.
pub(in crate::demo) const VALIDATION: &str = "ValidationError";

/// The largest record and the largest value, in bytes (pages `PutRecord` and "Quotas, naming rules and data types").
const BYTES: usize = 350 * 1024;

/// What a feature holds.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) enum Content {
    /// `ValueAsString`.
    One(String),
    /// `ValueAsStringList`.
    Many(Vec<String>),
}

/// A feature, by its place in the definition, and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) struct FeatureValue {
    pub(in crate::demo) feature: usize,
    pub(in crate::demo) content: Content,
}

/// Values of some of a group's features, no feature twice.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) struct Record(pub(in crate::demo) Vec<FeatureValue>);

impl Record {
    /// Reads a member that holds feature values, and checks each.
    pub(in crate::demo) fn read(
        fields: &Fields<'_>,
        member: &str,
        group: &Definition,
    ) -> Result<Self, Fault> {
        let given = fields.required_list(member)?;
        if given.is_empty() {
            return Err(fields.violated(member, "[]", "Member must have length greater than or equal to 1"));
        }
        let values = given.iter().map(named_content).collect::<Result<Vec<_>, _>>()?;
        Self::checked(group, values)
    }

    /// A record of checked values.
    pub(in crate::demo) fn checked(group: &Definition, values: Vec<(&str, Content)>) -> Result<Self, Fault> {
        let mut seen = vec![false; group.features.len()];
        let mut bytes = 0;
        let mut record = Vec::with_capacity(values.len());
        for (name, content) in values {
            let feature = group.place(name).ok_or_else(|| {
                invalid(&format!(
                    "FeatureName {name} is not in feature group {}",
                    group.name
                ))
            })?;
            if std::mem::replace(&mut seen[feature], true) {
                return Err(invalid(&format!("Duplicate FeatureName: {name}")));
            }
            check(&group.features[feature], &content)?;
            bytes += name.len() + content.size();
            record.push(FeatureValue { feature, content });
        }
        if bytes > BYTES {
            return Err(invalid("The record is larger than 350 KB"));
        }
        Ok(Self(record))
    }

    /// What a feature holds, where the record has it.
    pub(in crate::demo) fn content(&self, feature: usize) -> Option<&Content> {
        let value = self.0.iter().find(|value| value.feature == feature)?;
        Some(&value.content)
    }

    /// The record's identifier.
    pub(in crate::demo) fn identifier(&self, group: &Definition) -> Result<&str, Fault> {
        match self.content(group.identifier) {
            Some(Content::One(text)) if !text.is_empty() => Ok(text),
            _ => Err(invalid(&format!(
                "Missing the record identifier feature {}",
                group.features[group.identifier].name
            ))),
        }
    }

    /// The record's event time, where it has one.
    pub(in crate::demo) fn event_time(&self, group: &Definition) -> Result<Option<Timestamp>, Fault> {
        match self.content(group.event_time) {
            Some(Content::One(text)) => event_time(group, text).map(Some),
            _ => Ok(None),
        }
    }

    /// The record with the values of another one put over its own.
    pub(in crate::demo) fn updated(&self, changes: &Self) -> Self {
        let mut merged = self.0.clone();
        for change in &changes.0 {
            match merged.iter_mut().find(|value| value.feature == change.feature) {
                Some(value) => value.content.clone_from(&change.content),
                None => merged.push(change.clone()),
            }
        }
        Self(merged)
    }

    /// How many bytes the values take.
    pub(in crate::demo) fn size(&self) -> usize {
        self.0.iter().map(|value| value.content.size()).sum()
    }

    /// `Record`, as the service writes it, of all features or only of some.
    pub(in crate::demo) fn to_json(&self, group: &Definition, only: Option<&[usize]>) -> Vec<Value> {
        let wanted = self
            .0
            .iter()
            .filter(|value| only.is_none_or(|only| only.contains(&value.feature)));
        wanted
            .map(|value| {
                let name = &group.features[value.feature].name;
                match &value.content {
                    Content::One(text) => json!({"FeatureName": name, "ValueAsString": text}),
                    Content::Many(texts) => json!({"FeatureName": name, "ValueAsStringList": texts}),
                }
            })
            .collect()
    }
}

impl Content {
    fn size(&self) -> usize {
        match self {
            Self::One(text) => text.len(),
            Self::Many(texts) => texts.iter().map(String::len).sum(),
        }
    }
}

/// The time of an event time's text in the form of a group.
pub(in crate::demo) fn event_time(group: &Definition, text: &str) -> Result<Timestamp, Fault> {
    group.event_time_form.parse(text).ok_or_else(|| {
        invalid(&format!(
            "EventTime {text} of feature group {} must be {}",
            group.name,
            group.event_time_form.description()
        ))
    })
}

fn named_content(given: &Value) -> Result<(&str, Content), Fault> {
    let fields = Fields::within(given, VALIDATION);
    let name = fields.required_text("FeatureName")?;
    if !is_name(name) {
        let constraint =
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}";
        return Err(fields.violated("FeatureName", name, constraint));
    }
    let content = match (fields.text("ValueAsString")?, fields.list("ValueAsStringList")?) {
        (Some(text), None) => Content::One(text.to_owned()),
        (None, Some(list)) => Content::Many(list.iter().map(element).collect::<Result<_, _>>()?),
        _ => {
            return Err(invalid(&format!(
                "Exactly one of ValueAsString and ValueAsStringList must be given for feature {name}"
            )));
        }
    };
    Ok((name, content))
}

fn element(value: &Value) -> Result<String, Fault> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| {
        Fault::new(
            "SerializationException",
            "The elements of ValueAsStringList are strings",
        )
    })
}

fn check(feature: &FeatureDefinition, content: &Content) -> Result<(), Fault> {
    if content.size() > BYTES {
        return Err(invalid(&format!(
            "The value of feature {} is larger than 350 KB",
            feature.name
        )));
    }
    match (feature.collection, content) {
        (None, Content::One(text)) => check_type(feature, text),
        (Some(collection), Content::Many(texts)) => {
            check_collection(feature, collection, texts)?;
            texts.iter().try_for_each(|text| check_type(feature, text))
        }
        (None, Content::Many(_)) => Err(invalid(&format!(
            "Feature {} takes a ValueAsString",
            feature.name
        ))),
        (Some(_), Content::One(_)) => Err(invalid(&format!(
            "Feature {} takes a ValueAsStringList",
            feature.name
        ))),
    }
}

fn check_type(feature: &FeatureDefinition, text: &str) -> Result<(), Fault> {
    let fits = match feature.kind {
        FeatureType::Integral => text.parse::<i64>().is_ok(),
        FeatureType::Fractional => text.parse::<f64>().is_ok_and(f64::is_finite),
        FeatureType::String => true,
    };
    if fits {
        return Ok(());
    }
    Err(invalid(&format!(
        "FeatureValue {text} of feature {} could not be parsed as the feature type {}",
        feature.name,
        feature.kind.name()
    )))
}

fn check_collection(
    feature: &FeatureDefinition,
    collection: Collection,
    texts: &[String],
) -> Result<(), Fault> {
    match collection {
        Collection::Vector(dimension) if texts.len() != dimension => Err(invalid(&format!(
            "Feature {} is a vector of {dimension} elements, but {} were given",
            feature.name,
            texts.len()
        ))),
        Collection::Set if texts.iter().collect::<HashSet<_>>().len() < texts.len() => {
            Err(invalid(&format!(
                "Feature {} is a set, but an element was given twice",
                feature.name
            )))
        }
        _ => Ok(()),
    }
}

/// A request that breaks a constraint.
pub(in crate::demo) fn invalid(message: &str) -> Fault {
    Fault::new(VALIDATION, format!("Validation Error: {message}"))
}
