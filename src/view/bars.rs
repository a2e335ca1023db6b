//! Figures in a line of text: sparklines, and bars over the range of hash keys.

use crate::resource::HashRange;

const LEVELS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];

/// Counts as a line of so many columns, newest on the right, on the scale of the greatest of them or of `most`.
pub(super) fn sparkline(counts: impl Iterator<Item = u64>, columns: usize, most: u64) -> String {
    let counts: Vec<u64> = counts.collect();
    let recent = &counts[counts.len().saturating_sub(columns)..];
    let most = recent.iter().copied().max().unwrap_or(0).max(most).max(1);
    let level = |count: &u64| {
        let step = count.saturating_mul(LEVELS.len() as u64 - 1).div_ceil(most);
        LEVELS[usize::try_from(step).unwrap_or(0).min(LEVELS.len() - 1)]
    };
    let blank = std::iter::repeat_n(LEVELS[0], columns - recent.len());
    blank.chain(recent.iter().map(level)).collect()
}

/// A part of a whole, from 0 to 1, as a bar of so many columns; whatever is not nothing has one at least.
pub(super) fn share(part: f64, columns: usize) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a bar of a few columns"
    )]
    let full = (part.clamp(0.0, 1.0) * columns as f64).ceil() as usize;
    (0..columns).map(|n| if n < full { '█' } else { ' ' }).collect()
}

/// Where a shard's hash keys lie in the whole range, as a bar of so many columns between two marks.
pub(super) fn hash_bar(range: HashRange, columns: usize) -> String {
    let room = columns.saturating_sub(2);
    // Shards are mostly halves of halves: with eighths their ends meet and do not overlap.
    let width = if room >= 8 { room / 8 * 8 } else { room };
    // The upper half of a key is more than enough to tell a column.
    let place = |key: u128| usize::try_from(((key >> 64) * width as u128) >> 64).unwrap_or(width);
    let (from, to) = (place(range.start), place(range.end));
    let cells: String = (0..width)
        .map(|n| if (from..=to).contains(&n) { '█' } else { ' ' })
        .collect();
    format!("▕{cells}▏")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_rises_with_its_counts() {
        assert_eq!(sparkline([0, 3, 6].into_iter(), 5, 0), "▁▁▁▄▇");
        assert_eq!(sparkline([1; 20].into_iter(), 3, 6), "▂▂▂");
        assert_eq!(sparkline(std::iter::empty(), 2, 0), "▁▁");
    }

    #[test]
    fn a_bar_covers_its_share() {
        let half = u128::MAX / 2;
        assert_eq!(
            hash_bar(
                HashRange {
                    start: 0,
                    end: u128::MAX
                },
                10
            ),
            "▕████████▏"
        );
        assert_eq!(hash_bar(HashRange { start: 0, end: half }, 10), "▕████    ▏");
        assert_eq!(
            hash_bar(
                HashRange {
                    start: half + 1,
                    end: u128::MAX
                },
                10
            ),
            "▕    ████▏"
        );
    }

    #[test]
    fn a_share_is_a_bar() {
        assert_eq!(share(0.0, 4), "    ");
        assert_eq!(share(0.01, 4), "█   ");
        assert_eq!(share(0.5, 4), "██  ");
        assert_eq!(share(7.0, 4), "████");
    }

    #[test]
    fn a_bar_of_no_width_does_no_harm() {
        assert_eq!(hash_bar(HashRange { start: 0, end: 1 }, 1), "▕▏");
    }
}
