//! The line of commands: what is typed there is done in the place below it, as its key would have done it.

use super::{browse, listing, overlay};
use crate::clock::Now;
use crate::message::{Action, Effect};
use crate::model::{Command, Model, Overlay, Palette, called, nearest_word, remember};
use crate::resource::{ResourceId, Section};

/// Actions that ask for a line of text, and take it from after their name.
const ASKING: [Action; 12] = [
    Action::Filter,
    Action::TailFrom,
    Action::LookUp,
    Action::NewRecord,
    Action::CloneRecord,
    Action::TimeToLive,
    Action::Decoder,
    Action::Columns,
    Action::Export,
    Action::Search,
    // What these two take is the name of a resource.
    Action::Tail,
    Action::Open,
];

/// The word for looking up a record, which elsewhere would look up something else.
const RECORD: &str = "record";

/// Opens it.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlays.push(Overlay::Palette(Palette::default()));
    Vec::new()
}

/// Whether it lies on top with nothing in it.
pub(super) fn is_empty(model: &Model) -> bool {
    matches!(model.overlays.last(), Some(Overlay::Palette(it)) if it.input.value().is_empty())
}

/// What a key does in it.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let commands = commands(model);
    let Some(Overlay::Palette(palette)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    match action {
        Action::Back => drop(model.overlays.pop()),
        Action::Accept => return accept(model, &commands, now),
        Action::Down | Action::Up => {
            let older = action == Action::Up;
            if !palette.recall(older, &model.commands) {
                palette.choose(!older, commands.len());
            }
        }
        Action::Complete => complete(palette, &commands),
        _ => {}
    }
    Vec::new()
}

/// What may be meant by the line so far.
fn commands(model: &Model) -> Vec<Command> {
    match model.overlays.last() {
        Some(Overlay::Palette(palette)) => palette.commands(&model.keymap, model.contexts_below()),
        _ => Vec::new(),
    }
}

/// Puts the whole name of the selected command into the line; what was said after it stays.
fn complete(palette: &mut Palette, commands: &[Command]) {
    let Some(command) = commands.get(palette.cursor) else {
        return;
    };
    let gap = if ASKING.contains(&command.action) { " " } else { "" };
    let text = format!("{}{gap}{}", command.name, palette.parts().1);
    palette.retype(text);
}

/// Does what is meant; a line that means nothing stays to be corrected.
fn accept(model: &mut Model, commands: &[Command], now: Now) -> Vec<Effect> {
    let has_records = model.tail.is_none() && model.abilities().edit;
    let Some(Overlay::Palette(palette)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    if !palette.points() {
        model.overlays.pop();
        return Vec::new();
    }
    let text = palette.parts().1.to_owned();
    let meant = meant(palette, commands).and_then(|command| check(command, &text, has_records));
    match meant {
        Err(why) => {
            palette.error = Some(why);
            Vec::new()
        }
        Ok(command) => {
            let line = format!("{} {text}", command.name);
            remember(&mut model.commands, line.trim_end());
            model.overlays.pop();
            carry_out(model, command.action, &text, now)
        }
    }
}

/// The command that is meant: the one that the person went to, the one of that name, the only one that begins so, or the best.
fn meant<'a>(palette: &Palette, commands: &'a [Command]) -> Result<&'a Command, String> {
    let (word, text) = palette.parts();
    let of = |action| commands.iter().find(|command| command.action == action);
    let chosen = commands.get(palette.cursor);
    if palette.is_chosen {
        return chosen.ok_or_else(String::new);
    }
    let word = &word.to_lowercase();
    if let Some(command) = called(word).and_then(of) {
        return Ok(command);
    }
    let mut beginnings = commands
        .iter()
        .filter(|it| it.elsewhere.is_none() && it.name.starts_with(word.as_str()));
    let found = match (beginnings.next(), beginnings.next()) {
        (Some(only), None) => Some(only),
        // With more to say the guess would have to be better than that.
        _ => chosen.filter(|_| text.is_empty()),
    };
    found.ok_or_else(|| {
        format!(
            "there is no command {word}; the nearest is {}",
            nearest_word(word)
        )
    })
}

/// A command that counts here, and takes what is said after it. The word for records means none where there are no records.
fn check<'a>(command: &'a Command, text: &str, has_records: bool) -> Result<&'a Command, String> {
    if command.name == RECORD && !has_records {
        return Err(
            "record counts only in Features; look-up tells which shard takes a partition key".to_owned(),
        );
    }
    let names_resource = matches!(command.action, Action::Tail | Action::Open) && !text.is_empty();
    match &command.elsewhere {
        Some(places) if !names_resource => Err(format!("{} counts only in: {places}", command.name)),
        _ if !text.is_empty() && !ASKING.contains(&command.action) => {
            Err(format!("{} takes nothing after it", command.name))
        }
        _ => Ok(command),
    }
}

/// Does what the key of an action does; the line that it asks for is the text, where there is one.
fn carry_out(model: &mut Model, action: Action, text: &str, now: Now) -> Vec<Effect> {
    // What was told before is about something else.
    model.notice = None;
    if text.is_empty() {
        return super::act(model, action, now);
    }
    if matches!(action, Action::Tail | Action::Open) {
        return go_to(model, action, text, now);
    }
    let lines = model.overlays.len();
    let mut effects = super::act(model, action, now);
    if model.overlays.len() > lines {
        effects.extend(overlay::fill(model, text, now));
    }
    effects
}

/// Selects a resource by its name, wherever it is listed, and does something with it.
fn go_to(model: &mut Model, action: Action, name: &str, now: Now) -> Vec<Effect> {
    if model.editor.is_some() {
        model.notify(now.mono, "leave the record first", true);
        return Vec::new();
    }
    let others = Section::ALL.into_iter().filter(|it| *it != model.section);
    let sections = std::iter::once(model.section).chain(others);
    let can = |section: &Section| action == Action::Open || model.settings.abilities[section.index()].tail;
    let found = sections
        .filter(can)
        .find_map(|section| Some((section, named(model, section, name)?)));
    let Some((section, id)) = found else {
        let words = format!("nothing that is listed, or one alone, is called '{name}'");
        model.notify(now.mono, words, true);
        return Vec::new();
    };
    let mut effects = browse::show(model, section);
    if model.browser().rows().all(|entry| entry.id != id) {
        effects.extend(listing::filter(model, ""));
    }
    let fit = model.layout().list_rows();
    let browser = model.browser_mut();
    browser.select(&id);
    browser.move_to(browser.cursor, fit);
    browser.focus = crate::model::Focus::List;
    effects.extend(browse::act(model, action, now));
    effects
}

/// The resource of a section that has this name, or the only one with this in its name.
fn named(model: &Model, section: Section, name: &str) -> Option<ResourceId> {
    let entries = model.browsers[section.index()].entries();
    let whole = entries.iter().find(|entry| entry.name == name);
    let mut parts = entries.iter().filter(|entry| entry.name.contains(name));
    let only = match (parts.next(), parts.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    whole.or(only).map(|entry| entry.id.clone())
}
