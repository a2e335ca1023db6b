//! The scenes, file by file of the stories that they are from.

use super::super::{consumers, editor, filter, inspector, predictions, records, snapshots, tail};
use super::Desk;

/// The way to a look of the program.
pub(in crate::screen) struct Scene {
    pub(in crate::screen) name: &'static str,
    /// Where it begins, on a screen of so many columns and rows.
    pub(in crate::screen) start: fn(u16, u16) -> Desk,
    /// What happens then.
    pub(in crate::screen) act: fn(&mut Desk),
}

pub(in crate::screen) const fn scene(
    name: &'static str,
    start: fn(u16, u16) -> Desk,
    act: fn(&mut Desk),
) -> Scene {
    Scene { name, start, act }
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Scene> {
    let files: [&'static [Scene]; 8] = [
        &snapshots::SCENES,
        &tail::SCENES,
        &filter::SCENES,
        &inspector::SCENES,
        &consumers::SCENES,
        &records::SCENES,
        &predictions::SCENES,
        &editor::SCENES,
    ];
    files.into_iter().flatten()
}
