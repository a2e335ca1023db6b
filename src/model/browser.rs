//! A section: its list, what is known of the resources in it, and which one is selected.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use super::{
    Behind, ConsumerList, Follow, Lineage, Listing, Marks, Outline, Paged, Remote, RowWords, Ticket,
    settle_page,
};
use crate::message::Request;
use crate::resource::{Detail, Entry, ListQuery, Page, PageToken, ResourceId, Section, Shard};
use crate::source::SourceError;

/// How many rows before the end of the list the next page is asked for.
const LOOK_AHEAD: usize = 10;

/// Which pane has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// What is beside it.
    Detail,
}

/// The shards of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct ShardList {
    /// The stream.
    pub stream: ResourceId,
    /// Its shards, page by page.
    pub shards: Remote<Paged<Shard>>,
    /// Those that are here as a tree.
    pub lineage: Lineage,
}

impl ShardList {
    /// A stream whose shards are not asked for yet.
    pub fn new(stream: ResourceId) -> Self {
        Self {
            stream,
            shards: Remote::Idle,
            lineage: Lineage::default(),
        }
    }

    /// A page has come. Tells of a failure that leaves what was here as it is.
    pub fn settle(&mut self, answer: Result<Page<Shard>, SourceError>) -> Option<SourceError> {
        let came = answer.is_ok();
        let failed = settle_page(&mut self.shards, answer);
        if came {
            let shards = self.shards.value().map_or(&[][..], |paged| &paged.items);
            self.lineage = Lineage::of(shards);
        }
        failed
    }
}

/// A section.
#[derive(Debug)]
pub struct Browser {
    /// Which one.
    pub section: Section,
    /// Its list, page by page.
    pub list: Remote<Paged<Entry>>,
    /// What of it the service is asked for, and in what order, where it chooses and sorts itself.
    pub query: ListQuery,
    /// What of it is shown, and in what order.
    pub listing: Listing,
    /// What of it is asked for again until it ends.
    pub follow: Follow,
    /// What the selected resource was made from, as far as one has looked.
    pub behind: Vec<Behind>,
    /// What is known of the resources.
    pub details: HashMap<ResourceId, Remote<Detail>>,
    /// The shards of the selected resource, where it has any.
    pub shards: Option<ShardList>,
    /// The consumers of the selected resource, where it can have any.
    pub consumers: Option<ConsumerList>,
    /// The selected row.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// Which pane has the keys.
    pub focus: Focus,
    /// How far the detail is scrolled.
    pub scroll: usize,
    /// When the cursor will have rested long enough to ask for more than the summary, on the monotonic clock.
    pub settles_at: Option<Duration>,
    /// What is searched for.
    pub search: Option<String>,
    /// Records of its resources that are marked.
    pub marks: Marks,
    /// The identifiers that were typed for each of its resources, the last ones first.
    pub history: HashMap<ResourceId, Vec<String>>,
}

impl Browser {
    /// A section of which nothing is known yet.
    pub fn new(section: Section) -> Self {
        Self {
            section,
            list: Remote::Idle,
            query: ListQuery::default(),
            listing: Listing::default(),
            follow: Follow::default(),
            behind: Vec::new(),
            details: HashMap::new(),
            shards: None,
            consumers: None,
            cursor: 0,
            top: 0,
            focus: Focus::List,
            scroll: 0,
            settles_at: None,
            search: None,
            marks: Marks::default(),
            history: HashMap::new(),
        }
    }

    /// The same section for another account: how its list is looked at stays, what is in it goes.
    #[must_use]
    pub fn anew(&self) -> Self {
        let mut new = Self::new(self.section);
        new.query = self.query.clone();
        new.listing.filter.clone_from(&self.listing.filter);
        new.listing.order = self.listing.order;
        new.search.clone_from(&self.search);
        new
    }

    /// The question for a page of its list.
    pub fn page_request(&self, from: Option<PageToken>) -> Request {
        if self.query == ListQuery::default() {
            Request::List(self.section, from)
        } else {
            Request::Query(self.section, self.query.clone(), from)
        }
    }

    /// All rows that are here, in the service's order.
    pub fn entries(&self) -> &[Entry] {
        self.list.value().map_or(&[], |paged| &paged.items)
    }

    /// The rows that are shown, in their order.
    pub fn rows(&self) -> impl Iterator<Item = &Entry> {
        (0..self.count()).filter_map(|row| self.row(row))
    }

    /// How many rows are shown.
    pub fn count(&self) -> usize {
        self.listing.count(self.entries().len())
    }

    /// A row that is shown.
    pub fn row(&self, row: usize) -> Option<&Entry> {
        self.entries().get(self.listing.place(row)?)
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&Entry> {
        self.row(self.cursor)
    }

    /// What a row says beside its name.
    pub fn words(&self, entry: &Entry) -> RowWords {
        RowWords::of(entry, &self.details)
    }

    /// Chooses and sorts the rows anew; the cursor stays on its resource.
    pub fn arrange(&mut self) {
        let selected = self.selected().map(|entry| entry.id.clone());
        let entries = self.list.value().map_or(&[][..], |paged| &paged.items);
        self.listing.arrange(entries, &self.details);
        if let Some(id) = selected {
            self.select(&id);
        }
    }

    /// The rows on the screen, of which `fit` do.
    pub fn visible(&self, fit: usize) -> Range<usize> {
        let end = (self.top + fit).min(self.count());
        self.top.min(end)..end
    }

    /// What is known of the selected resource.
    pub fn detail(&self) -> &Remote<Detail> {
        self.selected()
            .and_then(|entry| self.details.get(&entry.id))
            .unwrap_or(&Remote::Idle)
    }

    /// Whether it comes to an end by itself and has not yet, as far as is known.
    pub fn is_under_way(&self, id: &ResourceId) -> bool {
        match self.details.get(id).and_then(Remote::value) {
            Some(detail) => detail.is_under_way(),
            None => self.entry(id).is_some_and(Entry::is_under_way),
        }
    }

    /// The same of a row, which need not be looked for.
    pub fn entry_is_under_way(&self, entry: &Entry) -> bool {
        let known = self.details.get(&entry.id).and_then(Remote::value);
        known.map_or_else(|| entry.is_under_way(), Detail::is_under_way)
    }

    /// A row that is here, by its id.
    pub fn entry(&self, id: &ResourceId) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.id == *id)
    }

    /// Whether its rows tell how far they are, which takes columns.
    pub fn has_runs(&self) -> bool {
        self.entries().first().is_some_and(|entry| entry.run.is_some())
    }

    /// The shards of the selected resource.
    pub fn selected_shards(&self) -> Option<&ShardList> {
        let id = &self.selected()?.id;
        self.shards.as_ref().filter(|shards| shards.stream == *id)
    }

    /// The consumers of the selected resource.
    pub fn selected_consumers(&self) -> Option<&ConsumerList> {
        let id = &self.selected()?.id;
        self.consumers.as_ref().filter(|list| list.stream == *id)
    }

    /// Everything to read about the selected resource, line by line, in so many columns.
    pub fn outline(&self, columns: usize) -> Outline<'_> {
        Outline::of(self, columns)
    }

    /// Whether the cursor is so near the end of what is here that the next page should come.
    pub fn wants_next_page(&self, fit: usize) -> bool {
        // While the list is asked for anew its pages so far are on their way out.
        matches!(&self.list, Remote::Ready(paged) if {
            let near = self.cursor.max(self.top + fit) + LOOK_AHEAD >= self.count();
            near && !paged.is_complete() && paged.following.is_idle()
        })
    }

    /// Moves the cursor to a row that is here, and the list so that it shows.
    pub fn move_to(&mut self, row: usize, fit: usize) {
        let before = self.cursor;
        self.cursor = row.min(self.count().saturating_sub(1));
        self.show_cursor(fit);
        if self.cursor != before {
            self.scroll = 0;
        }
    }

    /// Moves the list so that the cursor shows, and no line is left empty that could hold a row.
    pub fn show_cursor(&mut self, fit: usize) {
        if fit == 0 {
            return;
        }
        let lowest = self.count().saturating_sub(fit);
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(fit), self.cursor)
            .min(lowest);
    }

    /// Moves the cursor to a resource, if it is here.
    pub fn select(&mut self, id: &ResourceId) {
        let place = self.rows().position(|entry| entry.id == *id);
        self.cursor = place.unwrap_or(self.cursor);
    }

    /// Whether it waits for anything.
    pub fn is_waiting(&self) -> bool {
        self.list.is_listing()
            || self.detail().wait().is_some()
            || self.behind().is_some_and(|it| it.found.wait().is_some())
            || self.selected_shards().is_some_and(|it| it.shards.is_listing())
            || self
                .selected_consumers()
                .is_some_and(|it| it.consumers.is_listing())
    }

    /// What failed in such a way was never asked for.
    pub fn forget_failures(&mut self, is_such: impl Fn(&SourceError) -> bool + Copy) {
        forget_listing(&mut self.list, is_such);
        self.details
            .retain(|_, detail| !matches!(detail, Remote::Failed(error) if is_such(error)));
        if let Some(it) = &mut self.shards {
            forget_listing(&mut it.shards, is_such);
        }
        if let Some(it) = &mut self.consumers {
            forget_listing(&mut it.consumers, is_such);
        }
    }

    /// Waits for nothing any more; tells which tickets are free.
    pub fn cancel_all(&mut self) -> Vec<Ticket> {
        let mut free: Vec<_> = self.details.values_mut().filter_map(Remote::cancel).collect();
        free.extend(cancel_listing(&mut self.list));
        free.extend(self.behind.iter_mut().filter_map(|it| it.found.cancel()));
        if let Some(it) = &mut self.shards {
            free.extend(cancel_listing(&mut it.shards));
        }
        if let Some(it) = &mut self.consumers {
            free.extend(cancel_listing(&mut it.consumers));
        }
        free
    }
}

fn forget_listing<T>(remote: &mut Remote<Paged<T>>, is_such: impl Fn(&SourceError) -> bool) {
    match remote {
        Remote::Failed(error) if is_such(error) => *remote = Remote::Idle,
        Remote::Ready(paged) | Remote::Refreshing(paged, _) => {
            if matches!(&paged.following, Remote::Failed(error) if is_such(error)) {
                paged.following = Remote::Idle;
            }
        }
        _ => {}
    }
}

/// Nobody waits for a listing any more, for its first page or the next; tells whose ticket is free.
pub fn cancel_listing<T>(remote: &mut Remote<Paged<T>>) -> Option<Ticket> {
    match remote.cancel() {
        None => remote.value_mut()?.following.cancel(),
        ticket => ticket,
    }
}
