//! `kinescope get`: records of a feature group on stdout, gathered as on the screen.
//!
//! Must not: print anything from outside but through [`crate::sanitize`].

use std::io::{self, BufRead as _, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use unicode_width::UnicodeWidthStr as _;

use super::lines::mask_json;
use super::{Failure, nobody_reads};
use crate::cli::{Get, GetOutput};
use crate::gather::{Fate, Gathering, Input, Output, Place};
use crate::message::Ended;
use crate::redact::process as redaction;
use crate::resource::{FeatureRecord, ResourceId, WantedRecords};
use crate::runtime::{Clock, Signals};
use crate::sanitize;
use crate::source::{Edit, Session, Source};

/// Texts that may wait to be written. While it is full nothing is asked for.
const CHANNEL: usize = 4;
/// What stands in the table for the time at which a record vanishes.
const EXPIRES: &str = "(expires)";

/// Writes records, in the order in which they are asked for. Those that are not there, or could not be read, are told after
/// those that are.
pub async fn get(session: &Session, args: &Get, clock: Clock) -> Result<Ended, Failure> {
    let mut signals = Signals::new().map_err(Failure::Signals)?;
    let sources = session.sources();
    let (texts, heard) = mpsc::channel(CHANNEL);
    let writing = spawn_blocking(move || write_all(io::stdout(), heard));
    let work = async {
        let gathering = gather(&sources, args, clock, texts).await?;
        match writing.await.unwrap_or(Err(Failure::BrokenOff)) {
            Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ended::Done),
            Err(failure) => Err(failure),
            Ok(()) => Ok(tell(gathering.places())),
        }
    };
    tokio::select! {
        biased;
        // A writer that is stuck is left behind, and so is a reader.
        () = signals.end() => Ok(Ended::Interrupted),
        ended = work => ended,
        () = nobody_reads() => Ok(Ended::Done),
    }
}

/// Reads the records, and hands on the text of each when its turn has come.
async fn gather(
    sources: &[Source],
    args: &Get,
    clock: Clock,
    texts: mpsc::Sender<String>,
) -> Result<Gathering, Failure> {
    let (edit, group) = find(sources, &args.group).await?;
    let wanted = WantedRecords {
        group,
        identifiers: identifiers(args).await?,
        features: args.features.clone(),
    };
    let seed = clock.now().wall.subsec_nanosecond().unsigned_abs().into();
    let mut gathering = Gathering::new(vec![wanted], seed);
    let mut written = 0;
    let mut input = Input::Started;
    loop {
        let output = gathering.step(clock.now().mono, input);
        if args.output == GetOutput::Json {
            let settled = gathering.places()[written..]
                .iter()
                .take_while(|place| place.fate != Fate::Awaited);
            let settled: Vec<_> = settled.collect();
            written += settled.len();
            send(&texts, settled.into_iter().filter_map(json).collect()).await;
        }
        input = match output {
            Output::Call(wanted) => Input::Answer(edit.gather(wanted).await),
            Output::Wait(until) => wait(clock, until).await,
            Output::Done => break,
        };
    }
    if args.output == GetOutput::Table {
        send(&texts, table(gathering.places())).await;
    }
    Ok(gathering)
}

async fn wait(clock: Clock, until: Duration) -> Input {
    clock.until(Some(until)).await;
    Input::Woke
}

/// A writer that is gone tells why itself.
async fn send(texts: &mpsc::Sender<String>, text: String) {
    if !text.is_empty() {
        let _ = texts.send(text).await;
    }
}

/// The service that hands out records of what a word means, and what the word means.
async fn find(sources: &[Source], word: &str) -> Result<(Arc<dyn Edit>, ResourceId), Failure> {
    for source in sources {
        if let Some(edit) = &source.edit
            && let Some(found) = source.catalog.find(word)
        {
            return Ok((Arc::clone(edit), found.await?));
        }
    }
    Err(Failure::NoGroup(sanitize::line(word).into_owned()))
}

/// The identifiers in their order; `-` stands for those on stdin, one a line.
async fn identifiers(args: &Get) -> Result<Vec<String>, Failure> {
    let mut identifiers = Vec::new();
    for id in &args.ids {
        if id == "-" {
            let lines = spawn_blocking(|| io::stdin().lock().lines().collect::<io::Result<Vec<_>>>());
            let lines = lines.await.map_err(|_| Failure::BrokenOff)?;
            let lines = lines.map_err(Failure::Input)?;
            identifiers.extend(lines.into_iter().filter(|line| !line.is_empty()));
        } else {
            identifiers.push(id.clone());
        }
    }
    Ok(identifiers)
}

/// Writes texts as they come. It blocks, both to wait and to write.
fn write_all(mut out: impl Write, mut heard: mpsc::Receiver<String>) -> Result<(), Failure> {
    while let Some(text) = heard.blocking_recv() {
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

fn here(place: &Place) -> Option<&FeatureRecord> {
    match &place.fate {
        Fate::Here(record) => Some(record),
        _ => None,
    }
}

/// The record's line, if it is there.
fn json(place: &Place) -> Option<String> {
    let line = here(place)?.json_line(&place.group, &place.identifier);
    let line = if redaction::is_on() {
        mask_json(&line)
    } else {
        line
    };
    Some(line + "\n")
}

/// A line a feature, with every column as wide as it must be, so that any number of features can be read.
fn table(places: &[Place]) -> String {
    let rows: Vec<_> = places
        .iter()
        .filter_map(|place| Some((place, here(place)?)))
        .flat_map(|(place, record)| rows(&place.identifier, record))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heading = ["IDENTIFIER", "FEATURE", "VALUE"].map(str::to_owned);
    let all = || std::iter::once(&heading).chain(&rows);
    let width = |column: usize| all().map(|row| row[column].width()).max().unwrap_or(0);
    let (identifier, feature) = (width(0), width(1));
    let pad = |text: &str, columns: usize| " ".repeat(columns - text.width());
    let line = |[id, name, value]: &[String; 3]| {
        let (after_id, after_name) = (pad(id, identifier), pad(name, feature));
        format!("{id}{after_id}  {name}{after_name}  {value}\n")
    };
    all().map(line).collect::<Vec<_>>().concat()
}

fn rows(identifier: &str, record: &FeatureRecord) -> Vec<[String; 3]> {
    let row =
        |name: &str, value: &str| [identifier, name, value].map(|text| sanitize::line(text).into_owned());
    let values = record
        .values
        .iter()
        .map(|(name, value)| row(name, &value.to_string()));
    let expires = record.expires.iter().map(|time| row(EXPIRES, time));
    values.chain(expires).collect()
}

/// Tells what is not there or could not be read, each reason once.
fn tell(places: &[Place]) -> Ended {
    let mut told: Vec<String> = Vec::new();
    for place in places {
        let reason = match &place.fate {
            Fate::Here(_) => continue,
            Fate::Failed(error) => error.to_string(),
            Fate::Absent | Fate::Awaited => {
                let name = format!("{}/{}", place.group, place.identifier);
                format!(
                    "BatchGetRecord on {} found nothing: it was deleted or never there; check the identifier",
                    sanitize::line(&name)
                )
            }
        };
        if !told.contains(&reason) {
            // Stderr may be closed; the exit code says the same.
            let _ = writeln!(io::stderr(), "kinescope: {reason}");
            told.push(reason);
        }
    }
    if told.is_empty() { Ended::Done } else { Ended::Told }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::FeatureValue;

    fn place(identifier: &str, values: &[(&str, &str)], expires: Option<&str>) -> Place {
        let value = |(name, text): &(&str, &str)| ((*name).to_owned(), FeatureValue::One((*text).to_owned()));
        Place {
            group: "customers".into(),
            identifier: identifier.to_owned(),
            fate: Fate::Here(FeatureRecord {
                values: values.iter().map(value).collect(),
                expires: expires.map(str::to_owned),
            }),
        }
    }

    #[test]
    fn a_table_is_aligned_by_columns_and_acts_on_no_terminal() {
        let places = [
            place(
                "c-1",
                &[("city", "東京"), ("n", "1\u{1b}[2J")],
                Some("2026-12-20T11:00:01Z"),
            ),
            place("日本", &[("n", "")], None),
        ];
        assert_eq!(
            table(&places),
            concat!(
                "IDENTIFIER  FEATURE    VALUE\n",
                "c-1         city       東京\n",
                "c-1         n          1␛[2J\n",
                "c-1         (expires)  2026-12-20T11:00:01Z\n",
                "日本        n          \"\"\n",
            )
        );
    }

    #[test]
    fn what_is_not_here_is_in_no_output() {
        let mut places = [place("a", &[("n", "1")], None)];
        places[0].fate = Fate::Absent;
        assert_eq!(table(&places), "");
        assert_eq!(json(&places[0]), None);
    }
}
