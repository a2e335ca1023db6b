//! Notices that the terminal has vanished, also where no SIGHUP tells: a session without a controlling terminal gets none.
//!
//! Must not: read from the terminal.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;

use rustix::io::Errno;
use tokio::io::{Interest, Ready};
use tokio::net::unix::pipe;

/// The terminal, looked at from aside.
pub(super) struct Watch(Option<pipe::Receiver>);

impl Watch {
    /// Watches the terminal that keys come from. Where it cannot be watched, its end is noticed when it is next used.
    pub(super) fn new() -> Self {
        Self(watched().ok())
    }

    /// Waits until it has vanished. What else happens to it wakes nobody here.
    pub(super) async fn vanished(&self) {
        if let Some(terminal) = &self.0
            && terminal.ready(Interest::ERROR).await.is_ok_and(Ready::is_error)
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Whether an error is that of a terminal that has vanished.
pub(super) fn is_so(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::IO.raw_os_error())
}

/// Only to be told of errors, which terminals tell as pipes do; nothing is read through it.
fn watched() -> io::Result<pipe::Receiver> {
    let terminal = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    pipe::Receiver::from_file_unchecked(terminal)
}
