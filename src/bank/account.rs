//! An account, and the whole rule of the bank: when a balance may change, and to what. Pure functions on
//! plain data; the locks around them decide who may call them when.

use super::{AccountNumber, Money, Outcome, TransferOutcome};

/// An account: its number and its balance.
///
/// ```
/// use lockproof::bank::{Account, Money, Outcome};
///
/// let mut account = Account::new("11111".parse()?, Money::from_minor(100_000));
/// let outcome = account.apply("-200".parse()?);
/// assert_eq!(outcome, Outcome::Applied { balance: "800.00".parse()? });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// The account's number.
    pub number: AccountNumber,
    /// The account's balance.
    pub balance: Money,
}

impl Account {
    /// An account with an opening balance.
    pub fn new(number: AccountNumber, balance: Money) -> Account {
        Account { number, balance }
    }

    /// Credits (`amount` above zero) or debits (below) the balance.
    ///
    /// A debit that would leave the balance negative is refused. A credit is taken also when the
    /// balance is negative and stays so, unless it does not fit. A refusal changes nothing.
    pub fn apply(&mut self, amount: Money) -> Outcome {
        let balance = self.balance;
        match balance.checked_add(amount) {
            // A debit that falls below what can be held is, before all, one that the funds do not
            // cover.
            None if amount.is_negative() => Outcome::InsufficientFunds { balance },
            None => Outcome::Overflow { balance },
            Some(new) if amount.is_negative() && new.is_negative() => {
                Outcome::InsufficientFunds { balance }
            }
            Some(new) => {
                self.balance = new;
                Outcome::Applied { balance: new }
            }
        }
    }

    /// Moves `amount` from this account to another: both balances change, or neither.
    pub fn transfer(&mut self, to: &mut Account, amount: Money) -> TransferOutcome {
        if !amount.is_positive() {
            return TransferOutcome::NotPositive;
        }
        if self.number == to.number {
            return TransferOutcome::SameAccount { balance: self.balance };
        }
        // Both results are computed before either is stored, so that no refusal has to be undone.
        let left = self.balance.checked_sub(amount).filter(|left| !left.is_negative());
        let Some(left) = left else {
            return TransferOutcome::InsufficientFunds { balance: self.balance };
        };
        let Some(received) = to.balance.checked_add(amount) else {
            return TransferOutcome::Overflow { balance: to.balance };
        };
        (self.balance, to.balance) = (left, received);
        TransferOutcome::Transferred { from: left, to: received }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn account(number: &str, minor: i64) -> Account {
        Account::new(number.parse().unwrap(), Money::from_minor(minor))
    }

    /// The effect of `amount` on a balance: the outcome, and the balance afterwards. All in minor units.
    fn apply(balance: i64, amount: i64) -> (Outcome, i64) {
        let mut account = account("1", balance);
        let outcome = account.apply(Money::from_minor(amount));
        (outcome, account.balance.minor())
    }

    fn applied(balance: i64) -> (Outcome, i64) {
        (Outcome::Applied { balance: Money::from_minor(balance) }, balance)
    }

    fn insufficient(balance: i64) -> (Outcome, i64) {
        (Outcome::InsufficientFunds { balance: Money::from_minor(balance) }, balance)
    }

    #[test]
    fn debits_down_to_zero_and_no_further() {
        assert_eq!(apply(100, -99), applied(1));
        assert_eq!(apply(100, -100), applied(0));
        assert_eq!(apply(100, -101), insufficient(100));
    }

    #[test]
    fn credits_a_negative_balance_and_debits_none() {
        assert_eq!(apply(-100, 30), applied(-70));
        assert_eq!(apply(-100, 0), applied(-100));
        assert_eq!(apply(-100, -1), insufficient(-100));
    }

    #[test]
    fn overflow_is_an_outcome_and_changes_nothing() {
        let balance = Money::MAX;
        assert_eq!(apply(i64::MAX, 1), (Outcome::Overflow { balance }, i64::MAX));
        assert_eq!(apply(i64::MIN, i64::MAX), applied(-1));
        assert_eq!(apply(i64::MIN, -1), insufficient(i64::MIN));
    }

    #[test]
    fn transfers_move_money_and_make_none() {
        let (mut a, mut b) = (account("a", 100), account("b", 5));
        let outcome = a.transfer(&mut b, Money::from_minor(60));
        assert_eq!(
            outcome,
            TransferOutcome::Transferred { from: Money::from_minor(40), to: Money::from_minor(65) }
        );
        assert_eq!((a.balance.minor(), b.balance.minor()), (40, 65));
    }

    #[test]
    fn refused_transfers_change_neither_side() {
        let refusal = |from: i64, to: Account, amount: i64| {
            let (mut a, mut b) = (account("a", from), to.clone());
            let outcome = a.transfer(&mut b, Money::from_minor(amount));
            assert_eq!((a.balance.minor(), &b), (from, &to));
            outcome
        };
        let balance = Money::from_minor(10);
        assert_eq!(
            refusal(10, account("b", 0), 11),
            TransferOutcome::InsufficientFunds { balance }
        );
        assert_eq!(refusal(10, account("b", 0), 0), TransferOutcome::NotPositive);
        assert_eq!(refusal(10, account("b", 0), -1), TransferOutcome::NotPositive);
        assert_eq!(refusal(10, account("a", 10), 1), TransferOutcome::SameAccount { balance });
        let balance = Money::MAX;
        assert_eq!(refusal(10, account("b", i64::MAX), 1), TransferOutcome::Overflow { balance });
        let balance = Money::MIN;
        assert_eq!(
            refusal(i64::MIN, account("b", 0), 1),
            TransferOutcome::InsufficientFunds { balance }
        );
    }
}
