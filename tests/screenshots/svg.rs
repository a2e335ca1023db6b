//! A terminal's screen as an SVG picture: text on a grid, in a quiet window.
//!
//! Must not: know what the screen shows.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

use crate::glyphs::{self, Kind, Place};

/// A cell, in pixels.
const CELL: (f32, f32) = (8.4, 18.0);
/// From a cell's top to the line that its letters stand on.
const BASELINE: f32 = 13.5;
const FONT_SIZE: f32 = 14.0;
/// Around the grid.
const MARGIN: f32 = 14.0;
/// The window's bar.
const BAR: f32 = 34.0;

const BACKGROUND: &str = "#1c1f26";
const FOREGROUND: &str = "#cdd3de";
const FRAME: &str = "#2c313b";
const TITLE: &str = "#7f8796";

/// The sixteen colours, dark ones first.
const COLOURS: [&str; 16] = [
    "#2c313b", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf", "#6b7484",
    "#ef8a92", "#b1d196", "#edd29c", "#85c3f5", "#d699e6", "#7fcbd4", "#e6eaf0",
];

/// How a cell looks, apart from what is in it.
#[derive(Clone, PartialEq)]
struct Ink {
    colour: String,
    /// `None` where the window shows through.
    behind: Option<String>,
    /// The rest, as attributes of SVG.
    manner: String,
    underline: bool,
}

/// Neighbouring cells of one look.
struct Run {
    column: u16,
    columns: u16,
    text: String,
    kind: Kind,
    ink: Ink,
}

/// The screen as a picture in a window with this title.
pub(crate) fn picture(screen: &Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let width = f32::from(columns).mul_add(CELL.0, 2.0 * MARGIN);
    let height = f32::from(rows).mul_add(CELL.1, BAR + MARGIN);
    let mut svg = window(width, height, title);
    for row in 0..rows {
        for run in runs(screen, row) {
            draw(&mut svg, &run, row);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The window, and the beginning of what is in it.
fn window(width: f32, height: f32, title: &str) -> String {
    let mut svg = String::new();
    let middle = width / 2.0;
    let title = escape(title);
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}">
<rect x="0.5" y="0.5" width="{:.1}" height="{:.1}" rx="9" fill="{BACKGROUND}" stroke="{FRAME}"/>
<circle cx="20" cy="17" r="5" fill="{FRAME}"/><circle cx="38" cy="17" r="5" fill="{FRAME}"/><circle cx="56" cy="17" r="5" fill="{FRAME}"/>
<text x="{middle:.1}" y="21.5" text-anchor="middle" font-family="system-ui, sans-serif" font-size="12" fill="{TITLE}">{title}</text>
<g font-family="'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="{FONT_SIZE}" xml:space="preserve">
"#,
        width - 1.0,
        height - 1.0,
    );
    svg
}

/// A row's cells, put together where they look alike; blanks on the window's own ground are left out.
fn runs(screen: &Screen, row: u16) -> Vec<Run> {
    let (_, columns) = screen.size();
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen
            .cell(row, column)
            .filter(|cell| !cell.is_wide_continuation())
        else {
            continue;
        };
        let ink = ink(cell);
        let blank = cell.contents().trim().is_empty();
        if blank && ink.behind.is_none() && !ink.underline {
            continue;
        }
        let text = if blank { " " } else { cell.contents() };
        let width = if cell.is_wide() { 2 } else { 1 };
        let kind = glyphs::kind(text);
        match runs.last_mut() {
            Some(run)
                if run.ink == ink && run.kind == kind && run.column + run.columns == column && width == 1 =>
            {
                run.text.push_str(text);
                run.columns += 1;
            }
            _ => runs.push(Run {
                column,
                columns: width,
                text: text.to_owned(),
                kind,
                ink,
            }),
        }
    }
    runs
}

fn draw(svg: &mut String, run: &Run, row: u16) {
    let place = Place {
        x: f32::from(run.column).mul_add(CELL.0, MARGIN),
        y: f32::from(row).mul_add(CELL.1, BAR),
        width: f32::from(run.columns) * CELL.0,
        height: CELL.1,
    };
    if let Some(behind) = &run.ink.behind {
        let _ = writeln!(
            svg,
            r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="{behind}"/>"#,
            place.x, place.y, place.width, place.height
        );
    }
    match run.kind {
        Kind::Letter if run.text.trim().is_empty() => {}
        Kind::Letter => write_text(svg, run, place),
        Kind::Line => draw_shapes(svg, run, place, r#"fill="none" stroke"#),
        Kind::Block => draw_shapes(svg, run, place, "fill"),
    }
}

fn write_text(svg: &mut String, run: &Run, place: Place) {
    // The length holds the grid where the font is another.
    let _ = writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" textLength="{:.1}" fill="{}"{}>{}</text>"#,
        place.x,
        place.y + BASELINE,
        place.width,
        run.ink.colour,
        run.ink.manner,
        escape(&run.text)
    );
}

fn draw_shapes(svg: &mut String, run: &Run, place: Place, paint: &str) {
    let mut path = String::new();
    let mut cell = Place {
        width: CELL.0,
        ..place
    };
    for character in run.text.chars() {
        glyphs::draw(&mut path, character, cell);
        cell.x += CELL.0;
    }
    let _ = writeln!(svg, r#"<path d="{path}" {paint}="{}"/>"#, run.ink.colour);
}

fn manner(cell: &Cell) -> String {
    let manners = [
        (cell.bold(), r#" font-weight="bold""#),
        (cell.italic(), r#" font-style="italic""#),
        (cell.underline(), r#" text-decoration="underline""#),
        (cell.dim(), r#" opacity="0.6""#),
    ];
    let given = manners.iter().filter(|(is_so, _)| *is_so);
    given.map(|(_, attribute)| *attribute).collect()
}

fn ink(cell: &Cell) -> Ink {
    let (front, behind) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    let (colour, behind) = if cell.inverse() {
        let front = front.unwrap_or_else(|| FOREGROUND.to_owned());
        (behind.unwrap_or_else(|| BACKGROUND.to_owned()), Some(front))
    } else {
        (front.unwrap_or_else(|| FOREGROUND.to_owned()), behind)
    };
    Ink {
        colour,
        behind,
        manner: manner(cell),
        underline: cell.underline(),
    }
}

/// A colour as SVG has it; `None` for the terminal's own.
fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Default => None,
        Color::Rgb(red, green, blue) => Some(rgb(red, green, blue)),
        Color::Idx(index @ 0..16) => Some(COLOURS[usize::from(index)].to_owned()),
        Color::Idx(index @ 16..232) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            Some(rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6)))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(rgb(grey, grey, grey))
        }
    }
}

fn rgb(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
