//! Three records of one origin: what was read, what somebody else has stored since, and what one has in mind.
//!
//! Must not: decide where both changed the same feature.

use std::collections::HashSet;

use super::compare::same_value;
use super::draft::Draft;
use crate::resource::{FeatureRecord, FeatureValue, Features};

/// Base, theirs and mine, feature by feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    mine: Draft,
    theirs: Option<FeatureRecord>,
    rows: Vec<Row>,
}

/// One feature of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub feature: String,
    /// What was read.
    pub base: Option<FeatureValue>,
    /// What is stored now.
    pub theirs: Option<FeatureValue>,
    /// What the draft says.
    pub mine: Option<FeatureValue>,
    /// Who changed it.
    pub who: Who,
    /// What is to be stored; none where nobody has decided.
    pub choice: Option<Side>,
}

/// Who changed a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody.
    Same,
    /// The draft.
    Mine,
    /// Somebody else.
    Theirs,
    /// Both, to the same value.
    Both,
    /// Both, to different values.
    Conflict,
}

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the draft says.
    Mine,
    /// What is stored now.
    Theirs,
}

impl Merge {
    /// Compares a draft with what is stored now, which may be nothing. What only one side changed is chosen already; where the
    /// record is gone, nothing is. The event time is not compared: it moves forward beyond theirs.
    pub fn of(mine: Draft, theirs: Option<FeatureRecord>) -> Self {
        let event_time = mine.schema().event_time();
        let mut names: Vec<&str> = Vec::new();
        let mut seen = HashSet::new();
        let base = mine.base().into_iter().flat_map(|base| &base.values);
        let stored = theirs.iter().flat_map(|theirs| &theirs.values);
        let all = base.chain(stored).map(|(name, _)| name.as_str());
        for name in all.chain(mine.features().map(|(name, _)| name)) {
            if name != event_time && seen.insert(name) {
                names.push(name);
            }
        }
        let rows = names
            .into_iter()
            .map(|name| Row::of(&mine, theirs.as_ref(), name));
        let rows = rows.collect();
        Self { mine, theirs, rows }
    }

    /// The features, those of the base first; without the event time.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether the record is gone.
    pub fn is_deleted(&self) -> bool {
        self.theirs.is_none()
    }

    /// What is stored now.
    pub fn theirs(&self) -> Option<&FeatureRecord> {
        self.theirs.as_ref()
    }

    /// The draft that was compared.
    pub fn mine(&self) -> &Draft {
        &self.mine
    }

    /// Chooses a side for a feature.
    pub fn choose(&mut self, feature: &str, side: Side) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.feature == feature) {
            row.choice = Some(side);
        }
    }

    /// Chooses a side for everything that differs between the two.
    pub fn choose_all(&mut self, side: Side) {
        for row in self.rows.iter_mut().filter(|row| row.who != Who::Same) {
            row.choice = Some(side);
        }
    }

    /// How many features nobody has decided.
    pub fn open(&self) -> usize {
        self.rows.iter().filter(|row| row.choice.is_none()).count()
    }

    /// The draft over what is stored now; none while something is undecided.
    pub fn resolved(&self) -> Option<Draft> {
        let values = self.rows.iter().map(|row| {
            let value = match row.choice? {
                Side::Mine => &row.mine,
                Side::Theirs => &row.theirs,
            };
            Some(value.clone().map(|value| (row.feature.clone(), value)))
        });
        let values: Option<Vec<_>> = values.collect();
        let mut features: Features = values?.into_iter().flatten().collect();
        // Where the record is gone, the old event time says how a new one is written.
        let event_time = self.mine.schema().event_time();
        if let (None, Some(value)) = (&self.theirs, self.mine.value(event_time)) {
            features.push((event_time.to_owned(), value.clone()));
        }
        Some(self.mine.rebased(self.theirs.clone(), &features))
    }
}

impl Row {
    fn of(draft: &Draft, stored: Option<&FeatureRecord>, feature: &str) -> Self {
        let base = draft.base().and_then(|base| base.value(feature));
        let theirs = stored.and_then(|stored| stored.value(feature));
        let mine = draft.value(feature);
        let same = |a, b| same_value(draft.schema(), feature, a, b);
        let (who, choice) = match (same(base, mine), same(base, theirs), same(mine, theirs)) {
            (true, true, _) => (Who::Same, Some(Side::Theirs)),
            (false, true, _) => (Who::Mine, Some(Side::Mine)),
            (true, false, _) => (Who::Theirs, Some(Side::Theirs)),
            (false, false, true) => (Who::Both, Some(Side::Theirs)),
            (false, false, false) => (Who::Conflict, None),
        };
        let choice = match stored {
            // The identifier is no question, and whether a record that is gone shall be again is one for each feature.
            _ if feature == draft.schema().identifier() => Some(Side::Mine),
            None => None,
            Some(_) => choice,
        };
        Self {
            feature: feature.to_owned(),
            base: base.cloned(),
            theirs: theirs.cloned(),
            mine: mine.cloned(),
            who,
            choice,
        }
    }
}

#[cfg(test)]
mod tests;
