//! Journeys: the real program in a real terminal, from the first key to the exit code.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "support/cast.rs"]
mod cast;
#[path = "screenshots/pictures.rs"]
mod pictures;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/shell.rs"]
mod shell;
#[path = "support/terminal.rs"]
mod terminal;

mod journeys {
    mod browse;
    mod decode;
    mod denied;
    mod editor;
    mod faults;
    mod get;
    mod headless;
    mod hostile;
    mod hung;
    mod leaving;
    mod mistakes;
    mod pictures;
    mod predictions;
    mod recording;
    mod records;
    mod redact;
    mod serve;
    mod session;
    mod sizes;
    mod surroundings;
    mod tail;
    mod tour;

    use std::path::Path;

    use crate::pty::{Launch, Program};
    use crate::shell::{ACCOUNT, BINARY};

    /// The program in a terminal.
    fn start(launch: Launch) -> Program {
        launch.start(Path::new(BINARY))
    }

    /// The demo, with its streams on the screen.
    fn demo() -> Program {
        let program = start(Launch::new(&["demo"]));
        program.wait_for("clickstream");
        program
    }

    /// The demo, with the stream of orders selected and described.
    fn demo_at_orders() -> Program {
        let mut program = demo();
        program.keys("/orders\r");
        program.wait_until("the detail of orders", |screen| {
            let mut detail = screen.rows(36, 64);
            detail.any(|row| row.contains(" orders ")) && screen.contents().contains("closed")
        });
        program
    }

    /// The demo, reading the stream of orders, with records on the screen.
    fn tail_of_orders() -> Program {
        let mut program = demo_at_orders();
        program.keys("t");
        program.wait_for("{\"order_id\"");
        program
    }

    /// The explorer at an endpoint.
    fn at(url: &str) -> Launch {
        let launch = Launch::new(&["--endpoint-url", url]);
        ACCOUNT
            .iter()
            .fold(launch, |launch, (name, value)| launch.env(name, value))
    }
}
