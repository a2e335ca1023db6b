//! A draft as a form: a row for each feature of the group, absent ones too, and a line for the value that is being typed.

use tui_input::Input;

use super::value::{parse_value, value_text};
use crate::edit::{Draft, FeatureSchema, Mistake, check};
use crate::resource::{FeatureRecord, FeatureValue, Features};

/// A draft as a form.
#[derive(Debug)]
pub struct Form {
    draft: Draft,
    /// The features of the group in its order, then what the record has besides.
    names: Vec<String>,
    /// The selected row.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The value that is being typed for the selected row.
    pub line: Option<ValueLine>,
    /// What is searched for among the features.
    pub search: Option<String>,
}

/// A value that is being typed.
#[derive(Debug)]
pub struct ValueLine {
    /// What was typed.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What was asked for and must be asked for again before it is done.
    pub doubt: Option<Doubt>,
    before: String,
}

/// What is done with a typed value only when it is asked for twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// What was typed is given up.
    GivesUp,
    /// A feature that the record does not have gets the empty text.
    Empties,
}

/// One row of the form.
#[derive(Clone, Copy, Debug)]
pub struct FormRow<'a> {
    /// The feature's name.
    pub name: &'a str,
    /// Its rules; none for one that the group does not have.
    pub rules: Option<&'a FeatureSchema>,
    /// What it was.
    pub before: Option<&'a FeatureValue>,
    /// What it will be. An event time that moves by itself is not told here.
    pub after: Option<&'a FeatureValue>,
}

/// What becomes of a feature, for the sign before its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    Same,
    /// It is another value.
    Changed,
    /// The record gets it.
    Added,
    /// The record loses it.
    Removed,
    /// The record does not have it.
    Absent,
}

impl Form {
    /// A form for a draft.
    pub fn of(draft: Draft) -> Self {
        let mut names: Vec<_> = draft
            .schema()
            .features()
            .iter()
            .map(|it| it.name.clone())
            .collect();
        let read = draft
            .base()
            .into_iter()
            .flat_map(|base| &base.values)
            .map(|(name, _)| name.as_str());
        let unknown = read.chain(draft.features().map(|(name, _)| name));
        for name in unknown.filter(|name| draft.schema().feature(name).is_none()) {
            if !names.iter().any(|it| it == name) {
                names.push(name.to_owned());
            }
        }
        Self {
            draft,
            names,
            cursor: 0,
            top: 0,
            line: None,
            search: None,
        }
    }

    /// The same place in a form for another draft of the record.
    pub fn take(&mut self, draft: Draft) {
        let (cursor, top, search) = (self.cursor, self.top, self.search.take());
        *self = Self {
            cursor,
            top,
            search,
            ..Self::of(draft)
        };
        self.cursor = cursor.min(self.names.len().saturating_sub(1));
    }

    /// The draft.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The draft, to choose how it is stored.
    pub fn draft_mut(&mut self) -> &mut Draft {
        &mut self.draft
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// A row.
    pub fn row(&self, place: usize) -> Option<FormRow<'_>> {
        let name = self.names.get(place)?;
        Some(FormRow {
            name,
            rules: self.draft.schema().feature(name),
            before: self
                .draft
                .base()
                .and_then(|base: &FeatureRecord| base.value(name)),
            after: self.draft.value(name),
        })
    }

    /// The selected row.
    pub fn selected(&self) -> Option<FormRow<'_>> {
        self.row(self.cursor)
    }

    /// Moves the cursor to a row, and the rows so that it shows; so many fit.
    pub fn move_to(&mut self, row: usize, fit: usize) {
        self.cursor = row.min(self.names.len().saturating_sub(1));
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(fit.max(1)), self.cursor);
    }

    /// Begins to type the value of the selected feature.
    pub fn begin_line(&mut self) {
        let text = self
            .selected()
            .map(|row| value_text(row.after))
            .unwrap_or_default();
        self.line = Some(ValueLine {
            input: Input::new(text.clone()),
            error: None,
            doubt: None,
            before: text,
        });
        self.check_line();
    }

    /// Looks whether the service would take what was typed so far; nothing is asked again of who goes on typing.
    pub fn check_line(&mut self) {
        let checked = self
            .typed()
            .map(|(name, value)| value.and_then(|value| check::value(self.draft.schema(), &name, &value)));
        if let (Some(line), Some(checked)) = (&mut self.line, checked) {
            line.error = checked.err().map(|mistake| mistake.why);
            line.doubt = None;
        }
    }

    /// Whether the line says something else than when it was begun.
    pub fn is_line_changed(&self) -> bool {
        self.line
            .as_ref()
            .is_some_and(|line| line.input.value() != line.before)
    }

    /// Closes the line without a change. One that says something else is closed only when this is asked for twice.
    pub fn leave_line(&mut self) {
        if !self.is_line_changed() || self.is_sure_of(Doubt::GivesUp) {
            self.line = None;
        }
    }

    /// Whether this was asked for before; from now on it was.
    fn is_sure_of(&mut self, doubt: Doubt) -> bool {
        let asked = self.line.as_mut().and_then(|line| line.doubt.replace(doubt));
        asked == Some(doubt)
    }

    /// Takes what was typed as the feature's value, and tells whether that changed anything; what is wrong with it stays on the
    /// line. A line that says what it said closes, and a feature that the record does not have becomes the empty text, where
    /// that is a value, only when this is asked for twice.
    pub fn accept_line(&mut self) -> bool {
        if !self.is_line_changed() {
            let may_be_empty = self.may_become_empty();
            if !may_be_empty {
                self.line = None;
            }
            if !may_be_empty || !self.is_sure_of(Doubt::Empties) {
                return false;
            }
        }
        let Some((name, value)) = self.typed() else {
            return false;
        };
        let taken = value.and_then(|value| self.draft.set(&name, value));
        match (taken, &mut self.line) {
            (Ok(()), _) => {
                self.line = None;
                true
            }
            (Err(mistake), Some(line)) => {
                line.error = Some(mistake.why);
                false
            }
            (Err(_), None) => false,
        }
    }

    /// Takes the selected feature out of the record.
    pub fn remove_selected(&mut self) -> Result<(), Mistake> {
        let name = self.selected().map(|row| row.name.to_owned());
        name.map_or(Ok(()), |name| self.draft.remove(&name))
    }

    /// Makes the selected feature what it was.
    pub fn put_back_selected(&mut self) {
        if let Some(name) = self.selected().map(|row| row.name.to_owned()) {
            self.draft.put_back(&name);
        }
    }

    /// Makes the record exactly these features.
    pub fn replace(&mut self, features: &Features) -> Result<(), Vec<Mistake>> {
        self.draft.replace(features)
    }

    /// The next row from one on, or before it, whose name or value holds what is searched for; goes around.
    pub fn find(&self, forwards: bool) -> Option<usize> {
        let wanted = self.search.as_ref()?.to_lowercase();
        let count = self.names.len();
        let step = |n: usize| {
            (if forwards {
                self.cursor + n
            } else {
                self.cursor + count - n
            }) % count
        };
        (1..=count).map(step).find(|place| {
            self.row(*place).is_some_and(|row| {
                let value = value_text(row.after);
                row.name.to_lowercase().contains(&wanted) || value.to_lowercase().contains(&wanted)
            })
        })
    }

    /// Whether the selected feature is absent, and the empty text would be a value of it.
    fn may_become_empty(&self) -> bool {
        let empty = FeatureValue::One(String::new());
        self.selected().is_some_and(|row| {
            row.after.is_none() && check::value(self.draft.schema(), row.name, &empty).is_ok()
        })
    }

    fn typed(&self) -> Option<(String, Result<FeatureValue, Mistake>)> {
        let (row, line) = (self.selected()?, self.line.as_ref()?);
        let value = parse_value(row.rules, row.name, line.input.value());
        Some((row.name.to_owned(), value))
    }
}

impl Doubt {
    /// What is said before it is asked for again, with actions instead of keys.
    pub fn words(self) -> &'static str {
        match self {
            Self::GivesUp => "{back} again gives up what is typed; {accept} takes it",
            Self::Empties => "{accept} again makes it the empty text \"\"; {back} leaves it absent",
        }
    }
}

impl FormRow<'_> {
    /// What becomes of the feature.
    pub fn sign(&self) -> Sign {
        match (self.before, self.after) {
            (None, None) => Sign::Absent,
            (None, Some(_)) => Sign::Added,
            (Some(_), None) => Sign::Removed,
            (Some(before), Some(after)) if before == after => Sign::Same,
            (Some(_), Some(_)) => Sign::Changed,
        }
    }
}
