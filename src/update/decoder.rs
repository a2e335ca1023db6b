//! How the payloads of a tail are read: by their content, or as the person says.

use super::{cancel, overlay};
use crate::clock::Now;
use crate::decode::{ChoiceError, Decoder, Format};
use crate::message::Effect;
use crate::model::{Choice, Model, Prompt, Purpose, TailPane, Wait};

/// The word for reading by content.
const AUTOMATIC: &str = "auto";

/// What words that name a file begin with.
const FILES: [(&str, &str); 2] = [
    ("avro:", "Avro by a schema: avro:FILE.avsc"),
    (
        "protobuf:",
        "Protocol Buffers by descriptors: protobuf:DESCRIPTORS#package.Message",
    ),
];

/// Asks for a format.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let Some(tail) = &model.tail else {
        return Vec::new();
    };
    let chosen = tail.decoder.choice().map_or(AUTOMATIC, Format::name).to_owned();
    overlay::open_prompt(model, prompt(chosen))
}

/// A line with a word, and all the words that there are.
fn prompt(word: String) -> Prompt {
    let choice = |text: &str, help: &str| Choice {
        text: text.to_owned(),
        help: help.to_owned(),
    };
    let automatic = std::iter::once(choice(AUTOMATIC, "by content"));
    let formats = Format::all().map(|format| choice(format.name(), format.about()));
    let files = FILES.map(|(text, help)| choice(text, help));
    let choices: Vec<_> = automatic.chain(formats).chain(files).collect();
    Prompt {
        chosen: choices.iter().position(|choice| choice.text == word),
        ..Prompt::with(Purpose::Decoder, word).offering(choices)
    }
}

/// Reads payloads as a word says, the same as `--decode` takes. A file that it names is read beside the screen.
pub(super) fn choose(model: &mut Model, now: Now, word: &str) -> Result<Vec<Effect>, ChoiceError> {
    let Some(tail) = &mut model.tail else {
        return Ok(Vec::new());
    };
    let waited = tail.choosing.take().map(|wait| wait.ticket);
    if Decoder::names_file(word) {
        let (ticket, since) = (model.tickets.issue(), now.mono);
        tail.choosing = Some(Wait { ticket, since });
        let choose = Effect::Choose(ticket, tail.decoder.clone(), word.to_owned());
        return Ok([cancel(model, waited), vec![choose]]
            .into_iter()
            .flatten()
            .collect());
    }
    let decoder = match word {
        AUTOMATIC => tail.decoder.choosing(None),
        word => tail.decoder.choosing_by_word(word)?,
    };
    Ok([cancel(model, waited), read_by(model, decoder)]
        .into_iter()
        .flatten()
        .collect())
}

/// A file was read. One that is of no use is told in the line that named it.
pub(super) fn chosen(
    model: &mut Model,
    now: Now,
    word: &str,
    chosen: Result<Decoder, ChoiceError>,
) -> Vec<Effect> {
    if let Some(tail) = &mut model.tail {
        tail.choosing = None;
    }
    match chosen {
        Ok(decoder) => read_by(model, decoder),
        Err(error) if model.overlays.is_empty() => overlay::open_prompt(
            model,
            Prompt {
                error: Some(error.to_string()),
                ..prompt(word.to_owned())
            },
        ),
        Err(error) => {
            model.notify(now.mono, error.to_string(), true);
            Vec::new()
        }
    }
}

/// Reads everything anew: the list, the inspector, and what a filter or a search looked at.
fn read_by(model: &mut Model, decoder: Decoder) -> Vec<Effect> {
    let rows = model.list_rows();
    let Some(tail) = &mut model.tail else {
        return Vec::new();
    };
    tail.decoder = decoder;
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
    cancel(model, waited)
}

/// What the inspector shows was read in another way.
fn forget_document(tail: &mut TailPane) {
    if let Some(inspector) = tail.inspector_mut() {
        inspector.asked = None;
    }
}
