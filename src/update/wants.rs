//! What the screen needs and does not have: asked for after every message, once, and a little at a time.

use super::{
    ask, batch, behind, browse, cancel, consumers, editor, filter, follow, inspector, records, session,
};
use crate::clock::Now;
use crate::message::{Effect, Request};
use crate::model::{Model, Remote, ShardList, cancel_listing};
use crate::resource::{ResourceId, Section};

/// How many resources are described at once. A list that is scrolled through must not be a burst of calls:
/// `DescribeStreamSummary` may be called 20 times a second (Kinesis quotas), `DescribeStream` 10 times.
const DESCRIBED_AT_ONCE: usize = 4;

/// Everything to ask for now.
pub(super) fn wants(model: &mut Model, now: Now) -> Vec<Effect> {
    let mut effects = session::wants(model, now);
    if !model.session.is_open {
        return effects;
    }
    effects.extend(first_pages(model, now));
    effects.extend(caller(model, now));
    effects.extend(filter::scans(model, now));
    effects.extend(inspector::inspect(model, now));
    effects.extend(editor::wants(model, now));
    effects.extend(records::wants(model, now));
    effects.extend(batch::wants(model, now));
    let covered = browse::is_covered(model);
    effects.extend(consumers::wants(model, now, !covered));
    if !covered {
        effects.extend(next_page(model, now));
        effects.extend(descriptions(model, now));
        effects.extend(behind::leave(model));
        effects.extend(leave_shards(model));
        effects.extend(shards(model, now));
    }
    effects.extend(follow::wants(model, now, covered));
    effects
}

/// Every section's first page, so that all four are there when one turns to them. They do not wait for each other.
fn first_pages(model: &mut Model, now: Now) -> Vec<Effect> {
    let missing = Section::ALL
        .into_iter()
        .filter(|section| model.browsers[section.index()].list.is_idle());
    let missing: Vec<_> = missing.collect();
    let begin = |section: Section| {
        let wait = ask(model, now.mono);
        model.browsers[section.index()].list.begin(wait);
        let request = model.browsers[section.index()].page_request(None);
        Effect::Call(wait.ticket, request)
    };
    missing.into_iter().map(begin).collect()
}

/// Who calls, once.
fn caller(model: &mut Model, now: Now) -> Option<Effect> {
    if !model.caller.is_idle() {
        return None;
    }
    let wait = ask(model, now.mono);
    model.caller.begin(wait);
    Some(Effect::Call(wait.ticket, Request::Caller))
}

/// The list's next page, when the cursor comes near its end.
fn next_page(model: &mut Model, now: Now) -> Option<Effect> {
    let fit = model.layout().list_rows();
    if !model.browser().wants_next_page(fit) {
        return None;
    }
    let wait = ask(model, now.mono);
    let browser = model.browser_mut();
    let paged = browser.list.value_mut()?;
    paged.following.begin(wait);
    let from = paged.next.clone();
    Some(Effect::Call(wait.ticket, browser.page_request(from)))
}

/// The selected resource at once, and a few at a time those on the screen of which the list call alone told too little.
fn descriptions(model: &mut Model, now: Now) -> Vec<Effect> {
    let browser = model.browser();
    let unknown = |id: &ResourceId| browser.details.get(id).is_none_or(Remote::is_idle);
    let selected = browser.selected().map(|entry| entry.id.clone()).filter(unknown);
    let under_way = browser
        .details
        .values()
        .filter(|detail| detail.wait().is_some())
        .count();
    let rows = browser.visible(model.layout().list_rows());
    let others = rows
        .filter_map(|row| browser.row(row))
        .filter(|entry| !entry.complete && unknown(&entry.id) && Some(&entry.id) != selected.as_ref())
        .map(|entry| entry.id.clone())
        .take(DESCRIBED_AT_ONCE.saturating_sub(under_way + usize::from(selected.is_some())));
    let wanted: Vec<ResourceId> = selected.iter().cloned().chain(others).collect();
    wanted.into_iter().map(|id| describe(model, now, id)).collect()
}

fn describe(model: &mut Model, now: Now, id: ResourceId) -> Effect {
    let wait = ask(model, now.mono);
    let section = model.section;
    model
        .browser_mut()
        .details
        .entry(id.clone())
        .or_default()
        .begin(wait);
    Effect::Call(wait.ticket, Request::Describe(section, id))
}

/// Whose cursor rests on another stream waits no longer for the shards of the last one.
fn leave_shards(model: &mut Model) -> Vec<Effect> {
    let browser = model.browser_mut();
    let selected = browser.selected().map(|entry| &entry.id);
    if browser.settles_at.is_some()
        || browser
            .shards
            .as_ref()
            .is_none_or(|it| Some(&it.stream) == selected)
    {
        return Vec::new();
    }
    let free = browser
        .shards
        .take()
        .and_then(|mut list| cancel_listing(&mut list.shards));
    cancel(model, free)
}

/// The shards of the selected resource, once the cursor rests, page after page: a tree needs them all.
fn shards(model: &mut Model, now: Now) -> Option<Effect> {
    if !model.abilities().tail || model.browser().settles_at.is_some() {
        return None;
    }
    let section = model.section;
    let stream = model.browser().selected()?.id.clone();
    let browser = model.browser_mut();
    let list = browser
        .shards
        .get_or_insert_with(|| ShardList::new(stream.clone()));
    let from = list.shards.missing_page()?;
    let wait = ask(model, now.mono);
    model.browser_mut().shards.as_mut()?.shards.begin_page(wait);
    Some(Effect::Call(wait.ticket, Request::Shards(section, stream, from)))
}
