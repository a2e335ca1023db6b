//! Where writes are refused: said before anything is asked of a service.

use crate::clock::Now;
use crate::model::Model;

/// Whether a write is refused, which is told.
pub(super) fn refuses(model: &mut Model, now: Now, operation: &str) -> bool {
    let refused = model.identity.read_only;
    if refused {
        let why = model.identity.why_read_only();
        let text = format!("{operation} is refused: {why}");
        model.notify(now.mono, text, true);
    }
    refused
}
