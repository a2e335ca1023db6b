//! What a pane knows of something that has to be asked for.

use std::time::Duration;

use super::Ticket;
use crate::resource::{Page, PageToken};
use crate::source::SourceError;

/// An answer that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What it will carry.
    pub ticket: Ticket,
    /// Since when, on the monotonic clock.
    pub since: Duration,
}

/// Something that is asked for. There is no global "loading": each pane has its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Remote<T> {
    /// Not asked for yet.
    #[default]
    Idle,
    /// Asked for.
    Loading(Wait),
    /// Here.
    Ready(T),
    /// Here, and asked for again.
    Refreshing(T, Wait),
    /// Could not be had.
    Failed(SourceError),
    /// The person did not want to wait for it.
    Cancelled,
}

impl<T> Remote<T> {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Ready(value) | Self::Refreshing(value, _) => Some(value),
            _ => None,
        }
    }

    /// The value, where there is one, to change it.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Ready(value) | Self::Refreshing(value, _) => Some(value),
            _ => None,
        }
    }

    /// What is waited for.
    pub fn wait(&self) -> Option<Wait> {
        match self {
            Self::Loading(wait) | Self::Refreshing(_, wait) => Some(*wait),
            _ => None,
        }
    }

    /// Whether it was never asked for.
    pub fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }

    /// It is asked for, for the first time or again; what is here stays until the answer.
    pub fn begin(&mut self, wait: Wait) {
        *self = match std::mem::take(self) {
            Self::Ready(value) | Self::Refreshing(value, _) => Self::Refreshing(value, wait),
            _ => Self::Loading(wait),
        };
    }

    /// The answer is here. A failure does not take away what was here before: then it is handed back, to be told.
    pub fn settle(&mut self, answer: Result<T, SourceError>) -> Option<SourceError> {
        match (answer, std::mem::take(self)) {
            (Ok(value), _) => {
                *self = Self::Ready(value);
                None
            }
            (Err(error), Self::Ready(value) | Self::Refreshing(value, _)) => {
                *self = Self::Ready(value);
                Some(error)
            }
            (Err(error), _) => {
                *self = Self::Failed(error);
                None
            }
        }
    }

    /// Nobody waits for it any more; tells whose ticket is free.
    pub fn cancel(&mut self) -> Option<Ticket> {
        let ticket = self.wait()?.ticket;
        *self = match std::mem::take(self) {
            Self::Ready(value) | Self::Refreshing(value, _) => Self::Ready(value),
            _ => Self::Cancelled,
        };
        Some(ticket)
    }
}

/// A listing of which the pages so far are here.
#[derive(Clone, Debug, PartialEq)]
pub struct Paged<T> {
    /// What the pages so far held.
    pub items: Vec<T>,
    /// Where the next page begins, unless all are here.
    pub next: Option<PageToken>,
    /// The next page.
    pub following: Remote<()>,
}

impl<T> Paged<T> {
    /// A listing that begins with this page.
    pub fn first(page: Page<T>) -> Self {
        Self {
            items: page.items,
            next: page.next,
            following: Remote::Idle,
        }
    }

    /// Adds the next page.
    pub fn extend(&mut self, page: Page<T>) {
        self.items.extend(page.items);
        self.next = page.next;
        self.following = Remote::Idle;
    }

    /// Whether the next page could not be had, or was not waited for.
    pub fn is_stuck(&self) -> bool {
        matches!(self.following, Remote::Failed(_) | Remote::Cancelled)
    }

    /// Whether every page is here.
    pub fn is_complete(&self) -> bool {
        self.next.is_none()
    }
}

impl<T> Remote<Paged<T>> {
    /// The page to ask for now, the first or the next, if one is missing and nobody waits for it.
    pub fn missing_page(&self) -> Option<Option<PageToken>> {
        match self {
            Self::Idle => Some(None),
            Self::Ready(Paged {
                next: Some(token),
                following: Remote::Idle,
                ..
            }) => Some(Some(token.clone())),
            _ => None,
        }
    }

    /// The missing page is asked for.
    pub fn begin_page(&mut self, wait: Wait) {
        match self.value_mut() {
            Some(paged) => paged.following.begin(wait),
            None => self.begin(wait),
        }
    }

    /// Whether a page is waited for.
    pub fn is_listing(&self) -> bool {
        let following = self.value().and_then(|paged| paged.following.wait());
        self.wait().or(following).is_some()
    }
}

/// A page has come that was asked for by [`Remote::begin`], as the first one or as the next. Tells of a failure that leaves
/// what was here as it is.
pub fn settle_page<T>(
    remote: &mut Remote<Paged<T>>,
    answer: Result<Page<T>, SourceError>,
) -> Option<SourceError> {
    match remote.value_mut() {
        Some(paged) if paged.following.wait().is_some() => match answer {
            Ok(page) => {
                paged.extend(page);
                None
            }
            Err(error) => paged.following.settle(Err(error)),
        },
        _ => remote.settle(answer.map(Paged::first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tickets;
    use crate::source::ErrorKind;

    fn wait() -> Wait {
        Wait {
            ticket: Tickets::default().issue(),
            since: Duration::ZERO,
        }
    }

    fn error() -> SourceError {
        SourceError::new(ErrorKind::Denied, "ListStreams", "", "AccessDenied", "no")
    }

    #[test]
    fn a_refresh_that_fails_keeps_what_was_there() {
        let mut remote = Remote::Ready(1);
        remote.begin(wait());
        assert_eq!(remote.value(), Some(&1));
        assert_eq!(remote.settle(Err(error())), Some(error()));
        assert_eq!(remote, Remote::Ready(1));
    }

    #[test]
    fn a_first_load_that_fails_is_failed() {
        let mut remote: Remote<u8> = Remote::Idle;
        remote.begin(wait());
        assert_eq!(remote.settle(Err(error())), None);
        assert_eq!(remote, Remote::Failed(error()));
    }

    #[test]
    fn cancelling_frees_the_ticket() {
        let mut remote: Remote<u8> = Remote::Idle;
        assert_eq!(remote.cancel(), None);
        remote.begin(wait());
        assert_eq!(remote.cancel(), Some(wait().ticket));
        assert_eq!(remote, Remote::Cancelled);
    }

    #[test]
    fn pages_add_up() {
        let page = |items: &[u8], next: Option<&str>| Page {
            items: items.to_vec(),
            next: next.map(PageToken::from),
        };
        let mut remote = Remote::Idle;
        remote.begin(wait());
        settle_page(&mut remote, Ok(page(&[1, 2], Some("t"))));
        remote.value_mut().unwrap().following.begin(wait());
        settle_page(&mut remote, Ok(page(&[3], None)));
        let paged = remote.value().unwrap();
        assert_eq!(paged.items, [1, 2, 3]);
        assert!(paged.is_complete());
    }
}
