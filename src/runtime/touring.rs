//! A tour plays the program: its keys go the way of a person's, until the person presses one.

use std::io;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::{Buffer, Cell};

use super::App;
use crate::keymap::Keymap;
use crate::message::{Ended, Message};
use crate::tour::{Cue, Tour};

/// Who takes over is told so.
const TAKEN_OVER: &str = "the tour has stopped, and the keys are yours: ? tells them";

impl App {
    /// The same, played by a tour, with the keys that it knows: those of the person come back with the person.
    #[must_use]
    pub fn touring(mut self, tour: Tour, keymap: Keymap) -> Self {
        self.persons_keymap = Some(std::mem::replace(&mut self.model.keymap, keymap));
        self.tour = Some(tour);
        self
    }

    /// Does what the tour wants done by now.
    pub(super) fn play(&mut self) -> io::Result<Option<Ended>> {
        let now = self.clock.now().mono;
        while let Some(cue) = self.tour.as_mut().and_then(|tour| tour.go_on(now)) {
            let ended = match cue {
                Cue::Caption(caption) => {
                    self.caption.clone_from(&caption);
                    self.take(Message::Captioned(Some(caption)))?
                }
                Cue::Mark(_) => {
                    self.screen.mark(&self.caption);
                    None
                }
                Cue::Press(key) => self.take(Message::Key(key))?,
                Cue::End => self.take(Message::TourEnded)?,
                Cue::Stuck(what) => {
                    let words = format!("the tour waited for '{what}', which did not come");
                    return Err(io::Error::new(io::ErrorKind::TimedOut, words));
                }
            };
            if ended.is_some() {
                return Ok(ended);
            }
        }
        // What it waits for may be on the screen already.
        self.dirty |= self.tour.as_ref().is_some_and(Tour::is_looking);
        Ok(None)
    }

    /// A person's key stops the tour: Ctrl-C and q end the program, which is how the others know that it can be done.
    pub(super) fn take_over(&mut self, key: KeyEvent) -> io::Result<Option<Ended>> {
        let ended = self.stop_tour()?;
        match (key.code, key.modifiers) {
            (KeyCode::Char('q'), KeyModifiers::NONE) => self.take(Message::TourEnded),
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => self.take(Message::Key(key)),
            _ => Ok(ended),
        }
    }

    /// Leaves the program to the person, and says so.
    pub(super) fn stop_tour(&mut self) -> io::Result<Option<Ended>> {
        self.tour = None;
        if let Some(keymap) = self.persons_keymap.take() {
            self.model.keymap = keymap;
        }
        let mut ended = self.take(Message::Captioned(None))?;
        if let Some(message) = self.held.take() {
            ended = self.take(message)?.or(ended);
        }
        self.model.notify(self.clock.now().mono, TAKEN_OVER, false);
        Ok(ended)
    }
}

/// Lets a tour look at what was drawn, where it waits for something: not at so many lines at the end, which are its own.
pub(super) fn look(tour: Option<&mut Tour>, buffer: &Buffer, own: u16) {
    let Some(tour) = tour.filter(|tour| tour.is_looking()) else {
        return;
    };
    let width = usize::from(buffer.area.width.max(1));
    let mut text = String::with_capacity(buffer.content.len() + 64);
    let rows = buffer.area.height.saturating_sub(own);
    for row in buffer.content.chunks(width).take(usize::from(rows)) {
        text.extend(row.iter().map(Cell::symbol));
        text.push('\n');
    }
    tour.look(&text);
}
