//! Where writes are refused: said before anything is asked of a service.

use crate::clock::Now;
use crate::model::Model;

/// Whether a write is refused, which is told.
pub(super) fn refuses(model: &mut Model, now: Now, operation: &str) -> bool {
    let refused = model.identity.read_only;
    if refused {
        let text = format!("read-only: {operation} is refused; start without --read-only to do it");
        model.notify(now.mono, text, true);
    }
    refused
}
