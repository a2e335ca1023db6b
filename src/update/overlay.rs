//! What lies over the panes: the help, and lines that are being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use super::{
    batch, browse, consumers, copying, decoder, editor, export, filter, help, inspector, listing, marks,
    palette, records, seek, session, tail,
};
use crate::clock::Now;
use crate::message::{Action, Effect};
use crate::model::{Model, Opening, Overlay, Prompt, Purpose};
use crate::query::FilterError;

/// Characters of pasted text that a line takes.
const PASTED: usize = 4096;
/// The same where a line is made of many words: a thousand identifiers.
const PASTED_WORDS: usize = 64 << 10;

pub(super) fn open_prompt(model: &mut Model, prompt: Prompt) -> Vec<Effect> {
    model.overlays.push(Overlay::Prompt(prompt));
    Vec::new()
}

/// The top overlay takes the key; the panes below get none.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match (action, model.overlays.last_mut()) {
        (Action::Back, Some(Overlay::Marks(_))) => drop(model.overlays.pop()),
        (action, Some(Overlay::Marks(_))) => return marks::act(model, action, now),
        (action, Some(Overlay::Copy(_))) => return copying::act(model, action, now),
        (_, Some(Overlay::Session(_))) => return session::act(model, action, now),
        (_, Some(Overlay::Consumers(_))) => return consumers::act(model, action, now),
        (Action::Confirm, Some(Overlay::Confirm(_))) => return consumers::confirm(model, now),
        (action, Some(Overlay::Drafts { .. })) => return editor::act_on_drafts(model, action, now),
        (Action::KeepDraft | Action::DiscardDraft, Some(Overlay::Leave(_))) => {
            return editor::answer(model, now, action == Action::KeepDraft);
        }
        (action, Some(Overlay::Help(_))) => return help::act(model, action),
        (action, Some(Overlay::Palette(_))) => return palette::act(model, action, now),
        (Action::Back, _) => {
            model.overlays.pop();
        }
        (Action::Accept, Some(Overlay::Prompt(_))) => return accept(model, now),
        (Action::Down | Action::Up, Some(Overlay::Prompt(prompt))) => prompt.choose(action == Action::Down),
        (action, Some(Overlay::Seek(_))) => return seek::act(model, action, now),
        _ => {}
    }
    Vec::new()
}

/// Takes a text as the line that lies on top, as if it had been typed there.
pub(super) fn fill(model: &mut Model, text: &str, now: Now) -> Vec<Effect> {
    match model.overlays.last_mut() {
        Some(Overlay::Prompt(prompt)) => {
            prompt.input = Input::new(text.to_owned());
            accept(model, now)
        }
        Some(Overlay::Seek(seek)) => {
            seek.input = Input::new(text.to_owned());
            seek::act(model, Action::Accept, now)
        }
        _ => Vec::new(),
    }
}

/// Takes what was typed; what cannot be taken stays to be corrected, with the reason.
fn accept(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(Overlay::Prompt(prompt)) = model.overlays.pop() else {
        return Vec::new();
    };
    let text = prompt.input.value().trim().to_owned();
    match &prompt.purpose {
        Purpose::Filter => match filter::filter(model, &text) {
            Ok(effects) => effects,
            Err(error) => mistaken(model, prompt, &error),
        },
        Purpose::TimeToLive => match editor::set_ttl(model, now, &text) {
            Ok(effects) => effects,
            Err(why) => reopen(model, prompt, why),
        },
        Purpose::Columns => match filter::columns(model, &text) {
            Ok(()) => Vec::new(),
            Err(error) => reopen(model, prompt, error.to_string()),
        },
        Purpose::FilterList => listing::filter(model, &text),
        Purpose::QueryList => match listing::query(model, now, &text) {
            Ok(effects) => effects,
            Err(error) => reopen(model, prompt, error.to_string()),
        },
        Purpose::Features => match batch::choose_features(model, now, &text) {
            Ok(effects) => effects,
            Err(error) => reopen(model, prompt, error),
        },
        _ if text.is_empty() => Vec::new(),
        Purpose::Decoder => match decoder::choose(model, now, &text) {
            Ok(effects) => effects,
            Err(error) => reopen(model, prompt, error.to_string()),
        },
        Purpose::Export { .. } => export::begin(model, now, &text),
        Purpose::SearchTail => match filter::search(model, &text) {
            Ok(effects) => effects,
            Err(error) => mistaken(model, prompt, &error),
        },
        Purpose::NameConsumer { .. } => match consumers::named(model, &text) {
            Ok(effects) => effects,
            Err(error) => reopen(model, prompt, error),
        },
        Purpose::LookUp { group } => records::look_up(model, group, &text),
        Purpose::NewRecord { group } => editor::open(model, group.clone(), text, Opening::New),
        Purpose::CloneRecord => match editor::open_clone(model, text) {
            Ok(effects) => effects,
            Err(why) => reopen(model, prompt, why),
        },
        Purpose::SearchFeatures => editor::search(model, now, text),
        Purpose::ShardOf => tail::tell_shard(model, now, &text),
        Purpose::SearchRecord => inspector::search(model, now, &text),
        Purpose::SearchIdentifiers => {
            if let Some(pane) = &mut model.records {
                pane.search = Some(text);
            }
            records::find(model, now, true)
        }
        Purpose::Search => {
            model.browser_mut().search = Some(text);
            browse::find(model, now, true)
        }
    }
}

/// The line stays open, with the cursor where it is wrong.
fn mistaken(model: &mut Model, prompt: Prompt, error: &FilterError) -> Vec<Effect> {
    let blanks = prompt
        .input
        .value()
        .chars()
        .take_while(|c| c.is_whitespace())
        .count();
    let input = prompt.input.clone().with_cursor(blanks + error.at);
    reopen(model, Prompt { input, ..prompt }, error.to_string())
}

/// The line stays open to be corrected, with the reason.
fn reopen(model: &mut Model, prompt: Prompt, why: String) -> Vec<Effect> {
    let error = Some(why);
    open_prompt(model, Prompt { error, ..prompt })
}

/// A key that means nothing else goes into the line that is being typed.
pub(super) fn type_key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Some(request) = edit_request(key) else {
        return Vec::new();
    };
    if matches!(request, InputRequest::InsertChar(_)) {
        make_way(model);
    }
    if request == InputRequest::DeletePrevChar && palette::is_empty(model) {
        model.overlays.pop();
        return Vec::new();
    }
    if let Some((input, error)) = typed_line(model) {
        input.handle(request);
        *error = None;
    }
    line_changed(model);
    editor::check_line(model);
    Vec::new()
}

/// Pasted text goes in where the cursor is. The value of a feature takes it as it is, or not at all; other lines take it without
/// line ends and other controls, and no more of it than anyone would type. Where several words are asked for, their lines stay
/// apart.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if model.overlays.is_empty() {
        editor::paste(model, text);
        return Vec::new();
    }
    make_way(model);
    let several = matches!(
        model.overlays.last(),
        Some(Overlay::Prompt(prompt)) if matches!(prompt.purpose, Purpose::LookUp { .. } | Purpose::Features)
    );
    let (most, gap) = if several {
        (PASTED_WORDS, ' ')
    } else {
        (PASTED, '\0')
    };
    if let Some((input, error)) = typed_line(model) {
        let pasted = text.chars().map(|c| {
            if c.is_ascii_whitespace() && c.is_control() {
                gap
            } else {
                c
            }
        });
        let pasted: String = pasted.filter(|c| !c.is_control()).take(most).collect();
        insert(input, &pasted);
        *error = None;
    }
    line_changed(model);
    Vec::new()
}

/// Puts a text into a line where the cursor is.
pub(super) fn insert(input: &mut Input, text: &str) {
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let cursor = input.cursor() + text.chars().count();
    *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor);
}

/// What is chosen by a line is chosen anew.
fn line_changed(model: &mut Model) {
    match model.overlays.last_mut() {
        Some(Overlay::Palette(palette)) => {
            palette.recalled = None;
            palette.changed();
        }
        Some(Overlay::Help(help)) => help.scroll = 0,
        Some(Overlay::Session(menu)) => menu.narrowed(),
        _ => {}
    }
}

fn make_way(model: &mut Model) {
    match model.overlays.last_mut() {
        Some(Overlay::Seek(seek)) => seek.make_way(),
        Some(Overlay::Prompt(prompt)) => prompt.make_way(),
        _ => {}
    }
}

/// The line that is being typed, and what is wrong with it.
fn typed_line(model: &mut Model) -> Option<(&mut Input, &mut Option<String>)> {
    if model.overlays.is_empty() {
        return editor::typed_line(model);
    }
    match model.overlays.last_mut()? {
        Overlay::Prompt(prompt) => Some((&mut prompt.input, &mut prompt.error)),
        Overlay::Seek(seek) if seek.is_typing() => Some((&mut seek.input, &mut seek.error)),
        Overlay::Palette(palette) => Some((&mut palette.input, &mut palette.error)),
        Overlay::Help(help) if help.is_typing => Some((&mut help.input, &mut help.error)),
        Overlay::Session(menu) if menu.opening.is_none() => Some(menu.line_mut()),
        _ => None,
    }
}

/// Line editing as in a shell.
fn edit_request(key: KeyEvent) -> Option<InputRequest> {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (key.code, ctrl) {
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        (KeyCode::Backspace, _) => InputRequest::DeletePrevChar,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        (KeyCode::Char(character), false) => InputRequest::InsertChar(character),
        _ => return None,
    })
}
