//! What follows from what happened: `update(&mut Model, Message, now) -> Vec<Effect>`.
//!
//! Synchronous and without I/O, so that every behaviour of the program can be tested by feeding it messages.
//!
//! Must not: read a clock, draw, block.

mod batch;
mod behind;
mod browse;
mod consumers;
mod copying;
mod decoder;
mod editor;
mod expiry;
mod export;
mod filter;
mod follow;
mod help;
mod inspector;
mod listing;
mod marks;
mod overlay;
mod palette;
mod panel;
mod read_only;
mod records;
mod seek;
mod session;
mod tail;
mod wants;

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::clock::Now;
use crate::keymap::Chord;
use crate::message::{Action, Effect, Ended, Exported, Message, Reply};
use crate::model::{Model, Remote, Then, Ticket, Wait};
use crate::resource::{Caller, Section};
use crate::source::{ErrorKind, SourceError};

/// Takes in what happened, and says what to do about it.
pub fn update(model: &mut Model, message: Message, now: Now) -> Vec<Effect> {
    let mut effects = match message {
        Message::Resumed(size) | Message::Resized(size) => {
            model.size = size;
            // A terminal that shrank and grew back has its old size, and has lost what was on it.
            vec![Effect::Redraw]
        }
        Message::Key(key) => {
            let chord = Chord::from(key);
            match model.keymap.action(model.contexts(), chord) {
                Some(action) => press(model, action, now),
                None => overlay::type_key(model, key),
            }
        }
        Message::Pasted(text) => overlay::paste(model, &text),
        Message::Woke => Vec::new(),
        Message::Captioned(caption) => {
            model.caption = caption;
            Vec::new()
        }
        Message::TourEnded => editor::quit(model, now, Ended::Done),
        Message::EndAsked => editor::quit(model, now, Ended::Interrupted),
        Message::Edited(text) => editor::edited(model, text, now),
        Message::DraftsFound(left) => editor::drafts_found(model, left),
        Message::Copied(copied) => {
            let words = copied
                .as_ref()
                .map(|(bytes, tool)| format!("{tool} has {bytes} bytes for the clipboard"));
            let failed = words.is_err();
            model.notify(now.mono, words.unwrap_or_else(Clone::clone), failed);
            Vec::new()
        }
        Message::DraftFailed(why) => {
            model.notify(now.mono, why.clone(), true);
            model.drafts.failed = Some(why);
            Vec::new()
        }
        Message::DraftsKept => {
            model.drafts.failed = None;
            Vec::new()
        }
        Message::Reply(ticket, reply) => take_reply(model, ticket, reply, now),
    };
    effects.extend(pass_time(model, now));
    effects.extend(wants::wants(model, now));
    let calls = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Call(..)))
        .count();
    if calls > 0 {
        model.calls.add(now.mono, calls as u64);
    }
    effects
}

/// What goes by itself as time goes by.
fn pass_time(model: &mut Model, now: Now) -> Vec<Effect> {
    if model
        .notice
        .as_ref()
        .is_some_and(|notice| notice.until <= now.mono)
    {
        model.notice = None;
    }
    tail::pass_time(model, now);
    browse::pass_time(model, now);
    records::pass_time(model, now);
    batch::pass_time(model);
    expiry::pass_time(model, now);
    editor::pass_time(model, now)
}

/// An answer whose ticket is not live is stale and dropped, here and nowhere else.
fn take_reply(model: &mut Model, ticket: Ticket, reply: Reply, now: Now) -> Vec<Effect> {
    let news = matches!(
        reply,
        Reply::Tail(_) | Reply::Exported(Exported::Written(_)) | Reply::AskingFor(_)
    );
    let is_edited = editor::awaits(model, ticket);
    let live = if news {
        model.tickets.is_live(ticket)
    } else {
        model.tickets.hand_back(ticket)
    };
    if !live {
        return Vec::new();
    }
    session::note(model, &reply);
    if is_edited {
        return editor::take(model, ticket, reply, now);
    }
    let failed = match reply {
        Reply::Listed(section, page) => browse::listed(model, section, page),
        Reply::Described(section, id, detail) => {
            return follow::described(model, now, ticket, section, &id, detail);
        }
        Reply::Traced(section, ancestor, answer) => behind::traced(model, section, &ancestor, answer),
        Reply::Shards(section, stream, page) => browse::shards_listed(model, section, &stream, page),
        Reply::Consumers(section, page) => consumers::listed(model, ticket, section, &page),
        Reply::Registered(stream, answer) => {
            return consumers::registered(model, now, ticket, stream, answer);
        }
        Reply::Deregistered(stream, name, answer) => {
            return consumers::deregistered(model, now, ticket, &stream, &name, answer);
        }
        Reply::Caller(caller) => return identify(model, caller),
        Reply::Record(_, record) => records::looked_up(model, ticket, record),
        Reply::Identifiers(section, group, page) => records::listed(model, section, &group, page),
        Reply::Gathered(_, answer) => return batch::gathered(model, now, answer),
        // The editor has taken its own.
        Reply::Written(..) => None,
        Reply::Chosen(word, chosen) => return decoder::chosen(model, now, &word, chosen),
        Reply::Inspected(document) => inspector::inspected(model, document),
        Reply::Scanned(found) => filter::scanned(model, now, ticket, found),
        Reply::Exported(news) => export::told(model, now, news),
        Reply::Tail(news) => tail::take_news(model, news, now),
        Reply::Profiles(listed) => return session::profiles_listed(model, listed),
        Reply::SessionOpened(opened) => return session::opened(model, now, opened),
        Reply::AskingFor(provider) => {
            model.session.asking = provider.map(|provider| (provider, now.mono));
            None
        }
    };
    if let Some(error) = failed {
        model.notify(now.mono, error.to_string(), true);
    }
    Vec::new()
}

/// What a key does. Where something opens it has keys to tell of, and an earlier notice stands in their place no longer.
fn press(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let (depth, before) = (model.overlays.len(), model.notice.clone());
    let effects = act(model, action, now);
    if model.overlays.len() > depth && model.notice == before {
        model.notice = None;
    }
    effects
}

/// What a key or a command does.
fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    if action != Action::Refresh {
        return act_on(model, action, now);
    }
    let mut effects = session::renew(model);
    if model.session.is_open {
        effects.extend(act_on(model, action, now));
    }
    effects
}

fn act_on(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::ShowStreams => show(model, now, Section::Streams),
        Action::ShowTables => show(model, now, Section::Tables),
        Action::ShowFeatures => show(model, now, Section::Features),
        Action::ShowPredictions => show(model, now, Section::Predictions),
        Action::Suspend => vec![Effect::Suspend],
        Action::Redraw => vec![Effect::Redraw],
        Action::Quit => editor::ask_before(model, now, Then::Quit),
        Action::QuitNow => editor::quit(model, now, Ended::Interrupted),
        Action::Help => help::open(model),
        Action::Commands => palette::open(model),
        Action::CopyCommand => copying::command(model, now),
        Action::ToggleZone => toggle_zone(model, now),
        Action::Profiles if model.overlays.is_empty() => session::open_menu(model, now),
        action if !model.overlays.is_empty() => overlay::act(model, action, now),
        action if model.editor.is_some() => editor::act(model, action, now),
        action if model.tail.is_some() => tail::act(model, action, now),
        action if model.batch.is_some() => batch::act(model, action, now),
        action if model.records.is_some() => records::act(model, action, now),
        action => browse::act(model, action, now),
    }
}

/// A section, once the editor is left.
fn show(model: &mut Model, now: Now, section: Section) -> Vec<Effect> {
    editor::ask_before(model, now, Then::Show(section))
}

/// Times of the clock on the wall, or of UTC.
fn toggle_zone(model: &mut Model, now: Now) -> Vec<Effect> {
    let local = model.settings.zone.clone();
    let to_utc = model.zone != TimeZone::UTC;
    model.zone = if to_utc { TimeZone::UTC } else { local };
    let offset = now.wall.to_zoned(model.zone.clone()).offset();
    let words = if model.zone == TimeZone::UTC {
        "times are UTC".to_owned()
    } else {
        format!("times are local, {offset} from UTC")
    };
    model.notify(now.mono, words, false);
    Vec::new()
}

/// The next row after one, or the one before, that is as it should be; goes around at the ends.
fn nearest(count: usize, from: usize, forwards: bool, is_so: impl Fn(usize) -> bool) -> Option<usize> {
    let step = |n: usize| if forwards { from + n } else { from + count - n };
    (1..=count).map(|n| step(n) % count).find(|row| is_so(*row))
}

/// Who calls is known now, or cannot be told, which the sections tell as well where it matters.
fn identify(model: &mut Model, caller: Result<Caller, SourceError>) -> Vec<Effect> {
    model.caller = match caller {
        Ok(caller) => {
            model.identity.account = Some(caller.account.clone());
            model.identity.caller = Some(caller);
            Remote::Ready(())
        }
        Err(error) if error.kind == ErrorKind::Credentials => Remote::Failed(error),
        Err(_) => Remote::Ready(()),
    };
    editor::sort_drafts(model);
    Vec::new()
}

/// A ticket for something that is asked for now.
fn ask(model: &mut Model, now: Duration) -> Wait {
    Wait {
        ticket: model.tickets.issue(),
        since: now,
    }
}

/// Nobody waits for these any more.
fn cancel(model: &mut Model, tickets: impl IntoIterator<Item = Ticket>) -> Vec<Effect> {
    let live = tickets
        .into_iter()
        .filter(|ticket| model.tickets.hand_back(*ticket));
    live.map(Effect::Cancel).collect()
}

/// What a call gave, where only its failure needs to be told.
type Told = Option<SourceError>;
