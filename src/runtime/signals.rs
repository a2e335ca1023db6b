//! The signals that end or stop the program.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{self, SignalKind};

/// How long after the terminal came back signals of its keyboard may still be on their way.
pub(super) const ECHO: Duration = Duration::from_millis(250);

/// A signal, by what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// To end: SIGTERM, SIGHUP.
    End,
    /// To end, from the keyboard: SIGINT, SIGQUIT.
    Interrupt,
    /// To stop like a job: SIGTSTP.
    Stop,
}

/// The signals as they come.
#[derive(Debug)]
pub struct Signals {
    interrupt: unix::Signal,
    quit: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    stop: unix::Signal,
}

impl Signal {
    /// Whether it is one that a key makes.
    pub(super) fn is_from_keyboard(self) -> bool {
        matches!(self, Self::Interrupt | Self::Stop)
    }
}

impl Signals {
    /// From now on these signals come here instead of ending the program at once.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            quit: unix::signal(SignalKind::quit())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
            stop: unix::signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
        })
    }

    /// The next one that asks to end. One that asks to stop stops the process until it is continued, as it would anyway: for
    /// programs without a screen to give back.
    pub async fn end(&mut self) {
        while self.next().await == Signal::Stop {
            // A process that cannot be stopped goes on.
            let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
        }
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.quit.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::End,
            _ = self.hang_up.recv() => Signal::End,
            _ = self.stop.recv() => Signal::Stop,
        }
    }
}
