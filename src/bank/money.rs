//! Amounts of money, exact: a whole number of minor units (cents), so that NaN cannot exist,
//! addition is associative, and a final balance cannot depend on the order in which the same
//! amounts were added.

use std::fmt;

mod parse;

pub use parse::MoneyError;

/// An amount of money in integer minor units: `Money::from_minor(123456)` is 1234.56.
///
/// It is signed: a debit is a negative amount. Arithmetic is checked, and there is deliberately no `Add`: a
/// result that does not fit is one that the caller has to look at, never a wrap and never a panic.
///
/// ```
/// use lockproof::bank::Money;
///
/// let balance: Money = "1000".parse()?;
/// let debit: Money = "-200.50".parse()?;
/// assert_eq!(balance.checked_add(debit).unwrap().to_string(), "799.50");
/// assert_eq!(Money::MAX.checked_add(Money::from_minor(1)), None);
/// # Ok::<(), lockproof::bank::MoneyError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// No money: 0.00.
    pub const ZERO: Money = Money(0);
    /// The least amount there is: -92233720368547758.08. It is the one amount without an opposite.
    pub const MIN: Money = Money(i64::MIN);
    /// The greatest amount there is: 92233720368547758.07.
    pub const MAX: Money = Money(i64::MAX);

    /// The amount of this many minor units (cents).
    pub const fn from_minor(minor: i64) -> Money {
        Money(minor)
    }

    /// The amount in minor units (cents).
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it does not fit.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    /// The difference, or `None` when it does not fit.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).map(Money)
    }

    /// The opposite amount, or `None` for [`Money::MIN`], which has none.
    pub fn checked_neg(self) -> Option<Money> {
        self.0.checked_neg().map(Money)
    }

    /// Returns whether this is below zero: as an amount, a debit.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Returns whether this is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

/// Exactly two decimals, as in `-0.05` and `1000.00`; width, alignment, fill, `+` and `0` are
/// honoured as for integers.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor = self.0.unsigned_abs();
        let digits = format!("{}.{:02}", minor / 100, minor % 100);
        f.pad_integral(!self.is_negative(), "", &digits)
    }
}

/// As [`Display`](fmt::Display), so that a state printed by a checker is read in the units of its
/// reader: `Money(-0.05)`.
impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn prints_two_decimals_in_the_width_asked_for() {
        assert_eq!(Money::from_minor(-5).to_string(), "-0.05");
        assert_eq!(Money::from_minor(100_000).to_string(), "1000.00");
        assert_eq!(
            format!("{:>8}|{:<8}|{:*^9}", Money(-5), Money(7), Money(100)),
            "   -0.05|0.07    |**1.00***"
        );
        assert_eq!(format!("{:+} {:08}", Money(5), Money(-123)), "+0.05 -0001.23");
        assert_eq!(format!("{:?}", Money(-123)), "Money(-1.23)");
    }
}
