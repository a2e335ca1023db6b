//! A write on its way: what [`crate::edit::Saving`] asks for is done, and what comes of it goes back to it.

use super::{desk, desk_mut, keeping, opening, read_only, review};
use crate::clock::Now;
use crate::edit::{Ending, Input, Intent, Output, Refused, Saving, Taken, audit};
use crate::message::{Action, Effect, Request};
use crate::model::{Before, Model, Pause, Stage, WriteEnded, Writing};
use crate::resource::{FeatureRecord, RecordChange};
use crate::source::SourceError;
use crate::update::{ask, cancel};

/// Begins the write that was reviewed.
pub(super) fn begin(model: &mut Model, intent: Intent, now: Now) -> Vec<Effect> {
    if read_only::refuses(model, now, "every write") {
        return Vec::new();
    }
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    // Two programs begin at different nanoseconds, and that is all that it takes.
    let seed = now.wall.subsec_nanosecond().unsigned_abs().into();
    match Saving::begin(desk.form.draft().clone(), intent, now, seed) {
        Ok(mut saving) => {
            let looked = match &mut desk.stage {
                Stage::Reviewing(review) => review.checked.cancel(),
                _ => None,
            };
            let mut effects = cancel(model, looked);
            let output = saving.step(now, Input::Started);
            effects.extend(go_on(model, saving, output, now));
            effects
        }
        Err(refused) => {
            if let Stage::Reviewing(review) = &mut desk.stage {
                review.refused = Some(words(&refused));
            }
            Vec::new()
        }
    }
}

fn words(refused: &Refused) -> String {
    match refused {
        Refused::Mistakes(mistakes) => {
            let each: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            each.join("; ")
        }
        Refused::NoUpdate(why) => why.to_string(),
    }
}

/// What the store says, for the write.
pub(super) fn read(
    model: &mut Model,
    read: Result<Option<FeatureRecord>, SourceError>,
    now: Now,
) -> Vec<Effect> {
    step(model, Input::Read(read), now)
}

/// The answer to the write.
pub(super) fn written(model: &mut Model, written: Result<(), SourceError>, now: Now) -> Vec<Effect> {
    step(model, Input::Written(written), now)
}

/// A wait is over, if one is.
pub(super) fn wake(model: &mut Model, now: Now) -> Vec<Effect> {
    let is_due = match desk(model).map(|desk| &desk.stage) {
        Some(Stage::Saving(writing)) => matches!(writing.pause, Pause::Until(at) if at <= now.mono),
        _ => false,
    };
    if is_due {
        step(model, Input::Woke, now)
    } else {
        Vec::new()
    }
}

fn step(model: &mut Model, input: Input, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    match std::mem::replace(&mut desk.stage, Stage::Editing) {
        Stage::Saving(mut writing) => {
            let output = writing.saving.step(now, input);
            go_on(model, writing.saving, output, now)
        }
        other => {
            desk.stage = other;
            Vec::new()
        }
    }
}

/// Does what the write asks for.
pub(super) fn go_on(model: &mut Model, saving: Saving, output: Output, now: Now) -> Vec<Effect> {
    let Some((section, request)) = model
        .editor
        .as_ref()
        .map(|it| (it.section, review::record_of(it)))
    else {
        return Vec::new();
    };
    match output {
        Output::Read => call(model, saving, request, now),
        Output::Write(write) => {
            let line = audit::sending(&keeping::writer(model), &saving, now.wall);
            let mut effects = vec![Effect::Audit(line)];
            effects.extend(call(model, saving, Request::Write(section, write), now));
            effects
        }
        Output::Sleep(span) => {
            write_on(model, saving, Pause::Until(now.mono + span));
            Vec::new()
        }
        Output::Ended(ending) => end(model, saving, ending, now),
        Output::Ignored => Vec::new(),
    }
}

fn call(model: &mut Model, saving: Saving, request: Request, now: Now) -> Vec<Effect> {
    let wait = ask(model, now.mono);
    write_on(model, saving, Pause::Answer(wait));
    vec![Effect::Call(wait.ticket, request)]
}

fn write_on(model: &mut Model, saving: Saving, pause: Pause) {
    if let Some(desk) = desk_mut(model) {
        desk.stage = Stage::Saving(Box::new(Writing { saving, pause }));
    }
}

/// A key while it is written.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    match action {
        Action::Back => leave_off(model, now),
        _ => Vec::new(),
    }
}

/// Looks no longer what became of a write; it can be looked for again.
fn leave_off(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    match std::mem::replace(&mut desk.stage, Stage::Editing) {
        Stage::Saving(mut writing) if writing.saving.is_looking() => {
            let waited = match writing.pause {
                Pause::Answer(wait) => Some(wait.ticket),
                Pause::Until(_) => None,
            };
            let mut effects = cancel(model, waited);
            let output = writing.saving.leave_off();
            effects.extend(go_on(model, writing.saving, output, now));
            effects
        }
        stage => {
            desk.stage = stage;
            let words = "the answer is waited for: a write that was sent cannot be taken back";
            model.notify(now.mono, words, false);
            Vec::new()
        }
    }
}

/// A write is over: what is stored is shown, what is not stays on the desk.
fn end(model: &mut Model, saving: Saving, ending: Ending, now: Now) -> Vec<Effect> {
    let Some(desk) = desk_mut(model) else {
        return Vec::new();
    };
    desk.stage = Stage::Editing;
    let draft = saving.draft().clone();
    let is_done = ending.is_done();
    let words = ending.words();
    // The desk tells it, for as long as nothing is changed.
    model.notice = None;
    let line = audit::ended(&keeping::writer(model), &saving, &ending, now.wall);
    let mut effects = vec![Effect::Audit(line)];
    match &ending {
        Ending::Stored { record } => {
            opening::show_stored(model, record.clone());
            taken(model, &saving);
            effects.extend(keeping::discard(model));
        }
        // The draft says what should be stored; what is, is not known or is as it was.
        Ending::Taken(Taken::Unread(_))
        | Ending::NotStored { .. }
        | Ending::Failed { .. }
        | Ending::Unknown { .. } => {}
        Ending::Taken(_) => {
            opening::show_stored(model, draft.base().cloned());
            taken(model, &saving);
            effects.extend(keeping::discard(model));
        }
        Ending::Differs { theirs: stored } | Ending::StoredDifferently { stored } => {
            let intent = saving.intent();
            review::differs(model, draft, stored.clone(), intent, words, now);
        }
    }
    if let Some(desk) = desk_mut(model) {
        desk.ended = Some(WriteEnded::of(ending, saving));
    }
    effects.extend(quit_if(model, is_done));
    effects
}

/// Who wanted to quit as soon as it was written, does so; where it was not, the person has to see that.
fn quit_if(model: &mut Model, is_done: bool) -> Option<Effect> {
    let quits = model.quits.take();
    quits.filter(|_| is_done).map(Effect::Quit)
}

/// The service took a draft, which can be taken back to what was there before.
fn taken(model: &mut Model, saving: &Saving) {
    let deleted_at = saving.sent().and_then(|write| match &write.change {
        RecordChange::Delete { event_time, .. } => Some(event_time.clone()),
        _ => None,
    });
    if let Some(desk) = desk_mut(model) {
        desk.before = Some(Before {
            record: saving.draft().base().cloned(),
            deleted_at,
        });
    }
}
