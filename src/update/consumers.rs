//! The registered consumers of a stream: listed beside it, chosen to tail through, registered and deregistered.
//!
//! Must not: ask for a write where writes are refused, or before the person has said yes to what it costs.

use super::{Told, ask, cancel, overlay, read_only, tail};
use crate::clock::Now;
use crate::message::{Action, Effect, Request, TailRequest, Through};
use crate::model::{
    ConsumerChange, ConsumerList, ConsumerMenu, Model, Overlay, Prompt, Purpose, Ticket, cancel_listing,
};
use crate::resource::{CONSUMER_NAME_RULE, Consumer, Page, ResourceId, Section, is_consumer_name};
use crate::source::SourceError;

/// Opens the menu of a stream's consumers.
pub(super) fn open(model: &mut Model, now: Now, stream: ResourceId, name: String) -> Vec<Effect> {
    if !model.abilities().consumers {
        let text = format!(
            "a {} has no registered consumers; 1 shows what has",
            model.section.noun()
        );
        model.notify(now.mono, text, false);
        return Vec::new();
    }
    model
        .overlays
        .push(Overlay::Consumers(Box::new(ConsumerMenu::of(stream, name))));
    Vec::new()
}

/// A key in the menu.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(menu) = menu(model) else {
        return Vec::new();
    };
    let (cursor, last) = (menu.cursor, menu.last());
    let row = match action {
        Action::Back => return close(model),
        Action::Accept => return choose(model, now),
        Action::Deregister => return ask_to_deregister(model, now),
        Action::Refresh => {
            menu.list = ConsumerList::of(menu.list.stream.clone());
            return Vec::new();
        }
        Action::Down => cursor + 1,
        Action::Up => cursor.saturating_sub(1),
        Action::Top | Action::PageUp => 0,
        Action::Bottom | Action::PageDown => last,
        _ => cursor,
    };
    menu.cursor = row.min(last);
    Vec::new()
}

/// Tails through the selected consumer, or asks for the name of a new one.
fn choose(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(menu) = menu(model).filter(|menu| menu.list.consumers.value().is_some()) else {
        return Vec::new();
    };
    let (stream, name) = (menu.list.stream.clone(), menu.name.clone());
    match menu.selected().cloned() {
        Some(consumer) if consumer.is_active() || consumer.is_coming() => {
            let mut effects = close(model);
            effects.extend(tail_through(model, now, stream, name, &consumer));
            effects
        }
        Some(consumer) => {
            let text = format!("{} is {} and cannot read", consumer.name, consumer.status);
            model.notify(now.mono, text, false);
            Vec::new()
        }
        None if read_only::refuses(model, now, "RegisterStreamConsumer") => Vec::new(),
        None => overlay::open_prompt(model, Prompt::new(Purpose::NameConsumer { name })),
    }
}

/// The name of a new consumer was typed. What is wrong with it is given back.
pub(super) fn named(model: &mut Model, name: &str) -> Result<Vec<Effect>, String> {
    if !is_consumer_name(name) {
        return Err(format!("a consumer's name has {CONSUMER_NAME_RULE}"));
    }
    let taken = menu(model).is_some_and(|menu| menu.list.items().iter().any(|it| it.name == name));
    if taken {
        return Err("the stream has a consumer of this name".to_owned());
    }
    model
        .overlays
        .push(Overlay::Confirm(ConsumerChange::Register(name.to_owned())));
    Ok(Vec::new())
}

fn ask_to_deregister(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(consumer) = menu(model).and_then(|menu| menu.selected().cloned()) else {
        return Vec::new();
    };
    if !read_only::refuses(model, now, "DeregisterStreamConsumer") {
        model
            .overlays
            .push(Overlay::Confirm(ConsumerChange::Deregister(consumer)));
    }
    Vec::new()
}

/// Yes to what the top overlay asks.
pub(super) fn confirm(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(Overlay::Confirm(change)) = model.overlays.pop() else {
        return Vec::new();
    };
    if read_only::refuses(model, now, change.operation()) {
        return Vec::new();
    }
    let wait = ask(model, now.mono);
    let section = model.section;
    let Some(menu) = menu(model).filter(|menu| menu.changing.is_none()) else {
        return cancel(model, [wait.ticket]);
    };
    let stream = menu.list.stream.clone();
    menu.changing = Some((change.clone(), wait));
    menu.failed = None;
    let request = match change {
        ConsumerChange::Register(name) => Request::Register(section, stream, name),
        ConsumerChange::Deregister(consumer) => Request::Deregister(section, stream, consumer),
    };
    vec![Effect::Call(wait.ticket, request)]
}

/// Closes the menu. What is being written goes on, and is told when it is done.
fn close(model: &mut Model) -> Vec<Effect> {
    let free = menu(model).and_then(|menu| cancel_listing(&mut menu.list.consumers));
    model.overlays.pop();
    cancel(model, free)
}

fn tail_through(
    model: &mut Model,
    now: Now,
    stream: ResourceId,
    name: String,
    consumer: &Consumer,
) -> Vec<Effect> {
    let request = TailRequest {
        through: Some(Through {
            consumer: consumer.arn.as_str().to_owned(),
            patient: true,
        }),
        ..tail::request(model, stream)
    };
    tail::start(model, now, request, name)
}

/// The pages that are missing from what is on the screen: of the menu, and of the selected stream once the cursor rests.
pub(super) fn wants(model: &mut Model, now: Now, rests: bool) -> Vec<Effect> {
    let mut effects: Vec<_> = want(model, now, |model| Some(&mut menu(model)?.list))
        .into_iter()
        .collect();
    if rests && model.abilities().consumers && model.browser().settles_at.is_none() {
        effects.extend(leave_list(model));
        if let Some(stream) = model.browser().selected().map(|entry| entry.id.clone()) {
            let browser = model.browser_mut();
            browser.consumers.get_or_insert_with(|| ConsumerList::of(stream));
            effects.extend(want(model, now, |model| model.browser_mut().consumers.as_mut()));
        }
    }
    effects
}

fn want(
    model: &mut Model,
    now: Now,
    list: impl Fn(&mut Model) -> Option<&mut ConsumerList>,
) -> Option<Effect> {
    let from = list(model)?.missing_page()?;
    let wait = ask(model, now.mono);
    let section = model.section;
    let list = list(model)?;
    list.consumers.begin_page(wait);
    let stream = list.stream.clone();
    Some(Effect::Call(
        wait.ticket,
        Request::Consumers(section, stream, from),
    ))
}

/// Whose cursor rests on another stream waits no longer for the consumers of the last one.
fn leave_list(model: &mut Model) -> Vec<Effect> {
    let browser = model.browser_mut();
    let selected = browser.selected().map(|entry| entry.id.clone());
    let left = browser
        .consumers
        .take_if(|list| Some(&list.stream) != selected.as_ref());
    let free = left.and_then(|mut list| cancel_listing(&mut list.consumers));
    cancel(model, free)
}

/// Asks anew for those of the selected stream.
pub(super) fn refresh(model: &mut Model, now: Now, stream: &ResourceId) -> Vec<Effect> {
    let section = model.section;
    let wait = ask(model, now.mono);
    match &mut model.browser_mut().consumers {
        Some(list) if list.stream == *stream => {
            let free = cancel_listing(&mut list.consumers);
            list.consumers.begin(wait);
            let mut effects = cancel(model, free);
            let request = Request::Consumers(section, stream.clone(), None);
            effects.push(Effect::Call(wait.ticket, request));
            effects
        }
        _ => {
            model.tickets.hand_back(wait.ticket);
            Vec::new()
        }
    }
}

pub(super) fn listed(
    model: &mut Model,
    ticket: Ticket,
    section: Section,
    page: &Result<Page<Consumer>, SourceError>,
) -> Told {
    let menu = model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Consumers(menu) => Some(&mut menu.list),
        _ => None,
    });
    let beside = model.browsers[section.index()].consumers.as_mut();
    let mut told = None;
    for list in [menu, beside].into_iter().flatten() {
        told = list.settle(ticket, page.clone()).or(told);
    }
    told
}

/// A consumer was registered. Whoever still waits for it in the menu reads through it.
pub(super) fn registered(
    model: &mut Model,
    now: Now,
    ticket: Ticket,
    stream: ResourceId,
    answer: Result<Consumer, SourceError>,
) -> Vec<Effect> {
    let waits = changed(model, ticket, answer.as_ref().err());
    let consumer = match answer {
        Ok(consumer) => consumer,
        Err(error) => {
            model.notify(now.mono, error.to_string(), true);
            return Vec::new();
        }
    };
    let text = format!(
        "registered {}; AWS bills for it until it is deregistered",
        consumer.name
    );
    model.notify(now.mono, text, false);
    let mut effects = refresh(model, now, &stream);
    if let Some(name) = waits {
        while model
            .overlays
            .last()
            .is_some_and(|it| !matches!(it, Overlay::Consumers(_)))
        {
            model.overlays.pop();
        }
        effects.extend(close(model));
        effects.extend(tail_through(model, now, stream, name, &consumer));
    }
    effects
}

/// A consumer was deregistered.
pub(super) fn deregistered(
    model: &mut Model,
    now: Now,
    ticket: Ticket,
    stream: &ResourceId,
    name: &str,
    answer: Result<(), SourceError>,
) -> Vec<Effect> {
    changed(model, ticket, answer.as_ref().err());
    match answer {
        Ok(()) => model.notify(now.mono, format!("deregistered {name}"), false),
        Err(error) => model.notify(now.mono, error.to_string(), true),
    }
    if let Some(menu) = open_menu(model).filter(|menu| menu.list.stream == *stream) {
        menu.list = ConsumerList::of(stream.clone());
        menu.cursor = 0;
    }
    refresh(model, now, stream)
}

/// The menu has the answer to the change that it waits for; tells what its stream is called, where there is such a menu.
fn changed(model: &mut Model, ticket: Ticket, error: Option<&SourceError>) -> Option<String> {
    let menu = open_menu(model)?;
    menu.changing.take_if(|(_, wait)| wait.ticket == ticket)?;
    menu.failed = error.cloned();
    Some(menu.name.clone())
}

/// The menu, where it has the keys.
fn menu(model: &mut Model) -> Option<&mut ConsumerMenu> {
    match model.overlays.last_mut() {
        Some(Overlay::Consumers(menu)) => Some(menu),
        _ => None,
    }
}

/// The menu, whatever lies over it.
fn open_menu(model: &mut Model) -> Option<&mut ConsumerMenu> {
    model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Consumers(menu) => Some(&mut **menu),
        _ => None,
    })
}
