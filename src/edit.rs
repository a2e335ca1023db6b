//! Changing a record of a feature group, without a screen and without a network.
//!
//! The service has no conditional put: a put overwrites the whole record. So what is here makes sure that nothing is lost
//! unseen. A [`Draft`] holds what was read and what it is to be, and every value that nobody touched stays as it is, byte for
//! byte. [`check`] tells what the service would refuse. A [`document`] is the record as text for an editor of one's own.
//! [`Saving`] takes one write to its end: it reads again just before, writes, and reads back. What somebody else wrote
//! meanwhile is put beside one's own in a [`Merge`]. A draft survives the program as what is [`Kept`] of it, and each write
//! leaves a line of [`audit`] in the log.
//!
//! Must not: do any I/O, or read the clock.

pub mod audit;
pub mod check;
mod compare;
pub mod document;
mod draft;
mod event_time;
mod kept;
mod merge;
mod saving;
mod schema;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use check::Mistake;
pub use document::DocumentError;
pub use draft::{Change, Draft, Intent, NoUpdate, Warning};
pub use event_time::{EventTime, Form};
pub use kept::{Kept, LeftBehind, NotKept, Origin};
pub use merge::{Merge, Row, Side, Who};
pub use saving::{Ending, Input, Output, Refused, Saving, Taken};
pub use schema::{FeatureSchema, FeatureType, Schema, Shape};
