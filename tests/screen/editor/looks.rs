//! What the editor looks like, and that no size is too small for it.

use kinescope::edit::LeftBehind;
use kinescope::model::Size;

use super::super::gallery::{Scene, scene};
use super::*;

/// The stages of the editor, from the form on.
pub(in crate::screen) const SCENES: [Scene; 13] = [
    scene("editor-form", at_editor_of, changed),
    scene("editor-typing", at_editor_of, typing),
    scene("editor-review", at_editor_of, |desk| {
        changed(desk);
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
    }),
    scene("editor-delete", at_editor_of, |desk| {
        desk.keys(&["X"]);
        read(desk, Ok(stored()));
    }),
    scene("editor-merge", at_editor_of, |desk| {
        changed(desk);
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(Some(theirs("orders_30d", "8"))));
    }),
    scene("editor-leave", at_editor_of, |desk| {
        changed(desk);
        desk.keys(&["q"]);
    }),
    scene("editor-drafts", at_editor_of, |desk| {
        changed(desk);
        let kept = last_kept(desk).unwrap().clone();
        desk.keys(&["esc", "k", "1"]);
        let left = |kept| LeftBehind {
            file: "/home/me/.local/state/kinescope/drafts/0f3c.77-1.json".into(),
            kept,
        };
        let broken = Err("it is laid out as version 2, which this program does not know".to_owned());
        desk.send(Message::DraftsFound(vec![left(Ok(kept)), left(broken)]));
    }),
    scene("editor-writing", at_editor_of, |desk| {
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        desk.keys(&["ctrl-s"]);
        desk.wait(std::time::Duration::from_secs(3));
    }),
    scene("editor-failed", at_editor_of, |desk| {
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        write(desk, Err(failure(ErrorKind::Denied, "PutRecord")));
    }),
    scene("editor-help", at_editor_of, |desk| desk.keys(&["?"])),
    scene("editor-reading", at_records, |desk| {
        desk.keys(&["e"]);
        desk.wait(std::time::Duration::from_millis(2500));
    }),
    scene("editor-doubt", at_editor_of, |desk| {
        typing(desk);
        desk.keys(&["esc"]);
    }),
    scene("editor-stored", at_editor_of, |desk| {
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        write(desk, Ok(()));
        read(desk, Ok(Some(theirs("orders_30d", "7"))));
    }),
];

/// One feature changed, one added, one removed.
fn changed(desk: &mut Desk) {
    set(desk, TIER, "gold");
    set(desk, TASTE, "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]");
    go(desk, ORDERS);
    desk.keys(&["d"]);
}

fn typing(desk: &mut Desk) {
    go(desk, ORDERS);
    desk.keys(&["enter", "ctrl-u"]);
    desk.type_text("12 orders");
}

#[test]
fn no_size_is_too_small_for_the_editor() {
    for Scene { name, start, act } in SCENES {
        let mut desk = start(80, 24);
        act(&mut desk);
        let small = (1..=20).flat_map(|width| (1..=8).map(move |height| (width, height)));
        for (width, height) in small.chain([(40, 10), (60, 15), (80, 24), (200, 60), (500, 8)]) {
            desk.send(Message::Resized(Size { width, height }));
            let screen = desk.screen();
            assert!(screen.lines().count() <= usize::from(height), "{name}");
        }
        desk.keys(&["j", "k", "pgdn", "G", "g"]);
    }
}

#[test]
fn an_ascii_terminal_gets_no_sign_beyond_ascii() {
    for Scene { name, start, act } in SCENES {
        let mut desk = start(80, 24).in_ascii();
        act(&mut desk);
        let screen = desk.screen();
        assert!(screen.is_ascii(), "{name}\n{screen}");
    }
}
