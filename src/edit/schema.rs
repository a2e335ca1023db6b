//! What a feature group asks of its records: a type and a shape for each feature, the form of event times, the stores.
//!
//! Must not: insist on words that are known here. A type that is not has no rules.

use std::collections::HashMap;

use super::event_time::Form;
use crate::resource::{Feature, FeatureGroup, ResourceId, TargetStore, TtlDuration};

/// The rules of one feature group.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    group: ResourceId,
    features: Vec<FeatureSchema>,
    places: HashMap<String, usize>,
    identifier: String,
    event_time: String,
    form: Form,
    storage: Option<String>,
    ttl: Option<TtlDuration>,
    stores: Vec<TargetStore>,
}

/// The rules of one feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureSchema {
    /// Its name.
    pub name: String,
    /// The type of its value, or of its elements.
    pub kind: FeatureType,
    /// How many values it has.
    pub shape: Shape,
}

/// The type of a value (page `FeatureDefinition`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureType {
    /// A whole number of 64 bits.
    Integral,
    /// An IEEE 754 double.
    Fractional,
    /// Text.
    String,
    /// One that is not known here; any value may be right.
    Other,
}

/// How many values a feature has (page `FeatureDefinition`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One.
    One,
    /// Any number, in order.
    List,
    /// Any number, each once, in no order.
    Set,
    /// As many as its dimension says.
    Vector(Option<u64>),
    /// One that is not known here; one value or many may be right.
    Other,
}

impl Schema {
    /// The rules of a group as it was described.
    pub fn of(group: &FeatureGroup) -> Self {
        let features: Vec<_> = group.features.iter().map(FeatureSchema::of).collect();
        let places = features.iter().enumerate();
        let places = places
            .map(|(place, feature)| (feature.name.clone(), place))
            .collect();
        let mut schema = Self {
            group: ResourceId::from(group.name.as_str()),
            features,
            places,
            identifier: group.identifier.clone(),
            event_time: group.event_time.clone(),
            form: Form::Iso,
            storage: group.online.as_ref().map(|online| {
                let storage = online.storage.as_deref();
                storage.unwrap_or("Standard").to_owned()
            }),
            ttl: group.online.as_ref().and_then(|online| online.ttl),
            stores: stores(group),
        };
        if schema.feature(&group.event_time).map(|it| it.kind) == Some(FeatureType::Fractional) {
            schema.form = Form::Unix;
        }
        schema
    }

    /// The same for a group that calls must name otherwise than by its name: one of another account is known by its ARN only,
    /// and its name may be that of another group here.
    #[must_use]
    pub fn named(mut self, group: ResourceId) -> Self {
        self.group = group;
        self
    }

    /// The group as calls name it.
    pub fn group(&self) -> &ResourceId {
        &self.group
    }

    /// Its features, in the order of the group.
    pub fn features(&self) -> &[FeatureSchema] {
        &self.features
    }

    /// A feature by its name.
    pub fn feature(&self, name: &str) -> Option<&FeatureSchema> {
        self.places.get(name).map(|place| &self.features[*place])
    }

    /// The feature that identifies a record.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The feature that holds the event time.
    pub fn event_time(&self) -> &str {
        &self.event_time
    }

    /// How the group writes event times.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The type of the online store, where there is one.
    pub fn storage(&self) -> Option<&str> {
        self.storage.as_deref()
    }

    /// Whether `UpdateRecord` can be used (page `UpdateRecord`).
    pub fn can_update(&self) -> bool {
        matches!(self.storage(), Some("Standard_V2" | "InMemory"))
    }

    /// How long records live whose write does not say.
    pub fn ttl(&self) -> Option<TtlDuration> {
        self.ttl
    }

    /// The stores that the group has.
    pub fn stores(&self) -> &[TargetStore] {
        &self.stores
    }
}

impl FeatureSchema {
    fn of(feature: &Feature) -> Self {
        Self {
            name: feature.name.clone(),
            kind: match feature.kind.as_str() {
                "Integral" => FeatureType::Integral,
                "Fractional" => FeatureType::Fractional,
                "String" => FeatureType::String,
                _ => FeatureType::Other,
            },
            shape: match feature.collection.as_deref() {
                None | Some("None") => Shape::One,
                Some("List") => Shape::List,
                Some("Set") => Shape::Set,
                Some("Vector") => Shape::Vector(feature.dimension),
                Some(_) => Shape::Other,
            },
        }
    }

    /// Whether it takes one value and not a list of them.
    pub fn is_one(&self) -> bool {
        self.shape == Shape::One
    }

    /// Its type and shape in the service's words: `Integral`, `List of String`, `Vector of 8 Fractional`.
    pub fn words(&self) -> String {
        let kind = match self.kind {
            FeatureType::Integral => "Integral",
            FeatureType::Fractional => "Fractional",
            FeatureType::String => "String",
            FeatureType::Other => "unknown type",
        };
        match self.shape {
            Shape::One => kind.to_owned(),
            Shape::List => format!("List of {kind}"),
            Shape::Set => format!("Set of {kind}"),
            Shape::Vector(Some(dimension)) => format!("Vector of {dimension} {kind}"),
            Shape::Vector(None) => format!("Vector of {kind}"),
            Shape::Other => format!("unknown collection of {kind}"),
        }
    }
}

fn stores(group: &FeatureGroup) -> Vec<TargetStore> {
    let online = group.online.as_ref().map(|_| TargetStore::Online);
    let offline = group.offline.as_ref().map(|_| TargetStore::Offline);
    online.into_iter().chain(offline).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::fixtures::{customers, group};
    use crate::resource::TtlUnit;

    #[test]
    fn a_group_tells_its_rules() {
        let schema = customers();
        assert_eq!(
            (schema.identifier(), schema.event_time()),
            ("customer_id", "event_time")
        );
        assert_eq!(schema.form(), Form::Iso);
        assert_eq!(schema.stores(), [TargetStore::Online, TargetStore::Offline]);
        let days = |value| TtlDuration {
            value,
            unit: TtlUnit::Days,
        };
        assert_eq!(schema.ttl(), Some(days(30)));
        let words = |name| schema.feature(name).map(FeatureSchema::words);
        assert_eq!(words("visits").as_deref(), Some("Integral"));
        assert_eq!(words("tags").as_deref(), Some("Set of String"));
        assert_eq!(words("embedding").as_deref(), Some("Vector of 3 Fractional"));
        assert_eq!(words("nothing"), None);
    }

    #[test]
    fn a_group_of_another_account_is_named_by_its_arn() {
        let arn = "arn:aws:sagemaker:eu-west-1:444455556666:feature-group/customers";
        let schema = Schema::of(&group());
        assert_eq!(schema.group().as_str(), "customers");
        assert_eq!(schema.named(arn.into()).group().as_str(), arn);
    }

    #[test]
    fn an_event_time_of_a_fractional_feature_is_in_seconds() {
        let mut group = group();
        group.features[1].kind = "Fractional".to_owned();
        assert_eq!(Schema::of(&group).form(), Form::Unix);
    }

    #[test]
    fn only_two_types_of_store_take_updates() {
        for (storage, can) in [
            (None, false),
            (Some("Standard"), false),
            (Some("Standard_V2"), true),
            (Some("InMemory"), true),
            (Some("Standard_V3"), false),
        ] {
            let mut group = group();
            group.online.as_mut().unwrap().storage = storage.map(str::to_owned);
            assert_eq!(Schema::of(&group).can_update(), can, "{storage:?}");
        }
        let mut offline = group();
        offline.online = None;
        let schema = Schema::of(&offline);
        assert!(!schema.can_update() && schema.storage().is_none());
        assert_eq!(schema.stores(), [TargetStore::Offline]);
    }

    #[test]
    fn words_that_are_not_known_have_no_rules() {
        let mut group = group();
        group.features[2].kind = "Decimal".to_owned();
        group.features[2].collection = Some("Map".to_owned());
        let schema = Schema::of(&group);
        let feature = schema.feature("visits").unwrap();
        assert_eq!((feature.kind, feature.shape), (FeatureType::Other, Shape::Other));
    }
}
