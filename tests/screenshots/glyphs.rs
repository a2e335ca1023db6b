//! Characters that are drawn and not written: lines and blocks meet their neighbours whatever the font.

use std::fmt::Write as _;

/// How a character comes into the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As text.
    Letter,
    /// As a stroke.
    Line,
    /// As a filled shape.
    Block,
}

/// A rectangle of the picture, in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// The arms that a line character stretches out: up, down, left, right.
const ARMS: [(char, [bool; 4]); 11] = [
    ('│', [true, true, false, false]),
    ('─', [false, false, true, true]),
    ('┌', [false, true, false, true]),
    ('┐', [false, true, true, false]),
    ('└', [true, false, false, true]),
    ('┘', [true, false, true, false]),
    ('├', [true, true, false, true]),
    ('┤', [true, true, true, false]),
    ('┬', [false, true, true, true]),
    ('┴', [true, false, true, true]),
    ('┼', [true, true, true, true]),
];

/// Round corners: which way they leave the middle, down or up, and right or left.
const CORNERS: [(char, [f32; 2]); 4] = [
    ('╭', [1.0, 1.0]),
    ('╮', [1.0, -1.0]),
    ('╰', [-1.0, 1.0]),
    ('╯', [-1.0, -1.0]),
];

/// What of its cell a block fills: from left and top to right and bottom, in eighths.
const BLOCKS: [(char, [f32; 4]); 12] = [
    ('█', [0.0, 0.0, 8.0, 8.0]),
    ('▌', [0.0, 0.0, 4.0, 8.0]),
    ('▐', [4.0, 0.0, 8.0, 8.0]),
    ('▏', [0.0, 0.0, 1.0, 8.0]),
    ('▕', [7.0, 0.0, 8.0, 8.0]),
    ('▁', [0.0, 7.0, 8.0, 8.0]),
    ('▂', [0.0, 6.0, 8.0, 8.0]),
    ('▃', [0.0, 5.0, 8.0, 8.0]),
    ('▄', [0.0, 4.0, 8.0, 8.0]),
    ('▅', [0.0, 3.0, 8.0, 8.0]),
    ('▆', [0.0, 2.0, 8.0, 8.0]),
    ('▇', [0.0, 1.0, 8.0, 8.0]),
];

/// How the character comes into the picture.
pub(crate) fn kind(text: &str) -> Kind {
    let is = |character: char| text.strip_prefix(character) == Some("");
    if ARMS.iter().any(|(it, _)| is(*it)) || CORNERS.iter().any(|(it, _)| is(*it)) {
        Kind::Line
    } else if BLOCKS.iter().any(|(it, _)| is(*it)) {
        Kind::Block
    } else {
        Kind::Letter
    }
}

/// Adds a line or block character in its cell to the data of an SVG path.
pub(crate) fn draw(path: &mut String, character: char, cell: Place) {
    let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let (across, down) = (cell.width / 2.0, cell.height / 2.0);
    // Writing to a String cannot fail, here and below.
    if let Some((_, arms)) = ARMS.iter().find(|(it, _)| *it == character) {
        let ends = [(0.0, -down), (0.0, down), (-across, 0.0), (across, 0.0)];
        for (_, (right, below)) in arms.iter().zip(ends).filter(|(arm, _)| **arm) {
            let _ = write!(path, "M{x:.1} {y:.1}l{right:.1} {below:.1}");
        }
    }
    if let Some((_, [vertical, horizontal])) = CORNERS.iter().find(|(it, _)| *it == character) {
        let (right, below) = (horizontal * across, vertical * down);
        let (end, edge, bend) = (x + right, y + below, y + vertical * across);
        let _ = write!(
            path,
            "M{end:.1} {y:.1}Q{x:.1} {y:.1} {x:.1} {bend:.1}L{x:.1} {edge:.1}"
        );
    }
    if let Some((_, [left, top, right, bottom])) = BLOCKS.iter().find(|(it, _)| *it == character) {
        let (unit_x, unit_y) = (cell.width / 8.0, cell.height / 8.0);
        let (from, to) = (cell.x + left * unit_x, cell.y + top * unit_y);
        let (width, height) = ((right - left) * unit_x, (bottom - top) * unit_y);
        let _ = write!(path, "M{from:.1} {to:.1}h{width:.1}v{height:.1}h-{width:.1}z");
    }
}
