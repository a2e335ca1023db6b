//! The two calls of SageMaker's control plane that tell of feature groups, on the SDK's own runtime.
//!
//! `aws-sdk-sagemaker` is 876,000 lines for these two. What a generated client would bring is put together here from the
//! same parts: signing, retries, timeouts, clock skew, user agent. Shapes: API reference, `ListFeatureGroups` and
//! `DescribeFeatureGroup`.

mod shapes;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_runtime::auth::{SigV4OperationSigningConfig, sigv4};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::recursion_detection::RecursionDetectionInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::http::connection_poisoning::ConnectionPoisoningInterceptor;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime::client::stalled_stream_protection::StalledStreamProtectionInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, SharedEndpointResolver};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use serde_json::{Value, json};

use super::classify::{classify, incomplete};
use super::{SourceError, endpoint::ControlPlane, session};
use crate::resource::{Entry, FeatureGroup, Page, PageToken};

const LIST: &str = "ListFeatureGroups";
const DESCRIBE: &str = "DescribeFeatureGroup";

/// As many as the API reference of `ListFeatureGroups` allows.
const PAGE_SIZE: u32 = 100;

type Call = Operation<Value, Value, ErrorMetadata>;

/// The control plane, as one account and region sees it.
pub(super) struct SageMaker {
    list: Call,
    describe: Call,
}

impl SageMaker {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        Self {
            list: call(sdk, LIST),
            describe: call(sdk, DESCRIBE),
        }
    }

    /// One page of the feature groups, by name.
    pub(super) async fn list(&self, from: Option<PageToken>) -> Result<Page<Entry>, SourceError> {
        let mut input = json!({ "MaxResults": PAGE_SIZE, "SortBy": "Name", "SortOrder": "Ascending" });
        if let Some(token) = from {
            input["NextToken"] = token.as_str().into();
        }
        let answer = self
            .list
            .invoke(input)
            .await
            .map_err(|error| classify(LIST, "", &error))?;
        shapes::page(answer).ok_or_else(|| incomplete(LIST, ""))
    }

    /// A feature group with all its features, however many pages of them there are.
    pub(super) async fn describe(&self, name: &str) -> Result<FeatureGroup, SourceError> {
        let mut group: Option<FeatureGroup> = None;
        let mut input = json!({ "FeatureGroupName": name });
        loop {
            let answer = self
                .describe
                .invoke(input.clone())
                .await
                .map_err(|error| classify(DESCRIBE, name, &error))?;
            let (page, next) = shapes::group(answer).ok_or_else(|| incomplete(DESCRIBE, name))?;
            let group = match &mut group {
                Some(group) => {
                    group.features.extend(page.features);
                    group
                }
                None => group.insert(page),
            };
            // A token that comes back unchanged would never end.
            match next {
                Some(token) if input["NextToken"] != *token => input["NextToken"] = token.into(),
                _ => return Ok(std::mem::take(group)),
            }
        }
    }
}

/// One operation, as the generated clients put theirs together.
fn call(sdk: &SdkConfig, name: &'static str) -> Call {
    let retry = sdk.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let timeout = sdk
        .timeout_config()
        .cloned()
        .unwrap_or_else(TimeoutConfig::disabled);
    let plugin = StaticRuntimePlugin::new()
        .with_config(config(sdk, name).freeze())
        .with_runtime_components(components(sdk));
    Operation::builder()
        .service_name("SageMaker")
        .operation_name(name)
        .behavior_version(session::behavior())
        .standard_retry(&retry)
        .timeout_config(timeout)
        .runtime_plugin(plugin)
        .serializer(move |input: Value| request(name, &input))
        .deserializer(answer)
        .build()
}

fn config(sdk: &SdkConfig, name: &'static str) -> Layer {
    let mut layer = Layer::new(name);
    layer.store_put(ApiMetadata::new("sagemaker", env!("CARGO_PKG_VERSION")));
    layer.store_put(SigningName::from_static("sagemaker"));
    layer.store_put(SigV4OperationSigningConfig::default());
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(EndpointResolverParams::new(()));
    if let Some(region) = sdk.region().cloned() {
        layer.store_put(SigningRegion::from(region.clone()));
        layer.store_put(region);
    }
    if let Some(name) = sdk.app_name().cloned() {
        layer.store_put(name);
    }
    layer
}

fn components(sdk: &SdkConfig) -> RuntimeComponentsBuilder {
    let mut components = RuntimeComponentsBuilder::new("SageMaker")
        .with_http_client(sdk.http_client())
        .with_sleep_impl(sdk.sleep_impl())
        .with_time_source(sdk.time_source())
        .with_identity_cache(sdk.identity_cache())
        .with_endpoint_resolver(Some(SharedEndpointResolver::new(ControlPlane::new(sdk))))
        .with_auth_scheme(SharedAuthScheme::new(sigv4::SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID]),
        )))
        .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_interceptor(SharedInterceptor::permanent(ConnectionPoisoningInterceptor::new()))
        .with_interceptor(SharedInterceptor::permanent(
            StalledStreamProtectionInterceptor::default(),
        ))
        .with_interceptor(SharedInterceptor::permanent(RecursionDetectionInterceptor::new()))
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(RequestInfoInterceptor::new())
        .with_interceptor(UserAgentInterceptor::new())
        .with_interceptor(InvocationIdInterceptor::new());
    if let Some(provider) = sdk.credentials_provider() {
        components.set_identity_resolver(sigv4::SCHEME_ID, provider);
    }
    components
}

/// awsJson1.1: every call is a POST to `/`, and a header names the operation.
fn request(name: &str, input: &Value) -> Result<HttpRequest, BoxError> {
    let body = serde_json::to_vec(input)?;
    let request = http::Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("content-length", body.len())
        .header("x-amz-target", format!("SageMaker.{name}"))
        .body(SdkBody::from(body))?;
    Ok(request.try_into()?)
}

fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    let parsed = serde_json::from_slice::<Value>(body);
    if response.status().is_success() {
        return parsed.map_err(OrchestratorError::other);
    }
    Err(OrchestratorError::operation(failure(
        response,
        &parsed.unwrap_or_default(),
    )))
}

/// The error's code is in a header or in the body, alone or between a namespace and a URL.
fn failure(response: &HttpResponse, body: &Value) -> ErrorMetadata {
    let text = |name| body.get(name).and_then(Value::as_str);
    let code = response
        .headers()
        .get("x-amzn-errortype")
        .or_else(|| text("__type"))
        .or_else(|| text("code"));
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code {
        let code = code.split(':').next().unwrap_or(code);
        error = error.code(code.rsplit('#').next().unwrap_or(code));
    }
    if let Some(message) = text("message").or_else(|| text("Message")) {
        error = error.message(message);
    }
    error.build()
}

#[cfg(test)]
mod tests;
