//! `[keys.CONTEXT]`: chords of actions, as a file has them.
//!
//! Must not: know which contexts and actions there are; the keymap does.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use toml::Spanned;

use crate::keymap::{Changes, Word};

/// Chords by context and action.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Keys(BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Chords>>>);

/// One chord as a text, or several in a list.
#[derive(Debug)]
enum Chords {
    One(String),
    Several(Vec<Spanned<String>>),
}

impl Keys {
    /// In the order of their places, so that of two mistakes the first is told.
    pub(super) fn changes(self) -> Changes {
        let contexts = self.0.into_iter().map(|(context, actions)| {
            let actions = actions
                .into_iter()
                .map(|(action, chords)| (word(action), words(chords)));
            (word(context), in_order(actions))
        });
        in_order(contexts)
    }
}

fn in_order<T>(words: impl Iterator<Item = (Word, T)>) -> Vec<(Word, T)> {
    let mut words: Vec<_> = words.collect();
    words.sort_by_key(|(word, _)| word.at);
    words
}

fn word(text: Spanned<String>) -> Word {
    let at = text.span().start;
    Word {
        text: text.into_inner(),
        at,
    }
}

fn words(chords: Spanned<Chords>) -> Vec<Word> {
    let at = chords.span().start;
    match chords.into_inner() {
        Chords::One(text) => vec![Word { text, at }],
        Chords::Several(texts) => texts.into_iter().map(word).collect(),
    }
}

impl<'de> Deserialize<'de> for Chords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrSeveral)
    }
}

struct OneOrSeveral;

impl<'de> Visitor<'de> for OneOrSeveral {
    type Value = Chords;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key such as \"ctrl-w\", or a list of keys")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Chords, E> {
        Ok(Chords::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Chords, A::Error> {
        let mut several = Vec::new();
        while let Some(text) = texts.next_element()? {
            several.push(text);
        }
        Ok(Chords::Several(several))
    }
}
