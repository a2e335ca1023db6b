//! The columns of a list whose rows tell how far they are: status, age, records, the part that was invalid.
//!
//! Where the name would have too little room, the last ones go first.

use super::format;
use super::prediction::percent;
use crate::model::RowWords;
use crate::resource::Timestamp;

/// Columns that a name has at least before a column goes.
const NAME: usize = 16;

/// A column: its width, and what it says of a row.
struct Column {
    width: usize,
    says: fn(&RowWords, Timestamp) -> String,
}

/// In the order in which they come as a screen gets wider.
const COLUMNS: [Column; 4] = [
    Column {
        width: 10,
        says: |row, _| row.status.clone(),
    },
    Column {
        width: 6,
        says: |row, now| row.created.map_or_else(none, |at| age(at, now)),
    },
    Column {
        width: 9,
        says: |row, _| row.run.and_then(|run| run.total).map_or_else(none, format::count),
    },
    Column {
        width: 8,
        says: |row, _| {
            let ratio = row.run.and_then(|run| run.invalid_ratio());
            ratio.map_or_else(none, percent)
        },
    },
];

fn none() -> String {
    "–".to_owned()
}

/// How old it is, for short.
fn age(time: Timestamp, now: Timestamp) -> String {
    let length = now.duration_since(time);
    format::span(length.try_into().unwrap_or_default())
}

/// What a row says in the columns that there is room for beside its name, each ranged right but the first.
pub(super) fn cells(row: &RowWords, now: Timestamp, room: usize) -> String {
    let mut left = room.saturating_sub(NAME);
    let mut text = String::new();
    for (number, column) in COLUMNS.iter().enumerate() {
        let Some(rest) = left.checked_sub(column.width + 1) else {
            break;
        };
        left = rest;
        let says = format::fit(&(column.says)(row, now), column.width);
        let width = column.width;
        let cell = if number == 0 {
            format!("{says:<width$}")
        } else {
            format!("{says:>width$}")
        };
        text.push(' ');
        text.push_str(&cell);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Run;

    fn row() -> RowWords {
        RowWords {
            status: "INPROGRESS".to_owned(),
            note: String::new(),
            created: Some("2026-11-20T11:56:00Z".parse().unwrap()),
            run: Some(Run {
                total: Some(1_204_331),
                invalid: Some(318),
            }),
        }
    }

    #[test]
    fn columns_leave_in_a_fixed_order_as_there_is_less_room() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let told = |room| cells(&row(), now, room);
        assert_eq!(told(60), " INPROGRESS  4 min 1,204,331   0.03 %");
        assert_eq!(told(45), " INPROGRESS  4 min 1,204,331");
        assert_eq!(told(40), " INPROGRESS  4 min");
        assert_eq!(told(30), " INPROGRESS");
        assert_eq!(told(20), "");
    }

    #[test]
    fn what_is_not_given_is_a_dash() {
        let row = RowWords {
            run: Some(Run::default()),
            ..row()
        };
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(cells(&row, now, 60), " INPROGRESS  4 min         –        –");
    }
}
