//! What the selected resource was made from, one step behind the other.

use super::{Browser, Remote, Ticket};
use crate::resource::{Ancestor, Ancestry, Location, ResourceId};

/// A step behind a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Behind {
    /// The resource that was selected.
    pub of: ResourceId,
    /// What it was made from, or what that was made from.
    pub ancestor: Ancestor,
    /// All about it.
    pub found: Remote<Ancestry>,
}

impl Browser {
    /// What is looked at instead of the selected resource.
    pub fn behind(&self) -> Option<&Behind> {
        let id = &self.selected()?.id;
        self.behind.last().filter(|it| it.of == *id)
    }

    /// What the thing that is looked at was made from; `None` while it is not known.
    pub fn ancestors(&self) -> Option<Vec<Ancestor>> {
        match self.behind() {
            Some(step) => Some(step.found.value()?.behind.clone()),
            None => Some(self.detail().value()?.behind()),
        }
    }

    /// Where the parts of the thing that is looked at lie; `None` while it is not known.
    pub fn locations(&self) -> Option<Vec<Location>> {
        match self.behind() {
            Some(step) => Some(step.found.value()?.locations.clone()),
            None => Some(self.detail().value()?.locations()),
        }
    }

    /// Looks at the selected resource itself again; tells which tickets are free.
    pub fn leave_behind(&mut self) -> Vec<Ticket> {
        let steps = std::mem::take(&mut self.behind);
        steps
            .into_iter()
            .filter_map(|mut step| step.found.cancel())
            .collect()
    }
}
