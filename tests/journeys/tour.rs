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

#[test]
fn a_tour_goes_its_way_whatever_the_person_has_set_or_left() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = folder.path().join("kinescope/drafts");
    std::fs::create_dir_all(&drafts).unwrap();
    std::fs::write(drafts.join("left.json"), "nothing that can be read").unwrap();
    let config = folder.path().join("config.toml");
    let keys = "[keys.browse]\nopen = 'f2'\ntail = 'f3'\n[keys.global]\nshow-tables = 'f4'\n";
    std::fs::write(&config, keys).unwrap();
    let args = ["demo", "--tour", "--ascii", "--config", config.to_str().unwrap()];
    let launch = Launch::new(&args).env("XDG_STATE_HOME", folder.path().to_str().unwrap());
    let program = start(launch.env("KINESCOPE_TOUR_PACE", "40").size(80, 24));
    assert_eq!(program.exit_code(), 0);
    program.assert_terminal_is_given_back();
}

#[test]
fn a_tour_that_cannot_come_to_its_end_does_not_begin() {
    for (launch, words) in [
        (
            Launch::new(&["demo", "--tour", "--read-only"]),
            "read-only refuses",
        ),
        (
            Launch::new(&["demo", "--tour"]).size(79, 24),
            "the tour needs 80 columns and 24 lines",
        ),
    ] {
        let program = start(launch);
        assert_eq!(program.exit_code(), 2);
        program.wait_for(words);
        assert!(!program.raw_output().contains(&0x1b));
    }
}

#[test]
fn a_pasted_text_takes_over_and_is_not_typed() {
    let mut program: Program = start(Launch::new(&["demo", "--tour"]));
    program.wait_for("Four services");
    program.keys("\x1b[200~q/pasted\x1b[201~");
    program.wait_for("the tour has stopped");
    assert!(!program.screen().contents().contains("pasted"));
    program.keys("q");
    assert_eq!(program.exit_code(), 0);
}
