//! What of a tail is shown: the filter, the search in what it shows, and one key alone.

use std::sync::Arc;

use super::{Told, cancel, overlay};
use crate::clock::Now;
use crate::message::Effect;
use crate::model::{Choice, Found, Model, Prompt, Purpose, Sieve, TailPane, Ticket, Wait};
use crate::query::{Filter, FilterError, Path, PathError};

/// Asks for a filter; the one in force is there to be changed.
pub(super) fn ask_filter(model: &mut Model) -> Vec<Effect> {
    let text = model.tail.as_ref().and_then(|tail| tail.filter.as_ref());
    let text = text.map_or(String::new(), |sieve| sieve.filter.text().to_owned());
    let saved = model.settings.filters.iter().map(|(name, filter)| Choice {
        text: format!("@{name}"),
        help: filter.clone(),
    });
    let prompt = Prompt::with(Purpose::Filter, text).offering(saved);
    overlay::open_prompt(model, prompt)
}

/// Asks what to search for.
pub(super) fn ask_search(model: &mut Model) -> Vec<Effect> {
    overlay::open_prompt(model, Prompt::new(Purpose::SearchTail))
}

/// Shows only what passes; all where the text is empty. A name behind `@` is a filter of the config.
pub(super) fn filter(model: &mut Model, text: &str) -> Result<Vec<Effect>, FilterError> {
    if text.is_empty() {
        return Ok(put(model, None));
    }
    let filter = Filter::parse(saved(model, text)?)?;
    Ok(put(model, Some(filter)))
}

fn saved<'a>(model: &'a Model, text: &'a str) -> Result<&'a str, FilterError> {
    let Some(name) = text.strip_prefix('@') else {
        return Ok(text);
    };
    let saved = model.settings.filters.get(name);
    saved.map(String::as_str).ok_or_else(|| FilterError {
        at: 0,
        why: format!("the config has no filter '{name}' under [filters]"),
    })
}

/// Shows only records with the key of the selected one, or all again.
pub(super) fn only_this_key(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(tail) = &model.tail else {
        return Vec::new();
    };
    let key = tail.record().map(|record| Filter::of_key(&record.key()));
    match key {
        Some(filter)
            if tail
                .filter
                .as_ref()
                .is_none_or(|it| it.filter.text() != filter.text()) =>
        {
            put(model, Some(filter))
        }
        Some(_) => put(model, None),
        None => {
            model.notify(
                now.mono,
                "there is no record here whose key could be followed",
                false,
            );
            Vec::new()
        }
    }
}

/// Neither filters nor searches any more.
pub(super) fn clear(model: &mut Model) -> Vec<Effect> {
    let search = model.tail.as_mut().and_then(|tail| tail.search.take());
    let waited = search.as_ref().and_then(Sieve::ticket);
    let mut effects = put(model, None);
    effects.extend(cancel(model, waited));
    effects
}

fn put(model: &mut Model, filter: Option<Filter>) -> Vec<Effect> {
    let rows = model.list_rows();
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    let waited = tail.filter.as_ref().and_then(Sieve::ticket);
    let decoder = tail.decoder.clone();
    tail.forget_fallen();
    tail.filter = filter.map(|filter| Sieve::of_filter(Arc::new(filter), decoder));
    tail.show(rows);
    cancel(model, waited)
}

/// Asks which parts of the records to show as columns.
pub(super) fn ask_columns(model: &mut Model) -> Vec<Effect> {
    let columns = model.tail.iter().flat_map(|tail| &tail.columns);
    let text: Vec<_> = columns.map(ToString::to_string).collect();
    overlay::open_prompt(model, Prompt::with(Purpose::Columns, text.join(" ")))
}

/// Shows these parts of the records as columns; the records whole where there are none.
pub(super) fn columns(model: &mut Model, text: &str) -> Result<(), PathError> {
    let paths = text
        .split_whitespace()
        .map(Path::parse)
        .collect::<Result<_, _>>()?;
    if let Some(tail) = &mut model.tail {
        tail.columns = paths;
        tail.shown.forget();
    }
    Ok(())
}

/// Begins a search; it goes to the first record after the selected one as soon as it is found.
pub(super) fn search(model: &mut Model, text: &str) -> Result<Vec<Effect>, FilterError> {
    let filter = Filter::searching(text)?;
    let Some(tail) = &mut model.tail else {
        return Ok(Vec::new());
    };
    let waited = tail.search.as_ref().and_then(Sieve::ticket);
    tail.search = Some(Sieve::of_search(Arc::new(filter), tail.decoder.clone()));
    tail.search_jumps = true;
    Ok(cancel(model, waited))
}

/// Goes to the next match, or the one before. Going on from the last begins anew.
pub(super) fn find(model: &mut Model, now: Now, forwards: bool) -> Vec<Effect> {
    let rows = model.list_rows();
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    let Some(search) = &tail.search else {
        return ask_search(model);
    };
    let shown = |number: &u64| tail.shows(*number);
    if let Some(number) = search.nearest(tail.cursor, forwards, shown) {
        tail.follow = false;
        tail.select(number, rows);
    } else {
        let words = match search.progress(&tail.ring) {
            100 => "nothing here matches".to_owned(),
            part => format!("no match in the {part} % that were looked at so far"),
        };
        model.notify(now.mono, words, false);
    }
    Vec::new()
}

/// Has the rows looked at that no filter or search has seen yet.
pub(super) fn scans(model: &mut Model, now: Now) -> Vec<Effect> {
    let tickets = &mut model.tickets;
    let ask = || Wait {
        ticket: tickets.issue(),
        since: now.mono,
    };
    let scans = model.tail.as_mut().map(|tail| tail.begin_scans(ask));
    scans
        .into_iter()
        .flatten()
        .map(|(ticket, scan)| Effect::Scan(ticket, scan))
        .collect()
}

/// Rows were looked at. That the program of the filter was stopped is told when it happens first, and when it is given up.
pub(super) fn scanned(model: &mut Model, now: Now, ticket: Ticket, found: Found) -> Told {
    let rows = model.list_rows();
    let tail = model.tail.as_mut()?;
    let told = told_of(tail);
    tail.take_found(ticket, found);
    let stopped = tail.filter.as_ref().and_then(Sieve::stopped);
    let stopped = stopped.filter(|_| told_of(tail) != told).map(ToString::to_string);
    if tail.search_jumps {
        jump(tail, rows);
    }
    if let Some(words) = stopped {
        model.notify(now.mono, words, true);
    }
    None
}

/// What is known of a program that was stopped: nothing, that it was, or that it is not run any more.
fn told_of(tail: &TailPane) -> Option<bool> {
    let stopped = tail.filter.as_ref().and_then(Sieve::stopped)?;
    Some(stopped.given_up)
}

/// Goes to the first match after the selected record; to one before it only when it is sure that there is none after it.
fn jump(tail: &mut TailPane, rows: usize) {
    let Some(search) = &tail.search else {
        return;
    };
    let found = search.nearest(tail.cursor, true, |number| tail.shows(*number));
    let sure = search.progress(&tail.ring) == 100;
    tail.search_jumps = !sure;
    if let Some(number) = found.filter(|number| sure || *number > tail.cursor) {
        tail.search_jumps = false;
        tail.follow = false;
        tail.select(number, rows);
    }
}
