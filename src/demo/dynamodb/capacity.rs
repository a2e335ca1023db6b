//! The capacity that the writes of one call consume, table by table, as far as the caller wants to know.
//!
//! Must not: limit anything.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::demo::fields::Fields;
use crate::demo::protocol::Fault;

/// Bytes of an item that one unit writes (page "Read/write capacity mode").
const UNIT_BYTES: usize = 1024;

/// What was consumed so far.
#[derive(Debug)]
pub(super) struct Capacity {
    /// What one unit counts for: 1, or 2 in a transaction.
    weight: f64,
    is_wanted: bool,
    units: BTreeMap<String, f64>,
}

impl Capacity {
    /// Nothing yet. Whether it will be told stands in `ReturnConsumedCapacity`.
    pub(super) fn read(fields: &Fields<'_>, weight: f64) -> Result<Self, Fault> {
        let reported = fields.choice("ReturnConsumedCapacity", &["INDEXES", "TOTAL", "NONE"])?;
        Ok(Self {
            weight,
            is_wanted: reported.is_some_and(|it| it != "NONE"),
            units: BTreeMap::new(),
        })
    }

    /// Counts an item of so many bytes.
    pub(super) fn add(&mut self, table: &str, bytes: usize) {
        // An item has at most 400 KiB.
        let units = u16::try_from(bytes.div_ceil(UNIT_BYTES).max(1)).unwrap_or(u16::MAX);
        *self.units.entry(table.to_owned()).or_default() += f64::from(units) * self.weight;
    }

    /// The answer with `ConsumedCapacity`, where it is wanted.
    pub(super) fn told_in(self, mut answer: Value) -> Value {
        if self.is_wanted {
            let tables = self.units.iter();
            answer["ConsumedCapacity"] = tables
                .map(|(table, units)| json!({"TableName": table, "CapacityUnits": units}))
                .collect();
        }
        answer
    }
}
