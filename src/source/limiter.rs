//! The pace of the calls that a service counts for the whole account, or for one stream or shard of it.
//!
//! One limiter goes with a session, and every attempt of every call passes it on its way out, so that those of the SDK's own
//! retries count too; the wait is a part of the attempt's time. What the tail reads is not counted here but paced by
//! [`crate::tail`]; what the services throttle all the same is handled where it is heard of.
//!
//! The console, the Lambda pollers and the dashboards of the account draw on the same figures. So of what is counted for
//! the account only half is taken, at most half of a second's calls at once: no second then holds more than the figure, and
//! other programs keep their part.
//!
//! Must not: decide what is called, or try again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex as Queue;
use tokio::time::Instant;

/// What a figure is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The account, in its region.
    Account,
    /// The stream, consumer or shard that the call names.
    Resource,
}

/// How often an operation may be called.
#[derive(Debug)]
struct Limit {
    /// The operation as the `X-Amz-Target` header names it.
    target: &'static str,
    per_second: u32,
    scope: Scope,
}

const fn of_account(target: &'static str, per_second: u32) -> Limit {
    Limit {
        target,
        per_second,
        scope: Scope::Account,
    }
}

const fn of_resource(target: &'static str, per_second: u32) -> Limit {
    Limit {
        target,
        per_second,
        scope: Scope::Resource,
    }
}

/// Each figure stands on the page of its operation in the API reference of its service. `ListFeatureGroups` and
/// `DescribeFeatureGroup` of SageMaker, all of Amazon Machine Learning, and `GetShardIterator` of DynamoDB Streams have none.
const LIMITS: [Limit; 11] = [
    of_account("Kinesis_20131202.ListStreams", 5),
    of_account("Kinesis_20131202.DescribeStreamSummary", 20),
    of_account("Kinesis_20131202.RegisterStreamConsumer", 5),
    of_resource("Kinesis_20131202.ListShards", 1000),
    of_resource("Kinesis_20131202.ListStreamConsumers", 5),
    of_resource("Kinesis_20131202.DescribeStreamConsumer", 20),
    of_resource("Kinesis_20131202.DeregisterStreamConsumer", 5),
    of_resource("Kinesis_20131202.GetShardIterator", 5),
    of_resource("Kinesis_20131202.SubscribeToShard", 1),
    of_account("DynamoDBStreams_20120810.ListStreams", 5),
    of_account("DynamoDBStreams_20120810.DescribeStream", 10),
];

impl Limit {
    /// The time from one call to the next, when they are many.
    fn spacing(&self) -> Duration {
        let share = match self.scope {
            Scope::Account => 2,
            Scope::Resource => 1,
        };
        Duration::from_secs(share) / self.per_second
    }

    /// How much too early a call may be, so that the first ones need not wait for each other: a second's worth.
    fn allowance(&self) -> Duration {
        match self.scope {
            Scope::Account => Duration::from_secs(1).saturating_sub(self.spacing()),
            Scope::Resource => Duration::ZERO,
        }
    }
}

/// When the next call is due, if they all keep their distance. Whoever holds it is the next to call; those behind come in
/// the order of their asking, and who gives up leaves without a trace.
type NextDue = Arc<Queue<Instant>>;

/// What is counted together: an operation by its place in [`LIMITS`], and what it is called on.
type Counted = (usize, String);

/// The pace of one session.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    due: HashMap<Counted, NextDue>,
    /// How many there are when those that hold up nobody are forgotten.
    sweep_at: usize,
}

/// The place of a call among those that are counted with it.
#[derive(Debug)]
pub(super) struct Turn {
    limit: &'static Limit,
    due: NextDue,
}

/// What a call is made on, in the members that the limited operations have for it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Named {
    stream_name: String,
    #[serde(rename = "StreamARN")]
    stream_arn: String,
    #[serde(rename = "ConsumerARN")]
    consumer_arn: String,
    shard_id: String,
}

impl Limiter {
    /// The turn to wait for before a request goes out; `None` where it may go at once.
    pub(super) fn turn(&self, target: &str, body: &[u8]) -> Option<Turn> {
        let place = LIMITS.iter().position(|limit| limit.target == target)?;
        let limit = &LIMITS[place];
        let on = match limit.scope {
            Scope::Account => String::new(),
            Scope::Resource => resource(body),
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let due = lines.next_due((place, on));
        Some(Turn { limit, due })
    }
}

impl Turn {
    /// Waits until the call may be made. Nothing is counted for who does not wait to the end.
    pub(super) async fn wait(self) {
        let mut due = self.due.lock().await;
        let early = due.saturating_duration_since(now());
        let too_early = early.saturating_sub(self.limit.allowance());
        if !too_early.is_zero() {
            tokio::time::sleep(too_early).await;
        }
        *due = (*due).max(now()) + self.limit.spacing();
    }
}

impl Lines {
    fn next_due(&mut self, counted: Counted) -> NextDue {
        if self.due.len() >= self.sweep_at {
            let now = now();
            let matters = |due: &NextDue| due.try_lock().is_ok_and(|due| *due > now);
            self.due
                .retain(|_, due| Arc::strong_count(due) > 1 || matters(due));
            // A sweep costs no more than the calls since the last one.
            self.sweep_at = (2 * self.due.len()).max(64);
        }
        let due = self.due.entry(counted);
        due.or_insert_with(|| Arc::new(Queue::new(now()))).clone()
    }
}

/// What a request is made on. The next page of a listing names only a token: all those are counted together.
fn resource(body: &[u8]) -> String {
    let named: Named = serde_json::from_slice(body).unwrap_or_default();
    [
        named.stream_name,
        named.stream_arn,
        named.consumer_arn,
        named.shard_id,
    ]
    .join(" ")
}

#[expect(
    clippy::disallowed_methods,
    reason = "calls are counted when they go out, inside the SDK, where no time can be passed in"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use futures::{FutureExt as _, poll};

    use super::*;

    const LIST: &str = "Kinesis_20131202.ListStreams";
    const ITERATOR: &str = "Kinesis_20131202.GetShardIterator";

    fn shard(number: usize) -> Vec<u8> {
        format!(r#"{{"StreamName":"orders","ShardId":"shard-{number}"}}"#).into_bytes()
    }

    /// When so many calls go out that are all asked for now, in the order in which they go.
    async fn times(limiter: &Limiter, target: &str, count: usize) -> Vec<(usize, Duration)> {
        let begin = now();
        let went = Mutex::new(Vec::new());
        join_all((0..count).map(|number| {
            let (turn, went) = (limiter.turn(target, &shard(0)), &went);
            async move {
                turn.unwrap().wait().await;
                went.lock().unwrap().push((number, now() - begin));
            }
        }))
        .await;
        went.into_inner().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_calls_than_the_reference_allows() {
        for limit in &LIMITS {
            let limiter = Limiter::default();
            let many = 4 * limit.per_second as usize;
            let times = times(&limiter, limit.target, many).await;
            for (first, (_, from)) in times.iter().enumerate() {
                let within = times[first..]
                    .iter()
                    .take_while(|(_, at)| *at < *from + Duration::from_secs(1));
                assert!(within.count() <= limit.per_second as usize, "{limit:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_half_of_a_second_s_calls_do_not_wait_and_half_is_left_to_others() {
        let summaries = times(&Limiter::default(), "Kinesis_20131202.DescribeStreamSummary", 60).await;
        let at_once = summaries.iter().filter(|(_, at)| at.is_zero()).count();
        assert_eq!(at_once, 10);
        // Fifty more at ten a second; the timer may round each up by a millisecond.
        let took = summaries[59].1.as_millis();
        assert!((5000..5060).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_first_goes_first() {
        let order = times(&Limiter::default(), LIST, 20).await;
        assert!(order.iter().map(|(number, _)| *number).eq(0..20));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_gives_back_the_place() {
        let limiter = Limiter::default();
        times(&limiter, LIST, 2).await;
        let wait = || limiter.turn(LIST, b"{}").unwrap().wait().boxed();
        let (mut first, mut second, third) = (wait(), wait(), wait());
        // One gives up at the head of the line, and one within it.
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        drop((first, second));
        let begin = now();
        third.await;
        let took = (now() - begin).as_millis();
        assert!((200..=201).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn shards_do_not_wait_for_each_other_and_are_forgotten_when_their_second_is_over() {
        let limiter = Limiter::default();
        let begin = now();
        for number in 0..10_000 {
            limiter.turn(ITERATOR, &shard(number)).unwrap().wait().await;
        }
        assert_eq!(now(), begin);
        tokio::time::advance(Duration::from_secs(1)).await;
        for number in 0..20_000 {
            drop(limiter.turn(ITERATOR, &shard(number)));
        }
        assert!(limiter.lines.lock().unwrap().due.len() <= 64);
    }

    #[tokio::test(start_paused = true)]
    async fn one_shard_waits_for_itself() {
        let times = times(&Limiter::default(), ITERATOR, 6).await;
        assert_eq!(times[0].1, Duration::ZERO);
        assert!(times[5].1 >= Duration::from_secs(1));
    }

    #[test]
    fn what_has_no_figure_is_not_held_up() {
        let limiter = Limiter::default();
        for target in ["Kinesis_20131202.GetRecords", "SageMaker.ListFeatureGroups", ""] {
            assert!(limiter.turn(target, b"{}").is_none(), "{target}");
        }
    }
}
