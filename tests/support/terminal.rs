//! The program's terminal seen from the other side: its size, its modes, what was written to it, and signals.

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::LocalFlags;

use super::pty::{Life, Program, picture_size, pty_size};

const LEAVE: &str = "\x1b[?1049l";
const SHOW_CURSOR: &str = "\x1b[?25h";

impl Program {
    /// Makes the terminal as large as this.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        // First the picture of it, so that nothing is drawn at the new size on the old one.
        let (picture_rows, picture_columns) = picture_size(columns, rows);
        let mut known = self.watch.known();
        known.parser.screen_mut().set_size(picture_rows, picture_columns);
        drop(known);
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

    /// Fails unless all that follows the leaving of the alternate screen is that the cursor is shown.
    pub(crate) fn assert_nothing_follows_the_leaving(&self) {
        let raw = self.raw_output();
        let output = String::from_utf8_lossy(&raw);
        let (_, rest) = output.rsplit_once(LEAVE).unwrap();
        assert_eq!(rest.replace(SHOW_CURSOR, ""), "", "written after the leaving");
        assert!(rest.contains(SHOW_CURSOR));
    }
}
