//! The account of the environment: profile, region, credentials, endpoint, and from them one configuration for all
//! services.
//!
//! Opening a session reads files and the environment. It asks the network only for the region of an EC2 instance, and only
//! where nobody named a region.

mod checks;
pub(super) mod profile;
mod regions;

pub use checks::check_region;
pub use profile::{ProfileSummary, list as list_profiles};
pub use regions::REGIONS;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::profile::ProfileSet;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use thiserror::Error;

use self::checks::{check_configured_endpoints, check_endpoint, trusted};
use super::caller::Sts;
use super::credentials::{Keyring, Refusals};
use super::dynamodb_streams::DynamoDbStreams;
use super::feature_store::FeatureStore;
use super::kinesis::Kinesis;
use super::machine_learning::MachineLearning;
use super::{Identify, Services, Source, endpoint, http};
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

/// Where the person sits whom advice is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seat {
    /// At a shell: whatever is tried again is called again.
    #[default]
    Shell,
    /// At the screen, whose keys try again.
    Screen,
}

/// What the command line says about the account; the environment and the profiles say the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--profile`: goes before `AWS_PROFILE`, and before credentials in the environment.
    pub profile: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--endpoint-url`: replaces the endpoints of all services.
    pub endpoint_url: Option<String>,
    /// Where advice is followed.
    pub seat: Seat,
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
    /// The region can be none.
    #[error("{0} is the name of no region; use one such as eu-west-1")]
    InvalidRegion(String),
    /// The certificates to trust cannot be had.
    #[error("the certificates of AWS_CA_BUNDLE cannot be used: {file}: {why}; correct it or take it out")]
    UnusableCertificates {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// The endpoint's URL is none.
    #[error("{of}: {url} is not the URL of an endpoint; use one such as http://127.0.0.1:4566")]
    InvalidEndpoint {
        /// Where it is set.
        of: String,
        /// The URL.
        url: String,
    },
}

impl SessionError {
    /// Whether it is a matter of what was asked for.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::InvalidEndpoint { .. } | Self::InvalidRegion(_))
    }
}

fn choose_profile(known: &[String]) -> String {
    match known {
        [] => "the files have no profiles: run `aws configure`".to_owned(),
        names => format!("use one of: {}", names.join(", ")),
    }
}

/// A session of which only the region may not be known yet.
pub struct Prepared {
    options: Options,
    profile: Option<String>,
    settings: Option<String>,
    region: Option<String>,
    client: SharedHttpClient,
    refusals: Arc<Refusals>,
}

impl Prepared {
    /// The profile that asks, if one does.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The profile whose settings hold, if a file has it: also where keys of the environment ask.
    pub fn settings(&self) -> Option<&str> {
        self.settings.as_deref()
    }

    /// The region, where a file or the environment names one.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Whether an EC2 instance may be asked where it runs.
    pub fn may_ask_instance() -> bool {
        let disabled = Env::real().get("AWS_EC2_METADATA_DISABLED");
        !disabled.is_ok_and(|it| it.eq_ignore_ascii_case("true"))
    }

    /// The session in the region that is named, or else in the one of the EC2 instance.
    pub async fn open(self) -> Result<Session, SessionError> {
        match self.region {
            Some(_) => Ok(self.open_in_region().await),
            None => self.open_where_it_runs().await,
        }
    }

    async fn open_where_it_runs(mut self) -> Result<Session, SessionError> {
        let metadata = aws_config::imds::Client::builder()
            .configure(&provider_config(&self.client))
            .max_attempts(1)
            .build();
        let of_instance = ImdsRegionProvider::builder()
            .configure(&provider_config(&self.client))
            .imds_client(metadata)
            .build();
        let answer = tokio::time::timeout(METADATA_TIMEOUT, of_instance.region()).await;
        let Some(region) = answer.ok().flatten() else {
            let of = self
                .settings()
                .map(|name| format!(" for profile {}", sanitize::line(name)));
            return Err(SessionError::NoRegion(of.unwrap_or_default()));
        };
        self.region = Some(region.to_string());
        Ok(self.open_in_region().await)
    }

    async fn open_in_region(self) -> Session {
        let region = Region::new(self.region.unwrap_or_default());
        let loader = aws_config::defaults(behavior())
            .http_client(self.client.clone())
            .timeout_config(timeouts())
            .region(region.clone())
            // They are got by whoever asks first.
            .no_credentials();
        let loader = match &self.options.profile {
            Some(name) => loader.profile_name(name),
            None => loader,
        };
        let loader = match self.options.endpoint_url {
            Some(url) => loader.endpoint_url(url),
            None => loader,
        };
        let sdk = loader.load().await;
        let config = provider_config(&self.client).with_region(Some(region));
        // Roles are assumed at the service's own endpoint unless there is one for just that service, as the SDK does it.
        let roles = sdk.to_builder();
        let mut roles = roles.identity_cache(IdentityCache::no_cache());
        roles.set_endpoint_url(None);
        let keyring = Keyring::new(
            self.options.profile,
            self.options.seat,
            config,
            roles.build(),
            self.refusals,
        );
        let sdk = sdk
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::new(keyring.clone()))
            .identity_cache(IdentityCache::no_cache())
            .build();
        Session {
            sdk,
            keyring: Some(keyring),
            profile: self.profile,
            settings: self.settings,
            account: None,
        }
    }
}

/// An account and a region, ready to make calls.
#[derive(Clone)]
pub struct Session {
    sdk: SdkConfig,
    keyring: Option<Keyring>,
    profile: Option<String>,
    settings: Option<String>,
    account: Option<String>,
}

impl Session {
    /// The session that the command line, the environment and the profiles describe. Where none of these names a region, the
    /// EC2 instance is asked for its own.
    pub async fn open(options: Options) -> Result<Self, SessionError> {
        Self::prepare(options).await?.open().await
    }

    /// All of it that needs files and the environment only.
    pub async fn prepare(options: Options) -> Result<Prepared, SessionError> {
        let profiles = profile::load(&Fs::real(), &Env::real(), options.profile.as_deref()).await?;
        profile::mask_callers(&profiles);
        if let Some(url) = &options.endpoint_url {
            check_endpoint("--endpoint-url", url)?;
        }
        let env = Env::real();
        if options.endpoint_url.is_none() {
            check_configured_endpoints(&env, &profiles)?;
        }
        let refusals = Arc::<Refusals>::default();
        let client = http::client(Arc::clone(&refusals), trusted()?);
        let region = match &options.region {
            Some(region) => Some(region.clone()),
            None => named_region(&profiles),
        };
        if let Some(region) = &region {
            check_region(region)?;
        }
        Ok(Prepared {
            profile: profile::in_use(&profiles, &env, options.profile.is_some()),
            settings: profile::with_settings(&profiles),
            region,
            client,
            refusals,
            options,
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
            keyring: None,
            profile: Some(DEMO_PROFILE.to_owned()),
            settings: Some(DEMO_PROFILE.to_owned()),
            account: Some(ACCOUNT.to_owned()),
        }
    }

    /// The region.
    pub fn region(&self) -> &str {
        self.sdk.region().map_or("", AsRef::as_ref)
    }

    /// The profile that asks, if one does: where it was not named on the command line, keys of the environment go before it.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The profile whose settings hold, if a file has it: also where keys of the environment ask.
    pub fn settings(&self) -> Option<&str> {
        self.settings.as_deref()
    }

    /// The account, where it is known without asking.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The URL that replaces the endpoints of all services, if one does.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.sdk.endpoint_url()
    }

    /// The URLs that replace the endpoints of single services instead, by what `aws` calls these.
    pub fn endpoints(&self) -> Vec<(&'static str, String)> {
        endpoint::of_single_services(&self.sdk)
    }

    /// All that it can call.
    pub fn services(&self) -> Services {
        Services {
            sources: self.sources(),
            identify: self.identify(),
            keyring: self.keyring.clone(),
        }
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

fn provider_config(client: &SharedHttpClient) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_behavior_version(Some(behavior()))
        .with_http_client(client.clone())
        .with_sleep_impl(TokioSleep::new())
}

/// The region of the environment or of the profile, in this order.
fn named_region(profiles: &ProfileSet) -> Option<String> {
    let env = Env::real();
    let of_env = ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .iter()
        .find_map(|name| env.get(name).ok().filter(|region| !region.is_empty()));
    of_env.or_else(|| profile::region_of(profiles, profiles.selected_profile()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
