//! What a feature group is declared to be: its features, its two special ones, its stores.
//!
//! Must not: hold records.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::event_time::{Form, Ttl};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Call, Fault};

/// What SageMaker's control plane calls a request that breaks a constraint.
pub(in crate::demo) const VALIDATION: &str = "ValidationException";

/// Features of a group (page `CreateFeatureGroup`).
const FEATURES: usize = 2500;

/// Names that the offline store gives to columns of its own (page `FeatureDefinition`).
const RESERVED: [&str; 3] = ["is_deleted", "write_time", "api_invocation_time"];

const FEATURE_TYPES: [&str; 3] = ["Integral", "Fractional", "String"];
const STORAGE_TYPES: [&str; 3] = ["Standard", "Standard_V2", "InMemory"];

/// A feature.
#[derive(Debug)]
pub(in crate::demo) struct FeatureDefinition {
    pub(in crate::demo) name: String,
    pub(in crate::demo) kind: FeatureType,
    pub(in crate::demo) collection: Option<Collection>,
}

/// The type of a value, or of the elements of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum FeatureType {
    Integral,
    Fractional,
    String,
}

/// How several values make up one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Collection {
    List,
    Set,
    /// Of a fixed number of Fractionals.
    Vector(usize),
}

/// The declaration of a group.
#[derive(Debug)]
pub(in crate::demo) struct Definition {
    pub(in crate::demo) name: String,
    pub(in crate::demo) features: Vec<FeatureDefinition>,
    /// The places in `features` of the record identifier and of the event time.
    pub(in crate::demo) identifier: usize,
    pub(in crate::demo) event_time: usize,
    pub(in crate::demo) event_time_form: Form,
    pub(in crate::demo) online: Option<OnlineConfig>,
    /// `OfflineStoreConfig` as given.
    pub(in crate::demo) offline: Option<Value>,
    pub(in crate::demo) role: Option<String>,
    pub(in crate::demo) description: Option<String>,
    pub(in crate::demo) throughput: Value,
    places: HashMap<String, usize>,
}

/// The online store of a group.
#[derive(Debug)]
pub(in crate::demo) struct OnlineConfig {
    pub(in crate::demo) storage: &'static str,
    pub(in crate::demo) ttl: Option<Ttl>,
    key: Option<Value>,
}

impl Definition {
    /// Reads a `CreateFeatureGroup`.
    pub(in crate::demo) fn read(call: &Call<'_>) -> Result<Self, Fault> {
        let fields = Fields::of(call, VALIDATION);
        let name = required_name(&fields, "FeatureGroupName")?.to_owned();
        let features = features(&fields)?;
        let places = places(&features)?;
        let identifier = place(&fields, &places, "RecordIdentifierFeatureName")?;
        let event_time = place(&fields, &places, "EventTimeFeatureName")?;
        let online = OnlineConfig::read(&fields)?;
        let definition = Self {
            name,
            event_time_form: event_time_form(&features[event_time])?,
            features,
            identifier,
            event_time,
            offline: offline(&fields)?,
            online,
            role: fields.text("RoleArn")?.map(str::to_owned),
            description: description(&fields)?,
            throughput: throughput(&fields)?,
            places,
        };
        definition.check()?;
        Ok(definition)
    }

    /// The place of a feature by its name.
    pub(in crate::demo) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// `FeatureDefinitions`.
    pub(in crate::demo) fn describe_features(&self) -> Value {
        self.features.iter().map(FeatureDefinition::describe).collect()
    }

    fn check(&self) -> Result<(), Fault> {
        if self.online.is_none() && self.offline.is_none() {
            return Err(invalid(
                "At least one of OnlineStoreConfig and OfflineStoreConfig must be provided",
            ));
        }
        if self.offline.is_some() && self.role.is_none() {
            return Err(invalid("RoleArn is required when OfflineStoreConfig is provided"));
        }
        if self.features[self.identifier].collection.is_some() {
            return Err(invalid(
                "The record identifier feature cannot have a CollectionType",
            ));
        }
        // Page "Collection types" of the developer guide.
        let in_memory = self
            .online
            .as_ref()
            .is_some_and(|online| online.storage == "InMemory");
        if !in_memory && self.features.iter().any(|feature| feature.collection.is_some()) {
            return Err(invalid(
                "CollectionType is only supported for the InMemory online store",
            ));
        }
        Ok(())
    }
}

impl OnlineConfig {
    fn read(fields: &Fields<'_>) -> Result<Option<Self>, Fault> {
        let Some(config) = fields.structure("OnlineStoreConfig")? else {
            return Ok(None);
        };
        let storage = config
            .choice("StorageType", &STORAGE_TYPES)?
            .unwrap_or(STORAGE_TYPES[0]);
        let ttl = Ttl::read(&config)?;
        if config.boolean("EnableOnlineStore")? != Some(true) {
            return Ok(None);
        }
        let known = STORAGE_TYPES.into_iter().find(|known| *known == storage);
        Ok(known.map(|storage| Self {
            storage,
            ttl,
            key: config.value("SecurityConfig").cloned(),
        }))
    }

    /// `OnlineStoreConfig`.
    pub(in crate::demo) fn describe(&self) -> Value {
        let mut described = json!({"EnableOnlineStore": true, "StorageType": self.storage});
        if let Some(ttl) = self.ttl {
            described["TtlDuration"] = ttl.describe();
        }
        if let Some(key) = &self.key {
            described["SecurityConfig"] = key.clone();
        }
        described
    }
}

impl FeatureDefinition {
    fn read(fields: &Fields<'_>) -> Result<Self, Fault> {
        let name = required_name(fields, "FeatureName")?;
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(invalid(&format!("The feature name {name} is reserved")));
        }
        let kind = fields.choice("FeatureType", &FEATURE_TYPES)?;
        let kind = match kind.ok_or_else(|| fields.missing("FeatureType"))? {
            "Integral" => FeatureType::Integral,
            "Fractional" => FeatureType::Fractional,
            _ => FeatureType::String,
        };
        let collection = Collection::read(fields)?;
        if matches!(collection, Some(Collection::Vector(_))) && kind != FeatureType::Fractional {
            return Err(invalid(
                "Vector collections must have elements of the feature type Fractional",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            collection,
        })
    }

    fn describe(&self) -> Value {
        let mut described = json!({"FeatureName": self.name, "FeatureType": self.kind.name()});
        if let Some(collection) = self.collection {
            let (name, dimension) = match collection {
                Collection::List => ("List", None),
                Collection::Set => ("Set", None),
                Collection::Vector(dimension) => ("Vector", Some(dimension)),
            };
            described["CollectionType"] = json!(name);
            if let Some(dimension) = dimension {
                described["CollectionConfig"] = json!({"VectorConfig": {"Dimension": dimension}});
            }
        }
        described
    }
}

impl FeatureType {
    /// The name of the API reference.
    pub(in crate::demo) fn name(self) -> &'static str {
        FEATURE_TYPES[self as usize]
    }
}

impl Collection {
    fn read(fields: &Fields<'_>) -> Result<Option<Self>, Fault> {
        let kind = fields.choice("CollectionType", &["List", "Set", "Vector"])?;
        match kind {
            Some("List") => Ok(Some(Self::List)),
            Some("Set") => Ok(Some(Self::Set)),
            Some(_) => {
                let config = fields.structure("CollectionConfig")?;
                let vector = config
                    .map(|it| it.structure("VectorConfig"))
                    .transpose()?
                    .flatten();
                let vector = vector.ok_or_else(|| fields.missing("CollectionConfig"))?;
                let dimension = vector.required_integer("Dimension", 1..=8192)?;
                Ok(Some(Self::Vector(usize::try_from(dimension).unwrap_or_default())))
            }
            None => Ok(None),
        }
    }
}

fn features(fields: &Fields<'_>) -> Result<Vec<FeatureDefinition>, Fault> {
    let given = fields.required_list("FeatureDefinitions")?;
    if !(1..=FEATURES).contains(&given.len()) {
        let constraint = format!("Member must have length between 1 and {FEATURES}");
        return Err(fields.violated("FeatureDefinitions", &given.len().to_string(), &constraint));
    }
    let each = given
        .iter()
        .map(|it| FeatureDefinition::read(&Fields::within(it, VALIDATION)));
    each.collect()
}

fn places(features: &[FeatureDefinition]) -> Result<HashMap<String, usize>, Fault> {
    let mut places = HashMap::new();
    for (place, feature) in features.iter().enumerate() {
        if places.insert(feature.name.clone(), place).is_some() {
            return Err(invalid(&format!("Duplicate feature name: {}", feature.name)));
        }
    }
    Ok(places)
}

fn place(fields: &Fields<'_>, places: &HashMap<String, usize>, member: &str) -> Result<usize, Fault> {
    let name = required_name(fields, member)?;
    let place = places.get(name).copied();
    place.ok_or_else(|| invalid(&format!("{member} {name} is not among the FeatureDefinitions")))
}

fn event_time_form(feature: &FeatureDefinition) -> Result<Form, Fault> {
    match (feature.kind, feature.collection) {
        (FeatureType::String, None) => Ok(Form::Iso),
        (FeatureType::Fractional, None) => Ok(Form::Unix),
        _ => Err(invalid(
            "The event time feature must be of the type String or Fractional",
        )),
    }
}

fn offline(fields: &Fields<'_>) -> Result<Option<Value>, Fault> {
    let Some(config) = fields.structure("OfflineStoreConfig")? else {
        return Ok(None);
    };
    let storage = config.structure("S3StorageConfig")?;
    let storage = storage.ok_or_else(|| config.missing("S3StorageConfig"))?;
    let uri = storage.required_text("S3Uri")?;
    if !uri.starts_with("s3://") && !uri.starts_with("https://") {
        let constraint = "Member must satisfy regular expression pattern: (https|s3)://([^/]+)/?(.*)";
        return Err(storage.violated("S3Uri", uri, constraint));
    }
    config.choice("TableFormat", &["Default", "Glue", "Iceberg"])?;
    config.boolean("DisableGlueTableCreation")?;
    Ok(fields.value("OfflineStoreConfig").cloned())
}

fn description(fields: &Fields<'_>) -> Result<Option<String>, Fault> {
    let text = fields.text("Description")?;
    match text {
        Some(text) if text.chars().count() > 128 => {
            let constraint = "Member must have length less than or equal to 128";
            Err(fields.violated("Description", text, constraint))
        }
        _ => Ok(text.map(str::to_owned)),
    }
}

fn throughput(fields: &Fields<'_>) -> Result<Value, Fault> {
    let Some(config) = fields.structure("ThroughputConfig")? else {
        return Ok(json!({"ThroughputMode": "OnDemand"}));
    };
    let mode = config.choice("ThroughputMode", &["OnDemand", "Provisioned"])?;
    let mode = mode.ok_or_else(|| config.missing("ThroughputMode"))?;
    let mut described = json!({"ThroughputMode": mode});
    for member in ["ProvisionedReadCapacityUnits", "ProvisionedWriteCapacityUnits"] {
        if let Some(units) = config.integer(member, 0..=10_000_000)? {
            described[member] = json!(units);
        }
    }
    Ok(described)
}

fn required_name<'a>(fields: &Fields<'a>, member: &str) -> Result<&'a str, Fault> {
    let name = fields.required_text(member)?;
    if !is_name(name) {
        let constraint =
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}";
        return Err(fields.violated(member, name, constraint));
    }
    Ok(name)
}

/// Whether a text can be the name of a group or of a feature.
pub(in crate::demo) fn is_name(text: &str) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let bytes = text.as_bytes();
    let ends_well = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 64 && bytes.iter().all(is_inner) && ends_well(bytes.first()) && ends_well(bytes.last())
}

fn invalid(message: &str) -> Fault {
    Fault::new(VALIDATION, format!("Validation Error: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn declared() -> Value {
        json!({
            "FeatureGroupName": "customers",
            "RecordIdentifierFeatureName": "id",
            "EventTimeFeatureName": "at",
            "FeatureDefinitions": [
                {"FeatureName": "id", "FeatureType": "String"},
                {"FeatureName": "at", "FeatureType": "String"},
            ],
            "OnlineStoreConfig": {"EnableOnlineStore": true},
        })
    }

    fn read(input: &Value) -> Result<Definition, Fault> {
        Definition::read(&Call {
            operation: "CreateFeatureGroup",
            input,
            region: "eu-west-1",
            now: Timestamp::UNIX_EPOCH,
        })
    }

    fn refused(change: impl FnOnce(&mut Value)) -> String {
        let mut input = declared();
        change(&mut input);
        let fault = read(&input).unwrap_err();
        assert_eq!(fault.code, "ValidationException");
        fault.message
    }

    #[test]
    fn a_sound_declaration_is_read() {
        let definition = read(&declared()).unwrap();
        assert_eq!((definition.identifier, definition.event_time), (0, 1));
        assert_eq!(definition.event_time_form, Form::Iso);
        assert_eq!(definition.online.unwrap().storage, "Standard");
    }

    #[test]
    fn unsound_declarations_are_refused() {
        let missing = refused(|input| input["EventTimeFeatureName"] = json!("when"));
        assert!(missing.contains("EventTimeFeatureName when is not among"));
        let reserved = refused(|input| input["FeatureDefinitions"][0]["FeatureName"] = json!("Write_Time"));
        assert!(reserved.contains("reserved"));
        let stores = refused(|input| input["OnlineStoreConfig"] = json!({"EnableOnlineStore": false}));
        assert!(stores.contains("At least one of"));
        let kind = refused(|input| input["FeatureDefinitions"][1]["FeatureType"] = json!("Integral"));
        assert!(kind.contains("String or Fractional"));
        let name = refused(|input| input["FeatureGroupName"] = json!("-a"));
        assert!(name.contains("regular expression"));
        let list = refused(|input| {
            let features = input["FeatureDefinitions"].as_array_mut().unwrap();
            features.push(json!({"FeatureName": "l", "FeatureType": "String", "CollectionType": "List"}));
        });
        assert!(list.contains("InMemory"));
        let twice = refused(|input| input["FeatureDefinitions"][1]["FeatureName"] = json!("id"));
        assert!(twice.contains("Duplicate feature name"));
    }
}
