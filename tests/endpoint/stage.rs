//! An endpoint with the hand on its clock, clients of Amazon's making, and a way to call what no client here knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kinescope::demo::{Clock, Endpoint, Options};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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
        let authority = self.url().replace("http://", "");
        let body = input.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\nx-amz-target: {target}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=A/20251009/eu-west-1/x/aws4_request\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = TcpStream::connect(&authority).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_default()
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
