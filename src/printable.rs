//! Printable ASCII, eight bytes at a time: by far the most of what comes through, and nothing has to be done about it.
//!
//! Written out because the program is built for size, where the compiler makes no such steps of a loop over bytes.
//!
//! Must not: know what the bytes are for.

/// A byte, eight times.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each of eight bytes.
const HIGH: u64 = 0x80 * EACH;

/// Whether there is nothing but printable ASCII.
pub(crate) fn is_printable(bytes: &[u8]) -> bool {
    let (eights, rest) = bytes.as_chunks();
    eights.iter().all(|eight| unprintable(*eight).is_none())
        && rest.iter().all(|byte| (0x20..0x7f).contains(byte))
}

/// The place of the first of eight bytes that is not printable ASCII.
pub(crate) fn unprintable(eight: [u8; 8]) -> Option<usize> {
    first(unprintable_bits(u64::from_le_bytes(eight)))
}

/// The place of the first of eight bytes that is not printable ASCII, or is one of these.
pub(crate) fn unprintable_or(eight: [u8; 8], others: [u8; 2]) -> Option<usize> {
    let eight = u64::from_le_bytes(eight);
    let is = |byte: u8| zeros(eight ^ (u64::from(byte) * EACH));
    first(unprintable_bits(eight) | is(others[0]) | is(others[1]))
}

fn unprintable_bits(eight: u64) -> u64 {
    eight | eight.wrapping_sub(0x20 * EACH) | zeros(eight ^ (0x7f * EACH))
}

/// The highest bit of each byte that is zero. It may be that of a byte after such a one as well, for which reason only the first
/// counts.
fn zeros(eight: u64) -> u64 {
    eight.wrapping_sub(EACH) & !eight
}

fn first(bits: u64) -> Option<usize> {
    let bits = bits & HIGH;
    (bits != 0).then(|| bits.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_printable_byte(byte: u8) -> bool {
        (b' '..=b'~').contains(&byte)
    }

    #[test]
    fn each_byte_is_known_at_each_place() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut eight = *b"kinescop";
                eight[place] = byte;
                assert_eq!(
                    unprintable(eight),
                    (!is_printable_byte(byte)).then_some(place),
                    "{byte}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn all_of_it_counts(bytes in proptest::collection::vec(0x1eu8..=0x81, 0..40)) {
            prop_assert_eq!(is_printable(&bytes), bytes.iter().all(|it| is_printable_byte(*it)));
        }

        #[test]
        fn bytes_beside_each_other_do_not_disturb(eight: [u8; 8], others: [u8; 2]) {
            let not_printable = |it: &u8| !is_printable_byte(*it);
            prop_assert_eq!(unprintable(eight), eight.iter().position(not_printable));
            let stops = |it: &u8| not_printable(it) || others.contains(it);
            prop_assert_eq!(unprintable_or(eight, others), eight.iter().position(stops));
        }
    }
}
