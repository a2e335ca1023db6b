//! What the rows on the screen say, kept from frame to frame: a frame works out only those that the one before did not have.
//!
//! What is drawn is the same without it. Must not: keep more than one frame shows.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saying {
    /// All of it as one, or each column; sanitized.
    pub cells: Vec<String>,
    /// Why its payload is not read as was chosen, sanitized: the format that it is not, and all that is known.
    pub broken: Option<(String, String)>,
}

/// What the rows of the last frame said.
#[derive(Debug, Default)]
pub struct Shown(RefCell<Rows>);

#[derive(Debug, Default)]
struct Rows {
    /// Columns of the screen that they were worked out for.
    columns: usize,
    sayings: HashMap<u64, Arc<Saying>>,
}

impl Shown {
    /// What a row says in so many columns of the screen, worked out where that is not known.
    pub fn row(&self, number: u64, columns: usize, work_out: impl FnOnce() -> Saying) -> Arc<Saying> {
        let mut rows = self.0.borrow_mut();
        if rows.columns != columns {
            rows.sayings.clear();
            rows.columns = columns;
        }
        let saying = rows.sayings.entry(number).or_insert_with(|| Arc::new(work_out()));
        Arc::clone(saying)
    }

    /// Only these rows are shown.
    pub fn keep(&self, numbers: impl Iterator<Item = u64>) {
        let numbers: HashSet<_> = numbers.collect();
        self.0
            .borrow_mut()
            .sayings
            .retain(|number, _| numbers.contains(number));
    }

    /// Everything is to be read anew.
    pub fn forget(&self) {
        self.0.borrow_mut().sayings.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_worked_out_once_for_a_width_and_while_it_is_shown() {
        let shown = Shown::default();
        let worked_out = std::cell::Cell::new(0);
        let draw = |number, columns| {
            shown.row(number, columns, || {
                worked_out.set(worked_out.get() + 1);
                Saying::default()
            });
            worked_out.replace(0)
        };
        assert_eq!([draw(1, 80), draw(2, 80), draw(1, 80)], [1, 1, 0]);
        shown.keep([2].into_iter());
        assert_eq!([draw(2, 80), draw(1, 80)], [0, 1]);
        assert_eq!([draw(2, 40), draw(2, 40)], [1, 0]);
        shown.forget();
        assert_eq!(draw(2, 40), 1);
    }
}
