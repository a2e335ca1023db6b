//! Records that were marked, of one feature group or several.

use crate::resource::{ResourceId, WantedRecords};

/// A record that was marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its group.
    pub group: ResourceId,
    /// Its identifier.
    pub identifier: String,
}

/// The marked records of a section, in the order of their marking.
#[derive(Debug, Default)]
pub struct Marks(Vec<Mark>);

impl Marks {
    /// How many there can be: ten calls.
    pub const MOST: usize = 1000;

    /// All of them.
    pub fn all(&self) -> &[Mark] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a record is marked.
    pub fn has(&self, group: &ResourceId, identifier: &str) -> bool {
        self.place(group, identifier).is_some()
    }

    /// Marks a record; tells whether there was room for it.
    pub fn add(&mut self, group: &ResourceId, identifier: &str) -> bool {
        if self.has(group, identifier) {
            return true;
        }
        let fits = self.0.len() < Self::MOST;
        if fits {
            self.0.push(Mark {
                group: group.clone(),
                identifier: identifier.to_owned(),
            });
        }
        fits
    }

    /// Marks a record, or takes its mark away; tells whether there was room for it.
    pub fn toggle(&mut self, group: &ResourceId, identifier: &str) -> bool {
        if let Some(place) = self.place(group, identifier) {
            self.0.remove(place);
            return true;
        }
        self.add(group, identifier)
    }

    /// Takes one mark away.
    pub fn remove(&mut self, place: usize) {
        if place < self.0.len() {
            self.0.remove(place);
        }
    }

    /// Takes all marks away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The groups of the marked records, in the order of their first.
    pub fn groups(&self) -> Vec<&ResourceId> {
        let mut groups: Vec<&ResourceId> = Vec::new();
        for mark in &self.0 {
            if !groups.contains(&&mark.group) {
                groups.push(&mark.group);
            }
        }
        groups
    }

    /// The marked records group by group; `features` tells which are wanted of a group.
    pub fn wanted(&self, features: impl Fn(&ResourceId) -> Vec<String>) -> Vec<WantedRecords> {
        let of_group = |group: &ResourceId| WantedRecords {
            group: group.clone(),
            identifiers: self
                .0
                .iter()
                .filter(|mark| mark.group == *group)
                .map(|mark| mark.identifier.clone())
                .collect(),
            features: features(group),
        };
        self.groups().into_iter().map(of_group).collect()
    }

    fn place(&self, group: &ResourceId, identifier: &str) -> Option<usize> {
        let is_it = |mark: &Mark| mark.group == *group && mark.identifier == identifier;
        self.0.iter().position(is_it)
    }
}

/// The marked records, laid open.
#[derive(Clone, Copy, Debug, Default)]
pub struct MarkList {
    /// The selected one.
    pub cursor: usize,
}
