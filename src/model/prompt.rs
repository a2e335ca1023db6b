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
        if let Some(choice) = self.choices.get(place) {
            self.input = Input::new(choice.text.clone());
            self.chosen = Some(place);
            self.error = None;
        }
    }

    /// Something is about to be typed: a word that was chosen, and not changed since, gives way to it, unless it is a beginning
    /// that asks for more.
    pub fn make_way(&mut self) {
        let chosen = self.chosen.take().and_then(|place| self.choices.get(place));
        if chosen
            .is_some_and(|choice| choice.text == self.input.value() && !choice.text.ends_with([':', ' ']))
        {
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
