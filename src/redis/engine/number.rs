//! Numbers as Redis reads and prints them.

use super::error::CommandError;

/// Reads an integer the way `string2ll` does: no plus sign, no blanks, no leading zeros, no `-0`.
pub(in crate::redis) fn integer(bytes: &[u8]) -> Result<i64, CommandError> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let canonical = match digits {
        [b'0'] => bytes.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let text = std::str::from_utf8(bytes).ok().filter(|_| canonical);
    text.and_then(|text| text.parse().ok()).ok_or(CommandError::NotAnInteger)
}

/// Prints a double as C's `%.17g`: the form in which Lua's numbers reach a command.
pub(in crate::redis) fn seventeen_digits(number: f64) -> String {
    const DIGITS: i32 = 17;
    if number.is_nan() {
        let sign = if number.is_sign_negative() { "-" } else { "" };
        return format!("{sign}nan");
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..DIGITS).contains(&exponent) {
        let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
        return without_trailing_zeros(&format!("{number:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let mantissa = without_trailing_zeros(mantissa);
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn without_trailing_zeros(number: &str) -> &str {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_integers_are_read() {
        for (text, number) in [
            ("0", 0),
            ("-1", -1),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(integer(text.as_bytes()), Ok(number));
        }
        for text in ["", "-", "-0", "01", "+1", " 1", "1 ", "1.0", "x", "9223372036854775808"] {
            assert_eq!(integer(text.as_bytes()), Err(CommandError::NotAnInteger));
        }
    }

    #[test]
    fn doubles_are_printed_as_c_does() {
        for (number, text) in [
            (0.0, "0"),
            (3.0, "3"),
            (-3.5, "-3.5"),
            (0.1, "0.10000000000000001"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (1e20, "1e+20"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(seventeen_digits(number), text);
        }
    }
}
