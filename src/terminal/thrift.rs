//! Draws with as few bytes as it takes, for lines that are slow: of a cell's look only what differs from the cell before it is
//! written, and a column where the row stays the same. All else is crossterm's.
//!
//! Must not: rely on how wide a terminal takes a character to be. After anything but a neighbour it says where to go on.

use std::io::{self, Write};

use crossterm::cursor::{MoveTo, MoveToColumn};
use crossterm::queue;
use crossterm::style::{
    Attribute, Colors, Print, SetAttribute, SetBackgroundColor, SetColors, SetForegroundColor,
};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, IntoCrossterm, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// What turns each modifier on, and off again. Bold and dim are turned off together, and are the first two for that.
const ATTRIBUTES: [(Modifier, Attribute, Attribute); 9] = [
    (Modifier::BOLD, Attribute::Bold, Attribute::NormalIntensity),
    (Modifier::DIM, Attribute::Dim, Attribute::NormalIntensity),
    (Modifier::ITALIC, Attribute::Italic, Attribute::NoItalic),
    (
        Modifier::UNDERLINED,
        Attribute::Underlined,
        Attribute::NoUnderline,
    ),
    (Modifier::REVERSED, Attribute::Reverse, Attribute::NoReverse),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink, Attribute::NoBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink, Attribute::NoBlink),
    (Modifier::HIDDEN, Attribute::Hidden, Attribute::NoHidden),
    (
        Modifier::CROSSED_OUT,
        Attribute::CrossedOut,
        Attribute::NotCrossedOut,
    ),
];
/// Modifiers that are turned off together.
const TOGETHER: [Modifier; 2] = [
    Modifier::BOLD.union(Modifier::DIM),
    Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK),
];

/// A terminal that is written to sparingly.
pub struct Thrift<W: Write>(CrosstermBackend<W>);

impl<W: Write> Thrift<W> {
    /// Over a writer, which should keep a frame together.
    pub fn new(writer: W) -> Self {
        Self(CrosstermBackend::new(writer))
    }
}

impl<W: Write> Write for Thrift<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.0)
    }
}

/// How the terminal writes now.
#[derive(Default)]
struct Pen {
    foreground: Color,
    background: Color,
    modifiers: Modifier,
    /// Where the last cell stands.
    last: Option<Position>,
}

impl Pen {
    fn draw(&mut self, out: &mut impl Write, at: Position, cell: &Cell) -> io::Result<()> {
        match self.last {
            Some(last) if last.y == at.y && last.x + 1 == at.x => {}
            Some(last) if last.y == at.y => queue!(out, MoveToColumn(at.x))?,
            _ => queue!(out, MoveTo(at.x, at.y))?,
        }
        self.last = Some(at);
        self.take_modifiers(out, cell.modifier)?;
        self.take_colors(out, cell)?;
        queue!(out, Print(cell.symbol()))
    }

    fn take_colors(&mut self, out: &mut impl Write, cell: &Cell) -> io::Result<()> {
        let (foreground, background) = (cell.fg.into_crossterm(), cell.bg.into_crossterm());
        match (cell.fg != self.foreground, cell.bg != self.background) {
            (true, true) => queue!(out, SetColors(Colors::new(foreground, background)))?,
            (true, false) => queue!(out, SetForegroundColor(foreground))?,
            (false, true) => queue!(out, SetBackgroundColor(background))?,
            (false, false) => {}
        }
        (self.foreground, self.background) = (cell.fg, cell.bg);
        Ok(())
    }

    fn take_modifiers(&mut self, out: &mut impl Write, wanted: Modifier) -> io::Result<()> {
        let mut gone = self.modifiers - wanted;
        for pair in TOGETHER {
            if gone.intersects(pair) {
                gone |= self.modifiers & pair;
            }
        }
        let mut sent = None;
        for (modifier, _, off) in ATTRIBUTES {
            if gone.contains(modifier) && sent != Some(off) {
                queue!(out, SetAttribute(off))?;
                sent = Some(off);
            }
        }
        let new = wanted - (self.modifiers - gone);
        for (modifier, on, _) in ATTRIBUTES {
            if new.contains(modifier) {
                queue!(out, SetAttribute(on))?;
            }
        }
        self.modifiers = wanted;
        Ok(())
    }

    /// Leaves the terminal as it was found.
    fn put_down(self, out: &mut impl Write) -> io::Result<()> {
        let plain =
            self.modifiers.is_empty() && self.foreground == Color::Reset && self.background == Color::Reset;
        if plain {
            return Ok(());
        }
        queue!(out, SetAttribute(Attribute::Reset))
    }
}

impl<W: Write> Backend for Thrift<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut pen = Pen::default();
        for (x, y, cell) in content {
            pen.draw(&mut self.0, Position { x, y }, cell)?;
        }
        pen.put_down(&mut self.0)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.0.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.0.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.0.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Style;

    use super::*;

    const WIDTH: u16 = 12;
    const HEIGHT: u16 = 4;

    /// What a terminal shows after some cells were drawn, by this and by crossterm.
    fn shown(cells: &[(u16, u16, Cell)]) -> (vt100::Parser, usize, vt100::Parser, usize) {
        let draw = |backend: &mut dyn FnMut() -> Vec<u8>| {
            let bytes = backend();
            let mut terminal = vt100::Parser::new(HEIGHT, WIDTH, 0);
            terminal.process(&bytes);
            (terminal, bytes.len())
        };
        let content = || cells.iter().map(|(x, y, cell)| (*x, *y, cell));
        let (ours, few) = draw(&mut || {
            let mut bytes = Vec::new();
            Thrift::new(&mut bytes).draw(content()).unwrap();
            bytes
        });
        let (theirs, many) = draw(&mut || {
            let mut bytes = Vec::new();
            CrosstermBackend::new(&mut bytes).draw(content()).unwrap();
            bytes
        });
        (ours, few, theirs, many)
    }

    fn cell() -> impl Strategy<Value = Cell> {
        let color = || {
            prop_oneof![
                Just(Color::Reset),
                Just(Color::Red),
                Just(Color::Indexed(235)),
                Just(Color::Rgb(1, 2, 3))
            ]
        };
        let modifiers = any::<u16>().prop_map(|bits| {
            Modifier::from_bits_truncate(bits)
                & (Modifier::BOLD
                    | Modifier::DIM
                    | Modifier::ITALIC
                    | Modifier::UNDERLINED
                    | Modifier::REVERSED)
        });
        ("[a-z]", color(), color(), modifiers).prop_map(|(symbol, fg, bg, modifiers)| {
            let mut cell = Cell::default();
            cell.set_symbol(&symbol);
            cell.set_style(Style::new().fg(fg).bg(bg).add_modifier(modifiers));
            cell
        })
    }

    proptest! {
        #[test]
        fn the_screen_is_that_of_crossterm_and_never_takes_more(
            cells in prop::collection::btree_map((0..HEIGHT, 0..WIDTH), cell(), 0..40)
        ) {
            let cells: Vec<_> = cells.into_iter().map(|((y, x), cell)| (x, y, cell)).collect();
            let (ours, few, theirs, many) = shown(&cells);
            for (x, y, _) in &cells {
                prop_assert_eq!(ours.screen().cell(*y, *x), theirs.screen().cell(*y, *x));
            }
            prop_assert!(few <= many, "{few} bytes instead of {many}");
        }
    }
}
