//! A table's primary key: how it is declared, and how an item or a key is held to it.
//!
//! Must not: know where items are kept.

use serde_json::{Value, json};

use super::value::{Item, VALIDATION, invalid, parameters, parts, size};
use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// Limits of key values in bytes (page "Service, account, and table quotas").
const HASH_BYTES: usize = 2048;
const RANGE_BYTES: usize = 1024;

/// The attributes of a primary key.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) struct KeySchema {
    hash: KeyAttribute,
    range: Option<KeyAttribute>,
}

#[derive(Clone, Debug, PartialEq)]
struct KeyAttribute {
    name: String,
    /// `S`, `N` or `B`.
    kind: String,
}

/// Where an item is found: the contents of its key attributes, as text.
pub(super) type KeyText = (String, String);

impl KeySchema {
    /// Reads `KeySchema` and `AttributeDefinitions` of a `CreateTable`.
    pub(super) fn declared(fields: &Fields<'_>) -> Result<Self, Fault> {
        let definitions = definitions(fields)?;
        let elements = fields.required_list("KeySchema")?;
        if elements.is_empty() || elements.len() > 2 {
            return Err(invalid(
                "Invalid KeySchema: a table has one or two key attributes",
            ));
        }
        let mut attributes = Vec::new();
        for (element, role) in elements.iter().zip(["HASH", "RANGE"]) {
            attributes.push(key_attribute(element, role, &definitions)?);
        }
        if definitions.len() != attributes.len() {
            return Err(parameters(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
            ));
        }
        let mut attributes = attributes.into_iter();
        let hash = attributes.next().ok_or_else(|| fields.missing("KeySchema"))?;
        let range = attributes.next();
        if range.as_ref().is_some_and(|range| range.name == hash.name) {
            return Err(invalid(
                "Invalid KeySchema: Both the Hash Key and the Range Key element in the KeySchema have the same name",
            ));
        }
        Ok(Self { hash, range })
    }

    /// The key of a whole item.
    pub(super) fn of_item(&self, item: &Item) -> Result<Item, Fault> {
        let mut key = Item::new();
        for attribute in self.attributes() {
            let name = &attribute.name;
            let value = item
                .get(name)
                .ok_or_else(|| parameters(&format!("Missing the key {name} in the item")))?;
            let (kind, _) = parts(value);
            if kind != attribute.kind {
                return Err(parameters(&format!(
                    "Type mismatch for key {name} expected: {} actual: {kind}",
                    attribute.kind
                )));
            }
            key.insert(name.clone(), value.clone());
        }
        self.check_sizes(&key)?;
        Ok(key)
    }

    /// A key that was given as such: exactly the attributes of the schema.
    pub(super) fn check(&self, key: &Item) -> Result<(), Fault> {
        let fits = self
            .attributes()
            .all(|it| key.get(&it.name).is_some_and(|value| parts(value).0 == it.kind));
        if !fits || key.len() != self.attributes().count() {
            return Err(invalid("The provided key element does not match the schema"));
        }
        self.check_sizes(key)
    }

    /// Where the item of a checked key is found.
    pub(super) fn text(&self, key: &Item) -> KeyText {
        let content = |attribute: &KeyAttribute| {
            let value = key.get(&attribute.name).map(|value| parts(value).1);
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let range = self.range.as_ref().map(content).unwrap_or_default();
        (content(&self.hash), range)
    }

    /// Whether an attribute is part of the key.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.attributes().any(|attribute| attribute.name == name)
    }

    /// `KeySchema` as the service describes it.
    pub(super) fn elements(&self) -> Value {
        let roles = ["HASH", "RANGE"];
        self.attributes()
            .zip(roles)
            .map(|(attribute, role)| json!({"AttributeName": attribute.name, "KeyType": role}))
            .collect()
    }

    /// `AttributeDefinitions` as the service describes them.
    pub(super) fn definitions(&self) -> Value {
        self.attributes()
            .map(|attribute| json!({"AttributeName": attribute.name, "AttributeType": attribute.kind}))
            .collect()
    }

    fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        [Some(&self.hash), self.range.as_ref()].into_iter().flatten()
    }

    fn check_sizes(&self, key: &Item) -> Result<(), Fault> {
        let roles = [("hashkey", HASH_BYTES), ("rangekey", RANGE_BYTES)];
        for (attribute, (role, limit)) in self.attributes().zip(roles) {
            let value = &key[&attribute.name];
            if parts(value).1.as_str() == Some("") {
                let kind = if attribute.kind == "B" { "binary" } else { "string" };
                return Err(invalid(&format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
                     contain an empty {kind} value. Key: {}",
                    attribute.name
                )));
            }
            if size(value) > limit {
                return Err(parameters(&format!(
                    "Size of {role} has exceeded the maximum size limit of {limit} bytes"
                )));
            }
        }
        Ok(())
    }
}

fn definitions<'a>(fields: &Fields<'a>) -> Result<Vec<(&'a str, &'a str)>, Fault> {
    let mut found = Vec::new();
    for definition in fields.required_list("AttributeDefinitions")? {
        let definition = Fields::within(definition, VALIDATION);
        let name = definition.required_text("AttributeName")?;
        let kind = definition.choice("AttributeType", &["S", "N", "B"])?;
        found.push((name, kind.ok_or_else(|| definition.missing("AttributeType"))?));
    }
    Ok(found)
}

fn key_attribute(element: &Value, role: &str, definitions: &[(&str, &str)]) -> Result<KeyAttribute, Fault> {
    let element = Fields::within(element, VALIDATION);
    let name = element.required_text("AttributeName")?;
    if element.choice("KeyType", &["HASH", "RANGE"])? != Some(role) {
        return Err(invalid(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type, or the second is not a RANGE key type",
        ));
    }
    let Some((_, kind)) = definitions.iter().find(|(defined, _)| *defined == name) else {
        return Err(parameters(&format!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{name}]"
        )));
    };
    Ok(KeyAttribute {
        name: name.to_owned(),
        kind: (*kind).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::dynamodb::value::item;

    fn declared(input: &Value) -> Result<KeySchema, Fault> {
        KeySchema::declared(&Fields::within(input, "ValidationException"))
    }

    fn by_sku_and_warehouse() -> KeySchema {
        declared(&json!({
            "AttributeDefinitions": [
                {"AttributeName": "sku", "AttributeType": "S"},
                {"AttributeName": "warehouse", "AttributeType": "N"},
            ],
            "KeySchema": [
                {"AttributeName": "sku", "KeyType": "HASH"},
                {"AttributeName": "warehouse", "KeyType": "RANGE"},
            ],
        }))
        .unwrap()
    }

    #[test]
    fn an_item_without_its_key_is_refused_in_the_services_words() {
        let schema = by_sku_and_warehouse();
        let without = item(&json!({"sku": {"S": "sku-1001"}})).unwrap();
        assert_eq!(
            schema.of_item(&without).unwrap_err().message,
            "One or more parameter values were invalid: Missing the key warehouse in the item"
        );
        let mistyped = item(&json!({"sku": {"N": "1"}, "warehouse": {"N": "1"}})).unwrap();
        assert_eq!(
            schema.of_item(&mistyped).unwrap_err().message,
            "One or more parameter values were invalid: Type mismatch for key sku expected: S actual: N"
        );
        let empty = item(&json!({"sku": {"S": ""}, "warehouse": {"N": "1"}})).unwrap();
        assert!(
            schema
                .of_item(&empty)
                .unwrap_err()
                .message
                .contains("empty string value. Key: sku")
        );
    }

    #[test]
    fn a_key_has_exactly_the_attributes_of_the_schema() {
        let schema = by_sku_and_warehouse();
        let right = item(&json!({"warehouse": {"N": "1.0"}, "sku": {"S": "a"}})).unwrap();
        assert_eq!(schema.check(&right), Ok(()));
        assert_eq!(schema.text(&right), ("a".to_owned(), "1".to_owned()));
        for wrong in [
            json!({"sku": {"S": "a"}}),
            json!({"sku": {"S": "a"}, "warehouse": {"S": "1"}}),
            json!({"sku": {"S": "a"}, "warehouse": {"N": "1"}, "shelf": {"N": "1"}}),
        ] {
            assert!(schema.check(&item(&wrong).unwrap()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn definitions_and_key_must_agree() {
        let undefined = json!({
            "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}],
        });
        assert!(declared(&undefined).unwrap_err().message.contains("Keys: [b]"));
        let unused = json!({
            "AttributeDefinitions": [
                {"AttributeName": "a", "AttributeType": "S"},
                {"AttributeName": "b", "AttributeType": "S"},
            ],
            "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        });
        assert!(
            declared(&unused)
                .unwrap_err()
                .message
                .contains("does not exactly match")
        );
    }
}
