//! The registered consumers of a stream, as they are listed beside it and chosen from.

use super::{Paged, Remote, Ticket, Wait, settle_page};
use crate::resource::{Consumer, Page, PageToken, ResourceId};
use crate::source::SourceError;

/// The consumers of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerList {
    /// The stream.
    pub stream: ResourceId,
    /// Its consumers, page by page.
    pub consumers: Remote<Paged<Consumer>>,
}

impl ConsumerList {
    /// A list of which nothing is known yet.
    pub fn of(stream: ResourceId) -> Self {
        Self {
            stream,
            consumers: Remote::Idle,
        }
    }

    /// The consumers that are here.
    pub fn items(&self) -> &[Consumer] {
        self.consumers.value().map_or(&[], |paged| &paged.items)
    }

    /// The page to ask for now, if one is missing.
    pub fn missing_page(&self) -> Option<Option<PageToken>> {
        self.consumers.missing_page()
    }

    /// Takes in the page that was asked for with this ticket. Tells of a failure that leaves what was here as it is.
    pub fn settle(
        &mut self,
        ticket: Ticket,
        page: Result<Page<Consumer>, SourceError>,
    ) -> Option<SourceError> {
        let following = self.consumers.value().and_then(|paged| paged.following.wait());
        let awaited = [self.consumers.wait(), following];
        if awaited.into_iter().flatten().any(|wait| wait.ticket == ticket) {
            settle_page(&mut self.consumers, page)
        } else {
            None
        }
    }
}

/// A change of the consumers of a stream. It is asked for, and said yes to, before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsumerChange {
    /// A new one, by its name.
    Register(String),
    /// One less.
    Deregister(Consumer),
}

impl ConsumerChange {
    /// The call that makes it.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Register(_) => "RegisterStreamConsumer",
            Self::Deregister(_) => "DeregisterStreamConsumer",
        }
    }

    /// The consumer's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Register(name) => name,
            Self::Deregister(consumer) => &consumer.name,
        }
    }
}

/// The consumers of a stream to choose from; the last row is a new one.
#[derive(Debug)]
pub struct ConsumerMenu {
    /// What the person knows the stream as.
    pub name: String,
    /// Those that there are.
    pub list: ConsumerList,
    /// The selected row.
    pub cursor: usize,
    /// A change that is being made, and since when.
    pub changing: Option<(ConsumerChange, Wait)>,
    /// Why the last change was not made.
    pub failed: Option<SourceError>,
}

impl ConsumerMenu {
    /// A menu of which nothing is known yet.
    pub fn of(stream: ResourceId, name: String) -> Self {
        Self {
            name,
            list: ConsumerList::of(stream),
            cursor: 0,
            changing: None,
            failed: None,
        }
    }

    /// The selected consumer; `None` on the row of a new one.
    pub fn selected(&self) -> Option<&Consumer> {
        self.list.items().get(self.cursor)
    }

    /// The last row.
    pub fn last(&self) -> usize {
        self.list.items().len()
    }

    /// Whether it waits for anything.
    pub fn is_waiting(&self) -> bool {
        self.changing.is_some() || self.list.consumers.is_listing()
    }
}
