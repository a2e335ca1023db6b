//! The pictures in `screenshots/` show the program as it is: who and where, the sections, and what the keys do. The rest is another
//! each time they are taken, because the shop does business.

use std::collections::BTreeMap;
use std::path::Path;

use crate::pictures::{PICTURES, SEED};
use crate::pty::Launch;

use super::start;

/// The first baseline of the pictures and a line's height, in pixels.
const TOP: f32 = 47.5;
const LINE: f32 = 18.0;

/// A picture's texts by their lines, apart by a blank.
fn lines_of(svg: &str) -> BTreeMap<usize, String> {
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
    for element in svg.lines().filter(|line| line.contains("textLength=")) {
        let (_, baseline) = element.split_once(" y=\"").unwrap();
        let baseline: f32 = baseline.split('"').next().unwrap().parse().unwrap();
        let text = element
            .split_once('>')
            .unwrap()
            .1
            .strip_suffix("</text>")
            .unwrap();
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a line of a small picture"
        )]
        let line = ((baseline - TOP) / LINE).round() as usize;
        lines.entry(line).or_default().extend([" ", &text]);
    }
    lines
}

/// What of a line stays: words, without numbers and rates.
fn words(line: &str) -> Vec<String> {
    let letters = line.replace(|c: char| c.is_ascii_digit() || c == ',' || c == '…', "");
    let words = letters.split_whitespace().map(str::to_owned);
    words.filter(|word| word != "calls/s").collect()
}

#[test]
fn the_pictures_show_the_program_as_it_is() {
    for picture in &PICTURES {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("screenshots")
            .join(picture.name);
        let svg = std::fs::read_to_string(file.with_extension("svg")).unwrap();
        let taken = lines_of(&svg);
        let mut program = start(Launch::new(&["demo", "--seed", SEED]));
        for (keys, shown) in picture.way {
            program.keys(keys);
            program.wait_for(shown);
        }
        let screen = program.screen();
        let rows: Vec<_> = screen.rows(0, 100).collect();
        for line in [0, 1, rows.len() - 1] {
            assert_eq!(
                taken.get(&line).map(|text| words(text)).unwrap_or_default(),
                words(&rows[line]),
                "line {line} of screenshots/{}.svg is stale: cargo run --example screenshots",
                picture.name
            );
        }
        program.keys("\x03");
        assert_eq!(program.exit_code(), 130);
    }
}
