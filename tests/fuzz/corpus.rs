//! What cases are made from: payloads of other people's encoders and of the demo, and texts that people write.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::stage;
use crate::mishap::{harmed, mishap};

/// Larger ones would take most of the time of all cases.
const LARGEST: usize = 32 << 10;

static PAYLOADS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for folder in ["tests/fixtures/decode", "tests/fixtures/schemas"] {
        all.extend(files(folder).iter().map(|file| fs::read(file).unwrap()));
    }
    all.extend(stage::payloads_of_the_demo());
    all.retain(|it| it.len() <= LARGEST);
    assert!(all.len() > 150, "{} payloads", all.len());
    all
});

/// All files of a folder, in an order that stays.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    files.sort();
    files
}

/// What is in a file of the repository.
pub(crate) fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The examples in the README whose fence names this language, or none.
pub(crate) fn examples(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let fenced = readme.split("```").skip(1).step_by(2);
    let examples = fenced
        .filter_map(|it| it.split_once('\n'))
        .filter(|(word, _)| *word == language);
    examples.map(|(_, text)| text.to_owned()).collect()
}

/// A payload to which things have happened, one spliced with another, or bytes of no kind.
pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let payload = || select(PAYLOADS.as_slice());
    let spliced = (payload(), any::<Index>(), payload(), any::<Index>()).prop_map(|(a, end, b, begin)| {
        let mut all = a[..end.index(a.len() + 1)].to_vec();
        all.extend_from_slice(&b[begin.index(b.len() + 1)..]);
        all
    });
    let changed = (payload(), vec(mishap(), 1..6)).prop_map(|(data, mishaps)| harmed(data, &mishaps));
    prop_oneof![5 => changed, 2 => spliced, 1 => vec(any::<u8>(), 0..300)]
}

/// A text of these to which things have happened, words of it in another order, or a text of no kind.
pub(crate) fn text(of: &[String]) -> impl Strategy<Value = String> + use<> {
    let whole = of.to_vec();
    let words: Vec<String> = of
        .iter()
        .flat_map(|it| it.split_inclusive([' ', '\n', '=', '.', '"']))
        .map(str::to_owned)
        .collect();
    let changed = (select(whole), vec(mishap(), 1..5)).prop_map(|(text, mishaps)| {
        let data = harmed(text.into_bytes(), &mishaps);
        String::from_utf8_lossy(&data).into_owned()
    });
    let mixed = vec(select(words), 1..12).prop_map(|words| words.concat());
    prop_oneof![5 => changed, 4 => mixed, 1 => any::<String>()]
}
