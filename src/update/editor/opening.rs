//! A record on its way to the desk: the group's schema first, then what is stored.

use std::sync::Arc;

use super::{cancel, desk_mut, keeping, merging, saving};
use crate::clock::Now;
use crate::edit::{Draft, Merge, Schema};
use crate::keymap::Context;
use crate::message::{Effect, Request};
use crate::model::{Desk, Editor, Model, Opening, Remote, Stage};
use crate::resource::{Detail, FeatureRecord, ResourceId, TargetStore};
use crate::source::SourceError;
use crate::update::ask;

/// Opens a record in the editor.
pub(in crate::update) fn open(
    model: &mut Model,
    group: ResourceId,
    identifier: String,
    purpose: Opening,
) -> Vec<Effect> {
    let section = model.section;
    let origin = model.identity.origin();
    let purpose = match purpose {
        Opening::Stored | Opening::New => {
            keeping::kept_of(model, &origin, &group, &identifier).unwrap_or(purpose)
        }
        purpose => purpose,
    };
    let effects = stop_reading(model);
    model.editor = Some(Editor::new(section, group, identifier, purpose, origin));
    effects
}

/// Opens a copy of the record in the editor under another identifier. What is wrong with it is given back.
pub(in crate::update) fn open_clone(model: &mut Model, identifier: String) -> Result<Vec<Effect>, String> {
    let Some(draft) = super::draft(model) else {
        return Ok(Vec::new());
    };
    let clone = draft
        .cloned_as(&identifier)
        .map_err(|mistake| mistake.to_string())?;
    if draft.identifier() == identifier {
        return Err("this is the record itself; another identifier makes a copy".to_owned());
    }
    let group = draft.schema().group().clone();
    let purpose = Opening::Clone(Box::new(clone));
    Ok(open(model, group, identifier, purpose))
}

/// What the editor needs and does not have.
pub(in crate::update) fn wants(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(editor) = model.editor.as_ref().filter(|editor| editor.desk.is_none()) else {
        return Vec::new();
    };
    let (section, group, identifier) = (editor.section, editor.group.clone(), editor.identifier.clone());
    let idle = editor.stored.is_idle();
    match schema(model) {
        None => describe(model, now, &group),
        Some(schema) if !schema.stores().contains(&TargetStore::Online) => {
            put_on_desk(model, now, schema, None)
        }
        Some(_) if idle => {
            let wait = ask(model, now.mono);
            if let Some(editor) = &mut model.editor {
                editor.stored.begin(wait);
            }
            vec![Effect::Call(
                wait.ticket,
                Request::Record(section, group, identifier),
            )]
        }
        Some(_) => Vec::new(),
    }
}

/// The rules of the group, where it is described.
fn schema(model: &Model) -> Option<Arc<Schema>> {
    let editor = model.editor.as_ref()?;
    let details = &model.browsers[editor.section.index()].details;
    match details.get(&editor.group)?.value()? {
        Detail::FeatureGroup(group) => Some(Arc::new(Schema::of(group).named(editor.group.clone()))),
        _ => None,
    }
}

fn describe(model: &mut Model, now: Now, group: &ResourceId) -> Vec<Effect> {
    let Some(section) = model.editor.as_ref().map(|editor| editor.section) else {
        return Vec::new();
    };
    let details = &model.browsers[section.index()].details;
    if details.get(group).is_some_and(|detail| !detail.is_idle()) {
        return Vec::new();
    }
    let wait = ask(model, now.mono);
    let details = &mut model.browsers[section.index()].details;
    details.entry(group.clone()).or_default().begin(wait);
    vec![Effect::Call(
        wait.ticket,
        Request::Describe(section, group.clone()),
    )]
}

/// What is stored has come.
pub(super) fn read(
    model: &mut Model,
    read: Result<Option<FeatureRecord>, SourceError>,
    now: Now,
) -> Vec<Effect> {
    let Some(editor) = &mut model.editor else {
        return Vec::new();
    };
    if let Some(error) = editor.stored.settle(read) {
        model.notify(now.mono, error.to_string(), true);
        return Vec::new();
    }
    let Some(stored) = editor.stored.value().cloned() else {
        return Vec::new();
    };
    if editor.desk.is_some() {
        return read_anew(model, stored, now);
    }
    match schema(model) {
        Some(schema) => put_on_desk(model, now, schema, stored),
        None => Vec::new(),
    }
}

fn put_on_desk(
    model: &mut Model,
    now: Now,
    schema: Arc<Schema>,
    stored: Option<FeatureRecord>,
) -> Vec<Effect> {
    let Some(editor) = &mut model.editor else {
        return Vec::new();
    };
    let identifier = editor.identifier.clone();
    let is_there = stored.is_some();
    let (draft, words) = match (&editor.purpose, is_there) {
        (Opening::Clone(clone), _) => {
            let features = clone
                .features()
                .map(|(name, value)| (name.to_owned(), value.clone()));
            let words =
                is_there.then_some("there is such a record already: what would change of it is marked");
            (clone.rebased(stored, &features.collect()), words)
        }
        (Opening::Kept(kept), _) => {
            let words = "this is the draft that you left; {refresh} looks what is stored now";
            (kept.restored(schema), Some(words))
        }
        (Opening::New, true) => (
            Draft::of(schema, &identifier, stored),
            Some("there is such a record already, and this is it"),
        ),
        (Opening::Stored, false) => (
            Draft::of(schema, &identifier, stored),
            Some("there is no such record in the online store; this makes a new one"),
        ),
        _ => (Draft::of(schema, &identifier, stored), None),
    };
    editor.desk = Some(Desk::of(draft));
    if let Some(words) = words {
        let words = model.keymap.tell(Context::Editor, words);
        model.notify(now.mono, words, false);
    }
    // A copy is a draft from the beginning.
    keeping::keep(model, now)
}

/// What is stored was asked for again: it takes the place of what nobody has changed; else the two are put beside each other.
fn read_anew(model: &mut Model, stored: Option<FeatureRecord>, now: Now) -> Vec<Effect> {
    let is_dirty = model.editor.as_ref().is_some_and(Editor::is_dirty);
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    let draft = desk.form.draft();
    if !is_dirty {
        let anew = Draft::of(draft.schema().clone(), draft.identifier(), stored);
        desk.form.take(anew);
    } else if draft.is_based_on(stored.as_ref()) {
        model.notify(now.mono, "the record is stored as you read it", false);
    } else {
        let merge = Merge::of(draft.clone(), stored);
        merging::begin(
            model,
            merge,
            "somebody changed the record since you read it".to_owned(),
        );
    }
    Vec::new()
}

/// Asks again: what became of a write, where that is open; else for what is stored.
pub(super) fn again(model: &mut Model, now: Now) -> Vec<Effect> {
    if let Some((saving, output)) = desk_mut(model).and_then(|desk| desk.ended.as_mut()?.settle()) {
        return saving::go_on(model, saving, output, now);
    }
    let Some(editor) = &model.editor else {
        return Vec::new();
    };
    if editor.desk.is_none() {
        return open_again(model);
    }
    let request = Request::Record(editor.section, editor.group.clone(), editor.identifier.clone());
    let waited = editor.stored.wait().map(|wait| wait.ticket);
    let mut effects = cancel(model, waited);
    let wait = ask(model, now.mono);
    if let Some(editor) = &mut model.editor {
        editor.stored.begin(wait);
    }
    effects.push(Effect::Call(wait.ticket, request));
    effects
}

/// Gives up a read that was asked for by hand: its answer must not come between a person and what is typed, reviewed or
/// written meanwhile. The review reads for itself.
pub(super) fn stop_reading(model: &mut Model) -> Vec<Effect> {
    let waited = model.editor.as_mut().and_then(|editor| editor.stored.cancel());
    cancel(model, waited)
}

/// What could not be had is asked for by [`wants`] again.
fn open_again(model: &mut Model) -> Vec<Effect> {
    let Some(editor) = &mut model.editor else {
        return Vec::new();
    };
    let waited = editor.stored.cancel();
    editor.stored = Remote::Idle;
    let (section, group) = (editor.section, editor.group.clone());
    let details = &mut model.browsers[section.index()].details;
    if matches!(details.get(&group), Some(Remote::Failed(_) | Remote::Cancelled)) {
        details.remove(&group);
    }
    cancel(model, waited)
}

/// Shows what was just stored as what is there to be edited on.
pub(super) fn show_stored(model: &mut Model, stored: Option<FeatureRecord>) {
    if let Some(desk) = desk_mut(model) {
        let draft = desk.form.draft();
        let anew = Draft::of(draft.schema().clone(), draft.identifier(), stored);
        desk.form.take(anew);
        desk.stage = Stage::Editing;
        desk.outside = None;
    }
}
