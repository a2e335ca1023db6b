//! Points in time, between the SDK's type and ours.

use aws_smithy_types::DateTime;
use jiff::Unit;

use crate::resource::Timestamp;

/// The SDK's point in time as ours; `None` where ours cannot hold it (beyond the year 9999).
pub(super) fn from_sdk(time: DateTime) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(time.subsec_nanos()).ok()?;
    let exact = Timestamp::new(time.secs(), nanoseconds).ok()?;
    without_noise(exact)
}

/// JSON carries a time as seconds with a fraction, in a float that holds microseconds of our century and no more: what
/// was sent as `.131` arrives as `.131000041`.
pub(super) fn without_noise(time: Timestamp) -> Option<Timestamp> {
    time.round(Unit::Microsecond).ok()
}

/// Ours as the SDK's.
pub(super) fn to_sdk(time: Timestamp) -> DateTime {
    DateTime::from_nanos(time.as_nanosecond()).unwrap_or_else(|_| DateTime::from_secs(time.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_of_a_float_is_taken_off() {
        let time = from_sdk(DateTime::from_secs_f64(1_795_201_411.131)).unwrap();
        assert_eq!(time.to_string(), "2026-11-20T19:03:31.131Z");
    }

    #[test]
    fn a_time_comes_back_as_it_was_before_1970_too() {
        for text in ["2026-11-20T18:45:47.123Z", "1969-12-31T23:59:58.5Z"] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(from_sdk(to_sdk(time)), Some(time));
        }
    }
}
