//! Where a tail begins, as a person writes it.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use thiserror::Error;

use crate::resource::{Position, SequenceNumber, Timestamp};
use crate::sanitize;

/// The forms that [`parse_position`] takes, for help and errors.
pub const POSITION_FORMS: &str =
    "latest, trim-horizon, a time such as 2026-03-02T09:14:00Z or 14:02, -15m, or seq:N";

/// A text that names no position.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("'{text}' is no position to tail from; use {POSITION_FORMS}")]
pub struct PositionError {
    text: String,
}

/// Reads `latest`, `trim-horizon`, a time, a time before `now` such as `-15m`, or `seq:N`.
///
/// A time without an offset is of the clock of `zone`, and a time of day the last one that was.
pub fn parse_position(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Position, PositionError> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "latest" => return Ok(Position::Latest),
        "trim-horizon" | "trim_horizon" => return Ok(Position::TrimHorizon),
        _ => {}
    }
    sequence(text)
        .map(Position::AtSequence)
        .or_else(|| parse_time(text, now, zone).map(Position::AtTimestamp))
        .ok_or_else(|| PositionError {
            text: sanitize::line(text).into_owned(),
        })
}

/// Reads a time, or a time before `now` such as `-15m`; `None` where it is neither.
///
/// A time without an offset is of the clock of `zone`, and a time of day the last one that was.
pub fn parse_time(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    ago(text, now).or_else(|| time(text, now, zone))
}

fn sequence(text: &str) -> Option<SequenceNumber> {
    let digits = text.strip_prefix("seq:")?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.into())
}

fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let span: Span = text.strip_prefix('-')?.parse().ok()?;
    let back: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (!back.is_negative())
        .then(|| now.checked_sub(back).ok())
        .flatten()
}

fn time(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let at = |local: DateTime| Some(local.to_zoned(zone.clone()).ok()?.timestamp());
    text.parse().ok().or_else(|| at(text.parse().ok()?)).or_else(|| {
        let time: Time = text.parse().ok()?;
        let today = now.to_zoned(zone.clone()).date();
        let latest = [Some(today), today.yesterday().ok()];
        let times = latest
            .into_iter()
            .flatten()
            .filter_map(|day| at(day.to_datetime(time)));
        times.into_iter().find(|it| *it <= now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Position, PositionError> {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        parse_position(text, "2026-03-02T09:14:00Z".parse().unwrap(), &zone)
    }

    fn at(time: &str) -> Position {
        Position::AtTimestamp(time.parse().unwrap())
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(parse("latest"), Ok(Position::Latest));
        assert_eq!(parse(" TRIM_HORIZON "), Ok(Position::TrimHorizon));
        assert_eq!(parse("2026-03-02T08:00:00+01:00"), Ok(at("2026-03-02T07:00:00Z")));
        assert_eq!(parse("-15m"), Ok(at("2026-03-02T08:59:00Z")));
        assert_eq!(parse("-1h30m"), Ok(at("2026-03-02T07:44:00Z")));
        assert_eq!(parse("-2d"), Ok(at("2026-02-28T09:14:00Z")));
        assert_eq!(parse("seq:495"), Ok(Position::AtSequence("495".into())));
        assert_eq!(parse("2026-03-02T09:14"), Ok(at("2026-03-02T08:14:00Z")));
        assert_eq!(parse("2026-03-02 09:14"), Ok(at("2026-03-02T08:14:00Z")));
        assert_eq!(parse("09:14:30"), Ok(at("2026-03-02T08:14:30Z")));
        assert_eq!(parse("14:02"), Ok(at("2026-03-01T13:02:00Z")), "of yesterday");
    }

    #[test]
    fn anything_else_is_refused_with_the_forms() {
        for text in [
            "",
            "yesterday",
            "seq:",
            "seq:12x",
            "15m",
            "--15m",
            "-",
            "\u{1b}[2J",
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(POSITION_FORMS), "{error}");
            assert!(!error.chars().any(char::is_control));
        }
    }
}
