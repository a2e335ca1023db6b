//! An endpoint with the hand on its clock, clients of Amazon's making, and a way to call what no client here knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kinescope::demo::{Clock, Endpoint, Options};
use serde_json::Value;

use crate::wire::send;

/// When everything begins: 2025-10-09T08:53:20Z.
pub(crate) const BEGIN: i64 = 1_760_000_000;

pub(crate) struct Stage {
    endpoint: Endpoint,
    seconds: Arc<AtomicI64>,
}

impl Stage {
    pub(crate) fn empty() -> Self {
        Self::set(|options| options)
    }

    pub(crate) fn stocked() -> Self {
        Self::set(|options| Options {
            stock: true,
            ..options
        })
    }

    /// Empty services on a bad day.
    pub(crate) fn faulty(seed: u64) -> Self {
        Self::set(|options| Options {
            faults: true,
            seed,
            ..options
        })
    }

    fn set(choose: impl FnOnce(Options) -> Options) -> Self {
        let seconds = Arc::new(AtomicI64::new(BEGIN));
        let hand = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(hand.load(Ordering::Relaxed)).unwrap());
        let endpoint = Endpoint::start(choose(Options::empty(clock))).unwrap();
        Self { endpoint, seconds }
    }

    pub(crate) fn url(&self) -> String {
        self.endpoint.url()
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Calls an operation of a JSON protocol, such as `DynamoDB_20120810.PutItem`, in `eu-west-1`.
    pub(crate) async fn call(&self, target: &str, input: &Value) -> Value {
        send(
            &self.url(),
            "eu-west-1",
            "POST /",
            &format!("x-amz-target: {target}"),
            input,
        )
        .await
    }
}

/// A client of one of the SDK's crates, which tries once.
macro_rules! client {
    ($sdk:ident, $stage:expr) => {{
        use $sdk::config::{BehaviorVersion, Credentials, Region};
        let config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("AKIDEMO", "secret", None, None, "test"))
            .region(Region::new("eu-west-1"))
            .retry_config(aws_smithy_types::retry::RetryConfig::disabled())
            .endpoint_url($stage.url())
            .build();
        $sdk::Client::from_conf(config)
    }};
}
