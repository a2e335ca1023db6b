//! The line of commands: everything that a key does, by its name.

use std::collections::HashSet;

use kinescope::keymap::Context;
use kinescope::message::{Action, Effect, Request};
use kinescope::model::Overlay;
use kinescope::resource::Section;

use super::desk::Desk;
use super::fixtures::blob;

/// Every place that the line of commands can be opened at, by the keys that lead there.
const PLACES: [(&str, &[&str]); 15] = [
    ("streams", &[]),
    ("detail", &["enter"]),
    ("tables", &["2"]),
    ("features", &["3"]),
    ("predictions", &["4"]),
    ("tail", &["TAIL"]),
    ("inspector", &["TAIL", "enter", "tab"]),
    ("consumers", &["C"]),
    ("records", &["3", "enter", "enter"]),
    ("marks", &["3", "enter", "enter", "space", "m"]),
    ("batch", &["3", "enter", "enter", "space", "space", "b"]),
    ("editor", &["3", "enter", "enter", "e"]),
    ("review", &["3", "enter", "enter", "e", "j", "j", "d", "ctrl-s"]),
    ("copy", &["4", "y"]),
    ("help", &["?"]),
];

fn at(keys: &[&str]) -> Desk {
    let mut desk = Desk::writing(100, 40);
    for key in keys {
        if *key == "TAIL" {
            let ticket = desk.begin_tail();
            desk.tail_brings(ticket, (0..5).map(|n| blob(1, n, br#"{"n":3}"#)).collect());
        } else {
            desk.keys(&[key]);
        }
        desk.answer_all();
        desk.inspect();
    }
    desk.asked.clear();
    desk
}

fn run(desk: &mut Desk, line: &str) {
    desk.keys(&[":"]);
    desk.type_text(line);
    desk.keys(&["enter"]);
}

/// All that there is, but for what tells how it came about, line by line: maps have no order.
fn state(desk: &mut Desk) -> Vec<String> {
    desk.model.commands.clear();
    let text = format!("{:#?}\n{:#?}", desk.model, desk.asked);
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_command_does_what_its_key_does_wherever_it_is_given() {
    let mut done = HashSet::new();
    for (place, keys) in PLACES {
        let desk = at(keys);
        let contexts = desk.model.contexts();
        for action in Action::ALL {
            let rows = contexts.iter().flat_map(|it| desk.model.keymap.in_context(*it));
            let chords: Vec<_> = rows
                .filter(|row| row.action == *action)
                .flat_map(|row| row.chords.clone())
                .filter(|chord| desk.model.keymap.action(contexts, *chord) == Some(*action))
                .collect();
            let Some(chord) = chords.first().map(ToString::to_string) else {
                continue;
            };
            let (mut pressed, mut said) = (at(keys), at(keys));
            pressed.keys(&[&chord]);
            run(&mut said, &action.name());
            assert!(
                state(&mut pressed) == state(&mut said),
                "{} in {place}",
                action.name()
            );
            done.insert(*action);
        }
    }
    // The rest counts where a line is typed, or a question is asked, that the colon belongs to.
    for action in Action::ALL.iter().filter(|it| !done.contains(it)) {
        let desk = at(&[]);
        let places = Context::ALL
            .into_iter()
            .filter(|it| desk.model.keymap.in_context(*it).any(|row| row.action == *action));
        let places: Vec<_> = places.collect();
        assert!(!places.is_empty(), "{} has no key", action.name());
        let closed = [
            Context::Prompt,
            Context::Palette,
            Context::Seek,
            Context::SeekShards,
            Context::Confirm,
            Context::Leave,
            Context::Drafts,
            Context::Merge,
        ];
        assert!(
            places.iter().all(|it| closed.contains(it)),
            "{} in {places:?}",
            action.name()
        );
        let mut desk = at(&[]);
        run(&mut desk, &action.name());
        assert!(desk.screen().contains("counts only in"), "{}", desk.screen());
    }
}

#[test]
fn what_a_command_asks_for_can_be_said_on_its_line() {
    let mut desk = at(&["TAIL"]);
    run(&mut desk, "filter .n == 3");
    assert_eq!(
        desk.model
            .tail
            .as_ref()
            .unwrap()
            .filter
            .as_ref()
            .unwrap()
            .filter
            .text(),
        ".n == 3"
    );
    run(&mut desk, "decoder hex");
    assert!(desk.model.overlays.is_empty(), "{}", desk.screen());
    assert!(desk.model.tail.as_ref().unwrap().decoder.choice().is_some());
    run(&mut desk, "from -15m");
    let (_, request) = desk.take_tail();
    assert!(
        matches!(request.from, kinescope::resource::Position::AtTimestamp(_)),
        "{request:?}"
    );
    run(&mut desk, "filter .n ==");
    assert!(
        matches!(desk.model.overlays.last(), Some(Overlay::Prompt(_))),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_stream_is_tailed_by_its_name_from_anywhere() {
    let mut desk = at(&["3", "enter", "enter"]);
    desk.keys(&["2"]);
    desk.answer_all();
    desk.keys(&["3", "enter", "enter"]);
    desk.answer_all();
    run(&mut desk, "tail telem");
    let (_, request) = desk.take_tail();
    assert_eq!(
        (request.section, request.stream.as_str()),
        (Section::Streams, "telemetry")
    );
    run(&mut desk, "tail nowhere");
    assert!(desk.screen().contains("is called 'nowhere'"), "{}", desk.screen());
    run(&mut desk, "open customers");
    assert_eq!(desk.model.section, Section::Features);
    assert_eq!(desk.model.browser().selected().unwrap().name, "customers");
}

#[test]
fn words_of_k9s_and_vi_count_too() {
    let mut desk = at(&[]);
    run(&mut desk, "tables");
    assert_eq!(desk.model.section, Section::Tables);
    run(&mut desk, "help");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Help(_))));
    desk.keys(&["esc"]);
    run(&mut desk, "q");
    assert!(desk.asked.iter().any(|it| matches!(it, Effect::Quit(_))));
    let mut desk = at(&["TAIL"]);
    run(&mut desk, "w out.jsonl");
    assert!(
        desk.asked.iter().any(|it| matches!(it, Effect::Export(..))),
        "{:?}",
        desk.asked
    );
}

#[test]
fn a_wrong_word_stays_to_be_corrected_and_the_nearest_is_told() {
    let mut desk = at(&[]);
    run(&mut desk, "refersh");
    let screen = desk.screen();
    assert!(
        screen.contains("there is no command refersh; the nearest is refresh"),
        "{screen}"
    );
    run(&mut desk, "x");
    desk.keys(&["esc"]);
    run(&mut desk, "sort by name");
    assert!(
        desk.screen().contains("sort takes nothing after it"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_command_is_chosen_completed_and_remembered() {
    let mut desk = at(&[]);
    desk.keys(&[":"]);
    desk.type_text("tai");
    desk.keys(&["tab"]);
    desk.type_text("orders");
    desk.keys(&["enter"]);
    assert_eq!(desk.take_tail().1.stream.as_str(), "orders");
    desk.keys(&[":", "up"]);
    assert!(desk.screen().contains("› tail orders"), "{}", desk.screen());
    desk.keys(&["down"]);
    desk.type_text("show-");
    desk.keys(&["down", "down"]);
    let screen = desk.screen();
    let selected = screen
        .split('▌')
        .nth(1)
        .and_then(|it| it.split(' ').next())
        .unwrap()
        .to_owned();
    desk.keys(&["enter"]);
    assert!(selected.starts_with("show-"), "{screen}");
    assert_eq!(desk.model.commands[0], selected);
    desk.keys(&[":", "backspace"]);
    assert!(desk.model.overlays.is_empty());
    desk.keys(&[":", "enter"]);
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn the_footer_keeps_the_commands_and_the_help_at_every_width() {
    for (place, keys) in PLACES {
        let at_width = |width: u16| {
            let mut desk = at(keys);
            desk.model.size.width = width;
            desk.model.notice = None;
            desk.screen().lines().last().unwrap_or_default().to_owned()
        };
        for width in [40, 80, 140] {
            let footer = at_width(width);
            let has = |hint: &str| footer.contains(hint);
            assert!(has("? help") || place == "help", "{place} at {width}: {footer}");
            let commands = if width < 60 { " :  " } else { ": commands" };
            assert!(has(commands) || place == "help", "{place} at {width}: {footer}");
        }
    }
}

#[test]
fn the_help_tells_what_counts_here_first_and_can_be_narrowed() {
    let mut desk = at(&["TAIL", "enter", "tab"]);
    desk.model.size = kinescope::model::Size {
        width: 40,
        height: 12,
    };
    desk.keys(&["?"]);
    let screen = desk.screen();
    let (inspector, tail) = (screen.find("Inspector"), screen.find("Live tail"));
    assert!(
        inspector.is_some() && tail.is_none_or(|it| it > inspector.unwrap()),
        "{screen}"
    );
    assert!(screen.contains("↓ "), "{screen}");
    desk.keys(&["G"]);
    let screen = desk.screen();
    assert!(screen.contains("↑ ") && screen.contains(":aws"), "{screen}");
    desk.keys(&["/"]);
    desk.type_text("toggle-order");
    desk.keys(&["enter"]);
    let screen = desk.screen();
    assert!(
        screen.contains(" O ") && !screen.contains("Inspector"),
        "{screen}"
    );
    desk.keys(&["esc"]);
    assert!(desk.screen().contains("Inspector"));
    desk.keys(&["esc"]);
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn what_is_on_the_screen_is_copied_as_a_command() {
    let mut seen = String::new();
    for (place, keys) in PLACES {
        let mut desk = at(keys);
        desk.keys(&["Y"]);
        let copied = desk.asked.iter().find_map(|it| match it {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
        let copied = copied.unwrap_or_else(|| panic!("nothing in {place}: {}", desk.screen()));
        seen.extend([place, ": ", &copied, "\n"]);
        assert!(
            !desk
                .asked
                .iter()
                .any(|it| matches!(it, Effect::Call(_, Request::Write(..))))
        );
    }
    insta::assert_snapshot!(seen);
}

#[test]
fn a_command_counts_in_capitals_too() {
    let mut desk = at(&[]);
    run(&mut desk, "Stream-SHARDS");
    let Some(Overlay::Palette(palette)) = desk.model.overlays.last() else {
        panic!("a word that is none is told")
    };
    assert!(palette.error.is_some());
    let mut desk = at(&[]);
    run(&mut desk, "TAIL orders");
    assert!(desk.model.overlays.is_empty() && desk.model.tail.is_some());
}

#[test]
fn the_word_for_records_counts_only_where_there_are_some() {
    for place in [&[] as &[&str], &["TAIL"]] {
        let mut desk = at(place);
        run(&mut desk, "record cust-0001");
        assert!(
            desk.screen().contains("record counts only in Features"),
            "{}",
            desk.screen()
        );
    }
    let mut desk = at(&["3"]);
    run(&mut desk, "record cust-0001");
    assert!(desk.model.overlays.is_empty() && desk.model.records.is_some());
}

#[test]
fn a_command_and_what_opens_take_an_old_notice_away() {
    let now = |desk: &Desk| desk.model.notice.clone().map(|it| it.text);
    for keys in [&["?"] as &[&str], &["f"], &[":"]] {
        let mut desk = at(&["TAIL"]);
        desk.model.notify(std::time::Duration::from_mins(15), "old", true);
        desk.keys(keys);
        assert_eq!(now(&desk), None, "{keys:?}");
    }
    let mut desk = at(&["TAIL"]);
    desk.keys(&[":"]);
    desk.model.notify(std::time::Duration::from_mins(15), "old", true);
    desk.type_text("toggle-hex");
    desk.keys(&["enter"]);
    assert_eq!(now(&desk), None);
}
