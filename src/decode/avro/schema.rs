//! Schemas of Avro: what `.avsc` files say.
//!
//! Must not: know how values are written.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};
use thiserror::Error;

use super::canonical;

/// A schema and all the types in it.
#[derive(Debug)]
pub(in crate::decode) struct Schema {
    types: Vec<Type>,
    root: TypeId,
    fingerprint: u64,
}

/// A type's place in its schema: types may hold themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TypeId(pub(super) usize);

/// A type.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) kind: Kind,
    /// What its values mean beyond what they are.
    pub(super) logical: Option<Logical>,
    /// Its name, where it is of a kind that has one.
    pub(super) name: Option<String>,
}

/// What a type's values are made of.
#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Record(Vec<(String, TypeId)>),
    Enum(Vec<String>),
    Array(TypeId),
    Map(TypeId),
    Union(Vec<TypeId>),
    Fixed(u64),
}

/// What values mean beyond what they are. What is not here is read as what it is, as the specification asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logical {
    Decimal {
        scale: i64,
    },
    Uuid,
    Date,
    /// Of the day, in so many a second.
    Time {
        per_second: i64,
    },
    /// Since 1970, in so many a second; without a time zone where it is local.
    Timestamp {
        per_second: i64,
        local: bool,
    },
    Duration,
}

/// A text that is no schema.
#[derive(Debug, Error)]
pub(in crate::decode) enum SchemaError {
    #[error("it is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("no type is named '{0}' before this use of it")]
    Unknown(String),
    #[error("two types are named '{0}'")]
    Twice(String),
    #[error("{place} has no usable '{member}'")]
    Missing { place: String, member: &'static str },
    #[error("a union stands directly within a union")]
    UnionInUnion,
    #[error("a type is neither a name nor an object nor an array")]
    NoType,
}

type Primitive = (&'static str, fn() -> Kind);

const PRIMITIVES: [Primitive; 8] = [
    ("null", || Kind::Null),
    ("boolean", || Kind::Boolean),
    ("int", || Kind::Int),
    ("long", || Kind::Long),
    ("float", || Kind::Float),
    ("double", || Kind::Double),
    ("bytes", || Kind::Bytes),
    ("string", || Kind::String),
];

impl Schema {
    /// Reads the text of an `.avsc` file.
    pub(in crate::decode) fn parse(text: &str) -> Result<Self, SchemaError> {
        let json: Json = serde_json::from_str(text)?;
        let mut parser = Parser::default();
        let root = parser.any(&json, "")?;
        let mut schema = Self {
            types: parser.types,
            root,
            fingerprint: 0,
        };
        schema.fingerprint = canonical::fingerprint(&schema);
        Ok(schema)
    }

    /// The CRC-64-AVRO of its Parsing Canonical Form.
    pub(in crate::decode) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    pub(super) fn root(&self) -> TypeId {
        self.root
    }

    /// How many types there are.
    pub(super) fn len(&self) -> usize {
        self.types.len()
    }

    pub(super) fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0]
    }
}

impl Kind {
    /// Avro's own word for it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Bytes => "bytes",
            Self::String => "string",
            Self::Record(_) => "record",
            Self::Enum(_) => "enum",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Union(_) => "union",
            Self::Fixed(_) => "fixed",
        }
    }
}

#[derive(Default)]
struct Parser {
    types: Vec<Type>,
    named: HashMap<String, TypeId>,
}

impl Parser {
    /// A type, in the namespace of what is around it.
    fn any(&mut self, json: &Json, namespace: &str) -> Result<TypeId, SchemaError> {
        match json {
            Json::String(name) => self.by_name(name, namespace),
            Json::Array(branches) => self.union(branches, namespace),
            Json::Object(members) => self.object(members, namespace),
            _ => Err(SchemaError::NoType),
        }
    }

    fn by_name(&mut self, name: &str, namespace: &str) -> Result<TypeId, SchemaError> {
        if let Some(kind) = primitive(name) {
            return Ok(self.add(kind, None));
        }
        let found = self.named.get(&full_name(name, namespace));
        found
            .or_else(|| self.named.get(name))
            .copied()
            .ok_or_else(|| SchemaError::Unknown(name.to_owned()))
    }

    fn union(&mut self, branches: &[Json], namespace: &str) -> Result<TypeId, SchemaError> {
        let branches = branches.iter().map(|branch| {
            let branch = self.any(branch, namespace)?;
            match self.types[branch.0].kind {
                Kind::Union(_) => Err(SchemaError::UnionInUnion),
                _ => Ok(branch),
            }
        });
        let branches = branches.collect::<Result<_, _>>()?;
        Ok(self.add(Kind::Union(branches), None))
    }

    fn object(&mut self, members: &Map<String, Json>, namespace: &str) -> Result<TypeId, SchemaError> {
        let logical = logical(members);
        let kind = match members.get("type") {
            Some(Json::String(word)) => word.as_str(),
            Some(inside) => return self.any(inside, namespace),
            None => return Err(missing("a type", "type")),
        };
        match kind {
            "record" | "error" | "enum" | "fixed" => self.named(kind, members, namespace, logical),
            "array" => {
                let items = members.get("items").ok_or_else(|| missing("an array", "items"))?;
                let items = self.any(items, namespace)?;
                Ok(self.add(Kind::Array(items), None))
            }
            "map" => {
                let values = members.get("values").ok_or_else(|| missing("a map", "values"))?;
                let values = self.any(values, namespace)?;
                Ok(self.add(Kind::Map(values), None))
            }
            word => match primitive(word) {
                Some(kind) => Ok(self.add(kind, logical)),
                None => self.by_name(word, namespace),
            },
        }
    }

    fn named(
        &mut self,
        kind: &str,
        members: &Map<String, Json>,
        namespace: &str,
        logical: Option<Logical>,
    ) -> Result<TypeId, SchemaError> {
        let text = |member| members.get(member).and_then(Json::as_str);
        let name = text("name").ok_or_else(|| missing(&format!("a type of kind {kind}"), "name"))?;
        let name = full_name(name, text("namespace").unwrap_or(namespace));
        // It is known before what is inside of it, which may be itself.
        let id = self.add(Kind::Null, None);
        self.types[id.0].name = Some(name.clone());
        if self.named.insert(name.clone(), id).is_some() {
            return Err(SchemaError::Twice(name));
        }
        let kind = match kind {
            "enum" => Kind::Enum(symbols(members).ok_or_else(|| missing(&name, "symbols"))?),
            "fixed" => {
                let size = members.get("size").and_then(Json::as_u64);
                Kind::Fixed(size.ok_or_else(|| missing(&name, "size"))?)
            }
            _ => Kind::Record(self.fields(members, &name)?),
        };
        let it = &mut self.types[id.0];
        it.logical = logical.filter(|logical| logical.fits(&kind));
        it.kind = kind;
        Ok(id)
    }

    fn fields(
        &mut self,
        members: &Map<String, Json>,
        record: &str,
    ) -> Result<Vec<(String, TypeId)>, SchemaError> {
        let namespace = record.rsplit_once('.').map_or("", |(namespace, _)| namespace);
        let fields = members.get("fields").and_then(Json::as_array);
        let fields = fields
            .ok_or_else(|| missing(record, "fields"))?
            .iter()
            .map(|field| {
                let name = field.get("name").and_then(Json::as_str);
                let name = name.ok_or_else(|| missing(&format!("a field of {record}"), "name"))?;
                let place = || missing(&format!("{record}.{name}"), "type");
                let id = self.any(field.get("type").ok_or_else(place)?, namespace)?;
                Ok((name.to_owned(), id))
            });
        fields.collect()
    }

    fn add(&mut self, kind: Kind, logical: Option<Logical>) -> TypeId {
        let logical = logical.filter(|logical| logical.fits(&kind));
        self.types.push(Type {
            kind,
            logical,
            name: None,
        });
        TypeId(self.types.len() - 1)
    }
}

fn primitive(word: &str) -> Option<Kind> {
    let found = PRIMITIVES.iter().find(|(name, _)| *name == word);
    found.map(|(_, kind)| kind())
}

/// A name with a dot in it is whole already.
fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}.{name}")
    }
}

fn symbols(members: &Map<String, Json>) -> Option<Vec<String>> {
    let symbols = members.get("symbols")?.as_array()?;
    symbols
        .iter()
        .map(|symbol| symbol.as_str().map(str::to_owned))
        .collect()
}

fn missing(place: &str, member: &'static str) -> SchemaError {
    SchemaError::Missing {
        place: place.to_owned(),
        member,
    }
}

fn logical(members: &Map<String, Json>) -> Option<Logical> {
    let timestamp = |per_second, local| Some(Logical::Timestamp { per_second, local });
    match members.get("logicalType")?.as_str()? {
        "decimal" => Some(Logical::Decimal {
            scale: members.get("scale").map_or(Some(0), Json::as_i64)?,
        }),
        "uuid" => Some(Logical::Uuid),
        "date" => Some(Logical::Date),
        "time-millis" => Some(Logical::Time { per_second: 1000 }),
        "time-micros" => Some(Logical::Time {
            per_second: 1_000_000,
        }),
        "timestamp-millis" => timestamp(1000, false),
        "timestamp-micros" => timestamp(1_000_000, false),
        "timestamp-nanos" => timestamp(1_000_000_000, false),
        "local-timestamp-millis" => timestamp(1000, true),
        "local-timestamp-micros" => timestamp(1_000_000, true),
        "local-timestamp-nanos" => timestamp(1_000_000_000, true),
        "duration" => Some(Logical::Duration),
        _ => None,
    }
}

impl Logical {
    /// Whether it can be said of such values. If not, it does not count.
    fn fits(self, kind: &Kind) -> bool {
        match self {
            Self::Decimal { .. } => matches!(kind, Kind::Bytes | Kind::Fixed(_)),
            Self::Uuid => matches!(kind, Kind::String | Kind::Fixed(16)),
            Self::Date => matches!(kind, Kind::Int),
            Self::Time { .. } => matches!(kind, Kind::Int | Kind::Long),
            Self::Timestamp { .. } => matches!(kind, Kind::Long),
            Self::Duration => matches!(kind, Kind::Fixed(12)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Schema::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_with_a_schema_is_told() {
        assert!(error("{").starts_with("it is no JSON: EOF"), "{}", error("{"));
        assert_eq!(
            error("\"Order\""),
            "no type is named 'Order' before this use of it"
        );
        assert_eq!(error("{\"type\":\"array\"}"), "an array has no usable 'items'");
        assert_eq!(
            error(r#"{"type":"record","name":"a"}"#),
            "a has no usable 'fields'"
        );
        assert_eq!(
            error(r#"{"type":"record","name":"a","fields":[{"name":"b"}]}"#),
            "a.b has no usable 'type'"
        );
        assert_eq!(error(r#"[["null"]]"#), "a union stands directly within a union");
        assert_eq!(error("3"), "a type is neither a name nor an object nor an array");
        let twice = r#"[{"type":"fixed","name":"a","size":1},{"type":"fixed","name":"a","size":2}]"#;
        assert_eq!(error(twice), "two types are named 'a'");
    }
}
