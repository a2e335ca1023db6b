//! `GetShardIterator` and `GetRecords`.
//!
//! Must not: build trees of the records; they are kept as the text that is sent.

use std::ops::Range;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::sequence::Sequence;
use super::shard::Shard;
use super::stream::Stream;
use super::token::{self, ShardIterator};
use super::{
    Account, SEQUENCE_DIGITS, check_dry_run, decimal, fields, invalid, no_shard, shard_place, stream_name,
};
use crate::demo::fields::Fields;
use crate::demo::protocol::{ACCOUNT, Answer, Call, Fault, Reply};

/// Records in one answer (API reference, `GetRecords`).
const RECORDS: i64 = 10_000;
/// Bytes in one answer (the same page).
const ANSWER_BYTES: u64 = 10 * 1024 * 1024;

pub(super) fn get_shard_iterator(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let start = Start::read(call, fields, ["ShardIteratorType", "StartingSequenceNumber"])?;
    let stream = account.usable(fields)?;
    let place = shard_place(fields, "ShardId", &stream.name)?;
    let (name, made) = (stream.name.clone(), stream.created.as_millisecond());
    let shard = stream
        .shard(place, call.now)
        .ok_or_else(|| no_shard(&name, &Shard::id_of(place)))?;
    let index = start.index(shard, &name, call.now)?;
    check_dry_run(fields)?;
    let issued = call.now.as_millisecond();
    let iterator = ShardIterator {
        issued,
        stream: name,
        made,
        shard: place,
        index,
    };
    Ok(json!({"ShardIterator": token::seal(&iterator)}).into())
}

/// Where in a shard a call wants to begin.
pub(super) struct Start<'a> {
    operation: &'a str,
    fields: Fields<'a>,
    kind: &'a str,
    /// The member that holds the sequence number.
    sequence: &'static str,
}

impl<'a> Start<'a> {
    /// The start in a structure whose members for the type and the sequence number are called so.
    pub(super) fn read(
        call: &Call<'a>,
        fields: Fields<'a>,
        [kind, sequence]: [&'static str; 2],
    ) -> Result<Self, Fault> {
        const TYPES: [&str; 5] = [
            "AT_SEQUENCE_NUMBER",
            "AFTER_SEQUENCE_NUMBER",
            "TRIM_HORIZON",
            "LATEST",
            "AT_TIMESTAMP",
        ];
        let kind = fields.choice(kind, &TYPES)?.ok_or_else(|| fields.missing(kind))?;
        Ok(Self {
            operation: call.operation,
            fields,
            kind,
            sequence,
        })
    }

    /// The index of the first record to read.
    pub(super) fn index(&self, shard: &Shard, stream: &str, now: Timestamp) -> Result<u64, Fault> {
        match self.kind {
            "TRIM_HORIZON" => self.without_sequence().map(|()| 0),
            "LATEST" => self.without_sequence().map(|()| shard.tip()),
            "AT_TIMESTAMP" => Ok(shard.index_at(self.time(now)?)),
            kind => {
                let sequence = self.sequence_in(shard, stream)?;
                Ok(sequence.index + u64::from(kind == "AFTER_SEQUENCE_NUMBER"))
            }
        }
    }

    fn without_sequence(&self) -> Result<(), Fault> {
        match self.fields.value(self.sequence) {
            Some(_) => Err(self.wrong("and also a", self.sequence)),
            None => Ok(()),
        }
    }

    fn wrong(&self, how: &str, member: &str) -> Fault {
        let (kind, sequence) = (self.kind, self.sequence);
        invalid(format!(
            "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and {sequence} or \
             (2) TRIM_HORIZON or LATEST and no {sequence} or (3) AT_TIMESTAMP and Timestamp. \
             Request specified {kind} {how} {member}."
        ))
    }

    fn time(&self, now: Timestamp) -> Result<Timestamp, Fault> {
        self.without_sequence()?;
        let time = self
            .fields
            .time("Timestamp")?
            .ok_or_else(|| self.wrong("and no", "Timestamp"))?;
        if time > now {
            return Err(invalid(format!(
                "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. \
                 timestampInMillis: {}, currentTimestampInMillis: {}",
                time.as_millisecond(),
                now.as_millisecond()
            )));
        }
        Ok(time)
    }

    fn sequence_in(&self, shard: &Shard, stream: &str) -> Result<Sequence, Fault> {
        let text = decimal(self.fields, self.sequence, SEQUENCE_DIGITS)?
            .ok_or_else(|| self.wrong("and no", self.sequence))?;
        let used = format!(
            "{} {text} used in {} on shard {} in stream {stream} under account {ACCOUNT} is invalid",
            self.sequence,
            self.operation,
            shard.id()
        );
        let sequence = Sequence::parse(text).ok_or_else(|| invalid(format!("{used}.")))?;
        if sequence.shard != shard.place {
            return Err(invalid(format!(
                "Invalid {}. It encodes {}, while it was used in a call to a shard with {}",
                self.sequence,
                Shard::id_of(sequence.shard),
                shard.id()
            )));
        }
        if sequence.shard_made != shard.first.shard_made {
            return Err(invalid(format!(
                "{used} because it did not come from this stream."
            )));
        }
        Ok(sequence)
    }
}

pub(super) fn get_records(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let text = fields.required_text("ShardIterator")?;
    let limit = fields.integer("Limit", 1..=i64::MAX)?.unwrap_or(RECORDS);
    if limit > RECORDS {
        return Err(invalid(format!(
            "Limit {limit} is greater than the maximum of {RECORDS}."
        )));
    }
    let iterator: ShardIterator = token::open(text).ok_or_else(|| invalid("Invalid ShardIterator."))?;
    if fields.value("StreamARN").is_some() && stream_name(fields)? != iterator.stream {
        return Err(invalid("The ShardIterator is of another stream than StreamARN."));
    }
    check_age(&iterator, call.now)?;
    let stream = stream_of(account, &iterator)?;
    check_dry_run(fields)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = read(stream, &iterator, limit, call.now)?;
    let next = if page.is_end {
        None
    } else {
        let issued = call.now.as_millisecond();
        Some(token::seal(&ShardIterator {
            issued,
            index: page.next,
            ..iterator
        }))
    };
    let children: Option<Vec<Value>> = page
        .is_end
        .then(|| stream.children(page.shard).map(Shard::describe_child).collect());
    Ok(Reply::Text(answer(page, next.as_deref(), children.as_deref())))
}

fn check_age(iterator: &ShardIterator, now: Timestamp) -> Result<(), Fault> {
    if !token::is_expired(iterator.issued, now) {
        return Ok(());
    }
    let issued = Timestamp::from_millisecond(iterator.issued).unwrap_or_default();
    Err(Fault::new(
        "ExpiredIteratorException",
        format!(
            "Iterator expired. The iterator was created at time {issued} while right now it is {now} which is \
             further in the future than the tolerated delay of 300000 milliseconds."
        ),
    ))
}

fn stream_of<'a>(account: &'a mut Account, iterator: &ShardIterator) -> Result<&'a mut Stream, Fault> {
    let stream = account.named(&iterator.stream)?;
    if stream.created.as_millisecond() == iterator.made && stream.is_usable() {
        Ok(stream)
    } else {
        Err(no_shard(&iterator.stream, &Shard::id_of(iterator.shard)))
    }
}

/// What one call gives of a shard.
struct Page {
    shard: u32,
    /// The answer's JSON up to the last record.
    text: String,
    next: u64,
    /// Whether the shard is closed and has nothing more.
    is_end: bool,
    /// How much older than the call the first record is that was left.
    behind: i64,
}

fn read(stream: &mut Stream, iterator: &ShardIterator, limit: usize, now: Timestamp) -> Result<Page, Fault> {
    let name = stream.name.clone();
    let id = Shard::id_of(iterator.shard);
    let shard = stream
        .shard(iterator.shard, now)
        .ok_or_else(|| no_shard(&name, &id))?;
    if !shard.budget.allows(now) {
        return Err(Fault::new(
            "ProvisionedThroughputExceededException",
            format!("Rate exceeded for shard {id} in stream {name} under account {ACCOUNT}."),
        ));
    }
    let range = shard.page(iterator.index, limit, ANSWER_BYTES);
    let (text, bytes) = records(shard, &range);
    shard.budget.spend(now, bytes);
    Ok(Page {
        shard: iterator.shard,
        text,
        next: range.end,
        is_end: shard.is_ended_at(range.end),
        behind: behind(shard, range.end, now),
    })
}

/// The beginning of an answer's JSON, up to the last record, and the bytes that its records count for.
pub(super) fn records(shard: &Shard, range: &Range<u64>) -> (String, u64) {
    let count = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let read = || shard.from(range.start).take(count);
    let length: usize = read().map(|record| record.json.len() + 1).sum();
    let mut text = String::with_capacity(length + 1024);
    text.push_str(r#"{"Records":["#);
    for (place, record) in read().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&record.json);
    }
    (text, read().map(|record| record.size).sum())
}

/// How much older than now the first record is that is left, in milliseconds. Zero is kept for "caught up".
pub(super) fn behind(shard: &Shard, index: u64, now: Timestamp) -> i64 {
    let left = shard.from(index).next();
    left.map_or(0, |record| {
        (now.as_millisecond() - record.arrived.as_millisecond()).max(1)
    })
}

/// Ends a JSON text that [`records`] began, with the other members.
pub(super) fn close(text: &mut String, rest: &Value) {
    let rest = rest.to_string();
    text.push_str("],");
    text.push_str(rest.strip_prefix('{').unwrap_or(&rest));
}

fn answer(page: Page, next: Option<&str>, children: Option<&[Value]>) -> String {
    let mut text = page.text;
    let mut rest = json!({"NextShardIterator": next, "MillisBehindLatest": page.behind});
    if let Some(children) = children {
        rest["ChildShards"] = children.into();
    }
    close(&mut text, &rest);
    text
}
