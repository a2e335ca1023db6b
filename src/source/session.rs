//! The account of the environment: profile, region, credentials, endpoint, and from them one configuration for all
//! services.
//!
//! Opening a session reads files and the environment. It asks the network only for the region of an EC2 instance, and only
//! where nobody named a region.

mod profile;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use thiserror::Error;

use super::caller::Sts;
use super::dynamodb_streams::DynamoDbStreams;
use super::feature_store::FeatureStore;
use super::kinesis::Kinesis;
use super::machine_learning::MachineLearning;
use super::{Identify, Source, http};
use crate::demo::protocol::ACCOUNT;
use crate::resource::Section;
use crate::sanitize;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer may take to begin.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an answer may take altogether: 10 MiB of records over a slow line are no failure.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(90);
/// How long an EC2 instance may take to tell its region. Elsewhere nobody answers.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// The session's name in the demo.
const DEMO_PROFILE: &str = "shop-demo";
const DEMO_REGION: &str = "us-east-1";

/// What the command line says about the account; the environment and the profiles say the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--profile`: goes before `AWS_PROFILE`, and before credentials in the environment.
    pub profile: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--endpoint-url`: replaces the endpoints of all services.
    pub endpoint_url: Option<String>,
}

/// Why a session cannot be opened: what, on what, and what to do about it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SessionError {
    /// A profile was named that no file has.
    #[error(
        "there is no profile {name} in the AWS config and credentials files; {}",
        choose_profile(known)
    )]
    NoSuchProfile {
        /// The name that was asked for.
        name: String,
        /// The names that there are, sorted.
        known: Vec<String>,
    },
    /// The config or the credentials file cannot be read.
    #[error("the AWS config files cannot be read: {0}; correct the file")]
    UnreadableProfiles(String),
    /// Neither the command line nor the environment nor the profile names a region.
    #[error("no region is set{0}; use --region, AWS_REGION or `region` in the profile")]
    NoRegion(String),
    /// The endpoint's URL is none.
    #[error("{0} is not the URL of an endpoint; use one such as http://127.0.0.1:4566")]
    InvalidEndpoint(String),
}

fn choose_profile(known: &[String]) -> String {
    match known {
        [] => "the files have no profiles: run `aws configure`".to_owned(),
        names => format!("use one of: {}", names.join(", ")),
    }
}

/// An account and a region, ready to make calls.
#[derive(Clone)]
pub struct Session {
    sdk: SdkConfig,
    profile: Option<String>,
    account: Option<String>,
}

impl Session {
    /// The session that the command line, the environment and the profiles describe.
    pub async fn open(options: Options) -> Result<Self, SessionError> {
        let profiles = profile::load(&Fs::real(), &Env::real(), options.profile.as_deref()).await?;
        profile::mask_callers(&profiles);
        if let Some(url) = &options.endpoint_url {
            check_endpoint(url)?;
        }
        let client = http::client();
        let region = match options.region.clone() {
            Some(region) => Region::new(region),
            None => find_region(&options, &profiles, &client).await?,
        };
        let loader = aws_config::defaults(behavior())
            .http_client(client.clone())
            .timeout_config(timeouts())
            .region(region.clone());
        let loader = match options.profile {
            Some(name) => loader
                .profile_name(&name)
                .credentials_provider(profile_credentials(&name, &client, region)),
            None => loader,
        };
        let loader = match options.endpoint_url {
            Some(url) => loader.endpoint_url(url),
            None => loader,
        };
        Ok(Self {
            sdk: loader.load().await,
            profile: profile::in_use(&profiles),
            account: None,
        })
    }

    /// A session with the embedded endpoint at `url`. It reads nothing of the environment.
    pub fn demo(url: &str) -> Self {
        let credentials = Credentials::new("AKIDEMO", "demo", None, None, "demo");
        let sdk = SdkConfig::builder()
            .behavior_version(behavior())
            .region(Region::new(DEMO_REGION))
            .endpoint_url(url)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(IdentityCache::lazy().build())
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts())
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .http_client(http::direct_client())
            .build();
        Self {
            sdk,
            profile: Some(DEMO_PROFILE.to_owned()),
            account: Some(ACCOUNT.to_owned()),
        }
    }

    /// The region.
    pub fn region(&self) -> &str {
        self.sdk.region().map_or("", AsRef::as_ref)
    }

    /// The profile in use, if a file has it.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The account, where it is known without asking.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The URL that replaces the endpoints of all services, if one does.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.sdk.endpoint_url()
    }

    /// What tells who calls.
    pub fn identify(&self) -> Arc<dyn Identify> {
        Arc::new(Sts::new(&self.sdk))
    }

    /// The services, in the order of [`Section::ALL`].
    pub fn sources(&self) -> Vec<Source> {
        vec![
            Source::pushing(Section::Streams, Kinesis::new(&self.sdk)),
            Source::tailing(Section::Tables, DynamoDbStreams::new(&self.sdk)),
            Source::editing(Section::Features, FeatureStore::new(&self.sdk)),
            Source::querying(Section::Predictions, MachineLearning::new(&self.sdk)),
        ]
    }
}

/// Credentials are left out.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("profile", &self.profile)
            .field("region", &self.region())
            .field("endpoint_url", &self.endpoint_url())
            .finish_non_exhaustive()
    }
}

/// The behaviour of the SDK, fixed so that an update of it changes nothing unseen.
pub(super) fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

fn check_endpoint(url: &str) -> Result<(), SessionError> {
    let parsed = url.parse::<::http::Uri>().ok();
    let sound = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if sound {
        return Ok(());
    }
    Err(SessionError::InvalidEndpoint(sanitize::line(url).into_owned()))
}

/// What the default chain asks, in its order, but without the credentials of the environment: who names a profile on the
/// command line wants that one, as with the AWS CLI.
fn profile_credentials(name: &str, client: &SharedHttpClient, region: Region) -> SharedCredentialsProvider {
    let config = provider_config(client).with_region(Some(region));
    let profile = ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(name);
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&config);
    let container = EcsCredentialsProvider::builder().configure(&config);
    let instance = ImdsCredentialsProvider::builder().configure(&config);
    SharedCredentialsProvider::new(
        CredentialsProviderChain::first_try(format!("profile {name}"), profile.build())
            .or_else("WebIdentityToken", web_identity.build())
            .or_else("EcsContainer", container.build())
            .or_else("Ec2InstanceMetadata", instance.build()),
    )
}

fn provider_config(client: &SharedHttpClient) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_behavior_version(Some(behavior()))
        .with_http_client(client.clone())
        .with_sleep_impl(TokioSleep::new())
}

/// The region of the environment, of the profile, or of the EC2 instance, in this order.
async fn find_region(
    options: &Options,
    profiles: &ProfileSet,
    client: &SharedHttpClient,
) -> Result<Region, SessionError> {
    if let Some(region) = EnvironmentVariableRegionProvider::new().region().await {
        return Ok(region);
    }
    let mut of_profile = ProfileFileRegionProvider::builder().configure(&provider_config(client));
    if let Some(name) = &options.profile {
        of_profile = of_profile.profile_name(name);
    }
    if let Some(region) = of_profile.build().region().await {
        return Ok(region);
    }
    let metadata = aws_config::imds::Client::builder()
        .configure(&provider_config(client))
        .max_attempts(1)
        .build();
    let of_instance = ImdsRegionProvider::builder()
        .configure(&provider_config(client))
        .imds_client(metadata)
        .build();
    let answer = tokio::time::timeout(METADATA_TIMEOUT, of_instance.region()).await;
    answer.ok().flatten().ok_or_else(|| {
        let of = profile::in_use(profiles).map(|name| format!(" for profile {}", sanitize::line(&name)));
        SessionError::NoRegion(of.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url_with_a_host() {
        assert_eq!(check_endpoint("http://127.0.0.1:4566"), Ok(()));
        assert_eq!(check_endpoint("https://[::1]:8443/path"), Ok(()));
        for wrong in ["127.0.0.1:4566", "localhost", "ftp://host", "http://", ""] {
            assert!(check_endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_demo_needs_nothing_of_the_environment() {
        let session = Session::demo("http://127.0.0.1:1");
        assert_eq!(session.region(), "us-east-1");
        assert_eq!(session.profile(), Some("shop-demo"));
        assert_eq!(session.account(), Some("111122223333"));
        assert_eq!(session.endpoint_url(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn there_is_one_source_a_section_in_order() {
        let sources = Session::demo("http://127.0.0.1:1").sources();
        assert!(sources.iter().map(|source| source.section).eq(Section::ALL));
        assert!(
            sources
                .iter()
                .map(|source| source.tail.is_some())
                .eq([true, true, false, false])
        );
        assert!(
            sources
                .iter()
                .map(|source| source.edit.is_some())
                .eq([false, false, true, false])
        );
    }

    #[test]
    fn a_missing_region_is_told_in_one_line() {
        assert_eq!(
            SessionError::NoRegion(" for profile prod".to_owned()).to_string(),
            "no region is set for profile prod; use --region, AWS_REGION or `region` in the profile"
        );
    }
}
