//! Takes the pictures in `screenshots/`: runs the real program on the demo, presses keys, and draws what the terminal shows.
//!
//! `cargo build && cargo run --example screenshots`. A journey compares what of them is not another each time.
#![expect(clippy::unwrap_used, reason = "what fails here fails the command")]

mod glyphs;
mod pictures;
#[expect(dead_code, reason = "the journeys use the rest of it")]
#[path = "../support/pty.rs"]
mod pty;
mod svg;

use std::fs;
use std::path::{Path, PathBuf};

use pictures::{PICTURES, Picture, SEED};
use pty::Launch;

fn main() {
    let example = std::env::current_exe().unwrap();
    let program = example.ancestors().nth(2).unwrap().join("kinescope");
    assert!(program.exists(), "build the program first: cargo build");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    fs::create_dir_all(&folder).unwrap();
    for picture in &PICTURES {
        take(picture, &program, folder.join(picture.name).with_extension("svg"));
    }
}

fn take(picture: &Picture, binary: &Path, file: PathBuf) {
    let mut program = Launch::new(&["demo", "--seed", SEED]).start(binary);
    for (keys, shown) in picture.way {
        program.keys(keys);
        program.wait_for(shown);
    }
    fs::write(file, svg::picture(&program.screen(), "kinescope demo")).unwrap();
    // It asks nothing, whatever is unsaved.
    program.keys("\x03");
    assert_eq!(program.exit_code(), 130);
}
