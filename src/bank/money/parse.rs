//! Amounts of money, read from text.

use std::str::FromStr;

use super::Money;

/// Reads an optional sign, digits, and at most two decimals: `1234.56`, `-200`, `+300`, `0.5` (=
/// 0.50), `.5` (= 0.50).
///
/// `.5` is accepted because spreadsheets write it and it can mean only one thing. `5.` is rejected: it
/// remains when the end of an amount is cut off. So are exponents, separators of thousands, spaces, `NaN`,
/// `inf`, and digits that are not ASCII. A third decimal is rejected even when it is 0: nothing here may
/// round.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Money, MoneyError> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, rest) = split_digits(unsigned);
        let (decimals, rest) = match rest.strip_prefix('.').map(split_digits) {
            Some((decimals, rest)) => (Some(decimals), rest),
            None => (None, rest),
        };
        // All that was understood is ASCII, so this counts characters as well as bytes.
        let understood = text.len() - rest.len();
        let stray = rest.chars().next();
        let quoted = || excerpt(text);

        match (decimals, stray) {
            _ if text.is_empty() => Err(MoneyError::Empty),
            (Some(decimals), _) if decimals.len() > 2 => Err(MoneyError::TooManyDecimals {
                text: quoted(),
                offset: understood - decimals.len() + 2,
            }),
            (_, Some(found)) => {
                Err(MoneyError::NotADigit { text: quoted(), found, offset: understood })
            }
            (decimals, None) if decimals.unwrap_or(whole).is_empty() => {
                Err(MoneyError::Unfinished { text: quoted(), offset: understood })
            }
            (decimals, None) => {
                minor_units(text.starts_with('-'), whole, decimals.unwrap_or_default())
                    .ok_or_else(|| MoneyError::OutOfRange { text: quoted() })
            }
        }
    }
}

/// The ASCII digits that a text begins with, and the rest.
fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// Counts downwards from zero, because the least `i64` has no positive counterpart to pass through.
fn minor_units(negative: bool, whole: &str, decimals: &str) -> Option<Money> {
    let padding = "00"[decimals.len()..].bytes();
    let digits = whole.bytes().chain(decimals.bytes()).chain(padding);
    let below_zero = digits
        .map(|digit| i64::from(digit - b'0'))
        .try_fold(0_i64, |minor, digit| minor.checked_mul(10)?.checked_sub(digit))?;
    if negative {
        Some(Money::from_minor(below_zero))
    } else {
        Money::from_minor(below_zero).checked_neg()
    }
}

/// Shortens a text for an error, which quotes it: a field of a broken file may be megabytes long.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The reason why a text is not an amount of money. Each says what was expected and what was found;
/// [`offset`](Self::offset) says where, so that a reader of files can name the column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// There was no text at all.
    #[error("expected an amount such as 1234.56, found nothing")]
    Empty,
    /// A character stands where a digit, the decimal point or the end should be.
    #[error("expected an amount such as 1234.56, found {text:?}: {found:?} is not a digit")]
    NotADigit {
        /// The text, shortened when it is long.
        text: String,
        /// The first character that does not belong.
        found: char,
        /// Where it stands, in characters from 0.
        offset: usize,
    },
    /// The text ends where a digit has to follow: `-`, `5.`.
    #[error(
        "expected an amount such as 1234.56, found {text:?}: it ends where a digit should follow"
    )]
    Unfinished {
        /// The text, shortened when it is long.
        text: String,
        /// Where the digit is missing, in characters from 0.
        offset: usize,
    },
    /// There is no coin below the minor unit.
    #[error("expected an amount such as 1234.56, found {text:?}: it has more than two decimals")]
    TooManyDecimals {
        /// The text, shortened when it is long.
        text: String,
        /// Where the third decimal stands, in characters from 0.
        offset: usize,
    },
    /// The amount is well written, and too great to be held.
    #[error("expected an amount from {} to {}, found {text:?}", Money::MIN, Money::MAX)]
    OutOfRange {
        /// The text, shortened when it is long.
        text: String,
    },
}

impl MoneyError {
    /// Where in the text the trouble begins, in characters from 0.
    pub fn offset(&self) -> usize {
        match self {
            MoneyError::NotADigit { offset, .. }
            | MoneyError::Unfinished { offset, .. }
            | MoneyError::TooManyDecimals { offset, .. } => *offset,
            MoneyError::Empty | MoneyError::OutOfRange { .. } => 0,
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn minor(text: &str) -> i64 {
        text.parse::<Money>().unwrap_or_else(|error| panic!("{text:?}: {error}")).minor()
    }

    fn refusal(text: &str) -> (String, usize) {
        let error = text.parse::<Money>().expect_err(text);
        (error.to_string(), error.offset())
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(minor("1234.56"), 123_456);
        assert_eq!(minor("-200"), -20_000);
        assert_eq!(minor("+300"), 30_000);
        assert_eq!(minor("0.5"), 50);
        assert_eq!(minor(".5"), 50);
        assert_eq!(minor("-.05"), -5);
        assert_eq!(minor("-0"), 0);
        assert_eq!(minor("007.00"), 700);
    }

    #[test]
    fn reads_and_prints_the_ends_of_the_range() {
        for money in [Money::MIN, Money::MAX, Money::ZERO] {
            assert_eq!(minor(&money.to_string()), money.minor());
        }
        assert_eq!(Money::MIN.to_string(), "-92233720368547758.08");
        assert_eq!(Money::MIN.checked_neg(), None);
    }

    #[test]
    fn refuses_what_does_not_fit_and_says_what_would() {
        let expected =
            "expected an amount from -92233720368547758.08 to 92233720368547758.07, found";
        for text in ["92233720368547758.08", "-92233720368547758.09", "99999999999999999999999"] {
            assert_eq!(refusal(text), (format!("{expected} {text:?}"), 0));
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let found = |rest: &str| format!("expected an amount such as 1234.56, found {rest}");
        assert_eq!(refusal(""), (found("nothing"), 0));
        assert_eq!(refusal("abc"), (found("\"abc\": 'a' is not a digit"), 0));
        assert_eq!(refusal("1,000.00"), (found("\"1,000.00\": ',' is not a digit"), 1));
        assert_eq!(refusal("1 000"), (found("\"1 000\": ' ' is not a digit"), 1));
        assert_eq!(refusal("1e3"), (found("\"1e3\": 'e' is not a digit"), 1));
        assert_eq!(refusal("NaN"), (found("\"NaN\": 'N' is not a digit"), 0));
        assert_eq!(refusal("-inf"), (found("\"-inf\": 'i' is not a digit"), 1));
        assert_eq!(refusal("1.2.3"), (found("\"1.2.3\": '.' is not a digit"), 3));
        assert_eq!(refusal("--5"), (found("\"--5\": '-' is not a digit"), 1));
        assert_eq!(refusal("٣"), (found("\"٣\": '٣' is not a digit"), 0));
        assert_eq!(refusal("1.005"), (found("\"1.005\": it has more than two decimals"), 4));
        assert_eq!(refusal("-"), (found("\"-\": it ends where a digit should follow"), 1));
        assert_eq!(refusal("5."), (found("\"5.\": it ends where a digit should follow"), 2));
        assert_eq!(refusal("."), (found("\".\": it ends where a digit should follow"), 1));
    }

    #[test]
    fn quotes_no_more_than_an_excerpt() {
        let (message, _) = refusal(&"x".repeat(1_000_000));
        assert!(message.len() < 150 && message.contains("xxx…"), "{message}");
    }
}
