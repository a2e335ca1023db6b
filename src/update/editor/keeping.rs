//! Drafts where they outlive the program: kept as they change, offered when they were left, dropped when they are stored.

use super::{desk, opening};
use crate::clock::Now;
use crate::edit::{Ending, Kept, LeftBehind, Origin, Saving, audit};
use crate::message::{Action, Effect};
use crate::model::{Editor, Model, Opening, Overlay};
use crate::resource::{ResourceId, Section};
use crate::update::browse;

/// Keeps the draft as it is; drops it where there is nothing left to write.
pub(super) fn keep(model: &mut Model, now: Now) -> Vec<Effect> {
    let is_dirty = model.editor.as_ref().is_some_and(Editor::is_dirty);
    if !is_dirty {
        return discard(model);
    }
    let Some(kept) = kept(model, now) else {
        return Vec::new();
    };
    model.drafts.here.retain(|it| it.key() != kept.key());
    model.drafts.here.push(kept.clone());
    vec![Effect::KeepDraft(Box::new(kept))]
}

/// Drops the draft of the record that is edited, where one was kept.
pub(super) fn discard(model: &mut Model) -> Vec<Effect> {
    let Some(editor) = &model.editor else {
        return Vec::new();
    };
    let is_it = |kept: &mut Kept| is_of(kept, &editor.origin, &editor.group, &editor.identifier);
    let dropped = model.drafts.here.extract_if(.., is_it);
    dropped.map(|kept| Effect::DropDraft(Box::new(kept))).collect()
}

fn kept(model: &Model, now: Now) -> Option<Kept> {
    let origin = model.editor.as_ref()?.origin.clone();
    Some(Kept::of(desk(model)?.form.draft(), origin, now.wall))
}

fn is_of(kept: &Kept, origin: &Origin, group: &ResourceId, identifier: &str) -> bool {
    kept.origin == *origin && kept.group == group.as_str() && kept.identifier == identifier
}

/// The draft of a record that was kept since the program began.
pub(super) fn kept_of(
    model: &Model,
    origin: &Origin,
    group: &ResourceId,
    identifier: &str,
) -> Option<Opening> {
    let mut here = model.drafts.here.iter();
    let kept = here.find(|kept| is_of(kept, origin, group, identifier))?;
    Some(Opening::Kept(Box::new(kept.clone())))
}

/// Drafts were found that other programs left. Those of this account and region are offered.
pub(in crate::update) fn found(model: &mut Model, left: Vec<LeftBehind>) -> Vec<Effect> {
    let origin = model.identity.origin();
    let is_ours = |left: &LeftBehind| match &left.kept {
        Ok(kept) => {
            let theirs = &kept.origin;
            let account =
                theirs.account.is_none() || origin.account.is_none() || theirs.account == origin.account;
            account && theirs.region == origin.region && theirs.endpoint == origin.endpoint
        }
        // Whose it is cannot be told.
        Err(_) => true,
    };
    model.drafts.left.extend(left.into_iter().filter(is_ours));
    if !model.drafts.left.is_empty() && model.overlays.is_empty() {
        model.overlays.push(Overlay::Drafts { cursor: 0 });
    }
    Vec::new()
}

/// Shows the drafts that were left.
pub(in crate::update) fn show(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.drafts.left.is_empty() {
        model.notify(now.mono, "no draft was left behind", false);
    } else {
        model.overlays.push(Overlay::Drafts { cursor: 0 });
    }
    Vec::new()
}

/// A key over the drafts that were left.
pub(in crate::update) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let last = model.drafts.left.len().saturating_sub(1);
    let Some(Overlay::Drafts { cursor }) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let chosen = *cursor;
    match action {
        Action::Down => *cursor = (chosen + 1).min(last),
        Action::Up => *cursor = chosen.saturating_sub(1),
        Action::Accept => return go_on_with(model, chosen),
        Action::DiscardDraft => return drop_left(model, chosen),
        Action::Back => drop(model.overlays.pop()),
        _ => {}
    }
    Vec::new()
}

/// Opens a draft that was left. It is this program's from now on.
fn go_on_with(model: &mut Model, chosen: usize) -> Vec<Effect> {
    let Some(Ok(mut kept)) = model.drafts.left.get(chosen).map(|left| left.kept.clone()) else {
        return Vec::new();
    };
    let editing = Section::ALL
        .into_iter()
        .find(|section| model.settings.abilities[section.index()].edit);
    let mut effects = editing.map_or(Vec::new(), |section| browse::show(model, section));
    model.overlays.clear();
    let left = model.drafts.left.remove(chosen);
    kept.origin = model.identity.origin();
    let (group, identifier) = (ResourceId::from(kept.group.as_str()), kept.identifier.clone());
    model.drafts.here.push(kept.clone());
    effects.push(Effect::KeepDraft(Box::new(kept.clone())));
    effects.push(Effect::DropLeft(Box::new(left)));
    let purpose = Opening::Kept(Box::new(kept));
    effects.extend(opening::open(model, group, identifier, purpose));
    effects
}

fn drop_left(model: &mut Model, chosen: usize) -> Vec<Effect> {
    if chosen >= model.drafts.left.len() {
        return Vec::new();
    }
    let left = model.drafts.left.remove(chosen);
    let remaining = model.drafts.left.len();
    match model.overlays.last_mut() {
        Some(Overlay::Drafts { cursor }) if remaining > 0 => *cursor = chosen.min(remaining - 1),
        _ => drop(model.overlays.pop()),
    }
    vec![Effect::DropLeft(Box::new(left))]
}

/// The line of a write for the log.
pub(super) fn audit(model: &Model, saving: &Saving, ending: &Ending, now: Now) -> String {
    let editor = model.editor.as_ref();
    let writer = audit::Writer {
        origin: editor.map(|editor| editor.origin.clone()).unwrap_or_default(),
        caller: model.identity.caller.as_ref().map(|caller| caller.arn.clone()),
        values: model.settings.audit_values,
    };
    audit::line(&writer, saving, ending, now.wall)
}
