//! Sequence numbers as Kinesis gives them today: 186 bits, written as 56 decimal digits.
//!
//! From the top, in hexadecimal digits, as the public emulators found by comparing with the service: `2`, the time at which
//! the shard was made (9), the last digit of the shard's index (1), the record's index (16), nothing (2), the record's time (9), the
//! shard's index (8), and `2` for the version. Times are seconds since 1970.
//!
//! Must not: be compared across streams, where the numbers say nothing.

use std::fmt;

/// The mark at the top of every number, and the version at its end.
const TOP: u64 = 2;
const VERSION: u64 = 2;
/// Decimal digits that fit into 64 bits.
const CHUNK: u128 = 10_000_000_000_000_000_000;
const CHUNK_DIGITS: usize = 19;

/// A sequence number, taken apart. Ordered as the number itself among those of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sequence {
    /// When the shard was made.
    pub shard_made: u64,
    /// The place in the shard: 0 for the shard's own first number, from 1 on for records.
    pub index: u64,
    /// When the record came.
    pub time: u64,
    /// The shard's place in its stream.
    pub shard: u32,
}

impl Sequence {
    /// The greatest index, which ends a closed shard.
    pub(super) const LAST_INDEX: u64 = i64::MAX.unsigned_abs();

    /// Reads the decimal form; `None` if it is no number of this version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let [top, middle, low] = limbs(text)?;
        let fits = top >> 56 == TOP && low & 0xf == VERSION && (middle >> 8).trailing_zeros() >= 8;
        let sequence = Self {
            shard_made: (top >> 20) & 0xf_ffff_ffff,
            index: (top & 0xffff) << 48 | middle >> 16,
            time: (middle & 0xff) << 28 | low >> 36,
            shard: u32::try_from((low >> 4) & 0xffff_ffff).ok()?,
        };
        let nibble = (top >> 16) & 0xf;
        let agrees = nibble == u64::from(sequence.shard & 0xf) && sequence.index <= Self::LAST_INDEX;
        (fits && agrees).then_some(sequence)
    }

    fn limbs(self) -> [u64; 3] {
        let nibble = u64::from(self.shard & 0xf);
        [
            TOP << 56 | self.shard_made << 20 | nibble << 16 | self.index >> 48,
            (self.index & 0xffff_ffff_ffff) << 16 | self.time >> 28,
            (self.time & 0xfff_ffff) << 36 | u64::from(self.shard) << 4 | VERSION,
        ]
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut limbs = self.limbs();
        let low = divide(&mut limbs);
        let middle = divide(&mut limbs);
        write!(f, "{}{middle:019}{low:019}", limbs[2])
    }
}

/// Divides a number by [`CHUNK`] in place and gives the remainder.
fn divide(limbs: &mut [u64; 3]) -> u64 {
    let mut rest = 0;
    for limb in limbs {
        let part = u128::from(rest) << 64 | u128::from(*limb);
        *limb = low_half(part / CHUNK);
        rest = low_half(part % CHUNK);
    }
    rest
}

/// The binary form of decimal digits that are a number below 2^192.
fn limbs(digits: &str) -> Option<[u64; 3]> {
    if digits.is_empty() || digits.len() > 3 * CHUNK_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut limbs = [0_u64; 3];
    for digit in digits.bytes() {
        let mut carry = u128::from(digit - b'0');
        for limb in limbs.iter_mut().rev() {
            let part = u128::from(*limb) * 10 + carry;
            *limb = low_half(part);
            carry = part >> 64;
        }
    }
    Some(limbs)
}

fn low_half(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_of_the_service_is_read_and_written_alike() {
        // From the examples of PutRecord in the API reference.
        let text = "49543463076548007577105092703039560359975228518395019266";
        let sequence = Sequence::parse(text).unwrap();
        assert_eq!(sequence.shard, 0);
        assert_eq!(sequence.to_string(), text);
    }

    #[test]
    fn what_is_no_number_of_this_version_is_refused() {
        for text in [
            "",
            "0",
            "12",
            "-1",
            "4954346307654800757710509270303956035997522851839501926x",
        ] {
            assert_eq!(Sequence::parse(text), None, "{text}");
        }
        assert_eq!(Sequence::parse(&"9".repeat(57)), None);
    }

    proptest! {
        #[test]
        fn every_number_survives_its_text(
            shard_made in 1_000_000_000_u64..9_000_000_000,
            index in 0..=Sequence::LAST_INDEX,
            time in 1_000_000_000_u64..9_000_000_000,
            shard in 0_u32..0x7fff_ffff,
        ) {
            let sequence = Sequence { shard_made, index, time, shard };
            let text = sequence.to_string();
            prop_assert_eq!(text.len(), 56);
            prop_assert_eq!(Sequence::parse(&text), Some(sequence));
        }

        #[test]
        fn later_records_have_greater_texts(index in 0..Sequence::LAST_INDEX, time in 1_000_000_000_u64..9_000_000_000) {
            let earlier = Sequence { shard_made: 1_700_000_000, index, time, shard: 3 };
            let later = Sequence { index: index + 1, ..earlier };
            prop_assert!(earlier.to_string() < later.to_string());
        }
    }
}
