//! Who reads: whoever asks the service for records, or a registered consumer to whom they are pushed.
//!
//! Must not: register a consumer. That costs money and is asked for by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Clock, Order};
use crate::message::{TailReply, Through};
use crate::resource::{Consumer, ResourceId};
use crate::sanitize;
use crate::source::{Consumers, ErrorKind, Source, SourceError, Tail};

/// How often a consumer that is being registered is looked at. `DescribeStreamConsumer` may be called 20 times a second a
/// stream (API reference), and registering takes some seconds.
const LOOK: Duration = Duration::from_secs(1);

/// The reader that an order asks for.
pub(super) async fn reader(
    source: &Source,
    order: &Order,
    clock: Clock,
    news: &mpsc::Sender<TailReply>,
) -> Result<Arc<dyn Tail>, SourceError> {
    let refused = |code, message| {
        let stream = order.stream.as_str();
        SourceError::new(ErrorKind::Invalid, "tail", stream, code, message)
    };
    let Some(through) = &order.through else {
        let polling = source.tail.clone();
        return polling.ok_or_else(|| refused("NotAStream", "it has no shards to read"));
    };
    let Some(consumers) = source.consumers.as_deref() else {
        return Err(refused(
            "NoConsumers",
            "only a Kinesis stream has registered consumers; leave out --consumer",
        ));
    };
    let consumer = find(consumers, &order.stream, through, clock, news).await?;
    tracing::info!(stream = %order.stream, consumer = %consumer.arn, "reading through");
    Ok(consumers.reader(&consumer))
}

/// The consumer, once it can read.
async fn find(
    consumers: &dyn Consumers,
    stream: &ResourceId,
    through: &Through,
    clock: Clock,
    news: &mpsc::Sender<TailReply>,
) -> Result<Consumer, SourceError> {
    loop {
        let described = consumers.describe(stream.clone(), through.consumer.clone());
        let consumer = match described.await {
            Ok(consumer) => consumer,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Err(with_choice(consumers, stream, error).await);
            }
            Err(error) => return Err(error),
        };
        if consumer.is_active() {
            return Ok(consumer);
        }
        if !(through.patient && consumer.is_coming()) {
            return Err(with_choice(consumers, stream, not_active(stream, &consumer)).await);
        }
        let _ = news.send(TailReply::Registering).await;
        clock.until(Some(clock.now().mono + LOOK)).await;
    }
}

fn not_active(stream: &ResourceId, consumer: &Consumer) -> SourceError {
    let why = if consumer.is_coming() {
        "is still being registered"
    } else {
        "is being deregistered"
    };
    let message = format!("the consumer {} {why} and cannot read", consumer.name);
    SourceError::new(
        ErrorKind::InUse,
        "tail",
        stream.as_str(),
        &consumer.status,
        &message,
    )
}

/// The same failure, with the consumers that there are.
async fn with_choice(consumers: &dyn Consumers, stream: &ResourceId, error: SourceError) -> SourceError {
    let Ok(page) = consumers.list(stream.clone(), None).await else {
        return error;
    };
    let names: Vec<_> = page
        .items
        .iter()
        .map(|it| format!("{} ({})", it.name, it.status))
        .collect();
    let choice = match &names[..] {
        [] => "the stream has no consumers".to_owned(),
        names => format!("the stream's consumers are {}", names.join(", ")),
    };
    let message = format!("{} {choice}", with_stop(&error.message));
    SourceError {
        message: sanitize::line(&message).into_owned(),
        ..error
    }
}

/// A sentence that has an end.
fn with_stop(text: &str) -> String {
    let text = text.trim_end_matches('.');
    if text.is_empty() {
        String::new()
    } else {
        format!("{text};")
    }
}
