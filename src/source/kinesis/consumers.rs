//! Consumers of enhanced fan-out: lists, describes, registers and deregisters them.
//!
//! Must not: try a write again. An answer that was lost is told, and the list says what came of it.

use std::sync::Arc;

use aws_sdk_kinesis::types as sdk;
use futures::FutureExt as _;

use super::fan_out::FanOut;
use super::{Kinesis, name_or_arn, time};
use crate::resource::{Consumer, ConsumerArn, Detail, Page, PageToken, ResourceId};
use crate::source::classify::{classify, incomplete};
use crate::source::{Consumers, ErrorKind, Reply, SourceError, Tail};

impl Kinesis {
    async fn list_consumers(&self, id: &str, from: Option<PageToken>) -> Result<Page<Consumer>, SourceError> {
        let answer = self
            .catalog
            .list_stream_consumers()
            .stream_arn(self.arn_of(id).await?)
            .set_next_token(from.map(|token| token.to_string()))
            .send()
            .await
            .map_err(|error| classify("ListStreamConsumers", id, &error))?;
        let consumers = answer.consumers.unwrap_or_default();
        Ok(Page {
            items: consumers.into_iter().map(consumer).collect(),
            next: answer.next_token.map(PageToken::from),
        })
    }

    pub(super) async fn describe_consumer(&self, id: &str, word: &str) -> Result<Consumer, SourceError> {
        const OPERATION: &str = "DescribeStreamConsumer";
        let request = self.catalog.describe_stream_consumer();
        let request = if word.starts_with("arn:") {
            check_stream(id, word)?;
            request.consumer_arn(word)
        } else {
            request.stream_arn(self.arn_of(id).await?).consumer_name(word)
        };
        let answer = request
            .send()
            .await
            .map_err(|error| classify(OPERATION, id, &error))?;
        let described = answer
            .consumer_description
            .ok_or_else(|| incomplete(OPERATION, id))?;
        Ok(Consumer {
            name: described.consumer_name,
            arn: described.consumer_arn.into(),
            status: described.consumer_status.as_str().to_owned(),
            created: time::from_sdk(described.consumer_creation_timestamp),
        })
    }

    async fn register_consumer(&self, id: &str, name: &str) -> Result<Consumer, SourceError> {
        const OPERATION: &str = "RegisterStreamConsumer";
        let answer = self
            .tail
            .register_stream_consumer()
            .stream_arn(self.arn_of(id).await?)
            .consumer_name(name)
            .send()
            .await
            .map_err(|error| classify(OPERATION, id, &error))?;
        let registered = answer.consumer.ok_or_else(|| incomplete(OPERATION, id))?;
        Ok(consumer(registered))
    }

    async fn deregister_consumer(&self, arn: &str) -> Result<(), SourceError> {
        let request = self.tail.deregister_stream_consumer().consumer_arn(arn);
        let answer = request.send().await;
        answer
            .map(|_| ())
            .map_err(|error| classify("DeregisterStreamConsumer", arn, &error))
    }

    /// Calls about consumers take a stream by its ARN only.
    async fn arn_of(&self, id: &str) -> Result<String, SourceError> {
        let known = self.known_arns().get(id).cloned();
        if let Some(arn) = name_or_arn(id).1.or(known) {
            return Ok(arn);
        }
        match self.describe(id).await? {
            Detail::Stream(stream) => Ok(stream.arn),
            _ => Err(incomplete("DescribeStreamSummary", id)),
        }
    }
}

impl Consumers for Kinesis {
    fn list(&self, stream: ResourceId, from: Option<PageToken>) -> Reply<'_, Page<Consumer>> {
        async move { self.list_consumers(stream.as_str(), from).await }.boxed()
    }

    fn describe(&self, stream: ResourceId, consumer: String) -> Reply<'_, Consumer> {
        async move { self.describe_consumer(stream.as_str(), &consumer).await }.boxed()
    }

    fn register(&self, stream: ResourceId, name: String) -> Reply<'_, Consumer> {
        async move { self.register_consumer(stream.as_str(), &name).await }.boxed()
    }

    fn deregister(&self, consumer: ConsumerArn) -> Reply<'_, ()> {
        async move { self.deregister_consumer(consumer.as_str()).await }.boxed()
    }

    fn reader(&self, consumer: &Consumer) -> Arc<dyn Tail> {
        Arc::new(FanOut::new(self.clone(), consumer.clone()))
    }
}

fn consumer(given: sdk::Consumer) -> Consumer {
    Consumer {
        name: given.consumer_name,
        arn: given.consumer_arn.into(),
        status: given.consumer_status.as_str().to_owned(),
        created: time::from_sdk(given.consumer_creation_timestamp),
    }
}

/// A consumer's ARN begins with that of its stream, and a consumer reads no other: `STREAM_ARN/consumer/NAME:SECONDS`.
fn check_stream(id: &str, arn: &str) -> Result<(), SourceError> {
    let stream = arn.split_once("/consumer/").map_or("", |(stream, _)| stream);
    let name = |stream: &str| stream.rsplit('/').next().unwrap_or_default().to_owned();
    let same = if id.starts_with("arn:") {
        stream == id
    } else {
        name(stream) == id
    };
    if same {
        return Ok(());
    }
    let message = format!("{arn} is no consumer of this stream");
    Err(SourceError::new(
        ErrorKind::Invalid,
        "DescribeStreamConsumer",
        id,
        "NoSuchConsumer",
        &message,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_of_another_stream_is_refused_by_its_arn() {
        let stream = "arn:aws:kinesis:us-east-1:111122223333:stream/orders";
        let consumer = format!("{stream}/consumer/billing:1760000000");
        assert!(check_stream("orders", &consumer).is_ok());
        assert!(check_stream(stream, &consumer).is_ok());
        for other in [
            "order",
            "clickstream",
            "arn:aws:kinesis:eu-west-1:111122223333:stream/orders",
        ] {
            assert!(check_stream(other, &consumer).is_err(), "{other}");
        }
        assert!(check_stream("orders", stream).is_err());
    }
}
