//! Keys as people write them.

use kinescope::keymap::{Changes, Chord, Context, Keymap, Word};
use kinescope::message::Action;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::corpus::{self, read};
use super::judge;
use super::trial::trial;

/// What stands in quotes in the table of keys: chords, and the names of contexts and actions.
fn words() -> Vec<String> {
    let table = read("assets/keymap.toml");
    let mut words: Vec<String> = table.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    words.retain(|it| it.len() < 30);
    words.extend(["ctrl-alt-x", "shift-up", "CTRL-C", "f13", "pageup", "ctrl-i"].map(str::to_owned));
    words
}

fn written_again(text: &str) -> Result<(), TestCaseError> {
    match text.parse::<Chord>() {
        Ok(chord) => {
            let name = chord.to_string();
            judge::one_line(&name)?;
            prop_assert_eq!(
                name.parse::<Chord>(),
                Ok(chord),
                "{:?} is written {:?}",
                text,
                name
            );
        }
        Err(error) => prop_assert!(!error.to_string().is_empty()),
    }
    Ok(())
}

#[test]
fn any_text_names_a_key_that_is_written_alike_or_none() {
    trial("chords", 1, corpus::text(&words()), |text| written_again(&text));
    let modified = (
        select(vec!["ctrl-", "alt-", "ctrl-alt-", "Shift-", ""]),
        any::<char>(),
    );
    trial("chords of characters", 1, modified, |(with, c)| {
        written_again(&format!("{with}{c}"))
    });
}

/// Changes with a place of its own for each word.
fn changes() -> impl Strategy<Value = Changes> {
    let words = words();
    let word = || corpus::text(&words);
    let contexts = prop_oneof![4 => select(&Context::ALL[..]).prop_map(Context::name), 1 => word()];
    let known = Keymap::embedded().unwrap();
    let actions = Context::ALL
        .iter()
        .flat_map(|it| known.in_context(*it))
        .map(|it| it.action.name());
    let actions = prop_oneof![4 => select(actions.collect::<Vec<_>>()), 1 => word()];
    let chords = vec(prop_oneof![select(words.clone()), word()], 0..4);
    vec((contexts, vec((actions, chords), 1..4)), 1..4).prop_map(|said| {
        let mut at = 0;
        let mut placed = |text: String| {
            at += 1;
            Word { text, at }
        };
        let mut row = |(action, chords): (String, Vec<String>)| {
            (placed(action), chords.into_iter().map(&mut placed).collect())
        };
        let mut all = Changes::new();
        for (context, rows) in said {
            let rows = rows.into_iter().map(&mut row).collect();
            all.push((Word { text: context, at: 0 }, rows));
        }
        all
    })
}

#[test]
fn any_changes_give_a_sound_table_or_a_mistake_at_a_word() {
    let way_out: Chord = "ctrl-c".parse().unwrap();
    trial("changes of keys", 1, changes(), |changes| {
        let words: usize = changes
            .iter()
            .flat_map(|it| &it.1)
            .map(|(_, chords)| 1 + chords.len())
            .sum();
        match Keymap::embedded().unwrap().with(&changes) {
            Ok(keymap) => {
                for context in Context::ALL {
                    prop_assert_eq!(keymap.action(&[context], way_out), Some(Action::QuitNow));
                    let chords: Vec<_> = keymap.in_context(context).flat_map(|it| &it.chords).collect();
                    let different: std::collections::HashSet<_> = chords.iter().collect();
                    prop_assert_eq!(chords.len(), different.len());
                }
                keymap.markdown();
            }
            Err((at, misfit)) => {
                prop_assert!(at <= words, "{} at {}", misfit, at);
                prop_assert!(!misfit.to_string().is_empty());
            }
        }
        Ok(())
    });
}
