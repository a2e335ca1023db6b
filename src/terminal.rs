//! The terminal: raw mode and the alternate screen are entered once and always left, on quit, error, panic and signals.
//!
//! Must not: know what is drawn.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::ResetColor;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};
use signal_hook::consts::SIGTSTP;
use thiserror::Error;

use crate::model::Size;

/// Room for a whole frame, so that it goes out in one write.
const BUFFER: usize = 64 << 10;
/// The longest text that is sent to a clipboard, in bytes: xterm takes no more than about 100,000 characters in Base64.
const LONGEST_COPY: usize = 74_000;
/// What a process that panicked ends with, as Rust's own runtime has it.
const PANICKED: i32 = 101;

/// Whether the terminal is ours now. Static, because a panic hook owns nothing.
static ENTERED: AtomicBool = AtomicBool::new(false);

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
    /// The terminal cannot be set up.
    #[error("the terminal cannot be set up: {0}")]
    Io(#[from] io::Error),
}

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    lost: bool,
}

impl Screen {
    /// Takes the terminal. From here on a panic gives it back before it is reported.
    pub fn enter() -> Result<Self, NoScreen> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(NoScreen::NoTerminal);
        }
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Err(NoScreen::Dumb);
        }
        give_back_on_panic();
        take()?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout()));
        match Terminal::new(backend) {
            Ok(terminal) => Ok(Self {
                terminal,
                lost: false,
            }),
            Err(error) => {
                give_back();
                Err(error.into())
            }
        }
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
        if std::mem::take(&mut self.lost) {
            let size = self.terminal.size()?;
            // Not `Terminal::clear`: that asks the terminal where its cursor is, and waits two seconds for one that does not say.
            self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        }
        self.terminal.draw(draw).map(|_| ())
    }

    /// Sends a text to the terminal's clipboard by OSC 52; `false` where it is longer than terminals take. It is Base64, so that
    /// nothing in it acts on the terminal.
    pub fn copy(&mut self, text: &str) -> io::Result<bool> {
        if text.len() > LONGEST_COPY {
            return Ok(false);
        }
        let mut out = io::stdout().lock();
        write!(out, "\x1b]52;c;{}\x07", BASE64.encode(text))?;
        out.flush()?;
        Ok(true)
    }

    /// Rings the terminal's bell, which moves nothing on the screen.
    pub fn ring(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(b"\x07")?;
        out.flush()
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
        give_back();
        let result = to();
        take()?;
        self.forget();
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Takes the terminal, wholly or not at all.
fn take() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide).inspect_err(|_| give_back())
}

/// Puts the terminal back as it was; does nothing where it is not ours. A terminal that has vanished cannot be put back,
/// and nobody is there to be told.
fn give_back() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(out, ResetColor, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// A panic on any thread gives the terminal back, is reported, and ends the program: a task that died silently would leave a
/// screen that waits for ever.
fn give_back_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if ENTERED.load(Ordering::SeqCst) {
            give_back();
            report(panic);
            std::process::exit(PANICKED);
        }
        report(panic);
    }));
}
