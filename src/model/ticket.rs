//! Tickets: which answers are still waited for.

use std::collections::BTreeSet;

/// The number of something that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// The tickets that were given out and not handed back. An answer whose ticket is not among them is stale.
#[derive(Debug, Default)]
pub struct Tickets {
    last: u64,
    live: BTreeSet<Ticket>,
}

impl Tickets {
    /// A new ticket.
    pub fn issue(&mut self) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.live.insert(ticket);
        ticket
    }

    /// Waits no longer for anything; tells what was waited for.
    pub fn revoke_all(&mut self) -> Vec<Ticket> {
        std::mem::take(&mut self.live).into_iter().collect()
    }

    /// Whether an answer with this ticket is still waited for.
    pub fn is_live(&self, ticket: Ticket) -> bool {
        self.live.contains(&ticket)
    }

    /// Waits no longer for answers with this ticket; tells whether they were waited for.
    pub fn hand_back(&mut self, ticket: Ticket) -> bool {
        self.live.remove(&ticket)
    }
}
