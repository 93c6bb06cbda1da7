//! Money is neither made nor lost: what is stored under several keys adds up to one total.
//!
//! A transfer that moves money in one step conserves the total in every step. One that takes it from one
//! account and gives it to another in two steps conserves it only once it is done, so only the end can be
//! judged. Balances are read as [`NoOverdraft`](super::NoOverdraft) reads them; a key without a value
//! counts as zero.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use super::no_overdraft::amount;
use super::{Monitor, Property};
use crate::bank::Money;
use crate::trace::{Event, Kind, Trace};

/// Watches the sum of several balances.
#[derive(Clone, Debug)]
pub struct ConservedBalance {
    total: Money,
    /// `None` is a value that is not an amount.
    balances: BTreeMap<String, Option<Money>>,
    always: bool,
}

impl ConservedBalance {
    /// Checks that the balances under `keys` add up to `total` when all actors have ended. The servers
    /// must [watch](crate::redis::Node::watch) the keys too, before anything is stored there.
    #[must_use]
    pub fn of(keys: &[&str], total: Money) -> Self {
        let balances = keys.iter().map(|key| ((*key).to_owned(), Some(Money::ZERO))).collect();
        Self { total, balances, always: false }
    }

    /// Also checks after every step that changes one of them, once all of them are there.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self.balances.values_mut().for_each(|balance| *balance = None);
        self
    }

    fn judge(&self) -> Result<(), String> {
        let amounts: Option<Vec<Money>> = self.balances.values().copied().collect();
        let keys: Vec<&str> = self.balances.keys().map(String::as_str).collect();
        let (keys, total) = (keys.join(", "), self.total);
        let Some(amounts) = amounts else {
            return Err(format!(
                "{keys} should hold {total} in total, but not every value is an amount"
            ));
        };
        let sum = amounts.into_iter().try_fold(Money::ZERO, Money::checked_add);
        match sum {
            Some(sum) if sum == total => Ok(()),
            Some(sum) => Err(format!("{keys} should hold {total} in total, but hold {sum}")),
            None => Err(format!("{keys} should hold {total} in total, but their sum overflows")),
        }
    }
}

impl Monitor for ConservedBalance {
    fn property(&self) -> Property {
        Property::ConservedBalance
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Truth { key, .. } if self.balances.contains_key(key))
    }

    fn step(&mut self, event: &Event, _: &Trace) -> Result<(), String> {
        let Kind::Truth { key, value, .. } = &event.kind else { return Ok(()) };
        let Some(balance) = self.balances.get_mut(key) else { return Ok(()) };
        *balance = value.as_deref().map_or(Some(Money::ZERO), amount);
        // While the accounts are being opened, some of them are not there yet.
        if self.always && self.balances.values().all(Option::is_some) {
            self.judge()
        } else {
            Ok(())
        }
    }

    fn finish(&mut self, _: &Trace) -> Result<(), String> {
        self.judge()
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        self.balances.hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
    use super::super::told::*;
    use super::*;

    const OTHER: &str = "other";

    fn other(value: &str) -> Event {
        truth(BOB, OTHER_REDIS, OTHER, Some(value), None)
    }

    fn monitor() -> ConservedBalance {
        ConservedBalance::of(&[KEY, OTHER], Money::from_minor(300))
    }

    #[test]
    fn accepts_a_transfer_in_two_steps() {
        let moved =
            [puts(ALICE, "100", None), other("200"), puts(ALICE, "70", None), other("2.30")];
        assert_eq!(told_all(monitor(), moved), Ok(()));
    }

    #[test]
    fn rejects_money_that_was_made_or_lost() {
        let lost = [puts(ALICE, "100", None), other("200"), puts(ALICE, "70", None)];
        let said = "k, other should hold 3.00 in total, but hold 2.70";
        assert_eq!(told_all(monitor(), lost), Err(said.to_owned()));
        let made = [puts(ALICE, "100", None), other("201")];
        assert!(told_all(monitor(), made).is_err());
        let gone = [puts(ALICE, "300", None), removes(ALICE)];
        assert!(told_all(monitor(), gone).is_err());
    }

    #[test]
    fn rejects_what_cannot_be_counted() {
        assert!(told_all(monitor(), [puts(ALICE, "a list of 2", None), other("300")]).is_err());
        let much = [puts(ALICE, "9223372036854775807", None), other("1")];
        assert!(told_all(monitor(), much).is_err());
    }

    #[test]
    fn rejects_a_transfer_in_two_steps_where_every_step_counts() {
        let moved = [puts(ALICE, "100", None), other("200"), puts(ALICE, "70", None)];
        assert!(told(&mut monitor().always(), moved).is_err());
        let opened = [puts(ALICE, "100", None), other("200")];
        assert_eq!(told_all(monitor().always(), opened), Ok(()));
    }

    #[test]
    fn remembers_the_balances() {
        let (mut one, mut two) = (monitor(), monitor());
        told(&mut one, [puts(ALICE, "100", None)]).unwrap();
        assert_ne!(one.fingerprint(), two.fingerprint());
        told(&mut two, [puts(BOB, "1.00", None), tick(5)]).unwrap();
        assert_eq!(one.fingerprint(), two.fingerprint());
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&monitor().always(), events(&["0", "100", "200", "a list"]));
    }
}
