//! A row of a list: the beginning of what bytes say, as was chosen, and why it is not.
//!
//! Must not: look at much more than a row shows, because a frame does it for each row that is new to it.

use super::{Decoder, NOT_LIKE_IT, latin1, one_json};
use crate::decode::tree::{Fault, Room, on_one_line};
use crate::decode::{self, Broken, Format, Note, Value, cloudwatch, dynamodb, hex, json, text};
use crate::sanitize;

impl Decoder {
    /// The beginning of what bytes say on one line of so many columns at most, sanitized. Looks at little more than it shows.
    pub fn preview(&self, data: &[u8], columns: usize) -> String {
        self.preview_or_why(data, columns).0
    }

    /// The same, and what was wrong if it is not shown as was chosen. Text and JSON are not looked through for it.
    pub fn preview_or_why(&self, data: &[u8], columns: usize) -> (String, Option<Broken>) {
        if self.choice.is_none() && self.schemas.is_empty() {
            return (decode::preview(data, columns), None);
        }
        let (mut path, mut notes) = (Vec::new(), Vec::new());
        let inner = self.open(data, Room::line(columns).source(), &mut path, &mut notes);
        // Of a beginning alone it cannot be said that it is broken.
        let is_cut = notes.iter().any(|note| matches!(note, Note::TooLarge(_)));
        let broken = notes.into_iter().find_map(|note| match note {
            Note::Broken(broken) if Some(broken.format) == self.choice => Some(broken),
            _ => None,
        });
        match self.line(&inner, columns, is_cut) {
            Ok(line) => (line.unwrap_or_else(|| decode::preview(&inner, columns)), broken),
            Err(_) if is_cut => (decode::preview(&inner, columns), broken),
            Err(broken) => (decode::preview(&inner, columns), Some(broken)),
        }
    }

    fn line(&self, inner: &[u8], columns: usize, is_cut: bool) -> Result<Option<String>, Broken> {
        let head = &inner[..inner
            .len()
            .min(columns.saturating_mul(decode::BYTES_PER_CHARACTER))];
        match self.choice {
            Some(Format::Hex) => Ok(Some(hex::spaced_beginning(head, columns / 2))),
            Some(Format::Latin1) => Ok(Some(
                sanitize::line(&text::on_one_line(&latin1(head))).into_owned(),
            )),
            Some(Format::Text) => {
                let text = Room::line(columns).utf8(inner);
                let text = text.map_err(|fault| Broken::new(Format::Text, fault))?;
                let text = text::on_one_line(text.as_str().unwrap_or_default());
                Ok(Some(sanitize::line(&text).into_owned()))
            }
            Some(format) if inner.len() > decode::SUMMARY && !may_be(format, inner) => {
                Err(Broken::new(format, NOT_LIKE_IT))
            }
            // Its beginning says it.
            Some(Format::CloudwatchLogs | Format::Dynamodb | Format::Ndjson)
                if inner.len() > decode::SUMMARY =>
            {
                Ok(None)
            }
            Some(Format::Json) => may_be_json(inner)
                .map(|()| None)
                .map_err(|fault| Broken::new(Format::Json, fault)),
            _ => {
                let read = self.read(inner, &mut Room::line(columns).of_a_beginning(is_cut))?;
                Ok(read.and_then(|(_, value)| match value {
                    Value::Json(value) => Some(on_one_line(&value, columns)),
                    _ => None,
                }))
            }
        }
    }
}

/// Whether bytes that a line has no room for may be JSON of which more is known. It is not read for that.
fn may_be(format: Format, data: &[u8]) -> bool {
    match format {
        Format::CloudwatchLogs => cloudwatch::MARK.is_in(data),
        Format::Dynamodb => dynamodb::MARK.is_in(data),
        Format::Ndjson => json::looks_like_json(data),
        _ => true,
    }
}

/// Tells of JSON that a line has room for what is wrong with it, of more only where its beginning is that of none.
fn may_be_json(data: &[u8]) -> Result<(), Fault> {
    let first = data.trim_ascii_start().first();
    let begins = first.is_some_and(|first| b"{[\"-tfn".contains(first) || first.is_ascii_digit());
    if begins && data.len() > decode::SUMMARY {
        return Ok(());
    }
    one_json(data).map(|_| ())
}
