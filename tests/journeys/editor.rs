//! A record is edited and put by a person at a terminal, and read back by somebody else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::SignedDuration;
use kinescope::demo::{Clock, Endpoint, Options};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{at, start};
use crate::pty::{Life, Program};
use crate::shell::{call, request};

const CTRL_S: &str = "\x13";
const UNCHANGED: &str = "Read again: unchanged";
const STORED: &str = "stored, and read back as written";
/// What nobody touches, and a terminal must not obey.
const NOTE: &str = "a\u{1b}[2J\"b\" ä\u{202e}\n";
const FIRST: &str = "2026-01-01T00:00:00Z";

/// A store with one record, which a program with a state directory of its own edits.
struct Shop {
    endpoint: Option<Endpoint>,
    url: String,
    folder: TempDir,
}

impl Shop {
    fn open() -> Self {
        let endpoint = endpoint("127.0.0.1:0");
        let shop = Self {
            url: endpoint.url(),
            endpoint: Some(endpoint),
            folder: tempfile::tempdir().unwrap(),
        };
        shop.put("7", None, FIRST);
        shop
    }

    /// The services are gone.
    fn close(&mut self) {
        self.endpoint.take().unwrap().shutdown();
    }

    /// They are back where they were, with the record as it was at first.
    fn reopen(&mut self) {
        self.endpoint = Some(endpoint(self.url.strip_prefix("http://").unwrap()));
        self.put("7", None, FIRST);
    }

    /// Somebody else puts the record.
    fn put(&self, visits: &str, tier: Option<&str>, time: &str) {
        let value = |name: &str, value: &str| json!({"FeatureName": name, "ValueAsString": value});
        let mut record = vec![
            value("note", NOTE),
            value("id", "c-1"),
            value("at", time),
            value("visits", visits),
        ];
        record.extend(tier.map(|tier| value("tier", tier)));
        let body = json!({ "Record": record }).to_string();
        let answer = request(&self.url, "PUT /FeatureGroup/shop", "", &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// The record as the store has it.
    fn record(&self) -> Vec<(String, String)> {
        let line = "GET /FeatureGroup/shop?RecordIdentifierValueAsString=c-1";
        let answer = request(&self.url, line, "", "");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let features = body["Record"].as_array().unwrap().iter();
        features
            .map(|it| (text(&it["FeatureName"]), text(&it["ValueAsString"])))
            .collect()
    }

    fn value(&self, feature: &str) -> Option<String> {
        let mut record = self.record().into_iter();
        record.find(|(name, _)| name == feature).map(|(_, value)| value)
    }

    /// The program before its first key.
    fn program(&self, env: &[(&str, &str)]) -> Program {
        let launch = at(&self.url).size(80, 24);
        let launch = launch.env("XDG_STATE_HOME", self.folder.path().to_str().unwrap());
        let launch = env
            .iter()
            .fold(launch, |launch, (name, value)| launch.env(name, value));
        start(launch)
    }

    /// The record in the editor.
    fn editor(&self, env: &[(&str, &str)]) -> Program {
        let mut program = self.program(env);
        open(&mut program);
        program
    }

    /// The files of drafts, without the locks.
    fn drafts(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.drafts_folder()).into_iter().flatten();
        let files = entries.map(|entry| entry.unwrap().path());
        files
            .filter(|file| file.extension().is_some_and(|it| it == "json"))
            .collect()
    }

    fn drafts_folder(&self) -> PathBuf {
        self.folder.path().join("kinescope/drafts")
    }

    /// An editor that is this shell script; its last argument is the file.
    fn script(&self, body: &str) -> String {
        let path = self.folder.path().join("editor.sh");
        let text = format!(
            "#!/bin/sh\nfor file; do :; done\ncd {}\n{body}\n",
            self.folder.path().display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        format!("{} --wait", path.display())
    }
}

/// An endpoint with a feature group that is ready.
fn endpoint(address: &str) -> Endpoint {
    let ahead = Arc::new(AtomicI64::new(0));
    let hand = Arc::clone(&ahead);
    let clock =
        Clock::new(move || Clock::system().now() + SignedDuration::from_secs(hand.load(Ordering::Relaxed)));
    let mut options = Options::empty(clock);
    options.address = Some(address.parse().unwrap());
    let endpoint = Endpoint::start(options).unwrap();
    let feature = |name: &str, kind: &str| json!({"FeatureName": name, "FeatureType": kind});
    let group = json!({
        "FeatureGroupName": "shop",
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [
            feature("id", "String"), feature("at", "String"), feature("visits", "Integral"),
            feature("tier", "String"), feature("note", "String"),
        ],
        "OnlineStoreConfig": {"EnableOnlineStore": true, "StorageType": "Standard_V2"},
    });
    let answer = call(
        &endpoint.url(),
        "SageMaker.CreateFeatureGroup",
        &group.to_string(),
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Creating takes a while, which passes now.
    ahead.store(60, Ordering::Relaxed);
    endpoint
}

/// Opens the record in the editor.
fn open(program: &mut Program) {
    program.wait_for("3 Features");
    program.keys("3");
    program.wait_for("shop");
    program.keys("i");
    program.wait_for("enter go");
    program.keys("c-1\r");
    program.wait_for("shop › records");
    program.keys("e");
    program.wait_for("› editing");
    program.wait_for("as stored");
}

/// Types another number of visits.
fn change(program: &mut Program, visits: &str) {
    program.keys(&format!("gjj\r\x15{visits}\r"));
    program.wait_for("1 unsaved");
}

fn review_and_put(program: &mut Program) {
    program.keys(CTRL_S);
    program.wait_for(UNCHANGED);
    program.keys(CTRL_S);
    program.wait_for(STORED);
}

fn quit(program: &mut Program) {
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_record_is_edited_put_and_read_back_by_somebody_else() {
    let shop = Shop::open();
    let mut program = shop.editor(&[]);
    change(&mut program, "8");
    program.keys("j\rgold\r");
    program.wait_for("2 unsaved");
    review_and_put(&mut program);
    let time = shop.value("at").unwrap();
    assert!(time.as_str() > FIRST, "{time}");
    let wanted = [
        ("note", NOTE),
        ("id", "c-1"),
        ("at", &time),
        ("visits", "8"),
        ("tier", "gold"),
    ];
    let mut wanted = wanted
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let mut seen = shop.record();
    wanted.sort();
    seen.sort();
    assert_eq!(seen, wanted);
    quit(&mut program);
    assert_eq!(shop.drafts(), [] as [PathBuf; 0]);
}

#[test]
fn what_somebody_else_puts_meanwhile_is_merged() {
    let shop = Shop::open();
    let mut program = shop.editor(&[]);
    change(&mut program, "8");
    shop.put("7", Some("gold"), "2026-01-02T00:00:00Z");
    program.keys(CTRL_S);
    program.wait_for("all decided");
    program.keys(CTRL_S);
    program.wait_for(UNCHANGED);
    // Again, after the review has looked.
    shop.put("9", Some("gold"), "2026-01-03T00:00:00Z");
    program.keys(CTRL_S);
    program.wait_for("1 to decide");
    assert_eq!(shop.value("visits").as_deref(), Some("9"), "nothing was written");
    program.keys("m");
    program.wait_for("all decided");
    review_and_put(&mut program);
    assert_eq!(shop.value("visits").as_deref(), Some("8"));
    assert_eq!(shop.value("tier").as_deref(), Some("gold"));
    quit(&mut program);
}

#[test]
fn a_draft_outlives_a_failed_put_and_the_program() {
    let mut shop = Shop::open();
    let mut program = shop.editor(&[]);
    change(&mut program, "8");
    program.keys(CTRL_S);
    program.wait_for(UNCHANGED);
    shop.close();
    program.keys(CTRL_S);
    program.wait_for("nothing was written, and the draft is kept");
    program.wait_for("1 unsaved");
    program.send(Signal::SIGKILL);
    drop(
        program
            .watch
            .wait("its end", |known| matches!(known.life, Life::Killed(_))),
    );
    let drafts = shop.drafts();
    assert_eq!(drafts.len(), 1);
    assert_eq!(mode(&drafts[0]), 0o600);
    assert_eq!(mode(&shop.drafts_folder()), 0o700);

    shop.reopen();
    let mut program = shop.program(&[]);
    program.wait_for("A record was changed and not stored.");
    program.wait_for("shop / c-1");
    program.keys("\r");
    program.wait_for("› editing");
    program.wait_for("1 unsaved");
    review_and_put(&mut program);
    assert_eq!(shop.value("visits").as_deref(), Some("8"));
    assert_eq!(shop.value("note").as_deref(), Some(NOTE));
    quit(&mut program);
    assert_eq!(shop.drafts(), [] as [PathBuf; 0]);
}

#[test]
fn quitting_with_changes_asks_and_what_is_kept_is_offered() {
    let shop = Shop::open();
    let mut program = shop.editor(&[]);
    change(&mut program, "8");
    program.keys("q");
    program.wait_for("are not stored");
    program.keys("k");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
    assert_eq!(shop.drafts().len(), 1);
    let mut program = shop.program(&[]);
    program.wait_for("A record was changed and not stored.");
    program.keys("d");
    program.wait_for("d again discards it");
    program.keys("d");
    program.wait_until("the drafts to go", |screen| {
        !screen.contents().contains("not stored")
    });
    quit(&mut program);
    assert_eq!(shop.drafts(), [] as [PathBuf; 0]);
    assert_eq!(shop.value("visits").as_deref(), Some("7"));
}

#[test]
fn where_only_reading_is_allowed_nothing_is_written() {
    let shop = Shop::open();
    let launch = crate::pty::Launch::new(&["--read-only", "--endpoint-url", &shop.url]).size(80, 24);
    let launch = crate::shell::ACCOUNT
        .iter()
        .fold(launch, |launch, (name, value)| launch.env(name, value));
    let mut program = start(launch);
    open(&mut program);
    program.wait_for("READ-ONLY");
    change(&mut program, "8");
    program.keys(CTRL_S);
    program.wait_for("PutRecord is refused: start without --read-only");
    program.keys("X");
    program.wait_for("DeleteRecord is refused: start without --read-only");
    program.keys("qd");
    assert_eq!(program.exit_code(), 0);
    assert_eq!(shop.value("visits").as_deref(), Some("7"));
}

#[test]
fn a_record_is_edited_in_an_editor_of_ones_own() {
    let shop = Shop::open();
    let editor = shop
        .script("stty -a > modes; cat \"$file\" > seen; sed -i 's/\"visits\": 7/\"visits\": 70/' \"$file\"");
    let mut program = shop.editor(&[("EDITOR", &editor)]);
    program.keys("E");
    program.wait_for("→ 70");
    let modes = fs::read_to_string(shop.folder.path().join("modes")).unwrap();
    assert!(modes.contains(" icanon") && modes.contains(" echo "), "{modes}");
    let seen = fs::read(shop.folder.path().join("seen")).unwrap();
    assert!(
        !seen.contains(&0x1b),
        "the text has nothing that acts on a terminal"
    );
    assert!(program.screen().alternate_screen());
    review_and_put(&mut program);
    assert_eq!(shop.value("visits").as_deref(), Some("70"));
    assert_eq!(shop.value("note").as_deref(), Some(NOTE));
    quit(&mut program);
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let shop = Shop::open();
    let editor = shop.script("echo x >> \"$file\"; exit 3");
    let mut program = shop.editor(&[("VISUAL", &editor), ("EDITOR", "nosuch")]);
    program.keys("E");
    program.wait_for("ended with 3");
    program.wait_for("as stored");
    quit(&mut program);
    let mut program = shop.editor(&[("EDITOR", "/nonexistent/editor")]);
    program.keys("E");
    program.wait_for("there is no editor");
    program.wait_for("as stored");
    quit(&mut program);
}

#[test]
fn an_outside_text_that_is_wrong_comes_back_with_the_reason() {
    let shop = Shop::open();
    // Wrong the first time; the second time it is told why, and corrects it.
    let editor = shop.script(
        "if [ -e again ]; then cp \"$file\" told; sed -i 's/seven/77/' \"$file\"; \
         else touch again; sed -i 's/\"visits\": 7/\"visits\": seven/' \"$file\"; fi",
    );
    let mut program = shop.editor(&[("EDITOR", &editor)]);
    program.keys("E");
    program.wait_for("→ 77");
    let told = fs::read_to_string(shop.folder.path().join("told")).unwrap();
    assert!(told.starts_with("//! line "), "{told}");
    program.keys("qd");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}
