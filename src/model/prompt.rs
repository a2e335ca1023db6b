//! A line of text that is being typed, with words to choose from where there are some.

use tui_input::Input;

use super::Purpose;

/// A line that is being typed.
#[derive(Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What was typed.
    pub input: Input,
    /// Words that can be chosen instead of typing them.
    pub choices: Vec<Choice>,
    /// Whether one takes the place of the last word of the line, and not of the whole line.
    pub by_word: bool,
    /// The one that was chosen last.
    pub chosen: Option<usize>,
    /// What is wrong with the line.
    pub error: Option<String>,
}

/// A word to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it puts into the line.
    pub text: String,
    /// What it means.
    pub help: String,
}

impl Prompt {
    /// An empty line.
    pub fn new(purpose: Purpose) -> Self {
        Self::with(purpose, String::new())
    }

    /// A line with a text to be changed.
    pub fn with(purpose: Purpose, text: String) -> Self {
        Self {
            purpose,
            input: Input::new(text),
            choices: Vec::new(),
            by_word: false,
            chosen: None,
            error: None,
        }
    }

    /// The same with words to choose from.
    #[must_use]
    pub fn offering(self, choices: impl IntoIterator<Item = Choice>) -> Self {
        Self {
            choices: choices.into_iter().collect(),
            ..self
        }
    }

    /// Puts the next word into the line, or the one before.
    pub fn choose(&mut self, forwards: bool) {
        let last = self.choices.len().saturating_sub(1);
        let place = match (self.chosen, forwards) {
            (None, true) => 0,
            (None, false) => last,
            (Some(place), true) => (place + 1).min(last),
            (Some(place), false) => place.saturating_sub(1),
        };
        let kept = self.kept();
        if let Some(choice) = self.choices.get(place) {
            self.input = Input::new(kept + &choice.text);
            self.chosen = Some(place);
            self.error = None;
        }
    }

    /// What stays of the line when a word is chosen.
    fn kept(&self) -> String {
        let line = self.input.value();
        let chosen = self.chosen.and_then(|place| self.choices.get(place));
        let before = chosen.and_then(|choice| line.strip_suffix(&choice.text));
        let words = line.rfind([' ', ',']).map_or("", |at| &line[..=at]);
        if self.by_word {
            before.unwrap_or(words).to_owned()
        } else {
            String::new()
        }
    }

    /// Something is about to be typed: a word that was chosen, and not changed since, gives way to it, unless it is a beginning
    /// that asks for more.
    pub fn make_way(&mut self) {
        let chosen = self.chosen.take().and_then(|place| self.choices.get(place));
        let whole = |choice: &Choice| choice.text == self.input.value() && !choice.text.ends_with([':', ' ']);
        if !self.by_word && chosen.is_some_and(whole) {
            self.input.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt() -> Prompt {
        let choice = |text: &str| Choice {
            text: text.to_owned(),
            help: String::new(),
        };
        Prompt::new(Purpose::Search).offering(["a", "b"].map(choice))
    }

    #[test]
    fn words_are_chosen_in_turn_and_give_way_to_typing() {
        let mut prompt = prompt();
        let mut seen = Vec::new();
        for forwards in [true, true, true, false] {
            prompt.choose(forwards);
            seen.push(prompt.input.value().to_owned());
        }
        assert_eq!(seen, ["a", "b", "b", "a"]);
        prompt.make_way();
        assert_eq!(prompt.input.value(), "");
    }

    #[test]
    fn words_are_chosen_one_after_another_where_a_line_takes_several() {
        let mut prompt = prompt();
        prompt.by_word = true;
        prompt.input = Input::new("x, y".to_owned());
        prompt.choose(true);
        assert_eq!(prompt.input.value(), "x, a");
        prompt.choose(true);
        assert_eq!(prompt.input.value(), "x, b");
        prompt.make_way();
        prompt.input = Input::new("x, b ".to_owned());
        prompt.choose(true);
        assert_eq!(prompt.input.value(), "x, b a");
    }

    #[test]
    fn a_beginning_is_gone_on_with() {
        let choice = Choice {
            text: "avro:".to_owned(),
            help: String::new(),
        };
        let mut prompt = Prompt::new(Purpose::Decoder).offering([choice]);
        prompt.choose(true);
        prompt.make_way();
        assert_eq!(prompt.input.value(), "avro:");
    }

    #[test]
    fn a_word_that_was_changed_stays() {
        let mut prompt = prompt();
        prompt.choose(true);
        prompt.input = Input::new("ab".to_owned());
        prompt.make_way();
        assert_eq!(prompt.input.value(), "ab");
    }
}
