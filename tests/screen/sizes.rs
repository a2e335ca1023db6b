//! Screens that change their size like a storm, wherever the person is.

use kinescope::message::Message;
use kinescope::model::Size;

use super::desk::Desk;
use super::fixtures::blob;

/// Every pane and everything that lies over one, by the keys that lead there.
const PLACES: [&[&str]; 26] = [
    &[],
    &["enter"],
    &["2"],
    &["3"],
    &["4", "enter"],
    &["/"],
    &[":"],
    &[":", "s", "down"],
    &["?"],
    &["?", "/", "t"],
    &["T"],
    &["C"],
    &["4", "y"],
    &["4", "f"],
    &["TAIL"],
    &["TAIL", "enter", "tab"],
    &["TAIL", "x"],
    &["TAIL", "s"],
    &["TAIL", "H"],
    &["TAIL", "f"],
    &["TAIL", "D"],
    &["3", "enter", "enter"],
    &["3", "enter", "enter", "space", "space", "b", "c"],
    &["3", "enter", "enter", "space", "m"],
    &["3", "enter", "enter", "e", "enter"],
    &["3", "enter", "enter", "e", "j", "j", "d", "ctrl-s"],
];

#[test]
fn no_size_and_no_change_of_it_does_harm_anywhere() {
    for keys in PLACES {
        let mut desk = Desk::writing(100, 30);
        for key in keys {
            if *key == "TAIL" {
                let ticket = desk.begin_tail();
                let records = (0..50).map(|n| blob(1, n, br#"{"n":7,"text":"\u6771\u4eac"}"#));
                desk.tail_brings(ticket, records.collect());
            } else {
                desk.keys(&[key]);
            }
            desk.answer_all();
            desk.inspect();
        }
        let before = desk.screen();
        for step in 0..200_u16 {
            let size = Size {
                width: 1 + step * 67 % 200,
                height: 1 + step * 23 % 60,
            };
            desk.send(Message::Resized(size));
            desk.keys(&["down"]);
            if step % 2 == 0 {
                // The model learns of a new size a moment after the terminal has it.
                desk.draw_at(Size {
                    width: size.width / 2 + 1,
                    ..size
                });
                continue;
            }
            assert_eq!(
                desk.screen().split('\n').count(),
                usize::from(size.height),
                "{keys:?}"
            );
        }
        let size = Size {
            width: 100,
            height: 30,
        };
        desk.send(Message::Resized(size));
        let title = |screen: &str| screen.lines().next().map(str::to_owned);
        assert_eq!(title(&desk.screen()), title(&before), "{keys:?}");
    }
}
