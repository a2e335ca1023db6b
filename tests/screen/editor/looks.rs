//! What the editor looks like, at three sizes; and that no size is too small for it.

use insta::assert_snapshot;
use kinescope::edit::LeftBehind;
use kinescope::model::Size;

use super::*;

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (140, 45)];

type Scene = fn(&mut Desk);

/// The stages of the editor, from the form on.
const SCENES: [(&str, Scene); 10] = [
    ("form", changed),
    ("typing", typing),
    ("review", |desk| {
        changed(desk);
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
    }),
    ("delete", |desk| {
        desk.keys(&["X"]);
        read(desk, Ok(stored()));
    }),
    ("merge", |desk| {
        changed(desk);
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(Some(theirs("orders_30d", "8"))));
    }),
    ("leave", |desk| {
        changed(desk);
        desk.keys(&["q"]);
    }),
    ("drafts", |desk| {
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
    ("writing", |desk| {
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        desk.keys(&["ctrl-s"]);
        desk.wait(std::time::Duration::from_secs(3));
    }),
    ("failed", |desk| {
        set(desk, ORDERS, "7");
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        desk.keys(&["ctrl-s"]);
        read(desk, Ok(stored()));
        write(desk, Err(failure(ErrorKind::Denied, "PutRecord")));
    }),
    ("help", |desk| desk.keys(&["?"])),
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
fn the_editor_at_each_size() {
    for (name, scene) in SCENES.iter().filter(|(name, _)| *name != "help") {
        for (width, height) in SIZES {
            let mut desk = at_editor_of(width, height);
            scene(&mut desk);
            assert_snapshot!(format!("editor-{name}-{width}x{height}"), desk.screen());
        }
    }
}

#[test]
fn no_size_is_too_small_for_the_editor() {
    for (name, scene) in SCENES {
        let mut desk = at_editor();
        scene(&mut desk);
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
    for (name, scene) in SCENES {
        let mut desk = at_editor().in_ascii();
        scene(&mut desk);
        let screen = desk.screen();
        assert!(screen.is_ascii(), "{name}\n{screen}");
    }
}
