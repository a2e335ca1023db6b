//! Calls that register, deregister, list and describe the consumers of enhanced fan-out.
//!
//! Must not: read records; that is `subscribe`.

use serde_json::{Map, Value, json};

use super::consumer::Consumer;
use super::stream::Stream;
use super::token::{self, ConsumerPage};
use super::{Account, arn, checked_name, fields, invalid, name_in_arn, no_stream};
use crate::demo::fields::{Fields, seconds};
use crate::demo::protocol::{ACCOUNT, Answer, Call, Fault};

/// Consumers of a stream (API reference, `RegisterStreamConsumer`).
const CONSUMERS: usize = 20;
/// Consumers of the account that are being registered at one time (the same page).
const CREATING: usize = 5;
/// Consumers on a page, where the call does not say (API reference, `ListStreamConsumers`).
const PAGE: i64 = 100;

pub(super) fn register(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let name = checked_name(fields, "ConsumerName", fields.required_text("ConsumerName")?)?;
    let tags = fields.value("Tags").and_then(Value::as_object);
    let creating = account
        .streams
        .values()
        .flat_map(|stream| stream.consumers.values())
        .filter(|consumer| consumer.status(call.now) == "CREATING")
        .count();
    let stream = stream_by_arn(account, fields)?;
    if !stream.is_usable() {
        return Err(no_stream(&stream.name));
    }
    if stream.consumers.contains_key(name) {
        let message = format!(
            "Consumer {name} of stream {} under account {ACCOUNT} already exists.",
            stream.name
        );
        return Err(Fault::new("ResourceInUseException", message));
    }
    if stream.consumers.len() >= CONSUMERS || creating >= CREATING {
        let message = format!(
            "This request would exceed the limit of {CONSUMERS} consumers of stream {}, or of {CREATING} that \
             are being registered at one time.",
            stream.name
        );
        return Err(Fault::new("LimitExceededException", message));
    }
    let consumer = Consumer::new(name, tags.cloned().unwrap_or_else(Map::new), call.now);
    let described = describe(stream, &consumer, call);
    stream.consumers.insert(name.to_owned(), consumer);
    Ok(json!({"Consumer": described}).into())
}

pub(super) fn deregister(account: &mut Account, call: &Call<'_>) -> Answer {
    let (stream, name) = named(account, fields(call))?;
    if let Some(consumer) = stream.consumers.get_mut(&name) {
        consumer.leave(call.now);
    }
    Ok(json!({}).into())
}

pub(super) fn describe_consumer(account: &mut Account, call: &Call<'_>) -> Answer {
    let (stream, name) = named(account, fields(call))?;
    let mut described = describe(stream, &stream.consumers[&name], call);
    described["StreamARN"] = arn(&stream.name, call.region).into();
    Ok(json!({"ConsumerDescription": described}).into())
}

pub(super) fn list_consumers(account: &mut Account, call: &Call<'_>) -> Answer {
    let fields = fields(call);
    let limit = fields.integer("MaxResults", 1..=10_000)?.unwrap_or(PAGE);
    let created = fields.time("StreamCreationTimestamp")?;
    let page = fields.text("NextToken")?.map(|text| open_page(text, call));
    let page = page.transpose()?;
    let stream = stream_by_arn(account, fields)?;
    if created.is_some_and(|created| created.as_second() != stream.created.as_second()) {
        return Err(no_stream(&stream.name));
    }
    if page.as_ref().is_some_and(|page| page.stream != stream.name) {
        return Err(invalid("The NextToken is of another stream than StreamARN."));
    }
    let is_after = |name: &str| page.as_ref().is_none_or(|page| name > page.after.as_str());
    let mut rest = stream.consumers.values().filter(|it| is_after(&it.name));
    let consumers: Vec<&Consumer> = rest
        .by_ref()
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect();
    let described: Vec<Value> = consumers.iter().map(|it| describe(stream, it, call)).collect();
    let mut answer = json!({"Consumers": described});
    if let (Some(_), Some(last)) = (rest.next(), consumers.last()) {
        let next = ConsumerPage {
            issued: call.now.as_millisecond(),
            stream: stream.name.clone(),
            after: last.name.clone(),
        };
        answer["NextToken"] = token::seal(&next).into();
    }
    Ok(answer.into())
}

fn open_page(text: &str, call: &Call<'_>) -> Result<ConsumerPage, Fault> {
    let page: ConsumerPage = token::open(text).ok_or_else(|| invalid("Invalid NextToken."))?;
    token::check_page_age(page.issued, call.now)?;
    Ok(page)
}

/// What every answer tells of a consumer.
fn describe(stream: &Stream, consumer: &Consumer, call: &Call<'_>) -> Value {
    json!({
        "ConsumerName": consumer.name,
        "ConsumerARN": arn_of(stream, consumer, call.region),
        "ConsumerStatus": consumer.status(call.now),
        "ConsumerCreationTimestamp": seconds(consumer.created),
    })
}

fn arn_of(stream: &Stream, consumer: &Consumer, region: &str) -> String {
    let (stream, registered) = (arn(&stream.name, region), consumer.created.as_second());
    format!("{stream}/consumer/{}:{registered}", consumer.name)
}

fn stream_by_arn<'a>(account: &'a mut Account, fields: Fields<'_>) -> Result<&'a mut Stream, Fault> {
    let name = name_in_arn(fields, "StreamARN", fields.required_text("StreamARN")?)?;
    account.named(name)
}

/// The stream and the name of the consumer that a call names by its ARN, by its stream and its name, or by all of them.
fn named<'a>(account: &'a mut Account, fields: Fields<'_>) -> Result<(&'a mut Stream, String), Fault> {
    let name = fields.text("ConsumerName")?;
    let stream_name = fields
        .text("StreamARN")?
        .map(|arn| name_in_arn(fields, "StreamARN", arn))
        .transpose()?;
    if fields.value("ConsumerARN").is_some() {
        let (stream, found) = by_arn(account, fields, "ConsumerARN")?;
        if name.is_some_and(|name| name != found) || stream_name.is_some_and(|name| name != stream.name) {
            return Err(invalid(
                "ConsumerARN names another consumer than the other members.",
            ));
        }
        return Ok((stream, found));
    }
    let (Some(stream_name), Some(name)) = (stream_name, name) else {
        return Err(invalid(
            "Either ConsumerARN must be given, or StreamARN and ConsumerName.",
        ));
    };
    let stream = account.named(stream_name)?;
    if !stream.consumers.contains_key(name) {
        return Err(no_consumer(name, stream_name));
    }
    Ok((stream, name.to_owned()))
}

/// The stream and the name of the consumer in an ARN of the form `STREAM_ARN/consumer/NAME:SECONDS`.
pub(super) fn by_arn<'a>(
    account: &'a mut Account,
    fields: Fields<'_>,
    member: &str,
) -> Result<(&'a mut Stream, String), Fault> {
    let given = fields.required_text(member)?;
    let parts = given
        .split_once("/consumer/")
        .and_then(|(stream, rest)| Some((stream, rest.rsplit_once(':')?)))
        .and_then(|(stream, (name, seconds))| Some((stream, name, seconds.parse::<i64>().ok()?)));
    let Some((stream_arn, name, registered)) = parts else {
        let pattern =
            r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+";
        let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
        return Err(fields.violated(member, given, &constraint));
    };
    let stream = account.named(name_in_arn(fields, member, stream_arn)?)?;
    let found = stream.consumers.get(name);
    if found.is_none_or(|consumer| consumer.created.as_second() != registered) {
        return Err(no_consumer(name, &stream.name));
    }
    Ok((stream, name.to_owned()))
}

/// The fault for a consumer that is not there.
pub(super) fn no_consumer(name: &str, stream: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Consumer {name} of stream {stream} under account {ACCOUNT} not found."),
    )
}
