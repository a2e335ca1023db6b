//! Whether text can do anything to a terminal or to its reader, judged without any of the program's own tables: by a terminal of
//! another's making, and by the characters that the standards name.

use proptest::prelude::*;
use vt100::{Callbacks, Parser, Screen};

/// Explicit marks of direction (UAX #9, "Directional Formatting Characters").
const DIRECTION: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];
/// What takes no room and joins or hides (UAX #44, `Default_Ignorable_Code_Point`), as far as one may meet it.
const HIDDEN: [char; 6] = [
    '\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}',
];

/// What a terminal was made to do beyond printing.
#[derive(Default)]
struct Acts(Vec<String>);

impl Callbacks for Acts {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.0.push("it rang".to_owned());
    }

    fn visual_bell(&mut self, _: &mut Screen) {
        self.0.push("it flashed".to_owned());
    }

    fn resize(&mut self, _: &mut Screen, to: (u16, u16)) {
        self.0.push(format!("it was to be {to:?}"));
    }

    fn set_window_icon_name(&mut self, _: &mut Screen, _: &[u8]) {
        self.0.push("its icon got a name".to_owned());
    }

    fn set_window_title(&mut self, _: &mut Screen, _: &[u8]) {
        self.0.push("it got a title".to_owned());
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], _: &[u8]) {
        self.0.push("something was copied".to_owned());
    }

    fn paste_from_clipboard(&mut self, _: &mut Screen, _: &[u8]) {
        self.0.push("something was pasted".to_owned());
    }

    fn unhandled_control(&mut self, _: &mut Screen, byte: u8) {
        self.0.push(format!("control {byte:#x}"));
    }

    fn unhandled_escape(&mut self, _: &mut Screen, _: Option<u8>, _: Option<u8>, byte: u8) {
        self.0.push(format!("escape {byte:#x}"));
    }

    fn unhandled_csi(&mut self, _: &mut Screen, _: Option<u8>, _: Option<u8>, _: &[&[u16]], c: char) {
        self.0.push(format!("CSI {c}"));
    }

    fn unhandled_osc(&mut self, _: &mut Screen, _: &[&[u8]]) {
        self.0.push("OSC".to_owned());
    }
}

/// Fails unless printing is all that this text can do, on one line.
pub(crate) fn one_line(text: &str) -> Result<(), TestCaseError> {
    prop_assert!(!text.contains('\n'), "{:?} is more than a line", text);
    lines(text)
}

/// The same for text that may have several lines.
pub(crate) fn lines(text: &str) -> Result<(), TestCaseError> {
    let acts = |c: char| (c.is_control() && c != '\n') || DIRECTION.contains(&c) || HIDDEN.contains(&c);
    prop_assert!(!text.chars().any(acts), "{:?}", text);
    let mut terminal = Parser::new_with_callbacks(5, 40, 0, Acts::default());
    let before = terminal.screen().input_mode_formatted();
    terminal.process(text.as_bytes());
    prop_assert!(
        terminal.callbacks().0.is_empty(),
        "{:?}: {:?}",
        text,
        terminal.callbacks().0
    );
    let screen = terminal.screen();
    prop_assert_eq!(screen.input_mode_formatted(), before);
    prop_assert!(!screen.hide_cursor() && !screen.alternate_screen());
    let is_plain =
        !(screen.bold() || screen.dim() || screen.italic() || screen.underline() || screen.inverse());
    prop_assert!(
        is_plain && screen.fgcolor() == vt100::Color::Default && screen.bgcolor() == vt100::Color::Default
    );
    Ok(())
}
