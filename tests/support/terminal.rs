//! The program's terminal seen from the other side: its size, its modes, what was written to it, and signals.

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::LocalFlags;

use super::pty::{Life, Program, pty_size};

/// What leaving the terminal ends with: the alternate screen left, the cursor shown.
const LEFT: &[u8] = b"\x1b[?1049l\x1b[?25h";

impl Program {
    /// Makes the terminal as large as this.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        // First the picture of it, so that nothing is drawn at the new size on the old one.
        self.watch.known().parser.screen_mut().set_size(rows, columns);
        self.terminal.resize(pty_size(columns, rows)).unwrap();
    }

    /// Sends a signal to the program.
    pub(crate) fn send(&self, signal: Signal) {
        kill(self.pid, signal).unwrap();
    }

    /// Waits until the program has stopped like a job.
    pub(crate) fn wait_until_stopped(&self) {
        drop(
            self.watch
                .wait("the program to stop", |known| known.life == Life::Stopped),
        );
    }

    /// Everything that was written to the terminal.
    pub(crate) fn raw_output(&self) -> Vec<u8> {
        self.watch.known().raw.clone()
    }

    /// How many bytes were written to the terminal.
    pub(crate) fn written(&self) -> usize {
        self.watch.known().raw.len()
    }

    /// Waits until more than so many bytes were written to the terminal.
    pub(crate) fn wait_for_more_than(&self, bytes: usize) {
        drop(
            self.watch
                .wait("the program to draw", |known| known.raw.len() > bytes),
        );
    }

    /// Fails unless the terminal is as a shell wants it: its own screen, a cursor, plain pasting, line editing and echo.
    pub(crate) fn assert_terminal_is_given_back(&self) {
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        let modes = self.terminal.get_termios().unwrap().local_flags;
        let cooked = LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
        assert!(modes.contains(cooked), "still in raw mode: {modes:?}");
    }

    /// Fails unless the last thing that was written was the leaving of the terminal.
    pub(crate) fn assert_nothing_follows_the_leaving(&self) {
        let raw = self.raw_output();
        let end = String::from_utf8_lossy(&raw[raw.len().saturating_sub(60)..]).into_owned();
        assert!(raw.ends_with(LEFT), "the output ends with {end:?}");
    }
}
