//! The one HTTP client that all services of a session share: HTTP/1.1 and HTTP/2 with keep-alive, TLS by rustls and ring.
//! Every request waits here for its turn.
//!
//! Must not: load the system's root certificates before the first https request. The SDK's own clients do it when they
//! are made, which an endpoint on loopback would pay for nothing.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::limiter::Limiter;

/// A client that goes through the proxies that the environment names.
pub(super) fn client() -> SharedHttpClient {
    SharedHttpClient::new(ByScheme::new(ProxyConfig::from_env))
}

/// A client that ignores the environment.
pub(super) fn direct_client() -> SharedHttpClient {
    SharedHttpClient::new(ByScheme::new(ProxyConfig::disabled))
}

/// One client for `http:`, and one for `https:` that is not made ready before it is needed.
#[derive(Clone, Debug)]
struct ByScheme {
    plain: SharedHttpClient,
    tls: SharedHttpClient,
    limiter: Arc<Limiter>,
}

impl ByScheme {
    fn new(proxies: fn() -> ProxyConfig) -> Self {
        Self {
            plain: connect_with(proxies, aws_smithy_http_client::ConnectorBuilder::build_http),
            tls: connect_with(proxies, |builder| {
                builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
            }),
            limiter: Arc::default(),
        }
    }
}

fn connect_with(
    proxies: fn() -> ProxyConfig,
    build: fn(aws_smithy_http_client::ConnectorBuilder) -> Connector,
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
        HttpConnectorFuture::new(async move {
            if let Some(turn) = turn {
                turn.wait().await;
            }
            let answer = connector.call(request).await;
            answer.map_err(|error| no_answer(authority, error))
        })
    }
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
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
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
}
