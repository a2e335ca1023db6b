//! What lies over the panes: the help, and lines that are being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use super::{
    batch, browse, consumers, copying, decoder, editor, export, filter, inspector, listing, marks, records,
    seek, session, tail,
};
use crate::clock::Now;
use crate::keymap::Context;
use crate::message::{Action, Effect};
use crate::model::{Model, Opening, Overlay, Prompt, Purpose};
use crate::query::FilterError;

/// Characters of pasted text that a line takes.
const PASTED: usize = 4096;
/// The same where a line is made of many words: a thousand identifiers.
const PASTED_WORDS: usize = 64 << 10;

pub(super) fn open_help(model: &mut Model) -> Vec<Effect> {
    model.overlays.push(Overlay::Help { scroll: 0 });
    Vec::new()
}

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
        (Action::Back, _) => {
            model.overlays.pop();
        }
        (Action::Accept, Some(Overlay::Prompt(_))) => return accept(model, now),
        (Action::Down | Action::Up, Some(Overlay::Prompt(prompt))) => prompt.choose(action == Action::Down),
        (action, Some(Overlay::Seek(_))) => return seek::act(model, action, now),
        (Action::Down, Some(Overlay::Help { scroll })) => *scroll = scroll.saturating_add(1),
        (Action::Up, Some(Overlay::Help { scroll })) => *scroll = scroll.saturating_sub(1),
        (Action::PageDown, Some(Overlay::Help { scroll })) => *scroll = scroll.saturating_add(10),
        (Action::PageUp, Some(Overlay::Help { scroll })) => *scroll = scroll.saturating_sub(10),
        (Action::Top, Some(Overlay::Help { scroll })) => *scroll = 0,
        (Action::Bottom, Some(Overlay::Help { scroll })) => *scroll = usize::MAX,
        _ => {}
    }
    limit_help_scroll(model);
    Vec::new()
}

fn limit_help_scroll(model: &mut Model) {
    let (lines, rows) = (
        help_lines(model).len(),
        usize::from(model.size.height.saturating_sub(4)),
    );
    if let Some(Overlay::Help { scroll }) = model.overlays.last_mut() {
        *scroll = (*scroll).min(lines.saturating_sub(rows));
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
    if let Some((input, error)) = typed_line(model) {
        input.handle(request);
        *error = None;
    }
    narrow(model);
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
    narrow(model);
    Vec::new()
}

/// What is typed over a choice narrows it.
fn narrow(model: &mut Model) {
    if let Some(Overlay::Session(menu)) = model.overlays.last_mut() {
        menu.narrowed();
    }
}

/// Puts a text into a line where the cursor is.
pub(super) fn insert(input: &mut Input, text: &str) {
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let cursor = input.cursor() + text.chars().count();
    *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor);
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

/// The keys that count where the help was asked for: a heading, or keys and what they do.
pub fn help_lines(model: &Model) -> Vec<(String, String)> {
    let contexts: &[Context] = if model.editor.is_some() {
        &[
            Context::Editor,
            Context::Review,
            Context::Merge,
            Context::Prompt,
            Context::Global,
        ]
    } else if model.tail.is_some() {
        &[Context::Tail, Context::Inspector, Context::Global]
    } else {
        model.pane_contexts()
    };
    let mut lines = Vec::new();
    for context in contexts.iter().copied() {
        lines.push((context.title().to_owned(), String::new()));
        for binding in model.keymap.in_context(context) {
            let keys: Vec<_> = binding.chords.iter().map(ToString::to_string).collect();
            lines.push((keys.join(" "), binding.help.clone()));
        }
    }
    lines
}
