//! The rule of the bank against `i128`, in which nothing here can overflow.

use lockproof::bank::{Account, Money, Outcome, TransferOutcome};
use proptest::prelude::*;

use super::config::config;

fn account(number: &str, minor: i64) -> Account {
    Account::new(number.parse().unwrap(), Money::from_minor(minor))
}

fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![-100..100_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)]
}

fn fits(minor: i128) -> Option<Money> {
    i64::try_from(minor).ok().map(Money::from_minor)
}

proptest! {
    #![proptest_config(config(4_096))]

    #[test]
    fn transactions_follow_the_rule(opening in minor(), amount in minor()) {
        let mut subject = account("1", opening);
        let outcome = subject.apply(Money::from_minor(amount));
        let (balance, sum) = (Money::from_minor(opening), i128::from(opening) + i128::from(amount));
        let expected = match fits(sum) {
            _ if amount < 0 && sum < 0 => Outcome::InsufficientFunds { balance },
            Some(balance) => Outcome::Applied { balance },
            None => Outcome::Overflow { balance },
        };
        prop_assert_eq!(outcome, expected);
        let changed = i128::from(subject.balance.minor()) - i128::from(opening);
        prop_assert_eq!(changed, if outcome.is_applied() { i128::from(amount) } else { 0 });
    }

    #[test]
    fn transfers_conserve_the_total(from in minor(), to in minor(), amount in minor()) {
        let (mut a, mut b) = (account("a", from), account("b", to));
        let outcome = a.transfer(&mut b, Money::from_minor(amount));
        let total = |a: i64, b: i64| i128::from(a) + i128::from(b);
        prop_assert_eq!(total(a.balance.minor(), b.balance.minor()), total(from, to));
        let changed = (a.balance.minor(), b.balance.minor()) != (from, to);
        prop_assert_eq!(outcome.is_transferred(), changed);

        let left = i128::from(from) - i128::from(amount);
        let balance = Money::from_minor;
        let expected = match fits(i128::from(to) + i128::from(amount)) {
            _ if amount <= 0 => TransferOutcome::NotPositive,
            _ if left < 0 => TransferOutcome::InsufficientFunds { balance: balance(from) },
            None => TransferOutcome::Overflow { balance: balance(to) },
            Some(to) => TransferOutcome::Transferred {
                from: fits(left).unwrap(),
                to,
            },
        };
        prop_assert_eq!(outcome, expected);
    }
}
