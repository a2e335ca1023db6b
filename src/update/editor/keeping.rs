//! Drafts where they outlive the program: kept as they change, offered when they were left, dropped when they are stored.

use super::{desk, opening};
use crate::clock::Now;
use crate::edit::{Kept, LeftBehind, Origin, audit};
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
    // The account may have become known since, and the file is named after it.
    let mut effects = discard(model);
    effects.retain(|effect| !matches!(effect, Effect::DropDraft(old) if old.key() == kept.key()));
    model.drafts.here.push(kept.clone());
    effects.push(Effect::KeepDraft(Box::new(kept)));
    effects
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

/// Whether a draft of this program is of a record; its account may not have been known yet.
fn is_of(kept: &Kept, origin: &Origin, group: &ResourceId, identifier: &str) -> bool {
    let place = |origin: &Origin| {
        (
            origin.region.clone(),
            origin.endpoint.clone(),
            origin.profile.clone(),
        )
    };
    place(&kept.origin) == place(origin) && kept.group == group.as_str() && kept.identifier == identifier
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

/// Drafts were found that other programs left. They are looked through once it is known who calls.
pub(in crate::update) fn found(model: &mut Model, left: Vec<LeftBehind>) -> Vec<Effect> {
    model.drafts.unsorted.extend(left);
    if model.caller.wait().is_none() {
        sort(model);
    }
    Vec::new()
}

/// Offers those of this account and region; the others are for whoever is there.
pub(in crate::update) fn sort(model: &mut Model) {
    let origin = model.identity.origin();
    let ours = std::mem::take(&mut model.drafts.unsorted)
        .into_iter()
        .filter(|left| {
            left.kept
                .as_ref()
                .map_or(true, |kept| is_from(&kept.origin, &origin))
        });
    model.drafts.left.extend(ours);
    // Nobody is interrupted in the middle of a record.
    if !model.drafts.left.is_empty() && model.overlays.is_empty() && model.editor.is_none() {
        model.overlays.push(Overlay::Drafts {
            cursor: 0,
            sure: false,
        });
    }
}

/// Whether two are the same place: the same account, or where one is not known, the same profile.
fn is_from(theirs: &Origin, ours: &Origin) -> bool {
    let same_account = match (&theirs.account, &ours.account) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => theirs.profile == ours.profile,
    };
    same_account && theirs.region == ours.region && theirs.endpoint == ours.endpoint
}

/// Shows the drafts that were left.
pub(in crate::update) fn show(model: &mut Model, now: Now) -> Vec<Effect> {
    if model.drafts.left.is_empty() {
        model.notify(now.mono, "no draft was left behind", false);
    } else {
        model.overlays.push(Overlay::Drafts {
            cursor: 0,
            sure: false,
        });
    }
    Vec::new()
}

/// A key over the drafts that were left.
pub(in crate::update) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let last = model.drafts.left.len().saturating_sub(1);
    let Some(Overlay::Drafts { cursor, sure }) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let chosen = *cursor;
    let was_sure = std::mem::take(sure);
    match action {
        Action::Down => *cursor = (chosen + 1).min(last),
        Action::Up => *cursor = chosen.saturating_sub(1),
        Action::Accept => return go_on_with(model, chosen, now),
        Action::DiscardDraft if was_sure => return drop_left(model, chosen),
        Action::DiscardDraft => *sure = true,
        Action::Back => drop(model.overlays.pop()),
        _ => {}
    }
    Vec::new()
}

/// Opens a draft that was left. It is this program's from now on.
fn go_on_with(model: &mut Model, chosen: usize, now: Now) -> Vec<Effect> {
    let Some(Ok(mut kept)) = model.drafts.left.get(chosen).map(|left| left.kept.clone()) else {
        return Vec::new();
    };
    kept.origin = model.identity.origin();
    let (group, identifier) = (ResourceId::from(kept.group.as_str()), kept.identifier.clone());
    let mut here = model.drafts.here.iter();
    if model.editor.is_some() || here.any(|it| is_of(it, &kept.origin, &group, &identifier)) {
        let words = "there is a draft of yours already: store it or discard it first";
        model.notify(now.mono, words, true);
        return Vec::new();
    }
    let editing = Section::ALL
        .into_iter()
        .find(|section| model.settings.abilities[section.index()].edit);
    let mut effects = editing.map_or(Vec::new(), |section| browse::show(model, section));
    model.overlays.clear();
    let left = model.drafts.left.remove(chosen);
    model.drafts.here.push(kept.clone());
    effects.push(Effect::TakeOver(Box::new(kept.clone()), Box::new(left)));
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
        Some(Overlay::Drafts { cursor, .. }) if remaining > 0 => *cursor = chosen.min(remaining - 1),
        _ => drop(model.overlays.pop()),
    }
    vec![Effect::DropLeft(Box::new(left))]
}

/// Who writes, for the log.
pub(super) fn writer(model: &Model) -> audit::Writer {
    let editor = model.editor.as_ref();
    audit::Writer {
        origin: editor.map(|editor| editor.origin.clone()).unwrap_or_default(),
        caller: model.identity.caller.as_ref().map(|caller| caller.arn.clone()),
        values: model.settings.audit_values,
    }
}
