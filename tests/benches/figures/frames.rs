//! What a frame of a running tail takes, in time and in bytes to the terminal, by the size of the screen.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use kinescope::resource::Record;
use kinescope::terminal::Thrift;
use ratatui::Terminal;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};

use super::decode::each;
use super::table::Row;
use crate::desk::Desk;
use crate::fixtures;

const SIZES: [(u16, u16); 3] = [(80, 24), (140, 45), (200, 60)];
/// Records that come between two frames at 30 frames and 8,000 records a second.
const ARRIVING: u32 = 266;
/// Frames that are averaged.
const FRAMES: u32 = 60;
const DATA: &[u8] = br#"{"order_id":"ord-048211","customer_id":"cust-0007","total":211.5,"items":[{"sku":"tea","quantity":2}]}"#;

/// A frame anew, and frames one after another while records come.
pub(crate) fn measure() -> Vec<Row> {
    SIZES
        .iter()
        .flat_map(|(width, height)| of_size(*width, *height))
        .collect()
}

fn of_size(width: u16, height: u16) -> Vec<Row> {
    let mut desk = Desk::filled(width, height);
    let ticket = desk.begin_tail();
    let mut number = 0;
    let mut arrive = |desk: &mut Desk| {
        let records: Vec<Record> = (number..number + ARRIVING)
            .map(|it| fixtures::blob(it % 4, it, DATA))
            .collect();
        number += ARRIVING;
        desk.tail_brings(ticket, records);
    };
    arrive(&mut desk);
    let (mut terminal, sent) = counting(width, height);
    desk.draw_on(&mut terminal);
    let whole = sent.0.take();
    let mut later = 0;
    for _ in 0..FRAMES {
        desk.wait(Duration::from_millis(33));
        arrive(&mut desk);
        desk.draw_on(&mut terminal);
        later += sent.0.take();
    }
    let frame = each(|| desk.draw_on(&mut terminal));
    let size = format!("{width}×{height}");
    let kib = |bytes: usize| f64::from(u32::try_from(bytes).unwrap()) / 1024.0;
    vec![
        Row::plain(
            format!("a frame of a tail at {size}"),
            frame.as_secs_f64() * 1e6,
            "µs",
            "layout, text and difference",
        ),
        Row::plain(
            format!("bytes of a first frame at {size}"),
            kib(whole),
            "KiB",
            "everything",
        ),
        Row::plain(
            format!("bytes of a frame with all rows new at {size}"),
            kib(later / FRAMES as usize),
            "KiB",
            "what differs",
        ),
    ]
}

/// Counts what is written to it.
#[derive(Clone, Default)]
struct Counted(Rc<Cell<usize>>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal of this size, and how many bytes it was sent.
fn counting(width: u16, height: u16) -> (Terminal<Thrift<Counted>>, Counted) {
    let sent = Counted::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    let terminal = Terminal::with_options(Thrift::new(sent.clone()), TerminalOptions { viewport });
    (terminal.unwrap(), sent)
}
