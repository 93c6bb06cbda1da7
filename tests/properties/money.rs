//! Money against `i128`, in which nothing here can overflow.

use lockproof::bank::{Money, MoneyError};
use proptest::prelude::*;

use super::config::config;

/// What the grammar says of a text, computed in another way than the parser does it: `None` when
/// it is not an amount, else its minor units, whether they fit or not.
fn oracle(text: &str) -> Option<i128> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len() - unsigned.len() > 1 {
        return None;
    }
    let parts: Vec<&str> = unsigned.split('.').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = match parts[..] {
        [whole] if !whole.is_empty() => (whole, "0"),
        [whole, decimals] if (1..=2).contains(&decimals.len()) => (whole, decimals),
        _ => return None,
    };
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    let minor = format!("0{whole}{decimals:0<2}").parse::<i128>().ok()?;
    Some(if text.starts_with('-') { -minor } else { minor })
}

fn fits(minor: i128) -> Option<i64> {
    i64::try_from(minor).ok()
}

/// Parses, and holds the result against the oracle.
fn check(text: &str) -> Result<(), TestCaseError> {
    match (text.parse::<Money>(), oracle(text)) {
        (Ok(money), Some(minor)) => prop_assert_eq!(i128::from(money.minor()), minor),
        (Err(MoneyError::OutOfRange { .. }), Some(minor)) => prop_assert_eq!(fits(minor), None),
        (Err(MoneyError::OutOfRange { .. }), None) => prop_assert!(false, "{text:?} is malformed"),
        (Err(error), None) => {
            prop_assert!(error.offset() <= text.chars().count(), "{error:?}");
            prop_assert!(error.to_string().starts_with("expected an amount "), "{error}");
        }
        (parsed, expected) => prop_assert!(false, "{text:?}: {parsed:?}, but {expected:?}"),
    }
    Ok(())
}

/// All of `i64`, with its ends and the neighbourhood of zero more often than chance would.
fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -200..200_i64,
        (0..200_i64).prop_map(|n| i64::MAX - n),
        (0..200_i64).prop_map(|n| i64::MIN + n),
    ]
}

proptest! {
    #![proptest_config(config(4_096))]

    #[test]
    fn printing_and_parsing_are_inverse(minor in minor()) {
        let money = Money::from_minor(minor);
        prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
        prop_assert_eq!(oracle(&money.to_string()), Some(i128::from(minor)));
    }

    #[test]
    fn arithmetic_is_exact_or_refused(a in minor(), b in minor()) {
        let (x, y) = (Money::from_minor(a), Money::from_minor(b));
        let (a, b) = (i128::from(a), i128::from(b));
        prop_assert_eq!(x.checked_add(y).map(Money::minor), fits(a + b));
        prop_assert_eq!(x.checked_sub(y).map(Money::minor), fits(a - b));
        prop_assert_eq!(x.checked_neg().map(Money::minor), fits(-a));
        prop_assert_eq!((x.is_negative(), x.is_positive()), (a < 0, a > 0));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
    }

    #[test]
    fn well_formed_amounts_are_read_exactly(text in r"[+-]?([0-9]{0,20}\.[0-9]{1,2}|[0-9]{1,21})") {
        prop_assert!(oracle(&text).is_some());
        check(&text)?;
    }

    #[test]
    fn near_misses_are_errors(text in r"[ +-]{0,2}[0-9]{0,3}[.,e ]{0,2}[0-9a]{0,4}") {
        check(&text)?;
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in ".{0,80}|\\PC{0,80}") {
        check(&text)?;
    }

    #[test]
    fn money_is_printed_in_the_width_asked_for(minor in minor(), width in 0..40_usize) {
        let money = Money::from_minor(minor);
        let plain = money.to_string();
        prop_assert_eq!(format!("{money:>width$}"), format!("{plain:>width$}"));
        prop_assert_eq!(format!("{money:<width$}"), format!("{plain:<width$}"));
    }
}

/// An oracle that never says no would prove nothing.
#[test]
fn the_oracle_rejects() {
    for text in ["", "-", "5.", "1.234", "1e3", "NaN", "inf", "1,000", " 1", "1 ", "+-1", "٣"] {
        assert_eq!(oracle(text), None, "{text:?}");
        assert!(text.parse::<Money>().is_err(), "{text:?}");
    }
    assert!(check("1.25").is_ok());
}
