//! Text made of what terminals obey and readers are fooled by.

use kinescope::sanitize;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::corpus;
use super::judge;
use super::trial::trial;

/// Sequences that do something, or begin to, in one terminal or another.
const HOSTILE: [&str; 28] = [
    "\u{1b}[2J",
    "\u{1b}[31m",
    "\u{1b}]52;c;aGk=\u{7}",
    "\u{1b}]0;title\u{1b}\\",
    "\u{1b}]8;;http://x\u{1b}\\",
    "\u{1b}P+q544e\u{1b}\\",
    "\u{1b}_Gi=1;\u{1b}\\",
    "\u{1b}[6n",
    "\u{1b}[?1049h",
    "\u{1b}c",
    "\u{1b}",
    "\u{9b}31m",
    "\u{9d}0;t\u{9c}",
    "\u{90}q\u{9c}",
    "\u{7}",
    "\u{8}\u{8}",
    "\r\n",
    "\t",
    "\u{b}\u{c}",
    "\u{7f}",
    "\u{0}",
    "\u{202e}",
    "\u{2066}x\u{2069}",
    "\u{200d}\u{200b}",
    "\u{feff}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{1f468}\u{200d}\u{1f469}\u{fe0f}",
    "\u{e0041}\u{e007f}",
];

fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => select(HOSTILE.as_slice()).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => ".{0,8}",
    ];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

#[test]
fn nothing_that_acts_comes_through() {
    trial("sanitize: text", 1, hostile(), |text| {
        judge::one_line(&sanitize::line(&text))?;
        judge::lines(&sanitize::block(&text))?;
        // What is safe stays as it is.
        let safe = sanitize::line(&text).into_owned();
        prop_assert_eq!(&*sanitize::line(&safe), &safe);
        let json = serde_json::Value::from(text).to_string();
        let safe = sanitize::json(&json);
        judge::one_line(&safe)?;
        let (before, after): (serde_json::Value, serde_json::Value) = (
            serde_json::from_str(&json).unwrap(),
            serde_json::from_str(&safe).unwrap(),
        );
        prop_assert_eq!(before, after);
        Ok(())
    });
}

#[test]
fn nothing_that_acts_comes_out_of_bytes() {
    let given = prop_oneof![
        corpus::bytes(),
        (hostile(), vec(any::<u8>(), 0..40)).prop_map(|(text, rest)| [text.into_bytes(), rest].concat()),
    ];
    trial("sanitize: bytes", 1, given, |data| {
        judge::one_line(&sanitize::bytes(&data))
    });
}
