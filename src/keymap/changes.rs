//! Keys of a person's own: which chords an action has instead of those that come with the program.
//!
//! Must not: read files. Whatever is wrong is told with the place that the caller knows it by.

use std::collections::HashMap;

use thiserror::Error;

use super::{Action, Chord, ChordError, Context, Keymap};

/// A word of a file, and where it stands in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// Where its first byte is.
    pub at: usize,
}

/// The chords of actions, by context and action, as a file has them.
pub type Changes = Vec<(Word, Vec<(Word, Vec<Word>)>)>;

/// What cannot be done about the keys.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Misfit {
    /// No context is called so.
    #[error("there is no context '{0}'; it is one of {1}")]
    Context(String, String),
    /// No action of a context is called so.
    #[error("there is no action '{action}' in '{context}'; it is one of {known}")]
    Action {
        /// The name.
        action: String,
        /// Where it was looked for.
        context: String,
        /// What there is.
        known: String,
    },
    /// Not a key.
    #[error(transparent)]
    Chord(#[from] ChordError),
    /// One key would do two things in one place.
    #[error(
        "'{chord}' is both {first} and {second} in '{context}'; give one of them another key, or none: {first} = []"
    )]
    Duplicate {
        /// The key.
        chord: Chord,
        /// The action that has it already.
        first: String,
        /// The other.
        second: String,
        /// Where.
        context: String,
    },
    /// The key that always quits.
    #[error("ctrl-c quits now everywhere, and stays so")]
    WayOut,
    /// The last key of what leads on or out.
    #[error("'{context}' needs a key for {action}, or nobody would get out of it; give it another one")]
    Needed {
        /// The action.
        action: String,
        /// Where.
        context: String,
    },
    /// A key that does the same everywhere.
    #[error(
        "'{chord}' is {action} everywhere, and stays so in '{context}'; take another key, or give {action} another one in 'global'"
    )]
    Everywhere {
        /// The key.
        chord: Chord,
        /// What it does.
        action: String,
        /// Where it was to do something else.
        context: String,
    },
    /// A character that could then not be typed.
    #[error("'{chord}' is text in '{context}'; take a key that is none, such as ctrl-x or f2")]
    Text {
        /// The key.
        chord: Chord,
        /// Where.
        context: String,
    },
}

/// Contexts whose keys are the only ones that count in them, so that `back` of another context leads out of none.
const CLOSED: [Context; 7] = [
    Context::Prompt,
    Context::Seek,
    Context::Palette,
    Context::Session,
    Context::Confirm,
    Context::Leave,
    Context::Drafts,
];
/// What is done everywhere by the same keys: the ways to all others, and the way back.
const EVERYWHERE: [Action; 3] = [Action::Commands, Action::Help, Action::Back];

/// What is wrong, and where.
type Misplaced = (usize, Misfit);

impl Keymap {
    /// The table with chords replaced. No chords take a key away from an action; the key that quits now cannot be touched.
    pub fn with(mut self, changes: &Changes) -> Result<Self, (usize, Misfit)> {
        // Where each changed chord stands, to tell the place of one that is there twice.
        let mut places = HashMap::new();
        for (name, actions) in changes {
            let context = Context::named(&name.text).ok_or_else(|| (name.at, unknown_context(&name.text)))?;
            for (action, chords) in actions {
                self.change(context, action, chords, &mut places)?;
            }
        }
        self.refuse_duplicates(&places)?;
        self.refuse_covering(&places)?;
        Ok(self)
    }

    fn change(
        &mut self,
        context: Context,
        name: &Word,
        chords: &[Word],
        places: &mut HashMap<(Context, Action, Chord), usize>,
    ) -> Result<(), Misplaced> {
        let action = Action::named(&name.text).filter(|it| self.row_mut(context, *it).is_some());
        let action = action.ok_or_else(|| (name.at, self.unknown_action(context, &name.text)))?;
        if action == Action::QuitNow {
            return Err((name.at, Misfit::WayOut));
        }
        if chords.is_empty() && is_needed(context, action) {
            let (action, context) = (action.name(), context.name());
            return Err((name.at, Misfit::Needed { action, context }));
        }
        let mut parsed = Vec::with_capacity(chords.len());
        for word in chords {
            let chord = accept(context, &word.text).map_err(|why| (word.at, why))?;
            places.entry((context, action, chord)).or_insert(word.at);
            if !parsed.contains(&chord) {
                parsed.push(chord);
            }
        }
        if let Some(row) = self.row_mut(context, action) {
            row.chords = parsed;
        }
        Ok(())
    }

    /// The later of two actions is told at its place, or the earlier where only that one was changed.
    fn refuse_duplicates(&self, places: &HashMap<(Context, Action, Chord), usize>) -> Result<(), Misplaced> {
        let mut seen: HashMap<(Context, Chord), Action> = HashMap::new();
        for row in &self.bindings {
            for chord in &row.chords {
                let Some(first) = seen.insert((row.context, *chord), row.action) else {
                    continue;
                };
                let place = |action| places.get(&(row.context, action, *chord)).copied();
                let misfit = Misfit::Duplicate {
                    chord: *chord,
                    first: first.name(),
                    second: row.action.name(),
                    context: row.context.name(),
                };
                return Err((
                    place(row.action).or_else(|| place(first)).unwrap_or_default(),
                    misfit,
                ));
            }
        }
        Ok(())
    }

    /// What does the same everywhere does so in a context with keys of its own, too. The help is closed by the key that opens it.
    fn refuse_covering(&self, places: &HashMap<(Context, Action, Chord), usize>) -> Result<(), Misplaced> {
        let covered = places.iter().filter_map(|((context, action, chord), at)| {
            let closes_help = (*context, *action) == (Context::Help, Action::Back);
            let mut rows = self.in_context(Context::Global);
            let row = rows.find(|row| EVERYWHERE.contains(&row.action) && row.chords.contains(chord))?;
            let is_other = *context != Context::Global && row.action != *action && !closes_help;
            is_other.then(|| {
                let misfit = Misfit::Everywhere {
                    chord: *chord,
                    action: row.action.name(),
                    context: context.name(),
                };
                (*at, misfit)
            })
        });
        covered.min_by_key(|(at, _)| *at).map_or(Ok(()), Err)
    }

    fn unknown_action(&self, context: Context, action: &str) -> Misfit {
        let known: Vec<_> = self.in_context(context).map(|it| it.action.name()).collect();
        Misfit::Action {
            action: action.to_owned(),
            context: context.name(),
            known: known.join(" "),
        }
    }
}

/// Whether a context cannot do without a key for an action: what takes a choice, and what leads out where nothing else does.
fn is_needed(context: Context, action: Action) -> bool {
    match action {
        Action::Accept => true,
        Action::Back => context == Context::Global || CLOSED.contains(&context),
        Action::Commands | Action::Help => context == Context::Global,
        _ => false,
    }
}

fn unknown_context(name: &str) -> Misfit {
    let known = Context::ALL.map(Context::name).join(" ");
    Misfit::Context(name.to_owned(), known)
}

/// A chord that a context can take.
fn accept(context: Context, text: &str) -> Result<Chord, Misfit> {
    let chord: Chord = text.parse()?;
    if chord == Chord::WAY_OUT {
        return Err(Misfit::WayOut);
    }
    if context.is_typing() && chord.is_text() {
        let context = context.name();
        return Err(Misfit::Text { chord, context });
    }
    Ok(chord)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each word at a place of its own, in the order in which they are said.
    fn change(context: &str, actions: &[(&str, &[&str])]) -> Result<Keymap, (usize, String)> {
        let mut at = 0;
        let mut word = |text: &str| {
            at += 1;
            Word {
                text: text.to_owned(),
                at,
            }
        };
        let context = word(context);
        let mut rows = Vec::new();
        for (action, chords) in actions {
            rows.push((word(action), chords.iter().map(|it| word(it)).collect()));
        }
        let keymap = Keymap::embedded().unwrap().with(&vec![(context, rows)]);
        keymap.map_err(|(at, why)| (at, why.to_string()))
    }

    fn action(keymap: &Keymap, context: Context, chord: &str) -> Option<Action> {
        keymap.action(&[context, Context::Global], chord.parse().unwrap())
    }

    #[test]
    fn chords_are_replaced_in_their_context_alone() {
        let keymap = change("tail", &[("export", &["f2", "ctrl-w"])]).unwrap();
        assert_eq!(action(&keymap, Context::Tail, "f2"), Some(Action::Export));
        assert_eq!(action(&keymap, Context::Tail, "ctrl-w"), Some(Action::Export));
        assert_eq!(action(&keymap, Context::Tail, "w"), None);
        assert_eq!(action(&keymap, Context::Records, "w"), Some(Action::Export));
    }

    #[test]
    fn a_key_can_be_taken_away_and_two_exchanged() {
        let keymap = change(
            "tail",
            &[("export", &[]), ("toggle-hex", &["w"]), ("copy", &["x"])],
        )
        .unwrap();
        assert_eq!(action(&keymap, Context::Tail, "w"), Some(Action::ToggleHex));
        assert_eq!(action(&keymap, Context::Tail, "x"), Some(Action::Copy));
        assert!(!keymap.markdown().contains("to a file |\n| Live tail | `=`"));
    }

    #[test]
    fn a_mistake_is_told_at_its_place() {
        for (context, actions, place, words) in [
            (
                "tial",
                &[("export", &["x"] as &[&str])],
                1,
                "there is no context 'tial'",
            ),
            (
                "tail",
                &[("exprt", &["x"])],
                2,
                "there is no action 'exprt' in 'tail'",
            ),
            (
                "tail",
                &[("stores", &["x"])],
                2,
                "there is no action 'stores' in 'tail'",
            ),
            (
                "tail",
                &[("export", &["f2", "hyper-x"])],
                4,
                "'hyper-x' names no key",
            ),
            (
                "tail",
                &[("export", &["x"])],
                3,
                "'x' is both toggle-hex and export in 'tail'",
            ),
            (
                "tail",
                &[("toggle-hex", &["w"])],
                3,
                "'w' is both toggle-hex and export in 'tail'",
            ),
            ("tail", &[("export", &["ctrl-c"])], 3, "ctrl-c quits now"),
            ("global", &[("quit-now", &[])], 2, "ctrl-c quits now"),
            ("global", &[("quit-now", &["f10"])], 2, "ctrl-c quits now"),
            ("prompt", &[("accept", &["a"])], 3, "'a' is text in 'prompt'"),
            ("palette", &[("back", &[])], 2, "'palette' needs a key for back"),
            ("seek", &[("accept", &[])], 2, "'seek' needs a key for accept"),
            (
                "global",
                &[("commands", &[])],
                2,
                "'global' needs a key for commands",
            ),
            ("tail", &[("export", &["f2", "?"])], 4, "'?' is help everywhere"),
            ("editor", &[("copy", &["esc"])], 3, "'esc' is back everywhere"),
        ] {
            let (at, why) = change(context, actions).unwrap_err();
            assert!(at == place && why.starts_with(words), "{at} {why}");
        }
    }

    #[test]
    fn what_leads_out_can_have_another_key_but_not_none() {
        let keymap = change("global", &[("back", &["f9"]), ("commands", &["ctrl-p"])]).unwrap();
        assert_eq!(action(&keymap, Context::Tail, "f9"), Some(Action::Back));
        assert!(change("help", &[("back", &["?"])]).is_ok());
        assert!(change("copy", &[("back", &[])]).is_ok());
        // A key that does nothing else everywhere may be taken.
        assert!(change("tail", &[("export", &["1"])]).is_ok());
    }

    #[test]
    fn two_changes_that_collide_are_told_at_the_later_row() {
        let (at, why) = change("tail", &[("export", &["f2"]), ("copy", &["f2"])]).unwrap_err();
        assert!(
            at == 3 && why.starts_with("'f2' is both copy and export"),
            "{at} {why}"
        );
    }
}
