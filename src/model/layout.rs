//! Where everything stands on the screen, as both the update (how far is a page?) and the view (where to draw?) need it.

use ratatui::layout::Rect;

use super::Focus;

/// Below this width list and detail do not stand side by side.
const SIDE_BY_SIDE: u16 = 64;
/// Below this height they do not stand one over the other either, and only the one in focus shows.
const STACKED: u16 = 18;
/// From this width on a panel stands beside the tail instead of below it.
const PANEL_BESIDE: u16 = 121;
/// Below this width a record that is read has the screen to itself.
const READING: u16 = 100;
/// Below this height the first line goes.
const SHORT: u16 = 10;

/// The terminal's size in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Lines.
    pub height: u16,
}

impl Size {
    /// The same with so many lines less.
    #[must_use]
    pub fn shorter(self, lines: u16) -> Self {
        Self {
            height: self.height.saturating_sub(lines),
            ..self
        }
    }
}

/// The screen divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Who and where; empty on a short screen.
    pub identity: Rect,
    /// The sections, or the tail's name.
    pub tabs: Rect,
    /// The work.
    pub work: Work,
    /// What the keys do.
    pub footer: Rect,
}

/// The middle of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A section's list and detail.
    Browse(BrowseLayout),
    /// A live tail.
    Tail(TailLayout),
    /// A record that is edited.
    Editor(EditorLayout),
}

/// A section's list and detail; the one that does not fit is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrowseLayout {
    /// The list with its frame.
    pub list: Rect,
    /// The detail with its frame.
    pub detail: Rect,
}

/// A live tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailLayout {
    /// Rates.
    pub status: Rect,
    /// A word on each shard; empty on a short screen.
    pub shards: Rect,
    /// The records with their frame.
    pub list: Rect,
    /// The panel with its frame; empty where none is open.
    pub panel: Rect,
}

/// A record that is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditorLayout {
    /// How it will be stored; empty on a short screen.
    pub status: Rect,
    /// Its features with their frame.
    pub form: Rect,
    /// A word on the selected one; empty on a short screen.
    pub note: Rect,
}

impl EditorLayout {
    /// As much of it as a screen has.
    #[must_use]
    pub fn within(self, screen: Rect) -> Self {
        Self {
            status: self.status.intersection(screen),
            form: self.form.intersection(screen),
            note: self.note.intersection(screen),
        }
    }
}

impl Layout {
    /// Divides a screen.
    pub fn new(size: Size, tailing: bool, paneled: bool, focus: Focus) -> Self {
        let screen = Rect::new(0, 0, size.width, size.height);
        let (identity, rest) = take_top(screen, u16::from(size.height >= SHORT));
        let (tabs, rest) = take_top(rest, u16::from(size.height >= 3));
        let (rest, footer) = take_bottom(rest, u16::from(size.height >= 4));
        let work = if tailing {
            Work::Tail(tail(rest, paneled))
        } else {
            Work::Browse(browse(rest, focus))
        };
        Self {
            identity,
            tabs,
            work,
            footer,
        }
    }

    /// The same with the detail alone, where the screen is narrow, or in any case.
    #[must_use]
    pub fn widened(self, in_any_case: bool) -> Self {
        let Work::Browse(it) = self.work else { return self };
        let areas = [it.list, it.detail].into_iter().filter(|area| !area.is_empty());
        let whole = areas.reduce(Rect::union).unwrap_or_default();
        if whole.width >= READING && !in_any_case {
            return self;
        }
        let alone = BrowseLayout {
            list: Rect::ZERO,
            detail: whole,
        };
        Self {
            work: Work::Browse(alone),
            ..self
        }
    }

    /// The same with half of the width for the list, where it stands beside the detail: a list with columns needs it.
    #[must_use]
    pub fn tabular(self) -> Self {
        let Work::Browse(it) = self.work else { return self };
        if it.list.is_empty() || it.detail.is_empty() || it.list.y != it.detail.y {
            return self;
        }
        let whole = it.list.union(it.detail);
        let (list, detail) = take_left(whole, whole.width / 2);
        Self {
            work: Work::Browse(BrowseLayout { list, detail }),
            ..self
        }
    }

    /// The same with a record that is edited in the middle, and below it at most so many lines to say something.
    #[must_use]
    pub fn editing(self, lines: u16) -> Self {
        let areas = match self.work {
            Work::Browse(it) => [it.list, it.detail, Rect::ZERO, Rect::ZERO],
            Work::Tail(it) => [it.status, it.shards, it.list, it.panel],
            Work::Editor(_) => return self,
        };
        let areas = areas.into_iter().filter(|area| !area.is_empty());
        let area = areas.reduce(Rect::union).unwrap_or_default();
        let (status, rest) = take_top(area, u16::from(area.height >= 5));
        let (form, note) = take_bottom(rest, lines.min(area.height.saturating_sub(5) / 2));
        let work = Work::Editor(EditorLayout { status, form, note });
        Self { work, ..self }
    }

    /// How many rows of the list fit.
    pub fn list_rows(&self) -> usize {
        match self.work {
            Work::Browse(browse) => inner_rows(browse.list),
            Work::Tail(tail) => inner_rows(tail.list),
            Work::Editor(editor) => inner_rows(editor.form),
        }
    }

    /// How many lines of the detail or the panel fit.
    pub fn detail_rows(&self) -> usize {
        match self.work {
            Work::Browse(browse) => inner_rows(browse.detail),
            Work::Tail(tail) => inner_rows(tail.panel),
            Work::Editor(editor) => inner_rows(editor.form),
        }
    }

    /// How many columns the detail or the panel has.
    pub fn detail_columns(&self) -> usize {
        match self.work {
            Work::Browse(browse) => inner_columns(browse.detail),
            // With a blank column on either side.
            Work::Tail(tail) => inner_columns(tail.panel).saturating_sub(2),
            Work::Editor(editor) => inner_columns(editor.form),
        }
    }
}

fn browse(area: Rect, focus: Focus) -> BrowseLayout {
    if area.width >= SIDE_BY_SIDE {
        let (list, detail) = take_left(area, (area.width / 5 * 2).clamp(26, 52));
        BrowseLayout { list, detail }
    } else if area.height >= STACKED {
        let (list, detail) = take_top(area, area.height * 2 / 5);
        BrowseLayout { list, detail }
    } else {
        match focus {
            Focus::List => BrowseLayout {
                list: area,
                detail: Rect::ZERO,
            },
            Focus::Detail => BrowseLayout {
                list: Rect::ZERO,
                detail: area,
            },
        }
    }
}

fn tail(area: Rect, paneled: bool) -> TailLayout {
    let (status, rest) = take_top(area, u16::from(area.height >= 5));
    let (shards, rest) = take_top(rest, u16::from(area.height >= 9));
    let (list, panel) = match (paneled, rest.width >= PANEL_BESIDE) {
        (false, _) => (rest, Rect::ZERO),
        (true, true) => take_left(rest, rest.width / 20 * 11),
        (true, false) => take_top(rest, rest.height / 2),
    };
    TailLayout {
        status,
        shards,
        list,
        panel,
    }
}

fn inner_columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2))
}

fn inner_rows(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

fn take_top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let top = Rect { height, ..area };
    (
        top,
        Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        },
    )
}

fn take_bottom(area: Rect, height: u16) -> (Rect, Rect) {
    take_top(area, area.height.saturating_sub(height))
}

fn take_left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    let left = Rect { width, ..area };
    (
        left,
        Rect {
            x: area.x + width,
            width: area.width - width,
            ..area
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_divided_without_overlap_or_overflow() {
        for width in 0..140 {
            for height in 0..50 {
                for (tailing, inspecting) in [(false, false), (true, false), (true, true)] {
                    for focus in [Focus::List, Focus::Detail] {
                        let layout = Layout::new(Size { width, height }, tailing, inspecting, focus);
                        check(layout, width, height);
                        check(layout.tabular(), width, height);
                        check(layout.editing(2), width, height);
                        check(layout.editing(5), width, height);
                    }
                }
            }
        }
    }

    fn check(layout: Layout, width: u16, height: u16) {
        let mut areas = vec![layout.identity, layout.tabs, layout.footer];
        match layout.work {
            Work::Browse(it) => areas.extend([it.list, it.detail]),
            Work::Tail(it) => areas.extend([it.status, it.shards, it.list, it.panel]),
            Work::Editor(it) => areas.extend([it.status, it.form, it.note]),
        }
        let cells: u32 = areas.iter().map(|area| area.area()).sum();
        assert_eq!(cells, u32::from(width) * u32::from(height));
        assert!(
            areas
                .iter()
                .all(|area| area.is_empty() || (area.right() <= width && area.bottom() <= height))
        );
        for (n, a) in areas.iter().enumerate() {
            assert!(
                areas[n + 1..]
                    .iter()
                    .all(|b| a.is_empty() || b.is_empty() || !a.intersects(*b))
            );
        }
    }

    #[test]
    fn list_and_detail_stand_side_by_side_at_80_columns() {
        let layout = Layout::new(
            Size {
                width: 80,
                height: 24,
            },
            false,
            false,
            Focus::List,
        );
        let Work::Browse(browse) = layout.work else {
            panic!()
        };
        assert_eq!(browse.list.y, browse.detail.y);
        assert_eq!(layout.list_rows(), 19);
    }

    #[test]
    fn a_record_that_is_read_has_a_narrow_screen_to_itself() {
        let of = |width, height| Layout::new(Size { width, height }, false, false, Focus::Detail);
        for (width, height) in [(40, 12), (60, 30), (80, 24)] {
            let layout = of(width, height).widened(false);
            check(layout, width, height);
            assert_eq!(
                (layout.list_rows(), layout.detail_columns()),
                (0, usize::from(width) - 2)
            );
        }
        assert_eq!(of(140, 45).widened(false), of(140, 45));
        assert_eq!(of(140, 45).widened(true).detail_columns(), 138);
    }

    #[test]
    fn a_wide_screen_has_a_panel_beside_the_records() {
        let beside = Layout::new(
            Size {
                width: 140,
                height: 45,
            },
            true,
            true,
            Focus::List,
        );
        let Work::Tail(tail) = beside.work else { panic!() };
        assert_eq!(tail.list.y, tail.panel.y);
    }
}
