//! Where a service answers: overrides of the environment and the profile, and the host names of SageMaker's control plane.

use aws_config::SdkConfig;
use aws_sdk_sagemakerfeaturestoreruntime::config::endpoint as runtime;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::endpoint::{EndpointFuture, EndpointResolverParams, ResolveEndpoint};
use aws_smithy_types::endpoint::Endpoint;
use aws_types::service_config::ServiceConfigKey;

/// The services that are called: what `aws` calls each, and the id that the names of its settings are made from.
pub(super) const SERVICES: [(&str, &str); 6] = [
    ("kinesis", "Kinesis"),
    ("dynamodbstreams", "DynamoDB Streams"),
    ("sagemaker", "SageMaker"),
    ("sagemaker-featurestore-runtime", "SageMaker FeatureStore Runtime"),
    ("machinelearning", "Machine Learning"),
    ("sts", "STS"),
];

/// The services with an endpoint that is not that of all, as `aws` calls them.
pub(super) fn of_single_services(sdk: &SdkConfig) -> Vec<(&'static str, String)> {
    let of = |(name, id): (&'static str, &str)| Some((name, overridden(sdk, id)?));
    let all = SERVICES.into_iter().filter_map(of);
    all.filter(|(_, url)| Some(url.as_str()) != sdk.endpoint_url())
        .collect()
}

/// The URL that replaces the endpoint of the service with this id, wherever it was set: on the command line, as
/// `AWS_ENDPOINT_URL_…`, in a `services` section, as `AWS_ENDPOINT_URL` or in the profile. The generated clients do the
/// same for themselves.
pub(super) fn overridden(sdk: &SdkConfig, service_id: &str) -> Option<String> {
    let for_all = sdk.endpoint_url().map(str::to_owned);
    if sdk.get_origin("endpoint_url").is_client_config() {
        return for_all;
    }
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    sdk.service_config()
        .and_then(|config| config.load_config(key))
        .or(for_all)
}

/// Resolves the control plane's endpoint from that of the Feature Store runtime, whose crate brings the partitions, what
/// they support, and the checks of what may be combined.
///
/// The rules are those of SageMaker's own endpoint rule set: `api.sagemaker.REGION.SUFFIX`, under FIPS
/// `api.sagemaker-fips.REGION.SUFFIX`, and in the partitions `aws` and `aws-us-gov` `api-fips.sagemaker.REGION.amazonaws.com`.
#[derive(Debug)]
pub(super) struct ControlPlane {
    runtime: runtime::DefaultResolver,
    region: Option<String>,
    fips: bool,
    dual_stack: bool,
    url: Option<String>,
}

impl ControlPlane {
    pub(super) fn new(sdk: &SdkConfig) -> Self {
        Self {
            runtime: runtime::DefaultResolver::new(),
            region: sdk.region().map(ToString::to_string),
            fips: sdk.use_fips().unwrap_or_default(),
            dual_stack: sdk.use_dual_stack().unwrap_or_default(),
            url: overridden(sdk, "SageMaker"),
        }
    }

    async fn resolve(&self) -> Result<Endpoint, BoxError> {
        let params = runtime::Params::builder()
            .set_region(self.region.clone())
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack)
            .set_endpoint(self.url.clone())
            .build()?;
        let endpoint = runtime::ResolveEndpoint::resolve_endpoint(&self.runtime, &params).await?;
        if self.url.is_some() {
            return Ok(endpoint);
        }
        Ok(Endpoint::builder().url(self.translate(endpoint.url())).build())
    }

    fn translate(&self, runtime: &str) -> String {
        let url = runtime.replacen("featurestore-runtime.", "api.", 1);
        if self.fips && !self.dual_stack && url.ends_with(".amazonaws.com") {
            return url.replacen("api.sagemaker-fips.", "api-fips.sagemaker.", 1);
        }
        url
    }
}

impl ResolveEndpoint for ControlPlane {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::new(self.resolve())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_types::region::Region;

    async fn host(region: &str, fips: bool, dual_stack: bool) -> Result<String, String> {
        let sdk = SdkConfig::builder()
            .region(Region::new(region.to_owned()))
            .use_fips(fips)
            .use_dual_stack(dual_stack)
            .build();
        ControlPlane::new(&sdk)
            .resolve()
            .await
            .map(|it| it.url().to_owned())
            .map_err(|error| error.to_string())
    }

    /// Expected values: SageMaker's endpoint rule set in botocore, evaluated by botocore.
    #[tokio::test]
    async fn the_control_plane_is_where_the_rule_set_of_sagemaker_says() {
        for (region, fips, dual_stack, url) in [
            (
                "us-east-1",
                false,
                false,
                "https://api.sagemaker.us-east-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                false,
                false,
                "https://api.sagemaker.cn-north-1.amazonaws.com.cn",
            ),
            (
                "us-gov-west-1",
                false,
                false,
                "https://api.sagemaker.us-gov-west-1.amazonaws.com",
            ),
            (
                "us-iso-east-1",
                false,
                false,
                "https://api.sagemaker.us-iso-east-1.c2s.ic.gov",
            ),
            (
                "eusc-de-east-1",
                true,
                false,
                "https://api.sagemaker-fips.eusc-de-east-1.amazonaws.eu",
            ),
            (
                "us-isob-east-1",
                false,
                false,
                "https://api.sagemaker.us-isob-east-1.sc2s.sgov.gov",
            ),
            (
                "us-east-1",
                true,
                false,
                "https://api-fips.sagemaker.us-east-1.amazonaws.com",
            ),
            (
                "us-gov-west-1",
                true,
                false,
                "https://api-fips.sagemaker.us-gov-west-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                true,
                false,
                "https://api.sagemaker-fips.cn-north-1.amazonaws.com.cn",
            ),
            (
                "us-east-1",
                false,
                true,
                "https://api.sagemaker.us-east-1.api.aws",
            ),
            (
                "us-east-1",
                true,
                true,
                "https://api.sagemaker-fips.us-east-1.api.aws",
            ),
        ] {
            assert_eq!(host(region, fips, dual_stack).await.as_deref(), Ok(url));
        }
    }

    #[tokio::test]
    async fn an_override_is_taken_as_it_is_but_not_together_with_fips() {
        let sdk = |fips| {
            let builder = SdkConfig::builder().region(Region::new("us-east-1"));
            builder
                .endpoint_url("http://127.0.0.1:8080")
                .use_fips(fips)
                .build()
        };
        let plain = ControlPlane::new(&sdk(false)).resolve().await.unwrap();
        assert_eq!(plain.url(), "http://127.0.0.1:8080");
        assert!(ControlPlane::new(&sdk(true)).resolve().await.is_err());
    }
}
