//! `ListShards`: its pages, and its six filters by time and place.
//!
//! Must not: change anything.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::shard::Shard;
use super::stream::Stream;
use super::token::{self, ShardPage};
use super::{Account, fields, invalid, shard_place};
use crate::demo::fields::Fields;
use crate::demo::protocol::{Answer, Call, Fault};

/// Shards in one answer (API reference, `ListShards`).
const PAGE: i64 = 1000;

pub(super) fn list_shards(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let limit = fields
        .integer("MaxResults", 1..=10_000)?
        .unwrap_or(PAGE)
        .unsigned_abs();
    let page = match fields.text("NextToken")? {
        Some(text) => Some(continued(fields, text, call.now)?),
        None => None,
    };
    let (stream, after, filter) = if let Some(page) = &page {
        (account.named(&page.stream)?, Some(page.after), Some(&page.filter))
    } else {
        let stream = account.stream(fields)?;
        let after = fields.value("ExclusiveStartShardId");
        let after = after
            .map(|_| shard_place(fields, "ExclusiveStartShardId", &stream.name))
            .transpose()?;
        (stream, after, fields.value("ShardFilter"))
    };
    let filter = filter.filter(|filter| !filter.is_null());
    let asked = Filter::read(filter, stream, call.now)?;
    let mut rest = stream
        .shards(call.now)
        .filter(|shard| after.is_none_or(|after| shard.place > after) && asked.admits(shard));
    let shards: Vec<&Shard> = rest
        .by_ref()
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect();
    let mut answer = json!({"Shards": shards.iter().map(|shard| shard.describe()).collect::<Vec<_>>()});
    if let (Some(_), Some(last)) = (rest.next(), shards.last()) {
        let next = ShardPage {
            issued: call.now.as_millisecond(),
            stream: stream.name.clone(),
            after: last.place,
            filter: filter.cloned().unwrap_or_default(),
        };
        answer["NextToken"] = token::seal(&next).into();
    }
    Ok(answer.into())
}

/// Where an earlier answer ended. Its token says which stream, so nothing else may.
fn continued(fields: Fields<'_>, text: &str, now: Timestamp) -> Result<ShardPage, Fault> {
    const EXCLUDED: [&str; 5] = [
        "StreamName",
        "StreamARN",
        "StreamCreationTimestamp",
        "ExclusiveStartShardId",
        "ShardFilter",
    ];
    if let Some(member) = EXCLUDED.iter().find(|member| fields.value(member).is_some()) {
        return Err(invalid(format!(
            "NextToken and {member} cannot be provided together."
        )));
    }
    let page: ShardPage = token::open(text).ok_or_else(|| invalid("Invalid NextToken."))?;
    token::check_page_age(page.issued, now)?;
    Ok(page)
}

/// Which shards to list (API reference, `ShardFilter`).
#[derive(Debug)]
enum Filter {
    /// Those after a shard.
    After(u32),
    /// Those that were open at a time.
    At(Timestamp),
    /// Those that were open at a time or later.
    From(Timestamp),
    /// Those that are open.
    Open,
}

impl Filter {
    fn read(filter: Option<&Value>, stream: &Stream, now: Timestamp) -> Result<Self, Fault> {
        const TYPES: [&str; 6] = [
            "AFTER_SHARD_ID",
            "AT_TRIM_HORIZON",
            "FROM_TRIM_HORIZON",
            "AT_LATEST",
            "AT_TIMESTAMP",
            "FROM_TIMESTAMP",
        ];
        let horizon = stream.horizon(now);
        let Some(filter) = filter else {
            return Ok(Self::From(horizon));
        };
        let fields = Fields::within(filter, "ValidationException");
        let kind = fields
            .choice("Type", &TYPES)?
            .ok_or_else(|| fields.missing("Type"))?;
        only_for(fields, "ShardId", kind, kind == "AFTER_SHARD_ID")?;
        only_for(fields, "Timestamp", kind, kind.ends_with("_TIMESTAMP"))?;
        let time = fields.time("Timestamp")?.unwrap_or(horizon).max(horizon);
        Ok(match kind {
            "AFTER_SHARD_ID" => Self::After(shard_place(fields, "ShardId", &stream.name)?),
            "AT_TRIM_HORIZON" => Self::At(horizon),
            "AT_LATEST" => Self::Open,
            "AT_TIMESTAMP" => Self::At(time),
            "FROM_TIMESTAMP" => Self::From(time),
            _ => Self::From(horizon),
        })
    }

    fn admits(&self, shard: &Shard) -> bool {
        match *self {
            Self::After(place) => shard.place > place,
            Self::At(time) => shard.opened <= time && shard.is_open_since(time),
            Self::From(time) => shard.is_open_since(time),
            Self::Open => shard.is_open(),
        }
    }
}

/// Some filters need a member, and the others must not have it.
fn only_for(fields: Fields<'_>, member: &str, kind: &str, needed: bool) -> Result<(), Fault> {
    match (needed, fields.value(member).is_some()) {
        (true, false) => Err(invalid(format!(
            "{member} must be given for ShardFilter type {kind}."
        ))),
        (false, true) => Err(invalid(format!(
            "{member} cannot be given for ShardFilter type {kind}."
        ))),
        _ => Ok(()),
    }
}
