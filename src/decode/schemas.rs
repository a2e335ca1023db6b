//! The schemas that are known: files of Avro schemas and of Protobuf descriptors, and which ids of registries mean them.
//!
//! Must not: fetch anything; a schema is a file that the person named.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::avro::{Schema, SchemaError};
use super::header::SchemaId;
use super::protobuf::{DescriptorError, Descriptors, MessageType};
use crate::sanitize;

/// What values of a stream, or of an id of a registry, are made of.
#[derive(Clone, Debug)]
pub struct Definition(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Avro(Arc<Schema>),
    Protobuf(MessageType),
}

/// A file that gives no definition.
#[derive(Debug, Error)]
#[error("{}: {why}", sanitize::line(&.file.display().to_string()))]
pub struct SchemaFileError {
    file: PathBuf,
    why: Why,
}

#[derive(Debug, Error)]
enum Why {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("{}", sanitize::line(&.0.to_string()))]
    Avro(#[from] SchemaError),
    #[error("{}", sanitize::line(&.0.to_string()))]
    Protobuf(#[from] DescriptorError),
}

impl Definition {
    /// The Avro schema of an `.avsc` file.
    pub fn avro(file: &Path) -> Result<Self, SchemaFileError> {
        let read = || -> Result<Self, Why> {
            let schema = Schema::parse(&std::fs::read_to_string(file)?)?;
            Ok(Self(Kind::Avro(Arc::new(schema))))
        };
        read().map_err(|why| because(file, why))
    }

    /// The message of this name in a file of Protobuf descriptors.
    pub fn protobuf(file: &Path, message: &str) -> Result<Self, SchemaFileError> {
        let read = || -> Result<Self, Why> {
            let descriptors = Descriptors::parse(&std::fs::read(file)?)?;
            let id = descriptors.find(message)?;
            Ok(Self(Kind::Protobuf(MessageType::new(Arc::new(descriptors), id))))
        };
        read().map_err(|why| because(file, why))
    }
}

fn because(file: &Path, why: Why) -> SchemaFileError {
    SchemaFileError {
        file: file.to_owned(),
        why,
    }
}

/// The definitions that ids in front of values mean.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    known: HashMap<SchemaId, Definition>,
}

impl Schemas {
    /// Knows an Avro schema by its fingerprint, as values in the single-object encoding name it. Others have none.
    pub fn add(&mut self, definition: Definition) {
        if let Kind::Avro(schema) = &definition.0 {
            self.known
                .insert(SchemaId::Fingerprint(schema.fingerprint()), definition);
        }
    }

    /// Knows what an id of a registry of Confluent's kind means.
    pub fn add_confluent(&mut self, id: u32, definition: Definition) {
        self.known.insert(SchemaId::Confluent(id), definition);
    }

    /// Knows what a version id of a Glue Schema Registry means: a UUID.
    pub fn add_glue(&mut self, id: u128, definition: Definition) {
        self.known.insert(SchemaId::Glue(id), definition);
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn find(&self, id: SchemaId) -> Option<&Definition> {
        self.known.get(&id)
    }
}
