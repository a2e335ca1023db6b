//! What of the thing that is looked at is copied: where its parts lie, and its id.

use crate::clock::Now;
use crate::message::{Action, Effect};
use crate::model::{CopyMenu, Model, Overlay, aws_command};
use crate::resource::Location;

/// Copies the command that asks for what is on the screen.
pub(super) fn command(model: &mut Model, now: Now) -> Vec<Effect> {
    match aws_command::on_screen(model, now) {
        Ok(command) => vec![Effect::Copy(command)],
        Err(why) => {
            model.notify(now.mono, why, false);
            Vec::new()
        }
    }
}

/// Opens the menu.
pub(super) fn open(model: &mut Model, now: Now) -> Vec<Effect> {
    let browser = model.browser();
    let id = match browser.behind() {
        Some(step) => Some(step.ancestor.id().to_string()),
        None => browser.selected().map(|entry| entry.id.to_string()),
    };
    let Some(id) = id else {
        return Vec::new();
    };
    let Some(mut items) = browser.locations() else {
        model.notify(now.mono, "what could be copied is not known yet", false);
        return Vec::new();
    };
    items.push(Location {
        label: "id",
        uri: Ok(id),
    });
    items.push(Location {
        label: "aws command",
        uri: aws_command::of_selected(model).map_err(|_| "there is none for this"),
    });
    model.overlays.push(Overlay::Copy(CopyMenu::new(items)));
    Vec::new()
}

/// What a key does in it.
pub(super) fn act(model: &mut Model, action: Action, now: Now) -> Vec<Effect> {
    let Some(Overlay::Copy(menu)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    match action {
        Action::Down | Action::Up => menu.choose(action == Action::Down),
        Action::Back => drop(model.overlays.pop()),
        Action::Accept => {
            let chosen = menu.selected().cloned();
            match chosen.map(|it| (it.label, it.uri)) {
                Some((_, Ok(text))) => {
                    model.overlays.pop();
                    return vec![Effect::Copy(text)];
                }
                Some((label, Err(why))) => model.notify(now.mono, format!("{label}: {why}"), false),
                None => {}
            }
        }
        _ => {}
    }
    Vec::new()
}
