//! The screen in ASCII, for terminals and fonts that have nothing else: one pass over what was drawn, so that no pane has to
//! think of it and none can forget it.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// What our own signs become.
const SIGNS: [(&str, &str); 42] = [
    ("─", "-"),
    ("│", "|"),
    ("╭", "+"),
    ("╮", "+"),
    ("╰", "+"),
    ("╯", "+"),
    ("├", "|"),
    ("└", "`"),
    ("▌", ">"),
    ("█", "#"),
    ("▏", "|"),
    ("▕", "|"),
    ("▁", "_"),
    ("▂", "."),
    ("▃", ":"),
    ("▄", "-"),
    ("▅", "="),
    ("▆", "+"),
    ("▇", "*"),
    ("·", "-"),
    ("›", ">"),
    ("‹", "<"),
    ("…", "~"),
    ("→", ">"),
    ("←", "<"),
    ("↓", "v"),
    ("↑", "^"),
    ("∅", "-"),
    ("●", "*"),
    ("○", "o"),
    ("✓", "+"),
    ("✗", "x"),
    ("⋯", "~"),
    ("⏸", "="),
    ("▾", "v"),
    ("▸", ">"),
    ("▶", ">"),
    ("–", "-"),
    ("−", "-"),
    ("–", "-"),
    ("≠", "!"),
    ("•", "*"),
];

/// Replaces every cell that is not ASCII.
pub(super) fn flatten(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let plain = plain(cell.symbol());
        cell.set_symbol(plain);
    }
}

/// A text as a screen in ASCII has it.
pub fn in_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            out.push_str(plain(character.encode_utf8(&mut [0; 4])));
        }
    }
    out
}

fn plain(symbol: &str) -> &'static str {
    let sign = SIGNS.iter().find(|(sign, _)| *sign == symbol);
    sign.map(|(_, plain)| *plain)
        .or_else(|| control_picture(symbol))
        .unwrap_or_else(|| unknown(symbol))
}

/// The picture of a control character becomes a caret: what was there stays visible.
fn control_picture(symbol: &str) -> Option<&'static str> {
    let character = symbol.chars().next()?;
    ('\u{2400}'..='\u{2421}').contains(&character).then_some("^")
}

/// A wide character covers two cells, and so does what stands for it.
fn unknown(symbol: &str) -> &'static str {
    if symbol.width() > 1 { "??" } else { "?" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn nothing_but_ascii_is_left() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        buffer.set_string(0, 0, "╭─ a › b 日本 é␛", ratatui::style::Style::new());
        flatten(&mut buffer);
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.is_ascii());
        assert!(text.starts_with("+- a > b ??"));
    }
}
