//! What the world does to a program: endpoints that die and come back as others, names that lead nowhere, clocks that are off,
//! disks that are full, homes that are none. It says so in words that help, and leaves the terminal clean.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Child;

use nix::sys::signal::Signal;

use super::{at, start};
use crate::pty::{Launch, Program};
use crate::shell::{ACCOUNT, Served, command, finish, in_background};

/// A command at an endpoint, with an account.
fn run(args: &[&str], url: &str) -> Child {
    let args = [args, &["--endpoint-url", url]].concat();
    command(&args).envs(ACCOUNT).spawn().unwrap()
}

/// The one line that a tail that fails says.
fn complaint_at(url: &str) -> String {
    let output = finish(run(&["tail", "orders"], url));
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr
}

/// Leaves as a person does.
fn quit(program: &mut Program) {
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}

/// The tail of the demo's orders on the screen.
fn tailing(url: &str) -> Program {
    let mut program = start(at(url));
    program.wait_for("clickstream");
    program.keys("/orders\r");
    program.wait_for("closed");
    program.keys("t");
    program.wait_for("{\"order_id\"");
    program
}

/// The endpoint dies without a word, and another comes to its address.
fn reborn(served: Served, between: impl FnOnce()) -> Served {
    let address = served.url().strip_prefix("http://").unwrap().to_owned();
    drop(served.end(Signal::SIGKILL));
    between();
    Served::start_with(&[&address])
}

#[test]
fn a_tail_on_the_screen_tells_of_an_endpoint_that_dies_and_the_lists_recover() {
    let served = Served::start();
    let url = served.url().to_owned();
    let mut program = tailing(&url);
    let _served = reborn(served, || {
        program.wait_until("the word on the connection", |screen| {
            let text = screen.contents();
            text.contains("connection refused by") || text.contains("connection reset by")
        });
    });
    program.wait_for("4 given up");
    program.wait_for("ended");
    program.keys("\x1b");
    program.wait_for("retention");
    program.keys("r");
    program.wait_for("Streams 5");
    program.keys("t");
    program.wait_for("{\"order_id\"");
    quit(&mut program);
}

#[test]
fn lists_of_an_endpoint_that_was_not_there_come_with_r() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let mut program = start(at(&format!("http://{address}")));
    program.wait_for("connection refused by");
    let _served = Served::start_with(&[&address]);
    program.keys("r");
    program.wait_for("clickstream");
    quit(&mut program);
}

#[test]
fn a_host_that_nobody_knows_is_told() {
    let url = "http://nowhere.invalid:4566";
    let line = complaint_at(url);
    assert!(
        line.contains("nowhere.invalid:4566: failed to lookup address"),
        "{line}"
    );
    assert!(
        line.contains("check the network, the region and --endpoint-url"),
        "{line}"
    );
    let mut program = start(at(url));
    program.wait_for("nowhere.invalid:4566: failed to");
    quit(&mut program);
}

#[test]
fn an_endpoint_without_tls_is_told_as_that() {
    let served = Served::start();
    let url = served.url().replace("http:", "https:");
    let line = complaint_at(&url);
    assert!(
        line.contains("nothing there speaks TLS: use http:// if"),
        "{line}"
    );
    let mut program = start(at(&url));
    program.wait_for("nothing there speaks TLS");
    quit(&mut program);
}

/// A service that says of every request that its signature has expired, as one does where the clock is off, in an answer
/// without the time by which the SDK could correct itself.
fn with_another_time() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    in_background(move || {
        for connection in listener.incoming() {
            // Each for itself: a connection that asks nothing more holds up no other.
            in_background(|| refuse_the_time(connection.unwrap()));
        }
    });
    url
}

/// Answers a call once its body is there, of JSON or of a form.
fn refuse_the_time(mut connection: TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match connection.read(&mut buffer) {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let body = "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: 20261121T050000Z is now \
                earlier than 20261121T060000Z (20261121T060500Z - 5 min.)\"}";
    let length = body.len();
    let answer = format!("HTTP/1.1 400 .\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    // Who asked may have gone.
    let _ = connection.write_all(answer.as_bytes());
}

/// Whether a request has the body that its head announces.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |it| it.trim().parse().unwrap())
}

#[test]
fn a_clock_that_is_off_is_told_as_that() {
    let url = with_another_time();
    let line = complaint_at(&url);
    assert!(
        line.contains("InvalidSignatureException: Signature expired"),
        "{line}"
    );
    assert!(
        line.ends_with("the clock of this machine is off: set it, then try again\n"),
        "{line}"
    );
    let mut program = start(at(&url).size(140, 40));
    program.wait_for("the clock of this machine is off");
    quit(&mut program);
}

/// The explorer, of whose files none may be larger than this many blocks of a kibibyte or half of one.
fn with_small_files(url: &str, blocks: u32, env: &[(&str, &str)]) -> Program {
    let binary = env!("CARGO_BIN_EXE_kinescope");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {binary} --endpoint-url {url}");
    let launch = Launch::new(&["-c", &script]).size(160, 40);
    let env = ACCOUNT.iter().chain(env);
    let launch = env.fold(launch, |launch, (name, value)| launch.env(name, value));
    launch.start(Path::new("/bin/sh"))
}

#[test]
fn an_export_to_a_full_disk_leaves_nothing_behind_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.jsonl");
    let served = Served::start();
    let mut program = with_small_files(served.url(), 0, &[]);
    program.wait_for("clickstream");
    program.keys("/orders\r");
    program.wait_for("closed");
    program.keys("T");
    program.wait_for("trim-horizon");
    program.keys("trim-horizon\r");
    program.wait_for("{\"order_id\"");
    program.keys(&format!("w\x15{}\r", file.display()));
    program.wait_for("is not written: File too large");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    quit(&mut program);
}

/// Opens a record of the demo's customers in the editor, and changes it.
fn change_a_record(program: &mut Program) {
    program.wait_for("clickstream");
    program.keys("3");
    program.wait_for("legacy-churn");
    program.keys("i");
    program.wait_for("enter go");
    program.keys("cust-0001\r");
    program.wait_for("customers › records");
    program.wait_for("signup_channel");
    program.keys("e");
    program.wait_for("› editing");
    program.wait_for("as stored");
    program.keys("gjjj\r\x157\r");
    program.wait_for("1 unsaved");
}

#[test]
fn a_draft_that_finds_no_room_is_told_and_stays_on_the_screen() {
    let state = tempfile::tempdir().unwrap();
    let served = Served::start();
    let home = state.path().to_str().unwrap();
    let mut program = with_small_files(served.url(), 0, &[("XDG_STATE_HOME", home)]);
    change_a_record(&mut program);
    program.wait_for("cannot be kept");
    program.wait_for("1 unsaved");
    program.keys("\x03");
    assert_eq!(program.exit_code(), 130);
    program.assert_terminal_is_given_back();
    let drafts = fs::read_dir(state.path().join("kinescope/drafts")).unwrap();
    let left = drafts
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it != "lock"));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_home_that_is_none_is_no_hindrance_and_drafts_that_cannot_be_kept_are_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for home in ["/dev/null", "/proc/nowhere", file.path().to_str().unwrap()] {
        let served = Served::start();
        let launch = [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_STATE_HOME",
            "XDG_CACHE_HOME",
            "XDG_DATA_HOME",
        ]
        .iter()
        .fold(at(served.url()), |launch, name| launch.env(name, home));
        let mut program = start(launch);
        change_a_record(&mut program);
        program.wait_for("drafts cannot be kept");
        program.keys("\x03");
        assert_eq!(program.exit_code(), 130);
        program.assert_terminal_is_given_back();
    }
}
