//! What the selected resource was made from: opened over its detail, and left again.

use super::{Told, ask, cancel};
use crate::clock::Now;
use crate::message::{Effect, Request};
use crate::model::{Behind, Focus, Model, Remote};
use crate::resource::{Ancestor, Ancestry, Section};
use crate::source::SourceError;

/// Shows the first ancestor of a kind, of the thing that is looked at.
pub(super) fn show(
    model: &mut Model,
    now: Now,
    noun: &'static str,
    is_it: fn(&Ancestor) -> bool,
) -> Vec<Effect> {
    let browser = model.browser();
    let Some(of) = browser.selected().map(|entry| entry.id.clone()) else {
        return Vec::new();
    };
    let Some(ancestors) = browser.ancestors() else {
        model.notify(
            now.mono,
            format!("what {noun} is behind it is not known yet"),
            false,
        );
        return Vec::new();
    };
    let Some(ancestor) = ancestors.into_iter().find(is_it) else {
        model.notify(now.mono, format!("it names no {noun} behind it"), false);
        return Vec::new();
    };
    let wait = ask(model, now.mono);
    let browser = model.browser_mut();
    browser.behind.push(Behind {
        of,
        ancestor: ancestor.clone(),
        found: Remote::Loading(wait),
    });
    browser.focus = Focus::Detail;
    browser.scroll = 0;
    vec![Effect::Call(wait.ticket, Request::Trace(model.section, ancestor))]
}

/// One step back towards the resource; tells whether there was one.
pub(super) fn step_back(model: &mut Model) -> bool {
    let browser = model.browser_mut();
    let was_there = browser.behind.pop().is_some();
    if was_there {
        browser.scroll = 0;
    }
    was_there
}

/// Asks for what is looked at again.
pub(super) fn refresh(model: &mut Model, now: Now) -> Option<Effect> {
    model.browser().behind()?;
    let wait = ask(model, now.mono);
    let section = model.section;
    let step = model.browser_mut().behind.last_mut()?;
    step.found.begin(wait);
    Some(Effect::Call(
        wait.ticket,
        Request::Trace(section, step.ancestor.clone()),
    ))
}

/// Whose cursor is on another resource looks no longer behind the last one.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    if model.browser().behind.is_empty() || model.browser().behind().is_some() {
        return Vec::new();
    }
    let free = model.browser_mut().leave_behind();
    cancel(model, free)
}

/// All about an ancestor is here.
pub(super) fn traced(
    model: &mut Model,
    section: Section,
    ancestor: &Ancestor,
    answer: Result<Ancestry, SourceError>,
) -> Told {
    let steps = &mut model.browsers[section.index()].behind;
    let step = steps
        .iter_mut()
        .rfind(|step| step.ancestor == *ancestor && step.found.wait().is_some())?;
    step.found.settle(answer)
}
