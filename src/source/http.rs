//! The one HTTP client that all services of a session share: HTTP/1.1 and HTTP/2 with keep-alive, TLS by rustls and ring.
//! Every request waits here for its turn.
//!
//! Must not: load the system's root certificates before the first https request. The SDK's own clients do it when they
//! are made, which an endpoint on loopback would pay for nothing.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use serde_json::{Map, Value};

use super::classify::is_refusal;
use super::credentials::Refusals;
use super::limiter::Limiter;

/// Bytes of an error at most.
const ERROR_BYTES: usize = 64 << 10;

/// A client that goes through the proxies that the environment names, and trusts the certificates of a file in place of the
/// system's, where there is one. It notes whose credentials are refused.
pub(super) fn client(refusals: Arc<Refusals>, trusted: Option<Vec<u8>>) -> SharedHttpClient {
    SharedHttpClient::new(ByScheme::new(ProxyConfig::from_env, refusals, trusted))
}

/// A client that ignores the environment.
pub(super) fn direct_client() -> SharedHttpClient {
    SharedHttpClient::new(ByScheme::new(ProxyConfig::disabled, Arc::default(), None))
}

/// One client for `http:`, and one for `https:` that is not made ready before it is needed.
#[derive(Clone, Debug)]
struct ByScheme {
    plain: SharedHttpClient,
    tls: SharedHttpClient,
    limiter: Arc<Limiter>,
    refusals: Arc<Refusals>,
}

impl ByScheme {
    fn new(proxies: fn() -> ProxyConfig, refusals: Arc<Refusals>, trusted: Option<Vec<u8>>) -> Self {
        Self {
            plain: connect_with(proxies, aws_smithy_http_client::ConnectorBuilder::build_http),
            tls: connect_with(proxies, move |builder| {
                let builder = builder.tls_provider(Provider::Rustls(CryptoMode::Ring));
                match trusted.as_ref().and_then(|pem| trust(pem)) {
                    Some(context) => builder.tls_context(context).build(),
                    None => builder.build(),
                }
            }),
            limiter: Arc::default(),
            refusals,
        }
    }
}

/// Only the certificates of a PEM file are trusted.
fn trust(pem: &[u8]) -> Option<TlsContext> {
    let store = TrustStore::empty().with_pem_certificate(pem);
    TlsContext::builder().with_trust_store(store).build().ok()
}

fn connect_with(
    proxies: fn() -> ProxyConfig,
    build: impl Fn(aws_smithy_http_client::ConnectorBuilder) -> Connector + Send + Sync + 'static,
) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder().proxy_config(proxies());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        build(builder)
    })
}

impl HttpClient for ByScheme {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Chooser {
            clients: self.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.plain.connector_metadata()
    }
}

/// Sends a request through the client of its scheme.
#[derive(Debug)]
struct Chooser {
    clients: ByScheme,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for Chooser {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (scheme, rest) = request.uri().split_once("://").unwrap_or(("", request.uri()));
        let authority = rest.split(['/', '?']).next().unwrap_or_default().to_owned();
        let client = match scheme {
            "http" => &self.clients.plain,
            _ => &self.clients.tls,
        };
        let connector = client.http_connector(&self.settings, &self.components);
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let turn = self.clients.limiter.turn(target, body);
        let refusals = Arc::clone(&self.clients.refusals);
        let key = key_of(&request).map(str::to_owned);
        HttpConnectorFuture::new(async move {
            if let Some(turn) = turn {
                turn.wait().await;
            }
            let answer = connector.call(request).await;
            let mut answer = answer.map_err(|error| no_answer(authority, error))?;
            if let Some(key) = key
                && refuses_credentials(&mut answer).await
            {
                refusals.refuse(&key);
                if let Some(remedy) = refusals.remedy(&key) {
                    answer.add_extension(remedy);
                }
            }
            Ok(answer)
        })
    }
}

/// The access key id that a request is signed with: `Credential=KEY/DATE/…`.
fn key_of(request: &HttpRequest) -> Option<&str> {
    let (_, rest) = request
        .headers()
        .get("authorization")?
        .split_once("Credential=")?;
    rest.split('/').next()
}

/// Whether an answer says that the credentials are not accepted. Services name the error in a header or in the body; a body that
/// is looked into is put back.
async fn refuses_credentials(answer: &mut HttpResponse) -> bool {
    let of_header = answer.headers().get("x-amzn-errortype");
    if let Some(name) = of_header {
        return is_refusal(name.split(':').next().unwrap_or_default());
    }
    let length = answer.headers().get("content-length");
    let is_short = length
        .and_then(|length| length.parse().ok())
        .is_some_and(|it: usize| it <= ERROR_BYTES);
    if !is_short || !matches!(answer.status().as_u16(), 400 | 401 | 403) {
        return false;
    }
    let Ok(body) = answer.take_body().collect().await else {
        return false;
    };
    let body = body.to_bytes();
    let refuses = code_of(&body).is_some_and(|code| is_refusal(&code));
    *answer.body_mut() = SdkBody::from(body);
    refuses
}

/// The code of an error: `"__type": "NAMESPACE#CODE"`, or `<Code>CODE</Code>` of the query protocol.
fn code_of(body: &[u8]) -> Option<String> {
    if let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) {
        let code = members.get("__type").or_else(|| members.get("code"))?.as_str()?;
        return code.rsplit('#').next().map(str::to_owned);
    }
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    rest.split('<').next().map(str::to_owned)
}

/// The same error, with the word of whose answer is missing.
fn no_answer(authority: String, source: ConnectorError) -> ConnectorError {
    let remake: fn(Box<NoAnswer>) -> ConnectorError = match () {
        () if source.is_io() => |error| ConnectorError::io(error),
        () if source.is_timeout() => |error| ConnectorError::timeout(error),
        () if source.is_user() => |error| ConnectorError::user(error),
        () => {
            let kind = source.as_other();
            return ConnectorError::other(Box::new(NoAnswer { authority, source }), kind);
        }
    };
    remake(Box::new(NoAnswer { authority, source }))
}

/// A request that got no answer.
#[derive(Debug)]
pub(super) struct NoAnswer {
    /// Host and port that were asked.
    pub(super) authority: String,
    source: ConnectorError,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer from {}", self.authority)
    }
}

impl Error for NoAnswer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_config::identity::IdentityCache;
    use aws_config::retry::RetryConfig;
    use aws_config::{Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_smithy_async::rt::sleep::TokioSleep;
    use aws_smithy_async::time::SystemTimeSource;
    use aws_smithy_runtime_api::client::http::http_client_fn;
    use futures::future::join_all;

    use super::*;
    use crate::source::kinesis::Kinesis;
    use crate::source::{Catalog, session};

    /// Answers every request at once with the same body.
    #[derive(Debug)]
    struct Always(&'static str);

    impl HttpConnector for Always {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let status = 200.try_into().unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.0))))
        }
    }

    /// The service behind a client of its own.
    fn streams() -> Kinesis {
        let none = http_client_fn(|_, _| {
            SharedHttpConnector::new(Always(r#"{"StreamNames":[],"HasMoreStreams":false}"#))
        });
        let credentials = Credentials::new("AKID", "secret", None, None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(session::behavior())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(IdentityCache::lazy().build())
            .retry_config(RetryConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .http_client(SharedHttpClient::new(ByScheme {
                plain: none.clone(),
                tls: none,
                limiter: Arc::default(),
                refusals: Arc::default(),
            }))
            .build();
        Kinesis::new(&sdk)
    }

    #[tokio::test(start_paused = true)]
    async fn every_request_waits_for_its_turn() {
        // Two go at once, and then two and a half a second.
        for (seconds, enough) in [(9, false), (11, true)] {
            let streams = streams();
            let calls = join_all((0..27).map(|_| Catalog::list(&streams, None)));
            let ended = tokio::time::timeout(Duration::from_secs(seconds), calls).await;
            assert_eq!(ended.is_ok_and(|all| all.iter().all(Result::is_ok)), enough);
        }
    }

    #[tokio::test]
    async fn an_answer_that_refuses_credentials_is_known_and_left_as_it_is() {
        for (status, body, expected) in [
            (400, r#"{"__type":"ExpiredTokenException","message":"old"}"#, true),
            (
                400,
                r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException"}"#,
                true,
            ),
            (
                403,
                "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
                true,
            ),
            (
                400,
                r#"{"__type":"ResourceNotFoundException","message":"ExpiredToken is no stream"}"#,
                false,
            ),
            (200, r#"{"__type":"ExpiredTokenException"}"#, false),
        ] {
            let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            answer
                .headers_mut()
                .insert("content-length", body.len().to_string());
            assert_eq!(refuses_credentials(&mut answer).await, expected, "{body}");
            assert_eq!(answer.body().bytes(), Some(body.as_bytes()));
        }
    }
}
