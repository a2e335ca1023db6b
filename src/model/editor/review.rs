//! A draft that is looked at before it is written.

use std::time::Duration;

use crate::edit::Intent;
use crate::model::{Remote, Wait};
use crate::resource::Timestamp;

/// The look at a draft before it is written.
#[derive(Debug)]
pub struct Review {
    /// How it is to be written.
    pub intent: Intent,
    /// When it was opened: the event time that it shows is of this moment.
    pub at: Timestamp,
    /// Whether the store still has what was read.
    pub checked: Checked,
    /// How far it is scrolled.
    pub scroll: usize,
    /// Why it was not written.
    pub refused: Option<String>,
}

/// Whether the store still has what was read when the record was opened.
pub type Checked = Remote<Duration>;

impl Review {
    /// A look at a draft that waits for what the store says.
    pub fn new(intent: Intent, at: Timestamp, wait: Option<Wait>) -> Self {
        Self {
            intent,
            at,
            checked: wait.map_or(Remote::Idle, Remote::Loading),
            scroll: 0,
            refused: None,
        }
    }
}
