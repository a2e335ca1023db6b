//! The tour of the demo, from its first key to its end.

use crate::cast::Cast;
use crate::pty::{Launch, Program};

use super::start;

fn tour(file: &str) -> Launch {
    let args = ["demo", "--tour", "--redact", "--record", file];
    Launch::new(&args).env("KINESCOPE_TOUR_PACE", "40").size(80, 24)
}

#[test]
fn the_tour_shows_the_four_sections_and_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tour.cast");
    let program = start(tour(file.to_str().unwrap()));
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
    let cast = Cast::read(&file);
    let steps = kinescope::tour::steps().unwrap();
    let mut begun = 0;
    cast.play(|screen, code, _| {
        if code != "m" {
            return;
        }
        // The caption below tells of more than is there.
        let rows: Vec<_> = screen.rows(0, 80).take(23).collect();
        let contents = rows.join("\n");
        let step = &steps[begun];
        assert!(
            !step.is_done(&contents),
            "nothing would bring '{}':\n{contents}",
            step.until
        );
        begun += 1;
    });
    assert_eq!(begun, steps.len());
    assert!(!cast.output().contains("111122223333"));
}

#[test]
fn a_key_takes_over_and_the_tour_is_gone() {
    let mut program: Program = start(Launch::new(&["demo", "--tour"]));
    program.wait_for("Four services");
    program.keys("j");
    program.wait_for("the tour has stopped");
    program.wait_until("the program without its caption", |screen| {
        !screen.contents().contains("Four services")
    });
    program.keys("4");
    program.wait_for("INPROGRESS");
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn who_has_seen_enough_quits() {
    for (key, code) in [("q", 0), ("\x03", 130)] {
        let mut program: Program = start(Launch::new(&["demo", "--tour"]));
        program.wait_for("Four services");
        program.keys(key);
        assert_eq!(program.exit_code(), code);
        program.assert_terminal_is_given_back();
    }
}
