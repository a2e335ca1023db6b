//! What the environment, the profiles and the command line decide.
//!
//! A process cannot change its own environment safely, so each test runs once more in a process of its own.

use std::path::Path;
use std::process::Command;

use kinescope::source::{ErrorKind, Options, Session, SessionError, SourceError};

const CONFIG: &str = "
[profile endpoints]
region = eu-central-1
services = mine
endpoint_url = http://127.0.0.1:1
[services mine]
kinesis =
  endpoint_url = http://127.0.0.1:2
sagemaker =
  endpoint_url = http://127.0.0.1:3
";

/// Set in the process in which a test finds the environment that it asked for.
const ALONE: &str = "KINESCOPE_TEST_ALONE";

/// Runs the test of that name again, in a process with no environment but this and with [`CONFIG`] at home; there, its story.
fn alone(name: &str, environment: &[(&str, &str)], story: impl Future<Output = ()>) {
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.unwrap().block_on(story);
    }
    let home = tempfile::tempdir().unwrap();
    write_config(home.path());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("sources::environment::{name}")])
        .env_clear()
        .env(ALONE, "1")
        .env("HOME", home.path())
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn write_config(home: &Path) {
    std::fs::create_dir(home.join(".aws")).unwrap();
    std::fs::write(home.join(".aws/config"), CONFIG).unwrap();
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];

async fn open(profile: Option<&str>, region: Option<&str>) -> Result<Session, SessionError> {
    let options = Options {
        profile: profile.map(str::to_owned),
        region: region.map(str::to_owned),
        ..Options::default()
    };
    Session::open(options).await
}

/// The error of each section's list call.
async fn errors(session: &Session) -> Vec<SourceError> {
    let mut errors = Vec::new();
    for source in session.sources() {
        errors.push(source.catalog.list(None).await.unwrap_err());
    }
    errors
}

/// The port that each section asked, from the word of the refused connections.
async fn asked(session: &Session) -> Vec<String> {
    let ports = errors(session).await.into_iter().map(|error| {
        let refused = error.message.strip_prefix("connection refused by 127.0.0.1:");
        refused.map_or_else(|| error.to_string(), str::to_owned)
    });
    ports.collect()
}

#[test]
fn each_service_may_have_an_endpoint_in_the_environment() {
    let endpoints = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "http://127.0.0.1:2"),
        ("AWS_ENDPOINT_URL_SAGEMAKER", "http://127.0.0.1:3"),
        ("AWS_ENDPOINT_URL_MACHINE_LEARNING", "http://127.0.0.1:4"),
    ];
    alone(
        "each_service_may_have_an_endpoint_in_the_environment",
        &[&KEYS[..], &endpoints].concat(),
        async {
            let session = open(None, None).await.unwrap();
            assert_eq!(asked(&session).await, ["1", "2", "3", "4"]);
        },
    );
}

#[test]
fn each_service_may_have_an_endpoint_in_the_profile() {
    alone(
        "each_service_may_have_an_endpoint_in_the_profile",
        &[&KEYS[..], &[("AWS_PROFILE", "endpoints")]].concat(),
        async {
            let session = open(None, None).await.unwrap();
            assert_eq!(
                (session.profile(), session.settings(), session.region()),
                (None, Some("endpoints"), "eu-central-1"),
                "the keys ask"
            );
            assert_eq!(asked(&session).await, ["2", "1", "3", "1"]);
            let own = |service, port: u8| (service, format!("http://127.0.0.1:{port}"));
            assert_eq!(session.endpoints(), [own("kinesis", 2), own("sagemaker", 3)]);
        },
    );
}

#[test]
fn a_profile_on_the_command_line_goes_before_credentials_in_the_environment() {
    alone(
        "a_profile_on_the_command_line_goes_before_credentials_in_the_environment",
        &KEYS,
        async {
            let session = open(Some("endpoints"), None).await.unwrap();
            for error in errors(&session).await {
                assert_eq!(error.kind, ErrorKind::Credentials, "{error}");
                assert!(error.message.contains("profile endpoints"), "{error}");
            }
        },
    );
}

#[test]
fn missing_credentials_are_told_by_the_first_call() {
    alone("missing_credentials_are_told_by_the_first_call", &[], async {
        let session = open(None, Some("us-east-1")).await.unwrap();
        for error in errors(&session).await {
            assert_eq!(error.kind, ErrorKind::Credentials, "{error}");
            assert!(error.message.contains("Environment, Profile"), "{error}");
        }
    });
}

#[test]
fn a_region_is_asked_for_before_any_call() {
    alone("a_region_is_asked_for_before_any_call", &KEYS, async {
        let error = open(None, None).await.unwrap_err();
        assert_eq!(error, SessionError::NoRegion(String::new()));
    });
}
