//! `UpdateShardCount`: how a stream gets from the shards that it has to as many equal ones.
//!
//! Must not: open or close a shard; it only plans.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::control::{check_active, check_limits, check_provisioned};
use super::stream::{Change, Mode, Stream};
use super::{Account, arn, fields};
use crate::demo::protocol::{Answer, Call, Fault};
use crate::resource::HashRange;

/// Shards of a stream that was scaled up, and scalings in a day (API reference, `UpdateShardCount`).
const MOST: usize = 10_000;
const SCALINGS: usize = 10;
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn update_shard_count(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let target = fields.required_integer("TargetShardCount", 1..=i64::from(i32::MAX))?;
    let kind = fields.choice("ScalingType", &["UNIFORM_SCALING"])?;
    kind.ok_or_else(|| fields.missing("ScalingType"))?;
    let target = u32::try_from(target).unwrap_or(u32::MAX);
    let stream = account.stream(fields)?;
    check_provisioned(&stream.name, stream.mode)?;
    check_active(stream)?;
    let current = stream.open_shards();
    check_step(stream, current, target as usize, call.now)?;
    let name = stream.name.clone();
    check_limits(
        account,
        Mode::Provisioned,
        (target as usize).saturating_sub(current),
    )?;
    let stream = account.named(&name)?;
    stream.scalings.push(call.now);
    stream.begin(Change::Scale(target), call.now);
    Ok(json!({
        "StreamName": name,
        "StreamARN": arn(&name, call.region),
        "CurrentShardCount": current,
        "TargetShardCount": target,
    })
    .into())
}

fn check_step(stream: &mut Stream, current: usize, target: usize, now: Timestamp) -> Result<(), Fault> {
    let counts = format!("Current open shard count: {current} Target shard count: {target}");
    let refused = |what: &str| Err(Fault::new("LimitExceededException", format!("{what} {counts}")));
    if target > 2 * current {
        return refused("UpdateShardCount cannot scale up over double your current open shard count.");
    }
    if 2 * target < current {
        return refused("UpdateShardCount cannot scale down below half your current open shard count.");
    }
    if target > MOST && target > current || target >= MOST && current > MOST {
        return refused("UpdateShardCount cannot scale a stream to more than 10000 shards.");
    }
    stream.scalings.retain(|at| now.duration_since(*at) < DAY);
    if stream.scalings.len() >= SCALINGS {
        return refused("UpdateShardCount cannot scale a stream more than ten times in 24 hours.");
    }
    Ok(())
}

/// Where each of `count` equal shards begins: the n-th at the whole part of n × 2^128 / count, so that half as many begin
/// at every second of the same places.
pub(super) fn starts(count: u32) -> impl Iterator<Item = u128> {
    let parts = u128::from(count.max(1));
    let (width, over) = (u128::MAX / parts, u128::MAX % parts + 1);
    (0..u128::from(count)).map(move |place| place * width + place * over / parts)
}

/// The ranges of `count` equal shards.
pub(super) fn equal_ranges(count: u32) -> Vec<HashRange> {
    let ends = starts(count).skip(1).map(|start| start - 1).chain([u128::MAX]);
    starts(count)
        .zip(ends)
        .map(|(start, end)| HashRange { start, end })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shards_begin_where_the_service_lets_them_begin() {
        let halves: Vec<_> = starts(2).collect();
        assert_eq!(halves, [0, 1 << 127]);
        let thirds: Vec<_> = starts(3).collect();
        assert_eq!(
            thirds[1..],
            [
                113_427_455_640_312_821_154_458_202_477_256_070_485,
                226_854_911_280_625_642_308_916_404_954_512_140_970,
            ]
        );
        assert_eq!(starts(1).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn twice_as_many_shards_need_splits_only() {
        for count in [1, 3, 7, 50] {
            let wanted: Vec<_> = starts(2 * count).collect();
            assert!(starts(count).all(|start| wanted.contains(&start)), "{count}");
        }
    }
}
