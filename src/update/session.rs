//! The session: choosing another, what comes of that, and asking again where credentials have failed.
//!
//! Must not: touch anything of the session in use before another one is open.

use super::{ask, cancel, editor, tail};
use crate::clock::Now;
use crate::message::{Action, Effect, Reply, TailReply};
use crate::model::{
    Browser, Connection, Model, OpenedSession, Overlay, ProfileEntry, Remote, SessionChoice, SessionMenu,
    Then,
};
use crate::source::{ErrorKind, SourceError};
use crate::tail::{Rate, TailEvent};

/// Opens the choice of a profile and a region. The embedded services are a world of their own, out of which no slip of a finger
/// may lead into an account.
pub(super) fn open_menu(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.identity.is_embedded {
        let words = "the embedded services have one session; start kinescope without demo for your profiles";
        model.notify(now.mono, words, false);
        return Vec::new();
    }
    let wait = ask(model, now.mono);
    let menu = SessionMenu::new(wait, &model.identity);
    model.overlays.push(Overlay::Session(Box::new(menu)));
    vec![Effect::ListProfiles(wait.ticket)]
}

/// The profiles are read.
pub(super) fn profiles_listed(model: &mut Model, listed: Result<Vec<ProfileEntry>, String>) -> Vec<Effect> {
    if let Some(menu) = menu_mut(model) {
        match listed {
            Ok(profiles) => menu.fill(profiles),
            Err(why) => (menu.reading, menu.error) = (None, Some(why)),
        }
    }
    Vec::new()
}

/// A key over the menu.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let page = usize::from(model.size.height / 2).max(1);
    let Some(menu) = menu_mut(model) else {
        return Vec::new();
    };
    let at = menu.cursor(menu.column);
    match action {
        Action::Accept => return accept(model, now),
        Action::Back => return close(model),
        Action::NextPane | Action::PreviousPane => menu.turn(),
        Action::Down => menu.select(at + 1),
        Action::Up => menu.select(at.saturating_sub(1)),
        Action::PageDown => menu.select(at + page),
        Action::PageUp => menu.select(at.saturating_sub(page)),
        _ => {}
    }
    Vec::new()
}

/// Stays with the session that there is; one that is being opened is not waited for.
fn close(model: &mut Model) -> Vec<Effect> {
    let waits = menu_mut(model).map(|menu| [menu.reading, menu.opening]);
    model.overlays.pop();
    let waits = waits.into_iter().flatten().flatten();
    cancel(model, waits.map(|wait| wait.ticket))
}

fn accept(model: &mut Model, now: Now) -> Vec<Effect> {
    let is_exporting = model.exporting.is_some();
    let Some(menu) = menu_mut(model).filter(|menu| menu.opening.is_none() && menu.reading.is_none()) else {
        return Vec::new();
    };
    menu.error = match menu.choice() {
        None => Some("no profile has these words in it".to_owned()),
        Some(_) if is_exporting => {
            Some("a file is being written; wait for it, or cancel it first".to_owned())
        }
        Some(_) => None,
    };
    if menu.error.is_some() {
        return Vec::new();
    }
    editor::ask_before(model, now, Then::Switch)
}

/// Has the session that is chosen in the menu opened, and goes on with the one that there is until then. Where it cannot be
/// opened the editor and its changes are as they were.
pub(super) fn switch(model: &mut Model, now: Now, keeps: Option<bool>) -> Vec<Effect> {
    let Some(choice) = menu_mut(model).and_then(|menu| menu.choice()) else {
        return Vec::new();
    };
    let first = model.session.opening.take().map(|wait| wait.ticket);
    let mut effects = cancel(model, first);
    let wait = ask(model, now.mono);
    if let Some(menu) = menu_mut(model) {
        (menu.opening, menu.keeps) = (Some(wait), keeps);
    }
    effects.push(Effect::OpenSession(wait.ticket, choice));
    effects
}

/// The first session, where it could not be opened before the first frame; and what tells how it is with the credentials.
pub(super) fn wants(model: &mut Model, now: Now) -> Vec<Effect> {
    let is_tried = model.session.opening.is_some() || model.session.failed.is_some();
    let is_chosen = model
        .overlays
        .iter()
        .any(|it| matches!(it, Overlay::Session(menu) if menu.opening.is_some()));
    if !model.session.is_open && !is_tried && !is_chosen {
        let wait = ask(model, now.mono);
        model.session.opening = Some(wait);
        return vec![Effect::OpenSession(wait.ticket, SessionChoice::default())];
    }
    if model.session.is_open && model.session.watch.is_none() {
        let watch = model.tickets.issue();
        model.session.watch = Some(watch);
        return vec![Effect::WatchCredentials(watch)];
    }
    Vec::new()
}

/// A session is open, or could not be opened.
pub(super) fn opened(model: &mut Model, now: Now, opened: Result<Box<OpenedSession>, String>) -> Vec<Effect> {
    match opened {
        Ok(session) => enter(model, now, *session),
        Err(why) => {
            if let Some(menu) = menu_mut(model).filter(|menu| menu.opening.is_some()) {
                (menu.opening, menu.error) = (None, Some(why));
            } else {
                (model.session.opening, model.session.failed) = (None, Some(why));
            }
            Vec::new()
        }
    }
}

/// Everything that is known came from another account, and all that is under way would bring more of it: it goes.
fn enter(model: &mut Model, now: Now, session: OpenedSession) -> Vec<Effect> {
    let keeps = menu_mut(model).and_then(|menu| menu.keeps);
    let mut effects = keeps.map_or(Vec::new(), |keep| editor::settle(model, now, keep));
    let is_switch = model.session.is_open;
    if is_switch {
        effects.extend(model.tickets.revoke_all().into_iter().map(Effect::Cancel));
        model.overlays.clear();
    } else {
        stay_open(model, &session);
    }
    (model.tail, model.records, model.batch, model.editor) = (None, None, None, None);
    model.exporting = None;
    model.browsers = model.browsers.each_ref().map(Browser::anew);
    model.identity = session.identity;
    model.settings.abilities = session.abilities;
    model.session = Connection::new(true);
    model.caller = Remote::Idle;
    model.calls = Rate::default();
    // Drafts that were left are offered where they belong.
    let left = std::mem::take(&mut model.drafts.left);
    model.drafts.unsorted.extend(left);
    if is_switch {
        let words = format!(
            "now {} in {}",
            model.identity.profile_title(),
            model.identity.region
        );
        model.notify(now.mono, words, false);
    }
    effects.push(Effect::Install(session.services));
    effects
}

/// What was opened while the first session was waited for is about no account, but for the choice that it came from and the drafts,
/// which are sorted anew.
fn stay_open(model: &mut Model, session: &OpenedSession) {
    model.overlays.retain(|overlay| match overlay {
        Overlay::Session(menu) => menu.opening.is_none(),
        Overlay::Drafts { .. } => false,
        _ => true,
    });
    if let Some(menu) = menu_mut(model) {
        menu.set_current(&session.identity);
    }
}

/// Remembers that credentials have failed, so that asking again has new ones got, until they work.
pub(super) fn note(model: &mut Model, reply: &Reply) {
    let is_of_credentials = |error: &&SourceError| error.kind == ErrorKind::Credentials;
    let of_tail = match reply {
        Reply::Tail(TailReply::Events(events, _)) => events.iter().find_map(|event| match event {
            TailEvent::Trouble(_, error) => Some(error).filter(is_of_credentials),
            _ => None,
        }),
        _ => None,
    };
    if let Some(error) = reply.failure().filter(is_of_credentials).or(of_tail) {
        model.session.refused = Some(error.clone());
    } else if reply.is_answered() {
        model.session.refused = None;
    }
}

/// The person asks again. Where credentials have failed, new ones are got, and whatever failed for want of them is asked for once
/// more, in every section.
pub(super) fn renew(model: &mut Model) -> Vec<Effect> {
    model.session.failed = None;
    let is_refused = model.session.refused.take().is_some();
    for browser in &mut model.browsers {
        browser.forget_failures(|error| error.kind == ErrorKind::Credentials);
    }
    let is_of_credentials = |error: &SourceError| error.kind == ErrorKind::Credentials;
    if matches!(&model.caller, Remote::Failed(error) if is_refused || is_of_credentials(error)) {
        model.caller = Remote::Idle;
    }
    is_refused
        .then_some(Effect::RenewCredentials)
        .into_iter()
        .collect()
}

/// In a tail: what could not begin begins anew, and shards that wait for credentials try at once.
pub(super) fn try_tail(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(pane) = &model.tail else {
        return Vec::new();
    };
    if matches!(pane.phase, Remote::Failed(_)) {
        let (request, name) = (pane.request.clone(), pane.name.clone());
        return tail::start(model, now, request, name);
    }
    if pane.waits_for_credentials() {
        return vec![Effect::TryTail(pane.ticket)];
    }
    model.notify(now.mono, "the tail reads by itself; T starts again", false);
    Vec::new()
}

fn menu_mut(model: &mut Model) -> Option<&mut SessionMenu> {
    model.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Session(menu) => Some(menu.as_mut()),
        _ => None,
    })
}
