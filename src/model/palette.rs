//! The line of commands: every action by its name, found by letters of it.
//!
//! Must not: carry out anything.

use std::collections::VecDeque;

use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input;

use crate::keymap::{Context, Keymap};
use crate::message::Action;

/// Lines that are remembered.
const REMEMBERED: usize = 50;

/// What people call an action besides its name: the words of k9s and vi, and short ones.
const ALIASES: [(&str, Action); 29] = [
    ("streams", Action::ShowStreams),
    ("kinesis", Action::ShowStreams),
    ("tables", Action::ShowTables),
    ("dynamodb", Action::ShowTables),
    ("features", Action::ShowFeatures),
    ("groups", Action::ShowFeatures),
    ("predictions", Action::ShowPredictions),
    ("q", Action::Quit),
    ("q!", Action::QuitNow),
    ("quit!", Action::QuitNow),
    ("h", Action::Help),
    ("keys", Action::Help),
    ("w", Action::Export),
    ("write", Action::Export),
    ("e", Action::EditRecord),
    ("edit", Action::EditRecord),
    ("new", Action::NewRecord),
    ("delete", Action::DeleteRecord),
    ("from", Action::TailFrom),
    ("record", Action::LookUp),
    ("follow", Action::ToggleFollow),
    ("pause", Action::ToggleFollow),
    ("hex", Action::ToggleHex),
    ("shards", Action::ShowShards),
    ("hot-keys", Action::ShowKeys),
    ("marks", Action::ShowMarks),
    ("drafts", Action::ShowDrafts),
    ("batch", Action::Gather),
    ("aws", Action::CopyCommand),
];

/// A line of commands that is being typed.
#[derive(Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// The selected row.
    pub cursor: usize,
    /// Whether the person has moved to it, so that it counts and not the word.
    pub is_chosen: bool,
    /// Which of the remembered lines stands in the line; the newest is 0.
    pub recalled: Option<usize>,
    /// What is wrong with the line.
    pub error: Option<String>,
}

/// A command that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub action: Action,
    /// Its name, or the other word for it that was typed.
    pub name: String,
    /// Which characters of the name match.
    pub matched: Vec<usize>,
    /// Its keys here.
    pub keys: String,
    /// A line about it.
    pub help: String,
    /// Where it counts, where that is not here.
    pub elsewhere: Option<String>,
}

impl Palette {
    /// The word that the line begins with, and what comes after it.
    pub fn parts(&self) -> (&str, &str) {
        let line = self.input.value().trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        (word, rest.trim_start())
    }

    /// What may be meant, best first; what does not count here comes last.
    pub fn commands(&self, keymap: &Keymap, contexts: &[Context]) -> Vec<Command> {
        let (word, _) = self.parts();
        let mut ranked: Vec<_> = Action::ALL
            .iter()
            .filter_map(|action| ranked(*action, word, keymap, contexts))
            // Without a word there is nothing to say that it is meant.
            .filter(|(_, command)| !word.is_empty() || command.elsewhere.is_none())
            .collect();
        let place = |action| {
            let rows = contexts.iter().flat_map(|context| keymap.in_context(*context));
            rows.map(|row| row.action).position(|it| it == action)
        };
        ranked.sort_by_cached_key(|(score, command)| {
            let elsewhere = command.elsewhere.is_some();
            (elsewhere, std::cmp::Reverse(*score), place(command.action))
        });
        ranked.into_iter().map(|(_, command)| command).collect()
    }

    /// Whether a row is selected: without a word none is, until the person goes to one.
    pub fn points(&self) -> bool {
        self.is_chosen || !self.input.value().trim().is_empty()
    }

    /// The next row, or the one before.
    pub fn choose(&mut self, forwards: bool, rows: usize) {
        let last = rows.saturating_sub(1);
        self.cursor = if forwards {
            (self.cursor + usize::from(self.points())).min(last)
        } else {
            self.cursor.saturating_sub(1)
        };
        self.is_chosen = true;
    }

    /// Another line, where the first row is selected again.
    pub fn retype(&mut self, text: String) {
        self.input = Input::new(text);
        self.changed();
    }

    /// The line is another one.
    pub fn changed(&mut self) {
        (self.cursor, self.is_chosen, self.error) = (0, false, None);
    }

    /// Puts a remembered line into this one: an older one, or a newer one. Tells whether there is one.
    pub fn recall(&mut self, older: bool, remembered: &VecDeque<String>) -> bool {
        let place = match (self.recalled, older) {
            (None, true) if self.input.value().is_empty() && !self.is_chosen => Some(0),
            (None, _) => return false,
            (Some(place), true) => Some((place + 1).min(remembered.len().saturating_sub(1))),
            (Some(place), false) => place.checked_sub(1),
        };
        let line = place.and_then(|place| remembered.get(place));
        if line.is_none() && older {
            return false;
        }
        self.retype(line.cloned().unwrap_or_default());
        self.recalled = place;
        true
    }
}

/// Remembers a line as the newest.
pub fn remember(lines: &mut VecDeque<String>, line: &str) {
    lines.retain(|known| known != line);
    lines.push_front(line.to_owned());
    lines.truncate(REMEMBERED);
}

/// The action that has exactly this name, or is called so.
pub fn called(word: &str) -> Option<Action> {
    let mut words = Action::ALL.iter().map(|action| (action.name(), *action));
    let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
    let named = words.find(|(name, _)| name == word).map(|(_, action)| action);
    named.or(alias.map(|(_, action)| *action))
}

/// The other words for actions.
pub fn other_words() -> impl Iterator<Item = (&'static str, Action)> {
    ALIASES.into_iter()
}

/// The word for an action that is nearest to one that is none.
pub fn nearest_word(word: &str) -> String {
    let names = Action::ALL.iter().map(|action| action.name());
    let aliases = ALIASES.iter().map(|(alias, _)| (*alias).to_owned());
    let nearest = names.chain(aliases).min_by_key(|known| distance(word, known));
    nearest.unwrap_or_default()
}

/// How many letters have to be put in, taken out or changed to make one word of another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, known) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *known);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// How well a word matches an action, and what is to be told of it; `None` where it does not.
fn ranked(action: Action, word: &str, keymap: &Keymap, contexts: &[Context]) -> Option<(u32, Command)> {
    let aliases = ALIASES.iter().filter(|(_, it)| *it == action);
    let words = std::iter::once(action.name()).chain(aliases.map(|(alias, _)| (*alias).to_owned()));
    let best = words
        .filter_map(|name| matched(&name, word).map(|(score, places)| (score, name, places)))
        // Its own name goes before another word for it that matches as well.
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let (score, name, matched) = best?;
    let (keys, help, elsewhere) = told(action, keymap, contexts)?;
    let command = Command {
        action,
        name,
        matched,
        keys,
        help,
        elsewhere,
    };
    Some((score, command))
}

/// How well the letters of a word are found in a name, in their order, and where; the whole name is the best.
fn matched(name: &str, word: &str) -> Option<(u32, Vec<usize>)> {
    if word.is_empty() {
        return Some((0, Vec::new()));
    }
    let mut config = Config::DEFAULT;
    config.prefer_prefix = true;
    let word = word.to_lowercase();
    let (mut hay, mut needle) = (Vec::new(), Vec::new());
    let (hay, needle) = (Utf32Str::new(name, &mut hay), Utf32Str::new(&word, &mut needle));
    let mut places = Vec::new();
    let score = Matcher::new(config).fuzzy_indices(hay, needle, &mut places)?;
    let whole = if name == word { u32::from(u16::MAX) } else { 0 };
    Some((
        whole + u32::from(score),
        places.into_iter().map(|it| it as usize).collect(),
    ))
}

/// Its keys here, its help, and where it counts, where that is not here. `None` where no row of the keymap has it.
fn told(action: Action, keymap: &Keymap, contexts: &[Context]) -> Option<(String, String, Option<String>)> {
    let rows = |context: Context| keymap.in_context(context).filter(move |row| row.action == action);
    let here: Vec<_> = contexts.iter().copied().flat_map(rows).collect();
    if let Some(first) = here.first() {
        let chords = here.iter().flat_map(|row| &row.chords);
        let keys = chords.filter(|chord| keymap.action(contexts, **chord) == Some(action));
        let keys: Vec<_> = keys.map(ToString::to_string).collect();
        return Some((keys.join(" "), first.help.clone(), None));
    }
    let places: Vec<_> = Context::ALL
        .into_iter()
        .filter(|it| rows(*it).next().is_some())
        .collect();
    let help = rows(*places.first()?).next()?.help.clone();
    let titles: Vec<_> = places.iter().map(|it| it.title()).collect();
    Some((String::new(), help, Some(titles.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: &[Context] = &[Context::Browse, Context::Global];

    fn palette(line: &str) -> Palette {
        let mut palette = Palette::default();
        palette.retype(line.to_owned());
        palette
    }

    fn names(line: &str) -> Vec<String> {
        let keymap = Keymap::embedded().unwrap();
        let commands = palette(line).commands(&keymap, LISTS);
        commands.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn every_action_is_found_by_its_name() {
        for action in Action::ALL {
            assert_eq!(called(&action.name()), Some(*action));
            assert!(names(&action.name()).contains(&action.name()), "{action:?}");
        }
    }

    #[test]
    fn every_name_is_the_one_that_the_keymap_reads() {
        for action in Action::ALL {
            let text = format!(
                "[[key]]\ncontext = 'tail'\nchords = ['x']\nhelp = ''\naction = '{}'",
                action.name()
            );
            let keymap: Keymap = toml::from_str(&text).unwrap();
            let rows: Vec<_> = keymap.in_context(Context::Tail).map(|row| row.action).collect();
            assert_eq!(rows, [*action]);
        }
    }

    #[test]
    fn no_other_word_for_an_action_is_the_name_of_one() {
        for (alias, _) in ALIASES {
            assert!(Action::ALL.iter().all(|action| action.name() != alias), "{alias}");
        }
    }

    #[test]
    fn letters_of_a_name_find_it_and_are_told() {
        let keymap = Keymap::embedded().unwrap();
        let first = palette("rfsh").commands(&keymap, LISTS).remove(0);
        assert_eq!((first.name.as_str(), first.keys.as_str()), ("refresh", "r"));
        assert_eq!(first.matched, [0, 2, 5, 6]);
        assert_eq!(names("q")[0], "q");
        assert_eq!(names("quit")[0], "quit");
        assert_eq!(names("streams")[0], "streams");
    }

    #[test]
    fn what_does_not_count_here_comes_last_and_says_where_it_does() {
        let keymap = Keymap::embedded().unwrap();
        let commands = palette("toggle").commands(&keymap, LISTS);
        let elsewhere: Vec<_> = commands.iter().map(|it| it.elsewhere.is_some()).collect();
        assert!(
            elsewhere.is_sorted() && elsewhere.contains(&false),
            "{commands:#?}"
        );
        let hex = commands.iter().find(|it| it.action == Action::ToggleHex).unwrap();
        assert_eq!(hex.elsewhere.as_deref(), Some("Live tail"));
        assert!(
            palette("")
                .commands(&keymap, LISTS)
                .iter()
                .all(|it| it.elsewhere.is_none())
        );
    }

    #[test]
    fn a_wrong_word_has_a_nearest_one() {
        assert_eq!(nearest_word("strems"), "streams");
        assert_eq!(nearest_word("refesh"), "refresh");
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn lines_are_remembered_once_and_come_back_newest_first() {
        let mut lines = VecDeque::new();
        for line in ["a", "b", "a"] {
            remember(&mut lines, line);
        }
        let mut palette = palette("");
        let mut seen = Vec::new();
        for older in [true, true, true, false, false] {
            palette.recall(older, &lines);
            seen.push(palette.input.value().to_owned());
        }
        assert_eq!(seen, ["a", "b", "b", "a", ""]);
        palette.retype("x".to_owned());
        assert!(!palette.recall(true, &lines));
    }
}
