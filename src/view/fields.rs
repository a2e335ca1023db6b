//! Parts of the records as columns, in place of what they say as a whole.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;
use unicode_width::UnicodeWidthStr;

use super::format;
use crate::model::Saying;
use crate::query::Path;
use crate::sanitize;

/// Between two columns.
const GAP: usize = 2;

/// The columns of the records on the screen.
pub(super) struct Fields {
    headings: Vec<String>,
    widths: Vec<usize>,
}

impl Fields {
    /// The columns of these rows, as wide as they need to be and together no wider than so many columns of the screen.
    /// `None` where the records are shown whole.
    pub(super) fn new(columns: &[Path], rows: &HashMap<u64, Arc<Saying>>, room: usize) -> Option<Self> {
        if columns.is_empty() {
            return None;
        }
        let headings: Vec<_> = columns
            .iter()
            .map(|path| sanitize::line(&path.to_string()).into_owned())
            .collect();
        let need = |column: usize| {
            let inside = rows.values().filter_map(|row| row.cells.get(column));
            let inside = inside.map(|cell| cell.width());
            inside.chain([headings[column].width()]).max().unwrap_or(0)
        };
        let needs: Vec<_> = (0..headings.len()).map(need).collect();
        let widths = share_out(&needs, room.saturating_sub(GAP * (needs.len() - 1)));
        Some(Self { headings, widths })
    }

    /// What stands over the columns.
    pub(super) fn heading(&self) -> String {
        self.line(&self.headings)
    }

    /// A row's columns.
    pub(super) fn line(&self, cells: &[String]) -> String {
        let fitted = cells
            .iter()
            .zip(&self.widths)
            .map(|(cell, width)| format::pad(&format::fit(cell, *width), *width));
        fitted.collect::<Vec<_>>().join(&" ".repeat(GAP))
    }
}

/// Each part as text, sanitized: a text without its quotes, what is missing as a dash.
pub(super) fn cells(value: Option<&Json>, columns: &[Path]) -> Vec<String> {
    let cell = |path: &Path| match value.and_then(|value| path.find(value)) {
        Some(Json::String(text)) => sanitize::line(text).into_owned(),
        Some(other) => sanitize::line(&other.to_string()).into_owned(),
        None => "–".to_owned(),
    };
    columns.iter().map(cell).collect()
}

/// Who needs less than an even share gets that; the others share what is left.
pub(super) fn share_out(needs: &[usize], room: usize) -> Vec<usize> {
    let mut widths = vec![0; needs.len()];
    let mut left = room;
    let mut order: Vec<_> = (0..needs.len()).collect();
    order.sort_by_key(|column| needs[*column]);
    for (served, column) in order.iter().enumerate() {
        let share = left / (needs.len() - served);
        widths[*column] = needs[*column].min(share);
        left -= widths[*column];
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_goes_to_those_who_need_it() {
        assert_eq!(share_out(&[4, 100, 6], 40), [4, 30, 6]);
        assert_eq!(share_out(&[100, 100], 41), [20, 21]);
        assert_eq!(share_out(&[3, 3], 100), [3, 3]);
        assert_eq!(share_out(&[3, 3], 1), [0, 1]);
    }

    #[test]
    fn a_cell_is_one_safe_line() {
        let value = serde_json::json!({"a": "\u{1b}[2J", "b": {"c": 1.50}});
        let columns = [".a", ".b", ".x"].map(|path| Path::parse(path).unwrap());
        assert_eq!(cells(Some(&value), &columns), ["␛[2J", "{\"c\":1.5}", "–"]);
    }
}
