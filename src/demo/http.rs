//! The HTTP side of the endpoint: connections, and which service a request is for.
//!
//! Signatures are taken as they come; only the region in them is read, and whose they are.
//!
//! Must not: know what any operation does.

mod answer;
mod events;
mod rest;
mod signature;
mod sts;
mod trouble;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::answer::{Body, JSON_1_0, JSON_1_1, REST_JSON};
use super::clock::Clock;
use super::faults::{Faults, READ_RECORDS, Trouble};
use super::protocol::{Call, Fault};
use super::world::{Api, World};

/// The largest body: `PutRecords` takes 10 MiB, which base64 makes 13.4.
const BODY_BYTES: usize = 16 * 1024 * 1024;
/// How long calls under way may take once the endpoint stops.
const GRACE: Duration = Duration::from_secs(1);
/// How long to leave alone a system that has no socket for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The header that names service and operation.
const TARGET: &str = "x-amz-target";

/// What the first part of [`TARGET`] names, and the content type of its answers.
const TARGETS: [(&str, Api, &str); 5] = [
    ("Kinesis_20131202", Api::Kinesis, JSON_1_1),
    ("DynamoDB_20120810", Api::DynamoDb, JSON_1_0),
    ("DynamoDBStreams_20120810", Api::DynamoDbStreams, JSON_1_0),
    ("SageMaker", Api::SageMaker, JSON_1_1),
    ("AmazonML_20141212", Api::MachineLearning, JSON_1_1),
];

/// Serves until the handler is told to stop; then the calls under way are answered.
pub(super) async fn serve(listener: TcpListener, handler: Handler) {
    let stop = handler.stop.clone();
    let handler = Arc::new(handler);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&handler), stop.clone()));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    // What is not done by then is cut off.
    let _ = tokio::time::timeout(GRACE, rest).await;
}

async fn connection(stream: TcpStream, handler: Arc<Handler>, stop: CancellationToken) {
    // Only speed would be lost.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let handler = &handler;
        async move { handler.handle(request).await }
    });
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // A client that goes away is no failure of the endpoint.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Answers requests.
#[derive(Debug)]
pub(super) struct Handler {
    world: Arc<World>,
    clock: Clock,
    seed: u64,
    faults: Option<Faults>,
    requests: AtomicU64,
    /// Those of them that read records.
    reads: AtomicU64,
    stop: CancellationToken,
}

/// What a request asks for, apart from the members in its body.
#[derive(Debug)]
struct Asked<'a> {
    api: Api,
    operation: &'a str,
    content_type: &'static str,
    members: Map<String, Value>,
}

impl Handler {
    /// Answers that go on end once `stop` is cancelled.
    pub(super) fn new(world: Arc<World>, clock: Clock, seed: u64, stop: CancellationToken) -> Self {
        Self {
            world,
            clock,
            seed,
            faults: None,
            requests: AtomicU64::new(0),
            reads: AtomicU64::new(0),
            stop,
        }
    }

    /// The same with requests that go wrong.
    pub(super) fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = Some(faults);
        self
    }

    /// An error breaks off the connection.
    async fn handle(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let (parts, body) = request.into_parts();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut response = match Limited::new(body, BODY_BYTES).collect().await {
            Ok(body) => self.in_trouble(number, &parts, &body.to_bytes()).await?,
            Err(error) if error.is::<LengthLimitError>() => {
                let fault = Fault::new(
                    "RequestEntityTooLargeException",
                    "The request is larger than 16 MiB",
                );
                answer::json(JSON_1_1, Err(fault.with_status(413)))
            }
            Err(_) => answer::json(
                JSON_1_1,
                Err(Fault::new("IncompleteBody", "The request broke off")),
            ),
        };
        answer::set_request_id(&mut response, self.request_id(number));
        Ok(response)
    }

    /// Answers a request that may be one of those that go wrong.
    async fn in_trouble(&self, number: u64, request: &Parts, body: &[u8]) -> io::Result<Response<Body>> {
        let Some((trouble, asked)) = self.trouble(number, request) else {
            return Ok(self.respond(request, body));
        };
        tracing::info!(
            number,
            operation = asked.operation,
            ?trouble,
            "a request goes wrong"
        );
        if let Some(fault) = trouble::fault(trouble, asked.api, asked.operation) {
            return Ok(answer::json(asked.content_type, Err(fault)));
        }
        match trouble {
            Trouble::Slow(pause) => tokio::time::sleep(pause).await,
            Trouble::Dropped => return Err(trouble::broken_off()),
            Trouble::Resharded(dice) => self.world.reshard(
                asked.api,
                &input(body).unwrap_or_default(),
                dice,
                self.clock.now(),
            ),
            _ => {}
        }
        let response = self.respond(request, body);
        Ok(match trouble {
            Trouble::CutShort(bytes) => trouble::cut_short(response, bytes),
            _ => response,
        })
    }

    /// What goes wrong with a request, if anything does.
    fn trouble<'a>(&self, number: u64, request: &'a Parts) -> Option<(Trouble, Asked<'a>)> {
        let faults = self.faults?;
        let asked = asked(request).ok()?;
        let number = if asked.operation == READ_RECORDS {
            self.reads.fetch_add(1, Ordering::Relaxed)
        } else {
            number
        };
        Some((faults.of(number, asked.operation)?, asked))
    }

    fn respond(&self, request: &Parts, body: &[u8]) -> Response<Body> {
        let has_target = request.headers.contains_key(TARGET);
        let has_expired = signature::has_expired(&request.headers);
        if !has_target && sts::is_query(request) {
            return sts::respond(body, has_expired, self.clock.now());
        }
        match asked(request) {
            Ok(asked) if has_expired => answer::json(asked.content_type, Err(signature::expired())),
            Ok(asked) => self.carry_out(asked, &request.headers, body),
            Err(fault) => answer::json(if has_target { JSON_1_1 } else { REST_JSON }, Err(fault)),
        }
    }

    fn carry_out(&self, asked: Asked<'_>, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let mut input = match input(body) {
            Ok(input) => input,
            Err(fault) => return answer::json(asked.content_type, Err(fault)),
        };
        rest::merge(&mut input, asked.members);
        if self.faults.is_some() {
            trouble::ask_for_less(asked.operation, &mut input);
        }
        let service = self.world.service(asked.api);
        let call = Call {
            operation: asked.operation,
            input: &input,
            region: signature::region(headers),
            now: self.clock.now(),
        };
        match service.follow(&call) {
            Some(Ok(events)) => events::response(events, self.clock.clone(), self.stop.clone()),
            Some(Err(fault)) => answer::json(asked.content_type, Err(fault)),
            None => answer::json(asked.content_type, service.call(&call)),
        }
    }

    /// Ids look like those of the services, differ within an endpoint and repeat with its seed.
    fn request_id(&self, number: u64) -> String {
        let mut rng = fastrand::Rng::with_seed(self.seed.rotate_left(32) ^ number);
        let hex = format!("{:032x}", rng.u128(..));
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

/// Which operation of which service a request is for.
fn asked(request: &Parts) -> Result<Asked<'_>, Fault> {
    if let Some(target) = request.headers.get(TARGET) {
        let target = target.to_str().unwrap_or_default();
        let (prefix, operation) = target.split_once('.').unwrap_or_default();
        let known = TARGETS.iter().find(|(name, ..)| *name == prefix);
        let (_, api, content_type) = known.ok_or_else(|| Fault::unknown_operation(target))?;
        return Ok(Asked {
            api: *api,
            operation,
            content_type,
            members: Map::new(),
        });
    }
    let route = rest::route(&request.method, &request.uri).ok_or_else(|| {
        let fault = Fault::unknown_operation(&format!("{} {}", request.method, request.uri.path()));
        fault.with_status(StatusCode::NOT_FOUND.as_u16())
    })?;
    Ok(Asked {
        api: Api::FeatureStore,
        operation: route.operation,
        content_type: REST_JSON,
        members: route.members,
    })
}

/// The members in a body, which may be empty.
fn input(body: &[u8]) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(Value::Object(members)),
        Ok(_) => Err(Fault::new("SerializationException", "The body is no JSON object")),
        Err(error) => Err(Fault::new("SerializationException", error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use jiff::Timestamp;

    fn handler() -> Handler {
        let clock = Clock::new(|| Timestamp::from_second(1_760_000_000).unwrap());
        Handler::new(Arc::new(World::default()), clock, 7, CancellationToken::new())
    }

    /// Status, content type and body of an answer.
    fn respond(request: http::request::Builder, body: &str) -> (u16, String, String) {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let response = handler().respond(&parts, body.as_bytes());
        let (parts, body) = response.into_parts();
        let body = body.collect().now_or_never().unwrap().unwrap().to_bytes();
        let content_type = parts.headers["content-type"].to_str().unwrap().to_owned();
        (
            parts.status.as_u16(),
            content_type,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    fn json_call(target: &str, body: &str) -> (u16, String, String) {
        respond(Request::post("/").header("x-amz-target", target), body)
    }

    #[test]
    fn a_call_finds_its_service_by_its_target() {
        let (status, content_type, body) = json_call("Kinesis_20131202.ListStreams", "{}");
        assert_eq!(
            (status, content_type.as_str()),
            (200, "application/x-amz-json-1.1")
        );
        assert_eq!(
            body,
            r#"{"StreamNames":[],"HasMoreStreams":false,"StreamSummaries":[]}"#
        );
    }

    #[test]
    fn unknown_targets_and_broken_bodies_are_told_apart() {
        for target in ["Kinesis_20131202.Fly", "Firehose_20150804.PutRecord", "nonsense"] {
            let (status, _, body) = json_call(target, "{}");
            assert_eq!(status, 400);
            assert!(body.contains("UnknownOperationException"), "{body}");
        }
        for body in ["{", "[]", "7"] {
            let (status, _, answer) = json_call("Kinesis_20131202.ListStreams", body);
            assert_eq!(status, 400);
            assert!(answer.contains("SerializationException"), "{answer}");
        }
    }

    #[test]
    fn an_unknown_path_is_not_found() {
        let (status, content_type, body) = respond(Request::get("/nothing"), "");
        assert_eq!((status, content_type.as_str()), (404, "application/json"));
        assert!(body.contains("UnknownOperationException"), "{body}");
    }

    #[test]
    fn the_caller_is_told_its_account() {
        let request =
            Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let (status, content_type, body) = respond(request, "Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!((status, content_type.as_str()), (200, "text/xml"));
        assert!(body.contains("<Account>111122223333</Account>"), "{body}");
    }

    #[test]
    fn an_expired_key_is_refused_by_every_service() {
        const EXPIRED: &str =
            "AWS4-HMAC-SHA256 Credential=AKIDEXPIRED1/20260101/eu-west-1/kinesis/aws4_request";
        let request = Request::post("/")
            .header("x-amz-target", "Kinesis_20131202.ListStreams")
            .header("authorization", EXPIRED);
        let (status, _, body) = respond(request, "{}");
        assert!(status == 400 && body.contains("ExpiredTokenException"), "{body}");
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", EXPIRED);
        let (status, _, body) = respond(request, "Action=GetCallerIdentity");
        assert!(
            status == 403 && body.contains("<Code>ExpiredToken</Code>"),
            "{body}"
        );
    }

    #[test]
    fn request_ids_differ_and_repeat_with_the_seed() {
        let (one, other) = (handler(), handler());
        let first = one.request_id(0);
        assert_eq!(first.len(), 36);
        assert_eq!(first, other.request_id(0));
        assert_ne!(first, one.request_id(1));
    }
}
