//! A tour of the four sections, as `kinescope demo --tour` plays it: keys that are pressed as a person would, and captions.
//!
//! It is a machine without I/O: it is told the time and what is on the screen, and says what comes next. It waits for what a key
//! brings and not for a time, so that it is the same on a slow machine.
//!
//! Must not: do anything but press keys.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use thiserror::Error;

use crate::keymap::{Chord, ChordError};
use crate::model::Size;
use crate::view;

const EMBEDDED: &str = include_str!("../assets/tour.toml");

/// The least room in which all that it waits for shows.
pub const ROOM: Size = Size {
    width: 80,
    height: 24,
};
/// Between two keys of a word.
const KEYSTROKE: Duration = Duration::from_millis(110);
/// Before the first key of a step, so that the caption is seen first.
const BREATH: Duration = Duration::from_millis(900);
/// How long what a key brings is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A script that cannot be played.
#[derive(Debug, Error)]
pub enum ScriptError {
    /// It is not written as it must be.
    #[error("the tour's script is wrong: {0}")]
    Wrong(#[from] toml::de::Error),
    /// It presses a key that there is not.
    #[error("the tour's script is wrong: {0}")]
    Key(#[from] ChordError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    step: Vec<Step>,
}

/// A part of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is told meanwhile; as before where nothing is said.
    pub caption: Option<String>,
    /// What is typed; a key with a name stands in angle brackets, such as `<enter>`.
    #[serde(default)]
    pub keys: String,
    /// What is on the screen when they have done their work.
    pub until: String,
    /// What is not on it any more.
    pub gone: Option<String>,
    /// Seconds for which that is looked at.
    pub pause: f64,
}

impl Step {
    /// Whether a screen shows that its keys have done their work, also one that has nothing but ASCII.
    pub fn is_done(&self, screen: &str) -> bool {
        let screen = view::in_ascii(screen);
        let shows = |text: &String| screen.contains(&view::in_ascii(text));
        shows(&self.until) && !self.gone.as_ref().is_some_and(shows)
    }
}

/// What the tour wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// Show this caption.
    Caption(String),
    /// A part begins: this is its number.
    Mark(usize),
    /// Press this key.
    Press(KeyEvent),
    /// It is over.
    End,
    /// This did not come.
    Stuck(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next step begins at this time.
    Between(Duration),
    /// The next key is pressed at this time.
    Typing(Duration),
    /// It is waited for what the keys bring, since this time.
    Waiting(Duration),
    /// It is over.
    Over,
}

/// A tour under way.
#[derive(Debug)]
pub struct Tour {
    steps: Vec<Step>,
    at: usize,
    keys: VecDeque<KeyEvent>,
    state: State,
    /// Whether what is waited for is on the screen.
    is_there: bool,
    /// How many times as fast as usual.
    pace: u32,
}

impl Tour {
    /// The tour of the demo, so many times as fast as a person can follow it.
    pub fn embedded(pace: u32) -> Result<Self, ScriptError> {
        let steps = steps()?;
        steps.iter().try_for_each(|step| keys(&step.keys).map(drop))?;
        Ok(Self {
            steps,
            at: 0,
            keys: VecDeque::new(),
            state: State::Between(Duration::ZERO),
            is_there: false,
            pace: pace.max(1),
        })
    }

    /// When it wants to go on; where it waits for the screen, at the latest.
    pub fn wake_at(&self) -> Option<Duration> {
        match self.state {
            State::Between(at) | State::Typing(at) => Some(at),
            State::Waiting(since) if self.is_there => Some(since),
            State::Waiting(since) => Some(since + PATIENCE),
            State::Over => None,
        }
    }

    /// Whether it waits for something on the screen.
    pub fn is_looking(&self) -> bool {
        matches!(self.state, State::Waiting(_)) && !self.is_there
    }

    /// Looks at a screen that was drawn after all that it has done.
    pub fn look(&mut self, screen: &str) {
        if let Some(step) = self.steps.get(self.at).filter(|_| self.is_looking()) {
            self.is_there = step.is_done(screen);
        }
    }

    /// Goes on. To be asked again until there is nothing more to do at this time.
    pub fn go_on(&mut self, now: Duration) -> Option<Cue> {
        match self.state {
            State::Between(at) if at <= now => Some(self.begin(now)),
            State::Typing(at) if at <= now => {
                let key = self.keys.pop_front();
                self.state = match key {
                    Some(_) => State::Typing(now + KEYSTROKE / self.pace),
                    None => State::Waiting(now),
                };
                key.map(Cue::Press)
            }
            State::Waiting(_) if self.is_there => {
                self.is_there = false;
                let pause = Duration::try_from_secs_f64(self.steps[self.at].pause).unwrap_or_default();
                self.at += 1;
                self.state = State::Between(now + pause / self.pace);
                None
            }
            State::Waiting(since) if since + PATIENCE <= now => {
                self.state = State::Over;
                Some(Cue::Stuck(self.steps[self.at].until.clone()))
            }
            _ => None,
        }
    }

    /// Begins a step: its keys come after its caption, which comes after its mark.
    fn begin(&mut self, now: Duration) -> Cue {
        let Some(step) = self.steps.get_mut(self.at) else {
            self.state = State::Over;
            return Cue::End;
        };
        // Looked through when it was read.
        self.keys = keys(&step.keys).unwrap_or_default();
        if let Some(caption) = step.caption.take() {
            return Cue::Caption(caption);
        }
        self.state = State::Typing(now + BREATH / self.pace);
        Cue::Mark(self.at)
    }
}

/// The steps of the demo's tour.
pub fn steps() -> Result<Vec<Step>, ScriptError> {
    Ok(toml::from_str::<Script>(EMBEDDED)?.step)
}

/// The keys of a text.
fn keys(text: &str) -> Result<VecDeque<KeyEvent>, ChordError> {
    let mut keys = VecDeque::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            keys.push_back(name.parse::<Chord>()?.into());
            rest = after;
        } else {
            keys.push_back(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE));
            rest = &rest[character.len_utf8()..];
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays it on a screen that shows what is waited for as soon as it is; gives what it did, and how long it took.
    fn play(tour: &mut Tour) -> (Vec<Cue>, Duration) {
        let (mut now, mut cues) = (Duration::ZERO, Vec::new());
        let wanted: Vec<_> = tour.steps.iter().map(|step| step.until.clone()).collect();
        while let Some(at) = tour.wake_at() {
            now = now.max(at);
            while let Some(cue) = tour.go_on(now) {
                cues.push(cue);
            }
            if tour.is_looking() {
                tour.look(&wanted[tour.at]);
            }
        }
        (cues, now)
    }

    #[test]
    fn the_tour_takes_about_a_minute_and_ends() {
        let (cues, took) = play(&mut Tour::embedded(1).unwrap());
        assert_eq!(cues.last(), Some(&Cue::End));
        assert!((60..=100).contains(&took.as_secs()), "{took:?}");
        let sections = ["1", "2", "3", "4"].map(|key| Cue::Press(key.parse::<Chord>().unwrap().into()));
        assert!(sections[1..].iter().all(|section| cues.contains(section)));
    }

    #[test]
    fn a_step_begins_with_its_caption_and_ends_with_what_it_brings() {
        let mut tour = Tour::embedded(1).unwrap();
        tour.steps.truncate(1);
        tour.steps[0] = Step {
            caption: Some("c".to_owned()),
            keys: "a<enter>".to_owned(),
            until: "there".to_owned(),
            gone: Some("not there".to_owned()),
            pause: 2.0,
        };
        let (cues, took) = play(&mut tour);
        let key = |key: &str| Cue::Press(key.parse::<Chord>().unwrap().into());
        assert_eq!(
            cues,
            [
                Cue::Caption("c".to_owned()),
                Cue::Mark(0),
                key("a"),
                key("enter"),
                Cue::End
            ]
        );
        assert_eq!(took, BREATH + 2 * KEYSTROKE + Duration::from_secs(2));
    }

    #[test]
    fn a_step_is_done_in_ascii_too() {
        for step in steps().unwrap() {
            let gone = step.gone.as_deref().unwrap_or("nothing");
            for screen in [step.until.clone(), view::in_ascii(&step.until)] {
                assert!(step.is_done(&screen), "{screen}");
                assert!(!step.is_done(&format!("{screen}\n{gone}")) || step.gone.is_none());
            }
            // A sign alone could be any letter.
            assert!(step.until.len() > 4, "{}", step.until);
        }
    }

    #[test]
    fn what_does_not_come_is_not_waited_for_for_ever() {
        let mut tour = Tour::embedded(1).unwrap();
        let (first, mut now) = (tour.steps[0].until.clone(), Duration::ZERO);
        let mut cues = Vec::new();
        while let Some(at) = tour.wake_at() {
            now = now.max(at);
            cues.extend(tour.go_on(now));
            tour.look("nothing of it");
        }
        assert_eq!(cues.last(), Some(&Cue::Stuck(first)));
        assert!(now >= PATIENCE);
    }
}
