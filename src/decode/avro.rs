//! Avro: its values, by the schema that they were written with.
//!
//! A reader of its own, because values are not to be trusted: lengths, counts and nesting are bounded, and a preview ends where
//! its line does.

mod canonical;
mod datum;
mod schema;

pub(super) use datum::read;
pub(super) use schema::{Schema, SchemaError};
