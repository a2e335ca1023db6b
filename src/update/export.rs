//! Taking records out of the program: into a file, or those of a tail to the clipboard.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Told, cancel, overlay};
use crate::cli::Output;
use crate::clock::Now;
use crate::decode;
use crate::keymap::Context;
use crate::message::{Contents, Effect, Export, Exported};
use crate::model::{Exporting, Model, Prompt, Purpose, TailPane, Wait};
use crate::redact::process as redaction;
use crate::resource::{Body, Record};
use crate::sanitize;

/// Asks for a file to write to, where there is something to write.
pub(super) fn ask_file(model: &mut Model, now: Now) -> Vec<Effect> {
    let zone = model.zone.clone();
    let Some((name, contents)) = chosen(model).filter(|(_, contents)| !contents.is_empty()) else {
        model.notify(now.mono, "there is no record here to write", false);
        return Vec::new();
    };
    let records = contents.len();
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let time = now.wall.to_zoned(zone).strftime("%Y%m%d-%H%M%S").to_string();
    let file = format!("{name}-{time}.jsonl");
    overlay::open_prompt(model, Prompt::with(Purpose::Export { records }, file))
}

/// What is written from where the person is, and what that is called: the gathered records, the selected record of a feature
/// group, or what of a tail is shown.
fn chosen(model: &Model) -> Option<(String, Contents)> {
    if let Some(pane) = &model.batch {
        return Some(("records".to_owned(), Contents::Lines(pane.lines())));
    }
    if let Some(pane) = &model.records {
        let line = pane.line().into_iter().collect();
        return Some((pane.name.clone(), Contents::Lines(line)));
    }
    let tail = model.tail.as_ref()?;
    let contents = Contents::Stream {
        output: Output::Jsonl,
        stream: tail.request.stream.clone(),
        decoder: tail.decoder.clone(),
        records: shown(tail),
    };
    Some((tail.name.clone(), contents))
}

/// Everything that passes the filter, or the selected record.
fn shown(tail: &TailPane) -> Vec<Arc<Record>> {
    match &tail.filter {
        Some(sieve) => {
            let rows = sieve.passed().iter().filter_map(|number| tail.ring.get(*number));
            rows.filter_map(|row| row.record().cloned()).collect()
        }
        None => tail.record().cloned().into_iter().collect(),
    }
}

/// Begins to write; one file at a time.
pub(super) fn begin(model: &mut Model, now: Now, file: &str) -> Vec<Effect> {
    if model.exporting.is_some() {
        let words = model.keymap.tell(
            Context::Global,
            "another file is still being written; {back} cancels it",
        );
        model.notify(now.mono, words, true);
        return Vec::new();
    }
    let Some((_, mut contents)) = chosen(model) else {
        return Vec::new();
    };
    let file = PathBuf::from(file);
    let is_lines = file.extension().is_some_and(|it| it == "jsonl" || it == "json");
    if let Contents::Stream { output, .. } = &mut contents
        && !is_lines
    {
        *output = Output::Raw;
    }
    let filtered = model
        .tail
        .as_ref()
        .and_then(|tail| Some((tail, tail.filter.as_ref()?)));
    let unseen = filtered.map_or(0, |(tail, sieve)| sieve.unseen(&tail.ring));
    let wait = Wait {
        ticket: model.tickets.issue(),
        since: now.mono,
    };
    model.exporting = Some(Exporting {
        wait,
        file: file.clone(),
        written: 0,
        records: contents.len(),
        unseen,
    });
    vec![Effect::Export(wait.ticket, Export { file, contents })]
}

/// Stops writing; what is written of it is taken away again.
pub(super) fn stop(model: &mut Model, now: Now) -> Vec<Effect> {
    let Some(exporting) = model.exporting.take() else {
        return Vec::new();
    };
    let words = format!(
        "{} is not written",
        sanitize::line(&exporting.file.display().to_string())
    );
    model.notify(now.mono, words, false);
    cancel(model, [exporting.wait.ticket])
}

/// News of the writing.
pub(super) fn told(model: &mut Model, now: Now, news: Exported) -> Told {
    let exporting = model.exporting.as_mut()?;
    let file = exporting.file.display();
    let (words, failed) = match news {
        Exported::Written(records) => {
            exporting.written = records;
            return None;
        }
        Exported::Done(bytes) => (
            format!(
                "{}{}, {bytes} bytes, {} in {file}{}",
                left_out(exporting.unseen),
                if exporting.records == 1 {
                    "1 record".to_owned()
                } else {
                    format!("{} records", exporting.records)
                },
                if exporting.records == 1 { "is" } else { "are" },
                if model.settings.redacts {
                    ", as they are: nothing in it is masked"
                } else {
                    ""
                },
            ),
            false,
        ),
        Exported::Failed(why) => (
            format!(
                "{file} is not written: {why}; {}",
                model.keymap.tell(Context::Tail, "{export} takes another name")
            ),
            true,
        ),
    };
    model.exporting = None;
    model.notify(now.mono, words, failed);
    None
}

/// A filter that is still at work may let more pass than what was written.
fn left_out(unseen: u64) -> String {
    match unseen {
        0 => String::new(),
        1 => "the filter had 1 more row to look at; ".to_owned(),
        rows => format!("the filter had {rows} more rows to look at; "),
    }
}

/// Sends what the selected record says to the clipboard of the terminal.
pub(super) fn copy(model: &mut Model, now: Now) -> Vec<Effect> {
    let chosen = model.tail.as_ref().and_then(|tail| Some((tail, tail.record()?)));
    let Some((tail, record)) = chosen else {
        model.notify(now.mono, "there is no record here to copy", false);
        return Vec::new();
    };
    let text = match &record.body {
        Body::Blob { data, .. } => match std::str::from_utf8(&tail.decoder.searchable(data)) {
            Ok(text) => text.to_owned(),
            Err(_) => decode::hex(&redaction::mask_bytes(data)),
        },
        Body::Change(change) => crate::query::change_json(change).to_string(),
    };
    vec![Effect::Copy(text)]
}
