//! How long records on the screen still have: written anew when it reads otherwise, and not before, so that an idle screen
//! stays idle.

use std::time::Duration;

use crate::clock::Now;
use crate::gather::Fate;
use crate::model::{BatchView, Model};
use crate::resource::{FeatureRecord, Timestamp};

/// When the screen is to be drawn again for the sake of these records.
pub(super) fn pass_time(model: &mut Model, now: Now) {
    let next = shown(model)
        .into_iter()
        .filter_map(|expires| until_it_reads_otherwise(expires, now.wall))
        .min();
    model.ticks_at = next.map(|wait| now.mono + wait);
}

/// When the records on the screen vanish.
fn shown(model: &Model) -> Vec<Timestamp> {
    if let Some(batch) = &model.batch {
        let places = batch.gathering.places();
        let rows = match batch.view {
            BatchView::List => batch.visible(model.layout().list_rows()),
            BatchView::Comparison => return Vec::new(),
        };
        let expires = |place: &crate::gather::Place| match &place.fate {
            Fate::Here(record) => record.expires_at(),
            _ => None,
        };
        return places[rows].iter().filter_map(expires).collect();
    }
    let record = model.records.as_ref().and_then(|pane| pane.record());
    record.and_then(FeatureRecord::expires_at).into_iter().collect()
}

/// How long a time that is left reads the same; `None` where it is over. In the units of [`crate::view`]: seconds up to two
/// minutes, minutes up to two hours, hours up to two days, then days.
fn until_it_reads_otherwise(expires: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = Duration::try_from(expires.duration_since(now))
        .ok()
        .filter(|left| !left.is_zero())?;
    let unit = match left.as_secs() {
        0..120 => 1,
        120..7200 => 60,
        7200..172_800 => 3600,
        _ => 86_400,
    };
    let whole = Duration::from_secs(left.as_secs() / unit * unit);
    // A little after the turn, so that it reads otherwise for sure.
    Some(left.saturating_sub(whole) + Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_is_written_anew_when_its_unit_turns() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let after = |seconds: u64, millis: u64| {
            let left = Duration::from_secs(seconds) + Duration::from_millis(millis);
            until_it_reads_otherwise(now + left, now)
        };
        let ms = |millis| Some(Duration::from_millis(millis));
        assert_eq!(after(5, 200), ms(201));
        assert_eq!(after(125, 0), ms(5001));
        assert_eq!(after(3 * 86_400 + 3600, 0), ms(3_600_001));
        assert_eq!(until_it_reads_otherwise(now, now), None);
        assert_eq!(until_it_reads_otherwise(now - Duration::from_secs(1), now), None);
    }
}
