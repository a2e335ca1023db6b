//! What the services can do, which is all that the panes ask of them.

use crate::resource::Variable;

/// What a service can do beyond listing and describing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself")]
pub struct Abilities {
    /// It can be read live.
    pub tail: bool,
    /// It can be read from a time without passing over what is older.
    pub seeks_time: bool,
    /// It hands out records by identifier.
    pub edit: bool,
    /// It pushes records to registered consumers.
    pub consumers: bool,
    /// It chooses and sorts its list by these; not at all where there are none.
    pub variables: &'static [Variable],
    /// It tells what its resources were made from.
    pub provenance: bool,
}
