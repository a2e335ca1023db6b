//! Integers of any size, and decimals, in the digits that a person reads.

/// The largest integer that is written out, in bytes: 2,466 digits. The time for it grows with the square of its size.
const LARGEST: usize = 1 << 10;
/// The farthest that a point is moved into or before the digits, rather than written as an exponent.
const FARTHEST: usize = 1 << 10;
/// What a word of digits holds, and how many they are.
const WORD: u64 = 1_000_000_000;
const DIGITS: usize = 9;

/// The digits of an unsigned integer, the highest byte first.
pub(super) fn unsigned(bytes: &[u8]) -> Option<String> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros..];
    if bytes.len() > LARGEST {
        return None;
    }
    // The lowest word first.
    let mut words: Vec<u64> = Vec::new();
    for byte in bytes {
        let mut carry = u64::from(*byte);
        for word in &mut words {
            let value = (*word << 8) + carry;
            *word = value % WORD;
            carry = value / WORD;
        }
        if carry > 0 {
            words.push(carry);
        }
    }
    let highest = words.pop().unwrap_or_default().to_string();
    let lower = words.iter().rev().map(|word| format!("{word:0DIGITS$}"));
    Some(std::iter::once(highest).chain(lower).collect())
}

/// The digits of a signed integer in two's complement, the highest byte first.
pub(super) fn signed(bytes: &[u8]) -> Option<String> {
    if bytes.first().is_none_or(|byte| *byte < 0x80) {
        return unsigned(bytes);
    }
    // What is below zero is one more than its complement.
    let complement: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    Some(format!("-{}", one_more(&complement)?))
}

/// The digits of -1 - n, where n is an unsigned integer, the highest byte first.
pub(super) fn below_zero(bytes: &[u8]) -> Option<String> {
    Some(format!("-{}", one_more(bytes)?))
}

fn one_more(bytes: &[u8]) -> Option<String> {
    let mut sum = vec![0];
    sum.extend_from_slice(bytes);
    for byte in sum.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    unsigned(&sum)
}

/// An integer divided by ten to the power of `scale`, as a number of JSON. No digit is lost, nor one added but for zeros that
/// set the point.
pub(super) fn scaled(integer: &str, scale: i64) -> String {
    let (sign, digits) = integer
        .strip_prefix('-')
        .map_or(("", integer), |digits| ("-", digits));
    match usize::try_from(scale) {
        Ok(0) => integer.to_owned(),
        Ok(places) if places <= FARTHEST => {
            let digits = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            format!("{sign}{whole}.{fraction}")
        }
        _ => format!("{integer}e{}", -i128::from(scale)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_all_their_digits() {
        assert_eq!(unsigned(&[]).unwrap(), "0");
        assert_eq!(unsigned(&[0, 0, 255]).unwrap(), "255");
        assert_eq!(unsigned(&u128::MAX.to_be_bytes()).unwrap(), u128::MAX.to_string());
        let round = 10_u128.pow(36);
        assert_eq!(unsigned(&round.to_be_bytes()).unwrap(), round.to_string());
        for value in [0, 1, -1, -128, -256, i128::MIN, i128::MAX] {
            assert_eq!(signed(&value.to_be_bytes()).unwrap(), value.to_string());
        }
        assert_eq!(below_zero(&[0xff; 8]).unwrap(), "-18446744073709551616");
        assert_eq!(unsigned(&[1; LARGEST + 1]), None);
        assert!(unsigned(&[0xff; LARGEST]).unwrap().len() > 2400);
    }

    #[test]
    fn the_point_stands_where_it_should() {
        assert_eq!(scaled("27315", 2), "273.15");
        assert_eq!(scaled("-5", 3), "-0.005");
        assert_eq!(scaled("0", 2), "0.00");
        assert_eq!(scaled("12", 0), "12");
        assert_eq!(scaled("12", -3), "12e3");
        assert_eq!(scaled("12", 5000), "12e-5000");
        assert_eq!(scaled("12", i64::MIN), "12e9223372036854775808");
    }
}
