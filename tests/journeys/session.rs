//! Profiles, credentials and regions: switched, expired, missing, and had from an instance.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::SignedDuration;
use kinescope::demo::{Clock, Endpoint, Options};
use serde_json::json;
use tempfile::TempDir;

use super::start;
use crate::pty::{Launch, Program};
use crate::shell::{call, in_background};

/// The AWS files of a person.
struct Home {
    folder: TempDir,
}

impl Home {
    fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config"), config).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn launch(&self, args: &[&str]) -> Launch {
        let file = |name: &str| self.path(name).display().to_string();
        Launch::new(args)
            .size(150, 30)
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_CONFIG_FILE", &file("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", &file("credentials"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }
}

/// Services in which there is one stream, of which the creation is over.
fn endpoint_with(stream: &str) -> Endpoint {
    let behind = Arc::new(AtomicI64::new(60));
    let hand = Arc::clone(&behind);
    let clock =
        Clock::new(move || Clock::system().now() - SignedDuration::from_secs(hand.load(Ordering::Relaxed)));
    let endpoint = Endpoint::start(Options::empty(clock)).unwrap();
    let name = json!({ "StreamName": stream, "ShardCount": 1 });
    call(
        &endpoint.url(),
        "Kinesis_20131202.CreateStream",
        &name.to_string(),
    );
    behind.store(0, Ordering::Relaxed);
    endpoint
}

/// Puts records with these numbers in them.
fn put(endpoint: &Endpoint, stream: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD.encode(format!("record-{number:03}"));
        let record = json!({ "StreamName": stream, "PartitionKey": "k", "Data": data });
        let answer = call(&endpoint.url(), "Kinesis_20131202.PutRecord", &record.to_string());
        assert!(answer.contains("SequenceNumber"), "{answer}");
    }
}

fn write_keys(file: &Path, key: &str, rest: &str) {
    let text = format!(r#"{{"Version":1,"AccessKeyId":"{key}","SecretAccessKey":"s3cret"{rest}}}"#);
    let fresh = file.with_extension("new");
    fs::write(&fresh, text).unwrap();
    fs::rename(fresh, file).unwrap();
}

/// How often each record is on the screen.
fn counts(program: &Program, numbers: std::ops::Range<u32>) -> Vec<usize> {
    let contents = program.screen().contents();
    numbers
        .map(|it| contents.matches(&format!("record-{it:03}")).count())
        .collect()
}

#[test]
fn a_profile_is_switched_while_a_tail_runs_and_nothing_of_the_old_one_stays() {
    let (one, other) = (endpoint_with("stream-of-one"), endpoint_with("stream-of-other"));
    let home = Home::with(&format!(
        "[profile one]\nregion = eu-west-1\nendpoint_url = {}\naws_access_key_id = A\naws_secret_access_key = s\n\
         [profile other]\nregion = us-west-2\nendpoint_url = {}\naws_access_key_id = B\naws_secret_access_key = s\n",
        one.url(),
        other.url()
    ));
    let mut program = start(home.launch(&["--profile", "one"]));
    program.wait_for("stream-of-one");
    program.wait_for("111122223333");
    program.keys("t");
    program.wait_for("following");
    put(&one, "stream-of-one", 0..3);
    program.wait_for("record-002");
    program.keys("p");
    program.wait_for("Profile and region");
    program.wait_for("● one");
    program.keys("other");
    program.wait_for("enter: other in us-west-2 · ends the tail of stream-of-one");
    program.keys("\r");
    program.wait_for("stream-of-other");
    program.wait_until("the other session", |screen| {
        let text = screen.contents();
        text.contains("other · us-west-2") && !text.contains("stream-of-one") && !text.contains("record-")
    });
    program.keys("t");
    program.wait_for("following");
    put(&one, "stream-of-one", 10..12);
    put(&other, "stream-of-other", 20..22);
    program.wait_for("record-021");
    assert_eq!(counts(&program, 10..12), [0, 0]);
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn a_session_that_cannot_be_opened_leaves_the_one_that_there_is() {
    let one = endpoint_with("stream-of-one");
    let home = Home::with(&format!(
        "[profile one]\nregion = eu-west-1\nendpoint_url = {}\naws_access_key_id = A\naws_secret_access_key = s\n\
         [profile wrong]\nregion = eu-west-1\nendpoint_url = nonsense\n",
        one.url()
    ));
    let mut program = start(home.launch(&["--profile", "one"]));
    program.wait_for("stream-of-one");
    program.keys("t");
    program.wait_for("following");
    program.keys("p");
    program.wait_for("● one");
    program.keys("wrong\r");
    program.wait_for("nonsense is not the URL of an endpoint");
    program.keys("\x1b");
    put(&one, "stream-of-one", 0..3);
    program.wait_for("record-002");
}

#[test]
fn a_tail_outlives_its_credentials_and_no_record_is_lost_or_doubled() {
    let endpoint = endpoint_with("stream-of-one");
    let home = Home::with("");
    let (keys, script) = (home.path("keys.json"), home.path("process"));
    fs::write(
        &script,
        format!(
            "cat {} 2>/dev/null || {{ echo the session has ended >&2; exit 3; }}\n",
            keys.display()
        ),
    )
    .unwrap();
    fs::write(
        home.path("config"),
        format!(
            "[profile one]\nregion = eu-west-1\nendpoint_url = {}\ncredential_process = sh {} --token s3cret\n",
            endpoint.url(),
            script.display()
        ),
    )
    .unwrap();
    // They are got anew ten seconds before they end.
    let soon = jiff::Timestamp::from_second(now_seconds() + 13).unwrap();
    write_keys(&keys, "AKIDSHORT", &format!(r#","Expiration":"{soon}""#));
    let mut program = start(home.launch(&["--profile", "one"]));
    program.wait_for("stream-of-one");
    program.keys("t");
    program.wait_for("following");
    put(&endpoint, "stream-of-one", 0..4);
    program.wait_for("record-003");
    fs::remove_file(&keys).unwrap();
    program.wait_for("check credential_process of profile one; r asks again");
    program.wait_for(
        "paused: the credential process of profile one failed: exit status: 3: the session has ended",
    );
    put(&endpoint, "stream-of-one", 4..8);
    write_keys(&keys, "AKIDLONG", "");
    program.keys("r");
    program.wait_for("record-007");
    put(&endpoint, "stream-of-one", 8..10);
    program.wait_for("record-009");
    assert_eq!(counts(&program, 0..10), [1; 10]);
    assert!(!program.screen().contents().contains("s3cret"));
}

#[expect(
    clippy::disallowed_methods,
    reason = "credentials end at a time of the clock on the wall"
)]
fn now_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[test]
fn credentials_that_a_service_refuses_are_got_anew_on_r() {
    let endpoint = endpoint_with("stream-of-one");
    let home = Home::with("");
    let credentials = |key: &str| {
        let text = format!("[one]\naws_access_key_id = {key}\naws_secret_access_key = s3cret\n");
        fs::write(home.path("credentials"), text).unwrap();
    };
    let config = format!(
        "[profile one]\nregion = eu-west-1\nendpoint_url = {}\n",
        endpoint.url()
    );
    fs::write(home.path("config"), config).unwrap();
    credentials("AKIDEXPIRED");
    let mut program = start(home.launch(&["--profile", "one"]));
    program.wait_for("ExpiredTokenException");
    program.wait_for("the keys of profile one");
    program.wait_for("put new keys into the");
    credentials("AKIDFRESH");
    program.keys("r");
    program.wait_for("stream-of-one");
    program.wait_for("111122223333");
}

#[test]
fn a_role_is_assumed_from_a_source_profile_and_from_a_credential_process() {
    let endpoint = endpoint_with("stream-of-one");
    let url = endpoint.url();
    let home = Home::with("");
    let keys = home.path("keys.json");
    // The role's credentials are the only ones that are not expired.
    write_keys(&keys, "AKIDTOOL", "");
    let role = "role_arn = arn:aws:iam::111122223333:role/Reader";
    let config = format!(
        "[profile base]\naws_access_key_id = A\naws_secret_access_key = s\n\
         [profile chained]\nregion = eu-west-1\nendpoint_url = {url}\n{role}\nsource_profile = base\n\
         [profile tool]\ncredential_process = cat {}\n\
         [profile by-tool]\nregion = eu-west-1\nendpoint_url = {url}\n{role}\nsource_profile = tool\n\
         [profile refused]\nregion = eu-west-1\nendpoint_url = {url}\nrole_arn = arn:aws:iam::999999999999:role/Admin\n\
         source_profile = tool\nmfa_serial = arn:aws:iam::999999999999:mfa/me\n",
        keys.display()
    );
    fs::write(home.path("config"), config).unwrap();
    let start_as = |profile: &str| {
        let launch = home
            .launch(&["--profile", profile])
            .env("AWS_ENDPOINT_URL_STS", &url);
        start(launch)
    };
    start_as("chained").wait_for("stream-of-one");
    start_as("by-tool").wait_for("stream-of-one");
    let program = start_as("refused");
    program.wait_for("AccessDenied");
    program.wait_for("the role Admin of profile refused");
    program.wait_for("mfa_serial");
    program.wait_for("--serial-number arn:aws:iam::999999999999:mfa/me");
}

#[test]
fn a_credential_process_cannot_ask_on_the_terminal_and_its_waiting_is_shown() {
    let endpoint = endpoint_with("stream-of-one");
    let home = Home::with("");
    let go = home.path("go");
    let script = format!(
        "if read line; then echo it was given $line >&2; exit 7; fi; (echo prompt > /dev/tty) 2>/dev/null && exit 8; \
         while ! test -e {}; do sleep 0.1; done; echo no code >&2; exit 9",
        go.display()
    );
    fs::write(home.path("process"), script).unwrap();
    let config = format!(
        "[profile one]\nregion = eu-west-1\nendpoint_url = {}\ncredential_process = sh {}\n",
        endpoint.url(),
        home.path("process").display()
    );
    fs::write(home.path("config"), config).unwrap();
    let mut program = start(home.launch(&["--profile", "one"]));
    program.wait_for("waiting for the credential process of profile one");
    program.wait_for("waiting for the credential process of profile one for 1 s");
    program.keys("?");
    program.wait_for("tail the stream live, from now on");
    program.keys("\x1b");
    fs::write(&go, "").unwrap();
    program.wait_for("exit status: 9: no code");
}

#[test]
fn an_instance_that_does_not_answer_does_not_delay_the_first_frame() {
    let hung = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", hung.local_addr().unwrap());
    let home = Home::with("");
    let launch = home
        .launch(&[])
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url);
    let mut program = start(launch);
    program.wait_for("asking for the region of this EC2 instance (IMDS)");
    program.wait_for("no region is set");
    program.wait_for("p chooses a profile and a region");
    program.keys("p");
    program.wait_for("stay");
    program.keys("\teu-north\r");
    program.wait_for("asking for the list of streams");
    program.wait_for("waiting for the EC2 instance metadata (IMDS)");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

/// An instance that tells its region and gives credentials ("Use IMDS", EC2 user guide).
fn instance() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    in_background(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            in_background(move || tell_of_instance(connection));
        }
    });
    url
}

fn tell_of_instance(mut connection: TcpStream) {
    let mut request = String::new();
    let mut buffer = [0; 2048];
    while let Ok(read @ 1..) = connection.read(&mut buffer) {
        request += &String::from_utf8_lossy(&buffer[..read]);
        if !request.contains("\r\n\r\n") {
            continue;
        }
        let path = request
            .split(' ')
            .nth(1)
            .unwrap()
            .trim_end_matches('/')
            .to_owned();
        let has_token = request.to_lowercase().contains("x-aws-ec2-metadata-token: token");
        let body = match path.as_str() {
            "/latest/api/token" => "token".to_owned(),
            _ if !has_token => String::new(),
            "/latest/meta-data/placement/region" => "eu-south-2".to_owned(),
            path if path.ends_with("security-credentials") || path.ends_with("security-credentials-extended") => {
                "bastion".to_owned()
            }
            path if path.contains("security-credentials") => json!({
                "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAINSTANCE", "SecretAccessKey": "s3cret",
                "Token": "t", "Expiration": "2199-01-01T00:00:00Z", "LastUpdated": "2026-01-01T00:00:00Z",
                "AccountId": "111122223333",
            })
            .to_string(),
            _ => String::new(),
        };
        let status = if body.is_empty() {
            "404 Not Found"
        } else {
            "200 OK"
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if connection.write_all(answer.as_bytes()).is_err() {
            return;
        }
        request.clear();
    }
}

#[test]
fn on_a_bastion_region_and_credentials_come_from_the_instance() {
    let endpoint = endpoint_with("stream-of-one");
    let home = Home::with("");
    let launch = home
        .launch(&[])
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance())
        .env("AWS_ENDPOINT_URL", &endpoint.url());
    let program = start(launch);
    program.wait_for("eu-south-2");
    program.wait_for("111122223333");
    program.wait_for("stream-of-one");
}

#[test]
fn the_demo_cannot_be_left_for_an_account() {
    let mut program = super::demo();
    program.keys("p");
    program.wait_for("the embedded services have one session");
    program.keys("\r");
    program.wait_until("no menu", |screen| {
        !screen.contents().contains("Profile and region")
    });
}
