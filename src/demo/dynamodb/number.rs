//! Numbers as DynamoDB keeps them: decimal text of up to 38 significant digits, in one form for each value.
//!
//! Must not: pass a number through a float.

use crate::demo::protocol::Fault;

/// Limits of numbers (page "Naming rules and data types").
const DIGITS: usize = 38;
const GREATEST_EXPONENT: i64 = 125;
const LEAST_EXPONENT: i64 = -130;

/// The one form of a number, so that equal numbers are equal texts: `1.50`, `1.5` and `15e-1` are all `1.5`.
pub(super) fn normalized(text: &str) -> Result<String, Fault> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, scale) = parsed(unsigned).ok_or_else(|| {
        let shown = if text.is_empty() { "null" } else { text };
        invalid(format!(
            "The parameter cannot be converted to a numeric value: {shown}"
        ))
    })?;
    let without_zeros = digits.trim_end_matches('0');
    let scale = scale + length(&digits) - length(without_zeros);
    let digits = without_zeros.trim_start_matches('0');
    if digits.is_empty() {
        return Ok("0".to_owned());
    }
    check_range(digits, scale)?;
    let plain = plain(digits, scale);
    Ok(if negative { format!("-{plain}") } else { plain })
}

/// All digits without the point, and the power of ten that the last of them stands for.
fn parsed(unsigned: &str) -> Option<(String, i64)> {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?.into()),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| (digits, exponent - length(fraction)))
}

fn check_range(digits: &str, scale: i64) -> Result<(), Fault> {
    let magnitude = scale + length(digits) - 1;
    if magnitude > GREATEST_EXPONENT {
        let message =
            "Number overflow. Attempting to store a number with magnitude larger than supported range";
        return Err(invalid(message.to_owned()));
    }
    if magnitude < LEAST_EXPONENT {
        let message =
            "Number underflow. Attempting to store a number with magnitude smaller than supported range";
        return Err(invalid(message.to_owned()));
    }
    if digits.len() > DIGITS {
        return Err(invalid(format!(
            "Attempting to store more than {DIGITS} significant digits in a Number"
        )));
    }
    Ok(())
}

fn plain(digits: &str, scale: i64) -> String {
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let point = length(digits) + scale;
    if scale >= 0 {
        format!("{digits}{}", zeros(scale))
    } else if point > 0 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        format!("{whole}.{fraction}")
    } else {
        format!("0.{}{digits}", zeros(-point))
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

fn invalid(message: String) -> Fault {
    Fault::new("ValidationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_numbers_get_one_form() {
        for (given, kept) in [
            ("1.50", "1.5"),
            ("15e-1", "1.5"),
            ("+007", "7"),
            ("-0.0", "0"),
            ("1E2", "100"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("1e-3", "0.001"),
            ("12.5E1", "125"),
        ] {
            assert_eq!(normalized(given).as_deref(), Ok(kept), "{given}");
        }
    }

    #[test]
    fn thirty_eight_digits_are_kept_and_thirty_nine_refused() {
        let digits = "98765432109876543210987654321098765432";
        assert_eq!(normalized(digits).unwrap(), digits);
        assert_eq!(
            normalized(&format!("{digits}000")).unwrap(),
            format!("{digits}000")
        );
        let fault = normalized(&format!("{digits}1")).unwrap_err();
        assert!(fault.message.contains("more than 38 significant digits"));
    }

    #[test]
    fn magnitudes_out_of_range_are_refused() {
        assert!(normalized("9.99e125").is_ok());
        assert!(normalized("1e126").unwrap_err().message.contains("overflow"));
        assert!(normalized("1e-130").is_ok());
        assert!(normalized("-1e-131").unwrap_err().message.contains("underflow"));
    }

    #[test]
    fn what_is_no_number_is_named() {
        for text in ["", "-", ".", "1,5", "0x10", "NaN", "1e", "1e99999999999", "١"] {
            let fault = normalized(text).unwrap_err();
            assert!(
                fault.message.contains("cannot be converted to a numeric value"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn normalizing_twice_changes_nothing(mantissa in "-?[0-9]{1,20}(\\.[0-9]{1,17})?", exponent in -60..60) {
            let once = normalized(&format!("{mantissa}e{exponent}")).unwrap();
            prop_assert_eq!(normalized(&once).unwrap(), once);
        }
    }
}
