//! Numbers, times and names as a person reads them.

use std::time::Duration;

use jiff::tz::TimeZone;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::resource::{FactValue, Timestamp};
use crate::sanitize;

/// A number with its thousands apart: `1,204,331`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How much is asked: `1 call/s`, `2 calls/s`.
pub(super) fn calls_per_second(calls: u64) -> String {
    format!("{calls} {}/s", if calls == 1 { "call" } else { "calls" })
}

/// How many there are of something: `1 record`, `2 records`.
pub(super) fn plural(number: usize, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{} {what}{end}", count(number as u64))
}

/// An amount of bytes: `310 B`, `1.2 KiB`, `64 MiB`.
pub(super) fn bytes(amount: u64) -> String {
    const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    for (unit, shift) in UNITS {
        let whole = amount >> shift;
        if whole >= 10 {
            return format!("{} {unit}", count(whole));
        }
        if whole >= 1 {
            let tenths = ((amount - (whole << shift)) * 10) >> shift;
            return format!("{whole}.{tenths} {unit}");
        }
    }
    format!("{amount} B")
}

/// A span in its largest unit: `4 s`, `12 min`, `3 h`, `2 d`; `0 ms` and the like below a second.
pub(super) fn span(span: Duration) -> String {
    match span.as_secs() {
        0 => format!("{} ms", span.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds @ 7200..=172_799 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", count(seconds / 86_400)),
    }
}

/// How long ago something was, for short.
pub(super) fn age(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(time).as_secs();
    match u64::try_from(seconds) {
        Ok(0) => "now".to_owned(),
        Ok(seconds) => format!("{} ago", span(Duration::from_secs(seconds))),
        Err(_) => format!("in {}", span(Duration::from_secs(seconds.unsigned_abs()))),
    }
}

/// The time of day to the millisecond.
pub(super) fn clock(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%H:%M:%S%.3f").to_string()
}

/// Day and time to the second, and how far from UTC.
pub(super) fn moment(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S %:z")
        .to_string()
}

/// Day and time to the millisecond, how far from UTC, and how long ago.
pub(super) fn arrival(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let moment = time
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S%.3f %:z")
        .to_string();
    format!("{moment} · {}", age(time, now))
}

/// Day and time to the minute.
pub(super) fn date(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A fact's value in words, sanitized; what is absent says why.
pub(super) fn fact(value: &FactValue, now: Timestamp, zone: &TimeZone) -> String {
    match value {
        FactValue::Text(text) | FactValue::Trouble(text) => sanitize::line(text).into_owned(),
        FactValue::Count(number) => count(*number),
        FactValue::Time(time) => format!("{} · {}", date(*time, zone), age(*time, now)),
        FactValue::Span(length) => span(*length),
        FactValue::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        FactValue::Absent(why) => format!("– {why}"),
    }
}

/// The text in so many columns: cut at the end where it is longer, with an ellipsis.
pub(super) fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let width = cluster.width();
        if used + width + 1 > columns {
            break;
        }
        out.push_str(cluster);
        used += width;
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The text with blanks up to so many columns.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The text in exactly so many columns: ids keep their end, which is what tells them apart.
pub(super) fn fit_id(text: &str, columns: usize) -> String {
    let width = text.width();
    if width <= columns {
        return pad(text, columns);
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut used = 0;
    for cluster in text.graphemes(true).rev() {
        if used + cluster.width() + 1 > columns {
            break;
        }
        used += cluster.width();
        kept.push(cluster);
    }
    let end: String = kept.into_iter().rev().collect();
    let mark = if columns > 0 { "…" } else { "" };
    format!("{mark}{end}{}", " ".repeat(columns.saturating_sub(used + 1)))
}

/// The text in so many columns at most: what is too long keeps both its ends.
pub(super) fn fit_ends(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let end = columns / 2;
    let start = fit(text, columns.saturating_sub(end));
    let tail = fit_id(text, end + 1);
    format!("{start}{}", tail.trim_start_matches('…').trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_amounts() {
        assert_eq!(
            [0, 999, 1000, 1_204_331].map(count),
            ["0", "999", "1,000", "1,204,331"]
        );
        assert_eq!(
            [0, 1023, 1024, 1300, 317_440, 64 << 20, 3 << 30].map(bytes),
            [
                "0 B", "1023 B", "1.0 KiB", "1.2 KiB", "310 KiB", "64 MiB", "3.0 GiB"
            ]
        );
    }

    #[test]
    fn spans_and_ages() {
        let s = Duration::from_secs;
        assert_eq!(
            [s(0), s(4), s(119), s(720), s(10_800), s(259_200)].map(span),
            ["0 ms", "4 s", "119 s", "12 min", "3 h", "3 d"]
        );
        let now: Timestamp = "2026-03-02T09:14:00Z".parse().unwrap();
        assert_eq!(age(now - Duration::from_secs(4), now), "4 s ago");
        assert_eq!(age(now + Duration::from_secs(4), now), "in 4 s");
    }

    #[test]
    fn texts_are_cut_by_columns_and_not_by_bytes() {
        assert_eq!(fit("日本語日本語", 7), "日本語…");
        assert_eq!(fit("short", 7), "short");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit_id("order-2026-0031", 6), "…-0031");
        assert_eq!(fit_id("日本語", 4), "…語 ");
        assert_eq!(fit_id("ab", 4), "ab  ");
        assert_eq!(
            fit_ends("2026-11-20 Spend in the next 30 days", 16),
            "2026-11… 30 days"
        );
        assert_eq!(fit_ends("short", 16), "short");
    }
}
