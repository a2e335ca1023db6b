//! The credentials of a session: got when they are first needed, kept while they are good, and got anew when they are not.
//!
//! The SDK's own cache keeps credentials until the time that they name, whatever the services say of them, and its profile
//! provider reads the files once. Here a service that refuses credentials makes them be got anew, the files are read each
//! time, and a person can ask for it. Who fails is named, with what to do about it.
//!
//! Must not: print or log a secret, nor have anything ask on the terminal.

mod failure;
mod process;
mod refusal;
mod route;
mod secrets;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_async::time::{SystemTimeSource, TimeSource as _};
use aws_types::os_shim_internal::{Env, Fs};
use tokio::sync::{Mutex, watch};

pub(super) use failure::Failure;
pub use process::{WORD, run_processes_apart, serve};
pub(super) use refusal::{Refusals, Remedy};
pub(super) use route::Route;

use super::Seat;
use super::session::profile;

/// How long before their end credentials are not used any more, as in the SDK's own cache.
const BUFFER: Duration = Duration::from_secs(10);
/// How long credentials without an end are used before they are read again, as in the SDK's own cache.
const LIFE: Duration = Duration::from_mins(15);
/// How long after a failure, or after a refusal by a service, the providers are left alone unless a person asks. A tail of many
/// shards must not start a process for each of them.
const PAUSE: Duration = Duration::from_secs(10);
/// How long all providers may take together. Each has a bound of its own.
const PATIENCE: Duration = Duration::from_mins(3);

/// The credentials of a session.
#[derive(Clone, Debug)]
pub struct Keyring(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The profile that was named on the command line or chosen on the screen: it goes before credentials in the environment.
    named: Option<String>,
    seat: Seat,
    config: ProviderConfig,
    /// For roles that are assumed here.
    sdk: SdkConfig,
    /// It remembers the last ones that it was given, for when the instance does not answer.
    instance: ImdsCredentialsProvider,
    refusals: Arc<Refusals>,
    /// How often a person has asked for new ones.
    renewals: AtomicU64,
    /// How often the providers were asked.
    rounds: AtomicU64,
    /// Which provider is asked now.
    asking: watch::Sender<Option<String>>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    outcome: Option<Result<Credentials, Failure>>,
    at: Option<SystemTime>,
    /// The round that it is from, and what a person had asked for by then.
    round: u64,
    renewals: u64,
}

impl Keyring {
    pub(super) fn new(
        named: Option<String>,
        seat: Seat,
        config: ProviderConfig,
        sdk: SdkConfig,
        refusals: Arc<Refusals>,
    ) -> Self {
        let instance = ImdsCredentialsProvider::builder().configure(&config).build();
        Self(Arc::new(Inner {
            named,
            seat,
            config,
            sdk,
            instance,
            refusals,
            renewals: AtomicU64::new(0),
            rounds: AtomicU64::new(0),
            asking: watch::channel(None).0,
            held: Mutex::default(),
        }))
    }

    /// Has the providers asked anew when credentials are needed next.
    pub fn renew(&self) {
        self.0.renewals.fetch_add(1, Ordering::Relaxed);
    }

    /// Which provider is being waited for, as it goes.
    pub fn asking(&self) -> watch::Receiver<Option<String>> {
        self.0.asking.subscribe()
    }
}

impl ProvideCredentials for Keyring {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let got = Arc::clone(&self.0).shared().await;
            got.map_err(CredentialsError::provider_error)
        })
    }
}

impl Inner {
    /// The providers are asked in a task of its own: who does not wait any longer takes nothing from the others who do.
    async fn shared(self: Arc<Self>) -> Result<Credentials, Failure> {
        #[expect(clippy::disallowed_methods, reason = "it must outlive the call that began it")]
        let asking = tokio::spawn(async move { self.credentials().await });
        asking.await.unwrap_or_else(|_| Err(Failure::broken_off()))
    }

    /// Many may ask at once: one asks the providers for all who wait.
    async fn credentials(&self) -> Result<Credentials, Failure> {
        let came_at = self.rounds.load(Ordering::Relaxed);
        let mut held = self.held.lock().await;
        let renewals = self.renewals.load(Ordering::Relaxed);
        let now = SystemTimeSource::new().now();
        if let Some(outcome) = held.good(now, came_at, renewals, &self.refusals) {
            return outcome;
        }
        let outcome = tokio::time::timeout(PATIENCE, self.ask()).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::late(PATIENCE)));
        if let Err(failure) = &outcome {
            tracing::info!(%failure, "no credentials");
        }
        *held = Held {
            outcome: Some(outcome.clone()),
            at: Some(SystemTimeSource::new().now()),
            round: self.rounds.fetch_add(1, Ordering::Relaxed) + 1,
            renewals,
        };
        outcome
    }

    /// Asks one provider after the other, in the order of the SDK. Who has none lets the next one try; who should have and fails
    /// ends it.
    async fn ask(&self) -> Result<Credentials, Failure> {
        let profiles = profile::load(&Fs::real(), &Env::real(), self.named.as_deref()).await;
        let profiles = profiles.map_err(|error| Failure::of_files(&error, self.seat))?;
        let route = Route::of(&profiles);
        let _quiet = Quiet(&self.asking);
        let mut tried = Vec::new();
        for source in Source::ALL {
            if source == Source::Environment && self.named.is_some() {
                continue;
            }
            let words = source.words(&route);
            self.asking.send_replace(Some(words.clone()));
            match self.ask_one(source, &route).await {
                Ok(credentials) => {
                    let remedy = source.remedy(&route, self.seat);
                    self.refusals.known(
                        credentials.access_key_id(),
                        Remedy {
                            of: words,
                            advice: remedy,
                        },
                    );
                    return Ok(credentials);
                }
                Err(CredentialsError::CredentialsNotLoaded(_)) => tried.push(source.name(&route)),
                Err(error) => {
                    return Err(Failure::of_provider(
                        &words,
                        source.remedy(&route, self.seat),
                        &route,
                        self.seat,
                        &error,
                    ));
                }
            }
        }
        Err(Failure::none(&tried, &route, self.seat))
    }

    async fn ask_one(&self, source: Source, route: &Route) -> Result<Credentials, CredentialsError> {
        let config = &self.config;
        match source {
            Source::Environment => {
                EnvironmentVariableCredentialsProvider::new()
                    .provide_credentials()
                    .await
            }
            Source::Profile => route.credentials(config, &self.sdk).await,
            Source::WebIdentity => {
                let provider = WebIdentityTokenCredentialsProvider::builder().configure(config);
                provider.build().provide_credentials().await
            }
            Source::Container => {
                let provider = EcsCredentialsProvider::builder().configure(config);
                provider.build().provide_credentials().await
            }
            Source::Instance => self.instance.provide_credentials().await,
        }
    }
}

impl Held {
    /// What is held, unless the providers are to be asked.
    fn good(
        &self,
        now: SystemTime,
        came_at: u64,
        renewals: u64,
        refusals: &Refusals,
    ) -> Option<Result<Credentials, Failure>> {
        if renewals != self.renewals {
            return None;
        }
        let age = self.at.and_then(|at| now.duration_since(at).ok());
        let is_fresh = age.is_some_and(|age| age < PAUSE) || self.round > came_at;
        let good = match self.outcome.as_ref()? {
            Err(_) => is_fresh,
            Ok(held) if refusals.refused(held.access_key_id()) => is_fresh,
            Ok(held) => match held.expiry() {
                Some(end) => now + BUFFER < end,
                None => age.is_some_and(|age| age < LIFE),
            },
        };
        self.outcome.clone().filter(|_| good)
    }
}

/// Nobody is asked any more, also where the asking was broken off.
struct Quiet<'a>(&'a watch::Sender<Option<String>>);

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        self.0.send_replace(None);
    }
}

/// Where credentials come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Environment,
    Profile,
    WebIdentity,
    Container,
    Instance,
}

impl Source {
    /// In the order of the SDK ("Default credentials provider chain", AWS SDK for Rust developer guide).
    const ALL: [Self; 5] = [
        Self::Environment,
        Self::Profile,
        Self::WebIdentity,
        Self::Container,
        Self::Instance,
    ];

    /// The short name.
    fn name(self, route: &Route) -> String {
        match self {
            Self::Environment => "Environment".to_owned(),
            Self::Profile if route.is_named() => format!("profile {}", route.profile),
            Self::Profile => "Profile".to_owned(),
            Self::WebIdentity => "WebIdentityToken".to_owned(),
            Self::Container => "EcsContainer".to_owned(),
            Self::Instance => "Ec2InstanceMetadata".to_owned(),
        }
    }

    /// Who it is, for a person who waits.
    fn words(self, route: &Route) -> String {
        match self {
            Self::Environment => "the environment".to_owned(),
            Self::Profile => route.words(),
            Self::WebIdentity => "the web identity token of the environment".to_owned(),
            Self::Container => "the container's credentials endpoint".to_owned(),
            Self::Instance => "the EC2 instance metadata (IMDS)".to_owned(),
        }
    }

    /// What to do where it has failed, or its credentials are not accepted.
    fn remedy(self, route: &Route, seat: Seat) -> String {
        let again = seat.again();
        match self {
            Self::Environment => {
                let choose = match seat {
                    Seat::Screen => "choose a profile with p",
                    Seat::Shell => "name a profile with --profile",
                };
                format!(
                    "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew and start again, or {choose}"
                )
            }
            Self::Profile => route.remedy(seat),
            Self::WebIdentity => format!("check AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; {again}"),
            Self::Container => format!("check the task's or pod's role; {again}"),
            Self::Instance => format!("check the instance's profile and role; {again}"),
        }
    }
}

impl Seat {
    /// How it is tried once more.
    fn again(self) -> &'static str {
        match self {
            Self::Screen => "r asks again",
            Self::Shell => "call it again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(id: &str, ends_in: Option<u64>) -> Credentials {
        let end = ends_in.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + seconds));
        Credentials::new(id, "secret", None, end, "test")
    }

    fn held(outcome: Result<Credentials, Failure>) -> Held {
        Held {
            outcome: Some(outcome),
            at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1000)),
            round: 1,
            renewals: 0,
        }
    }

    /// Whether it is used `after` so many seconds by somebody who came when one round was over.
    fn is_used(held: &Held, after: u64, renewals: u64, refusals: &Refusals) -> bool {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + after);
        held.good(now, 1, renewals, refusals).is_some()
    }

    #[test]
    fn credentials_are_used_until_shortly_before_their_end() {
        let (refusals, held) = (Refusals::default(), held(Ok(keys("A", Some(60)))));
        assert!(is_used(&held, 49, 0, &refusals));
        assert!(!is_used(&held, 50, 0, &refusals));
    }

    #[test]
    fn credentials_without_an_end_are_read_again_after_a_while() {
        let (refusals, held) = (Refusals::default(), held(Ok(keys("A", None))));
        assert!(is_used(&held, 899, 0, &refusals));
        assert!(!is_used(&held, 900, 0, &refusals));
    }

    #[test]
    fn credentials_that_a_service_refused_are_got_anew_though_they_have_not_ended() {
        let (refusals, held) = (Refusals::default(), held(Ok(keys("A", Some(3600)))));
        refusals.refuse("B");
        assert!(
            is_used(&held, 60, 0, &refusals),
            "another's refusal means nothing"
        );
        refusals.refuse("A");
        assert!(is_used(&held, 9, 0, &refusals), "not at once again");
        assert!(!is_used(&held, 10, 0, &refusals));
    }

    #[test]
    fn a_failure_holds_for_a_moment_and_not_when_a_person_asks() {
        let (refusals, held) = (
            Refusals::default(),
            held(Err(Failure::none(&[], &Route::default(), Seat::Screen))),
        );
        assert!(is_used(&held, 9, 0, &refusals));
        assert!(!is_used(&held, 9, 1, &refusals));
        assert!(!is_used(&held, 10, 0, &refusals));
    }

    #[test]
    fn who_waited_while_the_providers_were_asked_takes_what_came_of_it() {
        let held = held(Err(Failure::none(&[], &Route::default(), Seat::Screen)));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(2000);
        assert!(held.good(now, 0, 0, &Refusals::default()).is_some());
        assert!(held.good(now, 1, 0, &Refusals::default()).is_none());
    }

    #[test]
    fn at_a_shell_no_key_of_the_screen_is_named() {
        let route = Route::default();
        for source in Source::ALL {
            let remedy = source.remedy(&route, Seat::Shell);
            assert!(
                !remedy.contains("r asks") && !remedy.contains("with p"),
                "{remedy}"
            );
        }
    }

    fn keyring() -> Keyring {
        let sdk = SdkConfig::builder().build();
        let config = ProviderConfig::without_region().with_http_client(crate::source::http::direct_client());
        Keyring::new(None, Seat::Screen, config, sdk, Arc::default())
    }

    #[tokio::test]
    async fn who_does_not_wait_any_longer_ends_nothing_for_the_others() {
        let keyring = keyring();
        // Somebody is being asked for all.
        let mut held = keyring.0.held.lock().await;
        let mut first = Box::pin(Arc::clone(&keyring.0).shared());
        assert!(futures::poll!(&mut first).is_pending());
        drop(first);
        assert_eq!(Arc::strong_count(&keyring.0), 2, "it is asked on");
        let failure = Failure::none(&[], &Route::default(), Seat::Screen);
        (held.outcome, held.round) = (Some(Err(failure)), 1);
        drop(held);
        while Arc::strong_count(&keyring.0) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
