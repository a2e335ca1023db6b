//! How the payloads of a tail are read: by their content, or as the person says.

use super::{cancel, overlay};
use crate::decode::{Format, UnknownFormat};
use crate::message::Effect;
use crate::model::{Choice, Model, Prompt, Purpose, TailPane};

/// The word for reading by content.
const AUTOMATIC: &str = "auto";

/// Asks for a format.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let Some(tail) = &model.tail else {
        return Vec::new();
    };
    let chosen = tail.decoder.choice().map_or(AUTOMATIC, Format::name).to_owned();
    let automatic = Choice {
        text: AUTOMATIC.to_owned(),
        help: "by content".to_owned(),
    };
    let formats = Format::all().map(|format| Choice {
        text: format.name().to_owned(),
        help: format.about().to_owned(),
    });
    let choices: Vec<_> = std::iter::once(automatic).chain(formats).collect();
    let place = choices.iter().position(|choice| choice.text == chosen);
    let prompt = Prompt {
        chosen: place,
        ..Prompt::with(Purpose::Decoder, chosen).offering(choices)
    };
    overlay::open_prompt(model, prompt)
}

/// Reads everything anew in this way: the list, the inspector, and what a filter or a search looked at.
pub(super) fn choose(model: &mut Model, word: &str) -> Result<Vec<Effect>, UnknownFormat> {
    let format = match word {
        AUTOMATIC => None,
        word => Some(word.parse()?),
    };
    let rows = model.list_rows();
    let Some(tail) = &mut model.tail else {
        return Ok(Vec::new());
    };
    tail.decoder = tail.decoder.choosing(format);
    tail.shown.forget();
    let mut waited = Vec::new();
    for sieve in [&mut tail.filter, &mut tail.search].into_iter().flatten() {
        waited.extend(sieve.ticket());
        *sieve = sieve.reading(tail.decoder.clone());
    }
    waited.extend(
        tail.inspector_mut()
            .and_then(|inspector| inspector.document.cancel()),
    );
    tail.show(rows);
    forget_document(tail);
    Ok(cancel(model, waited))
}

/// What the inspector shows was read in another way.
fn forget_document(tail: &mut TailPane) {
    if let Some(inspector) = tail.inspector_mut() {
        inspector.asked = None;
    }
}
