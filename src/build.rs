//! The build script: has the linker keep one of functions that are alike, where it can. A tenth of the program is such copies,
//! most of them of the SDK.
//!
//! Must not: be part of the program, or fail a build.

use std::env;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const FOLD: &str = "link-arg=-Wl,--icf=all";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") && links_folding() == Some(true) {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Whether a program can be linked so, which linkers of GNU and of macOS cannot: one that does nothing is tried.
fn links_folding() -> Option<bool> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?).join("folding");
    let mut command = Command::new(env::var_os("RUSTC")?);
    command
        .args(["--crate-name", "folding", "-C", FOLD, "--target"])
        .arg(env::var_os("TARGET")?)
        .arg("-o")
        .arg(out)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = OsString::from("linker=");
        option.push(linker);
        command.arg("-C").arg(option);
    }
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all(b"fn main() {}").ok()?;
    Some(child.wait().ok()?.success())
}
