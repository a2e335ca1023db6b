//! The terminal: raw mode and the alternate screen are entered once and always left, on quit, error, panic and signals.
//!
//! Must not: know what is drawn.

pub mod clipboard;
mod output;
pub mod panics;
pub mod recording;
mod surroundings;
mod thrift;

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use jiff::Timestamp;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};
use signal_hook::consts::SIGTSTP;
use thiserror::Error;

use output::Output;
use recording::Recording;
pub use recording::{Opening, RecordError};
pub use surroundings::{Colours, Multiplexer, Surroundings};
pub use thrift::Thrift;

use crate::model::Size;

/// Room for a whole frame, so that it goes out in one write.
const BUFFER: usize = 64 << 10;

/// Whether the terminal is ours now. Static, because a panic hook owns nothing.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether its window has a title of ours.
static ENTITLED: AtomicBool = AtomicBool::new(false);
/// Whether it holds a frame back until that is whole.
static HOLDS: AtomicBool = AtomicBool::new(false);
/// Has the terminal keep the title of its window, and take it again (xterm's window operations).
const KEEP_TITLE: &str = "\x1b[22;2t";
const TAKE_TITLE: &str = "\x1b[23;2t";

/// Why there can be no screen.
#[derive(Debug, Error)]
pub enum NoScreen {
    /// Input or output is a file or a pipe.
    #[error(
        "the screen needs a terminal, and there is none here; `kinescope tail STREAM` writes to a pipe or a file"
    )]
    NoTerminal,
    /// The terminal says that it can do nothing.
    #[error(
        "the terminal is TERM=dumb, which cannot show a screen; `kinescope tail STREAM` writes plain lines"
    )]
    Dumb,
    /// It was to be recorded.
    #[error(transparent)]
    Unrecorded(#[from] RecordError),
    /// The terminal cannot be set up.
    #[error("the terminal cannot be set up: {0}")]
    Io(#[from] io::Error),
}

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<Thrift<BufWriter<Output>>>,
    surroundings: Surroundings,
    lost: bool,
}

impl Screen {
    /// Takes the terminal. It is given back when this is dropped, and by [`panics`]. All that is written is recorded where that is
    /// asked for.
    pub fn enter(surroundings: Surroundings, record: Option<Record>) -> Result<Self, NoScreen> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(NoScreen::NoTerminal);
        }
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Err(NoScreen::Dumb);
        }
        if let Some(record) = record {
            begin_recording(record)?;
        }
        take()?;
        let backend = Thrift::new(BufWriter::with_capacity(BUFFER, Output));
        match Terminal::new(backend) {
            Ok(terminal) => Ok(Self {
                terminal,
                surroundings,
                lost: false,
            }),
            Err(error) => {
                give_back();
                Err(error.into())
            }
        }
    }

    /// Why the recording has ended, if it has; told once.
    pub fn recording_trouble(&self) -> Option<String> {
        output::with_recording(|it| it.take_trouble()).flatten()
    }

    /// Marks this moment in the recording.
    pub fn mark(&self, label: &str) {
        output::with_recording(|it| it.mark(label));
    }

    /// The size that the terminal has now.
    pub fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size {
            width: size.width,
            height: size.height,
        })
    }

    /// Draws a frame: what differs from the last one is written, at once.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if output::is_recording() {
            let size = self.size()?;
            output::with_recording(|it| it.resize(size));
        }
        if std::mem::take(&mut self.lost) {
            let size = self.terminal.size()?;
            // Not `Terminal::clear`: that asks the terminal where its cursor is, and waits two seconds for one that does not say.
            self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        }
        if !self.surroundings.synchronizes {
            return self.terminal.draw(draw).map(drop);
        }
        HOLDS.store(true, Ordering::SeqCst);
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        HOLDS.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Sends a text to the terminal's clipboard; `false` where it is longer than terminals take. A recording has nothing of it:
    /// whoever plays it keeps their clipboard.
    pub fn copy(&mut self, text: &str) -> io::Result<bool> {
        if text.len() > clipboard::LONGEST {
            return Ok(false);
        }
        Write::flush(self.terminal.backend_mut())?;
        output::write_unrecorded(&clipboard::sequence(text, self.surroundings.inside))?;
        Ok(true)
    }

    /// Rings the terminal's bell, which moves nothing on the screen.
    pub fn ring(&mut self) -> io::Result<()> {
        self.write(b"\x07")
    }

    /// Names the terminal's window until it is given back. The text must be sanitized.
    pub fn entitle(&mut self, title: &str) -> io::Result<()> {
        let keep = if ENTITLED.swap(true, Ordering::SeqCst) {
            ""
        } else {
            KEEP_TITLE
        };
        self.write(format!("{keep}\x1b]2;{title}\x07").as_bytes())
    }

    /// What is around the program.
    pub fn surroundings(&self) -> Surroundings {
        self.surroundings
    }

    /// Writes what is no part of a frame.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(bytes)?;
        Write::flush(out)
    }

    /// What is on the screen is not known any more: the next frame is written whole.
    pub fn forget(&mut self) {
        self.lost = true;
    }

    /// Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal again once it is continued.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.lend(|| signal_hook::low_level::emulate_default_handler(SIGTSTP))?
    }

    /// Gives the terminal back while something else uses it.
    pub fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        output::with_recording(Recording::pause);
        give_back();
        let result = to();
        take()?;
        output::with_recording(Recording::resume);
        self.forget();
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
        output::finish();
    }
}

/// A recording that is asked for.
pub struct Record {
    /// The file, which must not be there yet.
    pub file: PathBuf,
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub at: Timestamp,
    /// The time since some moment, which never goes back.
    pub clock: Box<dyn Fn() -> Duration + Send>,
}

fn begin_recording(record: Record) -> Result<(), NoScreen> {
    let (width, height) = crossterm::terminal::size()?;
    let file = recording::create(&record.file)?;
    let opening = Opening {
        at: record.at,
        size: Size { width, height },
        title: record.title,
    };
    output::record(Recording::begin(file, &opening, record.clock)?);
    Ok(())
}

/// Takes the terminal, wholly or not at all.
fn take() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(Output, EnterAlternateScreen, EnableBracketedPaste, Hide).inspect_err(|_| give_back())
}

/// Whether the terminal may be written to.
fn is_ours() -> bool {
    ENTERED.load(Ordering::SeqCst)
}

/// Puts the terminal back as it was; does nothing where it is not ours. A terminal that has vanished cannot be put back,
/// and nobody is there to be told. From here on what is still drawn reaches it no more.
fn give_back() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut last = Vec::new();
    // To a Vec nothing fails.
    if HOLDS.swap(false, Ordering::SeqCst) {
        let _ = queue!(last, EndSynchronizedUpdate);
    }
    if ENTITLED.swap(false, Ordering::SeqCst) {
        let _ = write!(last, "{TAKE_TITLE}");
    }
    let _ = queue!(
        last,
        ResetColor,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = output::write_last(&last);
    let _ = disable_raw_mode();
}
